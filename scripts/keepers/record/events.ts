/** What a record of a cycle is made of: a line of JSON for each, the head first. */
import { z } from "zod";
import { ConfigurationError, explain, FatalError, isRetryable, RetryableError } from "../../lib/errors.ts";

const bodySchema = z.strictObject({ sha256: z.string(), bytes: z.number(), text: z.string().optional() });

const failureSchema = z.strictObject({
  retryable: z.boolean(),
  name: z.string(),
  message: z.string(),
});
export type Failure = z.infer<typeof failureSchema>;

/** The head: by what the cycle ran. */
const headSchema = z.strictObject({
  record: z.literal(1),
  job: z.string(),
  /** Its id in logs. */
  cycle: z.string(),
  /** The chain's time, seconds since 1970. */
  now: z.number(),
  /** The machine's clock, milliseconds since 1970. */
  clock: z.number(),
  dryRun: z.boolean(),
  /** Who sends, and whose member signs. */
  account: z.string().optional(),
  member: z.string().optional(),
  addresses: z.record(z.string(), z.string()),
  /** Of the deployment: before it no events are looked for. */
  firstBlock: z.number(),
  /** On the wire, without secrets. */
  settings: z.unknown(),
});
export type Head = z.infer<typeof headSchema>;

/** Somebody outside is asked. */
const askSchema = z.strictObject({
  ask: z.number(),
  what: z.string(),
  request: z.unknown(),
  /** Of JSON-RPC: counted by the client, and no part of what is asked. One for each call of a batch. */
  rpcId: z.union([z.number(), z.array(z.number())]).optional(),
});
/** What came, and the machine's clock then. */
const answerSchema = z.strictObject({
  answer: z.number(),
  clock: z.number(),
  value: z.unknown().optional(),
  http: z
    .strictObject({ status: z.number(), headers: z.record(z.string(), z.string()), body: bodySchema })
    .optional(),
  failure: failureSchema.optional(),
});
/** Something of this machine was looked at: what was signed before, what is remembered. */
const localSchema = z.strictObject({
  local: z.string(),
  given: z.unknown(),
  value: z.unknown().optional(),
  failure: failureSchema.optional(),
});
/** What the cycle came to. */
const toldSchema = z.strictObject({ told: z.string(), value: z.unknown().optional() });

const eventSchema = z.union([askSchema, answerSchema, localSchema, toldSchema]);
export type Ask = z.infer<typeof askSchema>;
export type Answer = z.infer<typeof answerSchema>;
export type Local = z.infer<typeof localSchema>;
export type Told = z.infer<typeof toldSchema>;
export type Event = Ask | Answer | Local | Told;

export interface RecordedCycle {
  head: Head;
  events: Event[];
}

/** @param name of the file, for messages. Throws ConfigurationError where it is none. */
export function parseCycle(text: string, name: string): RecordedCycle {
  const lines = text.split("\n").filter((line) => line !== "");
  const parse = <T>(schema: z.ZodType<T>, line: string, at: number): T => {
    try {
      return schema.parse(JSON.parse(line));
    } catch (error) {
      throw new ConfigurationError(
        {
          setting: name,
          problem: `line ${at + 1} is none of a recorded cycle`,
          example: "a file of the folder cycles below recordFolder",
        },
        { cause: error },
      );
    }
  };
  const head = parse(headSchema, lines[0] ?? "", 0);
  return { head, events: lines.slice(1).map((line, i) => parse<Event>(eventSchema, line, i + 1)) };
}

/** An error as it can be thrown again: what is to be done about it, and its words. */
export function failureOf(error: unknown): Failure {
  return {
    retryable: isRetryable(error),
    name: error instanceof Error ? error.name : "Error",
    message: explain(error),
  };
}

export function thrownAgain({ retryable, name, message }: Failure): Error {
  if (retryable) return new RetryableError(message);
  return Object.assign(new FatalError(message), { name });
}
