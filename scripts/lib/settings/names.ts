/** How one name is spelled where it is set, and which known name was meant by an unknown one. */

/** What all variables of the environment begin with; those that are not known are refused. */
export const ENV_PREFIX = "KEDGE_";

/** "clUrls" → "KEDGE_CL_URLS". */
export function envName(name: string): string {
  return ENV_PREFIX + words(name, "_").toUpperCase();
}

/** Where a file may hold a secret: "privateKey" → "KEDGE_PRIVATE_KEY_FILE". */
export function fileEnvName(name: string): string {
  return `${envName(name)}_FILE`;
}

/** "clUrls" → "--cl-urls". */
export function flagName(name: string): string {
  return `--${words(name, "-")}`;
}

/** What switches off: "dryRun" → "--no-dry-run". */
export function offFlagName(name: string): string {
  return `--no-${words(name, "-")}`;
}

/** The known name that differs in the fewest letters, where those are few. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let fewest = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const letters = distance(name.toLowerCase(), candidate.toLowerCase());
    if (letters < fewest) [best, fewest] = [candidate, letters];
  }
  return best;
}

function words(name: string, separator: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => separator + letter.toLowerCase());
}

/** Letters to insert, delete or replace (Levenshtein). */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
