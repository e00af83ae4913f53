import { firstOpenTicket } from "../actions/firstOpenTicket.ts";
import { timeAt } from "../lib/units.ts";
import type { BeaconSource } from "../lib/beaconClient.ts";
import type { Protocol } from "../lib/protocol.ts";
import type { JournalView } from "../lib/tx/view.ts";
import { STATES } from "../lib/tx/types.ts";
import type { Metrics } from "./watch/metrics.ts";

export interface GaugeSources {
  beacon: Pick<BeaconSource, "spec" | "genesis">;
  protocol: Protocol;
  metrics: Metrics;
  /** The chain's time, seconds since 1970. */
  now: () => number;
  /** The clock of metrics, seconds since 1970: on the local chain another than the chain's. */
  clock: () => number;
}

/** Sets what metrics show of frames, reports and the queue, by the newest block. */
export async function setChainGauges({ beacon, protocol, metrics, now, clock }: GaugeSources): Promise<void> {
  const { ReportOracle: oracle, StakedEther: ledger, WithdrawalQueue: queue } = protocol;
  const [spec, { genesisTime }, perFrame, { frame, refSlot }, lastFrame, parked] = await Promise.all([
    beacon.spec(),
    beacon.genesis(),
    oracle.slotsPerFrame(),
    oracle.currentFrame(),
    ledger.lastReportFrame(),
    oracle.parked(),
  ]);
  const time = { ...spec, genesisTime };
  // a moment of the chain on the clock of metrics
  const shown = (moment: number) => clock() - (now() - moment);
  metrics.set("kedge_frame_ref_slot", Number(refSlot));
  metrics.set("kedge_frame_age_seconds", shown(timeAt(Number(frame * perFrame), time)));
  metrics.set("kedge_frame_length_seconds", Number(perFrame) * spec.secondsPerSlot);
  metrics.set("kedge_report_ref_slot", Number(lastFrame * perFrame));
  metrics.set("kedge_report_age_seconds", shown(timeAt(Number(lastFrame * perFrame), time)));
  metrics.set("kedge_report_parked", parked.refSlot !== 0n);

  const [waiting, buffer, last, staking, deposits, finalization] = await Promise.all([
    ledger.balanceOf(queue),
    ledger.buffer(),
    queue.lastTicketId(),
    ledger.stakingPause(),
    protocol.BeaconDepositor.pausedUntil(),
    queue.pausedUntil(),
  ]);
  metrics.set("kedge_queue_unfinalized_ether", waiting);
  metrics.set("kedge_buffer_ether", buffer);
  metrics.set("kedge_valve_paused", staking.paused, { valve: "staking" });
  metrics.set("kedge_valve_paused", BigInt(now()) < deposits, { valve: "deposits" });
  metrics.set("kedge_valve_paused", BigInt(now()) < finalization, { valve: "finalization" });
  await setTickets(protocol, metrics, { last, now, shown });
}

async function setTickets(
  protocol: Protocol,
  metrics: Metrics,
  { last, now, shown }: { last: bigint; now: () => number; shown: (moment: number) => number },
): Promise<void> {
  const open = await firstOpenTicket(protocol, last);
  const done = open - 1n;
  metrics.set("kedge_queue_unfinalized_tickets", Number(last - done));
  const readyAt = done === last ? Infinity : Number((await protocol.WithdrawalQueue.ticket(open)).readyAt);
  if (readyAt <= now()) metrics.set("kedge_queue_oldest_ready_ticket_age_seconds", shown(readyAt));
  else metrics.forget("kedge_queue_oldest_ready_ticket_age_seconds");
}

/** Sets what metrics show of transactions. The journal's clock need not be that of metrics. */
export function setJournalGauges(
  metrics: Metrics,
  journal: Pick<JournalView, "intents" | "attempts" | "counts" | "now">,
  clock: () => number,
): void {
  const counts = journal.counts();
  for (const state of STATES) metrics.set("kedge_journal_intents", counts.get(state) ?? 0, { state });
  const waiting = journal.intents("open").filter(({ state }) => state === "broadcast");
  const sent = waiting.flatMap(({ key }) => journal.attempts(key).flatMap(({ sentMs }) => sentMs ?? []));
  if (sent.length > 0) {
    const ageMs = journal.now() - Math.min(...sent);
    metrics.set("kedge_journal_stuck_attempt_age_seconds", clock() - ageMs / 1_000);
  } else metrics.forget("kedge_journal_stuck_attempt_age_seconds");
}

/** Counts how often nodes were outvoted since the last time. */
export class DisagreementCounter {
  readonly #counted = new Map<string, number>();

  count(metrics: Metrics, status: readonly { name: string; disagreements: number }[]): void {
    for (const { name, disagreements } of status) {
      for (let i = this.#counted.get(name) ?? 0; i < disagreements; i++) {
        metrics.count("kedge_source_disagreements_total", { layer: "beacon", source: name });
      }
      this.#counted.set(name, disagreements);
    }
  }
}
