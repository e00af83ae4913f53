import type { AnyJob } from "../../../scripts/keepers/job.ts";
import { Runner, type CycleResult } from "../../../scripts/keepers/runner.ts";
import { createLogger } from "../../../scripts/lib/logger.ts";
import type { World } from "../../story/support/world.ts";

/** A keeper with one job, on the world's clock. */
export interface Keeper {
  job: AnyJob;
  round(): Promise<CycleResult>;
}

export function keeperOf({ devnet }: World, job: AnyJob): Keeper {
  const runner = new Runner({
    jobs: [job],
    log: createLogger({ level: "silent" }),
    now: () => devnet.chain.timeAtSlot(devnet.slot),
    sleep: async () => undefined,
    pollSeconds: 1,
  });
  return { job, round: async () => (await runner.round())[0]! };
}

/**
 * Rounds of all keepers, one after the other in each slot or every so many, until the condition holds or so many slots have
 * passed. Returns the rounds that were not idle.
 */
export async function rounds(
  world: World,
  keepers: readonly Keeper[],
  {
    until = async () => false,
    slots = 200,
    every = 1,
  }: { until?: () => Promise<boolean>; slots?: number; every?: number },
): Promise<(CycleResult & { by: number })[]> {
  const results: (CycleResult & { by: number })[] = [];
  const end = world.devnet.slot + slots;
  while (world.devnet.slot < end) {
    for (const [by, keeper] of keepers.entries()) {
      const result = await keeper.round();
      if (result.outcome !== "idle") results.push({ ...result, by });
    }
    if (await until()) return results;
    await world.devnet.tickSlots(every);
  }
  return results;
}

/** Two keepers look before either acts: what each round came to, in their order. */
export async function race(world: World, first: AnyJob, second: AnyJob): Promise<CycleResult[]> {
  const looked = await Promise.all(
    [first, second].map(async (job) => {
      const { plan } = await look(world, job);
      return keeperOf(world, {
        name: job.name,
        observe: async () => undefined,
        plan: () => plan,
        act: (planned, cycle) => job.act(planned, cycle),
      });
    }),
  );
  const results: CycleResult[] = [];
  for (const keeper of looked) results.push(await keeper.round());
  return results;
}

/** What a job sees and plans now, without acting. */
export async function look({ devnet }: World, job: AnyJob): Promise<{ seen: unknown; plan: unknown }> {
  const now = devnet.chain.timeAtSlot(devnet.slot);
  const log = createLogger({ level: "silent" });
  const seen: unknown = await job.observe({ id: "look", now, log });
  return { seen, plan: job.plan(seen, now) };
}
