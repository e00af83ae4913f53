import type { Signer } from "ethers";
import type { ReportSources } from "../actions/buildReport.ts";
import type { Urgency } from "../lib/tx/types.ts";
import type { AnyJob } from "./job.ts";
import { CheckpointJob } from "./jobs/checkpoint.ts";
import { DepositJob } from "./jobs/deposit.ts";
import { ExitJob } from "./jobs/exit.ts";
import { FinaliseJob } from "./jobs/finalise.ts";
import { GovernJob } from "./jobs/govern.ts";
import { PerformanceJob } from "./jobs/performance.ts";
import { SlashingJob } from "./jobs/slashing.ts";
import { UpkeepJob } from "./jobs/upkeep.ts";
import type { FiguresFolder } from "./jobs/figuresFile.ts";
import { ReportJob, type BuiltReport, type SigningMember } from "./report/job.ts";
import type { Gathered } from "./report/plan.ts";
import type { SignedReports } from "./report/signedReports.ts";
import type { Dispute, Witness } from "./report/witnesses.ts";
import type { KeeperJob, KeeperSettings } from "./settings.ts";
import { TakingTurns } from "./turns.ts";

export interface JobParts {
  settings: KeeperSettings;
  sources: ReportSources;
  /** Sends what a job wants. */
  senderOf: (job: KeeperJob, urgency: Urgency) => Signer;
  member: SigningMember | undefined;
  signed: SignedReports;
  /** Each execution node by itself; none where there is but one. */
  witnesses: readonly Witness[];
  figuresFolder: FiguresFolder;
  /** What a job knows from one of its cycles in the next, by its name. */
  remember: <T extends object>(name: string, make: () => T) => T;
  /** For peers. Default: `fetch`. */
  request?: typeof fetch;
  onGathered: (gathered: Gathered) => void;
  onDispute: (dispute: Dispute | undefined) => void;
}

/**
 * Jobs in the order in which they matter. What several keepers could do they do in turns; reports have turns of their own.
 *
 * @param wanted default: those that the settings name. Each knows of all of these that it runs beside them
 */
export function jobsOf(parts: JobParts, wanted: readonly KeeperJob[] = parts.settings.jobs): AnyJob[] {
  const { settings, sources, senderOf, member, signed, witnesses, figuresFolder } = parts;
  const { remember, request, onGathered, onDispute } = parts;
  const { protocol } = sources;
  const make: Record<KeeperJob, () => AnyJob> = {
    report: () =>
      new ReportJob({
        sources,
        submitter: senderOf("report", "urgent"),
        ...(member ? { member } : {}),
        signed,
        built: remember("built reports", () => new Map<number, BuiltReport>()),
        toldOfAge: remember("reports told to be too old", () => new Set<number>()),
        peers: settings.peerUrls,
        secondsPerTurn: settings.submitDelaySeconds,
        ...(request ? { request } : {}),
        ...(witnesses.length > 0 ? { witnesses } : {}),
        onGathered,
        onDispute,
      }),
    slashing: () =>
      new SlashingJob(sources, senderOf("slashing", "normal"), {
        atStake: remember("effective balances at slashings", () => new Map<number, bigint | undefined>()),
        merged: remember("whether sources were merged", () => new Map<number, boolean>()),
      }),
    exit: () => new ExitJob(sources, senderOf("exit", "normal")),
    finalise: () => new FinaliseJob({ protocol, sender: senderOf("finalise", "normal") }),
    checkpoint: () => {
      const shown = remember("shown checkpoints", () => new Set<bigint>());
      return new CheckpointJob(sources, senderOf("checkpoint", "normal"), shown);
    },
    deposit: () => new DepositJob(sources, senderOf("deposit", "normal")),
    performance: () => new PerformanceJob(sources, senderOf("performance", "idle"), figuresFolder),
    govern: () => new GovernJob(sources, senderOf("govern", "idle")),
    upkeep: () => new UpkeepJob(sources, senderOf("upkeep", "idle"), settings.jobs),
  };
  const { turnSeconds, dryRun } = settings;
  // whoever only looks is in nobody's way
  const isInTurns = turnSeconds > 0 && !dryRun;
  const inTurn = (job: AnyJob) =>
    isInTurns && job.name !== "report"
      ? new TakingTurns(job, {
          turnSeconds,
          keys: () => protocol.OracleCommittee.members(),
          address: async () => member?.address ?? senderOf(job.name as KeeperJob, "idle").getAddress(),
        })
      : job;
  const names = Object.keys(make) as KeeperJob[];
  return names.filter((job) => wanted.includes(job)).map((job) => inTurn(make[job]()));
}
