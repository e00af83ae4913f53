// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IInsuranceReserve} from "../../../contracts/interfaces/IInsuranceReserve.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {InsuranceReserve} from "../../../contracts/vaults/InsuranceReserve.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice What bonds could not pay, and what the reserve pays of it.
contract InsuranceReserveTest is Withdrawals {
    InsuranceReserve private reserve;
    uint256 private operatorId;

    function setUp() public override {
        super.setUp();
        reserve = factory.newInsuranceReserve(ledger, bonds);
        authority.grantRole(Roles.SHARE_BURNER, address(reserve));
        authority.grantRole(Roles.WITNESS, address(this));
        operatorId = operatorRegistry.register(makeAddr("pay"), 0);
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(IStakedEther(address(0)), bonds);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(ledger, IBondVault(address(0)));
    }

    function test_cover_BurnsWhatTheBondDidNotCover() public {
        raiseRate();
        _fill(5 ether);
        // a bond of 1 ETH, a fault of 3
        bonds.deposit{value: 1 ether}(operatorId);
        uint256 uncovered = bonds.burn(operatorId, 3 ether, address(0), 0);
        assertEq(reserve.uncovered(), uncovered, "the reserve knows");
        assertGt(uncovered, 1.9 ether, "about two");

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

        vm.expectRevert(
            abi.encodeWithSelector(
                IInsuranceReserve.NothingToCover.selector,
                reserve.uncovered(),
                held - shares
            )
        );
        reserve.cover();
    }

    function test_cover_PaysAllThatThereIs_AndTheRestLater() public {
        _fill(0.5 ether);
        bonds.burn(operatorId, 2 ether, address(0), 0);
        uint256 first = reserve.cover();
        assertApproxEqAbs(first, 0.5 ether, 2, "all that there was");
        assertEq(ledger.sharesOf(address(reserve)), 0, "nothing left");
        assertEq(reserve.uncovered(), 2 ether - first, "the rest is known");
        _fill(5 ether);
        uint256 second = reserve.cover();
        assertApproxEqAbs(second, 2 ether - first, 2, "the rest");
        assertEq(reserve.totalCovered(), first + second, "both are counted");
    }

    function test_cover_RevertWhen_ThereIsNoLossOrNoShare() public {
        _fill(1 ether);
        uint256 held = ledger.sharesOf(address(reserve));
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToCover.selector, 0, held));
        reserve.cover();
        InsuranceReserve empty = factory.newInsuranceReserve(ledger, bonds);
        bonds.burn(operatorId, 2 ether, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IInsuranceReserve.NothingToCover.selector, 2 ether, 0));
        empty.cover();
    }

    /// @dev A bond that pays later lowers what is uncovered, below what the reserve has covered already.
    function test_uncovered_IsZero_WhenBondsPaidLater() public {
        _fill(5 ether);
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(2 ether));
        uint256 covered = reserve.cover();
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(1 ether));
        assertEq(reserve.uncovered(), 0, "none");
        vm.mockCall(address(bonds), abi.encodeCall(bonds.totalUncovered, ()), abi.encode(2.5 ether));
        assertEq(reserve.uncovered(), 2.5 ether - covered, "only what is new");
    }

    function _fill(uint256 amount) private {
        uint256 shares = ledger.stake{value: amount}(address(0));
        ledger.transferShares(address(reserve), shares);
    }
}
