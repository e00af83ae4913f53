import { Command } from "commander";
import { declareBond } from "./operator/bond.ts";
import { declareCommit } from "./operator/commit.ts";
import { declareExit } from "./operator/exit.ts";
import { declareRegister } from "./operator/register.ts";
import { declareRetire } from "./operator/retire.ts";
import { declareStatus } from "./operator/status.ts";

/// `kedge operator <verb>`: who runs validators for the pool.
export function declareOperator(operator: Command): void {
  for (const [name, about, declare] of [
    ["register", "become an operator; whoever signs is its manager", declareRegister],
    ["commit", "commit the keys of a file that `kedge keys deposit-data` wrote", declareCommit],
    ["bond", "what backs an operator's stake", declareBond],
    ["status", "how an operator stands, and what it may do", declareStatus],
    ["exit", "hand a validator's signed exit to the beacon chain", declareExit],
    ["retire", "get no stake any more, for ever", declareRetire],
  ] as const) {
    const command = new Command(name).description(about);
    declare(command);
    operator.addCommand(command);
  }
}
