import { expect } from "chai";
import { keccak256 } from "ethers";
import { oneValidator, proveValidators } from "../../scripts/actions/proveValidators.ts";
import { signDeposit } from "../../scripts/lib/depositData.ts";
import {
  COMMITTED,
  PROVEN,
  commitBatch,
  depositDirectly,
  operatorKeys,
  predepositBatch,
  proveBatch,
  statesOf,
  untilActive,
  untilKnown,
} from "./support/keys.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

describe("story: one validator, filled step by step", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 3_000n * ETHER);
  });
  after(() => world.close());

  it("is proven alone, vouched for in that transaction only, and never gets more than it can stake", async () => {
    const { protocol, accounts, beacon, devnet } = world;
    const depositor = protocol.BeaconDepositor.connect(accounts.keeper);
    const batch = await commitBatch(world, operatorKeys(world, 0, 3));
    await predepositBatch(world, batch);
    const [index] = await untilKnown(world, batch);
    const { pubkey } = batch.tree.keys[0]!;

    const proof = await proveValidators(beacon, [pubkey]);
    const one = oneValidator(proof, batch.tree, world.operatorId, 31n * GWEI);
    await expectRevert(
      depositor.proveAndTopUpOne(
        { ...one.validator, effectiveBalance: 32n * GWEI },
        pubkey,
        proof.proof,
        one.keyProof,
      ),
      protocol.BeaconDepositor,
      "ProofInvalid",
    );
    await mined(depositor.proveAndTopUpOne(one.validator, pubkey, proof.proof, one.keyProof));
    expect(await protocol.ValidatorRegistry.isProven(index!)).to.equal(true);
    expect(await protocol.ValidatorRegistry.validator(index!)).to.deep.equal([
      world.operatorId,
      32n,
      1n, // proven
      false,
    ]);
    // a vouch ends with its transaction: nothing more goes to the key without a fresh proof
    expect(await protocol.ValidatorRegistry.isVouchedFor(keccak256(pubkey))).to.equal(false);

    // before the beacon chain knows of the first top-up, a second one to the brim leaves no room for a third
    const topUp = async (amountGwei: bigint) =>
      depositor.topUp(await proveValidators(beacon, [pubkey]), [amountGwei]);
    await mined(topUp(2_016n * GWEI));
    await expectRevert(topUp(GWEI), protocol.ValidatorRegistry, "TopUpAboveMaximum", [
      BigInt(index!),
      2_049n,
      2_048n,
    ]);

    await untilActive(world, [index!]);
    await devnet.tickUntil(() => devnet.chain.validator(index!).effectiveBalance === 2_048e9);
    expect(devnet.chain.validator(index!).effectiveBalance).to.equal(2_048e9);
  });

  it("is the one that had the predeposit: its place is not for another key of the operator", async () => {
    const { protocol, accounts, beacon, operatorId } = world;
    const batch = await commitBatch(world, operatorKeys(world, 10, 2));
    await predepositBatch(world, batch, [0]);
    const own = signDeposit(
      batch.keys[1]!.secretKey,
      { withdrawalCredentials: world.credentials, amountGwei: GWEI },
      world.forkVersion,
    );
    await depositDirectly(world, accounts.manager, own);
    await untilKnown(world, batch);

    const { pubkey } = batch.tree.keys[1]!;
    const proof = await proveValidators(beacon, [pubkey]);
    const one = oneValidator(proof, batch.tree, operatorId, 31n * GWEI);
    const depositor = protocol.BeaconDepositor.connect(accounts.keeper);
    const prove = (gindex: number, keyProof: string[]) =>
      depositor.proveAndTopUpOne({ ...one.validator, gindex }, pubkey, proof.proof, keyProof);
    const id = await protocol.ValidatorRegistry.commitmentIdOf(operatorId, batch.tree.root);
    const wrongState = [id, BigInt(batch.tree.gindex(1)), COMMITTED];
    await expectRevert(
      prove(batch.tree.gindex(1), batch.tree.proof(1)),
      protocol.ValidatorRegistry,
      "WrongState",
      wrongState,
    );
    for (const branch of [batch.tree.proof(0), batch.tree.proof(1), []]) {
      await expectRevert(prove(batch.tree.gindex(0), branch), protocol.ValidatorRegistry, "KeysNotCommitted");
    }
    await proveBatch(world, batch, [0], 0n);
    expect(await statesOf(world, batch)).to.deep.equal([PROVEN, COMMITTED]);
  });
});
