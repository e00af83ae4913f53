import { gweiToWei } from "../lib/units.ts";
import type { Figures, Purse } from "./figures.ts";

/** One sum that must agree to the last wei (or unit of shares). */
export interface Check {
  name: string;
  expected: bigint;
  actual: bigint;
  /** actual - expected. */
  difference: bigint;
}

/** Every ether and every share accounted for: each line compares figures that come from different sources. */
export function reconcile(figures: Figures): Check[] {
  return [
    ...figures.purses.map(purse),
    ...custody(figures),
    ...books(figures),
    ...shares(figures),
    ...beaconSide(figures),
  ];
}

/** What an actor has is what it had, less gas and what it put in, and what it got. */
function purse({ actor, startWei, gasWei, putInWei, gotOutWei, endWei }: Purse): Check {
  return check(`${actor}'s ether`, startWei - gasWei - putInWei + gotOutWei, endWei);
}

/** Ether does not appear or vanish between the actors, the contracts and the beacon chain. */
function custody(f: Figures): Check[] {
  const heldWei = sum(f.held.map(({ wei }) => wei));
  const putInWei = sum(f.purses.map(({ putInWei }) => putInWei));
  const gotOutWei = sum(f.purses.map(({ gotOutWei }) => gotOutWei));
  const { sweptWithdrawalsWei, sweptRewardsWei } = f.ledger;
  return [
    check(
      "ether held and deposited, less withdrawn, and paid out = put in, seed, members' bonds, tips",
      putInWei + f.seedWei + f.memberBondsWei + f.tipsWei,
      heldWei + f.depositContractWei - f.withdrawalsWei + gotOutWei,
    ),
    check("deposit contract = the ledger's deposits", f.depositedWei, f.depositContractWei),
    check(
      "withdrawal vault, with what was collected = what beacon blocks paid",
      f.withdrawalsWei,
      heldBy(f, "WithdrawalVault") + sweptWithdrawalsWei,
    ),
    check(
      "rewards vault, with what was collected = tips of our blocks",
      f.tipsWei,
      heldBy(f, "RewardsVault") + sweptRewardsWei,
    ),
    check(
      "withdrawal queue = finalised - claimed",
      f.finalizedWei - f.claimedWei,
      heldBy(f, "WithdrawalQueue"),
    ),
    check("claims = what claimants got", f.claimedWei, gotOutWei),
  ];
}

/** The ledger's books, at the end of the drip. */
function books(f: Figures): Check[] {
  const { pooledWei, undrippedWei, profitWei, surplusWei, sweptWithdrawalsWei, sweptRewardsWei } = f.ledger;
  const { seconds, dripWeiPerSecond, pooledWei: grown } = f.growth;
  const stakedWei = sum(f.purses.map(({ putInWei }) => putInWei));
  const bookedWei = sum(f.reports.map((report) => report.bookedWei));
  return [
    check(
      "growth between two slots = the drip",
      BigInt(seconds) * dripWeiPerSecond,
      grown.later - grown.earlier,
    ),
    check("the drip has ended", 0n, undrippedWei),
    check("profit = sum of what reports booked", bookedWei, profitWei),
    check(
      "pooled ether = seed, bonds, stakes and profit, less finalised",
      f.seedWei + f.memberBondsWei + stakedWei + bookedWei - f.finalizedWei,
      pooledWei,
    ),
    check(
      "pooled ether = buffer, deposits and profit, less collected",
      heldBy(f, "StakedEther") + f.depositedWei + profitWei - sweptWithdrawalsWei - sweptRewardsWei,
      pooledWei,
    ),
    check("surplus = nothing was forced in", 0n, surplusWei),
  ];
}

/** Nobody's shares are missing, and nobody has any that are not counted. */
function shares({ holdings, ledger }: Figures): Check[] {
  return [
    check("units of all holders = total units", ledger.totalUnits, sum(holdings.map(({ units }) => units))),
    check("wkETH supply = the wrapper's shares", ledger.wrapperShares, ledger.wrappedSupply),
  ];
}

/** The last report against the beacon chain, and the books against the report. */
function beaconSide(f: Figures): Check[] {
  const { report, changeWei, bookedWei } = f.reports.at(-1)!;
  const before = sum(f.reports.slice(0, -1).map((earlier) => earlier.bookedWei));
  const toldWei = gweiToWei(report.beaconBalanceGwei);
  const { withdrawalsReceived, rewardsReceived } = report;
  const { sweptWithdrawalsWei, sweptRewardsWei, pooledWei } = f.ledger;
  return [
    check("balances on the beacon chain = the last report's figure", f.beaconWei, toldWei),
    check(
      "the last gain = what the report told, less deposits and earlier profit",
      toldWei + withdrawalsReceived + rewardsReceived - f.depositedAtReportWei - before,
      changeWei,
    ),
    check(
      "pooled ether, and what is not booked yet = buffer, vaults, deposits on their way, beacon chain",
      heldBy(f, "StakedEther") +
        (withdrawalsReceived - sweptWithdrawalsWei) +
        (rewardsReceived - sweptRewardsWei) +
        (f.depositedWei - f.depositedAtReportWei) +
        f.beaconWei,
      pooledWei + changeWei - bookedWei,
    ),
  ];
}

function check(name: string, expected: bigint, actual: bigint): Check {
  return { name, expected, actual, difference: actual - expected };
}

function heldBy({ held }: Figures, name: string): bigint {
  return sum(held.filter(({ contract }) => contract === name).map(({ wei }) => wei));
}

function sum(values: readonly bigint[]): bigint {
  return values.reduce((total, value) => total + value, 0n);
}
