import { buildReport, type Report } from "../../actions/buildReport.ts";
import { reportDigest } from "../../actions/submitReport.ts";
import { REPORT_FIELDS } from "../../keepers/report/body.ts";
import { BeaconClient } from "../../lib/beaconClient.ts";
import { usePreset } from "../../lib/preset.ts";
import { print } from "../output.ts";
import { inSession } from "../session.ts";
import type { SessionOptions } from "../sessionOptions.ts";

export type BuildOptions = SessionOptions & { beaconUrl: string };

/// `kedge report build`.
export async function build(refSlot: number, options: BuildOptions): Promise<void> {
  const { report, digest } = await ownReport(refSlot, options);
  const text = [...REPORT_FIELDS.map((field) => `${field}: ${String(report[field])}`), `digest: ${digest}`];
  print(report, { ...options, text: text.join("\n") });
}

/// The report as these nodes have it, and what a member signs of it.
export async function ownReport(
  refSlot: number,
  options: BuildOptions,
): Promise<{ report: Report; digest: string }> {
  return inSession(options, async ({ provider, protocol }) => {
    const beacon = new BeaconClient(options.beaconUrl);
    await usePreset(beacon);
    const report = await buildReport({ provider, protocol, beacon }, refSlot);
    return { report, digest: await reportDigest(protocol, report) };
  });
}
