import { join } from "node:path";
import { withDeployment, type Deployment } from "./deployment.ts";
import { FIXED } from "../deploy/tables/fixed.ts";
import { nameHolders } from "./grants.ts";
import { scanGuards } from "./guards.ts";
import { page } from "./markdown.ts";
import { parameterBlocks, parametersOf, type ParameterTables } from "./parameters.ts";
import { permissionBlocks, permissionsOf, type Permissions } from "./permissions.ts";
import { DECISIONS, SETTINGS } from "../deploy/tables/settings.ts";

/** The same address on every network, shown as it is. */
const OFFICIAL: keyof Deployment["parameters"] = "depositContract";

export interface Generated {
  /** The pages' texts, by their paths from the root. */
  pages: Map<string, string>;
  permissions: Permissions;
  parameters: ParameterTables;
  /** What is wrong with the contracts, the deployment or the tables. */
  findings: string[];
  /** What was looked at, or could not be. */
  notes: string[];
}

/** Deploys on an embedded chain, and says of that deployment who may call what, and which values it has. */
export async function generate(root: string): Promise<Generated> {
  const scan = scanGuards(root);
  const roles = scan.roles.map(({ name }) => name);
  return withDeployment(root, roles, async (deployment) => {
    const names = namesOf(deployment);
    const { holders, findings } = nameHolders(deployment.grants, names);
    const { subjects, parameters: told } = deployment;
    const permissions = await permissionsOf({ ...scan, ...deployment, holders, names });
    const parameters = await parametersOf({
      tables: { settings: SETTINGS, decisions: DECISIONS, fixed: FIXED },
      functions: scan.functions,
      governing: new Set(
        [...holders.values()].flat().flatMap(({ name, governs }) => (governs ? [name] : [])),
      ),
      permissions,
      subjects,
      parameters: told,
      // it was the first admin, and holds nothing: no other page may name it
      names: new Map([...names, [deployment.deployer.toLowerCase(), "deployer"]]),
    });
    const pages = Object.entries({
      "docs/parameters.md": parameterBlocks(parameters.tables),
      "docs/permissions.md": permissionBlocks(permissions),
    });
    return {
      pages: new Map(
        await Promise.all(
          pages.map(async ([path, blocks]) => [path, await page(join(root, path), blocks)] as const),
        ),
      ),
      permissions,
      parameters: parameters.tables,
      notes: [
        `${scan.functions.length} functions, ${deployment.grants.length} roles`,
        `${parameters.tables.settings.length} parameters, ${parameters.tables.fixed.length} fixed values`,
        ...parameters.untried.map((contract) => `${contract} cannot be made again: its bounds are not tried`),
      ],
      findings: [...scan.findings, ...findings, ...parameters.findings],
    };
  });
}

/** What the deployment calls an address: contracts by name, people by the parameter that names them. */
function namesOf({ addresses, parameters }: Deployment): Map<string, string> {
  const people = Object.entries(parameters)
    .filter(([name, { unit }]) => unit === "address" && name !== OFFICIAL)
    .map(([name, { value }]) => [name, value as string] as const);
  const named = [...people, ...Object.entries(addresses)];
  return new Map(named.map(([name, address]) => [address.toLowerCase(), name]));
}
