import { readFileSync } from "node:fs";
import { join, posix } from "node:path";
import type { CheckContext } from "./check.ts";
import { trackedFiles } from "./files.ts";

const DECISION = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/;
const MAX_DECISION_LINES = 40;

/** Links between documents lead somewhere, and decisions are numbered and short. */
export function checkDocs({ root, note }: CheckContext): string[] {
  const files = new Set(trackedFiles(root));
  const pages = new Map(
    [...files]
      .filter((path) => path.endsWith(".md"))
      .map((path) => [path, readFileSync(join(root, path), "utf8")]),
  );
  note(`${pages.size} pages`);
  return [...linkFindings(pages, files), ...decisionFindings(pages)];
}

/** Relative links to files or headings that are not there. */
export function linkFindings(pages: ReadonlyMap<string, string>, files: ReadonlySet<string>): string[] {
  const isFolder = (path: string) => [...files].some((file) => file.startsWith(`${path}/`));

  return [...pages].flatMap(([page, text]) =>
    links(text).flatMap((link) => {
      const [path = "", heading] = link.split("#");
      const target = path === "" ? page : posix.join(posix.dirname(page), decodeURI(path)).replace(/\/$/, "");
      if (!files.has(target) && !isFolder(target)) return [`${page} links to ${link}, which is not there`];

      const targetText = pages.get(target);
      if (heading === undefined || targetText === undefined || headings(targetText).has(heading)) return [];
      return [`${page} links to ${link}, which has no such heading`];
    }),
  );
}

/** Decisions with a bad name, a number used twice, or too much to say. */
export function decisionFindings(pages: ReadonlyMap<string, string>): string[] {
  const numbers = new Map<string, string>();
  return [...pages]
    .filter(([page]) => page.startsWith("docs/decisions/"))
    .flatMap(([page, text]) => {
      const number = DECISION.exec(page)?.[1];
      if (number === undefined) return [`${page} is not named NNNN-title.md`];

      const lines = text.trimEnd().split("\n").length;
      const twin = numbers.get(number);
      numbers.set(number, page);
      return [
        ...(twin === undefined ? [] : [`${page} has the number of ${twin}`]),
        ...(lines <= MAX_DECISION_LINES
          ? []
          : [`${page} has ${lines} lines, more than ${MAX_DECISION_LINES}`]),
      ];
    });
}

/** Targets of inline links, outside code, that are not web addresses. */
function links(text: string): string[] {
  return [...withoutCode(text).matchAll(/\]\(([^)\s]+)[^)]*\)/g)]
    .map((match) => match[1] ?? "")
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors that a page's headings get on GitHub. */
function headings(text: string): Set<string> {
  return new Set(
    [...withoutCode(text, false).matchAll(/^#+\s+(.*)$/gm)].map((match) =>
      (match[1] ?? "")
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\s_-]/gu, "")
        .trim()
        .replace(/\s/g, "-"),
    ),
  );
}

function withoutCode(text: string, inline = true): string {
  const blocks = text.replace(/^```[\s\S]*?^```/gm, "");
  return inline ? blocks.replace(/`[^`\n]*`/g, "") : blocks;
}
