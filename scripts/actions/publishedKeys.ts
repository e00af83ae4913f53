import { dataLength, dataSlice, keccak256 } from "ethers";
import { FatalError } from "../lib/errors.ts";
import { KeyTree, type CommittedKey } from "../lib/keyTree.ts";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";

/** A commitment whose operator published the keys with it. */
export interface PublishedKeys {
  operatorId: bigint;
  tree: KeyTree;
}

const PUBKEY = 48;
const KEY = PUBKEY + 96;

/** The keys of a commitment; undefined where the operator published none, or others than it committed. */
export async function publishedKeys(
  { ValidatorRegistry }: Protocol,
  commitmentId: string,
): Promise<PublishedKeys | undefined> {
  const [event] = await eventsOf(
    ValidatorRegistry,
    ValidatorRegistry.filters.KeysCommitted(undefined, commitmentId),
  );
  if (event === undefined) throw new FatalError(`there is no commitment ${commitmentId}`);
  const { operatorId, root, count, data } = event.args;
  if (BigInt(dataLength(data)) !== count * BigInt(KEY)) return undefined;
  const keys: CommittedKey[] = Array.from({ length: Number(count) }, (_, i) => ({
    pubkey: dataSlice(data, i * KEY, i * KEY + PUBKEY),
    signature: dataSlice(data, i * KEY + PUBKEY, (i + 1) * KEY),
  }));
  if (new Set(keys.map(({ pubkey }) => pubkey)).size < keys.length) return undefined;
  const tree = new KeyTree(keys);
  return tree.root === root ? { operatorId, tree } : undefined;
}

/** Where keys stand in their tree, as `triggerByKeys` takes them. */
export function keyPlaces({ tree }: PublishedKeys, pubkeys: readonly string[]) {
  const { gindices, keys, proof } = tree.multiProof(pubkeys.map((pubkey) => tree.indexOf(pubkey)));
  return { gindices, keys, signatureHashes: keys.map(({ signature }) => keccak256(signature)), proof };
}
