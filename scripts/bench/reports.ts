import { ZeroHash } from "ethers";
import { gasOf, type Bench } from "./bench.ts";
import { prepareNext, report, requests, rewards, SIGNATURES, submit } from "./frames.ts";

/// Reports with and without what may come with them. The first one writes slots that later ones change. All of them book
/// a gain and its fee: validators are active before.
export async function benchReports(bench: Bench): Promise<void> {
  const { devnet } = bench.net;
  const last = devnet.chain.state.validators.length - 1;
  await devnet.tickUntil(() => devnet.chain.validator(last).activationEpoch <= devnet.epoch);
  await rewards(bench);
  await report(bench);
  await report(bench);
  const quiet = await report(bench);
  bench.note("report, 7 of 9 signatures, no vault pulled", quiet);
  const eight = await report(bench, SIGNATURES + 1);
  bench.note("each further signature", eight - quiet);

  await requests(bench, 1);
  await report(bench);
  await requests(bench, 1);
  bench.note("finalise inside a report, 1 ticket", (await report(bench)) - quiet);
  await requests(bench, 100);
  bench.note("finalise inside a report, 100 tickets", (await report(bench)) - quiet);

  await requests(bench, 1_000);
  bench.note("finalise inside a report, 1,000 tickets", (await report(bench)) - quiet);

  await rewards(bench);
  await report(bench);
  await rewards(bench);
  await requests(bench, 1);
  bench.note("report with two vaults and finalisation", await report(bench));

  // undone, so that what is measured later needs not know of it
  const withRoot = await bench.apart(async () => {
    await report(bench);
    await reportWithRoot(bench);
    return reportWithRoot(bench);
  });
  bench.note("report with a root of operators' figures", withRoot);
}

/// As operators' figures are brought: every few frames, and where there is news. The first root writes what others change.
async function reportWithRoot(bench: Bench): Promise<number> {
  for (;;) {
    const prepared = await prepareNext(bench, true);
    const receipt = await submit(bench, prepared);
    if (prepared.report.rewardsRoot !== ZeroHash) return gasOf(receipt);
  }
}
