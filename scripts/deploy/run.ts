import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { HDNodeWallet, keccak256, type JsonRpcProvider } from "ethers";
import { LOCAL_ACCOUNTS } from "../lib/accountNames.ts";
import { BeaconClient } from "../lib/beaconClient.ts";
import { connectRpc } from "../lib/connect.ts";
import { LOCAL_MNEMONIC } from "../lib/localAccounts.ts";
import type { Logger } from "../lib/logger.ts";
import { Records } from "../lib/records.ts";
import { Secret } from "../lib/secret.ts";
import type { AccountSigner } from "../lib/signing/accountSigner.ts";
import { LocalSigner } from "../lib/signing/localSigner.ts";
import { connectNode } from "../lib/tx/rpc.ts";
import { JournalView } from "../lib/tx/view.ts";
import { deploy, type Deployed } from "./deploy.ts";
import { journaledDeployer } from "./journaled.ts";
import { planDeployment, type Plan, type PlannedTransaction } from "./plan.ts";
import { preflight } from "./preflight.ts";
import type { Check } from "./preflight/check.ts";
import { NONCE_CHECK } from "./preflight/execution.ts";
import type { Target } from "./target.ts";

export interface RunOptions extends Target {
  /// Who deploys.
  account: AccountSigner;
  /// Highest price of gas, in wei.
  maxFeeWei: bigint;
  /// Blocks after which a transaction counts.
  confirmations: number;
  log: Logger;
  say: (line: string) => void;
}

/// What a deployment would do, and whether it may begin.
export interface Prospect {
  plan: Plan;
  /// Those of the plan that are not there yet.
  left: PlannedTransaction[];
  /// What is left may cost at most, in wei: its ether, and its gas at the highest price.
  costWei: bigint;
  checks: Check[];
}

/// Gas may be more than it was in memory: by a fifth, what the sender allows for.
const GAS_PERCENT = 120n;
const LOCAL_LOOK_MS = 10;
const JOURNAL = "journal.sqlite";

/// Looks, and sends nothing.
export async function lookAhead(options: RunOptions): Promise<Prospect> {
  const { parameters, account, beaconUrl, folder, maxFeeWei } = options;
  return withNode(options, async (provider) => {
    const plan = await planDeployment(provider, { deployer: account.address, parameters });
    const done = sentBefore(join(folder, JOURNAL));
    const left: PlannedTransaction[] = [];
    for (const each of plan.transactions) {
      const isThere = each.address !== undefined && (await provider.getCode(each.address)) !== "0x";
      if (!isThere && !done.hashes.has(keccak256(each.data))) left.push(each);
    }
    const sum = (part: "gas" | "valueWei") => left.reduce((total, each) => total + each[part], 0n);
    const costWei = sum("valueWei") + (sum("gas") * GAS_PERCENT * maxFeeWei) / 100n;
    const beacon = new BeaconClient(beaconUrl);
    const looks = await preflight({
      provider,
      beacon,
      parameters,
      deployer: account.address,
      planWei: costWei,
    });
    // what waits is our own where the journal has it, and goes on with the run
    const checks = done.isUnderWay ? looks.filter(({ name }) => name !== NONCE_CHECK) : looks;
    return { plan, left, costWei, checks };
  });
}

/// Does what is left, and waits until it counts. Stopped anywhere, it is gone on with by the same call.
export async function runDeployment(
  options: RunOptions,
  { plan, left, costWei }: Prospect,
): Promise<Deployed> {
  const { parameters, account, rpcUrl, folder, maxFeeWei, confirmations, log, say } = options;
  return withNode(options, async (provider) => {
    const journaled = await journaledDeployer({
      file: join(folder, JOURNAL),
      account,
      provider,
      node: connectNode(rpcUrl, {}, "--rpc-url"),
      chainId: parameters.chainId.value,
      // what an earlier run spent today counts, too
      capWei: 2n * (costWei + plan.valueWei + (plan.gas * GAS_PERCENT * maxFeeWei) / 100n),
      confirmations,
      fees: { maxFeeWei },
      log,
      // a local chain makes a block for each transaction at once
      ...(confirmations === 1 ? { sleep: () => delay(LOCAL_LOOK_MS) } : {}),
    });
    try {
      let at = plan.transactions.length - left.length;
      const deployed = await deploy({
        deployer: journaled.signer,
        parameters,
        records: new Records(folder),
        say: (line) =>
          say(`[${Math.min(++at, plan.transactions.length)}/${plan.transactions.length}] ${line}`),
      });
      await journaled.settle();
      return deployed;
    } finally {
      journaled.close();
    }
  });
}

/// Forgets what was recorded: the chain that it was on is gone.
export function forget(folder: string): void {
  new Records(folder).clear();
  for (const end of ["", "-wal", "-shm", ".lock"]) rmSync(join(folder, `${JOURNAL}${end}`), { force: true });
}

/// The account that deploys on local chains.
export function localDeployer(): AccountSigner {
  const path = `m/44'/60'/0'/0/${LOCAL_ACCOUNTS.deployer}`;
  return new LocalSigner(new Secret(HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, "", path).privateKey));
}

async function withNode<T>(
  { rpcUrl }: RunOptions,
  act: (provider: JsonRpcProvider) => Promise<T>,
): Promise<T> {
  const provider = await connectRpc(rpcUrl);
  try {
    return await act(provider);
  } finally {
    provider.destroy();
  }
}

/// Hashes of the calldata of what the journal knows to be in blocks, and whether it knows of more.
function sentBefore(file: string): { hashes: Set<string>; isUnderWay: boolean } {
  if (!existsSync(file)) return { hashes: new Set(), isUnderWay: false };
  const view = JournalView.look(file);
  try {
    const there = view.intents("all").filter(({ state }) => state === "confirmed" || state === "mined");
    const hashes = new Set(there.map(({ data, dataHash }) => dataHash ?? keccak256(data)));
    return { hashes, isUnderWay: view.intents("open").length > 0 };
  } finally {
    view.close();
  }
}
