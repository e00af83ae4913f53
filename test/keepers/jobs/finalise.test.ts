import { expect } from "chai";
import { FinaliseJob } from "../../../scripts/keepers/jobs/finalise.ts";
import { Runner } from "../../../scripts/keepers/runner.ts";
import { race } from "./support.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import { reportNext } from "../../story/support/reports.ts";
import { cooldown, request, stake } from "../../story/support/stake.ts";
import { mined, ETHER, startWorld, type World } from "../../story/support/world.ts";

describe("keepers: the finalise job", () => {
  let world: World;

  before(async () => {
    world = await startWorld();
    await stake(world, "alice", 40n * ETHER);
  });
  after(() => world.close());

  it("plans what is paid for, and nothing that would revert", () => {
    const job = new FinaliseJob({} as never);
    const deadline = { from: 0, until: 1 };
    const observed = { amountWei: 10n, paidFromWei: 10n, deadline };
    expect(job.plan(observed)).to.equal(observed);
    expect(job.plan({ ...observed, amountWei: 9n })).to.equal(undefined);
    expect(job.plan({ amountWei: 0n, paidFromWei: 0n, deadline })).to.equal(undefined);
  });

  it("finalises as soon as it may what a report named, once", async () => {
    const { accounts, devnet, protocol } = world;
    const job = new FinaliseJob({ protocol, sender: accounts.keeper });
    const runner = new Runner({
      jobs: [job],
      log: createLogger({ level: "silent" }),
      now: () => devnet.chain.timeAtSlot(devnet.slot),
      sleep: async () => undefined,
      pollSeconds: 1,
    });
    const round = async () => (await runner.round())[0]!.outcome;
    const ticket = await request(world, "alice", 30n * ETHER);
    await cooldown(world, ticket);
    // a report names the ticket while finalisations are shut
    await mined(protocol.EmergencyBrake.connect(accounts.guardian).pull(1));
    await reportNext(world);
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(false);
    expect(await round(), "shut").to.equal("idle");
    await mined(protocol.WithdrawalQueue.connect(accounts.admin).resume());
    const raced = await race(world, job, new FinaliseJob({ protocol, sender: accounts.bob }));
    expect(
      raced.map(({ outcome }) => outcome),
      "who is refused in the block needs nobody",
    ).to.deep.equal(["acted", "retry"]);
    expect((await protocol.WithdrawalQueue.ticket(ticket)).finalized).to.equal(true);
    expect(await round(), "nothing left").to.equal("idle");
    await mined(protocol.WithdrawalQueue.connect(accounts.alice).claim(ticket));
  });
});
