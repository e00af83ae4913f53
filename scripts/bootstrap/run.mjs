import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run, withNodeFirst, withSqlite } from "./process.mjs";
import { fail, say } from "./say.mjs";
import { closingLine, countTests } from "./summary.mjs";

/** Tools whose package has another name. @type {Record<string, string>} */
const PACKAGES = { tsc: "typescript" };

/**
 * Runs the steps in order and stops at the first that fails; counted steps (runners of tests) all run, and
 * their sum is the last line. Steps of one group run at once: the first one's words come as they are said, those
 * of the others when all have ended.
 * @param {(import("../bootstrap.mjs").Step | import("../bootstrap.mjs").Step[])[]} steps
 * @param {string[]} extra arguments for the last step
 * @returns {Promise<number>} the exit code
 */
export async function runSteps(steps, extra) {
  /** @type {import("./summary.mjs").Count[]} */
  const counts = [];
  let failure = 0;

  for (const [index, group] of steps.entries()) {
    const isLast = index === steps.length - 1;
    const outcomes = await Promise.all(
      [group].flat().map(async (step, place) => {
        const command = isLast ? [...step.command, ...extra] : step.command;
        return { step, place, ...(await runTool(command, step, place === 0)) };
      }),
    );
    for (const { step, place, code, interrupted, output } of outcomes) {
      if (place > 0) process.stdout.write(output);
      failure ||= code;
      if (interrupted) return code;
      if (!step.counted) {
        if (code !== 0) return code;
        continue;
      }
      const count = countTests(output, code);
      counts.push(count);
      if (count.complaint !== undefined) say(`${step.command.slice(0, 3).join(" ")} ${count.complaint}`);
    }
  }

  if (counts.length > 0) process.stdout.write(`${closingLine(counts)}\n`);
  return failure || (counts.some((count) => count.failed > 0) ? 1 : 0);
}

/**
 * @param {string[]} command
 * @param {import("../bootstrap.mjs").Step} step
 * @param {boolean} isHeard whether what it says is passed on at once, as far as it is read here
 */
async function runTool([tool = "", ...args], step, isHeard) {
  let output = "";
  const env = withSqlite(withNodeFirst(process.env, process.execPath), process.versions.node);
  // A piped child believes that nobody looks on.
  if (step.counted && process.stdout.isTTY) env.FORCE_COLOR ??= "1";

  const stdout = step.counted ? "pipe" : step.quiet ? 2 : "inherit";
  const outcome = await run(
    process.execPath,
    [...toolArguments(tool), ...args],
    { env, stdio: ["inherit", stdout, "inherit"] },
    (text) => {
      output += text;
      if (isHeard) process.stdout.write(text);
    },
  );
  return { ...outcome, output };
}

/**
 * How this Node starts a tool. tsx is loaded into the process itself: no second process to lose signals in.
 * @param {string} tool
 */
function toolArguments(tool) {
  if (tool === "tsx") return ["--import", pathToFileURL(join(ROOT, "node_modules/tsx/dist/loader.mjs")).href];
  const home = join(ROOT, "node_modules", PACKAGES[tool] ?? tool);
  const manifest = join(home, "package.json");
  if (!existsSync(manifest)) fail(`${tool} is not installed`);
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return [join(home, typeof bin === "string" ? bin : bin[tool])];
}
