import { expect } from "chai";
import { Mnemonic } from "ethers";
import { newMnemonic, repeatsMnemonic } from "../../../scripts/lib/keystores/mnemonic.ts";
import { WORDS } from "./support.ts";

describe("keystores: mnemonics", () => {
  it("are those of BIP-39 for given entropy", () => {
    expect(newMnemonic(new Uint8Array(32))).to.equal(WORDS);
    expect(newMnemonic(new Uint8Array(32).fill(0xff))).to.equal(`${"zoo ".repeat(23)}vote`);
  });

  it("are new each time: 24 words with a good checksum", () => {
    const made = Array.from({ length: 20 }, () => newMnemonic());
    expect(new Set(made).size).to.equal(20);
    for (const phrase of made) {
      expect(phrase.split(" ")).to.have.length(24);
      expect(Mnemonic.isValidMnemonic(phrase)).to.equal(true);
    }
  });

  it("are repeated by their words, or by four letters of each, in their order", () => {
    const phrase = "legal winner thank year wave sausage worth useful legal winner thank yellow";
    for (const typed of [
      phrase,
      `  ${phrase.toUpperCase()} `,
      "lega winn than year wave saus wort usef lega winn than yell",
    ]) {
      expect(repeatsMnemonic(typed, phrase), typed).to.equal(true);
    }
    for (const typed of [
      "",
      phrase.replace(" yellow", ""),
      `${phrase} yellow`,
      phrase.replace("yellow", "year"),
      "leg win tha yea wav sau wor use leg win tha yel",
      "winner legal thank year wave sausage worth useful legal winner thank yellow",
    ]) {
      expect(repeatsMnemonic(typed, phrase), typed).to.equal(false);
    }
  });
});
