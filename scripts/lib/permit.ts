import type { Signer } from "ethers";
import { FatalError } from "./errors.ts";
import type { Protocol } from "./protocol.ts";

/** Both are ERC-20 with permits (ERC-2612) and a domain that can be asked for (ERC-5267). */
export type Token = Protocol["StakedEther"] | Protocol["WrappedStakedEther"];

/** What lets a contract take a token of its owner, once: `IWithdrawalQueue.Permit`. */
export interface Permit {
  /** Wei of kETH, or wkETH (18 decimals). */
  value: bigint;
  /** Until when it holds, seconds since 1970. */
  deadline: bigint;
  signature: string;
}

/** Long enough for a block to come, and short enough to be forgotten. */
const GOOD_FOR_SECONDS = 1_800n;

const TYPES = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

/**
 * Signs that `spender` may take `value` of the owner's token; undefined where it may already.
 *
 * @throws FatalError where the chain has no block
 */
export async function permitWhereNeeded(
  token: Token,
  owner: Signer,
  { spender, value }: { spender: string; value: bigint },
): Promise<Permit | undefined> {
  const account = await owner.getAddress();
  if ((await token.allowance(account, spender)) >= value) return undefined;
  const [{ name, version, chainId, verifyingContract }, nonce, block] = await Promise.all([
    token.eip712Domain(),
    token.nonces(account),
    owner.provider?.getBlock("latest"),
  ]);
  if (!block) throw new FatalError("the execution node has no block");
  const deadline = BigInt(block.timestamp) + GOOD_FOR_SECONDS;
  const signature = await owner.signTypedData({ name, version, chainId, verifyingContract }, TYPES, {
    ...{ owner: account, spender, value, nonce, deadline },
  });
  return { value, deadline, signature };
}
