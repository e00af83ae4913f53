/** Who is asked, by a short name: an address may have a password or a key in it, which no record may have. */
import { shownUrl } from "../../lib/settings/urls.ts";
import type { KeeperSettings } from "../settings.ts";

interface Place {
  /** "cl0": the first beacon node. */
  name: string;
  base: URL;
}

export type NodeSettings = Pick<KeeperSettings, "elUrls" | "elSendUrl" | "clUrls" | "peerUrls">;

/** The nodes and peers of the settings. */
export class Places {
  readonly #places: readonly Place[];

  constructor({ elUrls, elSendUrl, clUrls, peerUrls }: NodeSettings) {
    const named = (prefix: string, urls: readonly string[]) =>
      urls.map((url, i) => ({ name: `${prefix}${i}`, base: new URL(url) }));
    const sender = elSendUrl === undefined ? [] : [elSendUrl];
    const all = [
      ...named("el", elUrls),
      ...named("send", sender),
      ...named("cl", clUrls),
      ...named("peer", peerUrls),
    ];
    // the longest first: one place may be below another
    this.#places = all.toSorted((a, b) => b.base.pathname.length - a.base.pathname.length);
  }

  /** Whom a request goes to, and what of its address is not theirs. */
  find(url: URL): { name: string; path: string } {
    const place = this.#places.find(({ base }) => isBelow(base, url));
    if (place === undefined) return { name: "elsewhere", path: shownUrl(url.href) };
    const query = new URLSearchParams(url.search);
    for (const [key, value] of place.base.searchParams) query.delete(key, value);
    const path = url.pathname.slice(pathOf(place.base).length).replace(/^\/$/, "");
    return {
      name: place.name,
      path: query.size === 0 ? path : `${path}?${decodeURIComponent(query.toString())}`,
    };
  }
}

/** The same settings, with addresses that say whom they name and no more. */
export function withoutKeys<S extends NodeSettings>(settings: S): S {
  const { elUrls, elSendUrl, clUrls, peerUrls } = settings;
  const bare = (prefix: string, urls: readonly string[]) =>
    urls.map((url, i) => {
      const { protocol, host } = new URL(url);
      return `${protocol}//${host}/${prefix}${i}`;
    });
  return {
    ...settings,
    elUrls: bare("el", elUrls),
    ...(elSendUrl === undefined ? {} : { elSendUrl: bare("send", [elSendUrl])[0] }),
    clUrls: bare("cl", clUrls),
    peerUrls: bare("peer", peerUrls),
  };
}

function isBelow(base: URL, url: URL): boolean {
  const path = pathOf(base);
  return url.origin === base.origin && (url.pathname === path || url.pathname.startsWith(`${path}/`));
}

function pathOf({ pathname }: URL): string {
  return pathname.replace(/\/+$/, "");
}
