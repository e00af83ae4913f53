import type { Progress } from "../lib/progress.ts";
import type { Measured } from "./bars.ts";
import { Bench } from "./bench.ts";
import { DRAW_LOT_ETH } from "./draws.ts";
import { benchExits } from "./exits.ts";
import { benchFinalizations } from "./finalizations.ts";
import type { GrowthTable, SignatureGrowth } from "./growth.ts";
import { benchKeeperExits } from "./keeperExits.ts";
import { benchKeepers } from "./keepers.ts";
import { benchPaidWithdrawal } from "./keeperWitness.ts";
import { benchOperators } from "./operators.ts";
import { benchParked, PARKED_LOSS_BP } from "./parked.ts";
import { benchSignatures, benchTickets, MEMBERS } from "./reportGrowth.ts";
import { benchReports } from "./reports.ts";
import { benchSlashings } from "./slashings.ts";
import { benchTokens } from "./tokens.ts";
import { benchValidators, LOT_ETH } from "./validators.ts";
import { benchVotes } from "./votes.ts";
import { benchWithdrawals } from "./withdrawals.ts";

/// One deployment with a committee of nine, from the first stake to a slashing.
export async function measureOperations(
  progress: Progress,
): Promise<{ measured: Measured; tickets: GrowthTable }> {
  const bench = await progress.run("deploy", () =>
    Bench.start({ lotEth: LOT_ETH, members: 9, lossBpPerFrame: 2n * PARKED_LOSS_BP }),
  );
  try {
    await progress.run("tokens", () => benchTokens(bench));
    const { funded, unproven } = await progress.run("validators", () => benchValidators(bench));
    await progress.run("reports", () => benchReports(bench));
    await progress.run("votes", () => benchVotes(bench));
    const tickets = await progress.run("reports as tickets grow", () => benchTickets(bench));
    await progress.run("finalisations", () => benchFinalizations(bench));
    await progress.run("keepers", () => benchKeepers(bench, unproven));
    await progress.run("parked reports", () => benchParked(bench, funded[1]!));
    await progress.run("withdrawals", () => benchWithdrawals(bench));
    await progress.run("keepers' exits", () => benchKeeperExits(bench));
    await progress.run("exits", () => benchExits(bench));
    await progress.run("slashings", () => benchSlashings(bench, funded[0]!));
    await progress.run("a withdrawn validator", () => benchPaidWithdrawal(bench));
    return { measured: bench.measured, tickets };
  } finally {
    await bench.net.close();
  }
}

/// On a network of its own, so that the operators are those that were counted.
export async function measureGrowth(
  progress: Progress,
): Promise<{ operators: GrowthTable; signatures: SignatureGrowth }> {
  const bench = await progress.run("deploy again", () =>
    Bench.start({ lotEth: DRAW_LOT_ETH, members: MEMBERS }),
  );
  try {
    const signatures = await progress.run("reports as signatures grow", () => benchSignatures(bench));
    const operators = await progress.run("draws and reports as operators grow", () => benchOperators(bench));
    return { operators, signatures };
  } finally {
    await bench.net.close();
  }
}
