import { concat, type ContractTransactionReceipt, type Signer } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { validatorProof } from "../lib/beaconProofs.ts";
import { decodeState } from "../lib/beaconState.ts";
import { FatalError } from "../lib/errors.ts";
import { PAY_GAS } from "../lib/keeperPay.ts";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { balanceProof, pendingConsolidationProof, pendingPartialProof } from "../lib/verifierProofs.ts";
import { newestRoot, recentBlock } from "./newestRoot.ts";
import { RULE, type ExitCall } from "./planExits.ts";
import { keyPlaces, publishedKeys } from "./publishedKeys.ts";

interface Sources {
  protocol: Protocol;
  beacon: BeaconSource;
}

/** The fee may rise until the call is in a block; what is too much comes back. */
const FEE_MARGIN = 2n;

/**
 * Sends a call of `planExits`. Anyone may; twice the fee of each request goes with it, and what is too much comes back.
 *
 * @param isPaid whether to ask for pay for what is ever paid for, which takes some more gas. Default: no
 */
export async function triggerExits(
  sources: Sources,
  sender: Signer,
  call: ExitCall,
  isPaid = false,
): Promise<ContractTransactionReceipt> {
  const controller = sources.protocol.ExitController.connect(sender);
  const jobs = sources.protocol.KeeperJobs.connect(sender);
  const value = await feeOf(sources.protocol, call);
  switch (call.kind) {
    case "note":
      return receiptOf(controller.note());
    case "settle":
      return receiptOf(controller.settle(call.validatorIndices));
    case "prove": {
      const { block, validators, proof } = await prove(sources, [call.validatorIndex]);
      return receiptOf(controller.proveComing(block, call.validatorIndex, validators[0]!, proof));
    }
    case "provePartial": {
      const index = call.validatorIndex;
      const { block, validators, proof, state, header } = await prove(sources, [index]);
      const { pending, proof: branch } = pendingPartialProof(state, header, index);
      return receiptOf(controller.provePartial(block, pending, branch, validators[0]!, proof));
    }
    case "proveMerged": {
      const source = call.validatorIndex;
      const { block, validators, proof, state, header } = await prove(sources, [source]);
      const { pending, proof: branch } = pendingConsolidationProof(state, header, source);
      return receiptOf(controller.proveMerged(block, pending, branch, validators[0]!, proof));
    }
    case "partial": {
      const { block, validators, proof, state, header } = await prove(sources, [call.validatorIndex]);
      const { chunk, proof: branch } = balanceProof(state, header, call.validatorIndex);
      const shown = [block, call.validatorIndex, validators[0]!, proof, chunk, branch] as const;
      if (!isPaid) return receiptOf(controller.triggerPartial(...shown, { value }));
      const gasLimit = (await jobs.triggerPartial.estimateGas(...shown, { value })) + PAY_GAS;
      return receiptOf(jobs.triggerPartial(...shown, { value, gasLimit }));
    }
    case "keys": {
      const known = await publishedKeys(sources.protocol, call.commitmentId);
      if (known === undefined) throw new FatalError(`nobody published the keys of ${call.commitmentId}`);
      const validators = await sources.beacon.validators("head", call.validatorIndices);
      const pubkeys = validators.map(({ pubkey }) => pubkey);
      const { gindices, keys, signatureHashes, proof } = keyPlaces(known, pubkeys);
      const packed = concat(keys.map(({ pubkey }) => pubkey));
      const { operatorId, tree } = known;
      return receiptOf(
        controller.triggerByKeys(operatorId, tree.root, gindices, packed, signatureHashes, proof, { value }),
      );
    }
    case "full": {
      const { block, validators, proof } = await prove(sources, call.validatorIndices);
      const shown = [RULE[call.rule], block, call.validatorIndices, validators, proof] as const;
      // exits of stopped operators are never paid for
      if (!isPaid || call.rule === "stopped") return receiptOf(controller.trigger(...shown, { value }));
      const gasLimit = (await jobs.trigger.estimateGas(...shown, { value })) + PAY_GAS;
      return receiptOf(jobs.trigger(...shown, { value, gasLimit }));
    }
  }
}

/** What goes with a call, in wei. */
async function feeOf({ WithdrawalVault }: Protocol, call: ExitCall): Promise<bigint> {
  const isRequest = call.kind === "partial" || call.kind === "keys" || call.kind === "full";
  if (!isRequest) return 0n;
  const count = call.kind === "partial" ? 1 : call.validatorIndices.length;
  return (await WithdrawalVault.withdrawalFee()) * FEE_MARGIN * BigInt(count);
}

/** Validators under the newest root that the execution chain knows, and the state that it is of. */
async function prove({ beacon }: Sources, indices: readonly number[]) {
  const { timestamp, header, stateId } = await newestRoot(beacon);
  const { bytes, fork } = await beacon.stateSsz(stateId);
  const state = await decodeState(bytes, fork);
  const { validators, proof } = validatorProof(state, header, indices);
  return {
    block: recentBlock(timestamp),
    validators: validators.map(({ effectiveBalanceGwei, ...rest }) => ({
      ...rest,
      effectiveBalance: effectiveBalanceGwei,
    })),
    proof,
    state,
    header,
  };
}
