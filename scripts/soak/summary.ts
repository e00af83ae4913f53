import { formatTable } from "../lib/table.ts";
import type { SoakResult } from "./result.ts";

/** The result for people. */
export function summaryText(result: SoakResult): string {
  const { seed, frames, framesRun, lateFrames, unreported, slowSlots, seconds, tickets, replayed, breaches } =
    result;
  const counts = (of: Record<string, number>) =>
    Object.entries(of)
      .toSorted(([a], [b]) => a.localeCompare(b))
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const keepers = formatTable(
    [
      "keeper",
      "reports",
      "confirmed",
      "reverted",
      "abandoned",
      "cancelled",
      "open",
      "replaced",
      "retries",
      "asked",
    ],
    result.keepers.map((k) => [
      ...[
        k.keeper,
        k.reports,
        k.confirmed,
        k.reverted,
        k.abandoned,
        k.cancelled,
        k.open,
        k.replaced,
        k.retries,
      ],
      Object.values(k.asked).reduce((sum, each) => sum + each, 0),
    ]),
  );
  const asked = result.keepers.flatMap(({ keeper, asked: texts }) =>
    Object.entries(texts).map(([text, count]) => `keeper ${keeper}, ${count} times: ${text}`),
  );
  return [
    `${Math.min(frames, framesRun)} frames with seed ${seed}, and ${Math.max(0, framesRun - frames)} to pay all tickets, in ${seconds} s`,
    `Reports: ${lateFrames} late, ${unreported} frames without; slots that waited for nobody: ${slowSlots}`,
    `Faults: ${counts(result.faults)}`,
    `Deeds: ${counts(result.deeds)}`,
    `Tickets: ${tickets.requested} requested, ${tickets.finalised} finalised, ${tickets.claimed} claimed`,
    ...(replayed > 0 ? [`Cycles recorded and played again: ${replayed}`] : []),
    "",
    keepers,
    ...(asked.length > 0 ? ["", "What asked for a person:", ...asked] : []),
    "",
    ...(breaches.length > 0
      ? breaches.map(({ rule, text }) => `✗ ${rule}: ${text}`)
      : ["✓ everything held in every frame"]),
    "",
  ].join("\n");
}
