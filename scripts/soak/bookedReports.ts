import "../devnet/preset.ts";
import { toHex } from "@lodestar/utils";
import { stateOf, type BlockRecord } from "../devnet/history.ts";
import { gweiToWei } from "../lib/units.ts";
import { equal, FRAME_TO_COME, sum, type Breach } from "./breach.ts";
import type { SoakWorld } from "./world.ts";

/** Gains that become the pool's little by little: gwei per second until a time, seconds since 1970. */
interface Drip {
  rateGwei: bigint;
  end: bigint;
}

interface Moved {
  blockNumber: number;
  /** From then on. */
  drip: Drip;
}

interface Booked extends Moved {
  frame: bigint;
  changeWei: bigint;
  bookedWei: bigint;
  beaconBalanceGwei: bigint;
}

/** Shares that were burnt for the good of all others. */
interface Burnt extends Moved {
  burntWei: bigint;
}

/** Each report that was booked, against the devnet's own state and blocks of its boundary. */
export class BookedReports {
  readonly #world: SoakWorld;
  readonly #perFrame: bigint;
  /** Of all reports, less what was burnt and did not fit the drip: the next report finds it as a gain. */
  #profitWei = 0n;
  #drip: Drip;
  /** Reports up to this block were checked, or are none of the soak's. */
  #block: number;
  /** Withdrawals that beacon blocks up to this slot paid to the vault. */
  #paid = { slot: 0, wei: 0n };

  private constructor(world: SoakWorld, perFrame: bigint, block: number, drip: Drip) {
    this.#world = world;
    this.#drip = drip;
    this.#perFrame = perFrame;
    this.#block = block;
  }

  static async open(world: SoakWorld): Promise<BookedReports> {
    const { provider, protocol } = world.network;
    const [perFrame, block] = await Promise.all([
      protocol.ReportOracle.slotsPerFrame(),
      provider.getBlockNumber(),
    ]);
    const { rateGwei, end } = await protocol.StakedEther.drip({ blockTag: block });
    return new BookedReports(world, perFrame, block, { rateGwei, end });
  }

  /** What does not hold of the reports that were booked since the last time. Blocks of before must stay. */
  async check(): Promise<Breach[]> {
    const blockTag = await this.#world.network.provider.getBlockNumber();
    const breaches: Breach[] = [];
    for (const booked of await this.#moves(blockTag)) {
      const dripBefore = this.#drip;
      this.#drip = booked.drip;
      if ("burntWei" in booked) {
        this.#profitWei += (await this.#taken(booked, dripBefore)) - booked.burntWei;
        continue;
      }
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
    const rule = "profit is what reports booked, less what was burnt and did not fit the drip";
    return [...breaches, ...equal(rule, profit, this.#profitWei)];
  }

  /** Reports and burnt shares since the last time, in their order. */
  async #moves(toBlock: number): Promise<(Booked | Burnt)[]> {
    const { StakedEther: ledger } = this.#world.network.protocol;
    if (toBlock <= this.#block) return [];
    const [reports, burnt] = await Promise.all([
      ledger.queryFilter(ledger.filters.ReportBooked(), this.#block + 1, toBlock),
      ledger.queryFilter(ledger.filters.SharesBurnt(), this.#block + 1, toBlock),
    ]);
    this.#block = toBlock;
    const moves = [
      ...reports.map(({ args, blockNumber, index }) => ({
        ...{ blockNumber, index, drip: dripOf(args) },
        frame: args.refSlot / this.#perFrame,
        changeWei: args.change,
        bookedWei: args.booked,
        beaconBalanceGwei: args.beaconBalanceGwei,
      })),
      ...burnt.map(({ args, blockNumber, index }) => ({
        ...{ blockNumber, index, drip: dripOf(args) },
        burntWei: args.amount,
      })),
    ];
    return moves.toSorted((x, y) => x.blockNumber - y.blockNumber || x.index - y.index);
  }

  /** What of burnt shares' ether drips from now on, as a gain of all others. */
  async #taken({ blockNumber, drip }: Burnt, before: Drip): Promise<bigint> {
    const { timestamp } = (await this.#world.network.provider.getBlock(blockNumber))!;
    return undrippedWei(drip, timestamp) - undrippedWei(before, timestamp);
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

function dripOf({ dripRateGwei, dripEnd }: { dripRateGwei: bigint; dripEnd: bigint }): Drip {
  return { rateGwei: dripRateGwei, end: dripEnd };
}

function undrippedWei({ rateGwei, end }: Drip, timestamp: number): bigint {
  const seconds = end - BigInt(timestamp);
  return seconds > 0n ? gweiToWei(rateGwei * seconds) : 0n;
}
