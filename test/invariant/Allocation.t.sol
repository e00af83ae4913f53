// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";
import {Allocation} from "../utils/Allocation.sol";

/// @notice The allocator with seven operators, whose votes, bonds, stakes and standings change at any time, and a model of
/// their weights, of their allotments and of each draw.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract AllocationHandler is Allocation {
    enum Action {
        Refresh,
        Open,
        Settle,
        Abandon,
        Spend,
        Prolong,
        Lapse,
        Vote,
        SetBond,
        SetStanding,
        SetManager,
        Exit,
        SetFreeEther,
        SetParameters,
        Report,
        PassTime
    }

    uint256 public constant OPERATORS = 7;

    mapping(Action => uint256) public tried;
    mapping(Action => uint256) public done;
    string public broken;

    /// @dev The model: weights as last computed and when, what is left of allotments and when they end.
    uint256[OPERATORS + 1] public weights;
    uint256[OPERATORS + 1] public refreshedAt;
    uint256[OPERATORS + 1] public left;
    uint256[OPERATORS + 1] public given;
    uint256[OPERATORS + 1] public endsAt;
    /// @dev The model of the last draw.
    bool public isOpen;
    uint256 public draws;
    uint256 public cap;
    uint256 public lot;
    uint256 public freshSince;
    uint256 public openedAt;
    uint256 public closed;
    bytes32 private _weightsAtOpening;
    address[] private _managers;
    /// @dev How often a draw had no winner, and a first result was not eligible.
    uint256 public empty;
    uint256 public redrawn;

    constructor() {
        setUp();
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            _managers.push(makeAddr(string.concat("manager ", vm.toString(id))));
            operators.add(_managers[id - 1]);
            bonds.set(id, id * 10 ether, 250 + id * 100);
            // near the floor under the cap, or the bond
            stakes.set(id, 40 * id);
        }
        giveFreeEther(400 ether);
        refresh(2);
    }

    /* ACTIONS */

    /// @dev One operator, or now and then all.
    function refresh(uint256 pick) public {
        uint256 id = _begin(Action.Refresh, pick);
        if (pick % 3 == 2) {
            for (uint256 other = 1; other <= OPERATORS; ++other) _refresh(other);
        } else {
            _refresh(id);
        }
    }

    /// @dev Most callers wait until they may.
    function open(uint256 wait) external {
        _begin(Action.Open, 0);
        if (wait % 4 != 0 && currentTime() < closed + 5 minutes) vm.warp(closed + 5 minutes);
        if (isOpen) {
            vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.DrawIsOpen.selector, draws));
            allocator.open();
            return;
        }
        IStakeAllocator.Parameters memory p = allocator.parameters();
        uint256 promised = sumOf(left);
        bool may = sumOf(weights) > 0 && (promised + p.lotEth) * 1 ether <= freeEther();
        if (closed != 0) may = may && currentTime() >= closed + 5 minutes;
        if (!may) {
            vm.expectRevert();
            allocator.open();
            return;
        }
        _check(allocator.open() == ++draws, "DRAW-4: draws are counted");
        isOpen = true;
        lot = p.lotEth;
        cap = (p.capBp * (stakes.totalStake() + promised + lot)) / 10_000;
        if (cap < p.capFloorEth) cap = p.capFloorEth;
        freshSince = currentTime() - p.weightLife;
        openedAt = currentTime();
        _weightsAtOpening = _hashOfWeights();
        ++done[Action.Open];
    }

    function settle(uint256 skip) external {
        _begin(Action.Settle, 0);
        if (!isOpen) {
            vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
            allocator.settle("");
            return;
        }
        bytes memory proof = waitForSeed();
        skipTime(bound(skip, 0, 1 hours));
        _check(_hashOfWeights() == _weightsAtOpening, "DRAW-4: the tree rests");
        (uint256 expected, uint256 attempts) = _expectedWinner();
        uint256 winner = allocator.settle(proof);
        _check(winner == expected, "DRAW-2: the first eligible result of the seed wins");
        if (winner == 0) ++empty;
        else _won(winner);
        if (attempts > 1) ++redrawn;
        _closed();
        vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
        allocator.settle(proof);
        ++done[Action.Settle];
    }

    function abandon(uint256 lose) external {
        _begin(Action.Abandon, 0);
        if (!isOpen) return;
        uint64 round = allocator.draw().round;
        // most seeds are shown
        if (lose % 3 != 0) {
            vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.SeedNotLapsed.selector, round));
            allocator.abandon();
            return;
        }
        // a seed is lost only long after its round: the next draw has another
        skipTime(1 days);
        randomness.expire(round);
        allocator.abandon();
        _closed();
        ++done[Action.Abandon];
    }

    /// @dev As the depositor does: what is spent becomes stake.
    function spend(uint256 pick, uint256 eth) external {
        uint256 id = _begin(Action.Spend, pick);
        id = _allotted(id);
        if (id == 0 || currentTime() >= endsAt[id]) return;
        eth = bound(eth, 1, left[id]);
        allocator.spend(id, eth);
        left[id] -= eth;
        stakes.set(id, stakes.stakeOf(id).eth + eth);
        uint256 free = freeEther();
        giveFreeEther(free > eth * 1 ether ? free - eth * 1 ether : 0);
        ++done[Action.Spend];
    }

    function prolong(uint256 pick) external {
        uint256 id = _begin(Action.Prolong, pick);
        id = _allotted(id);
        if (id == 0 || currentTime() >= endsAt[id]) return;
        if (freeEther() >= left[id] * 1 ether || allocator.position(id).prolongations == 3) {
            vm.expectRevert();
            allocator.prolong(id);
            return;
        }
        allocator.prolong(id);
        endsAt[id] = currentTime() + allocator.parameters().allotmentLife;
        ++done[Action.Prolong];
    }

    function lapse(uint256 pick) external {
        uint256 id = _begin(Action.Lapse, pick);
        id = _allotted(id);
        if (id == 0) return;
        if (isOpen || currentTime() < endsAt[id]) {
            vm.expectRevert();
            allocator.lapse(id);
            return;
        }
        uint256 standing = uint256(operators.standingOf(id));
        bool demotes = 2 * left[id] > given[id] && standing < 2;
        allocator.lapse(id);
        left[id] = 0;
        uint256 later = uint256(operators.standingOf(id));
        _check(later == (demotes ? standing + 1 : standing), "who spent less than half is demoted");
        ++done[Action.Lapse];
    }

    function vote(uint256 pick, uint256 seed) external {
        uint256 id = _begin(Action.Vote, pick);
        address manager = operators.managerOf(id);
        uint256[3] memory times = ledger.reportTimes();
        for (uint256 i = 0; i < 3; ++i) {
            ledger.set(manager, times[i], uint64(seed >> (i * 64)));
            wrapper.set(manager, times[i], uint64(seed >> (i * 32)));
        }
        ++done[Action.Vote];
    }

    function setBond(uint256 pick, uint256 shares, uint256 capacity) external {
        uint256 id = _begin(Action.SetBond, pick);
        // mostly about what the operator holds
        uint256 held = stakes.stakeOf(id).eth + left[id];
        bonds.set(id, bound(shares, 0, 100 ether), capacity % 4 == 0 ? 2_000 : held + bound(capacity, 0, 64));
        ++done[Action.SetBond];
    }

    function setStanding(uint256 pick, uint256 standing) external {
        uint256 id = _begin(Action.SetStanding, pick);
        // more good ones than others
        standing = standing % 6;
        operators.setStanding(id, IOperatorRegistry.Standing(standing < 4 ? standing : 0));
        ++done[Action.SetStanding];
    }

    function setManager(uint256 pick, uint256 other) external {
        uint256 id = _begin(Action.SetManager, pick);
        operators.setManager(id, _managers[other % OPERATORS]);
        ++done[Action.SetManager];
    }

    function exit(uint256 pick, uint256 eth) external {
        uint256 id = _begin(Action.Exit, pick);
        uint256 stake = stakes.stakeOf(id).eth;
        if (stake == 0) return;
        stakes.set(id, stake - bound(eth, 1, stake));
        ++done[Action.Exit];
    }

    /// @dev Mostly about what is promised and a lot.
    function setFreeEther(uint256 amount) external {
        _begin(Action.SetFreeEther, 0);
        uint256 promised = sumOf(left) * 1 ether;
        giveFreeEther(amount % 4 == 0 ? bound(amount, 0, 600 ether) : promised + bound(amount, 0, 70 ether));
        ++done[Action.SetFreeEther];
    }

    function setParameters(uint256 which, bool up) external {
        _begin(Action.SetParameters, 0);
        IStakeAllocator.Parameters memory p = allocator.parameters();
        which = which % 5;
        bytes32[5] memory names = [bytes32("lotEth"), "capBp", "capFloorEth", "weightLife", "allotmentLife"];
        if (currentTime() < allocator.nextStepAt(names[which])) return;
        if (which == 0) p.lotEth = up ? 64 : 32;
        if (which == 1) p.capBp = up ? 2_000 : 1_000;
        if (which == 2) p.capFloorEth = up ? 320 : 160;
        if (which == 3) p.weightLife = up ? 14 days : 7 days;
        if (which == 4) p.allotmentLife = up ? 14 days : 7 days;
        allocator.setParameters(p);
        ++done[Action.SetParameters];
    }

    function report() external {
        _begin(Action.Report, 0);
        uint256 last = ledger.reportTimes()[0];
        skipTime(12 hours);
        ledger.applied(currentTime());
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            address manager = operators.managerOf(id);
            skipTime(1);
            ledger.set(manager, currentTime() - id, ledger.getPastVotes(manager, last));
        }
        ++done[Action.Report];
    }

    function passTime(uint256 duration) external {
        _begin(Action.PassTime, 0);
        skipTime(bound(duration, 1, 4 days));
        ++done[Action.PassTime];
    }

    /* VIEWS */

    function sumOf(uint256[OPERATORS + 1] memory list) public pure returns (uint256 sum) {
        for (uint256 id = 1; id <= OPERATORS; ++id) sum += list[id];
    }

    function totals()
        external
        view
        returns (uint256 tree, uint256 model, uint256 promised, uint256 promisedModel)
    {
        return (allocator.totalWeight(), sumOf(weights), allocator.promisedEth(), sumOf(left));
    }

    function weightOf(uint256 id) external view returns (uint256) {
        return allocator.weightOf(id);
    }

    function leftOf(uint256 id) external view returns (uint256, uint256) {
        IStakeAllocator.Position memory p = allocator.position(id);
        return (p.leftEth, p.endsAt);
    }

    function lastDraw() external view returns (IStakeAllocator.Draw memory) {
        return allocator.draw();
    }

    /// @notice Whether no operator counts the votes of two managers. (That no manager counts for two operators, a mapping
    /// by manager says.)
    function nominatorsAreSingle() external view returns (bool) {
        uint256 seen = 0;
        for (uint256 i = 0; i < OPERATORS; ++i) {
            uint256 bit = 1 << allocator.nomineeOf(_managers[i]);
            if (bit != 1 && seen & bit != 0) return false;
            seen |= bit;
        }
        return true;
    }

    /* INTERNAL */

    function _refresh(uint256 id) private {
        // votes of this block are not past
        if (ledger.reportTimes()[0] == currentTime()) return;
        if (isOpen) {
            vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.DrawIsOpen.selector, draws));
            allocator.refresh(id);
            return;
        }
        allocator.refresh(id);
        (weights[id], refreshedAt[id]) = (_expectedWeight(id), currentTime());
        _check(allocator.weightOf(id) == weights[id], "DRAW-3: a weight is nomination and bond, by standing");
        ++done[Action.Refresh];
    }

    function _begin(Action action, uint256 pick) private returns (uint256 id) {
        ++tried[action];
        id = 1 + (pick % OPERATORS);
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    /// @dev The first operator from `id` on with an allotment, 0 for none.
    function _allotted(uint256 id) private view returns (uint256) {
        for (uint256 i = 0; i < OPERATORS; ++i) {
            uint256 other = 1 + ((id - 1 + i) % OPERATORS);
            if (left[other] != 0) return other;
        }
        return 0;
    }

    /// @dev Read back whose votes count; how many they are is computed anew.
    function _expectedWeight(uint256 id) private view returns (uint256 weight) {
        uint256 standing = uint256(operators.standingOf(id));
        if (standing > 1) return 0;
        address manager = operators.managerOf(id);
        if (allocator.nomineeOf(manager) == id) {
            uint256[3] memory times = ledger.reportTimes();
            weight = type(uint256).max;
            for (uint256 i = 0; i < 3; ++i) {
                uint256 sum = ledger.getPastVotes(manager, times[i]) +
                    wrapper.getPastVotes(manager, times[i]);
                if (sum < weight) weight = sum;
            }
        }
        weight = (weight + bonds.backingOf(id)) / 1e9;
        if (standing == 1) weight /= 2;
    }

    function _expectedWinner() private view returns (uint256, uint256) {
        for (uint256 i = 0; i <= 16; ++i) {
            uint256 id = resultOf(i);
            uint256 held = stakes.stakeOf(id).eth + left[id] + lot;
            bool eligible = uint256(operators.standingOf(id)) < 2 && refreshedAt[id] >= freshSince;
            eligible = eligible && held <= cap && held <= bonds.capacityOf(id);
            if (eligible && (left[id] == 0 || endsAt[id] > openedAt)) return (id, i + 1);
        }
        return (0, 17);
    }

    function _won(uint256 id) private {
        left[id] += lot;
        given[id] = left[id];
        endsAt[id] = currentTime() + allocator.parameters().allotmentLife;
        uint256 held = stakes.stakeOf(id).eth + left[id];
        _check(held <= cap && held <= bonds.capacityOf(id), "DRAW-2: no winner passes the cap or its bond");
    }

    function _closed() private {
        isOpen = false;
        closed = currentTime();
    }

    function _hashOfWeights() private view returns (bytes32 hash) {
        for (uint256 id = 1; id <= OPERATORS; ++id)
            hash = keccak256(abi.encode(hash, allocator.weightOf(id)));
    }
}

/// @notice Draws and allotments under any sequence of what operators, voters, stakers and governance may do. No action may
/// revert.
/// hardhat-config: invariant.failOnRevert = true
contract AllocationInvariantTest is KedgeTest {
    uint256 private constant ACTIONS = uint256(type(AllocationHandler.Action).max) + 1;

    AllocationHandler private handler;

    function setUp() public {
        handler = new AllocationHandler();
        bytes4[] memory actions = new bytes4[](ACTIONS);
        actions[0] = handler.refresh.selector;
        actions[1] = handler.open.selector;
        actions[2] = handler.settle.selector;
        actions[3] = handler.abandon.selector;
        actions[4] = handler.spend.selector;
        actions[5] = handler.prolong.selector;
        actions[6] = handler.lapse.selector;
        actions[7] = handler.vote.selector;
        actions[8] = handler.setBond.selector;
        actions[9] = handler.setStanding.selector;
        actions[10] = handler.setManager.selector;
        actions[11] = handler.exit.selector;
        actions[12] = handler.setFreeEther.selector;
        actions[13] = handler.setParameters.selector;
        actions[14] = handler.report.selector;
        actions[15] = handler.passTime.selector;
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /* INVARIANTS */

    function invariant_DRAW1_PromisesAreTheSumOfAllotments() public view {
        (, , uint256 promised, uint256 model) = handler.totals();
        assertEq(promised, model, "DRAW-1: promised");
        for (uint256 id = 1; id <= handler.OPERATORS(); ++id) {
            (uint256 left, uint256 endsAt) = handler.leftOf(id);
            assertEq(left, handler.left(id), "DRAW-1: left");
            if (left != 0) assertEq(endsAt, handler.endsAt(id), "DRAW-1: end");
        }
    }

    function invariant_DRAW3_TheTreeIsTheSumOfWeights() public view {
        (uint256 tree, uint256 model, , ) = handler.totals();
        assertEq(tree, model, "DRAW-3: total");
        for (uint256 id = 1; id <= handler.OPERATORS(); ++id) {
            assertEq(handler.weightOf(id), handler.weights(id), "DRAW-3: weight");
        }
    }

    function invariant_DRAW4_OneDrawAtATime() public view {
        IStakeAllocator.Draw memory d = handler.lastDraw();
        assertEq(d.isOpen, handler.isOpen(), "DRAW-4: open");
        assertEq(uint256(d.id), handler.draws(), "DRAW-4: counted");
        if (d.isOpen) assertEq(uint256(d.capEth), handler.cap(), "DRAW-2: cap of the opening");
    }

    /// @dev DRAW-1 at each opening, DRAW-2 at each settling, and what else is checked on the way.
    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
        assertTrue(handler.nominatorsAreSingle(), "an operator counts one manager's votes");
    }

    function afterInvariant() public view {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            AllocationHandler.Action action = AllocationHandler.Action(i);
            // some want two or three others before
            if (handler.tried(action) >= 40) assertGt(handler.done(action), 0, "an action never succeeded");
        }
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.open(0);
        handler.settle(0);
        handler.passTime(1 hours);
        handler.open(0);
        handler.abandon(1);
        handler.abandon(0);
        handler.vote(2, uint256(keccak256("votes")));
        handler.refresh(2);
        handler.setManager(3, 2);
        handler.refresh(3);
        handler.setParameters(0, true);
        handler.passTime(1 hours);
        handler.open(0);
        handler.setBond(4, 5 ether, 10);
        handler.setStanding(5, 2);
        handler.settle(1 hours);
        handler.spend(0, 10);
        handler.setFreeEther(0);
        handler.prolong(0);
        _checkAll();
        // an allotment that ended, and was not lapsed
        for (uint256 i = 0; i < 5; ++i) handler.passTime(4 days);
        handler.report();
        for (uint256 i = 0; i < 7; ++i) {
            handler.setStanding(i, 0);
            handler.setBond(i, (i + 1) * 10 ether, 2_000);
        }
        handler.refresh(2);
        handler.setFreeEther(600 ether);
        for (uint256 i = 0; i < 6; ++i) {
            handler.open(1);
            handler.settle(i);
        }
        for (uint256 i = 0; i < 7; ++i) handler.lapse(i);
        handler.setParameters(2, false);
        _checkAll();
        for (uint256 i = 0; i < 60; ++i) {
            // by turns: enough, or one wei short of what is promised and a lot
            handler.setFreeEther(i % 3 == 0 ? 600 ether : 64 ether - 1);
            handler.open(1);
            handler.settle(i);
            if (i % 2 == 0) handler.spend(i, 20);
            _checkAll();
        }
        handler.exit(6, 400);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(AllocationHandler.Action(i)), 0, vm.toString(i));
        }
        assertGt(handler.redrawn(), 0, "a first result was not eligible");
        assertGt(handler.empty(), 0, "a draw had no winner");
    }

    function _checkAll() private view {
        invariant_DRAW1_PromisesAreTheSumOfAllotments();
        invariant_DRAW3_TheTreeIsTheSumOfWeights();
        invariant_DRAW4_OneDrawAtATime();
        invariant_Rules_HoldInsideActions();
    }
}
