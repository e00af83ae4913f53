import { expect } from "chai";
import { readFileSync } from "node:fs";
import { planUpkeep, UpkeepJob, type UpkeepStep } from "../../../scripts/keepers/jobs/upkeep.ts";
import { UPKEEPS } from "../../../scripts/keepers/jobs/upkeeps.ts";
import { KEEPER_JOBS } from "../../../scripts/keepers/settings.ts";
import { reportNext } from "../../story/support/reports.ts";
import { cooldown, request, stake } from "../../story/support/stake.ts";
import { ETHER, mined, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, look, race } from "./support.ts";

describe("keepers: plan of upkeep", () => {
  it("does what is needed in its order, then has itself paid, and not too much at once", () => {
    expect(planUpkeep({ needed: [], unpaidFrames: [] })).to.equal(undefined);
    const needed = [
      { name: "Collect", data: "0x01" },
      { name: "Prolong", data: "0x02" },
    ] as const;
    expect(planUpkeep({ needed: [...needed], unpaidFrames: [7n] })).to.deep.equal([
      { step: "perform", name: "Collect", data: "0x01" },
      { step: "perform", name: "Prolong", data: "0x02" },
      { step: "paySubmitter", frame: 7n },
    ]);
    const many = Array.from({ length: 30 }, () => needed[0]);
    expect(planUpkeep({ needed: many, unpaidFrames: [] })).to.have.length(16);
  });

  it("knows each job of the adapter, by its number", () => {
    const source = readFileSync("contracts/interfaces/IUpkeepAdapter.sol", "utf8");
    const [, body = ""] = /enum Job \{([^}]*)\}/.exec(source) ?? [];
    const names = body.split(",").map((name) => name.trim());
    const known = [...UPKEEPS].sort((a, b) => a.number - b.number);
    expect(known.map(({ name, number }) => [name, number])).to.deep.equal(
      names.map((name, number) => [name, number]),
    );
  });
});

describe("keepers: the upkeep job", () => {
  let world: World;
  const others = KEEPER_JOBS.filter((job) => job !== "upkeep");
  const jobOf = (beside: readonly string[]) => new UpkeepJob(world, world.accounts.keeper, beside);
  const planned = async (beside: readonly string[]) =>
    ((await look(world, jobOf(beside))).plan as UpkeepStep[] | undefined)?.map((step) =>
      step.step === "perform" ? step.name : step.step,
    );

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 100n * ETHER);
    await reportNext(world);
  });
  after(() => world.close());

  it("leaves to other jobs of its keeper what they do, and does the rest where they do not run", async () => {
    const { accounts, devnet, protocol } = world;
    await devnet.tickSlots(40);
    expect(await planned(others)).to.equal(undefined);
    expect(await planned([])).to.include("Observe");
    expect((await planned(["govern"])) ?? []).to.not.include("Observe");
    // a report names a ticket while finalisations are shut: it is paid for by whoever finalises it then
    await protocol.StakedEther.connect(accounts.alice).transfer(protocol.KeeperBudget, 2n * ETHER);
    const ticket = await request(world, "alice", 30n * ETHER);
    await cooldown(world, ticket);
    await mined(protocol.EmergencyBrake.connect(accounts.guardian).pull(1));
    await reportNext(world);
    await mined(protocol.WithdrawalQueue.connect(accounts.admin).resume());
    expect(await planned(others)).to.equal(undefined);
    expect(await planned([])).to.include("Finalize");
    const held = await protocol.StakedEther.sharesOf(accounts.keeper);
    await devnet.tickSlots(8);
    await world.provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x1dcd65000"]);
    expect((await keeperOf(world, jobOf([])).round()).text).to.contain("Finalize: 0x");
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
    const paid = (await protocol.StakedEther.sharesOf(accounts.keeper)) - held;
    expect(paid, "to who sent it").to.be.greaterThan(0n);
  });

  it("brings parts of fees where they belong, and has itself paid for reports, once of two keepers", async () => {
    const { accounts, protocol } = world;
    const alice = protocol.StakedEther.connect(accounts.alice);
    await mined(alice.transfer(protocol.RewardDistributor, 20n * ETHER));
    // whose report the keeper submits, while its pay is due
    await world.provider.send("hardhat_setNextBlockBaseFeePerGas", ["0x1dcd65000"]);
    await reportNext(world);
    expect(await planned(others)).to.deep.equal(["PullKeepers", "PullReserve", "paySubmitter"]);
    const results = await race(world, jobOf(others), new UpkeepJob(world, accounts.carol, others));
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(["acted", "idle"]);
    const { keepers, reserve } = await protocol.RewardDistributor.owed();
    expect([keepers, reserve]).to.deep.equal([0n, 0n]);
    const { submitter, payGwei } = await protocol.ReportOracle.submissionOf(
      await protocol.StakedEther.lastReportFrame(),
    );
    expect([submitter, payGwei]).to.deep.equal([await accounts.keeper.getAddress(), 0n]);
    expect(await planned(others)).to.equal(undefined);
  });
});
