import { randomBytes } from "node:crypto";
import { Mnemonic } from "ethers";

/** A new BIP-39 mnemonic of 24 English words. `entropy`, 32 bytes, is given by tests alone. */
export function newMnemonic(entropy: Uint8Array = randomBytes(32)): string {
  return Mnemonic.fromEntropy(entropy).phrase;
}

/** True where the words are those of `mnemonic`; the first four letters of each are enough, as they are in BIP-39. */
export function repeatsMnemonic(typed: string, mnemonic: string): boolean {
  const words = typed.trim().toLowerCase().split(/\s+/);
  const wanted = mnemonic.split(" ");
  const isMeant = (word: string, i: number) =>
    word === wanted[i] || (word.length >= 4 && wanted[i]!.startsWith(word));
  return words.length === wanted.length && words.every(isMeant);
}
