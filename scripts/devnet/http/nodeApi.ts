import "../preset.ts";
import type { routes } from "@lodestar/api/beacon";
import { ApiError, type ApplicationMethods } from "@lodestar/api/server";
import { chainConfigToJson, specValuesToJson } from "@lodestar/config";
import * as params from "@lodestar/params";
import { presetToJson } from "@lodestar/params";
import type { BeaconChain } from "../beaconChain.ts";
import { BAD_REQUEST } from "./ids.ts";

const VERSION = "Kedge-devnet/0.1.0 (Lodestar state transition 1.46.0)";

/// Constants of the specification that clients look for in `config/spec`, besides preset and configuration.
const SPEC_CONSTANTS = [
  "BLS_WITHDRAWAL_PREFIX",
  "ETH1_ADDRESS_WITHDRAWAL_PREFIX",
  "COMPOUNDING_WITHDRAWAL_PREFIX",
  "DOMAIN_BEACON_PROPOSER",
  "DOMAIN_BEACON_ATTESTER",
  "DOMAIN_RANDAO",
  "DOMAIN_DEPOSIT",
  "DOMAIN_VOLUNTARY_EXIT",
  "DOMAIN_SYNC_COMMITTEE",
  "DOMAIN_BLS_TO_EXECUTION_CHANGE",
  "FAR_FUTURE_EPOCH",
  "GENESIS_EPOCH",
  "GENESIS_SLOT",
  "UNSET_DEPOSIT_REQUESTS_START_INDEX",
  "FULL_EXIT_REQUEST_AMOUNT",
] as const;

/// `/eth/v1/node/...`
export function nodeApi(
  chain: BeaconChain,
): Pick<ApplicationMethods<routes.node.Endpoints>, "getNodeVersion" | "getSyncingStatus" | "getHealth"> {
  return {
    getNodeVersion: async () => ({ data: { version: VERSION } }),
    // The chain itself is the source of time: a head behind it means missed slots, not a node that syncs.
    getSyncingStatus: async () => ({
      data: {
        headSlot: chain.head.slot,
        syncDistance: chain.slot - chain.head.slot,
        isSyncing: false,
        isOptimistic: false,
        elOffline: false,
      },
    }),
    getHealth: async () => ({ status: 200 }),
  };
}

/// `/eth/v1/config/...`
export function configApi(chain: BeaconChain): ApplicationMethods<routes.config.Endpoints> {
  const { config } = chain;
  return {
    getSpec: async () => {
      const constants = Object.fromEntries(SPEC_CONSTANTS.map((name) => [name, params[name]]));
      return {
        data: {
          ...specValuesToJson(constants),
          ...presetToJson(params.activePreset),
          ...chainConfigToJson(config),
        },
      };
    },
    getDepositContract: async () => ({
      data: { chainId: config.DEPOSIT_CHAIN_ID, address: config.DEPOSIT_CONTRACT_ADDRESS },
    }),
    getForkSchedule: async () => ({
      data: config.forksAscendingEpochOrder
        .filter(({ epoch }) => Number.isFinite(epoch))
        .map(({ version, prevVersion, epoch }) => ({
          currentVersion: version,
          previousVersion: prevVersion,
          epoch,
        })),
    }),
  };
}

/// `/eth/{v1,v2}/validator/duties/proposer/{epoch}`
export function dutiesApi(
  chain: BeaconChain,
): Pick<ApplicationMethods<routes.validator.Endpoints>, "getProposerDuties" | "getProposerDutiesV2"> {
  const duties = (epoch: number, decidedBefore: number) => {
    const current = chain.epoch;
    if (epoch !== current && epoch !== current + 1) {
      throw new ApiError(
        BAD_REQUEST,
        `Proposers are known for epochs ${current} and ${current + 1}, not ${epoch}`,
      );
    }
    const lookahead = chain.state.proposerLookahead.getAll();
    const data = Array.from({ length: params.SLOTS_PER_EPOCH }, (_, i) => {
      const validatorIndex = lookahead[(epoch - current) * params.SLOTS_PER_EPOCH + i]!;
      const { pubkey } = chain.validator(validatorIndex);
      return { slot: epoch * params.SLOTS_PER_EPOCH + i, validatorIndex, pubkey };
    });
    const decided =
      chain.history.latestUpTo(decidedBefore * params.SLOTS_PER_EPOCH - 1) ?? chain.history.genesis;
    return { data, meta: { executionOptimistic: false, dependentRoot: decided.blockRoot } };
  };
  return {
    getProposerDuties: async ({ epoch }) => duties(epoch, epoch),
    // Since Fulu the proposers are decided one epoch earlier, and the second version says so.
    getProposerDutiesV2: async ({ epoch }) => duties(epoch, epoch - 1),
  };
}
