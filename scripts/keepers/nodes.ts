import { BeaconSources } from "../lib/sources/beaconSources.ts";
import type { Log } from "../lib/sources/endpoint.ts";
import { ExecutionSources } from "../lib/sources/executionSources.ts";
import type { RpcAnswer } from "../lib/sources/rpcClient.ts";
import { FatalError, RetryableError } from "../lib/errors.ts";
import { usePreset } from "../lib/preset.ts";
import { RpcRefusal, type Rpc } from "../lib/tx/rpc.ts";
import { timeAt } from "../lib/units.ts";
import type { KeeperSettings } from "./settings.ts";

/** The nodes that a keeper asks. */
export interface Nodes {
  beacon: BeaconSources;
  execution: ExecutionSources;
  /** Each execution node by itself, by its host and port; none where there is but one. */
  each: { source: string; execution: ExecutionSources }[];
  /** The execution nodes, as the manager of transactions asks them. */
  rpc: Rpc;
  /** Each of them alone. */
  witnesses: Rpc[];
  close(): void;
}

/** How nodes are reached. */
export interface Reach {
  /** Default: over the network at once. */
  fetch?: typeof fetch;
  /** Milliseconds since 1970, by which nodes rest and are asked again. Default: the machine's clock. */
  now?: () => number;
  /** Before a beacon node is asked again. Default: by the machine's clock. */
  sleep?: (ms: number) => Promise<void>;
  /** Told of each answer of a beacon node. */
  onAnswer?: () => void;
}

/**
 * Connects to the nodes of the settings, and checks that they are of the network.
 *
 * @throws ConfigurationError or FatalError where a node is of another network; RetryableError where too few answer
 */
export async function connectNodes(
  settings: KeeperSettings,
  log: Log,
  { fetch, now = Date.now, sleep, onAnswer }: Reach = {},
): Promise<Nodes> {
  const { elUrls, elSendUrl, clUrls, clQuorum } = settings;
  const http = fetch ? { fetch } : {};
  const reach = { chainId: BigInt(settings.chainId), http, now };
  const execution = new ExecutionSources(elUrls, { ...reach, sendUrl: elSendUrl, log });
  try {
    await execution.check();
    const client = { ...http, ...(sleep ? { retry: { sleep } } : {}) };
    const beacon = new BeaconSources(clUrls, { quorum: clQuorum, log, client, now, onAnswer });
    await usePreset(beacon);
    const alone = (url: string) => new ExecutionSources([url], reach);
    const each =
      elUrls.length === 1 ? [] : elUrls.map((url) => ({ source: new URL(url).host, execution: alone(url) }));
    const close = () => [execution, ...each.map((one) => one.execution)].forEach((one) => one.destroy());
    const witnesses = execution.each.map(({ name, request }) => rpcOf(name, request));
    return {
      beacon,
      execution,
      each,
      rpc: rpcOf("the execution nodes", sendTo(execution)),
      witnesses,
      close,
    };
  } catch (error) {
    execution.destroy();
    throw error;
  }
}

/** By the head of the beacon chain: seconds since 1970. */
export async function chainTime(beacon: BeaconSources): Promise<number> {
  const [head, spec, { genesisTime }] = await Promise.all([
    beacon.header("head"),
    beacon.spec(),
    beacon.genesis(),
  ]);
  if (head === undefined) throw new FatalError("no beacon node has a head");
  return timeAt(head.header.slot, { ...spec, genesisTime });
}

/** Hosts and ports of all nodes, each once. */
export function sourceNames({ beacon, execution }: Nodes): string[] {
  const relay = execution.senderStatus;
  const all = [...beacon.status, ...execution.status, ...(relay ? [relay] : [])];
  return [...new Set(all.map(({ name }) => name))];
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
