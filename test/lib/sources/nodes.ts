/** A devnet behind several proxies that can be told to fail, and what is needed to look at what comes of it. */
import "../../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { startDevnet, type Devnet } from "../../../scripts/devnet/devnet.ts";
import {
  startFaultyProxy,
  type FaultyProxy,
  type FaultyProxyOptions,
} from "../../../scripts/devnet/faults/faultyProxy.ts";
import { serveDevnet, type DevnetServers } from "../../../scripts/devnet/http/serve.ts";
import type { Log } from "../../../scripts/lib/sources/endpoint.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";

export const FREE_PORTS = { rpcPort: 0, beaconPort: 0 };

/** A proxy, and what it was asked: method and path, or the methods of JSON-RPC. */
export interface FaultyNode extends FaultyProxy {
  readonly requests: readonly string[];
}

export interface Nodes {
  devnet: Devnet;
  servers: DevnetServers;
  /** Beacon nodes. */
  beacons: [FaultyNode, FaultyNode, FaultyNode];
  /** Execution nodes. */
  executions: [FaultyNode, FaultyNode, FaultyNode];
  /** The first slot of an epoch, finalized, and without a block. */
  missed: number;
  /** All honest again. */
  heal(): void;
  close(): Promise<void>;
}

export async function startNodes(): Promise<Nodes> {
  const devnet = await startDevnet({ verifySignatures: false });
  await devnet.tickSlots(39);
  const everyone = Array.from({ length: 64 }, (_, index) => index);
  devnet.setOffline(everyone, true);
  await devnet.tickSlots(1);
  const missed = devnet.slot;
  devnet.setOffline(everyone, false);
  await devnet.tickEpochs(4);
  const servers = await serveDevnet(devnet, FREE_PORTS);
  const three = async (serves: "beacon" | "execution", target: string) =>
    Promise.all([1, 2, 3].map((seed) => startNode({ serves, target, seed })));
  const beacons = (await three("beacon", servers.beaconUrl)) as Nodes["beacons"];
  const executions = (await three("execution", servers.rpcUrl)) as Nodes["executions"];
  return {
    devnet,
    servers,
    beacons,
    executions,
    missed,
    heal: () => [...beacons, ...executions].forEach((node) => node.set()),
    close: async () => {
      await Promise.all([...beacons, ...executions].map((node) => node.close()));
      await servers.close();
      await devnet.close();
    },
  };
}

async function startNode(options: FaultyProxyOptions): Promise<FaultyNode> {
  const requests: string[] = [];
  const proxy = await startFaultyProxy({ ...options, onRequest: (label) => requests.push(label) });
  return { ...proxy, requests };
}

export const urlsOf = (nodes: readonly FaultyProxy[]) => nodes.map(({ url }) => url);

/** A log that is kept: messages and fields as they would be written. */
export function keptLog(): { log: Log; lines: Record<string, any>[] } {
  const lines: Record<string, any>[] = [];
  const stream = { write: (text: string) => lines.push(JSON.parse(text)) };
  return { log: createLogger({ json: true, level: "info", stream }), lines };
}

export async function failure(promise: Promise<unknown>): Promise<Error> {
  const error = await promise.then(
    () => undefined,
    (e: unknown) => e,
  );
  expect(error).to.be.instanceOf(Error);
  return error as Error;
}
