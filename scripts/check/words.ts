import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { CheckContext } from "./check.ts";
import { trackedFiles } from "./files.ts";

interface Rule {
  what: string;
  pattern: RegExp;
  in: RegExp;
}

const SOURCES = /\.(sol|[cm]?[jt]sx?|md|json|ya?ml|toml|sh)$|(^|\/)[^.]+$/;

/** Classes of one letter, so that this file does not find itself. */
const RULES: Rule[] = [
  { what: "unfinished work", pattern: /\b(T[O]DO|F[I]XME|X{3}|H[A]CK)\b/, in: SOURCES },
  { what: "a test left alone or out", pattern: /\.(only|skip)\(/, in: /^test\// },
  { what: "a path of one machine", pattern: /(?<![\w.~-])\/(home|tmp|root|Users|work)\/[\w.-]/, in: SOURCES },
];

/** The test names paths; the lock file is not ours. */
const EXEMPT = ["test/check/words.test.ts", "package-lock.json"];

/** Nothing tracked says that it is unfinished, leaves tests out, or knows the machine it was written on. */
export function checkWords({ root, note }: CheckContext): string[] {
  const files = trackedFiles(root).filter((path) => !EXEMPT.includes(path));
  note(`${files.length} files`);
  return files.flatMap((path) => wordFindings(path, readFileSync(join(root, path), "utf8")));
}

/** What one file says that it should not, with line numbers. */
export function wordFindings(path: string, text: string): string[] {
  const rules = RULES.filter((rule) => rule.in.test(path));
  return text
    .split("\n")
    .flatMap((line, index) =>
      rules
        .filter((rule) => rule.pattern.test(line))
        .map((rule) => `${path}:${index + 1} has ${rule.what}: ${line.trim()}`),
    );
}
