/**
 * Errors by what to do about them, not by where they came from.
 *
 * A loop needs three answers only: try again later (`RetryableError`), stop and call a person
 * (`FatalError`), or correct a setting and start again (`ConfigurationError`). Everything that this library
 * throws on purpose is one of the three; anything else is a defect.
 */
export abstract class KedgeError extends Error {
  /** Stable name of the class of trouble, for logs, metrics and exit codes. */
  abstract readonly kind: "retryable" | "fatal" | "configuration";

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The same call may succeed later: a timeout, a busy node, a state that is not there yet. */
export class RetryableError extends KedgeError {
  readonly kind = "retryable";
  /** How long the other side asked to wait, in milliseconds, where it said so. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options?: ErrorOptions & { retryAfterMs?: number | undefined }) {
    super(message, options);
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** Trying again changes nothing: a proof that does not hold, an answer that breaks its own rules. */
export class FatalError extends KedgeError {
  readonly kind = "fatal";
}

/**
 * A setting is wrong. The message names it, shows the value that was given and one that would do.
 * A secret must never be passed as `value`: pass `undefined` and say in `problem` what is wrong with it.
 */
export class ConfigurationError extends KedgeError {
  readonly kind = "configuration";
  readonly setting: string;
  readonly value: unknown;
  readonly example: string;

  constructor(
    {
      setting,
      problem,
      value,
      example,
    }: { setting: string; problem: string; value?: unknown; example: string },
    options?: ErrorOptions,
  ) {
    const given = value === undefined ? "" : ` (got ${show(value)})`;
    super(`${setting}: ${problem}${given}; for example: ${example}`, options);
    this.setting = setting;
    this.value = value;
    this.example = example;
  }
}

/** True where the same call is worth another attempt. */
export function isRetryable(error: unknown): error is RetryableError {
  return error instanceof RetryableError;
}

/** A user and a password in a URL, wherever it stands in a text. */
export const URL_CREDENTIALS = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/"'?#]+@/gi;

/**
 * The messages of an error and of everything that caused it, joined by ": ", without repeats. Passwords in URLs are left
 * out: libraries repeat the URL that they were given.
 */
export function explain(error: unknown): string {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let current = error;
  while (current !== undefined && current !== null && !seen.has(current)) {
    seen.add(current);
    const text = current instanceof Error ? messageOf(current) : show(current);
    // Node's AggregateError (several addresses of one host) has an empty message: its code says more.
    const code = (current as { code?: unknown }).code;
    const part = typeof code === "string" && !text.includes(code) ? `${text} [${code}]` : text;
    if (!parts.some((p) => p.includes(part))) parts.push(part);
    current = current instanceof Error ? current.cause : undefined;
  }
  return parts.join(": ").replaceAll(URL_CREDENTIALS, "$1…@");
}

/** The errors of ethers repeat the whole transaction; their short message and the revert's selector say as much. */
function messageOf(error: Error): string {
  const { shortMessage, data } = error as { shortMessage?: unknown; data?: unknown };
  if (typeof shortMessage !== "string") return error.message || error.name;
  return typeof data === "string" && data.length >= 10
    ? `${shortMessage} ${data.slice(0, 10)}`
    : shortMessage;
}

function show(value: unknown): string {
  if (typeof value === "bigint") return value.toString();
  const writeBigints = (_: string, member: unknown) =>
    typeof member === "bigint" ? member.toString() : member;
  return JSON.stringify(value, writeBigints) ?? typeof value;
}
