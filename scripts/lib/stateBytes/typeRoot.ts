/**
 * `hash_tree_root` of serialized values. Large lists and vectors are hashed from their bytes as they lie; what is small is
 * left to the type itself.
 */
import {
  BasicType,
  ByteVectorType,
  ContainerType,
  ListBasicType,
  ListCompositeType,
  VectorBasicType,
  VectorCompositeType,
  type Type,
} from "@chainsafe/ssz";
import { hashPair, uint64Chunk } from "../merkle.ts";
import { BATCH, parents, rootOfChunks, rootOfLeaves } from "./merkleize.ts";
import { layoutOf, type Field } from "./records.ts";

const CHUNK = 32;

/**
 * The root of a value from its bytes: the same as `type.hashTreeRoot(type.deserialize(bytes))`.
 *
 * @throws Error where the bytes are none of this type
 */
export function rootOfBytes(type: Type<unknown>, bytes: Uint8Array): Uint8Array {
  if (!isSequence(type)) return type.hashTreeRoot(type.deserialize(bytes));
  const element = type.elementType as Type<unknown>;
  const hash = hashingOf(element);
  if (hash === undefined) return type.hashTreeRoot(type.deserialize(bytes));
  const count = countOf(type, element, bytes);
  const root = hash(bytes, count, depthOf(type.maxChunkCount));
  return type.isList ? hashPair(root, uint64Chunk(count)) : root;
}

type Sequence =
  | ListBasicType<BasicType<unknown>>
  | VectorBasicType<BasicType<unknown>>
  | ListCompositeType<never>
  | VectorCompositeType<never>;

function isSequence(type: Type<unknown>): type is Type<unknown> & Sequence {
  return [ListBasicType, VectorBasicType, ListCompositeType, VectorCompositeType].some(
    (kind) => type instanceof kind,
  );
}

type Hashing = (bytes: Uint8Array, count: number, depth: number) => Uint8Array;

/** How elements are hashed as they lie: none for what has elements of different lengths, or containers in containers. */
function hashingOf(element: Type<unknown>): Hashing | undefined {
  const isChunk = element instanceof ByteVectorType && element.fixedSize === CHUNK;
  if (element instanceof BasicType || isChunk) return (bytes, _, depth) => rootOfChunks(bytes, depth);
  if (!(element instanceof ContainerType)) return undefined;
  const fields = layoutOf(element);
  return fields && ((bytes, count, depth) => rootOfRecords(bytes, count, depth, fields));
}

/** Containers without containers in them, one behind the other. */
function rootOfRecords(
  bytes: Uint8Array,
  count: number,
  depth: number,
  fields: readonly Field[],
): Uint8Array {
  const size = fields.reduce((sum, field) => sum + field.size, 0);
  const levels = depthOf(fields.length);
  const width = CHUNK << levels;
  const most = Math.min(count, BATCH);
  // behind what is written these stay zero
  const leaves = new Uint8Array(most * width);
  const long = fields.map((field) => new Uint8Array(field.size > CHUNK ? most * widthOf(field) : 0));
  return rootOfLeaves(count, depth, (into, first, here) => {
    const from = first * size;
    for (const [i, field] of fields.entries()) {
      const at = { from: from + field.offset, stride: size, size: field.size, count: here };
      if (field.size <= CHUNK) {
        copy(bytes, at, leaves, i * CHUNK, width);
        continue;
      }
      copy(bytes, at, long[i]!, 0, widthOf(field));
      const roots = parents(long[i]!.subarray(0, here * widthOf(field)), depthOf(field.size / CHUNK));
      copy(roots, { from: 0, stride: CHUNK, size: CHUNK, count: here }, leaves, i * CHUNK, width);
    }
    into.set(parents(leaves.subarray(0, here * width), levels));
  });
}

/** Bytes that a field of more than a chunk takes with zeros behind it. */
function widthOf({ size }: Field): number {
  return CHUNK << depthOf(size / CHUNK);
}

/** Many short pieces: a loop, as each view of them would cost more than its bytes. */
function copy(
  source: Uint8Array,
  { from, stride, size, count }: { from: number; stride: number; size: number; count: number },
  into: Uint8Array,
  to: number,
  step: number,
): void {
  for (let i = 0; i < count; i++) {
    const read = from + i * stride;
    const write = to + i * step;
    for (let j = 0; j < size; j++) into[write + j] = source[read + j]!;
  }
}

function countOf(type: Sequence, element: Type<unknown>, bytes: Uint8Array): number {
  const count = bytes.length / element.fixedSize!;
  const most = "limit" in type ? type.limit : type.length;
  if (!Number.isInteger(count) || count > most || (!type.isList && count !== most)) {
    throw new Error(`${bytes.length} bytes are no ${type.typeName}`);
  }
  return count;
}

/** Levels of a tree that has so many leaves. */
function depthOf(leaves: number): number {
  return Math.ceil(Math.log2(leaves));
}
