import { expect } from "chai";
import { encodeBytes32String } from "ethers";
import { depositBond, registerOperator } from "../../../scripts/actions/registerOperator.ts";
import { DepositJob } from "../../../scripts/keepers/jobs/deposit.ts";
import {
  commitBatch,
  operatorKeys,
  statesOf,
  type Batch,
  COMMITTED,
  PROVEN,
} from "../../story/support/keys.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, mined, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, race, rounds, type Keeper } from "./support.ts";

const LOT = 64n;
const SPOILT = 1;

describe("keepers: the deposit job", () => {
  let world: World;
  let keepers: Keeper[];
  const batches: { world: World; batch: Batch }[] = [];

  /** Two operators with keys, of which one has a bad signature; and ether for three lots, and a half. */
  before(async () => {
    world = await startWorld({ bondWei: 0n, lotEth: LOT });
    const { protocol, accounts } = world;
    await registerOperator(protocol, accounts.bob, {
      rewardAddress: await accounts.bob.getAddress(),
      commissionBp: 0n,
    });
    for (const [i, manager] of [accounts.manager, accounts.bob].entries()) {
      const operatorId = BigInt(i + 1);
      await depositBond(protocol, manager, { operatorId, amountWei: 20n * ETHER });
      const as = { ...world, operatorId, accounts: { ...accounts, manager } };
      const keys = operatorKeys(world, 10 * i, 8);
      const { signature } = (await commitBatch(as, operatorKeys(world, 10 * i + 9, 1))).tree.keys[0]!;
      const batch = await commitBatch(as, keys, (key, at) => (at === SPOILT ? { ...key, signature } : key));
      batches.push({ world: as, batch });
    }
    // bonds are ether of the pool, too
    await stake(world, "alice", (3n * LOT + LOT / 2n - 40n) * ETHER);
    keepers = [accounts.keeper, accounts.carol].map((sender) =>
      keeperOf(world, new DepositJob(world, sender)),
    );
  });
  after(() => world.close());

  const proven = async () => {
    const { ValidatorRegistry: registry } = world.protocol;
    return registry.queryFilter(registry.filters.KeyProven());
  };

  it("two keepers compute weights once each", async () => {
    const [first, second] = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(first!.outcome, first!.text).to.equal("acted");
    expect(second!.outcome, second!.text).to.equal("idle");
    const { StakeAllocator: allocator } = world.protocol;
    expect(await allocator.queryFilter(allocator.filters.WeightRefreshed())).to.have.length(2);
  });

  it("brings ether to the winners of draws, each draw settled once, and rests when it is used up", async () => {
    const { protocol } = world;
    const acts = await rounds(world, keepers, {
      until: async () => (await proven()).length === 6,
      slots: 320,
    });
    expect(acts.filter(({ outcome }) => outcome !== "acted")).to.deep.equal([]);
    expect(await proven()).to.have.length(6);
    expect(await protocol.ValidatorRegistry.totalStake()).to.equal(6n * 32n);
    const { StakeAllocator: allocator } = protocol;
    const won = await allocator.queryFilter(allocator.filters.DrawWon());
    expect(won.map(({ args }) => args.drawId)).to.deep.equal([1n, 2n, 3n]);
    expect(await protocol.BeaconDepositor.freeBuffer()).to.be.within(32n * ETHER, 34n * ETHER);
    for (const { world: as, batch } of batches) {
      expect((await statesOf(as, batch))[SPOILT], "a bad signature").to.equal(COMMITTED);
    }
    // half a lot is too little for another draw
    expect(await rounds(world, keepers, { slots: 32 })).to.deep.equal([]);
  });

  it("is paid for a proof that its operator did not give", async () => {
    const { accounts, devnet, protocol, provider } = world;
    await stake(world, "alice", 40n * ETHER);
    const { ValidatorRegistry: registry } = protocol;
    const predeposited = async () => registry.queryFilter(registry.filters.KeysPredeposited());
    const { length } = await predeposited();
    await rounds(world, keepers, { until: async () => (await predeposited()).length > length, slots: 80 });
    const { commitmentId, gindices } = (await predeposited()).at(-1)!.args;
    const from = await registry.proofDueFrom(commitmentId, gindices[0]!);
    await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) > from + 12n);
    await mined(protocol.StakedEther.connect(accounts.alice).transfer(protocol.KeeperBudget, 2n * ETHER));
    await provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x1dcd65000"]);
    await devnet.tickBlocks(1);
    const known = (await proven()).length;
    await rounds(world, keepers, { until: async () => (await proven()).length > known, slots: 8 });
    const paid = await protocol.KeeperBudget.queryFilter(protocol.KeeperBudget.filters.KeeperPaid());
    expect(paid.map(({ args }) => args.job)).to.deep.equal([encodeBytes32String("prove")]);
    expect((await statesOf(batches[0]!.world, batches[0]!.batch)).includes(PROVEN)).to.equal(true);
  });
});
