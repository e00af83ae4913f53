/** Hardhat's chain behind a port, which mines only when it is told to, with small contracts to call. */
import hre from "hardhat";
import { addJsonRpcRoute } from "../../../../scripts/devnet/http/jsonRpc.ts";
import { createServer, listen } from "../../../../scripts/devnet/http/server.ts";
import { connectNode, type Rpc } from "../../../../scripts/lib/tx/rpc.ts";
import { CODE, mine, setNextBaseFee } from "./chainCalls.ts";

export interface TestChain {
  url: string;
  node: Rpc;
  close(): Promise<void>;
}

export async function startTestChain(): Promise<TestChain> {
  const connection = await hre.network.create("devnet");
  const server = createServer();
  addJsonRpcRoute(server, connection.provider);
  const http = await listen(server, 0);
  const node = connectNode(http.url);
  for (const [address, code] of Object.entries(CODE)) await node.send("hardhat_setCode", [address, code]);
  await setNextBaseFee(node, 1_000_000_000n);
  await mine(node);
  return {
    url: http.url,
    node,
    close: async () => {
      await http.close();
      await connection.close();
    },
  };
}
