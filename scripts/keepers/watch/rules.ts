import { ALERTS, ruleName, runbookOf } from "./alerts.ts";
import { duration, print } from "./expressions.ts";

/** Alerting rules as Prometheus reads them, in YAML. Texts in quotes as JSON has them, which YAML takes as they are. */
export function alertingRules(): string {
  const rules = ALERTS.map((alert) =>
    [
      `      - alert: ${ruleName(alert)}`,
      `        expr: ${JSON.stringify(print(alert.expression))}`,
      `        for: ${duration(alert.forSeconds)}`,
      `        labels:`,
      `          severity: ${alert.severity}`,
      `        annotations:`,
      `          summary: ${JSON.stringify(alert.summary)}`,
      `          runbook: ${runbookOf(alert)}`,
    ].join("\n"),
  );
  return ["groups:", "  - name: kedge", "    rules:", ...rules].join("\n");
}
