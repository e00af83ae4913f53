import type { ContractTransactionReceipt, Signer, SigningKey } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { FatalError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { buildEvidence, buildReport, type Report, type ReportSources } from "./buildReport.ts";
import { newestRoot } from "./newestRoot.ts";
import { reportDigest, signDigest, submitReport, type Signature } from "./submitReport.ts";

/** A member of the committee, with nodes of its own. */
export interface ReportingMember {
  address: string;
  key: SigningKey;
  sources: ReportSources;
}

/** Comes back when the condition holds. A keeper asks again and again, a devnet lets slots pass. */
export type Until = (condition: () => Promise<boolean>) => Promise<void>;

export interface ReportedFrame {
  report: Report;
  signatures: Signature[];
  receipt: ContractTransactionReceipt;
}

/** The slot of the first frame boundary that the clock has not passed. */
export async function nextRefSlot(protocol: Protocol): Promise<number> {
  const [{ frame }, slotsPerFrame] = await Promise.all([
    protocol.ReportOracle.currentFrame(),
    protocol.ReportOracle.slotsPerFrame(),
  ]);
  return Number((frame + 1n) * slotsPerFrame);
}

/** Whether the oracle can be shown that the slot is final: by the state of the block before the head. */
export async function isProvablyFinal(beacon: BeaconSource, slot: number): Promise<boolean> {
  const { header, stateId } = await newestRoot(beacon);
  if (header.slot < slot) return false;
  const [{ finalized }, { slotsPerEpoch }] = await Promise.all([
    beacon.finalityCheckpoints(stateId),
    beacon.spec(),
  ]);
  return finalized.epoch * slotsPerEpoch >= slot;
}

/**
 * One frame's report, from its boundary to its booking: waits until the boundary is final, lets each member build the
 * report from its own nodes and sign it, and hands all signatures in with one transaction.
 *
 * @throws FatalError where two members built different reports
 */
export async function reportFrame(
  protocol: Protocol,
  submitter: Signer,
  { members, refSlot, until }: { members: readonly ReportingMember[]; refSlot: number; until: Until },
): Promise<ReportedFrame> {
  const [first] = members;
  if (first === undefined) throw new FatalError("a report needs at least one member");
  await until(() => isProvablyFinal(first.sources.beacon, refSlot));

  const built = await Promise.all(members.map((member) => buildAndSign(member, refSlot)));
  const { report, digest } = built[0]!;
  const other = built.find((own) => own.digest !== digest);
  if (other !== undefined) {
    throw new FatalError(
      `${first.address} and ${other.signature.signer} built different reports for slot ${refSlot}: ${digest}, ${other.digest}`,
    );
  }
  const evidence = await buildEvidence(first.sources.beacon, refSlot);
  const signatures = built.map(({ signature }) => signature);
  return {
    report,
    signatures,
    receipt: await submitReport(protocol, submitter, { report, evidence, signatures }),
  };
}

async function buildAndSign({ address, key, sources }: ReportingMember, refSlot: number) {
  const report = await buildReport(sources, refSlot);
  const digest = await reportDigest(sources.protocol, report);
  return { report, digest, signature: signDigest(key, address, digest) };
}
