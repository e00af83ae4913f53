import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import type { BaseContract } from "ethers";
import { accept, GROUPS } from "../../../scripts/deploy/accept/accept.ts";
import { addressOf, STRANGER, type Check } from "../../../scripts/deploy/accept/check.ts";
import { OWN, POWERS, UNTRIED } from "../../../scripts/deploy/accept/powers.ts";
import { recordedRoles, writeRoles } from "../../../scripts/deploy/accept/rolesFile.ts";
import { parameter } from "../../../scripts/deploy/parameters/schema.ts";
import { FIXED } from "../../../scripts/deploy/tables/fixed.ts";
import { SETTINGS } from "../../../scripts/deploy/tables/settings.ts";
import { serveDevnet, type DevnetServers } from "../../../scripts/devnet/http/serve.ts";
import { ConfigurationError, explain } from "../../../scripts/lib/errors.ts";
import { CONTRACT_NAMES } from "../../../scripts/lib/protocol.ts";
import { roleId } from "../../../scripts/lib/roles.ts";
import { ADMIN, grant, GUARDIAN, otherParameters, slotOf, store } from "./support/breaking.ts";
import { CASES } from "./support/cases.ts";
import { moveSettings, otherVotes, tellOfGovernor } from "./support/moves.ts";
import { startWorld, type World } from "./support/world.ts";

const page = (name: string) => readFileSync(new URL(`../../../docs/${name}.md`, import.meta.url), "utf8");
const DOCS = { permissions: page("permissions"), deploying: page("deploying") };

const PROGRAM = ["--import", "tsx", "scripts/deploy/accept/main.ts"];

function runProgram(options: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [...PROGRAM, ...options]);
  const outcome = { stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => (outcome.stdout += chunk));
  child.stderr.on("data", (chunk) => (outcome.stderr += chunk));
  return new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })));
}

describe("deploy/accept", () => {
  let w: World;
  let whole: Check[];
  /// Checks that were not ok in a case.
  const broken = new Set<string>();

  before(async () => {
    w = await startWorld();
    const said: string[] = [];
    whole = await accept({ ...w.given, say: (line) => said.push(line) });
    expect(said).to.have.length(Object.keys(GROUPS).length);
  });
  afterEach(() => w.mend());
  after(() => w.close());

  const named = (checks: readonly Check[]) => checks.filter(({ ok }) => !ok).map(({ name }) => name);

  it("a deployment as it was meant has every check ok, and each check its name", async () => {
    expect(whole.filter(({ ok }) => !ok)).to.deep.equal([]);
    expect(new Set(whole.map(({ name }) => name)).size).to.equal(whole.length);
  });

  for (const { group, when, given, fails } of CASES) {
    it(`${group}: ${when}`, async () => {
      const checks = await w.make(group, (await given?.(w)) ?? {});
      const failed = named(checks);
      for (const name of failed) broken.add(name);
      expect(failed).to.deep.equal(checks.map(({ name }) => name).filter((name) => fails.test(name)));
      expect(failed).not.to.be.empty;
    });
  }

  it("each check was not ok in a case above", () => {
    expect(whole.map(({ name }) => name).filter((name) => !broken.has(name))).to.deep.equal([]);
  });

  it("what cannot be answered is not ok, and says why", async () => {
    await w.setCode("StakedEther", "0x");
    const [check] = (await w.make("ledger")).filter(({ name }) => name.includes("seed"));
    expect(check).to.deep.include({ ok: false });
    expect(check!.got).to.match(/could not decode result data/);
  });

  it("another chain is told from a deployment that is broken", async () => {
    await w.setCode("Authority", "0x");
    expect(explain(await accept(w.given).catch((reason: unknown) => reason))).to.match(
      /^there is no code at 0x\w{40}, where the authority is recorded: is it another chain\?$/,
    );
  });

  describe("live", () => {
    const settings = SETTINGS.map(({ contract, name }) => `parameter: ${contract}.${name}`);

    it("settings that governance moved are ok, and told to have moved; as deployed, they are not", async () => {
      const parameters = otherVotes(w.given.parameters);
      await moveSettings(w);
      const live = await w.make("parameters", { parameters, live: true });
      expect(live.filter(({ ok }) => !ok)).to.deep.equal([]);
      expect(live.flatMap(({ name, note }) => (note === undefined ? [] : [name]))).to.deep.equal(settings);
      for (const { note } of live.filter(({ note }) => note !== undefined)) {
        expect(note).to.match(/^changed by governance in block \d+, 0x\w{64}$/);
      }
      expect(named(await w.make("parameters", { parameters }))).to.deep.equal(settings);
    });

    it("a setting that is another without an event is not ok, and what is fixed never moves", async () => {
      const parameters = otherParameters(w.given.parameters);
      const asDeployed = named(await w.make("parameters", { parameters }));
      expect(named(await w.make("parameters", { parameters, live: true }))).to.deep.equal(asDeployed);
      expect(asDeployed)
        .to.include("parameter: ReportOracle.feeBp")
        .and.to.include("parameter: StakedEther.maxFeeBp");
    });

    it("an event that tells another value than the chain has explains nothing", async () => {
      const parameters = otherVotes(w.given.parameters);
      await tellOfGovernor(w, 500n);
      expect(named(await w.make("parameters", { parameters, live: true }))).to.deep.equal([
        "parameter: StakerGovernor.quorumBp",
      ]);
    });

    it("roles are held against the record, whatever was meant at first", async () => {
      await grant(w, "PARAMETER_MANAGER", STRANGER);
      expect(named(await w.make("roles", { live: true }))).to.deep.equal([
        "role: PARAMETER_MANAGER",
        "roles: the record",
      ]);
      const folder = mkdtempSync(join(w.folder, "roles-"));
      await writeRoles(folder, w.given.protocol);
      const recorded = recordedRoles(folder);
      expect(named(await w.make("roles", { live: true, recorded }))).to.deep.equal([]);
      expect(named(await w.make("roles", { recorded }))).to.deep.equal(["role: PARAMETER_MANAGER"]);
      await store(w, slotOf(roleId("LEDGER"), 2), "0x00");
      expect(named(await w.make("roles", { live: true, recorded }))).to.deep.equal([
        "roles: frozen",
        "roles: the record",
      ]);
    });

    it("a brake that was pulled and a setting that has just moved are told, and ok", async () => {
      const brake = w.given.protocol.EmergencyBrake.connect(await w.as(GUARDIAN));
      for (const valve of [0, 1]) await brake.pull(valve);
      const oracle = w.given.protocol.ReportOracle.connect(await w.as(ADMIN));
      await oracle.setFee((await oracle.feeBp()) - 1n);
      for (const [group, count] of [
        ["brake", 2],
        ["governance", 1],
      ] as const) {
        const checks = await w.make(group, { live: true });
        expect(named(checks)).to.deep.equal([]);
        expect(checks.filter(({ note }) => note !== undefined)).to.have.length(count);
        expect(named(await w.make(group))).to.have.length(count);
      }
    });

    it("members of the committee come and go", async () => {
      const committee = parameter([...w.given.parameters.committee.value].slice(1), "members", "a test");
      const parameters = { ...w.given.parameters, committee };
      expect(named(await w.make("ledger", { parameters }))).to.deep.equal(["committee: members"]);
      expect(named(await w.make("ledger", { parameters, live: true }))).to.deep.equal([]);
    });
  });

  describe("program", () => {
    let servers: DevnetServers;

    before(async () => void (servers = await serveDevnet(w.chain.devnet, { rpcPort: 0, beaconPort: 0 })));
    after(() => servers.close());

    const run = (folder: string, ...more: string[]) =>
      runProgram([
        ...["--network", "devnet", "--deployments", folder],
        ...["--rpc-url", servers.rpcUrl, "--beacon-url", servers.beaconUrl],
        ...more,
      ]);

    it("prints the checks as JSON, and what it is at on stderr", async () => {
      const { code, stdout, stderr } = await run(w.folder, "--json");
      expect(code, stderr).to.equal(0);
      expect(JSON.parse(stdout)).to.deep.equal({ network: "devnet", live: false, ok: true, checks: whole });
      expect(stderr.trimEnd().split("\n")).to.have.length(Object.keys(GROUPS).length + 1);
      expect(stderr).to.match(new RegExp(`\naccept: all ${whole.length} checks are ok\n$`));
    });

    it("fails where a check does, and shows what was wanted; a person may take roles as they are", async () => {
      await grant(w, "PARAMETER_MANAGER", GUARDIAN);
      const oracle = w.given.protocol.ReportOracle.connect(await w.as(ADMIN));
      await oracle.setFee((await oracle.feeBp()) - 1n);
      const folder = join(w.folder, "governed");
      for (const file of ["records.json", "roles.json"]) cpSync(join(w.folder, file), join(folder, file));
      const { code, stdout, stderr } = await run(folder, "--live");
      expect(code, stderr).to.equal(1);
      expect(stdout).to.contain(
        `\nFAIL role: PARAMETER_MANAGER: admin ${ADMIN}, guardian ${GUARDIAN}\n     wanted: admin ${ADMIN}\n`,
      );
      expect(stdout).to.match(
        /\nok {3}parameter: ReportOracle.feeBp: 999 \(changed by governance in block \d+, 0x\w{64}; at first 1000\)\n/,
      );
      expect(stderr).to.match(/\naccept: 2 checks are not ok\n$/);
      expect(recordedRoles(folder)).to.deep.equal(w.given.recorded);

      const again = await run(folder, "--live", "--record");
      expect(again.code, again.stderr).to.equal(0);
      expect(recordedRoles(folder)?.["Authority"]?.["PARAMETER_MANAGER"]?.holders).to.have.members([
        ADMIN,
        GUARDIAN,
      ]);
      rmSync(join(folder, "roles.json"));
      const unknown = await run(folder, "--live");
      expect(unknown).to.deep.include({ code: 1, stdout: "" });
      expect(unknown.stderr).to.match(/^accept: --live: nothing is recorded in roles.json/);
    });

    it("says where nothing is recorded, and knows bad usage from failure", async () => {
      const empty = join(w.folder, "none");
      const [unrecorded, bad] = await Promise.all([run(empty), runProgram(["--network", "moon"])]);
      expect(unrecorded).to.deep.include({ code: 1, stdout: "" });
      expect(unrecorded.stderr).to.contain(`accept: ${empty} records no Authority, `);
      expect(bad).to.deep.include({ code: 2, stdout: "" });
      expect(bad.stderr).to.contain("'moon'");
    });
  });

  it("roles.json that somebody changed by hand is refused by its place", () => {
    const folder = mkdtempSync(join(w.folder, "roles-"));
    expect(recordedRoles(folder)).to.equal(undefined);
    writeFileSync(join(folder, "roles.json"), '{"Authority": {"GUARDIAN": {"holders": ["me"]}}}');
    expect(() => recordedRoles(folder)).to.throw(
      ConfigurationError,
      /roles\.json: .*an address\n.*Authority\.GUARDIAN\.holders/,
    );
    writeFileSync(join(folder, "roles.json"), "{");
    expect(() => recordedRoles(folder)).to.throw(ConfigurationError, /roles\.json: is no JSON/);
  });

  describe("its tables", () => {
    it("each parameter is held against the chain", () => {
      const elsewhere = ["chainId", "label", "epochsPerFrame", "seedWei", "admin", "guardian", "committee"];
      const rows = [...FIXED, ...SETTINGS].flatMap(({ parameter: name }) => name ?? []);
      expect([...new Set([...rows, ...elsewhere])]).to.have.members(Object.keys(w.given.parameters));
    });

    it("each view that answers with a contract of the protocol is a link", async () => {
      const contracts = new Set(CONTRACT_NAMES.map((name) => addressOf(w.given, name)));
      const answers: string[] = [];
      for (const name of CONTRACT_NAMES) {
        const contract = w.given.protocol[name] as BaseContract;
        const views: string[] = [];
        contract.interface.forEachFunction(({ name: view, inputs, outputs, constant }) => {
          const isAddress =
            constant && inputs.length === 0 && outputs.length === 1 && outputs[0]!.type === "address";
          if (isAddress) views.push(view);
        });
        for (const view of views) {
          const answer = (await contract.getFunction(view).staticCall()) as string;
          if (contracts.has(answer)) answers.push(`link: ${name}.${view}`);
        }
      }
      const links = whole.map(({ name }) => name).filter((name) => name.startsWith("link: "));
      expect(links).to.have.members(answers);
    });

    it("each guarded function of docs/permissions.md is tried, with the role that it asks for", () => {
      const section = (title: string) => DOCS.permissions.split(`## ${title}\n`)[1]!.split("\n## ")[0]!;
      const rows = (title: string) =>
        [...section(title).matchAll(/^\| (\w+) +\| `(\w+)\(.*?\)` +\| (.*?) +\|/gm)].map((row) =>
          row.slice(1, 4),
        );
      const asked = rows("Functions that ask for a role").map(([contract, method, asks]) => {
        const role =
          asks === "a vote" ? "GOVERNANCE" : /`([A-Z_]+|\w+\.[A-Z_]+)`(, if .*)?$/.exec(asks!)?.[1];
        return [`${contract}.${method}`, role] as const;
      });
      const tried = Object.entries(POWERS).flatMap(([contract, roles]) =>
        Object.entries(roles).flatMap(([role, methods]) =>
          methods.map((method) => [`${contract}.${method}`, role]),
        ),
      );
      expect(asked.filter(([name]) => UNTRIED[name] === undefined)).to.have.deep.members(tried);
      expect(asked.map(([name]) => name)).to.include.members(Object.keys(UNTRIED));
      const fixed = rows("Functions of one contract").map(([contract, method]) => `${contract}.${method}`);
      const own = OWN.map(({ contract, method }) => `${contract}.${method ?? "receive"}`);
      expect(own).to.have.members([...fixed, "ExitWindowTimelock.appoint"]);
    });

    it("docs/deploying.md says what each group shows", () => {
      const rows = [...DOCS.deploying.matchAll(/^\| `(\w+)` +\| (.*?) +\|$/gm)].map((row) => row.slice(1, 3));
      for (const [group, { shows }] of Object.entries(GROUPS)) {
        expect(rows).to.deep.include([group, shows]);
      }
    });
  });
});
