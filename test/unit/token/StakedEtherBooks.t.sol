// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IDepositPort} from "../../../contracts/interfaces/IDepositPort.sol";
import {IEtherVault} from "../../../contracts/interfaces/IEtherVault.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {TokenTest} from "../../utils/TokenTest.sol";

/// @notice The ledger as the brains meet it: reports, fees, losses, burns, redemptions, deposits, collections.
contract StakedEtherBooksTest is TokenTest {
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
        emit IStakedEther.DripSet(1_157, start + FRAME_SECONDS);
        vm.expectEmit(address(ledger));
        emit IStakedEther.ReportBooked(b.refSlot, int256(GAIN), int256(DRIPPED), 0, 77);
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
        assertEq(books.refSlot, b.refSlot, "refSlot");
        assertEq(books.beaconBalanceGwei, 77, "balance");
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
        ledger.deposit(someDeposits(32, 1e9));
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
        emit IStakedEther.DripSet(0, 0);
        vm.expectEmit(address(ledger));
        emit IStakedEther.ReportBooked(b.refSlot, -10 ether, -10 ether, 0, 0);
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
        emit IStakedEther.SharesBurnt(brain, 0.1 ether, 0.1 ether);
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
        emit IStakedEther.Redeemed(4 ether, 6 ether);
        vm.prank(brain);
        assertEq(ledger.redeem(4 ether), 6 ether, "value");
        assertEq(brain.balance, 6 ether, "paid");
        assertEq(ledger.sharesOf(brain), 6 ether, "burnt");
        assertEq(ledger.getTotalPooledEther(), 1_494 ether, "pooled");
        assertEq(ledger.getPooledEthByShares(1e18), 1.5e18, "rate");
    }

    function test_redeem_LeavesWhatHasNotDripped() public {
        _giveBrain(500 ether);
        _book(_booking(int256(GAIN), 0));
        vm.prank(brain);
        assertEq(ledger.redeem(500 ether), 500 ether, "the rate of now");
        (, , uint256 undripped) = ledger.drip();
        assertEq(undripped, DRIPPED, "the drip is the others'");
    }

    function test_redeem_RevertWhen_MoreThanHeldOrBuffered() public {
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
        ledger.redeem(10 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.BufferTooSmall.selector, 1_000 ether, 1_001 ether)
        );
        ledger.redeem(1_001 ether);
        vm.stopPrank();
    }

    function test_redeem_RevertWhen_TheReceiverRefusesEther() public {
        authority.grantRole(Roles.WITHDRAWAL_QUEUE, address(limits));
        vm.prank(alice);
        ledger.transferShares(address(limits), 1 ether);
        vm.prank(address(limits));
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.EtherRefused.selector, address(limits)));
        ledger.redeem(1 ether);
        assertEq(ledger.sharesOf(address(limits)), 1 ether, "nothing burnt");
    }

    /* DEPOSITS */

    function test_deposit_SendsTheBufferToTheDepositContract() public {
        uint256 there = DEPOSIT_CONTRACT.balance;
        vm.expectEmit(address(ledger));
        emit IStakedEther.Deposited(3e9, 3e9);
        vm.prank(brain);
        ledger.deposit(someDeposits(3, 1e9));
        assertEq(DEPOSIT_CONTRACT.balance - there, 3 ether, "sent");
        assertEq(ledger.buffer(), 997 ether, "buffer");
        assertEq(ledger.getTotalPooledEther(), 1_000 ether, "still the pool's");
        assertEq(ledger.surplus(), 0, "books");
    }

    function test_deposit_CountsToTheBoundaryOfItsOwnSecond() public {
        uint256 f = FIRST_FRAME + 1;
        vm.warp(ledger.frameTime(f));
        vm.prank(brain);
        ledger.deposit(someDeposits(1, 1e9));
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "made in the boundary's own second");
        vm.warp(ledger.frameTime(f) + 1);
        vm.prank(brain);
        ledger.deposit(someDeposits(2, 1e9));
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "made after the boundary");
        assertEq(ledger.booksAt(f + 1).depositedGwei, 3e9, "the next boundary");
        vm.warp(ledger.frameTime(f + 1) + 1);
        vm.prank(brain);
        ledger.deposit(someDeposits(1, 1e9));
        assertEq(ledger.booksAt(f).depositedGwei, 1e9, "one boundary back");
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositHistoryTooShort.selector, f - 1, f));
        ledger.booksAt(f - 1);
    }

    function test_deposit_RevertWhen_TheFramesCapIsPassed() public {
        vm.mockCall(
            address(validatorRegistry),
            abi.encodePacked(validatorRegistry.isProven.selector),
            abi.encode(true)
        );
        vm.deal(makeAddr("whale"), 200_000 ether);
        vm.prank(makeAddr("whale"));
        ledger.stake{value: 200_000 ether}(address(0));
        vm.startPrank(brain);
        ledger.deposit(someDeposits(1, 49_999e9));
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositCapExceeded.selector, 50_001e9, 50_000e9));
        ledger.deposit(someDeposits(1, 2e9));
        ledger.deposit(someDeposits(1, 1e9));
        skipTime(FRAME_SECONDS);
        ledger.deposit(someDeposits(1, 50_000e9));
        vm.stopPrank();
        assertEq(ledger.booksAt(FIRST_FRAME + 2).depositedGwei, 100_000e9, "two frames");
    }

    function test_deposit_RevertWhen_TheBufferIsTooSmall() public {
        IDepositPort.Deposit[] memory list = someDeposits(1, 1_001e9);
        vm.prank(brain);
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.BufferTooSmall.selector, 1_000 ether, 1_001 ether)
        );
        ledger.deposit(list);
    }

    function test_deposit_RevertWhen_TheKeyIsNotProven() public {
        IDepositPort.Deposit[] memory list = someDeposits(1, 1e9 + 1);
        vm.prank(brain);
        vm.expectRevert(
            abi.encodeWithSelector(IDepositPort.KeyNotProven.selector, list[0].pubkey, uint256(1e9 + 1))
        );
        ledger.deposit(list);
    }

    /* COLLECTIONS */

    function test_collect_BringsEtherFromTheVaults() public {
        vm.deal(address(withdrawalVault), 5 ether);
        vm.deal(address(rewardsVault), 3 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.Collected(4 ether, 2 ether);
        vm.expectEmit(address(withdrawalVault));
        emit IEtherVault.Swept(4 ether);
        vm.expectEmit(address(rewardsVault));
        emit IEtherVault.Swept(2 ether);
        vm.prank(brain);
        ledger.collect(4 ether, 2 ether);
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
        ledger.deposit(someDeposits(32, 1e9));
        assertEq(ledger.surplus(), forced, "deposit");
        ledger.redeem(10 ether + 7);
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

    function test_getPastTotalSupply_ForgetsAfter64Frames() public {
        uint256 deployed = vm.getBlockTimestamp();
        skipTime(63 * FRAME_SECONDS);
        _book(quietBooking(FIRST_FRAME + 63));
        assertEq(ledger.getPastTotalSupply(deployed), SEED, "63 frames back");
        skipTime(FRAME_SECONDS);
        _book(quietBooking(FIRST_FRAME + 64));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.PastSupplyUnknown.selector, deployed));
        ledger.getPastTotalSupply(deployed);
    }

    /* THE POOL AT A REPORT */

    /// @dev POOL-1: at a report the pool's ether is what the buffer, the vaults, the beacon chain and the deposits in
    /// flight hold, but for remainders not booked yet.
    function test_POOL1_HoldsAtAReport() public {
        vm.prank(brain);
        ledger.deposit(someDeposits(32, 1e9));
        Report memory r = report(50_000_000);
        vm.prank(brain);
        ledger.deposit(someDeposits(3, 1e9));
        IStakedEther.Books memory b = ledger.booksAt(currentFrame());
        (, , uint256 undripped) = ledger.drip();
        uint256 held = ledger.buffer() +
            address(withdrawalVault).balance +
            address(rewardsVault).balance +
            uint256(r.beaconBalanceGwei) * 1 gwei +
            3 ether;
        assertEq(b.depositedGwei, 32e9, "in flight is what came after the boundary");
        uint256 pooled = ledger.getTotalPooledEther() + undripped;
        assertGe(held, pooled, "pooled ether that nobody holds");
        assertLt(held - pooled, FRAME_SECONDS * 1 gwei, "held ether that is not pooled");
    }
}
