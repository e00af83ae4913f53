import type { Signer } from "ethers";
import { buildEvidence, buildReport, type Report, type ReportSources } from "../../actions/buildReport.ts";
import { newestRoot } from "../../actions/newestRoot.ts";
import { digestOfReport } from "../../actions/signReport.ts";
import { submitReport } from "../../actions/submitReport.ts";
import { timeAt } from "../../lib/units.ts";
import { sendBy } from "../deadline.ts";
import type { Cycle, Job } from "../job.ts";
import { firstDifference, type Published } from "./body.ts";
import { askPeers, type PeerAnswer } from "./exchange.ts";
import { gather, isQuorum, turnDelay, type Gathered, type Seat, type Vote } from "./plan.ts";
import type { SignedReports } from "./signedReports.ts";

/** A member of the committee whose key this keeper has. */
export interface SigningMember {
  address: string;
  /** 64 bytes (EIP-2098), as the committee checks them. */
  sign(report: Report): Promise<string>;
}

export interface ReportJobOptions {
  sources: ReportSources;
  /** Who sends transactions. */
  submitter: Signer;
  /** None for a keeper that only submits what others signed. */
  member?: SigningMember;
  signed: SignedReports;
  /** URLs of other keepers. */
  peers: readonly string[];
  /** How long each member waits for those whose turn comes before. */
  secondsPerTurn: number;
  request?: typeof fetch;
  /** Told of the signatures that were seen for the frame that is due. */
  onGathered?: (gathered: Gathered) => void;
}

/** A frame whose report is due. */
export interface DueFrame {
  frame: bigint;
  refSlot: number;
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

/**
 * Reports frames: builds the report of the newest final boundary, signs it for the member, publishes it, collects what
 * other keepers published, and hands it in with all signatures of the same report when it is this keeper's turn.
 */
export class ReportJob implements Job<DueFrame | undefined, ReportPlan> {
  readonly name = "report";
  readonly #options: ReportJobOptions;
  #built: { refSlot: number; report: Report; digest: string } | undefined;

  constructor(options: ReportJobOptions) {
    this.#options = options;
  }

  async observe(cycle: Cycle): Promise<DueFrame | undefined> {
    const { sources, member, signed, peers, request, onGathered } = this.#options;
    const { protocol, beacon } = sources;
    const { ReportOracle: oracle, StakedEther: ledger, OracleCommittee: committee } = protocol;
    const [perFrame, last, { genesisTime }, spec, finalSlot] = await Promise.all([
      oracle.slotsPerFrame(),
      ledger.lastReportFrame(),
      beacon.genesis(),
      beacon.spec(),
      this.#finalSlot(),
    ]);
    const time = { ...spec, genesisTime };
    const frame = BigInt(finalSlot) / perFrame;
    if (frame <= last) return undefined;
    const { submitter } = await oracle.submissionOf(frame);
    if (BigInt(submitter) !== 0n) return undefined;

    const refSlot = Number(frame * perFrame);
    const { report, digest } = await this.#build(refSlot);
    const seats = await committee.seatsAt(timeAt(refSlot, time));
    const known = member && signed.published(await oracle.getAddress(), refSlot);
    const digestOf = (other: Report) => digestOfReport(protocol, other);
    const answers = await askPeers(peers, refSlot, digestOf, request);
    this.#tell(cycle, report, answers, new Set(seats.map(({ key }) => key.toLowerCase())));
    const dueAt = timeAt(refSlot + EPOCHS_TO_FINALITY * spec.slotsPerEpoch + SLOTS_TO_SIGN, time);
    const due = {
      frame,
      refSlot,
      report,
      digest,
      own: known?.find(({ signer }) => signer.toLowerCase() === member?.address.toLowerCase()),
      seats: seats.map(({ memberId, key, weight }) => ({ memberId, key, weight })),
      peers: answers,
      dueAt,
      nextDueAt: dueAt + Number(perFrame) * spec.secondsPerSlot,
    };
    onGathered?.(gatheredFor(due));
    return due;
  }

  plan(due: DueFrame | undefined, now: number): ReportPlan | undefined {
    if (due === undefined) return undefined;
    const { member, secondsPerTurn } = this.#options;
    const hasSeat = due.seats.some(({ key }) => key.toLowerCase() === member?.address.toLowerCase());
    if (hasSeat && due.own === undefined) return { step: "sign", due };
    const gathered = gatheredFor(due);
    const turn = turnDelay({ seats: due.seats, signer: member?.address, frame: due.frame }, secondsPerTurn);
    if (!isQuorum(gathered) || now < due.dueAt + turn) return undefined;
    return { step: "submit", due, gathered };
  }

  async act(plan: ReportPlan, { now }: Pick<Cycle, "now">): Promise<string> {
    const { sources, submitter, signed, member } = this.#options;
    const { protocol, beacon } = sources;
    const { refSlot, report, digest, dueAt, nextDueAt } = plan.due;
    if (plan.step === "sign") {
      const oracle = await protocol.ReportOracle.getAddress();
      await signed.sign({ oracle, signer: member!.address, digest, report }, () => member!.sign(report));
      return `signed the report of slot ${refSlot}: ${digest}`;
    }
    const evidence = await buildEvidence(beacon, refSlot);
    const sender = sendBy(submitter, { from: dueAt, until: nextDueAt }, now);
    const { hash } = await submitReport(protocol, sender, {
      report,
      evidence,
      signatures: plan.gathered.equal,
    });
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
  async #build(refSlot: number): Promise<{ report: Report; digest: string }> {
    if (this.#built?.refSlot !== refSlot) {
      const { sources } = this.#options;
      const report = await buildReport(sources, refSlot);
      // a node may lie about the digest: what binds a member is made here
      this.#built = { refSlot, report, digest: await digestOfReport(sources.protocol, report) };
    }
    return this.#built;
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
