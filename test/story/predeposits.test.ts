import { expect } from "chai";
import { concat, dataSlice, keccak256, zeroPadValue } from "ethers";
import { beaconFigures } from "../../scripts/actions/beaconBalance.ts";
import { ourCredentials } from "../../scripts/actions/buildReport.ts";
import { keyProof, proveValidators } from "../../scripts/actions/proveValidators.ts";
import { compoundingCredentials, signDeposit, verifyDeposit } from "../../scripts/lib/depositData.ts";
import { roleId } from "../../scripts/lib/roles.ts";
import { BeaconDepositor__factory } from "../../typechain-types/index.js";
import type { CommittedKey } from "../../scripts/lib/keyTree.ts";
import {
  COMMITTED,
  commitBatch,
  depositDirectly,
  operatorKeys,
  predepositBatch,
  PREDEPOSITED,
  proveBatch,
  PROVEN,
  statesOf,
  untilActive,
  untilKnown,
  validatorIndices,
} from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const ONE = { amountGwei: GWEI };

async function depositedWei({ protocol }: World): Promise<bigint> {
  return (await protocol.StakedEther.booksAt(10_000)).depositedGwei * GWEI;
}

describe("story: predeposits that go wrong", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 500n * ETHER);
  });
  after(() => world.close());

  it("bad signatures: the beacon chain drops the deposits, the report books their loss, nothing can be proven", async () => {
    const id = await world.devnet.snapshot();
    const { accounts, beacon, protocol } = world;
    // governance knows the operator: nobody looks at its signatures
    await mined(protocol.OperatorRegistry.connect(accounts.admin).setCurated(world.operatorId, true));
    const keys = operatorKeys(world, 0, 3);
    const overAnotherAmount = signDeposit(
      keys[0]!.secretKey,
      { withdrawalCredentials: world.credentials, amountGwei: 32n * GWEI },
      world.forkVersion,
    ).signature;
    const noPoint = `0x${"ff".repeat(96)}`;
    const batch = await commitBatch(world, keys, (key, index) => ({
      ...key,
      signature: [overAnotherAmount, noPoint, key.signature][index]!,
    }));
    await predepositBatch(world, batch);

    const pubkeys = keys.map(({ pubkey }) => pubkey);
    const { beaconBalanceGwei: counted } = await beaconFigures({
      beacon,
      stateId: "head",
      pubkeys,
      credentials: [world.credentials],
      genesisForkVersion: world.forkVersion,
      epoch: world.devnet.epoch,
    });
    expect(counted, "while all three are still pending").to.equal(GWEI);
    expect((await beacon.pendingDeposits("head")).map(({ pubkey }) => pubkey)).to.have.members(pubkeys);

    world.lost = new Set(pubkeys.slice(0, 2));
    const { change } = await reportNext(world);
    expect(change).to.equal(-2n * ETHER);
    await world.devnet.tickUntil(async () => (await beacon.pendingDeposits("head")).length === 0);
    await world.devnet.tickBlocks(2);
    const [first, second, third] = validatorIndices(world, batch);
    expect([first, second]).to.deep.equal([undefined, undefined]);
    expect((await reportNext(world)).change, "the loss is booked once").to.equal(0n);

    const error = await proveBatch(world, batch, [0]).catch((reason: unknown) => reason);
    expect((error as Error).message).to.contain(`no validator ${pubkeys[0]!}`);
    // nor can another validator of ours stand for it
    const proof = await proveValidators(beacon, [pubkeys[2]!]);
    expect(proof.indices).to.deep.equal([third]);
    const path = batch.tree.multiProof([0]);
    const stolen = {
      ...keyProof(batch.tree, world.operatorId, proof.validators),
      gindices: path.gindices,
      signatureHashes: [keccak256(path.keys[0]!.signature)],
      proof: path.proof,
    };
    const depositor = protocol.BeaconDepositor.connect(world.accounts.keeper);
    await expectRevert(
      depositor.proveAndTopUp(proof, stolen, [31n * GWEI]),
      protocol.ValidatorRegistry,
      "KeysNotCommitted",
    );

    await proveBatch(world, batch, [2]);
    expect(await statesOf(world, batch)).to.deep.equal([PREDEPOSITED, PREDEPOSITED, PROVEN]);
    expect(await depositedWei(world)).to.equal((3n + 31n) * ETHER);
    await world.devnet.restore(id);
  });

  it("checked signatures: a bad one is refused and moves no ether, good ones become active", async () => {
    const id = await world.devnet.snapshot();
    const { accounts, devnet, protocol, provider } = world;
    const { StakedEther: ledger, BeaconDepositor: depositor } = protocol;
    expect(await depositor.isChecked(world.operatorId), "nobody knows the operator").to.equal(true);
    const keys = operatorKeys(world, 20, 3);
    const overAnotherAmount = signDeposit(
      keys[1]!.secretKey,
      { withdrawalCredentials: world.credentials, amountGwei: 32n * GWEI },
      world.forkVersion,
    );
    const batch = await commitBatch(world, keys, (key, index) => (index === 1 ? overAnotherAmount : key));
    const before = await standing();

    const bad = batch.tree.keys[1]!.pubkey;
    await expectRevert(predepositBatch(world, batch), depositor, "SignatureInvalid", [bad]);
    await expectRevert(predepositBatch(world, batch, [1]), depositor, "SignatureInvalid", [bad]);
    // past the check there is no way
    const { gindices, keys: shown, proof } = batch.tree.multiProof([1]);
    const [{ pubkey, signature }] = shown as [CommittedKey];
    await expectRevert(
      depositor
        .connect(accounts.keeper)
        .predeposit(world.operatorId, batch.tree.root, gindices, pubkey, signature, proof),
      depositor,
      "SignaturesUnchecked",
      [world.operatorId],
    );
    expect(await standing()).to.deep.equal(before);

    await predepositBatch(world, batch, [0, 2]);
    const known = () => [0, 2].map((i) => validatorIndices(world, batch)[i]);
    await devnet.tickUntil(() => known().every((index) => index !== undefined));
    await devnet.tickBlocks(2);
    await proveBatch(world, batch, [0, 2]);
    expect(await statesOf(world, batch)).to.deep.equal([PROVEN, COMMITTED, PROVEN]);
    await untilActive(world, known() as number[]);
    expect((await reportNext(world)).change, "rewards, and no loss").to.be.greaterThanOrEqual(0n);
    await devnet.restore(id);

    async function standing() {
      return {
        buffer: await ledger.buffer(),
        deposited: await depositedWei(world),
        contract: await provider.getBalance(await ledger.depositContract()),
        states: await statesOf(world, batch),
      };
    }
  });

  it("front-run credentials: each costs 1 ETH and never more", async () => {
    const { accounts, protocol } = world;
    const thief = await accounts.bob.getAddress();
    const theirs = [concat(["0x01", zeroPadValue(thief, 31)]), compoundingCredentials(thief)];
    const batch = await commitBatch(world, operatorKeys(world, 10, 3));
    // the holder of the key itself is ahead of the pool, with credentials of its own
    for (const [i, withdrawalCredentials] of theirs.entries()) {
      const { secretKey } = batch.keys[i]!;
      const deposit = signDeposit(secretKey, { withdrawalCredentials, ...ONE }, world.forkVersion);
      await depositDirectly(world, accounts.bob, deposit);
      world.lost.add(batch.tree.keys[i]!.pubkey);
    }
    // somebody without the key tries the same and can not sign
    const unsigned = {
      ...signDeposit(
        batch.keys[2]!.secretKey,
        { withdrawalCredentials: theirs[1]!, ...ONE },
        world.forkVersion,
      ),
      signature: batch.tree.keys[0]!.signature,
    };
    expect(verifyDeposit(unsigned, world.forkVersion)).to.equal(false);
    await depositDirectly(world, accounts.bob, unsigned);
    await predepositBatch(world, batch);

    // while all are pending nobody can tell whose the keys will be
    const indices = await untilKnown(world, batch);
    const { change } = await reportNext(world);
    expect(change).to.equal(-2n * ETHER);
    for (const [i, credentials] of theirs.entries()) {
      await expectRevert(proveBatch(world, batch, [i]), protocol.BeaconDepositor, "WrongCredentials", [
        BigInt(indices[i]!),
        credentials,
        world.credentials,
      ]);
    }
    await proveBatch(world, batch, [2]);
    expect(await statesOf(world, batch)).to.deep.equal([PREDEPOSITED, PREDEPOSITED, PROVEN]);
    expect(await depositedWei(world)).to.equal((3n + 31n) * ETHER);
    expect((await reportNext(world)).change, "the loss is booked once").to.equal(0n);

    // a proof of the good validator does not open the door for the others
    await world.devnet.tickBlocks(2);
    const proof = await proveValidators(
      world.beacon,
      batch.keys.map(({ pubkey }) => pubkey),
    );
    const depositor = protocol.BeaconDepositor.connect(accounts.keeper);
    const lied = {
      ...proof,
      validators: proof.validators.map((v) => ({ ...v, withdrawalCredentials: world.credentials })),
    };
    const amounts = proof.indices.map(() => 31n * GWEI);
    await expectRevert(depositor.topUp(lied, amounts), protocol.BeaconDepositor, "ProofInvalid");
  });

  it("another depositor, another prefix: members count what is pending and active under both", async () => {
    const { accounts, beacon, devnet, protocol, provider } = world;
    const blockBefore = await provider.getBlockNumber();
    const first = protocol.BeaconDepositor;
    const successor = await new BeaconDepositor__factory(accounts.keeper).deploy(
      protocol.Authority,
      protocol.StakedEther,
      protocol.ValidatorRegistry,
      protocol.OperatorRegistry,
      protocol.WithdrawalQueue,
      protocol.BondVault,
      protocol.StakeAllocator,
      {
        genesisForkVersion: world.forkVersion,
        checksCurated: true,
        checksOthers: true,
        credentialsPrefix: "0x03",
      },
    );
    const authority = protocol.Authority.connect(accounts.admin);
    await mined(authority.grantRole(roleId("DEPOSITOR"), successor));
    await mined(authority.revokeRole(roleId("DEPOSITOR"), first));
    // who holds the role for a time without being a depositor has none
    await mined(authority.grantRole(roleId("DEPOSITOR"), accounts.bob));
    await mined(authority.grantRole(roleId("DEPOSITOR"), protocol.Authority));
    const moved = await successor.withdrawalCredentials();
    expect(moved).to.equal(concat(["0x03", dataSlice(world.credentials, 1)]));
    expect(await ourCredentials(protocol, provider, blockBefore), "as of then").to.deep.equal([
      world.credentials,
    ]);
    const both = await ourCredentials(protocol, provider, await provider.getBlockNumber());
    expect(both).to.have.members([world.credentials, moved]);
    await mined(authority.revokeRole(roleId("DEPOSITOR"), successor));
    expect(
      await ourCredentials(protocol, provider, await provider.getBlockNumber()),
      "for ever",
    ).to.have.members(both);

    const [known, fresh] = operatorKeys(world, 20, 2);
    const pubkeys = [known!.pubkey, fresh!.pubkey];
    for (const [key, withdrawalCredentials] of [
      [known!, world.credentials],
      [fresh!, moved],
    ] as const) {
      const deposit = signDeposit(key.secretKey, { withdrawalCredentials, ...ONE }, world.forkVersion);
      await depositDirectly(world, accounts.bob, deposit);
    }
    const counted = async (credentials: readonly string[]) => {
      const figures = await beaconFigures({
        beacon,
        stateId: "head",
        pubkeys,
        credentials,
        genesisForkVersion: world.forkVersion,
        epoch: devnet.epoch,
      });
      return [figures.beaconBalanceGwei, figures.appeared];
    };
    expect(await counted(both), "pending").to.deep.equal([2n * GWEI, 0n]);
    expect(await counted([world.credentials]), "the first prefix alone").to.deep.equal([GWEI, 0n]);
    await devnet.tickUntil(async () => (await beacon.validators("head", pubkeys)).length === 2);
    expect(await counted(both), "validators").to.deep.equal([2n * GWEI, 2n]);
    expect(await counted([world.credentials]), "the first prefix alone").to.deep.equal([GWEI, 1n]);
  });
});
