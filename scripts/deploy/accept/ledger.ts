import { CONTRACT_NAMES } from "../../lib/protocol.ts";
import { depositDomain } from "../../lib/depositData.ts";
import { hexlify } from "ethers";
import { FatalError } from "../../lib/errors.ts";
import { CLOSED } from "../holders.ts";
import { addressOf, equal, type Ground, type Question } from "./check.ts";
import { frameSeconds } from "./parameters.ts";

/// Where ether goes, and what time it is: the seed, the credentials, the deposit contract, frames.
export function ledgerQuestions(ground: Ground): Question[] {
  const { protocol, provider, parameters: p, live } = ground;
  const { StakedEther, ReportOracle, OracleCommittee } = protocol;
  const credentials = `0x02${"00".repeat(11)}${addressOf(ground, "WithdrawalVault").slice(2)}`;
  const seconds = frameSeconds(p);
  return [
    equal("chain: id", p.chainId.value, async () => (await provider.getNetwork()).chainId),
    {
      name: "ledger: the seed stake is locked",
      wanted: `at least ${p.seedWei.value} shares of its own`,
      ask: async () => {
        const shares = await StakedEther.sharesOf(StakedEther);
        return { ok: shares >= p.seedWei.value, got: String(shares) };
      },
    },
    equal("ledger: withdrawal credentials", credentials, () => StakedEther.withdrawalCredentials()),
    equal("consolidator: withdrawal credentials", credentials, () =>
      protocol.Consolidator.withdrawalCredentials(),
    ),
    equal("ledger: closed accounts", [...CLOSED].sort(), async () => {
      const closed = await Promise.all(CONTRACT_NAMES.map((name) => StakedEther.isClosed(protocol[name])));
      return CONTRACT_NAMES.filter((_, i) => closed[i]).sort();
    }),
    {
      name: "deposits: the deposit contract is there",
      wanted: "code",
      ask: async () => {
        const code = await provider.getCode(p.depositContract.value);
        return { ok: code !== "0x", got: code === "0x" ? "none" : "code" };
      },
    },
    equal("deposits: domain", hexlify(depositDomain(p.genesisForkVersion.value)), () =>
      protocol.BeaconDepositor.depositDomain(),
    ),
    equal("frames: slots", p.slotsPerEpoch.value * p.epochsPerFrame.value, () =>
      ReportOracle.slotsPerFrame(),
    ),
    {
      name: "frames: the frame of today",
      wanted: "the oracle's and the ledger's, by the parameters' times",
      ask: async () => {
        const block = await provider.getBlock("latest");
        if (block === null) throw new FatalError("there is no block");
        const at = { blockTag: block.number };
        const { frame, refSlot } = await ReportOracle.currentFrame(at);
        const wanted = (BigInt(block.timestamp) - p.genesisTime.value) / seconds;
        const isSame =
          frame === wanted &&
          refSlot * p.secondsPerSlot.value === frame * seconds &&
          (await StakedEther.frameTime(frame, at)) === p.genesisTime.value + frame * seconds;
        return { ok: isSame, got: `frame ${frame}, slot ${refSlot}` };
      },
    },
    {
      name: "frames: the first report can come",
      wanted: "members with weight",
      ask: async () => {
        const { timestamp } = (await provider.getBlock("latest"))!;
        const weight = await OracleCommittee.totalWeightAt(timestamp);
        return { ok: weight > 0n, got: `weight ${weight}` };
      },
    },
    ...(live ? [] : committeeQuestions(protocol, p)),
  ];
}

/// The first members; later they come and go.
function committeeQuestions(
  { OracleCommittee, CommitteeBonds }: Ground["protocol"],
  { committee, memberBondWei, genesisTime }: Ground["parameters"],
): Question[] {
  const keys = committee.value.map(({ member }) => member);
  return [
    equal("committee: members", [...keys].sort(), async () => [...(await OracleCommittee.members())].sort()),
    ...committee.value.map(({ member, owner, weight }) => ({
      name: `committee: ${member}`,
      wanted: `weight ${weight}, owned by ${owner}, bonded and locked`,
      ask: async () => {
        const id = await OracleCommittee.memberOf(member);
        const [m, held] = await Promise.all([
          CommitteeBonds.memberOf(id),
          OracleCommittee.weightAt(member, genesisTime.value),
        ]);
        const isBonded = m.shares >= memberBondWei.value;
        const isSame =
          held === weight && m.owner.toLowerCase() === owner.toLowerCase() && isBonded && m.unlocksAt === 0n;
        const bond = `${isBonded ? "bonded" : `${m.shares} shares`} and ${m.unlocksAt === 0n ? "locked" : "unlocked"}`;
        return { ok: isSame, got: `weight ${held}, owned by ${m.owner}, ${bond}` };
      },
    })),
  ];
}
