import { format, resolveConfig } from "prettier";

/** A table in Markdown; a cell without text shows a dash. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => (cell === "" ? "–" : cell.replaceAll("|", "\\|"))).join(" | ")} |`;
  return [line(titles), line(titles.map(() => "---")), ...rows.map(line)].join("\n");
}

export function code(text: string): string {
  return `\`${text}\``;
}

/** A page as Prettier would have it. */
export async function page(path: string, blocks: readonly string[]): Promise<string> {
  return format(blocks.join("\n\n"), { ...(await resolveConfig(path)), parser: "markdown" });
}
