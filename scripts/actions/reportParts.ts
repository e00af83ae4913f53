/** What the fields of a report are made of, as this node tells it. */
import { dataSlice, ZeroHash } from "ethers";
import { eventsOf } from "../lib/logs.ts";
import type { Protocol } from "../lib/protocol.ts";
import { finalizedBlockAt } from "../lib/sources/finalizedBlock.ts";
import { FAR_FUTURE_EPOCH, timeAt } from "../lib/units.ts";
import { ourBalances, type OurValidator } from "./beaconBalance.ts";
import { buildReport, ourCredentials, type Report, type ReportSources } from "./buildReport.ts";

/** Validators of an operator in one state. */
export interface ValidatorGroup {
  operatorId: bigint;
  state: "waiting" | "active" | "exiting" | "exited" | "slashed";
  count: number;
  balanceGwei: bigint;
}

export interface ReportParts {
  /** What this node makes the report of the boundary. */
  report: Report;
  /** The execution block of the boundary; its time and the boundary's in seconds since 1970. */
  blockNumber: number;
  refTime: number;
  validators: ValidatorGroup[];
  /** Pending deposits that count, and those for keys of ours that do not. */
  pending: { count: number; amountGwei: bigint };
  ignored: { count: number; amountGwei: bigint };
  /** Validators of our keys whose credentials are not ours: they count nothing. */
  foreign: number;
  /** What a vault held, and what the ledger had collected from it, in wei. */
  withdrawals: { heldWei: bigint; sweptWei: bigint };
  rewards: { heldWei: bigint; sweptWei: bigint };
  /** Tickets: the last named before, the last that was ready, and the first that was not. */
  tickets: { named: bigint; last: TicketSeen | undefined; next: TicketSeen | undefined };
  /** Whether the report brings new figures of operators. */
  bringsRoot: boolean;
}

export interface TicketSeen {
  id: bigint;
  /** When its cooldown ends: seconds since 1970. */
  readyAt: bigint;
}

/** Errors as for `buildReport`. */
export async function reportParts(sources: ReportSources, refSlot: number): Promise<ReportParts> {
  const { beacon, provider, protocol } = sources;
  const report = await buildReport(sources, refSlot);
  const { header, block, time } = await finalizedBlockAt(sources, refSlot);
  const { blockNumber } = block.execution;
  const at = { blockTag: blockNumber };
  const slotsPerFrame = await protocol.ReportOracle.slotsPerFrame(at);
  const [{ genesisForkVersion }, operatorOf, credentials, books, withdrawals, rewards] = await Promise.all([
    beacon.genesis(),
    operatorsOfKeys(protocol, blockNumber),
    ourCredentials(protocol, provider, blockNumber),
    protocol.StakedEther.booksAt(BigInt(refSlot) / slotsPerFrame, at),
    provider.getBalance(protocol.WithdrawalVault, blockNumber),
    provider.getBalance(protocol.RewardsVault, blockNumber),
  ]);
  const stateId = header.header.stateRoot as `0x${string}`;
  const pubkeys = [...operatorOf.keys()];
  const found = await ourBalances({ beacon, stateId, pubkeys, credentials, genesisForkVersion });
  const sumOf = (deposits: typeof found.pending) => ({
    count: deposits.length,
    amountGwei: deposits.reduce((sum, { amountGwei }) => sum + amountGwei, 0n),
  });
  return {
    report,
    blockNumber,
    refTime: timeAt(refSlot, time),
    validators: groupsOf(found.validators, operatorOf, BigInt(Math.floor(refSlot / time.slotsPerEpoch))),
    pending: sumOf(found.pending),
    ignored: sumOf(found.ignored),
    foreign: found.foreign,
    withdrawals: { heldWei: withdrawals, sweptWei: books.sweptWithdrawals },
    rewards: { heldWei: rewards, sweptWei: books.sweptRewards },
    tickets: await ticketsAround(protocol, report.lastTicketId, blockNumber),
    bringsRoot: report.rewardsRoot !== ZeroHash,
  };
}

/** Whose key it is that got a predeposit, by public key in lower case. */
async function operatorsOfKeys(protocol: Protocol, toBlock: number): Promise<Map<string, bigint>> {
  const registry = protocol.ValidatorRegistry;
  const [committed, predeposited] = await Promise.all([
    eventsOf(registry, registry.filters.KeysCommitted(), { toBlock }),
    eventsOf(registry, registry.filters.KeysPredeposited(), { toBlock }),
  ]);
  const owner = new Map(committed.map(({ args }) => [args.commitmentId, args.operatorId]));
  return new Map(
    predeposited.flatMap(({ args }) =>
      args.gindices.map((_, i): [string, bigint] => [
        dataSlice(args.pubkeys, i * 48, (i + 1) * 48),
        owner.get(args.commitmentId)!,
      ]),
    ),
  );
}

function groupsOf(
  validators: readonly OurValidator[],
  operatorOf: ReadonlyMap<string, bigint>,
  epoch: bigint,
): ValidatorGroup[] {
  const groups = new Map<string, ValidatorGroup>();
  for (const validator of validators) {
    const operatorId = operatorOf.get(validator.pubkey)!;
    const state = stateOf(validator, epoch);
    const key = `${operatorId} ${state}`;
    const group = groups.get(key) ?? { operatorId, state, count: 0, balanceGwei: 0n };
    group.count++;
    group.balanceGwei += validator.balanceGwei;
    groups.set(key, group);
  }
  return [...groups.values()].toSorted(
    (a, b) => Number(a.operatorId - b.operatorId) || a.state.localeCompare(b.state),
  );
}

function stateOf(v: OurValidator, epoch: bigint): ValidatorGroup["state"] {
  if (v.exitEpoch <= epoch) return "exited";
  if (v.slashed) return "slashed";
  if (v.activationEpoch > epoch) return "waiting";
  return v.exitEpoch < FAR_FUTURE_EPOCH ? "exiting" : "active";
}

async function ticketsAround(
  { WithdrawalQueue: queue }: Protocol,
  lastTicketId: bigint,
  blockTag: number,
): Promise<ReportParts["tickets"]> {
  const at = { blockTag };
  const [[named], newest] = await Promise.all([queue.named(at), queue.lastTicketId(at)]);
  const seen = async (id: bigint) => {
    if (id === 0n || id > newest) return undefined;
    return { id, readyAt: (await queue.ticket(id, at)).readyAt };
  };
  return { named, last: await seen(lastTicketId), next: await seen(lastTicketId + 1n) };
}
