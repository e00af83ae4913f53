import { readFile } from "node:fs/promises";
import type { Report } from "../../actions/buildReport.ts";
import { reportSchema } from "../../keepers/report/body.ts";
import { ConfigurationError, explain } from "../../lib/errors.ts";

/// A report as `kedge report build --json` writes it.
export async function readReport(path: string): Promise<Report> {
  try {
    return reportSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new ConfigurationError(
      {
        setting: path,
        problem: `is not a report: ${explain(error)}`,
        example: "kedge report build 64 --json",
      },
      { cause: error },
    );
  }
}
