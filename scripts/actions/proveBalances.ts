import { dataSlice, keccak256, type ContractTransactionReceipt, type Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { BeaconHeader } from "../lib/beaconHeader.ts";
import type { BeaconStateView } from "../lib/beaconProofs.ts";
import { decodeState } from "../lib/beaconState.ts";
import {
  balancesProof,
  depositsProof,
  frontierProof,
  pendingDeposits,
  walkProof,
  type BalancesProof,
} from "../lib/checkpointProofs.ts";
import { FatalError } from "../lib/errors.ts";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { batches, shownParts, showBatch, type Prove } from "./balanceBatches.ts";
import { boundaryProof } from "./boundaryProof.ts";
import { publishedKeys, type PublishedKeys } from "./publishedKeys.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

/** Opening takes some 150,000 gas. */
const OPENING_GAS = 300_000n;
/** Entries of the list of pending deposits in a transaction: about 3,000 gas and 128 bytes each. */
const WALK_BATCH = 900;
const PUBKEY = 48;
/** States of keys that had a predeposit and are no validators, and of those that are: `KeyState`. */
const WAITING = [1n, 3n, 4n];
const PROVEN = 2n;

/** Opens a checkpoint at the newest root, in two transactions, and tells its id. Anyone may. */
export async function openLive(
  { protocol }: Sources,
  sender: Signer,
  frontierFrame: bigint,
): Promise<bigint> {
  const contract = protocol.BalanceCheckpoint.connect(sender);
  await receiptOf(contract.noteDeposits());
  // a node that estimates has no root for a block that is still to come
  return openedId(protocol, await receiptOf(contract.openLive(frontierFrame, { gasLimit: OPENING_GAS })));
}

/** Opens a checkpoint at the root of the parked report, and tells its id. Anyone may. */
export async function openParked(
  { protocol }: Sources,
  sender: Signer,
  frontierFrame: bigint,
): Promise<bigint> {
  const contract = protocol.BalanceCheckpoint.connect(sender);
  return openedId(protocol, await receiptOf(contract.openParked(frontierFrame)));
}

/**
 * Opens a checkpoint at the boundary of a report that was booked, as evidence alone, and tells its id. Anyone may.
 *
 * @throws FatalError where the slot after the boundary was missed: then it takes a proof through the history of roots
 */
export async function openBooked(
  { protocol, beacon }: Sources,
  sender: Signer,
  { frame, frontierFrame }: { frame: bigint; frontierFrame: bigint },
): Promise<bigint> {
  const contract = protocol.BalanceCheckpoint.connect(sender);
  const refSlot = frame * (await protocol.ReportOracle.slotsPerFrame());
  const block = await boundaryProof(beacon, Number(refSlot));
  return openedId(protocol, await receiptOf(contract.openBooked(frame, block, frontierFrame)));
}

/**
 * Shows all that a checkpoint wants, as far as nobody has, in as many transactions as it takes. Anyone may.
 *
 * @returns how many transactions that were
 * @throws FatalError where a deposit is pending for a validator of ours whose operator did not publish its keys
 */
export async function proveBalances(sources: Sources, sender: Signer, id: bigint): Promise<number> {
  const { protocol } = sources;
  const { state, header } = await stateOf(sources, id);
  const shown = await showBalances(sources, sender, id, state, header);
  const walks = await walk(sources, sender, id, state, header);
  const sent = shown + walks + (await countDeposits(protocol, sender, id, state, header));

  const { frontierSlot, isUntouched } = await protocol.BalanceCheckpoint.checkpoint(id);
  if (isUntouched) return sent;
  const last = frontierSlot > BigInt(header.slot) ? header.slot : Number(frontierSlot);
  const frontier = frontierProof(state, header, last);
  // not needed where the whole list was shown
  if (frontier === undefined) return sent;
  const { position, head, proof, validatorIndex, validator, validatorProof } = frontier;
  const { effectiveBalanceGwei: effectiveBalance, ...rest } = validator;
  await receiptOf(
    protocol.BalanceCheckpoint.connect(sender).proveFrontier(
      id,
      position,
      head,
      proof,
      validatorIndex,
      { ...rest, effectiveBalance },
      validatorProof,
    ),
  );
  return sent + 1;
}

/** Completes a checkpoint once everything was shown and its time has passed. Anyone may. */
export async function completeCheckpoint(
  sources: Sources,
  sender: Signer,
  id: bigint,
): Promise<ContractTransactionReceipt> {
  const { protocol } = sources;
  // keys that were proven since make other batches
  const { state, header } = await stateOf(sources, id);
  await showBalances(sources, sender, id, state, header);
  const parts: (readonly number[])[] = [];
  for (const { indices } of await balanceBatches(protocol, id, state, header)) {
    parts.push(...((await shownParts(protocol, id, indices)) ?? [indices]));
  }
  const { time } = await protocol.BalanceCheckpoint.checkpoint(id);
  const departures = await protocol.ValidatorRegistry.departuresFrom(0);
  return receiptOf(
    protocol.BalanceCheckpoint.connect(sender).complete(
      id,
      parts.flat(),
      parts.map(({ length }) => length),
      await waitingWords(protocol),
      departures.filter((departure) => departure.time < time).length,
    ),
  );
}

/* STEPS */

async function showBalances(
  { protocol }: Sources,
  sender: Signer,
  id: bigint,
  state: BeaconStateView,
  header: BeaconHeader,
): Promise<number> {
  const prove: Prove = (part) => balancesProof(state, header, part);
  let sent = 0;
  for (const batch of await balanceBatches(protocol, id, state, header)) {
    sent += await showBatch(protocol, sender, id, batch, prove);
  }
  return sent;
}

/** The same for everyone who has the same state, so that one prover goes on where another has ended. */
async function balanceBatches(
  protocol: Protocol,
  id: bigint,
  state: BeaconStateView,
  header: BeaconHeader,
): Promise<BalancesProof[]> {
  const { time } = await protocol.BalanceCheckpoint.checkpoint(id);
  const departures = await protocol.ValidatorRegistry.departuresFrom(0);
  const left = new Set(
    departures.filter((departure) => departure.time < time).map(({ index }) => Number(index)),
  );
  // a deposit that came after the last withdrawal counts
  const indices = (await ourIndices(protocol)).filter(
    (index) => !left.has(index) || state.balances.get(index) > 0,
  );
  return batches(indices, (part) => balancesProof(state, header, part));
}

async function walk(
  { protocol }: Sources,
  sender: Signer,
  id: bigint,
  state: BeaconStateView,
  header: BeaconHeader,
): Promise<number> {
  const contract = protocol.BalanceCheckpoint.connect(sender);
  for (let sent = 0; ; sent++) {
    const { walked, walkedAt } = await contract.checkpoint(id);
    if (walkedAt !== 0n) return sent;
    const { first, heads, proof } = walkProof(state, header, Number(walked), WALK_BATCH);
    await receiptOf(contract.walk(id, first, heads, proof));
  }
}

/** One by one: there are few. */
async function countDeposits(
  protocol: Protocol,
  sender: Signer,
  id: bigint,
  state: BeaconStateView,
  header: BeaconHeader,
): Promise<number> {
  const contract = protocol.BalanceCheckpoint.connect(sender);
  const { frontierSlot } = await contract.checkpoint(id);
  const places = await keyPlaces(protocol);
  const predeposits = new Set<string>();
  let sent = 0;
  for (const [position, deposit] of pendingDeposits(state).entries()) {
    if (BigInt(deposit.slot) > frontierSlot || (await contract.isDepositCounted(id, position))) continue;
    const place = places.get(deposit.pubkey);
    if (place === undefined) continue;
    if (place === UNPUBLISHED) {
      throw new FatalError(
        `${deposit.pubkey} is pending, and its operator did not publish where it committed it`,
      );
    }
    const signatureHash = place.argument.signatureHash;
    const isPredeposit =
      deposit.amountGwei === 1_000_000_000n && keccak256(deposit.signature) === signatureHash;
    // of a key that waits, its own predeposit alone counts, and once
    if (!place.isProven && (!isPredeposit || predeposits.has(deposit.pubkey))) continue;
    predeposits.add(deposit.pubkey);
    const { positions, deposits, proof } = depositsProof(state, header, [position]);
    await receiptOf(contract.countDeposits(id, positions, deposits, [place.argument], proof));
    sent++;
  }
  return sent;
}

/* WHAT IS OURS */

/** Of all validators that were ever proven, strictly increasing. */
async function ourIndices({ ValidatorRegistry }: Protocol): Promise<number[]> {
  const events = await eventsOf(ValidatorRegistry, ValidatorRegistry.filters.KeyProven());
  return events.map(({ args }) => Number(args.validatorIndex)).sort((a, b) => a - b);
}

/** Where keys had their predeposit, each with its key. */
async function predepositedKeys({ ValidatorRegistry }: Protocol) {
  const events = await eventsOf(ValidatorRegistry, ValidatorRegistry.filters.KeysPredeposited());
  return events.flatMap(({ args: { commitmentId, gindices, pubkeys } }) =>
    gindices.map((gindex, i) => ({
      commitmentId,
      gindex,
      pubkey: dataSlice(pubkeys, i * PUBKEY, (i + 1) * PUBKEY),
    })),
  );
}

/** `words` of `BalanceCheckpoint.complete`. */
async function waitingWords(protocol: Protocol): Promise<{ commitmentId: string; word: bigint }[]> {
  const words = new Map<string, { commitmentId: string; word: bigint }>();
  for (const { commitmentId, gindex } of await predepositedKeys(protocol)) {
    const word = { commitmentId, word: gindex / 32n };
    words.set(`${commitmentId} ${word.word}`, word);
  }
  const waiting: { commitmentId: string; word: bigint }[] = [];
  for (const word of words.values()) {
    if ((await protocol.ValidatorRegistry.reservedKeys([word])) > 0n) waiting.push(word);
  }
  return waiting.sort((a, b) =>
    a.commitmentId === b.commitmentId
      ? Number(a.word - b.word)
      : BigInt(a.commitmentId) < BigInt(b.commitmentId)
        ? -1
        : 1,
  );
}

/** Of a validator of ours for whose key only its operator can show the place. */
const UNPUBLISHED = "unpublished";

interface Place {
  isProven: boolean;
  /** `KeyPlace` of contracts/interfaces/IBalanceCheckpoint.sol. */
  argument: { operatorId: bigint; root: string; gindex: bigint; signatureHash: string; proof: string[] };
}

/** By the public key: where it was proven, or else where it waits, or was given up. Of keys that were published. */
async function keyPlaces(protocol: Protocol): Promise<Map<string, Place | typeof UNPUBLISHED>> {
  const places = new Map<string, Place | typeof UNPUBLISHED>();
  const commitments = new Map<string, PublishedKeys | undefined>();
  for (const { commitmentId, gindex, pubkey } of await predepositedKeys(protocol)) {
    const keyState = await protocol.ValidatorRegistry.stateOf(commitmentId, gindex);
    const isProven = keyState === PROVEN;
    if (!isProven && (!WAITING.includes(keyState) || places.has(pubkey))) continue;
    if (!commitments.has(commitmentId)) {
      commitments.set(commitmentId, await publishedKeys(protocol, commitmentId));
    }
    const published = commitments.get(commitmentId);
    if (published === undefined) {
      // of one that waits it is 1 ETH at most
      if (isProven) places.set(pubkey, UNPUBLISHED);
      continue;
    }
    const { operatorId, tree } = published;
    const at = tree.indexOf(pubkey);
    const signatureHash = keccak256(tree.keys[at]!.signature);
    const argument = { operatorId, root: tree.root, gindex, signatureHash, proof: tree.proof(at) };
    places.set(pubkey, { isProven, argument });
  }
  return places;
}

async function stateOf({ protocol, beacon }: Sources, id: bigint) {
  const { root } = await protocol.BalanceCheckpoint.checkpoint(id);
  const block = await beacon.header(root as `0x${string}`);
  if (block === undefined) throw new FatalError(`the beacon node has no block ${root}`);
  const { bytes, fork } = await beacon.stateSsz(block.header.stateRoot as `0x${string}`);
  return { state: await decodeState(bytes, fork), header: block.header };
}

function openedId({ BalanceCheckpoint }: Protocol, { logs }: ContractTransactionReceipt): bigint {
  for (const log of logs) {
    const event = BalanceCheckpoint.interface.parseLog(log);
    if (event?.name === "CheckpointOpened") return event.args["id"] as bigint;
  }
  throw new FatalError("no checkpoint was opened");
}
