/**
 * What a contract needs beside a compressed public key and signature to verify them with the precompiles of
 * EIP-2537: the Y coordinates of both points. Decompression costs a contract more than reading them.
 *
 * Encoding: EIP-2537, "Fine points and encoding of base elements"; DepositSignature.YCoordinates in Solidity.
 */
import { PublicKey, Signature } from "@chainsafe/blst";
import { FatalError } from "./errors.ts";
import { fixedBytes } from "./signingDomain.ts";

/** An element of Fp: `high * 2^256 + low`. */
export interface Fp {
  readonly high: bigint;
  readonly low: bigint;
}

/** An element of Fp2: `c0 + c1 * v`. */
export interface Fp2 {
  readonly c0: Fp;
  readonly c1: Fp;
}

export interface YCoordinates {
  readonly pubkey: Fp;
  readonly signature: Fp2;
}

const FP_BYTES = 48;

/**
 * The Y coordinates of a compressed public key (48 bytes of 0x-hex) and signature (96 bytes).
 * @throws FatalError on wrong lengths and on what is no point of the curve or its subgroup, or infinity: no
 * contract would accept it. Whether the signature is that of the key is not asked here.
 */
export function yCoordinates({ pubkey, signature }: { pubkey: string; signature: string }): YCoordinates {
  const key = uncompressed("pubkey", fixedBytes(pubkey, FP_BYTES, "pubkey"), (bytes) =>
    PublicKey.fromBytes(bytes, true).toBytes(false),
  );
  const point = uncompressed("signature", fixedBytes(signature, 2 * FP_BYTES, "signature"), (bytes) =>
    Signature.fromBytes(bytes, true).toBytes(false),
  );
  // x before y; within an element of Fp2, c1 before c0
  return { pubkey: fp(key, 1), signature: { c0: fp(point, 3), c1: fp(point, 2) } };
}

function uncompressed(
  name: string,
  bytes: Uint8Array,
  decompress: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  try {
    return decompress(bytes);
  } catch (cause) {
    throw new FatalError(`the ${name} is no valid point of BLS12-381`, { cause });
  }
}

/** The `i`-th 48 bytes. */
function fp(bytes: Uint8Array, i: number): Fp {
  const value = BigInt(`0x${Buffer.from(bytes.subarray(i * FP_BYTES, (i + 1) * FP_BYTES)).toString("hex")}`);
  return { high: value >> 256n, low: value & (2n ** 256n - 1n) };
}
