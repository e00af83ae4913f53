import { getAddress } from "ethers";
import {
  CommitteeBonds__factory,
  OracleCommittee__factory,
  ReportOracle__factory,
} from "../../../typechain-types/index.js";
import type { DeployContext } from "../context.ts";

/// A stake may be worth some wei less than what was staked.
const DUST = 10n ** 9n;

interface Seat {
  memberId: bigint;
  key: string;
  weight: bigint;
}

/// Registers the first members, with bonds that the deployer brings. Nothing is done where there is a committee already: from
/// then on members come and go.
async function bondMembers(c: DeployContext): Promise<Seat[]> {
  const { committee, memberBondWei } = c.parameters;
  const recorded = c.recordedArguments("OracleCommittee")?.at(-1);
  if (recorded !== undefined) return recorded as Seat[];
  const bonds = CommitteeBonds__factory.connect(c.addressOf("CommitteeBonds"), c.deployer);
  const seats: Seat[] = [];
  for (const { member, owner, weight } of committee.value) {
    // others may register members too: ids are found by their owners, who may have several
    const find = async () => {
      const count = await bonds.memberCount();
      for (let id = 1n; id <= count; id++) {
        const isFree = seats.every(({ memberId }) => memberId !== id);
        if (isFree && getAddress(await bonds.ownerOf(id)) === getAddress(owner)) return id;
      }
      return undefined;
    };
    await c.ensure(
      `${owner} owns the member that signs with ${member}`,
      async () => (await find()) !== undefined,
      () => bonds.register(owner),
    );
    const memberId = (await find())!;
    await c.ensure(
      `member ${memberId} has a bond`,
      async () => (await bonds.worthOf(memberId)) + DUST >= memberBondWei.value,
      () => bonds.deposit(memberId, { value: memberBondWei.value }),
    );
    await c.ensure(
      `the bond of member ${memberId} is whole`,
      async () => (await bonds.worthOf(memberId)) >= memberBondWei.value,
      () => bonds.deposit(memberId, { value: 2n * DUST }),
    );
    seats.push({ memberId, key: member, weight });
  }
  return seats;
}

export async function deployOracle(c: DeployContext): Promise<void> {
  const p = c.parameters;
  await c.deploy(
    "OracleCommittee",
    OracleCommittee__factory,
    c.addressOf("Authority"),
    c.addressOf("CommitteeBonds"),
    p.genesisTime.value,
    p.secondsPerSlot.value,
    p.secondsPerSlot.value * p.slotsPerEpoch.value * p.epochsPerFrame.value,
    p.memberBondWei.value,
    await bondMembers(c),
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
