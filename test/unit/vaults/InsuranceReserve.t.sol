// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IInsuranceReserve} from "../../../contracts/interfaces/IInsuranceReserve.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {InsuranceReserve} from "../../../contracts/vaults/InsuranceReserve.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice What bonds could not pay, and what the reserve pays of it.
contract InsuranceReserveTest is Withdrawals {
    uint256 private constant DELAY = 36 days;

    IAuthority private a;
    InsuranceReserve private reserve;
    uint256 private operatorId;

    function setUp() public override {
        super.setUp();
        a = IAuthority(address(authority));
        reserve = factory.newInsuranceReserve(a, ledger, bonds, DELAY);
        authority.grantRole(Roles.SHARE_BURNER, address(reserve));
        authority.grantRole(Roles.WITNESS, address(this));
        operatorId = operatorRegistry.register(makeAddr("pay"), 0);
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(a, IStakedEther(address(0)), bonds, DELAY);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInsuranceReserve(a, ledger, IBondVault(address(0)), DELAY);
    }

    function test_constructor_RevertWhen_TheDelayIsOutOfBounds() public {
        _expectDelay(1 hours - 1);
        factory.newInsuranceReserve(a, ledger, bonds, 1 hours - 1);
        _expectDelay(60 days + 1);
        factory.newInsuranceReserve(a, ledger, bonds, 60 days + 1);
        factory.newInsuranceReserve(a, ledger, bonds, 60 days);
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

    /// @dev A loss that came after the note waits for one of its own.
    function test_cover_PaysNoMoreThanWasNoted() public {
        _fill(10 ether);
        bonds.burn(operatorId, 3 ether, 0, address(0), 0);
        reserve.note();
        skipTime(DELAY - 1 days);
        bonds.burn(operatorId, 2 ether, 0, address(0), 0);
        skipTime(1 days);
        assertApproxEqAbs(reserve.cover(), 3 ether, 2, "what was noted");
        assertApproxEqAbs(reserve.uncovered(), 2 ether, 2, "the rest waits");
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

    /* BEFORE THE RATE MOVES */

    /// @dev BND-4: of a loss of 4, the bond's lock pays 1, the reserve the rest; the rate falls by the lock alone.
    function test_coverLoss_CoversWhatTheBondIsProvenNotToHave() public {
        raiseRate();
        makeStaker("whale", 30_000 ether);
        _fill(20 ether);
        uint256 uncovered = _lockAll(7, 1 ether, 10 ether);
        (uint256 coverable, uint256 locked) = reserve.coverableNow();
        assertEq(coverable, uncovered, "what was asked for and not there");
        assertApproxEqAbs(locked, 1 ether, 1e9, "what was there");
        (uint256 pooled, uint256 shares) = (ledger.getTotalPooledEther(), ledger.getTotalShares());
        (, , uint256 dripping) = ledger.drip();
        assertEq(dripping, 0, "no cushion of its own");

        uint256 covered = _bookLoss(4 ether);
        assertApproxEqAbs(covered, 4 ether - locked, 2, "beyond the lock");
        assertEq(reserve.totalCovered(), covered, "counted");
        uint256 fair = ((pooled - locked) * 1e18) / shares;
        // what does not divide into a drip; the whole loss would be 1e14
        assertApproxEqAbs(_rate(), fair, 1e10, "the rate fell by what the bond has to pay");

        // the settlement burns the lock, and finds missing what was covered
        // the lock is worth as much less as the rate fell
        assertApproxEqAbs(bonds.settle(7, 28e9, false, 0), covered, 1e14, "settled");
        assertLt(reserve.uncovered(), 1e14, "nothing is to be covered again");
        (coverable, locked) = reserve.coverableNow();
        assertApproxEqAbs(coverable, uncovered - covered, 1e14, "what is left for the next report");
        assertEq(locked, 0, "the lock is used up");
        assertApproxEqAbs(_bookLoss(100 ether), coverable, 2, "the next one has that");
        assertLt(_bookLoss(1 ether), 3, "no more");
    }

    /// @dev What no report lost is not covered, nor what the bond's lock pays, nor what the reserve has not.
    function test_coverLoss_StaysWithinLossAndLockAndHoldings() public {
        _lockAll(7, 1 ether, 10 ether);
        assertEq(reserve.coverLoss(5 ether), 0, "nothing held");
        _fill(0.5 ether);
        assertEq(reserve.coverLoss(0), 0, "nothing lost");
        assertEq(reserve.coverLoss(1 ether - 1e9), 0, "the lock pays");
        assertApproxEqAbs(reserve.coverLoss(5 ether), 0.5 ether, 2, "all that there is");
    }

    function test_coverLoss_CoversNothing_WhereBondsHaveEnough() public {
        _fill(20 ether);
        bonds.deposit{value: 20 ether}(operatorId);
        _pretend(7);
        bonds.lock(operatorId, 7, 10 ether, 32e9, address(0));
        assertEq(reserve.coverLoss(5 ether), 0, "no fault is short");
        // booked long ago: that waits for the delay, as a bond may still pay
        bonds.burn(operatorId, 50 ether, 0, address(0), 0);
        assertGt(reserve.uncovered(), 0, "uncovered");
        assertEq(reserve.coverLoss(5 ether), 0, "of another loss");
    }

    /// @dev A bond that pays after all makes the pool whole twice: that counts for what comes after.
    function test_coverLoss_CountsForTheNextLosses_WhereTheBondPaysAfterAll() public {
        _fill(20 ether);
        _lockAll(7, 1 ether, 4 ether);
        uint256 covered = reserve.coverLoss(3 ether);
        assertApproxEqAbs(covered, 2 ether, 1e9, "beyond the lock");
        bonds.deposit{value: 10 ether}(operatorId);
        assertEq(bonds.settle(7, 29e9, true, 0), 0, "the bond had it");
        (uint256 coverable, ) = reserve.coverableNow();
        assertEq(coverable, 0, "the fault is over");

        uint256 uncovered = _lockAll(8, 0, 30 ether);
        (coverable, ) = reserve.coverableNow();
        assertEq(coverable, uncovered - covered, "less what was paid for nothing");
        bonds.settle(8, 22e9, true, 0);
        uint256 missing = bonds.totalUncovered();
        assertGt(missing, 2 ether, "a loss that no bond pays");
        assertEq(reserve.uncovered(), missing - covered, "and of it");
    }

    /// @dev What settlements found missing before waits for its delay: a fault that is open pays for itself alone.
    function test_coverLoss_DoesNotPayForEarlierFaults() public {
        bonds.burn(operatorId, 20 ether, 0, address(0), 0);
        _fill(40 ether);
        uint256 uncovered = _lockAll(7, 0, 4 ether);
        assertApproxEqAbs(reserve.coverLoss(10 ether), uncovered, 2, "its own");
        assertLt(reserve.coverLoss(10 ether), 3, "and no more");
        bonds.settle(7, 31e9, false, 0);
        assertLt(reserve.coverLoss(10 ether), 3, "a settlement finds missing what is covered");
        _lockAll(8, 0, 2 ether);
        assertApproxEqAbs(reserve.coverLoss(10 ether), 2 ether, 4, "another fault's");
        assertApproxEqAbs(reserve.uncovered(), 15 ether, 10, "the rest waits");
    }

    /// @dev After the last settlement a fault costs nothing more, however much was provided for.
    function test_coverableNow_EndsWithTheLastSettlement() public {
        _lockAll(7, 1 ether, 10 ether);
        bonds.settle(7, 31.5e9, false, 0);
        (uint256 coverable, uint256 locked) = reserve.coverableNow();
        assertApproxEqAbs(coverable, 9 ether, 1e9, "the fault is open");
        assertApproxEqAbs(locked, 0.5 ether, 2e9, "and what is left of its lock");
        bonds.settle(7, 29e9, true, 0);
        (coverable, locked) = reserve.coverableNow();
        assertEq(coverable + locked, 0, "over");
        assertApproxEqAbs(reserve.uncovered(), 2 ether, 1e10, "what was missing waits for its delay");
        // once more, as what is owed is asked again
        bonds.settle(7, 29e9, true, 0);
        (coverable, locked) = reserve.coverableNow();
        assertEq(coverable + locked, 0, "still over");
    }

    /// @dev Two operators' faults: whatever is covered ahead, settled and noted, no loss is covered twice.
    function testFuzz_coverLoss_NeverCoversMoreThanIsProven(uint256[12] calldata dice) public {
        _fill(60 ether);
        for (uint256 i = 0; i < 2; ++i) _lockAll(7 + i, bound(dice[i], 0, 3 ether), 10 ether);
        uint256 most = 0;
        uint256[2] memory balances = [uint256(32e9), 32e9];
        for (uint256 i = 2; i < 12; ++i) {
            most = Math.max(most, _proven());
            uint256 which = dice[i] % 2;
            uint256 kind = (dice[i] >> 8) % 4;
            uint256 amount = dice[i] >> 16;
            if (kind == 0) {
                reserve.coverLoss(amount % 12 ether);
            } else if (kind == 1 && bonds.lockOf(7 + which).baseGwei > 0) {
                balances[which] -= amount % 2e9;
                bonds.settle(7 + which, balances[which], (amount >> 64) % 4 == 0, 0);
            } else if (kind == 2) {
                bonds.deposit{value: 1 ether}(operatorId);
            } else {
                try reserve.note() {} catch {}
                skipTime(DELAY);
                try reserve.cover() {} catch {}
            }
            (uint256 left, ) = reserve.coverableNow();
            (uint256 open, ) = bonds.shortfall();
            assertLe(left, open, "BND-4: no more than is short");
            assertLe(reserve.totalCovered(), most + 2, "BND-4: no more than was ever proven to be missing");
        }
    }

    function test_coverLoss_RevertWhen_CallerHasNoRole() public {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.ACCOUNTING));
        vm.prank(alice);
        reserve.coverLoss(1);
    }

    /// @dev As a report does that loses `loss`.
    function _bookLoss(uint256 loss) private returns (uint256 covered) {
        nextFrame();
        covered = reserve.coverLoss(loss);
        uint256 frame = currentFrame();
        ledger.bookReport(
            IStakedEther.Booking({
                frame: uint32(frame),
                refSlot: uint64(frame * SLOTS_PER_FRAME),
                beaconBalanceGwei: 0,
                depositedGwei: uint64(ledger.totalDepositedGwei()),
                change: -int256(loss),
                fee: 0,
                feeReceiver: address(distributor),
                fromWithdrawals: 0,
                fromRewards: 0
            })
        );
    }

    /// @dev A fault of a new validator that asks for `asked`, when the bond has `bond` more.
    function _lockAll(uint256 index, uint256 bond, uint256 asked) private returns (uint256 uncovered) {
        if (bond > 0) bonds.deposit{value: bond}(operatorId);
        _pretend(index);
        uncovered = bonds.lock(operatorId, index, asked, 32e9, address(0));
    }

    /// @dev What bonds did not have, by settlements and for open faults, in wei.
    function _proven() private view returns (uint256) {
        (uint256 open, ) = bonds.shortfall();
        return bonds.totalUncovered() + open;
    }

    /// @dev 1e18 shares' worth, in wei.
    function _rate() private view returns (uint256) {
        return ledger.getPooledEthByShares(1e18);
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
