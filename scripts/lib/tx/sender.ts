/** Signed bytes out of the door. Offering the same bytes twice does no harm. */
import { explain, isRetryable } from "../errors.ts";
import { effect, type Account } from "./account.ts";
import { RpcRefusal } from "./rpc.ts";
import { answerOf } from "./sending.ts";
import type { Attempt, Intent } from "./types.ts";

/** signed → broadcast, unless the node will not have it: then it is offered again with the next tick. */
export async function send(account: Account, intent: Intent, attempt: Attempt): Promise<void> {
  const { journal, sender, log } = account;
  const { key, hash, raw } = attempt;
  journal.beginToSend(attempt);
  try {
    await effect(account, "node is sent bytes", () => sender.send("eth_sendRawTransaction", [raw]));
  } catch (error) {
    if (isRetryable(error)) {
      // It may have arrived all the same.
      log.warn({ key, hash, err: error }, "cannot be sent now");
      return journal.note(intent, `cannot be sent now: ${explain(error)}`);
    }
    if (!(error instanceof RpcRefusal)) throw error;
    if (answerOf(error.said) !== "known") {
      if (attempt.answer !== error.said) log.warn({ key, hash, answer: error.said }, "refused by the node");
      const state = intent.state === "broadcast" ? "broadcast" : "signed";
      return journal.answerOfNode(attempt, state, error.said);
    }
  }
  journal.broadcast(attempt);
  log.info({ key, hash, nonce: attempt.nonce }, "broadcast");
}
