/**
 * The accounts of local chains, by what each is for. All come from the well-known phrase of such chains: nothing on
 * them has a value, and the chain itself signs for the first twenty.
 */
import { HDNodeWallet, Mnemonic, type SigningKey } from "ethers";
import { LOCAL_ACCOUNTS, type AccountName } from "./accountNames.ts";

export const LOCAL_MNEMONIC = "test test test test test test test test test test test junk";

/** A member of the oracle's committee, whose key signs off chain. */
export interface Member {
  address: string;
  /** Who owns the member and its bond: an account of the chain. */
  owner: string;
  key: SigningKey;
}

/** Owners of members are accounts that the chain signs for; members' keys come after all of these. */
const FIRST_OWNER = 10;
const OWNERS = 8;
const FIRST_MEMBER = 20;
export const DEFAULT_MEMBERS = 5;

/** The address of an account. */
export function localAddress(name: AccountName): string {
  return root().deriveChild(LOCAL_ACCOUNTS[name]).address;
}

/** The committee, in no order. */
export function localCommittee(size = DEFAULT_MEMBERS): Member[] {
  const phrase = root();
  return Array.from({ length: size }, (_, i) => {
    const wallet = phrase.deriveChild(FIRST_MEMBER + i);
    const { address: owner } = phrase.deriveChild(FIRST_OWNER + (i % OWNERS));
    return { address: wallet.address, owner, key: wallet.signingKey };
  });
}

function root(): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(LOCAL_MNEMONIC), "m/44'/60'/0'/0");
}
