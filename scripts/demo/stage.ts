import "../devnet/preset.ts";
import { JsonRpcProvider, type Signer } from "ethers";
import type { ReportingMember } from "../actions/reportFrame.ts";
import type { LocalNetwork } from "../devnet/localNetwork.ts";
import { BeaconClient } from "../lib/beaconClient.ts";
import type { Progress, Step } from "../lib/progress.ts";
import { CONTRACT_NAMES, connectProtocol, type Addresses, type Protocol } from "../lib/protocol.ts";
import { ACTORS, Journal, type Actor } from "./journal.ts";

/** Lets slots pass until the condition holds. */
export type Wait = (condition: () => boolean | Promise<boolean>) => Promise<void>;

/** What the story is played on: the network, its actors, the journal and the display. */
export class Stage {
  readonly network: LocalNetwork;
  readonly protocol: Protocol;
  readonly signers: Record<Actor, Signer>;
  readonly committee: ReportingMember[];
  readonly journal = new Journal();
  /** Last block before the story, and the actors' ether in it. */
  readonly startBlock: number;
  readonly startWei: ReadonlyMap<Actor, bigint>;
  readonly #progress: Progress;
  readonly #providers: JsonRpcProvider[];

  private constructor(
    network: LocalNetwork,
    progress: Progress,
    parts: Pick<Stage, "signers" | "committee" | "startBlock" | "startWei"> & {
      providers: JsonRpcProvider[];
    },
  ) {
    this.network = network;
    this.protocol = network.protocol;
    this.signers = parts.signers;
    this.committee = parts.committee;
    this.startBlock = parts.startBlock;
    this.startWei = parts.startWei;
    this.#progress = progress;
    this.#providers = parts.providers;
  }

  static async open(network: LocalNetwork, progress: Progress): Promise<Stage> {
    const { deployer, ...accounts } = network.accounts;
    // the deployer has done its part and ends with no role: it plays someone whom the protocol does not know
    const signers = { ...accounts, trader: deployer };
    const startBlock = await network.provider.getBlockNumber();
    const startWei = new Map<Actor, bigint>();
    for (const actor of ACTORS)
      startWei.set(actor, await network.provider.getBalance(signers[actor], startBlock));
    const { committee, providers } = await openCommittee(network);
    return new Stage(network, progress, { signers, committee, startBlock, startWei, providers });
  }

  /** Shows one step; what `act` returns is the end of its line. */
  readonly step = async (title: string, act: (wait: Wait) => Promise<string>): Promise<void> => {
    const step = this.#progress.start(title);
    try {
      step.succeed(await act((condition) => this.#wait(condition, step)));
    } catch (error) {
      step.fail();
      throw error;
    }
  };

  close(): void {
    for (const provider of this.#providers) provider.destroy();
  }

  async #wait(condition: () => boolean | Promise<boolean>, step: Step): Promise<void> {
    const { devnet } = this.network;
    await devnet.tickUntil(() => {
      step.update(`slot ${devnet.slot}, epoch ${devnet.epoch}`);
      return condition();
    });
  }
}

/** Each member speaks to the servers through clients of its own. */
async function openCommittee({ protocol, servers, members }: LocalNetwork) {
  const named = CONTRACT_NAMES.map(async (name) => [name, await protocol[name].getAddress()] as const);
  const addresses = Object.fromEntries(await Promise.all(named)) as Addresses;
  const providers: JsonRpcProvider[] = [];
  const committee = members.map(({ address, key }) => {
    const provider = new JsonRpcProvider(servers.rpcUrl, undefined, { cacheTimeout: -1 });
    providers.push(provider);
    const sources = {
      provider,
      beacon: new BeaconClient(servers.beaconUrl),
      protocol: connectProtocol(addresses, provider),
    };
    return { address, key, sources };
  });
  return { committee, providers };
}
