import { expect } from "chai";
import { commonPosition, Health } from "../../../scripts/lib/sources/health.ts";
import { stoppedClock } from "./clock.ts";

describe("health of an endpoint", () => {
  it("is worse with failures, which are forgotten after ten minutes", () => {
    const clock = stoppedClock();
    const health = new Health(clock.now);
    health.failed();
    clock.pass(300_000);
    health.failed();
    expect([health.recentFailures, health.score]).to.deep.equal([2, 2_000]);
    clock.pass(300_000);
    expect([health.recentFailures, health.score]).to.deep.equal([1, 1_000]);
    clock.pass(300_000);
    expect([health.recentFailures, health.score]).to.deep.equal([0, 0]);
  });

  it("is worse with slow answers, the newest first, and with every block behind", () => {
    const health = new Health(stoppedClock().now);
    health.answered(100);
    expect(health.score).to.equal(100);
    health.answered(200);
    expect(health.score).to.equal(130);
    health.isBehind(3);
    expect(health.score).to.equal(1_630);
    health.isBehind(-2);
    expect([health.lag, health.score]).to.deep.equal([0, 130]);
  });

  it("rests twice as long after each time without an answer, up to a minute", () => {
    const clock = stoppedClock();
    const health = new Health(clock.now);
    const restMs = () => {
      let ms = 0;
      for (; health.isResting; ms += 500) clock.pass(500);
      return ms;
    };
    const rests = Array.from({ length: 8 }, () => {
      health.away();
      return restMs();
    });
    expect(rests).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
    health.answered(1);
    health.away();
    expect(restMs()).to.equal(1_000);
    health.failed();
    expect(health.isResting).to.equal(false);
  });

  it("measures being late by where at least half of them are", () => {
    expect(commonPosition([])).to.equal(undefined);
    expect(commonPosition([7])).to.equal(7);
    expect(commonPosition([7, 9])).to.equal(9);
    expect(commonPosition([1_000, 8, 9])).to.equal(9);
    expect(commonPosition([5, 9, 9])).to.equal(9);
    expect(commonPosition([1, 2, 3, 4])).to.equal(3);
  });
});
