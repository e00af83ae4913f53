import { expect } from "chai";
import { checkModuleGraph, layerFindings, moduleGraph } from "../../scripts/check/graph-modules.ts";
import { withProject } from "./project.ts";

const findings = (sources: Record<string, string>) =>
  layerFindings(moduleGraph(new Map(Object.entries(sources))));

describe("check/graph-modules", () => {
  it("finds a planted cycle, through types and re-exports too", () => {
    const files = {
      "scripts/lib/a.ts": 'import type { B } from "./b.ts";',
      "scripts/lib/b.ts": 'export { c } from "./c.js";',
      "scripts/lib/c.ts": 'export const a = () => import("./a.ts");',
    };
    withProject(files, (context) => {
      expect(checkModuleGraph(context)).to.deep.equal([
        "modules form a cycle: scripts/lib/a.ts -> scripts/lib/b.ts -> scripts/lib/c.ts -> scripts/lib/a.ts",
      ]);
    });
  });

  it("passes a project without modules", () => {
    withProject({}, (context) => expect(checkModuleGraph(context)).to.deep.equal([]));
  });

  it("forbids imports that go up", () => {
    expect(
      findings({
        "scripts/lib/units.ts": 'import { stake } from "../actions/stake.ts";',
        "scripts/actions/stake.ts": 'import { run } from "../keepers/report/act.ts";',
        "scripts/keepers/report/act.ts": 'import "../../cli/main.ts";',
        "scripts/cli/main.ts": 'import "../deploy/main.ts";',
        "scripts/deploy/main.ts": 'import "../actions/stake.ts";',
      }),
    ).to.deep.equal([
      "scripts/lib/units.ts may not import scripts/actions/stake.ts",
      "scripts/actions/stake.ts may not import scripts/keepers/report/act.ts",
      "scripts/keepers/report/act.ts may not import scripts/cli/main.ts",
      "scripts/cli/main.ts may not import scripts/deploy/main.ts",
      "scripts/deploy/main.ts may not import scripts/actions/stake.ts",
    ]);
  });

  it("forbids one keeper to import another, and lets all share what stands beside them", () => {
    expect(
      findings({
        "scripts/keepers/report/plan.ts":
          'import "../exit/plan.ts"; import "../loop.ts"; import "./observe.ts";',
        "scripts/keepers/main.ts": 'import "./report/plan.ts"; import "./exit/plan.ts";',
      }),
    ).to.deep.equal(["scripts/keepers/report/plan.ts may not import scripts/keepers/exit/plan.ts"]);
  });

  it("allows imports that go down, packages, and generated types", () => {
    expect(
      findings({
        "scripts/lib/tx.ts":
          'import { ethers } from "ethers"; import type {} from "../../typechain-types/index.js";',
        "scripts/cli/main.ts": 'import "../actions/stake.ts"; import "../lib/tx.ts";',
        "scripts/devnet/main.ts": 'import "../deploy/main.ts"; import "../keepers/report/act.ts";',
      }),
    ).to.deep.equal([]);
  });
});
