import "../devnet/preset.ts";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { HDNodeWallet, Mnemonic, type Signer } from "ethers";
import { commitKeys, signPredeposits } from "../actions/commitKeys.ts";
import { depositBond, registerOperator } from "../actions/registerOperator.ts";
import { stake } from "../actions/stake.ts";
import { startLocalNetwork, type LocalNetwork } from "../devnet/localNetwork.ts";
import { seedFromMnemonic, validatorKeys, type ValidatorKey } from "../lib/keys.ts";
import { LOCAL_MNEMONIC } from "../lib/localAccounts.ts";
import { Records } from "../lib/records.ts";
import { WEI_PER_ETHER } from "../lib/units.ts";
import { SoakMember } from "./member.ts";
import type { Turns } from "./turns.ts";

/** So that four of five are more than two thirds. */
export const MEMBERS = 5;
/** Two members ask several nodes, three a single one each: both are tried. */
export const NODES = [
  { beacon: 3, execution: 2 },
  { beacon: 3, execution: 2 },
  { beacon: 1, execution: 1 },
  { beacon: 1, execution: 1 },
  { beacon: 1, execution: 1 },
] as const;

const OPERATORS = 3;
const KEYS_EACH = 48;
const BOND_WEI = 40n * WEI_PER_ETHER;
const LOT_ETH = 64n;
const FIRST_STAKE_WEI = 120n * WEI_PER_ETHER;
/** Accounts that pay for the keepers' transactions: after those of the chain and of the members. */
export const FIRST_KEEPER_ACCOUNT = 40;
const KEEPER_FUNDS_WEI = 100n * WEI_PER_ETHER;
/** Managers of the operators are accounts that the chain signs for and nobody else uses. */
const FIRST_MANAGER = 17;

export const STAKERS = ["alice", "bob", "carol"] as const;
export type StakerName = (typeof STAKERS)[number];

/** The network, with all that live on it. */
export interface SoakWorld {
  network: LocalNetwork;
  members: SoakMember[];
  /** Addresses of the keepers' accounts, by member. */
  keeperAccounts: string[];
  /** All keys that operators committed. */
  keys: ValidatorKey[];
  /** What the deposit contract had before the pool's first deposit, in wei. */
  depositsBeforeWei: bigint;
}

export interface WorldOptions {
  folder: string;
  /** Keepers write their cycles down. Default: they do not. */
  record?: boolean;
}

/** A fresh network with stakers and operators; its keepers do not run yet. */
export async function openWorld(
  { folder, record = false }: WorldOptions,
  turns: (network: LocalNetwork) => Turns,
): Promise<SoakWorld> {
  const deployments = join(folder, "deployments");
  const network = await startLocalNetwork({
    members: MEMBERS,
    verifySignatures: false,
    lotEth: LOT_ETH,
    records: new Records(deployments),
  });
  try {
    const { provider, protocol, accounts, devnet } = network;
    const depositsBeforeWei = await provider.getBalance(await protocol.StakedEther.depositContract());
    const keys = await openOperators(network);
    for (const staker of STAKERS) await stake(protocol, accounts[staker], { amountWei: FIRST_STAKE_WEI });
    const wallets = Array.from({ length: MEMBERS }, (_, i) => walletAt(FIRST_KEEPER_ACCOUNT + i));
    for (const { address } of wallets) {
      await provider.send("hardhat_setBalance", [address, `0x${KEEPER_FUNDS_WEI.toString(16)}`]);
    }
    const ports = await freePorts(MEMBERS);
    const moment = turns(network);
    const members = await Promise.all(
      wallets.map(async (wallet, index) =>
        SoakMember.open({
          index,
          folder: join(folder, `keeper-${index}`),
          record,
          servers: network.servers,
          nodes: NODES[index]!,
          turns: moment,
          env: {
            KEDGE_DEPLOYMENTS: deployments,
            KEDGE_PRIVATE_KEY: wallet.privateKey,
            KEDGE_MEMBER_PRIVATE_KEY: network.members[index]!.key.privateKey,
            KEDGE_REPORT_PORT: String(ports[index]),
            KEDGE_PEER_URLS: ports
              .filter((_, i) => i !== index)
              .map((port) => `http://127.0.0.1:${port}`)
              .join(","),
            KEDGE_POLL_SECONDS: String(POLL_SECONDS),
            KEDGE_TURN_SECONDS: String(TURN_SECONDS),
            KEDGE_DAILY_CAP: "50",
          },
        }),
      ),
    );
    devnet.autoTick = false;
    return {
      network,
      members,
      keeperAccounts: wallets.map(({ address }) => address),
      keys,
      depositsBeforeWei,
    };
  } catch (error) {
    await network.close();
    throw error;
  }
}

/** Five slots, so that in each slot one of five keepers looks: often enough to sign, see signatures and submit within a frame. */
const POLL_SECONDS = 60;
/** Seven slots: in a committee's round of turns each keeper looks at least once in its own. */
const TURN_SECONDS = 84;

async function openOperators(network: LocalNetwork): Promise<ValidatorKey[]> {
  const { protocol, provider, beacon, devnet } = network;
  const { genesisForkVersion } = await beacon.genesis();
  const seed = seedFromMnemonic(LOCAL_MNEMONIC);
  const all: ValidatorKey[] = [];
  for (let i = 0; i < OPERATORS; i++) {
    const manager: Signer = await provider.getSigner(FIRST_MANAGER + i);
    const registered = { rewardAddress: await manager.getAddress(), commissionBp: 1_000n };
    const { operatorId } = await registerOperator(protocol, manager, registered);
    await depositBond(protocol, manager, { operatorId, amountWei: BOND_WEI });
    const keys = validatorKeys(seed, i * KEYS_EACH, KEYS_EACH);
    const secretKeys = keys.map(({ secretKey }) => secretKey);
    const tree = await signPredeposits(protocol, { secretKeys, genesisForkVersion });
    await commitKeys(protocol, manager, { operatorId, tree });
    devnet.addKeys(secretKeys);
    all.push(...keys);
  }
  return all;
}

function walletAt(index: number): HDNodeWallet {
  return HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(LOCAL_MNEMONIC), "m/44'/60'/0'/0").deriveChild(index);
}

/** Ports that nobody has now: members must know each other's before any of them runs. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
  return ports;
}
