import { expect } from "chai";
import { concat, dataLength, dataSlice, toBeHex, toQuantity } from "ethers";
import { readArtifact } from "../../scripts/deploy/artifacts.ts";
import { compareRuntime } from "../../scripts/deploy/bytecode.ts";
import { FatalError } from "../../scripts/lib/errors.ts";

const NAME = "InstantExit";

/// `code` with `value` from byte `at` on.
function put(code: string, at: number, value: string): string {
  return concat([dataSlice(code, 0, at), value, dataSlice(code, at + dataLength(value))]);
}

describe("deploy: comparing code", () => {
  const artifact = readArtifact(NAME);
  const ids = Object.keys(artifact.immutableReferences).sort((a, b) => Number(a) - Number(b));
  const places = ids.map((id) => artifact.immutableReferences[id]!);
  /// As its constructor would leave it, with 1, 2, 3, … for the immutables.
  let code: string;

  before(() => {
    code = artifact.deployedBytecode;
    for (const [i, ranges] of places.entries()) {
      for (const { start } of ranges) code = put(code, start, toBeHex(i + 1, 32));
    }
  });

  it("code differs from its artifact by the immutables alone, which are told by name and value", () => {
    const { ok, differsAt, immutables } = compareRuntime(NAME, code);
    expect({ ok, differsAt }).to.deep.equal({ ok: true, differsAt: undefined });
    expect(immutables.map(({ value }) => toQuantity(value))).to.deep.equal(
      ids.map((_, i) => toQuantity(i + 1)),
    );
    const named = immutables.map(({ contract, name, type }) => `${contract}.${name}: ${type}`);
    expect(named).to.include.members([
      "InstantExit.withdrawalQueue: contract IWithdrawalQueue",
      "InstantExit._frameSeconds: uint256",
      "Guarded.authority: contract IAuthority",
    ]);
  });

  it("tells the first byte that differs", () => {
    const inside = (at: number) => places.flat().some(({ start }) => at >= start && at < start + 32);
    const at = [...Array(dataLength(code)).keys()].filter((i) => !inside(i));
    // the first, one in the middle, and the last, which is of the compiler's metadata
    for (const i of [at[0]!, at[at.length >> 1]!, at[at.length - 1]!]) {
      const other = toBeHex(BigInt(dataSlice(code, i, i + 1)) ^ 1n, 1);
      const { ok, differsAt } = compareRuntime(NAME, put(code, i, other));
      expect({ ok, differsAt }).to.deep.equal({ ok: false, differsAt: i });
    }
  });

  it("tells an immutable that has one value here and another there", () => {
    const [first, second] = places.find((ranges) => ranges.length > 1)!;
    for (const [{ start }, at] of [
      [first!, second!],
      [second!, second!],
    ] as const) {
      const { ok, differsAt } = compareRuntime(NAME, put(code, start, toBeHex(99, 32)));
      expect({ ok, differsAt }).to.deep.equal({ ok: false, differsAt: at.start });
    }
  });

  it("tells code that is too short, too long, or not there", () => {
    const size = dataLength(code);
    const short = dataSlice(code, 0, size - 1);
    const last = Math.max(...places.flat().map(({ start }) => start));
    expect(compareRuntime(NAME, short)).to.deep.equal({ ok: false, differsAt: size - 1, immutables: [] });
    expect(compareRuntime(NAME, `${code}00`)).to.deep.equal({ ok: false, differsAt: size, immutables: [] });
    expect(compareRuntime(NAME, dataSlice(code, 0, last + 5)).differsAt).to.equal(last + 5);
    expect(compareRuntime(NAME, "0x")).to.deep.equal({ ok: false, differsAt: 0, immutables: [] });
  });

  it("a contract without immutables has none", () => {
    const { deployedBytecode } = readArtifact("Unwrapper");
    expect(compareRuntime("Unwrapper", deployedBytecode)).to.deep.equal({ ok: true, immutables: [] });
  });

  it("a contract of another name is refused", () => {
    expect(() => compareRuntime("Nothing", "0x")).to.throw(FatalError, "no artifact of Nothing");
  });
});
