import type { Place } from "./place.ts";

/** What the pool has. Ether in wei, shares and the rate with 18 decimals. */
export async function poolStatus({ provider, protocol, number }: Place) {
  const { RewardsVault, StakedEther: ledger, WithdrawalVault, WrappedStakedEther } = protocol;
  const at = { blockTag: number };
  const [totalWei, shares, rate, drip, bufferWei, withdrawals, rewards] = await Promise.all([
    ledger.getTotalPooledEther(at),
    ledger.getTotalShares(at),
    WrappedStakedEther.getRate(at),
    ledger.drip(at),
    ledger.buffer(at),
    provider.getBalance(WithdrawalVault, number),
    provider.getBalance(RewardsVault, number),
  ]);
  return {
    totalWei,
    shares,
    rate,
    undrippedWei: drip.undripped,
    dripEndsAt: Number(drip.end),
    bufferWei,
    vaultsWei: withdrawals + rewards,
  };
}
