/// Lodestar fixes its preset when `@lodestar/params` is first loaded, once per process. This module must
/// therefore come before any other import of Lodestar; every file of the devnet that uses it imports this first.
const PRESET = "minimal";

process.env["LODESTAR_PRESET"] ??= PRESET;

if (process.env["LODESTAR_PRESET"] !== PRESET) {
  throw new Error(
    `The devnet runs Lodestar's "${PRESET}" preset, but LODESTAR_PRESET is "${process.env["LODESTAR_PRESET"]}". Unset it.`,
  );
}
