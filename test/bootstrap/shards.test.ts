import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/bootstrap/process.mjs";
import { testFiles } from "../../scripts/bootstrap/shards.mjs";

describe("bootstrap: halves of the tests", () => {
  it("each file with tests is in one of them, and no other", () => {
    const all = globSync("test/**/*.test.ts", { cwd: ROOT }).sort();
    expect(all).to.include("test/bootstrap/shards.test.ts");
    for (const count of [1, 2, 3]) {
      const lists = testFiles(count);
      expect(lists).to.have.lengthOf(count);
      expect(lists.flat().sort()).to.deep.equal(all);
      const sizes = lists.map(({ length }) => length);
      expect(Math.max(...sizes) - Math.min(...sizes)).to.be.lessThan(2);
    }
  });

  it("a file that has tests says so by its name: else it would be left out", () => {
    const silent = globSync("test/**/*.ts", { cwd: ROOT })
      .filter((path) => !path.endsWith(".test.ts"))
      .filter((path) => /^\s*(describe|it)\(/m.test(readFileSync(join(ROOT, path), "utf8")));
    expect(silent).to.deep.equal([]);
  });
});
