import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import type { Breach } from "../../scripts/soak/breach.ts";
import { conclude } from "../../scripts/soak/conclude.ts";
import type { SoakResult } from "../../scripts/soak/result.ts";

const BREACH = { rule: "QUE-1", text: "the queue has 1 wei for claims of 2" };

describe("soak: how it ends", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "kedge-soak-end-"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function ended(breaches: Breach[], json = false) {
    const result: SoakResult = {
      ...{ seed: 7, frames: 20, framesRun: 3, lateFrames: 0, unreported: 0, slowSlots: 0, seconds: 60 },
      ...{ faults: { kill: 2 }, deeds: {}, keepers: [], replayed: 0, breaches },
      tickets: { requested: 2, finalised: 1, claimed: 1 },
    };
    const [out, err]: [string[], string[]] = [[], []];
    const code = conclude(result, {
      ...{ folder, json },
      write: (text) => out.push(text),
      say: (line) => err.push(line),
    });
    return { code, result, out: out.join(""), err: err.join("\n") };
  }

  it("ends with 0 where everything held, and leaves nothing behind", () => {
    const { code, out, err } = ended([]);
    expect([code, err, existsSync(folder)]).to.deep.equal([0, "", false]);
    expect(out).to.contain("✓ everything held in every frame");
  });

  it("ends with 1 where something did not, says where to look, and keeps the folder", () => {
    const { code, out, err } = ended([BREACH]);
    expect([code, existsSync(folder)]).to.deep.equal([1, true]);
    expect(out).to.contain(`✗ QUE-1: ${BREACH.text}`).and.not.contain("✓");
    expect(err).to.contain("frame 3 of seed 7").and.to.contain(folder);
  });

  it("prints the same as JSON, and no more", () => {
    const { code, result, out } = ended([BREACH], true);
    expect(code).to.equal(1);
    expect(JSON.parse(out)).to.deep.equal(result);
  });
});
