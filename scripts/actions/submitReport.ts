import type { ContractTransactionReceipt, Signer, SigningKey } from "ethers";
import type { Protocol } from "../lib/protocol.ts";
import { receiptOf } from "../lib/receipts.ts";
import { compactSignature, packSignatures } from "../lib/signatures.ts";
import type { Evidence, Report } from "./buildReport.ts";

export interface Signature {
  signer: string;
  signature: string;
}

/** The digest that members sign for a report. */
export async function reportDigest(protocol: Protocol, report: Report): Promise<string> {
  const reportHash = await protocol.ReportOracle.hashOf(report);
  return protocol.OracleCommittee.digest(protocol.ReportOracle, report.refSlot, report.blockRoot, reportHash);
}

/** A member's signature of a digest. */
export function signDigest(key: SigningKey, signer: string, digest: string): Signature {
  return { signer, signature: compactSignature(key.sign(digest)) };
}

/**
 * Submits a signed report in one transaction. Its gas depends on how far the drip is in its block, so a fifth more is
 * allowed than was estimated the block before.
 */
export async function submitReport(
  protocol: Protocol,
  submitter: Signer,
  { report, evidence, signatures }: { report: Report; evidence: Evidence; signatures: readonly Signature[] },
): Promise<ContractTransactionReceipt> {
  const packed = packSignatures(await reportDigest(protocol, report), [...signatures]);
  const { submit } = protocol.ReportOracle.connect(submitter);
  const estimate = await submit.estimateGas(report, evidence, packed.signatures);
  return receiptOf(submit(report, evidence, packed.signatures, { gasLimit: estimate + estimate / 5n }));
}
