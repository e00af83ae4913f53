/** From what is wanted to signed bytes in the journal. */
import { Transaction } from "ethers";
import { FatalError } from "../errors.ts";
import { formatEther } from "../units.ts";
import { effect, type Account } from "./account.ts";
import { urgencyAt } from "./fees.ts";
import type { Fees, Intent, Purpose } from "./types.ts";

/** What a transfer without data takes. */
export const TRANSFER_GAS = 21_000n;

const DAY_MS = 24 * 3_600_000;

interface Wanted {
  purpose: Purpose;
  nonce: number;
  /** Newest block that is known. */
  head: number;
}

/**
 * Signs an intent's action, or a transfer of nothing to oneself in its place, and writes the bytes down.
 * @returns why it has to wait, or undefined where it is done
 * @throws FatalError where the signer signed something else
 */
export async function signAttempt(
  account: Account,
  intent: Intent,
  fees: Fees,
  { purpose, nonce, head }: Wanted,
): Promise<string | undefined> {
  const { journal, signer, chainId } = account;
  const isAction = purpose === "action";
  const gasLimit = isAction ? (intent.gasLimit ?? TRANSFER_GAS) : TRANSFER_GAS;
  const worstWei = gasLimit * fees.maxFeeWei + (isAction ? intent.valueWei : 0n);
  const waits = aboveDailyCap(account, intent, worstWei);
  if (waits !== undefined) return waits;

  const wanted = {
    type: 2,
    chainId,
    nonce,
    to: isAction ? intent.to : signer.address,
    data: isAction ? intent.data : "0x",
    value: isAction ? intent.valueWei : 0n,
    gasLimit,
    maxFeePerGas: fees.maxFeeWei,
    maxPriorityFeePerGas: fees.maxPriorityFeeWei,
  };
  const raw = await effect(account, "signer signs", () => signer.signTransaction(wanted));
  const signed = Transaction.from(raw);
  const isByUs = signed.from?.toLowerCase() === signer.address.toLowerCase();
  if (!isByUs || signed.unsignedHash !== Transaction.from(wanted).unsignedHash || signed.hash === null) {
    throw new FatalError(`what was signed for ${intent.key} is not what was asked for: it is not sent`);
  }
  const { key } = intent;
  const attempt = { ...fees, key, purpose, nonce, raw, gasLimit, hash: signed.hash };
  journal.sign({ ...attempt, signedMs: journal.now(), signedBlock: head });
  account.log.info({ key, purpose, nonce, hash: signed.hash, ...fees }, "signed");
  return undefined;
}

/**
 * Of all bytes that are signed for an intent one alone can be mined, so the dearest counts. What others may wait behind, a
 * replacement or a transfer of nothing, may use all of the cap.
 */
function aboveDailyCap(account: Account, intent: Intent, worstWei: bigint): string | undefined {
  const { journal, dailyCapWei, capPercent } = account;
  const isFirst = !intent.isNoop && journal.attempts(intent.key).length === 0;
  const urgency = isFirst ? urgencyAt(intent, journal.now()) : "urgent";
  const percent = capPercent[urgency];
  const reservedWei = journal.reservedWei(intent);
  const addedWei = worstWei > reservedWei ? worstWei - reservedWei : 0n;
  const spentWei = journal.spentWei(journal.now() - DAY_MS);
  if (spentWei + addedWei <= (dailyCapWei * BigInt(percent)) / 100n) return undefined;
  const share = percent === 100 ? "" : `, of which what is ${urgency} may use ${percent} percent`;
  return `waits for the daily cap: ${formatEther(addedWei, 6)} ether more on top of ${formatEther(spentWei, 6)}, the cap is ${formatEther(dailyCapWei, 6)}${share}`;
}
