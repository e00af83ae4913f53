import { expect } from "chai";
import { FatalError } from "../../../scripts/lib/errors.ts";
import {
  DEFAULT_POLICIES,
  marketOf,
  percentilesOf,
  quoteFees,
  quoteReplacement,
  urgencyAt,
  type FeePolicy,
  type Market,
} from "../../../scripts/lib/tx/fees.ts";

const policy: FeePolicy = {
  baseFeePercent: 150n,
  tipPercentile: 50,
  minPriorityFeeWei: 10n,
  maxFeeWei: 1000n,
  replaceAfterMs: 1,
};
const market = (baseFeeWei: bigint, tipWei?: bigint): Market => ({
  baseFeeWei,
  tipsWei: new Map(tipWei === undefined ? [] : [[50, tipWei]]),
});

describe("tx/fees", () => {
  it("reads the next base fee and the middle tip of the blocks that were not empty", () => {
    const history = {
      baseFeePerGas: ["0x1", "0x2", "0x3", "0x4", "0x5"],
      gasUsedRatio: [0.5, 0, 0.9, 0.1],
      reward: [
        ["0x1", "0xa"],
        ["0x0", "0x0"],
        ["0x3", "0xc"],
        ["0x2", "0xb"],
      ],
    };
    const read = marketOf(history, [10, 50]);
    expect([read.baseFeeWei, [...read.tipsWei]]).to.deep.equal([
      5n,
      [
        [10, 2n],
        [50, 11n],
      ],
    ]);
    expect([...marketOf({ ...history, gasUsedRatio: [0, 0, 0, 0] }, [10, 50]).tipsWei]).to.deep.equal([]);
    expect(() => marketOf({ ...history, baseFeePerGas: [] }, [])).to.throw(FatalError, "base fee");
  });

  it("quotes room for the base fee and the market's tip, never below the floor, never above the cap", () => {
    const table: [Market, bigint, bigint][] = [
      [market(100n, 20n), 170n, 20n],
      [market(100n), 160n, 10n],
      [market(100n, 3n), 160n, 10n],
      [market(900n, 50n), 1000n, 50n],
      [market(980n, 50n), 1000n, 20n],
      [market(990n, 50n), 1000n, 10n],
    ];
    for (const [now, maxFeeWei, maxPriorityFeeWei] of table) {
      expect(quoteFees(now, policy)).to.deep.equal({ maxFeeWei, maxPriorityFeeWei });
    }
  });

  it("waits where not even the floor fits below the cap", () => {
    expect(quoteFees(market(991n), policy)).to.have.property("waits");
    expect(quoteFees(market(990n), policy)).not.to.have.property("waits");
  });

  it("replaces with an eighth more in both, rounded up, and at least at today's fees", () => {
    const before = { maxFeeWei: 161n, maxPriorityFeeWei: 10n };
    expect(quoteReplacement(before, market(10n), policy)).to.deep.equal({
      maxFeeWei: 182n,
      maxPriorityFeeWei: 12n,
    });
    expect(quoteReplacement(before, market(200n, 40n), policy)).to.deep.equal({
      maxFeeWei: 340n,
      maxPriorityFeeWei: 40n,
    });
  });

  it("never replaces above the cap", () => {
    const before = { maxFeeWei: 888n, maxPriorityFeeWei: 10n };
    expect(quoteReplacement(before, market(10n), policy)).to.deep.equal({
      maxFeeWei: 999n,
      maxPriorityFeeWei: 12n,
    });
    expect(quoteReplacement({ ...before, maxFeeWei: 889n }, market(10n), policy)).to.have.property("waits");
    expect(quoteReplacement({ ...before, maxPriorityFeeWei: 880n }, market(11n), policy)).to.have.property(
      "waits",
    );
  });

  it("grows urgent as the deadline comes near, and never less", () => {
    const intent = { createdMs: 1000, deadlineMs: 2000 };
    const at = (urgency: "idle" | "normal" | "urgent", nowMs: number) =>
      urgencyAt({ ...intent, urgency }, nowMs);
    expect([1000, 1500, 1501, 1800, 1801, 3000].map((now) => at("idle", now))).to.deep.equal([
      "idle",
      "idle",
      "normal",
      "normal",
      "urgent",
      "urgent",
    ]);
    expect(at("urgent", 1000)).to.equal("urgent");
    expect(urgencyAt({ urgency: "idle", createdMs: 0 }, 1e15)).to.equal("idle");
  });

  it("has policies of its own that rise with urgency", () => {
    const { idle, normal, urgent } = DEFAULT_POLICIES;
    expect(idle.maxFeeWei < normal.maxFeeWei && normal.maxFeeWei < urgent.maxFeeWei).to.equal(true);
    expect(
      idle.replaceAfterMs > normal.replaceAfterMs && normal.replaceAfterMs > urgent.replaceAfterMs,
    ).to.equal(true);
    expect(percentilesOf(DEFAULT_POLICIES)).to.deep.equal([10, 40, 70]);
  });
});
