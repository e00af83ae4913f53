import { expect } from "chai";
import type { Fault } from "../../../scripts/devnet/faults/faults.ts";
import { BeaconClient } from "../../../scripts/lib/beaconClient.ts";
import { ConfigurationError, FatalError, RetryableError } from "../../../scripts/lib/errors.ts";
import { BeaconSources, type BeaconSourcesOptions } from "../../../scripts/lib/sources/beaconSources.ts";
import { failure, keptLog, startNodes, urlsOf, type Nodes } from "./nodes.ts";
import { stoppedClock } from "./clock.ts";

const ONE_ATTEMPT = { retry: { attempts: 1 }, timeoutMs: 2_000 };

describe("several beacon nodes", () => {
  let nodes: Nodes;
  let truth: BeaconClient;
  let kept: ReturnType<typeof keptLog>;
  let clock: ReturnType<typeof stoppedClock>;

  const sources = (options: BeaconSourcesOptions = {}) =>
    new BeaconSources(urlsOf(nodes.beacons), {
      client: ONE_ATTEMPT,
      log: kept.log,
      now: clock.now,
      ...options,
    });
  const statusOf = (beacon: BeaconSources, index: number) =>
    beacon.status.find(({ name }) => name === nodes.beacons[index]!.name)!;
  const warnings = () => kept.lines.filter(({ level }) => level === "warn");

  before(async () => {
    nodes = await startNodes();
    truth = new BeaconClient(nodes.servers.beaconUrl);
  });
  after(() => nodes.close());
  beforeEach(() => {
    nodes.heal();
    kept = keptLog();
    clock = stoppedClock();
  });

  it("answer as one does, where they agree", async () => {
    const beacon = sources();
    expect(await beacon.genesis()).to.deep.equal(await truth.genesis());
    expect(await beacon.spec()).to.deep.equal(await truth.spec());
    expect(await beacon.depositContract()).to.deep.equal(await truth.depositContract());
    expect(await beacon.forkSchedule()).to.deep.equal(await truth.forkSchedule());
    for (const id of ["head", "finalized", "genesis", 38, nodes.missed] as const) {
      expect(await beacon.header(id), String(id)).to.deep.equal(await truth.header(id));
      expect(await beacon.blockV2(id), String(id)).to.deep.equal(await truth.blockV2(id));
    }
    for (const id of ["head", "finalized", "justified", 38] as const) {
      expect(await beacon.finalityCheckpoints(id), id as string).to.deep.equal(
        await truth.finalityCheckpoints(id),
      );
      expect(await beacon.validators(id, [5, 3]), id as string).to.deep.equal(
        await truth.validators(id, [3, 5]),
      );
      expect(await beacon.stateSsz(id), id as string).to.deep.equal(await truth.stateSsz(id));
    }
    expect(await beacon.pendingDeposits("head")).to.deep.equal([]);
    expect(await beacon.pendingPartialWithdrawals("head")).to.deep.equal([]);
    expect(await beacon.pendingConsolidations("head")).to.deep.equal([]);
    const { epoch } = nodes.devnet;
    expect(await beacon.proposerDuties(epoch)).to.deep.equal(await truth.proposerDuties(epoch));
    expect(beacon.status.map(({ state, disagreements }) => [state, disagreements])).to.deep.equal(
      Array(3).fill(["trusted", 0]),
    );
    expect(warnings()).to.deep.equal([]);
  });

  it("tell of each answer, so that it is seen that work goes on, and of nothing where they hang", async () => {
    let answers = 0;
    const client = { ...ONE_ATTEMPT, timeoutMs: 300 };
    const beacon = sources({ client, onAnswer: () => answers++ });
    await beacon.genesis();
    const before = answers;
    await beacon.header(nodes.missed);
    expect(answers, "that there is none is an answer").to.equal(before + 3);
    nodes.beacons.forEach((node) => node.set({ kind: "hang" }));
    await failure(beacon.genesis());
    expect(answers).to.equal(before + 3);
  });

  const lies: [string, Fault, string, (beacon: BeaconSources | BeaconClient) => Promise<unknown>][] = [
    [
      "the finalized epoch",
      { kind: "lie", to: "finality_checkpoints", field: "data.finalized.epoch", value: "999" },
      "finalized.epoch",
      (beacon) => beacon.finalityCheckpoints("head"),
    ],
    [
      "finality, which it forgot",
      { kind: "forgetsFinality" },
      "finalized.epoch",
      (beacon) => beacon.finalityCheckpoints("head"),
    ],
    [
      "a balance",
      { kind: "lie", to: "/validators", field: "data.1.balance", value: "32000000001" },
      "[1].balanceGwei",
      (beacon) => beacon.validators("finalized", [1, 2]),
    ],
    [
      "a validator that it leaves out",
      { kind: "lie", to: "/validators", field: "data", value: [] },
      "length",
      (beacon) => beacon.validators("finalized", [1, 2]),
    ],
    [
      "the execution block's hash",
      {
        kind: "lie",
        to: "beacon/blocks",
        field: "data.message.body.execution_payload.block_hash",
        value: `0x${"ab".repeat(32)}`,
      },
      "execution.blockHash",
      (beacon) => beacon.blockV2("finalized"),
    ],
    [
      "a pending deposit",
      {
        kind: "lie",
        to: "pending_deposits",
        field: "data",
        value: [
          {
            pubkey: `0x${"01".repeat(48)}`,
            withdrawal_credentials: `0x${"02".repeat(32)}`,
            amount: "1",
            signature: `0x${"03".repeat(96)}`,
            slot: "4",
          },
        ],
      },
      "length",
      (beacon) => beacon.pendingDeposits("finalized"),
    ],
  ];
  for (const [what, fault, field, ask] of lies) {
    it(`outvote and name who lies about ${what}`, async () => {
      const beacon = sources();
      await beacon.genesis();
      nodes.beacons[1].set(fault);
      expect(await ask(beacon)).to.deep.equal(await ask(truth));
      const [line] = warnings();
      expect(line).to.include({ source: nodes.beacons[1].name, field, disagreements: 1 });
      expect(line!.agreeing).to.deep.equal([nodes.beacons[0].name, nodes.beacons[2].name]);
      expect(beacon.status.map(({ disagreements }) => disagreements)).to.deep.equal([0, 1, 0]);
      await ask(beacon);
      expect(statusOf(beacon, 1).disagreements).to.equal(2);
    });
  }

  const broken: [string, Fault][] = [
    ["is dead", { kind: "dead" }],
    ["hangs", { kind: "hang" }],
    ["is out of order", { kind: "status", status: 500 }],
    ["refuses", { kind: "status", status: 403 }],
    ["answers garbage", { kind: "garbage" }],
    ["answers half", { kind: "truncated" }],
    ["answers a page", { kind: "html" }],
    [
      "contradicts itself",
      { kind: "lie", to: "headers", field: "data.header.message.proposer_index", value: "1" },
    ],
  ];
  for (const [what, fault] of broken) {
    it(`do without one that ${what}`, async () => {
      const beacon = sources({ client: { ...ONE_ATTEMPT, timeoutMs: 300 } });
      await beacon.genesis();
      nodes.beacons[0].set(fault);
      expect(await beacon.header("finalized")).to.deep.equal(await truth.header("finalized"));
      expect(statusOf(beacon, 0)).to.include({ disagreements: 0 });
      expect(statusOf(beacon, 0).recentFailures).to.be.greaterThan(0);
      expect(warnings()[0]).to.include({ source: nodes.beacons[0].name });
    });
  }

  it("have the newest head that a quorum knows", async () => {
    const beacon = sources();
    nodes.beacons[1].set({ kind: "lag", slots: 2 });
    nodes.beacons[2].set({ kind: "lag", slots: 5 });
    const head = (await truth.header("head"))!.header.slot;
    expect((await beacon.header("head"))?.header.slot).to.equal(head - 2);
    expect(await beacon.finalityCheckpoints("head")).to.deep.equal(await truth.finalityCheckpoints(head - 2));
    expect(beacon.status.map(({ lag }) => lag)).to.deep.equal([0, 0, 3]);
    expect(statusOf(beacon, 2).score).to.be.greaterThan(statusOf(beacon, 1).score);
    expect(beacon.status.map(({ disagreements }) => disagreements)).to.deep.equal([0, 0, 0]);

    nodes.beacons[0].set({ kind: "lie", to: "headers/0x", field: "data.canonical", value: false });
    expect((await beacon.header("head"))?.header.slot).to.equal(head - 5);
  });

  it("announce what a quorum announces", async () => {
    nodes.beacons[0].set({
      kind: "lie",
      to: "config/spec",
      field: "data.SHARD_COMMITTEE_PERIOD",
      value: "1",
    });
    expect((await sources().spec()).values).to.deep.equal((await truth.spec()).values);
    nodes.beacons[1].set({
      kind: "lie",
      to: "config/spec",
      field: "data.SHARD_COMMITTEE_PERIOD",
      value: "2",
    });
    expect((await sources().spec()).values).not.to.have.property("SHARD_COMMITTEE_PERIOD");
  });

  it("give no vote to one that has not verified the payloads", async () => {
    const beacon = sources();
    await beacon.genesis();
    const optimistic = { kind: "lie", to: "headers", field: "execution_optimistic", value: true } as const;
    nodes.beacons[0].set(optimistic);
    expect((await beacon.header(38))?.executionOptimistic).to.equal(false);
    nodes.beacons[1].set(optimistic);
    for (const id of [38, "head"] as const) {
      const error = await failure(beacon.header(id));
      expect(error).to.be.instanceOf(RetryableError);
      expect(error.message).to.contain(`${nodes.beacons[1].name}: it has not verified the execution payload`);
    }
  });

  it("do not take a slot for missed because two have not reached it", async () => {
    const beacon = sources();
    const head = (await truth.header("head"))!.header.slot;
    expect(await beacon.header(nodes.missed)).to.equal(undefined);
    nodes.beacons[0].set({ kind: "lag", slots: 4 });
    expect((await beacon.header(head))?.header.slot).to.equal(head);
    nodes.beacons[1].set({ kind: "lag", slots: 4 });
    const error = await failure(beacon.header(head));
    expect(error).to.be.instanceOf(RetryableError);
    expect(error.message).to.contain(`${nodes.beacons[0].name}: its head is at slot ${head - 4}`);
  });

  it("outvote one that calls a slot missed which it has passed", async () => {
    const beacon = sources();
    await beacon.genesis();
    nodes.beacons[2].set({ kind: "notFound", to: "headers/38" });
    expect((await beacon.header(38))?.header.slot).to.equal(38);
    expect(statusOf(beacon, 2).disagreements).to.equal(1);
  });

  it("leave a dead one alone for a while, and look who comes back", async () => {
    const beacon = sources();
    await beacon.genesis();
    const [, dead] = nodes.beacons;
    dead.set({ kind: "dead" });
    await beacon.header(38);
    expect(statusOf(beacon, 1).state).to.equal("away");
    const asked = dead.requests.length;
    await beacon.header(38);
    expect(dead.requests.length).to.equal(asked);

    nodes.heal();
    clock.pass(1_001);
    await beacon.header(38);
    expect(dead.requests.slice(asked)).to.include.members([
      "GET /eth/v1/beacon/genesis",
      "GET /eth/v1/config/deposit_contract",
      "GET /eth/v1/config/fork_schedule",
      "GET /eth/v1/beacon/headers/38",
    ]);
    expect(statusOf(beacon, 1).state).to.equal("trusted");
    const known = dead.requests.length;
    await beacon.header(38);
    expect(dead.requests.slice(known)).to.deep.equal(["GET /eth/v1/beacon/headers/38"]);
  });

  it("wake one that rests where the others are too few", async () => {
    const beacon = sources();
    await beacon.genesis();
    nodes.beacons[0].set({ kind: "dead" });
    await beacon.header(38);
    nodes.heal();
    nodes.beacons[1].set({ kind: "dead" });
    expect((await beacon.header(38))?.header.slot).to.equal(38);
  });

  it("never use one again that comes back as another network", async () => {
    const beacon = sources();
    await beacon.genesis();
    const [, changed] = nodes.beacons;
    changed.set({ kind: "dead" });
    await beacon.header(38);
    changed.set({ kind: "wrongChain", chainId: 17 });
    clock.pass(1_001);
    await beacon.header(38);
    expect(statusOf(beacon, 1).state).to.equal("refused");
    const { genesisValidatorsRoot } = await truth.genesis();
    expect(statusOf(beacon, 1).refusal).to.equal(
      `${changed.name} is of another network: genesisValidatorsRoot is "0x${"11".padStart(64, "0")}", wanted "${genesisValidatorsRoot}"`,
    );
    expect(warnings().at(-1)!.msg).to.contain("never used again");

    nodes.heal();
    const asked = changed.requests.length;
    clock.pass(3_600_000);
    await beacon.header(38);
    expect(changed.requests.length).to.equal(asked);
  });

  it("refuse at the first contact the one that is of another network than most", async () => {
    nodes.beacons[2].set({
      kind: "lie",
      to: "deposit_contract",
      field: "data.address",
      value: `0x${"77".repeat(20)}`,
    });
    const beacon = sources();
    expect((await beacon.header(38))?.header.slot).to.equal(38);
    expect(statusOf(beacon, 2).refusal).to.contain(`depositContract is "0x${"77".repeat(20)}", wanted`);
    nodes.heal();
    const asked = nodes.beacons[2].requests.length;
    await beacon.header(39);
    expect(nodes.beacons[2].requests.length).to.equal(asked);
  });

  it("refuse all where they are not of the network that is expected", async () => {
    const beacon = sources({ expected: { depositChainId: 1 } });
    const error = await failure(beacon.genesis());
    expect(error).to.be.instanceOf(FatalError);
    for (const { name } of nodes.beacons) {
      expect(error.message).to.contain(`${name} is of another network: depositChainId is 31337, wanted 1`);
    }
    const { genesisTime } = await truth.genesis();
    const right = sources({ expected: { depositChainId: 31337, genesisTime } });
    expect((await right.genesis()).genesisTime).to.equal(genesisTime);
  });

  it("do not go on under a fork that the software does not know", async () => {
    const { epoch } = nodes.devnet;
    const fork = { kind: "fork", name: "gloas", version: "0x07000001" } as const;
    nodes.beacons[0].set({ ...fork, epoch });
    const beacon = sources();
    expect((await beacon.header(38))?.header.slot).to.equal(38);
    expect(statusOf(beacon, 0).refusal).to.equal(
      `${nodes.beacons[0].name}: the fork "gloas" of version 0x07000001 began in epoch ${epoch}; ` +
        `this software knows forks up to "fulu" and must be updated first`,
    );
    nodes.beacons.forEach((node) => node.set({ ...fork, epoch }));
    const error = await failure(sources().genesis());
    expect(error).to.be.instanceOf(FatalError);
    expect(error.message).to.contain(`the fork "gloas"`);

    nodes.beacons.forEach((node) => node.set({ ...fork, epoch: epoch + 1 }));
    const before = sources();
    expect((await before.header(38))?.header.slot).to.equal(38);
    expect(before.status.map(({ state }) => state)).to.deep.equal(Array(3).fill("trusted"));
  });

  it("say nothing without a quorum: too few answer", async () => {
    const beacon = sources();
    await beacon.genesis();
    nodes.beacons[0].set({ kind: "dead" });
    nodes.beacons[2].set({ kind: "status", status: 503 });
    const error = await failure(beacon.finalityCheckpoints("head"));
    expect(error).to.be.instanceOf(RetryableError);
    expect(error.message).to.match(/^no quorum on the head: 2 of 3 beacon nodes must agree/);
    expect(error.message).to.contain(nodes.beacons[0].name).and.to.contain("status 503");
  });

  it("say nothing without a quorum: they contradict each other", async () => {
    const beacon = sources();
    await beacon.genesis();
    const lie = (value: string): Fault => ({
      kind: "lie",
      to: "/validators",
      field: "data.0.balance",
      value,
    });
    nodes.beacons[0].set(lie("1"));
    nodes.beacons[1].set(lie("2"));
    const error = await failure(beacon.validators("finalized", [7]));
    expect(error).to.be.instanceOf(FatalError);
    expect(error.message).to.contain(
      `[0].balanceGwei is 1 at ${nodes.beacons[0].name}, 2 at ${nodes.beacons[1].name}`,
    );
    // the third could have settled it, had it answered
    nodes.beacons[2].set({ kind: "dead" });
    expect(await failure(beacon.validators("finalized", [7]))).to.be.instanceOf(RetryableError);
  });

  it("take as many as the quorum says, and no quorum against another", async () => {
    nodes.beacons[0].set({ kind: "forgetsFinality" });
    const all = sources({ quorum: 3 });
    expect(await failure(all.finalityCheckpoints("head"))).to.be.instanceOf(FatalError);
    expect(await failure(sources({ quorum: 1 }).finalityCheckpoints("head"))).to.be.instanceOf(FatalError);
    nodes.heal();
    expect((await all.finalityCheckpoints("head")).finalized.epoch).to.be.greaterThan(0);
  });

  it("fetch a state from one node, and from the next where it is not the agreed one", async () => {
    const beacon = sources();
    await beacon.genesis();
    const honest = await truth.stateSsz("finalized");
    nodes.beacons.forEach((node) => node.set({ kind: "alteredState" }));
    const error = await failure(beacon.stateSsz("finalized"));
    expect(error).to.be.instanceOf(RetryableError);
    expect(error.message).to.match(/the state hashes to 0x[0-9a-f]{64}, wanted 0x/);

    nodes.beacons[2].set();
    const other = sources();
    expect(await other.stateSsz("finalized")).to.deep.equal(honest);
    expect(other.status.map(({ recentFailures }) => recentFailures > 0)).to.deep.equal([true, true, false]);
    // the one that sent the right state is healthier now, and asked first
    const asked = nodes.beacons[0].requests.length;
    await other.stateSsz((await truth.header("finalized"))!.header.stateRoot as `0x${string}`);
    expect(nodes.beacons[0].requests.length).to.equal(asked);
  });

  it("hand an exit to every node, and are content with one that takes it", async () => {
    const exit = { epoch: 1, validatorIndex: 3, signature: `0x${"00".repeat(96)}` };
    const error = await failure(sources().submitVoluntaryExit(exit));
    expect(error.message).to.contain("no quorum on the exit");
    for (const node of nodes.beacons) {
      expect(node.requests.at(-1)).to.equal("POST /eth/v1/beacon/pool/voluntary_exits");
    }
  });

  it("are refused as settings that make no sense", () => {
    expect(() => new BeaconSources([])).to.throw(ConfigurationError, "no beacon node");
    const [{ url }] = nodes.beacons;
    expect(() => new BeaconSources([url, url])).to.throw(ConfigurationError, "is there twice");
    for (const quorum of [0, 4, 1.5]) {
      expect(() => sources({ quorum }), String(quorum)).to.throw(ConfigurationError, `got ${quorum}`);
    }
  });
});
