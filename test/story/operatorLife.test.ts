import { expect } from "chai";
import { AbiCoder, hexlify, keccak256 } from "ethers";
import { allow } from "../../scripts/actions/allow.ts";
import { commitKeys, signPredeposits } from "../../scripts/actions/commitKeys.ts";
import { exitValidator } from "../../scripts/actions/exitValidator.ts";
import { predeposit } from "../../scripts/actions/predeposit.ts";
import { areProvable } from "../../scripts/actions/proveValidators.ts";
import { proveState } from "../../scripts/actions/proveSlashing.ts";
import { refreshWeight } from "../../scripts/actions/refreshWeight.ts";
import { stake as stakeEther } from "../../scripts/actions/stake.ts";
import { provenFigures, pullCommission } from "../../scripts/actions/tellFigures.ts";
import { proveAndTopUp } from "../../scripts/actions/topUp.ts";
import { stateOf } from "../../scripts/devnet/history.ts";
import type { KeyTree } from "../../scripts/lib/keyTree.ts";
import type { ValidatorKey } from "../../scripts/lib/keys.ts";
import { FORFEITED } from "../../scripts/lib/operatorFigures.ts";
import { operatorKeys, untilActive } from "./support/keys.ts";
import { addOperator, bond, claimBond, requestClaim, stakeOf } from "./support/operators.ts";
import { reportNext, type Filed } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const KEYS = 3;
const LOT = 96n;
const BP = 10_000n;
/// Of the fee of a tenth of rewards operators have 65 %: 6.5 % of rewards.
const OPERATORS_BP = 650n;
/// `IOperatorRegistry.Standing.Retired` and `IValidatorRegistry.ValidatorState.Withdrawn`.
const RETIRED = 3n;
const WITHDRAWN = 5n;

/// Two operators bond; the story follows the first, to its last withdrawal.
describe("story: the life of an operator", () => {
  let world: World;
  let rival: World;
  let keys: ValidatorKey[];
  let tree: KeyTree;
  let indices: number[];
  let bonded: bigint;
  const reports: Filed[] = [];

  before(async () => {
    world = await startWorld({ bondWei: 0n, lotEth: LOT });
    await stake(world, "alice", 600n * ETHER);
  });
  after(() => world.close());

  const all = Array.from({ length: KEYS }, (_, i) => i);
  const bondOf = async () => world.protocol.BondVault.bondOf(world.operatorId);
  const figuresOf = async (id: bigint) => (await provenFigures(world, id)).figures;

  it("it bonds ether, kETH and wkETH: every share counts, and backs twenty times its value", async () => {
    const { protocol, accounts, operatorId } = world;
    const { StakedEther: ledger, WrappedStakedEther: wrapper, BondVault: vault } = protocol;
    const { manager } = accounts;
    expect((await protocol.OperatorRegistry.operator(operatorId)).manager).to.equal(
      await manager.getAddress(),
    );
    await bond(world, 3n * ETHER);
    const ofEther = (await bondOf()).shares;
    expect(await ledger.getPooledEthByShares(ofEther)).to.be.within(3n * ETHER - 1n, 3n * ETHER);

    const { shares } = await stakeEther(protocol, manager, { amountWei: 3n * ETHER });
    await allow(protocol, manager, { spender: vault, amountWei: 4n * ETHER });
    await mined(vault.connect(manager).depositShares(operatorId, shares));
    const wrapped = await stakeEther(protocol, manager, { amountWei: 2n * ETHER, route: "wrapped" });
    await mined(wrapper.connect(manager).approve(vault, wrapped.shares));
    await mined(vault.connect(manager).depositWrapped(operatorId, wrapped.shares));
    bonded = ofEther + shares + wrapped.shares;
    expect(await bondOf()).to.deep.equal([bonded, 0n, 0n]);
    expect(await ledger.sharesOf(vault)).to.equal(bonded);
    expect(await wrapper.balanceOf(manager)).to.equal(0n);
    const value = await ledger.getPooledEthByShares(bonded);
    expect(await vault.capacityOf(operatorId)).to.equal((value * 20n) / ETHER);
    expect(await vault.claimableOf(operatorId)).to.equal(bonded);
  });

  it("it commits its keys, and is drawn by what the beacon chain mixed", async () => {
    const { protocol, accounts, devnet, forkVersion, operatorId } = world;
    rival = await addOperator(world, { manager: "bob", bondWei: 8n * ETHER });
    await refreshWeight(protocol, accounts.keeper, { operatorId: rival.operatorId });
    keys = operatorKeys(world, 0, KEYS);
    const secretKeys = keys.map(({ secretKey }) => secretKey);
    tree = await signPredeposits(protocol, { secretKeys, genesisForkVersion: forkVersion });
    await commitKeys(protocol, accounts.manager, { operatorId, tree });
    const until = async (condition: () => Promise<boolean>) => void (await devnet.tickUntil(condition));
    await predeposit(world, accounts.keeper, { operatorId, tree, indices: all, until });
    expect(await stakeOf(world)).to.equal(LOT);

    const allocator = protocol.StakeAllocator;
    const won = await allocator.queryFilter(allocator.filters.DrawWon());
    expect(won.at(-1)!.args.operatorId).to.equal(operatorId);
    for (const { args, blockNumber: blockTag } of won) {
      expect(args.operatorId).to.equal(await drawn(args.drawId, args.redraws, blockTag));
    }
  });

  /// Whom the mix of the round names, computed from the beacon state: the weights lie end to end, in the order of ids.
  async function drawn(drawId: bigint, redraws: bigint, blockTag: number): Promise<bigint> {
    const { protocol, devnet } = world;
    const allocator = protocol.StakeAllocator;
    const { round } = await allocator.draw({ blockTag: blockTag - 1 });
    const record = devnet.chain.history.latestUpTo(Number(round))!;
    const state = stateOf(record)!;
    const mix = state.randaoMixes.get(Math.floor(record.slot / 8) % state.randaoMixes.length);
    const coder = AbiCoder.defaultAbiCoder();
    const seed = coder.encode(["bytes32", "uint256", "uint256"], [hexlify(mix), drawId, redraws]);
    const weights = await Promise.all([1n, 2n].map((id) => allocator.weightOf(id, { blockTag })));
    return BigInt(keccak256(seed)) % (weights[0]! + weights[1]!) < weights[0]! ? 1n : 2n;
  }

  it("its keys become validators of 32 ETH, and its bond is tied to them", async () => {
    const { protocol, accounts, beacon, devnet, operatorId, provider } = world;
    const pubkeys = keys.map(({ pubkey }) => pubkey);
    const buffer = await provider.getBalance(protocol.StakedEther);
    await devnet.tickUntil(() => areProvable(beacon, pubkeys));
    await proveAndTopUp(world, accounts.keeper, {
      operatorId,
      tree,
      indices: all,
      amountGwei: 31n * GWEI,
    });
    expect(await provider.getBalance(protocol.StakedEther)).to.equal(buffer - 93n * ETHER);
    indices = keys.map(({ secretKey }) => devnet.chain.indexOf(secretKey.toPublicKey().toBytes())!);
    devnet.setFeeRecipient(indices, await protocol.RewardsVault.getAddress());
    await untilActive(world, indices);
    expect(indices.map((index) => devnet.chain.validator(index).effectiveBalance)).to.deep.equal(
      all.map(() => 32e9),
    );

    const ratioBp = await protocol.BondVault.bondRatioBp(false);
    const needed = (LOT * ETHER * ratioBp) / BP;
    const claimable = await protocol.BondVault.claimableOf(operatorId);
    const kept = await protocol.StakedEther.getPooledEthByShares(bonded - claimable);
    expect(kept).to.be.within(needed, needed + 2n);
    await expectRevert(requestClaim(world, claimable + 10n), protocol.BondVault, "SharesNeeded");
  });

  /// One of the validators misses one vote: those of an epoch's slots go into the blocks that follow them.
  async function missOneVote(): Promise<void> {
    const { devnet } = world;
    await devnet.tickToEpoch(devnet.epoch + 1);
    devnet.setOffline([indices[0]!], true);
    await devnet.tickEpochs(1);
    devnet.setOffline([indices[0]!], false);
  }

  /// Reports until one brings a root. In each frame one vote of twelve is missed.
  async function untilRoot(): Promise<Filed> {
    for (let i = 0; i < 16; i++) {
      await missOneVote();
      const filed = await reportNext(world);
      reports.push(filed);
      if (BigInt(filed.report.rewardsRoot) !== 0n) return filed;
    }
    throw new Error("no report brought a root");
  }

  /// Fee shares of the operators that were minted before the reference slot of a root, and after the one before.
  function potOf(root: Filed, before?: Filed): bigint {
    const blockOf = ({ report }: Filed) =>
      world.devnet.chain.history.latestUpTo(Number(report.refSlot))!.block.message.body.executionPayload
        .blockNumber;
    const minted = reports
      .filter(({ receipt: { blockNumber } }) => blockNumber <= blockOf(root))
      .filter(({ receipt: { blockNumber } }) => before === undefined || blockNumber > blockOf(before))
      .reduce((sum, { feeShares }) => sum + feeShares, 0n);
    return (minted * 13n) / 20n;
  }

  it("reports pay its commission, for the duties that it did; a lower one gives the rest to all", async () => {
    const { protocol, accounts, devnet, operatorId } = world;
    // a whole frame, so that a vote is a twelfth of all
    await devnet.tickEpochs(4);
    const first = await untilRoot();
    const before = await figuresOf(operatorId);
    // events tell whole shares, parts of them and the bp of duties are rounded down
    const dust = () => BigInt(reports.length) + 2n;
    const full = potOf(first);
    expect(before.attestedBp).to.be.within(9_000n, 9_500n);
    expect(before.cumulativeShares).to.be.within(
      (full * before.attestedBp) / BP - dust(),
      (full * (before.attestedBp + 1n)) / BP + dust(),
    );

    const { OperatorRegistry: registry } = protocol;
    const commissionBp = OPERATORS_BP / 2n;
    await mined(registry.connect(accounts.manager).setCommission(operatorId, commissionBp));
    await expectRevert(
      registry.connect(accounts.manager).setCommission(operatorId, OPERATORS_BP),
      registry,
      "CommissionRaiseTooLarge",
    );
    const second = await untilRoot();
    const after = await figuresOf(operatorId);
    const half = potOf(second, first) / 2n;
    expect(after.cumulativeShares - before.cumulativeShares).to.be.within(
      (half * after.attestedBp) / BP - dust(),
      (half * (after.attestedBp + 1n)) / BP + dust(),
    );

    await pullCommission(world, accounts.carol, operatorId);
    const paid = await protocol.StakedEther.sharesOf(accounts.operatorRewards);
    expect(paid).to.equal(after.cumulativeShares);
    const { cumulativeShares: forfeited } = await figuresOf(FORFEITED);
    expect(forfeited + after.cumulativeShares - full).to.be.within(2n * half - dust(), 2n * half + dust());
    await pullCommission(world, accounts.carol, FORFEITED);
    await mined(protocol.RewardDistributor.connect(accounts.carol).pullTreasury());
    await mined(protocol.RewardDistributor.connect(accounts.carol).pullReserve());
    await mined(protocol.RewardDistributor.connect(accounts.carol).pullKeepers());
    const minted = reports.reduce((sum, { feeShares }) => sum + feeShares, 0n);
    const treasury = await protocol.StakedEther.sharesOf(accounts.treasury);
    const reserve = await protocol.StakedEther.sharesOf(protocol.InsuranceReserve);
    const keepers = await protocol.StakedEther.sharesOf(protocol.KeeperBudget);
    expect(reserve).to.equal(keepers).and.be.greaterThan(0n);
    const left = await protocol.StakedEther.sharesOf(protocol.RewardDistributor);
    expect(treasury + reserve + keepers + paid + forfeited + left - minted).to.be.within(
      0n,
      BigInt(reports.length),
    );
  });

  it("it exits of its own accord; what the beacon chain pays out arrives and is booked to the gwei", async () => {
    const { protocol, accounts, beacon, devnet } = world;
    await exitValidator(beacon, keys[0]!);
    await devnet.tickEpochs(1);
    for (const key of keys.slice(1)) await exitValidator(beacon, key);
    await devnet.tickUntil(() =>
      indices.every((index) => devnet.chain.validator(index).effectiveBalance === 0),
    );
    await devnet.tickBlocks(2);
    let stakeLeft = LOT;
    for (const [i, index] of indices.entries()) {
      expect(await stakeOf(world)).to.equal(stakeLeft);
      await proveState(world, accounts.carol, keys[i]!.pubkey);
      const { state, slashed, depositedEth } = await protocol.ValidatorRegistry.validator(index);
      expect([state, slashed, depositedEth]).to.deep.equal([WITHDRAWN, false, 32n]);
      stakeLeft -= 32n;
    }
    expect(await stakeOf(world)).to.equal(0n);

    const { report } = await reportNext(world);
    const paidOut = withdrawalsUpTo(Number(report.refSlot));
    expect(paidOut).to.be.greaterThan(96n * GWEI);
    // what sync committees pay to those who have left is swept later
    expect(report.beaconBalanceGwei).to.be.lessThan(GWEI / 1_000n);
    expect(report.withdrawalsReceived).to.equal(paidOut * GWEI);
    const { sweptWithdrawals, depositedGwei } = await protocol.StakedEther.booksAt(
      report.refSlot / (await protocol.ReportOracle.slotsPerFrame()) + 1n,
    );
    expect(sweptWithdrawals).to.equal(paidOut * GWEI);
    expect(depositedGwei).to.equal(96n * GWEI);
  });

  /// What blocks up to a slot paid out to these validators, in gwei.
  function withdrawalsUpTo(slot: number): bigint {
    const { history } = world.devnet.chain;
    let sum = 0n;
    for (let record = history.firstFrom(0); record !== undefined && record.slot <= slot; ) {
      for (const { validatorIndex, amount } of record.block.message.body.executionPayload.withdrawals) {
        if (indices.includes(validatorIndex)) sum += amount;
      }
      record = history.firstFrom(record.slot + 1);
    }
    return sum;
  }

  it("its whole bond is its own again, worth more than it was; it retires, and nothing is drawn for it", async () => {
    const { protocol, accounts, operatorId } = world;
    const { StakedEther: ledger, BondVault: vault } = protocol;
    expect(await bondOf()).to.deep.equal([bonded, 0n, 0n]);
    expect(await vault.claimableOf(operatorId)).to.equal(bonded);
    const to = await accounts.manager.getAddress();
    const before = await ledger.sharesOf(to);
    const ofRival = (await vault.bondOf(rival.operatorId)).shares;
    await claimBond(world, bonded, to);
    expect((await ledger.sharesOf(to)) - before).to.equal(bonded);
    expect(await bondOf()).to.deep.equal([0n, 0n, 0n]);
    expect(await ledger.sharesOf(vault)).to.equal(ofRival);
    expect(await ledger.getPooledEthByShares(bonded)).to.be.greaterThan(8n * ETHER);
    expect(await vault.totalUncovered()).to.equal(0n);

    const registry = protocol.OperatorRegistry;
    await mined(registry.connect(accounts.manager).retire(operatorId));
    expect(await registry.standingOf(operatorId)).to.equal(RETIRED);
    await bond(world, 8n * ETHER);
    await refreshWeight(protocol, accounts.keeper, { operatorId });
    expect(await protocol.StakeAllocator.weightOf(operatorId)).to.equal(0n);
    await expectRevert(registry.requireStakeable(operatorId), registry, "OperatorStopped", [
      operatorId,
      RETIRED,
    ]);
  });
});
