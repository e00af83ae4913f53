import { expect } from "chai";
import { elapsed, Progress } from "../../scripts/lib/progress.ts";

function recorder(isTTY: boolean, columns = 40) {
  const written: string[] = [];
  return { written, isTTY, columns, write: (text: string) => written.push(text) };
}

describe("progress", () => {
  it("writes one plain line per finished step where there is no terminal", async () => {
    const stream = recorder(false);
    let now = 0;
    const progress = new Progress({ stream, now: () => now }, {});
    const result = await progress.run("compile", (step) => {
      step.update("37 files");
      now = 1_250;
      return 42;
    });
    expect(result).to.equal(42);
    expect(stream.written).to.deep.equal(["✓ compile (1.2 s)\n"]);
  });

  it("names the failure and passes the error on", async () => {
    const stream = recorder(false);
    const error = new Error("no node");
    const thrown = await new Progress({ stream, now: () => 0 }, {})
      .run("deploy", () => Promise.reject(error))
      .catch((e: unknown) => e);
    expect(thrown).to.equal(error);
    expect(stream.written).to.deep.equal(["✗ deploy · no node (0.0 s)\n"]);
  });

  it("keeps one live line within the width of a terminal, and clears it at the end", () => {
    const stream = recorder(true, 30);
    const progress = new Progress({ stream, now: () => 0 }, { NO_COLOR: "1" });
    const step = progress.start("a title that is far too long for a narrow terminal");
    const last = stream.written.at(-1)!;
    expect(last.startsWith("\r\x1b[2K")).to.equal(true);
    expect([...last.slice("\r\x1b[2K".length)].length).to.be.at.most(29);
    expect(last).to.contain("…").and.not.to.contain("\n");
    step.succeed("done");
    step.succeed("twice");
    expect(stream.written.join("").match(/\n/g)).to.have.length(1);
    expect(stream.written.at(-1)).to.equal("\r\x1b[2K");
  });

  it("prints the lines of a logger above the live line and draws that again", () => {
    const stream = recorder(true);
    const progress = new Progress({ stream, color: false, now: () => 0 }, {});
    const step = progress.start("waiting");
    stream.written.length = 0;
    progress.write("a log line\n");
    expect(stream.written[0]).to.equal("\r\x1b[2K");
    expect(stream.written[1]).to.equal("a log line\n");
    expect(stream.written[2]).to.contain("waiting");
    step.fail();
  });

  it("shows the inner step while it runs, then the outer again", () => {
    const stream = recorder(true);
    const progress = new Progress({ stream, color: false, now: () => 0 }, {});
    const outer = progress.start("outer");
    progress.start("inner").succeed();
    expect(stream.written.at(-1)).to.contain("outer");
    outer.succeed();
  });

  it("honours NO_COLOR and a dumb terminal", () => {
    const plain = recorder(true);
    new Progress({ stream: plain, now: () => 0 }, { NO_COLOR: "1" }).start("x").succeed();
    expect(plain.written.join("")).not.to.contain("\x1b[32m");
    const coloured = recorder(true);
    new Progress({ stream: coloured, now: () => 0 }, { NO_COLOR: "" }).start("x").succeed();
    expect(coloured.written.join("")).to.contain("\x1b[32m");
    const dumb = recorder(true);
    new Progress({ stream: dumb, now: () => 0 }, { TERM: "dumb" }).start("x").succeed();
    expect(dumb.written).to.deep.equal(["✓ x (0.0 s)\n"]);
  });

  it("writes durations for people", () => {
    expect([0, 990, 59_999, 60_000, 125_400].map(elapsed)).to.deep.equal([
      "0.0 s",
      "0.9 s",
      "59.9 s",
      "1 min 00 s",
      "2 min 05 s",
    ]);
  });
});
