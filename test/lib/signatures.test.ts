import { expect } from "chai";
import { dataSlice, hashMessage, id, Signature, SigningKey, toBeHex, Wallet } from "ethers";
import { FatalError } from "../../scripts/lib/errors.ts";
import { compactSignature, packSignatures, signerOf } from "../../scripts/lib/signatures.ts";

/** The test vectors of EIP-2098. */
const KEY = "0x1234567890123456789012345678901234567890123456789012345678901234";
const VECTORS = [
  {
    message: "Hello World",
    compact:
      "0x68a020a209d3d56c46f38cc50a33f704f4a9a10a59377f8dd762ac66910e9b907e865ad05c4035ab5792787d4a0297a43617ae897930a6fe4d822b8faea52064",
  },
  {
    message: "It's a small(er) world",
    compact:
      "0x9328da16089fcba9bececa81663203989f2df5fe1faa6291a45381c81bd17f76939c6d6b623b42da56557e5e734a43dc83345ddfadec52cbe24d0cc64f550793",
  },
];
const digest = id("report");
const wallets = Array.from({ length: 9 }, (_, i) => new Wallet(toBeHex(i + 1, 32)));
const sign = (wallet: Wallet, over = digest) => ({
  signer: wallet.address,
  signature: wallet.signingKey.sign(over),
});

describe("signatures", () => {
  for (const { message, compact } of VECTORS) {
    it(`are compact as in EIP-2098: "${message}"`, async () => {
      const signature = await new Wallet(KEY).signMessage(message);
      expect(compactSignature(signature)).to.equal(compact);
      expect(signerOf(hashMessage(message), compact)).to.equal(new Wallet(KEY).address);
    });
  }

  it("are packed by ascending address, 64 bytes each, and recover in that order", () => {
    const { signers, signatures } = packSignatures(digest, wallets.map((wallet) => sign(wallet)).reverse());
    const values = signers.map((signer) => BigInt(signer));
    expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).to.equal(true);
    expect((signatures.length - 2) / 2).to.equal(64 * wallets.length);
    for (const [i, signer] of signers.entries()) {
      expect(signerOf(digest, dataSlice(signatures, 64 * i, 64 * (i + 1)))).to.equal(signer);
    }
  });

  it("name the member whose signature is not its own, or of another digest", () => {
    const [a, b] = wallets as [Wallet, Wallet];
    expect(() =>
      packSignatures(digest, [{ signer: a.address, signature: b.signingKey.sign(digest) }]),
    ).to.throw(FatalError, `${a.address} was made by ${b.address}`);
    expect(() => packSignatures(digest, [sign(a, id("another report"))])).to.throw(FatalError, a.address);
  });

  it("refuse a member twice, an s in the upper half, and bytes that are no signature", () => {
    const [a] = wallets as [Wallet];
    expect(() => packSignatures(digest, [sign(a), sign(a)])).to.throw(FatalError, "signed twice");
    expect(() => compactSignature("0x1234")).to.throw(FatalError, "not a signature");
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const high = (order >> 1n) + 1n;
    const malleable = Signature.from({ r: toBeHex(1, 32), s: toBeHex(1, 32), v: 27 });
    // Between half the order and 2^255 is where the parity bit is free but contracts refuse s.
    const forged = `0x${"00".repeat(31)}01${toBeHex(high, 32).slice(2)}1b`;
    expect(high < 2n ** 255n).to.equal(true);
    expect(() => compactSignature(forged)).to.throw(FatalError, "malleable");
    expect(compactSignature(malleable)).to.have.length(130);
    expect(() => signerOf("0x12", new SigningKey(KEY).sign(digest))).to.throw(FatalError, "no key recovers");
  });

  it("pack to nothing where nobody signed", () => {
    expect(packSignatures(digest, [])).to.deep.equal({ signers: [], signatures: "0x" });
  });
});
