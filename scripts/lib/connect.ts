import { JsonRpcProvider, type Network } from "ethers";
import { RetryableError } from "./errors.ts";

/**
 * A provider for a JSON-RPC address. One question first: a provider that has not met its chain asks for ever.
 *
 * @throws RetryableError where no chain answers; only the host is named, as an address may have a key in it
 */
export async function connectRpc(rpcUrl: string): Promise<JsonRpcProvider> {
  const probe = new JsonRpcProvider(rpcUrl);
  let network: Network;
  try {
    network = await probe._detectNetwork();
  } catch (error) {
    throw new RetryableError(`no execution chain answers at ${new URL(rpcUrl).host}`, { cause: error });
  } finally {
    probe.destroy();
  }
  const provider = new JsonRpcProvider(rpcUrl, network, { staticNetwork: network, cacheTimeout: -1 });
  provider.pollingInterval = 100;
  return provider;
}
