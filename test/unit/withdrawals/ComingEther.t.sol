// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {Exits} from "../../utils/Exits.sol";

contract ComingEtherTest is Exits {
    /* WHAT WAS SENT */

    /// @dev EXIT-2: the total is the sum of the records, across the borders of slots.
    function test_trigger_RecordsEach() public {
        openDraw(300 ether);
        Shown memory s = shown("$.seven");
        send(IExitController.Rule.Drawn, s, 7);
        assertEq(exits.coming(), 7 * 32 ether, "coming");
        for (uint256 i = 0; i < 7; ++i) expectComing(s.indices[i], 32 * 32, epoch() + COMING_EPOCHS, false);
        expectNothing(RICH);
        expectNothing(YOUNG);
        expectNothing(EXITING);
    }

    /// @dev A request that the beacon chain dropped is sent again after its epochs, and not before.
    function test_trigger_AgainAfterItsEpochs() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 101);
        uint256 last = epoch() + COMING_EPOCHS;
        noteUntil(currentTime() + COMING_EPOCHS * EPOCH_SECONDS);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, 101, last));
        settle(101);
        noteUntil(currentTime() + EPOCH_SECONDS);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, 101));
        trigger(IExitController.Rule.Drawn, 101);
        vm.expectEmit(address(exits));
        emit IExitController.ComingSettled(101);
        settle(101);
        assertEq(exits.coming(), 0, "over");
        expectNothing(101);
        trigger(IExitController.Rule.Drawn, 101);
        assertEq(exits.coming(), 32 ether, "once");
    }

    /* WHAT IS OVER */

    function test_settle_ManyInOneCall() public {
        openDraw(300 ether);
        Shown memory s = shown("$.seven");
        send(IExitController.Rule.Drawn, s, 7);
        noteUntil(currentTime() + 3 * EPOCH_SECONDS);
        triggerPartial(RICH);
        skipTime((COMING_EPOCHS - 2) * EPOCH_SECONDS);
        exits.settle(s.indices);
        assertEq(exits.coming(), 8.5 ether, "the later one");
        // what was settled before is passed over
        exits.settle(s.indices);
        uint256[] memory indices = listOf(RICH);
        vm.expectPartialRevert(IExitController.NotOver.selector);
        exits.settle(indices);
        indices = new uint256[](2);
        (indices[0], indices[1]) = (101, RICH);
        vm.expectPartialRevert(IExitController.NotOver.selector);
        exits.settle(indices);
    }

    function test_settle_WhatIsKnownAsWithdrawn() public {
        openDraw(300 ether);
        send(IExitController.Rule.Drawn, shown("$.seven"), 7);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.NotOver.selector, 101, epoch() + COMING_EPOCHS)
        );
        settle(101);
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Exited, false);
        vm.expectPartialRevert(IExitController.NotOver.selector);
        settle(101);
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Withdrawn, false);
        settle(101);
        assertEq(exits.coming(), 6 * 32 ether, "one less");
        expectNothing(101);
        expectComing(104, 32 * 32, epoch() + COMING_EPOCHS, false);
    }

    /* WHAT WAS PROVEN */

    /// @dev It exits by its own: to its withdrawable epoch and the sweep.
    function test_proveComing_OfAVoluntaryExit() public {
        vm.expectEmit(address(exits));
        emit IExitController.ComingProven(EXITING, 32e9, 22_776 + 20);
        proveComing(EXITING);
        assertEq(exits.coming(), 32 ether, "coming");
        expectComing(EXITING, 32 * 32, 22_796, true);
        // again: nothing changes
        proveComing(EXITING);
        assertEq(exits.coming(), 32 ether, "once");
        warpToEpoch(22_796);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, EXITING, 22_796));
        settle(EXITING);
        warpToEpoch(22_797);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, EXITING, 22_520, 22_796));
        proveComing(EXITING);
        settle(EXITING);
        assertEq(exits.coming(), 0, "over");
    }

    /// @dev The exit that was triggered is under way: it counts for longer, and once.
    function test_proveComing_InPlaceOfTheRequestThatWasSent() public {
        openDraw(300 ether);
        trigger(IExitController.Rule.Drawn, 101);
        trigger(IExitController.Rule.Drawn, 104);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, 5));
        exits.proveComing(recent(), 5, stranger().validators[0], stranger().proof);
        vm.expectPartialRevert(IExitController.NotComing.selector);
        proveComing(101);

        proveLeaving();
        assertEq(exits.coming(), 64 ether, "once");
        expectComing(101, 32 * 32, 22_796, true);
        // what stood beside it is over in its time
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(104);
        assertEq(exits.coming(), 32 ether, "the other is over");
        vm.expectPartialRevert(IExitController.NotOver.selector);
        settle(101);
    }

    /// @dev Exits of stopped operators count from here on: no request that the beacon chain dropped is ever counted.
    function test_proveComing_OfAStoppedOperator() public {
        setDeficit(100 ether);
        jail();
        trigger(IExitController.Rule.Stopped, 101);
        assertEq(exits.coming(), 0, "asked");
        proveLeaving();
        (uint256 amount, ) = exits.deficit();
        assertEq(amount, 68 ether, "obeyed");
    }

    /// @dev What was settled because it has come is not proven again under a root of before.
    function test_proveComing_RevertGiven_ItIsKnownAsWithdrawn() public {
        proveComing(EXITING);
        validatorRegistry.advance(EXITING, IValidatorRegistry.ValidatorState.Withdrawn, false);
        settle(EXITING);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, EXITING, 22_520, 22_796));
        proveComing(EXITING);
    }

    /// @dev What a slashed validator has comes after weeks: it must not stand in for what tickets ask now.
    function test_proveComing_RevertWhen_SlashedAndLockedUp() public {
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.leaving.root"));
        Shown memory s = shown("$.leaving.slashed");
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, 104, 22_520, 30_600 + 20));
        exits.proveComing(recent(), 104, s.validators[0], s.proof);
    }

    /// @dev What goes to another validator does not come; of a slashed one nothing goes there.
    function test_proveComing_RevertGiven_ItIsToBeMerged() public {
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        validatorRegistry.noteConsolidation(EXITING, 101);
        vm.expectRevert(abi.encodeWithSelector(IExitController.Consolidating.selector, EXITING));
        proveComing(EXITING);
        validatorRegistry.noteConsolidation(104, 101);
        warpToEpoch(30_530);
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.leaving.root"));
        Shown memory s = shown("$.leaving.slashed");
        exits.proveComing(recent(), 104, s.validators[0], s.proof);
        assertTrue(exits.comingOf(104).proven, "slashed, it comes");
    }

    /// @dev Amounts and epochs beyond what a record holds are cut, and never begin anew: 2,048 ETH are one unit too many.
    function test_provePartial_CutsWhatARecordCannotHold() public {
        IBeaconVerifier verifier = exits.verifier();
        vm.mockCall(
            address(verifier),
            abi.encodePacked(verifier.verifyPendingPartial.selector),
            abi.encode(uint64(1))
        );
        IBeaconVerifier.PendingPartial memory p = IBeaconVerifier.PendingPartial({
            place: 0,
            validatorIndex: 104,
            amountGwei: 2_048e9,
            withdrawableEpoch: type(uint40).max
        });
        Shown memory s = one(104);
        exits.provePartial(recent(), p, new bytes32[](0), s.validators[0], s.proof);
        expectComing(104, type(uint16).max, (1 << 23) - 1, true);
        assertEq(exits.coming(), 2_048 ether - uint256(1 ether) / 32, "a unit less");
        vm.clearMockedCalls();
    }

    /// @dev An exit above the cap counts against it when it is proven, too, and is taken off where it ends.
    function test_proveComing_KeepsWhatIsAboveTheCap() public {
        setDeficit(500 ether);
        exits.note();
        skipTime(PATIENCE * EPOCH_SECONDS);
        trigger(IExitController.Rule.AboveCap, 101);
        assertEq(exits.aboveCapOf(OPERATOR), 32 ether, "sent");
        assertTrue(exits.comingOf(101).aboveCap, "marked");
        proveLeaving();
        assertEq(exits.aboveCapOf(OPERATOR), 32 ether, "proven");
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Withdrawn, false);
        settle(101);
        assertEq(exits.aboveCapOf(OPERATOR), 0, "withdrawn");
        assertEq(exits.coming(), 0, "nothing comes");
    }
}
