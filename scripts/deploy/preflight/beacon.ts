import type { JsonRpcApiProvider } from "ethers";
import type { BeaconClient } from "../../lib/beaconClient.ts";
import type { Spec } from "../../lib/beaconSchemas.ts";
import { FAR_FUTURE_EPOCH } from "../../lib/units.ts";
import type { Parameters } from "../parameters/schema.ts";
import { bad, good, same, type Look } from "./check.ts";

const OTHER_NETWORK = "point --beacon-url at a node of the network, or name the --network of this node";
const SECONDS_PER_DAY = 86_400n;

/// The beacon node: is it of the network that the parameters are for, does it follow it, and does the execution node, too.
export function beaconLooks(
  beacon: BeaconClient,
  provider: JsonRpcApiProvider,
  parameters: Parameters,
): Look[] {
  let asked: Promise<Spec> | undefined;
  const spec = () => (asked ??= beacon.spec());
  return [
    genesis("genesis_time", parameters.genesisTime.value.toString(), async () => {
      return String((await beacon.genesis()).genesisTime);
    }),
    genesis("genesis_fork_version", parameters.genesisForkVersion.value, async () => {
      return (await beacon.genesis()).genesisForkVersion;
    }),
    ...Object.entries(constants(parameters)).map(([name, wanted]) => constant(name, wanted, spec)),
    layout(beacon, spec, parameters),
    beaconSynced(beacon),
    oneChain(beacon, provider),
  ];
}

/// What `config/spec` must say, under its names.
function constants(p: Parameters): Record<string, string> {
  const epochOf = (slot: bigint) => (slot / p.slotsPerEpoch.value).toString();
  return {
    SECONDS_PER_SLOT: p.secondsPerSlot.value.toString(),
    SLOTS_PER_EPOCH: p.slotsPerEpoch.value.toString(),
    GENESIS_FORK_VERSION: p.genesisForkVersion.value,
    DEPOSIT_CHAIN_ID: p.chainId.value.toString(),
    DEPOSIT_CONTRACT_ADDRESS: p.depositContract.value,
    SLOTS_PER_HISTORICAL_ROOT: p.slotsPerHistoricalRoot.value.toString(),
    EPOCHS_PER_HISTORICAL_VECTOR: p.epochsPerHistoricalVector.value.toString(),
    EPOCHS_PER_SLASHINGS_VECTOR: p.slashingsVector.value.toString(),
    PENDING_PARTIAL_WITHDRAWALS_LIMIT: p.pendingPartialsLimit.value.toString(),
    PENDING_CONSOLIDATIONS_LIMIT: p.pendingConsolidationsLimit.value.toString(),
    MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA: p.penaltyQuotient.value.toString(),
    SHARD_COMMITTEE_PERIOD: p.shardCommitteePeriod.value.toString(),
    CAPELLA_FORK_EPOCH: epochOf(p.capellaSlot.value),
    FULU_FORK_EPOCH: epochOf(p.beaconLayouts.value.at(-1)!.fromSlot),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function genesis(field: string, wanted: string, read: () => Promise<string>): Look {
  return {
    name: `beacon genesis: ${field}`,
    wanted,
    fix: OTHER_NETWORK,
    look: async () => same(await read(), wanted),
  };
}

function constant(name: string, wanted: string, spec: () => Promise<Spec>): Look {
  return {
    name: `beacon constants: ${name}`,
    wanted,
    fix: `${OTHER_NETWORK}; where it is the right one, the parameter is wrong`,
    look: async () => {
      const { secondsPerSlot, values } = await spec();
      // some nodes announce SLOT_DURATION_MS in its place
      const told = name === "SECONDS_PER_SLOT" ? String(secondsPerSlot) : textOf(values[name]);
      return told === undefined ? bad("the node does not tell it") : same(told, wanted);
    },
  };
}

/// The verifier reads states by one layout, up to a slot that is fixed for ever.
function layout(beacon: BeaconClient, spec: () => Promise<Spec>, p: Parameters): Look {
  const endSlot = p.layoutEndSlot.value;
  const { fromSlot } = p.beaconLayouts.value[0]!;
  return {
    name: "layout of beacon states",
    wanted: `the head lies in the slots ${fromSlot} to ${endSlot}, and no fork after Fulu does`,
    fix: "set layoutEndSlot to the first slot of the next fork, or give its layout: see docs/deploying.md, Parameters",
    look: async () => {
      const { values } = await spec();
      const head = BigInt((await beacon.syncing()).headSlot);
      const days = ((endSlot - head) * p.secondsPerSlot.value) / SECONDS_PER_DAY;
      const told = BigInt(textOf(values["GLOAS_FORK_EPOCH"]) ?? FAR_FUTURE_EPOCH);
      const gloasSlot = told * p.slotsPerEpoch.value;
      const next = told === FAR_FUTURE_EPOCH ? "no date for Gloas" : `Gloas in slot ${gloasSlot}`;
      const isInside = head >= fromSlot && head < endSlot;
      const got = `head ${head}${isInside ? `, ${days} days before the end` : ""}; ${next}`;
      return { ok: isInside && gloasSlot >= endSlot, got };
    },
  };
}

function beaconSynced(beacon: BeaconClient): Look {
  return {
    name: "beacon node in sync",
    wanted: "in sync, with an execution node that has verified its head",
    fix: "wait until the beacon node and its execution node are in sync, or point --beacon-url at another",
    look: async () => {
      const { headSlot, syncDistance, isSyncing, isOptimistic, isExecutionOffline } = await beacon.syncing();
      const faults = [
        isSyncing && `${syncDistance} slots behind`,
        isOptimistic && "its head is not verified (optimistic)",
        isExecutionOffline && "its execution node is offline",
      ].filter((fault) => fault !== false);
      return faults.length === 0 ? good(`head ${headSlot}`) : bad(faults.join("; "));
    },
  };
}

function oneChain(beacon: BeaconClient, provider: JsonRpcApiProvider): Look {
  return {
    name: "one chain",
    wanted: "the execution node knows the block in the beacon node's head",
    fix: "point --rpc-url and --beacon-url at nodes of one network, both in sync",
    look: async () => {
      const head = await beacon.blockV2("head");
      if (head === undefined) return bad("the beacon node has no head");
      const { blockHash, blockNumber } = head.execution;
      const block = await provider.getBlock(blockHash);
      const text = `block ${blockNumber} of slot ${head.slot}, ${blockHash}`;
      return block === null ? bad(`${text}: unknown to the execution node`) : good(text);
    },
  };
}
