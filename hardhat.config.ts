import { createRequire } from "node:module";
import { configVariable, defineConfig } from "hardhat/config";
import type { HttpNetworkUserConfig } from "hardhat/types/config";
import toolbox from "@nomicfoundation/hardhat-toolbox-mocha-ethers";
import { quickTests, quickTestsPlugin } from "./scripts/build/quickTests.js";

const require = createRequire(import.meta.url);

/// The compiler comes from npm, so that a build needs nothing but the lock file.
const compiler = {
  version: "0.8.37",
  path: require.resolve("solc/soljson.js"),
};
const settings = {
  evmVersion: "osaka",
  viaIR: true,
  optimizer: { enabled: true, runs: 200 },
};

const overrides = Object.fromEntries(
  quickTests(import.meta.dirname).map((path) => [path, { ...compiler, settings: { evmVersion: "osaka" } }]),
);

/// A network that everybody shares. Node and key are asked for when it is used, of the environment or of Hardhat's keystore.
const shared = (name: string, chainId: number): HttpNetworkUserConfig => ({
  type: "http",
  chainType: "l1",
  chainId,
  url: configVariable(`${name}_RPC_URL`),
  accounts: [configVariable(`${name}_DEPLOYER_KEY`)],
});

/// Solidity tests may read their fixtures and nothing else.
const fsPermissions = { readDirectory: ["test/fixtures"] };

export default defineConfig({
  plugins: [toolbox, quickTestsPlugin],
  solidity: {
    profiles: {
      default: { compilers: [{ ...compiler, settings }], overrides },
      production: {
        compilers: [{ ...compiler, settings: { ...settings, metadata: { bytecodeHash: "none" } } }],
        overrides,
      },
    },
  },
  typechain: { outDir: "typechain-types" },
  paths: {
    sources: "contracts",
    tests: { mocha: "test", solidity: "test" },
  },
  networks: {
    // The execution side of the embedded chain: one block per proposed slot, mined by scripts/devnet.
    devnet: {
      type: "edr-simulated",
      chainType: "l1",
      chainId: 31337,
      hardfork: "osaka",
      initialDate: "2026-01-01T00:00:00Z",
      mining: { auto: false, interval: 0 },
      blockGasLimit: 60_000_000n,
      accounts: {
        mnemonic: "test test test test test test test test test test test junk",
        count: 20,
        accountsBalance: "100000000000000000000000",
      },
    },
    hoodi: shared("HOODI", 560_048),
    sepolia: shared("SEPOLIA", 11_155_111),
    mainnet: shared("MAINNET", 1),
  },
  verify: { etherscan: { apiKey: configVariable("ETHERSCAN_API_KEY") } },
  test: {
    mocha: { timeout: 300_000 },
    solidity: {
      profiles: {
        default: {
          fsPermissions,
          fuzz: { runs: 256 },
          invariant: { runs: 32, depth: 64, failOnRevert: false },
        },
        deep: {
          fsPermissions,
          fuzz: { runs: 10_000 },
          invariant: { runs: 1_000, depth: 200, failOnRevert: false },
        },
      },
    },
  },
});
