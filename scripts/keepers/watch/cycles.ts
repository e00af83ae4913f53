import { isRetryable } from "../../lib/errors.ts";
import type { Metrics } from "./metrics.ts";

/** How a cycle ends that does not fail: it did something, or there was nothing to do. */
export type CycleEnd = "acted" | "idle";

/**
 * Runs one cycle of a job and counts it once, whatever it ends in. What it throws goes on to the caller: counted as
 * retryable where another attempt may do, else as fatal.
 */
export async function countedCycle(
  metrics: Metrics,
  keeper: string,
  cycle: () => Promise<CycleEnd>,
): Promise<CycleEnd> {
  let outcome: CycleEnd | "retryable" | "fatal" = "fatal";
  try {
    return (outcome = await cycle());
  } catch (error) {
    if (isRetryable(error)) outcome = "retryable";
    throw error;
  } finally {
    metrics.count("kedge_job_cycles_total", { keeper, outcome });
  }
}
