import type { Signer } from "ethers";
import { buildEvidence, type Report, type ReportSources } from "../../actions/buildReport.ts";
import { newestRoot } from "../../actions/newestRoot.ts";
import { digestOfReport } from "../../actions/signReport.ts";
import { submitReport } from "../../actions/submitReport.ts";
import { timeAt } from "../../lib/units.ts";
import { sendBy } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { sendFirst } from "../steps.ts";
import { firstDifference, type Published } from "./body.ts";
import { askPeers, type PeerAnswer } from "./exchange.ts";
import { gather, isQuorum, turnDelay, type Gathered, type Seat, type Vote } from "./plan.ts";
import { SigningStoppedError, type SignedReports } from "./signedReports.ts";
import { agreedReport, DisputeError, type Dispute, type Witness } from "./witnesses.ts";

/** A member of the committee whose key this keeper has. */
export interface SigningMember {
  address: string;
  /** 64 bytes (EIP-2098), as the committee checks them. */
  sign(report: Report): Promise<string>;
}

export interface ReportJobOptions {
  sources: ReportSources;
  /** Execution nodes, each of which must tell the same report. Default: the one of `sources`. */
  witnesses?: readonly Witness[];
  /** Who sends transactions. */
  submitter: Signer;
  /** None for a keeper that only submits what others signed. */
  member?: SigningMember;
  signed: Pick<SignedReports, "begunAt" | "published" | "requireOwn" | "sign" | "stopped">;
  /** The report of the boundary that is due, where it was built before. Default: what this job built. */
  built?: BuiltReports;
  /** Slots of boundaries of which it was said that they are too old to be signed. Default: what this job said. */
  toldOfAge?: ToldBoundaries;
  /** URLs of other keepers. */
  peers: readonly string[];
  /** How long each member waits for those whose turn comes before. */
  secondsPerTurn: number;
  request?: typeof fetch;
  /** Told of the signatures that were seen for the frame that is due. */
  onGathered?: (gathered: Gathered) => void;
  /** Told where execution nodes differ about the report that is due, and of nothing when they do not any more. */
  onDispute?: (dispute: Dispute | undefined) => void;
}

/** By their reference slot; the newest one alone. */
export type BuiltReports = Pick<Map<number, BuiltReport>, "get" | "set" | "clear">;

type ToldBoundaries = Pick<Set<number>, "has" | "add">;

export interface BuiltReport {
  report: Report;
  digest: string;
}

/** A frame whose report is due. */
export interface DueFrame {
  frame: bigint;
  refSlot: number;
  /** When its reference slot began: seconds since 1970. */
  refTime: number;
  report: Report;
  digest: string;
  /** What this keeper's member signed of it. */
  own: Published | undefined;
  seats: Seat[];
  peers: PeerAnswer[];
  /** Seconds since 1970: from when on the first may submit. */
  dueAt: number;
  /** And from when on the next frame's report is due instead. */
  nextDueAt: number;
}

export type ReportPlan =
  | { step: "sign"; due: DueFrame }
  | { step: "submit"; due: DueFrame; gathered: Gathered };

/** Epochs after which a boundary is final, where the beacon chain finalises. */
const EPOCHS_TO_FINALITY = 2;
/** And slots that members have to see it, sign, and see each other's signatures. */
const SLOTS_TO_SIGN = 4;

/** Somebody else handed in a report of this frame, or of a later one, or has it parked. */
const OVERTAKEN = ["FrameNotLater", "ReportIsParked"];

/**
 * Reports frames: builds the report of the newest final boundary, signs it for the member, publishes it, collects what
 * other keepers published, and hands it in with all signatures of the same report when it is this keeper's turn.
 */
export class ReportJob implements Job<DueFrame | undefined, ReportPlan> {
  readonly name = "report";
  readonly #options: ReportJobOptions;
  readonly #built: BuiltReports;
  readonly #toldOfAge: ToldBoundaries;

  constructor(options: ReportJobOptions) {
    this.#options = options;
    this.#built = options.built ?? new Map<number, BuiltReport>();
    this.#toldOfAge = options.toldOfAge ?? new Set<number>();
  }

  async observe(cycle: Cycle): Promise<DueFrame | undefined> {
    const { sources, member, signed, peers, request, onGathered, onDispute } = this.#options;
    const { protocol, beacon } = sources;
    const { ReportOracle: oracle, StakedEther: ledger, OracleCommittee: committee } = protocol;
    const stopped = member && signed.stopped(member.address);
    if (stopped !== undefined) throw new SigningStoppedError(stopped);
    const [perFrame, last, { genesisTime }, spec, finalSlot] = await Promise.all([
      oracle.slotsPerFrame(),
      ledger.lastReportFrame(),
      beacon.genesis(),
      beacon.spec(),
      this.#finalSlot(),
    ]);
    const time = { ...spec, genesisTime };
    const frame = BigInt(finalSlot) / perFrame;
    const isReported = frame <= last || BigInt((await oracle.submissionOf(frame)).submitter) !== 0n;
    if (isReported) {
      onDispute?.(undefined);
      return undefined;
    }

    const refSlot = Number(frame * perFrame);
    const refTime = timeAt(refSlot, time);
    const { report, digest } = await this.#build(refSlot, cycle);
    const seats = await committee.seatsAt(refTime);
    const address = await oracle.getAddress();
    const digestOf = (other: Report) => digestOfReport(protocol, other);
    const answers = await askPeers(peers, refSlot, digestOf, request);
    this.#tell(cycle, report, answers, new Set(seats.map(({ key }) => key.toLowerCase())));
    const isOurs = ({ signer }: { signer: string }) => signer.toLowerCase() === member?.address.toLowerCase();
    for (const vote of answers.flatMap(({ votes }) => votes).filter(isOurs)) {
      signed.requireOwn({ ...vote, oracle: address });
    }
    const dueAt = timeAt(refSlot + EPOCHS_TO_FINALITY * spec.slotsPerEpoch + SLOTS_TO_SIGN, time);
    const due = {
      frame,
      refSlot,
      refTime,
      report,
      digest,
      own: signed.published(address, refSlot).find(isOurs),
      seats: seats.map(({ memberId, key, weight }) => ({ memberId, key, weight })),
      peers: answers,
      dueAt,
      nextDueAt: dueAt + Number(perFrame) * spec.secondsPerSlot,
    };
    this.#tellOfAge(cycle, due);
    onGathered?.(gatheredFor(due));
    return due;
  }

  plan(due: DueFrame | undefined, now: number): ReportPlan | undefined {
    if (due === undefined) return undefined;
    const { member, secondsPerTurn } = this.#options;
    if (this.#maySign(due) && due.own === undefined) return { step: "sign", due };
    const gathered = gatheredFor(due);
    const turn = turnDelay({ seats: due.seats, signer: member?.address, frame: due.frame }, secondsPerTurn);
    if (!isQuorum(gathered) || now < due.dueAt + turn) return undefined;
    return { step: "submit", due, gathered };
  }

  async act(plan: ReportPlan, { now }: Pick<Cycle, "now">): Promise<string> {
    const { sources, submitter, signed, member } = this.#options;
    const { protocol, beacon } = sources;
    const { refSlot, refTime, report, digest, dueAt, nextDueAt } = plan.due;
    if (plan.step === "sign") {
      const oracle = await protocol.ReportOracle.getAddress();
      const vote = { oracle, signer: member!.address, digest, report, refTime };
      await signed.sign(vote, () => member!.sign(report));
      return `signed the report of slot ${refSlot}: ${digest}`;
    }
    const evidence = await buildEvidence(beacon, refSlot);
    const sender = sendBy(submitter, { from: dueAt, until: nextDueAt }, now);
    const { hash } = await sendFirst(protocol, OVERTAKEN, () =>
      submitReport(protocol, sender, { report, evidence, signatures: plan.gathered.equal }),
    );
    return `submitted the report of slot ${refSlot} with ${plan.gathered.equal.length} signatures: ${hash}`;
  }

  /** Names whoever is away, and whoever reports something else. */
  #tell({ log }: Cycle, report: Report, answers: readonly PeerAnswer[], seated: ReadonlySet<string>): void {
    for (const { peer, votes, problem } of answers) {
      if (problem !== undefined) log.warn({ peer, problem }, "no votes of a keeper");
      for (const vote of votes) {
        const difference = firstDifference(report, vote.report);
        if (difference === undefined || !seated.has(vote.signer.toLowerCase())) continue;
        log.error({ peer, member: vote.signer, ...difference }, "a member reports something else");
      }
    }
  }

  #maySign({ seats, refTime }: DueFrame): boolean {
    const { member, signed } = this.#options;
    const hasSeat = seats.some(({ key }) => key.toLowerCase() === member?.address.toLowerCase());
    return hasSeat && refTime >= signed.begunAt;
  }

  /** Says once of a frame why it is not signed. */
  #tellOfAge({ log }: Cycle, { refSlot, refTime }: DueFrame): void {
    const { member, signed } = this.#options;
    if (member === undefined || refTime >= signed.begunAt || this.#toldOfAge.has(refSlot)) return;
    this.#toldOfAge.add(refSlot);
    const facts = { refSlot, refTime, begunAt: signed.begunAt };
    log.warn(facts, "not signed: the record of what the key signed begins after this boundary");
  }

  /** The last slot that the oracle can be shown to be final: by the state of the block before the head. */
  async #finalSlot(): Promise<number> {
    const { beacon } = this.#options.sources;
    const { header, stateId } = await newestRoot(beacon);
    const [{ finalized }, { slotsPerEpoch }] = await Promise.all([
      beacon.finalityCheckpoints(stateId),
      beacon.spec(),
    ]);
    return Math.min(header.slot, finalized.epoch * slotsPerEpoch);
  }

  /** Built once for a boundary: it is final, and so is what is read of it. */
  async #build(refSlot: number, { log }: Cycle): Promise<BuiltReport> {
    const known = this.#built.get(refSlot);
    if (known !== undefined) return known;
    const { sources, witnesses = [{ source: "the execution node", sources }], onDispute } = this.#options;
    const report = await agreedReport(witnesses, refSlot, log).catch((error: unknown) => {
      if (error instanceof DisputeError) onDispute?.(error.dispute);
      throw error;
    });
    onDispute?.(undefined);
    // a node may lie about the digest: what binds a member is made here
    const built = { report, digest: await digestOfReport(sources.protocol, report) };
    this.#built.clear();
    this.#built.set(refSlot, built);
    return built;
  }
}

/** Signatures of the same report as one's own, with one's own where there is one. */
function gatheredFor({ own, digest, report, peers, seats }: DueFrame): Gathered {
  // what was signed before a restart may be another report than what the nodes tell now: it is no vote for this one
  const isSame = own !== undefined && firstDifference(own.report, report) === undefined;
  const vote: Vote = {
    signer: isSame ? own.signer : "",
    signature: isSame ? own.signature : "",
    digest,
    report,
  };
  return gather(
    vote,
    peers.flatMap(({ votes }) => votes),
    seats,
  );
}
