import { BeaconSources } from "../lib/sources/beaconSources.ts";
import { ExecutionSources } from "../lib/sources/executionSources.ts";
import type { RpcAnswer } from "../lib/sources/rpcClient.ts";
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
  /** Each of them alone. */
  witnesses: Rpc[];
}

/**
 * Connects to the nodes of the settings, and checks that they are of the network.
 *
 * @throws ConfigurationError or FatalError where a node is of another network; RetryableError where too few answer
 */
export async function connectNodes(settings: KeeperSettings, log: Logger): Promise<Nodes> {
  const { elUrls, elSendUrl, clUrls, clQuorum, chainId } = settings;
  const execution = new ExecutionSources(elUrls, { chainId: BigInt(chainId), sendUrl: elSendUrl, log });
  try {
    await execution.check();
    const beacon = new BeaconSources(clUrls, { quorum: clQuorum, log });
    await usePreset(beacon);
    const witnesses = execution.each.map(({ name, request }) => rpcOf(name, request));
    return { beacon, execution, rpc: rpcOf("the execution nodes", sendTo(execution)), witnesses };
  } catch (error) {
    execution.destroy();
    throw error;
  }
}

type Request = (method: string, params: readonly unknown[]) => Promise<RpcAnswer | undefined>;

/** Errors of nodes as they are, where ethers would make its own of them. */
function rpcOf(name: string, request: Request): Rpc {
  return {
    name,
    async send(method, params) {
      const answer = await request(method, params);
      if (answer === undefined) throw new RetryableError(`${method}: no answer`);
      if ("error" in answer) throw new RpcRefusal(method, String(answer.error.message), answer.error.data);
      return answer.result;
    },
  };
}

function sendTo(execution: ExecutionSources): Request {
  return async (method, params) => {
    const answers = await execution._send({ id: 1, jsonrpc: "2.0", method, params: [...params] });
    return answers[0] as RpcAnswer | undefined;
  };
}
