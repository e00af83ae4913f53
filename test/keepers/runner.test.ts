import { expect } from "chai";
import { makeError } from "ethers";
import { OvertakenError, type Job } from "../../scripts/keepers/job.ts";
import { Runner, type CycleResult, type RunnerOptions } from "../../scripts/keepers/runner.ts";
import { FatalError, RetryableError } from "../../scripts/lib/errors.ts";
import { createLogger } from "../../scripts/lib/logger.ts";

/** A job that observes `seen` and acts on what is not 0. */
function job(name: string, seen: () => number, act: () => string = () => "done"): Job<number, number> {
  return {
    name,
    observe: async () => seen(),
    plan: (observed) => (observed === 0 ? undefined : observed),
    act: async () => act(),
  };
}

function thrower(error: unknown): () => never {
  return () => {
    throw error;
  };
}

describe("keepers: the runner", () => {
  let told: CycleResult[];

  beforeEach(() => {
    told = [];
  });

  function runner(jobs: Job<number, number>[], options: Partial<RunnerOptions> = {}): Runner {
    return new Runner({
      jobs,
      log: createLogger({ level: "silent" }),
      now: () => 1_000,
      sleep: async () => undefined,
      pollSeconds: 12,
      onCycle: (result) => told.push(result),
      ...options,
    });
  }

  const outcomes = (results: readonly CycleResult[]) => results.map(({ outcome }) => outcome);

  it("acts where there is something to do", async () => {
    const results = await runner([job("a", () => 1), job("b", () => 0)]).round();
    expect(outcomes(results)).to.deep.equal(["acted", "idle"]);
    expect(results[0]!.text).to.equal("done");
    expect(told).to.deep.equal(results);
    expect(new Set(told.map(({ cycle }) => cycle)).size).to.equal(2);
  });

  it("goes on with the others where one fails, and tells what may pass from what needs a person", async () => {
    const errors: [unknown, string][] = [
      [new RetryableError("busy"), "retry"],
      [makeError("away", "NETWORK_ERROR", { event: "x" } as never), "retry"],
      [makeError("slow", "TIMEOUT", {} as never), "retry"],
      [makeError("500", "SERVER_ERROR", {} as never), "retry"],
      [makeError("reverted", "CALL_EXCEPTION", {} as never), "failed"],
      [new FatalError("a lie"), "failed"],
      [new TypeError("a defect"), "failed"],
      [new OvertakenError("somebody was faster"), "idle"],
    ];
    const jobs = errors.flatMap(([error], i) => [
      job(`see ${i}`, thrower(error)),
      job(`act ${i}`, () => 1, thrower(error)),
    ]);
    const results = await runner([...jobs, job("last", () => 1)]).round();
    expect(outcomes(results)).to.deep.equal([
      ...errors.flatMap(([, outcome]) => [outcome, outcome]),
      "acted",
    ]);
  });

  it("shows what it would do, and does not do it", async () => {
    const never = () => expect.fail("it acted");
    const results = await runner([job("a", () => 1, never)], { dryRun: true }).round();
    expect(results[0]).to.include({ outcome: "idle", text: "would act" });
  });

  it("runs until it is told to stop, and does not begin another job then", async () => {
    const stop = new AbortController();
    let rounds = 0;
    const last = job("last", () => 1);
    const first = job(
      "first",
      () => 1,
      () => {
        if (++rounds === 3) stop.abort();
        return "";
      },
    );
    await runner([first, last]).run(stop.signal);
    expect(told.map(({ job: name }) => name)).to.deep.equal(["first", "last", "first", "last", "first"]);
  });

  it("goes on where health cannot be told, or transactions do not move", async () => {
    const away = async () => Promise.reject(new Error("away"));
    const results = await runner([job("a", () => 1)], { beforeRound: away, betweenRounds: away }).round();
    expect(outcomes(results)).to.deep.equal(["acted"]);
  });
});
