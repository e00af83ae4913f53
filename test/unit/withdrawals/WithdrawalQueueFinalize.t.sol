// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../../contracts/access/PausableUntil.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Finalisation: who gets how much, and when.
contract WithdrawalQueueFinalizeTest is Withdrawals {
    /* FINALIZE */

    function test_finalize_SetsEtherAside() public {
        raiseRate();
        uint256 id = requestFor(alice, 10 ether);
        uint256 shares = queue.ticket(id).shares;
        skipTime(COOLDOWN);
        uint256 value = ledger.getPooledEthByShares(shares);
        uint256 buffer = ledger.buffer();
        uint256 total = ledger.getTotalShares();

        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(address(queue), address(0), value);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(address(queue), address(0), shares);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Finalized(1, id, shares, value);
        (uint256 burnt, uint256 amount) = finalize(id);

        assertEq(burnt, shares, "burnt");
        assertEq(amount, value, "amount");
        assertEq(address(queue).balance, value, "queue's ether");
        assertEq(ledger.buffer(), buffer - value, "buffer");
        assertEq(ledger.getTotalShares(), total - shares, "total shares");
        assertEq(ledger.sharesOf(address(queue)), 0, "queue's shares");
        assertTrue(queue.ticket(id).finalized, "finalized");
        assertEq(queue.claimable(id), value, "claimable");
        assertEq(queue.findCheckpoint(id), 1, "checkpoint");
        (uint256 requested, uint256 finalized, uint256 aside) = queue.totals();
        assertEq(requested, finalized, "all finalized");
        assertEq(aside, value, "set aside");
    }

    function test_finalize_DoesNothingAgain() public {
        uint256 id = requestFor(alice, 10 ether);
        waitAndFinalize(id);
        uint256 held = address(queue).balance;
        (uint256 shares, uint256 amount) = finalize(id);
        assertEq(shares + amount, 0, "the same ticket");
        (shares, amount) = finalize(0);
        assertEq(shares + amount, 0, "no ticket");
        assertEq(queue.checkpointCount(), 1, "checkpoints");
        assertEq(address(queue).balance, held, "ether");
    }

    function test_finalize_RevertWhen_CallerHasNoRole() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.ACCOUNTING));
        queue.finalize(0, 0);
    }

    function test_finalize_RevertWhen_TheTicketIsUnknown() public {
        requestFor(alice, 1 ether);
        skipTime(COOLDOWN);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.TicketUnknown.selector, 2));
        queue.finalize(2, currentTime());
    }

    function test_finalize_RevertGiven_TheCooldownRuns() public {
        uint256 id = requestFor(alice, 1 ether);
        uint256 readyAt = currentTime() + COOLDOWN;
        skipTime(30 days);
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawalQueue.TicketNotReady.selector, id, readyAt, readyAt - 1)
        );
        queue.finalize(id, readyAt - 1);
        (uint256 shares, ) = queue.finalize(id, readyAt);
        assertEq(shares, 1 ether, "ready to the second");
    }

    /// @dev The cooldown is measured at the reference slot of the report, not when the report arrives.
    function test_book_RevertGiven_TheCooldownEndedAfterTheReferenceSlot() public {
        uint256 id = requestFor(alice, 1 ether);
        uint256 readyAt = queue.ticket(id).readyAt;
        vm.warp(readyAt);
        uint256 frame = currentFrame();
        assertLt(GENESIS_TIME + frame * FRAME_SECONDS, readyAt, "the boundary was before");
        Report memory r = neutralReport(frame);
        r.lastTicketId = uint64(id);
        vm.prank(reporter);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawalQueue.TicketNotReady.selector,
                id,
                readyAt,
                GENESIS_TIME + frame * FRAME_SECONDS
            )
        );
        accounting.book(r, frame, GENESIS_TIME + frame * FRAME_SECONDS);
        reportAndFinalize(0, id);
        assertTrue(queue.ticket(id).finalized, "by the next report");
    }

    /* SHORT BUFFERS */

    function test_finalize_GoesAsFarAsTheBufferInOrder() public {
        uint256 first = requestFor(alice, 10 ether);
        uint256 second = requestFor(bob, 5 ether);
        depositKeys(37);
        skipTime(COOLDOWN);

        (uint256 shares, uint256 amount) = finalize(second);
        assertEq(amount, 4 ether, "all of the buffer");
        assertEq(shares, 4 ether, "shares for it");
        assertFalse(queue.ticket(first).finalized, "in part");
        assertEq(ledger.buffer(), 0, "buffer");

        (shares, amount) = finalize(second);
        assertEq(shares + amount, 0, "nothing to give");
        assertEq(queue.checkpointCount(), 1, "no empty checkpoint");

        makeStaker("carol", 8 ether);
        finalize(second);
        assertTrue(queue.ticket(first).finalized, "the first");
        assertFalse(queue.ticket(second).finalized, "the second in part");
        assertEq(queue.claimable(first), 10 ether, "the first is worth");
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.TicketNotFinalized.selector, second));
        queue.claimable(second);

        makeStaker("dave", 8 ether);
        (, amount) = finalize(second);
        assertEq(amount, 3 ether, "the rest of the second");
        assertEq(queue.claimable(second), 5 ether, "the second is worth");
        assertEq(ledger.buffer(), 5 ether, "what is left stays");
    }

    function test_finalize_DoesNothingWithoutAGrainOfEther() public {
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(41);
        vm.deal(address(ledger), GRAIN - 1);
        skipTime(COOLDOWN);
        (uint256 shares, uint256 amount) = finalize(id);
        assertEq(shares + amount, 0, "less than a grain");
        assertEq(queue.checkpointCount(), 0, "no checkpoint");
    }

    /// @dev A ticket that spans checkpoints is paid for each part at that part's rate.
    function test_finalize_PricesEachPartAtItsOwnTime() public {
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(37);
        skipTime(COOLDOWN);
        finalize(id); // 4 ether at rate 1
        bookChange(-1.85 ether); // 5 % of the 37 ether left
        makeStaker("carol", 20 ether);
        uint256 rest = ledger.getPooledEthByShares(6 ether);
        assertApproxEqAbs(rest, 5.7 ether, 10, "rate 0.95");
        finalize(id);
        assertEq(queue.claimable(id), 4 ether + rest, "4 at 1 and 6 at 0.95");
    }

    function testFuzz_finalize_SplitsPayWhatWasSetAsideToTheWei(
        uint256[6] calldata amounts,
        uint256[4] calldata stakes,
        uint256 loss
    ) public {
        raiseRate();
        uint256 last = 0;
        for (uint256 i = 0; i < 6; ++i) {
            last = requestFor(i % 2 == 0 ? alice : bob, bound(amounts[i], 1.1e14, 6.6 ether));
        }
        depositKeys(41);
        skipTime(COOLDOWN);
        for (uint256 i = 0; i < 4; ++i) {
            makeStaker("carol", bound(stakes[i], 1 gwei, 10 ether));
            if (i == 1) bookChange(-int256(bound(loss, 1, 2 ether)));
            finalize(last);
        }
        makeStaker("dave", 50 ether);
        finalize(last);
        (uint256 requested, uint256 finalized, uint256 aside) = queue.totals();
        assertEq(requested, finalized, "all finalized");
        assertEq(address(queue).balance, aside, "all here");
        assertEq(ledger.sharesOf(address(queue)), 0, "no shares left");

        uint256 sum = 0;
        for (uint256 id = 1; id <= last; ++id) {
            uint256 amount = queue.claimable(id);
            sum += amount;
            vm.prank(id % 2 == 1 ? alice : bob);
            assertEq(queue.claim(id), amount, "claimed as told");
        }
        assertEq(sum, aside, "sum of claims");
        assertEq(address(queue).balance, 0, "nothing stays");
    }

    /* RATES */

    function test_claimable_StaysWhateverComesLater() public {
        uint256 first = requestFor(alice, 3 ether);
        uint256 second = requestFor(bob, 5 ether);
        waitAndFinalize(second);
        uint256 a = queue.claimable(first);
        uint256 b = queue.claimable(second);
        assertEq(a, 3 ether, "first");

        bookChange(-1 ether);
        assertEq(queue.claimable(first), a, "after a loss");
        reportRewards(0.01 ether);
        skipTime(FRAME_SECONDS * 3);
        assertEq(queue.claimable(first), a, "after a gain");
        waitAndFinalize(requestFor(bob, 2 ether));
        vm.prank(bob);
        queue.claim(second);
        assertEq(queue.claimable(first), a, "after a finalisation and a claim");
        assertEq(bob.balance, b, "bob");
        vm.prank(alice);
        queue.claim(first);
        assertEq(alice.balance, a, "alice");
    }

    function test_request_BearsALossLikeAHolder() public {
        depositKeys(30);
        uint256 id = requestFor(alice, 7 ether);
        address carol = makeStaker("carol", 7 ether);
        skipTime(COOLDOWN);
        uint256 rate = ledger.getPooledEthByShares(1e24);
        reportAndFinalize(-1.5e9, id);
        assertLt(ledger.getPooledEthByShares(1e24), rate, "a loss");
        assertApproxEqAbs(queue.claimable(id), ledger.balanceOf(carol), 1, "as much as a holder");
        assertApproxEqAbs(queue.claimable(id), (7 ether * uint256(46.5 ether)) / 48 ether, 2, "pro rata");
    }

    function testFuzz_request_BearsALossLikeAHolder(uint256 amount, uint256 loss) public {
        depositKeys(30);
        amount = (bound(amount, 1e15, 10 ether) / GRAIN) * GRAIN;
        uint256 id = requestFor(alice, amount);
        address carol = makeStaker("carol", amount);
        skipTime(COOLDOWN);
        reportAndFinalize(-int256(bound(loss, 1, 2e9)), id);
        assertApproxEqAbs(queue.claimable(id), ledger.balanceOf(carol), 1, "as much as a holder");
    }

    function test_request_EarnsUntilFinalized() public {
        uint256 id = requestFor(alice, 7 ether);
        address carol = makeStaker("carol", 7 ether);
        reportRewards(0.015 ether);
        skipTime(COOLDOWN);
        finalize(id);
        uint256 amount = queue.claimable(id);
        assertGt(amount, 7.001 ether, "earned");
        assertApproxEqAbs(amount, ledger.balanceOf(carol), 1, "as much as a holder");
        reportRewards(0.015 ether);
        skipTime(COOLDOWN);
        assertEq(queue.claimable(id), amount, "no more when finalized");
        assertGt(ledger.balanceOf(carol), amount, "while the holder earns on");
    }

    /// @dev A loss and the finalisation in one report: the ticket bears the loss of its own report.
    function test_book_FinalizesAtTheRateAfterItsOwnLoss() public {
        depositKeys(30);
        uint256 id = requestFor(alice, 10 ether);
        skipTime(COOLDOWN);
        reportAndFinalize(-2e9, id);
        assertApproxEqAbs(queue.claimable(id), (10 ether * uint256(39 ether)) / 41 ether, 1, "pro rata");
    }

    /* PAUSE */

    function test_pauseFor_StopsFinalisationsAndNeitherReportsNorClaims() public {
        uint256 first = requestFor(alice, 3 ether);
        waitAndFinalize(first);
        uint256 second = requestFor(bob, 3 ether);
        skipTime(COOLDOWN);
        queue.pauseFor(3 days);

        reportAndFinalize(0, second);
        assertEq(ledger.lastReportFrame(), currentFrame(), "the report was booked");
        assertFalse(queue.ticket(second).finalized, "not finalized");
        assertEq(queue.checkpointCount(), 1, "checkpoints");
        vm.prank(alice);
        queue.claim(first);
        assertEq(alice.balance, 3 ether, "claims go on");
        assertGt(requestFor(alice, 1 ether), second, "requests go on");

        skipTime(3 days);
        reportAndFinalize(0, second);
        assertTrue(queue.ticket(second).finalized, "when the pause has ended");
    }

    function test_resume_EndsThePause() public {
        uint256 id = requestFor(alice, 3 ether);
        skipTime(COOLDOWN);
        queue.pauseFor(14 days);
        finalize(id);
        assertFalse(queue.ticket(id).finalized, "paused");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.RESUMER));
        queue.resume();
        queue.resume();
        finalize(id);
        assertTrue(queue.ticket(id).finalized, "resumed");
    }

    function test_pauseFor_RevertWhen_OutOfBoundsOrTwiceOrWithoutRole() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.PAUSER));
        queue.pauseFor(1 days);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, 0, 14 days));
        queue.pauseFor(0);
        vm.expectRevert(
            abi.encodeWithSelector(PausableUntil.PauseOutOfBounds.selector, 14 days + 1, 14 days)
        );
        queue.pauseFor(14 days + 1);
        queue.pauseFor(14 days);
        vm.expectRevert(abi.encodeWithSelector(PausableUntil.PausedUntil.selector, currentTime() + 14 days));
        queue.pauseFor(1 days);
    }

    /* THE LEDGER'S SIDE */

    function test_redeem_RevertWhen_CallerIsNotTheQueue() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.WITHDRAWAL_QUEUE));
        ledger.redeem(1 ether, GRAIN);
    }

    function test_redeem_PaysTheQueueAsMuchAsTheBufferHolds() public {
        requestFor(alice, 10 ether);
        depositKeys(40);
        vm.startPrank(address(queue));
        (uint256 burnt, uint256 amount) = ledger.redeem(10 ether, GRAIN);
        assertEq(burnt, 1 ether, "shares");
        assertEq(amount, 1 ether, "ether");
        assertEq(ledger.sharesOf(address(queue)), 9 ether, "the rest waits");
        assertEq(address(queue).balance, 1 ether, "paid");
        (burnt, amount) = ledger.redeem(9 ether, GRAIN);
        assertEq(burnt + amount, 0, "an empty buffer");
        vm.stopPrank();
    }

    function test_redeem_RevertWhen_TheQueueHasFewerShares() public {
        requestFor(alice, 1 ether);
        vm.prank(address(queue));
        vm.expectPartialRevert(bytes4(keccak256("ERC20InsufficientBalance(address,uint256,uint256)")));
        ledger.redeem(1 ether + 1, 1);
    }

    /// @dev TOK-2, TOK-3: neither a finalisation nor a claim lowers the rate, and neither lifts it beyond dust.
    function testFuzz_finalize_MovesTheRateByDustOnly(uint256 amount, uint256 wait) public {
        reportRewards(0.013 ether + 7);
        uint256 id = requestFor(alice, bound(amount, 1.1e14, 20 ether));
        skipTime(COOLDOWN + bound(wait, 0, 2 days));
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 units = ledger.totalUnits();
        finalize(id);
        uint256 later = ledger.getTotalPooledEther();
        uint256 laterUnits = ledger.totalUnits();
        assertGe(later * units, pooled * laterUnits, "never lower");
        assertLe(later * units, (pooled * laterUnits) + units, "by less than a wei of the pool");
        vm.prank(alice);
        queue.claim(id);
        assertEq(ledger.getTotalPooledEther(), later, "a claim moves nothing");
        assertEq(ledger.totalUnits(), laterUnits, "a claim burns nothing");
    }

    /* HOLD */

    function test_hold_UntilAReportIsLaterThanTheFault() public {
        uint256 id = heldTicket();
        uint256 heldAt = currentTime();
        skipTime(FRAME_SECONDS);
        (uint256 shares, ) = queue.finalize(id, heldAt);
        assertEq(shares, 0, "not by a report of before");
        (shares, ) = queue.finalize(id, heldAt + 1);
        assertGt(shares, 0, "by a later one");
    }

    function test_hold_StopsNeitherRequestsNorClaims() public {
        uint256 done = requestFor(alice, 1 ether);
        waitAndFinalize(done);
        heldTicket();
        requestFor(bob, 1 ether);
        vm.prank(alice);
        assertGt(queue.claim(done), 0, "claimed");
    }

    function test_hold_RevertWhen_CallerHasNoRole() public {
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(this), Roles.EXIT_HOLDER)
        );
        queue.hold();
    }

    /// @dev SLA-2: whoever gives cause for a hold again and again, whenever it likes, stops three frames of four at most.
    function testFuzz_hold_NeverForMoreThanThreeFramesInARow(uint256 seed) public {
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        for (uint256 i = 0; i < 24; ++i) requestFor(alice, 0.1 ether);
        skipTime(COOLDOWN);
        uint256 row = 0;
        uint256 done = 0;
        for (uint256 i = 0; i < 24; ++i) {
            uint256 start = currentTime();
            vm.warp(start + bound(uint256(keccak256(abi.encode(seed, i))), 1, FRAME_SECONDS));
            queue.hold();
            vm.warp(start + FRAME_SECONDS);
            // the report of the frame's start, at its end: every fault of the frame is later
            (uint256 shares, ) = queue.finalize(done + 1, start);
            row = shares == 0 ? row + 1 : 0;
            if (shares > 0) ++done;
            assertLe(row, queue.MAX_HELD_FRAMES(), "held in a row");
        }
        assertGe(done, 6, "one frame in four");
    }

    /* INTERNAL */

    /// @dev A ticket that is ready, and a hold.
    function heldTicket() private returns (uint256 id) {
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        id = requestFor(alice, 1 ether);
        skipTime(COOLDOWN);
        queue.hold();
    }
}
