import type { TransactionResponseParams } from "ethers";
import { JournalView } from "../lib/tx/view.ts";
import type { Breach } from "./breach.ts";
import type { SoakWorld } from "./world.ts";

/** What became of a keeper's transactions. */
export interface JournalFigures {
  confirmed: number;
  reverted: number;
  cancelled: number;
  abandoned: number;
  open: number;
  /** Signed more than once, at higher fees or after a reorganisation. */
  replaced: number;
}

/** Keepers' journals against what the chain has of their accounts. */
export class Journals {
  readonly #world: SoakWorld;
  /** Hashes of keepers' transactions in blocks, by account. */
  readonly #mined = new Map<string, Map<string, number>>();
  #block: number;

  constructor(world: SoakWorld, fromBlock: number) {
    this.#world = world;
    this.#block = fromBlock;
  }

  /** Nothing doubled, nothing that the journal does not know. Blocks of before must stay. */
  async check(): Promise<Breach[]> {
    await this.#readBlocks();
    return this.#world.members.flatMap(({ index }) => this.#checkOne(index));
  }

  figures(index: number): JournalFigures {
    return this.#look(index, (view) => {
      const intents = view.intents("all");
      const count = (state: string) => intents.filter((intent) => intent.state === state).length;
      return {
        confirmed: count("confirmed"),
        reverted: count("reverted"),
        cancelled: count("cancelled"),
        abandoned: count("abandoned"),
        open: view.intents("open").length,
        replaced: intents.filter(({ key }) => view.attempts(key, "all").length > 1).length,
      };
    });
  }

  #checkOne(index: number): Breach[] {
    const mined = this.#mined.get(this.#account(index)) ?? new Map<string, number>();
    return this.#look(index, (view) => {
      const breaches: Breach[] = [];
      const keyOf = new Map<string, string>();
      const byNonce = new Map<number, string>();
      for (const { key, nonce, mined: block } of view.intents("all")) {
        const actions = view.attempts(key, "all").filter(({ purpose }) => purpose === "action");
        for (const { hash } of view.attempts(key, "all")) keyOf.set(hash, key);
        const done = actions.filter(({ hash }) => mined.has(hash));
        if (done.length > 1) breaches.push(doubled(index, `${key} is in ${done.length} blocks`));
        if (block === undefined || nonce === undefined) continue;
        const other = byNonce.get(nonce);
        if (other !== undefined) breaches.push(doubled(index, `nonce ${nonce} is of ${other} and ${key}`));
        byNonce.set(nonce, key);
      }
      for (const [hash, nonce] of mined) {
        if (!keyOf.has(hash)) breaches.push(doubled(index, `nonce ${nonce}: ${hash} is not in the journal`));
      }
      return breaches;
    });
  }

  async #readBlocks(): Promise<void> {
    const { provider } = this.#world.network;
    const newest = await provider.getBlockNumber();
    const ours = new Set(this.#world.members.map(({ index }) => this.#account(index)));
    for (; this.#block < newest; this.#block++) {
      const number = `0x${(this.#block + 1).toString(16)}`;
      const { transactions } = (await provider.send("eth_getBlockByNumber", [number, true])) as {
        transactions: TransactionResponseParams[];
      };
      for (const { from, hash, nonce } of transactions) {
        const account = from.toLowerCase();
        if (!ours.has(account)) continue;
        const known = this.#mined.get(account) ?? new Map<string, number>();
        this.#mined.set(account, known.set(hash, Number(nonce)));
      }
    }
  }

  #account(index: number): string {
    return this.#world.keeperAccounts[index]!.toLowerCase();
  }

  #look<T>(index: number, read: (view: JournalView) => T): T {
    const view = JournalView.look(this.#world.members[index]!.journalPath);
    try {
      return read(view);
    } finally {
      view.close();
    }
  }
}

function doubled(index: number, text: string): Breach {
  return { rule: "no transaction is doubled", text: `keeper ${index}: ${text}` };
}
