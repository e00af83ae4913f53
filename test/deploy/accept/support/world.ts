import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JsonRpcSigner, type Signer } from "ethers";
import { GROUPS, makeAll, type AcceptOptions } from "../../../../scripts/deploy/accept/accept.ts";
import type { Check } from "../../../../scripts/deploy/accept/check.ts";
import { readRoles, recordedRoles, writeRoles } from "../../../../scripts/deploy/accept/rolesFile.ts";
import { deploy } from "../../../../scripts/deploy/deploy.ts";
import type { Grant } from "../../../../scripts/deploy/grants.ts";
import { connectProtocol, CONTRACT_NAMES, type ContractName } from "../../../../scripts/lib/protocol.ts";
import { Records } from "../../../../scripts/lib/records.ts";
import { startBareChain, type BareChain } from "../../support/bareChain.ts";

/// What a case changes of what acceptance is given.
export type Given = Partial<AcceptOptions> & { grants?: readonly Grant[] };

/// A deployment, accepted once, to be broken in one respect and mended again.
export interface World {
  chain: BareChain;
  folder: string;
  given: AcceptOptions;
  /// Who held which role at first.
  grants: readonly Grant[];
  /// Makes the checks of one group.
  make(group: string, given?: Given): Promise<Check[]>;
  request(method: string, ...params: unknown[]): Promise<unknown>;
  /// Another code at a contract's address.
  setCode(name: ContractName, code: string): Promise<void>;
  as(address: string): Promise<Signer>;
  /// Undoes what was done since the deployment.
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const chain = await startBareChain();
  const { provider, parameters, devnet } = chain;
  const folder = mkdtempSync(join(tmpdir(), "kedge-accept-"));
  const records = new Records(folder);
  const { addresses } = await deploy({ ...chain, records });
  const protocol = connectProtocol(addresses, provider);
  await writeRoles(folder, protocol);
  const deployer = await chain.deployer.getAddress();
  const given = { protocol, provider, parameters, records, deployer, recorded: recordedRoles(folder) };
  const grants = await readRoles(protocol);
  const request = (method: string, ...params: unknown[]) =>
    devnet.provider.request({ method, params }) as Promise<unknown>;
  let whole = await devnet.snapshot();
  return {
    chain,
    folder,
    given,
    grants,
    make: async (group, changed = {}) => {
      const held = changed.grants ?? (await readRoles(protocol));
      const ground = { live: false, ...given, ...changed, grants: held };
      return makeAll(GROUPS[group]!.questions(ground));
    },
    request,
    setCode: async (name, code) => void (await request("hardhat_setCode", addresses[name], code)),
    as: async (address) => {
      await request("hardhat_impersonateAccount", address);
      await request("hardhat_setBalance", address, `0x${(10n ** 19n).toString(16)}`);
      return new JsonRpcSigner(provider, address);
    },
    mend: async () => {
      await devnet.restore(whole);
      whole = await devnet.snapshot();
    },
    close: async () => {
      rmSync(folder, { recursive: true });
      await chain.close();
    },
  };
}

/// Changes the code of all contracts.
export async function recode(w: World, change: (code: string, name: ContractName) => string): Promise<void> {
  for (const name of CONTRACT_NAMES) {
    const { provider, protocol } = w.given;
    await w.setCode(name, change(await provider.getCode(protocol[name]), name));
  }
}
