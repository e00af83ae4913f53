import { expect } from "chai";
import { describe as inWords, firstDifference, shortly } from "../../../scripts/lib/sources/difference.ts";
import { decide } from "../../../scripts/lib/sources/vote.ts";

const votes = (...values: unknown[]) => values.map((value, i) => ({ source: "abcdef"[i]!, value }));
const same = (value: unknown) => value;

describe("the first difference", () => {
  it("is named by its place", () => {
    const left = { a: 1, list: [{ gwei: 5n }, { gwei: 6n }] };
    expect(firstDifference(left, structuredClone(left))).to.equal(undefined);
    expect(firstDifference(left, { a: 1, list: [{ gwei: 5n }, { gwei: 7n }] })).to.deep.equal({
      path: "list[1].gwei",
      left: 6n,
      right: 7n,
    });
    expect(firstDifference(left, { a: 1, list: [] })?.path).to.equal("list.length");
    expect(firstDifference(left, { list: left.list })).to.include({ path: "a", right: undefined });
    expect(firstDifference({ a: 1 }, { a: 1, b: undefined })).to.equal(undefined);
    expect(firstDifference({ a: 1 }, { a: 1, b: 2 })).to.include({ path: "b", left: undefined, right: 2 });
    expect(firstDifference(undefined, left)).to.include({ path: "" });
    expect(firstDifference([1], { 0: 1 })).to.include({ path: "" });
    expect(firstDifference(null, {})).to.include({ path: "" });
    expect(firstDifference(5n, 5)).to.include({ path: "" });
  });

  it("is told in a sentence, with long values cut", () => {
    const difference = { path: "[3].balanceGwei", left: 5n, right: "x".repeat(200) };
    expect(inWords(difference, "one", "other")).to.equal(
      `[3].balanceGwei is 5 at one, "${"x".repeat(96)}… at other`,
    );
    expect(inWords({ path: "", left: undefined, right: { gwei: 1n } }, "one", "other")).to.equal(
      `it is nothing at one, {"gwei":"1"} at other`,
    );
    expect(shortly(["a"])).to.equal(`["a"]`);
  });
});

describe("a vote", () => {
  it("is decided by a quorum that says the same", () => {
    const verdict = decide(votes({ a: 1 }, { a: 2 }, { a: 1 }), 2, same);
    expect(verdict?.agreed.map(({ source }) => source)).to.deep.equal(["a", "c"]);
    expect(verdict?.dissent).to.deep.equal([{ source: "b", difference: { path: "a", left: 1, right: 2 } }]);
    expect(decide(votes(1, 2, 1), 3, same)).to.equal(undefined);
    expect(decide(votes(), 1, same)).to.equal(undefined);
  });

  it("is none where another quorum says otherwise", () => {
    expect(decide(votes(1, 1, 2, 2), 2, same)).to.equal(undefined);
    expect(decide(votes(1, 1, 2, 2, 1), 2, same)).to.equal(undefined);
    expect(decide(votes(1, 1, 2, 1), 2, same)?.agreed).to.have.length(3);
  });

  it("counts what is compared, and nothing else", () => {
    const verdict = decide(votes({ a: 1, at: 5 }, { a: 1, at: 6 }), 2, (value) => (value as { a: number }).a);
    expect(verdict?.agreed[0].value).to.deep.equal({ a: 1, at: 5 });
    expect(verdict?.dissent).to.deep.equal([]);
  });
});
