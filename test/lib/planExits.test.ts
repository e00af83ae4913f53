import { expect } from "chai";
import { planExits, type Candidate, type Observed } from "../../scripts/actions/triggerExits.ts";

const GWEI_PER_ETHER = 10n ** 9n;
const ETHER = 10n ** 18n;

function candidate(index: number, changes: Partial<Candidate> = {}): Candidate {
  const balanceGwei = 32n * GWEI_PER_ETHER;
  return { index, balanceGwei, effectiveBalanceGwei: balanceGwei, operatorId: 1n, rank: 5n, ...changes };
}

function observed(candidates: Candidate[], changes: Partial<Observed> = {}): Observed {
  return {
    candidates,
    stopped: new Set(),
    aboveCap: new Set(),
    deficitWei: 50n * ETHER,
    minimumWei: ETHER,
    aboveCapIsOpen: false,
    threshold: 0n,
    ...changes,
  };
}

describe("planExits", () => {
  const rich = candidate(9, {
    balanceGwei: 40n * GWEI_PER_ETHER,
    effectiveBalanceGwei: 40n * GWEI_PER_ETHER,
  });

  it("plans nothing without a deficit, or without anyone who may be asked", () => {
    expect(planExits(observed([rich], { deficitWei: 0n, minimumWei: 0n }))).to.equal(undefined);
    expect(planExits(observed([rich], { deficitWei: ETHER - 1n }))).to.equal(undefined);
    expect(planExits(observed([]))).to.equal(undefined);
    expect(planExits(observed([candidate(1)]))).to.equal(undefined);
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
