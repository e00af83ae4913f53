import "./preset.ts";
import { BrowserProvider, type Signer } from "ethers";
import { deploy } from "../deploy/deploy.ts";
import { localParameters } from "../deploy/parameters/devnet.ts";
import type { Parameters } from "../deploy/parameters/schema.ts";
import { Records } from "../lib/records.ts";
import { BeaconClient } from "../lib/beaconClient.ts";
import { ACCOUNT_NAMES, LOCAL_ACCOUNTS, type AccountName } from "../lib/accountNames.ts";
import { localCommittee, type Member } from "../lib/localAccounts.ts";
import { connectProtocol, type Protocol } from "../lib/protocol.ts";
import { SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "./config.ts";
import { startDevnet, type Devnet, type DevnetOptions } from "./devnet.ts";
import { serveDevnet, type DevnetServers } from "./http/serve.ts";

export type { AccountName, Member };

export interface LocalNetworkOptions extends DevnetOptions {
  /// Default 5.
  members?: number;
  /// What one draw allots. Default: the parameter of the network.
  lotEth?: bigint;
  /// Epochs that a request counts as coming for. Default: the parameter of the network.
  comingEpochs?: number;
  /// First slot whose states the protocol's verifier does not know. Default: the parameter of the network.
  layoutEndSlot?: number;
  /// Most loss of a frame, in 1/10,000 of the pool: governance moves it by a factor of two in a week, which no story waits
  /// for. Default: the parameter of the network.
  lossBpPerFrame?: bigint;
  /// Where the deployment is recorded, in place of what was there. Default: in memory only.
  records?: Records;
  /// The vote of stakers governs. Default: the account `admin`.
  stakersGovern?: boolean;
  /// Default: any free port.
  rpcPort?: number;
  beaconPort?: number;
  say?: (line: string) => void;
}

/// A devnet with its servers and a fresh deployment of the protocol.
export interface LocalNetwork {
  devnet: Devnet;
  servers: DevnetServers;
  provider: BrowserProvider;
  beacon: BeaconClient;
  protocol: Protocol;
  parameters: Parameters;
  accounts: Record<AccountName, Signer>;
  /// The committee, in no order.
  members: Member[];
  close(): Promise<void>;
}

export async function startLocalNetwork(options: LocalNetworkOptions = {}): Promise<LocalNetwork> {
  const devnet = await startDevnet({ autoTick: true, ...options });
  // the first block opens the queues of EIP-7002 and EIP-7251, which refuse every call until then
  await devnet.tickBlocks(1);
  const servers = await serveDevnet(devnet, {
    rpcPort: options.rpcPort ?? 0,
    beaconPort: options.beaconPort ?? 0,
  }).catch(async (error: unknown) => {
    await devnet.close();
    throw error;
  });
  const provider = new BrowserProvider(devnet.provider, undefined, { cacheTimeout: -1 });
  provider.pollingInterval = 50;
  const close = async () => {
    provider.destroy();
    await servers.close();
    await devnet.close();
  };
  try {
    const accounts = await signers(provider);
    const standard = localParameters(
      {
        genesisTime: devnet.chain.genesisTime,
        secondsPerSlot: SECONDS_PER_SLOT,
        slotsPerEpoch: SLOTS_PER_EPOCH,
      },
      options.members,
      options.stakersGovern,
    );
    const { lotEth, layoutEndSlot, comingEpochs, limitLossBpPerFrame } = standard;
    const parameters = {
      ...standard,
      lotEth: { ...lotEth, value: options.lotEth ?? lotEth.value },
      layoutEndSlot: { ...layoutEndSlot, value: BigInt(options.layoutEndSlot ?? layoutEndSlot.value) },
      comingEpochs: { ...comingEpochs, value: BigInt(options.comingEpochs ?? comingEpochs.value) },
      limitLossBpPerFrame: {
        ...limitLossBpPerFrame,
        value: options.lossBpPerFrame ?? limitLossBpPerFrame.value,
      },
    };
    const records = options.records ?? new Records();
    records.clear();
    const { addresses } = await deploy({
      deployer: accounts.deployer,
      parameters,
      records,
      ...(options.say ? { say: options.say } : {}),
    });
    return {
      devnet,
      servers,
      provider,
      beacon: new BeaconClient(servers.beaconUrl),
      protocol: connectProtocol(addresses, provider),
      parameters,
      accounts,
      members: localCommittee(options.members),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function signers(provider: BrowserProvider): Promise<Record<AccountName, Signer>> {
  const entries = ACCOUNT_NAMES.map(async (name) => [name, await provider.getSigner(LOCAL_ACCOUNTS[name])]);
  return Object.fromEntries(await Promise.all(entries)) as Record<AccountName, Signer>;
}
