import type { Devnet } from "../devnet.ts";
import { addBeaconRoutes } from "./beaconApi.ts";
import { addControlRoutes } from "./controlApi.ts";
import { addJsonRpcRoute } from "./jsonRpc.ts";
import { createServer, listen } from "./server.ts";

export interface DevnetServers {
  rpcUrl: string;
  beaconUrl: string;
  close(): Promise<void>;
}

/// JSON-RPC on one port; the Beacon API and the control API on the other. Port 0 takes any free one.
export async function serveDevnet(
  devnet: Devnet,
  ports: { rpcPort: number; beaconPort: number },
): Promise<DevnetServers> {
  const rpcServer = createServer();
  addJsonRpcRoute(rpcServer, devnet.provider);
  const rpc = await listen(rpcServer, ports.rpcPort);

  const beaconServer = createServer();
  addBeaconRoutes(beaconServer, devnet.chain);
  addControlRoutes(beaconServer, devnet);
  const beacon = await listen(beaconServer, ports.beaconPort).catch(async (error: unknown) => {
    await rpc.close();
    throw error;
  });
  return {
    rpcUrl: rpc.url,
    beaconUrl: beacon.url,
    close: async () => {
      await Promise.all([rpc.close(), beacon.close()]);
    },
  };
}
