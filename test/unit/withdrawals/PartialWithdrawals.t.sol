// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconRequests} from "../../../contracts/interfaces/IBeaconRequests.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {Exits} from "../../utils/Exits.sol";

/// @notice Partial withdrawals that wait on the beacon chain for longer than they count, and their proofs.
contract PartialWithdrawalsTest is Exits {
    /// @dev In the state in which they wait: when they may be paid.
    uint256 private constant PAYABLE = 22_800;
    uint256 private constant LAST = PAYABLE + 8;

    /* NOT PROVEN IN TIME */

    function test_settle_LeavesAMark() public {
        letPartialEnd();
        assertEq(exits.coming(), 0, "counts no more");
        expectNothing(RICH);
        assertTrue(exits.comingOf(RICH).isPartial, "mark");
        // there is nothing to settle
        settle(RICH);
        assertTrue(exits.comingOf(RICH).isPartial, "still");
    }

    function test_settle_LeavesNoMarkOfAWithdrawnOne() public {
        setDeficit(100 ether);
        triggerPartial(RICH);
        assertTrue(exits.comingOf(RICH).isPartial, "partial");
        validatorRegistry.advance(RICH, IValidatorRegistry.ValidatorState.Withdrawn, false);
        settle(RICH);
        expectNothing(RICH);
        assertFalse(exits.comingOf(RICH).isPartial, "mark");
    }

    function test_settle_LeavesNoMarkOfAnExit() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 101);
        assertFalse(exits.comingOf(101).isPartial, "partial");
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(101);
        assertFalse(exits.comingOf(101).isPartial, "mark");
    }

    /// @dev While the partial withdrawal waits the beacon chain drops the exit: it must not stand in for others.
    function test_trigger_CountsNothingOfWhatIsInDoubt() public {
        letPartialEnd();
        openDraw(300 ether);
        (uint256 firstSeen, ) = exits.noted();
        trigger(IExitController.Rule.Drawn, RICH);
        assertEq(queuedWithdrawals(), 1, "asked: no mark is a shield");
        assertEq(exits.coming(), 0, "and not counted");
        (uint256 amount, ) = exits.deficit();
        assertEq(amount, 300 ether, "the deficit stands");
        (uint256 stillSeen, ) = exits.noted();
        assertEq(stillSeen, firstSeen, "and so does its note");
        assertTrue(exits.comingOf(RICH).isPartial, "and so does the mark");
        Shown memory s = shown("$.seven");
        send(IExitController.Rule.Drawn, s, 7);
        assertEq(exits.coming(), 7 * 32 ether, "the others count");
    }

    function test_trigger_AboveTheCap_CountsNothingOfWhatIsInDoubt() public {
        letPartialEnd();
        setDeficit(100 ether);
        exits.note();
        noteUntil(currentTime() + PATIENCE * EPOCH_SECONDS);
        trigger(IExitController.Rule.AboveCap, RICH);
        assertEq(queuedWithdrawals(), 1, "asked");
        assertEq(exits.coming(), 0, "not counted");
        assertEq(exits.aboveCapOf(OPERATOR), 0, "nor against the cap");
    }

    /// @dev Of what is there above 32 ETH the beacon chain gives what no other withdrawal waits for: it may be nothing.
    function test_triggerPartial_CountsFromItsProofWhereAnotherIsInDoubt() public {
        letPartialEnd();
        setDeficit(100 ether);
        vm.expectEmit(address(exits));
        emit IExitController.PartialTriggered(caller, RICH, 8.5e9, 0);
        triggerPartial(RICH);
        assertEq(queuedWithdrawals(), 1, "asked");
        assertEq(exits.coming(), 0, "not counted");
        (uint256 firstSeen, ) = exits.noted();
        assertEq(firstSeen, 0, "nor noted");
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "proven");
        expectComing(RICH, 272, LAST, true);
        triggerPartialRefused();
    }

    /* PROVEN */

    function test_provePartial_InPlaceOfTheRequestThatWasSent() public {
        setDeficit(100 ether);
        triggerPartial(RICH);
        vm.expectEmit(address(exits));
        emit IExitController.ComingProven(RICH, 8.5e9, LAST);
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "once");
        expectComing(RICH, 272, LAST, true);
        assertTrue(exits.comingOf(RICH).isPartial, "partial");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        provePartial(0);
        warpToEpoch(LAST);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, RICH, LAST));
        settle(RICH);
        warpToEpoch(LAST + 1);
        settle(RICH);
        assertEq(exits.coming(), 0, "over");
        assertFalse(exits.comingOf(RICH).isPartial, "and no mark stays");
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, RICH);
        assertEq(exits.coming(), 40 ether, "an exit counts");
    }

    function test_provePartial_TakesTheMarkAway() public {
        letPartialEnd();
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "it waits still");
        warpToEpoch(LAST + 1);
        settle(RICH);
        assertFalse(exits.comingOf(RICH).isPartial, "proven, and over");
    }

    /// @dev Nobody asked here: governance may have, or a controller before this one.
    function test_provePartial_OfWhatIsNotKnown() public {
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "coming");
    }

    /// @dev A queue that is longer still: proven again, settled or not.
    function test_provePartial_AgainWhereItWasNotPaid() public {
        provePartial(0);
        warpToEpoch(LAST + 1);
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "once");
        expectComing(RICH, 272, LAST + 9, true);
        warpToEpoch(LAST + 10);
        settle(RICH);
        provePartial(0);
        expectComing(RICH, 272, LAST + 18, true);
    }

    /// @dev Slashed, or the operator lets it go: then all that it has comes.
    function test_proveComing_InPlaceOfAPartial() public {
        provePartial(5);
        expectComing(101, 64, LAST, true);
        proveLeaving();
        assertEq(exits.coming(), 32 ether, "once");
        expectComing(101, 32 * 32, 22_796, true);
        assertFalse(exits.comingOf(101).isPartial, "whole");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, 101));
        provePartial(5);
    }

    /* REFUSED */

    function test_provePartial_RevertWhen_NothingIsPaidOfIt() public {
        vm.expectRevert(abi.encodeWithSelector(IExitController.AlreadyExiting.selector, EXITING, 22_520));
        provePartial(1);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.ExcessTooSmall.selector, 104, 31_000_000, 31_250_000)
        );
        provePartial(2);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, 5));
        provePartial(3);
        // it has come below 32 ETH
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.ExcessTooSmall.selector, 105, 1e9, 31_250_000)
        );
        provePartial(4);
        assertEq(exits.coming(), 0, "nothing");
    }

    function test_provePartial_RevertWhen_TheProofIsOfAnother() public {
        provePartial(5);
        Pending memory p = pending(0);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        provePartialOf(p, 5);
        p.partialWithdrawal.amountGwei += 1;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        provePartialOf(p, 0);
        p = pending(0);
        p.partialWithdrawal.withdrawableEpoch += 1;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        provePartialOf(p, 0);
    }

    function test_provePartial_RevertWhen_TheRootIsOld() public {
        provePartial(5);
        skipTime(10 minutes);
        Pending memory p = pending(0);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconRequests.RootTooOld.selector, rootTime, currentTime() - 10 minutes)
        );
        provePartialOf(p, 0);
    }

    /* INTERNAL */

    /// @dev A partial withdrawal is triggered, and nobody proves it before its epochs are over.
    function letPartialEnd() private {
        setDeficit(100 ether);
        triggerPartial(RICH);
        dequeueWithdrawals();
        noteUntil(currentTime() + (COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(RICH);
        setDeficit(0);
        exits.note();
    }

    function triggerPartialRefused() private {
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        triggerPartial(RICH);
    }
}
