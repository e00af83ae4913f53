import { expect } from "chai";
import { commitBatch, operatorKeys, predepositBatch, runValidators } from "./support/keys.ts";
import { reportNext, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, startWorld, type World } from "./support/world.ts";

describe("story: the buffer is too small for a big ticket", () => {
  let world: World;
  let validators: Awaited<ReturnType<typeof runValidators>>;
  const tickets: { name: "alice" | "bob" | "carol"; id: bigint }[] = [];
  const parts: Filed[] = [];

  before(async () => {
    // what four validators need
    const bondWei = (64n * ETHER) / 10n;
    world = await startWorld({ bondWei });
    await stake(world, "alice", 120n * ETHER);
    await stake(world, "bob", 20n * ETHER);
    await stake(world, "carol", 20n * ETHER - bondWei);
    validators = await runValidators(world, 0, 4);
  });
  after(() => world.close());

  const finalized = () => Promise.all(tickets.map(async ({ id }) => (await ticketOf(id)).finalized));
  const ticketOf = (id: bigint) => world.protocol.WithdrawalQueue.ticket(id);

  it("the ticket in front takes what is there; the small ones wait behind it", async () => {
    const { protocol, provider } = world;
    for (const [name, ether] of [
      ["alice", 100n],
      ["bob", 5n],
      ["carol", 3n],
    ] as const) {
      tickets.push({ name, id: await request(world, name, ether * ETHER) });
    }
    await cooldown(world, tickets[2]!.id);
    parts.push(await reportNext(world));
    expect(parts[0]!.report.lastTicketId).to.equal(tickets[2]!.id);
    expect(parts[0]!.finalized.amount).to.be.within(32n * ETHER, 34n * ETHER);
    // a grain is 1e-9 of a share
    expect(await provider.getBalance(protocol.StakedEther)).to.be.lessThan(2n * 10n ** 9n);
    expect(await finalized()).to.deep.equal([false, false, false]);
    for (const { id } of tickets) {
      await expectRevert(
        protocol.WithdrawalQueue.claimable(id),
        protocol.WithdrawalQueue,
        "TicketNotFinalized",
        [id],
      );
    }
  });

  it("new stake serves the queue before it is deposited", async () => {
    const { protocol } = world;
    await stake(world, "treasury", 12n * ETHER);
    expect(await protocol.BeaconDepositor.freeBuffer()).to.equal(0n);
    const batch = await commitBatch(world, operatorKeys(world, 50, 1));
    await expectRevert(predepositBatch(world, batch), protocol.BeaconDepositor, "FreeBufferTooSmall", [
      0n,
      ETHER,
    ]);
    parts.push(await reportNext(world));
    expect(parts[1]!.finalized.amount).to.be.within(
      12n * ETHER - 2n * 10n ** 9n,
      12n * ETHER + 2n * 10n ** 9n,
    );
    expect(await finalized()).to.deep.equal([false, false, false]);
  });

  it("exits bring the rest, in order", async () => {
    const { devnet, protocol, provider } = world;
    const order: boolean[][] = [];
    for (const index of validators.indices.slice(0, 2)) {
      await devnet.tickUntil(() => devnet.chain.validator(index).activationEpoch + 4 <= devnet.epoch);
      devnet.voluntaryExit(index);
      await devnet.tickUntil(() => devnet.chain.balanceGwei(index) === 0);
      parts.push(await reportNext(world));
      order.push(await finalized());
    }
    expect(order).to.deep.equal([
      [false, false, false],
      [true, true, true],
    ]);
    const queue = protocol.WithdrawalQueue;
    expect(await queue.checkpointCount()).to.equal(4n);
    expect(parts.reduce((sum, part) => sum + part.finalized.amount, 0n)).to.equal(
      await provider.getBalance(queue),
    );
  });

  it("each ticket pays its shares at the rates of the parts in which they were finalised", async () => {
    const { protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const shares = await Promise.all(tickets.map(async ({ id }) => (await ticketOf(id)).shares));
    let left = parts.map((part) => ({ ...part.finalized }));
    let paid = 0n;
    for (const [i, { name, id }] of tickets.entries()) {
      let due = 0n;
      let open = shares[i]!;
      for (const part of left) {
        const taken = open < part.shares ? open : part.shares;
        if (taken === 0n) continue;
        const amount = (part.amount * taken) / part.shares;
        due += amount;
        part.shares -= taken;
        part.amount -= amount;
        open -= taken;
      }
      left = left.filter((part) => part.shares > 0n);
      expect(open).to.equal(0n);
      const received = await claim(world, name, id);
      // parts are rounded in another order here: a wei for each
      expect(received - due).to.be.within(-BigInt(parts.length), BigInt(parts.length));
      paid += received;
    }
    expect(paid).to.equal(parts.reduce((sum, part) => sum + part.finalized.amount, 0n));
    expect(await provider.getBalance(queue)).to.equal(0n);
    // the rates rose while the big ticket waited, and it earned with the others
    expect(parts.map(rateOf)).to.deep.equal([...parts.map(rateOf)].sort((a, b) => (a < b ? -1 : 1)));
    expect(rateOf(parts[3]!)).to.be.greaterThan(rateOf(parts[0]!));
  });
});

function rateOf({ finalized }: Filed): bigint {
  return (finalized.amount * 10n ** 9n) / finalized.shares;
}
