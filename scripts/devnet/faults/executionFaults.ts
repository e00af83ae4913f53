import { keccak256, toQuantity } from "ethers";
import { faultOf, type Fault } from "./faults.ts";
import {
  jsonAnswer,
  jsonOf,
  withField,
  type Ask,
  type ProxiedAnswer,
  type ProxiedRequest,
} from "./proxied.ts";

interface Call {
  id: unknown;
  method: string;
  params: unknown[];
}

type Reply = { id: unknown; jsonrpc: "2.0" } & (
  | { result: unknown }
  | { error: { code: number; message: string } }
);

/// Asks the honest node for one result.
type AskNode = (method: string, params: unknown[]) => Promise<unknown>;

/// Where among its parameters a method names a block.
const BLOCK_PARAMETER: Record<string, number> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getBlockByNumber: 0,
  eth_getCode: 1,
  eth_getStorageAt: 2,
  eth_getTransactionCount: 1,
};

/// Methods whose result belongs to a block, or is one.
const OF_A_BLOCK = new Set(["eth_getBlockByHash", "eth_getTransactionByHash", "eth_getTransactionReceipt"]);

/// The answer of an execution node with such faults, to one request or a batch.
export async function executionAnswer(
  request: ProxiedRequest,
  ask: Ask,
  faults: readonly Fault[],
): Promise<ProxiedAnswer> {
  const calls = jsonOf(request.body) as Call | Call[];
  if (!Array.isArray(calls)) return jsonAnswer(200, await reply(calls, ask, faults));
  const replies: Reply[] = [];
  for (const call of calls) replies.push(await reply(call, ask, faults));
  return jsonAnswer(200, replies);
}

async function reply(call: Call, ask: Ask, faults: readonly Fault[]): Promise<Reply> {
  const forward = async (method: string, params: unknown[]): Promise<Reply> => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: call.id, method, params }));
    return jsonOf((await ask({ body })).body) as Reply;
  };
  const node: AskNode = async (method, params) => {
    const answer = await forward(method, params);
    if ("result" in answer) return answer.result;
    throw new Error(answer.error.message);
  };
  const chainId = faultOf(faults, "wrongChain")?.chainId;
  if (chainId !== undefined && call.method === "eth_chainId") return said(call, toQuantity(chainId));
  if (faultOf(faults, "dropsTransactions") && call.method === "eth_sendRawTransaction") {
    return said(call, keccak256(String(call.params[0])));
  }
  const refusal = faultOf(faults, "refusesTransactions")?.message;
  if (refusal !== undefined && call.method === "eth_sendRawTransaction") {
    return { jsonrpc: "2.0", id: call.id, error: { code: -32000, message: refusal } };
  }
  const behind = faultOf(faults, "oldBlocks")?.blocks;
  const honest = await (behind === undefined
    ? forward(call.method, call.params)
    : fromThePast(call, behind, node, forward));
  return lied(call.method, honest, faults);
}

/// What a node says whose newest block is `blocks` older than the real one.
async function fromThePast(
  call: Call,
  blocks: number,
  node: AskNode,
  forward: (method: string, params: unknown[]) => Promise<Reply>,
): Promise<Reply> {
  const { method, params } = call;
  const head = Math.max(0, Number(await node("eth_blockNumber", [])) - blocks);
  if (method === "eth_blockNumber") return said(call, toQuantity(head));
  if (OF_A_BLOCK.has(method)) {
    const found = (await node(method, params)) as { number?: string; blockNumber?: string } | null;
    const number = Number(found?.number ?? found?.blockNumber ?? 0);
    return said(call, number > head ? null : found);
  }
  if (method === "eth_getLogs") {
    const filter = params[0] as { toBlock?: unknown };
    const toBlock = await numberOf(filter.toBlock, head, node);
    return forward(method, [{ ...filter, toBlock: toQuantity(Math.min(toBlock, head)) }]);
  }
  const place = BLOCK_PARAMETER[method];
  if (place === undefined) return forward(method, params);
  const wanted = await numberOf(params[place], head, node);
  if (wanted <= head) {
    const isNamed = typeof params[place] === "object" && params[place] !== null;
    return forward(method, isNamed ? params : params.toSpliced(place, 1, toQuantity(wanted)));
  }
  if (method === "eth_getBlockByNumber") return said(call, null);
  return { jsonrpc: "2.0", id: call.id, error: { code: -32000, message: "header not found" } };
}

/// The number of the block that a tag, a number or a hash (EIP-1898) means to a node whose head is `head`.
async function numberOf(tag: unknown, head: number, node: AskNode): Promise<number> {
  if (typeof tag === "object" && tag !== null && "blockHash" in tag) {
    const block = (await node("eth_getBlockByHash", [tag.blockHash, false])) as { number: string } | null;
    return block === null ? Infinity : Number(block.number);
  }
  if (tag === "earliest") return 0;
  return typeof tag === "string" && tag.startsWith("0x") ? Number(tag) : head;
}

function said({ id }: Call, result: unknown): Reply {
  return { jsonrpc: "2.0", id, result };
}

function lied(method: string, honest: Reply, faults: readonly Fault[]): Reply {
  let answer = honest;
  const seconds = faultOf(faults, "clock")?.seconds;
  if (seconds !== undefined && method.startsWith("eth_getBlockBy") && "result" in answer && answer.result) {
    const { timestamp } = answer.result as { timestamp: string };
    answer = withField(answer, "result.timestamp", toQuantity(Number(timestamp) + seconds)) as Reply;
  }
  for (const fault of faults) {
    if (fault.kind !== "lie" || !method.includes(fault.to)) continue;
    answer = withField(answer, fault.field, fault.value) as Reply;
  }
  return answer;
}
