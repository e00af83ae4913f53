import { z } from "zod";
import type { Report } from "../../actions/buildReport.ts";

/** The fields of a report in the order of the contract's struct. */
export const REPORT_FIELDS = [
  "refSlot",
  "blockRoot",
  "beaconBalanceGwei",
  "withdrawalsReceived",
  "rewardsReceived",
  "appeared",
  "exited",
  "lastTicketId",
  "rewardsRoot",
] as const satisfies readonly (keyof Report)[];

const whole = z.string().regex(/^(0|[1-9][0-9]{0,38})$/, "a whole number in decimal");
const root = z.string().regex(/^0x[0-9a-f]{64}$/, "32 bytes in lower case hex");

/** A report as it goes between keepers and into files: numbers are decimal text. */
export const reportSchema = z
  .strictObject({
    refSlot: whole,
    blockRoot: root,
    beaconBalanceGwei: whole,
    withdrawalsReceived: whole,
    rewardsReceived: whole,
    appeared: whole,
    exited: whole,
    lastTicketId: whole,
    rewardsRoot: root,
  })
  .transform(
    (body): Report => ({
      refSlot: BigInt(body.refSlot),
      blockRoot: body.blockRoot,
      beaconBalanceGwei: BigInt(body.beaconBalanceGwei),
      withdrawalsReceived: BigInt(body.withdrawalsReceived),
      rewardsReceived: BigInt(body.rewardsReceived),
      appeared: BigInt(body.appeared),
      exited: BigInt(body.exited),
      lastTicketId: BigInt(body.lastTicketId),
      rewardsRoot: body.rewardsRoot,
    }),
  );

/** A member's report with its signature, as its keeper publishes it. */
export const publishedSchema = z.strictObject({
  /** Address of the member's key. */
  signer: z.string().regex(/^0x[0-9a-fA-F]{40}$/, "an address"),
  report: reportSchema,
  /** 64 bytes (EIP-2098). */
  signature: z.string().regex(/^0x[0-9a-f]{128}$/, "64 bytes in lower case hex"),
});
export type Published = z.output<typeof publishedSchema>;

/** A field in which two reports differ. */
export interface Difference {
  field: (typeof REPORT_FIELDS)[number];
  ours: bigint | string;
  theirs: bigint | string;
}

/** The first field in which two reports differ, in the order of the struct; none where they are equal. */
export function firstDifference(ours: Report, theirs: Report): Difference | undefined {
  const field = REPORT_FIELDS.find((name) => ours[name] !== theirs[name]);
  return field === undefined ? undefined : { field, ours: ours[field], theirs: theirs[field] };
}
