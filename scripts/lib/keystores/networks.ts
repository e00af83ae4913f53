/**
 * What offline commands must know of a network: of public ones by heart, of a deployment from its record.
 */
import { concat, isAddress } from "ethers";
import { z } from "zod";
import { ConfigurationError } from "../errors.ts";
import { Records } from "../records.ts";
import type { ExitNetwork } from "../voluntaryExit.ts";

export interface BeaconNetwork extends ExitNetwork {
  /** 4 bytes, 0x-hex. */
  readonly genesisForkVersion: string;
}

/** Under the names by which deposit tools know them. */
export const BEACON_NETWORKS: Readonly<Record<string, BeaconNetwork>> = {
  mainnet: {
    genesisForkVersion: "0x00000000",
    capellaForkVersion: "0x03000000",
    genesisValidatorsRoot: "0x4b363db94e286120d76eb905340fdd4e54bfe9f06bf33ff6cf5ad27f511bfe95",
  },
  hoodi: {
    genesisForkVersion: "0x10000910",
    capellaForkVersion: "0x40000910",
    genesisValidatorsRoot: "0x212f13fc4df078b6cb7db228f1c8307566dcecf900867401a92023d7ba99cb5f",
  },
};

/** For whom deposits are signed. */
export interface DepositTarget {
  /** 32 bytes, 0x-hex. */
  readonly withdrawalCredentials: string;
  /** 4 bytes, 0x-hex. */
  readonly genesisForkVersion: string;
}

const depositorArguments = z.object({
  genesisForkVersion: z.string().regex(/^0x[0-9a-fA-F]{8}$/),
  credentialsPrefix: z.string().regex(/^0x[0-9a-fA-F]{2}$/),
});

/**
 * The credentials and the fork version of a deployment, as its `BeaconDepositor` was constructed.
 * @throws ConfigurationError where the record does not have them
 */
export function depositTargetOf(folder: string): DepositTarget {
  const records = readRecords(folder);
  const vault = records?.get("WithdrawalVault");
  const settings = depositorArguments.safeParse(records?.get("BeaconDepositor")?.constructorArguments.at(-1));
  if (vault === undefined || !isAddress(vault.address) || !settings.success) {
    throw new ConfigurationError({
      setting: "--deployments",
      problem: "no deployment is recorded there, with its WithdrawalVault and BeaconDepositor",
      value: folder,
      example: "--deployments deployments/hoodi, or --credentials and --fork-version",
    });
  }
  const { genesisForkVersion, credentialsPrefix } = settings.data;
  return {
    withdrawalCredentials: concat([credentialsPrefix, new Uint8Array(11), vault.address]),
    genesisForkVersion: genesisForkVersion.toLowerCase(),
  };
}

function readRecords(folder: string): Records | undefined {
  try {
    return new Records(folder);
  } catch {
    return undefined;
  }
}

/** The name of the public network with this genesis fork version, or "unknown". */
export function networkName(genesisForkVersion: string): string {
  const known = Object.entries(BEACON_NETWORKS);
  return known.find(([, network]) => network.genesisForkVersion === genesisForkVersion)?.[0] ?? "unknown";
}
