import { ZeroAddress } from "ethers";
import { ExitWindowTimelock__factory, StakerGovernor__factory } from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// The vote of stakers, and the timelock that does what it decides. The deployer names the governor once; then nobody may.
export async function deployGovernance(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "ExitWindowTimelock",
    ExitWindowTimelock__factory,
    c.addressOf("StakedEther"),
    c.addressOf("WithdrawalQueue"),
    await c.deployer.getAddress(),
    {
      delay: p.timelockDelaySeconds.value,
      shortestDelay: p.shortestDelaySeconds.value,
      inflowDelay: p.inflowDelaySeconds.value,
      exitWindow: p.exitWindowSeconds.value,
      maxWait: p.maxWaitSeconds.value,
      absoluteEnd: p.absoluteEndSeconds.value,
      observationGap: p.observationGapSeconds.value,
    },
  );
  const timelock = ExitWindowTimelock__factory.connect(c.addressOf("ExitWindowTimelock"), c.deployer);
  await c.deploy(
    "StakerGovernor",
    StakerGovernor__factory,
    c.addressOf("StakedEther"),
    c.addressOf("WrappedStakedEther"),
    c.addressOf("ExitWindowTimelock"),
    {
      votingDelay: p.votingDelaySeconds.value,
      votingPeriod: p.votingPeriodSeconds.value,
      voteExtension: p.voteExtensionSeconds.value,
      proposalThresholdBp: p.proposalThresholdBp.value,
      quorumBp: p.quorumBp.value,
    },
  );
  await c.ensure(
    "the governor proposes to the timelock, and nobody else",
    async () => (await timelock.appointer()) === ZeroAddress,
    () => timelock.appoint(c.addressOf("StakerGovernor")),
  );
}
