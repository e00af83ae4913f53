import { expect } from "chai";
import {
  isMore,
  planExits,
  UNIT_GWEI,
  type Candidate,
  type Observed,
} from "../../scripts/actions/planExits.ts";

const GWEI_PER_ETHER = 10n ** 9n;
const ETHER = 10n ** 18n;

function candidate(index: number, changes: Partial<Candidate> = {}): Candidate {
  const balanceGwei = 32n * GWEI_PER_ETHER;
  return {
    index,
    balanceGwei,
    effectiveBalanceGwei: balanceGwei,
    operatorId: 1n,
    isConsolidating: false,
    rank: 5n,
    ...changes,
  };
}

function observed(candidates: Candidate[], changes: Partial<Observed> = {}): Observed {
  return {
    candidates,
    over: [],
    vain: [],
    leaving: [],
    waiting: [],
    noteAge: 60,
    stopped: new Set(),
    aboveCap: new Set(),
    deficitWei: 50n * ETHER,
    minimumWei: ETHER,
    aboveCapIsOpen: false,
    threshold: 0n,
    ...changes,
  };
}

describe("records of what comes", () => {
  it("are of whole units, and hold a little less than 2,048 ETH", () => {
    const most = 2_048n * GWEI_PER_ETHER;
    expect(isMore(32n * GWEI_PER_ETHER, 0n)).to.equal(true);
    expect(isMore(32n * GWEI_PER_ETHER, 32n * GWEI_PER_ETHER)).to.equal(false);
    expect(isMore(32n * GWEI_PER_ETHER + UNIT_GWEI - 1n, 32n * GWEI_PER_ETHER)).to.equal(false);
    expect(isMore(32n * GWEI_PER_ETHER + UNIT_GWEI, 32n * GWEI_PER_ETHER)).to.equal(true);
    expect(isMore(UNIT_GWEI - 1n, 0n)).to.equal(false);
    // all that a record can hold
    expect(isMore(most, most - UNIT_GWEI)).to.equal(false);
    expect(isMore(most, most - 2n * UNIT_GWEI)).to.equal(true);
  });
});

describe("planExits", () => {
  const rich = candidate(9, {
    balanceGwei: 40n * GWEI_PER_ETHER,
    effectiveBalanceGwei: 40n * GWEI_PER_ETHER,
  });

  it("plans nothing without a deficit, or without anyone who may be asked", () => {
    const { noteAge: _, ...unnoted } = observed([rich], { deficitWei: 0n, minimumWei: 0n });
    expect(planExits(unnoted)).to.equal(undefined);
    expect(planExits({ ...unnoted, deficitWei: ETHER - 1n, minimumWei: ETHER })).to.equal(undefined);
    expect(planExits(observed([]))).to.equal(undefined);
    expect(planExits(observed([candidate(1)]))).to.equal(undefined);
  });

  it("settles what is over before anything else", () => {
    const call = planExits(observed([rich], { over: [7, 8], stopped: new Set([1n]) }));
    expect(call).to.deep.equal({ kind: "settle", validatorIndices: [7, 8] });
    const many = Array.from({ length: 101 }, (_, i) => i);
    const first = { kind: "settle", validatorIndices: many.slice(0, 100) };
    expect(planExits(observed([], { over: many }))).to.deep.equal(first);
  });

  it("takes off what was asked in vain next, deficit or not", () => {
    const call = { kind: "proveMerged", validatorIndex: 7 } as const;
    const list = { vain: [call, { ...call, validatorIndex: 8 }], stopped: new Set([1n]), deficitWei: 0n };
    expect(planExits(observed([rich], list))).to.deep.equal(call);
    expect(planExits(observed([rich], { ...list, over: [9] }))).to.deep.include({ kind: "settle" });
  });

  it("notes a deficit, renews its note in the middle of its life, and notes that it is gone", () => {
    const { noteAge: _, ...unnoted } = observed([rich]);
    expect(planExits(unnoted)).to.deep.equal({ kind: "note" });
    expect(planExits(observed([rich], { noteAge: 1_799 }))).to.deep.include({ kind: "partial" });
    expect(planExits(observed([], { noteAge: 1_799 }))).to.equal(undefined);
    expect(planExits(observed([], { noteAge: 1_800 }))).to.deep.equal({ kind: "note" });
    expect(planExits(observed([rich], { deficitWei: ETHER - 1n }))).to.deep.equal({ kind: "note" });
  });

  it("proves what is leaving already before it asks anyone, while there is a deficit", () => {
    const call = planExits(observed([rich], { leaving: [5, 6] }));
    expect(call).to.deep.equal({ kind: "prove", validatorIndex: 5 });
    const { noteAge: _, ...unnoted } = observed([rich], { leaving: [5, 6], deficitWei: 0n });
    expect(planExits(unnoted)).to.equal(undefined);
  });

  it("proves what waits already before it asks for more, while there is a deficit", () => {
    const call = planExits(observed([rich], { waiting: [5, 6] }));
    expect(call).to.deep.equal({ kind: "provePartial", validatorIndex: 5 });
    expect(planExits(observed([rich], { leaving: [4], waiting: [5] }))).to.deep.include({ kind: "prove" });
    const { noteAge: _, ...unnoted } = observed([rich], { waiting: [5], deficitWei: 0n });
    expect(planExits(unnoted)).to.equal(undefined);
  });

  it("takes validators of stopped operators by their published keys, those of one commitment in a call", () => {
    const [stopped, operatorId] = [new Set([2n]), 2n];
    const list = [
      candidate(3, { operatorId }),
      candidate(6, { operatorId, commitmentId: "a" }),
      candidate(5, { operatorId, commitmentId: "b" }),
      candidate(4, { operatorId, commitmentId: "a" }),
    ];
    expect(planExits(observed(list, { stopped, deficitWei: 0n }))).to.deep.equal({
      kind: "keys",
      commitmentId: "a",
      validatorIndices: [4, 6],
    });
  });

  it("takes validators of stopped operators at any time, sixteen in a call, in ascending order", () => {
    const all = Array.from({ length: 20 }, (_, i) => candidate(40 - i, { operatorId: 2n }));
    const call = planExits(observed([rich, ...all], { stopped: new Set([2n]), deficitWei: 0n }));
    const validatorIndices = Array.from({ length: 16 }, (_, i) => 25 + i);
    expect(call).to.deep.equal({ kind: "full", rule: "stopped", validatorIndices });
  });

  it("takes what is above 32 ETH before any exit, the largest first, from 1 ETH on", () => {
    const open = { aboveCapIsOpen: true, aboveCap: new Set([1n]), threshold: 10n };
    const richer = candidate(3, {
      balanceGwei: 50n * GWEI_PER_ETHER,
      effectiveBalanceGwei: 50n * GWEI_PER_ETHER,
    });
    expect(planExits(observed([rich, richer], open))).to.deep.equal({ kind: "partial", validatorIndex: 3 });
    const poor = candidate(4, { balanceGwei: 33n * GWEI_PER_ETHER - 1n });
    expect(planExits(observed([poor], open))).to.deep.include({ kind: "full" });
  });

  it("asks of what is to be merged no partial withdrawal, but an exit", () => {
    const linked = { ...rich, isConsolidating: true };
    const open = { threshold: 10n };
    expect(planExits(observed([linked], open))).to.deep.include({ kind: "full", validatorIndices: [9] });
    expect(planExits(observed([linked]))).to.equal(undefined);
  });

  it("takes one above the cap, where that is open, before those that are drawn", () => {
    const list = [candidate(1, { operatorId: 3n }), candidate(2), candidate(4)];
    const above = { aboveCap: new Set([1n]), threshold: 10n };
    expect(planExits(observed(list, { ...above, aboveCapIsOpen: true }))).to.deep.equal({
      kind: "full",
      rule: "aboveCap",
      validatorIndices: [2],
    });
    expect(planExits(observed(list, above))).to.deep.include({ rule: "drawn" });
  });

  it("draws as many as the deficit needs, of those with a rank below the threshold", () => {
    const list = [candidate(8), candidate(1, { rank: 10n }), candidate(7), candidate(5)];
    expect(planExits(observed(list, { threshold: 10n }))).to.deep.equal({
      kind: "full",
      rule: "drawn",
      validatorIndices: [7, 8],
    });
  });
});
