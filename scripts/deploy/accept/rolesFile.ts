import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigurationError } from "../../lib/errors.ts";
import { stableStringify } from "../../lib/json.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { writeJson } from "../../lib/records.ts";
import { ROLE_NAMES } from "../../lib/roles.ts";
import { readGrants, type Grant } from "../grants.ts";

const FILE = "roles.json";

const schema = z.record(
  z.string(),
  z.record(
    z.string(),
    z.strictObject({
      holders: z.array(z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an address")),
      frozen: z.boolean().optional(),
    }),
  ),
);

/// Who holds which role, by the contract that keeps the role and the role's name; roles without a holder are left out.
export type RecordedRoles = z.infer<typeof schema>;

/// Who holds which role of the authority and of the timelock, by their events.
export async function readRoles(protocol: Protocol): Promise<Grant[]> {
  const keepers = (["Authority", "ExitWindowTimelock"] as const).map((name) => ({
    name,
    contract: protocol[name],
  }));
  return readGrants(keepers, ROLE_NAMES);
}

/// Records in `folder` who holds which role.
export async function writeRoles(folder: string, protocol: Protocol): Promise<void> {
  writeJson(join(folder, FILE), rolesOf(await readRoles(protocol)));
}

/// What was recorded; nothing where nothing was.
///
/// @throws ConfigurationError where it is not what was recorded
export function recordedRoles(folder: string): RecordedRoles | undefined {
  const file = join(folder, FILE);
  if (!existsSync(file)) return undefined;
  try {
    return schema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : "is no JSON";
    throw new ConfigurationError({
      setting: file,
      problem,
      example: '{"Authority": {"GUARDIAN": {"holders": ["0x…"], "frozen": false}}}',
    });
  }
}

/// Grants as they are recorded.
export function rolesOf(grants: readonly Grant[]): RecordedRoles {
  const roles: RecordedRoles = {};
  for (const { keeper, role, accounts, frozen } of grants) {
    if (accounts.length === 0) continue;
    (roles[keeper] ??= {})[role] = {
      holders: [...accounts].sort(),
      ...(frozen === undefined ? {} : { frozen }),
    };
  }
  return JSON.parse(stableStringify(roles)) as RecordedRoles;
}
