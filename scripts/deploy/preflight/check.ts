import { explain } from "../../lib/errors.ts";

/// What was looked at before anything is sent, and what to do where it is not as it should be.
export interface Check {
  name: string;
  ok: boolean;
  got: string;
  wanted: string;
  fix: string;
}

export interface Look {
  name: string;
  wanted: string;
  fix: string;
  /// What there is. What cannot be read is not ok.
  look: () => Promise<{ ok: boolean; got: string }>;
}

export const good = (got: string) => ({ ok: true, got });
export const bad = (got: string) => ({ ok: false, got });

/// Whether what is there is what is wanted, up to the case of letters.
export function same(got: string, wanted: string): { ok: boolean; got: string } {
  return { ok: got.toLowerCase() === wanted.toLowerCase(), got };
}

export async function lookAt(looks: readonly Look[]): Promise<Check[]> {
  const checks: Check[] = [];
  for (const { name, wanted, fix, look } of looks) {
    const { ok, got } = await look().catch((error: unknown) => bad(explain(error)));
    checks.push({ name, ok, got, wanted, fix });
  }
  return checks;
}
