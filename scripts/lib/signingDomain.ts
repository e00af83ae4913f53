/**
 * Domains and signing roots of the consensus layer: what makes a signature good for one purpose and one
 * network only. Source: consensus specification, phase 0, `compute_domain` and `compute_signing_root`.
 *
 * The containers are declared here rather than taken from Lodestar: they are the same on every network, and
 * importing Lodestar would fix a preset.
 */
import { ByteVectorType, ContainerType } from "@chainsafe/ssz";
import { concat, dataLength, getBytes, isHexString } from "ethers";
import { FatalError } from "./errors.ts";

/** Domain types, 4 bytes. */
export const DOMAIN_DEPOSIT = "0x03000000";
export const DOMAIN_VOLUNTARY_EXIT = "0x04000000";

const Bytes4 = new ByteVectorType(4);
const Bytes32 = new ByteVectorType(32);
const ForkDataType = new ContainerType({ currentVersion: Bytes4, genesisValidatorsRoot: Bytes32 });
const SigningDataType = new ContainerType({ objectRoot: Bytes32, domain: Bytes32 });

/** @returns 32 bytes: the type, and 28 bytes of the root of the fork's data */
export function computeDomain(type: string, forkVersion: string, genesisValidatorsRoot: string): Uint8Array {
  const forkDataRoot = ForkDataType.hashTreeRoot({
    currentVersion: fixedBytes(forkVersion, 4, "forkVersion"),
    genesisValidatorsRoot: fixedBytes(genesisValidatorsRoot, 32, "genesisValidatorsRoot"),
  });
  return getBytes(concat([type, forkDataRoot.slice(0, 28)]));
}

/** The 32 bytes that are signed. */
export function computeSigningRoot(objectRoot: Uint8Array, domain: Uint8Array): Uint8Array {
  return SigningDataType.hashTreeRoot({ objectRoot, domain });
}

/** The bytes of 0x-hex; throws `FatalError` where they are not so many. */
export function fixedBytes(hex: string, length: number, name: string): Uint8Array {
  if (!isHexString(hex) || dataLength(hex) !== length) {
    throw new FatalError(`${name} must be ${length} bytes of 0x-hex, got "${hex}"`);
  }
  return getBytes(hex);
}
