import type { BeaconTime } from "../../lib/units.ts";
import { localPeople, type People } from "../people.ts";
import { bondFloor, EVERYWHERE } from "./everywhere.ts";
import { ELECTRA_INDICES } from "./layouts.ts";
import { parameter, type Parameters } from "./schema.ts";

/// The least that a member's bond may be.
const MEMBER_BOND_WEI = 10n ** 17n;

export interface DevnetFacts extends People {
  genesisTime: bigint;
  secondsPerSlot: bigint;
  slotsPerEpoch: bigint;
}

/// Parameters of an embedded chain, whose people are the accounts of local chains. `members` sign reports.
/// They are governed by an account of the chain, unless its `stakersGovern`.
export function localParameters(time: BeaconTime, members?: number, stakersGovern = false): Parameters {
  return devnetParameters({
    genesisTime: BigInt(time.genesisTime),
    secondsPerSlot: BigInt(time.secondsPerSlot),
    slotsPerEpoch: BigInt(time.slotsPerEpoch),
    ...localPeople(members, stakersGovern),
  });
}

/// Parameters of the embedded chain: the minimal preset, so an epoch is 96 seconds and rewards are thousands of percent
/// a year. Only what follows from that differs from a public network.
export function devnetParameters(facts: DevnetFacts): Parameters {
  return {
    ...EVERYWHERE,
    chainId: parameter(31337n, "id", "Hardhat's chain"),
    label: parameter("1", "label", "another deployment by the same account takes another"),
    depositContract: parameter(
      "0x00000000219ab540356cBB839Cbe05303d7705Fa",
      "address",
      "the official contract, at its address on mainnet and Hoodi",
    ),
    genesisTime: parameter(facts.genesisTime, "seconds since 1970", "told by the beacon chain"),
    secondsPerSlot: parameter(facts.secondsPerSlot, "seconds", "told by the beacon chain"),
    slotsPerEpoch: parameter(facts.slotsPerEpoch, "slots", "minimal preset"),
    genesisForkVersion: parameter("0x00000001", "fork version", "minimal preset"),
    epochsPerFrame: parameter(4n, "epochs", "the least that finality follows within a frame"),
    seedWei: parameter(
      5n * 10n ** 17n,
      "wei",
      "locked for ever; makes an inflation attack cost more than it takes; an ETH with five members' bonds",
    ),
    maxDepositPerFrameGwei: parameter(10_000n * 10n ** 9n, "gwei", "more than any story deposits"),
    ledgerMaxGainBpPerYear: parameter(
      1_000_000n,
      "1/10,000 per year",
      "few validators share the rewards of the preset",
    ),
    maxDripBpPerYear: parameter(1_000_000n, "1/10,000 per year", "as fast as gains may come"),
    limitGainBpPerYear: parameter(500_000n, "1/10,000 per year", "half of what the ledger allows"),
    limitLossBpPerFrame: parameter(500n, "1/10,000", "a slashing of several validators of a small pool"),
    limitLossBpPerWindow: parameter(5_000n, "1/10,000", "stories lose again and again in few frames"),
    limitAppearedPerFrame: parameter(1_000n, "validators", "more than any story has"),
    limitExitedPerFrame: parameter(1_000n, "validators", "all of a story's at once"),
    silenceFrames: parameter(3n, "frames", "a day and a half of short frames is minutes"),
    reportPayRiseSeconds: parameter(120n, "seconds", "a third of a frame of the preset"),
    minCooldownSeconds: parameter(60n, "seconds", "five slots"),
    cooldownSeconds: parameter(600n, "seconds", "minutes, where mainnet has 7 days"),
    instantBucketBp: parameter(500n, "1/10,000 of the pool", "the most: local pools are small"),
    predepositDeadlineSeconds: parameter(
      7_200n,
      "seconds",
      "75 epochs of the preset, where mainnet has 60 days",
    ),
    claimDelaySeconds: parameter(14_496n, "seconds", "an epoch longer than a weight lives"),
    slotsPerHistoricalRoot: parameter(64n, "slots", "minimal preset"),
    epochsPerHistoricalVector: parameter(64n, "epochs", "minimal preset"),
    pendingPartialsLimit: parameter(64n, "entries", "minimal preset"),
    pendingConsolidationsLimit: parameter(64n, "entries", "minimal preset"),
    capellaSlot: parameter(0n, "slot", "all forks up to Fulu are there from the genesis on"),
    beaconLayouts: parameter(
      [{ fromSlot: 0n, ...ELECTRA_INDICES }],
      "generalized indices",
      "Electra and Fulu",
    ),
    layoutEndSlot: parameter(1n << 20n, "slot", "longer than any local chain runs"),
    epochsBetweenDrawAndSeed: parameter(1n, "epochs", "a whole epoch of proposals is still to come"),
    lotEth: parameter(192n, "ETH", "six validators, so that a story needs few draws"),
    allocationCapBp: parameter(5_000n, "1/10,000 of stake", "two operators may share a small pool"),
    allocationCapFloorEth: parameter(8_192n, "ETH", "more than any story's pool: one operator may run all"),
    weightLifeSeconds: parameter(14_400n, "seconds", "150 epochs of the preset, where mainnet has a week"),
    allotmentLifeSeconds: parameter(86_400n, "seconds", "longer than any story, where mainnet has weeks"),
    penaltyQuotient: parameter(4_096n, "parts", "MIN_SLASHING_PENALTY_QUOTIENT_ELECTRA"),
    slashingsVector: parameter(64n, "epochs", "minimal preset"),
    provisionBp: parameter(600n, "1/10,000 of a balance", "what a slashed validator loses on its way out"),
    dutyBadFrames: parameter(2n, "frames", "the least: frames are short"),
    dutyWindow: parameter(8n, "frames", "a day of outage in a week of short frames"),
    dutyLeewayBp: parameter(1_000n, "1/10,000", "an outage of a tenth of a frame"),
    contestSeconds: parameter(800n, "seconds", "two frames and a little, where mainnet has 7 days"),
    checkpointSettleSeconds: parameter(96n, "seconds", "a quarter of a frame, where mainnet has hours"),
    minDeficitWei: parameter(10n ** 18n, "wei", "less than that comes with rewards"),
    comingEpochs: parameter(24n, "epochs", "an exit takes 14 epochs of the preset, and the sweep"),
    sweepEpochs: parameter(4n, "epochs", "16 validators a block"),
    patienceEpochs: parameter(2n, "epochs", "time for partial withdrawals, where mainnet has hours"),
    shardCommitteePeriod: parameter(4n, "epochs", "told by the beacon chain, where mainnet has 256"),
    exitCapBp: parameter(2_000n, "1/10,000 of all stake", "there are few operators"),
    exitCapFloorEth: parameter(64n, "ETH", "two validators"),
    drawDoublingSeconds: parameter(96n, "seconds", "an epoch of the preset, where mainnet has an hour"),
    coverDelaySeconds: parameter(6_144n, "seconds", "settlements of a slashing, where mainnet has 36 days"),
    memberBondWei: parameter(MEMBER_BOND_WEI, "wei", "the least, so that the pool begins small"),
    balanceFloorGwei: bondFloor(MEMBER_BOND_WEI, facts.committee.length),
    keeperRiseSeconds: parameter(192n, "seconds", "two epochs of the preset, where mainnet has an hour"),
    brakeSeconds: parameter(
      3_600n,
      "seconds",
      "the least: nine frames of the preset, where mainnet has 12 days",
    ),
    timelockDelaySeconds: parameter(192n, "seconds", "two epochs of the preset, where mainnet has days"),
    shortestDelaySeconds: parameter(96n, "seconds", "an epoch of the preset"),
    inflowDelaySeconds: parameter(96n, "seconds", "an epoch of the preset, where mainnet has a day"),
    exitWindowSeconds: parameter(96n, "seconds", "an epoch of the preset, where mainnet has 3 days"),
    maxWaitSeconds: parameter(14_400n, "seconds", "37 frames of the preset, where mainnet has 45 days"),
    absoluteEndSeconds: parameter(43_200n, "seconds", "112 frames of the preset, where mainnet has 120 days"),
    observationGapSeconds: parameter(768n, "seconds", "two frames of the preset, where mainnet has a day"),
    votingDelaySeconds: parameter(384n, "seconds", "the least: a frame of the preset"),
    votingPeriodSeconds: parameter(768n, "seconds", "the least: two frames, where mainnet has 5 days"),
    voteExtensionSeconds: parameter(384n, "seconds", "the least: a frame of the preset"),
    proposalThresholdBp: parameter(100n, "1/10,000 of all shares", "a hundredth: few stakers"),
    admin: parameter(
      facts.admin,
      "address, or none",
      facts.admin === null ? "stakers govern" : "an account in their place",
    ),
    treasury: parameter(facts.treasury, "address", "an account of the chain"),
    guardian: parameter(facts.guardian, "address", "an account of the chain"),
    committee: parameter(
      facts.committee,
      "members",
      "five, so that four signatures are more than two thirds",
    ),
  };
}
