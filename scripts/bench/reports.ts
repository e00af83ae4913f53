import { MaxUint256, parseEther, ZeroHash } from "ethers";
import { buildEvidence, buildReport } from "../actions/buildReport.ts";
import { reportDigest, signDigest, submitReport } from "../actions/submitReport.ts";
import { gasOf, type Bench } from "./bench.ts";

const SIGNATURES = 7;
/// As many as one transaction holds with room to spare.
const PER_BATCH = 250;

/// Reports with and without what may come with them. The first one writes slots that later ones change. All of them book
/// a gain and its fee: validators are active before.
export async function benchReports(bench: Bench): Promise<void> {
  const { devnet } = bench.net;
  const last = devnet.chain.state.validators.length - 1;
  await devnet.tickUntil(() => devnet.chain.validator(last).activationEpoch <= devnet.epoch);
  await rewards(bench);
  await report(bench, SIGNATURES);
  await report(bench, SIGNATURES);
  const quiet = await report(bench, SIGNATURES);
  bench.note("report, 7 of 9 signatures, no vault pulled", quiet);
  const eight = await report(bench, SIGNATURES + 1);
  bench.note("each further signature", eight - quiet);

  await requests(bench, 1);
  await report(bench, SIGNATURES);
  await requests(bench, 1);
  bench.note("finalise inside a report, 1 ticket", (await report(bench, SIGNATURES)) - quiet);
  await requests(bench, 100);
  bench.note("finalise inside a report, 100 tickets", (await report(bench, SIGNATURES)) - quiet);

  await requests(bench, 1_000);
  bench.note("finalise inside a report, 1,000 tickets", (await report(bench, SIGNATURES)) - quiet);

  await rewards(bench);
  await report(bench, SIGNATURES);
  await rewards(bench);
  await requests(bench, 1);
  bench.note("report with two vaults and finalisation", await report(bench, SIGNATURES));
}

/// Ether for both vaults: priority fees as a builder pays them, withdrawals as the beacon chain credits them.
async function rewards(bench: Bench): Promise<void> {
  const { protocol, accounts, provider } = bench.net;
  await (
    await accounts.alice.sendTransaction({ to: protocol.RewardsVault, value: parseEther("0.2") })
  ).wait();
  const held = await provider.getBalance(protocol.WithdrawalVault);
  const balance = `0x${(held + parseEther("0.2")).toString(16)}`;
  await provider.send("hardhat_setBalance", [await protocol.WithdrawalVault.getAddress(), balance]);
}

async function requests(bench: Bench, count: number): Promise<void> {
  const { protocol, accounts, devnet, parameters } = bench.net;
  const queue = protocol.WithdrawalQueue;
  await bench.gasOf(protocol.StakedEther.connect(accounts.alice).approve(queue, MaxUint256));
  for (let left = count; left > 0; left -= PER_BATCH) {
    const amounts = Array.from({ length: Math.min(left, PER_BATCH) }, () => parseEther("0.01"));
    await bench.gasOf(queue.connect(accounts.alice).requestBatch(amounts, accounts.alice));
  }
  const { cooldownSeconds, secondsPerSlot } = parameters;
  await devnet.tickSlots(Number(cooldownSeconds.value / secondsPerSlot.value) + 1);
}

async function report(bench: Bench, signatures: number): Promise<number> {
  const { protocol, accounts, devnet, beacon, provider, members, parameters } = bench.net;
  const slots = Number(await protocol.ReportOracle.slotsPerFrame());
  const refSlot = (Math.floor(devnet.slot / slots) + 1) * slots;
  await devnet.tickSlots(refSlot - devnet.slot + 1);
  const slotsPerEpoch = Number(parameters.slotsPerEpoch.value);
  const isFinal = async () =>
    (await beacon.finalityCheckpoints("head")).finalized.epoch * slotsPerEpoch >= refSlot;
  await devnet.tickUntil(isFinal);
  // the head's parent knows of the finality one block later
  await devnet.tickBlocks(1);

  // as in a frame without news; a root of operators' figures costs about 11,200 more
  const report = {
    ...(await buildReport({ beacon, provider, protocol }, refSlot)),
    rewardsRoot: ZeroHash,
  };
  const evidence = await buildEvidence(beacon, refSlot);
  const digest = await reportDigest(protocol, report);
  const signed = members.slice(0, signatures).map(({ key, address }) => signDigest(key, address, digest));
  return gasOf(await submitReport(protocol, accounts.keeper, { report, evidence, signatures: signed }));
}
