import { expect } from "chai";
import type { Provider } from "ethers";
import { reportDigest } from "../../../scripts/actions/submitReport.ts";
import { publishReports } from "../../../scripts/keepers/report/exchange.ts";
import { ReportJob } from "../../../scripts/keepers/report/job.ts";
import { SignedReports } from "../../../scripts/keepers/report/signedReports.ts";
import { Runner, type CycleResult } from "../../../scripts/keepers/runner.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { compactSignature } from "../../../scripts/lib/signatures.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../../story/support/world.ts";

const TURN = 24;

/** A keeper of one member, on the world's clock. */
interface Keeper {
  address: string;
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
    start = await world.devnet.snapshot();
  });
  afterEach(async () => {
    await Promise.all(keepers.map((keeper) => keeper.close()));
    await world.devnet.restore(start);
  });

  const now = () => world.devnet.chain.timeAtSlot(world.devnet.slot);

  /** One for each member; some ask a node of their own. */
  async function makeKeepers(nodes: Record<number, Provider> = {}): Promise<Keeper[]> {
    const { beacon, provider, protocol, members, accounts } = world;
    const oracle = await protocol.ReportOracle.getAddress();
    const parts = await Promise.all(
      members.map(async () => {
        const signed = new SignedReports(":memory:");
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
    keepers = await makeKeepers({ 2: liar });
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
});

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
