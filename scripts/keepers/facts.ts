import type { Protocol } from "../lib/protocol.ts";
import type { Journal } from "../lib/tx/journal.ts";
import { explain } from "../lib/errors.ts";
import { timeAt } from "../lib/units.ts";
import type { Nodes } from "./nodes.ts";
import { seatOf } from "./seat.ts";
import type { EndpointStatus } from "../lib/sources/endpoint.ts";
import type { Facts, Layer } from "./watch/causes.ts";

export interface FactSources {
  nodes: Nodes;
  protocol: Protocol;
  journal: Journal;
  /** Who sends; none for a keeper that only looks. */
  account: string | undefined;
  /** The member's key; none for a keeper that signs nothing. */
  member: string | undefined;
  required: number;
  /** What keeps the member's key from signing. */
  signing: Facts["signing"];
  /** This machine's clock, seconds since 1970; none where the chain's clock is not the world's. */
  now: (() => number) | undefined;
}

/** What health is judged by. What cannot be found out is left out, and so becomes old. */
export async function gatherFacts(sources: FactSources): Promise<Partial<Facts>> {
  const { nodes, journal, signing } = sources;
  const parts = await Promise.allSettled([
    finality(sources),
    roles(sources),
    balance(sources),
    skew(sources),
  ]);
  const found = parts.flatMap((part) => (part.status === "fulfilled" ? [part.value] : []));
  const beacon = nodes.beacon.status;
  const asked = (layer: Layer, { name, state }: EndpointStatus) => ({
    layer,
    source: name,
    healthy: state === "trusted",
  });
  const relay = nodes.execution.senderStatus;
  return Object.assign(
    {
      sources: [
        ...beacon.map((each) => asked("beacon", each)),
        ...nodes.execution.status.map((each) => asked("execution", each)),
        // it is used now and then: one that was not asked since it failed may be well
        ...(relay ? [{ ...asked("relay", relay), healthy: !isGone(relay) }] : []),
      ],
      quorum: {
        agreeing: beacon.filter(({ state }) => state === "trusted").length,
        required: sources.required,
      },
      journal: journalState(journal),
      signing,
    },
    ...found,
  ) as Partial<Facts>;
}

function isGone({ state }: EndpointStatus): boolean {
  return state === "away" || state === "refused";
}

async function finality({ nodes }: FactSources): Promise<Partial<Facts>> {
  const [{ finalized }, spec, { genesisTime }] = await Promise.all([
    nodes.beacon.finalityCheckpoints("head"),
    nodes.beacon.spec(),
    nodes.beacon.genesis(),
  ]);
  return { finalizedAt: timeAt(finalized.epoch * spec.slotsPerEpoch, { ...spec, genesisTime }) };
}

async function roles({ protocol, member }: FactSources): Promise<Partial<Facts>> {
  if (member === undefined) return { missingRoles: [] };
  const id = await seatOf(protocol, member);
  return { missingRoles: id === undefined ? [`a seat in the committee for ${member}`] : [] };
}

async function balance({ nodes, account }: FactSources): Promise<Partial<Facts>> {
  return account === undefined ? {} : { balanceWei: await nodes.execution.getBalance(account) };
}

/** Blocks that may be missing before a head that is old says that this machine's clock is ahead. */
const MISSED = 3;

/** By the head: a block of the future, or one that is older than a few missed slots. */
async function skew({ nodes, now }: FactSources): Promise<Partial<Facts>> {
  if (now === undefined) return { clockSkewSeconds: 0 };
  const [block, { secondsPerSlot }] = await Promise.all([
    nodes.execution.getBlock("latest"),
    nodes.beacon.spec(),
  ]);
  if (block === null) return {};
  const ahead = now() - block.timestamp;
  return { clockSkewSeconds: ahead < 0 || ahead > (1 + MISSED) * secondsPerSlot ? ahead : 0 };
}

function journalState(journal: Journal): Facts["journal"] {
  try {
    journal.probe();
    return { writable: true };
  } catch (error) {
    return { writable: false, problem: explain(error) };
  }
}
