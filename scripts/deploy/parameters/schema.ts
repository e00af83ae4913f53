import { z } from "zod";
import { gweiToWei } from "../../lib/units.ts";

/// A parameter: its value, the unit that it counts, and why it is what it is.
export interface Parameter<T> {
  readonly value: T;
  readonly unit: string;
  readonly reason: string;
}

export function parameter<T>(value: T, unit: string, reason: string): Parameter<T> {
  return { value, unit, reason };
}

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, "an address, such as 0x00000000219ab540356cBB839Cbe05303d7705Fa");
const forkVersion = z
  .string()
  .regex(/^0x[0-9a-fA-F]{8}$/, "a fork version of four bytes, such as 0x00000000");
const prefix = z.string().regex(/^0x[0-9a-fA-F]{2}$/, "a prefix of withdrawal credentials, such as 0x02");
const label = z.string().regex(/^[a-z0-9.-]{1,12}$/, "1 to 12 of a to z, 0 to 9, dot and hyphen, such as 1");
const uint = z.bigint().nonnegative();

function of<S extends z.ZodType>(value: S) {
  return z.object({ value, unit: z.string().min(1), reason: z.string().min(1) });
}

/// Everything that a deployment must be told, for one network.
const fields = z.object({
  chainId: of(uint),
  /// Addresses follow from the deployer, this, and contracts' names.
  label: of(label),
  depositContract: of(address),
  /// Unix time of slot 0; `undefined` is read from the beacon node or the local chain.
  genesisTime: of(uint),
  secondsPerSlot: of(uint),
  slotsPerEpoch: of(uint),
  genesisForkVersion: of(forkVersion),
  epochsPerFrame: of(uint),
  seedWei: of(uint),
  maxDepositPerFrameGwei: of(uint),
  ledgerMaxGainBpPerYear: of(uint),
  ledgerMaxFeeBp: of(uint),
  maxDripBpPerYear: of(uint),
  limitGainBpPerYear: of(uint),
  limitLossBpPerFrame: of(uint),
  limitLossBpPerWindow: of(uint),
  limitAppearedPerFrame: of(uint),
  limitExitedPerFrame: of(uint),
  silenceFrames: of(uint),
  reportPayGas: of(uint),
  reportPayRiseSeconds: of(uint),
  maxBaseFeeWei: of(uint),
  /// The largest request, in 1e-9 shares; the queue takes any from one share to 2^64 - 1.
  maxRequestGrains: of(uint.min(10n ** 9n).max(2n ** 64n - 1n)),
  minCooldownSeconds: of(uint),
  cooldownSeconds: of(uint),
  instantBucketBp: of(uint),
  instantBaseFeeBp: of(uint),
  instantSlopeBp: of(uint),
  predepositDeadlineSeconds: of(uint),
  bondRatioBp: of(uint),
  curatedBondRatioBp: of(uint),
  claimDelaySeconds: of(uint),
  /// Whether predeposits of known operators, and of all others, show that their signatures are good.
  checksCurated: of(z.boolean()),
  checksOthers: of(z.boolean()),
  credentialsPrefix: of(prefix),
  slotsPerHistoricalRoot: of(uint),
  epochsPerHistoricalVector: of(uint),
  pendingPartialsLimit: of(uint),
  pendingConsolidationsLimit: of(uint),
  capellaSlot: of(uint),
  /// Generalized indices in the beacon state, from each fork's first slot on.
  beaconLayouts: of(
    z
      .array(
        z.object({
          fromSlot: uint,
          validators: uint,
          balances: uint,
          randaoMixes: uint,
          historicalSummaries: uint,
          pendingDeposits: uint,
          pendingPartials: uint,
          pendingConsolidations: uint,
        }),
      )
      .min(1),
  ),
  layoutEndSlot: of(uint),
  epochsBetweenDrawAndSeed: of(uint),
  lotEth: of(uint),
  allocationCapBp: of(uint),
  allocationCapFloorEth: of(uint),
  weightLifeSeconds: of(uint),
  allotmentLifeSeconds: of(uint),
  penaltyQuotient: of(uint),
  slashingsVector: of(uint),
  provisionBp: of(uint),
  slashingBountyBp: of(uint),
  foreignFineWei: of(uint),
  foreignBountyWei: of(uint),
  dutyBadFrames: of(uint),
  dutyWindow: of(uint),
  dutyLeewayBp: of(uint),
  contestSeconds: of(uint),
  checkpointSettleSeconds: of(uint),
  minDeficitWei: of(uint),
  minDeficitBp: of(uint),
  comingEpochs: of(uint),
  sweepEpochs: of(uint),
  patienceEpochs: of(uint),
  shardCommitteePeriod: of(uint),
  exitCapBp: of(uint),
  exitCapFloorEth: of(uint),
  drawDoublingSeconds: of(uint),
  coverDelaySeconds: of(uint),
  refundPerCallWei: of(uint),
  refundPerDayWei: of(uint),
  memberBondWei: of(uint),
  balanceToleranceBp: of(uint),
  balanceFloorGwei: of(uint),
  feeBp: of(uint),
  treasuryBp: of(uint),
  reserveBp: of(uint),
  keepersBp: of(uint),
  reportBudgetWei: of(uint),
  finalizeBudgetWei: of(uint),
  proveBudgetWei: of(uint),
  witnessBudgetWei: of(uint),
  triggerBudgetWei: of(uint),
  keeperMaxBaseFeeWei: of(uint),
  keeperRiseSeconds: of(uint),
  finalizeGas: of(uint),
  proveGas: of(uint),
  proveMoreGas: of(uint),
  withdrawnGas: of(uint),
  settleGas: of(uint),
  triggerGas: of(uint),
  triggerMoreGas: of(uint),
  minPaidFinalizeWei: of(uint),
  minPaidSettleWei: of(uint),
  minPaidTriggerWei: of(uint),
  minCollectWei: of(uint),
  brakeSeconds: of(uint),
  timelockDelaySeconds: of(uint),
  shortestDelaySeconds: of(uint),
  inflowDelaySeconds: of(uint),
  exitWindowSeconds: of(uint),
  maxWaitSeconds: of(uint),
  absoluteEndSeconds: of(uint),
  observationGapSeconds: of(uint),
  votingDelaySeconds: of(uint),
  votingPeriodSeconds: of(uint),
  voteExtensionSeconds: of(uint),
  proposalThresholdBp: of(uint),
  quorumBp: of(uint),
  /// Who governs: null for the vote of stakers, by its timelock; an account on a test network alone.
  admin: of(address.nullable()),
  treasury: of(address),
  guardian: of(address),
  /// First members: the key that signs, who owns the member and its bond, and the weight.
  committee: of(z.array(z.object({ member: address, owner: address, weight: uint })).min(1)),
});

/// The fields, and what must hold between them.
export const parametersSchema = fields
  .refine((p) => p.weightLifeSeconds.value < p.claimDelaySeconds.value, {
    path: ["claimDelaySeconds"],
    message: "must be longer than weightLifeSeconds: else one bond counts in the weights of two operators",
  })
  .refine(
    (p) => gweiToWei(p.balanceFloorGwei.value) >= p.memberBondWei.value * BigInt(p.committee.value.length),
    {
      path: ["balanceFloorGwei"],
      message: "must be all members' bonds at least: else a gift that burns them may pay",
    },
  )
  .refine((p) => p.brakeSeconds.value > longestDecision(p), {
    path: ["brakeSeconds"],
    message:
      "must be longer than votingDelaySeconds, votingPeriodSeconds, voteExtensionSeconds and timelockDelaySeconds together: " +
      "else no vote can end a guardian's pull before it ends by itself",
  });

/// From a proposal to the end of its delay, where it began to pass late.
function longestDecision(p: z.infer<typeof fields>): bigint {
  return (
    p.votingDelaySeconds.value +
    p.votingPeriodSeconds.value +
    p.voteExtensionSeconds.value +
    p.timelockDelaySeconds.value
  );
}

export type Parameters = z.infer<typeof parametersSchema>;
