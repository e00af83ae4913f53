// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {ReportLimits__Harness} from "../../harness/ReportLimits__Harness.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";
import {Steps} from "../../utils/Steps.sol";

/// @notice Bounds of reports, alone.
contract ReportLimitsTest is FactoryTest, Steps {
    uint256 private constant POOL = 1000 ether;
    uint256 private constant FRAME = 1 days;

    Authority private authority;
    ReportLimits__Harness private limits;

    function setUp() public {
        authority = factory.newAuthority(address(this));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(this));
        limits = _deploy(_first());
    }

    /* CONSTRUCTOR */

    function test_constructor_SetsAndTells() public {
        IReportLimits.Limits memory first = IReportLimits.Limits(1_000, 100, 200, 3, 4);
        vm.expectEmit();
        emit IReportLimits.LimitsSet(IReportLimits.Limits(0, 0, 0, 0, 0), first);
        ReportLimits__Harness fresh = _deploy(first);
        assertEq(keccak256(abi.encode(fresh.limits())), keccak256(abi.encode(first)), "limits");
    }

    function test_constructor_RevertWhen_LimitsAreOutOfBounds() public {
        string[5] memory names = [
            "gainBpPerYear",
            "lossBpPerFrame",
            "lossBpPerWindow",
            "appearedPerFrame",
            "exitedPerFrame"
        ];
        uint256[5] memory most = [uint256(100_000_000), 1_000, 5_000, 65_535, 65_535];
        for (uint256 i = 0; i < 5; ++i) {
            _expectOut(bytes32(bytes(names[i])), 0);
            _deploy(_with(_first(), i, 0));
            _deploy(_with(_first(), i, 1));
            _deploy(_with(_first(), i, most[i]));
            if (most[i] == 65_535) continue;
            _expectOut(bytes32(bytes(names[i])), most[i] + 1);
            _deploy(_with(_first(), i, most[i] + 1));
        }
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new ReportLimits__Harness(IAuthority(address(0)), _first());
    }

    /* GAINS */

    function test_capped_CapsAGainByFrames() public view {
        uint256 cap = (POOL * 1_500 * FRAME) / (10_000 * 365 days);
        assertEq(limits.capped(_figures(0, 1), FRAME), 0, "nothing");
        assertEq(limits.capped(_figures(-5, 1), FRAME), -5, "a loss");
        assertEq(limits.capped(_figures(int256(cap), 1), FRAME), int256(cap), "at the cap");
        assertEq(limits.capped(_figures(int256(cap) + 1, 1), FRAME), int256(cap), "above the cap");
        assertEq(limits.capped(_figures(type(int256).max, 1), FRAME), int256(cap), "far above");
        uint256 cap30 = (POOL * 1_500 * 30 * FRAME) / (10_000 * 365 days);
        assertEq(limits.capped(_figures(int256(POOL), 30), FRAME), int256(cap30), "30 frames");
        assertEq(limits.capped(_figures(int256(POOL), 0), FRAME), 0, "no frame, no gain");
    }

    function test_breach_AGainIsNone() public view {
        _assertNone(_figures(0, 1));
        _assertNone(_figures(type(int256).max, 1));
    }

    /* LOSSES */

    function test_breach_ALossOfAFrameByFramesUpToSeven() public {
        limits = _deploy(_with(_first(), 2, 5_000));
        for (uint256 frames = 0; frames <= 9; ++frames) {
            uint256 limit = (POOL * 300 * (frames < 7 ? frames : 7)) / 10_000;
            _assertNone(_figures(-int256(limit), frames));
            _assertBreach(_figures(-int256(limit) - 1, frames), "lossPerFrame", limit + 1, limit);
        }
    }

    /// @dev Half of the window's limit at once; what is gone comes back evenly in 30 frames.
    function test_breach_LossesOfAWindow() public {
        IReportLimits.Figures memory f = _figures(-30 ether, 1);
        limits.remember(f);
        (, , uint256 level) = limits.counts();
        assertEq(level, 0.6e18, "level");
        // 1,000 bp of 1,000 ether: 50 at once, and 50 in 30 frames
        uint256 left = (50 ether * (0.4e18 + uint256(1e18) / 30)) / 1e18;
        _assertNone(_figures(-int256(left), 1));
        _assertBreach(_figures(-int256(left + 1), 1), "lossPerWindow", left + 1, left);
        limits.remember(_figures(-20 ether, 1));
        (, , level) = limits.counts();
        assertEq(level, 966_666_666_666_666_667, "rounded up");
        limits.remember(_figures(1 ether, 28));
        (, , level) = limits.counts();
        assertEq(level, 33_333_333_333_333_334, "nearly gone");
        limits.remember(_figures(0, 1));
        (, , level) = limits.counts();
        assertEq(level, 1, "but for the rounding");
        limits.remember(_figures(0, 1));
        (, , level) = limits.counts();
        assertEq(level, 0, "gone");
    }

    /// @dev One that was proven may be larger than the window: the next true ones are no more stopped than after a full one.
    function test_remember_HoldsNoMoreThanTheWindow() public {
        limits.remember(_figures(-200 ether, 1));
        assertEq(_level(), 1e18, "full");
        limits.remember(_figures(-1, 1));
        assertEq(_level(), 1e18 - uint256(1e18) / 30 + 1, "a wei, rounded up");
        limits.remember(_figures(-50 ether, 1));
        assertEq(_level(), 1e18, "full again");
        // a pool without ether loses nothing that could be told
        IReportLimits.Figures memory f = _figures(-1, 1);
        f.pooledEther = 0;
        limits.remember(f);
        assertEq(_level(), 1e18, "and not above");
    }

    /// @dev A full window is full, whatever pool it is of: what leaves and comes back, and another limit, make no room.
    function testFuzz_breach_ThePoolMakesNoRoom(uint256 pool, uint256 lost, uint256 between) public {
        limits.remember(_figures(-int256(bound(lost, 0, 50 ether)), 1));
        uint256 level = _level();
        IReportLimits.Figures memory f = _figures(0, 0);
        f.pooledEther = bound(between, 0, type(uint88).max);
        limits.remember(f);
        // a tenth of the pool at once, and more than that in two frames
        limits.setLimits(_with(_with(_first(), 1, 600), 2, 2_000));
        assertEq(_level(), level, "moved");
        f = _figures(0, 2);
        f.pooledEther = bound(pool, 1 ether, 1e8 ether);
        uint256 gone = uint256(2e18) / 30;
        if (gone > level) gone = level;
        uint256 left = ((f.pooledEther / 10) * (1e18 - level + gone)) / 1e18;
        f.change = -int256(left) - 1;
        assertEq(limits.breach(f).limit, bytes32("lossPerWindow"), "more than is left");
        f.change = -int256(left);
        _assertNone(f);
    }

    /// @dev Whatever losses come in whatever frames: those that pass are never more than the limit in any 30 frames.
    function testFuzz_breach_NoWindowHasMoreThanItsLimit(
        uint256[40] calldata losses,
        uint256[40] calldata steps
    ) public {
        uint256[] memory when = new uint256[](40);
        uint256[] memory lost = new uint256[](40);
        uint256 frame = 0;
        for (uint256 i = 0; i < 40; ++i) {
            uint256 frames = bound(steps[i], 1, 4);
            frame += frames;
            IReportLimits.Figures memory f = _figures(-int256(bound(losses[i], 0, 60 ether)), frames);
            // as much as passes
            IReportLimits.Breach memory b = limits.breach(f);
            if (b.limit == bytes32("lossPerFrame")) f.change = -int256(b.bound);
            b = limits.breach(f);
            if (b.limit == bytes32("lossPerWindow")) f.change = -int256(b.bound);
            if (f.change > 0) f.change = 0;
            if (limits.breach(f).limit != 0) continue;
            limits.remember(f);
            (when[i], lost[i]) = (frame, uint256(-f.change));
        }
        for (uint256 i = 0; i < 40; ++i) {
            uint256 sum = 0;
            for (uint256 j = i; j < 40; ++j) if (when[j] < when[i] + 30) sum += lost[j];
            assertLe(sum, 100 ether, "more than the limit in a window");
        }
    }

    /* FIGURES THAT CANNOT BE */

    function test_impossible_AVaultNeverHeldWhatIsTold() public view {
        IReportLimits.Figures memory f = _figures(0, 1);
        (f.withdrawalsReceived, f.withdrawalsHeld) = (11, 11);
        (f.rewardsReceived, f.rewardsHeld) = (7, 7);
        _assertNone(f);
        f.withdrawalsReceived = 12;
        _assertImpossible(f, "withdrawalsReceived", 12, 11);
        f.withdrawalsReceived = 0;
        f.rewardsReceived = 8;
        _assertImpossible(f, "rewardsReceived", 8, 7);
    }

    function test_impossible_ValidatorsThatGoBackOrWereNever() public {
        IReportLimits.Figures memory f = _figures(0, 1);
        (f.appeared, f.exited) = (20, 10);
        _assertNone(f);
        limits.remember(f);
        (uint256 appeared, uint256 exited, ) = limits.counts();
        assertEq(appeared, 20, "appeared");
        assertEq(exited, 10, "exited");
        _assertNone(f);
        f.appeared = 19;
        _assertImpossible(f, "appearedBack", 19, 20);
        (f.appeared, f.exited) = (20, 9);
        _assertImpossible(f, "exitedBack", 9, 10);
        (f.appeared, f.exited) = (21, 22);
        _assertImpossible(f, "exitedAbove", 22, 21);
    }

    function test_breach_MoreValidatorsThanAFrameHas() public {
        IReportLimits.Figures memory f = _figures(0, 1);
        (f.appeared, f.exited) = (40, 10);
        limits.remember(f);
        for (uint256 frames = 1; frames <= 9; ++frames) {
            uint256 scale = frames < 7 ? frames : 7;
            f.frames = frames;
            (f.appeared, f.exited) = (40 + 40 * scale, 10 + 20 * scale);
            _assertNone(f);
            ++f.appeared;
            _assertBreach(f, "appeared", 40 * scale + 1, 40 * scale);
            (f.appeared, f.exited) = (f.appeared - 1, f.exited + 1);
            _assertBreach(f, "exited", 20 * scale + 1, 20 * scale);
        }
    }

    /* GOVERNANCE */

    function test_setLimits_MovesByAFactorOfTwo() public {
        IReportLimits.Limits memory next = IReportLimits.Limits(3_000, 150, 2_000, 20, 40);
        vm.expectEmit(address(limits));
        emit IReportLimits.LimitsSet(_first(), next);
        limits.setLimits(next);
        assertEq(keccak256(abi.encode(limits.limits())), keccak256(abi.encode(next)), "limits");
        skipTime(STEP_PERIOD);
        limits.setLimits(_first());
        assertEq(keccak256(abi.encode(limits.limits())), keccak256(abi.encode(_first())), "and back");
    }

    /// @dev Each limit has a period of its own.
    function test_setLimits_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        for (uint256 i = 0; i < 5; ++i) {
            uint256 id = vm.snapshotState();
            IReportLimits.Limits memory next = IReportLimits.Limits(3_000, 150, 2_000, 20, 40);
            (bytes32 name, uint256 value) = _field(next, i);
            limits.setLimits(_with(_first(), i, value));
            vm.warp(nextAt - 1);
            expectTooSoon(name, nextAt);
            limits.setLimits(_first());
            // the others do not wait
            limits.setLimits(next);
            vm.warp(nextAt);
            limits.setLimits(_with(next, i, value + 1));
            vm.revertToState(id);
        }
    }

    function test_setLimits_KeepsTheCounts() public {
        IReportLimits.Figures memory f = _figures(-1 ether, 1);
        (f.appeared, f.exited) = (20, 10);
        limits.remember(f);
        limits.setLimits(IReportLimits.Limits(3_000, 150, 2_000, 20, 40));
        (uint256 appeared, uint256 exited, uint256 level) = limits.counts();
        assertEq(appeared, 20, "appeared");
        assertEq(exited, 10, "exited");
        assertEq(level, 0.02e18, "level");
    }

    function test_setLimits_RevertWhen_TheStepIsTooLarge() public {
        uint256[5] memory values = [uint256(1_500), 300, 1_000, 40, 20];
        string[5] memory names = [
            "gainBpPerYear",
            "lossBpPerFrame",
            "lossBpPerWindow",
            "appearedPerFrame",
            "exitedPerFrame"
        ];
        for (uint256 i = 0; i < 5; ++i) {
            expectTooLarge(bytes32(bytes(names[i])), values[i], values[i] * 2 + 1);
            limits.setLimits(_with(_first(), i, values[i] * 2 + 1));
            expectTooLarge(bytes32(bytes(names[i])), values[i], values[i] / 2 - 1);
            limits.setLimits(_with(_first(), i, values[i] / 2 - 1));
            _expectOut(bytes32(bytes(names[i])), 0);
            limits.setLimits(_with(_first(), i, 0));
        }
    }

    function test_setLimits_RevertWhen_CallerHasNoRole() public {
        address eve = makeAddr("eve");
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, eve, Roles.PARAMETER_MANAGER));
        vm.prank(eve);
        limits.setLimits(_first());
    }

    /* INTERNAL */

    function _first() private pure returns (IReportLimits.Limits memory) {
        return IReportLimits.Limits(1_500, 300, 1_000, 40, 20);
    }

    function _field(IReportLimits.Limits memory given, uint256 i) private pure returns (bytes32, uint256) {
        if (i == 0) return ("gainBpPerYear", given.gainBpPerYear);
        if (i == 1) return ("lossBpPerFrame", given.lossBpPerFrame);
        if (i == 2) return ("lossBpPerWindow", given.lossBpPerWindow);
        if (i == 3) return ("appearedPerFrame", given.appearedPerFrame);
        return ("exitedPerFrame", given.exitedPerFrame);
    }

    function _with(
        IReportLimits.Limits memory given,
        uint256 field,
        uint256 value
    ) private pure returns (IReportLimits.Limits memory) {
        if (field == 0) given.gainBpPerYear = uint32(value);
        if (field == 1) given.lossBpPerFrame = uint16(value);
        if (field == 2) given.lossBpPerWindow = uint16(value);
        if (field == 3) given.appearedPerFrame = uint16(value);
        if (field == 4) given.exitedPerFrame = uint16(value);
        return given;
    }

    function _level() private view returns (uint256 level) {
        (, , level) = limits.counts();
    }

    function _deploy(IReportLimits.Limits memory first) private returns (ReportLimits__Harness) {
        return new ReportLimits__Harness(IAuthority(address(authority)), first);
    }

    function _expectOut(bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IReportLimits.LimitOutOfBounds.selector, name, value));
    }

    function _assertNone(IReportLimits.Figures memory f) private view {
        assertEq(limits.breach(f).limit, bytes32(0), "a breach");
    }

    function _assertBreach(
        IReportLimits.Figures memory f,
        bytes32 limit,
        uint256 value,
        uint256 most
    ) private view {
        IReportLimits.Breach memory b = limits.breach(f);
        assertEq(b.limit, limit, "limit");
        assertEq(b.value, value, "value");
        assertEq(b.bound, most, "bound");
    }

    function _assertImpossible(
        IReportLimits.Figures memory f,
        bytes32 limit,
        uint256 value,
        uint256 most
    ) private view {
        _assertBreach(f, limit, value, most);
        assertEq(limits.impossible(f).limit, limit, "cannot be");
    }

    function _figures(int256 change, uint256 frames) private pure returns (IReportLimits.Figures memory f) {
        f.change = change;
        f.pooledEther = POOL;
        f.frames = frames;
    }
}
