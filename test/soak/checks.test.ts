import "../../scripts/devnet/preset.ts";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect } from "chai";
import { HDNodeWallet, Wallet } from "ethers";
import { reportFrame } from "../../scripts/actions/reportFrame.ts";
import { LOCAL_MNEMONIC } from "../../scripts/lib/localAccounts.ts";
import { receiptOf } from "../../scripts/lib/receipts.ts";
import { Journal } from "../../scripts/lib/tx/journal.ts";
import { BookedReports } from "../../scripts/soak/bookedReports.ts";
import { Books } from "../../scripts/soak/books.ts";
import type { Breach } from "../../scripts/soak/breach.ts";
import { Journals } from "../../scripts/soak/journals.ts";
import { checkLiveness } from "../../scripts/soak/liveness.ts";
import { Turns } from "../../scripts/soak/turns.ts";
import { FIRST_KEEPER_ACCOUNT, openWorld, type SoakWorld } from "../../scripts/soak/world.ts";

const rules = (breaches: readonly Breach[]) => breaches.map(({ rule }) => rule);

/** The world of the soak, whose keepers do not run. */
describe("soak: what is checked", () => {
  let folder: string;
  let world: SoakWorld;
  let start: string;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "kedge-soak-test-"));
    world = await openWorld({ folder }, () => new Turns(() => 0));
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
    const refSlot = Number((await protocol.ReportOracle.currentFrame()).refSlot);
    await reportFrame(protocol, accounts.keeper, {
      members: members.map((member) => ({ ...member, sources: { protocol, beacon, provider } })),
      refSlot: refSlot + 32,
      until: async (condition) => void (await devnet.tickUntil(condition)),
    });
    expect(await reports.check()).to.deep.equal([]);
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
    expect(rules(await checkLiveness(world))).to.deep.equal([]);
    await until((frame + 1) * 32);
    expect(rules(await checkLiveness(world))).to.deep.equal(["a report for every frame"]);
  });
});
