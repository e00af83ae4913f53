import { readArtifacts } from "./artifacts.ts";
import type { CheckContext } from "./check.ts";

/** The largest code that Ethereum lets a contract have (EIP-170). */
export const MAX_CODE_BYTES = 24_576;

/** Every contract of `contracts/` can be deployed. */
export function checkSizes({ root, note }: CheckContext): string[] {
  const sizes = readArtifacts(root)
    .map(({ contractName, deployedBytecode }) => ({ contractName, bytes: codeBytes(deployedBytecode) }))
    .filter(({ bytes }) => bytes > 0)
    .sort((a, b) => b.bytes - a.bytes);

  for (const { contractName, bytes } of sizes) note(`${String(bytes).padStart(6)} ${contractName}`);
  return sizes
    .filter(({ bytes }) => bytes > MAX_CODE_BYTES)
    .map(
      ({ contractName, bytes }) =>
        `${contractName} has ${bytes} bytes of code, ${bytes - MAX_CODE_BYTES} too many`,
    );
}

/** Placeholders of libraries not yet linked are as long as the addresses that replace them. */
function codeBytes(hex: string): number {
  return (hex.length - 2) / 2;
}
