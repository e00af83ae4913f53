import {
  closeWindow,
  executeProposal,
  findProposal,
  noteReady,
  queueProposal,
} from "../../actions/proposals.ts";
import { confirm, print } from "../output.ts";
import { inSession } from "../session.ts";
import { showCalls, type GovernOptions } from "./options.ts";

/// The steps of a decision, by the verbs that take them.
const STEPS = {
  queue: queueProposal,
  "close-window": closeWindow,
  "note-ready": noteReady,
  execute: executeProposal,
};

/// `kedge govern queue`, `close-window`, `note-ready` and `execute`.
export const stepBy = {
  queue: step("queue"),
  "close-window": step("close-window"),
  "note-ready": step("note-ready"),
  execute: step("execute"),
};

function step(name: keyof typeof STEPS) {
  return (proposalId: bigint, options: GovernOptions): Promise<void> =>
    inSession(options, async ({ protocol, signer }) => {
      const { calls } = await findProposal(protocol, proposalId);
      await showCalls(protocol, calls);
      if (!(await confirm(`${name} this?`, options.yes))) return;
      const { hash } = await STEPS[name](protocol, await signer(), proposalId);
      print({ proposalId, transaction: hash }, { ...options, text: `${name}: ${hash}` });
    });
}
