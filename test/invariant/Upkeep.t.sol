// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IExitWindowTimelock} from "../../contracts/interfaces/IExitWindowTimelock.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IUpkeepAdapter} from "../../contracts/interfaces/IUpkeepAdapter.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";
import {Upkeeps} from "../utils/Upkeeps.sol";

/// @notice The protocol, where anything may happen, and networks that look after it. Whatever a check answers is held
/// against what the protocol then does.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract UpkeepHandler is Upkeeps {
    uint256 public constant JOBS = uint256(type(IUpkeepAdapter.Job).max) + 1;
    uint256 private constant OPERATORS = 4;

    /// @dev Makes a call, tells whether it succeeded, and takes it back.
    error Probed(bool ok);

    /// @dev By job: checks that were true, and were performed.
    mapping(IUpkeepAdapter.Job => uint256) public tended;
    /// @dev By job: performed without a check, with something to do, and with nothing.
    mapping(IUpkeepAdapter.Job => uint256) public acted;
    mapping(IUpkeepAdapter.Job => uint256) public passed;
    uint256 public tendedByChecker;
    uint256 public paid;
    string public broken;

    bytes32[] private _operations;
    address private _payee = makeAddr("payee");

    constructor() payable {
        setUp();
        for (uint256 i = 0; i < OPERATORS; ++i) addOperator(10 ether);
        _stake(400 ether);
        ledger.transferShares(address(insuranceReserve), 1 ether);
    }

    function timelockParameters() internal pure override returns (IExitWindowTimelock.Parameters memory p) {
        p = super.timelockParameters();
        (p.delay, p.shortestDelay, p.inflowDelay) = (6 hours, 6 hours, 1 hours);
        (p.exitWindow, p.maxWait, p.absoluteEnd) = (12 hours, 30 hours, 84 hours);
    }

    /* NETWORKS */

    /// @dev UPK-1: what a check answers with true does not revert, and is done then.
    function tend(uint256 pick, uint256 which) public {
        (IUpkeepAdapter.Job job, uint256 subject) = _upkeep(pick, which);
        (bool needed, bytes memory data) = upkeep.checkUpkeep(abi.encode(job, subject));
        if (!needed) return;
        uint256 before = ledger.sharesOf(_payee);
        try upkeep.performUpkeep(data) {
            ++tended[job];
            if (ledger.sharesOf(_payee) > before) ++paid;
        } catch {
            _break("UPK-1: what was needed can be done");
        }
        (bool still, bytes memory again) = upkeep.checkUpkeep(data);
        if (still && keccak256(again) == keccak256(data)) _break("UPK-1: what was done is done");
    }

    function tendMany(uint256 pick) external {
        for (uint256 i = 0; i < JOBS; ++i) tend(pick % JOBS, i);
    }

    function tendByChecker() external {
        (bool needed, bytes memory payload) = upkeep.checker();
        if (!needed) return;
        (bool ok, ) = address(upkeep).call(payload);
        if (ok) ++tendedByChecker;
        else _break("UPK-1: what the checker answers can be done");
    }

    /// @dev UPK-1: without a check a job is done exactly where the call behind it can be made, and nothing reverts.
    function perform(uint256 pick, uint256 which) public {
        (IUpkeepAdapter.Job job, uint256 subject) = _upkeep(pick, which);
        bool may = _probe(job, subject);
        vm.recordLogs();
        try upkeep.performUpkeep(abi.encode(job, subject)) {
            bool did = vm.getRecordedLogs().length > 0;
            // in the block of a report all refreshes wait, those that could be made among them
            bool waits = job == IUpkeepAdapter.Job.Refresh && ledger.reportTimes()[0] == currentTime();
            if (_tells(job) && did != (may && !waits))
                _break(string.concat("UPK-1: done where it may be, job ", _name(job)));
            if (did) ++acted[job];
            else ++passed[job];
        } catch {
            _break(string.concat("UPK-1: what cannot be done is passed over, job ", _name(job)));
        }
    }

    function performMany(uint256 pick) external {
        for (uint256 i = 0; i < JOBS; ++i) perform(pick % JOBS, i);
    }

    function probe(address target, bytes calldata data) external {
        (bool ok, ) = target.call(data);
        revert Probed(ok);
    }

    /* TICKETS */

    function request(uint256 who, uint256 amount) external {
        address holder = who % 2 == 0 ? alice : bob;
        amount = bound(amount, 0.01 ether, 3 ether);
        if (ledger.balanceOf(holder) < amount) {
            deal(holder, 20 ether);
            vm.prank(holder);
            ledger.stake{value: 20 ether}(address(0));
        }
        requestFor(holder, amount);
    }

    /// @dev Often when there is no ether for them.
    function nameSome(uint256 age, uint256 luck) external {
        if (luck % 2 == 0) _deposit(200);
        uint256 refTime = currentTime() - bound(age, 0, 12 hours);
        uint256 last = queue.lastTicketId();
        while (last > 0 && queue.ticket(last).readyAt > refTime) --last;
        queue.finalize(last, refTime);
    }

    function stakeMore(uint256 amount) external {
        _stake(amount % 3 == 0 ? bound(amount, 1 gwei, 1 ether) : bound(amount, 1 ether, 50 ether));
    }

    function deposit(uint256 count) external {
        _deposit(bound(count, 1, 40));
    }

    function shut(uint256 how) external {
        if (how % 4 == 0 && currentTime() >= queue.pausedUntil()) queue.pauseFor(bound(how, 1 hours, 1 days));
        if (how % 4 == 1 && !queue.isSuspended()) queue.suspend();
        if (how % 16 == 2) queue.hold();
        if (how % 4 == 3 && queue.isSuspended()) queue.endSuspension();
    }

    function fillVaults(uint256 amount) external {
        deal(address(rewardsVault), bound(amount, 0, 1 ether));
        deal(address(withdrawalVault), bound(amount >> 128, 0, 3 ether));
    }

    /* DRAWS */

    function settle() external {
        IStakeAllocator.Draw memory d = allocator.draw();
        if (!d.isOpen || randomness.lapsed(d.round)) return;
        uint256 known = d.round * randomness.ROUND();
        if (currentTime() < known) vm.warp(known);
        allocator.settle(abi.encode(randomness.seedOf(d.round)));
    }

    function loseSeed(uint256 luck) external {
        if (luck % 3 == 0 && allocator.draw().isOpen) randomness.expire(allocator.draw().round);
    }

    function spend(uint256 pick, uint256 eth) external {
        uint256 id = 1 + (pick % OPERATORS);
        IStakeAllocator.Position memory p = allocator.position(id);
        if (p.leftEth == 0 || currentTime() >= p.endsAt) return;
        allocator.spend(id, bound(eth, 1, p.leftEth));
    }

    /// @dev To the last hour of an allotment that nobody can spend, as somebody sees.
    function passToEnd(uint256 pick, uint256 luck) external {
        uint256 id = 1 + (pick % OPERATORS);
        uint256 endsAt = allocator.position(id).endsAt;
        if (endsAt < currentTime() + 2 hours) return;
        vm.warp(endsAt - 1 hours);
        _deposit(400);
        if (luck % 2 == 0) tend(id, uint256(IUpkeepAdapter.Job.Prolong));
        else perform(id, uint256(IUpkeepAdapter.Job.Prolong));
    }

    function setStanding(uint256 pick, uint256 standing) external {
        standing = standing % 8;
        IOperatorRegistry.Standing to = IOperatorRegistry.Standing(standing < 3 ? standing : 0);
        operatorRegistry.setStanding(1 + (pick % OPERATORS), to, "");
    }

    function report() external {
        bookChange(0);
    }

    /* FUNDS */

    function fees(uint256 amount) external {
        _stake(1 ether);
        sendFees(bound(amount, 0.001 ether, 0.5 ether));
    }

    /// @dev More than the bond has, now and then, as somebody sees.
    function fault(uint256 pick, uint256 loss) external {
        if (!authority.hasRole(Roles.SHARE_BURNER, address(bonds))) return;
        uint256 id = 1 + (pick % OPERATORS);
        uint256 held = ledger.getPooledEthByShares(bonds.backingOf(id));
        uint256 least = loss % 3 == 0 ? held : 0;
        bonds.burn(id, least + bound(loss, 0.01 ether, 0.5 ether), 0, address(0), 0);
        if (loss % 4 == 0) perform(id, uint256(IUpkeepAdapter.Job.NoteLoss));
    }

    function addBond(uint256 pick, uint256 amount) external {
        amount = amount % 2 == 0 ? bound(amount, 1e9, 0.1 ether) : bound(amount, 0.1 ether, 10 ether);
        bonds.deposit{value: amount}(1 + (pick % OPERATORS));
    }

    function fillReserve(uint256 amount) external {
        _stake(1 ether);
        ledger.transferShares(address(insuranceReserve), bound(amount, 1, 0.2 ether));
    }

    /* GOVERNANCE */

    function queueOperation() external {
        bytes memory data = abi.encodeCall(authority.grantRole, (Roles.COMPLIANCE_MANAGER, alice));
        uint256 delay = timelock.getMinDelay();
        bytes32 salt = bytes32(_operations.length);
        _operations.push(timelock.hashOperation(address(authority), 0, data, 0, salt));
        vm.prank(governor);
        timelock.schedule(address(authority), 0, data, 0, salt, delay);
    }

    /// @dev A brain loses its role, or has it again.
    function moveRole(uint256 which, uint256 luck) external {
        bytes32[4] memory roles = [
            Roles.BUDGET_SPENDER,
            Roles.OPERATOR_JUDGE,
            Roles.SHARE_BURNER,
            Roles.ACCOUNTING
        ];
        address[4] memory holders = [
            address(jobs),
            address(allocator),
            which % 8 < 4 ? address(insuranceReserve) : address(bonds),
            address(oracle)
        ];
        setRole(roles[which % 4], holders[which % 4], luck % 4 > 0);
    }

    function passTime(uint256 duration) external {
        skipTime(duration % 3 == 0 ? bound(duration, 1, 2 days) : bound(duration, 1, 4 hours));
    }

    /// @dev Long enough for the reserve.
    function sleep(uint256 luck) external {
        if (luck % 3 == 0) skipTime(COVER_DELAY);
    }

    /* VIEWS */

    /// @notice All that the adapter has: shares, wrapped shares, and ether.
    function held() external view returns (uint256) {
        return ledger.unitsOf(address(upkeep)) + wrapper.balanceOf(address(upkeep)) + address(upkeep).balance;
    }

    /* INTERNAL */

    function _deposit(uint256 most) private {
        uint256 there = address(ledger).balance / 1 ether;
        if (there > 0) depositKeys(there < most ? there : most);
    }

    function _stake(uint256 amount) private {
        ledger.stake{value: amount}(address(0));
    }

    /// @dev Any job, with a subject that it may have.
    function _upkeep(
        uint256 pick,
        uint256 which
    ) private view returns (IUpkeepAdapter.Job job, uint256 subject) {
        job = IUpkeepAdapter.Job(which % JOBS);
        if (job == IUpkeepAdapter.Job.Finalize) return (job, pick % 3 == 0 ? 0 : subjectOf(_payee));
        if (job != IUpkeepAdapter.Job.CloseWindow && job != IUpkeepAdapter.Job.NoteReady) {
            // a stranger, too
            return (job, pick % (OPERATORS + 2));
        }
        uint256 count = _operations.length;
        // one of the last ones
        if (count > 0) subject = uint256(_operations[count - 1 - (pick % (count < 4 ? count : 4))]);
    }

    /// @dev Whether the call that a job makes succeeds now.
    function _probe(IUpkeepAdapter.Job job, uint256 subject) private returns (bool ok) {
        (address target, bytes memory data) = _callOf(job, subject);
        try this.probe(target, data) {} catch (bytes memory answer) {
            return keccak256(answer) == keccak256(abi.encodeWithSelector(Probed.selector, true));
        }
    }

    /// @dev Jobs whose calls tell of what they did, whenever they do anything.
    function _tells(IUpkeepAdapter.Job job) private pure returns (bool) {
        return
            job != IUpkeepAdapter.Job.Collect &&
            job != IUpkeepAdapter.Job.NoteDeficit &&
            job != IUpkeepAdapter.Job.NoteReady &&
            job != IUpkeepAdapter.Job.Release;
    }

    function _callOf(
        IUpkeepAdapter.Job job,
        uint256 subject
    ) private view returns (address target, bytes memory data) {
        if (job == IUpkeepAdapter.Job.Finalize)
            return (address(queue), abi.encodeCall(queue.finalizeNamed, ()));
        if (job == IUpkeepAdapter.Job.Collect) return (address(oracle), abi.encodeCall(oracle.collect, ()));
        if (job == IUpkeepAdapter.Job.NoteDeficit) return (address(exits), abi.encodeCall(exits.note, ()));
        if (job <= IUpkeepAdapter.Job.NoteReady) return (address(timelock), _governanceCall(job, subject));
        if (job <= IUpkeepAdapter.Job.Lapse) return (address(allocator), _drawCall(job, subject));
        if (job == IUpkeepAdapter.Job.PullKeepers)
            return (address(distributor), abi.encodeCall(distributor.pullKeepers, ()));
        if (job == IUpkeepAdapter.Job.PullReserve)
            return (address(distributor), abi.encodeCall(distributor.pullReserve, ()));
        target = address(insuranceReserve);
        if (job == IUpkeepAdapter.Job.NoteLoss) return (target, abi.encodeCall(insuranceReserve.note, ()));
        if (job == IUpkeepAdapter.Job.CoverLoss) return (target, abi.encodeCall(insuranceReserve.cover, ()));
        return (address(bonds), abi.encodeCall(bonds.releaseOverdue, (subject)));
    }

    function _governanceCall(IUpkeepAdapter.Job job, uint256 subject) private view returns (bytes memory) {
        if (job == IUpkeepAdapter.Job.Observe) return abi.encodeCall(timelock.observe, ());
        if (job == IUpkeepAdapter.Job.CloseWindow)
            return abi.encodeCall(timelock.closeWindow, (bytes32(subject)));
        return abi.encodeCall(timelock.noteReady, (bytes32(subject)));
    }

    function _drawCall(IUpkeepAdapter.Job job, uint256 subject) private view returns (bytes memory) {
        if (job == IUpkeepAdapter.Job.OpenDraw) return abi.encodeCall(allocator.open, ());
        if (job == IUpkeepAdapter.Job.AbandonDraw) return abi.encodeCall(allocator.abandon, ());
        if (job == IUpkeepAdapter.Job.Refresh) return abi.encodeCall(allocator.refresh, (subject));
        if (job == IUpkeepAdapter.Job.Prolong) return abi.encodeCall(allocator.prolong, (subject));
        return abi.encodeCall(allocator.lapse, (subject));
    }

    function _name(IUpkeepAdapter.Job job) private pure returns (string memory) {
        return vm.toString(uint256(job));
    }

    function _break(string memory rule) private {
        if (bytes(broken).length == 0) broken = rule;
    }
}

/// @notice UPK-1 under any sequence of what holders, brains, operators, governance and networks may do. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract UpkeepInvariantTest is RandomWalk {
    UpkeepHandler private handler;

    function setUp() public {
        handler = new UpkeepHandler();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    /* INVARIANTS */

    function invariant_UPK1_WhatACheckAnswersCanBeDone() public view {
        assertEq(handler.broken(), "", "UPK-1");
    }

    function invariant_UPK1_TheAdapterHoldsNothing() public view {
        assertEq(handler.held(), 0, "UPK-1: all that came went on");
    }

    /* COVERAGE */

    /// @dev What chance reaches in a long walk: every job is needed and done, is done without a check, and is passed over.
    function test_handler_ChanceReachesEveryJob() public {
        walk(address(handler), _actions(), 6_000);
        for (uint256 i = 0; i < handler.JOBS(); ++i) {
            IUpkeepAdapter.Job job = IUpkeepAdapter.Job(i);
            assertGt(handler.tended(job), 0, string.concat("tended ", vm.toString(i)));
            assertGt(handler.acted(job), 0, string.concat("acted ", vm.toString(i)));
            // counting open time is always possible
            if (job != IUpkeepAdapter.Job.Observe)
                assertGt(handler.passed(job), 0, string.concat("passed ", vm.toString(i)));
        }
        assertGt(handler.tendedByChecker(), 0, "by the checker");
        assertGt(handler.paid(), 0, "paid");
        invariant_UPK1_WhatACheckAnswersCanBeDone();
        invariant_UPK1_TheAdapterHoldsNothing();
    }

    /// @dev Networks look more often than anything happens.
    function _actions() private view returns (bytes4[] memory actions) {
        actions = new bytes4[](30);
        actions[0] = handler.tend.selector;
        actions[1] = handler.tendMany.selector;
        actions[2] = handler.tendByChecker.selector;
        actions[3] = handler.perform.selector;
        actions[4] = handler.request.selector;
        actions[5] = handler.nameSome.selector;
        actions[6] = handler.stakeMore.selector;
        actions[7] = handler.deposit.selector;
        actions[8] = handler.shut.selector;
        actions[9] = handler.fillVaults.selector;
        actions[10] = handler.settle.selector;
        actions[11] = handler.loseSeed.selector;
        actions[12] = handler.spend.selector;
        actions[13] = handler.setStanding.selector;
        actions[14] = handler.report.selector;
        actions[15] = handler.fees.selector;
        actions[16] = handler.fault.selector;
        actions[17] = handler.addBond.selector;
        actions[18] = handler.fillReserve.selector;
        actions[19] = handler.queueOperation.selector;
        actions[20] = handler.moveRole.selector;
        actions[21] = handler.passTime.selector;
        actions[22] = handler.passTime.selector;
        actions[23] = handler.passTime.selector;
        actions[24] = handler.tend.selector;
        actions[25] = handler.perform.selector;
        actions[26] = handler.perform.selector;
        actions[27] = handler.performMany.selector;
        actions[28] = handler.sleep.selector;
        actions[29] = handler.passToEnd.selector;
    }
}
