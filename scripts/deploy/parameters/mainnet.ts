import { parameter } from "./schema.ts";
import type { OwnParameters } from "./public.ts";

const HOUR = 3_600n;
const DAY = 24n * HOUR;
const ETHER = 10n ** 18n;

/// What mainnet has for itself.
export const MAINNET: OwnParameters = {
  seedWei: parameter(ETHER, "wei", "locked for ever; makes an inflation attack cost more than it takes"),
  memberBondWei: parameter(
    10n * ETHER,
    "wei",
    "with seven members 70 ETH: what a false report of a young pool may take within its limits",
  ),
  ledgerMaxGainBpPerYear: parameter(3_000n, "1/10,000 per year", "the limit of reports, doubled once"),
  limitGainBpPerYear: parameter(1_500n, "1/10,000 per year", "four times what stake earns"),
  maxDripBpPerYear: parameter(1_000n, "1/10,000 per year", "a tenth of the pool a year"),
  limitLossBpPerFrame: parameter(500n, "1/10,000", "a twentieth: more is proven, or decided"),
  limitLossBpPerWindow: parameter(1_000n, "1/10,000", "a tenth in 30 days"),
  minCooldownSeconds: parameter(DAY, "seconds", "a frame: a report knows of the request"),
  cooldownSeconds: parameter(
    7n * DAY,
    "seconds",
    "a week: a loss is known, and reported, before anyone is out",
  ),
  instantBucketBp: parameter(100n, "1/10,000 of the pool", "a hundredth in a frame"),
  predepositDeadlineSeconds: parameter(60n * DAY, "seconds", "longer than queues of deposits have been"),
  lotEth: parameter(320n, "ETH", "ten validators: the gas of a draw is little beside them"),
  allocationCapBp: parameter(1_000n, "1/10,000 of stake", "ten operators at least share a large pool"),
  allotmentLifeSeconds: parameter(
    90n * DAY,
    "seconds",
    "a queue of deposits of 60 days, a pause of 14, and two weeks",
  ),
  minDeficitWei: parameter(8n * ETHER, "wei", "a quarter of a validator: less comes with rewards in days"),
  sweepEpochs: parameter(2_250n, "epochs", "10 days: a million validators, 16 a block"),
  exitCapBp: parameter(1_000n, "1/10,000 of all stake", "as the allocator's cap"),
  exitCapFloorEth: parameter(8_192n, "ETH", "as the allocator's cap"),
  brakeSeconds: parameter(
    12n * DAY,
    "seconds",
    "two days longer than a vote and its delay, which may end it",
  ),
  timelockDelaySeconds: parameter(3n * DAY, "seconds", "people read what is to come, also over a weekend"),
  shortestDelaySeconds: parameter(2n * DAY, "seconds", "no decision makes the next ones come faster"),
  inflowDelaySeconds: parameter(DAY, "seconds", "what only keeps ether out needs less"),
  exitWindowSeconds: parameter(
    3n * DAY,
    "seconds",
    "as long as the delay: time to read, and to ask to leave",
  ),
  maxWaitSeconds: parameter(45n * DAY, "seconds", "longer than a queue of exits, cooldown and sweep, mostly"),
  absoluteEndSeconds: parameter(120n * DAY, "seconds", "three pauses of 14 days in a row, and the wait"),
  votingDelaySeconds: parameter(
    DAY,
    "seconds",
    "the least: a report comes between a proposal and its snapshot",
  ),
  votingPeriodSeconds: parameter(5n * DAY, "seconds", "a weekend, and days beside it"),
  voteExtensionSeconds: parameter(DAY, "seconds", "the least: the others answer a late vote"),
  proposalThresholdBp: parameter(50n, "1/10,000 of all shares", "half a hundredth: proposals have a price"),
};
