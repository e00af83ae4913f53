/// Waits of exactly that many milliseconds are over at once: Hardhat's between two questions to an explorer. Returns what
/// undoes it.
export function skipWaits(lengthsMs: readonly number[]): () => void {
  const { setTimeout: real } = globalThis;
  const skipping = (run: () => void, ms?: number, ...args: []) =>
    real(run, ms !== undefined && lengthsMs.includes(ms) ? 0 : ms, ...args);
  globalThis.setTimeout = Object.assign(skipping, real) as typeof setTimeout;
  return () => {
    globalThis.setTimeout = real;
  };
}
