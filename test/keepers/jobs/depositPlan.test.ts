import { expect } from "chai";
import {
  depositDeadline,
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
  foreign: [],
  duplicate: [],
  waiting: 0,
  dueFrom: 20_000,
  ...change,
});
const seen = (change: Partial<DepositsSeen> = {}): DepositsSeen => ({
  time: 10_000,
  freeEth: 1_000n,
  isPaused: false,
  draw: {
    isOpen: false,
    isSeedKnown: false,
    isLapsed: false,
    mayOpenFrom: 20_000,
    seedFrom: 0,
    seedUntil: 0,
  },
  lotEth: 64n,
  capEth: 640n,
  promisedEth: 0n,
  weightLife: 1_000,
  allotmentLife: 500,
  predepositDeadline: 4_000,
  operators: [operator()],
  batches: [],
  overdue: [],
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
    expect(plan({ batches: [batch({ provable: [4], waiting: 1, dueFrom: 10_000 })] })).to.deep.equal([
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

describe("keepers: plan of predeposits that came to nothing", () => {
  it("proves foreign keys, then copied ones, before all else, and not too many at once", () => {
    const batches = [
      batch({ provable: [1], foreign: [2], duplicate: [3], waiting: 3 }),
      batch({ commitmentId: "d", foreign: [0] }),
    ];
    expect(plan({ batches })).to.deep.equal([
      { step: "foreign", commitmentId: "c", at: 2 },
      { step: "foreign", commitmentId: "d", at: 0 },
      { step: "duplicate", commitmentId: "c", at: 3 },
      { step: "prove", commitmentId: "c", indices: [1], isPaid: false },
    ]);
    const many = [batch({ duplicate: Array.from({ length: 20 }, (_, at) => at) })];
    expect(plan({ batches: many })).to.have.length(8);
  });

  it("proves keys of a stopped operator, and sends no ether for them", () => {
    const operators = [operator({ mayDraw: false })];
    const proved = plan({ operators, freeEth: 0n, batches: [batch({ provable: [1, 2], waiting: 2 })] });
    expect(proved).to.deep.equal([{ step: "proveAlone", commitmentId: "c", indices: [1, 2], isPaid: false }]);
  });

  it("has bonds locked for what is overdue, and burnt for what is lost, by commitment", () => {
    const late = (gindex: bigint, change: object = {}) => ({
      commitmentId: "c",
      operatorId: 1n,
      root: "r",
      gindex,
      isLost: false,
      ...change,
    });
    const other = { commitmentId: "d", operatorId: 2n, root: "s" };
    const overdue = [late(9n), late(8n), late(7n, { isLost: true }), late(5n, other)];
    expect(plan({ overdue })).to.deep.equal([
      { step: "lock", operatorId: 1n, root: "r", gindices: [9n, 8n] },
      { step: "burn", operatorId: 1n, root: "r", gindices: [7n] },
      { step: "lock", operatorId: 2n, root: "s", gindices: [5n] },
    ]);
    const [step] = plan({ overdue: Array.from({ length: 65 }, (_, i) => late(BigInt(i))) })!;
    expect(step).to.have.property("gindices").with.length(64);
  });
});

describe("keepers: deadlines of deposits", () => {
  const at = seen({
    draw: { ...seen().draw, seedFrom: 9_000, seedUntil: 99_000 },
    operators: [operator({ endsAt: 12_000 })],
    batches: [batch({ dueFrom: 9_500 })],
  });
  const keys = { commitmentId: "c", indices: [1], isPaid: false };

  it("are those of the seed, of the proof and of the allotment", () => {
    expect(depositDeadline({ step: "settle" }, at)).to.deep.equal({ from: 9_000, until: 99_000 });
    const proof = { from: 9_500, until: 13_500 };
    expect(depositDeadline({ step: "prove", ...keys }, at)).to.deep.equal(proof);
    expect(depositDeadline({ step: "proveAlone", ...keys }, at)).to.deep.equal(proof);
    const sent = depositDeadline({ step: "predeposit", commitmentId: "c", indices: [1] }, at);
    expect(sent).to.deep.equal({ from: 11_500, until: 12_000 });
    expect(depositDeadline({ step: "open" }, at)).to.equal(undefined);
  });
});
