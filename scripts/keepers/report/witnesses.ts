import { buildReport, type Report, type ReportSources } from "../../actions/buildReport.ts";
import { explain, FatalError, isRetryable, RetryableError } from "../../lib/errors.ts";
import type { Logger } from "../../lib/logger.ts";
import { groupVotes } from "../../lib/sources/vote.ts";
import { rememberStates } from "../../lib/stateMemory.ts";
import { firstDifference, type Difference } from "./body.ts";

/** One execution node, and what a report is built from where it alone is asked of the execution chain. */
export interface Witness {
  /** Host and port. */
  source: string;
  sources: ReportSources;
}

/** Two execution nodes of which a report is not the same: what the first makes of it is `ours`. */
export interface Dispute extends Difference {
  sources: readonly [string, string];
  /** Those in the minority; all where none is in the majority. */
  suspects: readonly string[];
}

/** Execution nodes tell different reports of a boundary: one of them would cost a member its bond. */
export class DisputeError extends FatalError {
  readonly dispute: Dispute;

  constructor(dispute: Dispute) {
    super(`execution nodes tell different reports: ${disputeText(dispute)}`);
    this.dispute = dispute;
  }
}

/** The field, what it is, and to whom. */
export function disputeText({ field, ours, theirs, sources: [left, right] }: Dispute): string {
  return `${field} is ${String(ours)} at ${left}, ${String(theirs)} at ${right}`;
}

/**
 * The report of a boundary, built once for each execution node, of which more than half must answer and none may differ:
 * whoever rules one node rules no report.
 *
 * @throws DisputeError where two differ
 * @throws RetryableError where too few can be asked now; FatalError where they will not do later either; of a single node,
 * what building threw
 */
export async function agreedReport(
  witnesses: readonly Witness[],
  refSlot: number,
  log: Pick<Logger, "warn">,
): Promise<Report> {
  const [only, ...others] = witnesses;
  if (only !== undefined && others.length === 0) return buildReport(only.sources, refSlot);
  const [beacon, ...beacons] = new Set(witnesses.map(({ sources }) => sources.beacon));
  const shared = beacon !== undefined && beacons.length === 0 ? rememberStates(beacon) : undefined;
  const told = await Promise.all(
    witnesses.map(async ({ source, sources }) => {
      try {
        const value = await buildReport(shared ? { ...sources, beacon: shared } : sources, refSlot);
        return { vote: { source, value } };
      } catch (error) {
        return { failure: { source, error } };
      }
    }),
  );
  const votes = told.flatMap(({ vote }) => vote ?? []);
  const failures = told.flatMap(({ failure }) => failure ?? []);
  const groups = groupVotes(votes, (report) => report);
  const [[first] = [], [second] = []] = groups;
  if (first !== undefined && second !== undefined) {
    const isMajority = groups[0]!.length > groups[1]!.length;
    throw new DisputeError({
      ...firstDifference(first.value, second.value)!,
      sources: [first.source, second.source],
      suspects: (isMajority ? groups.slice(1) : groups).flat().map(({ source }) => source),
    });
  }
  for (const { source, error } of failures) log.warn({ source, err: error }, "a node tells no report");
  if (first !== undefined && votes.length * 2 > witnesses.length) return first.value;
  const reasons = failures.map(({ source, error }) => `${source}: ${explain(error)}`).join("; ");
  const message = `more than half of ${witnesses.length} execution nodes must tell a report, ${votes.length} do; ${reasons}`;
  const cause = failures[0]?.error;
  const mayPass = failures.some(({ error }) => isRetryable(error));
  throw mayPass ? new RetryableError(message, { cause }) : new FatalError(message, { cause });
}
