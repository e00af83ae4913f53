import { hexlify } from "ethers";
import { recentBlock } from "../actions/newestRoot.ts";
import { bookedState } from "../actions/proveSlashing.ts";
import { proveValidators } from "../actions/proveValidators.ts";
import type { Bench } from "./bench.ts";
import { fillBudget, measurePaid } from "./keepers.ts";

/// The settlement of a slashing whose loss the last report has booked, paid.
export async function benchPaidSettlement(bench: Bench, index: number): Promise<void> {
  const { protocol, accounts, beacon } = bench.net;
  await fillBudget(bench);
  const [frame, slots] = await Promise.all([
    protocol.StakedEther.lastReportFrame(),
    protocol.ReportOracle.slotsPerFrame(),
  ]);
  const state = await bookedState(beacon, Number(frame * slots), index);
  const { timestamp, container, proof, balance } = state;
  const jobs = protocol.KeeperJobs.connect(accounts.keeper);
  await measurePaid(bench, "settle a slashing, paid", (limit) =>
    jobs.settle(recentBlock(timestamp), index, container, proof, balance.chunk, balance.proof, limit),
  );
}

/// The proof that nothing is left of a validator that exits, paid.
export async function benchPaidWithdrawal(bench: Bench): Promise<void> {
  const { protocol, accounts, beacon, devnet } = bench.net;
  const events = await protocol.ExitController.queryFilter(protocol.ExitController.filters.ExitsTriggered());
  const index = Number(events[0]!.args.validatorIndices[0]!);
  await devnet.tickUntil(() => {
    const { effectiveBalance, withdrawableEpoch } = devnet.chain.validator(index);
    return effectiveBalance === 0 && withdrawableEpoch < devnet.epoch;
  });
  await devnet.tickBlocks(2);
  await fillBudget(bench);
  const pubkey = hexlify(devnet.chain.validator(index).pubkey);
  const { timestamp, validators, proof } = await proveValidators(beacon, [pubkey]);
  const jobs = protocol.KeeperJobs.connect(accounts.keeper);
  await measurePaid(bench, "prove a withdrawn validator, paid", (limit) =>
    jobs.proveWithdrawn(recentBlock(timestamp), index, validators[0]!, proof, limit),
  );
}
