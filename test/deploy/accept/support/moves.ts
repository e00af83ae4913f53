import { encodeBytes32String } from "ethers";
import type { Parameters } from "../../../../scripts/deploy/parameters/schema.ts";
import { ADMIN, asTimelock } from "./breaking.ts";
import { telling } from "./code.ts";
import type { World } from "./world.ts";
import { STRANGER } from "../../../../scripts/deploy/accept/check.ts";

/// Moves each setting by a step, as governance does; those of the governor, which nothing but a vote moves, are told to have
/// moved to what they are.
export async function moveSettings(w: World): Promise<void> {
  const p = w.given.protocol;
  const admin = await w.as(ADMIN);
  const less = <T extends object>(struct: T): T =>
    Object.fromEntries(Object.entries(struct).map(([key, value]) => [key, (value as bigint) - 1n])) as T;
  const fields = <T>(struct: T) => (struct as { toObject(): T }).toObject();

  const bonds = p.BondVault.connect(admin);
  for (const curated of [false, true]) {
    await bonds.setBondRatio(curated, (await bonds.bondRatioBp(curated)) + 1n);
  }
  const timelock = await asTimelock(w);
  await timelock.updateDelay((await timelock.getMinDelay()) + 1n);
  const exit = fields(await p.InstantExit.parameters());
  await p.InstantExit.connect(admin).setParameters({ ...less(exit), baseFeeBp: exit.baseFeeBp + 1n });
  const budget = p.KeeperBudget.connect(admin);
  const { perCall, perDay } = await budget.bounds();
  await budget.setBounds(perCall - 1n, perDay - 1n);
  for (const job of ["report", "finalize", "prove", "witness", "trigger"].map(encodeBytes32String)) {
    const { perFrame } = await budget.jobBudget(job);
    // what was set before the last time does not count
    await budget.setJobBudget(job, perFrame - 1n);
    await budget.setJobBudget(job, perFrame - 2n);
  }
  const oracle = p.ReportOracle.connect(admin);
  await oracle.setFee((await oracle.feeBp()) - 1n);
  await oracle.setLimits(less(fields(await oracle.limits())));
  const distributor = p.RewardDistributor.connect(admin);
  await distributor.setParts(less(fields(await distributor.parts())));
  await distributor.setTreasury(STRANGER);
  const allocation = fields(await p.StakeAllocator.parameters());
  await p.StakeAllocator.connect(admin).setParameters({
    ...less(allocation),
    lotEth: allocation.lotEth + 32n,
  });
  const queue = p.WithdrawalQueue.connect(admin);
  await queue.setCooldown((await queue.cooldown()) + 1n);
  const vault = p.WithdrawalVault.connect(admin);
  await vault.setWithdrawalTarget(p.StakedEther);
  await vault.setConsolidationTarget(p.StakedEther);
  await tellOfGovernor(w);
}

/// What the file said of the governor before.
export function otherVotes(parameters: Parameters): Parameters {
  const { votingDelaySeconds, votingPeriodSeconds, voteExtensionSeconds, proposalThresholdBp, quorumBp } =
    parameters;
  const votes = {
    votingDelaySeconds,
    votingPeriodSeconds,
    voteExtensionSeconds,
    proposalThresholdBp,
    quorumBp,
  };
  const others = Object.entries(votes).map(([name, p]) => [name, { ...p, value: p.value + 1n }]);
  return { ...parameters, ...(Object.fromEntries(others) as typeof votes) };
}

/// The governor's event: its parameters are what they are, but for the quorum where that is given.
export async function tellOfGovernor(w: World, quorumBp?: bigint): Promise<void> {
  const { StakerGovernor } = w.given.protocol;
  const now = await StakerGovernor.parameters();
  const told = [...now].slice(0, -1).concat(quorumBp ?? now.quorumBp);
  const event = StakerGovernor.interface.getEvent("ParametersSet");
  const { data } = StakerGovernor.interface.encodeEventLog(event, [now, told]);
  const code = await w.given.provider.getCode(StakerGovernor);
  await w.setCode("StakerGovernor", telling(event.topicHash));
  await (await w.chain.deployer.sendTransaction({ to: StakerGovernor, data })).wait();
  await w.setCode("StakerGovernor", code);
}
