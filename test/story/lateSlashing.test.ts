import { expect } from "chai";
import { proveValidators } from "../../scripts/actions/proveValidators.ts";
import { raiseBase } from "../../scripts/actions/proveSlashing.ts";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { SlashingJob } from "../../scripts/keepers/jobs/slashing.ts";
import { keeperOf } from "../keepers/jobs/support.ts";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, proveAll, settleAll } from "./support/slashings.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const MAX = 2_048n;

describe("story: a slashing of 2,048 ETH that nobody proves before the end of its epoch", () => {
  let world: World;
  let index: number;
  let pubkey: string;
  /// Where the validator was slashed, and what it had before.
  let slashedSlot: number;
  let had: bigint;

  const settle = async () => (await settleAll(world, world.accounts.carol, [{ index, pubkey }]))[0]!;
  const base = async () => (await world.protocol.BondVault.lockOf(index)).baseGwei;

  before(async () => {
    world = await startWorld({ bondWei: 143n * ETHER, validators: 256 });
    const { devnet, protocol, accounts, beacon } = world;
    await stake(world, "alice", 2_500n * ETHER);
    const batch = await runValidators(world, 0, 1);
    index = batch.indices[0]!;
    pubkey = batch.tree.keys[0]!.pubkey;
    const proof = await proveValidators(beacon, [pubkey]);
    const rest = (MAX - 32n) * GWEI;
    await mined(protocol.BeaconDepositor.connect(accounts.carol).topUp(proof, [rest]));
    await devnet.tickUntil(() => BigInt(devnet.chain.validator(index).effectiveBalance) === MAX * GWEI);
  });
  after(() => world.close());

  it("its effective balance is lower by more than the penalty, and nothing was lost below that", async () => {
    const { devnet, accounts } = world;
    // whoever proposes the block has as much for it as the penalty; and the end of the epoch is not near
    const proposer = (slot: number) => devnet.chain.state.epochCtx.getBeaconProposer(slot);
    await devnet.tickUntil(
      () =>
        devnet.slot % SLOTS_PER_EPOCH < 4 && [1, 2].every((ahead) => proposer(devnet.slot + ahead) !== index),
    );
    devnet.slashProposer(index);
    await devnet.tickUntil(() => devnet.chain.validator(index).slashed);
    slashedSlot = devnet.chain.head.slot;
    had = balanceAt(world, index, slashedSlot - 1);
    await devnet.tickSlots(SLOTS_PER_EPOCH);
    await devnet.tickBlocks(2);
    await proveAll(world, accounts.guardian, [{ index, pubkey }]);
    expect(await base()).to.equal((MAX - 1n) * GWEI);

    await reportNext(world);
    const { slot, loss } = await settle();
    const lost = had - balanceAt(world, index, slot);
    expect(lost).to.be.greaterThan((4n * ETHER) / 10n);
    expect(lost - loss).to.be.greaterThan((4n * ETHER) / 10n);
  });

  it("a keeper shows the block of its epoch, and the bond pays what was at stake", async () => {
    const { protocol, accounts } = world;
    const lastSlot = (Math.floor(slashedSlot / SLOTS_PER_EPOCH) + 1) * SLOTS_PER_EPOCH - 1;
    // of the epochs after it nothing is learnt
    await expectRevert(
      raiseBase(world, accounts.carol, { validatorIndex: index, lastSlot: lastSlot + SLOTS_PER_EPOCH }),
      protocol.SlashingOracle,
      "AfterEpochOfSlashing",
    );
    const keeper = keeperOf(world, new SlashingJob(world, accounts.carol));
    expect((await keeper.round()).text).to.contain("raised the base");
    const raised = (await protocol.BondVault.queryFilter(protocol.BondVault.filters.BaseRaised())).at(-1);
    expect(raised!.args.oldBaseGwei).to.equal((MAX - 1n) * GWEI);
    expect(raised!.args.newBaseGwei).to.equal(MAX * GWEI);

    const { slot, loss, value } = await settle();
    const balance = balanceAt(world, index, slot);
    expect(loss).to.equal(MAX * ETHER - balance);
    expect(loss).to.be.greaterThan((4n * ETHER) / 10n);
    expect(value - loss).to.be.within(0n, 3n);
    expect((await base()) * GWEI).to.equal(balance);
  });
});
