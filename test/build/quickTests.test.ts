import { readFileSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import { expect } from "chai";
import { quickTests } from "../../scripts/build/quickTests.js";

const ROOT = join(import.meta.dirname, "../..");

describe("quick Solidity tests", () => {
  it("leave out those that link a library", () => {
    const paths = quickTests(ROOT);
    expect(paths).to.include("test/unit/token/StakedEther.t.sol");
    expect(paths).to.include("test/invariant/Token.t.sol");
    expect(paths).not.to.include("test/unit/libraries/PoolMath.t.sol");
    expect(paths).not.to.include("test/utils/Factory.sol");
  });

  it("make contracts of Kedge by the factory alone, which compiles them as they are deployed", () => {
    const contracts = new Set(
      globSync("contracts/**/*.sol", { cwd: ROOT }).map((path) => basename(path, ".sol")),
    );
    const tests = globSync("test/**/*.sol", { cwd: ROOT }).filter(
      (path) => !path.endsWith("utils/Factory.sol"),
    );
    const made = tests.flatMap((path) =>
      [...readFileSync(join(ROOT, path), "utf8").matchAll(/\bnew ([A-Z]\w*)\s*[({]/g)]
        .map((match) => match[1] ?? "")
        .filter((name) => contracts.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(made).to.deep.equal([]);
  });
});
