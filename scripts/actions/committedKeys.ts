import { keccak256 } from "ethers";
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

/** What was published with commitments, by their ids: it never changes. */
export type KeysMemory = Map<string, PublishedKeys | undefined>;

/** All commitments whose operators published the keys, by the registry's events alone. */
export async function committedKeys(protocol: Protocol, memory: KeysMemory): Promise<CommittedKeys[]> {
  const { ValidatorRegistry: registry } = protocol;
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

  const all: CommittedKeys[] = [];
  for (const { commitmentId } of committed.map(({ args }) => args)) {
    if (!memory.has(commitmentId)) memory.set(commitmentId, await publishedKeys(protocol, commitmentId));
    const published = memory.get(commitmentId);
    if (published === undefined) continue;
    const { tree } = published;
    const states = tree.keys.map(({ pubkey }, i) =>
      provenKeys.has(`${commitmentId} ${keccak256(pubkey)}`)
        ? KEY_STATE.proven
        : (places.get(placeOf(commitmentId, tree.gindex(i))) ?? KEY_STATE.committed),
    );
    all.push({ ...published, commitmentId, states });
  }
  return all;
}

function placeOf(commitmentId: string, gindex: bigint | number): string {
  return `${commitmentId} ${gindex}`;
}
