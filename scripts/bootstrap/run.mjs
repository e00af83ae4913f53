import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ROOT, run, withNodeFirst } from "./process.mjs";
import { fail, say } from "./say.mjs";
import { closingLine, countTests } from "./summary.mjs";

/** Tools whose package has another name. @type {Record<string, string>} */
const PACKAGES = { tsc: "typescript" };

/**
 * Runs the steps in order and stops at the first that fails; counted steps (runners of tests) all run, and
 * their sum is the last line.
 * @param {import("../bootstrap.mjs").Step[]} steps
 * @param {string[]} extra arguments for the last step
 * @returns {Promise<number>} the exit code
 */
export async function runSteps(steps, extra) {
  /** @type {import("./summary.mjs").Count[]} */
  const counts = [];
  let failure = 0;

  for (const [index, step] of steps.entries()) {
    const command = index === steps.length - 1 ? [...step.command, ...extra] : step.command;
    const { code, interrupted, output } = await runTool(command, step);
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

  if (counts.length > 0) process.stdout.write(`${closingLine(counts)}\n`);
  return failure || (counts.some((count) => count.failed > 0) ? 1 : 0);
}

/**
 * @param {string[]} command
 * @param {import("../bootstrap.mjs").Step} step
 */
async function runTool([tool = "", ...args], step) {
  let output = "";
  const env = withNodeFirst(process.env, process.execPath);
  // A piped child believes that nobody looks on.
  if (step.counted && process.stdout.isTTY) env.FORCE_COLOR ??= "1";

  const stdout = step.counted ? "pipe" : step.quiet ? 2 : "inherit";
  const outcome = await run(
    process.execPath,
    [...toolArguments(tool), ...args],
    { env, stdio: ["inherit", stdout, "inherit"] },
    (text) => {
      output += text;
      process.stdout.write(text);
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
