/**
 * Tells alerts to a URL by POST, as JSON: once when one fires, again every `repeatSeconds` while it does, and once
 * when it is over. Sending is nobody's wait: `notify` returns at once, and what does not arrive is tried again.
 * The URL is a secret: no part of it but the host, and nothing that its server answers, gets into a log.
 */
import { explain, FatalError } from "../../lib/errors.ts";
import { HttpClient, type HttpOptions } from "../../lib/http.ts";
import type { Logger } from "../../lib/logger.ts";
import { retry, type RetryOptions } from "../../lib/retry.ts";
import { ruleName, runbookOf, summaryFor, type Alert } from "./alerts.ts";
import { keyOf } from "./evaluate.ts";
import type { Labels, Metrics } from "./metrics.ts";

/** An alert that fires for one set of labels. */
export interface Firing {
  alert: Alert;
  labels: Labels;
}

/** What is posted. Times are ISO 8601, in UTC. */
export interface AlertMessage {
  status: "firing" | "resolved";
  alert: string;
  severity: Alert["severity"];
  summary: string;
  runbook: string;
  labels: Labels;
  startsAt: string;
  endsAt?: string;
}

export interface WebhookOptions {
  url: string;
  /** Name of the setting that holds the URL, for errors. */
  setting: string;
  repeatSeconds: number;
  metrics: Metrics;
  log: Logger;
  /** Seconds since 1970. */
  clock: () => number;
  http?: HttpOptions;
  retry?: RetryOptions;
}

interface Told extends Firing {
  startsAt: number;
  endsAt?: number;
  /** Whether a message about it was sent: even one that failed may have arrived. */
  isSent: boolean;
  /** When a message about its firing last arrived. */
  toldAt?: number;
  /** After messages that did not arrive: not before then, and how many. */
  notBefore: number;
  failures: number;
}

const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 3600;

export class Webhook {
  readonly #options: WebhookOptions;
  readonly #client: HttpClient;
  readonly #path: string;
  readonly #told = new Map<string, Told>();
  #sending: Promise<void> | undefined;

  /** @throws ConfigurationError where `url` is not an http(s) URL; its value is not shown */
  constructor(options: WebhookOptions) {
    this.#options = options;
    this.#client = new HttpClient(options.url, options.http, options.setting);
    this.#path = new URL(options.url).pathname.endsWith("/") ? "/" : "";
  }

  /** All that fires now: what did before and is not among it is over. */
  notify(firing: readonly Firing[]): void {
    const now = this.#options.clock();
    const keys = new Set<string>();
    for (const one of firing) {
      const key = `${one.alert.id} ${keyOf(one.labels)}`;
      keys.add(key);
      const told = this.#told.get(key);
      if (told === undefined)
        this.#told.set(key, { ...one, startsAt: now, isSent: false, notBefore: 0, failures: 0 });
      else told.endsAt = undefined;
    }
    for (const [key, told] of this.#told) {
      if (keys.has(key)) continue;
      // nobody heard of it: nobody needs to hear that it is over
      if (!told.isSent) this.#told.delete(key);
      else told.endsAt ??= now;
    }
    this.#sending ??= this.#send().finally(() => (this.#sending = undefined));
  }

  /** Resolves when nothing is being sent. */
  async idle(): Promise<void> {
    await this.#sending;
  }

  async #send(): Promise<void> {
    for (const [key, told] of this.#told) {
      const { endsAt } = told;
      if (!this.#isDue(told)) continue;
      if (!(await this.#post(told))) continue;
      if (endsAt === undefined) told.toldAt = this.#options.clock();
      else if (told.endsAt !== undefined) this.#told.delete(key);
      // it fires again since: that is to be told anew
      else told.toldAt = undefined;
    }
  }

  #isDue({ endsAt, toldAt, notBefore }: Told): boolean {
    const now = this.#options.clock();
    if (now < notBefore) return false;
    return endsAt !== undefined || toldAt === undefined || now - toldAt >= this.#options.repeatSeconds;
  }

  /** Whether it arrived. */
  async #post(told: Told): Promise<boolean> {
    const { metrics, log, clock } = this.#options;
    const message = messageOf(told);
    told.isSent = true;
    try {
      await retry(async () => {
        const { status } = await this.#client.request(this.#path, { method: "POST", json: message });
        if (status === 404) throw new FatalError("status 404");
      }, this.#options.retry);
      told.failures = 0;
      metrics.count("kedge_webhook_deliveries_total", { delivery: "sent" });
      return true;
    } catch (error) {
      const pause = Math.min(FIRST_PAUSE_SECONDS * 2 ** told.failures++, LONGEST_PAUSE_SECONDS);
      told.notBefore = clock() + pause;
      metrics.count("kedge_webhook_deliveries_total", { delivery: "failed" });
      log.warn(
        { host: this.#client.name, alert: message.alert, problem: problemOf(error), pauseSeconds: pause },
        "a message about an alert did not arrive",
      );
      return false;
    }
  }
}

function messageOf({ alert, labels, startsAt, endsAt }: Told): AlertMessage {
  const time = (seconds: number) => new Date(seconds * 1000).toISOString();
  return {
    status: endsAt === undefined ? "firing" : "resolved",
    alert: ruleName(alert),
    severity: alert.severity,
    summary: summaryFor(alert, labels),
    runbook: runbookOf(alert),
    labels,
    startsAt: time(startsAt),
    ...(endsAt === undefined ? {} : { endsAt: time(endsAt) }),
  };
}

/** What may be told of an error: a status, a time limit or a system's code; a server may repeat the URL. */
function problemOf(error: unknown): string {
  const known = /status \d{3}|no answer within \d+ ms|\bE[A-Z]{4,}\b/.exec(explain(error));
  return known?.[0] ?? "no connection";
}
