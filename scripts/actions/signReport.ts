import { keccak256 } from "ethers";
import { FatalError } from "../lib/errors.ts";
import { digestOf, reportVoteData } from "../lib/committeeVotes.ts";
import type { Protocol } from "../lib/protocol.ts";
import { compactSignature } from "../lib/signatures.ts";
import type { AccountSigner } from "../lib/signing/accountSigner.ts";
import type { Report } from "./buildReport.ts";
import { reportDigest, type Signature } from "./submitReport.ts";

/**
 * A member's signature of a report, by whoever keeps its key. What is signed is made here from the report itself, and
 * held against what the chain would check.
 *
 * @throws FatalError where the two differ: the node, or the chain, is not the one that was meant
 */
export async function signReport(
  protocol: Protocol,
  signer: AccountSigner,
  { report, chainId }: { report: Report; chainId: bigint },
): Promise<Signature> {
  const [oracle, committee] = await Promise.all([
    protocol.ReportOracle.getAddress(),
    protocol.OracleCommittee.getAddress(),
  ]);
  const { refSlot, blockRoot } = report;
  const vote = reportVoteData(
    { chainId, committee },
    { oracle, refSlot, blockRoot, reportHash: hashOf(protocol, report) },
  );
  const [own, expected] = [digestOf(vote), await reportDigest(protocol, report)];
  if (own !== expected) {
    throw new FatalError(`the chain would check ${expected}, but the report on chain ${chainId} is ${own}`);
  }
  return { signer: signer.address, signature: compactSignature(await signer.signTypedData(vote)) };
}

/** `hashOf` of the oracle, computed here: a node that lies about it must not choose what a member signs. */
function hashOf({ ReportOracle }: Protocol, report: Report): string {
  const { inputs } = ReportOracle.getFunction("hashOf").fragment;
  return keccak256(ReportOracle.interface.getAbiCoder().encode([inputs[0]!], [report]));
}
