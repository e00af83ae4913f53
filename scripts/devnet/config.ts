import "./preset.ts";
import {
  createBeaconConfig,
  createChainForkConfig,
  type BeaconConfig,
  type ChainConfig,
} from "@lodestar/config";
import { minimalChainConfig } from "@lodestar/config/configs";
import { DOMAIN_DEPOSIT, SLOTS_PER_EPOCH } from "@lodestar/params";
import { ZERO_HASH, computeDomain } from "@lodestar/state-transition";
import { fromHex } from "@lodestar/utils";

export const CHAIN_ID = 31337;
export const SECONDS_PER_SLOT = 12;
export { SLOTS_PER_EPOCH };

/// The same address on mainnet and on Hoodi, so that nothing in the protocol has to know a local one.
export const DEPOSIT_CONTRACT_ADDRESS = "0x00000000219ab540356cBB839Cbe05303d7705Fa";

/// Deposits are signed for this version, whatever fork the chain is at. It is the minimal configuration's own.
export const GENESIS_FORK_VERSION: Uint8Array = minimalChainConfig.GENESIS_FORK_VERSION;

const GWEI_PER_ETHER = 1_000_000_000;

/// Differences to the minimal configuration of the specification. Nothing here changes a container or a rule:
/// all of them are values that each network sets for itself.
const overrides: Partial<ChainConfig> = {
  CONFIG_NAME: "kedge-devnet",

  // Fulu is the fork of mainnet; older rules are of no interest here.
  ALTAIR_FORK_EPOCH: 0,
  BELLATRIX_FORK_EPOCH: 0,
  CAPELLA_FORK_EPOCH: 0,
  DENEB_FORK_EPOCH: 0,
  ELECTRA_FORK_EPOCH: 0,
  FULU_FORK_EPOCH: 0,

  // As on mainnet: contracts and keepers turn slots into times with this value.
  SECONDS_PER_SLOT,
  SLOT_DURATION_MS: SECONDS_PER_SLOT * 1000,

  DEPOSIT_CHAIN_ID: CHAIN_ID,
  DEPOSIT_NETWORK_ID: CHAIN_ID,
  DEPOSIT_CONTRACT_ADDRESS: fromHex(DEPOSIT_CONTRACT_ADDRESS),

  // 256 epochs on mainnet. A validator may leave 4 epochs after activation, so that a test sees a whole life.
  SHARD_COMMITTEE_PERIOD: 4,
  // 256 epochs on mainnet. Long enough to observe "exited, not yet withdrawable", short enough to tick through.
  MIN_VALIDATOR_WITHDRAWABILITY_DELAY: 8,
  // Consolidations get what the total churn leaves above the next value; with the minimal configuration and a
  // small set of validators that is nothing, and requests would be ignored. 512 - 256 lets 8 of 32 ETH through.
  MIN_PER_EPOCH_CHURN_LIMIT_ELECTRA: 512 * GWEI_PER_ETHER,
  // Activations and exits: 256 ETH per epoch, so that ten validators enter in two epochs.
  MAX_PER_EPOCH_ACTIVATION_EXIT_CHURN_LIMIT: 256 * GWEI_PER_ETHER,
};

export const chainForkConfig = createChainForkConfig({ ...minimalChainConfig, ...overrides });

/// The configuration bound to one genesis, which the signature domains depend on.
export function beaconConfig(genesisValidatorsRoot: Uint8Array): BeaconConfig {
  return createBeaconConfig(chainForkConfig, genesisValidatorsRoot);
}

/// The domain that deposit messages are signed for. It knows neither the fork nor the genesis validators.
export function depositDomain(): Uint8Array {
  return computeDomain(DOMAIN_DEPOSIT, GENESIS_FORK_VERSION, ZERO_HASH);
}
