import "../preset.ts";
import type { routes } from "@lodestar/api/beacon";
import { ApiError, type ApplicationMethods } from "@lodestar/api/server";
import { ForkName } from "@lodestar/params";
import { computeEpochAtSlot, type BeaconStateFulu } from "@lodestar/state-transition";
import { getValidatorStatus, type ValidatorStatus } from "@lodestar/types";
import { fromHex } from "@lodestar/utils";
import type { BeaconChain } from "../beaconChain.ts";
import { NOT_FOUND, isFinalized, stateById, validatorIndex } from "./ids.ts";

type Methods = ApplicationMethods<routes.beacon.Endpoints>;
type DebugMethods = ApplicationMethods<routes.debug.Endpoints>;
type StateMethods = Pick<
  Methods,
  | "getStateRoot"
  | "getStateFork"
  | "getStateFinalityCheckpoints"
  | "getStateValidators"
  | "postStateValidators"
  | "getStateValidator"
  | "getStateValidatorBalances"
  | "postStateValidatorBalances"
  | "getPendingDeposits"
  | "getPendingPartialWithdrawals"
  | "getPendingConsolidations"
>;

interface ValidatorsQuery {
  stateId: string | number;
  validatorIds?: (string | number)[];
  statuses?: string[];
}

/// `/eth/v1/beacon/states/...`
export function stateApi(chain: BeaconChain): StateMethods {
  const validators = (query: ValidatorsQuery) => {
    const { state, meta } = lookUp(chain, query.stateId);
    const all = indices(chain, state, query.validatorIds).map((index) => validatorResponse(state, index));
    return { data: all.filter(({ status }) => matches(status, query.statuses)), meta };
  };
  const balances = ({ stateId, validatorIds }: ValidatorsQuery) => {
    const { state, meta } = lookUp(chain, stateId);
    const data = indices(chain, state, validatorIds).map((index) => ({
      index,
      balance: state.balances.get(index),
    }));
    return { data, meta };
  };
  return {
    getStateRoot: async ({ stateId }) => {
      const { record, meta } = lookUp(chain, stateId);
      return { data: { root: fromHex(record.stateRoot) }, meta };
    },
    getStateFork: async ({ stateId }) => {
      const { state, meta } = lookUp(chain, stateId);
      return { data: state.fork.toValue(), meta };
    },
    getStateFinalityCheckpoints: async ({ stateId }) => {
      const { state, meta } = lookUp(chain, stateId);
      const data = {
        previousJustified: state.previousJustifiedCheckpoint.toValue(),
        currentJustified: state.currentJustifiedCheckpoint.toValue(),
        finalized: state.finalizedCheckpoint.toValue(),
      };
      return { data, meta };
    },
    getStateValidators: async (query) => validators(query),
    postStateValidators: async (query) => validators(query),
    getStateValidator: async ({ stateId, validatorId }) => {
      const { state, meta } = lookUp(chain, stateId);
      const index = validatorIndex(chain, state, validatorId);
      if (index === undefined)
        throw new ApiError(NOT_FOUND, `No validator ${validatorId} in state ${stateId}`);
      return { data: validatorResponse(state, index), meta };
    },
    getStateValidatorBalances: async (query) => balances(query),
    postStateValidatorBalances: async (query) => balances(query),
    getPendingDeposits: async ({ stateId }) => {
      const { state, meta } = lookUp(chain, stateId);
      return { data: state.pendingDeposits.toValue(), meta };
    },
    getPendingPartialWithdrawals: async ({ stateId }) => {
      const { state, meta } = lookUp(chain, stateId);
      return { data: state.pendingPartialWithdrawals.toValue(), meta };
    },
    getPendingConsolidations: async ({ stateId }) => {
      const { state, meta } = lookUp(chain, stateId);
      return { data: state.pendingConsolidations.toValue(), meta };
    },
  };
}

/// `/eth/v2/debug/beacon/states/{id}`, as JSON or SSZ.
export function debugApi(chain: BeaconChain): Pick<DebugMethods, "getStateV2"> {
  return {
    getStateV2: async ({ stateId }, context) => {
      const { state, meta } = lookUp(chain, stateId);
      return { data: context?.returnBytes ? state.serialize() : state.toValue(), meta };
    },
  };
}

function lookUp(chain: BeaconChain, stateId: string | number) {
  const { record, state } = stateById(chain, stateId);
  const meta = { executionOptimistic: false, finalized: isFinalized(chain, record), version: ForkName.fulu };
  return { record, state, meta };
}

/// Those asked for, in that order, or all; unknown ones are left out, as the specification has it.
function indices(chain: BeaconChain, state: BeaconStateFulu, ids: (string | number)[] | undefined): number[] {
  if (ids === undefined || ids.length === 0)
    return Array.from({ length: state.validators.length }, (_, index) => index);
  const known = ids.map((id) => validatorIndex(chain, state, id)).filter((index) => index !== undefined);
  return [...new Set(known)];
}

function validatorResponse(state: BeaconStateFulu, index: number) {
  const validator = state.validators.getReadonly(index).toValue();
  const status = getValidatorStatus(validator, computeEpochAtSlot(state.slot));
  return { index, balance: state.balances.get(index), status, validator };
}

/// A filter is a status, or the part before its underscore: `active` stands for all that begin with it.
function matches(status: ValidatorStatus, filters: string[] | undefined): boolean {
  if (filters === undefined || filters.length === 0) return true;
  return filters.some((filter) => status === filter || status.startsWith(`${filter}_`));
}
