import { StandardMerkleTree } from "@openzeppelin/merkle-tree";
import { expect } from "chai";
import { keccak256 } from "ethers";
import { oneValidator, proveValidators } from "../../scripts/actions/proveValidators.ts";
import { signDeposit } from "../../scripts/lib/depositData.ts";
import {
  commitBatch,
  depositDirectly,
  operatorKeys,
  predepositBatch,
  signedKey,
  untilActive,
  untilKnown,
} from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
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
    expect(await protocol.ValidatorRegistry.validator(index!)).to.deep.equal([world.operatorId, 32n]);
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

  it("of a place that a tree gives to two keys: the report counts the one that was predeposited and the one proven", async () => {
    const { protocol, accounts, beacon, devnet } = world;
    const keys = operatorKeys(world, 10, 2);
    const [a, b] = keys.map((key) => signedKey(world, key));
    const leaves = [a!, b!].map(({ pubkey, signature }) => [0n, keccak256(pubkey), keccak256(signature)]);
    const tree = StandardMerkleTree.of(leaves, ["uint256", "bytes32", "bytes32"], { sortLeaves: false });
    const { operatorId } = world;
    await mined(protocol.ValidatorRegistry.connect(accounts.manager).commit(operatorId, tree.root, 1, "0x"));
    await mined(
      protocol.BeaconDepositor.connect(accounts.keeper).predeposit(
        operatorId,
        tree.root,
        [0],
        a!.pubkey,
        a!.signature,
        tree.getProof(0),
        [false],
      ),
    );
    const own = signDeposit(
      keys[1]!.secretKey,
      { withdrawalCredentials: world.credentials, amountGwei: GWEI },
      world.forkVersion,
    );
    await depositDirectly(world, accounts.manager, own);
    await devnet.tickUntil(() =>
      keys.every(({ secretKey }) => devnet.chain.indexOf(secretKey.toPublicKey().toBytes()) !== undefined),
    );
    await devnet.tickBlocks(2);
    const proof = await proveValidators(beacon, [b!.pubkey]);
    const [validator] = proof.validators;
    await mined(
      protocol.BeaconDepositor.connect(accounts.keeper).proveAndTopUpOne(
        {
          timestamp: proof.timestamp,
          validatorIndex: proof.indices[0]!,
          effectiveBalance: validator!.effectiveBalance,
          activationEligibilityEpoch: validator!.activationEligibilityEpoch,
          activationEpoch: validator!.activationEpoch,
          amountGwei: 31n * GWEI,
          keyIndex: 0,
          operatorId,
          root: tree.root,
          signatureHash: keccak256(b!.signature),
        },
        b!.pubkey,
        proof.proof,
        tree.getProof(1),
      ),
    );
    const before = (await protocol.StakedEther.booksAt(2 ** 31)).profit;
    await reportNext(world);
    const { profit } = await protocol.StakedEther.booksAt(2 ** 31);
    // the gift of 1 ETH to the second key, or as much of it as the cap lets in: never the loss of 32
    expect(profit > before, `${profit} after ${before}`).to.equal(true);
  });
});
