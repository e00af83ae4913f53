import "../../../scripts/devnet/preset.ts";
import { encodeFunctionData, parseAbi } from "viem";
import type { SecretKey } from "@chainsafe/blst";
import { ssz } from "@lodestar/types";
import { fromHex, toHex } from "@lodestar/utils";
import { DEPOSIT_CONTRACT_ADDRESS } from "../../../scripts/devnet/config.ts";
import { signedDeposit } from "../../../scripts/devnet/deposit.ts";
import type { Devnet } from "../../../scripts/devnet/devnet.ts";
import { call, quantity, type Hex } from "../../../scripts/devnet/rpc.ts";

export const GWEI = 1_000_000_000n;
export const ETHER = 10n ** 18n;

export const depositAbi = parseAbi([
  "function deposit(bytes pubkey, bytes withdrawal_credentials, bytes signature, bytes32 deposit_data_root) payable",
  "function get_deposit_root() view returns (bytes32)",
  "function get_deposit_count() view returns (bytes)",
]);

export async function account(devnet: Devnet, index: number): Promise<Hex> {
  return (await call<Hex[]>(devnet.provider, "eth_accounts"))[index]!;
}

export function credentials(type: 1 | 2, address: Hex): Uint8Array {
  return fromHex(`0x0${type}${"00".repeat(11)}${address.slice(2)}`);
}

interface Transaction {
  to: string;
  data?: Hex;
  valueWei?: bigint;
  from?: Hex;
}

export async function send(devnet: Devnet, transaction: Transaction): Promise<Hex> {
  const from = transaction.from ?? (await account(devnet, 0));
  return call(devnet.provider, "eth_sendTransaction", {
    from,
    to: transaction.to,
    data: transaction.data ?? "0x",
    value: quantity(transaction.valueWei ?? 0n),
    gas: quantity(1_000_000),
  });
}

export async function receipt(
  devnet: Devnet,
  hash: Hex,
): Promise<{ status: Hex; blockNumber: Hex; blockHash: Hex }> {
  return call(devnet.provider, "eth_getTransactionReceipt", hash);
}

export async function balanceWei(
  devnet: Devnet,
  address: string,
  block: unknown = "latest",
): Promise<bigint> {
  return BigInt(await call<Hex>(devnet.provider, "eth_getBalance", address, block));
}

interface Deposit {
  key: SecretKey;
  credentials: Uint8Array;
  ether?: number;
  /// Signs for another amount, so that the proof of possession is wrong and the root still right.
  spoil?: boolean;
}

export async function deposit(
  devnet: Devnet,
  { key, credentials, ether = 32, spoil = false }: Deposit,
): Promise<Hex> {
  const amountGwei = ether * Number(GWEI);
  const data = spoil
    ? spoiledDeposit(key, credentials, amountGwei)
    : signedDeposit(key, credentials, amountGwei);
  return send(devnet, {
    to: DEPOSIT_CONTRACT_ADDRESS,
    valueWei: BigInt(amountGwei) * GWEI,
    data: encodeFunctionData({
      abi: depositAbi,
      functionName: "deposit",
      args: [data.pubkey, data.withdrawalCredentials, data.signature, data.depositDataRoot],
    }),
  });
}

function spoiledDeposit(
  key: SecretKey,
  withdrawalCredentials: Uint8Array,
  amountGwei: number,
): ReturnType<typeof signedDeposit> {
  const { signature } = signedDeposit(key, withdrawalCredentials, amountGwei + 1);
  const good = signedDeposit(key, withdrawalCredentials, amountGwei);
  const depositDataRoot = depositRoot(good.pubkey, withdrawalCredentials, amountGwei, signature);
  return { ...good, signature, depositDataRoot };
}

export function depositRoot(
  pubkey: Hex,
  withdrawalCredentials: Uint8Array,
  amountGwei: number,
  signature: Hex,
): Hex {
  return toHex(
    ssz.phase0.DepositData.hashTreeRoot({
      pubkey: fromHex(pubkey),
      withdrawalCredentials,
      amount: amountGwei,
      signature: fromHex(signature),
    }),
  ) as Hex;
}
