import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHardhatRuntimeEnvironment, importUserConfig } from "hardhat/hre";
import type { HardhatUserConfig } from "hardhat/types/config";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/// Networks that everybody shares, which hardhat.config.ts names.
export const PUBLIC_NETWORKS = ["hoodi", "sepolia", "mainnet"] as const;
export type PublicNetwork = (typeof PUBLIC_NETWORKS)[number];

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/// Hardhat with this project's configuration, or what `change` makes of it, for one network (default: its own) and the
/// profile that contracts are built with.
export async function openHardhat(
  network?: string,
  change: (config: HardhatUserConfig) => HardhatUserConfig = (config) => config,
): Promise<HardhatRuntimeEnvironment> {
  const file = join(ROOT, "hardhat.config.ts");
  const config = change(await importUserConfig(file));
  return createHardhatRuntimeEnvironment(config, { config: file, network, buildProfile: "default" }, ROOT);
}

/// A configuration that reads a public network through the node at `url`, and has no key that signs.
export function reading(network: PublicNetwork, url: string, etherscanKey?: string) {
  return (config: HardhatUserConfig): HardhatUserConfig => ({
    ...config,
    networks: {
      ...config.networks,
      [network]: {
        type: "http",
        chainType: "l1",
        chainId: config.networks?.[network]?.chainId,
        url,
        accounts: "remote",
      },
    },
    ...(etherscanKey === undefined ? {} : { verify: { etherscan: { apiKey: etherscanKey } } }),
  });
}

/// Does `work`, and gives `hear` what it says on the console meanwhile: Hardhat talks on stdout, which is for data.
export async function listening<T>(hear: (text: string) => void, work: () => Promise<T>): Promise<T> {
  const { log } = console;
  console.log = (...parts: unknown[]) => hear(parts.map(String).join(" "));
  try {
    return await work();
  } finally {
    console.log = log;
  }
}
