/** What people ask of a keeper through its journal. */
import type { Account } from "./account.ts";
import type { Journal } from "./journal.ts";
import { isEnd, type Intent, type Wish } from "./types.ts";

const ASKED = "a person asked for it";

/** Answers every wish that can be answered at once; a bump waits for its replacement. */
export function obeyWishes({ journal, log }: Pick<Account, "journal" | "log">): void {
  for (const wish of journal.wishes()) {
    const intent = journal.get(wish.key)!;
    const answer = wish.wish === "cancel" ? cancel(journal, intent) : bump(journal, intent);
    if (answer === undefined) continue;
    journal.answerWish(wish.id, answer);
    log.info({ key: wish.key, wish: wish.wish, answer }, "wish");
  }
}

/** Why a wish for an intent cannot be met any more; undefined where it still can. */
export function tooLate({ state }: Intent): string | undefined {
  if (isEnd(state)) return `too late: it is ${state}`;
  return state === "mined" ? "too late: it is in a block" : undefined;
}

function cancel(journal: Journal, intent: Intent): string {
  const late = tooLate(intent);
  if (late !== undefined) return late;
  if (journal.attempts(intent.key).every(({ sentMs }) => sentMs === undefined)) {
    journal.end(intent.key, "cancelled", ASKED);
    return "cancelled before anything was sent";
  }
  if (intent.cancelling === undefined) journal.startToCancel(intent.key, ASKED);
  return "a transfer of nothing is to take its nonce";
}

function bump(journal: Journal, intent: Intent): Wish["answer"] {
  const late = tooLate(intent);
  if (late !== undefined) return late;
  const isSent = journal.attempts(intent.key).some(({ sentMs }) => sentMs !== undefined);
  return isSent ? undefined : "nothing is sent yet: it will be at the fees of its time";
}
