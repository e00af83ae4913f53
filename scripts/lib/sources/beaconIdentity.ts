/** Which network a beacon node serves, and whether this software understands its rules. */
import type { BeaconSource } from "../beaconClient.ts";
import type { Fork, Spec } from "../beaconSchemas.ts";
import { FatalError } from "../errors.ts";
import { firstDifference, shortly } from "./difference.ts";
import { WrongNetworkError } from "./endpoint.ts";

const NEWEST_FORK = "fulu";
/** The forks whose rules and encodings Kedge knows, oldest first, as `config/spec` names them. */
const KNOWN_FORKS = ["genesis", "altair", "bellatrix", "capella", "deneb", "electra", NEWEST_FORK];

export interface BeaconIdentity {
  genesisTime: number;
  genesisValidatorsRoot: string;
  genesisForkVersion: string;
  secondsPerSlot: number;
  slotsPerEpoch: number;
  depositChainId: number;
  depositContract: string;
  /** Those that have begun where the node is, oldest first. */
  forks: Fork[];
  /** Where the node is. */
  epoch: bigint;
}

/** What is known beforehand of the network, from a deployment or from settings. */
export type ExpectedIdentity = Partial<Omit<BeaconIdentity, "forks" | "epoch">>;

/** An identity as it stood at an epoch that the node has passed. */
export function networkOf(identity: BeaconIdentity, epoch: bigint): BeaconIdentity {
  return { ...identity, forks: identity.forks.filter((fork) => fork.epoch <= epoch), epoch };
}

/**
 * Asks a node who it is.
 *
 * @throws WrongNetworkError where a fork has begun that this software does not know
 */
export async function readIdentity(beacon: BeaconSource): Promise<BeaconIdentity> {
  const [genesis, spec, deposit, schedule, head] = await Promise.all([
    beacon.genesis(),
    beacon.spec(),
    beacon.depositContract(),
    beacon.forkSchedule(),
    beacon.header("head"),
  ]);
  if (head === undefined) throw new FatalError(`${beacon.name}: the node has no head`);
  const epoch = BigInt(Math.floor(head.header.slot / spec.slotsPerEpoch));
  const forks = schedule.filter((fork) => fork.epoch <= epoch);
  requireKnown(beacon.name, forks, spec);
  return {
    ...genesis,
    secondsPerSlot: spec.secondsPerSlot,
    slotsPerEpoch: spec.slotsPerEpoch,
    depositChainId: deposit.chainId,
    depositContract: deposit.address,
    forks,
    epoch,
  };
}

/** @throws WrongNetworkError naming the first field in which the node is of another network, and both values */
export function requireSameNetwork(
  name: string,
  got: BeaconIdentity,
  wanted: BeaconIdentity | ExpectedIdentity,
): void {
  const fields = Object.keys(wanted).filter((field) => field !== "epoch" && field !== "forks");
  for (const field of fields as (keyof ExpectedIdentity)[]) {
    if (wanted[field] === undefined || sameText(got[field]) === sameText(wanted[field])) continue;
    throw new WrongNetworkError(
      `${name} is of another network: ${field} is ${shortly(got[field])}, wanted ${shortly(wanted[field])}`,
    );
  }
  if (!("forks" in wanted)) return;
  // A node behind has not come to the newest fork yet: they are compared as far as both have come.
  const upTo = got.epoch < wanted.epoch ? got.epoch : wanted.epoch;
  const difference = firstDifference(networkOf(wanted, upTo).forks, networkOf(got, upTo).forks, "forks");
  if (difference === undefined) return;
  const { path, left, right } = difference;
  throw new WrongNetworkError(
    `${name} is of another network: ${path} is ${shortly(right)}, wanted ${shortly(left)}`,
  );
}

function requireKnown(name: string, forks: readonly Fork[], spec: Spec): void {
  for (const { version, epoch } of forks) {
    const fork = nameOf(version, spec);
    if (fork !== undefined && KNOWN_FORKS.includes(fork)) continue;
    throw new WrongNetworkError(
      `${name}: the fork ${fork === undefined ? "" : `"${fork}" `}of version ${version} began in epoch ${epoch}; ` +
        `this software knows forks up to "${NEWEST_FORK}" and must be updated first`,
    );
  }
}

/** `FULU_FORK_VERSION` of the node's constants has the version of the fork "fulu". */
function nameOf(version: string, { values }: Spec): string | undefined {
  const suffix = "_FORK_VERSION";
  const entry = Object.entries(values).find(
    ([key, value]) => key.endsWith(suffix) && String(value).toLowerCase() === version,
  );
  return entry?.[0].slice(0, -suffix.length).toLowerCase();
}

function sameText(value: string | number | undefined): string {
  return String(value).toLowerCase();
}
