/** A Grafana dashboard in which every metric of the catalogue has a panel. */
import { ENTRIES, type MetricName } from "./catalogue.ts";
import { GROUPS, type MetricEntry, type Unit } from "./entries.ts";
import { SCRAPE_JOB } from "./expressions.ts";

const TITLES: Record<(typeof GROUPS)[number], string> = {
  report: "Reports and committee",
  queue: "Withdrawals and valves",
  sources: "Nodes",
  transactions: "Transactions and account",
  keeper: "Keeper",
};

/** Grafana's names of units. */
const UNITS: Record<Unit, string> = {
  age: "s",
  countdown: "s",
  seconds: "s",
  ratio: "percentunit",
  ether: "suffix: ETH",
  bool: "bool_on_off",
  slot: "none",
  count: "none",
};

const COLUMNS = 3;
const WIDTH = 24 / COLUMNS;
const HEIGHT = 7;
const DATASOURCE = { type: "prometheus", uid: "${datasource}" };

/** The dashboard as Grafana imports it. */
export function dashboard() {
  const panels: object[] = [];
  let y = 0;
  for (const group of GROUPS) {
    const entries = ENTRIES.filter(([, entry]) => entry.group === group);
    panels.push({
      id: panels.length + 1,
      type: "row",
      title: TITLES[group],
      collapsed: false,
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
      panels: [],
    });
    for (const [index, [name, entry]] of entries.entries()) {
      const gridPos = {
        x: (index % COLUMNS) * WIDTH,
        y: y + Math.floor(index / COLUMNS) * HEIGHT,
        w: WIDTH,
        h: HEIGHT,
      };
      panels.push(panel(panels.length + 1, name, entry, gridPos));
    }
    y += Math.ceil(entries.length / COLUMNS) * HEIGHT;
  }
  return {
    uid: "kedge-keepers",
    title: "Kedge keepers",
    tags: ["kedge"],
    timezone: "utc",
    schemaVersion: 39,
    refresh: "1m",
    time: { from: "now-24h", to: "now" },
    templating: {
      list: [
        { name: "datasource", type: "datasource", query: "prometheus" },
        {
          name: "instance",
          type: "query",
          datasource: DATASOURCE,
          query: `label_values(up{job="${SCRAPE_JOB}"}, instance)`,
          includeAll: true,
          multi: true,
          current: { text: "All", value: "$__all" },
          refresh: 2,
        },
      ],
    },
    panels,
  };
}

function panel(
  id: number,
  name: MetricName,
  { type, unit, labels = [], help }: MetricEntry,
  gridPos: object,
) {
  const series = `${name}{instance=~"$instance"}`;
  return {
    id,
    type: "timeseries",
    title: name,
    description: type === "counter" ? `${help} Per hour.` : help,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: {
      defaults: { unit: UNITS[unit], min: unit === "countdown" ? undefined : 0 },
      overrides: [],
    },
    options: { legend: { displayMode: "list", placement: "bottom" }, tooltip: { mode: "multi" } },
    targets: [
      {
        refId: "A",
        datasource: DATASOURCE,
        expr: type === "counter" ? `increase(${series}[1h])` : series,
        legendFormat: ["instance", ...labels].map((label) => `{{${label}}}`).join(" "),
      },
    ],
  };
}
