import { dataSlice, getBytes } from "ethers";
import {
  readArtifact,
  readBuild,
  type Artifact,
  type CodeRange,
  type ImmutableDeclaration,
} from "./artifacts.ts";

/// What an immutable variable holds in deployed code.
export interface Immutable extends ImmutableDeclaration {
  /// 32 bytes.
  value: string;
}

export interface Comparison {
  /// Whether the code is the artifact's, but for the values of its immutables.
  ok: boolean;
  /// The first byte that differs, or where the shorter one ends; of an immutable that has two values, where the second stands.
  differsAt?: number;
  /// In the order of their declarations; none where the lengths differ.
  immutables: Immutable[];
}

/// Compares runtime code on a chain with that of the artifact of `name`, the compiler's metadata included.
///
/// @throws FatalError where there is no artifact
export function compareRuntime(name: string, code: string): Comparison {
  const artifact = readArtifact(name);
  const found = getBytes(code);
  const wanted = getBytes(artifact.deployedBytecode);
  const ranges = Object.values(artifact.immutableReferences).flat();
  for (const { start, length } of ranges) {
    wanted.set(found.subarray(start, start + length).subarray(0, Math.max(0, wanted.length - start)), start);
  }
  const differing = firstDifference(found, wanted);
  if (found.length !== wanted.length) return { ok: false, differsAt: differing, immutables: [] };

  const uneven = Object.values(artifact.immutableReferences).flatMap((places) => unevenPlaces(code, places));
  const differsAt = Math.min(differing, ...uneven);
  const immutables = immutableValues(artifact, code);
  return differsAt < found.length ? { ok: false, differsAt, immutables } : { ok: true, immutables };
}

/// Where two codes differ first; the length of the shorter one where it is the longer one's beginning.
function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? a.length : at;
}

/// A constructor writes the same value wherever an immutable is read.
function unevenPlaces(code: string, places: readonly CodeRange[]): number[] {
  const [first, ...others] = places.map((place) => ({ start: place.start, value: valueAt(code, place) }));
  return others.filter(({ value }) => value !== first!.value).map(({ start }) => start);
}

function immutableValues(artifact: Artifact, code: string): Immutable[] {
  const places = Object.entries(artifact.immutableReferences);
  if (places.length === 0) return [];
  const { immutables } = readBuild(artifact);
  return places
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([id, [place]]) => ({ ...immutables.get(id)!, value: valueAt(code, place!) }));
}

function valueAt(code: string, { start, length }: CodeRange): string {
  return dataSlice(code, start, start + length);
}
