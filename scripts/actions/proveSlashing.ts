import type { ContractTransactionReceipt, Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { validatorProof } from "../lib/beaconProofs.ts";
import type { BlockAnswer } from "../lib/beaconSchemas.ts";
import { decodeState } from "../lib/beaconState.ts";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { PAY_GAS } from "../lib/keeperPay.ts";
import { receiptOf } from "../lib/receipts.ts";
import { balanceProof } from "../lib/verifierProofs.ts";
import { recentBlock } from "./newestRoot.ts";
import { proveValidators } from "./proveValidators.ts";

/** Slots for which EIP-4788 knows roots, less some for the transaction to come into a block. */
export const KNOWN_SLOTS = 8_000;

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

/** Proves that one of our validators was slashed. Anyone may, and is paid for it. */
export async function proveSlashed(
  sources: Sources,
  sender: Signer,
  pubkey: string,
): Promise<ContractTransactionReceipt> {
  return prove("proveSlashed", sources, sender, pubkey);
}

/**
 * Proves a slashing by a block of its epoch, which tells exactly what was at stake, or by the newest one where the execution
 * chain no longer knows that, or it was the last of its epoch. Anyone may.
 *
 * @param lastSlot of the epoch of the slashing
 */
export async function proveSlashedInEpoch(
  sources: Sources,
  sender: Signer,
  { pubkey, validatorIndex, lastSlot }: { pubkey: string; validatorIndex: number; lastSlot: number },
): Promise<ContractTransactionReceipt> {
  const { protocol, beacon } = sources;
  if (!(await isRootKnown(beacon, lastSlot))) return proveSlashed(sources, sender, pubkey);
  const { timestamp, container, proof } = await bookedState(beacon, lastSlot, validatorIndex);
  if (!container.slashed) return proveSlashed(sources, sender, pubkey);
  const oracle = protocol.SlashingOracle.connect(sender);
  return receiptOf(oracle.proveSlashed(recentBlock(timestamp), validatorIndex, container, proof));
}

/**
 * Corrects the base of a lock by the state at the end of the epoch of the slashing. Anyone may.
 *
 * The block is the last one of that epoch whose child is of it too.
 */
export async function raiseBase(
  { protocol, beacon }: Sources,
  sender: Signer,
  { validatorIndex, lastSlot }: { validatorIndex: number; lastSlot: number },
): Promise<ContractTransactionReceipt> {
  const { timestamp, container, proof } = await bookedState(beacon, lastSlot, validatorIndex);
  const oracle = protocol.SlashingOracle.connect(sender);
  return receiptOf(oracle.raiseBase(recentBlock(timestamp), validatorIndex, container, proof));
}

/** Proves how far one of our validators has come. Anyone may. */
export async function proveState(
  sources: Sources,
  sender: Signer,
  pubkey: string,
): Promise<ContractTransactionReceipt> {
  return prove("proveState", sources, sender, pubkey);
}

/** Proves that one of our validators is withdrawn. Anyone may, and is paid for it. */
export async function proveWithdrawn(
  { protocol, beacon }: Sources,
  sender: Signer,
  pubkey: string,
): Promise<ContractTransactionReceipt> {
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [pubkey]);
  const { proveWithdrawn: method } = protocol.KeeperJobs.connect(sender);
  const shown = [recentBlock(timestamp), indices[0]!, validators[0]!, proof] as const;
  const gasLimit = (await method.estimateGas(...shown)) + PAY_GAS;
  return receiptOf(method(...shown, { gasLimit }));
}

/**
 * Burns bond against what a slashed validator had lost at the last report's reference slot. Anyone may.
 *
 * The block is the last one before that slot that has a child not after it, so that it is surely booked.
 * @param isPaid whether to ask for pay, which takes some more gas. Default: no
 */
export async function settleSlashing(
  { protocol, beacon }: Sources,
  sender: Signer,
  validatorIndex: number,
  isPaid = false,
): Promise<ContractTransactionReceipt> {
  const slots =
    (await protocol.StakedEther.lastReportFrame()) * (await protocol.ReportOracle.slotsPerFrame());
  const { timestamp, container, proof, balance } = await bookedState(beacon, Number(slots), validatorIndex);
  const block = recentBlock(timestamp);
  const shown = [block, validatorIndex, container, proof, balance.chunk, balance.proof] as const;
  if (!isPaid) return receiptOf(protocol.SlashingOracle.connect(sender).settle(...shown));
  const { settle } = protocol.KeeperJobs.connect(sender);
  const gasLimit = (await settle.estimateGas(...shown)) + PAY_GAS;
  return receiptOf(settle(...shown, { gasLimit }));
}

/** A validator in the state of the last block that has a child not after a slot: so the slot of both is known not to be. */
export async function bookedState(beacon: BeaconSource, slot: number, validatorIndex: number) {
  const { root } = await beacon.blockAtOrBefore(slot);
  const child = await beacon.blockV2(root as `0x${string}`);
  if (child === undefined) throw new FatalError(`the beacon node has no block ${root}`);
  return parentState(beacon, child, validatorIndex);
}

/** A validator in the state of a block's parent, which the execution chain knows by the child's timestamp. */
export async function parentState(beacon: BeaconSource, child: BlockAnswer, validatorIndex: number) {
  const parent = await beacon.header(child.parentRoot as `0x${string}`);
  if (parent === undefined) throw new FatalError(`the beacon node has no block ${child.parentRoot}`);

  const { bytes, fork } = await beacon.stateSsz(parent.header.stateRoot as `0x${string}`);
  const state = await decodeState(bytes, fork);
  const { validators, proof } = validatorProof(state, parent.header, [validatorIndex]);
  const balance = balanceProof(state, parent.header, validatorIndex);
  const { effectiveBalanceGwei, ...container } = validators[0]!;
  return {
    timestamp: child.execution.timestamp,
    header: parent.header,
    state,
    container: { ...container, effectiveBalance: effectiveBalanceGwei },
    proof,
    balance,
  };
}

/** Whether the execution chain still knows the blocks of a slot by EIP-4788. */
export async function isRootKnown(beacon: BeaconSource, slot: number): Promise<boolean> {
  const head = await beacon.header("head");
  return head !== undefined && head.header.slot - slot < KNOWN_SLOTS;
}

async function prove(
  what: "proveSlashed" | "proveState",
  { protocol, beacon }: Sources,
  sender: Signer,
  pubkey: string,
): Promise<ContractTransactionReceipt> {
  const { timestamp, indices, validators, proof } = await proveValidators(beacon, [pubkey]);
  const oracle = protocol.SlashingOracle.connect(sender);
  return receiptOf(oracle[what](recentBlock(timestamp), indices[0]!, validators[0]!, proof));
}
