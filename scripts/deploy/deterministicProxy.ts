import {
  concat,
  getCreate2Address,
  keccak256,
  Transaction,
  ZeroHash,
  type Provider,
  type TransactionRequest,
} from "ethers";
import { FatalError } from "../lib/errors.ts";

/// The deterministic deployment proxy, which has the same address wherever its one transaction was sent: nobody has the key of
/// that transaction's sender, as the signature was made up (Nick's method). It deploys by CREATE2 what it is called with,
/// behind a salt of 32 bytes.
const PRESIGNED =
  "0xf8a58085174876e800830186a08080b853604580600e600039806000f350fe7fffffffffffffffffffffffffffffffffffffffffffffffffffffff" +
  "ffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf31ba02222222222222222222222222222222222" +
  "222222222222222222222222222222a02222222222222222222222222222222222222222222222222222222222222222";

export const DETERMINISTIC_PROXY = "0x4e59b44847b379578588920cA78FbF26c0B4956C";

/// Of its runtime code, which any network has there or nothing.
const CODE_HASH = "0x2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989";

/// What a pre-signed transaction needs before it can be sent.
export interface Presigned {
  sender: string;
  /// What its sender must have, in wei.
  costWei: bigint;
  raw: string;
}

export function presignedProxy(): Presigned {
  const { from, gasLimit, gasPrice } = Transaction.from(PRESIGNED);
  return { sender: from!, costWei: gasLimit * gasPrice!, raw: PRESIGNED };
}

/// Whether the proxy is there.
///
/// @throws FatalError where something else is at its address
export async function hasProxy(provider: Provider): Promise<boolean> {
  const code = await provider.getCode(DETERMINISTIC_PROXY);
  if (code === "0x") return false;
  if (keccak256(code) === CODE_HASH) return true;
  throw new FatalError(`at ${DETERMINISTIC_PROXY} is other code than the deterministic deployment proxy's`);
}

/// Where the proxy deploys that creation code.
export function proxyAddressOf(initCode: string): string {
  return getCreate2Address(DETERMINISTIC_PROXY, ZeroHash, keccak256(initCode));
}

/// Has the proxy deploy that creation code.
export function throughProxy(initCode: string): TransactionRequest {
  return { to: DETERMINISTIC_PROXY, data: concat([ZeroHash, initCode]) };
}
