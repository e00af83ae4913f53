/** What of a URL may be shown: a node's address often carries a password or a key. */

const PARTS = /^([a-z][a-z0-9+.-]*:\/\/)?(.*@)?([^/?#]*)(.*)$/is;

/** Scheme and host; whatever else there is becomes an ellipsis. Takes what is no URL, too. */
export function shownUrl(url: string): string {
  const [, scheme = "", credentials = "", host = "", rest = ""] = PARTS.exec(url) ?? [];
  return `${scheme}${credentials === "" ? "" : "…@"}${host}${rest.length > 1 ? "/…" : rest}`;
}

/** Shorter parts of a path or a query are words ("v3", "mainnet"), not keys. */
const KEY_LENGTH = 16;

/** The passwords and keys in a URL, as a log might repeat them. */
export function hiddenParts(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { username, password, pathname, searchParams } = new URL(url);
  const keys = [username, ...pathname.split("/"), ...searchParams.values()];
  return [password, ...keys.filter(({ length }) => length >= KEY_LENGTH)]
    .filter((part) => part !== "")
    .flatMap((part) => [part, decoded(part)]);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
