/** Reads of a certain block, made so that a node that has another block at its place refuses. */
import { isHexString } from "ethers";

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
 * asked for by hash: where it ends in a bound block, that block is named in `holds`.
 *
 * @param hashOf the hash that a number is bound to
 */
export function pinned(request: RpcRequest, hashOf: (number: number) => string | undefined): PinnedRequest {
  const { method, params } = request;
  if (!Array.isArray(params)) return request;
  const bound = (tag: unknown) => (isHexString(tag) && tag.length < 66 ? hashOf(Number(tag)) : undefined);

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
    const number = (params[0] as { toBlock?: unknown } | undefined)?.toBlock;
    const hash = bound(number);
    return hash === undefined ? request : { ...request, holds: { number: number as string, hash } };
  }
  return request;
}
