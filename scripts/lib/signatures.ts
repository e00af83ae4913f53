/**
 * Signatures of a committee in the form that the contracts read: EIP-2098, 64 bytes each (r, then s with the
 * parity in its top bit), one after the other, by signer address ascending. Ascending order lets a contract
 * prove with one comparison each that no member is counted twice.
 */
import { computeAddress, concat, getAddress, Signature, SigningKey, type SignatureLike } from "ethers";
import { FatalError } from "./errors.ts";

export interface SignedBy {
  /** Address of the signer. */
  readonly signer: string;
  readonly signature: SignatureLike;
}

export interface PackedSignatures {
  /** Checksummed, ascending. */
  readonly signers: string[];
  /** 64 bytes per signer, 0x-hex, in the same order. */
  readonly signatures: string;
}

/**
 * r || yParityAndS, 64 bytes, 0x-hex.
 * @throws FatalError where s is in the upper half of the order (EIP-2): contracts refuse those
 */
export function compactSignature(signature: SignatureLike): string {
  const parsed = parse(signature);
  if (!parsed.isValid())
    throw new FatalError("the signature is malleable: its s is above half the order (EIP-2)");
  return parsed.compactSerialized;
}

/** The address whose key signed `digest` (32 bytes, 0x-hex). */
export function signerOf(digest: string, signature: SignatureLike): string {
  try {
    return computeAddress(SigningKey.recoverPublicKey(digest, parse(signature)));
  } catch (error) {
    if (error instanceof FatalError) throw error;
    throw new FatalError(`no key recovers from the signature of ${digest}`, { cause: error });
  }
}

/**
 * Sorts and joins signatures of `digest`. Each is first recovered and held against its signer, so that one bad
 * signature is named here instead of failing the whole transaction.
 * @throws FatalError on a signature by another key, and on a signer that appears twice
 */
export function packSignatures(digest: string, signed: readonly SignedBy[]): PackedSignatures {
  const entries = signed.map(({ signer, signature }) => {
    const address = getAddress(signer);
    const actual = signerOf(digest, signature);
    if (actual !== address) throw new FatalError(`the signature of ${address} was made by ${actual}`);
    return { address, compact: compactSignature(signature) };
  });
  entries.sort((a, b) => (BigInt(a.address) < BigInt(b.address) ? -1 : 1));
  for (const [i, { address }] of entries.entries()) {
    if (address === entries[i - 1]?.address) throw new FatalError(`${address} signed twice`);
  }
  return { signers: entries.map((e) => e.address), signatures: concat(entries.map((e) => e.compact)) };
}

function parse(signature: SignatureLike): Signature {
  try {
    return Signature.from(signature);
  } catch (error) {
    throw new FatalError("not a signature of secp256k1", { cause: error });
  }
}
