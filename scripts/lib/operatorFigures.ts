/**
 * What a report's root tells of operators: `OperatorFigures` and `OperatorLeaf` of the contracts. Leaves are hashed twice,
 * pairs are sorted.
 */
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { ZeroHash } from "ethers";
import { FatalError } from "./errors.ts";

/** `OperatorFigures` of contracts/types. Shares have 18 decimals. */
export interface OperatorFigures {
  operatorId: bigint;
  cumulativeShares: bigint;
  frame: bigint;
  attestedBp: bigint;
  networkBp: bigint;
  withheldWei: bigint;
}

/** `attestedBp` of an operator without active validators in the frame. */
export const NO_DUTIES = 65_535n;
/** No operator has this id: under it stand the shares that operators forfeited. */
export const FORFEITED = 0n;

const TYPES = ["uint32", "uint128", "uint32", "uint16", "uint16", "uint128"];

/** The root of a tree over the figures; zero for none. */
export function figuresRoot(all: readonly OperatorFigures[]): string {
  return all.length === 0 ? ZeroHash : treeOf(all).root;
}

/**
 * The hashes that show one operator's figures under the root of all.
 *
 * @throws FatalError where there are none of this operator
 */
export function figuresProof(all: readonly OperatorFigures[], operatorId: bigint): string[] {
  const index = all.findIndex((figures) => figures.operatorId === operatorId);
  if (index < 0) throw new FatalError(`the root tells nothing of operator ${operatorId}`);
  return treeOf(all).getProof(index);
}

function treeOf(all: readonly OperatorFigures[]) {
  return StandardMerkleTree.of(
    all.map((f) => [f.operatorId, f.cumulativeShares, f.frame, f.attestedBp, f.networkBp, f.withheldWei]),
    TYPES,
  );
}
