import { spawn, type ChildProcess } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { expect } from "chai";
import { commitKeys } from "../../scripts/actions/commitKeys.ts";
import { compoundingCredentials } from "../../scripts/lib/depositData.ts";
import { seedFromMnemonic, validatorKeys } from "../../scripts/lib/keys.ts";
import { deriveKeystores } from "../../scripts/lib/keystores/deriveKeystores.ts";
import { newMnemonic } from "../../scripts/lib/keystores/mnemonic.ts";
import { BEACON_NETWORKS } from "../../scripts/lib/keystores/networks.ts";
import { KeyTree } from "../../scripts/lib/keyTree.ts";
import { Records } from "../../scripts/lib/records.ts";
import { verifyVoluntaryExit } from "../../scripts/lib/voluntaryExit.ts";
import { WEAK } from "../lib/keystores/support.ts";
import { PREDEPOSITED, predepositBatch, statesOf } from "../story/support/keys.ts";
import { stake } from "../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";
import { kedge as inProcess, type Outcome } from "./support/kedge.ts";

/** What `offline.ts` says. */
const NETWORK_USED = "NETWORK USED";
const PASSWORD = "pass words that nobody guesses";
const TARGET = [
  ...["--credentials", compoundingCredentials(`0x${"ab".repeat(20)}`)],
  ...["--fork-version", BEACON_NETWORKS.hoodi!.genesisForkVersion],
];
const EXIT = ["--validator-index", "12", "--epoch", "700"];
const OFFLINE = ["--import", "tsx", "--import", "./test/cli/offline.ts"];

describe("kedge keys", () => {
  let folder: string;
  let mnemonic: string;
  let world: World | undefined;
  /** Texts that no output may have. */
  const secrets: string[] = [];

  const path = (...names: string[]) => join(folder, ...names);
  const write = (name: string, content: string, mode = 0o400) => {
    writeFileSync(path(name), content);
    chmodSync(path(name), mode);
    return path(name);
  };
  const hide = (phrase: string) => {
    const words = phrase.split(" ");
    // Three words in a row are no accident.
    secrets.push(...words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")));
    for (const { secretKey } of validatorKeys(seedFromMnemonic(phrase), 0, 3))
      secrets.push(secretKey.toHex().slice(2));
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-keys-"));
    mnemonic = newMnemonic();
    hide(mnemonic);
    secrets.push(PASSWORD);
    write("words", `${mnemonic}\n`);
    write("password", `${PASSWORD}\n`);
    write("wrong", "another password\n");
    secrets.push("another password");
    await deriveKeystores({
      mnemonic,
      password: PASSWORD,
      folder: path("weak"),
      first: 0,
      count: 3,
      cost: WEAK,
    });
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world?.close();
  });

  function start(args: string[], environment: Record<string, string> = {}): [ChildProcess, Promise<Outcome>] {
    const command = [...OFFLINE, "scripts/cli/main.ts", "keys", ...args];
    const child = spawn(process.execPath, command, { env: { ...process.env, ...environment } });
    child.stdin.end();
    const outcome: Outcome = { code: null, stdout: "", stderr: "" };
    child.stdout.on("data", (chunk) => (outcome.stdout += chunk));
    child.stderr.on("data", (chunk) => (outcome.stderr += chunk));
    return [child, new Promise((resolve) => child.once("close", (code) => resolve({ ...outcome, code })))];
  }

  /** Runs a verb and holds what every run must keep to. `report` is what Node would write of a crash. */
  async function kedge(args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
    const report = path(`report-${Math.random()}.json`);
    const outcome = await start(args, { ...environment, OFFLINE_REPORT: report })[1];
    const said = outcome.stdout + outcome.stderr;
    // Of what somebody gave as an argument, against all advice, the report repeats the whole command.
    const isArgument = secrets.some((secret) => args.join(" ").includes(secret));
    for (const text of isArgument ? [said] : [said, readFileSync(report, "utf8")]) {
      for (const secret of secrets)
        expect(text.includes(secret), `a secret is told: ${args[0]}`).to.equal(false);
    }
    expect(said).not.to.contain(NETWORK_USED).and.not.to.contain("\x1b").and.not.to.contain("    at ");
    return outcome;
  }

  const password = (name = "password") => ["--password-file", path(name)];
  const words = () => ["--mnemonic-file", path("words")];
  const first = () => path("weak", "keystore-m_12381_3600_0_0_0.json");

  it("is told by its tests when it reaches for a network", async () => {
    for (const code of [
      "fetch('http://127.0.0.1:9')",
      "require('net').connect(9, '127.0.0.1')",
      "require('https').get('https://a.b')",
    ]) {
      const child = spawn(process.execPath, [...OFFLINE, "-e", code]);
      let said = "";
      child.stderr.on("data", (chunk) => (said += chunk));
      await new Promise((resolve) => child.once("close", resolve));
      expect(said).to.contain(NETWORK_USED);
    }
  });

  it("leads an operator from nothing to signed predeposits and an exit, with keystores of full strength", async () => {
    const made = await kedge([
      "new",
      "--out",
      path("keys"),
      "--mnemonic-file",
      path("new"),
      "--count",
      "2",
      ...password(),
      "--json",
    ]);
    expect(made.code, made.stderr).to.equal(0);
    expect(statSync(path("new")).mode & 0o777).to.equal(0o400);
    const phrase = readFileSync(path("new"), "utf8").trim();
    expect(phrase.split(" ")).to.have.length(24);
    hide(phrase);
    expect(secrets.some((secret) => made.stdout.includes(secret) || made.stderr.includes(secret))).to.equal(
      false,
    );
    const keys = validatorKeys(seedFromMnemonic(phrase), 0, 2);
    const { keystores } = JSON.parse(made.stdout) as {
      keystores: { index: number; pubkey: string; file: string }[];
    };
    expect(keystores.map(({ index, pubkey }) => ({ index, pubkey }))).to.deep.equal(
      keys.map(({ index, pubkey }) => ({ index, pubkey })),
    );
    expect(JSON.parse(readFileSync(keystores[0]!.file, "utf8")).crypto.kdf.params.n).to.equal(262_144);

    const again = ["derive", "--out", path("again"), "--mnemonic-file", path("new"), "--first", "1"];
    const derived = await kedge(again, { KEDGE_KEYSTORE_PASSWORD: PASSWORD });
    expect(derived.code, derived.stderr).to.equal(0);
    expect(derived.stdout).to.contain(keys[1]!.pubkey);

    const signed = await kedge([
      "deposit-data",
      path("keys"),
      "--out",
      path("deposits"),
      ...TARGET,
      ...password(),
    ]);
    expect(signed.code, signed.stderr).to.equal(0);
    const verified = await kedge([
      "verify",
      path("keys"),
      path("deposits", "commitment.json"),
      path("deposits", "deposit_data.json"),
      ...TARGET,
      ...password(),
    ]);
    expect(verified.code, verified.stderr).to.equal(0);
    expect(verified.stdout).to.match(/^4 files are right: 2 keystores, 2 deposits, root 0x[0-9a-f]{64}\n$/);

    const exit = ["exit-sign", ...EXIT, "--network", "hoodi", "--yes"];
    const fromKeystore = await kedge([...exit, keystores[1]!.file, ...password()]);
    expect(fromKeystore.code, fromKeystore.stderr).to.equal(0);
    const { message, signature } = JSON.parse(fromKeystore.stdout) as { message: unknown; signature: string };
    expect(message).to.deep.equal({ epoch: "700", validator_index: "12" });
    const hoodi = BEACON_NETWORKS.hoodi!;
    expect(
      verifyVoluntaryExit({ epoch: 700, validatorIndex: 12, signature }, keys[1]!.pubkey, hoodi),
    ).to.equal(true);
    const fromWords = await kedge([...exit, "--key", "1", "--mnemonic-file", path("new"), "--json"]);
    expect(fromWords.stdout).to.equal(fromKeystore.stdout);
  });

  it("makes of a deployment's record the commitment that its contracts take", async () => {
    world = await startWorld({ records: new Records(path("deployment")) });
    const options = ["--deployments", path("deployment"), ...password()];
    const signed = await kedge([
      "deposit-data",
      path("weak"),
      "--out",
      path("committed"),
      ...options,
      "--json",
    ]);
    expect(signed.code, signed.stderr).to.equal(0);
    const { withdrawalCredentials, genesisForkVersion } = JSON.parse(signed.stdout) as Record<string, string>;
    expect(withdrawalCredentials).to.equal(await world.protocol.BeaconDepositor.withdrawalCredentials());
    expect(genesisForkVersion).to.equal(world.forkVersion);
    const file = readFileSync(path("committed", "commitment.json"), "utf8");
    const tree = KeyTree.load(JSON.parse(file) as ReturnType<KeyTree["dump"]>);
    await stake(world, "alice", 100n * ETHER);
    await commitKeys(world.protocol, world.accounts.manager, { operatorId: world.operatorId, tree });
    // Anyone may register here: the contract verifies each signature.
    expect(await world.protocol.BeaconDepositor.isChecked(world.operatorId)).to.equal(true);
    const batch = { keys: validatorKeys(seedFromMnemonic(mnemonic), 0, 3), tree };
    await predepositBatch(world, batch);
    expect(await statesOf(world, batch)).to.deep.equal([PREDEPOSITED, PREDEPOSITED, PREDEPOSITED]);
  });

  it("does nothing twice, and replaces nothing", async () => {
    const sign = ["deposit-data", path("weak"), "--out", path("twice"), ...TARGET, ...password()];
    expect((await kedge(sign)).code).to.equal(0);
    const second = await kedge(sign);
    expect(second.code).to.equal(3);
    expect(second.stdout).to.match(/^3 keys to 0x02/);
    const other = await kedge([...sign, "--fork-version", "0x00000000"]);
    expect(other.code).to.equal(1);
    expect(other.stderr).to.contain(path("twice", "commitment.json")).and.contain("exists already");

    const before = readFileSync(first(), "utf8");
    const derived = await kedge(["derive", "--out", path("weak"), ...words(), ...password()]);
    expect(derived.code).to.equal(1);
    expect(derived.stderr).to.contain(first()).and.contain("exists already");
    expect(readFileSync(first(), "utf8")).to.equal(before);
    const made = await kedge(["new", "--out", path("fresh"), ...words(), ...password()]);
    expect(made.code).to.equal(1);
    expect(made.stderr).to.contain(path("words"));
    expect([existsSync(path("fresh")), readFileSync(path("words"), "utf8")]).to.deep.equal([
      false,
      `${mnemonic}\n`,
    ]);
  });

  it("names the first wrong field, and as data too", async () => {
    await kedge(["deposit-data", path("weak"), "--out", path("right"), ...TARGET, ...password()]);
    const deposits = JSON.parse(readFileSync(path("right", "deposit_data.json"), "utf8"));
    deposits[1].amount = 32_000_000_000;
    const file = write("wrong.json", JSON.stringify(deposits));
    const { code, stdout, stderr } = await kedge(["verify", file, ...TARGET, "--json"]);
    expect(code).to.equal(1);
    expect(stderr).to.contain(`${file}: [1].amount is 32000000000; wanted 1000000000`);
    expect(JSON.parse(stdout)).to.deep.equal({
      right: false,
      wrong: { file, field: "[1].amount", value: 32_000_000_000 },
    });
  });

  it("fails with its code and a sentence, and tells no secret", async () => {
    const broken = write("broken.json", readFileSync(first(), "utf8").slice(0, 200));
    const misplaced = write("keystore-misplaced.json", mnemonic);
    const open = write("open", `${PASSWORD}\n`, 0o644);
    const short = write("short", "short one\n");
    const noWords = write("noWords", `${mnemonic} zoo\n`);
    const exit = ["exit-sign", ...EXIT, "--network", "hoodi", "--yes"];
    const derive = ["derive", "--out", path("none")];
    const made = ["new", "--out", path("none")];
    const data = ["deposit-data", "--out", path("none"), ...TARGET];
    const cases: [string[], number, string, Record<string, string>?][] = [
      [[...data, path("weak"), ...password("wrong")], 1, "the password is wrong"],
      [["verify", path("weak"), ...password("wrong")], 1, "the password is wrong"],
      [[...exit, first(), ...password("wrong")], 1, "the password is wrong"],
      [["verify", first()], 1, "the password is wrong", { KEDGE_KEYSTORE_PASSWORD: "another password" }],
      [[...data, broken, ...password()], 1, "broken.json is not JSON"],
      [["verify", broken, ...password()], 1, "broken.json is not JSON"],
      [[...exit, broken, ...password()], 1, "broken.json is not JSON"],
      [["verify", misplaced, ...password()], 1, "keystore-misplaced.json is not JSON"],
      [[...data, path("nothing.json"), ...password()], 2, "nothing.json"],
      [["verify", path("nothing.json"), ...password()], 2, "nothing.json"],
      [[...exit, path("nothing.json"), ...password()], 2, "nothing.json"],
      [
        [...derive, ...words(), ...password("nothing")],
        2,
        "--password-file: the file cannot be read (ENOENT)",
      ],
      [[...derive, ...words(), "--password-file", open], 2, "others can read"],
      [[...derive, ...words(), "--password-file", short], 2, "fewer than 12"],
      [
        [...derive, ...words(), ...password()],
        2,
        "KEDGE_KEYSTORE_PASSWORD is set too",
        { KEDGE_KEYSTORE_PASSWORD: PASSWORD },
      ],
      [[...derive, "--mnemonic-file", path("nothing"), ...password()], 2, "--mnemonic-file"],
      [[...derive, "--mnemonic-file", mnemonic, ...password()], 2, "--mnemonic-file"],
      [[...derive, "--mnemonic-file", noWords, ...password()], 2, "25 words"],
      [[...derive, ...password()], 2, "nobody can be asked here"],
      [[...derive, ...words()], 2, "nobody can be asked here"],
      [[...made, ...password()], 2, "nobody can be asked here"],
      [[...made, "--mnemonic-file", path("no", "such", "file"), ...password()], 2, path("no")],
      [[...derive, `--password=${PASSWORD}`], 2, "unknown option"],
      [[...derive, `-p${PASSWORD}`], 2, "unknown option"],
      [[...derive, ...words(), ...password(), "--count", "0"], 2, "'0'"],
      [[...derive, ...mnemonic.split(" ")], 2, "too many arguments"],
      [["derive", "--out", first(), ...words(), ...password()], 2, first()],
      [
        [...data.slice(0, 3), path("weak"), "--deployments", path("nowhere"), ...password()],
        2,
        path("nowhere"),
      ],
      [[...data, path("weak"), "--credentials", `0x00${"11".repeat(31)}`], 2, "prefix other than 0x00"],
      [["exit-sign", first(), ...EXIT, "--yes", "--network", "devnet", ...password()], 2, '"devnet"'],
      [["exit-sign", first(), ...EXIT, "--network", "hoodi", ...password()], 2, "--yes"],
      [[...exit, first(), "--key", "0", ...password()], 2, "--key"],
      [["exit-sign", first(), "--validator-index", "x", "--epoch", "1"], 2, "'x'"],
    ];
    for (const [args, code, complaint, environment] of cases) {
      const outcome = await inProcess(["keys", ...args], environment);
      const said = outcome.stdout + outcome.stderr;
      for (const secret of secrets) expect(said.includes(secret), args.join(" ")).to.equal(false);
      expect(outcome.stderr, args.join(" ")).to.contain(complaint);
      expect([outcome.code, outcome.stdout], outcome.stderr).to.deep.equal([code, ""]);
      expect(existsSync(path("none")), args.join(" ")).to.equal(false);
    }
  });

  it("leaves nothing behind where it is stopped", async () => {
    const [child, ended] = start([
      "derive",
      "--out",
      path("stopped"),
      "--count",
      "50",
      ...words(),
      ...password(),
    ]);
    const begun = () => existsSync(path("stopped")) && readdirSync(path("stopped")).length > 0;
    while (child.exitCode === null && !begun()) await setTimeout(20);
    child.kill("SIGTERM");
    const { code, stderr } = await ended;
    expect(code, stderr).to.equal(1);
    expect(stderr).to.contain("stopped: no keystore was written");
    expect(existsSync(path("stopped"))).to.equal(false);
  });
});
