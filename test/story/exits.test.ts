import { expect } from "chai";
import type { ExitCall } from "../../scripts/actions/planExits.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { planned, plannedOf, trigger } from "./support/exits.ts";
import {
  commitBatch,
  operatorKeys,
  predepositBatch,
  proveBatch,
  untilActive,
  untilKnown,
} from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const RICH = 0;

describe("story: exits that nobody can block", () => {
  let world: World;
  let indices: number[];
  let pubkeys: string[];
  /// Last epoch in which the first withdrawal counts.
  let partialEpoch: number;

  /// Four validators of 32 ETH, and one of 42; 61 ETH are left.
  before(async () => {
    world = await startWorld({ bondWei: 20n * ETHER });
    await stake(world, "alice", 150n * ETHER);
    await stake(world, "bob", 60n * ETHER);
    const batch = await commitBatch(world, operatorKeys(world, 0, 5));
    await predepositBatch(world, batch);
    indices = await untilKnown(world, batch);
    pubkeys = batch.tree.keys.map(({ pubkey }) => pubkey);
    await proveBatch(world, batch, [RICH], 41n * GWEI);
    await proveBatch(world, batch, [1, 2, 3, 4]);
    await untilActive(world, indices);
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await epochs(Number(committeePeriod) + 1);
  });
  after(() => world.close());

  const validator = (i: number) => world.devnet.chain.validator(indices[i]!);
  const balanceOf = (i: number) => BigInt(world.devnet.chain.state.balances.get(indices[i]!)) * GWEI;
  const epochs = (count: number) => world.devnet.tickSlots(count * 8);
  const note = () => mined(world.protocol.ExitController.connect(world.accounts.carol).note());
  const isLeaving = (i: number) => validator(i).exitEpoch !== Infinity;

  /// The next request, after what must come before it.
  const nextRequest = () => plannedOf(world, "partial", "keys", "full");

  /// Nothing but notes and settlements is planned.
  async function expectNothingPlanned(): Promise<void> {
    let call = await planned(world);
    for (; call?.kind === "note" || call?.kind === "settle"; call = await planned(world))
      await trigger(world, call);
    expect(call).to.equal(undefined);
  }

  async function expectFinalized(ticketId: bigint): Promise<void> {
    expect((await world.protocol.WithdrawalQueue.ticket(ticketId)).finalized).to.equal(true);
  }

  it("nothing can be triggered while the pool has what tickets ask", async () => {
    const { protocol, accounts } = world;
    await reportNext(world);
    await request(world, "alice", 10n * ETHER);
    await note();
    expect(await planned(world)).to.equal(undefined);
    await expectRevert(
      trigger(world, { kind: "full", rule: "drawn", validatorIndices: [indices[1]!] }),
      protocol.ExitController,
      "DeficitTooSmall",
    );
    await expectRevert(
      trigger(world, { kind: "full", rule: "stopped", validatorIndices: [indices[1]!] }),
      protocol.ExitController,
      "OperatorNotStopped",
    );
    // nobody asks in the vault's name but the controller
    await expectRevert(
      protocol.WithdrawalVault.connect(accounts.carol).requestWithdrawals(pubkeys[1]!, [0n], { value: 1n }),
      protocol.WithdrawalVault,
      "Unauthorized",
    );
  });

  it("what a validator has above 32 ETH comes first, as much as is needed, and pays a ticket", async () => {
    const { protocol, accounts, devnet, provider } = world;
    const ticket = await request(world, "alice", 55n * ETHER);
    const call = await nextRequest();
    const before = await provider.getBalance(accounts.carol);
    expect(call).to.deep.equal({ kind: "partial", validatorIndex: indices[RICH] });
    const receipt = await trigger(world, call);
    const { amountGwei, lastEpoch } = eventIn(receipt, protocol.ExitController, "PartialTriggered").args;
    partialEpoch = Number(lastEpoch);
    const amount = (amountGwei as bigint) * GWEI;
    expect(amount).to.be.within(3n * ETHER, 6n * ETHER);
    // twice the fee of 1 wei was sent, and half of it came back
    expect(await provider.getBalance(accounts.carol)).to.equal(before - receipt.fee - 1n);
    await expectNothingPlanned();

    const held = await provider.getBalance(protocol.WithdrawalVault);
    await devnet.tickUntil(() => balanceOf(RICH) < 42n * ETHER - amount + ETHER);
    await devnet.tickBlocks(1);
    expect(await provider.getBalance(protocol.WithdrawalVault)).to.equal(held + amount);
    expect(isLeaving(RICH)).to.equal(false);
    await cooldown(world, ticket);
    await reportNext(world);
    await expectFinalized(ticket);
    expect(await claim(world, "alice", ticket)).to.be.within(55n * ETHER - GWEI, 56n * ETHER);
  });

  it("a request that the beacon chain drops counts for its epochs, and is sent again after them", async () => {
    const { protocol, accounts, devnet } = world;
    const admin = accounts.admin;
    // the ether of the last one has come, and counts as coming until its epochs are over and someone settles it
    await devnet.tickUntil(() => devnet.epoch > partialEpoch);
    expect(await protocol.ExitController.coming()).to.be.greaterThan(0n);
    await devnet.tickBlocks(2);
    await expectNothingPlanned();
    expect(await protocol.ExitController.coming()).to.equal(0n);
    await request(world, "bob", 35n * ETHER);
    const first = await nextRequest();
    expect(first).to.deep.equal({ kind: "partial", validatorIndex: indices[RICH] });
    await trigger(world, first);
    await expectRevert(
      trigger(world, { kind: "full", rule: "aboveCap", validatorIndices: [indices[1]!] }),
      protocol.ExitController,
      "RuleNotOpen",
    );
    const second = await nextRequest();
    expect(second).to.deep.equal({ kind: "full", rule: "aboveCap", validatorIndices: [indices[1]!] });

    // while a partial withdrawal is pending the beacon chain takes no exit
    await mined(protocol.Authority.connect(admin).grantRole(roleId("EXIT_REQUESTER"), admin));
    await mined(protocol.WithdrawalVault.connect(admin).requestWithdrawals(pubkeys[1]!, [1n], { value: 1n }));
    await mined(protocol.Authority.connect(admin).revokeRole(roleId("EXIT_REQUESTER"), admin));
    await devnet.tickBlocks(1);
    await trigger(world, second);
    await devnet.tickBlocks(2);
    expect(isLeaving(1)).to.equal(false);
    expect((await protocol.ExitController.comingOf(indices[1]!)).units).to.be.greaterThan(0n);
    await expectRevert(trigger(world, second), protocol.ExitController, "DeficitTooSmall");

    // it counts as coming until then, so nothing else is asked for
    const { comingEpochs } = await protocol.ExitController.parameters();
    await epochs(Number(comingEpochs) - 2);
    await note();
    await expectNothingPlanned();
    await epochs(3);
    const third = await nextRequest();
    expect(third.kind).to.equal("full");
    await trigger(world, third);
    await devnet.tickBlocks(2);
    expect(indices.map((_, i) => i).filter(isLeaving)).to.have.length(1);
  });

  it("the exit that a stranger triggered pays the ticket", async () => {
    const { protocol, devnet, provider } = world;
    const i = indices.findIndex((_, at) => isLeaving(at));
    const { withdrawableEpoch } = validator(i);
    await devnet.tickBlocks(2);
    const receipt = await trigger(world, { kind: "prove", validatorIndex: indices[i]! });
    const { lastEpoch } = eventIn(receipt, protocol.ExitController, "ComingProven").args;
    expect(lastEpoch).to.equal(BigInt(withdrawableEpoch) + 4n);

    const held = await provider.getBalance(protocol.WithdrawalVault);
    await devnet.tickUntil(() => balanceOf(i) === 0n);
    await devnet.tickBlocks(1);
    const arrived = (await provider.getBalance(protocol.WithdrawalVault)) - held;
    expect(arrived).to.be.greaterThan(32n * ETHER);
    const ticket = await protocol.WithdrawalQueue.lastTicketId();
    await reportNext(world);
    await expectFinalized(ticket);
    expect(await claim(world, "bob", ticket)).to.be.within(35n * ETHER - GWEI, 37n * ETHER);
  });

  it("a bank run is served, whatever the operator does", async () => {
    const { protocol, accounts, devnet } = world;
    const tickets: bigint[] = [];
    for (const name of ["alice", "bob"] as const) {
      tickets.push(await request(world, name, await protocol.StakedEther.balanceOf(accounts[name])));
    }
    const calls: ExitCall[] = [];
    while (indices.some((_, i) => !isLeaving(i)) && calls.length < 10) {
      const call = await nextRequest().catch(() => undefined);
      if (call === undefined) break;
      calls.push(call);
      await trigger(world, call);
      await devnet.tickBlocks(2);
    }
    // partials never open what waits; the draw opens where the cap lets nobody go any more
    expect(calls.filter(({ kind }) => kind === "full").length).to.be.greaterThan(1);
    await devnet.tickUntil(() => indices.every((_, i) => !isLeaving(i) || balanceOf(i) < ETHER));
    await devnet.tickBlocks(2);
    for (const ticket of tickets) await cooldown(world, ticket);
    await reportNext(world);
    for (const ticket of tickets) await expectFinalized(ticket);
    expect(await claim(world, "alice", tickets[0]!)).to.be.greaterThan(80n * ETHER);
    expect(await claim(world, "bob", tickets[1]!)).to.be.greaterThan(24n * ETHER);
  });
});
