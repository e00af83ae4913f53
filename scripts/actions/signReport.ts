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
  const vote = await voteFor(protocol, report, chainId);
  const [own, expected] = [digestOf(vote), await reportDigest(protocol, report)];
  if (own !== expected) {
    throw new FatalError(`the chain would check ${expected}, but the report on chain ${chainId} is ${own}`);
  }
  return { signer: signer.address, signature: compactSignature(await signer.signTypedData(vote)) };
}

/** What members sign for a report, made here and asked of no contract; of a node only which chain it is on. */
export async function digestOfReport(protocol: Protocol, report: Report): Promise<string> {
  const provider = protocol.ReportOracle.runner?.provider;
  if (!provider) throw new FatalError("nobody to ask for the chain");
  const { chainId } = await provider.getNetwork();
  return digestOf(await voteFor(protocol, report, chainId));
}

async function voteFor(protocol: Protocol, report: Report, chainId: bigint) {
  const [oracle, committee] = await Promise.all([
    protocol.ReportOracle.getAddress(),
    protocol.OracleCommittee.getAddress(),
  ]);
  const { refSlot, blockRoot } = report;
  return reportVoteData(
    { chainId, committee },
    { oracle, refSlot, blockRoot, reportHash: hashOf(protocol, report) },
  );
}

/** `hashOf` of the oracle, computed here: a node that lies about it must not choose what a member signs. */
function hashOf({ ReportOracle }: Protocol, report: Report): string {
  const { inputs } = ReportOracle.getFunction("hashOf").fragment;
  return keccak256(ReportOracle.interface.getAbiCoder().encode([inputs[0]!], [report]));
}
