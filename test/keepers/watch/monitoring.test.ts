import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { checkMonitoring } from "../../../scripts/check/monitoring.ts";
import { ALERTS, ruleName, runbookOf } from "../../../scripts/keepers/watch/alerts.ts";
import { CATALOGUE } from "../../../scripts/keepers/watch/catalogue.ts";
import { CAUSE_IDS } from "../../../scripts/keepers/watch/causes.ts";
import { dashboard } from "../../../scripts/keepers/watch/dashboard.ts";
import { GROUPS } from "../../../scripts/keepers/watch/entries.ts";
import { duration, print } from "../../../scripts/keepers/watch/expressions.ts";
import { alertingRules } from "../../../scripts/keepers/watch/rules.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const text = (path: string) => readFileSync(join(ROOT, path), "utf8");
/** All that `kedge` does: the page is held against the commands by `npm run check`. */
const COMMANDS = [...text("docs/cli.md").matchAll(/^\| `([a-z -]+?)(?= [<[]|`)/gm)].map(([, command]) =>
  command!.trim(),
);

describe("keepers/watch/monitoring", () => {
  it("keeps the files that are imported as the tables have them", async () => {
    expect(await checkMonitoring({ root: ROOT, note: () => undefined })).to.deep.equal([]);
    const elsewhere = await checkMonitoring({ root: join(ROOT, "docs"), note: () => undefined });
    expect(elsewhere[0]).to.contain("docs/monitoring/alerts.yml is not there");
  });

  it("writes each alert as a rule", () => {
    const rules = alertingRules().split("      - alert: ").slice(1);
    expect(rules).to.have.length(ALERTS.length);
    for (const [index, alert] of ALERTS.entries()) {
      expect(rules[index]!.trimEnd().split(/\n +/)).to.deep.equal([
        ruleName(alert),
        `expr: ${JSON.stringify(print(alert.expression))}`,
        `for: ${duration(alert.forSeconds)}`,
        "labels:",
        `severity: ${alert.severity}`,
        "annotations:",
        `summary: ${JSON.stringify(alert.summary)}`,
        `runbook: ${runbookOf(alert)}`,
      ]);
    }
  });

  describe("dashboard", () => {
    interface Panel {
      id: number;
      type: string;
      title: string;
      gridPos: { x: number; y: number; w: number; h: number };
      targets?: { expr: string }[];
    }
    const panels = dashboard().panels as Panel[];

    it("has a panel for every metric, counters by their growth", () => {
      const series = panels.filter(({ type }) => type !== "row");
      expect(series.map(({ title }) => title)).to.have.members(Object.keys(CATALOGUE));
      expect(panels).to.have.length(series.length + GROUPS.length);
      for (const { title, targets } of series) {
        const all = `${title}{instance=~"$instance"}`;
        expect(targets!.map(({ expr }) => expr)).to.deep.equal([
          title.endsWith("_total") ? `increase(${all}[1h])` : all,
        ]);
      }
    });

    it("puts no two panels in one place", () => {
      expect(new Set(panels.map(({ id }) => id)).size).to.equal(panels.length);
      const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
        Array.from({ length: w * h }, (_, i) => `${x + (i % w)},${y + Math.floor(i / w)}`),
      );
      expect(new Set(cells).size).to.equal(cells.length);
      expect(Math.max(...panels.map(({ gridPos: { x, w } }) => x + w))).to.equal(24);
    });
  });

  describe("runbooks", () => {
    const pages = readdirSync(join(ROOT, "docs/runbooks")).map((name) => `docs/runbooks/${name}`);
    const INDEX = "docs/runbooks/README.md";

    it("has a page for every alert, and no page without one", () => {
      expect(pages).to.have.members([INDEX, ...ALERTS.map(runbookOf)]);
    });

    it("lists them all, with their severities", () => {
      const rows = text(INDEX)
        .split("\n")
        .filter((line) => line.startsWith("| ["))
        .map((line) => line.split("|").map((cell) => cell.trim()));
      expect(rows.map(([, page, severity]) => [page, severity])).to.have.deep.members(
        ALERTS.map(({ id, severity }) => [`[${id}](${id}.md)`, severity]),
      );
    });

    for (const alert of ALERTS) {
      it(`says of ${alert.id} what it means, what to look at, what to do, and when to wake somebody`, () => {
        const page = text(runbookOf(alert));
        expect(page.split("\n")[0]).to.equal(`# ${ruleName(alert)}`);
        const headings = [...page.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
        expect(headings).to.deep.equal([
          "What it means",
          "What to look at",
          "What to do",
          "When to wake somebody",
        ]);
        for (const part of page.split(/^## .*$/m)) expect(part.trim()).not.to.equal("");
        for (const [, name] of page.matchAll(/\b(kedge_[a-z_]+)/g)) expect(CATALOGUE).to.have.property(name!);
        for (const [, cause] of page.matchAll(/cause `([a-z-]+)`/g)) expect(CAUSE_IDS).to.include(cause);
        for (const [, command] of page.matchAll(/`kedge ([a-z ]+?)[`<]/g)) {
          expect(COMMANDS).to.include(command!.trim());
        }
      });
    }
  });
});
