import { expect } from "chai";
import { FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { retry } from "../../scripts/lib/retry.ts";

function recorder() {
  const waits: number[] = [];
  return { waits, options: { sleep: (ms: number) => Promise.resolve(waits.push(ms)), random: () => 0.5 } };
}
const failing = (times: number, error: Error) => {
  let calls = 0;
  return { action: async () => (++calls <= times ? Promise.reject(error) : calls), calls: () => calls };
};

describe("retry", () => {
  it("tries again after retryable errors, waiting twice as long each time", async () => {
    const { waits, options } = recorder();
    expect(await retry(failing(3, new RetryableError("busy")).action, options)).to.equal(4);
    expect(waits).to.deep.equal([250, 500, 1000]);
  });

  it("gives the last error back, as it is, when the attempts are used up", async () => {
    const { waits, options } = recorder();
    const error = new RetryableError("busy");
    const { action, calls } = failing(9, error);
    expect(await retry(action, { ...options, attempts: 3 }).catch((e: unknown) => e)).to.equal(error);
    expect([calls(), waits.length]).to.deep.equal([3, 2]);
  });

  it("does not repeat what cannot succeed", async () => {
    for (const error of [new FatalError("no"), new TypeError("defect")]) {
      const { action, calls } = failing(1, error);
      expect(await retry(action, recorder().options).catch((e: unknown) => e)).to.equal(error);
      expect(calls()).to.equal(1);
    }
  });

  it("waits as long as it is asked to, within its own limit, and spreads waits by a quarter", async () => {
    const { waits, options } = recorder();
    await retry(failing(1, new RetryableError("slow down", { retryAfterMs: 3000 })).action, options);
    await retry(failing(1, new RetryableError("slow down", { retryAfterMs: 3_600_000 })).action, options);
    await retry(failing(1, new RetryableError("x")).action, { ...options, random: () => 0 });
    await retry(failing(1, new RetryableError("x")).action, { ...options, random: () => 0.999 });
    expect(waits.map(Math.round)).to.deep.equal([3000, 10_000, 188, 312]);
  });
});
