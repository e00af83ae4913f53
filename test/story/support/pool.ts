import type { World } from "./world.ts";

/// The pool's totals at a block, all in wei but units.
export interface Pool {
  time: number;
  units: bigint;
  /// Pooled ether when the drip has ended.
  target: bigint;
  /// Wei per second.
  dripRate: bigint;
  dripEnd: number;
}

export async function poolAt({ protocol, provider }: World, blockTag?: number): Promise<Pool> {
  const at = { blockTag: blockTag ?? (await provider.getBlockNumber()) };
  const ledger = protocol.StakedEther;
  const [block, units, pooled, drip] = await Promise.all([
    provider.getBlock(at.blockTag),
    ledger.totalUnits(at),
    ledger.getTotalPooledEther(at),
    ledger.drip(at),
  ]);
  if (block === null) throw new Error(`no block ${at.blockTag}`);
  return {
    time: block.timestamp,
    units,
    target: pooled + drip.undripped,
    dripRate: drip.rateGwei * 10n ** 9n,
    dripEnd: Number(drip.end),
  };
}

/// Pooled ether at a time, if nothing but the drip happens.
export function pooledAt(pool: Pool, time: number): bigint {
  return pool.target - pool.dripRate * BigInt(Math.max(0, pool.dripEnd - time));
}

/// Value of a share at a time, in wei with 27 more digits.
export function rateAt(pool: Pool, time = pool.time): bigint {
  return (pooledAt(pool, time) * 10n ** 33n) / pool.units;
}
