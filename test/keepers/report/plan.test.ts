import { expect } from "chai";
import type { Report } from "../../../scripts/actions/buildReport.ts";
import { firstDifference, REPORT_FIELDS, reportSchema } from "../../../scripts/keepers/report/body.ts";
import { gather, isQuorum, turnDelay, type Vote } from "../../../scripts/keepers/report/plan.ts";
import { stableStringify } from "../../../scripts/lib/json.ts";

const address = (n: number) => `0x${n.toString(16).padStart(40, "a")}`;
const SEATS = [1, 2, 3, 4, 5].map((n) => ({ memberId: BigInt(n), key: address(n), weight: 1n }));
const REPORT: Report = {
  refSlot: 96n,
  blockRoot: `0x${"01".repeat(32)}`,
  beaconBalanceGwei: 64n,
  withdrawalsReceived: 3n,
  rewardsReceived: 4n,
  appeared: 2n,
  exited: 1n,
  lastTicketId: 7n,
  rewardsRoot: `0x${"00".repeat(32)}`,
};
const vote = (n: number, digest = "ours", report = REPORT): Vote => ({
  signer: address(n),
  signature: `0x${n}`,
  digest,
  report,
});

describe("keepers: plan of a report", () => {
  it("counts each seat once, and nobody without one", () => {
    const upper = { ...vote(2), signer: address(2).toUpperCase().replace("X", "x") };
    const { equal, weight, totalWeight } = gather(vote(1), [vote(2), upper, vote(9)], SEATS);
    expect(equal.map(({ signer }) => signer)).to.deep.equal([address(1), address(2)]);
    expect([weight, totalWeight]).to.deep.equal([2n, 5n]);
  });

  it("names who reports something else, by the first field that differs", () => {
    const other = { ...REPORT, exited: 2n, withdrawalsReceived: 9n };
    const { equal, disagreements, weight } = gather(vote(1), [vote(2, "theirs", other), vote(3)], SEATS);
    expect(equal).to.have.length(2);
    expect(weight).to.equal(2n);
    expect(disagreements).to.deep.equal([
      { signer: address(2), field: "withdrawalsReceived", ours: 3n, theirs: 9n },
    ]);
  });

  it("finds a difference in each field, and none in equals", () => {
    for (const field of REPORT_FIELDS) {
      const theirs = {
        ...REPORT,
        [field]: typeof REPORT[field] === "bigint" ? 999n : `0x${"ff".repeat(32)}`,
      };
      expect(firstDifference(REPORT, theirs)?.field).to.equal(field);
    }
    expect(REPORT_FIELDS).to.have.members(Object.keys(REPORT));
    expect(firstDifference(REPORT, { ...REPORT })).to.equal(undefined);
  });

  it("needs more than two thirds of the weight", () => {
    expect(isQuorum({ weight: 2n, totalWeight: 3n })).to.equal(false);
    expect(isQuorum({ weight: 3n, totalWeight: 4n })).to.equal(true);
    expect(isQuorum({ weight: 3n, totalWeight: 5n })).to.equal(false);
    expect(isQuorum({ weight: 4n, totalWeight: 5n })).to.equal(true);
  });

  it("gives each member its turn, one after the other, and another first in each frame", () => {
    const delays = (frame: bigint) =>
      SEATS.map(({ key }) => turnDelay({ seats: SEATS, signer: key, frame }, 30));
    expect(delays(0n)).to.deep.equal([0, 30, 60, 90, 120]);
    expect(delays(7n)).to.deep.equal([90, 120, 0, 30, 60]);
    expect(turnDelay({ seats: SEATS, signer: address(9), frame: 0n }, 30)).to.equal(150);
    expect(turnDelay({ seats: SEATS, signer: undefined, frame: 0n }, 30)).to.equal(150);
  });

  it("reads what it writes, and nothing that is not a report", () => {
    const text = stableStringify(REPORT);
    expect(reportSchema.parse(JSON.parse(text))).to.deep.equal(REPORT);
    const bad = (change: object) =>
      reportSchema.safeParse({ ...(JSON.parse(text) as object), ...change }).success;
    expect(bad({})).to.equal(true);
    for (const change of [
      { exited: 1 },
      { exited: "01" },
      { exited: "-1" },
      { exited: "1e3" },
      { blockRoot: `0x${"AB".repeat(32)}` },
      { blockRoot: "0x01" },
      { more: "1" },
      { rewardsRoot: undefined },
    ]) {
      expect(bad(change), JSON.stringify(change)).to.equal(false);
    }
  });
});
