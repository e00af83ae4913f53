import type { SignedReports } from "./report/signedReports.ts";
import { disputeText, type Dispute } from "./report/witnesses.ts";
import type { Facts } from "./watch/causes.ts";
import type { Metrics } from "./watch/metrics.ts";

/** What keeps the member's key from signing, for health and metrics. */
export class SigningState {
  readonly #metrics: Metrics;
  readonly #signed: Pick<SignedReports, "stopped">;
  readonly #member: string | undefined;
  #dispute: Dispute | undefined;

  /** @param member address of the key; none for a keeper that signs nothing */
  constructor(metrics: Metrics, signed: Pick<SignedReports, "stopped">, member: string | undefined) {
    this.#metrics = metrics;
    this.#signed = signed;
    this.#member = member;
  }

  /** Execution nodes tell different reports, or do not any more. */
  note(dispute: Dispute | undefined): void {
    this.#dispute = dispute;
    for (const source of dispute?.suspects ?? []) {
      this.#metrics.count("kedge_source_disagreements_total", { layer: "execution", source });
    }
  }

  get facts(): Facts["signing"] {
    const stopped = this.#member === undefined ? undefined : this.#signed.stopped(this.#member);
    return {
      ...(this.#dispute ? { dispute: disputeText(this.#dispute) } : {}),
      ...(stopped === undefined ? {} : { stopped }),
    };
  }
}
