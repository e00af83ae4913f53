import { expect } from "chai";
import type { ExitCall } from "../../scripts/actions/planExits.ts";
import { eventIn } from "../../scripts/lib/receipts.ts";
import { planned, trigger } from "./support/exits.ts";
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

  const areLeaving = () => indices.map((index) => world.devnet.chain.validator(index).exitEpoch !== Infinity);

  async function stand(standing: number): Promise<void> {
    const { OperatorRegistry } = world.protocol;
    const registry = OperatorRegistry.connect(world.accounts.admin);
    await mined(registry.setStanding(world.operatorId, standing, `0x${"00".repeat(32)}`));
  }

  it("anyone makes them exit by the keys that the operator published, without a proof or a deficit", async () => {
    const { protocol, devnet } = world;
    expect(await planned(world)).to.equal(undefined);
    await stand(JAILED);
    const keys = await planned(world);
    expect(keys).to.deep.include({ kind: "keys", validatorIndices: indices });
    call = keys!;

    await stand(GOOD);
    await expectRevert(trigger(world, call), protocol.ExitController, "OperatorInGoodStanding");
    await stand(JAILED);
    await trigger(world, call);
    await devnet.tickBlocks(1);
    expect(areLeaving()).to.deep.equal([true, true]);
    expect(await protocol.ExitController.coming()).to.equal(0n);
  });

  it("who asks again pays for nothing, and no plan does", async () => {
    expect(await planned(world)).to.equal(undefined);
    await trigger(world, call);
    expect(await planned(world)).to.equal(undefined);
  });

  it("what they bring counts for tickets once it is proven", async () => {
    const { protocol } = world;
    await reportNext(world);
    await request(world, "alice", 60n * ETHER);
    const kinds: string[] = [];
    for (let next = await planned(world); next !== undefined; next = await planned(world)) {
      kinds.push(next.kind);
      const receipt = await trigger(world, next);
      if (next.kind === "prove") eventIn(receipt, protocol.ExitController, "ComingProven");
      await world.devnet.tickBlocks(2);
    }
    // the last note says that the deficit is gone
    expect(kinds).to.deep.equal(["note", "prove", "note"]);
    expect(await protocol.ExitController.coming()).to.equal(32n * ETHER);
    expect(await protocol.ExitController.noted()).to.deep.equal([0n, 0n]);
  });
});
