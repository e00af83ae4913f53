/** Reads of a certain block, made so that a node that has another block at its place refuses. */
import { isHexString, toQuantity } from "ethers";

/** Methods that read the state at a block, and where among their parameters the block stands. */
const BLOCK_PARAMETER: Record<string, number> = {
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getProof: 2,
  eth_getStorageAt: 2,
  eth_getTransactionCount: 1,
};

export interface RpcRequest {
  method: string;
  params: unknown;
}

/** A request, and the block whose place on the node's chain it takes for granted: to be checked with the answer. */
export interface PinnedRequest extends RpcRequest {
  holds?: { number: string; hash: string };
}

/**
 * The request with block hashes (EIP-1898) in place of the numbers that are bound to one. A range of logs cannot be
 * asked for by hash: where it ends at or below a bound block, the lowest of these is named in `holds`.
 *
 * @param hashes by the numbers that are bound to them
 */
export function pinned(request: RpcRequest, hashes: ReadonlyMap<number, string>): PinnedRequest {
  const { method, params } = request;
  if (!Array.isArray(params)) return request;
  const bound = (tag: unknown) => (isNumber(tag) ? hashes.get(Number(tag)) : undefined);

  const place = BLOCK_PARAMETER[method];
  if (place !== undefined) {
    const tag: unknown = params[place];
    const hash = isHexString(tag, 32) ? tag : bound(tag);
    if (hash === undefined) return request;
    return { method, params: params.with(place, { blockHash: hash, requireCanonical: true }) };
  }
  if (method === "eth_getBlockByNumber") {
    const hash = bound(params[0]);
    return hash === undefined ? request : { method: "eth_getBlockByHash", params: params.with(0, hash) };
  }
  if (method === "eth_getLogs") {
    const last = (params[0] as { toBlock?: unknown } | undefined)?.toBlock;
    if (!isNumber(last)) return request;
    const above = [...hashes.keys()].filter((number) => number >= Number(last));
    if (above.length === 0) return request;
    const number = Math.min(...above);
    return { ...request, holds: { number: toQuantity(number), hash: hashes.get(number)! } };
  }
  return request;
}

function isNumber(tag: unknown): tag is string {
  return isHexString(tag) && tag.length < 66;
}
