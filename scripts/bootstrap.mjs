// Every `npm run <verb>` starts here: the right Node, the locked dependencies, then the verb's commands in
// order. Plain Node, no dependencies, and no syntax beyond Node 16, since it must run before anything else
// is there. Its own words go to stderr, so that a verb's stdout stays that verb's data.

import { fail } from "./bootstrap/say.mjs";
import { ensureNode } from "./bootstrap/node.mjs";
import { ensureDependencies } from "./bootstrap/install.mjs";
import { runSteps } from "./bootstrap/run.mjs";
import { testFiles } from "./bootstrap/shards.mjs";

/**
 * @typedef {object} Step
 * @property {string[]} command a tool of node_modules and its arguments
 * @property {boolean} [quiet] its stdout goes to stderr
 * @property {boolean} [counted] its summary of tests counts toward the closing line
 */

/** @type {Step} */
const build = { command: ["hardhat", "build"] };

/** Without the Solidity tests. @type {Step} */
const contracts = { command: ["hardhat", "build", "--no-tests"] };

/** A build before a command whose stdout is data. @type {Step} */
const quietBuild = { command: ["hardhat", "build", "--no-tests", "--quiet"], quiet: true };

/** What Solidity tests read. @type {Step} */
const fixtures = { command: ["tsx", "test/fixtures/generate.ts"] };

/** @type {Step} */
const solidityTests = { command: ["hardhat", "test", "solidity", "--no-compile"], counted: true };

const mocha = ["hardhat", "test", "mocha", "--no-compile"];

/** All tests at once: those in TypeScript in two halves. @type {() => Step[]} */
const allTests = () => [
  ...testFiles(2).map((files) => ({ command: [...mocha, ...files], counted: true })),
  solidityTests,
];

const [verb = "", ...args] = process.argv.slice(2);

/**
 * Arguments of the command line go to the last step; with them tests in TypeScript are not divided.
 * @type {Record<string, (Step | Step[])[]>}
 */
const VERBS = {
  build: [build],
  test: [
    build,
    fixtures,
    ...(args.length > 0 ? [solidityTests, { command: mocha, counted: true }] : [allTests()]),
  ],
  "test:deep": [
    fixtures,
    { command: ["hardhat", "test", "solidity", "--test-profile", "deep"], counted: true },
  ],
  check: [
    { command: ["prettier", "--check", "--log-level", "warn", "."] },
    contracts, // ESLint and tsc want the contracts' types
    { command: ["eslint", "--max-warnings", "0", "."] },
    {
      command: [
        "solhint",
        "--max-warnings",
        "0",
        "--noPoster",
        "--disc",
        "contracts/**/*.sol",
        "test/**/*.sol",
      ],
    },
    { command: ["tsc", "-p", "."] },
    { command: ["tsx", "scripts/check/main.ts"] },
  ],
  format: [{ command: ["prettier", "--write", "--log-level", "warn", "."] }],
  "docs:generate": [quietBuild, { command: ["tsx", "scripts/pages/main.ts"] }],
  demo: [quietBuild, { command: ["tsx", "scripts/demo/main.ts"] }],
  "bench:gas": [quietBuild, { command: ["tsx", "scripts/bench/main.ts"] }],
  "bench:keepers": [quietBuild, { command: ["tsx", "scripts/bench/keepers/main.ts"] }],
  soak: [quietBuild, { command: ["tsx", "scripts/soak/main.ts"] }],
  devnet: [quietBuild, { command: ["tsx", "scripts/devnet/main.ts"] }],
  deploy: [quietBuild, { command: ["tsx", "scripts/deploy/main.ts"] }],
  verify: [quietBuild, { command: ["tsx", "scripts/deploy/verify/main.ts"] }],
  accept: [quietBuild, { command: ["tsx", "scripts/deploy/accept/main.ts"] }],
  kedge: [quietBuild, { command: ["tsx", "scripts/cli/main.ts"] }],
};

const steps = Object.prototype.hasOwnProperty.call(VERBS, verb) ? VERBS[verb] : undefined;
if (steps === undefined) fail(`unknown verb "${verb}"; there are: ${Object.keys(VERBS).join(", ")}`);

await ensureNode([verb, ...args]);
await ensureDependencies();
process.exitCode = await runSteps(steps, args);
