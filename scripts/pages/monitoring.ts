import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { stableStringify } from "../lib/json.ts";
import { dashboard } from "../keepers/watch/dashboard.ts";
import { alertingRules } from "../keepers/watch/rules.ts";

/** What is imported into Prometheus and Grafana, by its path from the root, as Prettier would have it. */
export async function monitoringPages(root: string): Promise<Map<string, string>> {
  const made = [
    ["docs/monitoring/alerts.yml", "yaml", alertingRules()],
    ["docs/monitoring/dashboard.json", "json", stableStringify(dashboard(), 2)],
  ] as const;
  return new Map(
    await Promise.all(
      made.map(async ([path, parser, text]) => {
        const options = await resolveConfig(join(root, path));
        return [path, await format(text, { ...options, parser })] as const;
      }),
    ),
  );
}
