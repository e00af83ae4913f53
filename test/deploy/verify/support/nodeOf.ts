import type { Devnet } from "../../../../scripts/devnet/devnet.ts";
import { addJsonRpcRoute } from "../../../../scripts/devnet/http/jsonRpc.ts";
import { createServer, listen, type HttpServer } from "../../../../scripts/devnet/http/server.ts";
import { quantity } from "../../../../scripts/devnet/rpc.ts";

/// The devnet's execution chain under another id: explorers are asked about no local one.
export async function nodeOf(devnet: Devnet, chainId: number): Promise<HttpServer> {
  const server = createServer();
  addJsonRpcRoute(server, {
    request: (call) =>
      call.method === "eth_chainId" ? Promise.resolve(quantity(chainId)) : devnet.provider.request(call),
  });
  return listen(server, 0);
}
