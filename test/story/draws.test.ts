import { expect } from "chai";
import { drawStake, spendableEth } from "../../scripts/actions/drawStake.ts";
import { commitKeys, signPredeposits } from "../../scripts/actions/commitKeys.ts";
import { mayOpenDraw, openDraw } from "../../scripts/actions/openDraw.ts";
import { predeposit, sendPredeposits } from "../../scripts/actions/predeposit.ts";
import { refreshWeight } from "../../scripts/actions/refreshWeight.ts";
import { depositBond, registerOperator } from "../../scripts/actions/registerOperator.ts";
import { isSeedKnown, proveSeed, settleDraw } from "../../scripts/actions/settleDraw.ts";
import type { KeyTree } from "../../scripts/lib/keyTree.ts";
import { seedFromMnemonic, validatorKeys } from "../../scripts/lib/keys.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, startWorld, type World } from "./support/world.ts";

const LOT = 32n;
const OPERATORS = [1n, 2n];
const SEED = seedFromMnemonic("test test test test test test test test test test test junk");

/// Two operators and real draws: who may deposit is what the beacon chain's RANDAO says.
describe("story: draws", () => {
  let world: World;
  const trees: KeyTree[] = [];
  const until = async (condition: () => Promise<boolean>) => void (await world.devnet.tickUntil(condition));

  before(async () => {
    world = await startWorld({ bondWei: 0n });
    const { protocol, accounts, forkVersion } = world;
    await registerOperator(protocol, accounts.bob, {
      rewardAddress: await accounts.bob.getAddress(),
      commissionBp: 0n,
    });
    for (const [i, manager] of [accounts.manager, accounts.bob].entries()) {
      const operatorId = OPERATORS[i]!;
      await depositBond(protocol, manager, { operatorId, amountWei: 20n * ETHER });
      const secretKeys = validatorKeys(SEED, 10 * i, 6).map(({ secretKey }) => secretKey);
      const tree = await signPredeposits(protocol, { secretKeys, genesisForkVersion: forkVersion });
      await commitKeys(protocol, manager, { operatorId, tree });
      trees.push(tree);
    }
    await stake(world, "alice", 500n * ETHER);
  });
  after(() => world.close());

  const left = () => Promise.all(OPERATORS.map((id) => spendableEth(world, id)));
  const indices = (count: bigint) => Array.from({ length: Number(count) }, (_, i) => i);

  /// The call alone, without the draws that the action makes.
  function predepositOne(operatorId: bigint): Promise<unknown> {
    const tree = trees[Number(operatorId) - 1]!;
    return sendPredeposits(world.protocol, world.accounts.keeper, { operatorId, tree, indices: [5] });
  }

  it("nobody deposits for an operator for which nothing was drawn", async () => {
    for (const id of OPERATORS) {
      await expectRevert(predepositOne(id), world.protocol.StakeAllocator, "AllotmentTooSmall", [
        id,
        0n,
        LOT,
      ]);
    }
  });

  it("a seed is shown after its slot, by anyone, and the winner of it alone may deposit", async () => {
    const { protocol, accounts, beacon } = world;
    for (const operatorId of OPERATORS) await refreshWeight(protocol, accounts.keeper, { operatorId });
    const { round } = await openDraw(protocol, accounts.keeper);
    await expectRevert(
      refreshWeight(protocol, accounts.keeper, { operatorId: 1n }),
      protocol.StakeAllocator,
      "DrawIsOpen",
    );
    await expectRevert(
      protocol.StakeAllocator.settle.staticCall("0x"),
      protocol.RandaoSource,
      "RoundNotOver",
    );
    await until(() => isSeedKnown(beacon, round));
    // a mix of another slot is no seed
    await expectRevert(
      protocol.StakeAllocator.settle.staticCall(await proveSeed(beacon, round - 2)),
      protocol.RandaoSource,
      "ChildNotAfterRound",
    );
    const { winner } = await settleDraw(world, accounts.carol);
    const { operatorId } = winner!;
    expect(winner).to.deep.equal({ operatorId, allotmentEth: LOT });
    const other = OPERATORS.find((id) => id !== operatorId)!;
    await expectRevert(predepositOne(other), protocol.StakeAllocator, "AllotmentTooSmall", [other, 0n, LOT]);
    await predepositOne(operatorId);
    expect(await left()).to.deep.equal([0n, 0n]);
    expect((await protocol.ValidatorRegistry.stakeOf(operatorId)).eth).to.equal(LOT);
  });

  it("the action draws until its operator has enough; what the other wins on the way stays its own", async () => {
    const { protocol, accounts } = world;
    const [a, b] = (await left()) as [bigint, bigint];
    expect(await mayOpenDraw(protocol, world.provider)).to.equal(false);
    const request = { operatorId: 1n, tree: trees[0]!, indices: indices(2n), until };
    const { drawn } = await predeposit(world, accounts.keeper, request);
    expect(drawn.leftEth).to.equal(2n * LOT);

    const allocator = protocol.StakeAllocator;
    const won = await allocator.queryFilter(
      allocator.filters.DrawWon(),
      drawn.transactions[0]!.receipt.blockNumber,
    );
    const lots = OPERATORS.map((id) => BigInt(won.filter(({ args }) => args.operatorId === id).length) * LOT);
    expect(lots[0]).to.equal(2n * LOT - a);
    expect(await left()).to.deep.equal([0n, b + lots[1]!]);
    expect(await allocator.promisedEth()).to.equal(b + lots[1]!);
  });

  it("a draw that somebody left open is settled first", async () => {
    const { protocol, accounts } = world;
    await until(() => mayOpenDraw(protocol, world.provider));
    for (const operatorId of OPERATORS) await refreshWeight(protocol, accounts.keeper, { operatorId });
    const { drawId } = await openDraw(protocol, accounts.alice);
    const [, before] = await left();
    const { leftEth, transactions } = await drawStake(world, accounts.keeper, {
      operatorId: 2n,
      eth: before! + LOT,
      until,
    });
    expect(transactions[0]!.step).to.equal(`settle draw ${drawId}`);
    expect(leftEth).to.equal(before! + LOT);
  });
});
