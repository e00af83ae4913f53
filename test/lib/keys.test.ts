import { deriveEth2ValidatorKeys, deriveKeyFromEntropy } from "@chainsafe/bls-keygen";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import { ConfigurationError, FatalError } from "../../scripts/lib/errors.ts";
import {
  deriveKey,
  seedFromMnemonic,
  signingPath,
  validatorKey,
  validatorKeys,
  withdrawalPath,
} from "../../scripts/lib/keys.ts";

/** The four test cases of EIP-2333. */
const VECTORS = [
  {
    seed: "0xc55257c360c07c72029aebc1b53c05ed0362ada38ead3e3e9efa3708e53495531f09a6987599d18264c1e1c92f2cf141630c7a3c4ab7c81b2f001698e7463b04",
    master: 6083874454709270928345386274498605044986640685124978867557563392430687146096n,
    index: 0,
    child: 20397789859736650942317412262472558107875392172444076792671091975210932703118n,
  },
  {
    seed: "0x3141592653589793238462643383279502884197169399375105820974944592",
    master: 29757020647961307431480504535336562678282505419141012933316116377660817309383n,
    index: 3141592653,
    child: 25457201688850691947727629385191704516744796114925897962676248250929345014287n,
  },
  {
    seed: "0x0099FF991111002299DD7744EE3355BBDD8844115566CC55663355668888CC00",
    master: 27580842291869792442942448775674722299803720648445448686099262467207037398656n,
    index: 4294967295,
    child: 29358610794459428860402234341874281240803786294062035874021252734817515685787n,
  },
  {
    seed: "0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3",
    master: 19022158461524446591288038168518313374041767046816487870552872741050760015818n,
    index: 42,
    child: 31372231650479070279774297061823572166496564838472787488249775572789064611981n,
  },
];
const WORDS = `${"abandon ".repeat(11)}about`;

describe("keys", () => {
  for (const [i, { seed, master, index, child }] of VECTORS.entries()) {
    it(`derive as in test case ${i} of EIP-2333`, () => {
      expect(BigInt(deriveKey(getBytes(seed), "m").toHex())).to.equal(master);
      expect(BigInt(deriveKey(getBytes(seed), `m/${index}`).toHex())).to.equal(child);
    });
  }

  it("come from the mnemonic of test case 0 with its passphrase, blanks not minded", () => {
    expect(hexlify(seedFromMnemonic(WORDS, "TREZOR"))).to.equal(VECTORS[0]!.seed);
    expect(hexlify(seedFromMnemonic(`  ${WORDS.replaceAll(" ", "  ")}\n`, "TREZOR"))).to.equal(
      VECTORS[0]!.seed,
    );
    expect(hexlify(seedFromMnemonic(WORDS))).not.to.equal(VECTORS[0]!.seed);
  });

  it("agree with a second implementation along the paths of EIP-2334", () => {
    const seed = seedFromMnemonic(WORDS);
    const other = deriveKeyFromEntropy(seed);
    for (const i of [0, 1, 7]) {
      const { signing, withdrawal } = deriveEth2ValidatorKeys(other, i);
      expect(hexlify(deriveKey(seed, signingPath(i)).toBytes())).to.equal(hexlify(signing));
      expect(hexlify(deriveKey(seed, withdrawalPath(i)).toBytes())).to.equal(hexlify(withdrawal));
    }
    expect([signingPath(5), withdrawalPath(5)]).to.deep.equal(["m/12381/3600/5/0/0", "m/12381/3600/5/0"]);
  });

  it("give consecutive validators distinct keys of 48 bytes", () => {
    const seed = seedFromMnemonic(WORDS);
    const keys = validatorKeys(seed, 3, 4);
    expect(keys.map((key) => key.index)).to.deep.equal([3, 4, 5, 6]);
    expect(new Set(keys.map((key) => key.pubkey)).size).to.equal(4);
    expect(keys[1]!.pubkey)
      .to.equal(validatorKey(seed, 4).pubkey)
      .and.to.match(/^0x[0-9a-f]{96}$/);
  });

  it("refuse wrong words without repeating them", () => {
    const wrong = WORDS.replace("about", "abandon");
    for (const phrase of [wrong, "abandon about", "", "hunter2 hunter2"]) {
      let error: unknown;
      try {
        seedFromMnemonic(phrase);
      } catch (e) {
        error = e;
      }
      expect(error).to.be.instanceOf(ConfigurationError);
      const { message, stack, cause } = error as Error;
      expect(`${message}${String(stack)}`).not.to.match(/abandon|hunter2/);
      expect(cause).to.equal(undefined);
    }
  });

  it("refuse short seeds, other paths and indices beyond 2^32", () => {
    const seed = seedFromMnemonic(WORDS);
    expect(() => deriveKey(seed.slice(0, 31), "m")).to.throw(FatalError, "32 bytes");
    for (const path of ["", "m/", "12381/3600/0", "m/0'", "m/01", "m/-1", "m/1.5", "M/0"]) {
      expect(() => deriveKey(seed, path), path).to.throw(FatalError, "not a path");
    }
    expect(() => deriveKey(seed, "m/4294967296")).to.throw(FatalError, "2^32");
    expect(() => validatorKey(seed, -1)).to.throw(FatalError);
  });
});
