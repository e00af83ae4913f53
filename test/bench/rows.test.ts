import { expect } from "chai";
import { BARS, type Measured, type Operation } from "../../scripts/bench/bars.ts";
import { changes, isAbove, snapshotOf, toRows } from "../../scripts/bench/rows.ts";

const OPERATIONS = Object.keys(BARS) as Operation[];
const [FIRST] = OPERATIONS;

function measured(): Measured {
  return new Map(OPERATIONS.map((operation, i) => [operation, 50_000 + i]));
}

describe("rows of the benchmark", () => {
  it("are all operations that have a bar or a peer, in their order", () => {
    const rows = toRows(measured());
    expect(rows.map(({ operation }) => operation)).to.deep.equal(OPERATIONS);
    expect(rows[1]).to.deep.equal({ operation: OPERATIONS[1], gas: 50_001, ...BARS[OPERATIONS[1]!] });
  });

  it("are refused where one was not measured", () => {
    const all = measured();
    all.delete(FIRST!);
    expect(() => toRows(all)).to.throw(`"${FIRST}" was not measured`);
  });

  it("are above a bar that they pass, not one that they meet or have not", () => {
    expect(isAbove({ gas: 101, bar: 100 })).to.equal(true);
    expect(isAbove({ gas: 100, bar: 100 })).to.equal(false);
    expect(isAbove({ gas: 100 })).to.equal(false);
  });

  it("may differ from the snapshot by noise alone, and must all be in it", () => {
    const rows = toRows(measured());
    const snapshot = JSON.parse(snapshotOf(rows)) as Record<string, number>;
    expect(changes(rows, snapshot)).to.deep.equal([]);
    expect(changes(rows, { ...snapshot, [FIRST!]: 50_200 })).to.deep.equal([]);
    expect(changes(rows, { ...snapshot, [FIRST!]: 49_799 })).to.deep.equal([
      `${FIRST}: 50000, in the snapshot 49799`,
    ]);
    delete snapshot[FIRST!];
    expect(changes(rows, snapshot)).to.deep.equal([`${FIRST}: 50000, in the snapshot nothing`]);
  });
});
