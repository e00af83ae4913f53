import { expect } from "chai";
import { observeExits } from "../../scripts/actions/observeExits.ts";
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
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, startWorld, type World } from "./support/world.ts";

const RICH = 0;
/// A partial withdrawal takes 13 epochs or 14 here.
const COMING_EPOCHS = 6;

/// Two validators of 32 ETH and one of 42; 60 ETH are left.
describe("story: partial withdrawals that wait longer than they count", () => {
  let world: World;
  let indices: number[];
  let ticket: bigint;

  before(async () => {
    world = await startWorld({ bondWei: 20n * ETHER, comingEpochs: COMING_EPOCHS });
    await stake(world, "alice", 100n * ETHER);
    await stake(world, "bob", 46n * ETHER);
    const batch = await commitBatch(world, operatorKeys(world, 0, 3));
    await predepositBatch(world, batch);
    indices = await untilKnown(world, batch);
    await proveBatch(world, batch, [RICH], 41n * GWEI);
    await proveBatch(world, batch, [1, 2]);
    await untilActive(world, indices);
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await epochs(Number(committeePeriod) + 1);
    await reportNext(world);
  });
  after(() => world.close());

  const validator = (i: number) => world.devnet.chain.validator(indices[i]!);
  const balanceOf = (i: number) => BigInt(world.devnet.chain.balanceGwei(indices[i]!)) * GWEI;
  const epochs = (count: number) => world.devnet.tickSlots(count * 8);
  const coming = () => world.protocol.ExitController.coming();
  const isInDoubt = async () => {
    const { units, inDoubt } = await world.protocol.ExitController.comingOf(indices[RICH]!);
    return units === 0n && inDoubt;
  };
  const waiting = () => world.beacon.pendingPartialWithdrawals("head");

  /// What is asked of the rich one, and settled while the beacon chain has it wait. Returns its amount in wei.
  async function letPartialEnd(): Promise<bigint> {
    const call = await plannedOf(world, "partial");
    expect(call).to.deep.equal({ kind: "partial", validatorIndex: indices[RICH] });
    const receipt = await trigger(world, call);
    const event = eventIn(receipt, world.protocol.ExitController, "PartialTriggered");
    await epochs(COMING_EPOCHS + 1);
    await trigger(world, await plannedOf(world, "settle"));
    expect(await coming()).to.equal(0n);
    expect(await isInDoubt()).to.equal(true);
    expect((await waiting()).map(({ validatorIndex }) => validatorIndex)).to.deep.equal([indices[RICH]]);
    return (event.args.amountGwei as bigint) * GWEI;
  }

  it("one that nobody proved in time is proven while it waits, not asked for again, and pays the ticket", async () => {
    const { protocol, devnet } = world;
    const left = await world.provider.getBalance(protocol.StakedEther);
    ticket = await request(world, "alice", left + 4n * ETHER);
    const amount = await letPartialEnd();
    expect(amount).to.be.within(4n * ETHER, 6n * ETHER);

    const proof = await plannedOf(world, "provePartial");
    expect(proof).to.deep.equal({ kind: "provePartial", validatorIndex: indices[RICH] });
    const receipt = await trigger(world, proof);
    const [entry] = await waiting();
    const { args } = eventIn(receipt, protocol.ExitController, "ComingProven");
    expect(args.amountGwei).to.equal(entry!.amountGwei);
    expect(args.lastEpoch).to.equal(BigInt(entry!.withdrawableEpoch) + 8n);
    expect(amount - (await coming())).to.be.within(0n, ETHER / 32n);
    expect((await planned(world))?.kind).to.be.oneOf([undefined, "note"]);

    const held = await world.provider.getBalance(protocol.WithdrawalVault);
    await devnet.tickUntil(async () => (await waiting()).length === 0);
    await devnet.tickBlocks(1);
    expect(await world.provider.getBalance(protocol.WithdrawalVault)).to.equal(held + amount);
    await cooldown(world, ticket);
    await reportNext(world);
    expect(await claim(world, "alice", ticket)).to.be.greaterThan(60n * ETHER);
    // after which it counts no more
    await devnet.tickUntil(() => BigInt(devnet.epoch) > (args.lastEpoch as bigint));
    await devnet.tickBlocks(2);
    await trigger(world, await plannedOf(world, "settle"));
    expect(await coming()).to.equal(0n);
  });

  it("an exit that the beacon chain drops for one that waits counts until somebody shows why", async () => {
    const { protocol, devnet } = world;
    ticket = await request(world, "bob", 30n * ETHER);
    await letPartialEnd();
    // a stranger who knows better than the plan
    const { threshold } = await plannedOf(world, "provePartial").then(() => observeExits(world));
    const rule = threshold > 0n ? "drawn" : "aboveCap";
    await trigger(world, { kind: "full", rule, validatorIndices: [indices[RICH]!] });
    await devnet.tickBlocks(2);
    expect(validator(RICH).exitEpoch).to.equal(Infinity);
    expect(await coming()).to.be.greaterThan(30n * ETHER);
    expect(await protocol.ExitController.deficit().then(([amount]) => amount)).to.equal(0n);

    // it hides the deficit: whoever looks takes it off
    expect(await planned(world)).to.deep.equal({ kind: "provePartial", validatorIndex: indices[RICH] });
    await trigger(world, { kind: "provePartial", validatorIndex: indices[RICH]! });
    const [entry] = await waiting();
    expect(entry!.amountGwei * GWEI - (await coming())).to.be.within(0n, ETHER / 32n);
    const full = await plannedOf(world, "full");
    expect(full.kind === "full" && full.validatorIndices).to.have.length(1);
    expect(full.kind === "full" && full.validatorIndices).not.to.include(indices[RICH]);
    await trigger(world, full);
    await devnet.tickUntil(() => [1, 2].some((i) => balanceOf(i) === 0n));
    await devnet.tickBlocks(1);
    await cooldown(world, ticket);
    await reportNext(world);
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
    expect(await claim(world, "bob", ticket)).to.be.within(30n * ETHER - GWEI, 31n * ETHER);
  });
});
