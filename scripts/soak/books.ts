import "../devnet/preset.ts";
import { LOCAL_ACCOUNTS, type AccountName } from "../lib/accountNames.ts";
import { localAddress } from "../lib/localAccounts.ts";
import { CONTRACT_NAMES } from "../lib/protocol.ts";
import { gweiToWei } from "../lib/units.ts";
import { equal, FRAME_TO_COME, sum, type Breach } from "./breach.ts";
import { depositedWei } from "./bookedReports.ts";
import { Tickets } from "./tickets.ts";
import type { SoakWorld } from "./world.ts";

/**
 * What holds between contracts' figures at one block, asked of no proxy. Tickets that were paid when it looked are not looked
 * at again: new books look at all.
 */
export class Books {
  readonly #world: SoakWorld;
  readonly #tickets: Tickets;

  constructor(world: SoakWorld) {
    this.#world = world;
    this.#tickets = new Tickets(world.network.protocol.WithdrawalQueue);
  }

  /** All that does not hold now. */
  async check(): Promise<Breach[]> {
    const blockTag = await this.#world.network.provider.getBlockNumber();
    const parts = await Promise.all([
      this.#shares(blockTag),
      this.#pool(blockTag),
      this.#queue(blockTag),
      this.#bonds(blockTag),
    ]);
    return parts.flat();
  }

  /** TOK-1, TOK-4 */
  async #shares(blockTag: number): Promise<Breach[]> {
    const { protocol } = this.#world.network;
    const { StakedEther: ledger, WrappedStakedEther: wrapper } = protocol;
    const at = { blockTag };
    const units = await Promise.all((await this.#holders()).map((holder) => ledger.unitsOf(holder, at)));
    return [
      ...equal("TOK-1: units of all holders", sum(units), await ledger.totalUnits(at)),
      ...equal(
        "TOK-4: the wrapper's shares",
        await wrapper.totalSupply(at),
        await ledger.sharesOf(wrapper, at),
      ),
    ];
  }

  /** POOL-1: pooled ether, with what has not dripped yet, is the buffer, deposits and profit, less what was collected. */
  async #pool(blockTag: number): Promise<Breach[]> {
    const { provider, protocol } = this.#world.network;
    const { StakedEther: ledger } = protocol;
    const at = { blockTag };
    const [books, pooled, drip, surplus, held, deposited, buffer] = await Promise.all([
      ledger.booksAt(FRAME_TO_COME, at),
      ledger.getTotalPooledEther(at),
      ledger.drip(at),
      ledger.surplus(at),
      provider.getBalance(ledger, blockTag),
      depositedWei(this.#world, blockTag),
      ledger.buffer(at),
    ]);
    const real = held + deposited + books.profit - books.sweptWithdrawals - books.sweptRewards;
    return [
      ...equal("POOL-1: pooled ether and what has not dripped", pooled + drip.undripped, real),
      ...equal("POOL-1: deposits", gweiToWei(books.depositedGwei), deposited),
      ...equal("POOL-1: surplus", surplus, 0n),
      ...equal("POOL-1: the buffer is the ledger's ether", buffer, held),
    ];
  }

  /** QUE-1, QUE-2 */
  async #queue(blockTag: number): Promise<Breach[]> {
    const { provider, protocol } = this.#world.network;
    const { WithdrawalQueue: queue, StakedEther: ledger } = protocol;
    const at = { blockTag };
    let owed = 0n;
    let openShares = 0n;
    let firstOpen: bigint | undefined;
    const breaches: Breach[] = [];
    for (const { id, ticket } of await this.#tickets.left(at)) {
      if (ticket.finalized && firstOpen !== undefined)
        breaches.push({ rule: "QUE-2", text: `ticket ${id} before an earlier one` });
      if (!ticket.finalized) {
        firstOpen ??= id;
        openShares += ticket.shares;
      } else if (!ticket.claimed) owed += await queue.claimable(id, at);
    }
    const held = await provider.getBalance(queue, blockTag);
    const [shares, { requested, finalized }] = await Promise.all([
      ledger.sharesOf(queue, at),
      queue.totals(at),
    ]);
    const waiting = (requested - finalized) * GRAIN;
    if (held < owed)
      breaches.push({ rule: "QUE-1", text: `the queue has ${held} wei for claims of ${owed}` });
    if (shares < waiting)
      breaches.push({ rule: "QUE-1", text: `the queue has ${shares} shares for tickets of ${waiting}` });
    const part = await this.#partOf(firstOpen, finalized, at);
    return [...breaches, ...equal("QUE-1: shares of tickets", openShares - part, waiting)];
  }

  /** Shares of the first ticket that is not finalised as a whole: of it a part may be. */
  async #partOf(id: bigint | undefined, finalized: bigint, at: { blockTag: number }): Promise<bigint> {
    if (id === undefined) return 0n;
    const { from } = await this.#world.network.protocol.WithdrawalQueue.placeOf(id, at);
    return (finalized - from) * GRAIN;
  }

  /** BND-1, and no member's bond was burnt (ORA-3). */
  async #bonds(blockTag: number): Promise<Breach[]> {
    const {
      OperatorRegistry: registry,
      BondVault: vault,
      CommitteeBonds: bonds,
      StakedEther: ledger,
    } = this.#world.network.protocol;
    const at = { blockTag };
    const breaches: Breach[] = [];
    let all = 0n;
    for (let id = 1n; id <= (await registry.count(at)); id++) {
      const { shares, locked } = await vault.bondOf(id, at);
      all += shares;
      if (locked > shares)
        breaches.push({ rule: "BND-1", text: `operator ${id}: ${locked} of ${shares} locked` });
    }
    const held = await ledger.sharesOf(vault, at);
    if (held < all)
      breaches.push({ rule: "BND-1", text: `the vault has ${held} shares for bonds of ${all}` });
    for (let id = 1n; id <= (await bonds.memberCount(at)); id++) {
      const { isForfeited } = await bonds.memberOf(id, at);
      if (isForfeited) breaches.push({ rule: "ORA-3", text: `the bond of member ${id} was burnt` });
    }
    return breaches;
  }

  /** Everyone who may hold shares: accounts of the chain, keepers, contracts. */
  async #holders(): Promise<string[]> {
    const { network, keeperAccounts } = this.#world;
    const contracts = await Promise.all(CONTRACT_NAMES.map((name) => network.protocol[name].getAddress()));
    const chain = (await network.provider.send("eth_accounts", [])) as string[];
    const named = (Object.keys(LOCAL_ACCOUNTS) as AccountName[]).map(localAddress);
    const all = [
      ...contracts,
      ...chain,
      ...named,
      ...keeperAccounts,
      ...network.members.map((m) => m.address),
    ];
    return [...new Set(all.map((address) => address.toLowerCase()))];
  }
}

/** The queue counts in 1e-9 shares. */
const GRAIN = 10n ** 9n;
