// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconRequests} from "../../../contracts/interfaces/IBeaconRequests.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {Exits} from "../../utils/Exits.sol";

/// @notice Validators of which the beacon chain may drop what is asked: a partial withdrawal may be waiting, or they are
/// being merged. And what is shown to be on its way.
contract PartialWithdrawalsTest is Exits {
    /// @dev In the state in which they wait: when they may be paid.
    uint256 private constant PAYABLE = 22_800;
    uint256 private constant LAST = PAYABLE + 8;
    uint256 private constant BRIEF = 8;

    /* IN DOUBT */

    function test_settle_LeavesItInDoubt() public {
        letPartialEnd();
        assertEq(exits.coming(), 0, "counts no more");
        expectNothing(RICH);
        assertTrue(exits.comingOf(RICH).inDoubt, "in doubt");
        // there is nothing to settle
        settle(RICH);
        assertTrue(exits.comingOf(RICH).inDoubt, "still");
    }

    function test_settle_LeavesNoDoubtOfAWithdrawnOne() public {
        setDeficit(100 ether);
        triggerPartial(RICH);
        assertTrue(exits.comingOf(RICH).inDoubt, "in doubt");
        validatorRegistry.advance(RICH, IValidatorRegistry.ValidatorState.Withdrawn, false);
        settle(RICH);
        expectNothing(RICH);
        assertFalse(exits.comingOf(RICH).inDoubt, "in doubt");
    }

    function test_settle_LeavesNoDoubtOfAnExit() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 101);
        assertFalse(exits.comingOf(101).inDoubt, "in doubt");
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(101);
        assertFalse(exits.comingOf(101).inDoubt, "in doubt");
    }

    /// @dev While the partial withdrawal waits the beacon chain drops the exit: it must not stand in for others for long.
    function test_trigger_CountsForLittleAfterAPartial() public {
        letPartialEnd();
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, RICH);
        assertEq(queuedWithdrawals(), 1, "asked: no doubt is a shield");
        uint256 last = epoch() + BRIEF;
        expectComing(RICH, 40 * 32, last, false);
        assertEq(exits.coming(), 40 ether, "and counted");
        warpToEpoch(last);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, RICH, last));
        settle(RICH);
        warpToEpoch(last + 1);
        settle(RICH);
        assertEq(exits.coming(), 0, "for a little");
        assertTrue(exits.comingOf(RICH).inDoubt, "still in doubt");
    }

    function test_triggerPartial_CountsForLittleAfterAnother() public {
        letPartialEnd();
        setDeficit(100 ether);
        vm.expectEmit(address(exits));
        emit IExitController.PartialTriggered(caller, RICH, 8.5e9, epoch() + BRIEF);
        triggerPartial(RICH);
        expectComing(RICH, 272, epoch() + BRIEF, false);
    }

    /// @dev Where requests count for fewer epochs than that, they do so here too.
    function test_trigger_CountsForNoLongerThanOthers() public {
        IExitController.Parameters memory p = parameters();
        p.comingEpochs = 4;
        exits = deploy(p);
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        setDeficit(100 ether);
        for (uint256 i = 0; i < 2; ++i) {
            triggerPartial(RICH);
            expectComing(RICH, 272, epoch() + 4, false);
            skipTime(5 * EPOCH_SECONDS);
            settle(RICH);
        }
    }

    /// @dev An operator is taken down to the cap, not to nothing.
    function test_trigger_AboveTheCap_CountsAgainstItInDoubt() public {
        letPartialEnd();
        setDeficit(300 ether);
        exits.note();
        noteUntil(currentTime() + PATIENCE * EPOCH_SECONDS);
        trigger(IExitController.Rule.AboveCap, RICH);
        assertEq(exits.aboveCapOf(OPERATOR), 40 ether, "sent");
        proveLeavingOf("$.leaving.rich");
        assertEq(exits.aboveCapOf(OPERATOR), 40 ether, "proven");
        expectComing(RICH, 40 * 32, 22_796, true);
        assertFalse(exits.comingOf(RICH).inDoubt, "nothing more can be asked");
    }

    /// @dev Also where nobody proved it in time: its stake is the operator's until it is withdrawn.
    function test_proveComing_CountsAgainstTheCap_WhoeverAsked() public {
        letPartialEnd();
        setDeficit(300 ether);
        exits.note();
        noteUntil(currentTime() + PATIENCE * EPOCH_SECONDS);
        trigger(IExitController.Rule.AboveCap, RICH);
        skipTime((BRIEF + 1) * EPOCH_SECONDS);
        settle(RICH);
        assertEq(exits.aboveCapOf(OPERATOR), 0, "not proven");
        proveLeavingOf("$.leaving.rich");
        proveLeaving();
        assertEq(exits.aboveCapOf(OPERATOR), 72 ether, "proven");
    }

    /* PARTIAL WITHDRAWALS, PROVEN */

    function test_provePartial_InPlaceOfTheRequestThatWasSent() public {
        setDeficit(100 ether);
        triggerPartial(RICH);
        vm.expectEmit(address(exits));
        emit IExitController.ComingProven(RICH, 8.5e9, LAST);
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "once");
        expectComing(RICH, 272, LAST, true);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        provePartial(0);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        triggerPartial(RICH);
        warpToEpoch(LAST);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, RICH, LAST));
        settle(RICH);
        warpToEpoch(LAST + 1);
        settle(RICH);
        assertEq(exits.coming(), 0, "over");
    }

    /// @dev It may wait still, if many others stand before it: then the beacon chain drops an exit.
    function test_settle_OfAProvenOne_LeavesItInDoubt() public {
        provePartial(0);
        warpToEpoch(LAST + 1);
        settle(RICH);
        assertTrue(exits.comingOf(RICH).inDoubt, "in doubt");
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, RICH);
        expectComing(RICH, 40 * 32, epoch() + BRIEF, false);
    }

    /// @dev An exit that the beacon chain drops is taken off as soon as somebody shows why.
    function test_provePartial_InPlaceOfAnExitThatIsDropped() public {
        letPartialEnd();
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, RICH);
        assertEq(exits.coming(), 40 ether, "asked");
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "what comes");
        (uint256 amount, ) = exits.deficit();
        assertEq(amount, 291.5 ether, "others may be asked");
    }

    /// @dev Nobody asked here: governance may have, or a controller before this one.
    function test_provePartial_OfWhatIsNotKnown() public {
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "coming");
        assertTrue(exits.comingOf(RICH).inDoubt, "in doubt");
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

    /// @dev Of two that wait the larger counts, whoever is first to prove which.
    function test_provePartial_TheLargerOfTwo() public {
        provePartial(6);
        assertEq(exits.coming(), 4 ether, "the smaller");
        provePartial(0);
        assertEq(exits.coming(), 8.5 ether, "the larger");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        provePartial(6);
    }

    /// @dev Then all that it has comes.
    function test_proveComing_InPlaceOfAPartial() public {
        provePartial(5);
        expectComing(101, 64, LAST, true);
        proveLeaving();
        assertEq(exits.coming(), 32 ether, "once");
        expectComing(101, 32 * 32, 22_796, true);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, 101));
        provePartial(5);
    }

    /// @dev Under a root of before: larger than what the exit brings, and paid by now.
    function test_provePartial_RevertGiven_AnExitIsProven() public {
        provePartial(8);
        assertEq(exits.coming(), 50 ether, "waits");
        proveLeaving();
        assertEq(exits.coming(), 32 ether, "exits");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, 101));
        provePartial(8);
    }

    /// @dev The beacon chain cuts what it takes, and drops exits for whatever is left of it.
    function test_provePartial_OfNothingThatCountsEndsWhatWasAsked() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 104);
        trigger(IExitController.Rule.Drawn, 105);
        assertEq(exits.coming(), 64 ether, "asked");
        provePartial(2);
        assertEq(exits.coming(), 32 ether, "dropped for less than a unit");
        assertTrue(exits.comingOf(104).inDoubt, "in doubt");
        provePartial(4);
        assertEq(exits.coming(), 0, "dropped for what is not paid");
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.ExcessTooSmall.selector, 104, 31_000_000, 31_250_000)
        );
        provePartial(2);
    }

    /* SLASHED */

    /// @dev Nothing is paid of it before it is withdrawable: it must not stand in for what tickets ask now.
    function test_proveComing_EndsTheRecordOfOneThatIsLockedUp() public {
        provePartial(7);
        assertEq(exits.coming(), 2 ether, "waits");
        vm.expectEmit(address(exits));
        emit IExitController.ComingSettled(104);
        proveLeavingOf("$.leaving.slashed");
        assertEq(exits.coming(), 0, "nothing is paid of it");
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, 104, 22_520, 30_620));
        proveLeavingOf("$.leaving.slashed");
    }

    function test_proveComing_EndsAnExitThatWasAskedOfOneThatIsLockedUp() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 104);
        proveLeavingOf("$.leaving.slashed");
        assertEq(exits.coming(), 0, "nothing");
        warpToEpoch(30_620 - COMING_EPOCHS);
        proveLeavingOf("$.leaving.slashed");
        assertEq(exits.coming(), 32 ether, "in its time");
    }

    /* MERGED */

    /// @dev An operator that merges what was asked to exit: the beacon chain takes whichever comes first.
    function test_proveMerged_EndsWhatWasAsked() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 107);
        assertEq(exits.coming(), 32 ether, "asked");
        vm.expectEmit(address(exits));
        emit IExitController.ComingSettled(107);
        proveMerged(0);
        expectNothing(107);
        (uint256 amount, ) = exits.deficit();
        assertEq(amount, 300 ether, "others may be asked");
        vm.expectRevert(abi.encodeWithSelector(IExitController.NothingComing.selector, 107));
        proveMerged(0);
    }

    function test_proveMerged_RevertWhen_ItIsSlashedOrNotOurs() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 109);
        vm.expectRevert(abi.encodeWithSelector(IExitController.SourceSlashed.selector, 109));
        proveMerged(2);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, 5));
        proveMerged(1);
        assertEq(exits.coming(), 32 ether, "stands");
    }

    function test_proveMerged_RevertWhen_TheProofIsOfAnother() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 107);
        setWaitingRoot();
        Merging memory m = merging(0);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveMergedOf(m, 2);
        m.merger.source = 108;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        proveMergedOf(m, 0);
        m = merging(0);
        skipTime(10 minutes);
        vm.expectPartialRevert(IBeaconRequests.RootTooOld.selector);
        proveMergedOf(m, 0);
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
        setWaitingRoot();
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
        setWaitingRoot();
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
}
