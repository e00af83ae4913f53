/**
 * HTTP requests with a time limit, errors by what to do about them, and no secret in any message: a node's
 * URL often carries a password or a key, so messages name the host and the path below the base URL only.
 */
import { ConfigurationError, explain, FatalError, RetryableError } from "./errors.ts";

export interface HttpOptions {
  /** For the whole exchange, body included, in milliseconds. Default: 10,000. */
  timeoutMs?: number;
  /** For tests. */
  fetch?: typeof fetch;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** Bytes that are set aside for a body before any came: 1 GiB. */
const MOST_BELIEVED = 2 ** 30;
/** Statuses after which the same request may succeed. */
const RETRYABLE = new Set([408, 425, 429, 500, 502, 503, 504]);

/** One server, with an optional user and password taken out of the URL. */
export class HttpClient {
  /** Host and port: fit for logs. */
  readonly name: string;
  readonly #base: URL;
  readonly #headers: Record<string, string>;
  readonly #timeoutMs: number;
  readonly #fetch: typeof fetch;

  /** @throws ConfigurationError where `url` is not an http(s) URL; `setting` names it in the message */
  constructor(url: string, { timeoutMs = 10_000, ...options }: HttpOptions = {}, setting = "url") {
    const base = URL.canParse(url) ? new URL(url) : undefined;
    if (base === undefined || !["http:", "https:"].includes(base.protocol)) {
      // The value is not shown: what was meant as a URL may hold a password.
      throw new ConfigurationError({
        setting,
        problem: "not an http or https URL",
        example: "http://localhost:5052",
      });
    }
    const { url: bare, headers } = withoutCredentials(base);
    this.name = bare.host;
    this.#base = bare;
    this.#headers = headers;
    this.#timeoutMs = timeoutMs;
    this.#fetch = options.fetch ?? fetch;
  }

  /**
   * One exchange, without a retry. Returns 2xx and 404; the caller knows what "not found" means.
   * @throws RetryableError where nothing came in time, and on 408, 425, 429 and 5xx but 501
   * @throws FatalError on any other status
   */
  async request(
    path: string,
    init: { method?: string; accept?: string; json?: unknown } = {},
  ): Promise<HttpAnswer> {
    const { method = "GET", accept = "application/json", json } = init;
    const label = `${method} ${this.name}${withoutQuery(path)}`;
    let answer: HttpAnswer;
    try {
      answer = await withTimeout(this.#timeoutMs, async (signal) => {
        const response = await this.#fetch(this.#urlOf(path), {
          method,
          headers: {
            ...this.#headers,
            accept,
            ...(json === undefined ? {} : { "content-type": "application/json" }),
          },
          ...(json === undefined ? {} : { body: JSON.stringify(json) }),
          signal,
        });
        const body = await bodyOf(response);
        return { status: response.status, headers: response.headers, body };
      });
    } catch (error) {
      const isTimeout = error instanceof Error && error.name === "TimeoutError";
      const problem = isTimeout ? `no answer within ${this.#timeoutMs} ms` : explain(error);
      throw new RetryableError(`${label}: ${problem}`, { cause: error });
    }
    const { status, headers, body } = answer;
    if ((status >= 200 && status < 300) || status === 404) return answer;
    const message = `${label}: status ${status}${said(body)}`;
    if (RETRYABLE.has(status)) throw new RetryableError(message, { retryAfterMs: retryAfter(headers) });
    throw new FatalError(message);
  }

  #urlOf(path: string): URL {
    // A base may have a path of its own and a query (a key of a provider): both are kept.
    const url = new URL(this.#base);
    url.pathname = `${this.#base.pathname.replace(/\/+$/, "")}${withoutQuery(path)}`;
    for (const [name, value] of new URLSearchParams(path.split("?")[1])) url.searchParams.append(name, value);
    return url;
  }
}

/** As with `AbortSignal.timeout`, whose timer goes on after the end: one for each exchange is costly. */
export async function withTimeout<T>(ms: number, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const timer = setTimeout(
    () => controller.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError")),
    ms,
  );
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
  }
}

/** The URL without its user and password, and the header that says them instead: `fetch` takes no URL that has them. */
export function withoutCredentials(url: URL): { url: URL; headers: Record<string, string> } {
  const bare = new URL(url);
  if (!bare.username && !bare.password) return { url: bare, headers: {} };
  const credentials = `${decoded(bare.username)}:${decoded(bare.password)}`;
  bare.username = bare.password = "";
  return { url: bare, headers: { authorization: `Basic ${Buffer.from(credentials).toString("base64")}` } };
}

/** As it is where it is not well encoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/**
 * The body, read into one piece of memory where the server says how long it is: a beacon state is hundreds of megabytes, and
 * should not be there twice. What was said is no promise (it may be of compressed bytes).
 */
async function bodyOf(response: Response): Promise<Uint8Array> {
  const said = Number(response.headers.get("content-length") ?? 0);
  let body = new Uint8Array(Math.min(said, MOST_BELIEVED));
  let length = 0;
  for await (const part of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    if (length + part.length > body.length) {
      const larger = new Uint8Array(Math.max(length + part.length, 2 * length));
      larger.set(body.subarray(0, length));
      body = larger;
    }
    body.set(part, length);
    length += part.length;
  }
  return body.subarray(0, length);
}

/** A path as it may be shown: a query may be long, or hold a key. */
export function withoutQuery(path: string): string {
  return path.split("?", 1).join();
}

/** What the server said about its error, on one line and cut short. */
function said(body: Uint8Array): string {
  const text = new TextDecoder().decode(body.subarray(0, 2000)).trim();
  let message = text;
  try {
    const error = JSON.parse(text) as { message?: unknown } | null;
    if (typeof error?.message === "string") message = error.message;
  } catch {
    // not JSON: the text itself
  }
  const line = message.replaceAll(/\s+/g, " ").slice(0, 200);
  return line === "" ? "" : `: ${line}`;
}

/** Retry-After in seconds or as a date, in milliseconds. */
function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms > 0 ? ms : undefined;
}
