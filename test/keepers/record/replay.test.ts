import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { signReport } from "../../../scripts/actions/signReport.ts";
import { startFaultyProxy, type FaultyProxy } from "../../../scripts/devnet/faults/faultyProxy.ts";
import { FiguresFolder } from "../../../scripts/keepers/jobs/figuresFile.ts";
import { UpkeepJob, type UpkeepSeen } from "../../../scripts/keepers/jobs/upkeep.ts";
import { RecordFolder } from "../../../scripts/keepers/record/recordFolder.ts";
import { Recorder } from "../../../scripts/keepers/record/recorder.ts";
import { replay, type Replayed } from "../../../scripts/keepers/record/replay.ts";
import type { Dispute } from "../../../scripts/keepers/report/witnesses.ts";
import { SignedReports } from "../../../scripts/keepers/report/signedReports.ts";
import { Runner, type CycleResult } from "../../../scripts/keepers/runner.ts";
import { KEEPER_SETTINGS, type KeeperJob } from "../../../scripts/keepers/settings.ts";
import { ConfigurationError } from "../../../scripts/lib/errors.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { CONTRACT_NAMES, type Addresses } from "../../../scripts/lib/protocol.ts";
import { Secret } from "../../../scripts/lib/secret.ts";
import { LocalSigner } from "../../../scripts/lib/signing/localSigner.ts";
import { resolveSettings } from "../../../scripts/lib/settings/resolve.ts";
import { runValidators } from "../../story/support/keys.ts";
import { nextBoundary, reportNext, untilFinal } from "../../story/support/reports.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, mined, startWorld, type World } from "../../story/support/world.ts";

const PASSWORD = "correct-horse-battery";
const TOKEN = "0123456789abcdef0123";
/** Sorts before all records. */
const CHANGED = "0.jsonl";
const SILENT = createLogger({ level: "silent" });

/** A keeper that records, asks three beacon nodes, and sends as whoever is told. */
interface Keeper {
  round(job: KeeperJob): Promise<CycleResult>;
  /** Names of what is written, in their order. */
  written(): Promise<string[]>;
  /** The newest record. */
  newest(): Promise<string>;
  close(): Promise<void>;
}

describe("keepers: cycles recorded, and played again", () => {
  let world: World;
  let folder: string;
  let liar: FaultyProxy;
  let others: FaultyProxy[];
  /** The second of two execution nodes. */
  let executionLiar: FaultyProxy;
  let keeper: Keeper;
  const disputes: (Dispute | undefined)[] = [];
  let answers = 0;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-records-"));
    world = await startWorld({ members: 1, bondWei: 20n * ETHER });
    await stake(world, "alice", 150n * ETHER);
    await runValidators(world, 0, 2);
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await world.devnet.tickSlots(8 * (Number(committeePeriod) + 1));
    await reportNext(world);
    const { beaconUrl, rpcUrl } = world.servers;
    const proxies = [1, 2, 3].map((seed) => startFaultyProxy({ serves: "beacon", target: beaconUrl, seed }));
    const [first, ...rest] = await Promise.all(proxies);
    liar = first!;
    others = rest;
    executionLiar = await startFaultyProxy({ serves: "execution", target: rpcUrl });
    keeper = await startKeeper();
  });
  after(async () => {
    await keeper.close();
    await Promise.all([liar, ...others, executionLiar].map((node) => node.close()));
    await world.close();
    rmSync(folder, { recursive: true });
  });

  async function startKeeper({ records = "records", begunAt = 0, log = SILENT } = {}): Promise<Keeper> {
    const { protocol, devnet, accounts, members } = world;
    const withPassword = (url: string) => url.replace("http://", `http://keeper:${PASSWORD}@`);
    const { values: settings } = resolveSettings(KEEPER_SETTINGS, {
      flags: {
        elUrls: [world.servers.rpcUrl, executionLiar.url].map((url) => `${url}/?apikey=${TOKEN}`).join(","),
        clUrls: [liar, ...others].map(({ url }) => withPassword(url)).join(","),
        stateFolder: join(folder, "state"),
      },
      env: {
        KEDGE_MEMBER_PRIVATE_KEY: members[0]!.key.privateKey,
        KEDGE_WEBHOOK_URL: `http://hook/${TOKEN}x`,
      },
    });
    const addresses = Object.fromEntries(
      await Promise.all(CONTRACT_NAMES.map(async (name) => [name, await protocol[name].getAddress()])),
    ) as Addresses;
    const member = new LocalSigner(new Secret(members[0]!.key.privateKey));
    const memory = new Map<string, object>();
    const signed = new SignedReports(":memory:", begunAt);
    const recorder = new Recorder({
      folder: new RecordFolder(join(folder, records), 3),
      settings,
      deployed: { addresses, firstBlock: 1 },
      account: await accounts.keeper.getAddress(),
      member: member.address,
      dryRun: false,
      kept: {
        senderOf: () => accounts.keeper,
        member: {
          address: member.address,
          sign: async (report) =>
            (await signReport(protocol, member, { report, chainId: 31_337n })).signature,
        },
        signed,
        figuresFolder: new FiguresFolder(join(folder, "state", "figures")),
        remember: <T extends object>(name: string, make: () => T) => {
          const known = memory.get(name) ?? make();
          memory.set(name, known);
          return known as T;
        },
        onGathered: () => undefined,
        onDispute: (dispute) => disputes.push(dispute),
        onAnswer: () => answers++,
      },
      log: SILENT,
      onNodes: () => undefined,
      clock: Date.now,
      sleep: async () => undefined,
    });
    const cycles = join(folder, records, "cycles");
    const written = async () => {
      await recorder.close();
      return readdirSync(cycles).toSorted();
    };
    return {
      written,
      round: async (job) => {
        const runner = new Runner({
          jobs: [recorder.job(job)],
          log,
          now: () => devnet.chain.timeAtSlot(devnet.slot),
          sleep: async () => undefined,
          pollSeconds: 1,
          onCycle: (result) => recorder.end(result),
        });
        return (await runner.round())[0]!;
      },
      newest: async () => join(cycles, (await written()).at(-1)!),
      close: async () => {
        await recorder.close();
        signed.close();
      },
    };
  }

  /** A round, and the same again from its record alone, while no node answers. */
  async function again(job: KeeperJob): Promise<{ live: CycleResult; file: string; replayed: Replayed }> {
    const live = await keeper.round(job);
    const file = await keeper.newest();
    return { live, file, replayed: await offline(() => replay(file, SILENT)) };
  }

  async function offline<T>(run: () => Promise<T>): Promise<T> {
    const real = globalThis.fetch;
    globalThis.fetch = () => Promise.reject(new Error("somebody went out to the network"));
    try {
      return await run();
    } finally {
      globalThis.fetch = real;
    }
  }

  function eventsIn(file: string): { what?: string; request?: unknown; told?: string; value?: unknown }[] {
    const lines = readFileSync(file, "utf8").trim().split("\n").slice(1);
    return lines.map((line) => JSON.parse(line) as object);
  }

  /** Of JSON-RPC: by whom they were to be answered, alone or in a batch. */
  function callsIn(file: string) {
    type Call = { method?: string; params?: { fromBlock?: string }[] };
    return eventsIn(file).flatMap(({ what, request }) => {
      const asked = (request ?? {}) as Call & { batch?: Call[] };
      return (asked.batch ?? [asked]).map((call) => ({ node: what?.split(" ")[1], ...call }));
    });
  }

  /** The record with one line, or all, another. */
  function changed(file: string, change: (line: string) => string): string {
    const text = readFileSync(file, "utf8");
    const other = text.split("\n").map(change).join("\n");
    expect(other, "nothing was changed").to.not.equal(text);
    const path = file.replace(/[^/]+$/, CHANGED);
    writeFileSync(path, other);
    return path;
  }

  it("plays the same dispute again where execution nodes tell different reports", async () => {
    await untilFinal(world, await nextBoundary(world));
    executionLiar.set({ kind: "lie", to: "eth_getBalance", field: "result", value: "0x1234" });
    const dispute = await again("report");
    executionLiar.set();
    expect(dispute.live).to.include({ outcome: "failed" });
    expect(dispute.live.text).to.contain("withdrawalsReceived").and.to.contain(executionLiar.name);
    expect(dispute.replayed.text).to.equal(dispute.live.text);
    expect(dispute.replayed.deviations).to.deep.equal([]);
    expect(disputes.map((each) => each?.field)).to.deep.equal(["withdrawalsReceived"]);
  });

  it("knows in a cycle what the one before built and told", async () => {
    const lines: { msg: string }[] = [];
    const write = (line: string) => lines.push(JSON.parse(line) as { msg: string });
    const log = createLogger({ json: true, stream: { write } });
    const late = await startKeeper({ records: "late", begunAt: 2 ** 40, log });
    for (const builds of [true, false]) {
      expect((await late.round("report")).outcome).to.equal("idle");
      const calls = callsIn(await late.newest());
      expect(calls.some(({ method }) => method === "eth_getBalance")).to.equal(builds);
    }
    expect(lines.filter(({ msg }) => msg.startsWith("not signed"))).to.have.length(1);
    await late.close();
  });

  it("writes no cycle that was running when it was closed", async () => {
    const killed = await startKeeper({ records: "killed" });
    const round = killed.round("govern");
    await nextTurn();
    expect(await killed.written()).to.deep.equal([]);
    await round;
    expect(await killed.written()).to.deep.equal([]);
    await killed.round("govern");
    expect(await killed.written()).to.have.length(1);
    await killed.close();
  });

  it("plays report cycles again byte for byte, from signing to submitting", async () => {
    const sign = await again("report");
    expect(sign.live.text).to.match(/^signed the report/);
    expect(sign.replayed.deviations).to.deep.equal([]);
    expect(sign.replayed).to.include({ outcome: sign.live.outcome, text: sign.live.text });

    await world.devnet.tickSlots(24);
    const submit = await again("report");
    expect(submit.live.text).to.match(/^submitted the report/);
    const [sent] = eventsIn(submit.file).filter(({ what }) => what === "transaction");
    expect(sent!.request).to.include({ urgency: "urgent" }).and.to.have.property("secondsLeft");
    expect(submit.replayed.deviations).to.deep.equal([]);
    expect(submit.replayed.text).to.equal(submit.live.text);
    const idle = await again("report");
    expect(disputes.at(-1)).to.equal(undefined);
    expect(answers).to.be.greaterThan(0);
    expect([idle.live.outcome, idle.replayed.deviations]).to.deep.equal(["idle", []]);
  });

  it("builds the report once for each execution node, from events since the deployment alone", () => {
    const [sign] = readdirSync(join(folder, "records", "cycles")).filter((name) =>
      name.endsWith("report-acted.jsonl"),
    );
    const calls = callsIn(join(folder, "records", "cycles", sign!));
    for (const node of ["el0", "el1"]) {
      const told = calls.filter((call) => call.node === node);
      expect(told.map(({ method }) => method)).to.include.members(["eth_getBalance", "eth_getLogs"]);
    }
    const first = calls
      .filter(({ method }) => method === "eth_getLogs")
      .map(({ params }) => params![0]!.fromBlock);
    expect(new Set(first)).to.deep.equal(new Set(["0x1"]));
  });

  it("plays batches again: what an answer leads to is asked at once", () => {
    const [sign] = readdirSync(join(folder, "records", "cycles")).filter((name) =>
      name.endsWith("report-acted.jsonl"),
    );
    const batches = eventsIn(join(folder, "records", "cycles", sign!)).flatMap(({ request }) => {
      const { batch } = (request ?? {}) as { batch?: { method: string }[] };
      return batch ?? [];
    });
    expect(batches.map(({ method }) => method))
      .to.include("eth_call")
      .and.not.include("eth_getLogs");
  });

  it("has no secret in any file", () => {
    const bytes = readdirSync(join(folder, "records"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)));
    expect(bytes.length).to.be.greaterThan(4);
    const key = world.members[0]!.key.privateKey.slice(2);
    const basic = Buffer.from(`keeper:${PASSWORD}`).toString("base64");
    for (const file of bytes) {
      const text = (file[0] === 0x1f ? gunzipSync(file) : file).toString("latin1");
      for (const secret of [PASSWORD, TOKEN, key, basic, "uthorization", "@127.0.0.1", "apikey"]) {
        expect(text.includes(secret), secret).to.equal(false);
      }
    }
  });

  it("names the request, the answer or the output that is another one", async () => {
    const file = await keeper.newest();
    const of = (path: string) => offline(() => replay(path, SILENT));
    const asks = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.includes('"ask"'));
    const [first] = asks.filter((line) => line.includes("finality_checkpoints"));
    const { what } = JSON.parse(first!) as { what: string };

    const unasked = await of(changed(file, (line) => line.replace("finality_checkpoints", "finality")));
    expect(unasked.deviations[0]).to.include({ what, recorded: undefined });

    const body = await of(changed(file, (line) => line.replace('\\"finalized\\"', '\\"finalised\\"')));
    expect(body.deviations[0]!.what).to.match(/^the answer to GET cl[0-2]\/eth\//);
    expect(String(body.deviations[0]!.replayed)).to.contain(body.deviations[0]!.recorded as string);

    const told = await of(changed(file, (line) => line.replace('"outcome":"idle"', '"outcome":"acted"')));
    const no = await replay(join(folder, "nowhere.jsonl"), SILENT).catch((error: unknown) => error);
    expect(no).to.be.instanceOf(ConfigurationError);
    expect(told.deviations).to.deep.equal([{ what: "end.outcome", recorded: "acted", replayed: "idle" }]);
  });

  it("plays the same disagreement again where a beacon node lies", async () => {
    liar.set({ kind: "lie", to: "finality_checkpoints", field: "data.finalized.epoch", value: "1" });
    const { live, file, replayed } = await again("report");
    liar.set();
    expect(live.outcome).to.equal("idle");
    expect(replayed.deviations).to.deep.equal([]);
    const lines = readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line.startsWith('{"told":"nodes"'));
    const { beacon, warnings } = (
      JSON.parse(lines[0]!) as {
        value: { beacon: { name: string; disagreements: number }[]; warnings: string[] };
      }
    ).value;
    expect(beacon.find(({ name }) => name === liar.name)!.disagreements).to.be.greaterThan(0);
    expect(warnings.join("\n")).to.contain("outvoted on the finality checkpoints").and.contain(liar.name);
  });

  it("plays again what came over a node that was away, and what was asked twice for it", async () => {
    others[0]!.set({ kind: "status", status: 503 });
    const { live, replayed } = await again("report");
    others[0]!.set();
    expect([live.outcome, replayed.deviations]).to.deep.equal(["idle", []]);
  });

  it("plays again the calls of a job that acts", async () => {
    const { accounts, protocol } = world;
    const registry = protocol.OperatorRegistry.connect(accounts.admin);
    await mined(registry.setStanding(world.operatorId, 2, ZeroHash));
    const { live, file, replayed } = await again("exit");
    expect(live.text).to.match(/^made validators .* exit/);
    expect(replayed.deviations).to.deep.equal([]);
    expect(replayed.text).to.equal(live.text);

    const isCall = (line: string) => line.includes('"what":"transaction"');
    const other = changed(file, (line) =>
      isCall(line) ? line.replace(/"data":"0x../, '"data":"0xff') : line,
    );
    const { deviations } = await offline(() => replay(other, SILENT));
    expect(deviations[0]!.what).to.equal("transaction");
  });

  it("leaves to the keeper's other jobs what they do, as a keeper that records nothing", async () => {
    const { live, file, replayed } = await again("upkeep");
    expect([live.outcome, replayed.deviations], live.text).to.deep.equal([replayed.outcome, []]);
    const seen = eventsIn(file).find(({ told }) => told === "observed")!.value as UpkeepSeen;
    const names = (each: Pick<UpkeepSeen, "needed">) => each.needed.map(({ name }) => name);
    const alone = await new UpkeepJob(world, world.accounts.keeper, []).observe();
    expect(names(alone)).to.include.members(["Observe", "Refresh"]);
    expect(names(seen)).to.not.include.oneOf(["Observe", "Refresh"]);
  });

  it("keeps so many of each job and outcome, and no body that nothing needs", async () => {
    for (let i = 0; i < 4; i++) await keeper.round("finalise");
    await keeper.newest();
    const records = join(folder, "records");
    const names = readdirSync(join(records, "cycles")).filter((name) => name !== CHANGED);
    const kinds = names.map((name) => name.replace(/^\d+-|\.jsonl$/g, ""));
    expect(kinds.filter((kind) => kind === "finalise-idle")).to.have.length(3);
    expect(kinds).to.include.members(["report-acted", "report-idle", "exit-acted"]);
    const index = JSON.parse(readFileSync(join(records, "index.json"), "utf8")) as {
      cycles: { file: string; bodies: string[] }[];
    };
    expect(index.cycles.map(({ file }) => file)).to.have.members(names);
    const needed = new Set(index.cycles.flatMap(({ bodies }) => bodies));
    expect(readdirSync(join(records, "bodies"))).to.have.members([...needed].map((hash) => `${hash}.gz`));
  });
});
