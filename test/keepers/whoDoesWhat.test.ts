import { expect } from "chai";
import { globSync, readFileSync } from "node:fs";
import { KEEPER_JOBS } from "../../scripts/keepers/settings.ts";
import { CONTRACT_NAMES } from "../../scripts/lib/protocol.ts";

interface Function {
  type: string;
  name?: string;
  stateMutability?: string;
}

/** Cells of a page's tables, by rows. */
function rows(page: string): string[][] {
  return page
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) =>
      line
        .slice(1, -1)
        .split(" | ")
        .map((cell) => cell.trim()),
    );
}

/** Functions of the deployed contracts that change something, and whose callers docs/permissions.md does not name. */
function openFunctions(): string[] {
  const guarded = new Set(
    rows(readFileSync("docs/permissions.md", "utf8")).map(
      ([contract, signature]) => `${contract}.${/^`(\w+)\(/.exec(signature ?? "")?.[1]}`,
    ),
  );
  const all = CONTRACT_NAMES.flatMap((contract) => {
    const [path] = globSync(`artifacts/contracts/**/${contract}.sol/${contract}.json`);
    const { abi } = JSON.parse(readFileSync(path!, "utf8")) as { abi: Function[] };
    return abi
      .filter(({ type, stateMutability }) => type === "function" && !/view|pure/.test(stateMutability!))
      .map(({ name }) => `${contract}.${name}`);
  });
  return [...new Set(all)].filter((name) => !guarded.has(name));
}

describe("who does what", () => {
  const [, section = ""] = readFileSync("docs/keepers.md", "utf8").split("## Who does what");
  const told = rows(section.split("\n## ")[0]!).slice(2);

  it("names each function that asks for no role, once", () => {
    const names = told.flatMap(([contract, functions]) =>
      [...functions!.matchAll(/`(\w+)`/g)].map(([, name]) => `${contract}.${name}`),
    );
    expect(names).to.have.members(openFunctions());
  });

  it("names a job that there is, or says why nobody does it", () => {
    const jobs = new Set(KEEPER_JOBS.map((job) => `\`${job}\``));
    for (const [contract, functions, job] of told) {
      const isTold = jobs.has(job!) || /^nobody: .{10,}/.test(job!);
      expect(isTold, `${contract} ${functions}: ${job}`).to.equal(true);
    }
  });
});
