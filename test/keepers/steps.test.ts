import { expect } from "chai";
import { Interface, makeError } from "ethers";
import { OvertakenError } from "../../scripts/keepers/job.ts";
import { Runner } from "../../scripts/keepers/runner.ts";
import { sendFirst, stillPlanned, takeSteps } from "../../scripts/keepers/steps.ts";
import { FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { createLogger } from "../../scripts/lib/logger.ts";
import { CONTRACT_NAMES, type Protocol } from "../../scripts/lib/protocol.ts";

const NAMED = new Interface([
  "error Taken(uint256 id)",
  "error Early(uint256 id)",
  "error Wrong(uint256 id)",
  "error BeaconRootUnknown(uint256 time)",
]);
const PROTOCOL = Object.fromEntries(
  CONTRACT_NAMES.map((name) => [name, { interface: NAMED }]),
) as unknown as Protocol;

/** What ethers throws for a call that was refused; with a receipt where that was in a block. */
const refused = (data: string | null, receipt: object | null = null) =>
  makeError("execution reverted", "CALL_EXCEPTION", {
    action: receipt ? "sendTransaction" : "estimateGas",
    data,
    reason: null,
    transaction: { to: null, data: "0x" },
    invocation: null,
    revert: null,
    ...(receipt ? { receipt: receipt as never } : {}),
  });
const send = (error: Error) => sendFirst(PROTOCOL, ["Taken"], () => Promise.reject(error), ["Early"]);
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: Error) => error,
  );
const log = createLogger({ level: "silent" });

describe("keepers: steps", () => {
  it("tells who was faster from what is wrong, and from what came in between in its block", async () => {
    const taken = await failure(send(refused(NAMED.encodeErrorResult("Taken", [1n]))));
    expect(taken).to.be.instanceOf(OvertakenError);
    const wrong = await failure(send(refused(NAMED.encodeErrorResult("Wrong", [2n]))));
    expect(wrong).to.be.instanceOf(FatalError);
    expect(wrong!.message).to.equal("Wrong(2)");
    const early = await failure(send(refused(NAMED.encodeErrorResult("Early", [3n]))));
    expect(early).to.be.instanceOf(RetryableError).and.not.instanceOf(OvertakenError);
    const gone = await failure(send(refused(NAMED.encodeErrorResult("BeaconRootUnknown", [4n]))));
    expect(gone, "a block that was reorganised away").to.be.instanceOf(RetryableError);
    const inBlock = await failure(send(refused(null, { hash: "0x01" })));
    expect(inBlock).to.be.instanceOf(RetryableError).and.not.instanceOf(OvertakenError);
    const other = new RangeError("of our own");
    expect(await failure(send(other))).to.equal(other);
    expect(await sendFirst(PROTOCOL, [], async () => "sent")).to.equal("sent");
  });

  it("takes each step whatever became of the others, and tells the worst", async () => {
    const taken: string[] = [];
    const take = (step: string) => {
      taken.push(step);
      if (step === "late") throw new OvertakenError("late");
      if (step === "away") throw new RetryableError("away");
      if (step === "wrong") throw new FatalError("wrong");
      return Promise.resolve(`did ${step}`);
    };
    const steps = (...names: string[]) => takeSteps(names, async (step) => take(step), { log });
    expect(await steps("a", "late", "away", "b")).to.equal("did a; did b");
    expect(await failure(steps("wrong", "a"))).to.be.instanceOf(FatalError);
    expect(await failure(steps("late", "away")))
      .to.be.instanceOf(RetryableError)
      .and.not.instanceOf(OvertakenError);
    expect(await failure(steps("late"))).to.be.instanceOf(OvertakenError);
    expect(taken).to.deep.equal(["a", "late", "away", "b", "wrong", "a", "late", "away", "late"]);
  });

  it("keeps the steps that are planned still", () => {
    const step = (n: bigint) => ({ step: "settle", n });
    expect(stillPlanned([step(1n), step(2n)], [step(2n), step(3n)])).to.deep.equal([step(2n)]);
    expect(() => stillPlanned([step(1n)], undefined)).to.throw(OvertakenError);
    expect(() => stillPlanned([step(1n)], [step(2n)])).to.throw(OvertakenError);
  });

  it("a round in which somebody was faster is idle", async () => {
    const round = async (error: Error) => {
      const job = { name: "late", observe: async () => 1, plan: () => 1, act: () => Promise.reject(error) };
      const runner = new Runner({ jobs: [job], log, now: () => 0, sleep: async () => {}, pollSeconds: 1 });
      return (await runner.round())[0]!.outcome;
    };
    expect(await round(new OvertakenError("faster"))).to.equal("idle");
    expect(await round(new RetryableError("away"))).to.equal("retry");
    expect(await round(new FatalError("wrong"))).to.equal("failed");
  });
});
