import { completeCheckpoint, openLive, openParked, proveBalances } from "../actions/proveBalances.ts";
import { proveSlashed } from "../actions/proveSlashing.ts";
import { eventIn } from "../lib/receipts.ts";
import type { Operation } from "./bars.ts";
import { gasOf, type Bench } from "./bench.ts";
import { prepareNext, report, requests, submit } from "./frames.ts";
import { benchPaidSettlement } from "./keeperWitness.ts";
import { slash } from "./slashings.ts";

/// Limit of a frame's loss, in 1/10,000, that the report is beyond. Twice as much is more than any other loses.
export const PARKED_LOSS_BP = 1n;
/// Of the minimal preset: the penalty for all slashings of a time comes in its middle.
const EPOCHS_PER_SLASHINGS_VECTOR = 64;
/// More than a report takes.
const EPOCHS_OF_A_REPORT = 9;
/// With doubt, a checkpoint takes four times as long.
const DOUBT_FACTOR = 4n;

/// A report that tells the truth and is parked, for its loss is beyond a limit that governance has lowered; and what ends
/// it. All that is measured later finds both chains as they were.
export async function benchParked(bench: Bench, pubkey: string): Promise<void> {
  const { protocol, accounts } = bench.net;
  await bench.apart(async () => {
    const index = await slash(bench, pubkey);
    await proveSlashed(bench.net, accounts.keeper, pubkey);
    await untilPenalty(bench, index);
    await lowerLimit(bench);
    await requests(bench, 1);
    const prepared = await prepareNext(bench);
    const receipt = await submit(bench, prepared);
    eventIn(receipt, protocol.ReportOracle, "ReportParked");
    bench.note("park a report", gasOf(receipt));

    await bench.apart(() => prove(bench, openLive, "book proven balances in place of a parked report"));
    await prove(bench, openParked, "submit proven balances of a parked report");
    const oracle = protocol.ReportOracle.connect(accounts.carol);
    await bench.measure("conclude a parked report", oracle.conclude(prepared.report));
    await benchPaidSettlement(bench, index);
  });
}

/// Up to the large penalty, with a report not long before it.
async function untilPenalty(bench: Bench, index: number): Promise<void> {
  const { devnet } = bench.net;
  const epoch = devnet.chain.validator(index).withdrawableEpoch - EPOCHS_PER_SLASHINGS_VECTOR / 2;
  await devnet.tickToEpoch(epoch - EPOCHS_OF_A_REPORT);
  await report(bench);
  await devnet.tickToEpoch(epoch + 1);
}

/// By the one step that a week allows.
async function lowerLimit(bench: Bench): Promise<void> {
  const { protocol, accounts } = bench.net;
  const oracle = protocol.ReportOracle.connect(accounts.admin);
  const { gainBpPerYear, lossBpPerWindow, appearedPerFrame, exitedPerFrame } = await oracle.limits();
  const others = { gainBpPerYear, lossBpPerWindow, appearedPerFrame, exitedPerFrame };
  await bench.gasOf(oracle.setLimits({ ...others, lossBpPerFrame: PARKED_LOSS_BP }));
}

/// A stranger proves all balances; measured is what it does in the end.
async function prove(
  bench: Bench,
  open: typeof openLive | typeof openParked,
  operation: Operation,
): Promise<void> {
  const { net } = bench;
  const { protocol, accounts, devnet, parameters } = net;
  const id = await open(net, accounts.carol, await protocol.StakedEther.lastReportFrame());
  await proveBalances(net, accounts.carol, id);
  const seconds = parameters.checkpointSettleSeconds.value * DOUBT_FACTOR;
  await devnet.tickSlots(Number(seconds / parameters.secondsPerSlot.value) + 1);
  await completeCheckpoint(net, accounts.carol, id);
  await bench.measure(operation, protocol.BalanceCheckpoint.connect(accounts.carol).submit(id));
}
