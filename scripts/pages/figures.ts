import { formatUnits, isAddress } from "ethers";

/** How a unit is shown: so many decimals less, by another name. */
interface Shown {
  decimals: number;
  unit: string;
}

const MAX_DECIMALS = 4;
const SPANS = [
  [86_400n, "day"],
  [3_600n, "hour"],
  [60n, "minute"],
] as const;

/** The unit that values are shown in: ether for wei, spans of time for seconds. */
export function shownUnit(unit: string): Shown {
  if (unit.startsWith("wei per gas")) return { decimals: 9, unit: unit.replace("wei", "gwei") };
  if (/^wei\b/.test(unit)) return { decimals: 18, unit: unit.replace("wei", "ETH") };
  if (unit === "gwei") return { decimals: 9, unit: "ETH" };
  if (unit === "1e-9 shares") return { decimals: 9, unit: "shares" };
  return { decimals: 0, unit: unit === "seconds" ? "time" : unit };
}

/** A value as people read it. */
export function shownValue(
  value: unknown,
  unit: string,
  names: ReadonlyMap<string, string> = new Map(),
): string {
  if (value === null) return "none";
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.length.toString();
  if (isAddress(value)) return `\`${names.get(value.toLowerCase()) ?? value}\``;
  if (typeof value === "string" && !/^\d+$/.test(value)) return `\`${value}\``;
  const figure = BigInt(value as bigint);
  return unit === "seconds" ? span(figure) : decimal(figure, shownUnit(unit).decimals);
}

function decimal(figure: bigint, decimals: number): string {
  const [whole = "", fraction = ""] = formatUnits(figure, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  if (fraction === "" || fraction === "0") return grouped;
  const rest =
    fraction.length > MAX_DECIMALS && whole !== "0" ? `${fraction.slice(0, MAX_DECIMALS)}…` : fraction;
  return `${grouped}.${rest}`;
}

function span(seconds: bigint): string {
  const [size, name] = SPANS.find(([length]) => seconds >= length && seconds % length === 0n) ?? [
    1n,
    "second",
  ];
  const count = seconds / size;
  return `${decimal(count, 0)} ${name}${count === 1n ? "" : "s"}`;
}
