import { expect } from "chai";
import { closingLine, countTests } from "../../scripts/bootstrap/summary.mjs";

describe("bootstrap/summary", () => {
  it("reads the runners' summaries, with colours or without", () => {
    expect(countTests("  ✔ a\n\n  31 passing\n", 0)).to.deep.equal({ passed: 31, failed: 0 });
    expect(
      countTests("\u001b[32m  3 passing\u001b[0m (2s)\n\u001b[31m  1 failing\u001b[0m\n", 1),
    ).to.deep.equal({
      passed: 3,
      failed: 1,
    });
  });

  it("takes the last summary, whatever tests print", () => {
    const output = "9 passing\n7 failing\n  ✔ prints\n\n  1 passing (5ms)\n";
    expect(countTests(output, 0)).to.deep.equal({ passed: 1, failed: 0 });
  });

  it("counts a runner that ran nothing as a failure", () => {
    expect(countTests("0 passing\n", 0)).to.deep.equal({ passed: 0, failed: 1, complaint: "ran no test" });
    expect(countTests("", 0).failed).to.equal(1);
  });

  it("counts a runner that broke off as a failure", () => {
    expect(countTests("5 passing\n", 3).failed).to.equal(1);
    expect(countTests("", 1).complaint).to.contain("ended with code 1");
  });

  it("sums all runners in one line", () => {
    const counts = [
      { passed: 31, failed: 0 },
      { passed: 4, failed: 1 },
    ];
    expect(closingLine(counts)).to.equal("35 passed, 1 failed");
  });
});
