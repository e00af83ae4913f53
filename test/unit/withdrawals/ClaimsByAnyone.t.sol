// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Claimer__Mock} from "../../mocks/Claimer__Mock.sol";
import {RefusingClaimer__Mock} from "../../mocks/RefusingClaimer__Mock.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Claims by strangers: to owners that keep a key, and to contracts that said they want it.
contract ClaimsByAnyoneTest is Withdrawals {
    address private stranger = makeAddr("stranger");

    function test_claim_ByAStrangerPaysAnOwnerWithoutCode() public {
        (uint256 first, uint256 second, ) = threeFinalized();
        uint256 amount = queue.claimable(first);
        vm.startPrank(stranger);
        assertEq(queue.claim(first), amount, "answer");
        assertEq(alice.balance, amount, "paid");
        queue.claimTo(second, alice, 1);
        assertEq(alice.balance, 5 ether, "with a hint");
        assertEq(stranger.balance, 0, "nothing for the caller");
    }

    function test_claimBatch_ByAStrangerPaysOneOwner() public {
        (uint256 first, uint256 second, uint256 third) = threeFinalized();
        uint256[] memory ids = new uint256[](2);
        uint256[] memory hints = new uint256[](2);
        (ids[0], ids[1], hints[0], hints[1]) = (first, third, 1, 1);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, third, stranger));
        queue.claimBatch(ids, hints, alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, first, stranger));
        queue.claimBatch(ids, hints, stranger);
        ids[1] = second;
        queue.claimBatch(ids, hints, alice);
        assertEq(alice.balance, 5 ether, "both");
    }

    /// @dev An escrow, a market or a pool would not know whose ether came.
    function test_claim_RevertWhen_AStrangerClaimsForAContract() public {
        RefusingClaimer__Mock escrow = new RefusingClaimer__Mock();
        escrow.setAccepts(true);
        (uint256 id, , ) = threeFinalized();
        vm.prank(alice);
        queue.transferFrom(alice, address(escrow), id);
        assertFalse(queue.acceptsClaims(address(escrow)), "by default");
        bytes memory denied = abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, id, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(denied);
        queue.claim(id);
        vm.expectRevert(denied);
        queue.claimTo(id, address(escrow), 1);
        vm.stopPrank();

        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.ClaimsAccepted(address(escrow), true);
        escrow.execute(address(queue), abi.encodeCall(queue.acceptClaims, (true)));
        assertTrue(queue.acceptsClaims(address(escrow)), "it said so");
        assertEq(queue.balanceOf(address(escrow)), 1, "tickets are counted beside it");
        uint256 snapshot = vm.snapshotState();
        vm.prank(stranger);
        queue.claim(id);
        assertEq(address(escrow).balance, 2 ether, "paid");
        vm.revertToState(snapshot);

        escrow.execute(address(queue), abi.encodeCall(queue.acceptClaims, (false)));
        vm.prank(stranger);
        vm.expectRevert(denied);
        queue.claim(id);
    }

    /// @dev A contract that refuses ether keeps its ticket, whoever tries, and has it paid elsewhere.
    function test_claim_LeavesItsTicketToAContractThatRefusesEther() public {
        RefusingClaimer__Mock refuser = new RefusingClaimer__Mock();
        (uint256 id, , ) = threeFinalized();
        vm.prank(alice);
        queue.transferFrom(alice, address(refuser), id);
        refuser.execute(address(queue), abi.encodeCall(queue.acceptClaims, (true)));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.EtherRefused.selector, address(refuser)));
        queue.claim(id);
        assertEq(queue.ownerOf(id), address(refuser), "its ticket");
        assertEq(queue.claimable(id), 2 ether, "worth as before");
        refuser.execute(address(queue), abi.encodeCall(queue.claimTo, (id, bob, 1)));
        assertEq(bob.balance, 2 ether, "paid to whom it named");
    }

    /// @dev An account with a key may name code that acts for it (EIP-7702); it can still move what it gets.
    function test_claim_ByAStrangerPaysAnAccountWithADelegate() public {
        (, , uint256 id) = threeFinalized();
        vm.etch(bob, abi.encodePacked(hex"ef0100", makeAddr("code")));
        assertTrue(queue.acceptsClaims(bob), "a key's");
        vm.etch(bob, abi.encodePacked(hex"ef0200", makeAddr("code")));
        assertFalse(queue.acceptsClaims(bob), "another mark");
        vm.etch(bob, "");
        vm.prank(stranger);
        queue.claim(id);
        assertEq(bob.balance, 4 ether, "paid");
    }

    function test_claim_ByAStrangerPaysOnceWhenTheOwnerReenters() public {
        Claimer__Mock claimer = new Claimer__Mock(queue, ledger);
        (uint256 first, uint256 second, uint256 third) = threeFinalized();
        vm.startPrank(alice);
        queue.transferFrom(alice, address(claimer), first);
        queue.transferFrom(alice, address(claimer), second);
        vm.stopPrank();
        vm.prank(address(claimer));
        queue.acceptClaims(true);

        uint256 snapshot = vm.snapshotState();
        claimer.set(Claimer__Mock.Mode.ClaimAgain, first, 0);
        vm.prank(stranger);
        queue.claim(first);
        assertTrue(claimer.entered() && !claimer.done(), "the second claim failed");
        assertEq(address(claimer).balance, 2 ether, "paid once");
        vm.revertToState(snapshot);

        claimer.set(Claimer__Mock.Mode.ClaimOther, first, second);
        vm.prank(stranger);
        queue.claim(first);
        assertEq(address(claimer).balance, 5 ether, "its two tickets, once each");
        vm.revertToState(snapshot);

        // within its own claim it is a stranger to others' tickets: they are paid, not it
        claimer.set(Claimer__Mock.Mode.ClaimOther, first, third);
        vm.prank(stranger);
        queue.claim(first);
        assertEq(address(claimer).balance, 2 ether, "its own");
        assertEq(bob.balance, 4 ether, "bob's to bob");
        assertEq(address(queue).balance, 3 ether, "the other's stays");
    }

    function test_claim_ByAStrangerSurvivesBombs() public {
        (uint256 id, , ) = threeFinalized();
        Claimer__Mock claimer = new Claimer__Mock(queue, ledger);
        vm.prank(alice);
        queue.transferFrom(alice, address(claimer), id);
        vm.prank(address(claimer));
        queue.acceptClaims(true);
        claimer.set(Claimer__Mock.Mode.RefuseWithBomb, id, 0);
        vm.prank(stranger);
        vm.expectRevert();
        queue.claim{gas: 5_000_000}(id);
        claimer.set(Claimer__Mock.Mode.BurnGas, id, 0);
        vm.prank(stranger);
        vm.expectRevert();
        queue.claim{gas: 2_000_000}(id);
        assertEq(queue.ownerOf(id), address(claimer), "the ticket stays");
        claimer.set(Claimer__Mock.Mode.ReturnBomb, id, 0);
        vm.prank(stranger);
        queue.claim{gas: 10_000_000}(id);
        assertEq(address(claimer).balance, 2 ether, "paid");
    }

    /* INTERNAL */

    /// @dev Tickets of 2 and 3 ether of alice and 4 of bob, finalised in one checkpoint.
    function threeFinalized() private returns (uint256 first, uint256 second, uint256 third) {
        first = requestFor(alice, 2 ether);
        second = requestFor(alice, 3 ether);
        third = requestFor(bob, 4 ether);
        waitAndFinalize(third);
    }
}
