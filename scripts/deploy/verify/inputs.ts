import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Provider } from "ethers";
import type { Records } from "../../lib/records.ts";
import { readArtifact, readBuild, type CompilerInput } from "../artifacts.ts";
import { codeAt, compareRuntime } from "../bytecode.ts";
import { deployedContracts, encodedArguments } from "./contracts.ts";

/// All that an explorer's form asks for besides the input itself.
export interface FormEntry {
  name: string;
  address: string;
  /// File of the input, beside this list.
  input: string;
  /// The contract among the input's.
  contract: string;
  compiler: string;
  /// Encoded, without 0x.
  constructorArguments: string;
}

/// What anyone who has the compiler needs to see that code is made from its source.
const OUTPUTS = ["abi", "metadata", "evm.bytecode", "evm.deployedBytecode"];

/// The standard-json input of one contract: its source, what that imports, and the settings it was compiled with. Compiled
/// alone it gives the same code as among all others.
export function standardInput(name: string): CompilerInput {
  const artifact = readArtifact(name);
  const { input, imports } = readBuild(artifact);
  const needed = new Set<string>();
  const need = (source: string) => {
    if (needed.has(source)) return;
    needed.add(source);
    for (const imported of imports.get(source) ?? []) need(imported);
  };
  need(artifact.inputSourceName);
  return {
    language: input.language,
    sources: Object.fromEntries([...needed].sort().map((source) => [source, input.sources[source]!])),
    settings: { ...input.settings, outputSelection: { "*": { "*": OUTPUTS } } },
  };
}

/// Keeps the input of each contract in `inputs/<contract>.json` of a deployment's folder, and in `inputs/index.json` what else
/// a form asks for. A contract whose code is not what these sources make, as it was deployed from older ones, keeps the
/// input that it has.
///
/// @returns the contracts whose input was kept
/// @throws RetryableError where the node does not answer
export async function keepInputs(folder: string, records: Records, provider: Provider): Promise<string[]> {
  const entries: FormEntry[] = [];
  const kept: string[] = [];
  const inputs = join(folder, "inputs");
  mkdirSync(inputs, { recursive: true });
  for (const deployed of deployedContracts(records)) {
    const { name, address } = deployed;
    const artifact = readArtifact(name);
    if (compareRuntime(name, await codeAt(provider, address)).ok) {
      write(join(inputs, `${name}.json`), standardInput(name));
      kept.push(name);
    }
    entries.push({
      name,
      address,
      input: `${name}.json`,
      contract: `${artifact.inputSourceName}:${name}`,
      compiler: `v${readBuild(artifact).compilerVersion}`,
      constructorArguments: encodedArguments(deployed),
    });
  }
  write(join(inputs, "index.json"), entries);
  return kept;
}

/// Whole or not at all: written beside, then renamed.
function write(file: string, value: unknown): void {
  writeFileSync(`${file}.new`, `${JSON.stringify(value, null, 1)}\n`);
  renameSync(`${file}.new`, file);
}
