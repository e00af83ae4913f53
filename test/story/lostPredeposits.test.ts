import { expect } from "chai";
import { concat, zeroPadValue } from "ethers";
import { completeCheckpoint, openParked, proveBalances } from "../../scripts/actions/proveBalances.ts";
import { signDeposit } from "../../scripts/lib/depositData.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import {
  commitBatch,
  depositDirectly,
  operatorKeys,
  predepositBatch,
  runValidators,
} from "./support/keys.ts";
import { file, nextBoundary, prepare, reportNext, sign, submit, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

/// An operator is ahead of its own predeposit, as in `frontRunner.test.ts`, and both deposits are pending under the root of
/// a checkpoint. The committee knows that the pool's ETH is lost, since the first deposit of a key makes its validator.
describe("story: a predeposit that is lost while it is pending", () => {
  let world: World;
  let start: string;

  before(async () => {
    // an ETH of 85 is within that
    world = await startWorld({ bondWei: (48n * ETHER) / 10n, lossBpPerFrame: 150n });
    await stake(world, "alice", 80n * ETHER);
    await runValidators(world, 0, 2);
    await reportNext(world);
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  /// Shortly before the next boundary, whose slot is returned.
  async function lose(): Promise<number> {
    const { accounts, devnet } = world;
    const batch = await commitBatch(world, operatorKeys(world, 2, 1));
    const refSlot = await nextBoundary(world);
    await devnet.tickSlots(refSlot - 4 - devnet.slot);
    const own = zeroPadValue(await accounts.manager.getAddress(), 31);
    const message = { withdrawalCredentials: concat(["0x01", own]), amountGwei: GWEI };
    const key = batch.keys[0]!;
    await depositDirectly(world, accounts.manager, signDeposit(key.secretKey, message, world.forkVersion));
    await predepositBatch(world, batch);
    world.lost.add(batch.tree.keys[0]!.pubkey);
    return refSlot;
  }

  async function complete(id: bigint): Promise<void> {
    const { accounts, devnet, parameters } = world;
    await proveBalances(world, accounts.carol, id);
    const { checkpointSettleSeconds, secondsPerSlot } = parameters;
    await devnet.tickSlots(Number((4n * checkpointSettleSeconds.value) / secondsPerSlot.value) + 1);
    await completeCheckpoint(world, accounts.carol, id);
  }

  it("ORA-3: who told the truth of it keeps its bond", async () => {
    const { accounts, devnet, members, protocol } = world;
    const checkpoints = protocol.BalanceCheckpoint.connect(accounts.carol);
    const refSlot = await lose();
    await devnet.tickSlots(refSlot - 1 - devnet.slot);
    await mined(checkpoints.noteDeposits());
    const opening = await mined(checkpoints.openLive(0n, { gasLimit: 300_000n }));
    const { id } = eventIn(opening, checkpoints, "CheckpointOpened").args;
    await untilFinal(world, refSlot);
    // what it tells is what the chains have (POOL-1), and it is booked
    const { report } = await file(world, await prepare(world, refSlot));
    await complete(id as bigint);

    const evidence = protocol.MemberEvidence.connect(accounts.carol);
    const [honest] = await sign(world, report, members.slice(0, 1));
    await expectRevert(
      evidence.proveFalseBalance(report, honest!.signature, checkpoints),
      evidence,
      "NotContradicted",
    );
  });

  it("a true report that is parked can be concluded", async () => {
    const { accounts, protocol } = world;
    const oracle = protocol.ReportOracle.connect(accounts.carol);
    // an ETH of 85 is beyond the limit then: it stands for the loss of a slashing
    const { admin } = accounts;
    await mined(protocol.Authority.connect(admin).grantRole(roleId("PARAMETER_MANAGER"), admin));
    const { gainBpPerYear, lossBpPerWindow, appearedPerFrame, exitedPerFrame } = await oracle.limits();
    const others = { gainBpPerYear, lossBpPerWindow, appearedPerFrame, exitedPerFrame };
    await mined(oracle.connect(admin).setLimits({ ...others, lossBpPerFrame: 75n }));
    const refSlot = await lose();
    await untilFinal(world, refSlot);
    const prepared = await prepare(world, refSlot);
    await submit(world, prepared);
    expect((await oracle.parked()).refSlot).to.equal(BigInt(refSlot));

    const id = await openParked(world, accounts.carol, 0n);
    await complete(id);
    await mined(protocol.BalanceCheckpoint.connect(accounts.carol).submit(id));
    await mined(oracle.conclude(prepared.report));
    expect((await oracle.parked()).refSlot).to.equal(0n);
  });
});
