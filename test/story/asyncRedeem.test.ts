import { expect } from "chai";
import { ZeroAddress, type Contract, type ContractTransactionReceipt, type Signer } from "ethers";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { deployDouble } from "./support/doubles.ts";
import { runValidators } from "./support/keys.ts";
import { poolAt, pooledAt } from "./support/pool.ts";
import { reportNext, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { cooldown, stake } from "./support/stake.ts";
import { ETHER, mined, NOBODY, startWorld, type World } from "./support/world.ts";

/// ERC-7528: the address that stands for ether.
const ETHER_ADDRESS = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE";
/// Who is paid, and does nothing else.
const RECEIVER = "0x00000000000000000000000000000000000A11cE";
/// A share.
const SHARE = 10n ** 18n;
const FIRST = 20n * SHARE;
const SECOND = 7n * SHARE;
const OTHERS = 3n * SHARE;

/// Alice has the shares, Bob controls what they give, Carol acts for both where they let her.
describe("story: wkETH becomes ether by ERC-7540", () => {
  let world: World;
  let alice: string;
  let bob: string;
  let carol: string;
  /// Bob's two requests, and one of Alice for herself.
  let first: bigint;
  let second: bigint;
  let others: bigint;
  let filed: Filed;
  /// Wei, in all.
  let paid = 0n;

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n });
    const { accounts } = world;
    [alice, bob, carol] = (await Promise.all(
      [accounts.alice, accounts.bob, accounts.carol].map((account) => account.getAddress()),
    )) as [string, string, string];
    await stake(world, "treasury", 200n * ETHER);
    await runValidators(world, 0, 4);
    await reportNext(world);
  });
  after(() => world.close());

  const by = (who: Signer) => world.protocol.AsyncRedeemer.connect(who);

  /// Shares of a request that are pending, and that are payable.
  async function viewsOf(requestId: bigint, controller = bob): Promise<bigint[]> {
    const redeemer = world.protocol.AsyncRedeemer;
    return Promise.all([
      redeemer.pendingRedeemRequest(requestId, controller),
      redeemer.claimableRedeemRequest(requestId, controller),
    ]);
  }

  /// Shares and wei that may be taken now.
  async function mostOf(controller = bob): Promise<bigint[]> {
    const redeemer = world.protocol.AsyncRedeemer;
    return Promise.all([redeemer.maxRedeem(controller), redeemer.maxWithdraw(controller)]);
  }

  /// What a payment says, and what the receiver has got by it.
  async function payment(sending: Promise<{ wait(): Promise<ContractTransactionReceipt | null> }>) {
    const receipt = await mined(sending);
    const { sender, receiver, owner, assets, shares } = eventIn(
      receipt,
      world.protocol.AsyncRedeemer,
      "Withdraw",
    ).args;
    const [before, after] = await Promise.all(
      [receipt.blockNumber - 1, receipt.blockNumber].map((block) =>
        world.provider.getBalance(RECEIVER, block),
      ),
    );
    expect(after! - before!).to.equal(assets);
    paid += assets as bigint;
    return { sender, receiver, owner, assets: assets as bigint, shares: shares as bigint };
  }

  /// With shares of Alice's.
  async function request(who: Signer, shares: bigint, controller: string): Promise<bigint> {
    const receipt = await mined(by(who).requestRedeem(shares, controller, alice));
    const event = eventIn(receipt, world.protocol.AsyncRedeemer, "RedeemRequest").args;
    expect([event.controller, event.owner, event.sender, event.shares]).to.deep.equal([
      controller,
      alice,
      await who.getAddress(),
      shares,
    ]);
    return event.requestId as bigint;
  }

  it("ether comes in at once, as shares that stand still", async () => {
    const { accounts, protocol } = world;
    const redeemer = protocol.AsyncRedeemer;
    expect(await redeemer.asset()).to.equal(ETHER_ADDRESS);
    expect(await redeemer.share()).to.equal(await protocol.WrappedStakedEther.getAddress());
    const amount = 60n * ETHER;
    const receipt = await mined(by(accounts.alice).deposit(amount, alice, { value: amount }));
    const { shares } = eventIn(receipt, redeemer, "Deposit").args;
    expect(await protocol.WrappedStakedEther.balanceOf(alice)).to.equal(shares);
    expect(shares).to.be.within(59n * SHARE, amount - 1n);
    await expectRevert(by(accounts.alice).deposit(amount, alice), redeemer, "WrongValue", [0n, amount]);
  });

  it("who owns shares asks, or whom they let; nobody else", async () => {
    const { accounts, protocol } = world;
    const redeemer = protocol.AsyncRedeemer;
    const wrapped = protocol.WrappedStakedEther;
    await expectRevert(
      by(accounts.alice).requestRedeem(FIRST, bob, alice),
      wrapped,
      "ERC20InsufficientAllowance",
    );
    await mined(wrapped.connect(accounts.alice).approve(redeemer, FIRST + SECOND + OTHERS));
    await expectRevert(by(accounts.alice).requestRedeem(FIRST + 1n, bob, alice), redeemer, "NotWholeGrains");
    await expectRevert(
      by(accounts.alice).requestRedeem(FIRST, ZeroAddress, alice),
      redeemer,
      "WrongReceiver",
    );
    // who will control a request does not take shares for it
    await expectRevert(by(accounts.bob).requestRedeem(FIRST, bob, alice), redeemer, "NotOperator", [
      alice,
      bob,
    ]);

    const held = await wrapped.balanceOf(alice);
    first = await request(accounts.alice, FIRST, bob);
    expect(await wrapped.balanceOf(alice)).to.equal(held - FIRST);
    expect(await viewsOf(first)).to.deep.equal([FIRST, 0n]);
    expect(await viewsOf(first, alice), "it is Bob's").to.deep.equal([0n, 0n]);
    expect(await mostOf()).to.deep.equal([0n, 0n]);
    await expectRevert(by(accounts.bob).redeem(1n, RECEIVER, bob), redeemer, "NotClaimable", [bob, 1n]);
    await expectRevert(by(accounts.bob).withdraw(1n, RECEIVER, bob), redeemer, "NotClaimable", [bob, 1n]);
    for (const preview of [redeemer.previewRedeem, redeemer.previewWithdraw]) {
      await expectRevert(preview(FIRST), redeemer, "PreviewUnknown");
    }
  });

  it("a report makes it payable, at the value of that moment", async () => {
    const { accounts, protocol } = world;
    const queue = protocol.WithdrawalQueue;
    const asked = await protocol.AsyncRedeemer.convertToAssets(FIRST);
    await cooldown(world, first);
    // another one, by an operator, whose cooldown goes on
    await mined(by(accounts.alice).setOperator(carol, true));
    others = await request(accounts.carol, OTHERS, alice);
    second = await request(accounts.carol, SECOND, bob);
    filed = await reportNext(world);
    expect(filed.report.lastTicketId).to.equal(first);
    expect(await viewsOf(first)).to.deep.equal([0n, FIRST]);
    expect(await viewsOf(second)).to.deep.equal([SECOND, 0n]);
    expect(await protocol.AsyncRedeemer.requestsOf(bob)).to.deep.equal([first, second]);

    const before = await poolAt(world, filed.receipt.blockNumber - 1);
    const { time } = await poolAt(world, filed.receipt.blockNumber);
    const value = (FIRST * 10n ** 6n * pooledAt(before, time)) / before.units;
    expect(filed.finalized).to.deep.equal({ shares: FIRST, amount: value });
    expect(value, "it went on to earn").to.be.greaterThan(asked);
    expect(await mostOf()).to.deep.equal([FIRST, value]);
    expect(await queue.claimable(first)).to.equal(value);
    // nobody takes it from the queue for it, nor does ether come from elsewhere
    await expectRevert(queue.connect(accounts.bob).claim(first), queue, "NotTicketOwner", [first, bob]);
    const gift = { to: await protocol.AsyncRedeemer.getAddress(), value: 1n };
    await expectRevert(accounts.alice.estimateGas(gift), protocol.AsyncRedeemer, "NotTheQueue", [alice]);
  });

  it("its controller takes it to anyone, or its operator does; not who owned the shares", async () => {
    const { accounts, protocol } = world;
    const redeemer = protocol.AsyncRedeemer;
    const { amount } = filed.finalized;
    for (const [who, name] of [
      [accounts.alice, alice],
      [accounts.carol, carol],
    ] as const) {
      const refusal = [redeemer, "NotOperator", [bob, name]] as const;
      await expectRevert(by(who).redeem(SHARE, RECEIVER, bob), ...refusal);
      await expectRevert(by(who).withdraw(1n, RECEIVER, bob), ...refusal);
    }
    await mined(by(accounts.bob).setOperator(carol, true));
    expect(await redeemer.isOperator(bob, carol)).to.equal(true);

    const quarter = await payment(by(accounts.carol).redeem(FIRST / 4n, RECEIVER, bob));
    expect(quarter).to.deep.equal({
      sender: carol,
      receiver: RECEIVER,
      owner: bob,
      assets: amount / 4n,
      shares: FIRST / 4n,
    });
    expect(await viewsOf(first)).to.deep.equal([0n, (3n * FIRST) / 4n]);
    expect(await mostOf()).to.deep.equal([(3n * FIRST) / 4n, amount - quarter.assets]);

    const exact = await payment(by(accounts.bob).withdraw(ETHER, RECEIVER, bob));
    expect(exact.assets).to.equal(ETHER);
    // rounded up: against who takes
    const [left, wei] = [(3n * FIRST) / 4n, amount - quarter.assets];
    expect(exact.shares).to.equal((left * ETHER + wei - 1n) / wei);
    expect(await mostOf()).to.deep.equal([left - exact.shares, wei - ETHER]);
  });

  it("more than is payable is refused, and so is a receiver that cannot have it; nothing is taken", async () => {
    const { accounts, protocol, provider } = world;
    const redeemer = protocol.AsyncRedeemer;
    const [shares, wei] = (await mostOf()) as [bigint, bigint];
    // the second request is pending: it pays nothing of what is missing
    await expectRevert(by(accounts.bob).redeem(shares + SHARE, RECEIVER, bob), redeemer, "NotClaimable", [
      bob,
      SHARE,
    ]);
    await expectRevert(by(accounts.bob).withdraw(wei + 1n, RECEIVER, bob), redeemer, "NotClaimable", [
      bob,
      1n,
    ]);
    await expectRevert(by(accounts.bob).redeem(0n, RECEIVER, bob), redeemer, "NothingAsked");
    for (const receiver of [NOBODY, redeemer, protocol.StakedEther, protocol.WrappedStakedEther]) {
      await expectRevert(by(accounts.bob).redeem(shares, receiver, bob), redeemer, "WrongReceiver");
    }
    const refusing: Contract = await deployDouble(world, "RefusingClaimer__Mock");
    await expectRevert(by(accounts.bob).withdraw(wei, refusing, bob), redeemer, "EtherRefused", [
      await refusing.getAddress(),
    ]);
    expect(await mostOf()).to.deep.equal([shares, wei]);
    expect(await provider.getBalance(redeemer)).to.equal(wei);
  });

  it("the next report makes the second payable, and one call takes what is left of both", async () => {
    const { accounts, protocol, provider } = world;
    const redeemer = protocol.AsyncRedeemer;
    const [shares, wei] = (await mostOf()) as [bigint, bigint];
    await cooldown(world, second);
    const { finalized } = await reportNext(world);
    expect(finalized.shares).to.equal(OTHERS + SECOND);
    expect(await viewsOf(first), "priced once").to.deep.equal([0n, shares]);
    expect(await viewsOf(second)).to.deep.equal([0n, SECOND]);
    const seconds = await protocol.WithdrawalQueue.claimable(second);
    expect(seconds * FIRST, "at a later rate").to.be.greaterThan(filed.finalized.amount * SECOND);
    expect(await mostOf()).to.deep.equal([shares + SECOND, wei + seconds]);

    // an operator that is let no longer
    await mined(by(accounts.bob).setOperator(carol, false));
    await expectRevert(by(accounts.carol).redeem(shares, RECEIVER, bob), redeemer, "NotOperator", [
      bob,
      carol,
    ]);
    const rest = await payment(by(accounts.bob).redeem(shares + SECOND, RECEIVER, bob));
    expect(rest.assets).to.equal(wei + seconds);
    expect(await redeemer.requestsOf(bob)).to.deep.equal([]);
    expect(await mostOf()).to.deep.equal([0n, 0n]);
    for (const requestId of [first, second]) expect(await viewsOf(requestId)).to.deep.equal([0n, 0n]);
    await expectRevert(by(accounts.bob).redeem(1n, RECEIVER, bob), redeemer, "NotClaimable", [bob, 1n]);

    // what is another's stayed there
    const alices = await protocol.WithdrawalQueue.claimable(others);
    expect(await mostOf(alice)).to.deep.equal([OTHERS, alices]);
    const whole = await payment(by(accounts.carol).withdraw(alices, RECEIVER, alice));
    expect(whole.shares).to.equal(OTHERS);
    expect(paid, "to the wei").to.equal(filed.finalized.amount + finalized.amount);
    for (const account of [redeemer, protocol.WithdrawalQueue]) {
      expect(await provider.getBalance(account)).to.equal(0n);
    }
  });
});
