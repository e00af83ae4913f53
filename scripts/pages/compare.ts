/** So many differing lines of a page are told; the rest are counted. */
const MAX_LINES = 5;

/** Where a page, as it is kept, differs from what was generated. Widths of columns do not matter. */
export function pageFindings(path: string, kept: string | undefined, generated: string): string[] {
  if (kept === undefined) return [`${path} is not there: npm run docs:generate writes it`];
  if (kept === generated) return [];
  const lacks = missing(generated, kept).map((line) => `${path} lacks: ${line}`);
  const stale = missing(kept, generated).map((line) => `${path} says, and should not: ${line}`);
  const all = [...lacks, ...stale];
  const rest = all.length - MAX_LINES;
  return [
    ...all.slice(0, MAX_LINES),
    ...(rest > 0 ? [`${path} differs in ${rest} more lines`] : []),
    `${path} is out of date: npm run docs:generate writes it anew`,
  ];
}

/** Lines of one text that another has not. */
function missing(of: string, from: string): string[] {
  const others = new Set(lines(from));
  return lines(of).filter((line) => line !== "" && !others.has(line));
}

function lines(text: string): string[] {
  return text.split("\n").map((line) => line.replace(/-{3,}/g, "---").replace(/\s+/g, " ").trim());
}
