import { MaxUint256, parseEther, ZeroAddress } from "ethers";
import { roleId } from "../lib/roles.ts";
import type { Bench } from "./bench.ts";

const CHECKPOINTS = 1_000;
const PER_BATCH = 100;

/// Requests, and claims behind a thousand finalisations. The finalisations are real calls of the queue by an account that
/// is given the accounting's role for it: a thousand reports would measure the same.
export async function benchWithdrawals(bench: Bench): Promise<void> {
  const { protocol, accounts, devnet, parameters } = bench.net;
  const ledger = protocol.StakedEther;
  const queue = protocol.WithdrawalQueue;
  const { bob, carol, admin, keeper } = accounts;
  const amount = parseEther("0.01");

  for (const staker of [bob, carol]) {
    await bench.gasOf(ledger.connect(staker).stake(ZeroAddress, { value: parseEther("30") }));
    await bench.gasOf(ledger.connect(staker).approve(queue, MaxUint256));
  }
  // the last report is young; the first exit opens the slot of the bucket
  const exit = protocol.InstantExit;
  await bench.gasOf(ledger.connect(bob).approve(exit, MaxUint256));
  await bench.gasOf(exit.connect(bob).exit(amount, 0n, bob));
  await bench.measure("instant exit, holder", exit.connect(bob).exit(amount, 0n, bob));
  await bench.measure("request a withdrawal, first", queue.connect(bob).request(amount, bob));
  await bench.measure("request a withdrawal, again", queue.connect(bob).request(amount, bob));
  const two = await bench.gasOf(queue.connect(bob).requestBatch([amount, amount], bob));
  const twelve = await bench.gasOf(queue.connect(bob).requestBatch(Array(12).fill(amount), bob));
  bench.note("each further request in a batch", Math.round((twelve - two) / 10));

  const before = await queue.checkpointCount();
  const first = (await queue.lastTicketId()) + 1n;
  for (let i = 0; i < CHECKPOINTS; i += PER_BATCH) {
    await bench.gasOf(queue.connect(carol).requestBatch(Array(PER_BATCH).fill(amount), carol));
  }
  const { cooldownSeconds, secondsPerSlot } = parameters;
  await devnet.tickSlots(Number(cooldownSeconds.value / secondsPerSlot.value) + 1);
  await bench.gasOf(protocol.Authority.connect(admin).grantRole(roleId("ACCOUNTING"), keeper));
  const now = devnet.chain.timeAtSlot(devnet.slot);
  for (let i = 0n; i < BigInt(CHECKPOINTS); i++) {
    await bench.gasOf(queue.connect(keeper).finalize(first + i, now));
  }
  await bench.gasOf(protocol.Authority.connect(admin).revokeRole(roleId("ACCOUNTING"), keeper));
  const made = (await queue.checkpointCount()) - before;
  if (made !== BigInt(CHECKPOINTS)) throw new Error(`${made} checkpoints instead of ${CHECKPOINTS}`);

  await bench.measure("claim, no hint, 1,000 checkpoints", queue.connect(carol).claim(first + 500n));
  const hint = async (id: bigint) => queue.findCheckpoint(id);
  const one = await bench.gasOf(queue.connect(carol).claimTo(first + 700n, carol, await hint(first + 700n)));
  bench.note("claim with a hint", one);
  const ids = Array.from({ length: 11 }, (_, i) => first + 800n + BigInt(i));
  const hints = await Promise.all(ids.map(hint));
  const single = await bench.gasOf(
    queue.connect(carol).claimBatch([first + 900n], [await hint(first + 900n)], carol),
  );
  const eleven = await bench.gasOf(queue.connect(carol).claimBatch(ids, hints, carol));
  bench.note("each further claim in a batch", Math.round((eleven - single) / 10));
}
