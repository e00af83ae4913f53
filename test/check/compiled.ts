import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const ROOT = new URL("../../", import.meta.url);
const BUILD = "made-up";

interface Output {
  sources: Record<string, unknown>;
  contracts: Record<string, Record<string, { abi: unknown; evm: { bytecode: { object: string } } }>>;
  errors?: { severity: string; formattedMessage: string }[];
}

/**
 * What Hardhat leaves behind of contracts that a test makes up. They may import the project's own by
 * "project/contracts/…", and those of npm.
 * @param sources Solidity by names such as "project/contracts/Vault.sol"
 * @returns files for `withProject`
 */
export function compiled(sources: Record<string, string>): Record<string, string> {
  const solc = require("solc") as { compile(input: string, callbacks: object): string };
  const known = Object.fromEntries(Object.entries(sources).map(([name, content]) => [name, { content }]));
  const input = {
    language: "Solidity",
    sources: known,
    settings: {
      evmVersion: "osaka",
      outputSelection: { "*": { "": ["ast"], "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const found: Record<string, { content: string }> = {};
  const importer = (path: string) => {
    const file = path.startsWith("project/")
      ? new URL(path.slice("project/".length), ROOT)
      : require.resolve(path);
    const content = readFileSync(file, "utf8");
    found[path] = { content };
    return { contents: content };
  };
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: importer })) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));

  const artifacts = Object.keys(sources).flatMap((source) =>
    Object.entries(output.contracts[source] ?? {}).map(([contractName, { abi, evm }]) => [
      `artifacts/contracts/${contractName}.json`,
      JSON.stringify({
        contractName,
        inputSourceName: source,
        buildInfoId: BUILD,
        abi,
        bytecode: `0x${evm.bytecode.object}`,
      }),
    ]),
  );
  return {
    ...(Object.fromEntries(artifacts) as Record<string, string>),
    [`artifacts/build-info/${BUILD}.json`]: JSON.stringify({ input: { sources: { ...found, ...known } } }),
    [`artifacts/build-info/${BUILD}.output.json`]: JSON.stringify({ output: { sources: output.sources } }),
  };
}
