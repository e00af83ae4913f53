import { expect } from "chai";
import { encodeBytes32String, type ContractTransactionReceipt } from "ethers";
import { keyProof, proveValidators } from "../../scripts/actions/proveValidators.ts";
import { eventsIn } from "../../scripts/lib/receipts.ts";
import {
  commitBatch,
  operatorKeys,
  predepositBatch,
  runValidators,
  statesOf,
  PROVEN,
  untilKnown,
} from "./support/keys.ts";
import { file, nextBoundary, prepare, reportNext, slotsPerFrame, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { cooldown, request, stake } from "./support/stake.ts";
import { ETHER, force, GWEI, mined, startWorld, type World } from "./support/world.ts";

const JOBS = ["report", "finalize", "prove", "witness", "trigger"].map(encodeBytes32String);
const [REPORT, FINALIZE, PROVE] = JOBS as [string, string, string];
/// A quiet day: in wei per gas, before the block that is paid for, whose base fee is an eighth less.
const BASE_FEE = 8n * GWEI;
/// Nodes estimate with a base fee of zero, so that nothing is due: an estimate lacks the gas of the payment.
const GAS_LIMIT = 600_000n;

/// What keepers get, held against the clock and the base fee of the block that they acted in.
describe("story: keepers are paid for what was due", () => {
  let world: World;
  let start: string;

  before(async () => {
    // five validators of 32 ETH
    world = await startWorld({ bondWei: 8n * ETHER });
    await stake(world, "alice", 200n * ETHER);
    await stake(world, "bob", 100n * ETHER);
    await runValidators(world, 0, 4);
    await reportNext(world);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  /// Ether for keepers beyond what the fee has brought yet: anyone may give it.
  async function fillBudget(): Promise<void> {
    const { accounts, protocol } = world;
    await mined(protocol.StakedEther.connect(accounts.bob).transfer(protocol.KeeperBudget, 2n * ETHER));
  }

  /// The next block that a transaction comes into has a base fee worth paying for.
  async function onABusyDay(): Promise<void> {
    const fee = `0x${BASE_FEE.toString(16)}`;
    await world.provider.send("hardhat_setNextBlockBaseFeePerGas", [fee]);
    await world.devnet.tickBlocks(1);
  }

  /// `gas` for a call that was due `from` (seconds since 1970), in wei.
  async function due(
    receipt: ContractTransactionReceipt,
    { gas, from, rise }: { gas: bigint; from: bigint; rise: bigint },
  ): Promise<bigint> {
    const { baseFeePerGas, timestamp } = await receipt.getBlock();
    const elapsed = BigInt(timestamp) - from;
    expect(elapsed, "due").to.be.greaterThan(0n);
    return (gas * baseFeePerGas! * (elapsed < rise ? elapsed : rise)) / rise;
  }

  const payments = (receipt: ContractTransactionReceipt) =>
    eventsIn(receipt, world.protocol.KeeperBudget, "KeeperPaid").map(({ args }) => args);
  const leftOf = async (job: string) => (await world.protocol.KeeperBudget.jobBudget(job)).left;

  it("the fee fills the budget, which gives each job its part", async () => {
    const { protocol } = world;
    await mined(protocol.RewardDistributor.connect(world.accounts.carol).pullKeepers());
    const held = await protocol.StakedEther.balanceOf(protocol.KeeperBudget);
    expect(held).to.be.greaterThan(0n);
    const parts = await Promise.all(JOBS.map(leftOf));
    for (const part of parts) expect(part).to.be.within(1n, held);
    expect(parts.reduce((sum, part) => sum + part)).to.be.within(held / 4n, held);
  });

  it("a report is paid by how long it was due, whatever its sender bids, and by anyone's call", async () => {
    const { accounts, parameters: p, protocol } = world;
    await fillBudget();
    const frames: bigint[] = [];
    for (const waits of [0, 12]) {
      const refSlot = await nextBoundary(world);
      await untilFinal(world, refSlot);
      await world.devnet.tickSlots(waits);
      const prepared = await prepare(world, refSlot);
      await onABusyDay();
      const { receipt } = await file(world, prepared);
      const { baseFeePerGas } = await receipt.getBlock();
      expect(receipt.gasPrice, "a bid above the base fee").to.be.greaterThan(baseFeePerGas!);
      const frame = BigInt(refSlot / (await slotsPerFrame(world)));
      const boundary = BigInt(world.devnet.chain.timeAtSlot(refSlot));
      const amount = await due(receipt, {
        gas: p.reportPayGas.value,
        // it can be final two epochs after its boundary
        from: boundary + 2n * p.slotsPerEpoch.value * p.secondsPerSlot.value,
        rise: p.reportPayRiseSeconds.value,
      });
      const { submitter, payGwei } = await protocol.ReportOracle.submissionOf(frame);
      expect(submitter).to.equal(await accounts.keeper.getAddress());
      expect(payGwei).to.equal(amount / GWEI);
      if (waits > 0) expect(payGwei, "the cap").to.equal((p.reportPayGas.value * baseFeePerGas!) / GWEI);
      frames.push(frame);
    }
    const oracle = protocol.ReportOracle.connect(accounts.carol);
    for (const frame of frames) {
      const { payGwei } = await protocol.ReportOracle.submissionOf(frame);
      const receipt = await mined(oracle.paySubmitter(frame));
      const [paid] = payments(receipt);
      expect(paid?.to).to.equal(await accounts.keeper.getAddress());
      expect(paid?.amount).to.be.within(payGwei * GWEI - GWEI, payGwei * GWEI);
      await expectRevert(oracle.paySubmitter(frame), oracle, "NothingToPay", [frame]);
    }
  });

  it("finalising pays above a minimum of ether, and once for what was due; farming it takes nothing of others", async () => {
    const { accounts, devnet, parameters: p, protocol } = world;
    await fillBudget();
    // the first ticket takes the buffer, and what comes after it waits
    await request(world, "alice", 195n * ETHER);
    const crumb = await request(world, "bob", ETHER / 10n);
    const last = await request(world, "bob", 10n * ETHER);
    await cooldown(world, last);
    await reportNext(world);
    expect((await protocol.WithdrawalQueue.ticket(crumb)).finalized).to.equal(false);

    const arrive = async (wei: bigint) => {
      await force(world, protocol.WithdrawalVault, wei);
      await mined(protocol.ReportOracle.connect(accounts.carol).collect());
    };
    const finalize = async () => {
      await onABusyDay();
      return mined(protocol.KeeperJobs.connect(accounts.keeper).finalize({ gasLimit: GAS_LIMIT }));
    };
    const reports = await leftOf(REPORT);
    const reported = await protocol.StakedEther.lastReportTime();
    await arrive(ETHER / 2n);
    expect(payments(await finalize()), "too little moved").to.have.length(0);

    await arrive(20n * ETHER);
    const first = await finalize();
    const rise = p.keeperRiseSeconds.value;
    const amount = await due(first, { gas: p.finalizeGas.value, from: reported, rise });
    expect(payments(first)).to.have.length(1);
    expect(payments(first)[0]!.amount).to.be.within(amount - GWEI, amount);

    // the next is due since the last, not since the report
    await devnet.tickSlots(2);
    await arrive(20n * ETHER);
    const second = await finalize();
    const before = BigInt((await first.getBlock()).timestamp);
    const less = await due(second, { gas: p.finalizeGas.value, from: before, rise });
    expect(payments(second)[0]!.amount).to.be.within(less - GWEI, less);
    expect(less).to.be.lessThan(amount);
    expect(await leftOf(REPORT), "another job's budget").to.be.within(reports - GWEI, reports + ETHER);
    expect(await leftOf(FINALIZE)).to.be.lessThan(p.finalizeBudgetWei.value);
  });

  it("whoever proves a key is paid once it is due to others than its operator, and not twice", async () => {
    const { accounts, beacon, parameters: p, protocol } = world;
    await fillBudget();
    const batch = await commitBatch(world, operatorKeys(world, 40, 1));
    await predepositBatch(world, batch);
    await untilKnown(world, batch);
    const id = await protocol.ValidatorRegistry.commitmentIdOf(world.operatorId, batch.tree.root);
    const from = await protocol.ValidatorRegistry.proofDueFrom(id, batch.tree.gindex(0));
    await world.devnet.tickUntil(() => BigInt(world.devnet.chain.timeAtSlot(world.devnet.slot)) > from);
    await onABusyDay();
    const proof = await proveValidators(beacon, [batch.keys[0]!.pubkey]);
    const place = keyProof(batch.tree, world.operatorId, proof.validators);
    const { prove } = protocol.KeeperJobs.connect(accounts.keeper);
    const receipt = await mined(prove(proof, place, [31n * GWEI], { gasLimit: GAS_LIMIT }));
    expect(await statesOf(world, batch)).to.deep.equal([PROVEN]);
    const amount = await due(receipt, { gas: p.proveGas.value, from, rise: p.keeperRiseSeconds.value });
    expect(payments(receipt)[0]!.job).to.equal(PROVE);
    expect(payments(receipt)[0]!.amount).to.be.within(amount - GWEI, amount);
    await expectRevert(prove(proof, place, [31n * GWEI]), protocol.ValidatorRegistry, "WrongState");
  });
});
