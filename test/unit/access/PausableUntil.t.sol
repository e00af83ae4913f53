// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {PausableUntil__Harness} from "../../harness/PausableUntil__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice A pause that always ends by itself.
contract PausableUntilTest is KedgeTest {
    Authority private authority;
    PausableUntil__Harness private target;
    address private pauser = makeAddr("pauser");
    address private resumer = makeAddr("resumer");

    function setUp() public {
        vm.warp(1_700_000_000);
        authority = new Authority(address(this));
        target = new PausableUntil__Harness(IAuthority(address(authority)));
        authority.grantRole(Roles.PAUSER, pauser);
        authority.grantRole(Roles.RESUMER, resumer);
    }

    function test_constructor_RevertWhen_AuthorityIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new PausableUntil__Harness(IAuthority(address(0)));
    }

    function testFuzz_pauseFor_EndsByItself(uint256 duration) public {
        duration = bound(duration, 1, 14 days);
        uint256 until = 1_700_000_000 + duration;
        vm.expectEmit(address(target));
        emit PausableUntil.Paused(pauser, until);
        vm.prank(pauser);
        target.pauseFor(duration);
        bytes memory paused = abi.encodeWithSelector(PausableUntil.PausedUntil.selector, until);
        vm.expectRevert(paused);
        target.act();
        vm.warp(until - 1);
        vm.expectRevert(paused);
        target.act();
        vm.warp(until);
        assertTrue(target.act(), "over");
        vm.prank(resumer);
        vm.expectRevert(PausableUntil.NotPaused.selector);
        target.resume();
    }

    function testFuzz_pauseFor_RevertWhen_OutOfBounds(uint256 duration) public {
        duration = bound(duration, 14 days + 1, type(uint256).max);
        vm.startPrank(pauser);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, duration, 14 days));
        target.pauseFor(duration);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, 0, 14 days));
        target.pauseFor(0);
        vm.stopPrank();
        assertTrue(target.act(), "not paused");
    }

    /// @dev A running pause can be made neither longer nor shorter by whoever pauses.
    function test_pauseFor_RevertGiven_Paused() public {
        vm.startPrank(pauser);
        target.pauseFor(1 days);
        bytes memory paused = abi.encodeWithSelector(
            PausableUntil.PausedUntil.selector,
            1_700_000_000 + 1 days
        );
        vm.expectRevert(paused);
        target.pauseFor(14 days);
        vm.expectRevert(paused);
        target.pauseFor(1);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, pauser, Roles.RESUMER));
        target.resume();
        vm.stopPrank();
    }

    function test_resume_EndsThePause() public {
        vm.prank(pauser);
        target.pauseFor(1 days);
        vm.expectEmit(address(target));
        emit PausableUntil.Resumed(resumer);
        vm.prank(resumer);
        target.resume();
        assertTrue(target.act(), "goes on");
        assertEq(target.pausedUntil(), vm.getBlockTimestamp(), "ended now");
        vm.prank(resumer);
        vm.expectRevert(PausableUntil.NotPaused.selector);
        target.resume();
    }

    function test_pauseFor_RevertWhen_CallerMayNot() public {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, address(this), Roles.PAUSER));
        target.pauseFor(1);
        vm.prank(resumer);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, resumer, Roles.PAUSER));
        target.pauseFor(1);
    }
}
