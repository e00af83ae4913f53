// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {ReportLimits__Harness} from "../../harness/ReportLimits__Harness.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice Bounds of reports, alone.
contract ReportLimitsTest is FactoryTest {
    uint256 private constant POOL = 1000 ether;

    Authority private authority;
    ReportLimits__Harness private limits;

    function setUp() public {
        authority = factory.newAuthority(address(this));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(this));
        limits = _deploy(1_500, 500);
    }

    /* CONSTRUCTOR */

    function test_constructor_SetsAndTells() public {
        IReportLimits.Limits memory first = IReportLimits.Limits(1_000, 100);
        vm.expectEmit();
        emit IReportLimits.LimitsSet(IReportLimits.Limits(0, 0), first);
        ReportLimits__Harness fresh = new ReportLimits__Harness(IAuthority(address(authority)), first);
        assertEq(fresh.limits().gainBpPerYear, 1_000, "gain");
        assertEq(fresh.limits().lossBpPerFrame, 100, "loss");
    }

    function test_constructor_RevertWhen_LimitsAreOutOfBounds() public {
        _expectOut("gainBpPerYear", 0);
        _deploy(0, 500);
        _expectOut("gainBpPerYear", 100_000_001);
        _deploy(100_000_001, 500);
        _expectOut("lossBpPerFrame", 0);
        _deploy(1_500, 0);
        _expectOut("lossBpPerFrame", 1_001);
        _deploy(1_500, 1_001);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new ReportLimits__Harness(IAuthority(address(0)), IReportLimits.Limits(1_500, 500));
        _deploy(100_000_000, 1_000);
        _deploy(1, 1);
    }

    /* BOUND */

    function test_bound_PassesWhatIsWithin() public view {
        assertEq(limits.bound(_figures(0, 1)), 0, "nothing");
        assertEq(limits.bound(_figures(1, 1)), 1, "gain");
        assertEq(limits.bound(_figures(-1, 1)), -1, "loss");
    }

    function test_bound_CapsAGainByFrames() public view {
        uint256 cap = (POOL * 1_500 * 1 days) / (10_000 * 365 days);
        assertEq(limits.bound(_figures(int256(cap), 1)), int256(cap), "at the cap");
        assertEq(limits.bound(_figures(int256(cap) + 1, 1)), int256(cap), "above the cap");
        assertEq(limits.bound(_figures(type(int256).max, 1)), int256(cap), "far above");
        uint256 cap30 = (POOL * 1_500 * 30 days) / (10_000 * 365 days);
        assertEq(limits.bound(_figures(int256(POOL), 30)), int256(cap30), "30 frames");
        assertEq(limits.bound(_figures(int256(POOL), 0)), 0, "no frame, no gain");
    }

    function test_bound_AllowsALossByFramesUpToSeven() public view {
        for (uint256 frames = 1; frames <= 9; ++frames) {
            uint256 limit = (POOL * 500 * (frames < 7 ? frames : 7)) / 10_000;
            assertEq(limits.bound(_figures(-int256(limit), frames)), -int256(limit), "at the limit");
        }
    }

    function test_bound_RevertWhen_TheLossIsAboveItsLimit() public {
        for (uint256 frames = 0; frames <= 9; ++frames) {
            uint256 limit = (POOL * 500 * (frames < 7 ? frames : 7)) / 10_000;
            vm.expectRevert(abi.encodeWithSelector(IReportLimits.LossAboveLimit.selector, limit + 1, limit));
            limits.bound(_figures(-int256(limit) - 1, frames));
        }
    }

    function test_bound_RevertWhen_AVaultNeverHeldWhatIsTold() public {
        IReportLimits.Figures memory f = _figures(0, 1);
        (f.withdrawalsReceived, f.withdrawalsHeld) = (11, 11);
        (f.rewardsReceived, f.rewardsHeld) = (7, 7);
        assertEq(limits.bound(f), 0, "all that is held");
        f.withdrawalsReceived = 12;
        vm.expectRevert(abi.encodeWithSelector(IReportLimits.WithdrawalsAboveVault.selector, 12, 11));
        limits.bound(f);
        f.withdrawalsReceived = 0;
        f.rewardsReceived = 8;
        vm.expectRevert(abi.encodeWithSelector(IReportLimits.RewardsAboveVault.selector, 8, 7));
        limits.bound(f);
    }

    function testFuzz_bound_NeverRaisesAChangeAndNeverPassesItsLimits(
        int256 change,
        uint256 pooled,
        uint256 frames
    ) public view {
        IReportLimits.Figures memory f = _figures(
            bound(change, -int256(uint256(1 << 100)), int256(uint256(1 << 100))),
            bound(frames, 0, 10_000)
        );
        f.pooledEther = bound(pooled, 1, 1 << 87);
        uint256 most = (f.pooledEther * 1_500 * f.frames * 1 days) / (10_000 * 365 days);
        uint256 least = (f.pooledEther * 500 * (f.frames < 7 ? f.frames : 7)) / 10_000;
        if (f.change < -int256(least)) {
            try limits.bound(f) returns (int256) {
                assertTrue(false, "a loss above its limit passed");
            } catch (bytes memory reason) {
                assertEq(bytes4(reason), IReportLimits.LossAboveLimit.selector, "reason");
            }
        } else {
            int256 expected = f.change > int256(most) ? int256(most) : f.change;
            assertEq(limits.bound(f), expected, "bounded");
        }
    }

    /* GOVERNANCE */

    function test_setLimits_MovesByAFactorOfTwo() public {
        vm.expectEmit(address(limits));
        emit IReportLimits.LimitsSet(IReportLimits.Limits(1_500, 500), IReportLimits.Limits(3_000, 250));
        limits.setLimits(IReportLimits.Limits(3_000, 250));
        assertEq(limits.limits().gainBpPerYear, 3_000, "gain");
        assertEq(limits.limits().lossBpPerFrame, 250, "loss");
        limits.setLimits(IReportLimits.Limits(1_500, 500));
        assertEq(limits.limits().lossBpPerFrame, 500, "and back");
    }

    function test_setLimits_RevertWhen_TheStepIsTooLarge() public {
        _expectOut("gainBpPerYear", 3_001);
        limits.setLimits(IReportLimits.Limits(3_001, 500));
        _expectOut("gainBpPerYear", 749);
        limits.setLimits(IReportLimits.Limits(749, 500));
        _expectOut("lossBpPerFrame", 249);
        limits.setLimits(IReportLimits.Limits(1_500, 249));
        limits.setLimits(IReportLimits.Limits(750, 250));
        _expectOut("lossBpPerFrame", 501);
        limits.setLimits(IReportLimits.Limits(750, 501));
    }

    function test_setLimits_RevertWhen_OutOfBounds() public {
        _expectOut("gainBpPerYear", 0);
        limits.setLimits(IReportLimits.Limits(0, 500));
        _expectOut("lossBpPerFrame", 0);
        limits.setLimits(IReportLimits.Limits(1_500, 0));
        limits.setLimits(IReportLimits.Limits(1_500, 1_000));
        _expectOut("lossBpPerFrame", 1_001);
        limits.setLimits(IReportLimits.Limits(1_500, 1_001));
        ReportLimits__Harness high = _deploy(90_000_000, 500);
        _expectOut("gainBpPerYear", 100_000_001);
        high.setLimits(IReportLimits.Limits(100_000_001, 500));
    }

    function test_setLimits_RevertWhen_CallerHasNoRole() public {
        address eve = makeAddr("eve");
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, eve, Roles.PARAMETER_MANAGER));
        vm.prank(eve);
        limits.setLimits(IReportLimits.Limits(1_500, 500));
    }

    /* INTERNAL */

    function _deploy(uint32 gain, uint16 loss) private returns (ReportLimits__Harness) {
        return new ReportLimits__Harness(IAuthority(address(authority)), IReportLimits.Limits(gain, loss));
    }

    function _expectOut(bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IReportLimits.LimitOutOfBounds.selector, name, value));
    }

    function _figures(int256 change, uint256 frames) private pure returns (IReportLimits.Figures memory f) {
        f.change = change;
        f.pooledEther = POOL;
        f.frames = frames;
        f.frameSeconds = 1 days;
    }
}
