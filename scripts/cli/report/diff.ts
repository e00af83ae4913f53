import type { Report } from "../../actions/buildReport.ts";
import { reportDigest } from "../../actions/submitReport.ts";
import { firstDifference } from "../../keepers/report/body.ts";
import { askPeers } from "../../keepers/report/exchange.ts";
import { ConfigurationError } from "../../lib/errors.ts";
import { FAILED, print } from "../output.ts";
import { inSession } from "../session.ts";
import { ownReport, type BuildOptions } from "./build.ts";
import { readReport } from "./readReport.ts";

type Options = BuildOptions & { peer: string[] };

/// Who reports what, by its name in a comparison.
interface Told {
  source: string;
  report: Report;
}

/// `kedge report diff`: against the first of them; exit code 1 where any differs.
export async function diff(refSlot: number, files: string[], options: Options): Promise<void> {
  const told: Told[] = [];
  // in their order: of two that cannot be read the first is named
  for (const path of files) told.push({ source: path, report: await readReport(path) });
  const problems: { source: string; problem: string }[] = [];
  // with one source alone, the other is this node
  if (told.length + options.peer.length < 2) {
    told.unshift({ source: "this node", report: (await ownReport(refSlot, options)).report });
  }
  const answers = await inSession(options, ({ protocol }) =>
    askPeers(options.peer, refSlot, (each) => reportDigest(protocol, each)),
  );
  for (const { peer, votes, problem } of answers) {
    if (problem !== undefined) problems.push({ source: peer, problem });
    told.push(...votes.map(({ signer, report }) => ({ source: `${signer} at ${peer}`, report })));
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
