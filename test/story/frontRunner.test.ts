import { expect } from "chai";
import { concat, zeroPadValue, type Signer } from "ethers";
import { signDeposit, verifyDeposit } from "../../scripts/lib/depositData.ts";
import { DepositJob } from "../../scripts/keepers/jobs/deposit.ts";
import type { DepositStep } from "../../scripts/keepers/jobs/depositPlan.ts";
import { keeperOf, look, type Keeper } from "../keepers/jobs/support.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { proveDuplicate, proveForeign } from "./support/foreign.ts";
import {
  commitBatch,
  depositDirectly,
  operatorKeys,
  predepositBatch,
  PREDEPOSITED,
  proveBatch,
  PROVEN,
  statesOf,
  untilKnown,
  type Batch,
} from "./support/keys.ts";
import { addOperator, allotLot, bond, stakeOf } from "./support/operators.ts";
import { poolAt, pooledAt, type Pool } from "./support/pool.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const LOT = 96n;
const BOND = 5n * ETHER;
/// `IOperatorRegistry.Standing` and `IValidatorRegistry.KeyState`.
const GOOD = 0n;
const JAILED = 2n;
const FOREIGN = 6n;
const OVERDUE = 3n;

function bound<T extends object>(real: T, name: string | symbol): unknown {
  const value: unknown = Reflect.get(real, name);
  return typeof value === "function" ? (value as () => unknown).bind(real) : value;
}

/// Three operators: one is ahead of the pool with a key of its own, one is honest, one copies the honest one's key.
describe("story: front-runners, and what their bonds pay", () => {
  let world: World;
  let thief: World;
  let honest: World;
  let copier: World;
  let stranger: Signer;

  before(async () => {
    world = await startWorld({ bondWei: 0n, lotEth: LOT });
    await stake(world, "alice", 500n * ETHER);
    stranger = world.accounts.guardian;
    honest = world;
    await bond(honest, BOND);
    await allotLot(honest);
    thief = await addOperator(world, { manager: "carol", bondWei: BOND });
    await allotLot(thief);
    copier = await addOperator(world, { manager: "bob", bondWei: BOND });
    await allotLot(copier);
  });
  after(() => world.close());

  const bondOf = ({ protocol, operatorId }: World) => protocol.BondVault.bondOf(operatorId);
  const standingOf = ({ protocol, operatorId }: World) => protocol.OperatorRegistry.standingOf(operatorId);
  const balance = (index: number) => BigInt(world.devnet.chain.balanceGwei(index));
  const credentialsOf = async (owner: Signer) => concat(["0x01", zeroPadValue(await owner.getAddress(), 31)]);

  /// What a keeper does that looks now, which is taken back.
  async function asKeeper(act: (keeper: Keeper) => Promise<void>): Promise<void> {
    const start = await world.devnet.snapshot();
    await act(keeperOf(world, new DepositJob(world, world.accounts.keeper)));
    await world.devnet.restore(start);
  }

  // what the thief committed, and the pool before its loss was told
  let batch: Batch;
  let start: Pool;

  it("an operator ahead of its own predeposit has an ETH of the pool, which the report books as lost", async () => {
    batch = await commitBatch(thief, operatorKeys(thief, 0, 2));
    const { manager } = thief.accounts;
    const message = { withdrawalCredentials: await credentialsOf(manager), amountGwei: GWEI };
    await depositDirectly(thief, manager, signDeposit(batch.keys[0]!.secretKey, message, world.forkVersion));
    world.lost.add(batch.tree.keys[0]!.pubkey);
    await predepositBatch(thief, batch);
    const [index] = (await untilKnown(thief, batch)) as [number, number];
    expect(balance(index), "its own and the pool's").to.equal(2n * GWEI);
    // no validator of ours is active: nothing else moves the pool
    start = await poolAt(world);
    expect(start.dripRate).to.equal(0n);
    expect((await reportNext(world)).change).to.equal(-ETHER);
  });

  it("it pays when a stranger proves it: what was lost, a fine, and the stranger", async () => {
    const { protocol } = world;
    const { foreignFine, foreignBounty } = await protocol.SlashingOracle.parameters();
    await asKeeper(async (keeper) => {
      // it proves what it can of the other key, too
      expect((await keeper.round()).text).to.contain(
        "proved that key 0 of operator 2 has foreign credentials",
      );
      expect(await statesOf(thief, batch)).to.deep.equal([FOREIGN, PREDEPOSITED]);
      expect((await keeper.round()).text, "for nothing more").to.contain("proved 1 validators of operator 2");
      expect(await statesOf(thief, batch)).to.deep.equal([FOREIGN, PROVEN]);
      expect(await protocol.StakedEther.balanceOf(world.accounts.keeper)).to.be.greaterThan(0n);
    });
    const held = await bondOf(thief);
    const others = [await bondOf(honest), await bondOf(copier)];
    const receipt = await proveForeign(thief, stranger, batch, 0);
    const burnt = eventIn(receipt, protocol.BondVault, "BondBurnt").args;
    const paid = eventIn(receipt, protocol.BondVault, "BountyPaid").args;
    const amount = ETHER + foreignFine - foreignBounty;
    expect([burnt.loss, burnt.uncovered]).to.deep.equal([ETHER, 0n]);
    expect((await bondOf(thief)).shares).to.equal(held.shares - burnt.shares - paid.shares);
    expect((await bondOf(thief)).locked).to.equal(0n);
    expect([await bondOf(honest), await bondOf(copier)]).to.deep.equal(others);
    expect(await protocol.StakedEther.sharesOf(stranger)).to.equal(paid.shares);

    // at the rate after the loss: so many shares the bond and the stranger's part are; loss and fine are rounded up each
    const rate = { pooled: start.target - ETHER, units: start.units / 10n ** 6n };
    expect(burnt.shares - (amount * rate.units) / rate.pooled).to.be.within(0n, 3n);
    expect((foreignBounty * rate.units) / rate.pooled - paid.shares).to.be.within(0n, 1n);

    // holders: all that the burnt shares were worth before, less the ETH that is gone
    const { devnet } = world;
    const { dripEnd, time } = await poolAt(world, receipt.blockNumber);
    await devnet.tickUntil(() => devnet.chain.timeAtSlot(devnet.slot) >= dripEnd);
    const after = await poolAt(world);
    expect(after.units).to.equal(start.units - burnt.shares * 10n ** 6n);
    // less than a gwei for each second of the drip is left for the next report
    const undripped = BigInt(dripEnd - time) * GWEI;
    const whole = pooledAt(after, after.time) - (start.target * after.units) / start.units;
    const expected = (amount * start.target) / (start.target - ETHER) - ETHER;
    expect(whole).to.be.within(expected - undripped, expected + 10n);
    expect(whole, "the fine is theirs").to.be.at.least(foreignFine - foreignBounty - undripped);
    // and it would have had to put up more than it got
    expect(amount + foreignBounty).to.be.greaterThan(ETHER);
  });

  it("it is stopped, pays once, and gets no more ether on its other keys", async () => {
    const { protocol } = world;
    expect(await standingOf(thief)).to.equal(JAILED);
    expect(await statesOf(thief, batch)).to.deep.equal([FOREIGN, PREDEPOSITED]);
    expect(await stakeOf(thief)).to.equal(32n);
    await expectRevert(proveForeign(thief, stranger, batch, 0), protocol.ValidatorRegistry, "WrongState");
    await expectRevert(
      proveForeign(thief, stranger, batch, 1),
      protocol.SlashingOracle,
      "CredentialsAreOurs",
    );
    await expectRevert(proveBatch(thief, batch, [1]), protocol.OperatorRegistry, "OperatorStopped", [
      thief.operatorId,
      JAILED,
    ]);
    await proveBatch(thief, batch, [1], 0n);
    expect(await statesOf(thief, batch)).to.deep.equal([FOREIGN, PROVEN]);
    expect((await reportNext(world)).change, "the loss is booked once").to.be.within(0n, GWEI * 1_000n);
  });

  it("a stranger has an operator's key and its signature, and cannot make them its own", async () => {
    const { protocol } = world;
    const own = await commitBatch(honest, operatorKeys(honest, 10, 1));
    const held = await bondOf(honest);
    // what the operator published, under other credentials: the beacon chain drops it
    const [published] = own.tree.keys;
    const stolen = {
      ...published!,
      withdrawalCredentials: await credentialsOf(stranger),
      amountGwei: GWEI,
    };
    expect(verifyDeposit(stolen, world.forkVersion)).to.equal(false);
    await depositDirectly(honest, stranger, stolen);
    await predepositBatch(honest, own);
    const [index] = (await untilKnown(honest, own)) as [number];
    expect(balance(index), "the pool's alone").to.equal(GWEI);
    await expectRevert(proveForeign(honest, stranger, own, 0), protocol.SlashingOracle, "CredentialsAreOurs");
    await proveBatch(honest, own);
    expect(await statesOf(honest, own)).to.deep.equal([PROVEN]);
    expect(await bondOf(honest)).to.deep.equal(held);
    expect(await standingOf(honest)).to.equal(GOOD);
  });

  it("a copied key is credited to who proves it first; its owner's bond is free again, with nothing lost", async () => {
    const { devnet, protocol } = world;
    const keys = operatorKeys(honest, 20, 1);
    const owned = await commitBatch(honest, keys);
    const copied = await commitBatch(copier, keys);
    await predepositBatch(copier, copied);
    await predepositBatch(honest, owned);
    const [index] = (await untilKnown(copier, copied)) as [number];
    await devnet.tickUntil(() => balance(index) === 2n * GWEI);
    await proveBatch(copier, copied);
    await devnet.tickBlocks(2);
    await expectRevert(proveBatch(honest, owned), protocol.ValidatorRegistry, "ValidatorKnown", [
      BigInt(index),
    ]);

    await asKeeper(async (keeper) => {
      expect((await keeper.round()).text).to.contain("proved that key 0 of operator 1 is ours already");
      expect(await statesOf(honest, owned)).to.deep.equal([FOREIGN]);
    });

    // past its deadline the predeposit is charged to the owner's bond, until somebody shows where its ether lies
    const held = await bondOf(honest);
    const gindices = [owned.tree.gindex(0)];
    const id = await protocol.ValidatorRegistry.commitmentIdOf(honest.operatorId, owned.tree.root);
    await devnet.tickUntil(
      async () => (await protocol.ValidatorRegistry.isOverdue(id, gindices[0]!)).overdue,
    );
    const vault = protocol.BondVault.connect(stranger);
    await mined(vault.lockOverdue(honest.operatorId, owned.tree.root, gindices));
    const { locked } = await bondOf(honest);
    expect(await protocol.StakedEther.getPooledEthByShares(locked)).to.be.within(ETHER - 1n, ETHER + GWEI);
    await expectRevert(
      proveForeign(honest, stranger, owned, 0),
      protocol.SlashingOracle,
      "CredentialsAreOurs",
    );
    expect(await stakeOf(honest)).to.equal(64n);
    await proveDuplicate(honest, stranger, owned, 0);
    expect(await bondOf(honest)).to.deep.equal(held);
    expect(await statesOf(honest, owned)).to.deep.equal([FOREIGN]);
    expect(await stakeOf(honest)).to.equal(32n);
    expect(await standingOf(honest)).to.equal(GOOD);

    expect((await protocol.ValidatorRegistry.validator(index)).operatorId).to.equal(copier.operatorId);
    expect(await protocol.BondVault.totalUncovered()).to.equal(0n);
    // both ETH are on a validator of ours: nothing was lost
    expect((await reportNext(world)).change).to.be.at.least(0n);
  });

  it("for a predeposit that went nowhere a keeper has the bond locked, and would have it burnt later", async () => {
    const { devnet, protocol } = world;
    const nowhere = await commitBatch(honest, operatorKeys(honest, 30, 1));
    await predepositBatch(honest, nowhere);
    // a beacon chain that never has a validator of it
    const [lost] = nowhere.tree.keys;
    const beacon = new Proxy(world.beacon, {
      get(real, name) {
        if (name !== "validators") return bound(real, name);
        return async (...args: Parameters<typeof real.validators>) =>
          (await real.validators(...args)).filter(({ pubkey }) => pubkey !== lost!.pubkey);
      },
    });
    const keeper = keeperOf(world, new DepositJob({ ...world, beacon }, world.accounts.keeper));
    const state = async () => (await statesOf(honest, nowhere))[0];
    const id = await protocol.ValidatorRegistry.commitmentIdOf(honest.operatorId, nowhere.tree.root);
    const late = () => protocol.ValidatorRegistry.isOverdue(id, nowhere.tree.gindex(0));
    expect((await keeper.round()).text).to.not.contain("had bond");
    await devnet.tickUntil(async () => (await late()).overdue);
    expect((await keeper.round()).text).to.contain("had bond locked for 1 predeposits of operator 1");
    expect(await state()).to.equal(OVERDUE);
    expect((await keeper.round()).text).to.not.contain("had bond");
    // as it will be by the second deadline
    const ValidatorRegistry = new Proxy(protocol.ValidatorRegistry, {
      get: (real, name) =>
        name === "isOverdue" ? async () => ({ overdue: true, lost: true }) : bound(real, name),
    });
    const later = { ...world, beacon, protocol: { ...protocol, ValidatorRegistry } };
    const { plan } = await look(world, new DepositJob(later, world.accounts.keeper));
    const burnt = (plan as DepositStep[]).find(({ step }) => step === "burn");
    expect(burnt)
      .to.have.property("gindices")
      .deep.equal([BigInt(nowhere.tree.gindex(0))]);
  });
});
