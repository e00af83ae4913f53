import {
  Accounting__factory,
  OracleCommittee__factory,
  ReportOracle__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

export async function deployOracle(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "OracleCommittee",
    OracleCommittee__factory,
    c.addressOf("Authority"),
    p.genesisTime.value,
    p.secondsPerSlot.value * p.slotsPerEpoch.value * p.epochsPerFrame.value,
    p.committee.value.map(({ member }) => member),
    p.committee.value.map(({ weight }) => weight),
  );
  await c.deploy(
    "Accounting",
    Accounting__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("WithdrawalVault"),
    c.addressOf("RewardsVault"),
    c.addressOf("WithdrawalQueue"),
    c.addressOf("RewardDistributor"),
    p.feeBp.value,
    p.minCollectWei.value,
    { gainBpPerYear: p.limitGainBpPerYear.value, lossBpPerFrame: p.limitLossBpPerFrame.value },
  );
  await c.deploy(
    "ReportOracle",
    ReportOracle__factory,
    c.addressOf("StakedEther"),
    c.addressOf("OracleCommittee"),
    c.addressOf("Accounting"),
    p.slotsPerEpoch.value,
    p.secondsPerSlot.value,
  );
}
