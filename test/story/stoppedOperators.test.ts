import { expect } from "chai";
import { observeExits } from "../../scripts/actions/observeExits.ts";
import { planExits, type ExitCall } from "../../scripts/actions/planExits.ts";
import { triggerExits } from "../../scripts/actions/triggerExits.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { runValidators } from "./support/keys.ts";
import { reportNext } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { request, stake } from "./support/stake.ts";
import { ETHER, mined, startWorld, type World } from "./support/world.ts";

const GOOD = 0;
const JAILED = 2;

describe("story: the validators of a jailed operator", () => {
  let world: World;
  let indices: number[];
  let call: ExitCall;

  before(async () => {
    world = await startWorld({ bondWei: 10n * ETHER });
    await stake(world, "alice", 100n * ETHER);
    ({ indices } = await runValidators(world, 0, 2));
    const { committeePeriod } = await world.protocol.ExitController.parameters();
    await world.devnet.tickSlots(8 * (Number(committeePeriod) + 1));
  });
  after(() => world.close());

  const plan = async () => planExits(await observeExits(world));
  const trigger = (planned: ExitCall) => triggerExits(world, world.accounts.carol, planned);
  const areLeaving = () => indices.map((index) => world.devnet.chain.validator(index).exitEpoch !== Infinity);

  async function stand(standing: number): Promise<void> {
    const { OperatorRegistry } = world.protocol;
    const registry = OperatorRegistry.connect(world.accounts.admin);
    await mined(registry.setStanding(world.operatorId, standing, `0x${"00".repeat(32)}`));
  }

  it("anyone makes them exit by the keys that the operator published, without a proof or a deficit", async () => {
    const { protocol, devnet } = world;
    expect(await plan()).to.equal(undefined);
    await stand(JAILED);
    const planned = await plan();
    expect(planned).to.deep.include({ kind: "keys", validatorIndices: indices });
    call = planned!;

    await stand(GOOD);
    await expectRevert(trigger(call), protocol.ExitController, "OperatorInGoodStanding");
    await stand(JAILED);
    await trigger(call);
    await devnet.tickBlocks(1);
    expect(areLeaving()).to.deep.equal([true, true]);
    expect(await protocol.ExitController.coming()).to.equal(0n);
  });

  it("who asks again pays for nothing, and no plan does", async () => {
    expect(await plan()).to.equal(undefined);
    await trigger(call);
    expect(await plan()).to.equal(undefined);
  });

  it("what they bring counts for tickets once it is proven", async () => {
    const { protocol } = world;
    await reportNext(world);
    await request(world, "alice", 60n * ETHER);
    const kinds: string[] = [];
    for (let planned = await plan(); planned !== undefined; planned = await plan()) {
      kinds.push(planned.kind);
      const receipt = await trigger(planned);
      if (planned.kind === "prove") eventIn(receipt, protocol.ExitController, "ComingProven");
      await world.devnet.tickBlocks(2);
    }
    // the last note says that the deficit is gone
    expect(kinds).to.deep.equal(["note", "prove", "note"]);
    expect(await protocol.ExitController.coming()).to.equal(32n * ETHER);
    expect(await protocol.ExitController.noted()).to.deep.equal([0n, 0n]);
  });
});
