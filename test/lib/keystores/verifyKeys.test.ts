import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { expect } from "chai";
import { compoundingCredentials, signDeposit } from "../../../scripts/lib/depositData.ts";
import { FatalError } from "../../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKeys } from "../../../scripts/lib/keys.ts";
import { deriveKeystores, type WrittenKeystore } from "../../../scripts/lib/keystores/deriveKeystores.ts";
import { predepositFiles, signPredepositsOf } from "../../../scripts/lib/keystores/predeposits.ts";
import { readKeystores } from "../../../scripts/lib/keystores/readKeystores.ts";
import { verifyKeys, WrongFieldError, type VerifyFacts } from "../../../scripts/lib/keystores/verifyKeys.ts";
import { errorOf, useFolder, WEAK, WORDS } from "./support.ts";

const target = {
  withdrawalCredentials: compoundingCredentials("0x5FbDB2315678afecb367f032d93F642f64180aa3"),
  genesisForkVersion: "0x10000910",
};
const elsewhere = { ...target, withdrawalCredentials: compoundingCredentials(`0x${"11".repeat(20)}`) };
const PASSWORD = "correct horse battery";
const facts: VerifyFacts = { target: () => target, password: async () => PASSWORD };
const keys = validatorKeys(seedFromMnemonic(WORDS), 0, 3);
const deposits = signPredepositsOf(
  keys.map(({ secretKey }) => secretKey),
  target,
);
const { root, files } = predepositFiles(deposits, target.genesisForkVersion);
const [commitment, depositData] = files.map(({ text }) => JSON.parse(text));

describe("keystores: verified", () => {
  const { path } = useFolder();
  const write = (name: string, content: unknown) => {
    writeFileSync(path(name), JSON.stringify(content));
    return path(name);
  };
  const derive = (first: number, count: number) =>
    deriveKeystores({ mnemonic: WORDS, password: PASSWORD, folder: path("keys"), first, count, cost: WEAK });
  /** The files as made, with one of them changed. */
  const verifyChanged = (change: (files: { commitment: any; depositData: any }) => void) => {
    const changed = structuredClone({ commitment, depositData });
    change(changed);
    const paths = [
      write("commitment.json", changed.commitment),
      write("deposit_data.json", changed.depositData),
    ];
    return verifyKeys(paths, facts);
  };

  it("are right as they were made, alone and together", async () => {
    await derive(0, 3);
    const paths = [write("c.json", commitment), write("d.json", depositData)];
    expect(await verifyKeys([path("keys"), ...paths], facts)).to.deep.equal({
      ...{ files: 5, keystores: 3, deposits: 3, root },
    });
    expect(await verifyKeys([paths[1]!], facts)).to.deep.equal({
      files: 1,
      keystores: 0,
      deposits: 3,
      root: undefined,
    });
    const nothing = () => {
      throw new Error("not asked for");
    };
    expect((await verifyKeys([path("keys")], { ...facts, target: nothing })).keystores).to.equal(3);
    expect((await verifyKeys(paths, { ...facts, password: nothing })).root).to.equal(root);
  });

  it("take hex with 0x too, and a tool's own name of the network", async () => {
    const written = depositData.map((entry: any) => ({
      ...entry,
      ...{ pubkey: `0x${entry.pubkey.toUpperCase()}`, network_name: "holesky", deposit_cli_version: "2.7.0" },
    }));
    expect((await verifyKeys([write("d.json", written)], facts)).deposits).to.equal(3);
  });

  const flip = (hex: string) => hex.slice(0, -1) + (hex.endsWith("0") ? "1" : "0");
  const other = signPredepositsOf([keys[0]!.secretKey], elsewhere)[0]!;
  const large = signDeposit(keys[0]!.secretKey, { ...target, amountGwei: 32_000_000_000n }, "0x10000910");
  for (const [what, field, change] of [
    ["a public key of another form", "[1].pubkey", ({ depositData: d }) => (d[1].pubkey = "abc")],
    ["no point of the curve", "[1].pubkey", ({ depositData: d }) => (d[1].pubkey = "ff".repeat(48))],
    ["a missing signature", "[2].signature", ({ depositData: d }) => delete d[2].signature],
    [
      "other credentials",
      "[0].withdrawal_credentials",
      ({ depositData: d }) => (d[0].withdrawal_credentials = elsewhere.withdrawalCredentials.slice(2)),
    ],
    ["another amount", "[0].amount", ({ depositData: d }) => (d[0].amount = 32_000_000_000)],
    ["an amount as text", "[0].amount", ({ depositData: d }) => (d[0].amount = "1000000000")],
    [
      "another message root",
      "[0].deposit_message_root",
      ({ depositData: d }) => (d[0].deposit_message_root = flip(d[0].deposit_message_root)),
    ],
    [
      "another data root",
      "[2].deposit_data_root",
      ({ depositData: d }) => (d[2].deposit_data_root = flip(d[2].deposit_data_root)),
    ],
    ["another network", "[1].fork_version", ({ depositData: d }) => (d[1].fork_version = "00000000")],
    [
      "a signature for other credentials",
      "[0].signature",
      ({ depositData: d }) => (d[0].signature = other.signature.slice(2)),
    ],
    [
      "a signature for another amount",
      "[0].signature",
      ({ depositData: d }) => (d[0].signature = large.signature.slice(2)),
    ],
    [
      "a signature of another key",
      "[0].signature",
      ({ depositData: d }) => (d[0].signature = d[1].signature),
    ],
    ["a key twice", "[2].pubkey", ({ depositData: d }) => (d[2] = d[0])],
    ["an entry that is none", "[1]", ({ depositData: d }) => (d[1] = "text")],
    ["another root", "root", ({ commitment: c }) => (c.root = flip(c.root))],
    ["another order under the same root", "root", ({ commitment: c }) => c.keys.reverse()],
    ["an old format", "format", ({ commitment: c }) => (c.format = "kedge-keys-v1")],
    ["a key twice in a commitment", "keys[1].pubkey", ({ commitment: c }) => (c.keys[1] = c.keys[0])],
    [
      "a wrong signature in a commitment",
      "keys[1].signature",
      ({ commitment: c }) => (c.keys[1].signature = flip(c.keys[1].signature)),
    ],
    ["another order in both files", "[0].pubkey", ({ depositData: d }) => d.reverse()],
    ["fewer deposits than keys", "[2].pubkey", ({ depositData: d }) => d.pop()],
  ] as [string, string, (files: { commitment: any; depositData: any }) => void][]) {
    it(`are wrong with ${what}: the field is named, with its value`, async () => {
      const error = await errorOf(() => verifyChanged(change));
      expect(error, error.stack).to.be.instanceOf(WrongFieldError);
      const { file, field: found, value, message } = error as WrongFieldError;
      expect(found).to.equal(field);
      expect(file).to.equal(path(field.startsWith("[") ? "deposit_data.json" : "commitment.json"));
      expect(message).to.contain(
        `${file}: ${field} is ${value === undefined ? "missing" : JSON.stringify(value)};`,
      );
    });
  }

  it("are wrong where no keystore given holds the key of a deposit", async () => {
    await derive(0, 2);
    const error = await errorOf(() => verifyKeys([path("keys"), write("c.json", commitment)], facts));
    expect(error).to.include({ field: "keys[2].pubkey", value: keys[2]!.pubkey });
  });

  it("are wrong where a password is, a keystore is there twice, or a file is of no known form", async () => {
    const [first] = await derive(0, 1);
    const wrong = await errorOf(() =>
      verifyKeys([path("keys")], { ...facts, password: async () => "another one" }),
    );
    expect(wrong.message)
      .to.contain(first!.file)
      .and.contain("the password is wrong")
      .and.not.contain("another one");
    const copy = write("copy.json", JSON.parse(readFileSync(first!.file, "utf8")));
    expect((await errorOf(() => verifyKeys([path("keys"), copy], facts))).message).to.contain(
      "are of one key",
    );
    for (const content of [{ mnemonic: WORDS }, WORDS, null, { format: "kedge-keys-v2", keys: [] }, []]) {
      const error = await errorOf(() => verifyKeys([write("x.json", content)], facts));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain("x.json").and.not.contain("abandon");
    }
  });
});

describe("keystores: read", () => {
  const { path } = useFolder();

  it("come in the order of their indices from a folder, and as named else", async () => {
    const written: WrittenKeystore[] = [];
    for (const [first, count] of [
      [9, 2],
      [100, 1],
    ] as const) {
      written.push(
        ...(await deriveKeystores({
          mnemonic: WORDS,
          password: PASSWORD,
          folder: path("keys"),
          first,
          count,
          cost: WEAK,
        })),
      );
    }
    const pubkeys = async (paths: string[]) => (await readKeystores(paths)).map(({ pubkey }) => pubkey);
    // by name 10 and 100 come before 9
    expect(await pubkeys([path("keys")])).to.deep.equal(written.map(({ pubkey }) => pubkey));
    const reversed = [...written].reverse();
    expect(await pubkeys(reversed.map(({ file }) => file))).to.deep.equal(
      reversed.map(({ pubkey }) => pubkey),
    );
    expect((await errorOf(() => readKeystores([path("keys"), written[0]!.file]))).message).to.contain(
      "are of one key",
    );
  });

  it("must be there", async () => {
    mkdirSync(path("empty"));
    expect((await errorOf(() => readKeystores([path("empty")]))).message).to.contain("holds no keystore");
    expect((await errorOf(() => readKeystores([path("none.json")]))).message).to.contain("none.json");
  });
});
