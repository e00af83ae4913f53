import { OracleCommittee__factory, ReportOracle__factory } from "../../../typechain-types/index.js";
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
    "ReportOracle",
    ReportOracle__factory,
    c.addressOf("Authority"),
    c.addressOf("StakedEther"),
    c.addressOf("WithdrawalQueue"),
    c.addressOf("RewardDistributor"),
    c.addressOf("OracleCommittee"),
    { feeBp: p.feeBp.value, minCollect: p.minCollectWei.value },
    {
      gainBpPerYear: p.limitGainBpPerYear.value,
      lossBpPerFrame: p.limitLossBpPerFrame.value,
      lossBpPerWindow: p.limitLossBpPerWindow.value,
      appearedPerFrame: p.limitAppearedPerFrame.value,
      exitedPerFrame: p.limitExitedPerFrame.value,
    },
    {
      slotsPerEpoch: p.slotsPerEpoch.value,
      secondsPerSlot: p.secondsPerSlot.value,
      silenceFrames: p.silenceFrames.value,
      payGas: p.reportPayGas.value,
      payRise: p.reportPayRiseSeconds.value,
      maxBaseFee: p.maxBaseFeeWei.value,
    },
  );
}
