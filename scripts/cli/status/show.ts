import { setTimeout as delay } from "node:timers/promises";
import { readStatus } from "../../actions/status/status.ts";
import { FatalError, isRetryable } from "../../lib/errors.ts";
import { HttpClient } from "../../lib/http.ts";
import { stableStringify } from "../../lib/json.ts";
import { FAILED, log, print } from "../output.ts";
import { inSession, plainError, type Session } from "../session.ts";
import type { SessionOptions } from "../sessionOptions.ts";
import { keeperStatus } from "./keeper.ts";
import { statusSchema } from "./schema.ts";
import { statusText, type Shown } from "./text.ts";
import { watch } from "./watch.ts";

type Options = SessionOptions & { watch: boolean; keeper?: string };

const LOOK_MS = 1_000;
/// Chains change their newest block now and then.
const TRIES = 3;
const HOME_AND_CLEAR = "\x1b[H\x1b[J";
const CLEAR = "\x1b[2J";

/// `kedge status`.
export async function showStatus(options: Options): Promise<void> {
  const keeper = options.keeper === undefined ? undefined : new HttpClient(options.keeper, {}, "--keeper");
  await inSession(options, async (session) => {
    const read = () => readAll(session, keeper);
    if (options.watch) return watchIt(session, read, options);
    const status = await again(read);
    print(checked(status), { ...options, text: statusText(status) });
    if (status.keeper !== undefined && "problem" in status.keeper) process.exitCode = FAILED;
  });
}

async function watchIt({ provider, protocol }: Session, read: () => Promise<Shown>, { json }: Options) {
  const stop = new AbortController();
  const end = () => stop.abort();
  process.once("SIGINT", end).once("SIGTERM", end);
  const isScreen = !json && process.stdout.isTTY;
  if (isScreen) process.stdout.write(CLEAR);
  const plain = async <T>(act: () => Promise<T>) => {
    try {
      return await act();
    } catch (error) {
      throw plainError(protocol, error);
    }
  };
  try {
    await watch({
      head: () => plain(() => provider.getBlockNumber()),
      read: () => plain(read),
      show: (status) => {
        if (json) process.stdout.write(`${stableStringify(checked(status))}\n`);
        else
          process.stdout.write(
            `${isScreen ? HOME_AND_CLEAR : ""}${statusText(status)}\n${isScreen ? "" : "\n"}`,
          );
      },
      complain: log,
      sleep: () => delay(LOOK_MS, undefined, { signal: stop.signal }).catch(() => undefined),
      signal: stop.signal,
    });
  } finally {
    process.off("SIGINT", end).off("SIGTERM", end);
  }
}

async function readAll({ provider, protocol }: Session, keeper: HttpClient | undefined): Promise<Shown> {
  const [status, told] = await Promise.all([
    readStatus(provider, protocol),
    keeper === undefined ? undefined : keeperStatus(keeper),
  ]);
  return told === undefined ? status : { ...status, keeper: told };
}

async function again(read: () => Promise<Shown>): Promise<Shown> {
  for (let i = 1; ; i++) {
    try {
      return await read();
    } catch (error) {
      if (i === TRIES || !isRetryable(error)) throw error;
    }
  }
}

/// As it is printed, and as it is documented: both are the same, or nothing is printed.
function checked(status: Shown): unknown {
  const parsed = statusSchema.safeParse(JSON.parse(stableStringify(status)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FatalError(`the status is not what it should be: ${issue!.path.join(".")}: ${issue!.message}`);
}
