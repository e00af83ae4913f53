import "../../scripts/devnet/preset.ts";
import { expect } from "chai";
import { ssz } from "@lodestar/types";
import type { Signer } from "ethers";
import { SLOTS_PER_EPOCH } from "../../scripts/devnet/config.ts";
import { deploySlashing } from "../../scripts/deploy/steps/10-slashing.ts";
import { deployExits } from "../../scripts/deploy/steps/11-exits.ts";
import { RULE } from "../../scripts/actions/planExits.ts";
import { GINDEX } from "../../scripts/lib/beaconProofs.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { deployDouble } from "./support/doubles.ts";
import {
  blockFrom,
  finalityInFulu,
  finalityInGloas,
  replace,
  showInFulu,
  showInGloas,
  type Shown,
} from "./support/forks.ts";
import { runValidators } from "./support/keys.ts";
import { file, nextBoundary, prepare, reportNext, submit, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { balanceAt, settleAll } from "./support/slashings.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const FORK_EPOCH = 64;
const FORK_SLOT = FORK_EPOCH * SLOTS_PER_EPOCH;
/// `IOperatorRegistry.Standing.Jailed`.
const JAILED = 2n;

/// The embedded chain makes blocks of Fulu only. From the slot of the fork on a block that the story shows has its parent's
/// real state, carried over to Gloas by Lodestar's upgrade and in Gloas' types, under a block of Gloas with an empty body;
/// its root stands where EIP-4788 answers. The verifier of Gloas is a double; all other contracts are the protocol's.
describe("story: a fork changes the layout (states of the chain in Gloas' real types, under blocks made for them)", () => {
  let world: World;
  let indices: number[];
  let stranger: Signer;
  let ticket: bigint;
  /// The first block after the fork whose parent is of Gloas, and one whose parent is still of Fulu.
  const inFork = () => blockFrom(world, Math.max(FORK_SLOT + 1, world.devnet.chain.head.slot));
  const beforeFork = () => world.devnet.chain.history.latestUpTo(FORK_SLOT)!;

  before(async () => {
    world = await startWorld({ bondWei: 30n * ETHER, layoutEndSlot: FORK_SLOT });
    stranger = world.accounts.carol;
    await stake(world, "alice", 300n * ETHER);
    ticket = await request(world, "alice", 10n * ETHER);
    ({ indices } = await runValidators(world, 0, 4));
    const { devnet } = world;
    expect(devnet.slot, "the set-up ends before the fork").to.be.lessThan(FORK_SLOT - 100);
    await cooldown(world, ticket);
    await reportNext(world);
    // three are slashed: long before the fork, and proven; just before it; and after it
    await slash(0);
    await proveSlashed(world, showInFulu(world, devnet.chain.head, indices[0]!));
    await devnet.tickSlots(FORK_SLOT - 4 - devnet.slot);
    await slash(1);
    expect(devnet.slot).to.be.at.most(FORK_SLOT);
    await devnet.tickSlots(FORK_SLOT + 1 - devnet.slot);
    await slash(2);
  });
  after(() => world.close());

  async function slash(place: number): Promise<void> {
    const { devnet } = world;
    devnet.slashProposer(indices[place]!);
    await devnet.tickUntil(() => devnet.chain.validator(indices[place]!).slashed);
    await devnet.tickBlocks(2);
  }
  const proveSlashed = ({ protocol }: World, { block, index, validator, proof }: Shown) =>
    mined(protocol.SlashingOracle.connect(stranger).proveSlashed(block, index, validator, proof));
  const isProvenSlashed = async (place: number) =>
    (await world.protocol.ValidatorRegistry.validator(indices[place]!)).slashed;
  async function triggerExit({ protocol }: World, { block, index, validator, proof }: Shown) {
    const controller = protocol.ExitController.connect(stranger);
    const value = await protocol.WithdrawalVault.withdrawalFee();
    return mined(controller.trigger(RULE.stopped, block, [index], [validator], proof, { value }));
  }

  it("the types differ: what stood under one index stands under another, and depends on the length of lists", () => {
    const { BeaconState } = ssz.gloas;
    expect(ssz.fulu.BeaconState.getPathInfo(["validators"]).gindex).to.equal(GINDEX.validators);
    expect(BeaconState.getPathInfo(["validators"]).gindex).not.to.equal(GINDEX.validators);
    const depth = (index: number) => BeaconState.getPathInfo(["validators", index]).gindex.toString(2).length;
    expect(depth(70)).to.be.greaterThan(depth(5));
  });

  it("the old verifier refuses all that is shown of blocks after its end, in either layout, and no others", async () => {
    const { protocol } = world;
    const child = inFork();
    const slot = BigInt(child.slot - 1);
    const { BeaconVerifier: verifier } = protocol;
    const oracle = protocol.SlashingOracle.connect(stranger);
    for (const shown of [
      showInFulu(world, child, indices[2]!),
      await showInGloas(world, child, indices[2]!),
    ]) {
      await expectRevert(proveSlashed(world, shown), verifier, "LayoutUnknown", [slot]);
      await expectRevert(triggerExit(world, shown), verifier, "LayoutUnknown", [slot]);
      const { block, index, validator, proof, chunk, balanceProof } = shown;
      await expectRevert(
        oracle.settle(block, index, validator, proof, chunk, balanceProof),
        verifier,
        "LayoutUnknown",
        [slot],
      );
    }
    // a top-up proves by itself, in the old layout: no proof of the new one fits it
    const { block, validator, proof } = await showInGloas(world, child, indices[3]!);
    const one = { timestamp: block.timestamp, indices: [indices[3]!], validators: [validator], proof };
    await expectRevert(
      protocol.BeaconDepositor.connect(stranger).topUp(one, [GWEI]),
      protocol.BeaconDepositor,
      "ProofInvalid",
    );
    await expectRevert(protocol.RandaoSource.fix(), protocol.RandaoSource, "RoundBeyondEnd");

    expect(await isProvenSlashed(1)).to.equal(false);
    await proveSlashed(world, showInFulu(world, beforeFork(), indices[1]!));
    expect(await isProvenSlashed(1)).to.equal(true);
  });

  it("stakes, requests and claims go on; so does a report that is final before the fork, and no later one", async () => {
    const { protocol } = world;
    await stake(world, "bob", 5n * ETHER);
    await request(world, "bob", ETHER);
    expect(await claim(world, "alice", ticket)).to.be.within(10n * ETHER - 10n, 11n * ETHER);

    const finality = finalityInFulu(world, beforeFork());
    const slots = Number(await protocol.ReportOracle.slotsPerFrame());
    const refSlot = Math.floor((finality.finalizedEpoch * SLOTS_PER_EPOCH) / slots) * slots;
    const { report, evidence } = await prepare(world, refSlot);
    expect(refSlot).to.be.greaterThan(Number(await protocol.StakedEther.lastReportFrame()) * slots);
    await file(world, { report, evidence: { ...evidence, ...finality } });
    expect(Number(await protocol.StakedEther.lastReportFrame()) * slots).to.equal(refSlot);

    // signed by all, and true: but its finality is shown in the old layout, or not at all
    const later = await nextBoundary(world);
    await untilFinal(world, later);
    const signed = await prepare(world, later);
    const inGloas = await finalityInGloas(world, inFork());
    expect(inGloas.finalizedEpoch * SLOTS_PER_EPOCH).to.be.at.least(later);
    const evidenceInGloas = { ...signed.evidence, ...inGloas };
    await expectRevert(
      submit(world, { ...signed, evidence: evidenceInGloas }, world.members),
      protocol.ReportOracle,
      "WrongProofLength",
    );
  });

  it("governance moves the roles to users of a new verifier: blocks before and after the fork are proven", async () => {
    const { devnet, operatorId } = world;
    const old = world;
    const double = await deployDouble(world, "ProgressiveVerifier__Mock", [world.protocol.BeaconVerifier]);
    const fresh = await replace(world, {
      given: { BeaconVerifier: await double.getAddress() },
      names: ["SlashingOracle", "ExitController"],
      steps: [deploySlashing, deployExits],
    });
    const { protocol } = fresh;
    expect(await protocol.SlashingOracle.verifier()).to.equal(await double.getAddress());
    await expectRevert(
      proveSlashed(old, showInFulu(world, beforeFork(), indices[0]!)),
      protocol.ValidatorRegistry,
      "Unauthorized",
    );

    // after the fork: the slashing, its lock, the balance, and an exit that the beacon chain takes
    await devnet.tickBlocks(2);
    const shown = await showInGloas(world, inFork(), indices[2]!);
    await expectRevert(
      proveSlashed(fresh, showInFulu(world, inFork(), indices[2]!)),
      double,
      "WrongProofLength",
    );
    await expectRevert(proveSlashed(fresh, { ...shown, index: indices[3]! }), double, "ProofInvalid");
    const held = await protocol.BondVault.bondOf(operatorId);
    const receipt = await proveSlashed(fresh, shown);
    expect(await isProvenSlashed(2)).to.equal(true);
    const { shares, asked, uncovered } = eventIn(receipt, protocol.BondVault, "BondLocked").args;
    expect(uncovered).to.equal(0n);
    expect(await protocol.StakedEther.getPooledEthByShares(shares)).to.be.within(
      asked - 1n,
      asked + 2n * GWEI,
    );
    const bond = await protocol.BondVault.bondOf(operatorId);
    expect(bond.locked - held.locked).to.equal(shares);
    const [slot, balanceGwei] = await double.getFunction("verifyBalance")(
      shown.block,
      shown.index,
      shown.chunk,
      shown.balanceProof,
    );
    const before = devnet.chain.stateAt(devnet.chain.history.latestUpTo(Number(slot))!.slot)!;
    expect(balanceGwei).to.equal(BigInt(before.balances.get(indices[2]!)));

    expect(await protocol.OperatorRegistry.standingOf(operatorId)).to.equal(JAILED);
    await devnet.tickBlocks(1);
    expect(devnet.chain.validator(indices[3]!).exitEpoch).to.equal(Infinity);
    await triggerExit(fresh, await showInGloas(world, inFork(), indices[3]!));
    await devnet.tickBlocks(2);
    expect(devnet.chain.validator(indices[3]!).exitEpoch).to.be.lessThan(Infinity);

    // before the fork: the first one is settled by a block of the old layout, which the last report knows
    const first = { index: indices[0]!, pubkey: "" };
    const [settled] = await settleAll(fresh, stranger, [first]);
    expect(settled!.slot).to.be.lessThan(FORK_SLOT);
    const { baseGwei } = await protocol.BondVault.lockOf(first.index);
    expect(baseGwei * GWEI).to.equal(balanceAt(world, first.index, settled!.slot));
    expect(settled!.loss).to.equal(32n * ETHER - baseGwei * GWEI);
    expect(settled!.value - settled!.loss).to.be.within(0n, 3n);
  });
});
