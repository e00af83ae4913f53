import type { Report } from "../../actions/buildReport.ts";
import { checkLimits, type LimitCheck, type LimitsSeen } from "../../actions/reportLimits.ts";
import { reportParts, type ReportParts } from "../../actions/reportParts.ts";
import { submittedReport, type SubmittedReport } from "../../actions/submittedReport.ts";
import { REPORT_FIELDS } from "../../keepers/report/body.ts";
import { BeaconClient } from "../../lib/beaconClient.ts";
import { ConfigurationError } from "../../lib/errors.ts";
import { usePreset } from "../../lib/preset.ts";
import { formatTable } from "../../lib/table.ts";
import { formatEther, formatGweiAsEther } from "../../lib/units.ts";
import { print } from "../output.ts";
import { inSession } from "../session.ts";
import type { BuildOptions } from "./build.ts";
import { readReport } from "./readReport.ts";

export type ExplainOptions = BuildOptions & { onChain: boolean };

type Field = (typeof REPORT_FIELDS)[number];

interface ExplainedField {
  field: Field;
  value: bigint | string;
  unit: string;
  /** What this node says, where that is something else. */
  thisNode?: bigint | string;
  of: string[];
}

const UNITS: Record<Field, string> = {
  refSlot: "slot",
  blockRoot: "root",
  beaconBalanceGwei: "gwei",
  withdrawalsReceived: "wei",
  rewardsReceived: "wei",
  appeared: "validators",
  exited: "validators",
  lastTicketId: "ticket",
  rewardsRoot: "root",
};

/// `kedge report explain`: what the fields of a report are made of, and how far it is from the oracle's limits.
///
/// @param file with a report; without it the one that was handed in, or this node's own
export async function explain(
  refSlot: number,
  file: string | undefined,
  options: ExplainOptions,
): Promise<void> {
  const told = file === undefined ? undefined : await readReport(file);
  if (told !== undefined && told.refSlot !== BigInt(refSlot)) {
    throw new ConfigurationError({
      setting: "report explain",
      problem: `the report in the file is of slot ${told.refSlot}`,
      value: refSlot,
      example: `kedge report explain ${told.refSlot} report.json`,
    });
  }
  await inSession(options, async ({ provider, protocol }) => {
    const beacon = new BeaconClient(options.beaconUrl);
    await usePreset(beacon);
    const sources = { provider, protocol, beacon };
    const submitted = options.onChain ? await submittedReport(protocol, refSlot) : undefined;
    const parts = await reportParts(sources, refSlot);
    const report = told ?? submitted?.report ?? parts.report;
    const limits = await checkLimits(sources, report, submitted ? stateBefore(submitted) : "latest");
    const fields = REPORT_FIELDS.map((field) => explained(field, report, parts));
    const text = textOf(fields, limits, submitted);
    print({ fields, parts, limits, submitted }, { ...options, text });
  });
}

/// What is parked changes no books: it can be held against the very block.
function stateBefore({ blockNumber, parkedFor }: SubmittedReport): number {
  return parkedFor === undefined ? blockNumber - 1 : blockNumber;
}

function explained(field: Field, report: Report, parts: ReportParts): ExplainedField {
  const [value, own] = [report[field], parts.report[field]];
  return {
    field,
    value,
    unit: UNITS[field],
    ...(value === own ? {} : { thisNode: own }),
    of: madeOf(field, parts),
  };
}

/// In words, as this node tells it.
function madeOf(field: Field, parts: ReportParts): string[] {
  const { validators, pending, ignored, foreign, tickets } = parts;
  const ether = (gwei: bigint) => `${formatGweiAsEther(gwei)} ETH`;
  const vault = ({ heldWei, sweptWei }: ReportParts["rewards"]) => [
    `${formatEther(heldWei)} ETH in the vault at block ${parts.blockNumber}`,
    `${formatEther(sweptWei)} ETH collected from it`,
  ];
  const counted = (only: (state: string) => boolean) =>
    validators
      .filter(({ state }) => only(state))
      .map(({ operatorId, state, count }) => `${count} ${state} of operator ${operatorId}`);
  switch (field) {
    case "refSlot":
      return [`a frame boundary, at ${new Date(parts.refTime * 1_000).toISOString()}`];
    case "blockRoot":
      return [`the last block until then, with execution block ${parts.blockNumber}`];
    case "beaconBalanceGwei":
      return [
        ...validators.map(
          ({ operatorId, state, count, balanceGwei }) =>
            `${ether(balanceGwei)} of ${count} ${state} of operator ${operatorId}`,
        ),
        `${ether(pending.amountGwei)} of ${pending.count} pending deposits`,
        ...(ignored.count > 0
          ? [`not counted: ${ether(ignored.amountGwei)} of ${ignored.count} deposits`]
          : []),
        ...(foreign > 0 ? [`not counted: ${foreign} validators of our keys with foreign credentials`] : []),
      ];
    case "withdrawalsReceived":
      return vault(parts.withdrawals);
    case "rewardsReceived":
      return vault(parts.rewards);
    case "appeared":
      return counted(() => true);
    case "exited":
      return counted((state) => state === "exited");
    case "lastTicketId":
      return [
        `named before: up to ${tickets.named}`,
        ...(tickets.last ? [`ticket ${tickets.last.id} was ready at ${tickets.last.readyAt}`] : []),
        tickets.next
          ? `ticket ${tickets.next.id} is ready at ${tickets.next.readyAt}, after ${parts.refTime}`
          : "there was no ticket after it",
      ];
    case "rewardsRoot":
      return [parts.bringsRoot ? "new figures of operators" : "the last figures of operators stay"];
  }
}

function textOf(
  fields: readonly ExplainedField[],
  { checks, breach, frames, changeWei }: LimitsSeen,
  submitted: SubmittedReport | undefined,
): string {
  const lines = fields.flatMap(({ field, value, unit, thisNode, of }) => [
    `${field}: ${String(value)}${unit === "root" ? "" : ` ${unit}`}`,
    ...(thisNode === undefined ? [] : [`  ! this node says ${String(thisNode)}`]),
    ...of.map((part) => `  ${part}`),
  ]);
  const amount = (value: bigint, { unit }: LimitCheck) =>
    unit === "wei" ? `${formatEther(value)} ETH` : String(value);
  const rows = checks.map((check) => [
    check.limit,
    amount(check.value, check),
    amount(check.bound, check),
    amount(check.room, check),
    check.about,
  ]);
  const sign = changeWei < 0n ? "loss" : "gain";
  const size = formatEther(changeWei < 0n ? -changeWei : changeWei);
  const verdict = breach
    ? `${submitted ? "parked" : "would be parked"}: ${breach.limit} (${breach.about}) is passed by ${amount(-breach.room, breach)}`
    : `${submitted ? "within all limits" : "would be booked"}`;
  const titles = ["limit", "value", "bound", "room", { title: "", align: "left" as const }];
  return [
    ...lines,
    `a ${sign} of ${size} ETH in ${frames} ${frames === 1n ? "frame" : "frames"}`,
    formatTable(titles, rows),
    verdict,
  ].join("\n");
}
