// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IRandomnessSource} from "../../../contracts/interfaces/IRandomnessSource.sol";
import {IStakeAllocator} from "../../../contracts/interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Randomness__Mock} from "../../mocks/Randomness__Mock.sol";
import {Votes__Mock} from "../../mocks/Votes__Mock.sol";
import {Allocation} from "../../utils/Allocation.sol";
import {Steps} from "../../utils/Steps.sol";

/// @notice Weights, draws and allotments.
contract StakeAllocatorTest is Allocation, Steps {
    address private stranger = makeAddr("stranger");

    function _error(bytes4 selector, uint256 a) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a);
    }

    function _error(bytes4 selector, uint256 a, uint256 b) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b);
    }

    function _error(bytes4 selector, uint256 a, uint256 b, uint256 c) private pure returns (bytes memory) {
        return abi.encodeWithSelector(selector, a, b, c);
    }

    function _addFour() private {
        for (uint256 i = 1; i <= 4; ++i) addOperator(i * 1 ether);
    }

    /// @dev Votes of a manager at the last three reports, newest first.
    function _vote(Votes__Mock token, uint256 id, uint256 a, uint256 b, uint256 c) private {
        address manager = operators.managerOf(id);
        uint256[3] memory times = ledger.reportTimes();
        token.set(manager, times[0], a);
        token.set(manager, times[1], b);
        token.set(manager, times[2], c);
    }

    /// @dev Gives the open draw a seed whose first result is `id`.
    function _makeFirst(uint256 id) private {
        uint64 round = allocator.draw().round;
        for (uint256 i = 1; resultOf(0) != id; ++i) randomness.tell(round, keccak256(abi.encode(i)));
    }

    /// @dev The first result of the last draw that is not `id`.
    function _firstOther(uint256 id) private view returns (uint256 other) {
        for (uint256 i = 0; i <= 16; ++i) {
            other = resultOf(i);
            if (other != id) return other;
        }
        return 0;
    }

    /// @dev Whether no id comes twice among the 17 results of the last draw.
    function _allDifferent() private view returns (bool) {
        uint256[17] memory ids;
        bytes32 seed = randomness.seedOf(allocator.draw().round);
        for (uint256 i = 0; i <= 16; ++i) {
            // all weigh the same
            ids[i] = (uint256(keccak256(abi.encode(seed, uint256(1), i))) % 500e9) / 1e9;
            for (uint256 k = 0; k < i; ++k) {
                if (ids[k] == ids[i]) return false;
            }
        }
        return true;
    }

    /// @dev A draw won by `id`.
    function _win(uint256 id) private {
        openDraw();
        _makeFirst(id);
        assertEq(settleDraw(), id, "winner");
    }

    /* CONSTRUCTION */

    function test_constructor_RevertWhen_ASourceIsZero() public {
        IStakeAllocator.Parameters memory p = firstParameters();
        for (uint256 i = 0; i < 8; ++i) {
            IStakeAllocator.Sources memory s = sources();
            IAuthority a = IAuthority(i == 0 ? address(0) : address(authority));
            if (i == 1) s.operatorRegistry = IOperatorRegistry(address(0));
            if (i == 2) s.validatorRegistry = IValidatorRegistry(address(0));
            if (i == 3) s.ledger = IStakedEther(address(0));
            if (i == 4) s.wrapper = IVotes(address(0));
            if (i == 5) s.bondVault = IBondVault(address(0));
            if (i == 6) s.withdrawalQueue = IWithdrawalQueue(address(0));
            if (i == 7) s.randomness = IRandomnessSource(address(0));
            vm.expectRevert(Guarded.ZeroAddress.selector);
            factory.newStakeAllocator(a, s, p);
        }
    }

    /* PARAMETERS */

    function _assertParameterRefused(
        IStakeAllocator.Parameters memory p,
        bytes32 name,
        uint256 value
    ) private {
        bytes memory expected = abi.encodeWithSelector(
            IStakeAllocator.ParameterOutOfBounds.selector,
            name,
            value
        );
        vm.expectRevert(expected);
        factory.newStakeAllocator(IAuthority(address(authority)), sources(), p);
        vm.expectRevert(expected);
        allocator.setParameters(p);
    }

    function test_parameters_RevertWhen_OutOfBounds() public {
        uint32[4] memory lots = [uint32(0), 31, 33, 32_800];
        for (uint256 i = 0; i < lots.length; ++i) {
            IStakeAllocator.Parameters memory p = firstParameters();
            (p.lotEth, p.capFloorEth) = (lots[i], 100_000);
            _assertParameterRefused(p, "lotEth", lots[i]);
        }
        uint16[2] memory caps = [uint16(99), 5_001];
        for (uint256 i = 0; i < caps.length; ++i) {
            IStakeAllocator.Parameters memory p = firstParameters();
            p.capBp = caps[i];
            _assertParameterRefused(p, "capBp", caps[i]);
        }
        uint32[2] memory floors = [uint32(LOT - 1), 131_073];
        for (uint256 i = 0; i < floors.length; ++i) {
            IStakeAllocator.Parameters memory p = firstParameters();
            p.capFloorEth = floors[i];
            _assertParameterRefused(p, "capFloorEth", floors[i]);
        }
        uint32[2] memory weights = [uint32(1 hours - 1), 90 days + 1];
        for (uint256 i = 0; i < weights.length; ++i) {
            IStakeAllocator.Parameters memory p = firstParameters();
            p.weightLife = weights[i];
            _assertParameterRefused(p, "weightLife", weights[i]);
        }
        uint32[2] memory lives = [uint32(1 hours - 1), 180 days + 1];
        for (uint256 i = 0; i < lives.length; ++i) {
            IStakeAllocator.Parameters memory p = firstParameters();
            p.allotmentLife = lives[i];
            _assertParameterRefused(p, "allotmentLife", lives[i]);
        }
        // the bounds themselves
        IAuthority a = IAuthority(address(authority));
        factory.newStakeAllocator(a, sources(), IStakeAllocator.Parameters(32, 100, 32, 1 hours, 1 hours));
        factory.newStakeAllocator(
            a,
            sources(),
            IStakeAllocator.Parameters(32_768, 5_000, 131_072, 90 days, 180 days)
        );
    }

    function _assertStepRefused(IStakeAllocator.Parameters memory p, bytes32 name, uint256 value) private {
        IStakeAllocator.Parameters memory old = allocator.parameters();
        uint256 from = old.lotEth;
        if (name == "capBp") from = old.capBp;
        if (name == "capFloorEth") from = old.capFloorEth;
        if (name == "weightLife") from = old.weightLife;
        if (name == "allotmentLife") from = old.allotmentLife;
        expectTooLarge(name, from, value);
        allocator.setParameters(p);
    }

    function test_setParameters_RevertWhen_StepIsAboveAFactorOfTwo() public {
        for (uint256 up = 0; up < 2; ++up) {
            // one more than twice, or one less than half
            IStakeAllocator.Parameters memory p = firstParameters();
            p.capBp = up == 1 ? 2_001 : 499;
            _assertStepRefused(p, "capBp", p.capBp);
            p = firstParameters();
            p.capFloorEth = up == 1 ? 641 : 159;
            _assertStepRefused(p, "capFloorEth", p.capFloorEth);
            p = firstParameters();
            p.weightLife = up == 1 ? 14 days + 1 : 3.5 days - 1;
            _assertStepRefused(p, "weightLife", p.weightLife);
            p = firstParameters();
            p.allotmentLife = up == 1 ? 28 days + 1 : 7 days - 1;
            _assertStepRefused(p, "allotmentLife", p.allotmentLife);
        }
        IStakeAllocator.Parameters memory q = firstParameters();
        q.lotEth = 96;
        _assertStepRefused(q, "lotEth", 96);
        (q.lotEth, q.capFloorEth) = (64, 640);
        allocator.setParameters(q);
        skipTime(STEP_PERIOD);
        (q.lotEth, q.capFloorEth) = (128, 640);
        allocator.setParameters(q);
        skipTime(STEP_PERIOD);
        q.lotEth = 32;
        _assertStepRefused(q, "lotEth", 32);
    }

    function test_setParameters_Sets() public {
        IStakeAllocator.Parameters memory p = IStakeAllocator.Parameters(64, 2_000, 640, 14 days, 28 days);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.ParametersSet(firstParameters(), p);
        allocator.setParameters(p);
        assertEq(abi.encode(allocator.parameters()), abi.encode(p), "set");
        skipTime(STEP_PERIOD);
        allocator.setParameters(firstParameters());
        assertEq(abi.encode(allocator.parameters()), abi.encode(firstParameters()), "set back");
    }

    /// @dev Each has a period of its own.
    function test_setParameters_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        allocator.setParameters(IStakeAllocator.Parameters(64, 2_000, 640, 14 days, 28 days));
        vm.warp(nextAt - 1);
        for (uint256 i = 0; i < 5; ++i) {
            IStakeAllocator.Parameters memory p = allocator.parameters();
            bytes32 name;
            if (i == 0) (name, p.lotEth) = ("lotEth", 32);
            if (i == 1) (name, p.capBp) = ("capBp", 1_999);
            if (i == 2) (name, p.capFloorEth) = ("capFloorEth", 639);
            if (i == 3) (name, p.weightLife) = ("weightLife", 14 days - 1);
            if (i == 4) (name, p.allotmentLife) = ("allotmentLife", 28 days - 1);
            expectTooSoon(name, nextAt);
            allocator.setParameters(p);
        }
        vm.warp(nextAt);
        allocator.setParameters(IStakeAllocator.Parameters(32, 1_999, 639, 14 days - 1, 28 days - 1));
    }

    function test_guardedFunctions_RevertWhen_CallerHasNotTheRole() public {
        vm.startPrank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, stranger, Roles.PARAMETER_MANAGER)
        );
        allocator.setParameters(firstParameters());
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, stranger, Roles.DEPOSITOR));
        allocator.spend(1, 0);
    }

    /* WEIGHTS */

    function test_refresh_CountsBondAndLeastVotes() public {
        uint256 id = addOperator(5 ether);
        assertEq(allocator.weightOf(id), 5e9, "bond");
        _vote(ledger, id, 10 ether, 20 ether, 30 ether);
        _vote(wrapper, id, 9 ether, 7 ether, 2 ether);
        // 19, 27 and 32
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.WeightRefreshed(id, operators.managerOf(id), 5e9, 24e9);
        vm.prank(stranger);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 24e9, "newest is least");
        assertEq(allocator.totalWeight(), 24e9, "total");
        assertEq(uint256(allocator.position(id).refreshedAt), START, "time");

        _vote(ledger, id, 30 ether, 12 ether, 30 ether);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), (5 + 12 + 7) * 1e9, "middle is least");
        _vote(ledger, id, 30 ether, 30 ether, 1 ether);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), (5 + 1 + 2) * 1e9, "oldest is least");
    }

    /// @dev Votes that were there for two reports are rented, as far as anybody knows.
    function test_refresh_CountsNoVotesHeldForTwoReports() public {
        uint256 id = addOperator(5 ether);
        _vote(ledger, id, 1_000 ether, 1_000 ether, 0);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 5e9, "bond alone");
        ledger.applied(START);
        ledger.set(operators.managerOf(id), START, 1_000 ether);
        skipTime(1);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 1_005e9, "three reports");
    }

    function test_refresh_CountsNoVotesBeforeThreeReports() public {
        uint256 id = addOperator(5 ether);
        _vote(ledger, id, 10 ether, 10 ether, 10 ether);
        // what a mapping answers for time 0 is not asked for
        ledger.applied(0);
        ledger.applied(START - 2 days);
        ledger.applied(START - 1 days);
        ledger.set(operators.managerOf(id), 0, 10 ether);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 5e9, "two reports");
    }

    /// @dev What a fault holds of a bond weighs nothing.
    function test_refresh_LeavesOutWhatIsLocked() public {
        uint256 id = addOperator(5 ether);
        bonds.lock(id, 2 ether);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 3e9, "weight");
        bonds.lock(id, 5 ether);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), 0, "nothing left");
    }

    function test_refresh_WeighsByStanding() public {
        uint256 id = addOperator(3 ether);
        _vote(ledger, id, 2 ether, 2 ether, 2 ether);
        uint256[4] memory expected = [uint256(5e9), 2.5e9, 0, 0];
        for (uint256 i = 0; i < 4; ++i) {
            operators.setStanding(id, IOperatorRegistry.Standing(i));
            allocator.refresh(id);
            assertEq(allocator.weightOf(id), expected[i], vm.toString(i));
            assertEq(allocator.totalWeight(), expected[i], "total");
        }
    }

    function testFuzz_refresh_RoundsDown(uint256 bond, uint256 votes, bool watched) public {
        bond = bound(bond, 0, 3e26);
        votes = bound(votes, 0, 3e26);
        uint256 id = addOperator(bond);
        _vote(wrapper, id, votes, votes, votes);
        if (watched) operators.setStanding(id, IOperatorRegistry.Standing.Watched);
        allocator.refresh(id);
        assertEq(allocator.weightOf(id), (bond + votes) / (watched ? 2e9 : 1e9), "weight");
    }

    function test_refresh_RevertWhen_OperatorIsUnknown() public {
        addOperator(1 ether);
        uint256[3] memory ids = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(_error(IStakeAllocator.OperatorUnknown.selector, ids[i]));
            allocator.refresh(ids[i]);
        }
    }

    function test_refresh_RevertWhen_AReportIsOfThisBlock() public {
        uint256 id = addOperator(1 ether);
        ledger.applied(START);
        vm.expectRevert(abi.encodeWithSelector(Votes__Mock.FutureLookup.selector, START, uint48(START)));
        allocator.refresh(id);
    }

    /* WHOSE VOTES COUNT */

    function test_refresh_CountsAManagersVotesOnce() public {
        uint256 a = addOperator(1 ether);
        uint256 b = addOperator(1 ether);
        operators.setManager(b, operators.managerOf(a));
        _vote(ledger, a, 10 ether, 10 ether, 10 ether);
        allocator.refresh(b);
        allocator.refresh(a);
        allocator.refresh(b);
        assertEq(allocator.weightOf(a), 11e9, "first");
        assertEq(allocator.weightOf(b), 1e9, "second");
        assertEq(allocator.nomineeOf(operators.managerOf(a)), a, "nominee");
    }

    function test_refresh_LetsAManagersVotesGo() public {
        uint256 a = addOperator(1 ether);
        uint256 b = addOperator(1 ether);
        address shared = operators.managerOf(a);
        address other = operators.managerOf(b);
        _vote(ledger, a, 10 ether, 10 ether, 10 ether);
        operators.setManager(b, shared);
        allocator.refresh(b);
        assertEq(allocator.nomineeOf(other), 0, "b's former manager counts for nobody");

        // as long as a's weight counts them, b's does not
        operators.setManager(a, other);
        allocator.refresh(b);
        assertEq(allocator.weightOf(b), 1e9, "not yet");
        allocator.refresh(a);
        assertEq(allocator.weightOf(a), 1e9, "gone");
        assertEq(allocator.nomineeOf(shared), 0, "free");
        allocator.refresh(b);
        assertEq(allocator.weightOf(b), 11e9, "now");
        assertEq(allocator.nomineeOf(shared), b, "b");
        assertEq(allocator.nomineeOf(other), a, "a");
    }

    function test_refresh_LetsVotesGo_GivenOperatorIsJailed() public {
        uint256 a = addOperator(1 ether);
        uint256 b = addOperator(1 ether);
        _vote(ledger, a, 10 ether, 10 ether, 10 ether);
        allocator.refresh(a);
        operators.setManager(b, operators.managerOf(a));
        operators.setStanding(a, IOperatorRegistry.Standing.Jailed);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.WeightRefreshed(a, address(0), 11e9, 0);
        allocator.refresh(a);
        allocator.refresh(b);
        assertEq(allocator.weightOf(b), 11e9, "b");
    }

    /* OPENING */

    function test_open_FixesAllThatItCan() public {
        _addFour();
        stakes.set(1, 7_000);
        stakes.set(2, 3_000);
        uint64 round = randomness.fix();
        // 10 % of 10,032
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.DrawOpened(1, round, LOT, 1_003, 10e9);
        vm.prank(stranger);
        assertEq(allocator.open(), 1, "id");
        IStakeAllocator.Draw memory d = allocator.draw();
        assertTrue(d.isOpen, "open");
        assertEq(uint256(d.id), 1, "id");
        assertEq(uint256(d.round), round, "round");
        assertEq(uint256(d.lotEth), LOT, "lot");
        assertEq(uint256(d.capEth), 1_003, "cap");
        assertEq(uint256(d.openedAt), START, "time");
        assertEq(uint256(d.freshSince), START - 7 days, "freshness");
    }

    function test_open_CountsPromisesInTheCap() public {
        addOperator(1 ether);
        stakes.set(2, 4_000);
        _win(1);
        openDraw();
        // 10 % of 4,000, what is promised, and the lot
        assertEq(uint256(allocator.draw().capEth), 406, "cap");
    }

    function test_open_HasAFloorUnderTheCap() public {
        addOperator(1 ether);
        stakes.set(1, 3_168);
        openDraw();
        assertEq(uint256(allocator.draw().capEth), 320, "both are 320");
        settleDraw();
        stakes.set(1, 0);
        openDraw();
        assertEq(uint256(allocator.draw().capEth), 320, "floor");
    }

    function test_open_RevertGiven_ADrawIsOpen() public {
        addOperator(1 ether);
        allocator.open();
        bytes memory expected = _error(IStakeAllocator.DrawIsOpen.selector, 1);
        vm.expectRevert(expected);
        allocator.open();
        vm.expectRevert(expected);
        allocator.refresh(1);
        vm.expectRevert(expected);
        allocator.lapse(1);
    }

    function test_open_RevertGiven_TheLastDrawHasJustEnded() public {
        addOperator(1 ether);
        drawOnce();
        uint256 opensAt = currentTime() + 5 minutes;
        assertEq(uint256(allocator.closedAt()), currentTime(), "closed");
        vm.expectRevert(_error(IStakeAllocator.OpenedTooEarly.selector, opensAt));
        allocator.open();
        vm.warp(opensAt - 1);
        vm.expectRevert(_error(IStakeAllocator.OpenedTooEarly.selector, opensAt));
        allocator.open();
        allocator.refresh(1);
        vm.warp(opensAt);
        assertEq(allocator.open(), 2, "next");
    }

    function test_open_RevertGiven_NobodyHasAWeight() public {
        vm.expectRevert(IStakeAllocator.NoWeight.selector);
        allocator.open();
        addOperator(0);
        vm.expectRevert(IStakeAllocator.NoWeight.selector);
        allocator.open();
    }

    function test_open_RevertWhen_FreeEtherIsPromised() public {
        addOperator(1 ether);
        giveFreeEther(64 ether);
        _win(1);
        giveFreeEther(64 ether - 1);
        skipTime(5 minutes);
        vm.expectRevert(_error(IStakeAllocator.FreeEtherTooSmall.selector, 63, 64));
        allocator.open();
        giveFreeEther(64 ether);
        allocator.open();
    }

    /* SETTLING */

    function test_settle_AllotsToTheResultOfTheSeed() public {
        _addFour();
        for (uint256 i = 1; i <= 12; ++i) {
            openDraw();
            uint256 expected = resultOf(0);
            bytes memory proof = waitForSeed();
            vm.expectCall(
                address(randomness),
                abi.encodeCall(randomness.seed, (allocator.draw().round, proof))
            );
            uint256 left = allocator.position(expected).leftEth;
            uint256 endsAt = currentTime() + 14 days;
            vm.expectEmit(address(allocator));
            emit IStakeAllocator.DrawWon(i, expected, 0, left + LOT, endsAt);
            vm.prank(stranger);
            assertEq(allocator.settle(proof), expected, "winner");

            IStakeAllocator.Position memory p = allocator.position(expected);
            assertEq(uint256(p.leftEth), left + LOT, "left");
            assertEq(uint256(p.givenEth), left + LOT, "given");
            assertEq(uint256(p.endsAt), endsAt, "end");
            assertEq(uint256(allocator.promisedEth()), i * LOT, "promised");
            assertFalse(allocator.draw().isOpen, "closed");
        }
    }

    function test_settle_RevertGiven_NoDrawIsOpen() public {
        _addFour();
        vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
        allocator.settle("");
        allocator.open();
        bytes memory proof = waitForSeed();
        allocator.settle(proof);
        vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
        allocator.settle(proof);
    }

    /// @dev Too early, or with a wrong proof: nothing happens, and the right one leads to the same result.
    function test_settle_RetriedChangesNothing() public {
        _addFour();
        allocator.open();
        uint64 round = allocator.draw().round;
        uint256 expected = resultOf(0);
        bytes memory proof = abi.encode(randomness.seedOf(round));
        vm.expectRevert(abi.encodeWithSelector(Randomness__Mock.SeedNotShown.selector, round));
        allocator.settle(proof);
        waitForSeed();
        vm.expectRevert(abi.encodeWithSelector(Randomness__Mock.SeedNotShown.selector, round));
        allocator.settle(abi.encode("another"));
        skipTime(8 hours);
        assertTrue(allocator.draw().isOpen, "still open");
        assertEq(allocator.settle(proof), expected, "winner");
    }

    function test_settle_DrawsAgain_GivenOperatorIsJailedNow() public {
        _addFour();
        for (uint256 i = 2; i < 4; ++i) {
            openDraw();
            _makeFirst(4);
            operators.setStanding(4, IOperatorRegistry.Standing(i));
            assertEq(settleDraw(), _firstOther(4), "winner");
            operators.setStanding(4, IOperatorRegistry.Standing.Good);
        }
        openDraw();
        _makeFirst(4);
        operators.setStanding(4, IOperatorRegistry.Standing.Watched);
        assertEq(settleDraw(), 4, "watched may win");
    }

    function test_settle_DrawsAgain_GivenBondIsTooSmall() public {
        _addFour();
        stakes.set(3, 100);
        _win(3);
        openDraw();
        _makeFirst(3);
        bonds.set(3, 3 ether, 100 + 2 * LOT - 1);
        uint256 state = vm.snapshotState();
        assertEq(settleDraw(), _firstOther(3), "one ETH short");
        vm.revertToState(state);
        bonds.set(3, 3 ether, 100 + 2 * LOT);
        assertEq(settleDraw(), 3, "just enough");
    }

    function test_settle_DrawsAgain_GivenCapIsReached() public {
        _addFour();
        stakes.set(1, 10_000 - 939);
        stakes.set(3, 939);
        bonds.set(3, 3 ether, 5_000);
        _win(3);
        openDraw();
        _makeFirst(3);
        // 10 % of 10,064 is 1,006: more than 939 and two lots
        assertEq(uint256(allocator.draw().capEth), 1_006, "cap");
        uint256 state = vm.snapshotState();
        assertEq(settleDraw(), 3, "below");
        vm.revertToState(state);
        // the cap is that of the opening, the stake is looked at now
        stakes.set(3, 943);
        assertEq(settleDraw(), _firstOther(3), "one ETH above");
        vm.revertToState(state);
        stakes.set(3, 942);
        assertEq(settleDraw(), 3, "at the cap");
    }

    /// @dev The cap that binds is that of the opening, whatever leaves the pool before the settling.
    function test_settle_HoldsToTheCapOfTheOpening() public {
        _addFour();
        stakes.set(1, 10_000);
        stakes.set(3, 900);
        openDraw();
        _makeFirst(3);
        stakes.set(1, 10);
        IStakeAllocator.Parameters memory p = firstParameters();
        p.capBp = 500;
        allocator.setParameters(p);
        p.lotEth = 64;
        allocator.setParameters(p);
        assertEq(settleDraw(), 3, "winner");
        assertEq(uint256(allocator.position(3).leftEth), LOT, "the lot of the opening");
    }

    function test_settle_DrawsAgain_GivenWeightWasStaleAtTheOpening() public {
        _addFour();
        vm.warp(START + 7 days + 1);
        for (uint256 i = 1; i < 4; ++i) allocator.refresh(i);
        openDraw();
        _makeFirst(4);
        assertEq(settleDraw(), _firstOther(4), "stale");

        skipTime(5 minutes);
        allocator.refresh(4);
        _win(4);
    }

    /// @dev Nobody makes a weight stale by waiting.
    function test_settle_TakesAWeightThatTurnedStaleLater() public {
        _addFour();
        vm.warp(START + 7 days);
        openDraw();
        _makeFirst(4);
        vm.warp(START + 30 days);
        assertEq(settleDraw(), 4, "winner");
    }

    function test_settle_DrawsAgain_GivenAllotmentHadEndedAtTheOpening() public {
        _addFour();
        _win(4);
        vm.warp(allocator.position(4).endsAt);
        for (uint256 i = 1; i <= 4; ++i) allocator.refresh(i);
        openDraw();
        _makeFirst(4);
        assertEq(settleDraw(), _firstOther(4), "ended");
        // lapsed, it is as good as before
        allocator.lapse(4);
        _win(4);
    }

    function test_settle_TakesAnAllotmentThatEndedLater() public {
        _addFour();
        _win(4);
        vm.warp(allocator.position(4).endsAt - 1);
        for (uint256 i = 1; i <= 4; ++i) allocator.refresh(i);
        openDraw();
        _makeFirst(4);
        assertEq(settleDraw(), 4, "winner");
        assertEq(uint256(allocator.position(4).leftEth), 2 * LOT, "both");
    }

    function test_settle_AddsASecondWinAndExtends() public {
        _addFour();
        _win(2);
        allocator.spend(2, 20);
        skipTime(3 days);
        _win(2);
        IStakeAllocator.Position memory p = allocator.position(2);
        assertEq(uint256(p.leftEth), 44, "left");
        assertEq(uint256(p.givenEth), 44, "given");
        assertEq(uint256(p.endsAt), currentTime() + 14 days, "end");
        assertEq(uint256(allocator.promisedEth()), 44, "promised");
    }

    /// @dev 17 results are looked at, and no more.
    function test_settle_EndsWithoutWinner() public {
        _addFour();
        openDraw();
        for (uint256 i = 1; i <= 4; ++i) bonds.set(i, 1 ether, LOT - 1);
        bytes memory proof = waitForSeed();
        vm.expectCall(address(operators), abi.encodePacked(operators.standingOf.selector), 17);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.DrawWithoutWinner(1);
        assertEq(allocator.settle(proof), 0, "nobody");
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
        assertFalse(allocator.draw().isOpen, "closed");
        openDraw();
    }

    function test_settle_TakesTheLastOf17Results() public {
        _addFour();
        openDraw();
        uint64 round = allocator.draw().round;
        // a seed whose only result for 1 is the last
        for (uint256 i = 1; ; ++i) {
            randomness.tell(round, keccak256(abi.encode(i)));
            bool only = resultOf(16) == 1;
            for (uint256 k = 0; k < 16 && only; ++k) only = resultOf(k) != 1;
            if (only) break;
        }
        for (uint256 i = 2; i <= 4; ++i) operators.setStanding(i, IOperatorRegistry.Standing.Jailed);
        bytes memory proof = waitForSeed();
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.DrawWon(1, 1, 16, LOT, currentTime() + 14 days);
        assertEq(allocator.settle(proof), 1, "winner");
    }

    /// @dev A tree of 10,000 ids, of which every 20th weighs something; all 17 results are others, each refused by what is
    /// asked last. Doubles stand for the sources; a capacity reads three slots.
    function test_settle_CostsLessThanAMillionGas() public {
        operators.addMany(10_000);
        for (uint256 id = 20; id <= 10_000; id += 20) {
            bonds.set(id, 1 ether, LOT - 1);
            allocator.refresh(id);
        }
        openDraw();
        for (uint256 i = 0; !_allDifferent(); ++i) randomness.tell(allocator.draw().round, bytes32(i + 1));
        bytes memory proof = waitForSeed();
        address[5] memory touched = [
            address(allocator),
            address(operators),
            address(bonds),
            address(stakes),
            address(randomness)
        ];
        for (uint256 i = 0; i < 5; ++i) vm.cool(touched[i]);
        assertEq(allocator.settle(proof), 0, "nobody");
        assertLt(uint256(vm.lastCallGas().gasTotalUsed), 600_000, "gas");
    }

    /// @dev Chi-square over 1,500 whole draws: 18.467 is the 99.9 % quantile for 4 degrees of freedom. One operator of six
    /// is at its cap: those left are drawn by their weights among themselves.
    function test_settle_DrawsByWeightAmongTheEligible() public {
        uint256 sum = 0;
        for (uint256 i = 1; i <= 6; ++i) {
            addOperator(i * 1 ether);
            bonds.set(i, i * 1 ether, i == 4 ? 0 : 1_000_000);
            if (i != 4) sum += i;
        }
        stakes.set(4, 100_000_000);
        IStakeAllocator.Parameters memory p = firstParameters();
        p.weightLife = 14 days;
        allocator.setParameters(p);
        giveFreeEther(1_000_000 ether);
        uint256[7] memory won;
        for (uint256 i = 0; i < 1_500; ++i) {
            if (i % 300 == 0) {
                for (uint256 id = 1; id <= 6; ++id) allocator.refresh(id);
            }
            ++won[drawOnce()];
        }
        assertEq(won[4], 0, "at its cap");
        uint256 chi = 0;
        for (uint256 id = 1; id <= 6; ++id) {
            if (id == 4) continue;
            uint256 expected = (1_500 * 1e6 * id) / sum;
            uint256 seen = won[id] * 1e6;
            uint256 gap = seen > expected ? seen - expected : expected - seen;
            chi += (gap * gap) / expected / 1e3;
        }
        assertLt(chi, 18_467, "chi-square, in thousandths");
    }

    /* ABANDONING */

    function test_abandon_EndsADrawWhoseSeedIsLost() public {
        _addFour();
        vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
        allocator.abandon();
        allocator.open();
        uint64 round = allocator.draw().round;
        vm.expectRevert(_error(IStakeAllocator.SeedNotLapsed.selector, round));
        allocator.abandon();
        bytes memory proof = waitForSeed();
        vm.expectRevert(_error(IStakeAllocator.SeedNotLapsed.selector, round));
        allocator.abandon();

        randomness.expire(round);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.DrawAbandoned(1);
        vm.prank(stranger);
        allocator.abandon();
        vm.expectRevert(IStakeAllocator.NoDrawOpen.selector);
        allocator.settle(proof);
        assertEq(uint256(allocator.closedAt()), currentTime(), "closed");
        assertEq(openDraw(), 2, "next");
    }

    /* SPENDING */

    function test_spend_TakesFromTheAllotment() public {
        _addFour();
        _win(1);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.AllotmentSpent(1, 1, 31);
        allocator.spend(1, 1);
        // a draw does not hold deposits up
        openDraw();
        allocator.spend(1, 31);
        assertEq(uint256(allocator.position(1).leftEth), 0, "left");
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
        vm.expectRevert(_error(IStakeAllocator.AllotmentTooSmall.selector, 1, 0, 1));
        allocator.spend(1, 1);
        vm.expectRevert(_error(IStakeAllocator.NoAllotment.selector, 1));
        allocator.prolong(1);
    }

    function test_spend_RevertWhen_LessIsLeft() public {
        _addFour();
        _win(1);
        uint256[2] memory asked = [uint256(33), type(uint256).max];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(_error(IStakeAllocator.AllotmentTooSmall.selector, 1, 32, asked[i]));
            allocator.spend(1, asked[i]);
        }
        vm.expectRevert(_error(IStakeAllocator.AllotmentTooSmall.selector, 2, 0, 1));
        allocator.spend(2, 1);
    }

    function test_spend_RevertGiven_AllotmentHasEnded() public {
        _addFour();
        _win(1);
        uint256 endsAt = allocator.position(1).endsAt;
        vm.warp(endsAt - 1);
        allocator.spend(1, 1);
        vm.warp(endsAt);
        vm.expectRevert(_error(IStakeAllocator.AllotmentEnded.selector, 1, endsAt));
        allocator.spend(1, 1);
    }

    /* PROLONGING */

    function test_prolong_WaitsForFreeEther() public {
        _addFour();
        _win(1);
        uint256 endsAt = allocator.position(1).endsAt;
        giveFreeEther(32 ether);
        vm.expectRevert(_error(IStakeAllocator.FreeEtherSuffices.selector, 1, 32, 32));
        allocator.prolong(1);
        giveFreeEther(32 ether - 1);
        for (uint256 i = 1; i <= 3; ++i) {
            vm.warp(endsAt - 1);
            vm.expectEmit(address(allocator));
            emit IStakeAllocator.AllotmentProlonged(1, endsAt, endsAt - 1 + 14 days);
            vm.prank(stranger);
            allocator.prolong(1);
            endsAt = endsAt - 1 + 14 days;
            assertEq(uint256(allocator.position(1).endsAt), endsAt, "end");
        }
        vm.expectRevert(_error(IStakeAllocator.ProlongedTooOften.selector, 1, 3));
        allocator.prolong(1);

        // won anew, it may be prolonged anew
        giveFreeEther(1_000 ether);
        for (uint256 i = 1; i <= 4; ++i) allocator.refresh(i);
        _win(1);
        giveFreeEther(0);
        allocator.prolong(1);
    }

    function test_prolong_RevertGiven_AllotmentHasEnded() public {
        _addFour();
        vm.expectRevert(_error(IStakeAllocator.NoAllotment.selector, 1));
        allocator.prolong(1);
        _win(1);
        giveFreeEther(0);
        uint256 endsAt = allocator.position(1).endsAt;
        vm.warp(endsAt);
        vm.expectRevert(_error(IStakeAllocator.AllotmentEnded.selector, 1, endsAt));
        allocator.prolong(1);
    }

    /* LAPSING */

    function test_lapse_RevertGiven_AllotmentStands() public {
        _addFour();
        vm.expectRevert(_error(IStakeAllocator.NoAllotment.selector, 1));
        allocator.lapse(1);
        _win(1);
        uint256 endsAt = allocator.position(1).endsAt;
        vm.warp(endsAt - 1);
        vm.expectRevert(_error(IStakeAllocator.AllotmentStands.selector, 1, endsAt));
        allocator.lapse(1);
        vm.warp(endsAt);
        vm.prank(stranger);
        allocator.lapse(1);
        vm.expectRevert(_error(IStakeAllocator.NoAllotment.selector, 1));
        allocator.lapse(1);
    }

    function test_lapse_Demotes_GivenLessThanHalfIsSpent() public {
        _addFour();
        _win(1);
        allocator.spend(1, 15);
        vm.warp(allocator.position(1).endsAt);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.AllotmentLapsed(1, 17, true);
        allocator.lapse(1);
        assertEq(uint256(operators.standingOf(1)), uint256(IOperatorRegistry.Standing.Watched), "one step");
        assertEq(operators.lastReason(1), bytes32("allotment unspent"), "reason");
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
        assertEq(uint256(allocator.position(1).leftEth), 0, "left");
    }

    function test_lapse_KeepsStanding_GivenHalfIsSpent() public {
        _addFour();
        _win(1);
        allocator.spend(1, 16);
        vm.warp(allocator.position(1).endsAt);
        vm.expectEmit(address(allocator));
        emit IStakeAllocator.AllotmentLapsed(1, 16, false);
        allocator.lapse(1);
        assertEq(uint256(operators.standingOf(1)), uint256(IOperatorRegistry.Standing.Good), "standing");
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
    }

    /// @dev Who could not spend for its standing is not punished for that once more; a watched one is jailed.
    function test_lapse_DemotesOnlyWhoTakesPart() public {
        uint256[4] memory later = [uint256(1), 2, 2, 3];
        _addFour();
        for (uint256 i = 0; i < 4; ++i) {
            _win(i + 1);
            operators.setStanding(i + 1, IOperatorRegistry.Standing(i));
        }
        vm.warp(allocator.position(4).endsAt);
        for (uint256 i = 0; i < 4; ++i) {
            allocator.lapse(i + 1);
            assertEq(uint256(operators.standingOf(i + 1)), later[i], vm.toString(i));
        }
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
    }
}
