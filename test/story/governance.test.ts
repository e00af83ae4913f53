import { expect } from "chai";
import { castVote, overrideVote } from "../../scripts/actions/castVote.ts";
import { delegate } from "../../scripts/actions/delegate.ts";
import {
  closeWindow,
  executeProposal,
  findProposal,
  noteReady,
  readinessOf,
} from "../../scripts/actions/proposals.ts";
import { propose } from "../../scripts/actions/propose.ts";
import { simulateProposal } from "../../scripts/actions/simulateProposal.ts";
import type { ContractName } from "../../scripts/lib/protocol.ts";
import { deployAllocation } from "../../scripts/deploy/steps/08-allocation.ts";
import { deployOracle } from "../../scripts/deploy/steps/07-oracle.ts";
import { deploySlashing } from "../../scripts/deploy/steps/10-slashing.ts";
import { deployCheckpoints } from "../../scripts/deploy/steps/14-checkpoints.ts";
import { readProposal } from "../../scripts/lib/proposals.ts";
import { ADMIN_ROLE, ROLE_NAMES, roleId } from "../../scripts/lib/roles.ts";
import { deploySuccessors, rolesToMove, showInFulu, type Successors } from "./support/forks.ts";
import {
  bring,
  decide,
  enact,
  queue,
  register,
  untilAfter,
  untilDue,
  type WrittenCall,
} from "./support/govern.ts";
import { runValidators } from "./support/keys.ts";
import { file, nextBoundary, prepare, reportNext, sign, submit, untilFinal } from "./support/reports.ts";
import { expectRevert } from "./support/revert.ts";
import { claim, cooldown, request, stake } from "./support/stake.ts";
import { ETHER, GWEI, mined, startWorld, type World } from "./support/world.ts";

const setFee = (bp: number): WrittenCall => ({
  contract: "ReportOracle",
  function: "setFee",
  arguments: [String(bp)],
});

/// A pool that its stakers govern: what they decide, what nobody can do to those who leave, and what governance cannot.
describe("story: governance by stakers", () => {
  let world: World;
  let start: string;
  let indices: number[];

  before(async () => {
    world = await startWorld({ bondWei: (64n * ETHER) / 10n, stakersGovern: true });
    await stake(world, "alice", 300n * ETHER);
    await stake(world, "bob", 60n * ETHER);
    await stake(world, "carol", 100n * ETHER);
    await register(world, ["alice", "bob"]);
    // carol's votes are alice's
    await delegate(world.protocol, world.accounts.carol, { delegate: world.accounts.alice });
    ({ indices } = await runValidators(world, 0, 2));
    await reportNext(world);
  });
  after(() => world.close());

  const timeNow = () => world.devnet.chain.timeAtSlot(world.devnet.slot);
  beforeEach(async () => {
    start = await world.devnet.snapshot();
  });
  afterEach(() => world.devnet.restore(start));

  it("the deployer, and every account of the network, is powerless", async () => {
    const { accounts, protocol } = world;
    const { Authority: authority, ExitWindowTimelock: timelock, StakerGovernor: governor } = protocol;
    const known = new Set(
      await Promise.all(
        Object.values(protocol).map(async (contract) => (await contract.getAddress()).toLowerCase()),
      ),
    );
    const people: string[] = [];
    for (const role of [ADMIN_ROLE, ...ROLE_NAMES.map(roleId)]) {
      for (const holder of await authority.getRoleMembers(role)) {
        if (!known.has(holder.toLowerCase())) people.push(`${role} ${holder}`);
      }
    }
    expect(people, "a guardian, and nobody else").to.deep.equal([
      `${roleId("GUARDIAN")} ${await accounts.guardian.getAddress()}`,
    ]);
    expect(await authority.getRoleMembers(ADMIN_ROLE)).to.deep.equal([await timelock.getAddress()]);
    for (const role of [ADMIN_ROLE, roleId("LEDGER"), roleId("WITHDRAWAL_QUEUE")]) {
      expect(await authority.isFrozen(role)).to.equal(true);
    }
    for (const name of ["deployer", "admin"] as const) {
      const who = accounts[name];
      await expectRevert(
        authority.connect(who).grantRole(roleId("ACCOUNTING"), who),
        authority,
        "AccessControlUnauthorizedAccount",
      );
      await expectRevert(timelock.connect(who).appoint(who), timelock, "NotTheAppointer");
      await expectRevert(
        timelock.connect(who).grantRole(await timelock.PROPOSER_ROLE(), who),
        timelock,
        "AccessControlUnauthorizedAccount",
      );
      await expectRevert(
        protocol.ReportOracle.connect(who).setFee(900),
        protocol.ReportOracle,
        "Unauthorized",
      );
      await expectRevert(
        governor.connect(who).setAdapter(who, accounts.bob),
        governor,
        "GovernorOnlyExecutor",
      );
    }
  });

  it("the fee changes by a vote: proposed, tried, voted, queued, and done when its time has come", async () => {
    const { accounts, protocol, provider } = world;
    const { ReportOracle: oracle, StakerGovernor: governor } = protocol;
    const text = JSON.stringify({ title: "Lower the fee", text: "More for stakers.", calls: [setFee(900)] });
    const proposal = await readProposal(text, protocol, await accounts.alice.getAddress());
    const tried = await simulateProposal(provider, protocol, proposal.calls);
    expect(tried.failure).to.equal(undefined);
    expect(tried.changes).to.deep.equal([
      { contract: "ReportOracle", figure: "feeBp", before: "1000", after: "900" },
    ]);
    expect(tried.events).to.deep.equal(["ReportOracle.FeeSet(1000, 900)"]);
    expect(tried.invariants.filter(({ holds }) => !holds)).to.deep.equal([]);
    expect(await oracle.feeBp(), "tried, and taken back").to.equal(1_000n);

    // nobody else can bring it, to withdraw it
    await expectRevert(propose(protocol, accounts.bob, proposal), governor, "GovernorRestrictedProposer");
    const { proposalId, voteStart } = await propose(protocol, accounts.alice, proposal);
    await expectRevert(
      castVote(protocol, accounts.alice, { proposalId, support: "for" }),
      governor,
      "GovernorUnexpectedProposalState",
    );
    await untilAfter(world, voteStart);
    const { weight } = await castVote(protocol, accounts.alice, { proposalId, support: "for" });
    expect(weight, "hers and carol's").to.equal(400n * ETHER);
    await queue(world, proposalId);
    const { protocol: p } = world;
    await expectRevert(
      executeProposal(p, accounts.keeper, proposalId),
      p.ExitWindowTimelock,
      "TimelockUnexpectedOperationState",
    );
    await expectRevert(closeWindow(p, accounts.keeper, proposalId), p.ExitWindowTimelock, "WindowIsOpen");
    await expectRevert(noteReady(p, accounts.keeper, proposalId), p.ExitWindowTimelock, "NotToBeNoted");
    await untilDue(world, proposalId);
    await noteReady(protocol, accounts.keeper, proposalId);
    const { expiresAt, ready } = await readinessOf(protocol, proposalId);
    const now = (await provider.getBlock("latest"))!.timestamp;
    expect([ready, expiresAt]).to.deep.equal([true, BigInt(now) + (await p.ExitWindowTimelock.SHELF_LIFE())]);
    await executeProposal(protocol, accounts.keeper, proposalId);
    expect(await oracle.feeBp()).to.equal(900n);
    expect((await findProposal(protocol, proposalId)).state).to.equal("executed");
    const { feeShares, booked } = await reportNext(world);
    // of a rate a little above one
    expect((feeShares * 10_000n) / booked).to.be.within(890n, 900n);
  });

  it("a delegate is overruled by the owner of the votes, whoever of them is first", async () => {
    const { accounts, protocol } = world;
    const { alice, carol } = accounts;
    const first = await bring(world, "alice", [setFee(900)]);
    await castVote(protocol, alice, { proposalId: first, support: "for" });
    expect((await overrideVote(protocol, carol, { proposalId: first, support: "against" })).weight).to.equal(
      100n * ETHER,
    );
    const second = await bring(world, "alice", [setFee(900)]);
    await overrideVote(protocol, carol, { proposalId: second, support: "against" });
    expect((await castVote(protocol, alice, { proposalId: second, support: "for" })).weight).to.equal(
      300n * ETHER,
    );
    for (const id of [first, second]) {
      const { votes } = await findProposal(protocol, id);
      expect(votes).to.deep.equal({ against: 100n * ETHER, for: 300n * ETHER, abstain: 0n });
    }
    await expectRevert(
      overrideVote(protocol, carol, { proposalId: second, support: "for" }),
      protocol.StakerGovernor,
      "AlreadyOverridden",
    );
  });

  it("shares that were bought after the snapshot, or borrowed for a block, have no say", async () => {
    const { accounts, protocol } = world;
    const { trader, alice } = { trader: accounts.manager, alice: accounts.alice };
    const proposalId = await bring(world, "alice", [setFee(900)]);
    await stake(world, "manager", 5_000n * ETHER);
    await delegate(protocol, trader, { delegate: trader });
    await world.devnet.tickBlocks(1);
    await expectRevert(
      castVote(protocol, trader, { proposalId, support: "against" }),
      protocol.StakerGovernor,
      "NothingToVote",
      [proposalId, await trader.getAddress()],
    );
    await castVote(protocol, alice, { proposalId, support: "for" });
    // nor do they raise the quorum of what is voted on
    const { votes, quorum } = await findProposal(protocol, proposalId);
    expect(votes.for).to.equal(400n * ETHER);
    expect(quorum).to.be.lessThan(30n * ETHER);
    await queue(world, proposalId);
    // and who holds them in the block of a proposal alone has no votes to bring it with
    await stake(world, "guardian", 5_000n * ETHER);
    await mined(protocol.StakedEther.connect(accounts.guardian).delegate(accounts.guardian));
    const text = JSON.stringify({ title: "Now", text: "At once.", calls: [setFee(900)] });
    const mine = await readProposal(text, protocol, await accounts.treasury.getAddress());
    await mined(protocol.StakedEther.connect(accounts.guardian).transfer(accounts.treasury, 4_000n * ETHER));
    await expectRevert(
      propose(protocol, accounts.treasury, mine),
      protocol.StakerGovernor,
      "GovernorInsufficientProposerVotes",
    );
  });

  it("a malicious proposal during a bank run: everyone who asked to leave in time is paid before it can be done", async () => {
    const { accounts, protocol } = world;
    const { WithdrawalQueue: tickets, ExitWindowTimelock: timelock } = protocol;
    const thief = await accounts.alice.getAddress();
    // alice has the majority: the accounting would be hers, and with it every gain and loss
    const proposalId = await decide(world, "alice", [
      { contract: "Authority", function: "grantRole", arguments: [roleId("ACCOUNTING"), thief] },
    ]);
    const rate = await protocol.WrappedStakedEther.getRate();
    const asked = [
      ["bob", await request(world, "bob", 59n * ETHER)],
      ["carol", await request(world, "carol", 99n * ETHER)],
    ] as const;
    await untilDue(world, proposalId);
    const late = await request(world, "carol", ETHER / 2n);
    const refuse = async () =>
      expectRevert(
        executeProposal(protocol, accounts.alice, proposalId),
        timelock,
        "TimelockUnexpectedOperationState",
      );
    await refuse();
    const { sharesNeeded } = await readinessOf(protocol, proposalId);
    expect(sharesNeeded * GWEI).to.be.within(150n * ETHER, 160n * ETHER);
    await cooldown(world, asked[1][1]);
    await refuse();
    // the buffer pays; the last report that finalises opens the door for the decision, and not before
    let reports = 0;
    while (!(await tickets.ticket(asked[1][1])).finalized) {
      await refuse();
      await reportNext(world);
      expect(++reports, "reports until all are out").to.be.lessThan(6);
    }
    await executeProposal(protocol, accounts.alice, proposalId);
    expect(await protocol.Authority.hasRole(roleId("ACCOUNTING"), thief), "done, when they are out").to.equal(
      true,
    );
    for (const [name, ticketId] of asked) {
      const { shares } = await tickets.ticket(ticketId);
      const paid = await claim(world, name, ticketId);
      expect(paid, name).to.be.at.least((shares * rate) / ETHER - GWEI);
    }
    // who asked after the window had been told what would come
    expect((await tickets.ticket(late)).owner).to.equal(await accounts.carol.getAddress());
  });

  it("what lets ether leave, and the root, is out of reach of any decision", async () => {
    const { accounts, protocol } = world;
    const thief = await accounts.alice.getAddress();
    const calls = ["LEDGER", "WITHDRAWAL_QUEUE"] as const;
    for (const role of [...calls.map((name) => roleId(name)), ADMIN_ROLE]) {
      const grant: WrittenCall = { contract: "Authority", function: "grantRole", arguments: [role, thief] };
      const text = JSON.stringify({ title: "Mine", text: "All of it.", calls: [grant] });
      const proposal = await readProposal(text, protocol, thief);
      const { failure } = await simulateProposal(world.provider, protocol, proposal.calls);
      expect(failure).to.contain("RoleIsFrozen");
    }
    const proposalId = await decide(world, "alice", [
      { contract: "Authority", function: "grantRole", arguments: [roleId("LEDGER"), thief] },
    ]);
    await untilDue(world, proposalId);
    await expectRevert(
      executeProposal(protocol, accounts.alice, proposalId),
      protocol.Authority,
      "RoleIsFrozen",
    );
  });

  it("a simulation shows who gets which role, what is broken, and what cannot be tried", async () => {
    const { accounts, protocol, provider } = world;
    const thief = await accounts.alice.getAddress();
    const attempt = async (...calls: WrittenCall[]) => {
      const text = JSON.stringify({ title: "Try", text: "A story.", calls });
      return simulateProposal(provider, protocol, (await readProposal(text, protocol, thief)).calls);
    };
    const depositor = await protocol.BeaconDepositor.getAddress();
    const granted = await attempt({
      contract: "Authority",
      function: "grantRole",
      arguments: [roleId("DEPOSITOR"), thief],
    });
    expect(granted.changes).to.deep.equal([
      {
        contract: "Authority",
        figure: "holders of DEPOSITOR",
        before: depositor,
        after: [depositor, thief].sort().join(", "),
      },
    ]);
    const role = await protocol.ExitWindowTimelock.PROPOSER_ROLE();
    const governor = await protocol.StakerGovernor.getAddress();
    const taken = await attempt(
      { contract: "ExitWindowTimelock", function: "grantRole", arguments: [role, thief] },
      { contract: "ExitWindowTimelock", function: "revokeRole", arguments: [role, governor] },
    );
    expect(taken.invariants.filter(({ holds }) => !holds).map(({ name }) => name.slice(0, 5))).to.deep.equal([
      "GOV-1",
    ]);
    const own = await attempt({
      contract: "StakerGovernor",
      function: "setAdapter",
      arguments: [thief, depositor],
    });
    expect([own.failure, own.untried.length, own.changes.length]).to.deep.equal([undefined, 1, 0]);
  });

  it("what was decided is taken back by another decision, sooner than it can be done", async () => {
    const { accounts, protocol } = world;
    const timelock = protocol.ExitWindowTimelock;
    // tickets wait, and so does the decision; what takes it back waits for nobody
    await request(world, "bob", 59n * ETHER);
    const wrong = await decide(world, "alice", [setFee(1_200)]);
    const queued = await timelock.queryFilter(timelock.filters.OperationQueued());
    const { id } = queued.at(-1)!.args;
    const back = await decide(world, "alice", [
      { contract: "ExitWindowTimelock", function: "cancel", arguments: [id] },
    ]);
    // what the governor takes for cancelled, and the timelock still knows of, has expired
    const forgetful = new Proxy(protocol.StakerGovernor, {
      get: (governor, name) => (name === "state" ? async () => 2n : (Reflect.get(governor, name) as unknown)),
    });
    const late = await findProposal({ ...protocol, StakerGovernor: forgetful }, wrong);
    expect(late.state).to.equal("expired");
    const { lane, delayEndsAt } = await readinessOf(protocol, back);
    expect(lane).to.equal(2n);
    await untilAfter(world, delayEndsAt);
    await executeProposal(protocol, accounts.keeper, back);
    expect((await findProposal(protocol, wrong)).state).to.equal("cancelled");
  });

  it("the oracle is replaced by one operation, while a report for the old one is in flight", async () => {
    const { accounts, protocol } = world;
    const names = ["ReportOracle", "MemberEvidence", "BalanceCheckpoint"] as const;
    const fresh = await deploySuccessors(world, {
      given: {},
      names: [...names],
      steps: [deployOracle, deploySlashing, deployCheckpoints],
    });
    const moves = await rolesToMove(world, fresh, names);
    expect(moves.map(({ role }) => role)).to.include.members([
      roleId("ACCOUNTING"),
      roleId("EVIDENCE"),
      roleId("REPORTER"),
    ]);
    const proposalId = await decide(
      world,
      "alice",
      moves.flatMap(({ role, from, to }): WrittenCall[] => [
        { contract: "Authority", function: "grantRole", arguments: [role, to] },
        { contract: "Authority", function: "revokeRole", arguments: [role, from] },
      ]),
    );
    await untilDue(world, proposalId);
    const ticket = await request(world, "bob", 5n * ETHER);
    await cooldown(world, ticket);

    const refSlot = await nextBoundary(world);
    await untilFinal(world, refSlot);
    const inFlight = await prepare(world, refSlot);
    const signed = await sign(world, inFlight.report, world.members.slice(0, 4));
    expect(signed).to.have.length(4);
    await executeProposal(protocol, accounts.keeper, proposalId);
    // the old one has the signatures, and nothing to say
    await expectRevert(submit(world, inFlight), protocol.StakedEther, "Unauthorized");
    // members sign the same for the new one: two oracles, no equivocation
    const { finalized } = await file(fresh, await prepare(fresh, refSlot));
    expect(finalized.shares).to.be.greaterThan(0n);
    expect(await claim(fresh, "bob", ticket)).to.be.at.least(5n * ETHER - GWEI);
    await reportNext(fresh);
  });

  /// All that the old ones may do is what the new ones may, from one transaction to the next.
  async function enactSuccessors(names: ContractName[], steps: Successors["steps"]): Promise<World> {
    const fresh = await deploySuccessors(world, { given: {}, names, steps });
    const moves = await rolesToMove(world, fresh, names);
    await enact(
      world,
      "alice",
      moves.flatMap(({ role, from, to }): WrittenCall[] => [
        { contract: "Authority", function: "grantRole", arguments: [role, to] },
        { contract: "Authority", function: "revokeRole", arguments: [role, from] },
      ]),
    );
    return fresh;
  }

  it("the committee is replaced with the oracle that asks it, and reports go on", async () => {
    const fresh = await enactSuccessors(
      ["OracleCommittee", "ReportOracle", "MemberEvidence", "BalanceCheckpoint"],
      [deployOracle, deploySlashing, deployCheckpoints],
    );
    const refSlot = await nextBoundary(fresh);
    await untilFinal(fresh, refSlot);
    await expectRevert(
      submit(world, await prepare(world, refSlot)),
      world.protocol.StakedEther,
      "Unauthorized",
    );
    await file(fresh, await prepare(fresh, refSlot));
    await reportNext(fresh);
  });

  it("the verifier is replaced with the oracle of slashings that asks it, and faults are proven", async () => {
    const { accounts, devnet, protocol } = world;
    const fresh = await enactSuccessors(
      ["BeaconVerifier", "SlashingOracle"],
      [deployAllocation, deploySlashing],
    );
    expect(await fresh.protocol.SlashingOracle.verifier()).to.equal(
      await fresh.protocol.BeaconVerifier.getAddress(),
    );
    expect(await fresh.protocol.BeaconVerifier.getAddress()).to.not.equal(
      await protocol.BeaconVerifier.getAddress(),
    );
    const [index] = indices;
    devnet.slashProposer(index!);
    await devnet.tickUntil(() => devnet.chain.validator(index!).slashed);
    await devnet.tickBlocks(2);
    const { block, validator, proof } = showInFulu(world, devnet.chain.head, index!);
    const prove = ({ protocol: p }: World) =>
      mined(p.SlashingOracle.connect(accounts.bob).proveSlashed(block, index!, validator, proof));
    await expectRevert(prove(world), protocol.ValidatorRegistry, "Unauthorized");
    await prove(fresh);
    expect((await protocol.ValidatorRegistry.validator(index!)).slashed).to.equal(true);
  });

  it("governance lifts what a guardian stopped, and arms the brake again, in one operation", async () => {
    const { accounts, protocol } = world;
    const { EmergencyBrake: brake, StakedEther: ledger } = protocol;
    await mined(brake.connect(accounts.guardian).pull(0));
    const { until } = await ledger.stakingPause();
    await expectRevert(stake(world, "bob", ETHER), ledger, "StakingIsPaused");
    await expectRevert(brake.connect(accounts.guardian).arm(0), brake, "Unauthorized");
    await enact(world, "alice", [
      { contract: "StakedEther", function: "resumeStaking", arguments: [] },
      { contract: "EmergencyBrake", function: "arm", arguments: [0] },
    ]);
    expect(timeNow(), "it would not have ended by itself").to.be.lessThan(Number(until));
    await stake(world, "bob", ETHER);
    expect(await brake.isArmed(0)).to.equal(true);
  });

  it("governance ends a guardian's pause of finalisations by a vote that waits for nobody", async () => {
    const { accounts, protocol } = world;
    const { EmergencyBrake: brake, WithdrawalQueue: tickets } = protocol;
    await request(world, "bob", ETHER);
    await mined(brake.connect(accounts.guardian).pull(1));
    const until = await tickets.pausedUntil();
    await enact(world, "alice", [{ contract: "WithdrawalQueue", function: "resume", arguments: [] }]);
    const ended = await tickets.pausedUntil();
    expect(ended).to.be.lessThan(until);
    expect(timeNow()).to.be.at.least(Number(ended));
    await expectRevert(brake.connect(accounts.guardian).pull(1), brake, "NotArmed");
  });
});
