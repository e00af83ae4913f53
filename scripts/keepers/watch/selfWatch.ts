import { ALERTS, type Alert } from "./alerts.ts";
import { AlertWatch, type Scrape } from "./evaluate.ts";
import { windowOf } from "./expressions.ts";
import type { Health } from "./health.ts";
import type { Metrics } from "./metrics.ts";
import type { Firing, Webhook } from "./webhook.ts";

export interface SelfWatchOptions {
  health: Health;
  metrics: Metrics;
  webhook: Pick<Webhook, "notify">;
  /** Seconds since 1970. */
  clock: () => number;
}

/** The latest scrape is kept in any case. */
const KEPT_SECONDS = Math.max(...ALERTS.map(({ expression }) => windowOf(expression)));

/**
 * The alerts evaluated by the keeper itself, for those who run no Prometheus. A round belongs on a timer of its own:
 * inside the loop it would not see that the loop stands still.
 */
export class SelfWatch {
  readonly #options: SelfWatchOptions;
  readonly #watches: { alert: Alert; watch: AlertWatch }[] = ALERTS.map((alert) => ({
    alert,
    watch: new AlertWatch(alert),
  }));
  #scrapes: Scrape[] = [];

  constructor(options: SelfWatchOptions) {
    this.#options = options;
  }

  /** Takes one more scrape of itself and tells the webhook what fires. */
  async round(): Promise<void> {
    const { health, metrics, webhook, clock } = this.#options;
    health.publish(metrics);
    const at = clock();
    this.#scrapes = [
      ...this.#scrapes.filter((scrape) => at - scrape.at <= KEPT_SECONDS),
      { at, samples: await metrics.samples() },
    ];
    const firing = this.#watches.flatMap(({ alert, watch }): Firing[] =>
      watch.step(this.#scrapes, at).map((labels) => ({ alert, labels })),
    );
    webhook.notify(firing);
  }
}
