import "../lib/minimalPreset.ts";
import { genesisData, networksChainConfig } from "@lodestar/config/networks";
import { ssz } from "@lodestar/types";
import { expect } from "chai";
import { hexlify } from "ethers";
import { localPeople } from "../../scripts/deploy/people.ts";
import { PUBLIC_NETWORKS } from "../../scripts/deploy/parameters/chains.ts";
import { localParameters } from "../../scripts/deploy/parameters/devnet.ts";
import { ELECTRA_INDICES } from "../../scripts/deploy/parameters/layouts.ts";
import { publicParameters } from "../../scripts/deploy/parameters/networks.ts";
import { parameter, parametersSchema, type Parameters } from "../../scripts/deploy/parameters/schema.ts";
import { BEACON_NETWORKS } from "../../scripts/lib/keystores/networks.ts";

describe("deploy: parameters", () => {
  const given = localParameters({ genesisTime: 1_700_000_000, secondsPerSlot: 12, slotsPerEpoch: 8 });

  it("those of a local chain are accepted", () => {
    expect(parametersSchema.parse(given)).to.deep.equal(given);
  });

  it("a claim that is no longer than the life of a weight is refused, by its name", () => {
    const { value } = given.weightLifeSeconds;
    const withDelay = (delay: bigint) =>
      parametersSchema.safeParse({ ...given, claimDelaySeconds: parameter(delay, "seconds", "a test") });
    expect(withDelay(value + 1n).success).to.equal(true);
    const { error } = withDelay(value);
    expect(error?.issues[0]?.path).to.deep.equal(["claimDelaySeconds"]);
    expect(error?.issues[0]?.message).to.contain("weightLifeSeconds");
  });

  it("a floor of evidence below all members' bonds is refused, by its name", () => {
    const bonds = given.memberBondWei.value * BigInt(given.committee.value.length);
    const withFloor = (gwei: bigint) =>
      parametersSchema.safeParse({ ...given, balanceFloorGwei: parameter(gwei, "gwei", "a test") });
    expect(withFloor(bonds / 10n ** 9n).success).to.equal(true);
    const { error } = withFloor(bonds / 10n ** 9n - 1n);
    expect(error?.issues[0]?.path).to.deep.equal(["balanceFloorGwei"]);
    expect(error?.issues[0]?.message).to.contain("bonds");
  });

  it("a pull of the brake that no vote could end early is refused, by its name", () => {
    const vote =
      given.votingDelaySeconds.value +
      given.votingPeriodSeconds.value +
      given.voteExtensionSeconds.value +
      given.timelockDelaySeconds.value;
    const withBrake = (seconds: bigint) =>
      parametersSchema.safeParse({ ...given, brakeSeconds: parameter(seconds, "seconds", "a test") });
    expect(withBrake(vote + 1n).success).to.equal(true);
    const { error } = withBrake(vote);
    expect(error?.issues[0]?.path).to.deep.equal(["brakeSeconds"]);
    expect(error?.issues[0]?.message).to.contain("no vote can end");
  });
});

describe("deploy: parameters of public networks", () => {
  const people = localPeople(7, true);
  const all = {} as Record<(typeof PUBLIC_NETWORKS)[number], Parameters>;
  before(async () => {
    for (const network of PUBLIC_NETWORKS) all[network] = await publicParameters(network, people);
  });

  for (const network of PUBLIC_NETWORKS) {
    it(`${network}: what the chain fixes is what Lodestar knows of it`, () => {
      const p = all[network];
      const config = networksChainConfig[network];
      expect(p.genesisTime.value).to.equal(BigInt(genesisData[network].genesisTime));
      expect(p.depositContract.value.toLowerCase()).to.equal(hexlify(config.DEPOSIT_CONTRACT_ADDRESS));
      expect(p.secondsPerSlot.value).to.equal(12n);
      expect(p.slotsPerEpoch.value, "mainnet's preset, whatever this process has").to.equal(32n);
      expect(p.beaconLayouts.value[0]!.fromSlot).to.equal(BigInt(config.FULU_FORK_EPOCH) * 32n);
      expect(p.shardCommitteePeriod.value).to.equal(BigInt(config.SHARD_COMMITTEE_PERIOD));
      const gloasSlot = config.GLOAS_FORK_EPOCH * 32;
      expect(Number(p.layoutEndSlot.value), "a fork that changes the layout").to.be.at.most(gloasSlot);
      expect(p.layoutEndSlot.value % 32n).to.equal(0n);
      const frame = p.secondsPerSlot.value * p.slotsPerEpoch.value * p.epochsPerFrame.value;
      expect(frame, "a frame is a day").to.equal(86_400n);
      expect(p.genesisForkVersion.value).to.equal(
        BEACON_NETWORKS[network]?.genesisForkVersion ?? hexlify(config.GENESIS_FORK_VERSION),
      );
    });

    it(`${network}: whom the file names, whose bonds the floor of evidence covers`, () => {
      const p = all[network];
      expect(p.committee.value).to.deep.equal(people.committee);
      expect([p.admin.value, p.treasury.value, p.guardian.value]).to.deep.equal([
        null,
        people.treasury,
        people.guardian,
      ]);
      const bondsGwei = (7n * p.memberBondWei.value) / 10n ** 9n;
      expect(p.balanceFloorGwei.value).to.equal(bondsGwei > 10n ** 9n ? bondsGwei : 10n ** 9n);
    });
  }

  it("mainnet waits as long as it promises; test networks wait less", () => {
    const DAY = 86_400n;
    expect(all.mainnet.chainId.value).to.equal(1n);
    expect(all.mainnet.cooldownSeconds.value).to.equal(7n * DAY);
    expect(all.mainnet.predepositDeadlineSeconds.value).to.equal(60n * DAY);
    expect(all.mainnet.exitWindowSeconds.value).to.equal(3n * DAY);
    expect(all.mainnet.maxWaitSeconds.value).to.equal(45n * DAY);
    expect(all.mainnet.absoluteEndSeconds.value).to.equal(120n * DAY);
    for (const network of ["hoodi", "sepolia"] as const) {
      expect(all[network].cooldownSeconds.value < all.mainnet.cooldownSeconds.value).to.equal(true);
      expect(all[network].brakeSeconds.value < all.mainnet.brakeSeconds.value).to.equal(true);
    }
  });

  it("Sepolia's deposit contract is another one, and the reason says whom it takes", () => {
    expect(all.hoodi.depositContract.value).to.equal(all.mainnet.depositContract.value);
    expect(all.sepolia.depositContract.value).not.to.equal(all.mainnet.depositContract.value);
    expect(all.sepolia.depositContract.reason).to.contain("token");
  });

  it("layouts: the indices are those of Electra and of Fulu, and not of Gloas", () => {
    const fields = {
      validators: "validators",
      balances: "balances",
      randaoMixes: "randaoMixes",
      historicalSummaries: "historicalSummaries",
      pendingDeposits: "pendingDeposits",
      pendingPartials: "pendingPartialWithdrawals",
      pendingConsolidations: "pendingConsolidations",
    } as const;
    const indices = (state: { getPathInfo(path: string[]): { gindex: bigint } }) =>
      Object.fromEntries(
        Object.entries(fields).map(([name, field]) => [name, state.getPathInfo([field]).gindex]),
      );
    expect(indices(ssz.electra.BeaconState)).to.deep.equal(ELECTRA_INDICES);
    expect(indices(ssz.fulu.BeaconState)).to.deep.equal(ELECTRA_INDICES);
    expect(indices(ssz.gloas.BeaconState)).not.to.deep.equal(ELECTRA_INDICES);
  });
});
