import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { dataLength, encodeBytes32String, hexlify, ZeroAddress, type Result } from "ethers";
import { deploy, type Deployed } from "../../scripts/deploy/deploy.ts";
import { parameter } from "../../scripts/deploy/parameters/schema.ts";
import { Records, type DeploymentRecord } from "../../scripts/lib/records.ts";
import { depositDomain } from "../../scripts/lib/depositData.ts";
import { explain, FatalError } from "../../scripts/lib/errors.ts";
import { localAddress } from "../../scripts/lib/localAccounts.ts";
import { connectProtocol, CONTRACT_NAMES, type Protocol } from "../../scripts/lib/protocol.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../scripts/lib/roles.ts";
import { expectRevert } from "../story/support/revert.ts";
import { startBareChain, type BareChain } from "./support/bareChain.ts";
import { holdersByEvents } from "./support/roles.ts";

/// Three of them for the factory, on a chain that has none.
const TRANSACTIONS = 92;
/// EIP-170.
const MAX_CODE_BYTES = 24_576;
const FROZEN = ["LEDGER", "WITHDRAWAL_QUEUE"] as const;
const CLOSED = ["WrappedStakedEther", "WithdrawalQueue"] as const;

/// A struct by the names of its fields; the types of contracts hide that it knows them.
const fields = (struct: unknown) => (struct as Result).toObject();

describe("deploy: the protocol", () => {
  let chain: BareChain;
  let folder: string;
  let first: Deployed;
  let protocol: Protocol;

  before(async () => {
    chain = await startBareChain();
    folder = mkdtempSync(join(tmpdir(), "kedge-deploy-"));
    first = await deploy({ ...chain, records: new Records(folder) });
    protocol = connectProtocol(first.addresses, chain.provider);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await chain.close();
  });

  it("records every contract, and a second run sends nothing", async () => {
    expect(first.sent).to.equal(TRANSACTIONS);
    expect(Object.keys(first.addresses)).to.have.members(CONTRACT_NAMES);
    expect(JSON.parse(readFileSync(join(folder, "addresses.json"), "utf8"))).to.deep.equal(first.addresses);
    const recorded = readFileSync(join(folder, "records.json"), "utf8");

    const nonce = await chain.deployer.getNonce();
    const said: string[] = [];
    const second = await deploy({ ...chain, records: new Records(folder), say: (line) => said.push(line) });
    expect(second).to.deep.equal({ addresses: first.addresses, sent: 0 });
    expect(said).to.deep.equal([]);
    expect(await chain.deployer.getNonce()).to.equal(nonce);
    expect(readFileSync(join(folder, "records.json"), "utf8")).to.equal(recorded);
    expect(existsSync(join(folder, "records.json.new"))).to.equal(false);
  });

  it("roles are held exactly as intended, by the events alone", async () => {
    const a = first.addresses;
    const admin = localAddress("admin");
    expect(await holdersByEvents(protocol)).to.deep.equal({
      ADMIN: [admin],
      LEDGER: [a.StakedEther],
      WITHDRAWAL_QUEUE: [a.InstantExit, a.WithdrawalQueue].sort(),
      DEPOSITOR: [a.BeaconDepositor],
      ACCOUNTING: [a.ReportOracle],
      REPORTER: [a.BalanceCheckpoint],
      BALANCE_WITNESS: [a.BalanceCheckpoint],
      BOND_VAULT: [a.BondVault],
      SHARE_BURNER: [
        a.BondVault,
        a.CommitteeBonds,
        a.InstantExit,
        a.InsuranceReserve,
        a.RewardDistributor,
      ].sort(),
      COMMITTEE: [a.OracleCommittee],
      COMMITTEE_JUDGE: [a.OracleCommittee],
      EVIDENCE: [a.MemberEvidence],
      WITNESS: [a.SlashingOracle],
      EXIT_HOLDER: [a.SlashingOracle],
      BOND_LOCKER: [a.WithheldRewards],
      OPERATOR_JUDGE: [a.DutyJudge, a.StakeAllocator].sort(),
      EXIT_REQUESTER: [a.ExitController],
      BUDGET_SPENDER: [a.ExitController, a.KeeperJobs, a.ReportOracle].sort(),
      CONSOLIDATOR: [a.Consolidator],
      CLOSED_ACCOUNT: [a.WrappedStakedEther, a.WithdrawalQueue].sort(),
      REPORT_RESOLVER: [admin],
      COMMITTEE_MANAGER: [admin],
      OPERATOR_MANAGER: [admin],
      COMPLIANCE_MANAGER: [admin],
      PARAMETER_MANAGER: [admin],
      REQUEST_TARGET_MANAGER: [admin],
      RESUMER: [admin],
      GUARDIAN: [localAddress("guardian")],
      PAUSER: [a.EmergencyBrake, admin].sort(),
    });
    const deployer = await chain.deployer.getAddress();
    for (const role of [ADMIN_ROLE, ...ROLE_NAMES.map(roleId)]) {
      expect(await protocol.Authority.hasRole(role, deployer), role).to.equal(false);
      expect(await protocol.Authority.getRoleAdmin(role), role).to.equal(ADMIN_ROLE);
    }
  });

  it("roles that move ether are frozen, for the admin too; the others are the admin's", async () => {
    const { Authority } = protocol;
    const admin = await chain.provider.getSigner(localAddress("admin"));
    const authority = Authority.connect(admin);
    const holders = {
      LEDGER: first.addresses.StakedEther,
      WITHDRAWAL_QUEUE: first.addresses.WithdrawalQueue,
    };
    for (const name of FROZEN) {
      const role = roleId(name);
      await expectRevert(authority.grantRole(role, admin), Authority, "RoleIsFrozen", [role]);
      await expectRevert(authority.revokeRole(role, holders[name]), Authority, "RoleIsFrozen", [role]);
    }
    for (const name of ROLE_NAMES.filter((name) => !FROZEN.some((frozen) => frozen === name))) {
      expect(await Authority.isFrozen(roleId(name)), name).to.equal(false);
      await authority.grantRole.staticCall(roleId(name), chain.deployer);
      await expectRevert(
        Authority.connect(chain.deployer).grantRole(roleId(name), chain.deployer),
        Authority,
        "AccessControlUnauthorizedAccount",
      );
    }
  });

  it("the wrapper and the queue take shares only when they pull them", async () => {
    const { StakedEther } = protocol;
    for (const name of CLOSED) expect(await StakedEther.isClosed(protocol[name]), name).to.equal(true);
    for (const name of CONTRACT_NAMES.filter((name) => !CLOSED.some((closed) => closed === name))) {
      expect(await StakedEther.isClosed(protocol[name]), name).to.equal(false);
    }
  });

  it("what is fixed at construction is what the parameters say", async () => {
    const p = chain.parameters;
    const frameSlots = p.slotsPerEpoch.value * p.epochsPerFrame.value;
    const frameSeconds = frameSlots * p.secondsPerSlot.value;
    const { StakedEther, WithdrawalQueue, RewardDistributor, OracleCommittee, ReportOracle } = protocol;

    expect(fields(await StakedEther.parameters())).to.deep.equal({
      genesisTime: p.genesisTime.value,
      frameSeconds,
      maxDepositPerFrameGwei: p.maxDepositPerFrameGwei.value,
      maxGainBpPerYear: p.ledgerMaxGainBpPerYear.value,
      maxFeeBp: p.ledgerMaxFeeBp.value,
      maxDripBpPerYear: p.maxDripBpPerYear.value,
    });
    expect(await StakedEther.depositContract()).to.equal(p.depositContract.value);
    const vault = first.addresses.WithdrawalVault;
    expect(await StakedEther.withdrawalCredentials()).to.equal(
      `0x02${"00".repeat(11)}${vault.slice(2).toLowerCase()}`,
    );
    expect(await StakedEther.sharesOf(StakedEther)).to.equal(p.seedWei.value);
    const bonds = await StakedEther.sharesOf(protocol.CommitteeBonds);
    expect(await StakedEther.getTotalShares()).to.equal(p.seedWei.value + bonds);
    expect(await StakedEther.buffer()).to.equal(p.seedWei.value + bonds);

    expect(await protocol.BondVault.claimDelay()).to.equal(p.claimDelaySeconds.value);
    expect(await protocol.BondVault.bondRatioBp(false)).to.equal(p.bondRatioBp.value);
    expect(await WithdrawalQueue.minCooldown()).to.equal(p.minCooldownSeconds.value);
    expect(await WithdrawalQueue.cooldown()).to.equal(p.cooldownSeconds.value);
    expect(fields(await protocol.InstantExit.parameters())).to.deep.equal({
      bucketBp: p.instantBucketBp.value,
      baseFeeBp: p.instantBaseFeeBp.value,
      slopeBp: p.instantSlopeBp.value,
    });
    expect(await RewardDistributor.treasury()).to.equal(p.treasury.value);
    expect(fields(await RewardDistributor.parts())).to.deep.equal({
      treasuryBp: p.treasuryBp.value,
      reserveBp: p.reserveBp.value,
      keepersBp: p.keepersBp.value,
    });

    expect(await OracleCommittee.genesisTime()).to.equal(p.genesisTime.value);
    expect(await OracleCommittee.frameSeconds()).to.equal(frameSeconds);
    expect([...(await OracleCommittee.members())]).to.have.members(
      p.committee.value.map(({ member }) => member),
    );
    for (const { member, owner, weight } of p.committee.value) {
      expect(await OracleCommittee.weightAt(member, p.genesisTime.value)).to.equal(weight);
      const memberId = await OracleCommittee.memberOf(member);
      expect(await OracleCommittee.keyOf(memberId)).to.equal(member);
      const m = await protocol.CommitteeBonds.memberOf(memberId);
      expect(m.owner).to.equal(owner);
      expect(m.unlocksAt, "locked").to.equal(0n);
      expect(m.shares, "has its bond").to.be.greaterThanOrEqual(p.memberBondWei.value);
    }
    expect(await protocol.CommitteeBonds.memberCount()).to.equal(p.committee.value.length);
    expect(await OracleCommittee.minBond()).to.equal(p.memberBondWei.value);
    expect(await OracleCommittee.secondsPerSlot()).to.equal(p.secondsPerSlot.value);
    expect(await protocol.MemberEvidence.toleranceBp()).to.equal(p.balanceToleranceBp.value);
    expect(await protocol.MemberEvidence.floorGwei()).to.equal(p.balanceFloorGwei.value);

    expect(await ReportOracle.feeBp()).to.equal(p.feeBp.value);
    expect(await ReportOracle.minCollect()).to.equal(p.minCollectWei.value);
    expect(fields(await ReportOracle.limits())).to.deep.equal({
      gainBpPerYear: p.limitGainBpPerYear.value,
      lossBpPerFrame: p.limitLossBpPerFrame.value,
      lossBpPerWindow: p.limitLossBpPerWindow.value,
      appearedPerFrame: p.limitAppearedPerFrame.value,
      exitedPerFrame: p.limitExitedPerFrame.value,
    });
    expect(await ReportOracle.silenceFrames()).to.equal(p.silenceFrames.value);
    expect(await ReportOracle.slotsPerFrame()).to.equal(frameSlots);
    expect(await ReportOracle.slotsPerEpoch()).to.equal(p.slotsPerEpoch.value);

    const { BeaconDepositor } = protocol;
    expect(await BeaconDepositor.depositDomain()).to.equal(
      hexlify(depositDomain(p.genesisForkVersion.value)),
    );
    expect(await BeaconDepositor.checksCurated()).to.equal(false);
    expect(await BeaconDepositor.checksOthers()).to.equal(true);
    expect(await protocol.RandaoSource.epochsBetween()).to.equal(p.epochsBetweenDrawAndSeed.value);
    expect(fields(await protocol.StakeAllocator.parameters())).to.deep.equal({
      lotEth: p.lotEth.value,
      capBp: p.allocationCapBp.value,
      capFloorEth: p.allocationCapFloorEth.value,
      weightLife: p.weightLifeSeconds.value,
      allotmentLife: p.allotmentLifeSeconds.value,
    });
    expect(await protocol.InsuranceReserve.coverDelay()).to.equal(p.coverDelaySeconds.value);
    const refunds = await protocol.KeeperBudget.bounds();
    expect(refunds.perCall).to.equal(p.refundPerCallWei.value);
    expect(refunds.perDay).to.equal(p.refundPerDayWei.value);
    for (const [job, budget] of [
      ["report", p.reportBudgetWei],
      ["finalize", p.finalizeBudgetWei],
      ["prove", p.proveBudgetWei],
      ["witness", p.witnessBudgetWei],
      ["trigger", p.triggerBudgetWei],
    ] as const) {
      const { perFrame } = await protocol.KeeperBudget.jobBudget(encodeBytes32String(job));
      expect(perFrame, job).to.equal(budget.value);
    }
    expect(fields(await protocol.KeeperJobs.parameters())).to.deep.equal({
      maxBaseFee: p.keeperMaxBaseFeeWei.value,
      rise: p.keeperRiseSeconds.value,
      finalizeGas: p.finalizeGas.value,
      proveGas: p.proveGas.value,
      proveMoreGas: p.proveMoreGas.value,
      withdrawnGas: p.withdrawnGas.value,
      settleGas: p.settleGas.value,
      triggerGas: p.triggerGas.value,
      triggerMoreGas: p.triggerMoreGas.value,
      minFinalize: p.minPaidFinalizeWei.value,
      minSettle: p.minPaidSettleWei.value,
      minTrigger: p.minPaidTriggerWei.value,
    });
    expect(await protocol.EmergencyBrake.pauseSeconds()).to.equal(p.brakeSeconds.value);

    const { ExitWindowTimelock: timelock, StakerGovernor: governor } = protocol;
    expect(await timelock.getMinDelay()).to.equal(p.timelockDelaySeconds.value);
    expect(await timelock.shortestDelay()).to.equal(p.shortestDelaySeconds.value);
    expect(await timelock.inflowDelay()).to.equal(p.inflowDelaySeconds.value);
    expect(await timelock.exitWindow()).to.equal(p.exitWindowSeconds.value);
    expect(await timelock.maxWait()).to.equal(p.maxWaitSeconds.value);
    expect(await timelock.absoluteEnd()).to.equal(p.absoluteEndSeconds.value);
    expect(await timelock.observationGap()).to.equal(p.observationGapSeconds.value);
    expect(fields(await governor.parameters())).to.deep.equal({
      votingDelay: p.votingDelaySeconds.value,
      votingPeriod: p.votingPeriodSeconds.value,
      voteExtension: p.voteExtensionSeconds.value,
      proposalThresholdBp: p.proposalThresholdBp.value,
      quorumBp: p.quorumBp.value,
    });
    // the governor alone proposes, anyone executes, nobody administers or takes back but the timelock itself
    const addresses = first.addresses;
    const [proposer, canceller] = [await timelock.PROPOSER_ROLE(), await timelock.CANCELLER_ROLE()];
    expect(await timelock.hasRole(proposer, governor)).to.equal(true);
    expect(await timelock.hasRole(canceller, governor)).to.equal(false);
    expect(await timelock.hasRole(canceller, timelock)).to.equal(true);
    for (const role of [proposer, canceller]) {
      expect(await timelock.hasRole(role, chain.deployer)).to.equal(false);
    }
    expect(await timelock.hasRole(await timelock.EXECUTOR_ROLE(), ZeroAddress)).to.equal(true);
    expect(await timelock.hasRole(ADMIN_ROLE, timelock)).to.equal(true);
    expect(await timelock.hasRole(ADMIN_ROLE, chain.deployer)).to.equal(false);
    expect(await timelock.appointer()).to.equal(ZeroAddress);
    expect(await governor.timelock()).to.equal(addresses.ExitWindowTimelock);
  });

  it("contracts name each other, and all the same authority", async () => {
    const a = first.addresses;
    const p = protocol;
    const guarded = CONTRACT_NAMES.flatMap((name) =>
      p[name].interface.hasFunction("authority") ? [name] : [],
    );
    expect(guarded).to.have.length(20);
    for (const name of guarded) {
      const contract = p[name] as unknown as { authority(): Promise<string> };
      expect(await contract.authority(), name).to.equal(a.Authority);
    }
    expect(await p.ValidatorRegistry.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.StakedEther.withdrawalVault()).to.equal(a.WithdrawalVault);
    expect(await p.StakedEther.rewardsVault()).to.equal(a.RewardsVault);
    expect(await p.WrappedStakedEther.asset()).to.equal(a.StakedEther);
    expect(await p.BondVault.ledger()).to.equal(a.StakedEther);
    expect(await p.BondVault.wrapper()).to.equal(a.WrappedStakedEther);
    expect(await p.BondVault.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.BondVault.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.WithdrawalQueue.ledger()).to.equal(a.StakedEther);
    expect(await p.InstantExit.ledger()).to.equal(a.StakedEther);
    expect(await p.InstantExit.wrapper()).to.equal(a.WrappedStakedEther);
    expect(await p.InstantExit.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.RewardDistributor.ledger()).to.equal(a.StakedEther);
    expect(await p.RewardDistributor.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.ReportOracle.ledger()).to.equal(a.StakedEther);
    expect(await p.ReportOracle.withdrawalVault()).to.equal(a.WithdrawalVault);
    expect(await p.ReportOracle.rewardsVault()).to.equal(a.RewardsVault);
    expect(await p.ReportOracle.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.ReportOracle.rewardDistributor()).to.equal(a.RewardDistributor);
    expect(await p.ReportOracle.committee()).to.equal(a.OracleCommittee);
    expect(await p.CommitteeBonds.ledger()).to.equal(a.StakedEther);
    expect(await p.OracleCommittee.bonds()).to.equal(a.CommitteeBonds);
    expect(await p.MemberEvidence.committee()).to.equal(a.OracleCommittee);
    expect(await p.MemberEvidence.oracle()).to.equal(a.ReportOracle);
    expect(await p.MemberEvidence.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.MemberEvidence.ledger()).to.equal(a.StakedEther);
    expect(await p.MemberEvidence.withdrawalVault()).to.equal(a.WithdrawalVault);
    expect(await p.MemberEvidence.rewardsVault()).to.equal(a.RewardsVault);
    expect(await p.MemberEvidence.queue()).to.equal(a.WithdrawalQueue);
    expect(await p.BeaconDepositor.ledger()).to.equal(a.StakedEther);
    expect(await p.BeaconDepositor.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.BeaconDepositor.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.BeaconDepositor.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.BeaconDepositor.bondVault()).to.equal(a.BondVault);
    expect(await p.BeaconDepositor.stakeAllocator()).to.equal(a.StakeAllocator);
    expect(await p.RandaoSource.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.StakeAllocator.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.StakeAllocator.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.StakeAllocator.ledger()).to.equal(a.StakedEther);
    expect(await p.StakeAllocator.wrapper()).to.equal(a.WrappedStakedEther);
    expect(await p.StakeAllocator.bondVault()).to.equal(a.BondVault);
    expect(await p.StakeAllocator.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.StakeAllocator.randomness()).to.equal(a.RandaoSource);
    expect(await p.SlashingOracle.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.SlashingOracle.ledger()).to.equal(a.StakedEther);
    expect(await p.SlashingOracle.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.SlashingOracle.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.SlashingOracle.bondVault()).to.equal(a.BondVault);
    expect(await p.DutyJudge.rewardDistributor()).to.equal(a.RewardDistributor);
    expect(await p.DutyJudge.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.DutyJudge.ledger()).to.equal(a.StakedEther);
    expect(await p.WithheldRewards.rewardDistributor()).to.equal(a.RewardDistributor);
    expect(await p.WithheldRewards.bondVault()).to.equal(a.BondVault);
    expect(await p.InsuranceReserve.ledger()).to.equal(a.StakedEther);
    expect(await p.InsuranceReserve.bondVault()).to.equal(a.BondVault);
    expect(await p.KeeperBudget.ledger()).to.equal(a.StakedEther);
    expect(await p.RewardDistributor.insuranceReserve()).to.equal(a.InsuranceReserve);
    expect(await p.RewardDistributor.keeperBudget()).to.equal(a.KeeperBudget);
    expect(await p.KeeperJobs.ledger()).to.equal(a.StakedEther);
    expect(await p.KeeperJobs.keeperBudget()).to.equal(a.KeeperBudget);
    expect(await p.KeeperJobs.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.KeeperJobs.depositor()).to.equal(a.BeaconDepositor);
    expect(await p.KeeperJobs.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.KeeperJobs.slashingOracle()).to.equal(a.SlashingOracle);
    expect(await p.KeeperJobs.exitController()).to.equal(a.ExitController);
    expect(await p.ExitController.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.ExitController.ledger()).to.equal(a.StakedEther);
    expect(await p.ExitController.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.ExitController.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.ExitController.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.ExitController.withdrawalVault()).to.equal(a.WithdrawalVault);
    expect(await p.ExitController.rewardsVault()).to.equal(a.RewardsVault);
    expect(await p.ExitController.keeperBudget()).to.equal(a.KeeperBudget);
    expect(await p.Consolidator.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.Consolidator.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.Consolidator.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.Consolidator.withdrawalVault()).to.equal(a.WithdrawalVault);
    expect(await p.BalanceCheckpoint.verifier()).to.equal(a.BeaconVerifier);
    expect(await p.BalanceCheckpoint.ledger()).to.equal(a.StakedEther);
    expect(await p.BalanceCheckpoint.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.BalanceCheckpoint.reports()).to.equal(a.ReportOracle);
    expect(await p.ExitWindowTimelock.ledger()).to.equal(a.StakedEther);
    expect(await p.ExitWindowTimelock.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.StakerGovernor.ledger()).to.equal(a.StakedEther);
    expect(await p.StakerGovernor.wrapper()).to.equal(a.WrappedStakedEther);
    expect(await p.UpkeepAdapter.authority()).to.equal(a.Authority);
    expect(await p.UpkeepAdapter.ledger()).to.equal(a.StakedEther);
    expect(await p.UpkeepAdapter.withdrawalQueue()).to.equal(a.WithdrawalQueue);
    expect(await p.UpkeepAdapter.accounting()).to.equal(a.ReportOracle);
    expect(await p.UpkeepAdapter.exitController()).to.equal(a.ExitController);
    expect(await p.UpkeepAdapter.keeperJobs()).to.equal(a.KeeperJobs);
    expect(await p.UpkeepAdapter.timelock()).to.equal(a.ExitWindowTimelock);
    expect(await p.UpkeepAdapter.stakeAllocator()).to.equal(a.StakeAllocator);
    expect(await p.UpkeepAdapter.randomness()).to.equal(a.RandaoSource);
    expect(await p.UpkeepAdapter.operatorRegistry()).to.equal(a.OperatorRegistry);
    expect(await p.UpkeepAdapter.validatorRegistry()).to.equal(a.ValidatorRegistry);
    expect(await p.UpkeepAdapter.bondVault()).to.equal(a.BondVault);
    expect(await p.UpkeepAdapter.rewardDistributor()).to.equal(a.RewardDistributor);
    expect(await p.UpkeepAdapter.insuranceReserve()).to.equal(a.InsuranceReserve);
    expect(await p.Consolidator.withdrawalCredentials()).to.equal(
      await p.StakedEther.withdrawalCredentials(),
    );
  });

  it("no contract is larger than the chain allows", async () => {
    for (const name of CONTRACT_NAMES) {
      const bytes = dataLength(await chain.provider.getCode(protocol[name]));
      expect(bytes, name).to.be.within(1, MAX_CODE_BYTES);
    }
  });
});

describe("deploy: interrupted", () => {
  let chain: BareChain;
  let empty: string;
  let whole: Awaited<ReturnType<typeof finalState>>;

  /// Everything that a deployment leaves behind.
  async function finalState(deployed: Deployed) {
    const protocol = connectProtocol(deployed.addresses, chain.provider);
    const ids = ROLE_NAMES.map(roleId);
    return {
      addresses: deployed.addresses,
      holders: await holdersByEvents(protocol),
      frozen: await Promise.all(ids.map((role) => protocol.Authority.isFrozen(role))),
      closed: await Promise.all(CONTRACT_NAMES.map((name) => protocol.StakedEther.isClosed(protocol[name]))),
      nonce: await chain.deployer.getNonce(),
    };
  }

  before(async () => {
    chain = await startBareChain();
    empty = await chain.devnet.snapshot();
    whole = await finalState(await deploy({ ...chain, records: new Records() }));
  });
  beforeEach(async () => {
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
  });
  after(() => chain.close());

  /// Runs until so many steps are done, then breaks off.
  async function breakOff(records: Records, after: number): Promise<void> {
    let left = after;
    const say = () => {
      if (--left === 0) throw new Error("the cable is pulled");
    };
    const error = await deploy({ ...chain, records, say }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal("the cable is pulled");
  }

  for (const after of [1, 2, 3, 4, 9, 10, 15, 17, 25, 34, 41, 84, 90, 91, 92]) {
    it(`after ${after} of ${TRANSACTIONS} transactions, a second run ends in the same state`, async () => {
      const records = new Records();
      await breakOff(records, after);
      const { addresses, sent } = await deploy({ ...chain, records });
      expect(sent).to.equal(TRANSACTIONS - after);
      expect(await finalState({ addresses, sent })).to.deep.equal(whole);
    });
  }

  it("again and again, it goes on from where it was", async () => {
    const records = new Records();
    for (let i = 0; i < TRANSACTIONS; i++) await breakOff(records, 1);
    const { addresses, sent } = await deploy({ ...chain, records });
    expect(sent).to.equal(0);
    expect(await finalState({ addresses, sent })).to.deep.equal(whole);
  });

  it("handed to the stakers: their timelock is the admin for ever, wherever the run broke off", async () => {
    const { parameters } = chain;
    const stakers = { ...chain, parameters: { ...parameters, admin: parameter(null, "none", "a test") } };
    const records = new Records();
    const say = (line: string) => {
      if (line.startsWith("GUARDIAN")) throw new Error("the cable is pulled");
    };
    await deploy({ ...stakers, records, say }).catch(() => undefined);
    const deployed = await deploy({ ...stakers, records });
    const protocol = connectProtocol(deployed.addresses, chain.provider);
    const timelock = deployed.addresses.ExitWindowTimelock;
    const holders = await holdersByEvents(protocol);
    expect(holders["ADMIN"]).to.deep.equal([timelock]);
    for (const [role, who] of Object.entries(holders)) {
      expect(who, role).to.not.include(await chain.deployer.getAddress());
      expect(who, role).to.not.include(localAddress("admin"));
    }
    expect(holders["PARAMETER_MANAGER"]).to.deep.equal([timelock]);
    expect(await protocol.Authority.isFrozen(ADMIN_ROLE)).to.equal(true);
    expect((await deploy({ ...stakers, records })).sent, "nothing is left").to.equal(0);
    // one transaction gives the root away and freezes it; another was signed before by nobody
    expect(await chain.deployer.getNonce()).to.equal(TRANSACTIONS - 2);
  });

  it("between a contract and its record, the contract is found, and nothing is deployed twice", async () => {
    class Torn extends Records {
      override set(name: string, record: DeploymentRecord): void {
        if (name === "StakedEther") throw new Error("the disk is full");
        super.set(name, record);
      }
    }
    const torn = new Torn();
    const error = await deploy({ ...chain, records: torn }).catch((reason: unknown) => reason);
    expect((error as Error).message).to.equal("the disk is full");
    const records = new Records();
    for (const name of Object.keys(torn.addresses())) records.set(name, torn.get(name)!);

    const { addresses, sent } = await deploy({ ...chain, records });
    expect(sent).to.equal(TRANSACTIONS - 9);
    expect(await finalState({ addresses, sent })).to.deep.equal(whole);
    const recorded = records.get("StakedEther")!;
    expect(recorded).to.include({ address: whole.addresses.StakedEther });
    const receipt = await chain.provider.getTransactionReceipt(recorded.transactionHash);
    expect(receipt).to.include({ blockNumber: recorded.blockNumber, gasUsed: BigInt(recorded.gasUsed) });
  });

  it("what was deployed with other arguments, and recorded or not, is not gone on with", async () => {
    const records = new Records();
    await breakOff(records, 6);
    const { parameters } = chain;
    const deadline = parameter(parameters.predepositDeadlineSeconds.value + 1n, "seconds", "a test");
    const changed = { ...chain, parameters: { ...parameters, predepositDeadlineSeconds: deadline } };
    const refused = async (known: Records) =>
      explain(await deploy({ ...changed, records: known }).catch((reason: unknown) => reason));
    expect(await refused(records)).to.match(
      /^ValidatorRegistry is recorded at 0x\w{40}, constructed with "7200" where the parameters now say "7201" \(argument 3\)$/,
    );
    expect(await refused(new Records())).to.match(
      /^ValidatorRegistry was deployed in 0x\w{64} by other code, or with other arguments, than now: restore/,
    );
    const label = parameter("2", "label", "a test");
    const anew = { ...changed, parameters: { ...changed.parameters, label } };
    expect(await refused(records)).to.contain("ValidatorRegistry");
    const { addresses } = await deploy({ ...anew, records: new Records() });
    expect(addresses.Authority).not.to.equal(whole.addresses.Authority);
    expect(explain(await deploy({ ...anew, records }).catch((reason: unknown) => reason))).to.match(
      /^Authority is recorded at 0x\w{40}, and this deployer and label have it at 0x\w{40}: the records/,
    );
  });

  it("addresses follow from the deployer, the label and the name alone", async () => {
    await chain.devnet.tickSlots(3);
    const { parameters } = chain;
    const seedWei = parameter(parameters.seedWei.value + 1n, "wei", "a test");
    const other = { ...chain, parameters: { ...parameters, seedWei } };
    const { addresses } = await deploy({ ...other, records: new Records() });
    expect(addresses).to.deep.equal(whole.addresses);
  });

  it("a constructor that reverts is told by its reason", async () => {
    const { parameters } = chain;
    const brakeSeconds = parameter(15n * 86_400n, "seconds", "a test");
    const wrong = { ...chain, parameters: { ...parameters, brakeSeconds } };
    const error = await deploy({ ...wrong, records: new Records() }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(FatalError);
    expect((error as Error).message).to.match(/^EmergencyBrake cannot be deployed: .*ParameterOutOfBounds/);
  });

  it("records of another chain are told from a deployment", async () => {
    const records = new Records();
    await breakOff(records, 6);
    await chain.devnet.restore(empty);
    empty = await chain.devnet.snapshot();
    const error = await deploy({ ...chain, records }).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(FatalError);
    expect((error as Error).message).to.match(
      /^Authority is recorded at 0x\w{40}, where there is no code: .*--fresh$/,
    );
  });

  it("parameters of another chain are refused before anything is sent", async () => {
    const parameters = { ...chain.parameters, chainId: parameter(1n, "id", "mainnet") };
    const nonce = await chain.deployer.getNonce();
    const error = await deploy({ ...chain, parameters, records: new Records() }).catch(
      (reason: unknown) => reason,
    );
    expect((error as Error).message).to.equal("the chain has id 31337, the parameters are for 1");
    expect(await chain.deployer.getNonce()).to.equal(nonce);
  });
});
