import "../devnet/preset.ts";
import { toHex } from "@lodestar/utils";
import { stateOf, type BlockRecord } from "../devnet/history.ts";
import { gweiToWei } from "../lib/units.ts";
import { equal, FRAME_TO_COME, sum, type Breach } from "./breach.ts";
import type { SoakWorld } from "./world.ts";

interface Booked {
  frame: bigint;
  changeWei: bigint;
  bookedWei: bigint;
  beaconBalanceGwei: bigint;
}

/** Each report that was booked, against the devnet's own state and blocks of its boundary. */
export class BookedReports {
  readonly #world: SoakWorld;
  readonly #perFrame: bigint;
  #profitWei = 0n;
  /** Reports up to this block were checked, or are none of the soak's. */
  #block: number;
  /** Withdrawals that beacon blocks up to this slot paid to the vault. */
  #paid = { slot: 0, wei: 0n };

  private constructor(world: SoakWorld, perFrame: bigint, block: number) {
    this.#world = world;
    this.#perFrame = perFrame;
    this.#block = block;
  }

  static async open(world: SoakWorld): Promise<BookedReports> {
    const { provider, protocol } = world.network;
    const [perFrame, block] = await Promise.all([
      protocol.ReportOracle.slotsPerFrame(),
      provider.getBlockNumber(),
    ]);
    return new BookedReports(world, perFrame, block);
  }

  /** What does not hold of the reports that were booked since the last time. Blocks of before must stay. */
  async check(): Promise<Breach[]> {
    const blockTag = await this.#world.network.provider.getBlockNumber();
    const breaches: Breach[] = [];
    for (const booked of await this.#booked(blockTag)) {
      const truth = await this.#truthAt(booked.frame);
      const before = this.#profitWei;
      this.#profitWei += booked.bookedWei;
      const what = `the report of frame ${booked.frame}`;
      if (truth === undefined) continue;
      breaches.push(
        ...equal(`${what}: balances on the beacon chain`, booked.beaconBalanceGwei, truth.beaconGwei),
        ...equal(`${what}: its change`, booked.changeWei, truth.gainWei - before),
      );
    }
    const { StakedEther: ledger } = this.#world.network.protocol;
    const { profit } = await ledger.booksAt(FRAME_TO_COME, { blockTag });
    return [...breaches, ...equal("profit is the sum of what reports booked", profit, this.#profitWei)];
  }

  async #booked(toBlock: number): Promise<Booked[]> {
    const { StakedEther: ledger } = this.#world.network.protocol;
    if (toBlock <= this.#block) return [];
    const events = await ledger.queryFilter(ledger.filters.ReportBooked(), this.#block + 1, toBlock);
    this.#block = toBlock;
    return events.map(({ args }) => ({
      frame: args.refSlot / this.#perFrame,
      changeWei: args.change,
      bookedWei: args.booked,
      beaconBalanceGwei: args.beaconBalanceGwei,
    }));
  }

  /** What a report of that boundary must say: from the devnet's own state, blocks and balances. */
  async #truthAt(frame: bigint): Promise<{ beaconGwei: bigint; gainWei: bigint } | undefined> {
    const { devnet, provider, protocol } = this.#world.network;
    const record = devnet.chain.history.latestUpTo(Number(frame * this.#perFrame))!;
    const beaconGwei = this.#beaconGwei(record);
    if (beaconGwei === undefined) return undefined;
    const blockTag = record.block.message.body.executionPayload.blockNumber;
    const { RewardsVault: rewards, StakedEther: ledger } = protocol;
    const [tips, { sweptRewards }, deposited] = await Promise.all([
      provider.getBalance(rewards, blockTag),
      ledger.booksAt(FRAME_TO_COME, { blockTag }),
      depositedWei(this.#world, blockTag),
    ]);
    const gainWei = gweiToWei(beaconGwei) + (await this.#paidTo(record)) + tips + sweptRewards - deposited;
    return { beaconGwei, gainWei };
  }

  /** Balances of validators of our keys, and pending deposits for our keys. */
  #beaconGwei(record: BlockRecord): bigint | undefined {
    const state = stateOf(record);
    if (state === undefined) return undefined;
    const ours = new Set(this.#world.keys.map(({ pubkey }) => pubkey));
    let total = 0n;
    for (let i = 0; i < state.validators.length; i++) {
      if (ours.has(toHex(state.validators.getReadonly(i).pubkey))) total += BigInt(state.balances.get(i));
    }
    for (const { pubkey, amount } of state.pendingDeposits.getAllReadonlyValues()) {
      if (ours.has(toHex(pubkey))) total += BigInt(amount);
    }
    return total;
  }

  /** By payloads of beacon blocks up to this one, in wei. */
  async #paidTo(record: BlockRecord): Promise<bigint> {
    const { devnet, protocol } = this.#world.network;
    const vault = (await protocol.WithdrawalVault.getAddress()).toLowerCase();
    for (let slot = this.#paid.slot + 1; slot <= record.slot; slot++) {
      const withdrawals =
        devnet.chain.history.atSlot(slot)?.block.message.body.executionPayload.withdrawals ?? [];
      const ours = withdrawals.filter(({ address }) => toHex(address) === vault);
      this.#paid.wei += gweiToWei(sum(ours.map(({ amount }) => BigInt(amount))));
    }
    this.#paid.slot = Math.max(this.#paid.slot, record.slot);
    return this.#paid.wei;
  }
}

/** All that the pool ever sent to the deposit contract, by that contract's own ether. */
export async function depositedWei(
  { network, depositsBeforeWei }: SoakWorld,
  blockTag: number,
): Promise<bigint> {
  const contract = await network.protocol.StakedEther.depositContract();
  return (await network.provider.getBalance(contract, blockTag)) - depositsBeforeWei;
}
