/**
 * Events of contracts, asked for in pages: nodes refuse long ranges of blocks, and answers that are too large. What is
 * finalized is asked for once in a process.
 */
import { EventLog, type BaseContract, type Log, type Provider, type TopicFilter } from "ethers";
import type {
  TypedContractEvent,
  TypedDeferredTopicFilter,
  TypedEventLog,
} from "../../typechain-types/common.js";
import { explain, FatalError } from "./errors.ts";
import { stableStringify } from "./json.ts";

/** Nodes of providers take no more. */
export const PAGE_BLOCKS = 10_000;

/** Block numbers, both included. Without an end: up to the newest. */
export interface BlockRange {
  fromBlock?: number;
  toBlock?: number;
}

/** Whose logs: an address, and topics as JSON-RPC has them. */
export interface LogFilter {
  address: string;
  topics: TopicFilter;
}

interface Known {
  firstBlock: number;
  /** Up to here blocks were finalized when it was last asked for. */
  finalized: number;
  /** Whole pages that are finalized, by filter and number. */
  pages: Map<string, readonly Log[]>;
}

const KNOWN = new WeakMap<Provider, Known>();

/** Before this block there is nothing to be found by that provider: that of a first deployment. Without it: from block 0. */
export function beginLogsAt(provider: Provider, firstBlock: number): void {
  knownOf(provider).firstBlock = firstBlock;
}

/** The events of a contract, in their order. Errors: those of its provider; FatalError where it has none. */
export async function eventsOf<E extends TypedContractEvent>(
  contract: BaseContract,
  filter: TypedDeferredTopicFilter<E>,
  range: BlockRange = {},
): Promise<TypedEventLog<E>[]> {
  const provider = contract.runner?.provider;
  if (!provider) throw new FatalError("nobody to ask for events");
  const [address, topics] = await Promise.all([contract.getAddress(), filter.getTopicFilter()]);
  const logs = await logsOf(provider, { address, topics }, range);
  return logs.map((log) => {
    const fragment = contract.interface.getEvent(log.topics[0]!)!;
    return new EventLog(log, contract.interface, fragment) as unknown as TypedEventLog<E>;
  });
}

/** The same as they are, of whatever contract. */
export async function logsOf(
  provider: Provider,
  filter: LogFilter,
  { fromBlock = 0, toBlock }: BlockRange = {},
): Promise<Log[]> {
  const { firstBlock } = knownOf(provider);
  const first = Math.max(fromBlock, firstBlock);
  const last = toBlock ?? (await provider.getBlockNumber());
  const logs: Log[] = [];
  for (let page = pageOf(first); page <= pageOf(last); page++) {
    const from = Math.max(page * PAGE_BLOCKS, firstBlock);
    const to = (page + 1) * PAGE_BLOCKS - 1;
    const found =
      to <= last
        ? await wholePage(provider, filter, { from, to })
        : await read(provider, filter, { from: Math.max(from, first), to: last, end: toBlock ?? "latest" });
    logs.push(...found.filter(({ blockNumber }) => blockNumber >= first));
  }
  return logs;
}

function pageOf(block: number): number {
  return Math.floor(block / PAGE_BLOCKS);
}

async function wholePage(
  provider: Provider,
  filter: LogFilter,
  { from, to }: { from: number; to: number },
): Promise<readonly Log[]> {
  const known = knownOf(provider);
  const key = stableStringify([filter, to]);
  const kept = known.pages.get(key);
  if (kept !== undefined) return kept;
  // before the logs: what is finalized after them says nothing of the branch that they are from
  const isFinal = to <= known.finalized || to <= (await finalizedBlock(provider, known));
  const logs = await read(provider, filter, { from, to, end: to });
  if (isFinal) known.pages.set(key, logs);
  return logs;
}

async function finalizedBlock(provider: Provider, known: Known): Promise<number> {
  const block = await provider.getBlock("finalized");
  known.finalized = Math.max(known.finalized, block?.number ?? -1);
  return known.finalized;
}

/** Halves what is too much. */
async function read(
  provider: Provider,
  filter: LogFilter,
  { from, to, end }: { from: number; to: number; end: number | "latest" },
): Promise<Log[]> {
  try {
    return await provider.getLogs({ ...filter, fromBlock: from, toBlock: end });
  } catch (error) {
    if (from >= to || !isTooMuch(error)) throw error;
    const middle = Math.floor((from + to) / 2);
    return [
      ...(await read(provider, filter, { from, to: middle, end: middle })),
      ...(await read(provider, filter, { from: middle + 1, to, end })),
    ];
  }
}

/** Clients and providers differ in their words and agree in no code. */
function isTooMuch(error: unknown): boolean {
  const { error: said, info } = error as { error?: unknown; info?: unknown };
  const text = `${explain(error)} ${explain(said)} ${explain(info)}`;
  if (/rate.?limit|too many requests|requests per/i.test(text)) return false;
  return /too (many|large|big|wide|long)|range|limit|exceed|more than \d|response size|query timeout/i.test(
    text,
  );
}

function knownOf(provider: Provider): Known {
  const known = KNOWN.get(provider) ?? { firstBlock: 0, finalized: -1, pages: new Map() };
  KNOWN.set(provider, known);
  return known;
}
