/**
 * A plain text table for terminals: columns aligned by spaces, figures to the right, no frame. Coloured
 * cells keep their width.
 */
import { stripVTControlCharacters } from "node:util";

export type Cell = string | number | bigint | boolean | undefined | null;

export interface Column {
  readonly title: string;
  /** Where unset, a column whose cells are all figures is aligned to the right, any other to the left. */
  readonly align?: "left" | "right";
}

/** A figure with an optional sign, separators, decimals and unit: "-1,234.50 ETH", "12 %", "3.1s". */
const FIGURE = /^[-+]?\d[\d,_]*(\.\d+)?( ?(%|[A-Za-z]{1,4}))?$/;

/**
 * @param columns titles from left to right, as text or with an alignment
 * @param rows one array per line; missing cells are shown as "–"
 * @returns lines joined by newlines, the title line first; no line ends in a blank
 */
export function formatTable(
  columns: readonly (string | Column)[],
  rows: readonly (readonly Cell[])[],
): string {
  const heads = columns.map((column) => (typeof column === "string" ? { title: column } : column));
  const body = rows.map((row) => heads.map((_, i) => text(row[i])));
  const widths = heads.map((head, i) => Math.max(width(head.title), ...body.map((row) => width(row[i]!))));
  const right = heads.map((head, i) =>
    head.align === undefined ? isFigures(body.map((row) => row[i]!)) : head.align === "right",
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, i) => {
        const padding = " ".repeat(widths[i]! - width(cell));
        return right[i] ? padding + cell : cell + padding;
      })
      .join("  ")
      .trimEnd();
  return [line(heads.map((head) => head.title)), ...body.map(line)].join("\n");
}

function text(cell: Cell): string {
  return cell === undefined || cell === null || cell === "" ? "–" : String(cell).replaceAll(/\s*\n\s*/g, " ");
}

function isFigures(cells: string[]): boolean {
  const present = cells.filter((cell) => cell !== "–");
  return present.length > 0 && present.every((cell) => FIGURE.test(stripVTControlCharacters(cell)));
}

/** Characters on the screen; wide (CJK) characters are counted as one. */
function width(cell: string): number {
  return [...stripVTControlCharacters(cell)].length;
}
