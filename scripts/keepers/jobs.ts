import { join } from "node:path";
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
import { ReportJob, type SigningMember } from "./report/job.ts";
import type { Gathered } from "./report/plan.ts";
import type { SignedReports } from "./report/signedReports.ts";
import type { Dispute, Witness } from "./report/witnesses.ts";
import type { KeeperJob, KeeperSettings } from "./settings.ts";

export interface JobParts {
  settings: KeeperSettings;
  sources: ReportSources;
  /** Sends what a job wants. */
  senderOf: (job: KeeperJob, urgency: Urgency) => Signer;
  member: SigningMember | undefined;
  signed: SignedReports;
  /** Each execution node by itself; none where there is but one. */
  witnesses: readonly Witness[];
  onGathered: (gathered: Gathered) => void;
  onDispute: (dispute: Dispute | undefined) => void;
}

/** The jobs that the settings name, in the order in which they matter. */
export function jobsOf(parts: JobParts): AnyJob[] {
  const { settings, sources, senderOf, member, signed, witnesses, onGathered, onDispute } = parts;
  const { protocol } = sources;
  const make: Record<KeeperJob, () => AnyJob> = {
    report: () =>
      new ReportJob({
        sources,
        submitter: senderOf("report", "urgent"),
        ...(member ? { member } : {}),
        signed,
        peers: settings.peerUrls,
        secondsPerTurn: settings.submitDelaySeconds,
        ...(witnesses.length > 0 ? { witnesses } : {}),
        onGathered,
        onDispute,
      }),
    slashing: () => new SlashingJob(sources, senderOf("slashing", "normal")),
    exit: () => new ExitJob(sources, senderOf("exit", "normal")),
    finalise: () => new FinaliseJob({ protocol, sender: senderOf("finalise", "normal") }),
    checkpoint: () => new CheckpointJob(sources, senderOf("checkpoint", "normal")),
    deposit: () => new DepositJob(sources, senderOf("deposit", "normal")),
    performance: () =>
      new PerformanceJob(sources, senderOf("performance", "idle"), join(settings.stateFolder, "figures")),
    govern: () => new GovernJob(sources, senderOf("govern", "idle")),
    upkeep: () => new UpkeepJob(sources, senderOf("upkeep", "idle"), settings.jobs),
  };
  const wanted = new Set<KeeperJob>(settings.jobs);
  return (Object.keys(make) as KeeperJob[]).filter((job) => wanted.has(job)).map((job) => make[job]());
}
