import type { HeaderAnswer } from "../beaconSchemas.ts";
import { FatalError, KedgeError } from "../errors.ts";
import type { BeaconEndpoint, BeaconPanel } from "./beaconPanel.ts";

/**
 * The newest head that a quorum of nodes has on its chain: said by some, confirmed by those that are further on. Heads
 * differ for a moment in every slot, so another head is no disagreement; being late is noted.
 *
 * Errors as for `BeaconPanel.noQuorum`.
 */
export async function agreedHead(panel: BeaconPanel): Promise<HeaderAnswer> {
  const answers = await panel.askAll({
    what: "the head",
    read: async (node) => {
      const head = await node.header("head");
      if (head === undefined) throw new FatalError(`${node.name}: the node has no head`);
      return head;
    },
    // it is enough that a quorum has one
    compared: () => true,
    disqualify: ({ executionOptimistic }) =>
      executionOptimistic ? "it has not verified the execution payload of its head yet" : undefined,
  });
  const heads = answers.flatMap((answer) =>
    "value" in answer ? [{ endpoint: answer.endpoint, head: answer.value }] : [],
  );
  panel.notePositions(heads.map(({ endpoint, head }) => ({ endpoint, slot: head.header.slot })));
  const newestFirst = heads.map(({ head }) => head).toSorted((a, b) => b.header.slot - a.header.slot);
  const candidates = new Map(newestFirst.map((head) => [head.root, head]));
  for (const candidate of candidates.values()) {
    const reached = heads.filter(({ head }) => head.header.slot >= candidate.header.slot);
    if (reached.length < panel.quorum) continue;
    const others = reached.filter(({ head }) => head.root !== candidate.root);
    const confirmed = await Promise.all(others.map(({ endpoint }) => isOnChainOf(endpoint, candidate.root)));
    const support = reached.length - others.length + confirmed.filter(Boolean).length;
    if (support >= panel.quorum) return candidate;
  }
  throw panel.noQuorum("the head", answers, ({ root }) => root);
}

async function isOnChainOf(endpoint: BeaconEndpoint, root: string): Promise<boolean> {
  try {
    const known = await endpoint.use((node) => node.header(root as `0x${string}`));
    return known?.canonical === true;
  } catch (error) {
    if (!(error instanceof KedgeError)) throw error;
    return false;
  }
}
