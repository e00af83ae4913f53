/**
 * Deposits as the official deposit contract and the beacon chain read them: message, signature, roots.
 * Source: consensus specification, phase 0, "Deposits" and `process_deposit`; EIP-7251 for 0x02 credentials.
 *
 * The containers are declared here rather than taken from Lodestar: they are the same on every network, and
 * importing Lodestar would fix a preset.
 */
import { PublicKey, Signature, verify, type SecretKey } from "@chainsafe/blst";
import { ByteVectorType, ContainerType, UintBigintType } from "@chainsafe/ssz";
import { concat, getAddress, hexlify, ZeroHash } from "ethers";
import { FatalError } from "./errors.ts";
import { computeDomain, computeSigningRoot, DOMAIN_DEPOSIT, fixedBytes as bytes } from "./signingDomain.ts";

/** What the validator's key signs. All byte fields are 0x-hex. */
export interface DepositMessage {
  /** 48 bytes. */
  readonly pubkey: string;
  /** 32 bytes. */
  readonly withdrawalCredentials: string;
  readonly amountGwei: bigint;
}

export interface DepositData extends DepositMessage {
  /** 96 bytes. */
  readonly signature: string;
}

const COMPOUNDING_WITHDRAWAL_PREFIX = "0x02";

const Bytes32 = new ByteVectorType(32);
const message = {
  pubkey: new ByteVectorType(48),
  withdrawalCredentials: Bytes32,
  amount: new UintBigintType(8),
};
const MessageType = new ContainerType(message);
const DataType = new ContainerType({ ...message, signature: new ByteVectorType(96) });

/** Compounding credentials of a vault: 0x02, eleven zero bytes, its address. */
export function compoundingCredentials(vault: string): string {
  return concat([COMPOUNDING_WITHDRAWAL_PREFIX, new Uint8Array(11), getAddress(vault)]);
}

/**
 * The domain under which deposits are signed. It depends on the genesis fork version only (mainnet
 * 0x00000000, Hoodi 0x10000910, minimal preset 0x00000001): a deposit is valid across forks.
 * @returns 32 bytes
 */
export function depositDomain(genesisForkVersion: string): Uint8Array {
  return computeDomain(DOMAIN_DEPOSIT, genesisForkVersion, ZeroHash);
}

/** hash_tree_root(DepositMessage), 0x-hex. */
export function depositMessageRoot(deposit: DepositMessage): string {
  return hexlify(MessageType.hashTreeRoot(messageValue(deposit)));
}

/** hash_tree_root(DepositData), 0x-hex: the last argument of the deposit contract's `deposit`. */
export function depositDataRoot(deposit: DepositData): string {
  const signature = bytes(deposit.signature, 96, "signature");
  return hexlify(DataType.hashTreeRoot({ ...messageValue(deposit), signature }));
}

/** The 32 bytes that are signed. */
export function depositSigningRoot(deposit: DepositMessage, genesisForkVersion: string): Uint8Array {
  return computeSigningRoot(
    MessageType.hashTreeRoot(messageValue(deposit)),
    depositDomain(genesisForkVersion),
  );
}

/** Signs a deposit with the validator's own key: the proof of possession that the beacon chain asks for. */
export function signDeposit(
  secretKey: SecretKey,
  { withdrawalCredentials, amountGwei }: Omit<DepositMessage, "pubkey">,
  genesisForkVersion: string,
): DepositData {
  const pubkey = hexlify(secretKey.toPublicKey().toBytes());
  const deposit = { pubkey, withdrawalCredentials, amountGwei };
  const signature = hexlify(secretKey.sign(depositSigningRoot(deposit, genesisForkVersion)).toBytes());
  return { ...deposit, signature };
}

/**
 * True where the beacon chain would make a validator of this deposit. False for a wrong signature and for
 * bytes that are no point of the curve or of its subgroup; throws only on wrong lengths.
 */
export function verifyDeposit(deposit: DepositData, genesisForkVersion: string): boolean {
  const signingRoot = depositSigningRoot(deposit, genesisForkVersion);
  const signature = bytes(deposit.signature, 96, "signature");
  try {
    return verify(signingRoot, PublicKey.fromHex(deposit.pubkey, true), Signature.fromBytes(signature, true));
  } catch {
    return false;
  }
}

function messageValue({ pubkey, withdrawalCredentials, amountGwei }: DepositMessage) {
  if (amountGwei < 0n || amountGwei >= 2n ** 64n)
    throw new FatalError(`amount ${amountGwei} Gwei is not a uint64`);
  return {
    pubkey: bytes(pubkey, 48, "pubkey"),
    withdrawalCredentials: bytes(withdrawalCredentials, 32, "withdrawalCredentials"),
    amount: amountGwei,
  };
}
