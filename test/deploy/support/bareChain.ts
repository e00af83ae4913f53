import "../../../scripts/devnet/preset.ts";
import { BrowserProvider, type Signer } from "ethers";
import { localParameters } from "../../../scripts/deploy/parameters/devnet.ts";
import type { Parameters } from "../../../scripts/deploy/parameters/schema.ts";
import { SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "../../../scripts/devnet/config.ts";
import { startDevnet, type Devnet } from "../../../scripts/devnet/devnet.ts";
import { LOCAL_ACCOUNTS } from "../../../scripts/lib/accountNames.ts";

/// A devnet on which nothing is deployed.
export interface BareChain {
  devnet: Devnet;
  provider: BrowserProvider;
  deployer: Signer;
  parameters: Parameters;
  close(): Promise<void>;
}

export async function startBareChain(): Promise<BareChain> {
  const devnet = await startDevnet({ autoTick: true, verifySignatures: false });
  await devnet.tickBlocks(1);
  const provider = new BrowserProvider(devnet.provider, undefined, { cacheTimeout: -1 });
  return {
    devnet,
    provider,
    deployer: await provider.getSigner(LOCAL_ACCOUNTS.deployer),
    parameters: localParameters({
      genesisTime: devnet.chain.genesisTime,
      secondsPerSlot: SECONDS_PER_SLOT,
      slotsPerEpoch: SLOTS_PER_EPOCH,
    }),
    close: async () => {
      provider.destroy();
      await devnet.close();
    },
  };
}
