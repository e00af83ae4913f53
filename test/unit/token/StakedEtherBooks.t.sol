// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IDepositPort} from "../../../contracts/interfaces/IDepositPort.sol";
import {IEtherVault} from "../../../contracts/interfaces/IEtherVault.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {PoolMath} from "../../../contracts/libraries/PoolMath.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {Deposits} from "../../utils/Deposits.sol";
import {TokenTest} from "../../utils/TokenTest.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice The ledger as the brains meet it: reports, fees, losses, burns, redemptions, deposits, collections.
contract StakedEtherBooksTest is TokenTest {
    using Deposits for Deposits.Batch;

    /// @dev What the queue counts in.
    uint256 private constant GRAIN = 1e9;

    address private alice;
    address private brain = makeAddr("brain");
    address private receiver = makeAddr("fee receiver");

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.ACCOUNTING, brain);
        authority.grantRole(Roles.DEPOSITOR, brain);
        authority.grantRole(Roles.SHARE_BURNER, brain);
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, brain);
        alice = makeStaker("alice", 999 ether);
    }

    function _booking(int256 change, uint256 fee) private returns (IStakedEther.Booking memory b) {
        b = quietBooking(nextFrame());
        b.change = change;
        b.fee = fee;
        b.feeReceiver = receiver;
    }

    function _book(IStakedEther.Booking memory b) private returns (int256) {
        vm.prank(brain);
        return ledger.bookReport(b);
    }

    function _giveBrain(uint256 shares) private {
        vm.prank(alice);
        ledger.transferShares(brain, shares);
    }

    /// @dev 0.1 ether is 1e8 gwei: 1157 gwei a second for 86,400 s, and 35,200 gwei that do not divide.
    uint256 private constant GAIN = 0.1 ether;
    uint256 private constant DRIPPED = 1_157 * 86_400 gwei;

    /* REPORTS: ORDER */

    function test_bookReport_RevertWhen_TheFrameIsOutOfOrder() public {
        IStakedEther.Booking memory b = quietBooking(FIRST_FRAME);
        _expectFrame(FIRST_FRAME, FIRST_FRAME, FIRST_FRAME);
        _book(b);
        b = quietBooking(FIRST_FRAME + 1);
        _expectFrame(FIRST_FRAME + 1, FIRST_FRAME, FIRST_FRAME);
        _book(b);
        vm.warp(ledger.frameTime(FIRST_FRAME + 1) - 1);
        _expectFrame(FIRST_FRAME + 1, FIRST_FRAME, FIRST_FRAME);
        _book(b);
        vm.warp(ledger.frameTime(FIRST_FRAME + 1));
        _book(b);
        _expectFrame(FIRST_FRAME + 1, FIRST_FRAME + 1, FIRST_FRAME + 1);
        _book(b);
        assertEq(ledger.lastReportFrame(), FIRST_FRAME + 1, "frame");
        assertEq(ledger.lastReportTime(), vm.getBlockTimestamp(), "time");
    }

    function _expectFrame(uint256 frame, uint256 last, uint256 current) private {
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.FrameOutOfOrder.selector, frame, last, current));
    }

    function test_bookReport_SkipsSilentFrames() public {
        skipTime(5 * FRAME_SECONDS);
        _book(quietBooking(FIRST_FRAME + 2));
        _book(quietBooking(FIRST_FRAME + 5));
        assertEq(ledger.lastReportFrame(), FIRST_FRAME + 5);
    }

    /* REPORTS: GAINS */

    function test_bookReport_DripsAGainOverAFrame() public {
        IStakedEther.Booking memory b = _booking(int256(GAIN), 0);
        b.beaconBalanceGwei = 77;
        uint256 start = vm.getBlockTimestamp();
        vm.expectEmit(address(ledger));
        emit IStakedEther.ReportBooked(
            b.refSlot,
            int256(GAIN),
            int256(DRIPPED),
            0,
            77,
            1_157,
            start + FRAME_SECONDS
        );
        assertEq(_book(b), int256(DRIPPED), "booked");
        assertEq(ledger.getTotalPooledEther(), 1_000 ether, "no jump");
        (uint256 rate, uint256 end, uint256 undripped) = ledger.drip();
        assertEq(rate, 1_157, "rate");
        assertEq(end, start + FRAME_SECONDS, "end");
        assertEq(undripped, DRIPPED, "undripped");
        vm.warp(start + 1);
        assertEq(ledger.getTotalPooledEther(), 1_000 ether + 1_157 gwei, "a second later");
        vm.warp(end);
        assertEq(ledger.getTotalPooledEther(), 1_000 ether + DRIPPED, "at the end");

        IStakedEther.Books memory books = ledger.booksAt(b.frame);
        assertEq(books.profit, int256(DRIPPED), "profit is what was booked");
        assertEq(books.highWater, int256(GAIN), "the mark is what was told");
        assertEq(books.frame, b.frame, "frame");
        assertEq(books.seed, 77, "seed");
    }

    function test_bookReport_DripsSlowlyWhatIsTooFast() public {
        // 10 % of 1000 ether a year: 3170 gwei a second at most
        IStakedEther.Booking memory b = _booking(1 ether, 0);
        _book(b);
        (uint256 rate, uint256 end, ) = ledger.drip();
        assertLe(rate, 3_170, "too fast");
        assertEq(end - vm.getBlockTimestamp(), uint256(1 ether) / 3_170 gwei + 1, "as long as it takes");
    }

    function test_bookReport_BoundsTheGainByTime() public {
        uint256 bound_ = (uint256(1_000 ether) * 5_000 * FRAME_SECONDS) / (10_000 * 365 days);
        IStakedEther.Booking memory b = _booking(int256(bound_ + 1), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.GainAboveBound.selector, bound_ + 1, bound_));
        _book(b);
        b.change = int256(bound_);
        uint256 id = vm.snapshotState();
        _book(b);
        vm.revertToState(id);

        // three frames at once may gain three times as much
        skipTime(2 * FRAME_SECONDS);
        b.frame += 2;
        bound_ = (uint256(1_000 ether) * 5_000 * 3 * FRAME_SECONDS) / (10_000 * 365 days);
        b.change = int256(bound_ + 1);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.GainAboveBound.selector, bound_ + 1, bound_));
        _book(b);
        b.change = int256(bound_);
        _book(b);
    }

    /* REPORTS: FEES */

    function test_bookReport_MintsFeeSharesWorthTheFeeOnceItHasDripped() public {
        uint256 fee = GAIN / 10;
        IStakedEther.Booking memory b = _booking(int256(GAIN), fee);
        uint256 rate = ledger.getPooledEthByShares(1e26);
        _book(b);
        assertGe(ledger.getPooledEthByShares(1e26), rate, "the fee diluted");
        assertLe(ledger.getPooledEthByShares(1e26), rate + 1e5, "the rate jumped");
        skipTime(FRAME_SECONDS);
        assertLe(ledger.balanceOf(receiver), fee, "more than the fee");
        assertApproxEqAbs(ledger.balanceOf(receiver), fee, 1e10, "less than the fee");
        assertApproxEqAbs(
            ledger.balanceOf(alice),
            999 ether + 0.09 ether,
            0.0002 ether,
            "the rest is the holders'"
        );
    }

    function test_bookReport_BoundsTheFee() public {
        IStakedEther.Booking memory b = _booking(int256(GAIN), GAIN / 5 + 1);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.FeeAboveBound.selector, GAIN / 5 + 1, GAIN / 5));
        _book(b);
        b.fee = GAIN / 5;
        _book(b);
        b = _booking(0, 1);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.FeeAboveBound.selector, 1, 0));
        _book(b);
        b.change = -1;
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.FeeAboveBound.selector, 1, 0));
        _book(b);
    }

    function test_bookReport_RevertWhen_TheFeeReceiverCannotHold() public {
        IStakedEther.Booking memory b = _booking(int256(GAIN), GAIN / 10);
        b.feeReceiver = address(0);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        _book(b);
        b.feeReceiver = address(queue);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, address(queue)));
        _book(b);
    }

    /// @dev The next frame's report of what really is: our balance on the beacon chain, and all that the vaults got.
    function _reportTruth(uint64 beaconGwei) private {
        Report memory r = neutralReport(nextFrame());
        r.beaconBalanceGwei = beaconGwei;
        book(r);
    }

    /// @dev A fee is due once: not again on what did not divide, nor on gains that make a loss good.
    function test_book_TakesAFeeOnlyAboveTheHighWaterMark() public {
        vm.prank(brain);
        depositSome(32, 1e9);
        vm.deal(address(rewardsVault), GAIN);
        _reportTruth(32e9);
        uint256 shares = ledger.sharesOf(address(distributor));
        assertGt(shares, 0, "a fee on the gain");
        assertLt(ledger.booksAt(200).profit, int256(GAIN), "nothing was left over");
        _reportTruth(32e9);
        assertEq(ledger.sharesOf(address(distributor)), shares, "a fee on the remainder");
        _reportTruth(31.8e9);
        _reportTruth(31.6e9);
        assertEq(ledger.sharesOf(address(distributor)), shares, "a fee on a loss");
        _reportTruth(31.75e9);
        assertEq(ledger.sharesOf(address(distributor)), shares, "a fee on a loss made good");
        _reportTruth(32.05e9);
        // the losses were 0.4 ether, the gains since 0.45: the fee is due on 0.05
        uint256 paid = ledger.getPooledEthByShares(ledger.sharesOf(address(distributor)) - shares);
        assertApproxEqAbs(paid, 0.005 ether, 0.00002 ether, "a fee on what is above the mark");
    }

    /* REPORTS: LOSSES */

    function test_bookReport_TakesALossAtOnce() public {
        IStakedEther.Booking memory b = _booking(-10 ether, 0);
        vm.expectEmit(address(ledger));
        emit IStakedEther.ReportBooked(b.refSlot, -10 ether, -10 ether, 0, 0, 0, 0);
        assertEq(_book(b), -10 ether, "booked");
        assertEq(ledger.getTotalPooledEther(), 990 ether, "pooled");
        assertEq(ledger.balanceOf(alice), (999 ether * 99) / 100, "alice bears her part");
        assertEq(ledger.booksAt(b.frame).profit, -10 ether, "profit");
        assertEq(ledger.booksAt(b.frame).highWater, 0, "the mark stays");
    }

    function test_bookReport_TakesALossFromTheDripFirst() public {
        _book(_booking(int256(GAIN), 0));
        skipTime(1000);
        uint256 pooled = ledger.getTotalPooledEther();
        IStakedEther.Booking memory b = quietBooking(FIRST_FRAME + 2);
        vm.warp(ledger.frameTime(FIRST_FRAME + 2));
        pooled = ledger.getTotalPooledEther();
        (, , uint256 undripped) = ledger.drip();
        assertGt(undripped, 0, "the clock is past the drip");
        b.change = -int256(undripped / 2);
        int256 booked = _book(b);
        assertLe(booked, b.change, "less than the loss");
        assertEq(ledger.getTotalPooledEther(), pooled, "the rate stands");
    }

    function test_bookReport_RevertWhen_TheLossIsAllThereIs() public {
        IStakedEther.Booking memory b = _booking(-1_000 ether, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.LossAboveTarget.selector, 1_000 ether, 1_000 ether)
        );
        _book(b);
        b.change = type(int256).min;
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.LossAboveTarget.selector, uint256(1) << 255, 1_000 ether)
        );
        _book(b);
        b.change = -1_000 ether + 1;
        _book(b);
        assertEq(ledger.getTotalPooledEther(), 1, "one wei is left");
        assertEq(ledger.surplus(), 0, "the books agree");
    }

    /* BURNS */

    function test_burnShares_DripsTheirValueToAll() public {
        _giveBrain(1 ether);
        uint256 rate = ledger.getPooledEthByShares(1e26);
        uint256 start = vm.getBlockTimestamp();
        vm.expectEmit(address(ledger));
        emit IStakedEther.SharesBurnt(brain, 0.1 ether, 0.1 ether, 1_157, start + FRAME_SECONDS);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(brain, address(0), 0.1 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(brain, address(0), 0.1 ether);
        vm.prank(brain);
        assertEq(ledger.burnShares(0.1 ether), 0.1 ether, "value");
        assertEq(ledger.getPooledEthByShares(1e26), rate, "no jump");
        assertEq(ledger.getTotalShares(), 999.9 ether, "shares");
        assertEq(ledger.sharesOf(brain), 0.9 ether, "holder");
        (uint256 dripRate, uint256 end, uint256 undripped) = ledger.drip();
        assertEq(dripRate, 1_157, "rate");
        assertEq(end, start + FRAME_SECONDS, "end");
        assertEq(ledger.surplus(), 0, "books");
        // what did not fit is a gain to come, without a fee
        IStakedEther.Books memory books = ledger.booksAt(200);
        assertEq(books.profit, int256(undripped) - 0.1 ether, "profit less the remainder");
        assertEq(books.highWater, 0, "mark");
        vm.warp(end);
        assertEq(ledger.getTotalPooledEther(), 999.9 ether + undripped, "dripped");
        _reportTruth(0);
        assertEq(ledger.booksAt(200).highWater, 0, "the remainder is found as what it is");
        assertEq(ledger.sharesOf(address(distributor)), 0, "and bears no fee");
    }

    function test_burnShares_RevertWhen_MoreThanHeld() public {
        _giveBrain(1 ether);
        vm.startPrank(brain);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                brain,
                1 ether,
                1 ether + 1
            )
        );
        ledger.burnShares(1 ether + 1);
        ledger.burnShares(1 ether);
        vm.stopPrank();
        assertEq(ledger.unitsOf(brain), 0);
    }

    function test_burnShares_OfNothingChangesNothing() public {
        vm.prank(brain);
        assertEq(ledger.burnShares(0), 0);
        assertEq(ledger.getTotalPooledEther(), 1_000 ether);
    }

    /* REDEMPTIONS */

    function test_redeem_PaysTheValueOfTheCallersShares() public {
        setRate(1.5e18);
        _giveBrain(10 ether);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(brain, address(0), 6 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(brain, address(0), 4 ether);
        _assertRedeems(4 ether, GRAIN, 4 ether, 6 ether);
        assertEq(ledger.sharesOf(brain), 6 ether, "burnt");
        assertEq(ledger.getTotalPooledEther(), 1_494 ether, "pooled");
        assertEq(ledger.getPooledEthByShares(1e18), 1.5e18, "rate");
    }

    function test_redeem_LeavesWhatHasNotDripped() public {
        _giveBrain(500 ether);
        _book(_booking(int256(GAIN), 0));
        _assertRedeems(500 ether, GRAIN, 500 ether, 500 ether);
        (, , uint256 undripped) = ledger.drip();
        assertEq(undripped, DRIPPED, "the drip is the others'");
    }

    function test_redeem_BurnsAsManyGrainsAsTheBufferPays() public {
        setRate(1.5e18);
        _giveBrain(10 ether);
        _leaveBuffer(3 ether + 1 gwei);
        uint256 id = vm.snapshotState();
        // a grain is worth 1.5 gwei: the last gwei stays
        _assertRedeems(10 ether, GRAIN, 2 ether, 3 ether);
        assertEq(ledger.buffer(), 1 gwei, "left in the buffer");
        assertEq(ledger.sharesOf(brain), 8 ether, "left to the caller");
        assertEq(ledger.getPooledEthByShares(1e18), 1.5e18, "rate");
        vm.revertToState(id);
        _assertRedeems(10 ether, 1, 2 ether + 666_666_666, 3 ether + 999_999_999);
        assertEq(ledger.buffer(), 1, "less than a share is worth");
        vm.revertToState(id);
        _assertRedeems(10 ether, 1 ether, 2 ether, 3 ether);
        vm.revertToState(id);
        _assertRedeems(2 ether, GRAIN, 2 ether, 3 ether);
        assertEq(ledger.buffer(), 1 gwei, "a buffer that is not short");
    }

    function test_redeem_DoesNothingWithoutAGrainOfEther() public {
        setRate(1.5e18);
        _giveBrain(10 ether);
        uint256[3] memory buffers = [uint256(1 gwei), 1, 0];
        vm.recordLogs();
        _assertRedeems(0, GRAIN, 0, 0);
        for (uint256 i = 0; i < 3; ++i) {
            vm.deal(address(ledger), buffers[i]);
            _assertRedeems(10 ether, GRAIN, 0, 0);
            assertEq(ledger.buffer(), buffers[i], "buffer");
        }
        assertEq(vm.getRecordedLogs().length, 0, "nothing was told");
        assertEq(ledger.sharesOf(brain), 10 ether, "nothing burnt");
        assertEq(ledger.getTotalPooledEther(), 1_500 ether, "pooled");
    }

    /// @dev However short: grains only, never more than there is, never a grain less, at the rate of that moment.
    function testFuzz_redeem_PaysTheMostGrainsThatTheBufferHolds(
        uint256 rate,
        uint256 left,
        uint256 shares,
        uint256 grain
    ) public {
        setRate(bound(rate, 0.3e18, 4e18));
        grain = bound(grain, 1, 1 ether);
        shares = bound(shares, 0, 900 ether / grain) * grain;
        _giveBrain(900 ether);
        _leaveBuffer(bound(left, 0, ledger.buffer()));
        uint256 held = ledger.buffer();
        uint256 asked = ledger.getPooledEthByShares(shares);
        (uint256 pooled, uint256 units) = (ledger.getTotalPooledEther(), ledger.totalUnits());
        uint256 snapshot = vm.snapshotState();
        vm.prank(brain);
        (uint256 burnt, uint256 amount) = ledger.redeem(shares, grain);
        assertEq(ledger.sharesOf(brain), 900 ether - burnt, "burnt as told");
        assertEq(brain.balance, amount, "paid as told");
        assertEq(ledger.buffer(), held - amount, "out of the buffer");
        assertEq(ledger.getTotalPooledEther(), pooled - amount, "out of the pool");
        assertGe((pooled - amount) * units, pooled * ledger.totalUnits(), "the rate never falls");
        vm.revertToState(snapshot);

        assertEq(amount, ledger.getPooledEthByShares(burnt), "their value");
        assertEq(burnt % grain, 0, "whole grains");
        assertLe(burnt, shares, "no more than asked");
        if (asked <= held) assertEq(burnt, shares, "all where the buffer pays it");
        else assertGt((burnt + grain) * 1e6 * pooled, held * units, "a grain more is worth more");
    }

    function _assertRedeems(uint256 shares, uint256 grain, uint256 burnt, uint256 amount) private {
        uint256 before = brain.balance;
        vm.prank(brain);
        (uint256 gone, uint256 paid) = ledger.redeem(shares, grain);
        assertEq(gone, burnt, "burnt");
        assertEq(paid, amount, "value");
        assertEq(brain.balance - before, amount, "paid");
    }

    /// @dev Deposits the buffer but for `left`, to the gwei.
    function _leaveBuffer(uint256 left) private {
        uint64 amountGwei = uint64((ledger.buffer() - left) / 1 gwei);
        if (amountGwei < 1e9) return;
        _vouchForAll();
        vm.prank(brain);
        depositSome(1, amountGwei);
    }

    function _vouchForAll() private {
        vm.mockCall(
            address(validatorRegistry),
            abi.encodePacked(validatorRegistry.isVouchedFor.selector),
            abi.encode(true)
        );
    }

    function test_redeem_RevertWhen_MoreThanHeld() public {
        _giveBrain(10 ether);
        vm.startPrank(brain);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                brain,
                10 ether,
                10 ether + 1
            )
        );
        ledger.redeem(10 ether + 1, 1);
        vm.expectRevert(
            abi.encodeWithSelector(PoolMath.PoolOverflow.selector, PoolMath.MAX_UNITS / 1e6 + 1, 88)
        );
        ledger.redeem(PoolMath.MAX_UNITS / 1e6 + 1, 1);
        vm.stopPrank();
    }

    function test_redeem_RevertWhen_TheReceiverRefusesEther() public {
        address refusing = address(accounting);
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, refusing);
        vm.prank(alice);
        ledger.transferShares(refusing, 1 ether);
        vm.prank(refusing);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.EtherRefused.selector, refusing));
        ledger.redeem(1 ether, GRAIN);
        assertEq(ledger.sharesOf(refusing), 1 ether, "nothing burnt");
    }

    /* DEPOSITS */

    function test_deposit_SendsTheBufferToTheDepositContract() public {
        uint256 there = DEPOSIT_CONTRACT.balance;
        vm.prank(brain);
        depositSome(3, 1e9);
        assertEq(DEPOSIT_CONTRACT.balance - there, 3 ether, "sent");
        assertEq(ledger.buffer(), 997 ether, "buffer");
        assertEq(ledger.getTotalPooledEther(), 1_000 ether, "still the pool's");
        assertEq(ledger.surplus(), 0, "books");
    }

    function test_deposit_CountsToTheBoundaryOfItsOwnSecond() public {
        uint256 f = FIRST_FRAME + 2;
        vm.warp(ledger.frameTime(f));
        vm.prank(brain);
        depositSome(1, 1e9);
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "made in the boundary's own second");
        vm.warp(ledger.frameTime(f) + 1);
        vm.prank(brain);
        depositSome(2, 1e9);
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "made after the boundary");
        assertEq(ledger.booksAt(f + 1).depositedGwei, 3e9, "the next boundary");
        vm.warp(ledger.frameTime(f + 1) + 1);
        vm.prank(brain);
        depositSome(1, 1e9);
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "one boundary back");
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositHistoryTooShort.selector, f - 1, f));
        ledger.booksAt(f - 1);
    }

    /// @dev Only a later report asks for deposits: the history need not reach back to the last one.
    function test_booksAt_CountsDepositsUpToLaterBoundariesOnly() public {
        vm.prank(brain);
        depositSome(3, 1e9);
        uint256 f = nextFrame();
        assertEq(ledger.booksAt(f).depositedGwei, 3e9, "before its report");
        assertEq(ledger.booksAt(FIRST_FRAME).depositedGwei, 0, "the last report's boundary");
        assertEq(ledger.booksAt(0).depositedGwei, 0, "long before");
        _book(quietBooking(f));
        assertEq(ledger.booksAt(f).depositedGwei, 0, "after its report");
        assertEq(ledger.booksAt(f + 1).depositedGwei, 3e9, "the next boundary");
    }

    function test_booksAt_TellsPooledEtherOfNow() public {
        _book(_booking(int256(GAIN), 0));
        assertEq(ledger.booksAt(200).pooledEther, 1_000 ether, "without what has not dripped");
        skipTime(100);
        assertEq(ledger.booksAt(200).pooledEther, 1_000 ether + 100 * 1_157 gwei, "with what has");
        assertEq(ledger.booksAt(200).pooledEther, ledger.getTotalPooledEther(), "as the token tells it");
    }

    function test_deposit_RevertWhen_TheFramesCapIsPassed() public {
        _vouchForAll();
        vm.deal(makeAddr("whale"), 200_000 ether);
        vm.prank(makeAddr("whale"));
        ledger.stake{value: 200_000 ether}(address(0));
        vm.startPrank(brain);
        depositSome(1, 49_999e9);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositCapExceeded.selector, 50_001e9, 50_000e9));
        depositSome(1, 2e9);
        depositSome(1, 1e9);
        skipTime(FRAME_SECONDS);
        depositSome(1, 50_000e9);
        vm.stopPrank();
        assertEq(ledger.booksAt(FIRST_FRAME + 2).depositedGwei, 100_000e9, "two frames");
    }

    function test_deposit_RevertWhen_TheBufferIsTooSmall() public {
        vm.prank(brain);
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.BufferTooSmall.selector, 1_000 ether, 1_001 ether)
        );
        depositSome(1, 1_001e9);
    }

    function test_deposit_RevertWhen_MoreThanAPredepositIsForAKeyNobodyVouchesFor() public {
        Deposits.Batch memory b = Deposits.batch(2, 1e9);
        b.amountsGwei[1] = 1e9 + 1;
        bytes memory second = _slice(b.pubkeys, 48, 96);
        bytes memory refused = abi.encodeWithSelector(
            IDepositPort.KeyNotProven.selector,
            second,
            uint256(1e9 + 1)
        );
        vm.expectCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.isVouchedFor, (keccak256(second))),
            1
        );
        vm.prank(brain);
        vm.expectRevert(refused);
        b.send(ledger);
        assertEq(ledger.buffer(), 1_000 ether, "nothing was sent");
        assertEq(ledger.booksAt(200).depositedGwei, 0, "nothing was counted");
        b.amountsGwei[1] = 1e9;
        vm.prank(brain);
        b.send(ledger);
        assertEq(ledger.buffer(), 998 ether, "a predeposit asks for no proof");
    }

    /// @dev With the true registry: what was proven in this very transaction may have more, any other key may not.
    function test_deposit_SendsMoreToAKeyVouchedForInTheSameTransaction() public {
        Deposits.Batch memory one = Deposits.batch(1, 1e9);
        (bytes32 keyHash, bytes32 signatureHash) = (keccak256(one.pubkeys), keccak256(one.signatures));
        // the only leaf of a tree is its root, at place 1
        bytes32 root = keccak256(bytes.concat(keyHash, signatureHash));
        uint256 operatorId = operatorRegistry.register(alice, 0);
        validatorRegistry.commit(operatorId, root, 1, "");
        uint32[] memory gindices = new uint32[](1);
        gindices[0] = 1;
        vm.startPrank(brain);
        validatorRegistry.predeposit(
            operatorId,
            root,
            gindices,
            one.pubkeys,
            one.signatures,
            new bytes32[](0)
        );
        one.send(ledger);
        one.amountsGwei[0] = 31e9;
        bytes memory refused = abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, one.pubkeys, 31e9);
        vm.expectRevert(refused);
        one.send(ledger);

        IValidatorRegistry.Link[] memory links = new IValidatorRegistry.Link[](1);
        links[0] = IValidatorRegistry.Link(1, 7, 0, keyHash, signatureHash);
        validatorRegistry.prove(operatorId, root, links, new bytes32[](0));
        one.send(ledger);
        assertEq(ledger.buffer(), 968 ether, "32 ether went");

        Deposits.Batch memory two = Deposits.batch(2, 31e9);
        vm.expectRevert(
            abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, _slice(two.pubkeys, 48, 96), 31e9)
        );
        two.send(ledger);
        vm.stopPrank();
    }

    function test_deposit_RevertWhen_KeysOrSignaturesHaveAWrongLength() public {
        Deposits.Batch memory b = Deposits.batch(2, 1e9);
        bytes memory short = _slice(b.pubkeys, 0, 95);
        bytes memory long = bytes.concat(b.signatures, hex"00");
        vm.startPrank(brain);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongPubkeysLength.selector, 95, 96));
        ledger.deposit(short, b.signatures, b.amountsGwei);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongSignaturesLength.selector, 193, 192));
        ledger.deposit(b.pubkeys, long, b.amountsGwei);
        vm.expectRevert(abi.encodeWithSelector(IDepositPort.WrongPubkeysLength.selector, 96, 48));
        ledger.deposit(b.pubkeys, b.signatures, new uint64[](1));
        vm.stopPrank();
    }

    /// @dev Each key goes with its own signature and amount, and with our credentials.
    function test_deposit_UnpacksKeysSignaturesAndAmounts() public {
        Deposits.Batch memory b = Deposits.batch(3, 1e9);
        bytes memory credentials = abi.encodePacked(ledger.withdrawalCredentials());
        _vouchForAll();
        (b.amountsGwei[1], b.amountsGwei[2]) = (2e9, 3e9);
        vm.recordLogs();
        vm.prank(brain);
        b.send(ledger);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(logs.length, 3, "a log of the deposit contract for each");
        for (uint256 i = 0; i < 3; ++i) {
            Vm.Log memory log = logs[i];
            assertEq(log.emitter, DEPOSIT_CONTRACT, "emitter");
            (bytes memory key, bytes memory owner, bytes memory amount, bytes memory sig, ) = abi.decode(
                log.data,
                (bytes, bytes, bytes, bytes, bytes)
            );
            assertEq(key, _slice(b.pubkeys, i * 48, (i + 1) * 48), "key");
            assertEq(owner, credentials, "credentials");
            assertEq(sig, _slice(b.signatures, i * 96, (i + 1) * 96), "signature");
            assertEq(_littleEndian(amount), b.amountsGwei[i], "amount");
        }
    }

    function _slice(bytes memory data, uint256 from, uint256 to) private pure returns (bytes memory part) {
        part = new bytes(to - from);
        for (uint256 i = from; i < to; ++i) part[i - from] = data[i];
    }

    function _littleEndian(bytes memory data) private pure returns (uint256 number) {
        for (uint256 i = 0; i < data.length; ++i) number |= uint256(uint8(data[i])) << (8 * i);
    }

    /* COLLECTIONS */

    function test_collect_BringsEtherFromTheVaults() public {
        vm.deal(address(withdrawalVault), 5 ether);
        vm.deal(address(rewardsVault), 3 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.Collected(4 ether, 2 ether);
        vm.prank(brain);
        ledger.collect(4 ether, 2 ether);
        assertEq(address(withdrawalVault).balance, 1 ether, "withdrawal vault");
        assertEq(address(rewardsVault).balance, 1 ether, "rewards vault");
        assertEq(ledger.buffer(), 1_006 ether, "buffer");
        assertEq(ledger.getTotalPooledEther(), 1_000 ether, "no gain without a report");
        assertEq(ledger.surplus(), 0, "no surplus");
        assertEq(ledger.booksAt(200).sweptWithdrawals, 4 ether, "withdrawals");
        assertEq(ledger.booksAt(200).sweptRewards, 2 ether, "rewards");
    }

    function test_collect_RevertWhen_AVaultHasLess() public {
        vm.deal(address(withdrawalVault), 5 ether);
        vm.startPrank(brain);
        vm.expectRevert(abi.encodeWithSelector(IEtherVault.InsufficientEther.selector, 5 ether, 5 ether + 1));
        ledger.collect(5 ether + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IEtherVault.InsufficientEther.selector, 0, 1));
        ledger.collect(0, 1);
        vm.stopPrank();
        assertEq(ledger.booksAt(200).sweptWithdrawals, 0, "nothing counted");
    }

    /* SURPLUS */

    /// @dev Every movement of ether has its entry: whatever the brains do, only force makes a surplus.
    function test_surplus_IsWhatCameByForceThroughEveryMovement() public {
        uint256 forced = 0.3 ether;
        vm.deal(address(ledger), address(ledger).balance + forced);
        _giveBrain(100 ether);
        vm.startPrank(brain);
        depositSome(32, 1e9);
        assertEq(ledger.surplus(), forced, "deposit");
        ledger.redeem(10 ether + 7, 1);
        assertEq(ledger.surplus(), forced, "redeem");
        ledger.burnShares(1 ether + 3);
        assertEq(ledger.surplus(), forced, "burn");
        vm.deal(address(withdrawalVault), 5 ether);
        ledger.collect(3 ether, 0);
        assertEq(ledger.surplus(), forced, "collect");
        vm.stopPrank();
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        ledger.stake{value: 0.7 ether}(address(0));
        assertEq(ledger.surplus(), forced, "stake");
        _book(_booking(0.3 ether, 0.03 ether));
        assertEq(ledger.surplus(), 0, "found by the report");
        vm.deal(address(ledger), address(ledger).balance + forced);
        _book(_booking(-0.4 ether, 0));
        assertEq(ledger.surplus(), 0, "found by the next");
        assertEq(ledger.booksAt(200).sweptRewards, 2 * forced, "counted as rewards");
    }

    /* PAST SUPPLY */

    function test_getPastTotalSupply_IsThatOfTheLastReportBefore() public {
        uint256 deployed = vm.getBlockTimestamp();
        vm.expectRevert(
            abi.encodeWithSelector(IShareLedger.FutureLookup.selector, deployed, uint48(deployed))
        );
        ledger.getPastTotalSupply(deployed);
        _book(_booking(0, 0));
        uint256 first = vm.getBlockTimestamp();
        makeStaker("bob", 500 ether);
        _book(_booking(int256(GAIN), GAIN / 10));
        uint256 second = vm.getBlockTimestamp();
        uint256 withFee = ledger.getTotalShares();
        assertGt(withFee, 1_500 ether, "fee shares count");
        skipTime(1);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.PastSupplyUnknown.selector, deployed - 1));
        ledger.getPastTotalSupply(deployed - 1);
        assertEq(ledger.getPastTotalSupply(first - 1), SEED, "at deployment");
        assertEq(ledger.getPastTotalSupply(first), 1_000 ether, "first report");
        assertEq(ledger.getPastTotalSupply(second - 1), 1_000 ether, "until the second");
        assertEq(ledger.getPastTotalSupply(second), withFee, "second report");
        assertEq(wrapper.getPastTotalSupply(second), withFee, "one electorate");
    }

    function test_getPastTotalSupply_ForgetsAfter256Frames() public {
        uint256 deployed = vm.getBlockTimestamp();
        skipTime(255 * FRAME_SECONDS);
        _book(quietBooking(FIRST_FRAME + 255));
        assertEq(ledger.getPastTotalSupply(deployed), SEED, "255 frames back");
        skipTime(FRAME_SECONDS);
        _book(quietBooking(FIRST_FRAME + 256));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.PastSupplyUnknown.selector, deployed));
        ledger.getPastTotalSupply(deployed);
    }

    function test_reportTimes_AreThoseOfTheLastThree() public {
        uint256[4] memory times;
        for (uint256 i = 0; i < 4; ++i) {
            uint256[3] memory told = ledger.reportTimes();
            for (uint256 k = 0; k < 3; ++k) {
                assertEq(told[k], k < i ? times[i - 1 - k] : 0, vm.toString(i));
            }
            if (i == 2) nextFrame();
            _book(_booking(0, 0));
            times[i] = vm.getBlockTimestamp();
        }
        assertEq(ledger.reportTimes()[2], times[1], "the third last");
    }

    /* THE POOL AT A REPORT */

    /// @dev POOL-1: at a report the pool's ether is what the buffer, the vaults, the beacon chain and the deposits in
    /// flight hold, but for remainders not booked yet.
    function test_POOL1_HoldsAtAReport() public {
        vm.prank(brain);
        depositSome(32, 1e9);
        Report memory r = neutralReport(nextFrame());
        r.beaconBalanceGwei += 50_000_000;
        vm.prank(brain);
        depositSome(3, 1e9);
        assertEq(
            ledger.booksAt(currentFrame()).depositedGwei,
            32e9,
            "in flight is what came after the boundary"
        );
        book(r);
        (, , uint256 undripped) = ledger.drip();
        uint256 held = ledger.buffer() +
            address(withdrawalVault).balance +
            address(rewardsVault).balance +
            uint256(r.beaconBalanceGwei) * 1 gwei +
            3 ether;
        uint256 pooled = ledger.getTotalPooledEther() + undripped;
        assertGe(held, pooled, "pooled ether that nobody holds");
        assertLt(held - pooled, FRAME_SECONDS * 1 gwei, "held ether that is not pooled");
    }
}
