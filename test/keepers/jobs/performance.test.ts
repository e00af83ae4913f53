import { expect } from "chai";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ZeroHash } from "ethers";
import { FiguresFolder } from "../../../scripts/keepers/jobs/figuresFile.ts";
import {
  figuresDeadline,
  PerformanceJob,
  planFigures,
  type FiguresSeen,
  type OperatorTold,
} from "../../../scripts/keepers/jobs/performance.ts";
import { SLOTS_PER_EPOCH } from "../../../scripts/devnet/config.ts";
import { bigintFromJson } from "../../../scripts/lib/json.ts";
import { figuresRoot, NO_DUTIES, type OperatorFigures } from "../../../scripts/lib/operatorFigures.ts";
import { runValidators } from "../../story/support/keys.ts";
import { reportNext } from "../../story/support/reports.ts";
import { stake } from "../../story/support/stake.ts";
import { ETHER, startWorld, type World } from "../../story/support/world.ts";
import { keeperOf, look, race, rounds, type Keeper } from "./support.ts";

const told = (
  figures: Partial<OperatorFigures> = {},
  known: Partial<Omit<OperatorTold, "figures">> = {},
): OperatorTold => ({
  figures: {
    operatorId: 1n,
    cumulativeShares: ETHER,
    frame: 14n,
    attestedBp: 9_900n,
    networkBp: 9_900n,
    withheldWei: 0n,
    ...figures,
  },
  pulledShares: ETHER,
  judgedFrame: 0n,
  accountedWei: 0n,
  freeShares: ETHER,
  ...known,
});
const SEEN: FiguresSeen = {
  time: 1_200,
  holds: [],
  refSlot: 448,
  operators: [],
  leewayBp: 1_000n,
  isPublished: true,
  stands: { from: 1_000, until: 1_384 },
};
const plan = (operators: OperatorTold[], change: Partial<FiguresSeen> = {}) =>
  planFigures({ ...SEEN, operators, ...change });

describe("keepers: plan of operators' figures", () => {
  it("does nothing before the first root, and nothing that is done", () => {
    expect(plan([], { refSlot: undefined, isPublished: false })).to.equal(undefined);
    expect(plan([told()])).to.equal(undefined);
    expect(plan([told()], { isPublished: false })).to.deep.equal([{ step: "publish", refSlot: 448 }]);
  });

  it("has bad frames judged, once each, and no others", () => {
    const judge = [{ step: "judge", operatorId: 1n }];
    expect(plan([told({ attestedBp: 8_899n })])).to.deep.equal(judge);
    expect(plan([told({ attestedBp: 8_900n })])).to.equal(undefined);
    expect(plan([told({ attestedBp: 0n }, { judgedFrame: 13n })])).to.deep.equal(judge);
    expect(plan([told({ attestedBp: 0n }, { judgedFrame: 14n })])).to.equal(undefined);
    expect(plan([told({ attestedBp: NO_DUTIES })]), "no validators").to.equal(undefined);
    expect(plan([told({ attestedBp: 0n, operatorId: 0n })]), "what was forfeited").to.equal(undefined);
  });

  it("has withheld rewards held as far as there is bond, and pulls what is worth it", () => {
    const lock = [{ step: "lock", operatorId: 1n }];
    expect(plan([told({ withheldWei: 2n }, { accountedWei: 1n })])).to.deep.equal(lock);
    expect(plan([told({ withheldWei: 2n }, { accountedWei: 2n })])).to.equal(undefined);
    expect(plan([told({ withheldWei: 2n }, { freeShares: 0n })])).to.equal(undefined);
    const pulled = (pulledShares: bigint) => plan([told({}, { pulledShares })]);
    expect(pulled(ETHER - ETHER / 100n)).to.deep.equal([{ step: "pull", operatorId: 1n }]);
    expect(pulled(ETHER - ETHER / 100n + 1n)).to.equal(undefined);
  });
});

describe("keepers: plan of bond that is held", () => {
  const holds = [2n, 1n].map((holdId) => ({ holdId, operatorId: 1n, burnableFrom: 1_200 }));
  const less = told({ withheldWei: 4n }, { accountedWei: 5n });

  it("frees the newest hold where a later root says less, and burns none of that operator meanwhile", () => {
    const contest = { step: "contest", holdId: 2n, operatorId: 1n };
    expect(plan([less], { holds })).to.deep.equal([contest]);
    expect(plan([less]), "all is burnt").to.equal(undefined);
    const other = { holdId: 3n, operatorId: 2n, burnableFrom: 0 };
    expect(plan([less], { holds: [other, ...holds] })).to.deep.equal([contest, { step: "burn", holdId: 3n }]);
  });

  it("burns what nobody contested in time", () => {
    const same = told({ withheldWei: 5n }, { accountedWei: 5n });
    const burns = [
      { step: "burn", holdId: 2n },
      { step: "burn", holdId: 1n },
    ];
    expect(plan([same], { holds, time: 1_199 })).to.equal(undefined);
    expect(plan([same], { holds })).to.deep.equal(burns);
  });

  it("is late when the root goes; what is in the next one too is not", () => {
    const { stands } = SEEN;
    expect(figuresDeadline({ step: "judge", operatorId: 1n }, SEEN)).to.equal(stands);
    expect(figuresDeadline({ step: "contest", operatorId: 1n, holdId: 1n }, SEEN)).to.equal(stands);
    expect(figuresDeadline({ step: "pull", operatorId: 1n }, SEEN)).to.equal(undefined);
  });
});

describe("keepers: the performance job", () => {
  let world: World;
  let own: number[];
  let folders: string[];
  let keepers: Keeper[];
  const TIP = (ETHER / 21_000n) * 21_000n;

  before(async () => {
    world = await startWorld({ bondWei: 30n * ETHER });
    await stake(world, "alice", 300n * ETHER);
    ({ indices: own } = await runValidators(world, 0, 3));
    world.devnet.setFeeRecipient(own, await world.protocol.RewardsVault.getAddress());
    folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), "figures-")));
    const { keeper, carol } = world.accounts;
    keepers = [keeper, carol].map((sender, i) =>
      keeperOf(world, new PerformanceJob(world, sender, new FiguresFolder(join(folders[i]!, "tree")))),
    );
  });
  after(async () => {
    await world.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  const wants = async (wanted: string) => {
    const { plan: steps } = await look(world, keepers[0]!.job);
    return (steps as { step: string }[] | undefined)?.some(({ step }) => step === wanted) ?? false;
  };
  const allIdle = async () => {
    for (const keeper of keepers) expect((await keeper.round()).outcome).to.equal("idle");
  };

  it("is idle before there is a root; then publishes its figures, equal for all", async () => {
    const { protocol } = world;
    await allIdle();
    while ((await protocol.RewardDistributor.root()) === ZeroHash) await reportNext(world);
    const acts = await rounds(world, keepers, { slots: 3 });
    expect(acts.map(({ outcome }) => outcome)).to.deep.equal(["acted", "acted"]);
    const files = folders.map((folder) => readdirSync(join(folder, "tree")));
    expect(files[0]).to.have.length(1).and.to.deep.equal(files[1]);
    const [text, other] = folders.map((folder) => readFileSync(join(folder, "tree", files[0]![0]!), "utf8"));
    expect(text).to.equal(other);
    const read = JSON.parse(text!) as { root: string; refSlot: number; figures: Record<string, string>[] };
    const figures = read.figures.map((each) =>
      Object.fromEntries(Object.entries(each).map(([name, value]) => [name, bigintFromJson(value)])),
    );
    expect(files[0]![0]).to.equal(`${read.refSlot}.json`);
    expect(figuresRoot(figures as unknown as OperatorFigures[])).to.equal(read.root);
    expect(read.root).to.equal(await protocol.RewardDistributor.root());
    await allIdle();
  });

  it("has commission paid, once, as soon as it is worth it", async () => {
    const { accounts, protocol, operatorId } = world;
    for (let i = 0; i < 28 && !(await wants("pull")); i++) await reportNext(world);
    const results = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(results[0]!.text).to.contain(`pulled shares of operator ${operatorId}`);
    expect(results[1]!.text).to.not.contain("pulled shares");
    const pulls = await protocol.RewardDistributor.queryFilter(protocol.RewardDistributor.filters.Pulled());
    expect(pulls).to.have.length(1);
    expect(await protocol.StakedEther.sharesOf(accounts.operatorRewards)).to.equal(pulls[0]!.args.shares);
    await allIdle();
  });

  it("has a bad frame judged, once, of two keepers that saw the same", async () => {
    const { devnet, protocol, operatorId } = world;
    const judged = () => protocol.DutyJudge.queryFilter(protocol.DutyJudge.filters.FrameJudged());
    devnet.setOffline(own, true);
    for (let i = 0; i < 4 && !(await wants("judge")); i++) await reportNext(world);
    const results = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(results[0]!.outcome, results[0]!.text).to.equal("acted");
    // it has its own file to write
    expect(results[1]!.text).to.not.contain("judged");
    expect(await judged()).to.have.length(1);
    expect((await protocol.DutyJudge.recordOf(operatorId)).bad).to.equal(1n);
    devnet.setOffline(own, false);
    await allIdle();
  });

  it("has bond held for what an operator withheld, once", async () => {
    const { accounts, devnet, protocol, provider } = world;
    devnet.setFeeRecipient(own, await accounts.carol.getAddress());
    await devnet.tickUntil(
      () =>
        (devnet.slot + 1) % SLOTS_PER_EPOCH !== 0 &&
        own.includes(devnet.chain.state.epochCtx.getBeaconProposer(devnet.slot + 1)),
    );
    const maxBaseFee = 2n * (await provider.getBlock("latest"))!.baseFeePerGas!;
    const tip = TIP / 21_000n;
    await accounts.bob.sendTransaction({
      to: accounts.bob,
      gasLimit: 21_000n,
      maxPriorityFeePerGas: tip,
      maxFeePerGas: tip + maxBaseFee,
    });
    devnet.setFeeRecipient(own, await protocol.RewardsVault.getAddress());
    await reportNext(world);
    await rounds(world, keepers, { slots: 3 });
    expect(await protocol.WithheldRewards.holdCount()).to.equal(1n);
    expect((await protocol.WithheldRewards.holdOf(1n)).amount).to.be.greaterThan(0n);
    await allIdle();
  });

  it("burns what is held when the time to contest is over, once", async () => {
    const { devnet, protocol } = world;
    const { burnableFrom } = await protocol.WithheldRewards.holdOf(1n);
    await allIdle();
    await devnet.tickUntil(() => BigInt(devnet.chain.timeAtSlot(devnet.slot)) >= burnableFrom);
    const results = await race(world, keepers[0]!.job, keepers[1]!.job);
    expect(results.map(({ outcome }) => outcome)).to.deep.equal(["acted", "idle"]);
    expect(results[0]!.text).to.contain("burnt hold 1");
    expect((await protocol.WithheldRewards.holdOf(1n)).amount).to.equal(0n);
  });
});
