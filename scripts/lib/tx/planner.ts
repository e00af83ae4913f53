/** Before anything is sent: try the call, choose fees and a nonce, sign. And fill gaps among nonces. */
import { refusalText } from "../reverts.ts";
import { policyOf, uselessSince, type Account, type Round } from "./account.ts";
import { quoteFees } from "./fees.ts";
import { MOST_GAS } from "./limits.ts";
import { MOST_PENDING } from "./nonces.ts";
import { RpcRefusal } from "./rpc.ts";
import { isRevert } from "./sending.ts";
import { signAttempt, TRANSFER_GAS } from "./signing.ts";
import type { Intent } from "./types.ts";

/** Fees that waited for longer than this were paid for another state of the chain: the call is tried again. */
const SIMULATION_LASTS_MS = 60_000;

/** planned → simulated, or an end without a transaction. */
export async function simulate(account: Account, intent: Intent): Promise<void> {
  const { journal, chain, signer, log } = account;
  const { key, to, data, valueWei, leastGas = 0n } = intent;
  if (await endIfUseless(account, intent)) return;
  try {
    const estimate = await chain.gasFor({ from: signer.address, to, data, valueWei });
    if (estimate > MOST_GAS) {
      const note = `needs ${estimate} gas, a transaction may have ${MOST_GAS}`;
      log.warn({ key, note }, "can be in no block: not sent");
      return journal.end(key, "abandoned", note);
    }
    const wanted = max((estimate * (100n + account.gasMarginPercent)) / 100n, leastGas);
    journal.simulate(key, wanted < MOST_GAS ? wanted : MOST_GAS);
  } catch (error) {
    if (!(error instanceof RpcRefusal)) throw error;
    if (!isRevert(error)) return journal.note(intent, `the node says: ${error.said}`);
    const reason = error.data === undefined ? error.said : refusalText(account.interfaces, error.data);
    log.warn({ key, reason }, "would revert: not sent");
    journal.end(key, "abandoned", `would revert: ${reason}`);
  }
}

/** simulated → signed, at fees below the cap, with the lowest nonce that nobody has. */
export async function signFirst(account: Account, intent: Intent, round: Round): Promise<void> {
  const { journal } = account;
  if (intent.isNoop && intent.nonce !== undefined && intent.nonce < round.latestNonce) {
    return journal.end(intent.key, "cancelled", "somebody else has filled the gap");
  }
  if (await endIfUseless(account, intent)) return;
  if (!intent.isNoop && journal.now() - (intent.simulatedMs ?? 0) > SIMULATION_LASTS_MS) {
    return journal.replan(intent.key, intent.note ?? null);
  }
  const fees = quoteFees(round.market, policyOf(account, intent));
  if ("waits" in fees) return journal.note(intent, fees.waits);
  if (round.doubt !== undefined && intent.nonce === undefined) return journal.note(intent, round.doubt);
  const nonce = intent.nonce ?? freeNonce(round, journal.nonces());
  const waits = await signAttempt(account, intent, fees, { purpose: "action", nonce, head: round.head });
  if (waits !== undefined) journal.note(intent, waits);
}

/** Nonces below ones that are in use, which nobody has: the node would wait for them for ever. */
export function fillGaps({ journal, signer, log }: Account, round: Round): void {
  if (round.doubt !== undefined) return;
  const nonces = journal.nonces();
  const inReach = [...nonces].filter((nonce) => nonce <= round.pendingNonce + MOST_PENDING);
  for (let nonce = round.pendingNonce; nonce < Math.max(...inReach, 0); nonce++) {
    if (nonces.has(nonce)) continue;
    log.warn({ nonce }, "a gap among nonces: filled by a transfer of nothing");
    const request = { job: "gap", to: signer.address, data: "0x", valueWei: 0n, urgency: "normal" } as const;
    journal.plan({ key: `gap:${nonce}:${journal.now()}`, ...request }, { nonce, gasLimit: TRANSFER_GAS });
  }
}

/** What waits in the pool and is not in the journal is somebody else's, and is left alone. */
function freeNonce({ latestNonce, pendingNonce }: Round, taken: ReadonlySet<number>): number {
  let nonce = Math.max(latestNonce, pendingNonce);
  while (taken.has(nonce)) nonce++;
  return nonce;
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}

async function endIfUseless(account: Account, intent: Intent): Promise<boolean> {
  const reason = await uselessSince(account, intent);
  if (reason === undefined) return false;
  account.journal.end(intent.key, "cancelled", reason);
  return true;
}
