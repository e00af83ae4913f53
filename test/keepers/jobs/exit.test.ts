import { expect } from "chai";
import { encodeBytes32String, ZeroHash } from "ethers";
import { ExitJob } from "../../../scripts/keepers/jobs/exit.ts";
import { roleId } from "../../../scripts/lib/roles.ts";
import {
  commitBatch,
  operatorKeys,
  predepositBatch,
  proveBatch,
  untilActive,
  untilKnown,
} from "../../story/support/keys.ts";
import { reportNext } from "../../story/support/reports.ts";
import { cooldown, request, stake } from "../../story/support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, look, race, rounds, type Keeper } from "./support.ts";

const RICH = 0;
const JAILED = 2;
const TRIGGER = encodeBytes32String("trigger");

describe("keepers: the exit job", () => {
  let world: World;
  let indices: number[];
  let keepers: Keeper[];
  let start: string;

  /** Three validators of 32 ETH, and one of 42; some 50 ETH are left. */
  before(async () => {
    world = await startWorld({ bondWei: 20n * ETHER });
    await stake(world, "alice", 150n * ETHER);
    await stake(world, "bob", 40n * ETHER);
    const batch = await commitBatch(world, operatorKeys(world, 0, 4));
    await predepositBatch(world, batch);
    indices = await untilKnown(world, batch);
    await proveBatch(world, batch, [RICH], 41n * GWEI);
    await proveBatch(world, batch, [1, 2, 3]);
    await untilActive(world, indices);
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await world.devnet.tickSlots(8 * (Number(committeePeriod) + 1));
    await reportNext(world);
    const { keeper, carol } = world.accounts;
    keepers = [keeper, carol].map((sender) => keeperOf(world, new ExitJob(world, sender)));
  });
  after(() => world.close());
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  const isLeaving = (index: number) => world.devnet.chain.validator(index).exitEpoch !== Infinity;
  const free = () => world.protocol.BeaconDepositor.freeBuffer();
  const asked = async () => {
    const { WithdrawalVault: vault } = world.protocol;
    return vault.queryFilter(vault.filters.WithdrawalsRequested());
  };

  async function fillBudget(): Promise<void> {
    const { accounts, protocol, provider } = world;
    await mined(protocol.StakedEther.connect(accounts.bob).transfer(protocol.KeeperBudget, 2n * ETHER));
    await provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x1dcd65000"]);
  }

  it("is idle while the pool has what tickets ask", async () => {
    await request(world, "alice", 10n * ETHER);
    expect(await rounds(world, keepers, { slots: 4 })).to.deep.equal([]);
  });

  it("asks once for what a ticket lacks, and rests while that is on its way", async () => {
    const { protocol } = world;
    const ticket = await request(world, "alice", (await free()) + 5n * ETHER);
    const served = await rounds(world, keepers, { until: async () => (await asked()).length > 0 });
    expect(served.map(({ outcome }) => outcome)).to.not.include("failed");
    const more = await rounds(world, keepers, { slots: 24 });
    expect(more.map(({ text }) => text).filter((text) => !text.startsWith("noted"))).to.deep.equal([]);
    expect(await asked()).to.have.length(1);

    await cooldown(world, ticket);
    await world.devnet.tickUntil(
      async () => (await world.provider.getBalance(protocol.WithdrawalVault)) > ETHER,
    );
    await reportNext(world);
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
  });

  it("makes as many exit as a large ticket needs, each once, and is paid for them", async () => {
    const { protocol } = world;
    await fillBudget();
    await request(world, "alice", (await free()) + 60n * ETHER);
    const acts = await rounds(world, keepers, {
      until: async () => indices.filter(isLeaving).length >= 2,
      slots: 160,
    });
    expect(acts.map(({ outcome }) => outcome)).to.not.include("failed");
    await rounds(world, keepers, { slots: 24 });
    const pubkeys = (await asked()).map(({ args }) => args.pubkeys);
    expect(new Set(pubkeys).size, "asked twice").to.equal(pubkeys.length);
    expect(indices.filter(isLeaving)).to.have.length(2);
    const paid = await protocol.KeeperBudget.queryFilter(protocol.KeeperBudget.filters.KeeperPaid());
    expect(paid.map(({ args }) => args.job)).to.include(TRIGGER);
  });

  it("makes validators of a stopped operator exit; a second keeper that saw the same asks for nothing", async () => {
    const { accounts, protocol } = world;
    const registry = protocol.OperatorRegistry.connect(accounts.admin);
    await mined(registry.setStanding(world.operatorId, JAILED, ZeroHash));
    const [first, second] = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(first!.outcome, first!.text).to.equal("acted");
    expect(second!.outcome, second!.text).to.equal("idle");
    expect(await asked()).to.have.length(1);
    await world.devnet.tickBlocks(1);
    expect(indices.map(isLeaving)).to.deep.equal([true, true, true, true]);
    expect((await look(world, keepers[1]!.job)).plan).to.equal(undefined);
  });

  it("a refusal that is not about who was faster needs a person", async () => {
    const { accounts, protocol } = world;
    const registry = protocol.OperatorRegistry.connect(accounts.admin);
    await mined(registry.setStanding(world.operatorId, JAILED, ZeroHash));
    const authority = protocol.Authority.connect(accounts.admin);
    await mined(authority.revokeRole(roleId("EXIT_REQUESTER"), protocol.ExitController));
    const { outcome, text } = await keepers[0]!.round();
    expect([outcome, text]).to.satisfy(([o, t]: string[]) => o === "failed" && t!.includes("Unauthorized"));
  });
});
