import type { Command } from "commander";
import { forOperator, type OperatorOptions } from "./options.ts";

/// `kedge operator commit`: the file is verified first, each signature with it.
export function declareCommit(command: Command): void {
  forOperator(command).argument("<file>", "commitment.json").action(commit);
}

async function commit(path: string, { operator: operatorId, ...options }: OperatorOptions): Promise<void> {
  const [{ commitKeys }, { readCommitment }, { depositTargetOf }, { deploymentFolder }, { send }] =
    await Promise.all([
      import("../../actions/commitKeys.ts"),
      import("../../lib/keystores/readCommitment.ts"),
      import("../../lib/keystores/networks.ts"),
      import("../../lib/records.ts"),
      import("../send/send.ts"),
    ]);
  const target = depositTargetOf(options.deployments ?? deploymentFolder(options.network));
  const tree = await readCommitment(path, target);
  await send(
    options,
    async ({ protocol, signer }) => ({ receipt: await commitKeys(protocol, signer, { operatorId, tree }) }),
    () => ({
      data: { operatorId, root: tree.root, keys: tree.count },
      text: `${tree.count} keys of operator ${operatorId} are committed, root ${tree.root}`,
    }),
  );
}
