import { expect } from "chai";
import { isGoodNode } from "../../scripts/bootstrap/node.mjs";

describe("bootstrap/node", () => {
  it("knows which Node will do", () => {
    for (const good of ["22.12.0", "22.23.3", "24.0.0", "24.21.0"])
      expect(isGoodNode(good), good).to.equal(true);
    for (const bad of ["16.20.2", "20.20.2", "22.11.0", "23.9.0", "25.1.0", "26.0.0"]) {
      expect(isGoodNode(bad), bad).to.equal(false);
    }
  });
});
