// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IInstantExit} from "../../../contracts/interfaces/IInstantExit.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {IWrappedStakedEther} from "../../../contracts/interfaces/IWrappedStakedEther.sol";
import {ReenteringRecipient__Mock} from "../../mocks/ReenteringRecipient__Mock.sol";
import {RefusingClaimer__Mock} from "../../mocks/RefusingClaimer__Mock.sol";
import {Steps} from "../../utils/Steps.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice What an exit at once pays, what it takes from the bucket and the buffer, and when it is closed.
contract InstantExitTest is Withdrawals, Steps {
    address private recipient = makeAddr("recipient");

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        raiseRate();
        // a pool of 1,000 ETH and a little, one bucket of which is some 10 ETH
        makeStaker("dave", 960 ether);
        report(0);
        approveAll(alice);
        approveAll(bob);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IAuthority a = IAuthority(address(authority));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInstantExit(a, IStakedEther(address(0)), wrapper, queue, instantParameters());
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInstantExit(a, ledger, IWrappedStakedEther(address(0)), queue, instantParameters());
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newInstantExit(a, ledger, wrapper, IWithdrawalQueue(address(0)), instantParameters());
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        _expectConstructor("bucketBp", 501, 501, 10, 100);
        _expectConstructor("baseFeeBp", 9, 500, 9, 100);
        _expectConstructor("baseFeeBp", 201, 500, 201, 100);
        _expectConstructor("slopeBp", 1_001, 500, 10, 1_001);
        IAuthority a = IAuthority(address(authority));
        factory.newInstantExit(a, ledger, wrapper, queue, IInstantExit.Parameters(500, 200, 1_000));
        factory.newInstantExit(a, ledger, wrapper, queue, IInstantExit.Parameters(0, 10, 0));
    }

    /* WHAT IT PAYS */

    function test_exit_PaysTheValueLessTheFee_ToTheRecipient() public {
        (, uint256 capacity) = instantExit.bucket();
        uint256 shares = ledger.getSharesByPooledEth(2 ether);
        uint256 value = ledger.getPooledEthByShares(shares);
        // 0.1 % and a percent times the mean use, rounded up
        uint256 fee = (value * (20 * capacity + 100 * value)) / (20_000 * capacity) + 1;
        (uint256 paid, uint256 feeShares) = instantExit.preview(shares);
        assertApproxEqAbs(paid, value - fee, 2, "the integral of the fee");
        assertLe(paid, value - fee, "never more");
        assertGe(ledger.getPooledEthByShares(feeShares) + 1, fee, "the fee is whole");

        uint256 before = ledger.sharesOf(alice);
        uint256 total = ledger.totalUnits();
        uint256 held = address(ledger).balance;
        vm.expectEmit(address(instantExit));
        emit IInstantExit.Exited(alice, recipient, shares, value, feeShares, paid);
        assertEq(_exit(alice, 2 ether), paid, "told");
        assertEq(recipient.balance, paid, "paid");
        assertEq(held - address(ledger).balance, paid, "out of the buffer");
        assertEq(before - ledger.sharesOf(alice), shares, "for her shares");
        assertEq(total - ledger.totalUnits(), shares * 1e6, "all of them burnt");
        _holdsNothing();
    }

    /// @dev At the end of an exit the rate is where it was; over a frame it rises by the fee.
    function test_exit_LeavesTheRate_AndTheFeeDrips() public {
        skipTime(FRAME_SECONDS);
        report(0);
        skipTime(FRAME_SECONDS / 4);
        uint256 before = _rate();
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 value = ledger.getPooledEthByShares(ledger.getSharesByPooledEth(5 ether));
        uint256 paid = _exit(alice, 5 ether);
        assertGe(_rate(), before, "TOK-2: not lower");
        assertLe(_rate() - before, 1e9, "ECO-2: nor higher");
        assertEq(pooled - ledger.getTotalPooledEther(), value, "all of it left the pool");
        skipTime(FRAME_SECONDS / 2);
        assertApproxEqAbs(
            ledger.getTotalPooledEther(),
            pooled - value + (value - paid) / 2,
            1e5 gwei,
            "half of the fee"
        );
        skipTime(FRAME_SECONDS / 2);
        // what does not divide into gwei per second comes with the next report
        assertApproxEqAbs(ledger.getTotalPooledEther(), pooled - paid, 1e5 gwei, "the fee stayed");
        assertLe(ledger.getTotalPooledEther(), pooled - paid, "and no more");
        report(0);
        skipTime(FRAME_SECONDS);
        assertLe(ledger.getTotalPooledEther(), pooled - paid, "POOL-1: nor later");
    }

    function test_exit_CostsBaseAndSlope_WhereTheBucketIsFull() public {
        (, uint256 capacity) = instantExit.bucket();
        _exit(alice, 9.5 ether);
        uint256 before = recipient.balance;
        (uint256 used, ) = instantExit.bucket();
        uint256 left = instantExit.freeBuffer();
        assertGt(left, 900 ether, "the bucket alone is short");
        uint256 paid = _exit(bob, 0.1 ether);
        assertEq(recipient.balance - before, paid, "paid");
        // 0.1 % + use · 1 %
        assertApproxEqRel(
            0.1 ether - paid,
            0.0001 ether + (0.001 ether * used) / capacity,
            0.02e18,
            "marginal"
        );
    }

    function test_exit_RevertWhen_ItPaysLessThanAskedFor() public {
        (uint256 paid, ) = instantExit.preview(ledger.getSharesByPooledEth(2 ether));
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.EtherBelowMinimum.selector, paid, paid + 1));
        instantExit.exit(2 ether, paid + 1, recipient);
        vm.prank(alice);
        instantExit.exit(2 ether, paid, recipient);
    }

    function test_exit_RevertWhen_NothingWouldBePaid() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.ExitTooSmall.selector, 0));
        instantExit.exit(0, 0, recipient);
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.ExitTooSmall.selector, 1));
        instantExit.exit(2, 0, recipient);
        vm.stopPrank();
    }

    function test_exit_RevertWhen_TheCallerHasNoAllowance_OrTooFewShares() public {
        vm.startPrank(alice);
        ledger.approve(address(instantExit), 1 ether);
        uint256 value = ledger.getPooledEthByShares(ledger.getSharesByPooledEth(2 ether)) + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(instantExit),
                1 ether,
                value
            )
        );
        instantExit.exit(2 ether, 0, recipient);
        // an allowance of the amount is enough
        instantExit.exit(1 ether, 0, recipient);
        vm.stopPrank();
        vm.prank(bob);
        ledger.transfer(alice, 20 ether);
        vm.prank(bob);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        instantExit.exit(1 ether, 0, recipient);
    }

    /* PARTS */

    /// @dev In parts, by two holders, with rounding of a wei or two each.
    function testFuzz_exit_InParts_PaysNoMore(
        uint256 amount,
        uint256 cut,
        uint256 parts,
        uint256 rate
    ) public {
        reportRewards(bound(rate, 1, 0.4 ether));
        skipTime(bound(rate, 1, FRAME_SECONDS / 4));
        amount = bound(amount, 1e6, 9 ether);
        parts = bound(parts, 2, 5);
        uint256 state = vm.snapshotState();
        uint256 once = _exit(alice, amount);
        vm.revertToState(state);
        uint256 sum = 0;
        uint256 left = amount;
        for (uint256 i = 1; i < parts; ++i) {
            uint256 part = bound(uint256(keccak256(abi.encode(cut, i))), 1e4, left / 2 + 1e4);
            left -= part;
            sum += _exit(i % 2 == 0 ? alice : bob, part);
        }
        sum += _exit(alice, left);
        assertLe(sum, once + 2, "parts pay no more");
    }

    /// @dev Nor does a stake that makes the bucket larger, and leaves with the rest.
    function testFuzz_exit_WithAStakeBefore_PaysNoMore(uint256 amount, uint256 more) public {
        amount = bound(amount, 1 ether, 9 ether);
        more = bound(more, 1 gwei, 5 ether);
        uint256 state = vm.snapshotState();
        uint256 once = _exit(alice, amount);
        vm.revertToState(state);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        if (used + amount + more > capacity) more = capacity - used - amount;
        hoax(alice, more);
        ledger.stake{value: more}(address(0));
        assertLe(_exit(alice, amount + more), once + more, "a stake is no way around the fee");
    }

    /* WRAPPED */

    function test_exitWrapped_PaysWhatTheSameSharesPay() public {
        vm.startPrank(alice);
        wrapper.deposit(3 ether, alice);
        uint256 shares = ledger.getSharesByPooledEth(2 ether);
        (uint256 paid, ) = instantExit.preview(shares);
        uint256 before = wrapper.balanceOf(alice);
        assertEq(instantExit.exitWrapped(shares, paid, recipient), paid, "paid");
        vm.stopPrank();
        assertEq(before - wrapper.balanceOf(alice), shares, "of her wkETH");
        assertEq(recipient.balance, paid, "to the recipient");
        _holdsNothing();
    }

    function test_exitWrapped_RevertWhen_TheCallerHasNoAllowance() public {
        vm.startPrank(alice);
        wrapper.deposit(3 ether, alice);
        wrapper.approve(address(instantExit), 1);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        instantExit.exitWrapped(1 ether, 0, recipient);
        vm.stopPrank();
    }

    /* PERMITS */

    function test_exitWithPermit_TakesASignature_OrOneThatWasUsedBefore() public {
        (address carol, uint256 key) = makeAddrAndKey("carol");
        vm.prank(alice);
        ledger.transfer(carol, 3 ether);
        bytes memory signed = signature(key, _permitDigest(address(ledger), carol, 1 ether, 0));
        vm.prank(carol);
        instantExit.exitWithPermit(1 ether, 0, recipient, type(uint256).max, signed);

        signed = signature(key, _permitDigest(address(ledger), carol, 1 ether, 1));
        ledger.permit(carol, address(instantExit), 1 ether, type(uint256).max, signed);
        vm.startPrank(carol);
        instantExit.exitWithPermit(1 ether, 0, recipient, type(uint256).max, signed);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        instantExit.exitWithPermit(1 ether, 0, recipient, type(uint256).max, signed);
        vm.stopPrank();
    }

    /// @dev Whoever sees a permit may use it; what it allows leaves by a call of its signer alone.
    function test_exitWithPermit_RevertWhen_AnotherBringsIt() public {
        (address carol, uint256 key) = makeAddrAndKey("carol");
        vm.prank(alice);
        ledger.transfer(carol, 3 ether);
        bytes memory signed = signature(key, _permitDigest(address(ledger), carol, 1 ether, 0));
        vm.prank(makeAddr("thief"));
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        instantExit.exitWithPermit(1 ether, 0, recipient, type(uint256).max, signed);
    }

    function test_exitWrappedWithPermit_TakesASignature_OrOneThatWasUsedBefore() public {
        (address carol, uint256 key) = makeAddrAndKey("carol");
        vm.startPrank(alice);
        wrapper.deposit(3 ether, carol);
        vm.stopPrank();
        bytes memory signed = signature(key, _permitDigest(address(wrapper), carol, 1 ether, 0));
        vm.prank(carol);
        instantExit.exitWrappedWithPermit(1 ether, 0, recipient, type(uint256).max, signed);

        signed = signature(key, _permitDigest(address(wrapper), carol, 1 ether, 1));
        wrapper.permit(carol, address(instantExit), 1 ether, type(uint256).max, signed);
        vm.prank(carol);
        instantExit.exitWrappedWithPermit(1 ether, 0, recipient, type(uint256).max, signed);
        assertGt(recipient.balance, 1.9 ether, "both");
    }

    /* BUCKET AND BUFFER */

    function test_bucket_EmptiesEvenlyWithinAFrame() public {
        uint256 value = _exitValue(alice, 8 ether);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        assertEq(used, value, "what left");
        assertApproxEqAbs(capacity, ledger.getTotalPooledEther() / 100, 1, "a hundredth of the pool");
        skipTime(FRAME_SECONDS / 2);
        (uint256 later, uint256 capacityLater) = instantExit.bucket();
        assertEq(later, used - capacityLater / 2, "by half of its size in half a frame");
        skipTime(FRAME_SECONDS / 2);
        (later, ) = instantExit.bucket();
        assertEq(later, 0, "empty");
        // two in turn add up
        report(0);
        value = _exitValue(alice, 1 ether) + _exitValue(bob, 1 ether);
        (used, ) = instantExit.bucket();
        assertEq(used, value, "of both");
    }

    function test_exit_RevertWhen_TheBucketIsTooSmall() public {
        _exit(alice, 8 ether);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        uint256 shares = ledger.getSharesByPooledEth(capacity - used + 1 gwei);
        uint256 value = ledger.getPooledEthByShares(shares);
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.BucketTooSmall.selector, capacity - used, value));
        instantExit.exit(capacity - used + 1 gwei, 0, recipient);
        _exit(bob, capacity - used);
        (used, capacity) = instantExit.bucket();
        // it shrinks with the pool
        assertGt(used, capacity, "full");
        vm.prank(bob);
        vm.expectPartialRevert(IInstantExit.BucketTooSmall.selector);
        instantExit.exit(1 gwei, 0, recipient);
    }

    function test_exit_RevertWhen_TicketsAskForTheBuffer() public {
        for (uint256 i = 0; i < 14; ++i) depositKeys(70);
        requestFor(bob, 15 ether);
        uint256 free = instantExit.freeBuffer();
        assertEq(free, address(ledger).balance - ledger.balanceOf(address(queue)), "what tickets leave");
        assertEq(free, depositor.freeBuffer(), "as deposits count it");
        requestFor(alice, free - 1 ether);
        free = instantExit.freeBuffer();
        assertApproxEqAbs(free, 1 ether, 1 gwei, "an ether is left");
        vm.prank(bob);
        vm.expectPartialRevert(IInstantExit.FreeBufferTooSmall.selector);
        instantExit.exit(1.1 ether, 0, recipient);
        // the fee needs no ether
        uint256 paid = _exit(bob, 1.0009 ether);
        assertGe(address(ledger).balance, ledger.balanceOf(address(queue)), "tickets come first");
        assertApproxEqAbs(instantExit.freeBuffer(), free - paid, 2, "what is left");
        requestFor(bob, 2 ether);
        assertEq(instantExit.freeBuffer(), 0, "none");
    }

    function test_exit_RevertWhen_FreeBufferIsShortByAWei() public {
        uint256 shares = ledger.getSharesByPooledEth(1 ether);
        (uint256 paid, ) = instantExit.preview(shares);
        vm.deal(address(ledger), ledger.balanceOf(address(queue)) + paid - 1);
        vm.prank(alice);
        vm.expectPartialRevert(IInstantExit.FreeBufferTooSmall.selector);
        instantExit.exit(1 ether, 0, recipient);
        vm.deal(address(ledger), ledger.balanceOf(address(queue)) + paid + 1);
        _exit(alice, 1 ether);
    }

    /* WHEN IT IS CLOSED */

    function test_exit_RevertGiven_AReportIsParked() public {
        queue.suspend();
        assertTrue(queue.isSuspended(), "parked");
        _expectClosed(abi.encodeWithSelector(IInstantExit.ReportParked.selector));
        // a report that is applied ends it
        report(0);
        assertFalse(queue.isSuspended(), "applied");
        _exit(alice, 1 ether);
    }

    /// @dev Nobody is told of ether that he would not get.
    function test_preview_RevertGiven_ItIsClosed() public {
        queue.suspend();
        vm.expectRevert(IInstantExit.ReportParked.selector);
        instantExit.preview(1 ether);
        queue.endSuspension();
        instantExit.preview(1 ether);
    }

    function test_exit_RevertGiven_FinalisationsArePaused() public {
        queue.pauseFor(1 hours);
        uint256 until = currentTime() + 1 hours;
        _expectClosed(abi.encodeWithSelector(IInstantExit.FinalisationsPaused.selector, until));
        vm.warp(until - 1);
        _expectClosed(abi.encodeWithSelector(IInstantExit.FinalisationsPaused.selector, until));
        vm.warp(until);
        _exit(alice, 1 ether);
    }

    /// @dev Until a report is booked that is later than the proof, however long that takes.
    function test_exit_RevertGiven_AFaultIsProvenAndNotBooked() public {
        uint256 refTime = _refTime();
        uint256 heldAt = currentTime();
        queue.hold();
        _expectClosed(abi.encodeWithSelector(IInstantExit.ExitsHeld.selector, heldAt, refTime));
        skipTime(FRAME_SECONDS - 3 hours);
        _expectClosed(abi.encodeWithSelector(IInstantExit.ExitsHeld.selector, heldAt, refTime));
        report(0);
        _exit(alice, 1 ether);
    }

    function test_exit_RevertGiven_AFaultIsProvenAtTheReferenceSlot() public {
        vm.warp(GENESIS_TIME + (currentFrame() + 1) * FRAME_SECONDS);
        queue.hold();
        book(neutralReport(currentFrame()));
        _expectClosed(abi.encodeWithSelector(IInstantExit.ExitsHeld.selector, currentTime(), _refTime()));
        report(0);
        _exit(alice, 1 ether);
    }

    /// @dev The queue holds for three frames of four at most; instant exits wait for the loss.
    function test_exit_RevertGiven_AFaultOfARowThatHasEnded() public {
        for (uint256 i = 0; i < 3; ++i) {
            queue.hold();
            report(0);
        }
        queue.hold();
        (, uint256 endsAt) = queue.heldUntil();
        assertLe(endsAt, currentTime(), "the queue goes on");
        _expectClosed(abi.encodeWithSelector(IInstantExit.ExitsHeld.selector, currentTime(), _refTime()));
        report(0);
        _exit(alice, 1 ether);
    }

    function test_exit_RevertGiven_TheLastReportIsOld() public {
        uint256 refTime = _refTime();
        uint256 most = FRAME_SECONDS + FRAME_SECONDS / 2;
        vm.warp(refTime + most);
        _exit(alice, 1 ether);
        vm.warp(refTime + most + 1);
        _expectClosed(abi.encodeWithSelector(IInstantExit.ReportTooOld.selector, refTime, refTime + 1));
        // a report is as old as what it tells, whenever it was booked
        uint256 frame = currentFrame();
        vm.warp(GENESIS_TIME + (frame + 1) * FRAME_SECONDS + FRAME_SECONDS / 2 + 1);
        book(neutralReport(frame));
        _expectClosed(
            abi.encodeWithSelector(
                IInstantExit.ReportTooOld.selector,
                GENESIS_TIME + frame * FRAME_SECONDS,
                GENESIS_TIME + frame * FRAME_SECONDS + 1
            )
        );
        book(neutralReport(frame + 1));
        _exit(alice, 1 ether);
    }

    /* RECIPIENTS */

    function test_exit_RevertWhen_TheRecipientCannotKeepIt() public {
        address[5] memory wrong = [
            address(0),
            address(instantExit),
            address(ledger),
            address(wrapper),
            address(queue)
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.prank(alice);
            vm.expectRevert(abi.encodeWithSelector(IInstantExit.WrongRecipient.selector, wrong[i]));
            instantExit.exit(1 ether, 0, wrong[i]);
        }
    }

    function test_exit_RevertWhen_TheRecipientRefuses() public {
        address refuser = address(new RefusingClaimer__Mock());
        uint256 shares = ledger.sharesOf(alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.EtherRefused.selector, refuser));
        instantExit.exit(1 ether, 0, refuser);
        assertEq(ledger.sharesOf(alice), shares, "nothing happened");
    }

    /// @dev In the recipient's call all is as it is after the exit, and a second exit goes on from there.
    function test_exit_IsDoneWhenTheRecipientIsCalled() public {
        ReenteringRecipient__Mock recipient_ = new ReenteringRecipient__Mock(instantExit, ledger);
        vm.prank(alice);
        ledger.transfer(address(recipient_), 3 ether);
        recipient_.exit(1 ether);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        assertEq(recipient_.depth(), 2, "entered again");
        assertEq(recipient_.usedInside(1), used, "the state of the last exit is final");
        assertEq(recipient_.capacityInside(1), capacity, "and the pool's");
        assertEq(recipient_.heldInside(0), 0, "nothing is on its way");
        assertEq(recipient_.rateInside(0), recipient_.rateInside(1), "at one rate");
        assertLt(recipient_.usedInside(0), used, "each fills the bucket");
    }

    function test_receive_RevertWhen_TheSenderIsNotTheLedger() public {
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        (bool sent, bytes memory answer) = address(instantExit).call{value: 1}("");
        assertFalse(sent, "refused");
        assertEq(answer, abi.encodeWithSelector(IInstantExit.NotTheLedger.selector, alice), "by name");
    }

    /// @dev Ether that was forced in stays where it is, shares that were sent are burnt with the next fee.
    function test_exit_PaysNothingOfWhatOthersSentHere() public {
        uint256 state = vm.snapshotState();
        uint256 expected = _exit(alice, 1 ether);
        vm.revertToState(state);
        vm.deal(address(instantExit), 5 ether);
        vm.prank(bob);
        ledger.transferShares(address(instantExit), 1 ether);
        assertEq(_exit(alice, 1 ether), expected, "the same");
        assertEq(address(instantExit).balance, 5 ether, "forced ether");
        assertEq(ledger.sharesOf(address(instantExit)), 0, "no shares");
    }

    /* THE ROLES IT NEEDS */

    function test_exit_RevertGiven_ItMayNotBurn() public {
        authority.revokeRole(Roles.SHARE_BURNER, address(instantExit));
        _expectClosed(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(instantExit), Roles.SHARE_BURNER)
        );
    }

    /* GOVERNANCE */

    function test_setParameters_MovesWithinStepsAndBounds() public {
        vm.expectEmit(address(instantExit));
        emit IInstantExit.ParametersSet(instantParameters(), IInstantExit.Parameters(200, 60, 350));
        _set(200, 60, 350);
        skipTime(STEP_PERIOD);
        _set(0, 10, 100);
        IInstantExit.Parameters memory p = instantExit.parameters();
        assertEq(abi.encode(p), abi.encode(0, 10, 100), "stored");
        skipTime(STEP_PERIOD);
        _expectStep("bucketBp", 0, 101, 101, 10, 100);
        _expectStep("baseFeeBp", 10, 61, 0, 61, 100);
        _expectParameter("baseFeeBp", 9, 0, 9, 100);
        _expectStep("slopeBp", 100, 351, 0, 10, 351);
        _set(0, 60, 350);
        skipTime(STEP_PERIOD);
        _expectStep("baseFeeBp", 60, 9, 0, 9, 350);
        _expectStep("slopeBp", 350, 99, 0, 60, 99);
        for (uint16 i = 1; i <= 5; ++i) {
            _set(i * 100, 60, 350);
            skipTime(STEP_PERIOD);
        }
        _expectParameter("bucketBp", 501, 501, 60, 350);
    }

    function test_setParameters_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        _set(200, 60, 350);
        vm.warp(nextAt - 1);
        expectTooSoon("bucketBp", nextAt);
        _set(201, 60, 350);
        expectTooSoon("baseFeeBp", nextAt);
        _set(200, 59, 350);
        expectTooSoon("slopeBp", nextAt);
        _set(200, 60, 351);
        vm.warp(nextAt);
        _set(300, 110, 600);
    }

    /// @dev Whatever was done before. It opens again a step in a period.
    function test_setParameters_ShutsAtOnce() public {
        _set(200, 10, 100);
        uint256 nextAt = currentTime() + STEP_PERIOD;
        _set(100, 10, 100);
        _set(0, 10, 100);
        expectTooSoon("bucketBp", nextAt);
        _set(1, 10, 100);
        vm.warp(nextAt);
        _expectStep("bucketBp", 0, 101, 101, 10, 100);
        _set(100, 10, 100);
        _set(0, 10, 100);
        assertEq(uint256(instantExit.parameters().bucketBp), 0, "shut again");
    }

    function test_exit_RevertGiven_AnEmptyBucket() public {
        _set(0, 10, 100);
        vm.prank(alice);
        vm.expectPartialRevert(IInstantExit.BucketTooSmall.selector);
        instantExit.exit(1 gwei, 0, recipient);
    }

    /// @dev What has emptied by then did so at the pace of before.
    function test_setParameters_EmptiesTheBucketAtTheOldPace() public {
        _exit(alice, 8 ether);
        skipTime(FRAME_SECONDS / 4);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        _set(200, 10, 100);
        (uint256 now_, uint256 wider) = instantExit.bucket();
        assertEq(now_, used, "not at once");
        assertApproxEqAbs(wider, 2 * capacity, 1, "but it takes more");
        skipTime(FRAME_SECONDS / 8);
        (now_, ) = instantExit.bucket();
        assertApproxEqAbs(now_, used - wider / 8, 1e5 gwei, "and empties faster");
    }

    /// @dev A bucket that was made smaller is empty within a frame, as any.
    function test_setParameters_FillsNoMoreOfASmallerBucket() public {
        _exit(alice, 8 ether);
        (uint256 used, uint256 capacity) = instantExit.bucket();
        _set(50, 10, 100);
        (uint256 now_, uint256 smaller) = instantExit.bucket();
        assertApproxEqRel((now_ * capacity) / smaller, used, 1e12, "as much of it");
        _set(0, 10, 100);
        _set(100, 10, 100);
        (now_, ) = instantExit.bucket();
        assertEq(now_, 0, "what was closed is empty");
    }

    /* IN AND OUT */

    /// @dev Around a report, a burn and a fee there is nothing to take: whoever comes and goes at once pays the fee.
    function testFuzz_exit_RightAfterAStake_NeverPays(uint256 amount, uint256 gain, uint256 what) public {
        amount = bound(amount, 1 gwei, 9 ether);
        hoax(alice, amount);
        ledger.stake{value: amount}(address(0));
        if (what % 3 == 0) {
            // a report in the same block
            vm.warp(GENESIS_TIME + (currentFrame() + 1) * FRAME_SECONDS);
            vm.deal(address(rewardsVault), bound(gain, 1, 1 ether));
            uint256 before = _rate();
            book(neutralReport(currentFrame()));
            assertLe(_rate() - before, 1e9, "ECO-2: no step");
        } else if (what % 3 == 1) {
            authority.grantRole(Roles.SHARE_BURNER, bob);
            vm.prank(bob);
            ledger.burnShares(bound(gain, 1, 10 ether));
        } else if (amount < 1 ether) {
            _exit(bob, 5 ether);
        }
        assertLt(_exit(alice, amount), amount - amount / 1_001, "the base fee at least");
    }

    /* INTERNAL */

    function approveAll(address holder) private {
        vm.startPrank(holder);
        ledger.approve(address(instantExit), type(uint256).max);
        ledger.approve(address(wrapper), type(uint256).max);
        wrapper.approve(address(instantExit), type(uint256).max);
        vm.stopPrank();
    }

    function _exit(address holder, uint256 amount) private returns (uint256 paid) {
        vm.prank(holder);
        paid = instantExit.exit(amount, 0, recipient);
    }

    /// @dev As `_exit`; returns the value that left.
    function _exitValue(address holder, uint256 amount) private returns (uint256 value) {
        value = ledger.getPooledEthByShares(ledger.getSharesByPooledEth(amount));
        _exit(holder, amount);
    }

    function _holdsNothing() private view {
        assertEq(ledger.unitsOf(address(instantExit)), 0, "no units");
        assertEq(wrapper.balanceOf(address(instantExit)), 0, "no wkETH");
        assertEq(address(instantExit).balance, 0, "no ether");
    }

    function _expectClosed(bytes memory why) private {
        vm.prank(alice);
        vm.expectRevert(why);
        instantExit.exit(1 ether, 0, recipient);
        vm.startPrank(alice);
        uint256 state = vm.snapshotState();
        wrapper.deposit(1.5 ether, alice);
        vm.expectRevert(why);
        instantExit.exitWrapped(1 ether, 0, recipient);
        vm.revertToState(state);
        vm.stopPrank();
    }

    function _set(uint16 bucketBp, uint16 baseFeeBp, uint16 slopeBp) private {
        instantExit.setParameters(IInstantExit.Parameters(bucketBp, baseFeeBp, slopeBp));
    }

    function _expectParameter(
        bytes32 name,
        uint256 value,
        uint16 bucketBp,
        uint16 base,
        uint16 slope
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.ParameterOutOfBounds.selector, name, value));
        _set(bucketBp, base, slope);
    }

    function _expectStep(
        bytes32 name,
        uint256 from,
        uint256 to,
        uint16 bucketBp,
        uint16 base,
        uint16 slope
    ) private {
        expectTooLarge(name, from, to);
        _set(bucketBp, base, slope);
    }

    function _expectConstructor(
        bytes32 name,
        uint256 value,
        uint16 bucketBp,
        uint16 base,
        uint16 slope
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IInstantExit.ParameterOutOfBounds.selector, name, value));
        factory.newInstantExit(
            IAuthority(address(authority)),
            ledger,
            wrapper,
            queue,
            IInstantExit.Parameters(bucketBp, base, slope)
        );
    }

    /// @dev Wei per 1e27 shares.
    function _rate() private view returns (uint256) {
        return (ledger.getTotalPooledEther() * 1e33) / ledger.totalUnits();
    }

    function _refTime() private view returns (uint256) {
        return GENESIS_TIME + ledger.lastReportFrame() * FRAME_SECONDS;
    }

    function _permitDigest(
        address token,
        address owner,
        uint256 value,
        uint256 nonce
    ) private view returns (bytes32) {
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                owner,
                address(instantExit),
                value,
                nonce,
                type(uint256).max
            )
        );
        return keccak256(abi.encodePacked(hex"1901", IStakedEther(token).DOMAIN_SEPARATOR(), structHash));
    }
}
