import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { expect } from "chai";
import {
  encryptKeystoreJsonSync,
  SigningKey,
  Transaction,
  verifyTypedData,
  Wallet,
  type TransactionRequest,
} from "ethers";
import { keccak256, parseTransaction, recoverTransactionAddress } from "viem";
import { KEEPER_SETTINGS } from "../../scripts/keepers/settings.ts";
import { accountSigner, memberSigner } from "../../scripts/keepers/signers.ts";
import { ConfigurationError, explain, FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { localAddress } from "../../scripts/lib/localAccounts.ts";
import { createLogger } from "../../scripts/lib/logger.ts";
import { Secret } from "../../scripts/lib/secret.ts";
import { resolveSettings } from "../../scripts/lib/settings/resolve.ts";
import type { AccountSigner } from "../../scripts/lib/signing/accountSigner.ts";
import { LocalSigner, openKeystore } from "../../scripts/lib/signing/localSigner.ts";
import { RemoteSigner } from "../../scripts/lib/signing/remoteSigner.ts";
import { startStandInRpcSigner, type StandInRpcSigner } from "./standInSigners.ts";

const KEY = `0x${"5a".repeat(32)}`;
const OTHER_KEY = `0x${"6b".repeat(32)}`;
const PASSWORD = "hunter2-hunter2";
const { address: ADDRESS } = new Wallet(KEY);

const REQUEST = {
  type: 2,
  chainId: 560_048n,
  nonce: 7,
  to: `0x${"11".repeat(20)}`,
  value: 5n,
  data: "0xabcdef",
  gasLimit: 100_000n,
  maxFeePerGas: 30n,
  maxPriorityFeePerGas: 2n,
};
const LEGACY = { type: 0, gasPrice: 30n, maxFeePerGas: null, maxPriorityFeePerGas: null, accessList: null };
const TYPED = {
  domain: { name: "Test", version: "1", chainId: 560_048n, verifyingContract: `0x${"22".repeat(20)}` },
  types: {
    Vote: [
      { name: "slot", type: "uint64" },
      { name: "root", type: "bytes32" },
    ],
  },
  message: { slot: 2n ** 63n, root: `0x${"33".repeat(32)}` },
};

async function errorOf(action: () => unknown): Promise<Error> {
  try {
    await action();
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was wrong");
}

/** Everything by which an error or a signer may come to be seen. */
function everythingOf(...values: unknown[]): string {
  const lines: string[] = [];
  const log = createLogger({ level: "trace", stream: { write: (line) => lines.push(line) } });
  for (const value of values) {
    log.error({ err: value, value }, explain(value));
    lines.push(String(value), inspect(value, { depth: 9, showHidden: true, getters: true }));
    lines.push(JSON.stringify(value, (_, v) => (typeof v === "bigint" ? String(v) : v)) ?? "");
    lines.push(inspect(value, { depth: 9, customInspect: false, showHidden: true }));
    if (value instanceof Error)
      lines.push(value.stack ?? "", everythingOf(...(value.cause ? [value.cause] : [])));
  }
  return lines.join("\n").toLowerCase();
}

function expectHidden(...values: unknown[]): void {
  const everything = everythingOf(...values);
  for (const secret of [KEY.slice(2), OTHER_KEY.slice(2), PASSWORD])
    expect(everything).not.to.contain(secret);
}

describe("signing", () => {
  let folder: string;
  let remote: StandInRpcSigner;
  const keystore = (name: string) => join(folder, name);

  before(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-signing-"));
    const account = { address: ADDRESS, privateKey: KEY };
    const json = encryptKeystoreJsonSync(account, PASSWORD, { scrypt: { N: 1024, r: 8, p: 1 } });
    writeFileSync(keystore("good.json"), json);
    writeFileSync(keystore("damaged.json"), json.replace(/"kdf":"scrypt"/, '"kdf":"none"'));
    writeFileSync(keystore("other.json"), "{}");
  });
  after(() => rmSync(folder, { recursive: true }));
  beforeEach(async () => (remote = await startStandInRpcSigner(new SigningKey(KEY))));
  afterEach(() => remote.close());

  const all: [string, () => AccountSigner | Promise<AccountSigner>][] = [
    ["a raw key", () => new LocalSigner(new Secret(KEY))],
    ["a keystore", () => openKeystore(keystore("good.json"), new Secret(PASSWORD))],
    ["a remote signer", () => new RemoteSigner(remote.url, ADDRESS)],
  ];
  for (const [what, open] of all) {
    it(`by ${what} gives the raw transaction and typed data, signed by the account`, async () => {
      const signer = await open();
      expect(signer.address).to.equal(ADDRESS);
      const raw = (await signer.signTransaction({ ...REQUEST, from: ADDRESS })) as `0x02${string}`;
      // read by another library than the one that wrote it
      expect(parseTransaction(raw)).to.deep.include({
        chainId: 560_048,
        nonce: 7,
        to: REQUEST.to,
        value: 5n,
        data: "0xabcdef",
        gas: 100_000n,
        maxFeePerGas: 30n,
        maxPriorityFeePerGas: 2n,
      });
      expect(await recoverTransactionAddress({ serializedTransaction: raw })).to.equal(ADDRESS);
      expect(keccak256(raw)).to.equal(Transaction.from(raw).hash);
      const signature = await signer.signTypedData(TYPED);
      expect(verifyTypedData(TYPED.domain, TYPED.types, TYPED.message, signature)).to.equal(ADDRESS);
      expectHidden(signer, { signer });
    });

    it(`by ${what} is refused to what is not whole, or another account's`, async () => {
      const signer = await open();
      for (const [change, complaint] of [
        [{ chainId: 0n }, "without a chain"],
        [{ chainId: undefined }, "without a chain"],
        [{ type: 0, gasPrice: 3n }, "type 2"],
        [{ type: undefined }, "type 2"],
        [{ nonce: undefined }, "without nonce"],
        [{ gasLimit: null }, "without gasLimit"],
        [{ maxFeePerGas: undefined }, "without maxFeePerGas"],
        [{ maxPriorityFeePerGas: undefined }, "without maxPriorityFeePerGas"],
        [{ from: `0x${"44".repeat(20)}` }, "is not signed by"],
        [{ to: Promise.resolve(ADDRESS) }, "addresses"],
      ] as [Partial<TransactionRequest>, string][]) {
        const error = await errorOf(() => signer.signTransaction({ ...REQUEST, ...change }));
        expect(error, complaint).to.be.instanceOf(FatalError);
        expect(error.message).to.contain(complaint);
      }
      expect(remote.asked).to.deep.equal([]);
    });
  }

  it("creates contracts and takes access lists, remotely too", async () => {
    const accessList = [{ address: `0x${"55".repeat(20)}`, storageKeys: [`0x${"66".repeat(32)}`] }];
    const signer = new RemoteSigner(remote.url, ADDRESS);
    const raw = await signer.signTransaction({ ...REQUEST, to: null, accessList });
    const signed = Transaction.from(raw);
    expect([signed.to, signed.accessList]).to.deep.equal([null, accessList]);
  });

  it("takes from a remote signer only what it asked for", async () => {
    const signer = new RemoteSigner(remote.url, ADDRESS);
    for (const [field, value] of [
      ["chainId", 1n],
      ["nonce", 8],
      ["to", `0x${"99".repeat(20)}`],
      ["value", 6n],
      ["data", "0xabcdee"],
      ["gasLimit", 100_001n],
      ["maxFeePerGas", 31n],
      ["maxPriorityFeePerGas", 3n],
      ["accessList", [{ address: `0x${"55".repeat(20)}`, storageKeys: [] }]],
    ] as const) {
      remote.change = (transaction) => Object.assign(transaction, { [field]: value });
      const error = await errorOf(() => signer.signTransaction(REQUEST));
      expect(error, field).to.be.instanceOf(FatalError);
      expect(error.message)
        .to.contain(`${remote.host} signed another transaction`)
        .and.contain(`: ${field} `);
    }
    remote.change = (transaction) => Object.assign(transaction, LEGACY);
    expect((await errorOf(() => signer.signTransaction(REQUEST))).message).to.contain(": type 0, not 2");
  });

  it("takes from a remote signer only what the account signed", async () => {
    remote.key = new SigningKey(OTHER_KEY);
    const signer = new RemoteSigner(remote.url, ADDRESS);
    for (const action of [() => signer.signTransaction(REQUEST), () => signer.signTypedData(TYPED)]) {
      const error = await errorOf(action);
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain(`the key of ${new Wallet(OTHER_KEY).address}, not of ${ADDRESS}`);
    }
  });

  it("reads the answers of several remote signers, and refuses what is none", async () => {
    const signer = new RemoteSigner(remote.url, ADDRESS);
    remote.form = (raw) => ({ raw, tx: { hash: "0x" } });
    expect(Transaction.from(await signer.signTransaction(REQUEST)).from).to.equal(ADDRESS);
    for (const answer of ["0x", "0x02c0", null, {}, 5, `0x${"00".repeat(99)}`]) {
      remote.form = () => answer;
      const error = await errorOf(() => signer.signTransaction(REQUEST));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain("no signed transaction");
    }
    remote.form = (raw) => Transaction.from(raw).unsignedSerialized;
    expect((await errorOf(() => signer.signTransaction(REQUEST))).message).to.contain("the key of nobody");
    remote.lacks.add("eth_signTypedData_v4");
    expect(await signer.signTypedData(TYPED)).to.have.length(132);
    expect(remote.asked.slice(-2)).to.deep.equal(["eth_signTypedData_v4", "eth_signTypedData"]);
    remote.lacks.add("eth_signTypedData").add("eth_signTransaction");
    for (const action of [() => signer.signTransaction(REQUEST), () => signer.signTypedData(TYPED)]) {
      const error = await errorOf(action);
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.match(/refused eth_sign\w+: no such method \(-32601\)$/);
    }
  });

  it("tells a remote signer that is away from one that speaks something else", async () => {
    const signer = new RemoteSigner(remote.url, ADDRESS);
    remote.routes["/"] = (_, response) => void response.writeHead(503).end();
    expect(await errorOf(() => signer.signTransaction(REQUEST))).to.be.instanceOf(RetryableError);
    remote.routes["/"] = (_, response) => void response.end("<html>");
    const error = await errorOf(() => signer.signTransaction(REQUEST));
    expect(error).to.be.instanceOf(FatalError);
    expect(error.message).to.contain("does not speak JSON-RPC");
    delete remote.routes["/"];
    expect((await errorOf(() => signer.signTransaction(REQUEST))).message).to.contain(
      "does not speak JSON-RPC",
    );
  });

  it("names the setting of a wrong key or keystore, and repeats no secret", async () => {
    const wrong: [() => unknown, string][] = [
      [
        () => new LocalSigner(new Secret(`${KEY}00`), "memberPrivateKey"),
        "memberPrivateKey: is no private key",
      ],
      [() => new LocalSigner(new Secret(`0x${"00".repeat(32)}`)), "privateKey: is no private key"],
      [() => new LocalSigner(new Secret(`0x${"ff".repeat(32)}`)), "privateKey: is no private key"],
      [
        () => openKeystore(keystore("good.json"), new Secret(`${PASSWORD}!`)),
        "keystorePassword: does not open",
      ],
      [
        () => openKeystore(keystore("damaged.json"), new Secret(PASSWORD)),
        "keystoreFile: is a damaged keystore",
      ],
      [
        () => openKeystore(keystore("other.json"), new Secret(PASSWORD)),
        "keystoreFile: is no encrypted keystore",
      ],
      [() => openKeystore(keystore("none.json"), new Secret(PASSWORD)), "keystoreFile: cannot be read"],
    ];
    for (const [action, complaint] of wrong) {
      const error = await errorOf(action);
      expect(error, complaint).to.be.instanceOf(ConfigurationError);
      expect(error.message).to.contain(complaint);
      expect(error.cause).to.equal(undefined);
      expectHidden(error);
      expect(everythingOf(error)).not.to.match(/f{64}|0{64}/);
    }
  });

  it("is done by whom the settings name; by the keeper's account on the local chain", async () => {
    const settings = (env: Record<string, string>) => resolveSettings(KEEPER_SETTINGS, { env }).values;
    const hoodi = { KEDGE_NETWORK: "hoodi", KEDGE_EL_URLS: "http://a", KEDGE_CL_URLS: "http://a" };
    const addresses = async (env: Record<string, string>) =>
      Promise.all([accountSigner(settings(env)), memberSigner(settings(env))]).then((signers) =>
        signers.map((signer) => signer?.address),
      );
    expect(await addresses({})).to.deep.equal([localAddress("keeper"), undefined]);
    expect(await addresses(hoodi)).to.deep.equal([undefined, undefined]);
    const file = { KEYSTORE_FILE: keystore("good.json"), KEYSTORE_PASSWORD: PASSWORD };
    const server = { SIGNER_URL: remote.url, SIGNER_ADDRESS: ADDRESS.toLowerCase() };
    for (const own of [{ PRIVATE_KEY: KEY }, file, server]) {
      const under = (prefix: string) =>
        Object.fromEntries(Object.entries(own).map(([name, value]) => [`${prefix}${name}`, value]));
      expect(await addresses({ ...hoodi, ...under("KEDGE_") })).to.deep.equal([ADDRESS, undefined]);
      expect(await addresses({ ...hoodi, ...under("KEDGE_MEMBER_") })).to.deep.equal([undefined, ADDRESS]);
    }
    const member = {
      KEDGE_MEMBER_KEYSTORE_FILE: keystore("good.json"),
      KEDGE_MEMBER_KEYSTORE_PASSWORD: "wrong",
    };
    expect((await errorOf(() => addresses(member))).message).to.contain(
      "memberKeystorePassword: does not open",
    );
  });
});
