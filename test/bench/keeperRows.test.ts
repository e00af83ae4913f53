import { expect } from "chai";
import { faultsOf, stateTable, toRow, type Row } from "../../scripts/bench/keepers/rows.ts";

const found = { beaconBalanceGwei: "0", appeared: 0, exited: 0, activeGwei: "0", attestedGwei: "0" };
const baseline = (seconds: number, rssMiB: number) => ({ seconds, rssMiB, bytes: 150e6, root: "0x" });
const member = (seconds: number, rssMiB: number) => ({ seconds, cpuSeconds: seconds / 2, rssMiB, found });

describe("the benchmark over large states", () => {
  const row = (changes: Partial<Row> = {}): Row => ({
    ...toRow(1_000_000, [baseline(2, 900)], [member(4, 1_024)]),
    ...changes,
  });
  const small = row({ validators: 250_000 });

  it("takes the median of times, and the most of memory", () => {
    const made = toRow(
      1_000_000,
      [baseline(9, 800), baseline(2, 900), baseline(1, 700)],
      [member(3, 400), member(5, 300), member(30, 350.2)],
    );
    expect(made).to.deep.equal({
      ...{ validators: 1_000_000, bytes: 150e6, decodeSeconds: 2, decodeMiB: 900, wholeSeconds: 5 },
      ...{ ratio: 2.5, rssMiB: 400, cpuMicrosecondsEach: 2.5 },
    });
    expect(stateTable([made])).to.match(/1000000 +150\.0 +2 +900 +5 +2\.5 +2 +400 +1024 +2\.5$/);
  });

  it("allows what meets its bars, and names what passes them at the largest state", () => {
    expect(faultsOf([row(), small])).to.deep.equal([]);
    expect(faultsOf([row({ rssMiB: 1_025 }), small])).to.deep.equal([
      "1000000 validators: 1025 MiB of memory, the bar is 1024",
    ]);
    expect(faultsOf([small, row({ ratio: 2.01 })])).to.deep.equal([
      "1000000 validators: 2.01 times what decoding takes, the bar is 2",
    ]);
    expect(faultsOf([small, row({ cpuMicrosecondsEach: 3.2 })])).to.deep.equal([
      "1000000 validators: 1.6 times what each costs of 250000, the bar is 1.5",
    ]);
    expect(faultsOf([row(), { ...small, rssMiB: 2_000, ratio: 3 }])).to.deep.equal([]);
  });
});
