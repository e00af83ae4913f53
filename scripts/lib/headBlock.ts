import type { Block, Provider } from "ethers";
import { RetryableError } from "./errors.ts";

/**
 * The newest block of the execution chain. Its timestamp is the time that contracts go by, in seconds since 1970.
 *
 * @throws RetryableError where the node has none
 */
export async function headBlock(provider: Provider): Promise<Block> {
  const block = await provider.getBlock("latest");
  if (block === null) throw new RetryableError("the execution node has no block");
  return block;
}
