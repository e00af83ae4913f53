// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IExitWindowTimelock} from "../../contracts/interfaces/IExitWindowTimelock.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";
import {TimelockTest} from "../utils/TimelockTest.sol";

/// @notice Holders who ask to leave, brains that finalise, pause, hold and suspend, strangers who observe, close and
/// execute, a governor that queues and cancels, and a model of what must be ready, and what must not.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract ExitWindowHandler is TimelockTest {
    enum Action {
        Request,
        Finalize,
        Pause,
        Resume,
        Hold,
        Suspend,
        PassTime,
        Observe,
        Queue,
        QueueInLane,
        QueueResume,
        Close,
        Execute,
        Cancel,
        QueueAgain,
        Note,
        Expire
    }

    /// @dev Why an operation was executed.
    enum Reason {
        Lane,
        Pause,
        NobodyWaits,
        Maximum,
        End
    }

    enum Stage {
        Pending,
        Done,
        Cancelled
    }

    struct Operation {
        bytes32 id;
        Stage stage;
        IExitWindowTimelock.Lane lane;
        bool wasReady;
        bool closed;
        uint256 queuedAt;
        uint256 openBefore;
        uint256 lastTicket;
        uint256 notedAt;
        uint256 pauseEnd;
    }

    uint256 private constant TINY_DELAY = 6 hours;
    uint256 private constant TINY_LANE = 1 hours;
    uint256 private constant TINY_WINDOW = 12 hours;
    uint256 private constant TINY_WAIT = 30 hours;
    uint256 private constant TINY_END = 84 hours;
    uint256 private constant SHELF_LIFE = 30 days;
    uint256 private constant MAX_PENDING = 5;

    mapping(Action => uint256) public done;
    mapping(Reason => uint256) public executed;
    string public broken;

    Operation[] private _operations;
    /// @dev Which operations are in a stage, in no order.
    mapping(Stage => uint256[]) private _in;
    uint256[] private _requestedAt;

    /// @dev The model of open time: seconds in which nothing was shut. Those of a suspension that is short, and that nobody
    /// has seen, may be counted once it is over.
    uint256 public open;
    uint256 private _suspendedOpen;
    uint256 private _suspendedFor;
    bool private _seen;

    constructor() payable {
        setUp();
        // there is no ticket 0
        _requestedAt.push(0);
    }

    function firstCooldown() internal pure override returns (uint256) {
        return 1 hours;
    }

    function timelockParameters() internal pure override returns (IExitWindowTimelock.Parameters memory p) {
        p = super.timelockParameters();
        (p.delay, p.shortestDelay, p.inflowDelay) = (TINY_DELAY, TINY_DELAY, TINY_LANE);
        (p.exitWindow, p.maxWait, p.absoluteEnd) = (TINY_WINDOW, TINY_WAIT, TINY_END);
    }

    /* HOLDERS AND BRAINS */

    function request(uint256 who, uint256 amount) external {
        address holder = who % 2 == 0 ? alice : bob;
        amount = bound(amount, 0.001 ether, 0.1 ether);
        if (ledger.balanceOf(holder) < amount) return;
        requestFor(holder, amount);
        _requestedAt.push(currentTime());
        _end(Action.Request);
    }

    /// @dev By a report that is up to a day old, so that a hold may meet it.
    function finalizeSome(uint256 age) external {
        uint256 refTime = currentTime() - bound(age, 0, 1 days);
        uint256 last = queue.lastTicketId();
        while (last > 0 && queue.ticket(last).readyAt > refTime) --last;
        if (last == 0) return;
        bool wasSuspended = queue.isSuspended();
        queue.finalize(last, refTime);
        if (wasSuspended) _suspensionEnds();
        _end(Action.Finalize);
    }

    function pause(uint256 duration) external {
        if (currentTime() < queue.pausedUntil()) return;
        queue.pauseFor(bound(duration, 1, 12 hours));
        _end(Action.Pause);
    }

    function resume() external {
        if (currentTime() >= queue.pausedUntil()) return;
        queue.resume();
        _end(Action.Resume);
    }

    function hold(uint256 luck) external {
        if (luck % 8 > 0) return;
        queue.hold();
        _end(Action.Hold);
    }

    function suspend(uint256 luck) external {
        bool on = luck % 4 == 0;
        if (on == queue.isSuspended()) return;
        if (on) queue.suspend();
        else queue.endSuspension();
        if (!on) _suspensionEnds();
        _end(Action.Suspend);
    }

    function passTime(uint256 duration) external {
        duration = bound(duration, 1, 1 days);
        uint256 shut = queue.pausedUntil();
        (, uint256 held) = queue.heldUntil();
        if (held > shut) shut = held;
        uint256 from = currentTime() > shut ? currentTime() : shut;
        skipTime(duration);
        uint256 gained = currentTime() > from ? currentTime() - from : 0;
        if (!queue.isSuspended()) {
            open += gained;
        } else {
            _suspendedOpen += gained;
            _suspendedFor += duration;
        }
        _end(Action.PassTime);
    }

    /* GOVERNANCE */

    function queueOperation() external {
        if (_in[Stage.Pending].length >= MAX_PENDING) return;
        _queue(_operations.length, IExitWindowTimelock.Lane.Ordinary);
        _end(Action.Queue);
    }

    function queueInLane() external {
        if (_in[Stage.Pending].length >= MAX_PENDING) return;
        _queue(_operations.length, IExitWindowTimelock.Lane.Inflow);
        _end(Action.QueueInLane);
    }

    function queueResume() external {
        if (_in[Stage.Pending].length >= MAX_PENDING || currentTime() >= queue.pausedUntil()) return;
        _queue(_operations.length, IExitWindowTimelock.Lane.Opening);
        _end(Action.QueueResume);
    }

    function cancel(uint256 pick, uint256 luck) external {
        (bool found, uint256 index) = _find(pick, Stage.Pending);
        if (!found || luck % 4 > 0) return;
        Operation memory o = _operations[index];
        if (_pauseIsOver(o)) return;
        vm.prank(address(timelock));
        timelock.cancel(o.id);
        _move(index, Stage.Cancelled);
        _end(Action.Cancel);
    }

    function queueAgain(uint256 pick) external {
        (bool found, uint256 index) = _find(pick, Stage.Cancelled);
        if (!found || _in[Stage.Pending].length >= MAX_PENDING) return;
        IExitWindowTimelock.Lane lane = _operations[index].lane;
        if (lane == IExitWindowTimelock.Lane.Opening && currentTime() >= queue.pausedUntil()) return;
        _leave(index);
        _queue(index, lane);
        _end(Action.QueueAgain);
    }

    /* STRANGERS */

    function observe() external {
        vm.prank(mallory);
        timelock.observe();
        _looked();
        _end(Action.Observe);
    }

    function close(uint256 pick) external {
        (bool found, uint256 index) = _find(pick, Stage.Pending);
        if (!found) return;
        Operation storage o = _operations[index];
        bool may = o.lane == IExitWindowTimelock.Lane.Ordinary &&
            !o.closed &&
            currentTime() >= o.queuedAt + TINY_WINDOW;
        vm.prank(mallory);
        try timelock.closeWindow(o.id) {
            _check(may, "GOV-3: no window is closed early, or twice");
            (o.closed, o.lastTicket) = (true, queue.lastTicketId());
            _looked();
            _end(Action.Close);
        } catch {
            _check(!may, "GOV-3: anyone closes a window");
        }
    }

    function note(uint256 pick) external {
        (bool found, uint256 index) = _find(pick, Stage.Pending);
        if (!found) return;
        Operation storage o = _operations[index];
        bool may = o.lane == IExitWindowTimelock.Lane.Ordinary &&
            o.notedAt == 0 &&
            o.wasReady &&
            currentTime() < o.queuedAt + TINY_END;
        vm.prank(mallory);
        try timelock.noteReady(o.id) {
            _check(may, "GOV-3: what is ready is noted, once, and in time");
            o.notedAt = currentTime();
            _end(Action.Note);
        } catch {
            _check(!may, "GOV-3: anyone notes what is ready");
        }
    }

    /// @dev Long enough for what lies about to expire.
    function sleep(uint256 luck) external {
        if (luck % 16 > 0) return;
        for (uint256 i = 0; i < 34; ++i) this.passTime(1 days);
    }

    function execute(uint256 pick) external {
        (bool found, uint256 index) = _find(pick, Stage.Pending);
        if (!found) return;
        Operation storage o = _operations[index];
        (address target, bytes memory data) = _call(o.lane, index);
        (bool paused, ) = ledger.stakingPause();
        if (o.lane == IExitWindowTimelock.Lane.Inflow && paused) return;
        bool mayNot = _pauseIsOver(o);
        bool must = _mustBeReady(o) && !mayNot;
        vm.prank(mallory);
        try timelock.execute(target, 0, data, 0, bytes32(index)) {
            _check(!mayNot, "GOV-3: what was to end a pause is over with it");
            ++executed[_checkExecuted(o)];
            _move(index, Stage.Done);
            _end(Action.Execute);
        } catch {
            _check(mayNot || (!must && !o.wasReady), "GOV-3: nobody has a veto");
        }
    }

    /* VIEWS */

    function pending() external view returns (uint256) {
        return _in[Stage.Pending].length;
    }

    /// @notice Open time as it was counted for an operation that is pending, and as the model has it.
    function openOf(uint256 i) external view returns (uint256 counted, uint256 most) {
        Operation memory o = _operations[_in[Stage.Pending][i]];
        (counted, most) = (timelock.readiness(o.id).openSeconds, open - o.openBefore);
    }

    function holdersOfTheRoot() external view returns (uint256 holders, bool isTheTimelock) {
        return (authority.getRoleMemberCount(ROOT), authority.hasRole(ROOT, address(timelock)));
    }

    /* INTERNAL */

    function _queue(uint256 index, IExitWindowTimelock.Lane lane) private {
        (address target, bytes memory data) = _call(lane, index);
        uint256 delay = timelock.getMinDelay();
        bytes32 id = timelock.hashOperation(target, 0, data, 0, bytes32(index));
        vm.prank(governor);
        timelock.schedule(target, 0, data, 0, bytes32(index), delay);
        _looked();
        if (index == _operations.length) _operations.push();
        Operation storage o = _operations[index];
        (o.id, o.stage, o.lane, o.wasReady, o.closed) = (id, Stage.Pending, lane, false, false);
        (o.queuedAt, o.openBefore, o.lastTicket, o.notedAt) = (currentTime(), open, 0, 0);
        o.pauseEnd = queue.pausedUntil();
        _in[Stage.Pending].push(index);
    }

    function _move(uint256 index, Stage stage) private {
        _leave(index);
        _operations[index].stage = stage;
        _in[stage].push(index);
    }

    function _leave(uint256 index) private {
        uint256[] storage list = _in[_operations[index].stage];
        uint256 i = 0;
        while (list[i] != index) ++i;
        list[i] = list[list.length - 1];
        list.pop();
    }

    /// @dev Neither does anything that others here would notice.
    function _call(
        IExitWindowTimelock.Lane lane,
        uint256 index
    ) private view returns (address target, bytes memory data) {
        if (lane == IExitWindowTimelock.Lane.Opening)
            return (address(queue), abi.encodeCall(queue.resume, ()));
        if (lane == IExitWindowTimelock.Lane.Inflow)
            return (address(ledger), abi.encodeCall(ledger.pauseStaking, (1 seconds)));
        address account = address(uint160(1e6 + index));
        return (address(authority), abi.encodeCall(authority.grantRole, (Roles.COMPLIANCE_MANAGER, account)));
    }

    function _checkExecuted(Operation memory o) private returns (Reason) {
        uint256 age = currentTime() - o.queuedAt;
        if (o.lane == IExitWindowTimelock.Lane.Opening) {
            _check(age >= TINY_DELAY && currentTime() < o.pauseEnd, "GOV-3: it ends its own pause");
            return Reason.Pause;
        }
        if (o.lane == IExitWindowTimelock.Lane.Inflow) {
            _check(age >= TINY_LANE, "GOV-3: the lane has its delay");
            return Reason.Lane;
        }
        _check(age >= TINY_DELAY && age >= TINY_WINDOW, "GOV-3: delay and window come first");
        bool waits = false;
        for (uint256 id = 1; id < _requestedAt.length; ++id) {
            if (_requestedAt[id] < o.queuedAt + TINY_WINDOW && !queue.ticket(id).finalized) waits = true;
        }
        if (!waits && o.closed) return Reason.NobodyWaits;
        if (age >= TINY_END) return Reason.End;
        _check(open - o.openBefore >= TINY_WAIT, "GOV-3: nobody of the window waits at execution");
        return Reason.Maximum;
    }

    /// @dev When nobody can execute it any more.
    function _expiresAt(Operation memory o) private pure returns (uint256) {
        if (o.notedAt > 0) return o.notedAt + SHELF_LIFE;
        return o.queuedAt + (o.lane == IExitWindowTimelock.Lane.Inflow ? TINY_LANE : TINY_END) + SHELF_LIFE;
    }

    /// @dev Of an operation that was to end one: pauses are told apart by their ends.
    function _pauseIsOver(Operation memory o) private view returns (bool) {
        if (o.lane != IExitWindowTimelock.Lane.Opening) return false;
        return o.pauseEnd != queue.pausedUntil() || currentTime() >= o.pauseEnd;
    }

    /// @dev What the model knows to be ready: less than all that is, as open time may have been missed.
    function _mustBeReady(Operation memory o) private view returns (bool) {
        uint256 age = currentTime() - o.queuedAt;
        if (o.lane == IExitWindowTimelock.Lane.Inflow) return age >= TINY_LANE;
        if (o.lane == IExitWindowTimelock.Lane.Opening) return age >= TINY_DELAY;
        if (age >= TINY_END) return true;
        return o.closed && age >= TINY_DELAY && (o.lastTicket == 0 || queue.ticket(o.lastTicket).finalized);
    }

    function _looked() private {
        if (queue.isSuspended()) _seen = true;
    }

    function _suspensionEnds() private {
        if (!_seen && _suspendedFor <= GAP) open += _suspendedOpen;
        (_suspendedOpen, _suspendedFor, _seen) = (0, 0, false);
    }

    /// @dev An operation of a stage.
    function _find(uint256 pick, Stage stage) private view returns (bool found, uint256 index) {
        uint256[] storage list = _in[stage];
        found = list.length > 0;
        if (found) index = list[pick % list.length];
    }

    function _end(Action action) private {
        ++done[action];
        uint256[] storage list = _in[Stage.Pending];
        for (uint256 i = list.length; i > 0; ) {
            uint256 index = list[--i];
            Operation storage o = _operations[index];
            // one that is ended in this second is forgotten in the next
            if (_pauseIsOver(o) && currentTime() == queue.pausedUntil()) continue;
            if (currentTime() >= _expiresAt(o) || _pauseIsOver(o)) {
                _check(!timelock.isOperation(o.id), "GOV-3: nothing lies about for ever");
                ++done[Action.Expire];
                _move(index, Stage.Cancelled);
                continue;
            }
            bool isReady = timelock.getOperationState(o.id) == TimelockController.OperationState.Ready;
            _check(isReady || !o.wasReady, "GOV-3: what is ready stays so");
            _check(isReady || !_mustBeReady(o), "GOV-3: what must be ready is");
            o.wasReady = isReady;
        }
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }
}

/// @notice GOV-3 under any sequence of what holders, brains, governor and strangers may do. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract ExitWindowInvariantTest is RandomWalk {
    uint256 private constant ACTIONS = uint256(type(ExitWindowHandler.Action).max) + 1;
    uint256 private constant REASONS = uint256(type(ExitWindowHandler.Reason).max) + 1;

    ExitWindowHandler private handler;

    function setUp() public {
        handler = new ExitWindowHandler();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    /* INVARIANTS */

    function invariant_GOV3_NobodyIsBoundWhoAskedToLeave() public view {
        assertEq(handler.broken(), "", "GOV-3");
    }

    function invariant_GOV3_OnlyOpenTimeCounts() public view {
        for (uint256 i = 0; i < handler.pending(); ++i) {
            (uint256 counted, uint256 most) = handler.openOf(i);
            assertLe(counted, most, "GOV-3: no more than was open");
        }
    }

    function invariant_GOV1_TheTimelockIsTheOnlyAdmin() public view {
        (uint256 holders, bool isTheTimelock) = handler.holdersOfTheRoot();
        assertTrue(holders == 1 && isTheTimelock, "GOV-1");
    }

    /* COVERAGE */

    /// @dev What chance reaches in a long walk: every action, and every reason to execute.
    function test_handler_ChanceReachesEverything() public {
        walk(address(handler), _actions(), 1_500);
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(ExitWindowHandler.Action(i)), 0, vm.toString(i));
        }
        for (uint256 i = 0; i < REASONS; ++i) {
            assertGt(handler.executed(ExitWindowHandler.Reason(i)), 0, vm.toString(100 + i));
        }
        invariant_GOV3_NobodyIsBoundWhoAskedToLeave();
        invariant_GOV3_OnlyOpenTimeCounts();
        invariant_GOV1_TheTimelockIsTheOnlyAdmin();
    }

    /// @dev Time passes, and somebody looks, more often than anything else.
    function _actions() private view returns (bytes4[] memory actions) {
        actions = new bytes4[](22);
        actions[0] = handler.request.selector;
        actions[1] = handler.finalizeSome.selector;
        actions[2] = handler.pause.selector;
        actions[3] = handler.resume.selector;
        actions[4] = handler.hold.selector;
        actions[5] = handler.suspend.selector;
        actions[6] = handler.passTime.selector;
        actions[7] = handler.observe.selector;
        actions[8] = handler.queueOperation.selector;
        actions[9] = handler.queueInLane.selector;
        actions[10] = handler.close.selector;
        actions[11] = handler.execute.selector;
        actions[12] = handler.cancel.selector;
        actions[13] = handler.queueAgain.selector;
        actions[14] = handler.passTime.selector;
        actions[15] = handler.observe.selector;
        actions[16] = handler.passTime.selector;
        actions[17] = handler.observe.selector;
        actions[18] = handler.note.selector;
        actions[19] = handler.sleep.selector;
        actions[20] = handler.queueResume.selector;
        actions[21] = handler.execute.selector;
    }
}
