import { expect } from "chai";
import { RetryableError } from "../../scripts/lib/errors.ts";
import { createLogger, cycleLogger, type LoggerOptions } from "../../scripts/lib/logger.ts";

function record(options: LoggerOptions = {}, env: NodeJS.ProcessEnv = {}) {
  const lines: string[] = [];
  const stream = { isTTY: false, write: (text: string) => lines.push(text), ...options.stream };
  stream.write = (text: string) => lines.push(text);
  return { lines, log: createLogger({ ...options, stream }, env) };
}

describe("logger", () => {
  it("writes plain lines for people", () => {
    const { lines, log } = record();
    log.info({ refSlot: 64, amountWei: 10n ** 24n, note: "two words" }, "report applied");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^\d\d:\d\d:\d\d info {2}report applied refSlot=64 amountWei=1000000000000000000000000 note="two words"\n$/,
    );
  });

  it("writes JSON for machines, bigint exact", () => {
    const { lines, log } = record({ json: true, bindings: { keeper: "report" } });
    log.warn({ amountWei: 2n ** 90n }, "late");
    const parsed = JSON.parse(lines[0]!) as { time: string };
    expect(parsed).to.include({
      level: "warn",
      msg: "late",
      keeper: "report",
      amountWei: (2n ** 90n).toString(),
    });
    expect(new Date(parsed.time).getTime()).to.be.closeTo(Date.now(), 60_000);
  });

  it("shows an error with its causes, the stack only from error on", () => {
    const error = new RetryableError("no answer", { cause: new Error("ECONNREFUSED") });
    const quiet = record();
    quiet.log.warn({ err: error }, "try again");
    expect(quiet.lines[0]).to.contain('err="no answer: ECONNREFUSED"').and.not.to.contain("    at ");
    const loud = record();
    loud.log.error(error);
    expect(loud.lines[0]).to.contain("no answer").and.to.contain("    at ");
    const json = record({ json: true });
    json.log.error({ err: error });
    const { err } = JSON.parse(json.lines[0]!) as { err: Error & { cause: Error } };
    expect(err).to.include({
      kind: "retryable",
      message: "no answer",
      name: "RetryableError",
    });
    expect(err.cause.message).to.equal("ECONNREFUSED");
  });

  for (const json of [false, true]) {
    it(`lets no secret through (${json ? "JSON" : "text"})`, () => {
      const key = "0xAb" + "cd".repeat(31);
      const words = 'test "quoted" words';
      const { lines, log } = record({ json, secrets: [key, words], level: "trace" });
      const fields = {
        privateKey: "p1-leak",
        rpcToken: "p2-leak",
        PASSWORD: "p3-leak",
        deep: [{ mnemonic: "p4-leak" }],
        api_key: "p5-leak",
        headers: { authorization: "p6-leak" },
        signingKey: new Uint8Array([1]),
        kept: "pubkey stays",
        pubkey: "0x99",
        keys: 3,
      };
      log.info(fields, "fields");
      log.child({ a: 1n }).child({ secret: "p7-leak" }).info("child");
      log.info(`key ${key} and ${key.slice(2).toLowerCase()} and ${words}`);
      log.error({
        err: new Error(`cannot reach https://user:p8-leak@node.example/x`, { cause: new Error(words) }),
      });
      log.info({ url: "wss://p9-leak@node.example" }, "url");
      const all = lines.join("");
      expect(all.match(/p\d-leak/g)).to.equal(null);
      expect(all.toLowerCase()).not.to.contain("cdcdcd");
      expect(all).not.to.contain("quoted");
      expect(all).to.contain("pubkey stays").and.to.contain("0x99").and.to.contain("node.example/x");
    });
  }

  it("names the cycle in every line, and the reference slot where there is one", () => {
    const { lines, log } = record({ json: true });
    cycleLogger(log, { keeper: "report", cycle: 7, refSlot: 96 }).info("signed");
    cycleLogger(log, { keeper: "exit", cycle: 8 }).child({ attempt: 2 }).info("sent");
    const [first, second] = lines.map((line) => JSON.parse(line) as object);
    expect(first).to.include({ keeper: "report", cycle: 7, refSlot: 96, msg: "signed" });
    expect(second).to.include({ keeper: "exit", cycle: 8, attempt: 2 }).and.not.to.have.property("refSlot");
  });

  it("survives cycles and obeys its level", () => {
    const { lines, log } = record({ level: "warn" });
    const loop: Record<string, unknown> = { a: 1 };
    loop.self = loop;
    log.info("unheard");
    log.warn({ loop }, "loop");
    expect(lines).to.have.length(1);
    expect(lines[0]).to.contain("[deep]");
  });

  it("colours only a terminal without NO_COLOR", () => {
    const stream = { isTTY: true, write: () => true };
    for (const [env, coloured] of [
      [{}, true],
      [{ NO_COLOR: "1" }, false],
    ] as const) {
      const { lines, log } = record({ stream }, env);
      log.info("x");
      expect(lines[0]!.includes("\x1b[")).to.equal(coloured);
    }
    const piped = record();
    piped.log.info("x");
    expect(piped.lines[0]).not.to.contain("\x1b");
  });
});
