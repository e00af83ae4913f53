/**
 * Voluntary exits: a validator's own word, by its signing key, that it leaves. Source: consensus specification,
 * phase 0, "Voluntary exits"; EIP-7044, by which the version of Capella stands for every later fork, so that
 * an exit once signed stays good.
 */
import { PublicKey, Signature, verify, type SecretKey } from "@chainsafe/blst";
import { ContainerType, UintNumberType } from "@chainsafe/ssz";
import { hexlify } from "ethers";
import { computeDomain, computeSigningRoot, DOMAIN_VOLUNTARY_EXIT } from "./signingDomain.ts";

export interface VoluntaryExit {
  /** The exit is good from this epoch on. */
  readonly epoch: number;
  readonly validatorIndex: number;
}

export interface SignedVoluntaryExit extends VoluntaryExit {
  /** 96 bytes, 0x-hex. */
  readonly signature: string;
}

const Uint64 = new UintNumberType(8);
const ExitType = new ContainerType({ epoch: Uint64, validatorIndex: Uint64 });

/** For which network an exit is good. */
export interface ExitNetwork {
  /** 4 bytes, 0x-hex. */
  readonly capellaForkVersion: string;
  /** 32 bytes, 0x-hex. */
  readonly genesisValidatorsRoot: string;
}

/** Signs an exit for one network. */
export function signVoluntaryExit(
  secretKey: SecretKey,
  exit: VoluntaryExit,
  network: ExitNetwork,
): SignedVoluntaryExit {
  return { ...exit, signature: hexlify(secretKey.sign(voluntaryExitSigningRoot(exit, network)).toBytes()) };
}

/** True where the beacon chain would take this exit for one of the validator with that key. */
export function verifyVoluntaryExit(
  exit: SignedVoluntaryExit,
  pubkey: string,
  network: ExitNetwork,
): boolean {
  const root = voluntaryExitSigningRoot(exit, network);
  try {
    return verify(root, PublicKey.fromHex(pubkey, true), Signature.fromHex(exit.signature, true));
  } catch {
    return false;
  }
}

/** What `POST /eth/v1/beacon/pool/voluntary_exits` takes. */
export function voluntaryExitJson({ epoch, validatorIndex, signature }: SignedVoluntaryExit) {
  return { message: { epoch: String(epoch), validator_index: String(validatorIndex) }, signature };
}

/** The 32 bytes that are signed. */
export function voluntaryExitSigningRoot(
  { epoch, validatorIndex }: VoluntaryExit,
  { capellaForkVersion, genesisValidatorsRoot }: ExitNetwork,
): Uint8Array {
  const domain = computeDomain(DOMAIN_VOLUNTARY_EXIT, capellaForkVersion, genesisValidatorsRoot);
  return computeSigningRoot(ExitType.hashTreeRoot({ epoch, validatorIndex }), domain);
}
