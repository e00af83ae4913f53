import type { ChainFacts } from "./chains.ts";
import { EVERYWHERE } from "./everywhere.ts";
import { parameter, type Parameters } from "./schema.ts";

const MINUTE = 60n;
const HOUR = 60n * MINUTE;
const DAY = 24n * HOUR;
const GWEI_PER_ETHER = 10n ** 9n;

/// What all public networks share, so that a test network tries what mainnet will run.
export const PUBLIC = {
  ...EVERYWHERE,
  epochsPerFrame: parameter(225n, "epochs", "a day of epochs of 384 seconds"),
  maxDepositPerFrameGwei: parameter(
    10_000n * GWEI_PER_ETHER,
    "gwei",
    "a sixth of what the beacon chain takes in in a day (256 ETH an epoch): what a bad depositor moves at most",
  ),
  limitAppearedPerFrame: parameter(
    3_600n,
    "validators",
    "as many as the beacon chain takes deposits in a day: 16 an epoch",
  ),
  limitExitedPerFrame: parameter(
    1_800n,
    "validators",
    "as many of 32 ETH as leave the beacon chain in a day: 256 ETH an epoch",
  ),
  silenceFrames: parameter(3n, "frames", "three days: a committee that is away for a weekend is not silent"),
  reportPayRiseSeconds: parameter(HOUR, "seconds", "members take turns; the last one is still paid in full"),
  weightLifeSeconds: parameter(
    7n * DAY,
    "seconds",
    "a week: a manager refreshes it with one of seven reports",
  ),
  claimDelaySeconds: parameter(8n * DAY, "seconds", "a day longer than a weight lives"),
  allocationCapFloorEth: parameter(
    8_192n,
    "ETH",
    "four validators of 2,048 ETH: a young pool has few operators",
  ),
  epochsBetweenDrawAndSeed: parameter(
    4n,
    "epochs",
    "26 minutes of proposals are still to come, so nobody knows the seed when a draw is opened",
  ),
  provisionBp: parameter(
    100n,
    "1/10,000 of a balance",
    "0.32 of 32 ETH: 0.06 of missed duties in 36 days, and a correlated penalty of 0.25 % of all stake",
  ),
  dutyBadFrames: parameter(3n, "frames", "three days of outage"),
  dutyWindow: parameter(14n, "frames", "within two weeks"),
  dutyLeewayBp: parameter(1_000n, "1/10,000", "an outage of a tenth of a day"),
  contestSeconds: parameter(7n * DAY, "seconds", "an operator finds the block, and shows it"),
  checkpointSettleSeconds: parameter(
    3n * HOUR,
    "seconds",
    "an eighth of a frame: time to add a pending deposit that was left out",
  ),
  comingEpochs: parameter(
    2_700n,
    "epochs",
    "12 days: 256 epochs and the sweep; what waits longer in the queue of exits is proven",
  ),
  patienceEpochs: parameter(56n, "epochs", "six hours, in which a partial withdrawal may do"),
  drawDoublingSeconds: parameter(HOUR, "seconds", "an hour: few exits at first, all within days"),
  coverDelaySeconds: parameter(
    37n * DAY,
    "seconds",
    "EPOCHS_PER_SLASHINGS_VECTOR is 36.4 days: the last settlement of a slashing is over",
  ),
  keeperRiseSeconds: parameter(HOUR, "seconds", "an hour, after which the pay covers all gas"),
  observationGapSeconds: parameter(36n * HOUR, "seconds", "a day, and half a day for a keeper that is late"),
} satisfies Partial<Parameters>;

/// What follows from who deploys, and for whom.
type OfDeployment = "label" | "admin" | "treasury" | "guardian" | "committee" | "balanceFloorGwei";

/// What each public network has for itself.
export type OwnParameters = Omit<Parameters, keyof typeof PUBLIC | keyof ChainFacts | OfDeployment>;
