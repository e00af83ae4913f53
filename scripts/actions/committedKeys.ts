import { dataSlice, keccak256 } from "ethers";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";
import { publishedKeys, type PublishedKeys } from "./publishedKeys.ts";

/** `KeyState` of contracts/interfaces/IValidatorRegistry.sol. */
export const KEY_STATE = {
  committed: 0,
  predeposited: 1,
  proven: 2,
  overdue: 3,
  lost: 4,
  removed: 5,
  foreign: 6,
} as const;

/** A commitment whose keys were published, with how far each of them has come. */
export interface CommittedKeys extends PublishedKeys {
  commitmentId: string;
  /** `KEY_STATE` of each key, in the order of the tree. */
  states: number[];
}

const PUBKEY = 48;

/** What was published with commitments, by their ids: it never changes. */
export type KeysMemory = Map<string, PublishedKeys | undefined>;

/** A key that had its predeposit and was neither proven nor given up. Its operator need not have published it. */
export interface WaitingKey {
  commitmentId: string;
  operatorId: bigint;
  root: string;
  gindex: bigint;
  state: number;
}

/** What the registry's events tell of keys. */
export interface KeyHistory {
  commitments: { commitmentId: string; operatorId: bigint; root: string }[];
  /** `KEY_STATE` of a place; committed where nothing was said of it. */
  stateAt(commitmentId: string, gindex: bigint | number): number;
  isProven(commitmentId: string, pubkey: string): boolean;
  predeposited: { commitmentId: string; gindex: bigint; pubkey: string }[];
}

export async function keyHistory({ ValidatorRegistry: registry }: Protocol): Promise<KeyHistory> {
  const [committed, predeposited, proven, overdue, lost, removed, foreign] = await Promise.all([
    eventsOf(registry, registry.filters.KeysCommitted()),
    eventsOf(registry, registry.filters.KeysPredeposited()),
    eventsOf(registry, registry.filters.KeyProven()),
    eventsOf(registry, registry.filters.KeysOverdue()),
    eventsOf(registry, registry.filters.KeysLost()),
    eventsOf(registry, registry.filters.KeysRemoved()),
    eventsOf(registry, registry.filters.KeyForeign()),
  ]);
  const places = new Map<string, number>();
  // states only move forward, in this order
  for (const [events, state] of [
    [predeposited, KEY_STATE.predeposited],
    [overdue, KEY_STATE.overdue],
    [lost, KEY_STATE.lost],
    [removed, KEY_STATE.removed],
  ] as const) {
    for (const { args } of events) {
      for (const gindex of args.gindices) places.set(placeOf(args.commitmentId, gindex), state);
    }
  }
  for (const { args } of foreign) places.set(placeOf(args.commitmentId, args.gindex), KEY_STATE.foreign);
  const provenKeys = new Set(proven.map(({ args }) => `${args.commitmentId} ${args.pubkeyHash}`));
  return {
    commitments: committed.map(({ args: { commitmentId, operatorId, root } }) => ({
      commitmentId,
      operatorId,
      root,
    })),
    stateAt: (commitmentId, gindex) => places.get(placeOf(commitmentId, gindex)) ?? KEY_STATE.committed,
    isProven: (commitmentId, pubkey) => provenKeys.has(`${commitmentId} ${keccak256(pubkey)}`),
    predeposited: predeposited.flatMap(({ args: { commitmentId, gindices, pubkeys } }) =>
      gindices.map((gindex, i) => ({
        commitmentId,
        gindex,
        pubkey: dataSlice(pubkeys, i * PUBKEY, (i + 1) * PUBKEY),
      })),
    ),
  };
}

/** All commitments whose operators published the keys. */
export async function committedKeys(
  protocol: Protocol,
  memory: KeysMemory,
  history: KeyHistory,
): Promise<CommittedKeys[]> {
  const all: CommittedKeys[] = [];
  for (const { commitmentId } of history.commitments) {
    if (!memory.has(commitmentId)) memory.set(commitmentId, await publishedKeys(protocol, commitmentId));
    const published = memory.get(commitmentId);
    if (published === undefined) continue;
    const { tree } = published;
    const states = tree.keys.map(({ pubkey }, i) =>
      history.isProven(commitmentId, pubkey)
        ? KEY_STATE.proven
        : history.stateAt(commitmentId, tree.gindex(i)),
    );
    all.push({ ...published, commitmentId, states });
  }
  return all;
}

/** Keys that wait for their proof, of all commitments. */
export function waitingKeys(history: KeyHistory): WaitingKey[] {
  const known = new Map(history.commitments.map((commitment) => [commitment.commitmentId, commitment]));
  return history.predeposited.flatMap(({ commitmentId, gindex, pubkey }) => {
    const state = history.stateAt(commitmentId, gindex);
    const waits = state === KEY_STATE.predeposited || state === KEY_STATE.overdue;
    if (!waits || history.isProven(commitmentId, pubkey)) return [];
    return [{ ...known.get(commitmentId)!, gindex, state }];
  });
}

function placeOf(commitmentId: string, gindex: bigint | number): string {
  return `${commitmentId} ${gindex}`;
}
