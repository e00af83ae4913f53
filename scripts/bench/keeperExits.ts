import { hexlify, Interface, ZeroHash } from "ethers";
import { newestRoot, recentBlock } from "../actions/newestRoot.ts";
import { RULE } from "../actions/planExits.ts";
import { bookedState } from "../actions/proveSlashing.ts";
import { proveValidators } from "../actions/proveValidators.ts";
import { depositDataRoot } from "../lib/depositData.ts";
import { receiptOf } from "../lib/receipts.ts";
import { GWEI_PER_ETHER, WEI_PER_GWEI } from "../lib/units.ts";
import type { Bench } from "./bench.ts";
import { activeValidators, fillRequests, makeDeficit } from "./exits.ts";
import { fillBudget, measurePaid, paid } from "./keepers.ts";

/// Above the least that is paid for.
const GIFT_GWEI = 10n * GWEI_PER_ETHER;
const TEN = 10;

/// Exits by the draw and a withdrawal of what a validator has above 32 ETH, paid. One exit was paid before: it writes
/// what others change. All that is measured later finds both chains as they were.
export async function benchKeeperExits(bench: Bench): Promise<void> {
  const { devnet, protocol, accounts } = bench.net;
  await bench.apart(async () => {
    await fillBudget(bench);
    const indices = (await activeValidators(bench)).map(({ index }) => index);
    const ten = indices.slice(-TEN);
    const [before, one] = indices;
    await give(bench, one!);
    await devnet.tickUntil(() => {
      const { effectiveBalance } = devnet.chain.validator(one!);
      return BigInt(effectiveBalance) >= 32n * GWEI_PER_ETHER + GIFT_GWEI;
    });
    await makeDeficit(bench);
    const exit = await trigger(bench, [before!]);
    await paid(bench, exit);
    await bench.apart(async () => {
      const call = await trigger(bench, [one!]);
      await measurePaid(bench, "one exit by the draw, paid", call);
    });
    await bench.apart(async () => {
      const call = await trigger(bench, ten);
      await measurePaid(bench, "exits by the draw, ten, paid", call);
    });

    await fillRequests(bench);
    const { header } = await newestRoot(bench.net.beacon);
    const { timestamp, container, proof, balance } = await bookedState(bench.net.beacon, header.slot, one!);
    const jobs = protocol.KeeperJobs.connect(accounts.keeper);
    const args = [recentBlock(timestamp), one!, container, proof, balance.chunk, balance.proof] as const;
    const value = await protocol.WithdrawalVault.withdrawalFee();
    await measurePaid(bench, "a partial withdrawal, paid", (limit) =>
      jobs.triggerPartial(...args, { ...limit, value: 2n * value }),
    );
  });
}

async function trigger(bench: Bench, indices: number[]) {
  const { beacon, protocol, accounts } = bench.net;
  await fillRequests(bench);
  const known = await beacon.validators("head", indices);
  const { timestamp, validators, proof } = await proveValidators(
    beacon,
    known.map(({ pubkey }) => pubkey),
  );
  const jobs = protocol.KeeperJobs.connect(accounts.keeper);
  const value = (await protocol.WithdrawalVault.withdrawalFee()) * 2n * BigInt(indices.length);
  const args = [RULE.drawn, recentBlock(timestamp), indices, validators, proof] as const;
  return (limit: { gasLimit: bigint }) => jobs.trigger(...args, { ...limit, value });
}

/// A stranger's deposit for a validator: of a top-up the beacon chain looks at neither credentials nor signature.
async function give(bench: Bench, index: number): Promise<void> {
  const { devnet, accounts, parameters } = bench.net;
  const pubkey = hexlify(devnet.chain.validator(index).pubkey);
  const signature = hexlify(new Uint8Array(96));
  const root = depositDataRoot({ pubkey, withdrawalCredentials: ZeroHash, amountGwei: GIFT_GWEI, signature });
  const contract = new Interface(["function deposit(bytes, bytes, bytes, bytes32) payable"]);
  await receiptOf(
    accounts.bob.sendTransaction({
      to: parameters.depositContract.value,
      data: contract.encodeFunctionData("deposit", [pubkey, ZeroHash, signature, root]),
      value: GIFT_GWEI * WEI_PER_GWEI,
    }),
  );
}
