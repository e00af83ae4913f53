import type { SecretKey } from "@chainsafe/blst";
import { hexlify } from "ethers";
import { FatalError } from "../errors.ts";
import {
  signVoluntaryExit,
  verifyVoluntaryExit,
  type ExitNetwork,
  type SignedVoluntaryExit,
  type VoluntaryExit,
} from "../voluntaryExit.ts";

/**
 * Signs an exit, and verifies what was signed.
 * @throws FatalError where it does not verify
 */
export function signExit(
  secretKey: SecretKey,
  exit: VoluntaryExit,
  network: ExitNetwork,
): SignedVoluntaryExit {
  const signed = signVoluntaryExit(secretKey, exit, network);
  const pubkey = hexlify(secretKey.toPublicKey().toBytes());
  if (!verifyVoluntaryExit(signed, pubkey, network)) {
    throw new FatalError(`the signature just made by ${pubkey} does not verify: nothing is printed`);
  }
  return signed;
}
