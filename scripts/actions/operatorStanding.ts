import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";

/** `Standing` of contracts/interfaces/IOperatorRegistry.sol, by its numbers. */
export const STANDINGS = ["good", "watched", "jailed", "retired"] as const;
export type Standing = (typeof STANDINGS)[number];

/** An operator as contracts tell of it at one block. Shares have 18 decimals, times are seconds since 1970. */
export interface OperatorStanding {
  operatorId: bigint;
  standing: Standing;
  isCurated: boolean;
  manager: string;
  rewardAddress: string;
  commissionBp: bigint;
  stakeEth: bigint;
  /** What its bond backs in all. */
  capacityEth: bigint;
  /** What may be deposited for it, and until when; 0 for none. */
  allottedEth: bigint;
  allottedUntil: number;
  bondShares: bigint;
  lockedShares: bigint;
  claimableShares: bigint;
  bondWei: bigint;
  /** What its manager asked for, and from when on it may be taken; zeros for nothing. */
  askedShares: bigint;
  claimableFrom: number;
}

/** @throws ethers' error (`OperatorUnknown`) where there is none of this id */
export async function operatorStanding(
  protocol: Protocol,
  operatorId: bigint,
  blockTag: number,
): Promise<OperatorStanding> {
  const { BondVault: vault, OperatorRegistry, StakeAllocator, StakedEther, ValidatorRegistry } = protocol;
  const at = { blockTag };
  const [operator, stake, position, bond, capacityEth, claimableShares, asked] = await Promise.all([
    OperatorRegistry.operator(operatorId, at),
    ValidatorRegistry.stakeOf(operatorId, at),
    StakeAllocator.position(operatorId, at),
    vault.bondOf(operatorId, at),
    vault.capacityOf(operatorId, at),
    vault.claimableOf(operatorId, at),
    vault.claimRequestOf(operatorId, at),
  ]);
  return {
    operatorId,
    standing: standingOf(operator.standing),
    isCurated: operator.curated,
    manager: operator.manager,
    rewardAddress: operator.rewardAddress,
    commissionBp: operator.commissionBp,
    stakeEth: stake.eth,
    capacityEth,
    allottedEth: position.leftEth,
    allottedUntil: Number(position.endsAt),
    bondShares: bond.shares,
    lockedShares: bond.locked,
    claimableShares,
    bondWei: await StakedEther.getPooledEthByShares(bond.shares, at),
    askedShares: asked.shares,
    claimableFrom: Number(asked.claimableFrom),
  };
}

export function standingOf(number: bigint): Standing {
  const standing = STANDINGS[Number(number)];
  if (standing === undefined) throw new FatalError(`a standing of ${number} is not known here`);
  return standing;
}
