import { explain, isRetryable } from "../../lib/errors.ts";

export interface Watched<Status> {
  /// Number of the newest block.
  head: () => Promise<number>;
  read: () => Promise<Status>;
  show: (status: Status) => void;
  /// What went wrong and may go better next time.
  complain: (problem: string) => void;
  sleep: () => Promise<unknown>;
  signal: AbortSignal;
}

/// Shows a status for every new block, until it is told to stop. A node that is away is waited for.
export async function watch<Status>({ head, read, show, complain, sleep, signal }: Watched<Status>) {
  let shown: number | undefined;
  while (!signal.aborted) {
    try {
      const number = await head();
      if (number !== shown) {
        show(await read());
        shown = number;
      }
    } catch (error) {
      if (!isRetryable(error)) throw error;
      complain(explain(error));
    }
    if (!signal.aborted) await sleep();
  }
}
