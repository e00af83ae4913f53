import "../devnet/preset.ts";
import { FAR_FUTURE_EPOCH } from "@lodestar/params";
import { toHex } from "@lodestar/utils";
import { allow } from "../actions/allow.ts";
import { claim } from "../actions/claim.ts";
import { requestWithdrawal } from "../actions/requestWithdrawal.ts";
import { stake, type StakeRoute } from "../actions/stake.ts";
import { wrap } from "../actions/wrap.ts";
import { receiptOf } from "../lib/receipts.ts";
import { seededRandom } from "../lib/seededRandom.ts";
import { WEI_PER_ETHER } from "../lib/units.ts";
import { Tickets } from "./tickets.ts";
import { STAKERS, type SoakWorld, type StakerName } from "./world.ts";

export const DEEDS = ["stake", "request", "wrap", "unwrap", "claim", "exit", "slash", "outage"] as const;
export type Deed = (typeof DEEDS)[number];

/** Between these the pool is kept, in wei, by who comes and who goes. */
const SMALL_POOL = 350n * WEI_PER_ETHER;
const LARGE_POOL = 900n * WEI_PER_ETHER;
/** Of validators at work there are never fewer, if it were for those who leave of themselves. */
const FEWEST = 4;
/** `SHARD_COMMITTEE_PERIOD`, and an epoch to spare. */
const STAY_EPOCHS = 5;
/** How often each comes in a frame. */
const SHARES = { exit: 0.2, slash: 0.02, outage: 0.1 };
const DEEDS_PER_FRAME = 3;

/** Those who use the pool, and the validators' operators, by seeded chance. They take part at the start of slots. */
export class Actors {
  readonly done = new Map<Deed, number>();
  readonly #world: SoakWorld;
  readonly #random: () => number;
  readonly #tickets: Tickets;
  #deeds: { slot: number; deed: Deed }[] = [];
  #down: number[] = [];

  constructor(world: SoakWorld, seed: number) {
    this.#world = world;
    this.#tickets = new Tickets(world.network.protocol.WithdrawalQueue);
    this.#random = seededRandom(seed ^ 0x5eed);
  }

  /** Decides what is done in the next `slots` slots; whose validators were down is up again. */
  async plan(fromSlot: number, slots: number): Promise<void> {
    const { network } = this.#world;
    network.devnet.setOffline(this.#down, false);
    this.#down = [];
    const pooled = await network.protocol.StakedEther.getTotalPooledEther();
    const staying = pooled < SMALL_POOL ? 1 : pooled > LARGE_POOL ? 0 : 0.5;
    const deeds: Deed[] = Array.from({ length: DEEDS_PER_FRAME }, () => {
      if (this.#random() < 0.3) return this.#random() < 0.6 ? "wrap" : "unwrap";
      return this.#random() < staying ? "stake" : "request";
    });
    for (const [deed, share] of Object.entries(SHARES)) if (this.#random() < share) deeds.push(deed as Deed);
    const timed = deeds.map((deed) => ({ deed, slot: fromSlot + Math.floor(this.#random() * (slots - 8)) }));
    this.#deeds = [...timed, { deed: "claim", slot: fromSlot + slots - 6 }];
    await this.#sendFeesToThePool();
  }

  /** Only claims from now on. */
  retire(fromSlot: number, slots: number): void {
    this.#world.network.devnet.setOffline(this.#down, false);
    this.#down = [];
    this.#deeds = [{ deed: "claim", slot: fromSlot + slots - 6 }];
  }

  /** Does what is due. Slots pass with each transaction. */
  async act(slot: number): Promise<void> {
    const due = this.#deeds.filter((each) => each.slot <= slot);
    this.#deeds = this.#deeds.filter((each) => each.slot > slot);
    for (const { deed } of due) {
      const { devnet } = this.#world.network;
      devnet.autoTick = true;
      try {
        const times = await this.#do(deed);
        this.done.set(deed, (this.done.get(deed) ?? 0) + times);
      } finally {
        devnet.autoTick = false;
      }
    }
  }

  /** How often it was done: 0 where there was nobody to do it. */
  async #do(deed: Deed): Promise<number> {
    const { network } = this.#world;
    const { protocol, accounts, devnet } = network;
    const name = this.#pick(STAKERS);
    const staker = accounts[name];
    switch (deed) {
      case "stake": {
        const route = this.#pick<StakeRoute>(["transfer", "call", "wrapped"]);
        const ether = 5 + Math.floor(this.#random() * 60);
        await stake(protocol, staker, { amountWei: BigInt(ether) * WEI_PER_ETHER, route });
        return 1;
      }
      case "request": {
        const amountWei = await this.#part(name, 20, 60);
        if (amountWei < WEI_PER_ETHER) return 0;
        await allow(protocol, staker, { spender: protocol.WithdrawalQueue, amountWei });
        await requestWithdrawal(protocol, staker, { amountWei });
        return 1;
      }
      case "wrap": {
        const amountWei = await this.#part(name, 5, 30);
        if (amountWei < WEI_PER_ETHER) return 0;
        await allow(protocol, staker, { spender: protocol.WrappedStakedEther, amountWei });
        await wrap(protocol, staker, { amountWei });
        return 1;
      }
      case "unwrap": {
        const wrapper = protocol.WrappedStakedEther.connect(staker);
        const shares = (await wrapper.balanceOf(staker)) / 2n;
        if (shares < WEI_PER_ETHER) return 0;
        await receiptOf(wrapper.redeem(shares, staker, staker));
        return 1;
      }
      case "claim":
        return this.#claimAll();
      case "exit": {
        const index = this.#validator(FEWEST, STAY_EPOCHS);
        if (index !== undefined) devnet.voluntaryExit(index);
        return index === undefined ? 0 : 1;
      }
      case "slash": {
        const index = this.#validator(FEWEST, 0);
        if (index !== undefined) devnet.slashProposer(index);
        return index === undefined ? 0 : 1;
      }
      case "outage": {
        const index = this.#validator(1, 0);
        if (index === undefined) return 0;
        devnet.setOffline([index], true);
        this.#down.push(index);
        return 1;
      }
    }
  }

  async #claimAll(): Promise<number> {
    const { protocol, accounts } = this.#world.network;
    let claims = 0;
    for (const { id: ticketId, ticket } of await this.#tickets.left()) {
      if (!ticket.finalized || ticket.claimed) continue;
      const owner = (await this.#stakerAt(ticket.owner))!;
      await claim(protocol, accounts[owner], { ticketId });
      claims++;
    }
    return claims;
  }

  async #stakerAt(address: string): Promise<StakerName | undefined> {
    for (const name of STAKERS) {
      if ((await this.#world.network.accounts[name].getAddress()) === address) return name;
    }
    return undefined;
  }

  /** Of a staker's kETH, between so many percent and so many. */
  async #part(name: StakerName, least: number, most: number): Promise<bigint> {
    const { protocol, accounts } = this.#world.network;
    const percent = least + Math.floor(this.#random() * (most - least));
    return ((await protocol.StakedEther.balanceOf(accounts[name])) * BigInt(percent)) / 100n;
  }

  /** One of ours at work for so many epochs, if there are more than `fewest`. */
  #validator(fewest: number, epochs: number): number | undefined {
    const { chain } = this.#world.network.devnet;
    const active = ourValidators(this.#world).filter((index) => {
      const { activationEpoch, exitEpoch, slashed } = chain.validator(index);
      return activationEpoch + epochs <= chain.epoch && exitEpoch === FAR_FUTURE_EPOCH && !slashed;
    });
    return active.length > fewest ? this.#pick(active) : undefined;
  }

  #pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)]!;
  }

  /** Proposers of ours send their fees to the pool's vault. */
  async #sendFeesToThePool(): Promise<void> {
    const { devnet, protocol } = this.#world.network;
    devnet.setFeeRecipient(ourValidators(this.#world), await protocol.RewardsVault.getAddress());
  }
}

/** Indices of the validators of our operators' keys, in the newest state. */
export function ourValidators({ network, keys }: Pick<SoakWorld, "network" | "keys">): number[] {
  const { chain } = network.devnet;
  const ours = new Set(keys.map(({ pubkey }) => pubkey));
  const indices: number[] = [];
  for (let index = 0; index < chain.state.validators.length; index++) {
    if (ours.has(toHex(chain.state.validators.getReadonly(index).pubkey))) indices.push(index);
  }
  return indices;
}
