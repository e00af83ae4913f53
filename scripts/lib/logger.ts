/**
 * The log: pino, to stderr, as plain lines for people or as JSON for machines. Secrets never get in: values
 * under names that sound secret are replaced, and so is every registered secret and every password in a URL,
 * wherever in a line it appears.
 */
import { pino, type Logger as PinoLogger } from "pino";
import { URL_CREDENTIALS } from "./errors.ts";

export type Logger = PinoLogger;
export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "fatal" | "silent";

export interface LoggerOptions {
  /** Default: "info". */
  level?: LogLevel;
  /** One JSON object per line instead of text. Default: false. */
  json?: boolean;
  /** Default: on a terminal, where NO_COLOR is unset or empty (https://no-color.org). */
  color?: boolean;
  /** Texts that must never appear: a key, a mnemonic, a token. Shorter than 6 characters are ignored. */
  secrets?: readonly string[];
  /** Bound to every line, for example { keeper: "report" }. */
  bindings?: Record<string, unknown>;
  /** Default: `process.stderr`. A `Progress` fits, so that lines do not cut through a live one. */
  stream?: { write(text: string): unknown; readonly isTTY?: boolean };
}

const HIDDEN = "[redacted]";
const SECRET_NAME =
  /(^|[^a-z])(mnemonic|seed|secret|password|passphrase|authorization|cookie|token)s?$|(private|secret|api|signing)[-_]?keys?$/i;
const COLORS: Record<string, number> = { debug: 2, trace: 2, info: 36, warn: 33, error: 31, fatal: 31 };

export function createLogger(options: LoggerOptions = {}, env: NodeJS.ProcessEnv = process.env): Logger {
  const stream = options.stream ?? process.stderr;
  const color = options.color ?? (!options.json && stream.isTTY === true && !env.NO_COLOR);
  const secrets = (options.secrets ?? []).filter((secret) => secret.length >= 6).flatMap(spellings);
  const destination = {
    write(line: string) {
      const text = options.json ? line : pretty(JSON.parse(line) as Record<string, unknown>, color);
      stream.write(hide(text, secrets));
    },
  };
  const logger = pino(
    {
      level: options.level ?? "info",
      base: options.bindings ?? null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // Own conversion of errors below: pino's would print a cause's stack but not its fields.
      serializers: { err: (value: unknown) => value },
      formatters: {
        level: (label) => ({ level: label }),
        log: (fields) => redact(fields) as Record<string, unknown>,
        bindings: (fields) => redact(fields) as Record<string, unknown>,
      },
    },
    destination,
  );
  // pino applies formatters to its own bindings only. Children inherit this method through their prototype.
  const parent = logger as unknown as { child: (this: Logger, bindings: object, options?: object) => Logger };
  const makeChild = parent.child;
  parent.child = function (bindings, childOptions) {
    return makeChild.call(this, redact(bindings) as object, childOptions);
  };
  return logger;
}

/** One round of a keeper's job. */
export interface Cycle {
  keeper: string;
  /** Counts up from the start of the process. */
  cycle: number;
  /** Where the cycle is about one. */
  refSlot?: number;
}

/** A logger whose lines all name the cycle that they belong to. */
export function cycleLogger(log: Logger, { keeper, cycle, refSlot }: Cycle): Logger {
  return log.child({ keeper, cycle, refSlot });
}

/** The forms in which a secret may stand in a line: as it is, as JSON writes it, and hex without 0x. */
function spellings(secret: string): string[] {
  const bare = /^0x[0-9a-f]+$/i.test(secret) ? [secret.slice(2), secret.slice(2).toLowerCase()] : [];
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...bare])];
}

function hide(line: string, secrets: readonly string[]): string {
  let text = line.replaceAll(URL_CREDENTIALS, `$1${HIDDEN}@`);
  for (const secret of secrets) text = text.replaceAll(secret, HIDDEN);
  return text;
}

/** A copy fit for JSON: secrets replaced by name, bigint as decimal text, errors as objects, no cycles. */
function redact(value: unknown, depth = 0, above: readonly unknown[] = []): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (above.includes(value) || depth > 8) return "[deep]";
  const inside = [...above, value];
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString("hex")}`;
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map((item) => redact(item, depth + 1, inside));
  const fields =
    value instanceof Error
      ? { ...value, name: value.name, message: value.message, cause: value.cause, stack: value.stack }
      : value;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, field]) => field !== undefined && typeof field !== "function")
      .map(([name, field]) => [name, isSecret(name, field) ? HIDDEN : redact(field, depth + 1, inside)]),
  );
}

function isSecret(name: string, field: unknown): boolean {
  // "rpcToken" and "RPC_TOKEN" alike: split camel case before the words are compared.
  const words = name.replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2");
  return SECRET_NAME.test(words) && field !== null && field !== "";
}

/** `10:15:00 info  message key=value`; the stack of an error goes on lines of its own. */
function pretty(record: Record<string, unknown>, color: boolean): string {
  const { level, time, msg, ...fields } = record as { level: string; time: string; msg?: string };
  const paint = (code: number, text: string) => (color ? `\x1b[${code}m${text}\x1b[0m` : text);
  const parts = [paint(2, time.slice(11, 19)), paint(COLORS[level] ?? 0, level.padEnd(5)), msg ?? ""];
  const stacks: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (isError(field)) {
      parts.push(`${paint(2, `${name}=`)}${chain(field)}`);
      if (level === "error" || level === "fatal") stacks.push(field.stack);
    } else {
      parts.push(
        `${paint(2, `${name}=`)}${typeof field === "string" ? quote(field) : JSON.stringify(field)}`,
      );
    }
  }
  return [parts.filter(Boolean).join(" "), ...stacks].join("\n") + "\n";
}

interface LoggedError {
  message: string;
  stack: string;
  cause?: unknown;
}

function isError(field: unknown): field is LoggedError {
  return typeof field === "object" && field !== null && "stack" in field && "message" in field;
}

function chain(error: LoggedError): string {
  const messages = [error.message];
  let cause = error.cause;
  while (isError(cause)) {
    messages.push(cause.message);
    cause = cause.cause;
  }
  return quote(messages.join(": "));
}

function quote(text: string): string {
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
