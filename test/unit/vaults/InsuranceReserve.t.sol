// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IInsuranceReserve} from "../../../contracts/interfaces/IInsuranceReserve.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {InsuranceReserve} from "../../../contracts/vaults/InsuranceReserve.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice What bonds could not pay, and what the reserve pays of it.
contract InsuranceReserveTest is Withdrawals {
    uint256 private constant DELAY = 36 days;

    InsuranceReserve private reserve;
    uint256 private operatorId;

    function setUp() public override {
        super.setUp();
        reserve = factory.newInsuranceReserve(ledger, bonds, DELAY);
        authority.grantRole(Roles.SHARE_BURNER, address(reserve));
        authority.grantRole(Roles.WITNESS, address(this));
        operatorId = operatorRegistry.register(makeAddr("pay"), 0);
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(IStakedEther(address(0)), bonds, DELAY);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(ledger, IBondVault(address(0)), DELAY);
    }

    function test_constructor_RevertWhen_TheDelayIsOutOfBounds() public {
        _expectDelay(1 hours - 1);
        factory.newInsuranceReserve(ledger, bonds, 1 hours - 1);
        _expectDelay(60 days + 1);
        factory.newInsuranceReserve(ledger, bonds, 60 days + 1);
        factory.newInsuranceReserve(ledger, bonds, 60 days);
    }

    function test_cover_BurnsWhatTheBondDidNotCover() public {
        raiseRate();
        _fill(5 ether);
        // a bond of 1 ETH, a fault of 3
        bonds.deposit{value: 1 ether}(operatorId);
        uint256 uncovered = bonds.burn(operatorId, 3 ether, 0, address(0), 0);
        assertEq(reserve.uncovered(), uncovered, "the reserve knows");
        assertGt(uncovered, 1.9 ether, "about two");

        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.CoverTooEarly.selector, 0));
        reserve.cover();
        uint256 from = currentTime() + DELAY;
        vm.expectEmit(address(reserve));
        emit IInsuranceReserve.LossNoted(alice, uncovered, from);
        vm.prank(alice);
        reserve.note();
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceReserve.NothingToNote.selector, uncovered, uncovered)
        );
        reserve.note();
        vm.warp(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.CoverTooEarly.selector, from));
        reserve.cover();
        vm.warp(from);

        uint256 shares = ledger.getSharesByPooledEth(uncovered);
        uint256 worth = ledger.getPooledEthByShares(shares);
        uint256 held = ledger.sharesOf(address(reserve));
        uint256 pooled = ledger.getTotalPooledEther();
        vm.expectEmit(address(reserve));
        emit IInsuranceReserve.LossCovered(alice, shares, worth, uncovered);
        vm.prank(alice);
        assertEq(reserve.cover(), worth, "covered");

        assertEq(held - ledger.sharesOf(address(reserve)), shares, "burnt");
        assertEq(reserve.totalCovered(), worth, "counted");
        assertLt(reserve.uncovered(), 2, "rounding is left");
        // what was burnt drips to those that are left
        assertEq(pooled - ledger.getTotalPooledEther(), worth, "taken out at once");
        (, , uint256 undripped) = ledger.drip();
        assertGt(undripped, worth / 2, "and dripping");

        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.CoverTooEarly.selector, 0));
        reserve.cover();
    }

    function test_cover_PaysAllThatThereIs_AndTheRestLater() public {
        _fill(0.5 ether);
        bonds.burn(operatorId, 2 ether, 0, address(0), 0);
        _noteAndWait();
        uint256 first = reserve.cover();
        assertApproxEqAbs(first, 0.5 ether, 2, "all that there was");
        assertEq(ledger.sharesOf(address(reserve)), 0, "nothing left");
        assertEq(reserve.uncovered(), 2 ether - first, "the rest is known");
        _fill(5 ether);
        _noteAndWait();
        uint256 second = reserve.cover();
        assertApproxEqAbs(second, 2 ether - first, 2, "the rest");
        assertEq(reserve.totalCovered(), first + second, "both are counted");
    }

    function test_cover_RevertWhen_ThereIsNoLossOrNoShare() public {
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToNote.selector, 0, 0));
        reserve.note();
        bonds.burn(operatorId, 2 ether, 0, address(0), 0);
        _noteAndWait();
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToCover.selector, 2 ether, 0));
        reserve.cover();
        (uint256 noted, ) = reserve.noted();
        assertEq(noted, 2 ether, "the note stands");
    }

    /// @dev What a lock for another fault kept from a loss, the bond pays when that lock ends: the loss is burnt once.
    function test_cover_PaysNothingThatTheBondPaidMeanwhile() public {
        _fill(20 ether);
        bonds.deposit{value: 250 ether}(operatorId);
        _pretend(7);
        _pretend(8);
        bonds.lock(operatorId, 7, 249 ether, 2_048e9, address(0));
        bonds.lock(operatorId, 8, 10 ether, 32e9, address(0));
        uint256 uncovered = bonds.settle(8, 22e9, true, 0);
        assertGt(uncovered, 8.9 ether, "the lock of the other one stands before it");
        reserve.note();
        bonds.settle(7, 2_048e9, true, 0);
        assertEq(bonds.settle(8, 22e9, true, 0), 0, "the bond paid");
        skipTime(DELAY);
        uint256 held = ledger.sharesOf(address(reserve));
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToCover.selector, 0, held));
        reserve.cover();
        reserve.note();
        (uint256 noted, uint256 from) = reserve.noted();
        assertEq(noted + from, 0, "nothing is noted");
        // a loss after it waits in its own time
        bonds.burn(operatorId, 1_000 ether, 0, address(0), 0);
        reserve.note();
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceReserve.CoverTooEarly.selector, currentTime() + DELAY)
        );
        reserve.cover();
    }

    /// @dev An ETH that was given up and came back is no loss: before the cover it is not paid, after it the next loss is.
    function test_cover_PaysNothingForAPredepositThatCameBack() public {
        _fill(20 ether);
        _loseKey(1);
        reserve.note();
        _returnKey();
        assertEq(reserve.uncovered(), 0, "nothing is missing");
        skipTime(DELAY);
        uint256 held = ledger.sharesOf(address(reserve));
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToCover.selector, 0, held));
        reserve.cover();
        reserve.note();

        _loseKey(1);
        assertEq(reserve.uncovered(), 1 ether, "the next one");
        _noteAndWait();
        assertEq(reserve.cover(), 1 ether, "paid");
        _returnKey();
        bonds.burn(operatorId, 1 ether, 0, address(0), 0);
        assertEq(reserve.uncovered(), 0, "it was paid for already");
        bonds.burn(operatorId, 1 ether, 0, address(0), 0);
        assertEq(reserve.uncovered(), 1 ether, "what comes after that");
    }

    /// @dev What bonds paid of it is taken off the note; what came since is not put on it.
    function test_note_IsLoweredAndNeverRaised() public {
        bonds.burn(operatorId, 3 ether, 0, address(0), 0);
        reserve.note();
        (, uint256 from) = reserve.noted();
        skipTime(1 days);
        bonds.burn(operatorId, 1 ether, 0, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToNote.selector, 4 ether, 3 ether));
        reserve.note();
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(2 ether));
        reserve.note();
        (uint256 noted, uint256 still) = reserve.noted();
        assertEq(noted, 2 ether, "lowered");
        assertEq(still, from, "from the same time on");
    }

    /// @dev A bond that pays later lowers what is uncovered, below what the reserve has covered already.
    function test_uncovered_IsZero_WhenBondsPaidLater() public {
        _fill(5 ether);
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(2 ether));
        _noteAndWait();
        uint256 covered = reserve.cover();
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(1 ether));
        assertEq(reserve.uncovered(), 0, "none");
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(2.5 ether));
        assertEq(reserve.uncovered(), 2.5 ether - covered, "only what is new");
    }

    function _noteAndWait() private {
        reserve.note();
        skipTime(DELAY);
    }

    function _pretend(uint256 index) private {
        IValidatorRegistry.Validator memory v;
        v.operatorId = uint24(operatorId);
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.validator, (index)),
            abi.encode(v)
        );
    }

    /// @dev A predeposit of the operator, which has no bond, is given up.
    function _loseKey(uint32 lostKeys) private {
        uint32[] memory one = new uint32[](1);
        _tellStake(0, 0);
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.markOverdue, (operatorId, 0, one)),
            ""
        );
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.markLost, (operatorId, 0, one)),
            ""
        );
        bonds.lockOverdue(operatorId, 0, one);
        _tellStake(1, 0);
        bonds.burnOverdue(operatorId, 0, one);
        _tellStake(0, lostKeys);
    }

    function _returnKey() private {
        _tellStake(0, 0);
        bonds.releaseOverdue(operatorId);
    }

    function _tellStake(uint32 overdueKeys, uint32 lostKeys) private {
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.stakeOf, (operatorId)),
            abi.encode(IValidatorRegistry.Stake({eth: 0, overdueKeys: overdueKeys, lostKeys: lostKeys}))
        );
    }

    function _expectDelay(uint256 delay) private {
        vm.expectRevert(
            abi.encodeWithSelector(IInsuranceReserve.DelayOutOfBounds.selector, delay, 1 hours, 60 days)
        );
    }

    function _fill(uint256 amount) private {
        uint256 shares = ledger.stake{value: amount}(address(0));
        ledger.transferShares(address(reserve), shares);
    }
}
