import "./preset.ts";
import type { SecretKey } from "@chainsafe/blst";
import { computeSigningRoot } from "@lodestar/state-transition";
import { ssz } from "@lodestar/types";
import { toHex } from "@lodestar/utils";
import { depositDomain } from "./config.ts";
import type { Hex } from "./rpc.ts";

/// The arguments of the deposit contract's `deposit`.
export interface DepositArguments {
  pubkey: Hex;
  withdrawalCredentials: Hex;
  signature: Hex;
  depositDataRoot: Hex;
}

/// Signs a deposit as deposit tools do: proof of possession over key, credentials and amount.
export function signedDeposit(
  key: SecretKey,
  withdrawalCredentials: Uint8Array,
  amountGwei: number,
): DepositArguments {
  const message = { pubkey: key.toPublicKey().toBytes(), withdrawalCredentials, amount: amountGwei };
  const signature = key
    .sign(computeSigningRoot(ssz.phase0.DepositMessage, message, depositDomain()))
    .toBytes();
  return {
    pubkey: toHex(message.pubkey) as Hex,
    withdrawalCredentials: toHex(withdrawalCredentials) as Hex,
    signature: toHex(signature) as Hex,
    depositDataRoot: toHex(ssz.phase0.DepositData.hashTreeRoot({ ...message, signature })) as Hex,
  };
}
