import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError } from "commander";
import { buildReport, type Report } from "../actions/buildReport.ts";
import { reportDigest } from "../actions/submitReport.ts";
import { askPeers } from "../keepers/report/exchange.ts";
import { firstDifference, REPORT_FIELDS, reportSchema } from "../keepers/report/body.ts";
import { BeaconClient } from "../lib/beaconClient.ts";
import { ConfigurationError, explain } from "../lib/errors.ts";
import { usePreset } from "../lib/preset.ts";
import { FAILED, print } from "./output.ts";
import { resumeCommand } from "./reportResume.ts";
import { openSession, withSession, type SessionOptions } from "./session.ts";

type Options = SessionOptions & { beaconUrl: string; peer: string[] };

/// Who reports what, by its name in a comparison.
interface Told {
  source: string;
  report: Report;
}

/// `kedge report <verb>`: what members of the committee sign.
export function reportCommand(): Command {
  const report = new Command("report").description("Build reports, and find out why two of them differ.");
  const verb = (name: string, description: string) =>
    withSession(report.command(name).description(description)).option(
      "--beacon-url <url>",
      "Beacon API of a consensus node",
      "http://127.0.0.1:5052",
    );
  verb("build", "the report of a frame boundary, from finalized state alone")
    .argument("<refSlot>", "a frame boundary", slot)
    .action((refSlot: number, options: Options) => build(refSlot, options));
  verb("diff", "compare reports: files, what other keepers published, or what this node says")
    .argument("<refSlot>", "a frame boundary", slot)
    .argument("[file...]", "reports as JSON, as `build --json` writes them")
    .option("--peer <url>", "a keeper that publishes what its members signed (again for more)", collect, [])
    .action((refSlot: number, files: string[], options: Options) => diff(refSlot, files, options));
  return report.addCommand(resumeCommand());
}

async function build(refSlot: number, options: Options): Promise<void> {
  const { report, digest } = await ownReport(refSlot, options);
  const text = [...REPORT_FIELDS.map((field) => `${field}: ${String(report[field])}`), `digest: ${digest}`];
  print(report, { ...options, text: text.join("\n") });
}

/// Against the first of them; exit code 1 where any differs.
async function diff(refSlot: number, files: string[], options: Options): Promise<void> {
  const told: Told[] = await Promise.all(
    files.map(async (path) => ({ source: path, report: await readReport(path) })),
  );
  const session = await openSession(options);
  const problems: { source: string; problem: string }[] = [];
  try {
    const { protocol } = session;
    // with one source alone, the other is this node
    if (told.length + options.peer.length < 2) {
      told.unshift({ source: "this node", report: (await ownReport(refSlot, options)).report });
    }
    for (const { peer, votes, problem } of await askPeers(options.peer, refSlot, (each) =>
      reportDigest(protocol, each),
    )) {
      if (problem !== undefined) problems.push({ source: peer, problem });
      told.push(...votes.map(({ signer, report }) => ({ source: `${signer} at ${peer}`, report })));
    }
  } finally {
    session.close();
  }
  const [first, ...others] = told;
  if (first === undefined || others.length === 0) {
    throw new ConfigurationError({
      setting: "report diff",
      problem: `nothing to compare${problems.map(({ source, problem }) => `; ${source}: ${problem}`).join("")}`,
      example: "kedge report diff 64 ours.json theirs.json",
    });
  }
  const differences = others.flatMap(({ source, report }) => {
    const difference = firstDifference(first.report, report);
    return difference === undefined ? [] : [{ source, against: first.source, ...difference }];
  });
  const lines = differences.map(
    ({ source, against, field, ours, theirs }) =>
      `${field}: ${String(ours)} says ${against}, ${String(theirs)} says ${source}`,
  );
  const equal = differences.length === 0 ? [`${told.length} equal reports`] : [];
  const away = problems.map(({ source, problem }) => `${source}: ${problem}`);
  print(
    { compared: told.map(({ source }) => source), differences, problems },
    {
      ...options,
      text: [...lines, ...equal, ...away].join("\n"),
    },
  );
  if (differences.length > 0) process.exitCode = FAILED;
}

async function ownReport(refSlot: number, options: Options): Promise<{ report: Report; digest: string }> {
  const { provider, protocol, close } = await openSession(options);
  try {
    const beacon = new BeaconClient(options.beaconUrl);
    await usePreset(beacon);
    const sources = { provider, protocol, beacon };
    const report = await buildReport(sources, refSlot);
    return { report, digest: await reportDigest(protocol, report) };
  } finally {
    close();
  }
}

async function readReport(path: string): Promise<Report> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new ConfigurationError(
      {
        setting: path,
        problem: `is not a report: ${explain(error)}`,
        example: "kedge report build 64 --json",
      },
      { cause: error },
    );
  }
}

function slot(text: string): number {
  if (!/^(0|[1-9][0-9]{0,14})$/.test(text)) throw new InvalidArgumentError(`"${text}" is no slot`);
  return Number(text);
}

function collect(value: string, before: string[]): string[] {
  if (!URL.canParse(value)) throw new InvalidArgumentError(`"${value}" is no URL`);
  return [...before, value];
}
