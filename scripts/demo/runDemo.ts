import "../devnet/preset.ts";
import { startLocalNetwork } from "../devnet/localNetwork.ts";
import type { Progress } from "../lib/progress.ts";
import type { Protocol } from "../lib/protocol.ts";
import { collectFigures, type Figures } from "./figures.ts";
import { STAKERS, type Entry } from "./journal.ts";
import { reconcile, type Check } from "./ledgerCheck.ts";
import { Stage } from "./stage.ts";
import { play, type Played } from "./story.ts";

/** The committee: more than two thirds of five are four. */
const MEMBERS = 5;

/** What the demo has to show, as data. Amounts are wei. */
export interface DemoResult {
  /** Wei per share. */
  rate: { before: bigint; after: bigint };
  figures: Figures;
  ticket: Played["ticket"];
  /** wkETH of those who have any. */
  wrapped: { holder: string; shares: bigint; worthWei: bigint }[];
  transactions: Entry[];
  checks: Check[];
  /** Whether every check holds. */
  ok: boolean;
}

/** Starts a network of its own, plays the story on it, and adds everything up. */
export async function runDemo(progress: Progress): Promise<DemoResult> {
  const network = await progress.run("start a beacon chain and an EVM, deploy the protocol", () =>
    startLocalNetwork({ verifySignatures: true, members: MEMBERS, stakersGovern: true }),
  );
  let stage: Stage | undefined;
  try {
    stage = await Stage.open(network, progress);
    const before = await stage.protocol.WrappedStakedEther.getRate();
    const played = await play(stage);
    const figures = await progress.run("add everything up", () => collectFigures(stage!, played));
    const checks = reconcile(figures);
    return {
      rate: { before, after: await stage.protocol.WrappedStakedEther.getRate() },
      figures,
      ticket: played.ticket,
      wrapped: await wrapped(stage.protocol, stage),
      transactions: stage.journal.entries,
      checks,
      ok: checks.every(({ difference }) => difference === 0n),
    };
  } finally {
    stage?.close();
    await network.close();
  }
}

async function wrapped(
  { WrappedStakedEther: wrapper }: Protocol,
  { signers }: Stage,
): Promise<DemoResult["wrapped"]> {
  return Promise.all(
    STAKERS.map(async (holder) => {
      const shares = await wrapper.balanceOf(signers[holder]);
      return { holder, shares, worthWei: await wrapper.convertToAssets(shares) };
    }),
  );
}
