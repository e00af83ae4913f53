import { expect } from "chai";
import {
  planDeposits,
  type BatchSeen,
  type DepositsSeen,
  type OperatorSeen,
} from "../../../scripts/keepers/jobs/depositPlan.ts";

const operator = (change: Partial<OperatorSeen> = {}): OperatorSeen => ({
  operatorId: 1n,
  mayDraw: true,
  stakeEth: 0n,
  capacityEth: 640n,
  leftEth: 0n,
  endsAt: 0,
  weight: 1_000n,
  refreshedAt: 9_900,
  weightNow: 1_000n,
  ...change,
});
const batch = (change: Partial<BatchSeen> = {}): BatchSeen => ({
  commitmentId: "c",
  operatorId: 1n,
  fresh: [],
  provable: [],
  waiting: 0,
  isDue: false,
  ...change,
});
const seen = (change: Partial<DepositsSeen> = {}): DepositsSeen => ({
  time: 10_000,
  freeEth: 1_000n,
  isPaused: false,
  draw: { isOpen: false, isSeedKnown: false, isLapsed: false, mayOpenFrom: 20_000 },
  lotEth: 64n,
  capEth: 640n,
  promisedEth: 0n,
  weightLife: 1_000,
  operators: [operator()],
  batches: [],
  ...change,
});
const plan = (change: Partial<DepositsSeen>) => planDeposits(seen(change));

describe("keepers: plan of draws", () => {
  const drawn = (change: Partial<DepositsSeen> = {}, draw: Partial<DepositsSeen["draw"]> = {}) =>
    plan({ draw: { ...seen().draw, mayOpenFrom: 0, ...draw }, ...change });
  const OPEN = [{ step: "open" }];

  it("settles an open draw once its seed is known, gives it up once it is not, and else waits", () => {
    expect(drawn({}, { isOpen: true })).to.equal(undefined);
    expect(drawn({}, { isOpen: true, isSeedKnown: true })).to.deep.equal([{ step: "settle" }]);
    expect(drawn({}, { isOpen: true, isSeedKnown: true, isLapsed: true })).to.deep.equal([
      { step: "abandon" },
    ]);
  });

  it("opens one when it may, with ether for the lot, all that is promised, and top-ups to come", () => {
    expect(drawn()).to.deep.equal(OPEN);
    expect(drawn({}, { mayOpenFrom: 10_000 })).to.deep.equal(OPEN);
    expect(drawn({}, { mayOpenFrom: 10_001 })).to.equal(undefined);
    expect(drawn({ promisedEth: 936n })).to.deep.equal(OPEN);
    expect(drawn({ promisedEth: 937n })).to.equal(undefined);
    expect(drawn({ promisedEth: 905n, batches: [batch({ waiting: 1 })] })).to.deep.equal(OPEN);
    expect(drawn({ promisedEth: 906n, batches: [batch({ waiting: 1 })] })).to.equal(undefined);
  });

  it("opens none that nobody can win", () => {
    const other = operator({ operatorId: 2n, mayDraw: false });
    for (const change of [
      { mayDraw: false },
      { weight: 0n, weightNow: 0n },
      { stakeEth: 577n },
      { stakeEth: 500n, leftEth: 77n, endsAt: 20_000 },
      { capacityEth: 63n },
    ]) {
      expect(drawn({ operators: [operator(change), other] }), JSON.stringify(Object.keys(change))).to.equal(
        undefined,
      );
    }
    expect(drawn({ operators: [operator({ stakeEth: 576n }), other] })).to.deep.equal(OPEN);
    expect(drawn({ operators: [operator({ capacityEth: 64n }), other] })).to.deep.equal(OPEN);
  });

  it("ends allotments whose time is over before, and computes weights that moved or are old", () => {
    const ended = operator({ operatorId: 2n, leftEth: 32n, endsAt: 10_000 });
    expect(drawn({ operators: [operator(), ended] })).to.deep.equal([{ step: "lapse", operatorId: 2n }]);
    expect(drawn({ operators: [operator(), ended] }, { isOpen: true })).to.equal(undefined);
    const refresh = [{ step: "refresh", operatorId: 1n }];
    expect(drawn({ operators: [operator({ weightNow: 1_010n })] })).to.deep.equal(OPEN);
    expect(drawn({ operators: [operator({ weightNow: 1_011n })] })).to.deep.equal(refresh);
    expect(drawn({ operators: [operator({ weight: 0n, weightNow: 1n })] })).to.deep.equal(refresh);
    expect(drawn({ operators: [operator({ refreshedAt: 9_500 })] })).to.deep.equal(OPEN);
    expect(drawn({ operators: [operator({ refreshedAt: 9_499 })] })).to.deep.equal(refresh);
    const nobody = operator({ operatorId: 2n, weight: 0n, weightNow: 0n, refreshedAt: 0 });
    expect(drawn({ operators: [operator(), nobody] })).to.deep.equal(OPEN);
  });
});

describe("keepers: plan of deposits", () => {
  const allotted = (leftEth: bigint, change: Partial<OperatorSeen> = {}) =>
    operator({ leftEth, endsAt: 20_000, ...change });
  const counts = (change: Partial<DepositsSeen>) =>
    plan(change)?.map((step) => ("indices" in step ? [step.step, step.indices.length] : [step.step]));
  const fresh = (count: number) => [batch({ fresh: Array.from({ length: count }, (_, i) => i) })];
  const provable = (count: number) => [
    batch({ provable: Array.from({ length: count }, (_, i) => i), waiting: count }),
  ];

  it("sends predeposits for what is allotted, backed, and can be topped up", () => {
    expect(plan({ batches: fresh(3), operators: [allotted(64n)] })).to.deep.equal([
      { step: "predeposit", commitmentId: "c", indices: [0, 1] },
    ]);
    expect(counts({ batches: fresh(3), operators: [allotted(31n)] })).to.equal(undefined);
    expect(counts({ batches: fresh(3), operators: [allotted(96n, { capacityEth: 64n })] })).to.deep.equal([
      ["predeposit", 2],
    ]);
    expect(counts({ batches: fresh(3), operators: [allotted(96n)], freeEth: 63n })).to.deep.equal([
      ["predeposit", 1],
    ]);
    expect(counts({ batches: fresh(40), operators: [allotted(640n)] })).to.deep.equal([["predeposit", 16]]);
  });

  it("sends none under a pause, nor for an allotment that has ended, nor more than is left for two commitments", () => {
    expect(counts({ batches: fresh(3), operators: [allotted(64n)], isPaused: true })).to.equal(undefined);
    expect(counts({ batches: fresh(3), operators: [allotted(64n, { endsAt: 10_000 })] })).to.deep.equal([
      ["lapse"],
    ]);
    const batches = [...fresh(3), batch({ commitmentId: "d", fresh: [5, 6, 7] })];
    expect(counts({ batches, operators: [allotted(128n)] })).to.deep.equal([
      ["predeposit", 3],
      ["predeposit", 1],
    ]);
  });

  it("proves what can be topped up, and keeps top-ups for keys that wait", () => {
    expect(plan({ batches: provable(2) })).to.deep.equal([
      { step: "prove", commitmentId: "c", indices: [0, 1], isPaid: false },
    ]);
    expect(plan({ batches: [batch({ provable: [4], waiting: 1, isDue: true })] })).to.deep.equal([
      { step: "prove", commitmentId: "c", indices: [4], isPaid: true },
    ]);
    expect(counts({ batches: provable(2), freeEth: 61n })).to.deep.equal([["prove", 1]]);
    expect(counts({ batches: provable(2), freeEth: 30n })).to.equal(undefined);
    expect(counts({ batches: provable(20) })).to.deep.equal([["prove", 16]]);
    const waits = [...fresh(1), batch({ commitmentId: "d", waiting: 2 })];
    expect(counts({ batches: waits, operators: [allotted(64n)], freeEth: 93n })).to.equal(undefined);
    expect(counts({ batches: waits, operators: [allotted(64n)], freeEth: 94n })).to.deep.equal([
      ["predeposit", 1],
    ]);
  });

  it("proves under a pause: what was sent before is not to be lost", () => {
    expect(counts({ batches: provable(1), isPaused: true })).to.deep.equal([["prove", 1]]);
  });
});
