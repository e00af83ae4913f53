import { UpkeepAdapter__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What automation networks call. It has no role.
export async function deployUpkeep(c: DeployContext): Promise<void> {
  await c.deploy("UpkeepAdapter", UpkeepAdapter__factory, {
    authority: c.addressOf("Authority"),
    ledger: c.addressOf("StakedEther"),
    withdrawalQueue: c.addressOf("WithdrawalQueue"),
    accounting: c.addressOf("ReportOracle"),
    exitController: c.addressOf("ExitController"),
    keeperJobs: c.addressOf("KeeperJobs"),
    timelock: c.addressOf("ExitWindowTimelock"),
    stakeAllocator: c.addressOf("StakeAllocator"),
    randomness: c.addressOf("RandaoSource"),
    operatorRegistry: c.addressOf("OperatorRegistry"),
    validatorRegistry: c.addressOf("ValidatorRegistry"),
    bondVault: c.addressOf("BondVault"),
    rewardDistributor: c.addressOf("RewardDistributor"),
    insuranceReserve: c.addressOf("InsuranceReserve"),
  });
}
