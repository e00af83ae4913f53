/**
 * Voluntary exits: a validator's own word, by its signing key, that it leaves. Source: consensus specification,
 * phase 0, "Voluntary exits"; EIP-7044, by which the version of Capella stands for every later fork, so that
 * an exit once signed stays good.
 */
import type { SecretKey } from "@chainsafe/blst";
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

/** Signs an exit for one network. */
export function signVoluntaryExit(
  secretKey: SecretKey,
  exit: VoluntaryExit,
  network: { capellaForkVersion: string; genesisValidatorsRoot: string },
): SignedVoluntaryExit {
  const domain = computeDomain(
    DOMAIN_VOLUNTARY_EXIT,
    network.capellaForkVersion,
    network.genesisValidatorsRoot,
  );
  const root = computeSigningRoot(ExitType.hashTreeRoot(exit), domain);
  return { ...exit, signature: hexlify(secretKey.sign(root).toBytes()) };
}
