import { expect } from "chai";
import { makeError } from "ethers";
import {
  ConfigurationError,
  explain,
  FatalError,
  isRetryable,
  KedgeError,
  RetryableError,
} from "../../scripts/lib/errors.ts";

describe("errors", () => {
  it("say what to do by class, keep their name and their cause", () => {
    const cause = new Error("socket hang up");
    const error = new RetryableError("beacon node did not answer", { cause, retryAfterMs: 1500 });
    expect(error).to.be.instanceOf(KedgeError).and.to.be.instanceOf(Error);
    expect([error.name, error.kind, error.cause, error.retryAfterMs]).to.deep.equal([
      "RetryableError",
      "retryable",
      cause,
      1500,
    ]);
    expect(isRetryable(error)).to.equal(true);
    expect(isRetryable(new FatalError("no"))).to.equal(false);
  });

  it("name the setting, the value and an example of a right one", () => {
    const error = new ConfigurationError({
      setting: "CL_URLS",
      problem: "not a URL",
      value: "localhost:5052",
      example: "http://localhost:5052",
    });
    expect(error.message).to.equal(
      'CL_URLS: not a URL (got "localhost:5052"); for example: http://localhost:5052',
    );
    expect([error.setting, error.value, error.kind]).to.deep.equal([
      "CL_URLS",
      "localhost:5052",
      "configuration",
    ]);
  });

  it("leave out a value that was not given, and show bigint", () => {
    expect(
      new ConfigurationError({ setting: "KEY", problem: "too short", example: "32 bytes" }).message,
    ).to.equal("KEY: too short; for example: 32 bytes");
    expect(
      new ConfigurationError({ setting: "A", problem: "bad", value: { x: 5n }, example: "1" }).message,
    ).to.contain('{"x":"5"}');
  });

  it("explain the whole chain of causes once, with system codes, and survive a loop", () => {
    const refused = Object.assign(new Error(""), { code: "ECONNREFUSED" });
    const error = new RetryableError("no answer", {
      cause: new TypeError("fetch failed", { cause: refused }),
    });
    expect(explain(error)).to.equal("no answer: fetch failed: Error [ECONNREFUSED]");
    const loop = new Error("a") as Error & { cause?: unknown };
    loop.cause = loop;
    expect(explain(loop)).to.equal("a");
    expect(explain("plain")).to.equal('"plain"');
  });

  it("explain without the password of a URL", () => {
    for (const password of ["p1-leak", "p1-leak@home", "p1:leak%40"]) {
      const error = new RetryableError(`no answer of https://me:${password}@el.example:8545/v3?x=a@b`, {
        cause: new TypeError(`Request cannot be constructed from a URL: http://me:${password}@peer.example`),
      });
      expect(explain(error)).to.equal(
        "no answer of https://…@el.example:8545/v3?x=a@b: Request cannot be constructed from a URL: http://…@peer.example",
      );
    }
  });

  it("explain a revert by its selector, without the transaction", () => {
    const data = `0xe2d2ab0a${"00".repeat(64)}`;
    const error = makeError("execution reverted (unknown custom error)", "CALL_EXCEPTION", {
      action: "estimateGas",
      data,
      reason: null,
      transaction: { to: null, data: `0x${"ab".repeat(1000)}` },
      invocation: null,
      revert: null,
    });
    expect(explain(error)).to.equal("execution reverted (unknown custom error) 0xe2d2ab0a [CALL_EXCEPTION]");
  });
});
