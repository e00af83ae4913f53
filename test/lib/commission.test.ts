import { expect } from "chai";
import { isBadFrame, nextFigures, type OperatorFrame, type Pot } from "../../scripts/lib/commission.ts";
import { FORFEITED, NO_DUTIES, type OperatorFigures } from "../../scripts/lib/operatorFigures.ts";

const ETHER = 10n ** 18n;
/// A fee of a tenth, of which the treasury has a quarter: operators have 7.5 % of rewards.
const PART = 1_000n * 7_500n;
const POT: Pot = { shares: 60n * ETHER, reports: 3n, partOfRewards: PART };

function operator(operatorId: bigint, changes: Partial<OperatorFrame> = {}): OperatorFrame {
  return {
    operatorId,
    commissionBp: 1_000n,
    duties: { activeGwei: 100n, attestedGwei: 100n },
    attestedBp: 10_000n,
    withheldWei: 0n,
    accountedWei: 0n,
    ...changes,
  };
}

function told(operatorId: bigint, cumulativeShares: bigint, withheldWei = 0n): OperatorFigures {
  return { operatorId, cumulativeShares, frame: 6n, attestedBp: 10_000n, networkBp: 9_900n, withheldWei };
}

/// A share is worth 2 wei.
function next(operators: OperatorFrame[], previous: OperatorFigures[] = [], pot = POT) {
  const figures = nextFigures(previous, operators, {
    frame: 7n,
    networkBp: 9_900n,
    leewayBp: 1_000n,
    pot,
    rate: { toShares: (wei) => wei / 2n, toWei: (shares) => shares * 2n },
  });
  const before = previous.reduce((sum, { cumulativeShares }) => sum + cumulativeShares, 0n);
  const after = figures.reduce((sum, { cumulativeShares }) => sum + cumulativeShares, 0n);
  return { figures, sharedOut: after - before, of: (id: bigint) => figures.find((f) => f.operatorId === id) };
}

describe("commission", () => {
  it("is shared out by attested duties, and all of the pot is told", () => {
    const half = { activeGwei: 100n, attestedGwei: 95n };
    const { of, sharedOut, figures } = next(
      [operator(2n, { duties: half }), operator(1n)],
      [told(1n, ETHER)],
    );
    expect(figures.map(({ operatorId }) => operatorId)).to.deep.equal([FORFEITED, 1n, 2n]);
    expect(of(1n)!.cumulativeShares).to.equal(31n * ETHER);
    expect(of(2n)!.cumulativeShares).to.equal((60n * ETHER * 95n) / 200n);
    expect(sharedOut).to.equal(POT.shares);
    expect(of(1n)).to.include({ frame: 7n, networkBp: 9_900n, attestedBp: 10_000n });
  });

  it("below the operators' part takes as much less; the rest is forfeited", () => {
    const { of } = next([operator(1n, { commissionBp: 250n }), operator(2n)]);
    expect(of(1n)!.cumulativeShares).to.equal(10n * ETHER);
    expect(of(2n)!.cumulativeShares).to.equal(30n * ETHER);
    expect(of(FORFEITED)!.cumulativeShares).to.equal(20n * ETHER);
    expect(of(FORFEITED)!.attestedBp).to.equal(NO_DUTIES);
  });

  it("of a bad frame is forfeited: the part of one report", () => {
    const bad = operator(1n, { attestedBp: 8_899n });
    expect(next([bad, operator(2n)]).of(1n)!.cumulativeShares).to.equal(20n * ETHER);
    const one = { ...POT, reports: 1n };
    const { of } = next([bad, operator(2n)], [told(1n, 5n)], one);
    expect(of(1n)!.cumulativeShares).to.equal(5n);
    expect(of(2n)!.cumulativeShares).to.equal(30n * ETHER);
    expect(of(FORFEITED)!.cumulativeShares).to.equal(30n * ETHER);
  });

  it("pays for withheld rewards first, and what it does not cover is told", () => {
    const all = next([operator(1n, { withheldWei: 100n * ETHER }), operator(2n)]);
    expect(all.of(1n)).to.include({ cumulativeShares: 0n, withheldWei: 40n * ETHER });
    const part = next([operator(1n), operator(2n)], [told(1n, 7n, 10n * ETHER)]);
    expect(part.of(1n)).to.include({ cumulativeShares: 25n * ETHER + 7n, withheldWei: 0n });
    expect(part.of(FORFEITED)!.cumulativeShares).to.equal(5n * ETHER);
    expect(part.sharedOut).to.equal(POT.shares);
  });

  it("is not kept again for what was accounted for on chain", () => {
    const { of } = next(
      [operator(1n, { accountedWei: 8n * ETHER }), operator(2n)],
      [told(1n, 0n, 10n * ETHER)],
    );
    expect(of(1n)).to.include({ cumulativeShares: 29n * ETHER, withheldWei: 8n * ETHER });
    const over = next([operator(1n, { accountedWei: 9n }), operator(2n)], [told(1n, 0n, 8n)]);
    expect(over.of(1n)).to.include({ cumulativeShares: 30n * ETHER, withheldWei: 8n });
  });

  it("waits where no validator of ours is active", () => {
    const idle = { duties: { activeGwei: 0n, attestedGwei: 0n }, attestedBp: undefined };
    const { figures, sharedOut } = next([operator(1n, idle)], [told(FORFEITED, 3n), told(1n, 4n)]);
    expect(sharedOut).to.equal(0n);
    expect(figures.map((f) => f.attestedBp)).to.deep.equal([NO_DUTIES, NO_DUTIES]);
  });

  it("knows a bad frame as the judge does", () => {
    expect(isBadFrame(8_900n, 9_900n, 1_000n)).to.equal(false);
    expect(isBadFrame(8_899n, 9_900n, 1_000n)).to.equal(true);
    expect(isBadFrame(0n, 1_000n, 1_000n)).to.equal(false);
    expect(isBadFrame(undefined, 9_900n, 1_000n)).to.equal(false);
  });
});
