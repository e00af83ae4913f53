import { expect } from "chai";
import { hexlify } from "ethers";
import { FatalError } from "../../../scripts/lib/errors.ts";
import { seedFromMnemonic, validatorKey } from "../../../scripts/lib/keys.ts";
import {
  keyIndex,
  keystoreName,
  openKeystore,
  parseKeystore,
  sealKey,
} from "../../../scripts/lib/keystores/keystore.ts";
import {
  errorOf,
  SCRYPT_VECTOR,
  PBKDF2_VECTOR,
  VECTOR_PASSWORD,
  VECTOR_SECRET,
  WEAK,
  WORDS,
} from "./support.ts";

const key = validatorKey(seedFromMnemonic(WORDS), 3);
const PASSWORD = "correct horse battery";

/** A keystore's text with a change deep inside. */
async function changed(change: (content: any) => void): Promise<string> {
  const content = JSON.parse(await sealKey(key, PASSWORD, WEAK));
  change(content);
  return JSON.stringify(content);
}

describe("keystores: one file", () => {
  for (const [name, vector] of [
    ["scrypt", SCRYPT_VECTOR],
    ["pbkdf2", PBKDF2_VECTOR],
  ] as const) {
    it(`opens the test vector of EIP-2335 for ${name}`, async () => {
      const keystore = parseKeystore(JSON.stringify(vector), "vector.json");
      const secretKey = await openKeystore(keystore, VECTOR_PASSWORD);
      expect(hexlify(secretKey.toBytes())).to.equal(VECTOR_SECRET);
      expect(keystore.pubkey).to.equal(`0x${vector.pubkey}`);
      const { message } = await errorOf(openKeystore(keystore, "testpassword"));
      expect(message).to.contain("vector.json: the password is wrong");
    });
  }

  it("opens what it sealed, with the password and no other", async () => {
    const keystore = parseKeystore(await sealKey(key, PASSWORD, WEAK), "k.json");
    expect(keystore).to.include({ pubkey: key.pubkey, path: "m/12381/3600/3/0/0" });
    expect((await openKeystore(keystore, PASSWORD)).toHex()).to.equal(key.secretKey.toHex());
    const error = await errorOf(openKeystore(keystore, `${PASSWORD}.`));
    expect(error).to.be.instanceOf(FatalError);
    expect([error.cause, error.message]).to.deep.equal([
      undefined,
      "k.json: the password is wrong, or the file is damaged",
    ]);
  });

  it("seals by scrypt with the cost of the specification, unless told otherwise, and with salt of its own", async () => {
    const [standard, weak, again] = [await sealKey(key, PASSWORD), ...(await twice())].map((text) =>
      JSON.parse(text),
    );
    expect(standard.crypto.kdf.params).to.include({ n: 262_144, r: 8, p: 1, dklen: 32 });
    expect(weak.crypto.kdf.params.n).to.equal(WEAK);
    expect(weak.crypto.kdf.params.salt).not.to.equal(again.crypto.kdf.params.salt);
    expect(weak.crypto.cipher.params.iv).not.to.equal(again.crypto.cipher.params.iv);
  });
  const twice = async () => [await sealKey(key, PASSWORD, WEAK), await sealKey(key, PASSWORD, WEAK)];

  it("refuses a file whose public key is not that of its secret", async () => {
    const { pubkey } = validatorKey(seedFromMnemonic(WORDS), 4);
    const text = await changed((content) => (content.pubkey = pubkey.slice(2)));
    const { message } = await errorOf(openKeystore(parseKeystore(text, "k.json"), PASSWORD));
    expect(message).to.equal(`k.json: pubkey is "${pubkey}", but its secret key's is ${key.pubkey}`);
  });

  it("refuses damaged contents", async () => {
    const text = await changed((content) => (content.crypto.cipher.message = "00".repeat(32)));
    const { message } = await errorOf(openKeystore(parseKeystore(text, "k.json"), PASSWORD));
    expect(message).to.contain("the file is damaged");
  });

  it("refuses other forms without repeating what stands in them", async () => {
    for (const [text, complaint] of [
      [WORDS, "k.json is not JSON"],
      [`{"mnemonic":"${WORDS}"}`, "k.json is no keystore"],
      [await changed((content) => (content.version = 3)), "k.json is no keystore"],
      [await changed((content) => delete content.crypto.checksum), "k.json is no keystore"],
      [await changed((content) => delete content.pubkey), "k.json names no public key"],
    ] as const) {
      const error = await errorOf(async () => parseKeystore(text, "k.json"));
      expect(error).to.be.instanceOf(FatalError);
      expect(error.message).to.contain(complaint).and.not.contain("abandon");
      expect(error.cause).to.equal(undefined);
    }
  });

  it("refuses what would take the machine's memory or hours to open, or has no real checksum", async () => {
    const pbkdf2 = (c: number) => ({ ...PBKDF2_VECTOR.crypto.kdf.params, c });
    for (const [change, complaint] of [
      [(k: any) => (k.params.n = 2 ** 24), "crypto.kdf.params.n is 16777216"],
      [(k: any) => (k.params.n = 1000), "crypto.kdf.params.n is 1000"],
      [(k: any) => (k.params.r = 2 ** 26), "crypto.kdf.params.n is"],
      [(k: any) => (k.params.p = 1_000_000), "crypto.kdf.params.p is 1000000"],
      [(k: any) => (k.params.dklen = 16), "crypto.kdf.params.dklen is 16"],
      [
        (k: any) => Object.assign(k, { function: "pbkdf2", params: pbkdf2(2 ** 31) }),
        "crypto.kdf.params.c is",
      ],
    ] as const) {
      const text = await changed((content) => change(content.crypto.kdf));
      expect((await errorOf(async () => parseKeystore(text, "k.json"))).message).to.contain(complaint);
    }
  });

  it("names files by path, and reads the index back from paths of signing keys alone", () => {
    expect(keystoreName("m/12381/3600/12/0/0")).to.equal("keystore-m_12381_3600_12_0_0.json");
    expect(
      ["m/12381/3600/12/0/0", "m/12381/3600/12/0", "", "m/12381/3600/012/0/0"].map(keyIndex),
    ).to.deep.equal([12, undefined, undefined, undefined]);
  });
});
