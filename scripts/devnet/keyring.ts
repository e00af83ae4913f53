import "./preset.ts";
import { SecretKey } from "@chainsafe/blst";
import { bytesToBigInt, toPubkeyHex } from "@lodestar/utils";

/// Order of the BLS12-381 groups: secret keys are scalars modulo this number.
const GROUP_ORDER = 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n;

const SECRET_KEY_BYTES = 32;

/// The secret keys of the validators which this chain operates. A validator whose key is missing is offline.
export class Keyring {
  readonly #scalars = new Map<string, bigint>();

  add(key: SecretKey): void {
    this.#scalars.set(toPubkeyHex(key.toPublicKey().toBytes()), bytesToBigInt(key.toBytes(), "be"));
  }

  has(pubkey: Uint8Array): boolean {
    return this.#scalars.has(toPubkeyHex(pubkey));
  }

  sign(pubkey: Uint8Array, signingRoot: Uint8Array): Uint8Array {
    return this.signAggregate([pubkey], signingRoot);
  }

  /// The aggregate of one signature per public key over the same message. Signatures are linear in the key, so
  /// one signature by the sum of the keys is the sum of the signatures, at a fraction of the cost.
  signAggregate(pubkeys: Uint8Array[], signingRoot: Uint8Array): Uint8Array {
    let sum = 0n;
    for (const pubkey of pubkeys) {
      const scalar = this.#scalars.get(toPubkeyHex(pubkey));
      if (scalar === undefined) throw new Error(`No secret key for ${toPubkeyHex(pubkey)}`);
      sum = (sum + scalar) % GROUP_ORDER;
    }
    return secretKeyFromScalar(sum).sign(signingRoot).toBytes();
  }
}

function secretKeyFromScalar(scalar: bigint): SecretKey {
  return SecretKey.fromHex(scalar.toString(16).padStart(SECRET_KEY_BYTES * 2, "0"));
}
