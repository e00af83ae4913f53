import { stableStringify } from "../lib/json.ts";
import { formatTable } from "../lib/table.ts";
import { formatEther, formatGweiAsEther } from "../lib/units.ts";
import { STAKERS } from "./journal.ts";
import type { Check } from "./ledgerCheck.ts";
import type { DemoResult } from "./runDemo.ts";

/** The result for people. */
export function summaryText(result: DemoResult): string {
  const sections: [string, string][] = [
    ["Stakers, in ETH", stakers(result)],
    ["Reports, in ETH", reports(result)],
    ["Where the shares are", holdings(result)],
    ["Gas", gas(result)],
    ["Sums", sums(result)],
  ];
  return sections.map(([title, body]) => `${title}\n\n${body}`).join("\n\n") + "\n";
}

/** The same as one line of JSON; amounts are decimal strings. */
export function summaryJson(result: DemoResult): string {
  return `${stableStringify(result)}\n`;
}

/** One line for each sum that does not agree. */
export function complaints(checks: readonly Check[]): string[] {
  return checks
    .filter(({ difference }) => difference !== 0n)
    .map(({ name, expected, actual, difference }) => {
      const sign = difference > 0n ? "+" : "";
      return `${name}: off by ${sign}${difference} (expected ${expected}, found ${actual})`;
    });
}

function stakers({ figures, wrapped, rate }: DemoResult): string {
  const rows = STAKERS.map((name) => {
    const purse = figures.purses.find(({ actor }) => actor === name)!;
    const holding = figures.holdings.find(({ holder }) => holder === name)!;
    const wrapper = wrapped.find(({ holder }) => holder === name)!;
    const gain = purse.gotOutWei + holding.balanceWei + wrapper.worthWei - purse.putInWei;
    return [
      name,
      formatEther(purse.putInWei),
      formatEther(holding.balanceWei, 6),
      formatEther(wrapper.shares, 6),
      formatEther(wrapper.worthWei, 6),
      formatEther(purse.gotOutWei, 6),
      formatEther(gain, 6),
      formatEther(purse.gasWei, 6),
    ];
  });
  const titles = ["who", "put in", "holds kETH", "holds wkETH", "worth", "got", "gained", "gas"];
  const rates = `1 share was worth ${formatEther(rate.before, 9)} ETH before, ${formatEther(rate.after, 9)} ETH after.`;
  return `${formatTable(titles, rows)}\n\n${rates}`;
}

function reports({ figures }: DemoResult): string {
  const rows = figures.reports.map(({ report, signatures, bookedWei, feeShares, finalizedWei }) => [
    report.refSlot,
    signatures,
    formatGweiAsEther(report.beaconBalanceGwei, 6),
    formatEther(report.withdrawalsReceived, 6),
    formatEther(report.rewardsReceived, 6),
    formatEther(bookedWei, 6),
    formatEther(feeShares, 6),
    formatEther(finalizedWei, 6),
  ]);
  return formatTable(
    ["slot", "signatures", "on the beacon chain", "withdrawn", "tips", "gain", "fee shares", "finalised"],
    rows,
  );
}

function holdings({ figures }: DemoResult): string {
  const rows = figures.holdings
    .filter(({ units }) => units > 0n)
    .map(({ holder, units, balanceWei }) => [holder, units, formatEther(balanceWei, 6)]);
  return formatTable(
    ["holder", "units (1e-24 shares)", "ETH"],
    [...rows, ["total", figures.ledger.totalUnits, formatEther(figures.ledger.pooledWei, 6)]],
  );
}

function gas({ transactions }: DemoResult): string {
  const rows = transactions.map(({ step, actor, gasUsed }) => [step, actor, gasUsed.toLocaleString("en")]);
  return formatTable(["step", "by", "gas"], rows);
}

function sums({ checks }: DemoResult): string {
  return checks
    .map(({ name, difference }) => (difference === 0n ? `✓ ${name}` : `✗ ${name}: off by ${difference}`))
    .join("\n");
}
