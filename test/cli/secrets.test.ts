import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { hexlify, toUtf8Bytes, Wallet } from "ethers";
import { buildProgram } from "../../scripts/cli/program.ts";
import { withAll } from "../../scripts/cli/run.ts";
import { deriveKeystores } from "../../scripts/lib/keystores/deriveKeystores.ts";
import { newMnemonic } from "../../scripts/lib/keystores/mnemonic.ts";
import { Records } from "../../scripts/lib/records.ts";
import { WEAK } from "../lib/keystores/support.ts";
import { ETHER, startWorld, type World } from "../story/support/world.ts";
import { kedge } from "./support/kedge.ts";

const KEY = `0x${"5a3c".repeat(16)}`;
const MEMBER_KEY = `0x${"6b4d".repeat(16)}`;
const PASSWORD = "pass words/that nobody=guesses";
const NODE_PASSWORD = "n0de-p4ssword";
const NODE_KEY = "key-of-a-provider-0123456789";
const WEBHOOK = "https://hooks.example/services/T0K3N-of-the-webhook";
const BOB = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";

/** A text as it may stand in what somebody prints: as it is, and as programs write it. */
function spellings(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const raw = /^0x[0-9a-f]+$/.test(secret) ? [secret.slice(2), Buffer.from(secret.slice(2), "hex")] : [];
  // where base64 begins anywhere in a longer text, all but its edges are one of three
  const inside = [0, 1, 2].map((i) =>
    Buffer.concat([Buffer.alloc(i), bytes])
      .toString("base64")
      .slice(4, -4),
  );
  return [
    secret,
    encodeURIComponent(secret),
    encodeURI(secret),
    JSON.stringify(secret).slice(1, -1),
    bytes.toString("hex"),
    ...inside,
    ...raw.map((each) => (typeof each === "string" ? each : each.toString("base64"))),
  ];
}

describe("kedge tells no secret", () => {
  let world: World;
  let folder: string;
  let secrets: string[];
  const path = (...names: string[]) => join(folder, ...names);
  const secretFile = (name: string, text: string) => {
    writeFileSync(path(name), `${text}\n`);
    chmodSync(path(name), 0o400);
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-secrets-"));
    mkdirSync(path("deployment"));
    world = await startWorld({ records: new Records(path("deployment")), bondWei: 0n });
    const { address } = new Wallet(KEY);
    await world.provider.send("hardhat_setBalance", [address, `0x${(100n * ETHER).toString(16)}`]);
    const mnemonic = newMnemonic();
    secretFile("words", mnemonic);
    secretFile("password", PASSWORD);
    secretFile("wrong", `${PASSWORD}, but another`);
    await deriveKeystores({
      ...{ mnemonic, password: PASSWORD, folder: path("keys"), first: 0, count: 1, cost: WEAK },
    });
    writeFileSync(path("exit.json"), JSON.stringify({ secret: KEY }));
    const words = mnemonic.split(" ");
    secrets = [
      ...[KEY, MEMBER_KEY, PASSWORD, NODE_PASSWORD, NODE_KEY, WEBHOOK, "T0K3N-of-the-webhook"],
      ...words.slice(2).map((_, i) => words.slice(i, i + 3).join(" ")),
    ].flatMap(spellings);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await world.close();
  });

  /** With a password in front of the host, and a provider's key in the query. */
  const withSecrets = (url: string) =>
    `${url.replace("://", `://somebody:${NODE_PASSWORD}@`)}/?key=${NODE_KEY}`;
  const rpc = (url = world.servers.rpcUrl) => ["--rpc-url", withSecrets(url)];
  const beacon = (url = world.servers.beaconUrl) => ["--beacon-url", withSecrets(url)];
  const session = () => [...rpc(), "--deployments", path("deployment")];
  const NOWHERE = "http://127.0.0.1:1";

  const environment = (): Record<string, string> => ({
    ...{ KEDGE_PRIVATE_KEY: KEY, KEDGE_MEMBER_PRIVATE_KEY: MEMBER_KEY, KEDGE_WEBHOOK_URL: WEBHOOK },
    ...{
      KEDGE_EL_URLS: withSecrets(world.servers.rpcUrl),
      KEDGE_CL_URLS: withSecrets(world.servers.beaconUrl),
    },
    ...{ KEDGE_DEPLOYMENTS: path("deployment"), KEDGE_STATE_FOLDER: path("state") },
    ...{ KEDGE_HEALTH_PORT: "0", KEDGE_REPORT_PORT: "0", KEDGE_PEER_URLS: withSecrets(NOWHERE) },
  });

  async function quiet(args: string[], env = environment()): Promise<number | null> {
    const { code, stdout, stderr } = await kedge(args, env);
    const said = stdout + stderr;
    for (const secret of secrets) {
      // the secret itself is not repeated here either
      expect(said.includes(secret), `${args.slice(0, 3).join(" ")} tells a secret`).to.equal(false);
    }
    return code;
  }

  /** How each verb is called so that it gets as far as it can, and with which codes it then ends. */
  const CASES: Record<string, { args?: () => string[]; codes?: number[] }> = {
    balance: { args: session },
    claim: { args: session, codes: [3] },
    "config print": { args: () => ["--json"] },
    "config schema": {},
    "config env-example": {},
    doctor: { codes: [1] },
    "govern list": { args: session },
    "govern show": { args: () => ["7", ...session()], codes: [1] },
    "govern delegate": { args: () => [BOB, "--yes", ...session()] },
    "govern propose": { args: () => [path("exit.json"), "--yes", ...session()], codes: [2] },
    "govern simulate": { args: () => [path("exit.json"), ...session()], codes: [2] },
    ...Object.fromEntries(
      ["vote", "override"].map((verb) => [
        `govern ${verb}`,
        { args: () => ["7", "--support", "for", "--yes", ...session()], codes: [1] },
      ]),
    ),
    ...Object.fromEntries(
      ["queue", "close-window", "note-ready", "execute"].map((verb) => [
        `govern ${verb}`,
        { args: () => ["7", "--yes", ...session()], codes: [1] },
      ]),
    ),
    "keeper run": { args: () => ["finalise", "--chain-id", "1"], codes: [1, 2] },
    "keys new": { args: () => ["--out", path("new"), ...files("new-words", "wrong")] },
    "keys derive": { args: () => ["--out", path("keys"), ...files("words", "password")], codes: [1] },
    "keys deposit-data": {
      args: () => [path("keys"), "--out", path("data"), ...target(), ...files("", "password")],
    },
    "keys verify": { args: () => [path("keys"), ...target(), ...files("", "wrong")], codes: [1] },
    "keys exit-sign": { args: () => [keystore(), ...EXIT, "--yes", ...files("", "password")] },
    leave: { args: () => ["--amount", "1", "--dry-run", ...session()], codes: [1] },
    "operator register": {
      args: () => ["--rewards", BOB, "--commission", "5", "--dry-run", ...session()],
    },
    "operator commit": { args: () => [path("exit.json"), "--operator", "1", ...session()], codes: [1] },
    "operator bond add": { args: () => ["--operator", "1", "--ether", "1", ...session()] },
    "operator bond ask": { args: () => ["--operator", "1", "--ether", "1", ...session()], codes: [1] },
    "operator bond claim": { args: () => ["--operator", "1", ...session()], codes: [1] },
    "operator bond cancel": { args: () => ["--operator", "1", ...session()], codes: [1] },
    "operator status": { args: () => ["1", ...session()] },
    "operator exit": { args: () => [path("exit.json"), "--yes", ...beacon()], codes: [2] },
    "operator retire": { args: () => ["--operator", "1", "--yes", ...session()], codes: [1] },
    "report build": { args: () => ["8", ...session(), ...beacon()], codes: [0, 1] },
    "report diff": {
      args: () => [
        "8",
        "--peer",
        withSecrets(NOWHERE),
        "--peer",
        withSecrets(NOWHERE),
        ...session(),
        ...beacon(),
      ],
      codes: [2],
    },
    "report explain": { args: () => ["8", ...session(), ...beacon()], codes: [1] },
    "report replay": { args: () => [path("none")], codes: [2] },
    "report resume": { args: () => ["--yes"], codes: [2] },
    request: { args: () => ["--amount", "1", ...session()] },
    requests: { args: session },
    stake: { args: () => ["--ether", "5", ...session()] },
    status: { args: () => ["--keeper", withSecrets(NOWHERE), ...session()], codes: [1] },
    ...Object.fromEntries(
      ["list", "show", "bump", "cancel"].map((verb) => [
        `tx ${verb}`,
        { args: () => [...(verb === "list" ? [] : ["a"]), "--journal", path("none")], codes: [2] },
      ]),
    ),
    unwrap: { args: () => ["--amount", "1", ...session()] },
    wrap: { args: () => ["--amount", "2", ...session()] },
  };
  /** What others need comes first. */
  const FIRST = ["stake", "wrap"];

  const EXIT = ["--validator-index", "1", "--epoch", "2", "--network", "hoodi"];
  const keystore = () => path("keys", "keystore-m_12381_3600_0_0_0.json");
  const target = () => ["--deployments", path("deployment")];
  const files = (words: string, password: string) => [
    ...(words === "" ? [] : ["--mnemonic-file", path(words)]),
    ...["--password-file", path(password)],
  ];

  async function verbs(): Promise<{ name: string; options: readonly { long?: string }[] }[]> {
    const leaves = withAll(await buildProgram()).filter(({ commands }) => commands.length === 0);
    const named = leaves.map((command) => {
      const names: string[] = [];
      for (let each = command; each.parent; each = each.parent) names.unshift(each.name());
      return { name: names.join(" "), options: command.options };
    });
    const rank = (name: string) => (FIRST.includes(name) ? FIRST.indexOf(name) : FIRST.length);
    return named.sort((a, b) => rank(a.name) - rank(b.name));
  }

  const argsOf = (name: string) => [...name.split(" "), ...(CASES[name]?.args?.() ?? [])];

  it("has a case for every verb there is", async () => {
    const names = (await verbs()).map(({ name }) => name);
    expect(Object.keys(CASES).sort()).to.deep.equal(names.sort());
  });

  it("finds a secret in whatever form it is printed", () => {
    const told = `Basic ${Buffer.from(`somebody:${NODE_PASSWORD}`).toString("base64")}`;
    expect(secrets.some((secret) => told.includes(secret))).to.equal(true);
    for (const text of [hexlify(toUtf8Bytes(PASSWORD)), encodeURIComponent(PASSWORD), KEY.slice(2)]) {
      expect(secrets.some((secret) => text.includes(secret))).to.equal(true);
    }
  });

  it("not where a verb does what it should, or is refused by a contract", async () => {
    for (const { name } of await verbs()) {
      expect(await quiet(argsOf(name)), name).to.be.oneOf(CASES[name]!.codes ?? [0]);
    }
  });

  it("not where nodes are away", async () => {
    const env = {
      ...environment(),
      ...{ KEDGE_EL_URLS: withSecrets(NOWHERE), KEDGE_CL_URLS: withSecrets(NOWHERE) },
    };
    for (const { name, options } of await verbs()) {
      const has = (flag: string) => options.some(({ long }) => long === flag);
      const flags = [
        ...(has("--rpc-url") ? rpc(NOWHERE) : []),
        ...(has("--beacon-url") ? beacon(NOWHERE) : []),
      ];
      if (flags.length === 0 && name !== "doctor") continue;
      expect(await quiet([...argsOf(name), ...flags], env), name).to.be.oneOf([1, 2]);
    }
  });

  it("not where something is written in a wrong place", async () => {
    for (const { name, options } of await verbs()) {
      const wrong = [
        [`--no-such-flag=${PASSWORD}`],
        [`-q${KEY}`],
        ...options
          .filter(({ long }) =>
            ["--rpc-url", "--beacon-url", "--account", "--keeper", "--peer"].includes(long!),
          )
          .flatMap(({ long }) => [
            [long!, `ftp://somebody:${NODE_PASSWORD}@host/${NODE_KEY}`],
            [long!, KEY],
          ]),
      ];
      for (const flags of wrong) {
        const code = await quiet([...argsOf(name), ...flags]);
        // an account that a verb has no use for is not looked at
        if (flags.length === 1) expect(code, name).to.equal(2);
      }
    }
  });

  it("not where settings are wrong", async () => {
    const wrong = {
      ...{ KEDGE_PRIVATE_KEY: `${KEY}00`, KEDGE_MEMBER_PRIVATE_KEY: MEMBER_KEY.slice(2) },
      ...{ KEDGE_WEBHOOK_URL: WEBHOOK.replace("https://", "ftp://"), KEDGE_KEYSTORE_PASSWORD: PASSWORD },
    };
    for (const name of ["config print", "doctor", "keeper run", "stake", "govern delegate"]) {
      expect(await quiet(argsOf(name), { ...environment(), ...wrong }), name).to.equal(2);
    }
  });
});
