import "../../scripts/devnet/preset.ts";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { AbiCoder, HDNodeWallet, JsonRpcSigner, keccak256, toBeHex, Wallet } from "ethers";
import { allow } from "../../scripts/actions/allow.ts";
import { reportFrame } from "../../scripts/actions/reportFrame.ts";
import { requestWithdrawal } from "../../scripts/actions/requestWithdrawal.ts";
import type { KeeperClock } from "../../scripts/keepers/clock.ts";
import { LOCAL_MNEMONIC } from "../../scripts/lib/localAccounts.ts";
import { receiptOf } from "../../scripts/lib/receipts.ts";
import { Journal } from "../../scripts/lib/tx/journal.ts";
import { WEI_PER_ETHER } from "../../scripts/lib/units.ts";
import { BookedReports } from "../../scripts/soak/bookedReports.ts";
import { Books } from "../../scripts/soak/books.ts";
import type { Breach } from "../../scripts/soak/breach.ts";
import { Journals } from "../../scripts/soak/journals.ts";
import { checkLiveness } from "../../scripts/soak/liveness.ts";
import { RecordedCycles } from "../../scripts/soak/recordedCycles.ts";
import { Turns } from "../../scripts/soak/turns.ts";
import { FIRST_KEEPER_ACCOUNT, openWorld, type SoakWorld } from "../../scripts/soak/world.ts";

/** Where Solady keeps a ticket: owner, shares up to and with it, and when it is ready, from the low bits up. */
const TICKETS = BigInt(keccak256(`0x${"00".repeat(28)}7d882553`));
const READY_AT = 224n;
const BONDED_BITS = 104n;

const rules = (breaches: readonly Breach[]) => breaches.map(({ rule }) => rule);

/** Whose players cannot sleep: a keeper ends after its first round. */
class SleeplessTurns extends Turns {
  onLeave: () => void = () => undefined;

  override join(): KeeperClock {
    return { ...super.join(), sleep: () => Promise.reject(new Error("the clock stands still")) };
  }

  override leave(): void {
    this.onLeave();
  }
}

/** The world of the soak, whose keepers do not run. */
describe("soak: what is checked", () => {
  let folder: string;
  let world: SoakWorld;
  let start: string;
  let turns: SleeplessTurns;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-soak-test-"));
    world = await openWorld({ folder, record: true }, ({ devnet }) => {
      return (turns = new SleeplessTurns(() => devnet.chain.timeAtSlot(devnet.slot) * 1_000));
    });
    for (const { journalPath } of world.members) {
      mkdirSync(dirname(journalPath), { recursive: true });
      Journal.open(journalPath).close();
    }
    world.network.devnet.autoTick = true;
  });
  after(async () => {
    for (const member of world.members) await member.close();
    await world.network.close();
    rmSync(folder, { recursive: true });
  });
  beforeEach(async () => {
    start = await world.network.devnet.snapshot();
  });
  afterEach(() => world.network.devnet.restore(start));

  /** What signs as a contract. */
  async function as(contract: { getAddress(): Promise<string> }): Promise<JsonRpcSigner> {
    const { provider } = world.network;
    const address = await contract.getAddress();
    await provider.send("hardhat_impersonateAccount", [address]);
    await provider.send("hardhat_setBalance", [
      address,
      toBeHex((await provider.getBalance(address)) + WEI_PER_ETHER),
    ]);
    return new JsonRpcSigner(provider, address);
  }

  async function request(): Promise<bigint> {
    const { protocol, accounts } = world.network;
    const amountWei = WEI_PER_ETHER;
    await allow(protocol, accounts.alice, { spender: protocol.WithdrawalQueue, amountWei });
    return (await requestWithdrawal(protocol, accounts.alice, { amountWei })).ticketId;
  }

  /** Changes what the chain has in a slot. */
  async function overwrite(
    contract: { getAddress(): Promise<string> },
    slot: bigint,
    change: (word: bigint) => bigint,
  ): Promise<void> {
    const { provider } = world.network;
    const address = await contract.getAddress();
    const word = change(BigInt(await provider.getStorage(address, slot)));
    await provider.send("hardhat_setStorageAt", [address, toBeHex(slot), toBeHex(word, 32)]);
  }

  it("finds nothing wrong with an honest world", async () => {
    const { provider } = world.network;
    expect(await new Books(world).check()).to.deep.equal([]);
    expect(await new Journals(world, await provider.getBlockNumber()).check()).to.deep.equal([]);
  });

  it("finds a wei that is missing, and shares that nobody is known to have", async () => {
    const { provider, protocol, accounts } = world.network;
    const stranger = Wallet.createRandom().address;
    await receiptOf(protocol.StakedEther.connect(accounts.alice).transferShares(stranger, 1_000_000n));
    expect(rules(await new Books(world).check())).to.deep.equal(["TOK-1: units of all holders"]);
    const ledger = await protocol.StakedEther.getAddress();
    const held = await provider.getBalance(ledger);
    await provider.send("hardhat_setBalance", [ledger, `0x${(held - 1n).toString(16)}`]);
    expect(rules(await new Books(world).check())).to.include("POOL-1: pooled ether and what has not dripped");
  });

  it("holds a report against what was so at its boundary", async () => {
    const { network } = world;
    const { protocol, beacon, provider, members, accounts, devnet } = network;
    const reports = await BookedReports.open(world);
    const skewed = await BookedReports.open({ ...world, depositsBeforeWei: world.depositsBeforeWei - 1n });
    const tips = WEI_PER_ETHER / 1_000n;
    await provider.send("hardhat_setBalance", [await protocol.RewardsVault.getAddress(), toBeHex(tips)]);
    const burnt = WEI_PER_ETHER + 1n;
    await receiptOf(protocol.StakedEther.connect(await as(protocol.BondVault)).burnShares(burnt));
    expect(await reports.check(), "what does not fit the drip").to.deep.equal([]);
    const refSlot = Number((await protocol.ReportOracle.currentFrame()).refSlot);
    await reportFrame(protocol, accounts.keeper, {
      members: members.map((member) => ({ ...member, sources: { protocol, beacon, provider } })),
      refSlot: refSlot + 32,
      until: async (condition) => void (await devnet.tickUntil(condition)),
    });
    expect(await reports.check()).to.deep.equal([]);
    expect(await reports.check(), "once each").to.deep.equal([]);
    const frame = refSlot / 32 + 1;
    expect(rules(await skewed.check())).to.deep.equal([`the report of frame ${frame}: its change`]);
  });

  it("finds what a keeper sent without its journal", async () => {
    const { provider, devnet } = world.network;
    const journals = new Journals(world, await provider.getBlockNumber());
    const path = `m/44'/60'/0'/0/${FIRST_KEEPER_ACCOUNT + 1}`;
    const wallet = HDNodeWallet.fromPhrase(LOCAL_MNEMONIC, "", path);
    expect(wallet.address).to.equal(world.keeperAccounts[1]);
    await receiptOf(wallet.connect(provider).sendTransaction({ to: wallet.address }));
    await devnet.tickBlocks(1);
    const [breach, ...others] = await journals.check();
    expect(others).to.deep.equal([]);
    expect(breach!.text).to.match(/^keeper 1: nonce 0: 0x[0-9a-f]{64} is not in the journal$/);
  });

  it("misses reports that do not come", async () => {
    const { protocol, devnet } = world.network;
    const frame = Number((await protocol.StakedEther.lastReportFrame()) + 3n);
    const until = async (slot: number) => devnet.tickUntil(() => devnet.chain.head.slot >= slot);
    await until(frame * 32);
    expect(rules(await checkLiveness(world, 0n))).to.deep.equal([]);
    await until((frame + 1) * 32);
    expect(await checkLiveness(world, BigInt(frame))).to.deep.equal([]);
    expect(rules(await checkLiveness(world, 1n))).to.deep.equal(["a report for every frame"]);
  });

  it("finds tickets that the queue cannot pay, and one that is paid before an earlier one", async () => {
    const { provider, protocol, accounts } = world.network;
    const { WithdrawalQueue: queue, StakedEther: ledger, ReportOracle: oracle } = protocol;
    const [first, second, third] = [await request(), await request(), await request()];
    const { readyAt } = await queue.ticket(second);
    await receiptOf(queue.connect(await as(oracle)).finalize(second, readyAt));
    expect(await new Books(world).check()).to.deep.equal([]);

    const owed = (await queue.claimable(first)) + (await queue.claimable(second));
    await provider.send("hardhat_setBalance", [await queue.getAddress(), toBeHex(owed - 1n)]);
    const [poor, ...others] = await new Books(world).check();
    expect(others).to.deep.equal([]);
    expect(poor!.text).to.equal(`the queue has ${owed - 1n} wei for claims of ${owed}`);

    const { shares } = await queue.ticket(third);
    await receiptOf(ledger.connect(await as(queue)).transferShares(accounts.alice, shares / 2n));
    const [robbed, ...more] = await new Books(world).check();
    expect(more).to.deep.equal([]);
    expect(robbed!.text).to.match(/^the queue has \d+ shares for tickets of \d+$/);

    // no storage says so: the places of tickets only rise
    const ticket = async (id: bigint) => {
      const { shares: all, readyAt: ready, claimed } = await queue.ticket(id);
      return { shares: all, readyAt: ready, claimed, finalized: id === second };
    };
    const lying = new Proxy(queue, {
      get: (target, name) => (name === "ticket" ? ticket : (Reflect.get(target, name, target) as unknown)),
    });
    const network = { ...world.network, protocol: { ...protocol, WithdrawalQueue: lying } };
    const found = await new Books({ ...world, network }).check();
    expect(found).to.deep.include({ rule: "QUE-2", text: `ticket ${second} before an earlier one` });
  });

  it("takes a ticket that is finalised in part for what it is", async () => {
    const { provider, protocol } = world.network;
    const { WithdrawalQueue: queue, StakedEther: ledger, ReportOracle: oracle } = protocol;
    const [id, next] = [await request(), await request()];
    const { readyAt, shares } = await queue.ticket(next);
    // there is ether for half of it
    await provider.send("hardhat_setBalance", [await ledger.getAddress(), toBeHex(shares / 2n)]);
    await receiptOf(queue.connect(await as(oracle)).finalize(next, readyAt));
    expect((await queue.ticket(id)).finalized).to.equal(false);
    expect((await queue.totals()).finalized).to.be.greaterThan((await queue.placeOf(id)).from);
    const ofTheQueue = async (of: SoakWorld) => {
      const found = await new Books(of).check();
      return found.filter(({ rule }) => rule.startsWith("QUE"));
    };
    expect(await ofTheQueue(world)).to.deep.equal([]);
    const forgetful = new Proxy(queue, {
      get: (target, name) =>
        name === "placeOf"
          ? async (of: bigint, at: object) => ({ from: (await target.placeOf(of, at)).from + 1n })
          : (Reflect.get(target, name, target) as unknown),
    });
    const network = { ...world.network, protocol: { ...protocol, WithdrawalQueue: forgetful } };
    expect(rules(await ofTheQueue({ ...world, network }))).to.deep.equal(["QUE-1: shares of tickets"]);
  });

  it("misses tickets that nobody finalises, unless that is held", async () => {
    const { protocol } = world.network;
    const { WithdrawalQueue: queue } = protocol;
    const id = await request();
    expect(await checkLiveness(world, 0n)).to.deep.equal([]);
    const ownerAndPlace = (1n << READY_AT) - 1n;
    await overwrite(queue, TICKETS + 2n * id, (word) => (1n << READY_AT) | (word & ownerAndPlace));
    expect((await queue.ticket(id)).readyAt).to.equal(1n);
    expect(rules(await checkLiveness(world, 0n))).to.deep.equal(["tickets are finalised"]);
    await receiptOf(queue.connect(await as(protocol.SlashingOracle)).hold());
    expect(await checkLiveness(world, 0n)).to.deep.equal([]);
  });

  it("finds bonds that are locked beyond what they are, or not there, and one that was burnt", async () => {
    const { protocol, accounts } = world.network;
    const {
      BondVault: vault,
      StakedEther: ledger,
      CommitteeBonds: bonds,
      OracleCommittee: committee,
    } = protocol;
    const { shares } = await vault.bondOf(1n);
    const bonded = (1n << BONDED_BITS) - 1n;
    await overwrite(vault, await bondSlot(1n, shares), (word) => {
      return (word & ~(bonded << BONDED_BITS)) | ((shares + 1n) << BONDED_BITS);
    });
    expect(await new Books(world).check()).to.deep.equal([
      { rule: "BND-1", text: `operator 1: ${shares + 1n} of ${shares} locked` },
    ]);
    await world.network.devnet.restore(start);
    start = await world.network.devnet.snapshot();

    await receiptOf(ledger.connect(await as(vault)).transferShares(accounts.alice, 1n));
    const [missing, ...others] = await new Books(world).check();
    expect(others).to.deep.equal([]);
    expect(missing!.text).to.match(/^the vault has \d+ shares for bonds of \d+$/);
    await world.network.devnet.restore(start);
    start = await world.network.devnet.snapshot();

    const prover = await accounts.alice.getAddress();
    await receiptOf(bonds.connect(await as(committee)).forfeit(2n, prover));
    expect(await new Books(world).check()).to.deep.equal([
      { rule: "ORA-3", text: "the bond of member 2 was burnt" },
    ]);
  });

  /** Where the vault keeps an operator's bond: the mapping is wherever these shares are in the low bits. */
  async function bondSlot(operatorId: bigint, shares: bigint): Promise<bigint> {
    const { provider, protocol } = world.network;
    for (let mapping = 0n; mapping < 40n; mapping++) {
      const key = AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [operatorId, mapping]);
      const word = BigInt(await provider.getStorage(protocol.BondVault, keccak256(key)));
      if ((word & ((1n << BONDED_BITS) - 1n)) === shares) return BigInt(keccak256(key));
    }
    throw new Error("the bonds are nowhere");
  }

  it("finds a keeper that ended, and a cycle of its that does not play again, or is gone", async () => {
    const member = world.members.at(-1)!;
    const left = new Promise<void>((resolve) => (turns.onLeave = resolve));
    await member.start();
    await left;
    expect(await checkLiveness(world, 0n)).to.deep.equal([
      { rule: "keepers run on", text: `keeper ${member.index} ended: the clock stands still` },
    ]);
    await member.kill();

    const recorded = new RecordedCycles([member]);
    expect(await recorded.check()).to.deep.equal([]);
    expect(recorded.count).to.equal(member.settings.jobs.length);
    expect(await recorded.check()).to.deep.equal([]);
    expect(recorded.count, "none twice").to.equal(member.settings.jobs.length);

    const cycles = join(member.folder, "cycles");
    const [first, second] = readdirSync(cycles).toSorted();
    const path = join(cycles, first!);
    const text = readFileSync(path, "utf8");
    expect(text).to.contain('"outcome":"');
    writeFileSync(path, text.replace('"outcome":"', '"outcome":"not '));
    rmSync(join(cycles, second!));
    const [changed, gone, ...others] = await new RecordedCycles([member]).check();
    expect(others).to.deep.equal([]);
    expect(changed!.rule).to.equal("recorded cycles play again");
    expect(changed!.text).to.contain(`keeper ${member.index}: ${path}: end.outcome: "not `);
    expect(gone!.text).to.equal(`keeper ${member.index}: none between 1 and 3 is left`);
  });
});
