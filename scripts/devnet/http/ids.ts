import "../preset.ts";
import { ApiError } from "@lodestar/api/server";
import type { BeaconStateFulu } from "@lodestar/state-transition";
import { fromHex } from "@lodestar/utils";
import type { BeaconChain } from "../beaconChain.ts";
import { stateOf, type BlockRecord } from "../history.ts";

export const BAD_REQUEST = 400;
export const NOT_FOUND = 404;

const SLOT = /^\d+$/;
const ROOT = /^0x[0-9a-fA-F]{64}$/;
const PUBKEY = /^0x[0-9a-fA-F]{96}$/;

/// head, finalized, justified, genesis, a slot, or a block root.
export function blockById(chain: BeaconChain, id: string | number): BlockRecord {
  return find(chain, String(id), "block", (root) => chain.history.byBlockRoot(root));
}

/// The same names for the states after those blocks, or a state root.
export function stateById(
  chain: BeaconChain,
  id: string | number,
): { record: BlockRecord; state: BeaconStateFulu } {
  const record = find(chain, String(id), "state", (root) => chain.history.byStateRoot(root));
  const state = stateOf(record);
  if (!state) throw new ApiError(NOT_FOUND, `State at slot ${record.slot} is no longer kept`);
  return { record, state };
}

function find(
  chain: BeaconChain,
  id: string,
  kind: "block" | "state",
  byRoot: (root: string) => BlockRecord | undefined,
): BlockRecord {
  switch (id) {
    case "head":
      return chain.head;
    case "genesis":
      return chain.history.genesis;
    case "finalized":
      return chain.checkpointRecord(chain.finalized);
    case "justified":
      return chain.checkpointRecord(chain.justified);
  }
  if (!SLOT.test(id) && !ROOT.test(id)) throw new ApiError(BAD_REQUEST, `Invalid ${kind} id: ${id}`);
  const record = ROOT.test(id) ? byRoot(id) : chain.history.atSlot(Number(id));
  if (!record) throw new ApiError(NOT_FOUND, `No ${kind} for id ${id}`);
  return record;
}

export function isFinalized(chain: BeaconChain, record: BlockRecord): boolean {
  return record.slot <= chain.checkpointRecord(chain.finalized).slot;
}

/// The index that an id names in the state, if the validator is known there.
export function validatorIndex(
  chain: BeaconChain,
  state: BeaconStateFulu,
  id: string | number,
): number | undefined {
  const text = String(id);
  if (!SLOT.test(text) && !PUBKEY.test(text))
    throw new ApiError(BAD_REQUEST, `Invalid validator id: ${text}`);
  const index = PUBKEY.test(text) ? chain.indexOf(fromHex(text)) : Number(text);
  return index !== undefined && index < state.validators.length ? index : undefined;
}
