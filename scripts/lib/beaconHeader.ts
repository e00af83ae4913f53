/**
 * The header of a beacon block: five fields whose root is the block root that EIP-4788 keeps.
 * Source: consensus specification, phase 0, `BeaconBlockHeader`.
 */
import { getBytes, hexlify } from "ethers";
import { treeBranch, treeRoot, uint64Chunk } from "./merkle.ts";

export interface BeaconHeader {
  readonly slot: number;
  readonly proposerIndex: number;
  /** Roots: 32 bytes, 0x-hex. */
  readonly parentRoot: string;
  readonly stateRoot: string;
  readonly bodyRoot: string;
}

/** Positions among the header's 8 leaves: gindex = 8 + position. */
export const HEADER_SLOT_INDEX = 0;
export const HEADER_STATE_ROOT_INDEX = 3;

/** hash_tree_root of the header = the block root, 0x-hex. */
export function headerRoot(header: BeaconHeader): string {
  return hexlify(treeRoot(leaves(header)));
}

/** The 3 hashes above field `index`, deepest first. */
export function headerBranch(header: BeaconHeader, index: number): string[] {
  return treeBranch(leaves(header), index).map((node) => hexlify(node));
}

function leaves(header: BeaconHeader): Uint8Array[] {
  const zero = new Uint8Array(32);
  return [
    uint64Chunk(header.slot),
    uint64Chunk(header.proposerIndex),
    getBytes(header.parentRoot),
    getBytes(header.stateRoot),
    getBytes(header.bodyRoot),
    zero,
    zero,
    zero,
  ];
}
