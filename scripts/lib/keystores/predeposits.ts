/**
 * The predeposits of new keys, signed offline, in two files: the record of the commitment (`KeyTree.dump`), which is what
 * an operator commits; and the same as the list that deposit tools write and check.
 */
import type { SecretKey } from "@chainsafe/blst";
import {
  depositDataRoot,
  depositMessageRoot,
  signDeposit,
  verifyDeposit,
  type DepositData,
} from "../depositData.ts";
import { FatalError } from "../errors.ts";
import { stableStringify } from "../json.ts";
import { KeyTree } from "../keyTree.ts";
import { GWEI_PER_ETHER } from "../units.ts";
import { networkName, type DepositTarget } from "./networks.ts";

/** The first deposit of each key: what its committed signature is for. */
export const PREDEPOSIT_GWEI = GWEI_PER_ETHER;

const COMMITMENT_FILE = "commitment.json";
const DEPOSIT_DATA_FILE = "deposit_data.json";

/** One deposit as deposit tools write it: hex without 0x, Gwei as a number. */
export interface DepositEntry {
  readonly pubkey: string;
  readonly withdrawal_credentials: string;
  readonly amount: number;
  readonly signature: string;
  readonly deposit_message_root: string;
  readonly deposit_data_root: string;
  readonly fork_version: string;
  readonly network_name: string;
}

/**
 * Signs the predeposit of each key, and verifies what was signed.
 * @param secretKeys in the order in which they will be used
 */
export function signPredepositsOf(
  secretKeys: readonly SecretKey[],
  { withdrawalCredentials, genesisForkVersion }: DepositTarget,
): DepositData[] {
  return secretKeys.map((key) => {
    const deposit = signDeposit(
      key,
      { withdrawalCredentials, amountGwei: PREDEPOSIT_GWEI },
      genesisForkVersion,
    );
    if (!verifyDeposit(deposit, genesisForkVersion)) {
      throw new FatalError(
        `the signature just made by ${deposit.pubkey} does not verify: nothing is written`,
      );
    }
    return deposit;
  });
}

/** One entry of the list. */
export function depositEntry(deposit: DepositData, genesisForkVersion: string): DepositEntry {
  return {
    pubkey: bare(deposit.pubkey),
    withdrawal_credentials: bare(deposit.withdrawalCredentials),
    amount: Number(deposit.amountGwei),
    signature: bare(deposit.signature),
    deposit_message_root: bare(depositMessageRoot(deposit)),
    deposit_data_root: bare(depositDataRoot(deposit)),
    fork_version: bare(genesisForkVersion),
    network_name: networkName(genesisForkVersion),
  };
}

/** Names and texts of both files, and the root of the commitment. The same keys and target give the same texts. */
export function predepositFiles(
  deposits: readonly DepositData[],
  genesisForkVersion: string,
): { root: string; files: { name: string; text: string }[] } {
  const tree = new KeyTree(deposits);
  const entries = deposits.map((deposit) => depositEntry(deposit, genesisForkVersion));
  return {
    root: tree.root,
    files: [
      { name: COMMITMENT_FILE, text: `${stableStringify(tree.dump(), 2)}\n` },
      { name: DEPOSIT_DATA_FILE, text: `${stableStringify(entries, 2)}\n` },
    ],
  };
}

function bare(hex: string): string {
  return hex.slice(2);
}
