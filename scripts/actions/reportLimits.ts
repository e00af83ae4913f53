/** What the oracle would say to a report: the bounds of contracts/oracle/ReportLimits.sol, by the state of a block. */
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { WEI_PER_GWEI } from "../lib/units.ts";
import type { Report, ReportSources } from "./buildReport.ts";

const BP = 10_000n;
const FULL = 10n ** 18n;
const YEAR_SECONDS = 365n * 86_400n;

/** One bound of a report. */
export interface LimitCheck {
  /** As the contracts name it; `gainPerYear` for what is left to the next report. */
  limit: string;
  about: string;
  unit: "wei" | "validators";
  value: bigint;
  bound: bigint;
  /** How far it is to the bound; below zero where it is passed. */
  room: bigint;
  /** What becomes of a report that passes it. */
  otherwise: "is parked" | "is booked as far as the bound";
}

export interface LimitsSeen {
  /** Gain or loss that it comes to, in wei. */
  changeWei: bigint;
  /** Frames since the last report. */
  frames: bigint;
  checks: LimitCheck[];
  /** The first limit that it passes, for which it would be parked. */
  breach: LimitCheck | undefined;
}

/**
 * Holds a report against the limits.
 *
 * @param blockTag by whose state: for a report that was handed in, the block before
 * @throws FatalError where that frame, or a later one, is booked already
 */
export async function checkLimits(
  { protocol, provider }: Pick<ReportSources, "protocol" | "provider">,
  report: Report,
  blockTag: number | "latest",
): Promise<LimitsSeen> {
  const { ReportOracle: oracle, StakedEther: ledger } = protocol;
  const at = { blockTag };
  const slotsPerFrame = await oracle.slotsPerFrame(at);
  const frame = report.refSlot / slotsPerFrame;
  const books = await ledger.booksAt(frame, at);
  if (frame <= books.frame) {
    throw new FatalError(`frame ${frame} is not later than frame ${books.frame}, which is booked`);
  }
  const [limits, counts, mostFrames, windowFrames, { frameSeconds }, withdrawals, rewards] =
    await Promise.all([
      oracle.limits(at),
      oracle.counts(at),
      oracle.MAX_FRAMES(at),
      oracle.WINDOW_FRAMES(at),
      ledger.parameters(at),
      provider.getBalance(protocol.WithdrawalVault, blockTag),
      provider.getBalance(protocol.RewardsVault, blockTag),
    ]);
  const changeWei = changeOf(report, books);
  const lossWei = changeWei < 0n ? -changeWei : 0n;
  const frames = frame - books.frame;
  const scale = frames < mostFrames ? frames : mostFrames;
  const gone = (frames * FULL) / windowFrames;
  const level = counts.lossLevel > gone ? counts.lossLevel - gone : 0n;
  const window = (books.pooledEther * limits.lossBpPerWindow) / (2n * BP);

  const checks = [
    most("withdrawalsReceived", "no more than the vault ever received", "wei", [
      report.withdrawalsReceived,
      withdrawals + books.sweptWithdrawals,
    ]),
    most("rewardsReceived", "no more than the vault ever received", "wei", [
      report.rewardsReceived,
      rewards + books.sweptRewards,
    ]),
    least("appearedBack", "no fewer than the last report told", [report.appeared, counts.appeared]),
    least("exitedBack", "no fewer than the last report told", [report.exited, counts.exited]),
    most("exitedAbove", "no more than have appeared", "validators", [report.exited, report.appeared]),
    most("appeared", "new ones since the last report", "validators", [
      report.appeared - counts.appeared,
      scale * limits.appearedPerFrame,
    ]),
    most("exited", "exits since the last report", "validators", [
      report.exited - counts.exited,
      scale * limits.exitedPerFrame,
    ]),
    most("lossPerFrame", "loss since the last report", "wei", [
      lossWei,
      (books.pooledEther * limits.lossBpPerFrame * scale) / BP,
    ]),
    most("lossPerWindow", "loss, against what past ones left of the window", "wei", [
      lossWei,
      (window * (FULL - level)) / FULL,
    ]),
  ];
  const gain = most("gainPerYear", "gain since the last report", "wei", [
    changeWei > 0n ? changeWei : 0n,
    (books.pooledEther * limits.gainBpPerYear * frames * frameSeconds) / (BP * YEAR_SECONDS),
  ]);
  return {
    changeWei,
    frames,
    checks: [...checks, { ...gain, otherwise: "is booked as far as the bound" }],
    breach: checks.find(({ room }) => room < 0n),
  };
}

type Books = Awaited<ReturnType<Protocol["StakedEther"]["booksAt"]>>;

function changeOf(report: Report, books: Books): bigint {
  const told = report.beaconBalanceGwei * WEI_PER_GWEI + report.withdrawalsReceived + report.rewardsReceived;
  return told - books.depositedGwei * WEI_PER_GWEI - books.profit;
}

function most(
  limit: string,
  about: string,
  unit: LimitCheck["unit"],
  [value, bound]: [bigint, bigint],
): LimitCheck {
  return { limit, about, unit, value, bound, room: bound - value, otherwise: "is parked" };
}

function least(limit: string, about: string, [value, bound]: [bigint, bigint]): LimitCheck {
  return { limit, about, unit: "validators", value, bound, room: value - bound, otherwise: "is parked" };
}
