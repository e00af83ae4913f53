import { expect } from "chai";
import { concat, hexlify, randomBytes } from "ethers";
import { consolidate } from "../../scripts/actions/consolidate.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import { planned, plannedOf, trigger } from "./support/exits.ts";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { cooldown, request, stake } from "./support/stake.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

/// Three times what the beacon chain takes from a block.
const AHEAD = 48;

describe("story: an operator merges what was asked to exit", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;

  before(async () => {
    world = await startWorld({ bondWei: 20n * ETHER });
    await stake(world, "alice", 120n * ETHER);
    batch = await runValidators(world, 0, 3);
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await world.devnet.tickSlots((Number(committeePeriod) + 1) * 8);
    await reportNext(world);
  });
  after(() => world.close());

  const coming = () => world.protocol.ExitController.coming();
  const pubkeyOf = (index: number) => batch.tree.keys[batch.indices.indexOf(index)]!.pubkey;

  /// Requests that the beacon chain drops, before all that come later.
  async function fillQueue(): Promise<void> {
    const { protocol, accounts } = world;
    const { admin } = accounts;
    const keys = concat(Array.from({ length: AHEAD }, () => hexlify(randomBytes(48))));
    await mined(protocol.Authority.connect(admin).grantRole(roleId("EXIT_REQUESTER"), admin));
    const value = (await protocol.WithdrawalVault.withdrawalFee()) * BigInt(AHEAD);
    const amounts = Array<bigint>(AHEAD).fill(0n);
    await mined(protocol.WithdrawalVault.connect(admin).requestWithdrawals(keys, amounts, { value }));
  }

  it("its merger overtakes the exit, which hides the deficit until somebody shows it", async () => {
    const { protocol, accounts, devnet, provider } = world;
    const left = await provider.getBalance(protocol.StakedEther);
    const ticket = await request(world, "alice", left + 20n * ETHER);
    const call = await plannedOf(world, "full");
    if (call.kind !== "full") throw new Error("an exit is asked");
    const [source] = call.validatorIndices;
    const target = batch.indices.find((index) => index !== source)!;

    await fillQueue();
    await trigger(world, call);
    expect(await coming()).to.equal(32n * ETHER);
    await consolidate(world, accounts.manager, { source: pubkeyOf(source!), target: pubkeyOf(target) });
    await devnet.tickBlocks(4);
    const pending = await world.beacon.pendingConsolidations("head");
    expect(pending).to.deep.equal([{ source, target }]);
    expect(await coming(), "nothing comes of it").to.equal(32n * ETHER);

    expect(await planned(world)).to.deep.equal({ kind: "proveMerged", validatorIndex: source });
    const receipt = await trigger(world, (await planned(world))!);
    const { validatorIndex } = eventIn(receipt, protocol.ExitController, "ComingSettled").args;
    expect(validatorIndex).to.equal(BigInt(source!));
    expect(await coming()).to.equal(0n);

    // others are asked, and the ticket is paid
    const next = await plannedOf(world, "full");
    expect(next.kind === "full" && next.validatorIndices).not.to.include(source);
    await trigger(world, next);
    await devnet.tickBlocks(4);
    await cooldown(world, ticket);
    await devnet.tickUntil(async () => (await provider.getBalance(protocol.WithdrawalVault)) > 30n * ETHER);
    await reportNext(world);
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
  });
});
