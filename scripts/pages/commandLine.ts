import { join } from "node:path";
import { Command, type Option } from "commander";
import { z } from "zod";
import { buildProgram } from "../cli/program.ts";
import { withSession } from "../cli/sessionOptions.ts";
import { statusSchema } from "../cli/status/schema.ts";
import { KEEPER_SETTINGS } from "../keepers/settings.ts";
import { flagName, offFlagName } from "../lib/settings/names.ts";
import { code, page, table } from "./markdown.ts";

const PATH = "docs/cli.md";

const HEAD = `# Command line

\`npm run kedge -- <verb>\`. Made by \`npm run docs:generate\` from the commands in \`scripts/cli\`; \`npm run check\` compares it.

Data goes to stdout, words to stderr; with \`--json\` the data is JSON, in which amounts are wei, or shares of 18 decimals, as
decimal text, and times seconds since 1970. Amounts on the command line are ether, unless they say otherwise: \`0.5\`, \`20 gwei\`,
\`7 wei\`. Exit codes: 0 done, 1 failed, 2 bad usage, 3 nothing to do, 4 a person must look or said no.

Whoever signs is the key in \`KEDGE_PRIVATE_KEY\`, or \`--account\`: an address that the node signs for, or a name of a local
chain. Keys and passwords are never on the command line, nor in anything that is printed. What takes \`--dry-run\` then sends
nothing: it shows the call as it is decoded from its bytes, what it would return, and its gas in ether. Where a contract must
take somebody's kETH or wkETH, a permit is signed in place of an approval, in a dry run too: it lets that contract take
that amount, within half an hour.`;

/** What stands in the table of settings already. */
const SETTING_FLAGS = new Set(
  Object.keys(KEEPER_SETTINGS).flatMap((name) => [flagName(name), offFlagName(name)]),
);

/** Options that many verbs have: told once. */
const COMMON = withSession(new Command());

/** The page of all verbs, by its path from the root. */
export async function commandLinePages(root: string): Promise<Map<string, string>> {
  return new Map([[PATH, await page(join(root, PATH), commandLineBlocks(await buildProgram()))]]);
}

/** A heading for each command of the program, and a table of the verbs below it. */
export function commandLineBlocks(program: Command): string[] {
  return [
    HEAD,
    "## Deployments",
    "Verbs that look at a deployment, or act on it, have these options:",
    table(
      ["option", "what"],
      COMMON.options.map((option) => [
        code(option.flags),
        // what stands in angle brackets is no HTML
        `${option.description}${defaultOf(option)}`.replaceAll("<", "\\<"),
      ]),
    ),
    ...program.commands.flatMap((command) => [
      `## ${command.name()}`,
      ...(command.commands.length === 0 ? [] : [aboutOf(command)]),
      table(["verb", "what", "options"], leavesOf(command).map(row)),
    ]),
    "## What status --json prints",
    table(["field", "what", "type"], fieldRows(z.toJSONSchema(statusSchema) as Schema, "")),
  ];
}

function aboutOf(command: Command): string {
  return [command.description(), ...command.aliases().map((alias) => `Also spelled ${code(alias)}.`)].join(
    " ",
  );
}

function defaultOf({ defaultValue }: Option): string {
  return typeof defaultValue === "string" ? ` (default: ${defaultValue})` : "";
}

function leavesOf(command: Command): Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);
}

function row(command: Command): string[] {
  const names: string[] = [];
  for (let each = command; each.parent; each = each.parent) names.unshift(each.name());
  const given = command.registeredArguments.map((argument) => {
    const name = `${argument.name()}${argument.variadic ? "..." : ""}`;
    return argument.required ? `<${name}>` : `[${name}]`;
  });
  const flags = new Set(command.options.map((option) => option.flags));
  const isOfDeployment = COMMON.options.every((option) => flags.has(option.flags));
  const isOfKeepers = flags.has("--config <file>");
  const own = command.options.filter((option) => {
    if (isOfKeepers) return !SETTING_FLAGS.has(option.long!);
    return !isOfDeployment || !COMMON.options.some((common) => common.flags === option.flags);
  });
  return [
    code([...names, ...given].join(" ")),
    command.description(),
    [
      ...own.map((option) => `${code(option.flags)}${option.mandatory ? " (needed)" : ""}`),
      ...(isOfDeployment ? ["of a [deployment](#deployments)"] : []),
      ...(isOfKeepers ? ["a flag for each [setting](settings.md)"] : []),
    ].join(", "),
  ];
}

interface Schema {
  type?: string;
  description?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  anyOf?: Schema[];
  enum?: string[];
}

/** A row for each value in a schema, by the path to it. */
function fieldRows(schema: Schema, path: string): string[][] {
  const { properties, items, anyOf, additionalProperties, description = "" } = schema;
  if (properties) {
    return Object.entries(properties).flatMap(([name, inner]) =>
      fieldRows(inner, path === "" ? name : `${path}.${name}`),
    );
  }
  if (items) return fieldRows(items, `${path}[]`);
  if (anyOf) {
    const some = anyOf.filter(({ type }) => type !== "null");
    const rows = some.flatMap((inner) => fieldRows({ description, ...inner }, path));
    return some.length < anyOf.length
      ? rows.map(([field, what, type]) => [field!, what!, `${type!}, or null`])
      : rows;
  }
  if (typeof additionalProperties === "object") return fieldRows(additionalProperties, `${path}.<name>`);
  return [[code(path), description, schema.enum?.join(", ") ?? schema.type ?? ""]];
}
