/** After signing: send, follow into a block and out of it again, replace what is stuck, cancel what is useless. */
import { policyOf, uselessSince, type Account, type Round } from "./account.ts";
import { quoteFees, quoteReplacement } from "./fees.ts";
import { isHopeless } from "./limits.ts";
import { MOST_PENDING, nonceAt } from "./nonces.ts";
import { RpcRefusal } from "./rpc.ts";
import { send } from "./sender.ts";
import { answerOf } from "./sending.ts";
import { signAttempt } from "./signing.ts";
import type { Attempt, Fees, Intent, Wish } from "./types.ts";

/** No reorganisation goes back so far: three epochs. */
const FINAL_BLOCKS = 96;
/** How long a node may take to show what it was sent, before it is sent again. */
const RESEND_MS = 12_000;

/** signed | broadcast → mined, or one step toward it. */
export async function follow(account: Account, intent: Intent, round: Round): Promise<void> {
  const { journal, chain, log } = account;
  const attempts = journal.attempts(intent.key);
  const newest = attempts.at(-1)!;
  const sent = attempts.filter(({ sentMs }) => sentMs !== undefined);
  for (const { hash } of sent.toReversed()) {
    const receipt = await chain.receiptOf(hash);
    if (receipt === undefined) continue;
    log.info({ key: intent.key, hash, block: receipt.blockNumber }, "mined");
    return journal.mine(intent.key, receipt);
  }
  if (newest.nonce < round.latestNonce) return nonceUsed(account, intent, attempts, round);
  if (round.doubt !== undefined) journal.note(intent, round.doubt);
  else if (isOutOfReach(newest, round)) return outOfReach(account, intent, attempts, round);

  const useless = intent.cancelling ?? (await uselessSince(account, intent)) ?? hopeless(intent, sent);
  if (useless !== undefined && sent.length === 0) return journal.end(intent.key, "cancelled", useless);
  if (useless !== undefined && intent.cancelling === undefined) journal.startToCancel(intent.key, useless);
  const current = { ...intent, cancelling: useless };

  const mustCancel = useless !== undefined && newest.purpose === "action";
  const bump = journal.wishes().find(({ key, wish }) => key === intent.key && wish === "bump");
  const mayReplace = newest.sentMs !== undefined && (bump || isStuck(account, current, sent, round));
  if (mustCancel || mayReplace) {
    if (await replace(account, current, attempts, round, bump)) return;
  }
  if (mustCancel) return;
  if (intent.state === "signed" || (await isDropped(account, newest))) await send(account, intent, newest);
}

/** mined → an end, when it is deep enough; or back, where its block is gone. */
export async function confirm(account: Account, intent: Intent, round: Round): Promise<void> {
  const { journal, chain, log, confirmations } = account;
  const { key, mined } = intent;
  const receipt = await chain.receiptOf(mined!.hash);
  if (receipt === undefined) {
    log.warn({ key, hash: mined!.hash, block: mined!.blockNumber }, "its block is gone");
    return journal.unmine(key);
  }
  if (receipt.blockHash !== mined!.blockHash) return journal.mine(key, receipt);
  if (round.head - receipt.blockNumber + 1 < confirmations) return;

  const isCancel = journal.attempts(key).find(({ hash }) => hash === receipt.hash)?.purpose === "cancel";
  const moved = receipt.succeeded && !isCancel ? intent.valueWei : 0n;
  const end = isCancel ? "cancelled" : receipt.succeeded ? "confirmed" : "reverted";
  const note = isCancel ? intent.cancelling : undefined;
  journal.end(key, end, note ?? null, receipt.feeWei + moved);
  log.info({ key, hash: receipt.hash, block: receipt.blockNumber, costWei: receipt.feeWei + moved }, end);
}

/** It waits for too long while blocks go by, or its replacement was too cheap for the node. */
function isStuck(account: Account, intent: Intent, sent: readonly Attempt[], { head }: Round): boolean {
  const newest = sent.at(-1)!;
  if (sent.length > 1 && answerOf(newest.answer ?? "") === "underpriced") return true;
  const waitedMs = account.journal.now() - newest.signedMs;
  return waitedMs >= policyOf(account, intent).replaceAfterMs && head > newest.signedBlock;
}

/** Why it is given up: no node ever took it. One of them may have lied, so its nonce is taken by something else. */
function hopeless({ isNoop }: Intent, sent: readonly Attempt[]): string | undefined {
  if (isNoop || sent.length === 0 || !isRefused(sent)) return undefined;
  const refusals = sent.reduce((sum, each) => sum + each.refusals, 0);
  const answer = sent.at(-1)!.answer ?? "";
  if (!isHopeless(refusals, answerOf(answer) === "never")) return undefined;
  return `given up: no node took it in ${refusals} tries, and says: ${answer}`;
}

/** Whether, by what they said, no node has anything for this nonce. */
function isRefused(attempts: readonly Attempt[]): boolean {
  return attempts.every(
    ({ isTaken, refusals, answer }) => !isTaken && refusals > 0 && answerOf(answer ?? "") !== "underpriced",
  );
}

async function isDropped({ journal, chain }: Account, { hash, sentMs }: Attempt): Promise<boolean> {
  return journal.now() - (sentMs ?? 0) >= RESEND_MS && !(await chain.knows(hash));
}

/** Signs for the same nonce at higher fees, below the cap, or at those of today where nothing is there to replace. True where it did. */
async function replace(
  account: Account,
  intent: Intent,
  attempts: readonly Attempt[],
  round: Round,
  bump: Wish | undefined,
): Promise<boolean> {
  const { journal } = account;
  const policy = policyOf(account, intent);
  const purpose = intent.cancelling === undefined ? "action" : "cancel";
  const { nonce, purpose: before } = attempts.at(-1)!;
  const fees =
    before === "action" && purpose === "cancel" && isRefused(attempts)
      ? quoteFees(round.market, policy)
      : quoteReplacement(highest(attempts), round.market, policy);
  const waits =
    "waits" in fees
      ? fees.waits
      : await signAttempt(account, intent, fees, { purpose, nonce, head: round.head });
  if (waits !== undefined) journal.note(intent, waits);
  if (bump !== undefined) journal.answerWish(bump.id, waits ?? "replaced at higher fees");
  return waits === undefined;
}

function highest(attempts: readonly Attempt[]): Fees {
  const most = (figures: bigint[]) => figures.reduce((a, b) => (a > b ? a : b));
  return {
    maxFeeWei: most(attempts.map(({ maxFeeWei }) => maxFeeWei)),
    maxPriorityFeeWei: most(attempts.map(({ maxPriorityFeeWei }) => maxPriorityFeeWei)),
  };
}

/** Signed when nodes said what was not true, or for a chain that is gone: nothing will come up to this nonce. */
function isOutOfReach({ nonce, signedBlock }: Attempt, { latestNonce, head }: Round): boolean {
  return nonce > latestNonce + MOST_PENDING && head > signedBlock;
}

function outOfReach(
  { journal, log }: Account,
  { key, cancelling }: Intent,
  attempts: readonly Attempt[],
  { latestNonce }: Round,
): void {
  const { nonce } = attempts.at(-1)!;
  const note = `nonce ${nonce} is out of reach: ${latestNonce} are used`;
  log.warn({ key, nonce, latestNonce }, "out of reach");
  if (attempts.some(({ sentMs }) => sentMs !== undefined)) return journal.end(key, "abandoned", note);
  if (cancelling !== undefined) return journal.end(key, "cancelled", cancelling);
  journal.replan(key, note);
}

/**
 * The nonce is in a block, and no receipt is ours. Only where the transaction that used it is found, deep enough, is
 * the intent planned again: a node that has lost a receipt must not make us act twice.
 */
async function nonceUsed(
  account: Account,
  intent: Intent,
  attempts: readonly Attempt[],
  { head }: Round,
): Promise<void> {
  const { journal, chain, signer, log } = account;
  const { key } = intent;
  const { nonce } = attempts[0]!;
  const deep = head - account.confirmations + 1;
  if (attempts.every(({ sentMs }) => sentMs === undefined)) return replan(`nonce ${nonce} was taken`);
  if (deep < 0 || (await nonceAt(account, deep)) <= nonce) {
    return journal.note(intent, `nonce ${nonce} is in a block; waits until that is certain`);
  }
  const other = await whoUsed();
  if (other !== undefined && attempts.some(({ hash }) => hash === other)) {
    return journal.note(intent, "in a block; the node has no receipt for it yet");
  }
  log.warn({ key, nonce, other }, "somebody else used this nonce");
  if (intent.isNoop) return journal.end(key, "cancelled", "somebody else has filled the gap");
  if (intent.cancelling !== undefined) return journal.end(key, "cancelled", intent.cancelling);
  if (other !== undefined) return replan(`nonce ${nonce} was used by ${other}, which is not in the journal`);
  const lost = `nonce ${nonce} was used by something that cannot be found`;
  const isFinal = head >= FINAL_BLOCKS && (await nonceAt(account, head - FINAL_BLOCKS)) > nonce;
  if (!isFinal) return journal.note(intent, `${lost}: waits, as a reorganisation may bring it back`);
  journal.end(key, "abandoned", `${lost}: look before it is repeated`);

  function replan(note: string): void {
    if (intent.cancelling !== undefined) journal.end(key, "cancelled", intent.cancelling);
    else journal.replan(key, note);
  }

  async function whoUsed(): Promise<string | undefined> {
    const freeAt = Math.min(...attempts.map(({ signedBlock }) => signedBlock));
    try {
      return await chain.whoUsed(signer.address, nonce, Math.min(freeAt, deep - 1), deep);
    } catch (error) {
      if (error instanceof RpcRefusal) return undefined;
      throw error;
    }
  }
}
