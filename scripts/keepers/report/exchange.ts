import { fastify, type FastifyInstance } from "fastify";
import type { Report } from "../../actions/buildReport.ts";
import { explain, FatalError, RetryableError } from "../../lib/errors.ts";
import { withoutCredentials, withTimeout } from "../../lib/http.ts";
import { stableStringify } from "../../lib/json.ts";
import { compactSignature, signerOf } from "../../lib/signatures.ts";
import { publishedSchema, type Published } from "./body.ts";
import type { Vote } from "./plan.ts";

/** A report with its signature is some 700 bytes: who sends much more is not a keeper. */
const MAX_BYTES = 16_384;
const TIMEOUT_MS = 10_000;
/** Strangers reach this server, too. */
const LIMITS = { connectionTimeout: 5_000, requestTimeout: 5_000, bodyLimit: 1_024 };
const MAX_CONNECTIONS = 256;

/** Where other keepers ask: `GET /reports/<refSlot>` answers a list of what this keeper's members signed. */
export function publishReports(published: (refSlot: number) => readonly Published[]): FastifyInstance {
  const server = fastify({ logger: false, forceCloseConnections: true, ...LIMITS });
  server.server.maxConnections = MAX_CONNECTIONS;
  server.get<{ Params: { refSlot: string } }>("/reports/:refSlot", async (request, reply) => {
    const { refSlot } = request.params;
    if (!/^(0|[1-9][0-9]{0,14})$/.test(refSlot)) return reply.status(400).send({ error: "no slot" });
    void reply.type("application/json");
    return stableStringify(published(Number(refSlot)));
  });
  return server;
}

/** What another keeper published for a slot. */
export interface PeerAnswer {
  /** Host and port. */
  peer: string;
  votes: Vote[];
  /** Why there are none, where it failed. */
  problem?: string;
}

/**
 * Asks other keepers for what their members signed. Each signature is recovered: a vote counts for whoever made it, whatever
 * the peer says. A peer that is away, slow or talks nonsense costs its own votes alone.
 *
 * @param digestOf what members sign for a report
 */
export async function askPeers(
  peers: readonly string[],
  refSlot: number,
  digestOf: (report: Report) => Promise<string>,
  request: typeof fetch = fetch,
): Promise<PeerAnswer[]> {
  return Promise.all(
    peers.map(async (url) => {
      const peer = new URL(url).host;
      try {
        const published = publishedSchema
          .array()
          .max(32)
          .parse(await get(request, url, refSlot));
        return { peer, votes: await Promise.all(published.map((each) => checked(each, refSlot, digestOf))) };
      } catch (error) {
        return { peer, votes: [], problem: explain(error) };
      }
    }),
  );
}

async function checked(
  { signer, signature, report }: Published,
  refSlot: number,
  digestOf: (report: Report) => Promise<string>,
): Promise<Vote> {
  if (report.refSlot !== BigInt(refSlot)) {
    throw new FatalError(`a report of slot ${report.refSlot} for slot ${refSlot}`);
  }
  const digest = await digestOf(report);
  const made = signerOf(digest, signature);
  if (made.toLowerCase() !== signer.toLowerCase()) {
    throw new FatalError(`the signature of ${signer} was made by ${made}`);
  }
  return { signer: made, signature: compactSignature(signature), digest, report };
}

async function get(request: typeof fetch, base: string, refSlot: number): Promise<unknown> {
  const { url, headers } = withoutCredentials(new URL(base));
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/reports/${refSlot}`;
  const text = await withTimeout(TIMEOUT_MS, async (signal) => {
    const answer = await request(url, {
      redirect: "error",
      headers: { ...headers, accept: "application/json" },
      signal,
    });
    if (answer.status !== 200) throw new RetryableError(`status ${answer.status}`);
    return textOf(answer);
  });
  return JSON.parse(text) as unknown;
}

async function textOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const part of answer.body ?? []) {
    bytes += (part as Uint8Array).length;
    if (bytes > MAX_BYTES) throw new FatalError(`more than ${MAX_BYTES} bytes`);
    text += decoder.decode(part as Uint8Array, { stream: true });
  }
  return text;
}
