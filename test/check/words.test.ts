import { expect } from "chai";
import { wordFindings } from "../../scripts/check/words.ts";

describe("check/words", () => {
  it("finds unfinished work, with its line", () => {
    expect(wordFindings("contracts/A.sol", "a\n// TODO: b")).to.deep.equal([
      "contracts/A.sol:2 has unfinished work: // TODO: b",
    ]);
    expect(wordFindings("README.md", "FIXME")).to.have.length(1);
    expect(wordFindings(".ci/run", "# XXX")).to.have.length(1);
  });

  it("finds tests left alone or out, in tests only", () => {
    expect(wordFindings("test/a.test.ts", 'it.only("a")')).to.have.length(1);
    expect(wordFindings("test/a.t.sol", "vm.skip(true);")).to.have.length(1);
    expect(wordFindings("scripts/a.ts", "list.skip(1)")).to.deep.equal([]);
  });

  it("finds paths of one machine", () => {
    expect(wordFindings("docs/a.md", "see /home/anna/kedge")).to.have.length(1);
    expect(wordFindings("scripts/a.ts", 'open("/tmp/x")')).to.have.length(1);
  });

  it("leaves ordinary words and web addresses alone", () => {
    expect(
      wordFindings("docs/a.md", "https://example.org/home/anna ../tmp/x hackathon 0xXXXX"),
    ).to.deep.equal([]);
  });
});
