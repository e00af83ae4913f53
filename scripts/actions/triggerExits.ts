import { ZeroHash, type ContractTransactionReceipt, type Signer } from "ethers";
import type { BeaconClient } from "../lib/beaconClient.ts";
import { validatorProof } from "../lib/beaconProofs.ts";
import { decodeState } from "../lib/beaconState.ts";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import {
  epochOf,
  FAR_FUTURE_EPOCH,
  GWEI_PER_ETHER,
  slotAt,
  WEI_PER_ETHER,
  WEI_PER_GWEI,
} from "../lib/units.ts";
import { balanceProof } from "../lib/verifierProofs.ts";
import { newestRoot } from "./newestRoot.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconClient;
}

/** `Rule` of contracts/interfaces/IExitController.sol. */
export const RULE = { stopped: 0n, aboveCap: 1n, drawn: 2n } as const;
export type Rule = keyof typeof RULE;

/** Where a request stands: `Place` of contracts/interfaces/IExitController.sol. */
export interface Place {
  proven: boolean;
  position: bigint;
  place: bigint;
}

/** A validator of ours that may be asked to withdraw. */
export interface Candidate {
  index: number;
  balanceGwei: bigint;
  effectiveBalanceGwei: bigint;
  operatorId: bigint;
  /** Rank in the draw, below 2^64. */
  rank: bigint;
}

/** What an exit is decided by. */
export interface Observed {
  candidates: Candidate[];
  /** Operators that are jailed or retired, and those with more stake than the cap. */
  stopped: ReadonlySet<bigint>;
  aboveCap: ReadonlySet<bigint>;
  deficitWei: bigint;
  minimumWei: bigint;
  /** Whether exits by these rules may be triggered now. */
  aboveCapIsOpen: boolean;
  threshold: bigint;
}

/** One call to the controller. */
export type ExitCall =
  | { kind: "partial"; validatorIndex: number }
  | { kind: "full"; rule: Rule; validatorIndices: number[] };

const MIN_ACTIVATION_GWEI = 32n * GWEI_PER_ETHER;
const MIN_PARTIAL_GWEI = GWEI_PER_ETHER;
/** `MAX_EXITS` of the controller. */
const MAX_EXITS = 16;
/** `Standing.Jailed` of contracts/interfaces/IOperatorRegistry.sol. */
const JAILED = 2n;
/** The fee may rise until the call is in a block; what is too much comes back. */
const FEE_MARGIN = 2n;

/**
 * The next call, or none: validators of stopped operators first, then what others have above 32 ETH, then exits by whatever
 * rule is open, as many as the deficit needs.
 */
export function planExits(o: Observed): ExitCall | undefined {
  const stopped = o.candidates.filter(({ operatorId }) => o.stopped.has(operatorId));
  if (stopped.length > 0) return full("stopped", stopped.slice(0, MAX_EXITS));
  if (o.deficitWei === 0n || o.deficitWei < o.minimumWei) return undefined;

  const [rich] = o.candidates
    .filter(
      ({ balanceGwei, effectiveBalanceGwei }) =>
        balanceGwei >= MIN_ACTIVATION_GWEI + MIN_PARTIAL_GWEI && effectiveBalanceGwei >= MIN_ACTIVATION_GWEI,
    )
    .sort((a, b) => Number(b.balanceGwei - a.balanceGwei));
  if (rich !== undefined) return { kind: "partial", validatorIndex: rich.index };

  // one at a time: each takes its operator nearer to the cap
  const [above] = o.aboveCapIsOpen ? o.candidates.filter((c) => o.aboveCap.has(c.operatorId)) : [];
  if (above !== undefined) return full("aboveCap", [above]);
  const drawn = enough(
    o.candidates.filter(({ rank }) => rank < o.threshold),
    o.deficitWei,
  );
  return drawn.length > 0 ? full("drawn", drawn) : undefined;
}

function full(rule: Rule, candidates: readonly Candidate[]): ExitCall {
  return { kind: "full", rule, validatorIndices: candidates.map(({ index }) => index).sort((a, b) => a - b) };
}

/** The first of them that serve the deficit together. */
function enough(candidates: readonly Candidate[], deficitWei: bigint): Candidate[] {
  const chosen: Candidate[] = [];
  let servedWei = 0n;
  for (const candidate of candidates) {
    if (servedWei >= deficitWei || chosen.length === MAX_EXITS) break;
    chosen.push(candidate);
    servedWei += candidate.effectiveBalanceGwei * WEI_PER_GWEI;
  }
  return chosen;
}

/** What `planExits` decides by, as the newest block that can be proven has it. */
export async function observeExits({ protocol, beacon }: Sources): Promise<Observed> {
  const { ExitController, OperatorRegistry, ValidatorRegistry } = protocol;
  const proven = await ValidatorRegistry.queryFilter(ValidatorRegistry.filters.KeyProven());
  const indices = proven.map(({ args }) => Number(args.validatorIndex));
  const { stateId, timestamp } = await newestRoot(beacon);
  const [validators, parameters, spec, genesis, [deficitWei, minimumWei], threshold, capFrom, total] =
    await Promise.all([
      indices.length === 0 ? [] : beacon.validators(stateId, indices),
      ExitController.parameters(),
      beacon.spec(),
      beacon.genesis(),
      ExitController.deficit(),
      ExitController.threshold(),
      ExitController.openFrom(RULE.aboveCap),
      ValidatorRegistry.totalStake(),
    ]);
  const epoch = BigInt(epochOf(slotAt(timestamp, { ...spec, ...genesis }), spec));
  const old = validators.filter(
    ({ exitEpoch, activationEpoch }) =>
      exitEpoch === FAR_FUTURE_EPOCH && activationEpoch + parameters.committeePeriod <= epoch,
  );
  const candidates: Candidate[] = [];
  const stopped = new Set<bigint>();
  const aboveCap = new Set<bigint>();
  const share = (total * parameters.capBp) / 10_000n;
  const cap = share > parameters.capFloorEth ? share : parameters.capFloorEth;
  for (const { index, balanceGwei, effectiveBalanceGwei } of old) {
    if (await ExitController.isLive(index)) continue;
    const [{ operatorId }, rank] = await Promise.all([
      ValidatorRegistry.validator(index),
      ExitController.rankOf(index),
    ]);
    const [standing, { eth }, taken] = await Promise.all([
      OperatorRegistry.standingOf(operatorId),
      ValidatorRegistry.stakeOf(operatorId),
      ExitController.aboveCapOf(operatorId),
    ]);
    if (standing >= JAILED) stopped.add(operatorId);
    if (eth * WEI_PER_ETHER > cap * WEI_PER_ETHER + taken) aboveCap.add(operatorId);
    candidates.push({ index, balanceGwei, effectiveBalanceGwei, operatorId, rank });
  }
  return {
    candidates,
    stopped,
    aboveCap,
    deficitWei,
    minimumWei,
    aboveCapIsOpen: capFrom > 0n && capFrom <= BigInt(timestamp),
    threshold,
  };
}

/** Sends a call of `planExits`. Anyone may; twice the fee goes with it, and what is too much comes back. */
export async function triggerExits(
  sources: Sources,
  sender: Signer,
  call: ExitCall,
): Promise<ContractTransactionReceipt> {
  const { protocol } = sources;
  const controller = protocol.ExitController.connect(sender);
  const fee = (await protocol.WithdrawalVault.withdrawalFee()) * FEE_MARGIN;
  if (call.kind === "full") {
    const { block, validators, proof } = await prove(sources, call.validatorIndices);
    const value = fee * BigInt(call.validatorIndices.length);
    const rule = RULE[call.rule];
    return receiptOf(controller.trigger(rule, block, call.validatorIndices, validators, proof, { value }));
  }
  const { block, validators, proof, balance } = await prove(sources, [call.validatorIndex]);
  return receiptOf(
    controller.triggerPartial(
      block,
      call.validatorIndex,
      validators[0]!,
      proof,
      balance.chunk,
      balance.proof,
      { value: fee },
    ),
  );
}

/** Proves that a validator of ours exits, so that its balance counts until it has come. */
export async function proveComing(
  sources: Sources,
  sender: Signer,
  { validatorIndex, place }: { validatorIndex: number; place?: Place },
): Promise<ContractTransactionReceipt> {
  const { block, validators, proof } = await prove(sources, [validatorIndex]);
  const nowhere = { proven: false, position: 0n, place: 0n };
  const controller = sources.protocol.ExitController.connect(sender);
  return receiptOf(controller.proveComing(block, validatorIndex, validators[0]!, proof, place ?? nowhere));
}

/** Validators under the newest root that the execution chain knows, and the balance of the first. */
async function prove({ beacon }: Sources, indices: readonly number[]) {
  const [first] = indices;
  if (first === undefined) throw new FatalError("a call triggers at least one exit");
  const { timestamp, header, stateId } = await newestRoot(beacon);
  const { bytes, fork } = await beacon.stateSsz(stateId);
  const state = await decodeState(bytes, fork);
  const { validators, proof } = validatorProof(state, header, indices);
  return {
    block: { timestamp, slot: 0, root: ZeroHash, history: [] },
    validators: validators.map(({ effectiveBalanceGwei, ...rest }) => ({
      ...rest,
      effectiveBalance: effectiveBalanceGwei,
    })),
    proof,
    balance: balanceProof(state, header, first),
  };
}
