import { expect } from "chai";
import {
  furtherSignatures,
  growthFaults,
  isSteep,
  tenfolds,
  type GrowthTable,
  type SignatureGrowth,
} from "../../scripts/bench/growth.ts";
import { growthTable, signatureTable } from "../../scripts/bench/tables.ts";

const COMMITTEES = [
  { signatures: 3, members: 4 },
  { signatures: 7, members: 9 },
  { signatures: 14, members: 20 },
];

function table(gas: number[], mostPercent?: number): GrowthTable {
  const row = { operation: "report", gas, ...(mostPercent === undefined ? {} : { mostPercent }) };
  return { title: "as tickets grow", sizes: [10, 100, 1_000], rows: [row] };
}

/// Reports in which each further signature costs so much, in gas, from one committee to the next.
function signed(toSeven: number, toFourteen: number): SignatureGrowth {
  const seven = 100_000 + 4 * toSeven;
  return { committees: COMMITTEES, gas: [100_000, seven, seven + 7 * toFourteen] };
}

describe("growth of gas", () => {
  it("is told for each step to ten times as many", () => {
    expect(tenfolds({ operation: "report", gas: [200_000, 202_000, 201_000] })).to.deep.equal([
      1,
      (100 * -1_000) / 202_000,
    ]);
  });

  it("is steep where one step passes the bar, not where it meets it", () => {
    const report = { operation: "report", mostPercent: 1 };
    expect(isSteep({ ...report, gas: [200_000, 202_000, 202_000] })).to.equal(false);
    expect(isSteep({ ...report, gas: [200_000, 202_001, 202_001] })).to.equal(true);
    expect(isSteep({ ...report, gas: [200_000, 200_000, 202_001] })).to.equal(true);
    expect(isSteep({ ...report, gas: [200_000, 100_000, 100_000] })).to.equal(false);
    expect(isSteep({ operation: "draw", gas: [1, 10, 100] })).to.equal(false);
  });

  it("of a report by signatures is told for one more, from each committee to the next", () => {
    expect(furtherSignatures(signed(4_751, 4_948))).to.deep.equal([4_751, 4_948]);
  });

  it("is a fault where a bar is passed", () => {
    const free = signed(5_000, 5_000);
    expect(growthFaults([table([100, 101, 102], 1), table([1, 10, 100])], free)).to.deep.equal([]);
    expect(growthFaults([table([100, 102, 102], 1)], free)).to.deep.equal([
      "report, as tickets grow: more than 1 % a tenfold",
    ]);
    expect(growthFaults([], signed(7_500, 7_500))).to.deep.equal([]);
    expect(growthFaults([], signed(5_000, 7_501))).to.deep.equal([
      "a further signature costs 7501, above its bar of 7500",
    ]);
  });

  it("stands in tables with its worst step, and with what signed", () => {
    expect(growthTable(table([200_000, 202_000, 201_000], 1)).split("\n")).to.deep.equal([
      "as tickets grow      10     100    1000  a tenfold, at most  bar",
      "report           200000  202000  201000               1.0 %  1 %",
    ]);
    expect(signatureTable(signed(4_000, 5_000)).split("\n")).to.deep.equal([
      "as signatures grow, one weight each  3 of 4  7 of 9  14 of 20  each further, at most   bar",
      "report, no vault pulled              100000  116000    151000                   5000  7500",
    ]);
  });
});
