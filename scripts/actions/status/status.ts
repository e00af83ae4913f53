import type { JsonRpcProvider } from "ethers";
import { RetryableError } from "../../lib/errors.ts";
import type { Protocol } from "../../lib/protocol.ts";
import { committeeStatus, frameStatus } from "./committee.ts";
import { poolStatus } from "./pool.ts";
import { queueStatus } from "./queue.ts";
import { brakeStatus, governanceStatus, operatorsStatus } from "./stewards.ts";

export type ProtocolStatus = Awaited<ReturnType<typeof readStatus>>;

/**
 * How the protocol stands, all of it at the newest block.
 *
 * @throws RetryableError where there is no block, or another one came in its place meanwhile
 */
export async function readStatus(provider: JsonRpcProvider, protocol: Protocol) {
  const block = await provider.getBlock("latest");
  if (block === null) throw new RetryableError("the chain has no block");
  const { number, hash, timestamp } = block;
  const place = { provider, protocol, number, time: timestamp };
  const [pool, queue, frame, committee, operators, brake, governance] = await Promise.all([
    poolStatus(place),
    queueStatus(place),
    frameStatus(place),
    committeeStatus(place),
    operatorsStatus(place),
    brakeStatus(place),
    governanceStatus(place),
  ]);
  if ((await provider.getBlock(number))?.hash !== hash) {
    throw new RetryableError(`the chain changed at block ${number}`);
  }
  const at = { number, hash: hash!, time: timestamp };
  return { block: at, pool, queue, frame, committee, operators, brake, governance };
}
