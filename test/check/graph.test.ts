import { expect } from "chai";
import { findCycle, topologicalOrder } from "../../scripts/check/graph.ts";

const graph = (edges: Record<string, string[]>) =>
  new Map(Object.entries(edges).map(([name, needs]) => [name, new Set(needs)]));

describe("check/graph", () => {
  it("finds a cycle and leaves out the way to it", () => {
    const cyclic = graph({ entry: ["a"], a: ["b"], b: ["c"], c: ["a"] });
    expect(findCycle(cyclic)).to.deep.equal(["a", "b", "c", "a"]);
  });

  it("finds a node that needs itself", () => {
    expect(findCycle(graph({ a: ["a"] }))).to.deep.equal(["a", "a"]);
  });

  it("takes two ways to one node for no cycle", () => {
    expect(findCycle(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).to.equal(undefined);
  });

  it("orders every node after all that it needs", () => {
    expect(topologicalOrder(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] }))).to.deep.equal([
      "d",
      "b",
      "c",
      "a",
    ]);
  });
});
