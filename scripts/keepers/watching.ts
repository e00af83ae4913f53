/** How a keeper is watched: by which limits, and who is told. */
import type { Logger } from "../lib/logger.ts";
import { LOCAL_CHAIN_ID, type KeeperSettings } from "./settings.ts";
import type { HealthLimits } from "./watch/causes.ts";
import type { Health } from "./watch/health.ts";
import type { Metrics } from "./watch/metrics.ts";
import { SelfWatch } from "./watch/selfWatch.ts";
import { Webhook } from "./watch/webhook.ts";

/** A loop without a sign of life for so many seconds stands still; a cycle may wait for a block. */
export const STALL_SECONDS = 600;
/** A job that has not gone through for so long is overdue. */
export const JOB_SECONDS = 1_800;
const FINALITY_SECONDS = 3_600;
const REPEAT_SECONDS = 4 * 3_600;

export function limitsOf(settings: KeeperSettings): HealthLimits {
  return {
    stallSeconds: STALL_SECONDS,
    staleSeconds: STALL_SECONDS,
    finalityAgeSeconds: settings.chainId === LOCAL_CHAIN_ID ? Number.MAX_SAFE_INTEGER : FINALITY_SECONDS,
    minBalanceWei: settings.minBalance,
    clockSkewSeconds: settings.clockToleranceSeconds,
    jobGraceSeconds: 0,
  };
}

/** Evaluates alerts and tells the webhook; nothing where there is none. */
export function alertsOf(
  { webhookUrl }: KeeperSettings,
  parts: { health: Health; metrics: Metrics; log: Logger; clock: () => number },
): SelfWatch | undefined {
  if (webhookUrl === undefined) return undefined;
  const url = webhookUrl.reveal();
  const webhook = new Webhook({ ...parts, url, setting: "webhookUrl", repeatSeconds: REPEAT_SECONDS });
  return new SelfWatch({ ...parts, webhook });
}
