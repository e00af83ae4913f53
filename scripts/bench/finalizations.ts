import { parseEther } from "ethers";
import type { Operation } from "./bars.ts";
import type { Bench } from "./bench.ts";
import { report, requests } from "./frames.ts";

/// Longer than a report takes to come.
const PAUSE_SECONDS = 7_200;

/// Finalising between reports, each from the same block. All that is measured later finds both chains as they were.
export async function benchFinalizations(bench: Bench): Promise<void> {
  const sizes: [number, Operation][] = [
    [1, "finalise alone, 1 ticket"],
    [100, "finalise alone, 100 tickets"],
    [1_000, "finalise alone, 1,000 tickets"],
  ];
  for (const [count, operation] of sizes) {
    await bench.apart(async () => {
      await nameTickets(bench, count);
      const queue = bench.net.protocol.WithdrawalQueue.connect(bench.net.accounts.carol);
      await bench.measure(operation, queue.finalizeNamed());
    });
  }
}

/// Tickets that the last report has named and did not finalise, for it came in a pause, which is over.
export async function nameTickets(bench: Bench, count: number, each = parseEther("0.01")): Promise<void> {
  const { protocol, accounts } = bench.net;
  const queue = protocol.WithdrawalQueue;
  await requests(bench, count, each);
  await bench.gasOf(queue.connect(accounts.admin).pauseFor(PAUSE_SECONDS));
  await report(bench);
  await bench.gasOf(queue.connect(accounts.admin).resume());
}
