import { expect } from "chai";
import { isGoodNode } from "../../scripts/bootstrap/node.mjs";
import { withSqlite } from "../../scripts/bootstrap/process.mjs";

describe("bootstrap/node", () => {
  it("knows which Node will do", () => {
    for (const good of ["22.12.0", "22.23.3", "24.0.0", "24.21.0"])
      expect(isGoodNode(good), good).to.equal(true);
    for (const bad of ["16.20.2", "20.20.2", "22.11.0", "23.9.0", "25.1.0", "26.0.0"]) {
      expect(isGoodNode(bad), bad).to.equal(false);
    }
  });

  it("asks for SQLite where it is behind a flag, and keeps other options", () => {
    expect(withSqlite({}, "22.12.0").NODE_OPTIONS).to.equal("--experimental-sqlite");
    expect(withSqlite({ NODE_OPTIONS: "--trace-warnings" }, "22.12.0").NODE_OPTIONS).to.equal(
      "--trace-warnings --experimental-sqlite",
    );
    for (const version of ["22.13.0", "24.0.0"]) expect(withSqlite({}, version)).to.deep.equal({});
  });
});
