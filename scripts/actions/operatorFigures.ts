import { ZeroHash, type Provider } from "ethers";
import type { BeaconSource } from "../lib/beaconClient.ts";
import { readState } from "../lib/beaconState.ts";
import { isBadFrame, nextFigures, type OperatorFrame, type Pot, type Rate } from "../lib/commission.ts";
import { FatalError } from "../lib/errors.ts";
import { eventsOf } from "../lib/logs.ts";
import { figuresRoot, type OperatorFigures } from "../lib/operatorFigures.ts";
import { addDuties, attestedBp, dutiesOf, noDuties, type EpochDuties } from "../lib/participation.ts";
import type { Protocol } from "../lib/protocol.ts";
import { withheldRewards } from "./executionRewards.ts";

export interface FiguresSources {
  beacon: BeaconSource;
  provider: Provider;
  protocol: Protocol;
  /** Figures by their root, as they were built before. Default: one for the process. */
  memory?: Map<string, OperatorFigures[]>;
}

/** A root comes at least with every so manieth frame, and whenever there is news. */
export const FRAMES_PER_ROOT = 7;
const BP = 10_000n;

/** A root says by itself what is under it, so that this is right on every chain. */
const PROCESS_MEMORY = new Map<string, OperatorFigures[]>();

/**
 * The figures that the report of a frame boundary brings; undefined where it leaves the last root. From finalized state
 * alone, on the root that the chain knew at the reference slot.
 */
export async function figuresOfFrame(
  sources: FiguresSources,
  refSlot: number,
): Promise<OperatorFigures[] | undefined> {
  const { beacon, protocol } = sources;
  const [{ slotsPerEpoch }, slotsPerFrame, blockTag] = await Promise.all([
    beacon.spec(),
    protocol.ReportOracle.slotsPerFrame().then(Number),
    executionBlock(beacon, refSlot),
  ]);
  const operatorOf = await operatorsOfValidators(protocol, blockTag);
  const root = await protocol.RewardDistributor.root({ blockTag });
  if (operatorOf.size === 0 && root === ZeroHash) return undefined;
  const previous = await figuresUnder(sources, root, blockTag);

  const frame = refSlot / slotsPerFrame;
  const { frame: booked } = await protocol.StakedEther.booksAt(frame, { blockTag });
  const [withheld, duties, leewayBp] = await Promise.all([
    withheldRewards(sources, {
      fromSlot: Number(booked) * slotsPerFrame + 1,
      toSlot: refSlot,
      vault: await protocol.RewardsVault.getAddress(),
      operatorOf,
    }),
    frameDuties(beacon, refSlot / slotsPerEpoch, { slotsPerEpoch, slotsPerFrame, operatorOf }),
    protocol.DutyJudge.leewayBp({ blockTag }),
  ]);
  const networkBp = attestedBp(duties.network) ?? 0n;
  const ids = new Set([...previous.map(({ operatorId }) => operatorId), ...operatorOf.values()]);
  ids.delete(0n);
  const operators: OperatorFrame[] = await Promise.all(
    [...ids].map(async (operatorId) => {
      const own = duties.byOperator.get(operatorId) ?? noDuties();
      const [{ commissionBp }, accountedWei] = await Promise.all([
        protocol.OperatorRegistry.operator(operatorId, { blockTag }),
        protocol.WithheldRewards.accountedOf(operatorId, { blockTag }),
      ]);
      return {
        operatorId,
        commissionBp,
        duties: own,
        attestedBp: attestedBp(own),
        withheldWei: withheld.get(operatorId) ?? 0n,
        accountedWei,
      };
    }),
  );
  const isNews = operators.some((o) => isBadFrame(o.attestedBp, networkBp, leewayBp) || o.withheldWei > 0n);
  if (!isNews && frame % FRAMES_PER_ROOT !== 0) return undefined;

  const figures = nextFigures(previous, operators, {
    frame: BigInt(frame),
    networkBp,
    leewayBp,
    pot: await potOf(protocol, previous, slotsPerFrame, blockTag, beacon),
    rate: await rateAt(protocol, blockTag),
  });
  if (figures.length === 0) return undefined;
  (sources.memory ?? PROCESS_MEMORY).set(figuresRoot(figures), figures);
  return figures;
}

/**
 * The figures under a root that stood at a block. What this process did not build before is built again.
 *
 * @throws FatalError where that gives another root: the committee signed something else
 */
export async function figuresUnder(
  sources: FiguresSources,
  root: string,
  blockTag: number,
): Promise<OperatorFigures[]> {
  if (root === ZeroHash) return [];
  const remembered = (sources.memory ?? PROCESS_MEMORY).get(root);
  if (remembered !== undefined) return remembered;
  const refSlot = await refSlotOfRoot(sources.protocol, root, blockTag);
  const rebuilt = await figuresOfFrame(sources, refSlot);
  const found = figuresRoot(rebuilt ?? []);
  if (found !== root) {
    throw new FatalError(
      `the report of slot ${refSlot} brought the root ${root}, the chain's own figures have the root ${found}`,
    );
  }
  return rebuilt!;
}

async function refSlotOfRoot(protocol: Protocol, root: string, blockTag: number): Promise<number> {
  const { RewardDistributor: distributor, StakedEther: ledger } = protocol;
  const set = await eventsOf(distributor, distributor.filters.RootSet(), { toBlock: blockTag });
  const event = set.filter(({ args }) => args.newRoot === root).at(-1);
  if (event === undefined) throw new FatalError(`the root ${root} was never set`);
  const booked = await eventsOf(ledger, ledger.filters.ReportBooked(), {
    fromBlock: event.blockNumber,
    toBlock: event.blockNumber,
  });
  const report = booked.find(({ transactionHash }) => transactionHash === event.transactionHash);
  if (report === undefined) throw new FatalError(`the root ${root} came with no report`);
  return Number(report.args.refSlot);
}

/** Which operator runs a validator: those that were proven up to a block. */
async function operatorsOfValidators(protocol: Protocol, toBlock: number): Promise<Map<number, bigint>> {
  const registry = protocol.ValidatorRegistry;
  const [committed, proven] = await Promise.all([
    eventsOf(registry, registry.filters.KeysCommitted(), { toBlock }),
    eventsOf(registry, registry.filters.KeyProven(), { toBlock }),
  ]);
  const owner = new Map(committed.map(({ args }) => [args.commitmentId, args.operatorId]));
  const operatorOf = new Map<number, bigint>();
  for (const { args } of proven) {
    const operatorId = owner.get(args.commitmentId);
    if (operatorId === undefined) throw new FatalError(`nobody made the commitment ${args.commitmentId}`);
    operatorOf.set(Number(args.validatorIndex), operatorId);
  }
  return operatorOf;
}

/** The duties of the frame's epochs, shifted back by two: the votes for them are all in before the boundary. */
async function frameDuties(
  beacon: BeaconSource,
  boundaryEpoch: number,
  {
    slotsPerEpoch,
    slotsPerFrame,
    operatorOf,
  }: { slotsPerEpoch: number; slotsPerFrame: number; operatorOf: ReadonlyMap<number, bigint> },
): Promise<EpochDuties> {
  const sum: EpochDuties = { network: noDuties(), byOperator: new Map() };
  if (operatorOf.size === 0) return sum;
  const last = boundaryEpoch - 2;
  for (let epoch = Math.max(0, last + 1 - slotsPerFrame / slotsPerEpoch); epoch <= last; epoch++) {
    const { header } = await beacon.blockAtOrBefore((epoch + 2) * slotsPerEpoch - 1);
    const state = await readState(beacon, header.stateRoot as `0x${string}`);
    const duties = dutiesOf(state, epoch, slotsPerEpoch, operatorOf);
    if (duties !== undefined) addDuties(sum, duties);
  }
  return sum;
}

/** Fee shares of operators that no root has told of, and in how many reports they came. */
async function potOf(
  protocol: Protocol,
  previous: readonly OperatorFigures[],
  slotsPerFrame: number,
  blockTag: number,
  beacon: BeaconSource,
): Promise<Pot> {
  const { RewardDistributor: distributor, StakedEther: ledger, ReportOracle: oracle } = protocol;
  const at = { blockTag };
  const [owed, parts, feeBp, pulled] = await Promise.all([
    distributor.owed(at),
    distributor.parts(at),
    oracle.feeBp(at),
    Promise.all(previous.map(({ operatorId }) => distributor.pulledOf(operatorId, at))),
  ]);
  const ever = owed.operators + pulled.reduce((sum, shares) => sum + shares, 0n);
  const told = previous.reduce((sum, { cumulativeShares }) => sum + cumulativeShares, 0n);
  const lastFrame = previous[0]?.frame;
  const since = lastFrame === undefined ? 0 : await executionBlock(beacon, Number(lastFrame) * slotsPerFrame);
  const booked = await eventsOf(ledger, ledger.filters.ReportBooked(), {
    fromBlock: since + 1,
    toBlock: blockTag,
  });
  return {
    shares: ever > told ? ever - told : 0n,
    reports: BigInt(Math.max(1, booked.length)),
    partOfRewards: feeBp * (BP - parts.treasuryBp - parts.reserveBp - parts.keepersBp),
  };
}

/** The rate when the drip has ended: nodes do not agree on the time of a call at a past block, and so on the rate of then. */
async function rateAt({ StakedEther: ledger }: Protocol, blockTag: number): Promise<Rate> {
  const [pooled, { undripped }, shares] = await Promise.all([
    ledger.getTotalPooledEther({ blockTag }),
    ledger.drip({ blockTag }),
    ledger.getTotalShares({ blockTag }),
  ]);
  const target = pooled + undripped;
  return { toShares: (wei) => (wei * shares) / target, toWei: (amount) => (amount * target) / shares };
}

/** Number of the execution block of the last beacon block at or before a slot. */
async function executionBlock(beacon: BeaconSource, slot: number): Promise<number> {
  const { root } = await beacon.blockAtOrBefore(slot);
  const block = await beacon.blockV2(root as `0x${string}`);
  if (block === undefined) throw new FatalError(`the beacon node has no block ${root}`);
  return block.execution.blockNumber;
}
