import { RetryableError } from "../lib/errors.ts";
import type { Protocol } from "../lib/protocol.ts";
import { refusalName } from "../lib/reverts.ts";

/** `Standing` of contracts/interfaces/IOperatorRegistry.sol: the last that takes part in draws. */
const WATCHED = 1n;
/** Weights count in 1e-9 shares: `GRAIN` of contracts/operators/StakeAllocator.sol. */
const GRAIN = 10n ** 9n;

/**
 * What `refreshWeight` would make an operator's weight now, in 1e-9 shares.
 *
 * @throws RetryableError in the block of a report: votes of its time can be counted from the next block on
 */
export async function operatorWeight(protocol: Protocol, operatorId: bigint): Promise<bigint> {
  const { OperatorRegistry, StakeAllocator, StakedEther, WrappedStakedEther, BondVault } = protocol;
  const [standing, manager] = await Promise.all([
    OperatorRegistry.standingOf(operatorId),
    OperatorRegistry.managerOf(operatorId),
  ]);
  if (standing > WATCHED) return 0n;
  const [nominee, times, backing] = await Promise.all([
    StakeAllocator.nomineeOf(manager),
    StakedEther.reportTimes(),
    BondVault.backingOf(operatorId),
  ]);
  let votes = 0n;
  if ((nominee === 0n || nominee === operatorId) && times.every((time) => time > 0n)) {
    const all = await Promise.all(
      times.map(async (time) => {
        const [shares, wrapped] = await Promise.all([
          StakedEther.getPastVotes(manager, time),
          WrappedStakedEther.getPastVotes(manager, time),
        ]);
        return shares + wrapped;
      }),
    ).catch((error: unknown) => {
      if (refusalName(protocol, error) !== "FutureLookup") throw error;
      throw new RetryableError("the newest block has a report: its votes are counted after it", {
        cause: error,
      });
    });
    votes = all.reduce((least, each) => (each < least ? each : least));
  }
  const weight = (votes + backing) / GRAIN;
  return standing === WATCHED ? weight / 2n : weight;
}
