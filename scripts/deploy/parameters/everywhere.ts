import { weiToGweiDown } from "../../lib/units.ts";
import { parameter, type Parameter, type Parameters } from "./schema.ts";

/// The least that `MemberEvidence` takes.
const LEAST_FLOOR_GWEI = 10n ** 9n;

/// All members' bonds: below, a gift that burns them may pay.
export function bondFloor(memberBondWei: bigint, members: number): Parameter<bigint> {
  const bondsGwei = weiToGweiDown(memberBondWei * BigInt(members));
  const floorGwei = bondsGwei > LEAST_FLOOR_GWEI ? bondsGwei : LEAST_FLOOR_GWEI;
  return parameter(floorGwei, "gwei", "an ETH, or all members' bonds");
}

/// What is the same on every network, local ones included.
export const EVERYWHERE = {
  ledgerMaxFeeBp: parameter(2_000n, "1/10,000", "a fifth of rewards"),
  reportPayGas: parameter(270_000n, "gas", "a whole report, and little more"),
  maxBaseFeeWei: parameter(200n * 10n ** 9n, "wei", "a busy day on mainnet"),
  maxRequestGrains: parameter(1_000n * 10n ** 9n, "1e-9 shares", "about 1,000 ether; more takes tickets"),
  instantBaseFeeBp: parameter(10n, "1/10,000", "the least: more than a frame and a half may lose unproven"),
  instantSlopeBp: parameter(100n, "1/10,000", "a full bucket costs a percent more"),
  bondRatioBp: parameter(500n, "1/10,000 of stake", "1.6 ETH for a validator of 32 ETH"),
  curatedBondRatioBp: parameter(320n, "1/10,000 of stake", "1.024 ETH: what a predeposit may lose"),
  checksCurated: parameter(false, "yes or no", "known operators save 172,000 gas for each key"),
  checksOthers: parameter(true, "yes or no", "anyone may register"),
  credentialsPrefix: parameter("0x02", "prefix", "compounding: up to 2,048 ETH"),
  slashingBountyBp: parameter(1_000n, "1/10,000 of the penalty", "worth the gas of a proof"),
  foreignFineWei: parameter(5n * 10n ** 17n, "wei", "nearly what is left of a key's bond"),
  foreignBountyWei: parameter(10n ** 17n, "wei", "a fifth of the fine"),
  minDeficitBp: parameter(100n, "1/10,000 of what tickets ask", "what penalties and rewards move"),
  refundPerCallWei: parameter(10n ** 17n, "wei", "fees of EIP-7002 rise to this only in a rush"),
  refundPerDayWei: parameter(10n ** 18n, "wei", "ten such calls"),
  balanceToleranceBp: parameter(100n, "1/10,000", "predeposits that nobody has proven yet"),
  feeBp: parameter(1_000n, "1/10,000", "a tenth of rewards"),
  treasuryBp: parameter(2_500n, "1/10,000", "a quarter of the fee"),
  reserveBp: parameter(500n, "1/10,000", "a twentieth of the fee, for what bonds do not cover"),
  keepersBp: parameter(500n, "1/10,000", "a twentieth of the fee, for keepers; operators have the rest"),
  reportBudgetWei: parameter(10n ** 17n, "wei a frame", "two reports at the highest base fee"),
  finalizeBudgetWei: parameter(10n ** 17n, "wei a frame", "five at the highest base fee"),
  proveBudgetWei: parameter(2n * 10n ** 17n, "wei a frame", "a batch of sixteen at the highest base fee"),
  witnessBudgetWei: parameter(10n ** 17n, "wei a frame", "three at the highest base fee"),
  triggerBudgetWei: parameter(2n * 10n ** 17n, "wei a frame", "a batch of sixteen at the highest base fee"),
  keeperMaxBaseFeeWei: parameter(10n ** 11n, "wei per gas", "100 gwei: what is dearer can wait"),
  finalizeGas: parameter(169_000n, "gas", "some 153,000, and a tenth"),
  proveGas: parameter(234_000n, "gas", "some 213,000, and a tenth"),
  proveMoreGas: parameter(68_000n, "gas", "some 62,000, and a tenth"),
  withdrawnGas: parameter(229_000n, "gas", "some 208,000, and a tenth"),
  settleGas: parameter(330_000n, "gas", "some 300,000, and a tenth"),
  triggerGas: parameter(342_000n, "gas", "some 311,000, and a tenth"),
  triggerMoreGas: parameter(61_000n, "gas", "some 55,600, and a tenth"),
  minPaidFinalizeWei: parameter(10n ** 18n, "wei", "no less is worth a transaction"),
  minPaidSettleWei: parameter(10n ** 16n, "wei", "a slashing costs more than that in all"),
  minPaidTriggerWei: parameter(8n * 10n ** 18n, "wei", "a quarter of a validator"),
  minCollectWei: parameter(10n ** 17n, "wei", "worth the gas of the call"),
  quorumBp: parameter(400n, "1/10,000 of all shares", "a twenty-fifth, as most governors ask"),
} satisfies Partial<Parameters>;
