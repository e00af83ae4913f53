import { globSync } from "node:fs";
import { join } from "node:path";
import type { HardhatPlugin } from "hardhat/types/plugins";
import type { SolidityCompilerConfig } from "hardhat/types/config";

/**
 * Tests that link a library of Kedge into themselves, or need what only the IR pipeline can do: they are compiled as the
 * contracts are.
 */
const AS_CONTRACTS = [
  "test/fuzz/PoolMath.t.sol",
  "test/unit/libraries/*.t.sol",
  "test/unit/operators/RandaoSource.t.sol",
  "test/unit/oracle/BeaconVerifier.t.sol",
  "test/unit/types/*.t.sol",
];

/** Makes the contracts that quick tests call. */
const FACTORY = "test/utils/Factory.sol";

/** As of an abstract contract. */
const NO_CODE = { object: "", opcodes: "", sourceMap: "", linkReferences: {}, immutableReferences: {} };

/** The rest call contracts that `Factory.sol` made; their own code need not be small. Paths from the project's root. */
export function quickTests(root: string): string[] {
  const slow = new Set(globSync(AS_CONTRACTS, { cwd: root }));
  return globSync("test/**/*.t.sol", { cwd: root })
    .filter((path) => !slow.has(path))
    .sort();
}

/**
 * Compiles the tests of `quickTests` together, without optimiser and IR, and asks the compiler for their code alone: what
 * they import, their contracts among it, is compiled once, with its own settings. Else one run of the compiler would hold
 * more than it has memory for.
 */
export const quickTestsPlugin: HardhatPlugin = {
  id: "kedge-quick-tests",
  hookHandlers: {
    config: async () => ({
      default: async () => ({
        resolveUserConfig: async (config, variable, next) => {
          const resolved = await next(config, variable);
          // Hardhat compiles together what shares one object.
          for (const profile of Object.values(resolved.solidity.profiles)) {
            const shared = Object.values(profile.overrides)[0];
            for (const path of Object.keys(profile.overrides)) {
              if (shared !== undefined) profile.overrides[path] = shared;
            }
          }
          return resolved;
        },
      }),
    }),
    solidity: async () => ({
      default: async () => ({
        build: async (context, files, options, next) => {
          const { root } = context.config.paths;
          // A test that is built alone must not meet contracts of yesterday.
          const factory = files.some((file) => file.endsWith(".t.sol")) ? [join(root, FACTORY)] : [];
          return next(context, [...new Set([...files, ...factory])], options);
        },
        invokeSolc: async (context, compiler, input, config, next) => {
          if (!isQuick(config)) return next(context, compiler, input, config);
          const outputs = input.settings.outputSelection["*"] ?? {};
          const wanted = quickTests(context.config.paths.root)
            .map((path) => `project/${path}`)
            .filter((source) => source in input.sources);
          const select = (outputSelection: typeof input.settings.outputSelection) =>
            next(context, compiler, { ...input, settings: { ...input.settings, outputSelection } }, config);
          const output = await select(Object.fromEntries(wanted.map((source) => [source, outputs])));
          // What reads the output wants the tree of every source, and every contract in it. Asked together with code, a
          // tree would have all code made.
          const rest = await select({
            "*": { "": outputs[""] ?? [], "*": ["abi", "evm.methodIdentifiers"] },
          });
          for (const [source, contracts] of Object.entries(rest.contracts ?? {})) {
            for (const contract of Object.values(contracts)) {
              const methodIdentifiers = contract.evm?.methodIdentifiers ?? {};
              contract.evm = { methodIdentifiers, bytecode: NO_CODE, deployedBytecode: NO_CODE };
            }
            Object.assign(contracts, output.contracts?.[source]);
          }
          return { ...output, sources: rest.sources, contracts: rest.contracts };
        },
      }),
    }),
  },
};

/** Only quick tests do without the IR. */
function isQuick(config: SolidityCompilerConfig): boolean {
  const settings = config.settings as { viaIR?: boolean } | undefined;
  return settings?.viaIR !== true;
}
