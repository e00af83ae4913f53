import { explain, FatalError, KedgeError } from "../../lib/errors.ts";
import type { HttpClient } from "../../lib/http.ts";
import { keeperSchema, type KeeperStatus } from "./schema.ts";

/// What a keeper says of itself, or why it does not. Who is asked is named by its host alone.
export async function keeperStatus(keeper: HttpClient): Promise<KeeperStatus | { problem: string }> {
  try {
    const { status, body } = await keeper.request("/status.json");
    const parsed = status === 200 ? keeperSchema.safeParse(json(body)) : undefined;
    if (!parsed?.success) throw new FatalError(`${keeper.name}/status.json is no keeper's`);
    return parsed.data;
  } catch (error) {
    if (error instanceof KedgeError) return { problem: explain(error) };
    throw error;
  }
}

function json(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as unknown;
  } catch {
    return undefined;
  }
}
