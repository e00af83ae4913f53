/** Small contracts to call, and what a chain does for tests. */
import { zeroPadValue, type Wallet } from "ethers";
import type { Rpc } from "../../../../scripts/lib/tx/rpc.ts";

/** Counts its calls, by caller: caller, sload, 1, add, caller, sstore. */
export const COUNTER = `0x${"c0".repeat(20)}`;
/** Fails when its slot 0 is set: sload(0), jumpi to revert. */
export const MOODY = `0x${"d0".repeat(20)}`;
/** Reverts with what it is called with: calldatacopy, revert. */
export const ECHO = `0x${"e0".repeat(20)}`;

export const CODE = {
  [COUNTER]: "0x3354600101335500",
  [MOODY]: "0x5f54600657005b5f5ffd",
  [ECHO]: "0x365f5f37365ffd",
};

export async function mine(node: Rpc, blocks = 1): Promise<void> {
  for (let i = 0; i < blocks; i++) await node.send("evm_mine", []);
}

export async function setNextBaseFee(node: Rpc, wei: bigint): Promise<void> {
  await node.send("hardhat_setNextBlockBaseFeePerGas", [`0x${wei.toString(16)}`]);
}

export async function fund(node: Rpc, { address }: Pick<Wallet, "address">): Promise<void> {
  await node.send("hardhat_setBalance", [address, `0x${(10n ** 20n).toString(16)}`]);
}

/** How often an account has called the counter. */
export async function countOf(node: Rpc, { address }: Pick<Wallet, "address">): Promise<number> {
  return Number(await node.send("eth_getStorageAt", [COUNTER, zeroPadValue(address, 32), "latest"]));
}

export async function nonceOf(
  node: Rpc,
  { address }: Pick<Wallet, "address">,
  at = "latest",
): Promise<number> {
  return Number(await node.send("eth_getTransactionCount", [address, at]));
}
