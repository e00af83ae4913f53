import { parameter } from "./schema.ts";
import type { OwnParameters } from "./public.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const ETHER = 10n ** 18n;

/// What test networks have in common: pools are small, ether is scarce, and who tries something waits days, not weeks.
export const TESTNET: OwnParameters = {
  seedWei: parameter(ETHER / 10n, "wei", "the least: ether of test networks is scarce"),
  memberBondWei: parameter(ETHER / 10n, "wei", "the least: ether of test networks is scarce"),
  ledgerMaxGainBpPerYear: parameter(20_000n, "1/10,000 per year", "the limit of reports, doubled once"),
  limitGainBpPerYear: parameter(
    10_000n,
    "1/10,000 per year",
    "one proposal is much for a pool of few validators",
  ),
  maxDripBpPerYear: parameter(10_000n, "1/10,000 per year", "as fast as gains may come"),
  limitLossBpPerFrame: parameter(1_000n, "1/10,000", "the most: one slashing is much for a small pool"),
  limitLossBpPerWindow: parameter(3_000n, "1/10,000", "several such in 30 days"),
  minCooldownSeconds: parameter(HOUR, "seconds", "tickets wait for a report anyway"),
  cooldownSeconds: parameter(DAY, "seconds", "a frame, where mainnet has 7 days"),
  instantBucketBp: parameter(500n, "1/10,000 of the pool", "the most: pools are small"),
  predepositDeadlineSeconds: parameter(30n * DAY, "seconds", "half of mainnet's 60 days"),
  lotEth: parameter(32n, "ETH", "the least: one validator"),
  allocationCapBp: parameter(5_000n, "1/10,000 of stake", "two operators may share a small pool"),
  allotmentLifeSeconds: parameter(45n * DAY, "seconds", "half of mainnet's 90 days"),
  minDeficitWei: parameter(ETHER, "wei", "the least that a partial withdrawal is asked for"),
  sweepEpochs: parameter(2_250n, "epochs", "10 days: a million validators, 16 a block"),
  exitCapBp: parameter(2_000n, "1/10,000 of all stake", "there are few operators"),
  exitCapFloorEth: parameter(64n, "ETH", "two validators"),
  brakeSeconds: parameter(6n * DAY, "seconds", "a day and a half longer than a vote and its delay"),
  timelockDelaySeconds: parameter(12n * HOUR, "seconds", "half a day, where mainnet has 3 days"),
  shortestDelaySeconds: parameter(6n * HOUR, "seconds", "half of the delay"),
  inflowDelaySeconds: parameter(HOUR, "seconds", "an hour, where mainnet has a day"),
  exitWindowSeconds: parameter(12n * HOUR, "seconds", "as long as the delay"),
  maxWaitSeconds: parameter(10n * DAY, "seconds", "where mainnet has 45 days"),
  absoluteEndSeconds: parameter(30n * DAY, "seconds", "where mainnet has 120 days"),
  votingDelaySeconds: parameter(DAY, "seconds", "the least: a frame"),
  votingPeriodSeconds: parameter(2n * DAY, "seconds", "the least: two frames"),
  voteExtensionSeconds: parameter(DAY, "seconds", "the least: a frame"),
  proposalThresholdBp: parameter(100n, "1/10,000 of all shares", "a hundredth: few stakers"),
};
