import { BeaconSources } from "../lib/sources/beaconSources.ts";
import { ExecutionSources } from "../lib/sources/executionSources.ts";
import { RetryableError } from "../lib/errors.ts";
import type { Logger } from "../lib/logger.ts";
import { usePreset } from "../lib/preset.ts";
import { RpcRefusal, type Rpc } from "../lib/tx/rpc.ts";
import type { KeeperSettings } from "./settings.ts";

/** The nodes that a keeper asks. */
export interface Nodes {
  beacon: BeaconSources;
  execution: ExecutionSources;
  /** The execution nodes, as the manager of transactions asks them. */
  rpc: Rpc;
}

/**
 * Connects to the nodes of the settings, and checks that they are of the network.
 *
 * @param now milliseconds, by which nodes rest and are asked again
 * @throws ConfigurationError or FatalError where a node is of another network; RetryableError where too few answer
 */
export async function connectNodes(
  settings: KeeperSettings,
  log: Logger,
  now: () => number = Date.now,
): Promise<Nodes> {
  const { elUrls, elSendUrl, clUrls, clQuorum, chainId } = settings;
  const execution = new ExecutionSources(elUrls, { chainId: BigInt(chainId), sendUrl: elSendUrl, log, now });
  try {
    await execution.check();
    const beacon = new BeaconSources(clUrls, { quorum: clQuorum, log, now });
    await usePreset(beacon);
    return { beacon, execution, rpc: rpcOf(execution) };
  } catch (error) {
    execution.destroy();
    throw error;
  }
}

/** Errors of nodes as they are, where ethers would make its own of them. */
function rpcOf(execution: ExecutionSources): Rpc {
  return {
    name: "the execution nodes",
    async send(method, params) {
      const [answer] = (await execution._send({ id: 1, jsonrpc: "2.0", method, params: [...params] })) as (
        | { result: unknown }
        | { error: { message?: unknown; data?: unknown } }
      )[];
      if (answer === undefined) throw new RetryableError(`${method}: no answer`);
      if ("error" in answer) throw new RpcRefusal(method, String(answer.error.message), answer.error.data);
      return answer.result;
    },
  };
}
