// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {Pausable__Mock} from "../../mocks/Pausable__Mock.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice A pause that ends by itself, and the guard of roles it rests on.
contract PausableUntilTest is FactoryTest {
    Pausable__Mock private pausable;
    address private pauser = makeAddr("pauser");
    address private resumer = makeAddr("resumer");

    function setUp() public {
        vm.warp(1_800_000_000);
        Authority authority = factory.newAuthority(address(this));
        authority.grantRole(Roles.PAUSER, pauser);
        authority.grantRole(Roles.RESUMER, resumer);
        pausable = new Pausable__Mock(IAuthority(address(authority)));
    }

    function test_constructor_RevertWhen_TheAuthorityIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new Pausable__Mock(IAuthority(address(0)));
    }

    function test_pauseFor_EndsByItself() public {
        vm.expectEmit(address(pausable));
        emit PausableUntil.Paused(pauser, 1_800_000_100);
        vm.prank(pauser);
        pausable.pauseFor(100);
        vm.warp(1_800_000_099);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PausedUntil.selector, 1_800_000_100));
        pausable.work();
        vm.warp(1_800_000_100);
        pausable.work();
        assertEq(pausable.count(), 1, "worked at the end");
    }

    function test_pauseFor_RevertGiven_APauseIsRunning() public {
        vm.startPrank(pauser);
        pausable.pauseFor(100);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PausedUntil.selector, 1_800_000_100));
        pausable.pauseFor(1 days);
        vm.stopPrank();
    }

    function test_pauseFor_RevertWhen_TheDurationIsOutOfBounds() public {
        vm.startPrank(pauser);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, 0, 14 days));
        pausable.pauseFor(0);
        vm.expectRevert(
            abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, 14 days + 1, 14 days)
        );
        pausable.pauseFor(14 days + 1);
        pausable.pauseFor(14 days);
        vm.stopPrank();
        assertEq(pausable.pausedUntil(), 1_800_000_000 + 14 days, "longest");
    }

    function test_pauseFor_RevertWhen_NotThePauser() public {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, resumer, Roles.PAUSER));
        vm.prank(resumer);
        pausable.pauseFor(1);
    }

    function test_resume_EndsThePause() public {
        vm.prank(pauser);
        pausable.pauseFor(100);
        vm.expectEmit(address(pausable));
        emit PausableUntil.Resumed(resumer);
        vm.prank(resumer);
        pausable.resume();
        pausable.work();
        assertEq(pausable.count(), 1, "worked");
    }

    function test_resume_RevertGiven_NoPause() public {
        vm.prank(resumer);
        vm.expectRevert(PausableUntil.NotPaused.selector);
        pausable.resume();
    }

    function test_resume_RevertWhen_NotTheResumer() public {
        vm.prank(pauser);
        pausable.pauseFor(100);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, pauser, Roles.RESUMER));
        vm.prank(pauser);
        pausable.resume();
    }
}
