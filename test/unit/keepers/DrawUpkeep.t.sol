// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IRandomnessSource} from "../../../contracts/interfaces/IRandomnessSource.sol";
import {IStakeAllocator} from "../../../contracts/interfaces/IStakeAllocator.sol";
import {IUpkeepAdapter} from "../../../contracts/interfaces/IUpkeepAdapter.sol";
import {Upkeeps} from "../../utils/Upkeeps.sol";

/// @notice Upkeep of weights, draws and allotments. There are 171 ETH, and an operator whose bond is good for 200.
contract DrawUpkeepTest is Upkeeps {
    IUpkeepAdapter.Job private constant OPEN = IUpkeepAdapter.Job.OpenDraw;
    IUpkeepAdapter.Job private constant ABANDON = IUpkeepAdapter.Job.AbandonDraw;
    IUpkeepAdapter.Job private constant REFRESH = IUpkeepAdapter.Job.Refresh;
    IUpkeepAdapter.Job private constant PROLONG = IUpkeepAdapter.Job.Prolong;
    IUpkeepAdapter.Job private constant LAPSE = IUpkeepAdapter.Job.Lapse;

    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = addOperator(10 ether);
        ledger.stake{value: 100 ether}(address(0));
    }

    /* WEIGHTS */

    function test_refresh_IsNeededTwiceInAWeightsLife() public {
        assertTrue(check(REFRESH, 0), "never done");
        perform(REFRESH, id);
        assertGt(allocator.weightOf(id), 0, "it has a weight");
        assertFalse(check(REFRESH, 0), "fresh");
        skipTime(WEIGHT_LIFE / 2 - 1);
        assertFalse(check(REFRESH, 0), "still");
        skipTime(1);
        assertTrue(check(REFRESH, 0), "half of its life");
    }

    /// @dev Whoever registers without a bond for a lot costs nobody a call.
    function test_refresh_IsNotNeeded_OfWhoCouldNotWin() public {
        perform(REFRESH, id);
        addOperator(0);
        addOperator(1.5 ether);
        assertFalse(check(REFRESH, 0), "neither");
        bonds.deposit{value: 0.2 ether}(3);
        assertTrue(check(REFRESH, 0), "1.7 of 1.6 ETH");
    }

    function test_refresh_IsNeeded_OfWhoIsStoppedAndHasAWeight() public {
        perform(REFRESH, id);
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Jailed, "");
        assertTrue(check(REFRESH, 0), "it should have none");
        perform(REFRESH, id);
        assertEq(allocator.weightOf(id), 0, "none");
        skipTime(WEIGHT_LIFE);
        assertFalse(check(REFRESH, 0), "once");
    }

    function test_refresh_IsPassedOver_InTheBlockOfAReport() public {
        bookChange(0);
        _expectIdle(REFRESH, id, "its votes are not past");
        skipTime(1);
        assertTrue(check(REFRESH, id), "they are");
    }

    function test_refresh_IsPassedOver_ForNoOperator() public {
        _expectIdle(REFRESH, 2, "unknown");
        uint256 weight = allocator.totalWeight();
        perform(REFRESH, 0);
        perform(REFRESH, type(uint256).max);
        assertEq(allocator.totalWeight(), weight, "nothing");
    }

    /* DRAWS */

    function test_openDraw_IsNeeded_WhereAnOperatorCouldWin() public {
        assertFalse(check(OPEN, 0), "no weight");
        perform(REFRESH, id);
        assertTrue(check(OPEN, 0), "it could");
        uint256 state = vm.snapshotState();
        skipTime(WEIGHT_LIFE + 1);
        assertFalse(check(OPEN, 0), "not with a stale weight");
        vm.revertToState(state);
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Jailed, "");
        assertFalse(check(OPEN, 0), "not while jailed");
        vm.revertToState(state);
        setRole(Roles.OPERATOR_JUDGE, address(allocator), false);
        assertFalse(check(OPEN, 0), "another allocator has its place");
        vm.revertToState(state);
        bonds.requestClaim(id, 8.5 ether);
        assertFalse(check(OPEN, 0), "its bond backs too little");
        vm.revertToState(state);
        depositKeys(150);
        assertFalse(check(OPEN, 0), "there is no ether for a lot");
        vm.revertToState(state);
        perform(OPEN, 0);
        assertTrue(allocator.draw().isOpen, "opened");
        _expectIdle(OPEN, 0, "one at a time");
        _expectIdle(REFRESH, id, "the tree rests");
    }

    function test_openDraw_IsNotNeeded_BeyondTheCap() public {
        perform(REFRESH, id);
        vm.mockCall(
            address(bonds),
            abi.encodeCall(bonds.capacityOf, (id)),
            abi.encode(uint256(type(uint32).max))
        );
        _stakeIs(288);
        assertTrue(check(OPEN, 0), "at the floor");
        _stakeIs(289);
        assertFalse(check(OPEN, 0), "above it");
    }

    function test_openDraw_WaitsForTheGap() public {
        _win();
        uint256 from = allocator.closedAt() + allocator.OPENING_GAP();
        vm.warp(from - 1);
        _expectIdle(OPEN, 0, "too early");
        vm.warp(from);
        assertTrue(check(OPEN, 0), "again");
        perform(OPEN, 0);
        assertTrue(allocator.draw().isOpen, "opened");
    }

    /// @dev An allotment that has ended keeps its operator from winning.
    function test_openDraw_WaitsForTheLapse() public {
        _win();
        vm.warp(allocator.position(id).endsAt);
        assertFalse(check(REFRESH, id) && check(OPEN, 0), "stale");
        perform(REFRESH, id);
        assertFalse(check(OPEN, 0), "ended, and not lapsed");
        perform(LAPSE, id);
        assertTrue(check(OPEN, 0), "lapsed");
    }

    /// @dev A source that knows no more rounds: the check is false, and others go on.
    function test_openDraw_IsNotNeeded_WhereNoRoundCanBeFixed() public {
        perform(REFRESH, id);
        vm.mockCallRevert(address(randomness), abi.encodeCall(IRandomnessSource.fix, ()), "");
        assertFalse(check(OPEN, 0), "no round");
        upkeep.checker();
    }

    function test_abandonDraw_IsNeeded_OnceTheSeedIsLost() public {
        perform(REFRESH, id);
        _expectIdle(ABANDON, 0, "no draw");
        perform(OPEN, 0);
        _expectIdle(ABANDON, 0, "it may be shown");
        randomness.expire(allocator.draw().round);
        assertTrue(check(ABANDON, 0), "lost");
        perform(ABANDON, 0);
        assertFalse(allocator.draw().isOpen, "given up");
        _expectIdle(ABANDON, 0, "once");
    }

    /* ALLOTMENTS */

    function test_prolong_IsNeeded_AtTheEndOfALifeWithoutEther() public {
        _win();
        uint256 endsAt = allocator.position(id).endsAt;
        depositKeys(150);
        assertFalse(check(PROLONG, 0), "there is time");
        vm.warp(endsAt - ALLOTMENT_LIFE / 8 - 1);
        assertFalse(check(PROLONG, 0), "still");
        vm.warp(endsAt - ALLOTMENT_LIFE / 8);
        assertTrue(check(PROLONG, 0), "the last eighth");
        uint256 state = vm.snapshotState();
        ledger.stake{value: 40 ether}(address(0));
        _expectIdle(PROLONG, id, "it could be spent");
        vm.revertToState(state);
        vm.warp(endsAt);
        _expectIdle(PROLONG, id, "over");
        vm.revertToState(state);
        perform(PROLONG, id);
        assertEq(allocator.position(id).endsAt, currentTime() + ALLOTMENT_LIFE, "prolonged");
        assertFalse(check(PROLONG, 0), "there is time again");
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(allocator.position(id).endsAt - 1);
            perform(PROLONG, id);
        }
        vm.warp(allocator.position(id).endsAt - 1);
        _expectIdle(PROLONG, id, "three times");
    }

    /// @dev Whoever is stopped could never spend it: it would be kept from the others for three more lives. Anyone may, all
    /// the same.
    function test_prolong_IsNotNeeded_ForWhoeverIsStopped() public {
        _win();
        uint256 endsAt = allocator.position(id).endsAt;
        depositKeys(150);
        vm.warp(endsAt - 1);
        uint256 state = vm.snapshotState();
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Watched, "");
        assertTrue(check(PROLONG, 0), "watched");
        vm.revertToState(state);
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Jailed, "");
        assertFalse(check(PROLONG, 0), "jailed");
        vm.warp(endsAt);
        assertTrue(check(LAPSE, 0), "it lapses");
    }

    function test_lapse_IsNeeded_WhenItsTimeIsOver() public {
        _expectIdle(LAPSE, id, "none");
        _win();
        vm.warp(allocator.position(id).endsAt - 1);
        _expectIdle(LAPSE, id, "stands");
        skipTime(1);
        assertTrue(check(LAPSE, 0), "over");
        perform(LAPSE, id);
        assertEq(allocator.promisedEth(), 0, "nothing is promised");
        assertEq(
            uint256(operatorRegistry.standingOf(id)),
            uint256(IOperatorRegistry.Standing.Watched),
            "unspent"
        );
        _expectIdle(LAPSE, id, "once");
    }

    /// @dev An allocator that may not demote any more: what demotes nobody can still be lapsed.
    function test_lapse_IsPassedOver_WhereItWouldDemoteAndMayNot() public {
        _win();
        vm.warp(allocator.position(id).endsAt);
        setRole(Roles.OPERATOR_JUDGE, address(allocator), false);
        _expectIdle(LAPSE, id, "it may not demote");
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Jailed, "");
        perform(LAPSE, id);
        assertEq(allocator.promisedEth(), 0, "nobody is demoted");
    }

    /* INTERNAL */

    function _win() private {
        perform(REFRESH, id);
        perform(OPEN, 0);
        uint64 round = allocator.draw().round;
        vm.warp(round * randomness.ROUND());
        assertEq(allocator.settle(abi.encode(randomness.seedOf(round))), id, "won");
    }

    function _stakeIs(uint64 eth) private {
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.stakeOf, (id)),
            abi.encode(eth, uint256(0), uint256(0))
        );
    }

    function _expectIdle(IUpkeepAdapter.Job job, uint256 subject, string memory why) private {
        assertFalse(check(job, subject), why);
        bytes32 before = _state();
        perform(job, subject);
        assertEq(_state(), before, why);
    }

    function _state() private view returns (bytes32) {
        IStakeAllocator.Draw memory d = allocator.draw();
        return
            keccak256(abi.encode(d, allocator.position(id), allocator.totalWeight(), allocator.closedAt()));
    }
}
