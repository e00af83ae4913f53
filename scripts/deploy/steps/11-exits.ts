import { ExitController__factory, ProtocolLens__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What makes validators exit when tickets want more than is there, and what reads how long they wait.
export async function deployExits(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "ExitController",
    ExitController__factory,
    c.addressOf("BeaconVerifier"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("WithdrawalQueue"),
    c.addressOf("WithdrawalVault"),
    c.addressOf("RewardsVault"),
    c.addressOf("KeeperBudget"),
    {
      minDeficit: p.minDeficitWei.value,
      minDeficitBp: p.minDeficitBp.value,
      comingEpochs: p.comingEpochs.value,
      sweepEpochs: p.sweepEpochs.value,
      patienceEpochs: p.patienceEpochs.value,
      committeePeriod: p.shardCommitteePeriod.value,
      capBp: p.exitCapBp.value,
      capFloorEth: p.exitCapFloorEth.value,
      doublingSeconds: p.drawDoublingSeconds.value,
    },
  );
  await c.deploy(
    "ProtocolLens",
    ProtocolLens__factory,
    c.addressOf("StakedEther"),
    c.addressOf("WithdrawalQueue"),
    c.addressOf("ExitController"),
    c.addressOf("WithdrawalVault"),
    c.addressOf("RewardsVault"),
    p.slotsPerEpoch.value * p.secondsPerSlot.value,
  );
}
