import "./preset.ts";
import { digest } from "@chainsafe/as-sha256";
import type { ChainForkConfig } from "@lodestar/config";
import {
  BLS_WITHDRAWAL_PREFIX,
  EFFECTIVE_BALANCE_INCREMENT,
  EPOCHS_PER_HISTORICAL_VECTOR,
  FAR_FUTURE_EPOCH,
  ForkSeq,
  GENESIS_EPOCH,
  GENESIS_SLOT,
  MIN_ACTIVATION_BALANCE,
  UNSET_DEPOSIT_REQUESTS_START_INDEX,
} from "@lodestar/params";
import {
  computeProposerIndices,
  createCachedBeaconState,
  createPubkeyCache,
  getNextSyncCommittee,
  type BeaconStateFulu,
  type CachedBeaconStateFulu,
} from "@lodestar/state-transition";
import { ssz, type phase0 } from "@lodestar/types";
import { beaconConfig } from "./config.ts";

export interface GenesisExecution {
  blockHash: Uint8Array;
  blockNumber: number;
  timestamp: number;
}

export interface GenesisValidator {
  pubkey: Uint8Array;
  withdrawalCredentials: Uint8Array;
}

/// Credentials of type 0x00: nothing is ever swept from them, so the few withdrawals that a block of the
/// minimal preset carries all go to the validators under test.
export function blsCredentials(pubkey: Uint8Array): Uint8Array {
  const credentials = digest(pubkey);
  credentials[0] = BLS_WITHDRAWAL_PREFIX;
  return credentials;
}

/// A Fulu state at slot 0 with the given validators active and the given execution block as its head.
export function genesisState(
  config: ChainForkConfig,
  execution: GenesisExecution,
  genesisValidators: GenesisValidator[],
): CachedBeaconStateFulu {
  const state = ssz.fulu.BeaconState.defaultViewDU();
  state.slot = GENESIS_SLOT;
  state.genesisTime = execution.timestamp;
  state.fork = ssz.phase0.Fork.toViewDU({
    previousVersion: config.ELECTRA_FORK_VERSION,
    currentVersion: config.FULU_FORK_VERSION,
    epoch: GENESIS_EPOCH,
  });
  state.latestBlockHeader = ssz.phase0.BeaconBlockHeader.toViewDU({
    ...ssz.phase0.BeaconBlockHeader.defaultValue(),
    bodyRoot: ssz.fulu.BeaconBlockBody.hashTreeRoot(ssz.fulu.BeaconBlockBody.defaultValue()),
  });
  state.latestExecutionPayloadHeader = ssz.fulu.ExecutionPayloadHeader.toViewDU({
    ...ssz.fulu.ExecutionPayloadHeader.defaultValue(),
    blockHash: execution.blockHash,
    blockNumber: execution.blockNumber,
    timestamp: execution.timestamp,
  });
  state.randaoMixes = ssz.phase0.RandaoMixes.toViewDU(
    Array.from({ length: EPOCHS_PER_HISTORICAL_VECTOR }, () => execution.blockHash),
  );
  state.depositRequestsStartIndex = UNSET_DEPOSIT_REQUESTS_START_INDEX;

  registerValidators(state, genesisValidators);
  return withProposers(state);
}

function registerValidators(state: BeaconStateFulu, genesisValidators: GenesisValidator[]): void {
  const count = genesisValidators.length;
  const validators: phase0.Validator[] = genesisValidators.map((validator) => ({
    ...validator,
    effectiveBalance: MIN_ACTIVATION_BALANCE,
    slashed: false,
    activationEligibilityEpoch: GENESIS_EPOCH,
    activationEpoch: GENESIS_EPOCH,
    exitEpoch: FAR_FUTURE_EPOCH,
    withdrawableEpoch: FAR_FUTURE_EPOCH,
  }));
  const zeros = Array.from({ length: count }, () => 0);
  state.validators = ssz.phase0.Validators.toViewDU(validators);
  state.balances = ssz.phase0.Balances.toViewDU(Array.from({ length: count }, () => MIN_ACTIVATION_BALANCE));
  state.previousEpochParticipation = ssz.altair.EpochParticipation.toViewDU(zeros);
  state.currentEpochParticipation = ssz.altair.EpochParticipation.toViewDU(zeros);
  state.inactivityScores = ssz.altair.InactivityScores.toViewDU(zeros);
  state.genesisValidatorsRoot = state.validators.hashTreeRoot();

  const indices = Uint32Array.from({ length: count }, (_, index) => index);
  const increments = Uint16Array.from(
    { length: count },
    () => MIN_ACTIVATION_BALANCE / EFFECTIVE_BALANCE_INCREMENT,
  );
  const { syncCommittee } = getNextSyncCommittee(ForkSeq.fulu, state, indices, increments);
  state.currentSyncCommittee = ssz.altair.SyncCommittee.toViewDU(syncCommittee);
  state.nextSyncCommittee = ssz.altair.SyncCommittee.toViewDU(syncCommittee);
  state.commit();
}

/// Fills the proposers of the first two epochs. They follow from the shuffling, which only a state with caches
/// knows; those caches hold the zeros that stood there before, so the state gets new ones.
function withProposers(state: BeaconStateFulu): CachedBeaconStateFulu {
  const config = beaconConfig(state.genesisValidatorsRoot);
  const draft = createCachedBeaconState(state, { config, pubkeyCache: createPubkeyCache() });
  const { currentShuffling, nextShuffling } = draft.epochCtx;
  const lookahead = [
    ...computeProposerIndices(ForkSeq.fulu, draft, currentShuffling, GENESIS_EPOCH),
    ...computeProposerIndices(ForkSeq.fulu, draft, nextShuffling, GENESIS_EPOCH + 1),
  ];
  draft.proposerLookahead = ssz.fulu.ProposerLookahead.toViewDU(lookahead);
  draft.commit();
  return withFreshCaches(ssz.fulu.BeaconState.getViewDU(draft.node));
}

/// The state with caches computed from nothing but itself. The cache of public keys only ever grows: one that
/// has seen validators of an abandoned branch would credit deposits to the wrong index.
export function withFreshCaches(state: BeaconStateFulu): CachedBeaconStateFulu {
  const config = beaconConfig(state.genesisValidatorsRoot);
  return createCachedBeaconState(state, { config, pubkeyCache: createPubkeyCache() });
}
