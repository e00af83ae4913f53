import { expect } from "chai";
import { exitValidator } from "../../scripts/actions/exitValidator.ts";
import { proveState } from "../../scripts/actions/proveSlashing.ts";
import { proveValidators } from "../../scripts/actions/proveValidators.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import type { BlockRecord } from "../../scripts/devnet/history.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { planned, trigger } from "./support/exits.ts";
import { runValidators } from "./support/keys.ts";
import { stakeOf } from "./support/operators.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, proveAll, settleAll } from "./support/slashings.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// MAX_EFFECTIVE_BALANCE_ELECTRA, in ETH.
const MAX = 2_048n;
const STEPS = [480n, 768n, 768n];
/// `IValidatorRegistry.ValidatorState.Withdrawn`.
const WITHDRAWN = 5n;

/// Two validators of one operator, which compound (0x02).
describe("story: validators of 2,048 ETH", () => {
  let world: World;
  let batch: Awaited<ReturnType<typeof runValidators>>;
  /// The one that pays a ticket, and leaves; the other one is slashed.
  let payer: number;
  let other: number;

  before(async () => {
    world = await startWorld({ bondWei: 210n * ETHER });
    await stake(world, "alice", 4_300n * ETHER);
    batch = await runValidators(world, 0, 2);
  });
  after(() => world.close());

  const validator = (index: number) => world.devnet.chain.validator(index);
  const balance = (index: number) => BigInt(world.devnet.chain.balanceGwei(index)) * GWEI;
  const keyOf = (index: number) => batch.tree.keys[batch.indices.indexOf(index)]!.pubkey;
  const pending = () => world.devnet.chain.state.pendingDeposits.length;

  /// Each with a proof of its own, as fresh as it can be.
  async function topUp(amountEth: bigint): Promise<void> {
    const proof = await proveValidators(world.beacon, batch.indices.map(keyOf));
    const amounts = proof.indices.map(() => amountEth * GWEI);
    await mined(world.protocol.BeaconDepositor.connect(world.accounts.carol).topUp(proof, amounts));
  }

  /// What blocks from a slot to the head paid out to a validator, in gwei.
  function withdrawals(index: number, fromSlot: number): { amount: bigint; record: BlockRecord }[] {
    const { history } = world.devnet.chain;
    const found: { amount: bigint; record: BlockRecord }[] = [];
    for (let record = history.firstFrom(fromSlot); record; record = history.firstFrom(record.slot + 1)) {
      for (const { validatorIndex, amount } of record.block.message.body.executionPayload.withdrawals) {
        if (validatorIndex === index) found.push({ amount, record });
      }
    }
    return found;
  }

  it("grow step by step: a proof for each, a wait in the queue, and the effective balance follows", async () => {
    const { devnet, protocol, provider } = world;
    let sum = 32n;
    for (const step of STEPS) {
      const buffer = await provider.getBalance(protocol.StakedEther);
      const before = batch.indices.map(balance);
      await topUp(step);
      sum += step;
      expect(await provider.getBalance(protocol.StakedEther)).to.equal(buffer - 2n * step * ETHER);
      expect(await stakeOf(world)).to.equal(2n * sum);
      expect(pending(), "both wait").to.equal(2);
      await devnet.tickUntil(() => pending() === 0);
      // what came above the most is paid out again
      await devnet.tickUntil(() =>
        batch.indices.every((index) => BigInt(validator(index).effectiveBalance) === sum * GWEI),
      );
      for (const [i, index] of batch.indices.entries()) {
        expect(balance(index)).to.be.within(sum * ETHER, before[i]! + step * ETHER + ETHER);
        expect((await protocol.ValidatorRegistry.validator(index)).depositedEth).to.equal(sum);
      }
      await reportNext(world);
    }
    expect(sum).to.equal(MAX);
  });

  it("have all that they could: not one ETH more, by any number of proofs", async () => {
    await expectRevert(topUp(1n), world.protocol.ValidatorRegistry, "TopUpAboveMaximum", [
      BigInt(batch.indices[0]!),
      MAX + 1n,
      MAX,
    ]);
  });

  it("earn above it, and what they earn comes to the pool", async () => {
    const { devnet, protocol, provider } = world;
    const [index] = batch.indices as [number, number];
    await reportNext(world);
    const from = devnet.slot + 1;
    const held = await provider.getBalance(protocol.WithdrawalVault);
    await devnet.tickUntil(() => batch.indices.every((one) => withdrawals(one, from).length > 1));
    let paid = 0n;
    for (const one of batch.indices) {
      for (const { amount, record } of withdrawals(one, from)) {
        expect(amount).to.be.greaterThan(0n);
        // paid out in its block is what was above; what else the block brought is a reward of the same slot
        expect(balanceAt(world, one, record.slot)).to.be.within(MAX * ETHER, MAX * ETHER + ETHER / 100n);
        paid += amount;
      }
    }
    expect((await provider.getBalance(protocol.WithdrawalVault)) - held).to.equal(paid * GWEI);
    expect(validator(index).effectiveBalance).to.equal(Number(MAX * GWEI));
    expect((await reportNext(world)).change).to.be.greaterThan(0n);
  });

  it("pay a ticket by a partial withdrawal that anyone triggers, as much as is missing", async () => {
    const { devnet, protocol, accounts } = world;
    const controller = protocol.ExitController.connect(accounts.carol);
    const ticket = await request(world, "alice", 600n * ETHER);
    await mined(controller.note());
    const { amount: deficit, minimum } = await deficitNow();
    expect(deficit).to.be.greaterThan(100n * ETHER);
    const call = await planned(world);
    if (call?.kind !== "partial") throw new Error("a partial withdrawal comes first");
    payer = call.validatorIndex;
    other = batch.indices.find((index) => index !== payer)!;
    const from = devnet.slot + 1;
    const receipt = await trigger(world, call);
    const { amountGwei } = eventIn(receipt, protocol.ExitController, "PartialTriggered").args;
    // tickets go on earning, for a block or two; whole 1/32 ETH are asked for
    expect(amountGwei * GWEI).to.be.within(deficit + minimum - ETHER, deficit + minimum + ETHER);

    await devnet.tickUntil(() => withdrawals(payer, from).some(({ amount }) => amount === amountGwei));
    await devnet.tickBlocks(1);
    const left = balance(payer);
    expect(left + amountGwei * GWEI).to.be.within(MAX * ETHER, (MAX + 1n) * ETHER);
    expect(balance(other)).to.be.at.least(MAX * ETHER);
    await cooldown(world, ticket);
    await reportNext(world);
    expect(await claim(world, "alice", ticket)).to.be.within(600n * ETHER - GWEI, 610n * ETHER);

    // what was paid out was deposited once: it leaves no room for more
    expect(await stakeOf(world)).to.equal(2n * MAX);
    const proof = await proveValidators(world.beacon, [keyOf(payer)]);
    const refused = protocol.BeaconDepositor.connect(accounts.carol).topUp(proof, [GWEI]);
    await expectRevert(refused, protocol.ValidatorRegistry, "TopUpAboveMaximum", [
      BigInt(payer),
      MAX + 1n,
      MAX,
    ]);
  });

  async function deficitNow(): Promise<{ amount: bigint; minimum: bigint }> {
    const [amount, minimum] = await world.protocol.ExitController.deficit();
    return { amount, minimum };
  }

  it("exit in full: all of it arrives, and all of their stake is free again", async () => {
    const { devnet, protocol, provider, beacon, accounts } = world;
    const key = batch.keys[batch.indices.indexOf(payer)]!;
    const from = devnet.slot + 1;
    await exitValidator(beacon, key);
    await devnet.tickUntil(() => validator(payer).exitEpoch !== Infinity);
    const exitEpoch = validator(payer).exitEpoch;
    // by weight: 256 ETH an epoch may leave
    const epochs = Number(balance(payer) / (256n * ETHER));
    expect(exitEpoch - devnet.epoch).to.be.at.least(epochs);
    await devnet.tickUntil(() => validator(payer).effectiveBalance === 0);
    await devnet.tickBlocks(2);
    const last = withdrawals(payer, from).find(({ amount }) => amount > 1_000n * GWEI)!;
    expect(last.record.slot).to.be.at.least(validator(payer).withdrawableEpoch * SLOTS_PER_EPOCH);
    expect(last.amount * GWEI).to.be.greaterThan(1_700n * ETHER);
    expect(await provider.getBalance(protocol.WithdrawalVault)).to.be.at.least(last.amount * GWEI);

    await proveState(world, accounts.carol, keyOf(payer));
    expect((await protocol.ValidatorRegistry.validator(payer)).state).to.equal(WITHDRAWN);
    expect(await stakeOf(world)).to.equal(MAX);
    const { report } = await reportNext(world);
    expect(await provider.getBalance(protocol.WithdrawalVault)).to.be.lessThan(ETHER);
    expect(report.beaconBalanceGwei).to.be.within(MAX * GWEI, (MAX + 1n) * GWEI);
  });

  it("lock a 4,096th of all that they have at once, when they are slashed: half an ETH, not a 4,096th of 32", async () => {
    const { devnet, protocol, accounts, operatorId } = world;
    const { guardian } = accounts;
    const slashed = [{ index: other, pubkey: keyOf(other) }];
    // The effective balance of the proof counts: at the end of the epoch it would be an ETH less already. And whoever
    // proposes the block has as much for it as the penalty.
    const proposer = (slot: number) => devnet.chain.state.epochCtx.getBeaconProposer(slot);
    await devnet.tickUntil(
      () =>
        devnet.slot % SLOTS_PER_EPOCH < SLOTS_PER_EPOCH - 4 &&
        [1, 2].every((ahead) => proposer(devnet.slot + ahead) !== other),
    );
    devnet.slashProposer(other);
    await devnet.tickUntil(() => validator(other).slashed);
    const { slot } = devnet.chain.head;
    const [before, after] = [balanceAt(world, other, slot - 1), balanceAt(world, other, slot)];
    const penalty = (MAX * ETHER) / 4_096n;
    expect(penalty).to.equal(ETHER / 2n);
    // and a sweep of what was above, or a reward of its last duties
    expect(before - after).to.be.within(penalty - ETHER / 10n, penalty + ETHER / 10n);
    await devnet.tickBlocks(1);
    expect(Math.floor(devnet.slot / SLOTS_PER_EPOCH)).to.equal(Math.floor(slot / SLOTS_PER_EPOCH));
    const [lock] = await proveAll(world, guardian, slashed);
    const { provisionBp, bountyBp } = await protocol.SlashingOracle.parameters();
    const bounty = (penalty * bountyBp) / 10_000n;
    expect(lock!.asked).to.equal(penalty + (MAX * ETHER * provisionBp) / 10_000n + bounty);
    expect(lock!.uncovered).to.equal(0n);
    expect((await protocol.BondVault.bondOf(operatorId)).locked).to.equal(lock!.shares);

    await reportNext(world);
    const [settled] = await settleAll(world, guardian, slashed);
    const { baseGwei } = await protocol.BondVault.lockOf(other);
    expect(baseGwei * GWEI).to.equal(balanceAt(world, other, settled!.slot));
    expect(settled!.loss).to.equal(MAX * ETHER - baseGwei * GWEI);
    expect(settled!.loss).to.be.greaterThan((penalty * 9n) / 10n);
    expect(settled!.value - settled!.loss).to.be.within(0n, 3n);
    expect(await protocol.StakedEther.balanceOf(guardian)).to.be.within(
      bounty - GWEI,
      bounty + bounty / 100n,
    );
  });
});
