import { ZeroHash } from "ethers";
import { jsonOf, type Ask } from "./proxied.ts";

const NOT_FOUND = 404;

interface Header {
  root: string;
  header: { message: { slot: string; state_root: string } };
}

interface Checkpoints {
  finalized: { root: string };
  current_justified: { root: string };
}

/// The part of a path up to the id of a block or a state, the id, and what follows.
const WITH_ID = /^(\/eth\/v\d\/(?:debug\/)?beacon\/(headers|blocks|states)\/)([^/?]+)(.*)$/;

/// How the chain looks to a beacon node that is some slots behind: an earlier head, and of later blocks and states nothing.
export class LaggingView {
  readonly headSlot: number;
  readonly #ask: Ask;
  readonly #lastSlot: number;
  readonly #head: Header;
  readonly #hidden: ReadonlySet<string>;

  private constructor(ask: Ask, lastSlot: number, head: Header, hidden: ReadonlySet<string>) {
    this.#ask = ask;
    this.#lastSlot = lastSlot;
    this.#head = head;
    this.#hidden = hidden;
    this.headSlot = slotOf(head);
  }

  static async at(ask: Ask, slotsBehind: number): Promise<LaggingView> {
    const newest = (await headerOf(ask, "head"))!;
    const lastSlot = Math.max(0, slotOf(newest) - slotsBehind);
    const hidden = new Set<string>();
    for (let slot = lastSlot + 1; slot <= slotOf(newest); slot++) {
      const header = await headerOf(ask, slot);
      if (header === undefined) continue;
      hidden.add(header.root).add(header.header.message.state_root);
    }
    for (let slot = lastSlot; ; slot--) {
      const head = await headerOf(ask, slot);
      if (head !== undefined) return new LaggingView(ask, lastSlot, head, hidden);
    }
  }

  /// The path with its moving id turned into what the node believes; undefined where the node knows no such thing.
  async pathOf(path: string): Promise<string | undefined> {
    const [, before, kind, id, after = ""] = WITH_ID.exec(path) ?? [];
    if (before === undefined || id === undefined) return path;
    if (this.#hidden.has(id.toLowerCase()) || (/^\d+$/.test(id) && Number(id) > this.#lastSlot))
      return undefined;
    if (!["head", "finalized", "justified"].includes(id)) return path;
    const header = id === "head" ? this.#head : await this.#checkpointHeader(id);
    return `${before}${kind === "states" ? header.header.message.state_root : header.root}${after}`;
  }

  async #checkpointHeader(id: string): Promise<Header> {
    const state = this.#head.header.message.state_root;
    const checkpoints = (await get(this.#ask, `states/${state}/finality_checkpoints`)) as Checkpoints;
    const { root } = id === "finalized" ? checkpoints.finalized : checkpoints.current_justified;
    return (await headerOf(this.#ask, root === ZeroHash ? "genesis" : root))!;
  }
}

async function headerOf(ask: Ask, id: string | number): Promise<Header | undefined> {
  return (await get(ask, `headers/${id}`)) as Header | undefined;
}

async function get(ask: Ask, path: string): Promise<unknown> {
  const answer = await ask({
    method: "GET",
    path: `/eth/v1/beacon/${path}`,
    accept: "application/json",
    body: Buffer.alloc(0),
  });
  return answer.status === NOT_FOUND ? undefined : (jsonOf(answer.body) as { data: unknown }).data;
}

function slotOf({ header }: Header): number {
  return Number(header.message.slot);
}
