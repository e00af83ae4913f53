import { connectRpc } from "../lib/connect.ts";
import { beginLogsAt } from "../lib/logs.ts";
import { connectProtocol, type Addresses } from "../lib/protocol.ts";
import { Records } from "../lib/records.ts";
import { accept } from "./accept/accept.ts";
import type { Check } from "./accept/check.ts";
import { writeRoles } from "./accept/rolesFile.ts";
import type { RunOptions } from "./run.ts";
import { keepInputs } from "./verify/inputs.ts";

export interface Finished {
  checks: Check[];
}

/// What comes after the last transaction: who holds which role is written down, so is what anyone needs to verify the code,
/// and all is held against what was meant.
///
/// @param isPublic whether anyone will verify it
export async function finish(
  { parameters, account, rpcUrl, folder, say }: RunOptions,
  isPublic: boolean,
): Promise<Finished> {
  const provider = await connectRpc(rpcUrl);
  try {
    const records = new Records(folder);
    beginLogsAt(provider, records.firstBlock());
    const protocol = connectProtocol(records.addresses() as Addresses, provider);
    if (isPublic) await keepInputs(folder, records, provider);
    const checks = await accept({ protocol, provider, parameters, records, deployer: account.address, say });
    if (checks.every(({ ok }) => ok)) await writeRoles(folder, protocol);
    return { checks };
  } finally {
    provider.destroy();
  }
}
