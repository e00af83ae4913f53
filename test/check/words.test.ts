import { expect } from "chai";
import { wordFindings } from "../../scripts/check/words.ts";

/** What the check looks for, put together here so that nobody else who looks for it finds this file. */
const [LATER, BROKEN, DOUBT] = ["TO-DO", "FIX-ME", "X-XX"].map((word) => word.replace("-", ""));
const [ALONE, OUT] = ["only", "skip"].map((word) => `.${word}(`);

describe("check/words", () => {
  it("finds unfinished work, with its line", () => {
    expect(wordFindings("contracts/A.sol", `a\n// ${LATER}: b`)).to.deep.equal([
      `contracts/A.sol:2 has unfinished work: // ${LATER}: b`,
    ]);
    expect(wordFindings("README.md", BROKEN!)).to.have.length(1);
    expect(wordFindings(".ci/run", `# ${DOUBT}`)).to.have.length(1);
  });

  it("finds tests left alone or out, in tests only", () => {
    expect(wordFindings("test/a.test.ts", `it${ALONE}"a")`)).to.have.length(1);
    expect(wordFindings("test/a.t.sol", `vm${OUT}true);`)).to.have.length(1);
    expect(wordFindings("scripts/a.ts", `list${OUT}1)`)).to.deep.equal([]);
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
