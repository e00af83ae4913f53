import type { BeaconClient } from "./beaconClient.ts";
import { ConfigurationError } from "./errors.ts";

const VARIABLE = "LODESTAR_PRESET";

/**
 * Says with which preset states of a node's network are read. A process reads those of one preset, which is fixed when it
 * reads the first: call this before.
 *
 * @throws ConfigurationError where this process reads states of another preset
 */
export async function usePreset(beacon: Pick<BeaconClient, "spec" | "name">): Promise<void> {
  const { preset = "mainnet" } = await beacon.spec();
  process.env[VARIABLE] ??= preset;
  if (process.env[VARIABLE] === preset) return;
  throw new ConfigurationError({
    setting: VARIABLE,
    problem: `the network of ${beacon.name} has the preset "${preset}"`,
    value: process.env[VARIABLE],
    example: `${VARIABLE}=${preset}, or unset it`,
  });
}
