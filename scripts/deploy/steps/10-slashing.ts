import {
  DutyJudge__factory,
  MemberEvidence__factory,
  SlashingOracle__factory,
  WithheldRewards__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// What faults cost.
export async function deploySlashing(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "SlashingOracle",
    SlashingOracle__factory,
    c.addressOf("BeaconVerifier"),
    c.addressOf("StakedEther"),
    c.addressOf("ValidatorRegistry"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("BondVault"),
    c.addressOf("WithdrawalQueue"),
    {
      penaltyQuotient: p.penaltyQuotient.value,
      provisionBp: p.provisionBp.value,
      bountyBp: p.slashingBountyBp.value,
      foreignFine: p.foreignFineWei.value,
      foreignBounty: p.foreignBountyWei.value,
      slashingsVector: p.slashingsVector.value,
      genesisForkVersion: p.genesisForkVersion.value,
    },
  );
  await c.deploy(
    "DutyJudge",
    DutyJudge__factory,
    c.addressOf("RewardDistributor"),
    c.addressOf("OperatorRegistry"),
    c.addressOf("StakedEther"),
    {
      badFrames: p.dutyBadFrames.value,
      window: p.dutyWindow.value,
      leewayBp: p.dutyLeewayBp.value,
    },
  );
  await c.deploy(
    "WithheldRewards",
    WithheldRewards__factory,
    c.addressOf("Authority"),
    c.addressOf("RewardDistributor"),
    c.addressOf("BondVault"),
    c.addressOf("StakedEther"),
    p.contestSeconds.value,
  );
  await c.deploy(
    "MemberEvidence",
    MemberEvidence__factory,
    {
      authority: c.addressOf("Authority"),
      committee: c.addressOf("OracleCommittee"),
      oracle: c.addressOf("ReportOracle"),
      verifier: c.addressOf("BeaconVerifier"),
      ledger: c.addressOf("StakedEther"),
      withdrawalVault: c.addressOf("WithdrawalVault"),
      rewardsVault: c.addressOf("RewardsVault"),
      queue: c.addressOf("WithdrawalQueue"),
    },
    p.balanceToleranceBp.value,
    p.balanceFloorGwei.value,
  );
}
