import { ZeroAddress } from "ethers";
import type { Place } from "./place.ts";

/** The next frame boundary, and the reports before it. Times are seconds since 1970. */
export async function frameStatus({ protocol, number, time }: Place) {
  const { ReportOracle: oracle, StakedEther: ledger } = protocol;
  const at = { blockTag: number };
  const [{ frame }, perFrame, lastFrame, lastTime, parked] = await Promise.all([
    oracle.currentFrame(at),
    oracle.slotsPerFrame(at),
    ledger.lastReportFrame(at),
    ledger.lastReportTime(at),
    oracle.parked(at),
  ]);
  const next = frame + 1n;
  const nextAt = Number(await ledger.frameTime(next, at));
  return {
    next: { frame: next, refSlot: next * perFrame, at: nextAt, secondsLeft: nextAt - time },
    lastReport: { frame: lastFrame, refSlot: lastFrame * perFrame, bookedAt: Number(lastTime) },
    parked: parked.refSlot === 0n ? null : { refSlot: parked.refSlot, reportHash: parked.reportHash },
  };
}

/** The committee as of the last frame boundary, and who signed the report of that frame, if it was submitted. */
export async function committeeStatus({ protocol, number, time }: Place) {
  const { OracleCommittee: committee, ReportOracle: oracle, StakedEther: ledger } = protocol;
  const at = { blockTag: number };
  const { frame } = await oracle.currentFrame(at);
  const [boundary, submission] = await Promise.all([
    ledger.frameTime(frame, at),
    oracle.submissionOf(frame, at),
  ]);
  const then = await committee.seatsAt(boundary, at);
  // before the first boundary nobody had weight
  const seats = then.length > 0 ? then : await committee.seatsAt(time, at);
  const isSubmitted = submission.submitter !== ZeroAddress;
  const members = seats.map(({ memberId, key, weight }, i) => ({
    memberId,
    key,
    weight,
    hasSigned: isSubmitted && ((submission.signedBy >> BigInt(i)) & 1n) === 1n,
  }));
  const sum = (some: typeof members) => some.reduce((total, { weight }) => total + weight, 0n);
  return {
    frame,
    members,
    totalWeight: sum(members),
    signedWeight: sum(members.filter(({ hasSigned }) => hasSigned)),
    submitter: isSubmitted ? submission.submitter : null,
  };
}
