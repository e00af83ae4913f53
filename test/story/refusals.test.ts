import { expect } from "chai";
import type { Contract, ContractTransactionResponse } from "ethers";
import { DEPOSIT_CONTRACT_ADDRESS } from "../../scripts/devnet/config.ts";
import {
  COMMITTED,
  commitBatch,
  operatorKeys,
  predepositBatch,
  PREDEPOSITED,
  statesOf,
} from "./support/keys.ts";
import { deployDouble } from "./support/doubles.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { cooldown, request, stake } from "./support/stake.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

/// The deposit contract's counter, and where it is full.
const DEPOSIT_COUNT_SLOT = "0x20";
const FULL = 2n ** 32n - 1n;

const call = (contract: Contract, name: string, ...args: unknown[]) =>
  contract.getFunction(name)(...args) as Promise<ContractTransactionResponse>;

describe("story: claimers that refuse or re-enter", () => {
  let world: World;
  let refusing: Contract;
  let reentering: Contract;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 100n * ETHER);
    refusing = await deployDouble(world, "RefusingClaimer__Mock");
    reentering = await deployDouble(world, "ReenteringClaimer__Mock");
    await request(world, "alice", 3n * ETHER, await refusing.getAddress());
    await request(world, "alice", 5n * ETHER, await reentering.getAddress());
    await request(world, "alice", 7n * ETHER, await reentering.getAddress());
    await cooldown(world, await request(world, "alice", 11n * ETHER));
    // contracts that take no ether do not hold up a report
    await reportNext(world);
  });
  after(() => world.close());

  it("who refuses ether keeps the ticket, and may name another recipient", async () => {
    const { protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const owner = await refusing.getAddress();
    const claim = queue.interface.encodeFunctionData("claim", [1n]);
    await expectRevert(call(refusing, "execute", queue, claim), queue, "EtherRefused", [owner]);
    expect(await queue.ownerOf(1n)).to.equal(owner);
    expect(await queue.claimable(1n)).to.equal(3n * ETHER);
    await expectRevert(queue.connect(world.accounts.bob).claim(1n), queue, "NotTicketOwner");

    const recipient = "0x00000000000000000000000000000000000abcde";
    const hint = await queue.findCheckpoint(1n);
    const elsewhere = queue.interface.encodeFunctionData("claimTo", [1n, recipient, hint]);
    await mined(call(refusing, "execute", queue, elsewhere));
    expect(await provider.getBalance(recipient)).to.equal(3n * ETHER);
    expect(await queue.claimable(1n)).to.equal(0n);
    await expectRevert(call(refusing, "execute", queue, elsewhere), queue, "TicketClaimed", [1n]);
  });

  it("who re-enters is paid once for each ticket", async () => {
    const { protocol, provider } = world;
    const queue = protocol.WithdrawalQueue;
    const encode = (id: bigint) => queue.interface.encodeFunctionData("claim", [id]);
    const held = await provider.getBalance(queue);
    const alice = await provider.getBalance(world.accounts.alice);
    // while being paid for the second ticket: the same again, that of another, who is paid, its own third one
    await mined(call(reentering, "claim", queue, encode(2n), [encode(2n), encode(4n), encode(3n)]));
    const outcomes = await Promise.all(
      [0, 1, 2].map((index) => reentering.getFunction("outcomes")(index) as Promise<boolean>),
    );
    expect(outcomes).to.deep.equal([false, true, true]);
    expect(await provider.getBalance(reentering)).to.equal((5n + 7n) * ETHER);
    expect(await provider.getBalance(queue)).to.equal(held - (5n + 7n + 11n) * ETHER);
    expect((await provider.getBalance(world.accounts.alice)) - alice).to.equal(11n * ETHER);
  });
});

describe("story: the deposit contract is full", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 100n * ETHER);
  });
  after(() => world.close());

  it("a predeposit fails as a whole: keys stay committed, ether stays, everything else goes on", async () => {
    const { protocol, provider } = world;
    const ledger = protocol.StakedEther;
    const batch = await commitBatch(world, operatorKeys(world, 0, 2));
    const count = await provider.getStorage(DEPOSIT_CONTRACT_ADDRESS, DEPOSIT_COUNT_SLOT);
    const setCount = (word: string) =>
      provider.send("hardhat_setStorageAt", [DEPOSIT_CONTRACT_ADDRESS, DEPOSIT_COUNT_SLOT, word]);
    await setCount(`0x${FULL.toString(16).padStart(64, "0")}`);
    const buffer = await ledger.buffer();

    const error = await predepositBatch(world, batch).catch((reason: unknown) => reason);
    expect((error as Error).message).to.contain("merkle tree full");
    expect(await statesOf(world, batch)).to.deep.equal([COMMITTED, COMMITTED]);
    expect(await ledger.buffer()).to.equal(buffer);
    expect((await ledger.booksAt(1_000)).depositedGwei).to.equal(0n);
    expect((await protocol.ValidatorRegistry.stakeOf(world.operatorId)).eth).to.equal(0n);

    await stake(world, "bob", ETHER);
    const ticket = await request(world, "bob", ETHER);
    await cooldown(world, ticket);
    const { change, finalized } = await reportNext(world);
    expect(change).to.equal(0n);
    expect(finalized.amount).to.equal(ETHER);

    await setCount(count);
    await predepositBatch(world, batch);
    expect(await statesOf(world, batch)).to.deep.equal([PREDEPOSITED, PREDEPOSITED]);
    expect((await reportNext(world)).change).to.equal(0n);
  });
});
