// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAccounting} from "../../../contracts/interfaces/IAccounting.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {Accounting__Harness} from "../../harness/Accounting__Harness.sol";
import {Steps} from "../../utils/Steps.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Reports, turned into movements of the ledger.
contract AccountingTest is Withdrawals, Steps {
    uint256 private constant YEAR = 365 days;

    /* GAINS */

    function test_book_AGainDripsAndPaysItsFee() public {
        address carol = makeStaker("carol", 959 ether);
        uint256 before = ledger.balanceOf(carol);
        Report memory r = neutralReport(nextFrame());
        vm.deal(address(rewardsVault), 0.2 ether);
        r.rewardsReceived = 0.2 ether;
        assertEq(changeOf(r), 0.2 ether, "a gain");

        vm.expectEmit(true, false, false, false, address(ledger));
        emit IStakedEther.ReportBooked(r.refSlot, 0, 0, 0, 0, 0, 0);
        book(r);

        assertEq(ledger.balanceOf(carol), before, "no jump");
        uint256 feeShares = ledger.sharesOf(address(distributor));
        assertLe(ledger.balanceOf(address(distributor)), 0.02 ether, "the fee now");
        IStakedEther.Books memory b = ledger.booksAt(currentFrame());
        assertEq(b.frame, currentFrame(), "frame");
        assertEq(b.highWater, 0.2 ether, "high-water mark");
        assertLe(b.profit, 0.2 ether, "booked at most the gain");
        assertGt(b.profit, 0.2 ether - 0.0002 ether, "but for the rest of a division");

        (, uint256 end, uint256 undripped) = ledger.drip();
        assertGt(undripped, 0.1799 ether, "the holders' part drips");
        assertGe(end, currentTime() + FRAME_SECONDS, "over a frame at least");
        vm.warp(end);
        uint256 fee = ledger.getPooledEthByShares(feeShares);
        assertLe(fee, 0.02 ether, "never more than a tenth");
        assertApproxEqAbs(fee, 0.02 ether, 0.00002 ether, "a tenth");
        assertApproxEqAbs(
            ledger.balanceOf(carol),
            before + (0.18 ether * 959) / uint256(1000),
            0.0002 ether,
            "the rest"
        );
    }

    function test_book_TellsExactlyWhatItDid() public {
        depositKeys(30);
        uint256 id = requestFor(alice, 2 ether);
        skipTime(COOLDOWN);
        Report memory r = neutralReport(nextFrame());
        r.beaconBalanceGwei -= 1e9;
        r.lastTicketId = uint64(id);
        uint256 value = (2 ether * uint256(40 ether)) / 41 ether;
        vm.expectEmit(address(ledger));
        emit IStakedEther.ReportBooked(r.refSlot, -1 ether, -1 ether, 0, r.beaconBalanceGwei, 0, 0);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Finalized(1, id, 2 ether, value);
        book(r);
        assertEq(queue.claimable(id), value, "set aside");
    }

    /// @dev I-21: whatever the gain and the fee, fee shares are never worth more than their part of it.
    function testFuzz_book_FeeSharesAreNeverWorthMoreThanTheFee(
        uint256 gain,
        uint256 feeSteps,
        uint256 wait
    ) public {
        makeStaker("carol", 959 ether);
        feeSteps = bound(feeSteps, 0, 4);
        for (uint256 i = 0; i < feeSteps; ++i) {
            accounting.setFee(FEE_BP + 250 * (i + 1));
            skipTime(STEP_PERIOD);
        }
        gain = bound(gain, 1, 0.4 ether);
        uint256 rate = _rate();
        reportRewards(gain);
        assertGe(_rate(), rate, "the rate does not fall");
        assertLe(_rate(), rate + 1e6, "nor jump");
        uint256 fee = (gain * accounting.feeBp()) / 10_000;
        uint256 shares = ledger.sharesOf(address(distributor));
        assertLe(ledger.getPooledEthByShares(shares), fee, "at once");
        (, uint256 end, ) = ledger.drip();
        skipTime(bound(wait, 0, 3 days));
        assertLe(ledger.getPooledEthByShares(shares), fee, "on the way");
        if (end > currentTime()) vm.warp(end);
        assertLe(ledger.getPooledEthByShares(shares), fee, "at the end");
        if (gain > 1e15) assertApproxEqRel(ledger.getPooledEthByShares(shares), fee, 0.1e18, "not much less");
    }

    function test_book_CapsAGainAndBooksTheRestLater() public {
        // a gift of more than the pool's gain of a frame: 41 ether at 15 % a year
        Report memory r = neutralReport(nextFrame());
        vm.deal(address(rewardsVault), 0.05 ether);
        r.rewardsReceived = 0.05 ether;
        uint256 cap = (ledger.getTotalPooledEther() * 1_500 * FRAME_SECONDS) / (10_000 * YEAR);
        assertLt(cap, 0.05 ether, "capped");
        book(r);
        IStakedEther.Books memory b = ledger.booksAt(r.refSlot / SLOTS_PER_FRAME);
        assertEq(b.highWater, int256(cap), "the fee was due on the capped gain only");
        assertLe(b.profit, int256(cap), "booked");

        uint256 frames = 0;
        while (ledger.booksAt(currentFrame()).profit < 0.0495 ether && frames < 10) {
            reportAndFinalize(0, 0);
            ++frames;
        }
        assertEq(frames, 2, "booked within three frames");
        b = ledger.booksAt(currentFrame());
        assertEq(b.highWater, 0.05 ether, "all of it");
        (, uint256 end, ) = ledger.drip();
        vm.warp(end);
        uint256 fee = ledger.balanceOf(address(distributor));
        assertLe(fee, 0.005 ether + 0.0001 ether, "one fee for one gift");
        assertGt(fee, 0.0048 ether, "a tenth");
        assertEq(ledger.surplus(), 0, "no ether beyond the books");
    }

    /// @dev T22: whatever is given to whom, the next report is booked.
    function testFuzz_book_NoGiftStopsThePool(
        uint256 toRewards,
        uint256 toWithdrawals,
        uint256 toLedger
    ) public {
        vm.deal(address(rewardsVault), bound(toRewards, 0, 1e27));
        vm.deal(address(withdrawalVault), bound(toWithdrawals, 0, 1e27));
        vm.deal(address(ledger), ledger.buffer() + bound(toLedger, 0, 1e27));
        uint256 pooled = ledger.getTotalPooledEther();
        for (uint256 i = 0; i < 3; ++i) {
            Report memory r = neutralReport(nextFrame());
            book(r);
            assertEq(ledger.lastReportFrame(), currentFrame(), "booked");
        }
        assertLe(
            ledger.getTotalPooledEther(),
            pooled + (pooled * 4 * 1_500) / (365 * 10_000),
            "within the limits"
        );
    }

    /// @dev The ledger refuses a gain above its own bound: the accounting must cap below it, whatever the limits say.
    function test_book_NoGiftStopsThePoolWhenTheLimitsAreWide() public {
        accounting.setLimits(IReportLimits.Limits(3_000, 500, 5_000, 100, 100));
        skipTime(STEP_PERIOD);
        accounting.setLimits(IReportLimits.Limits(6_000, 500, 5_000, 100, 100));
        report(0);
        vm.deal(address(rewardsVault), 100 ether);
        uint256 bound_ = (41 ether * uint256(5_000) * FRAME_SECONDS) / (10_000 * YEAR);
        reportAndFinalize(0, 0);
        assertEq(ledger.booksAt(currentFrame()).highWater, int256(bound_), "as much as the ledger takes");
    }

    function test_book_AGiftJustBeforeTheReportIsForTheNext() public {
        Report memory r = neutralReport(nextFrame());
        vm.deal(address(rewardsVault), 0.01 ether);
        vm.deal(address(withdrawalVault), 0.005 ether);
        assertEq(changeOf(r), 0, "not told of");
        book(r);
        assertEq(ledger.booksAt(currentFrame()).profit, 0, "no gain");
        (, , uint256 undripped) = ledger.drip();
        assertEq(undripped, 0, "no drip");

        r = neutralReport(nextFrame());
        assertEq(changeOf(r), 0.015 ether, "told of now");
        book(r);
        assertEq(ledger.booksAt(currentFrame()).highWater, 0.015 ether, "a gain");
    }

    function test_book_CountsForcedEtherInTheReportAfterItWasFound() public {
        vm.deal(address(ledger), ledger.buffer() + 0.01 ether);
        uint256 pooled = ledger.getTotalPooledEther();
        assertEq(ledger.surplus(), 0.01 ether, "forced in");
        vm.expectEmit(address(ledger));
        emit IStakedEther.SurplusFound(0.01 ether);
        reportAndFinalize(0, 0);
        assertEq(ledger.surplus(), 0, "in the books");
        assertEq(ledger.booksAt(currentFrame()).profit, 0, "not yet a gain");
        assertEq(ledger.getTotalPooledEther(), pooled, "not pooled");
        reportAndFinalize(0, 0);
        assertEq(ledger.booksAt(currentFrame()).highWater, 0.01 ether, "a gain now");
    }

    /// @dev ECO-2: a gain does not move the rate in its block.
    function test_book_AGainMovesNoRateAtOnce() public {
        makeStaker("carol", 959 ether);
        uint256 rate = _rate();
        reportRewards(0.4 ether);
        assertLe(_rate() - rate, 1e6, "dust of 1e27");
    }

    /* LOSSES */

    function test_book_ALossFallsOnTheRateWithoutACushion() public {
        depositKeys(30);
        uint256 pooled = ledger.getTotalPooledEther();
        reportAndFinalize(-1e9, 0);
        assertEq(ledger.getTotalPooledEther(), pooled - 1 ether, "at once, to the wei");
        IStakedEther.Books memory b = ledger.booksAt(currentFrame());
        assertEq(b.profit, -1 ether, "profit");
        assertEq(b.highWater, 0, "mark");
        assertEq(ledger.sharesOf(address(distributor)), 0, "no fee");
    }

    function test_book_ALossEatsTheCushionFirst() public {
        depositKeys(30);
        reportRewards(0.015 ether);
        Report memory r = neutralReport(nextFrame());
        (, , uint256 undripped) = ledger.drip();
        assertGt(undripped, 1e15, "a cushion");
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 loss = (undripped / 2 / 1e9) * 1e9;
        r.beaconBalanceGwei -= uint64(loss / 1e9);
        int256 change = changeOf(r);
        book(r);
        assertEq(ledger.getTotalPooledEther(), pooled, "the rate stays");
        (, , uint256 left) = ledger.drip();
        assertLe(left, uint256(int256(undripped) + change), "the cushion pays");
        assertApproxEqAbs(left, undripped - loss, 1e14, "and not much more");
    }

    function test_book_ALossBeyondTheCushionFallsOnTheRate() public {
        depositKeys(30);
        reportRewards(0.015 ether);
        Report memory r = neutralReport(nextFrame());
        (, , uint256 undripped) = ledger.drip();
        uint256 pooled = ledger.getTotalPooledEther();
        r.beaconBalanceGwei -= 1e9;
        uint256 loss = uint256(-changeOf(r));
        book(r);
        (, , uint256 left) = ledger.drip();
        assertEq(left, 0, "no cushion left");
        assertEq(ledger.getTotalPooledEther(), pooled - (loss - undripped), "the rest");
    }

    /// @dev Of what bonds are proven not to have, with all that the reserve is owed by then: what it burns drips, and the
    /// loss takes from the drip.
    function test_book_ALossFallsOnTheReserveBeforeTheRate() public {
        distributor.setParts(IRewardDistributor.Parts(2_500, 500, 0));
        depositKeys(30);
        vm.prank(bob);
        ledger.transferShares(address(distributor), 20 ether);
        assertEq(distributor.owed().reserve, 1 ether, "owed to the reserve");
        assertEq(ledger.sharesOf(address(insuranceReserve)), 0, "not there yet");
        vm.mockCall(
            address(bonds),
            abi.encodeCall(bonds.shortfall, ()),
            abi.encode(uint256(5 ether), uint256(0))
        );
        vm.mockCall(address(bonds), abi.encodeCall(bonds.uncoveredSince, (0)), abi.encode(uint256(5 ether)));
        uint256 before = ledger.getPooledEthByShares(1 ether);
        reportAndFinalize(-0.5e9, 0);
        vm.clearMockedCalls();
        assertApproxEqAbs(insuranceReserve.totalCovered(), 0.5 ether, 2, "covered");
        assertApproxEqAbs(ledger.sharesOf(address(insuranceReserve)), 0.5 ether, 2, "the rest is there");
        // but for what does not divide into a drip: the loss alone would be a hundred times that
        assertApproxEqAbs(ledger.getPooledEthByShares(1 ether), before, 1e14, "no loss for holders");
    }

    function test_book_TakesNoFeeOnARecovery() public {
        makeStaker("carol", 959 ether);
        depositKeys(100);
        reportAndFinalize(-0.3e9, 0);
        reportAndFinalize(0.2e9, 0);
        assertEq(ledger.sharesOf(address(distributor)), 0, "no fee below the mark");
        reportAndFinalize(0.25e9, 0);
        IStakedEther.Books memory b = ledger.booksAt(currentFrame());
        assertApproxEqAbs(b.highWater, 0.15 ether, 0.0002 ether, "mark");
        (, uint256 end, ) = ledger.drip();
        vm.warp(end);
        assertLe(ledger.balanceOf(address(distributor)), 0.015 ether, "fee on what is above the mark");
        assertGt(ledger.balanceOf(address(distributor)), 0.0149 ether, "all of it");
    }

    /// @dev However gains and losses alternate, all fees together never pass their part of the highest profit.
    function testFuzz_book_FeesNeverPassTheirPartOfTheMark(int256[8] calldata changes) public {
        makeStaker("carol", 959 ether);
        depositKeys(60);
        uint256 shares = 0;
        uint256 fees = 0;
        for (uint256 i = 0; i < 8; ++i) {
            IStakedEther.Books memory b = ledger.booksAt(currentFrame());
            reportAndFinalize(bound(changes[i], -0.4e9, 0.5e9), 0);
            uint256 fresh = ledger.sharesOf(address(distributor)) - shares;
            int256 rise = ledger.booksAt(currentFrame()).highWater - b.highWater;
            assertLe(
                ledger.getPooledEthByShares(fresh),
                (uint256(rise) * FEE_BP) / 10_000 + 1,
                "fee of a report"
            );
            shares += fresh;
            fees += ledger.getPooledEthByShares(fresh);
            assertEq(ledger.surplus(), 0, "books hold");
        }
        uint256 mark = uint256(ledger.booksAt(currentFrame()).highWater);
        assertLe(fees, (mark * FEE_BP) / 10_000 + 8, "all fees");
    }

    function test_book_RevertWhen_TheLossIsAboveItsLimit() public {
        depositKeys(30);
        uint256 id = requestFor(alice, 1 ether);
        vm.deal(address(rewardsVault), 5 ether);
        skipTime(COOLDOWN);
        reportAndFinalize(0, 0);
        Report memory r = neutralReport(nextFrame());
        uint256 limit = (ledger.getTotalPooledEther() * 500) / 10_000;
        uint256 carried = uint256(changeOf(r));
        uint256 lossGwei = (limit + carried) / 1e9 + 1;
        r.beaconBalanceGwei -= uint64(lossGwei);
        r.lastTicketId = uint64(id);
        r.rewardsRoot = keccak256("root");
        uint256 loss = uint256(-changeOf(r));
        assertGt(loss, limit, "too much");
        bytes32 before = _stateHash();
        vm.prank(reporter);
        vm.expectRevert(_beyond("lossPerFrame", loss, limit));
        _submit(r, r.refSlot / SLOTS_PER_FRAME);
        assertEq(_stateHash(), before, "nothing changed");

        r.beaconBalanceGwei += 1;
        book(r);
        assertTrue(queue.ticket(id).finalized, "at the limit it is booked");
    }

    function test_book_AllowsMoreAfterMissedFrames() public {
        makeStaker("carol", 959 ether);
        depositKeys(100);
        skipTime(9 * FRAME_SECONDS);
        Report memory r = neutralReport(nextFrame());
        uint256 frames = r.refSlot / SLOTS_PER_FRAME - ledger.lastReportFrame();
        assertEq(frames, 10, "frames");
        uint256 snapshot = vm.snapshotState();
        r.beaconBalanceGwei += 10e9;
        book(r);
        uint256 cap = (1000 ether * uint256(1_500) * 10 * FRAME_SECONDS) / (10_000 * YEAR);
        assertEq(ledger.booksAt(currentFrame()).highWater, int256(cap), "ten frames of gain");
        vm.revertToState(snapshot);

        r = neutralReport(currentFrame());
        r.beaconBalanceGwei -= 100e9;
        book(r);
        assertEq(ledger.booksAt(currentFrame()).profit, -100 ether, "a loss of two frames");
    }

    /* FIGURES THAT CANNOT BE */

    function test_book_RevertWhen_MoreIsToldThanTheVaultsEverHeld() public {
        vm.deal(address(withdrawalVault), 3 ether);
        vm.deal(address(rewardsVault), 0.01 ether);
        Report memory r = neutralReport(nextFrame());
        uint256 frame = r.refSlot / SLOTS_PER_FRAME;
        r.withdrawalsReceived += 1;
        vm.expectRevert(_beyond("withdrawalsReceived", 3 ether + 1, 3 ether));
        vm.prank(reporter);
        _submit(r, frame);
        r.withdrawalsReceived -= 1;
        r.rewardsReceived += 1;
        vm.expectRevert(_beyond("rewardsReceived", 0.01 ether + 1, 0.01 ether));
        vm.prank(reporter);
        _submit(r, frame);
        r.rewardsReceived -= 1;
        book(r);
        // what was collected still counts as received
        r = neutralReport(nextFrame());
        assertEq(r.withdrawalsReceived, 3 ether, "cumulative");
        assertEq(address(withdrawalVault).balance, 0, "collected");
        book(r);
    }

    /// @dev The vaults only grow: a report that tells of less than the last one is a loss like any other.
    function test_book_RevertWhen_WithdrawalsSeemToVanish() public {
        depositKeys(30);
        vm.deal(address(withdrawalVault), 10 ether);
        reportAndFinalize(0, 0);
        Report memory r = neutralReport(nextFrame());
        r.withdrawalsReceived = 0;
        vm.prank(reporter);
        vm.expectPartialRevert(Accounting__Harness.BeyondLimits.selector);
        _submit(r, r.refSlot / SLOTS_PER_FRAME);
    }

    function test_book_RevertWhen_TheFrameIsNotNew() public {
        Report memory r = report(0);
        uint256 frame = r.refSlot / SLOTS_PER_FRAME;
        vm.startPrank(reporter);
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, frame, frame));
        _submit(r, frame);
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, frame - 1, frame));
        _submit(r, frame - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.FrameOutOfOrder.selector, frame + 1, frame, frame)
        );
        _submit(r, frame + 1);
    }

    /// @dev A frame beyond 32 bits must not pass for the one that its low bits name: its time would end every cooldown.
    function test_book_RevertWhen_TheFrameIsBeyond32Bits() public {
        uint256 id = requestFor(alice, 1 ether);
        Report memory r = neutralReport(nextFrame());
        r.lastTicketId = uint64(id);
        uint256 frame = r.refSlot / SLOTS_PER_FRAME + (1 << 32);
        vm.prank(reporter);
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 32, frame));
        _submit(r, frame);
        assertFalse(queue.ticket(id).finalized, "its cooldown runs");
    }

    /* THE CUT-OFF */

    function test_book_DepositsAfterTheReferenceSlotChangeNothing() public {
        depositKeys(5);
        Report memory r = neutralReport(nextFrame());
        assertEq(r.beaconBalanceGwei, 5e9, "what the beacon chain knows");
        depositKeys(10);
        assertEq(changeOf(r), 0, "not part of this frame");
        uint256 pooled = ledger.getTotalPooledEther();
        book(r);
        assertEq(ledger.getTotalPooledEther(), pooled, "neither gain nor loss");
        assertEq(ledger.booksAt(currentFrame()).profit, 0, "profit");

        r = neutralReport(nextFrame());
        assertEq(r.beaconBalanceGwei, 15e9, "part of the next");
        r.beaconBalanceGwei = 14.9e9;
        assertEq(changeOf(r), -0.1 ether, "and missed there");
        book(r);
        assertEq(ledger.getTotalPooledEther(), pooled - 0.1 ether, "a loss");
    }

    function test_book_ADepositInTheSecondOfTheBoundaryIsKnownThere() public {
        uint256 frame = currentFrame() + 1;
        vm.warp(GENESIS_TIME + frame * FRAME_SECONDS);
        depositKeys(3);
        skipTime(1);
        depositKeys(4);
        assertEq(ledger.booksAt(frame).depositedGwei, 3e9, "at the boundary");
        assertEq(ledger.booksAt(frame + 1).depositedGwei, 7e9, "at the next");
        skipTime(1 hours);
        Report memory r = neutralReport(frame);
        r.beaconBalanceGwei = 3e9;
        book(r);
        assertEq(ledger.booksAt(frame).profit, 0, "no change");
    }

    /* COLLECTING */

    function test_book_LeavesLittleInTheVaultsButCountsIt() public {
        vm.deal(address(rewardsVault), 0.01 ether);
        reportAndFinalize(0, 0);
        assertEq(ledger.booksAt(currentFrame()).highWater, 0.01 ether, "counted");
        assertEq(address(rewardsVault).balance, 0.01 ether, "left");
        assertEq(ledger.booksAt(currentFrame()).sweptRewards, 0, "not collected");
    }

    function test_book_LeavesSmallWithdrawalsInTheVault() public {
        depositKeys(2);
        vm.deal(address(withdrawalVault), 1 ether - 1 gwei);
        reportAndFinalize(0, 0);
        assertEq(address(withdrawalVault).balance, 1 ether - 1 gwei, "left");
        assertEq(ledger.booksAt(currentFrame()).profit, 0, "counted");
        assertEq(ledger.booksAt(currentFrame()).sweptWithdrawals, 0, "not collected");
    }

    function test_book_CollectsWhatIsWorthTheCall() public {
        depositKeys(10);
        vm.deal(address(withdrawalVault), 1 ether);
        vm.deal(address(rewardsVault), 1 ether - 1);
        uint256 buffer = ledger.buffer();
        vm.expectEmit(address(ledger));
        emit IStakedEther.Collected(1 ether, 0);
        reportAndFinalize(0, 0);
        assertEq(address(withdrawalVault).balance, 0, "from the least on");
        assertEq(address(rewardsVault).balance, 1 ether - 1, "not below it");
        assertEq(ledger.buffer(), buffer + 1 ether, "buffer");
    }

    function test_book_CollectsAllWhenTheQueueNeedsIt() public {
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(38);
        skipTime(COOLDOWN);
        Report memory r = neutralReport(nextFrame());
        vm.deal(address(withdrawalVault), 0.5 ether);
        vm.deal(address(rewardsVault), 0.01 ether);
        r.withdrawalsReceived = 0.5 ether;
        r.rewardsReceived = 0.01 ether;
        r.beaconBalanceGwei -= 0.5e9;
        r.lastTicketId = uint64(id);
        vm.deal(address(rewardsVault), 0.02 ether);
        book(r);
        assertEq(address(withdrawalVault).balance, 0, "withdrawals");
        assertEq(address(rewardsVault).balance, 0.01 ether, "what the report did not tell of stays");
        assertApproxEqAbs(address(queue).balance, 3.51 ether, 2 * GRAIN, "all went to the queue");
        assertEq(ledger.buffer(), 3.51 ether - address(queue).balance, "nothing but a grain left");
    }

    function test_collect_RevertWhen_TheVaultHoldsLess() public {
        vm.deal(address(withdrawalVault), 1 ether);
        vm.expectRevert(abi.encodeWithSignature("InsufficientEther(uint256,uint256)", 1 ether, 1 ether + 1));
        ledger.collect(1 ether + 1, 0);
        ledger.collect(1 ether, 0);
        assertEq(ledger.booksAt(currentFrame()).sweptWithdrawals, 1 ether, "counted");
    }

    function test_receiveSwept_RevertWhen_SenderIsNotAVault() public {
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.NotAVault.selector, address(this)));
        ledger.receiveSwept{value: 1}();
    }

    /* THE REST OF A REPORT */

    function test_book_SetsTheRootUnlessItIsZero() public {
        Report memory r = neutralReport(nextFrame());
        r.rewardsRoot = keccak256("root");
        vm.expectEmit(address(distributor));
        emit IRewardDistributor.RootSet(bytes32(0), keccak256("root"));
        book(r);
        assertEq(distributor.root(), keccak256("root"), "set");
        report(0);
        assertEq(distributor.root(), keccak256("root"), "kept");
    }

    function test_guardedFunctions_RevertWhen_CallerHasNoRole() public {
        Report memory r = neutralReport(nextFrame());
        IStakedEther.Booking memory b;
        vm.startPrank(alice);
        _expectRole(Roles.REPORTER);
        _submit(r, r.refSlot / SLOTS_PER_FRAME);
        _expectRole(Roles.PARAMETER_MANAGER);
        accounting.setFee(FEE_BP);
        _expectRole(Roles.ACCOUNTING);
        ledger.bookReport(b);
        _expectRole(Roles.ACCOUNTING);
        ledger.collect(0, 0);
        _expectRole(Roles.ACCOUNTING);
        distributor.setRoot(bytes32(0));
        vm.stopPrank();
    }

    /* THE FEE */

    function test_setFee_MovesWithinItsStep() public {
        vm.expectEmit(address(accounting));
        emit IAccounting.FeeSet(1_000, 1_250);
        accounting.setFee(1_250);
        assertEq(accounting.feeBp(), 1_250, "up");
        skipTime(STEP_PERIOD);
        accounting.setFee(1_000);
        skipTime(STEP_PERIOD);
        accounting.setFee(750);
        assertEq(accounting.feeBp(), 750, "down");
    }

    function test_setFee_RevertWhen_TheStepIsTooLarge() public {
        expectTooLarge("feeBp", 1_000, 1_251);
        accounting.setFee(1_251);
        expectTooLarge("feeBp", 1_000, 749);
        accounting.setFee(749);
    }

    function test_setFee_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        accounting.setFee(1_001);
        vm.warp(nextAt - 1);
        expectTooSoon("feeBp", nextAt);
        accounting.setFee(1_000);
        // limits have periods of their own
        accounting.setLimits(IReportLimits.Limits(3_000, 500, 5_000, 100, 100));
        vm.warp(nextAt);
        accounting.setFee(1_251);
    }

    function test_setFee_RevertWhen_OutOfBounds() public {
        for (uint256 fee = 1_250; fee <= 2_000; fee += 250) {
            accounting.setFee(fee);
            skipTime(STEP_PERIOD);
        }
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FeeOutOfBounds.selector, 2_001, 2_000));
        accounting.setFee(2_001);
    }

    function test_setFee_ToZeroTakesNoFee() public {
        for (uint256 i = 1; i <= 4; ++i) {
            accounting.setFee(FEE_BP - 250 * i);
            skipTime(STEP_PERIOD);
        }
        reportRewards(0.01 ether);
        assertEq(ledger.sharesOf(address(distributor)), 0, "no fee");
        assertEq(ledger.booksAt(currentFrame()).highWater, 0.01 ether, "a gain");
    }

    function test_constructor_RevertWhen_TheFeeIsOutOfBounds() public {
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FeeOutOfBounds.selector, 2_001, 2_000));
        _deploy(2_001);
        assertEq(_deploy(2_000).feeBp(), 2_000, "the most");
    }

    /// @dev A fee above the ledger's own bound would stop every report of a gain.
    function test_setFee_RevertWhen_AboveTheBoundOfTheLedger() public {
        IStakedEther.Parameters memory p = ledgerParameters();
        p.maxFeeBp = 1_100;
        vm.mockCall(address(ledger), abi.encodeCall(IStakedEther.parameters, ()), abi.encode(p));
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FeeOutOfBounds.selector, 1_101, 1_100));
        _deploy(1_101);
        Accounting__Harness fresh = _deploy(1_000);
        vm.expectRevert(abi.encodeWithSelector(IAccounting.FeeOutOfBounds.selector, 1_101, 1_100));
        fresh.setFee(1_101);
        fresh.setFee(1_100);
        assertEq(fresh.feeBp(), 1_100, "at the bound");
    }

    /* INTERNAL */

    function _deploy(uint256 feeBp) private returns (Accounting__Harness) {
        return
            factory.newAccounting(
                IAuthority(address(authority)),
                ledger,
                queue,
                distributor,
                IAccounting.AccountingParameters({feeBp: feeBp, minCollect: 1 ether}),
                reportLimits()
            );
    }

    function _beyond(bytes32 limit, uint256 value, uint256 most) private pure returns (bytes memory) {
        return abi.encodeWithSelector(Accounting__Harness.BeyondLimits.selector, limit, value, most);
    }

    /// @dev Hands in a report for a frame of its own, as whoever is pranked.
    function _submit(Report memory r, uint256 frame) private {
        accounting.book(r, frame, GENESIS_TIME + frame * FRAME_SECONDS);
    }

    function _rate() private view returns (uint256) {
        return (ledger.getTotalPooledEther() * 1e33) / ledger.totalUnits();
    }

    function _expectRole(bytes32 role) private {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, role));
    }

    function _stateHash() private view returns (bytes32) {
        (uint256 rate, uint256 end, uint256 undripped) = ledger.drip();
        (uint256 requested, uint256 finalized, uint256 amount) = queue.totals();
        return
            keccak256(
                abi.encode(
                    ledger.booksAt(currentFrame()),
                    abi.encode(ledger.getTotalPooledEther(), ledger.totalUnits(), rate, end, undripped),
                    abi.encode(requested, finalized, amount, distributor.root()),
                    abi.encode(address(ledger).balance, address(queue).balance, address(rewardsVault).balance)
                )
            );
    }
}
