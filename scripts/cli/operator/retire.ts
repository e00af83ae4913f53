import type { Command } from "commander";
import { confirm } from "../output.ts";
import { forOperator, type OperatorOptions } from "./options.ts";

/// `kedge operator retire`: asked before, as nothing takes it back.
export function declareRetire(command: Command): void {
  forOperator(command).option("--yes", "sign without asking", false).action(retire);
}

async function retire({ operator: operatorId, yes, ...options }: OperatorOptions & { yes: boolean }) {
  const [{ retireOperator }, { send }, { UnansweredError }] = await Promise.all([
    import("../../actions/registerOperator.ts"),
    import("../send/send.ts"),
    import("../terminal.ts"),
  ]);
  const question = `Retire operator ${operatorId} for ever? Anyone may have its validators exit then.`;
  if (!options.dryRun && !(await confirm(question, yes))) throw new UnansweredError("nothing was sent");
  await send(
    options,
    ({ protocol, signer }) => retireOperator(protocol, signer, { operatorId }),
    () => ({ data: { operatorId }, text: `operator ${operatorId} is retired` }),
  );
}
