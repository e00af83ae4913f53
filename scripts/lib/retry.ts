/** Another attempt, where the error says that one is worth it. */
import { setTimeout as delay } from "node:timers/promises";
import { isRetryable, type RetryableError } from "./errors.ts";

export interface RetryOptions {
  /** Attempts in all, the first included. Default: 4. */
  attempts?: number;
  /** Wait before the second attempt, in milliseconds; doubles each time. Default: 250. */
  backoffMs?: number;
  /** Longest wait, also where the other side asks for more. Default: 10,000 ms. */
  maxBackoffMs?: number;
  /** Called before each wait. */
  onRetry?: (error: RetryableError, attempt: number, waitMs: number) => void;
  /** For tests. */
  sleep?: (ms: number) => Promise<unknown>;
  /** For tests: 0 up to 1. */
  random?: () => number;
}

/**
 * Runs `action` until it succeeds, throws something else than a `RetryableError`, or has had its attempts;
 * then the last error is thrown as it is. Waits are spread by a quarter, so that keepers that lost the same
 * node do not return to it in step.
 */
export async function retry<T>(
  action: (attempt: number) => Promise<T>,
  options: RetryOptions = {},
): Promise<T> {
  const {
    attempts = 4,
    backoffMs = 250,
    maxBackoffMs = 10_000,
    sleep = delay,
    random = Math.random,
  } = options;
  for (let attempt = 1; ; attempt++) {
    try {
      return await action(attempt);
    } catch (error) {
      if (!isRetryable(error) || attempt >= attempts) throw error;
      const backoff = backoffMs * 2 ** (attempt - 1) * (0.75 + random() / 2);
      const waitMs = Math.min(maxBackoffMs, Math.max(backoff, error.retryAfterMs ?? 0));
      options.onRetry?.(error, attempt, waitMs);
      await sleep(waitMs);
    }
  }
}
