import { expect } from "chai";
import type { Provider } from "ethers";
import { reportDigest } from "../../../scripts/actions/submitReport.ts";
import { publishReports } from "../../../scripts/keepers/report/exchange.ts";
import { ReportJob, type ReportJobOptions } from "../../../scripts/keepers/report/job.ts";
import { SignedReports } from "../../../scripts/keepers/report/signedReports.ts";
import {
  agreedReport,
  DisputeError,
  type Dispute,
  type Witness,
} from "../../../scripts/keepers/report/witnesses.ts";
import { Runner, type CycleResult } from "../../../scripts/keepers/runner.ts";
import { FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { compactSignature } from "../../../scripts/lib/signatures.ts";
import type { Report } from "../../../scripts/actions/buildReport.ts";
import type { Member } from "../../../scripts/devnet/localNetwork.ts";
import { nextBoundary, untilFinal } from "../../story/support/reports.ts";
import { race } from "../jobs/support.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../../story/support/world.ts";

const TURN = 24;

/** A keeper of one member, on the world's clock. */
interface Keeper {
  address: string;
  job: ReportJob;
  signed: SignedReports;
  round(): Promise<CycleResult>;
  /** Lines of its log. */
  lines: Record<string, unknown>[];
  /** What others ask of it. */
  close(): Promise<void>;
}

describe("keepers: the report job", () => {
  let world: World;
  let start: string;
  let keepers: Keeper[];

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 100n * ETHER);
  });
  after(() => world.close());
  beforeEach(async () => {
    keepers = [];
    start = await world.devnet.snapshot();
  });
  afterEach(async () => {
    await Promise.all(keepers.map((keeper) => keeper.close()));
    await world.devnet.restore(start);
  });

  const now = () => world.devnet.chain.timeAtSlot(world.devnet.slot);

  interface Options {
    /** Those that ask a node of their own. */
    nodes?: Record<number, Provider>;
    /** Whose keys they have. Default: one for each member. */
    members?: readonly Member[];
    /** Of all, from when on they know what was signed: seconds since 1970. */
    begunAt?: number;
    /** Of the first. */
    first?: Pick<ReportJobOptions, "witnesses" | "onDispute">;
  }

  async function makeKeepers(options: Options = {}): Promise<Keeper[]> {
    const { beacon, provider, protocol, accounts } = world;
    const { nodes = {}, members = world.members, begunAt = 0, first } = options;
    const oracle = await protocol.ReportOracle.getAddress();
    const parts = await Promise.all(
      members.map(async () => {
        const signed = new SignedReports(":memory:", begunAt);
        const server = publishReports((slot) => signed.published(oracle, slot));
        return { signed, server, url: await server.listen({ host: "127.0.0.1", port: 0 }) };
      }),
    );
    return members.map(({ address, key }, i) => {
      const { signed, server, url } = parts[i]!;
      const lines: Record<string, unknown>[] = [];
      const write = (line: string) => lines.push(JSON.parse(line) as Record<string, unknown>);
      const job = new ReportJob({
        sources: { beacon, provider: nodes[i] ?? provider, protocol },
        submitter: accounts.keeper,
        member: {
          address,
          sign: async (report) => compactSignature(key.sign(await reportDigest(protocol, report))),
        },
        signed,
        peers: parts.map((part) => part.url).filter((other) => other !== url),
        secondsPerTurn: TURN,
        ...(i === 0 ? first : {}),
      });
      const runner = new Runner({
        jobs: [job],
        log: createLogger({ json: true, stream: { write } }),
        now,
        sleep: async () => undefined,
        pollSeconds: 1,
      });
      return {
        address,
        job,
        signed,
        round: async () => (await runner.round())[0]!,
        lines,
        close: async () => {
          await server.close();
          signed.close();
        },
      };
    });
  }

  /** Lets slots pass, with a round of each keeper in each, until one submits; returns all rounds that did something. */
  async function untilSubmitted(of: readonly Keeper[], slots = 96): Promise<{ by: string; text: string }[]> {
    const acts: { by: string; text: string }[] = [];
    for (let i = 0; i < slots; i++) {
      for (const keeper of of) {
        const { outcome, text } = await keeper.round();
        if (outcome === "acted") acts.push({ by: keeper.address, text });
        if (text.startsWith("submitted")) return acts;
      }
      await world.devnet.tickSlots(1);
    }
    return acts;
  }

  it("signs, collects and submits once, by whoever's turn it is", async () => {
    keepers = await makeKeepers();
    const { ReportOracle: oracle, StakedEther: ledger, OracleCommittee: committee } = world.protocol;
    // the first was due before anyone looked: all turns are over
    await untilSubmitted(keepers);
    const before = await ledger.lastReportFrame();
    const acts = await untilSubmitted(keepers);
    const signed = acts.filter(({ text }) => text.startsWith("signed"));
    expect(signed.map(({ by }) => by)).to.have.members(keepers.map(({ address }) => address));
    expect(new Set(signed.map(({ text }) => text)).size, "equal reports").to.equal(1);
    const frame = await ledger.lastReportFrame();
    expect(frame > before).to.equal(true);
    // seats are in the order of their keys, and the first of a frame goes round
    const seats = await committee.seatsAt(await ledger.frameTime(frame));
    expect(acts.at(-1)!.by).to.equal(seats[Number(frame % BigInt(seats.length))]!.key);
    expect((await oracle.submissionOf(frame)).signedBy).to.not.equal(0n);
    // the frame is done: nobody has anything to do
    for (const keeper of keepers) expect((await keeper.round()).outcome).to.equal("idle");
  });

  it("submits in another's place when that one is away, after the turns before", async () => {
    keepers = await makeKeepers();
    const { OracleCommittee: committee, StakedEther: ledger } = world.protocol;
    await untilSubmitted(keepers);
    const frame = (await ledger.lastReportFrame()) + 1n;
    const seats = await committee.seatsAt(await ledger.frameTime(frame));
    const first = seats[Number(frame % BigInt(seats.length))]!.key;
    const second = seats[Number((frame + 1n) % BigInt(seats.length))]!.key;
    const others = keepers.filter(({ address }) => address !== first);
    const acts = await untilSubmitted(others);
    expect(acts.at(-1)!.by).to.equal(second);
    expect(await ledger.lastReportFrame()).to.equal(frame);
    const away = others[0]!.lines.filter(({ msg }) => msg === "no votes of a keeper");
    expect(away, "it answers, and has signed nothing").to.have.length(0);
  });

  it("names a member whose node tells something else, and reports without it", async () => {
    const liar = lyingAbout(world.provider, await world.protocol.WithdrawalVault.getAddress());
    keepers = await makeKeepers({ nodes: { 2: liar } });
    const acts = await untilSubmitted(keepers);
    expect(acts.at(-1)!.text).to.contain("with 4 signatures");
    const told = keepers[0]!.lines.find(({ msg }) => msg === "a member reports something else");
    expect(told).to.include({ member: keepers[2]!.address, field: "withdrawalsReceived" });
    expect(BigInt(told!.theirs as string) - BigInt(told!.ours as string)).to.equal(1n);
  });

  it("hands nothing in without more than two thirds of the weight", async () => {
    keepers = await makeKeepers();
    const three = keepers.slice(0, 3);
    await Promise.all(keepers.slice(3).map((keeper) => keeper.close()));
    const acts = await untilSubmitted(three);
    expect(acts.filter(({ text }) => text.startsWith("submitted"))).to.deep.equal([]);
    expect(acts.length, "they signed").to.be.at.least(3);
    const away = three[0]!.lines.filter(({ msg }) => msg === "no votes of a keeper");
    expect(new Set(away.map(({ peer }) => peer)).size).to.equal(2);
    keepers = three;
  });

  describe("where a report is due", () => {
    let refSlot: number;
    before(async () => {
      refSlot = await nextBoundary(world);
      await untilFinal(world, refSlot);
    });

    const witness = (source: string, provider: Provider = world.provider): Witness => ({
      source,
      sources: { beacon: world.beacon, provider, protocol: world.protocol },
    });
    const liar = async () => lyingAbout(world.provider, await world.protocol.WithdrawalVault.getAddress());

    it("signs nothing where its execution nodes differ; of two that submit, one does nothing", async () => {
      const told: (Dispute | undefined)[] = [];
      const witnesses = [witness("el-a:8545"), witness("el-b:8545", await liar())];
      const onDispute = (dispute: Dispute | undefined) => told.push(dispute);
      keepers = await makeKeepers({ first: { witnesses, onDispute } });
      const [first, ...others] = keepers;
      const { outcome, text } = await first!.round();
      expect(outcome).to.equal("failed");
      expect(text).to.match(/withdrawalsReceived is \d+ at el-a:8545, \d+ at el-b:8545$/);
      expect(first!.signed.published(await world.protocol.ReportOracle.getAddress(), refSlot)).to.deep.equal(
        [],
      );
      expect(told).to.have.length(1);
      expect(told[0]).to.include({ field: "withdrawalsReceived" });
      expect(told[0]!.suspects).to.deep.equal(["el-a:8545", "el-b:8545"]);

      for (const keeper of others) expect((await keeper.round()).text).to.contain("signed");
      await world.devnet.tickSlots((TURN / 12) * keepers.length + 4);
      const results = await race(world, others[0]!.job, others[1]!.job);
      expect(results.map(({ outcome: each }) => each)).to.deep.equal(["acted", "idle"]);
      expect(results[1]!.text).to.contain("somebody was faster: FrameNotLater");
      expect((await first!.round()).outcome, "nothing is due").to.equal("idle");
      expect(told.at(-1)).to.equal(undefined);
    });

    it("builds what more than half of its execution nodes tell, and no other tells otherwise", async () => {
      const lines: Record<string, unknown>[] = [];
      const log = { warn: (line: object) => lines.push(line as Record<string, unknown>) };
      const built = async (...witnesses: Witness[]) =>
        agreedReport(witnesses, refSlot, log as never).catch((error: unknown) => error);
      const away = failing(world.provider, new RetryableError("no answer"));
      const wrong = failing(world.provider, new FatalError("of another chain"));
      const report = (await built(witness("a"))) as Report;
      expect(await built(witness("a"), witness("b"))).to.deep.equal(report);
      expect(lines).to.deep.equal([]);
      expect(await built(witness("a"), witness("b", away), witness("c"))).to.deep.equal(report);
      expect(lines.map(({ source }) => source)).to.deep.equal(["b"]);

      for (const [witnesses, kind, text] of [
        [[witness("a"), witness("b", away)], RetryableError, "more than half of 2"],
        [[witness("a", await liar()), witness("b", away), witness("c", away)], RetryableError, "1 do"],
        [[witness("a"), witness("b", wrong)], FatalError, "b: of another chain"],
        [[witness("a", await liar()), witness("b"), witness("c")], DisputeError, "at b, "],
      ] as const) {
        const error = await built(...witnesses);
        expect(error).to.be.instanceOf(kind);
        expect((error as Error).message).to.contain(text);
      }
      const outvoted = await built(witness("a", await liar()), witness("b"), witness("c"));
      expect((outvoted as DisputeError).dispute.suspects).to.deep.equal(["a"]);
      const error = await agreedReport([witness("a")], refSlot - 1, log as never).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(FatalError);
      expect((error as Error).message).to.contain(`slot ${refSlot - 1} is no frame boundary`);
    });

    it("signs no more where its key signed elsewhere, until a person says otherwise", async () => {
      const [member] = world.members;
      keepers = await makeKeepers({ members: [member!, member!] });
      const [one, twin] = keepers;
      expect((await one!.round()).text).to.contain("signed the report");
      for (const again of [1, 2]) {
        const { outcome, text } = await twin!.round();
        expect(outcome, `round ${again}`).to.equal("failed");
        expect(text).to.contain(`${member!.address} has signed a report of slot ${refSlot}`);
      }
      expect((await one!.round()).outcome, "it knows what it signed").to.equal("idle");
      twin!.signed.resume();
      expect((await twin!.round()).text).to.contain("signed the report");
    });

    it("does not sign what is older than the record of what it signed, and says so once", async () => {
      const refTime = world.devnet.chain.timeAtSlot(refSlot);
      keepers = await makeKeepers({ begunAt: refTime + 1 });
      const [young] = keepers;
      for (let i = 0; i < 2; i++) expect((await young!.round()).outcome).to.equal("idle");
      const told = young!.lines.filter(({ msg }) => String(msg).startsWith("not signed"));
      expect(told).to.have.length(1);
      expect(told[0]).to.include({ refSlot, refTime, begunAt: refTime + 1 });
      await Promise.all(keepers.map((keeper) => keeper.close()));
      keepers = await makeKeepers({ begunAt: refTime });
      expect((await keepers[0]!.round()).text).to.contain("signed the report");
    });
  });
});

/** A node that answers nothing about blocks. */
function failing(provider: Provider, error: Error): Provider {
  return new Proxy(provider, {
    get(target, name) {
      if (name === "getBlock") return async () => Promise.reject(error);
      const member = Reflect.get(target, name) as unknown;
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

/** A node that says that an account has a wei more. */
function lyingAbout(provider: Provider, account: string): Provider {
  return new Proxy(provider, {
    get(target, name) {
      if (name !== "getBalance") {
        const member = Reflect.get(target, name) as unknown;
        return typeof member === "function" ? (member.bind(target) as unknown) : member;
      }
      return async (of: { getAddress(): Promise<string> }, at?: number) => {
        const balance = await target.getBalance(of, at);
        return (await of.getAddress()) === account ? balance + 1n : balance;
      };
    },
  });
}
