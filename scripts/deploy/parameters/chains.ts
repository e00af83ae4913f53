import { getAddress, hexlify } from "ethers";
import { ELECTRA_INDICES } from "./layouts.ts";
import { parameter, type Parameters } from "./schema.ts";

export const PUBLIC_NETWORKS = ["hoodi", "sepolia", "mainnet"] as const;
export type PublicNetwork = (typeof PUBLIC_NETWORKS)[number];

/// Two years of epochs of 384 seconds: how long after Fulu its layout is believed where the next fork has no date.
const LAYOUT_EPOCHS = 2 * 365 * 225;

/// Which contract takes deposits.
const DEPOSIT_CONTRACT: Record<PublicNetwork, string> = {
  mainnet: "DEPOSIT_CONTRACT_ADDRESS: the official contract",
  hoodi: "DEPOSIT_CONTRACT_ADDRESS: the official contract, at its address on mainnet",
  sepolia:
    "DEPOSIT_CONTRACT_ADDRESS: another contract than mainnet's, which takes deposits of holders of its permission token alone",
};

/// What a network's own rules fix, as Lodestar knows it. Its configurations are loaded here, on first use: with them the
/// process takes its preset, so whoever needs another says so before (`LODESTAR_PRESET`). What is read of a preset is
/// mainnet's either way, which all public networks have.
export async function chainFacts(network: PublicNetwork) {
  const { genesisData, networksChainConfig } = await import("@lodestar/config/networks");
  const { mainnetPreset } = await import("@lodestar/params/presets/mainnet");
  const config = networksChainConfig[network];
  const slotsPerEpoch = mainnetPreset.SLOTS_PER_EPOCH;
  const firstSlotOf = (epoch: number) => BigInt(epoch) * BigInt(slotsPerEpoch);
  const fact = (value: number, unit: string, name: string) => parameter(BigInt(value), unit, name);
  return {
    chainId: fact(config.DEPOSIT_CHAIN_ID, "id", "DEPOSIT_CHAIN_ID"),
    depositContract: parameter(
      getAddress(hexlify(config.DEPOSIT_CONTRACT_ADDRESS)),
      "address",
      DEPOSIT_CONTRACT[network],
    ),
    genesisTime: fact(genesisData[network].genesisTime, "seconds since 1970", "the network's genesis"),
    secondsPerSlot: fact(config.SLOT_DURATION_MS / 1_000, "seconds", "SLOT_DURATION_MS"),
    slotsPerEpoch: fact(slotsPerEpoch, "slots", "SLOTS_PER_EPOCH"),
    genesisForkVersion: parameter(
      hexlify(config.GENESIS_FORK_VERSION),
      "fork version",
      "GENESIS_FORK_VERSION",
    ),
    slotsPerHistoricalRoot: fact(
      mainnetPreset.SLOTS_PER_HISTORICAL_ROOT,
      "slots",
      "SLOTS_PER_HISTORICAL_ROOT",
    ),
    epochsPerHistoricalVector: fact(
      mainnetPreset.EPOCHS_PER_HISTORICAL_VECTOR,
      "epochs",
      "EPOCHS_PER_HISTORICAL_VECTOR",
    ),
    pendingPartialsLimit: fact(
      mainnetPreset.PENDING_PARTIAL_WITHDRAWALS_LIMIT,
      "entries",
      "PENDING_PARTIAL_WITHDRAWALS_LIMIT",
    ),
    pendingConsolidationsLimit: fact(
      mainnetPreset.PENDING_CONSOLIDATIONS_LIMIT,
      "entries",
      "PENDING_CONSOLIDATIONS_LIMIT",
    ),
    penaltyQuotient: fact(
      mainnetPreset.MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA,
      "parts",
      "MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA",
    ),
    slashingsVector: fact(mainnetPreset.EPOCHS_PER_SLASHINGS_VECTOR, "epochs", "EPOCHS_PER_SLASHINGS_VECTOR"),
    shardCommitteePeriod: fact(config.SHARD_COMMITTEE_PERIOD, "epochs", "SHARD_COMMITTEE_PERIOD"),
    capellaSlot: parameter(firstSlotOf(config.CAPELLA_FORK_EPOCH), "slot", "of CAPELLA_FORK_EPOCH"),
    beaconLayouts: parameter(
      [{ fromSlot: firstSlotOf(config.FULU_FORK_EPOCH), ...ELECTRA_INDICES }],
      "generalized indices",
      "Fulu, from FULU_FORK_EPOCH on: nothing of ours is older",
    ),
    layoutEndSlot: parameter(
      firstSlotOf(config.FULU_FORK_EPOCH + LAYOUT_EPOCHS),
      "slot",
      "two years after Fulu, as the next fork has no date; the verifier is replaced before, or before that fork",
    ),
  } satisfies Partial<Parameters>;
}

export type ChainFacts = Awaited<ReturnType<typeof chainFacts>>;
