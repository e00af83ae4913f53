import "./preset.ts";
import { BrowserProvider, HDNodeWallet, Mnemonic, type Signer, type SigningKey } from "ethers";
import { deploy } from "../deploy/deploy.ts";
import { devnetParameters } from "../deploy/parameters/devnet.ts";
import type { Parameters } from "../deploy/parameters/schema.ts";
import { Records } from "../deploy/records.ts";
import { BeaconClient } from "../lib/beaconClient.ts";
import { connectProtocol, type Protocol } from "../lib/protocol.ts";
import { SECONDS_PER_SLOT, SLOTS_PER_EPOCH } from "./config.ts";
import { startDevnet, type Devnet, type DevnetOptions } from "./devnet.ts";
import { serveDevnet, type DevnetServers } from "./http/serve.ts";

/// The well-known phrase of local chains: nothing on them has a value.
const MNEMONIC = "test test test test test test test test test test test junk";
/// What each of the chain's accounts is for, by its number.
const ACCOUNTS = {
  deployer: 0,
  admin: 1,
  treasury: 2,
  guardian: 3,
  keeper: 4,
  manager: 5,
  operatorRewards: 6,
  alice: 7,
  bob: 8,
  carol: 9,
} as const;
/// Members of the committee follow.
const FIRST_MEMBER = 20;

export type AccountName = keyof typeof ACCOUNTS;

export interface Member {
  address: string;
  key: SigningKey;
}

export interface LocalNetworkOptions extends DevnetOptions {
  /// Default 5.
  members?: number;
  /// Where the deployment is recorded. Default: in memory only.
  records?: Records;
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
  const members = committee(options.members ?? 5);
  const accounts = await signers(provider);
  const parameters = devnetParameters({
    genesisTime: BigInt(devnet.chain.genesisTime),
    secondsPerSlot: BigInt(SECONDS_PER_SLOT),
    slotsPerEpoch: BigInt(SLOTS_PER_EPOCH),
    admin: await accounts.admin.getAddress(),
    treasury: await accounts.treasury.getAddress(),
    guardian: await accounts.guardian.getAddress(),
    committee: members.map(({ address }) => ({ member: address, weight: 1n })),
  });
  const { addresses } = await deploy({
    deployer: accounts.deployer,
    parameters,
    records: options.records ?? new Records(),
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
    members,
    close: async () => {
      provider.destroy();
      await servers.close();
      await devnet.close();
    },
  };
}

async function signers(provider: BrowserProvider): Promise<Record<AccountName, Signer>> {
  const entries = Object.entries(ACCOUNTS).map(async ([name, index]) => [
    name,
    await provider.getSigner(index),
  ]);
  return Object.fromEntries(await Promise.all(entries)) as Record<AccountName, Signer>;
}

function committee(size: number): Member[] {
  const root = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(MNEMONIC), "m/44'/60'/0'/0");
  return Array.from({ length: size }, (_, i) => {
    const wallet = root.deriveChild(FIRST_MEMBER + i);
    return { address: wallet.address, key: wallet.signingKey };
  });
}
