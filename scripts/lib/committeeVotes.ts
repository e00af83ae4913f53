/** What members of the oracle's committee sign, as EIP-712 has it: see contracts/oracle/OracleCommittee.sol. */
import { TypedDataEncoder } from "ethers";
import type { TypedData } from "./signing/accountSigner.ts";

/** Where votes count: a chain, and the committee's contract on it. */
export interface CommitteeDomain {
  readonly chainId: bigint;
  readonly committee: string;
}

/** A report in few words: whose oracle's, of which slot and block, and the hash of the rest. */
export interface ReportVote {
  /** Address of the oracle that takes the report. */
  readonly oracle: string;
  readonly refSlot: bigint;
  /** 32 bytes each, 0x-hex. */
  readonly blockRoot: string;
  readonly reportHash: string;
}

export function reportVoteData(where: CommitteeDomain, vote: ReportVote): TypedData {
  const types = {
    ReportVote: [
      { name: "oracle", type: "address" },
      { name: "refSlot", type: "uint64" },
      { name: "blockRoot", type: "bytes32" },
      { name: "reportHash", type: "bytes32" },
    ],
  };
  return { domain: domainOf(where), types, message: { ...vote } };
}

/** A new key's word that it is the member's. */
export function keyConsentData(where: CommitteeDomain, memberId: bigint): TypedData {
  const types = { KeyConsent: [{ name: "memberId", type: "uint256" }] };
  return { domain: domainOf(where), types, message: { memberId } };
}

/** The 32 bytes that are signed, 0x-hex. */
export function digestOf({ domain, types, message }: TypedData): string {
  return TypedDataEncoder.hash(domain, types, message);
}

function domainOf({ chainId, committee }: CommitteeDomain) {
  return { name: "Kedge Oracle Committee", version: "1", chainId, verifyingContract: committee };
}
