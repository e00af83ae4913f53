// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Claimer__Mock} from "../../mocks/Claimer__Mock.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Claims, and the ticket as a token.
contract WithdrawalQueueClaimTest is Withdrawals {
    address private carol = makeAddr("carol");

    /* CLAIM */

    function test_claim_PaysItsOwner() public {
        raiseRate();
        uint256 id = requestFor(alice, 10 ether);
        waitAndFinalize(id);
        uint256 amount = queue.claimable(id);
        assertApproxEqAbs(amount, 10 ether, 2 * GRAIN, "worth what was asked for");

        vm.expectEmit(address(queue));
        emit ERC721.Transfer(alice, address(0), id);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Claimed(id, alice, amount);
        vm.prank(alice);
        assertEq(queue.claim(id), amount, "answer");

        assertEq(alice.balance, amount, "paid");
        assertEq(address(queue).balance, 0, "nothing left");
        assertEq(queue.balanceOf(alice), 0, "tickets");
        assertEq(queue.claimable(id), 0, "claimable");
        IWithdrawalQueue.Ticket memory t = queue.ticket(id);
        assertTrue(t.claimed && t.finalized, "claimed");
        assertEq(t.owner, address(0), "no owner");
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        queue.ownerOf(id);
    }

    function test_claim_RevertGiven_NotFinalized() public {
        uint256 id = requestFor(alice, 1 ether);
        vm.startPrank(alice);
        bytes memory notYet = abi.encodeWithSelector(IWithdrawalQueue.TicketNotFinalized.selector, id);
        vm.expectRevert(notYet);
        queue.claim(id);
        vm.expectRevert(notYet);
        queue.claimable(id);
        vm.expectRevert(notYet);
        queue.findCheckpoint(id);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongHint.selector, id, 1));
        queue.claimTo(id, alice, 1);
    }

    function test_claim_RevertGiven_AlreadyClaimed() public {
        (uint256 id, ) = _twoFinalized();
        vm.startPrank(alice);
        queue.claim(id);
        bytes memory claimed = abi.encodeWithSelector(IWithdrawalQueue.TicketClaimed.selector, id);
        vm.expectRevert(claimed);
        queue.claim(id);
        vm.expectRevert(claimed);
        queue.claimTo(id, alice, 1);
    }

    function test_claimTo_RevertWhen_CallerIsNotTheOwner() public {
        (uint256 id, ) = _twoFinalized();
        bytes memory denied = abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, id, bob);
        vm.startPrank(bob);
        vm.expectRevert(denied);
        queue.claimTo(id, bob, 1);
        vm.expectRevert(denied);
        queue.claimTo(id, carol, 1);
    }

    function test_claim_ByAnApprovedCallerPaysTheOwner() public {
        (uint256 id, ) = _twoFinalized();
        vm.prank(alice);
        queue.approve(carol, id);
        uint256 amount = queue.claimable(id);
        vm.prank(carol);
        queue.claim(id);
        assertEq(alice.balance, amount, "alice");
        assertEq(carol.balance, 0, "carol");
    }

    /* CLAIM TO */

    function test_claimTo_PaysTheRecipient() public {
        (uint256 id, ) = _twoFinalized();
        uint256 amount = queue.claimable(id);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Claimed(id, carol, amount);
        vm.prank(alice);
        assertEq(queue.claimTo(id, carol, 1), amount, "answer");
        assertEq(carol.balance, amount, "paid");
    }

    function test_claimTo_ByAnOperatorOfAllPays() public {
        (uint256 id, uint256 other) = _twoFinalized();
        vm.prank(alice);
        queue.setApprovalForAll(carol, true);
        vm.startPrank(carol);
        queue.claimTo(id, carol, 1);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, other, carol));
        queue.claimTo(other, carol, 1);
    }

    function test_claimTo_RevertWhen_RecipientIsZeroOrTheQueue() public {
        (uint256 id, ) = _twoFinalized();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(0)));
        queue.claimTo(id, address(0), 1);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(queue)));
        queue.claimTo(id, address(queue), 1);
        assertEq(queue.ownerOf(id), alice, "the ticket stays");
    }

    /// @dev The ledger takes plain ether as a stake of its sender: here of the queue, whose shares nobody gets back.
    function test_claimTo_RevertWhen_RecipientIsATokenOfThePool() public {
        (uint256 id, ) = _twoFinalized();
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(ledger)));
        queue.claimTo(id, address(ledger), 1);
        assertEq(ledger.sharesOf(address(queue)), 0, "no shares without a ticket");
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(wrapper)));
        queue.claimTo(id, address(wrapper), 1);
        assertEq(wrapper.balanceOf(address(queue)), 0, "nor wrapped ones");
    }

    /// @dev T23: of all hints exactly one pays, for every ticket; tickets 2 and 4 span checkpoints.
    function test_claimTo_RevertWhen_TheHintIsWrong() public {
        depositKeys(38);
        uint256[] memory amounts = new uint256[](4);
        (amounts[0], amounts[1], amounts[2], amounts[3]) = (1 ether, 4 ether, 1 ether, 3 ether);
        vm.prank(alice);
        queue.requestBatch(amounts, alice);
        skipTime(COOLDOWN);
        finalize(4); // 3 of 9 ether
        makeStaker("carol", 3 ether + 5);
        bookChange(-0.1 ether);
        finalize(4);
        makeStaker("dave", 4 ether);
        finalize(4);
        assertEq(queue.checkpointCount(), 3, "checkpoints");

        uint256[4] memory right = [uint256(1), 2, 2, 3];
        vm.startPrank(alice);
        for (uint256 id = 1; id <= 4; ++id) {
            assertEq(queue.findCheckpoint(id), right[id - 1], "found");
            uint256 amount = queue.claimable(id);
            for (uint256 hint = 0; hint <= 6; ++hint) {
                uint256 snapshot = vm.snapshotState();
                if (hint == right[id - 1]) {
                    assertEq(queue.claimTo(id, carol, hint), amount, "paid");
                } else {
                    vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongHint.selector, id, hint));
                    queue.claimTo(id, carol, hint);
                }
                vm.revertToStateAndDelete(snapshot);
            }
            vm.expectRevert(
                abi.encodeWithSelector(IWithdrawalQueue.WrongHint.selector, id, type(uint256).max)
            );
            queue.claimTo(id, carol, type(uint256).max);
        }
    }

    /// @dev A ticket over three checkpoints, each at a rate of its own, pays the parts by every way to claim it.
    function test_claim_PaysATicketThatSpansCheckpoints() public {
        uint256 first = requestFor(alice, 10 ether);
        uint256 second = requestFor(alice, 4 ether);
        depositKeys(39);
        skipTime(COOLDOWN);
        (uint256 shares1, uint256 amount1) = finalize(second);
        bookChange(-1.95 ether);
        makeStaker("dave", 3 ether + 5);
        (uint256 shares2, uint256 amount2) = finalize(second);
        bookChange(-1 ether);
        makeStaker("dave", 20 ether);
        (uint256 shares3, uint256 amount3) = finalize(second);
        assertEq(shares1 + shares2 + shares3, 14 ether, "all three");
        assertGt(amount1 * shares2, amount2 * shares1, "the second at a lower rate");
        assertGt(amount2 * shares3, amount3 * shares2, "the third at the lowest");

        uint256 worth = amount1 + amount2 + (amount3 * (10 ether - shares1 - shares2)) / shares3;
        uint256 all = amount1 + amount2 + amount3;
        assertEq(queue.claimable(first), worth, "the parts");
        assertEq(queue.claimable(second), all - worth, "what is left of the third");
        uint256 snapshot = vm.snapshotState();
        vm.startPrank(alice);
        assertEq(queue.claim(first), worth, "claim");
        assertEq(alice.balance, worth, "paid to its owner");
        vm.revertToState(snapshot);
        assertEq(queue.claimTo(first, carol, 3), worth, "claimTo");
        assertEq(carol.balance, worth, "paid to the recipient");
        vm.revertToState(snapshot);
        for (uint256 hint = 1; hint < 3; ++hint) {
            vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongHint.selector, first, hint));
            queue.claimTo(first, carol, hint);
        }
        (uint256[] memory ids, uint256[] memory hints) = _pair(first, second);
        (hints[0], hints[1]) = (3, 3);
        assertEq(queue.claimBatch(ids, hints, carol), all, "both pay all that was set aside");
        assertEq(carol.balance, all, "paid at once");
        assertEq(address(queue).balance, 0, "nothing left");
    }

    /* CLAIM BATCH */

    function test_claimBatch_PaysOnce() public {
        (uint256 first, ) = _twoFinalized();
        vm.prank(alice);
        uint256 third = queue.request(2 ether, alice);
        waitAndFinalize(third);
        (uint256[] memory ids, uint256[] memory hints) = _pair(first, third);
        (hints[0], hints[1]) = (1, 2);
        uint256 sum = queue.claimable(first) + queue.claimable(third);
        vm.prank(alice);
        assertEq(queue.claimBatch(ids, hints, carol), sum, "answer");
        assertEq(carol.balance, sum, "paid");
        assertEq(queue.balanceOf(alice), 0, "tickets");
    }

    function test_claimBatch_RevertWhen_ATicketStandsTwice() public {
        (uint256 first, ) = _twoFinalized();
        (uint256[] memory ids, uint256[] memory hints) = _pair(first, first);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.TicketClaimed.selector, first));
        queue.claimBatch(ids, hints, alice);
        assertEq(queue.ownerOf(first), alice, "the ticket stays");
    }

    function test_claimBatch_RevertWhen_OneIsNotTheCallers() public {
        (uint256 first, uint256 second) = _twoFinalized();
        (uint256[] memory ids, uint256[] memory hints) = _pair(first, second);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, second, alice));
        queue.claimBatch(ids, hints, alice);
    }

    function test_claimBatch_RevertWhen_ListsAreEmptyOrOfDifferentLength() public {
        vm.startPrank(alice);
        vm.expectRevert(IWithdrawalQueue.NoRequests.selector);
        queue.claimBatch(new uint256[](0), new uint256[](0), alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.LengthMismatch.selector, 1, 2));
        queue.claimBatch(new uint256[](2), new uint256[](1), alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.LengthMismatch.selector, 2, 1));
        queue.claimBatch(new uint256[](1), new uint256[](2), alice);
    }

    /* RECIPIENTS THAT MISBEHAVE */

    function test_claim_RevertWhen_TheOwnerRefusesEther() public {
        (Claimer__Mock claimer, uint256 id, ) = _claimer();
        claimer.set(Claimer__Mock.Mode.Refuse, id, 0);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.EtherRefused.selector, address(claimer)));
        claimer.claim(id);
        assertEq(queue.ownerOf(id), address(claimer), "the ticket stays");
        claimer.set(Claimer__Mock.Mode.RefuseWithBomb, id, 0);
        vm.expectRevert();
        claimer.claim{gas: 5_000_000}(id);
        claimer.set(Claimer__Mock.Mode.BurnGas, id, 0);
        vm.expectRevert();
        claimer.claim{gas: 2_000_000}(id);
        // it can still be paid elsewhere
        uint256 amount = queue.claimable(id);
        uint256 hint = queue.findCheckpoint(id);
        vm.prank(address(claimer));
        queue.claimTo(id, carol, hint);
        assertEq(carol.balance, amount, "paid");
    }

    function test_claim_SurvivesAReturnBomb() public {
        (Claimer__Mock claimer, uint256 id, ) = _claimer();
        uint256 amount = queue.claimable(id);
        claimer.set(Claimer__Mock.Mode.ReturnBomb, id, 0);
        claimer.claim{gas: 10_000_000}(id);
        assertEq(address(claimer).balance, amount, "paid");
    }

    function test_claim_PaysOnceWhenTheOwnerReenters() public {
        (Claimer__Mock claimer, uint256 id, uint256 other) = _claimer();
        uint256 amount = queue.claimable(id);
        uint256 otherAmount = queue.claimable(other);

        uint256 snapshot = vm.snapshotState();
        claimer.set(Claimer__Mock.Mode.ClaimAgain, id, 0);
        assertEq(claimer.claim(id), amount, "claimed");
        assertTrue(claimer.entered() && !claimer.done(), "the second claim failed");
        assertEq(
            claimer.reason(),
            abi.encodeWithSelector(IWithdrawalQueue.TicketClaimed.selector, id),
            "because it was claimed"
        );
        assertEq(address(claimer).balance, amount, "paid once");
        vm.revertToState(snapshot);

        claimer.set(Claimer__Mock.Mode.ClaimOther, id, other);
        claimer.claim(id);
        assertTrue(claimer.done(), "another ticket may be claimed inside");
        assertEq(address(claimer).balance, amount + otherAmount, "both paid once");
        vm.revertToState(snapshot);

        claimer.set(Claimer__Mock.Mode.Request, id, 0);
        claimer.claim(id);
        assertTrue(claimer.done(), "a request inside");
        assertEq(queue.ownerOf(claimer.requested()), address(claimer), "its ticket");
        assertEq(address(claimer).balance, amount, "paid once, requested");
        vm.revertToState(snapshot);

        claimer.set(Claimer__Mock.Mode.TransferSame, id, 0);
        claimer.claim(id);
        assertFalse(claimer.done(), "the claimed ticket cannot be sold");
        assertEq(claimer.reason(), abi.encodeWithSelector(ERC721.TokenDoesNotExist.selector), "gone");
        vm.revertToState(snapshot);

        claimer.set(Claimer__Mock.Mode.TransferOther, id, other);
        claimer.claim(id);
        assertTrue(claimer.done(), "another ticket moves");
        assertEq(queue.ownerOf(other), address(1), "to its new owner");
        assertEq(address(claimer).balance, amount, "paid once, transferred");
    }

    function test_receive_RevertWhen_SenderIsNotTheLedger() public {
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        (bool sent, bytes memory reason) = address(queue).call{value: 1 ether}("");
        assertFalse(sent, "sent");
        assertEq(reason, abi.encodeWithSelector(IWithdrawalQueue.NotTheLedger.selector, alice), "reason");
    }

    /* THE TICKET AS A TOKEN */

    function test_transferFrom_GivesTheClaimToTheNewOwnerOnly() public {
        (uint256 id, ) = _twoFinalized();
        vm.startPrank(alice);
        queue.approve(bob, id);
        queue.transferFrom(alice, carol, id);
        assertEq(queue.getApproved(id), address(0), "approval cleared");
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, id, alice));
        queue.claimTo(id, alice, 1);
        vm.stopPrank();
        vm.prank(bob);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, id, bob));
        queue.claimTo(id, bob, 1);
        uint256 amount = queue.claimable(id);
        vm.prank(carol);
        queue.claim(id);
        assertEq(carol.balance, amount, "paid");
    }

    function test_transferFrom_MovesBeforeAndAfterFinalisation() public {
        uint256 id = requestFor(alice, 1 ether);
        IWithdrawalQueue.Ticket memory before = queue.ticket(id);
        vm.prank(alice);
        queue.transferFrom(alice, carol, id);
        IWithdrawalQueue.Ticket memory t = queue.ticket(id);
        assertEq(t.owner, carol, "owner");
        assertEq(t.shares, before.shares, "shares");
        assertEq(t.readyAt, before.readyAt, "ready");
        assertEq(queue.balanceOf(alice), 0, "alice");
        assertEq(queue.balanceOf(carol), 1, "carol");
    }

    function test_transferFrom_RevertWhen_CallerMayNot() public {
        (uint256 id, ) = _twoFinalized();
        vm.prank(bob);
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        queue.transferFrom(alice, bob, id);
        vm.prank(bob);
        vm.expectRevert(ERC721.TransferFromIncorrectOwner.selector);
        queue.transferFrom(bob, carol, id);
        vm.prank(alice);
        vm.expectRevert(ERC721.TransferToZeroAddress.selector);
        queue.transferFrom(alice, address(0), id);
    }

    /// @dev QUE-3: nobody could claim a ticket of the queue itself.
    function test_transferFrom_RevertWhen_ToIsTheQueue() public {
        (uint256 id, ) = _twoFinalized();
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(queue)));
        queue.transferFrom(alice, address(queue), id);
        vm.expectRevert();
        queue.safeTransferFrom(alice, address(queue), id);
        assertEq(queue.ownerOf(id), alice, "the ticket stays");
    }

    /// @dev T37: ether comes from the ledger alone, also through functions that the token makes payable.
    function test_transferFrom_RevertWhen_EtherIsSent() public {
        (uint256 id, ) = _twoFinalized();
        uint256 held = address(queue).balance;
        vm.deal(alice, 4 ether);
        bytes memory denied = abi.encodeWithSelector(IWithdrawalQueue.NotTheLedger.selector, alice);
        vm.startPrank(alice);
        vm.expectRevert(denied);
        queue.approve{value: 1 ether}(bob, id);
        vm.expectRevert(denied);
        queue.transferFrom{value: 1 ether}(alice, bob, id);
        vm.expectRevert(denied);
        queue.safeTransferFrom{value: 1 ether}(alice, bob, id);
        vm.expectRevert(denied);
        queue.safeTransferFrom{value: 1 ether}(alice, bob, id, "");
        assertEq(address(queue).balance, held, "no ether lost here");
    }

    function test_safeTransferFrom_AsksContracts() public {
        (uint256 id, uint256 other) = _twoFinalized();
        Claimer__Mock claimer = new Claimer__Mock(queue, ledger);
        vm.prank(alice);
        queue.safeTransferFrom(alice, address(claimer), id);
        assertEq(queue.ownerOf(id), address(claimer), "taken");
        vm.startPrank(bob);
        vm.expectRevert(ERC721.TransferToNonERC721ReceiverImplementer.selector);
        queue.safeTransferFrom(bob, address(accounting), other, "data");
        queue.safeTransferFrom(bob, carol, other, "data");
        assertEq(queue.ownerOf(other), carol, "no code, no question");
    }

    function test_claim_ClearsApprovals() public {
        (uint256 id, ) = _twoFinalized();
        vm.startPrank(alice);
        queue.approve(bob, id);
        queue.claim(id);
        vm.stopPrank();
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        queue.getApproved(id);
        vm.prank(bob);
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        queue.transferFrom(alice, bob, id);
        vm.prank(alice);
        vm.expectRevert(ERC721.TokenDoesNotExist.selector);
        queue.approve(bob, id);
    }

    /* METADATA */

    function test_tokenURI_ShowsWhereTheTicketStands() public {
        raiseRate();
        uint256 id = requestFor(alice, 3 ether);
        uint256 shares = queue.ticket(id).shares;
        assertEq(queue.tokenURI(id), uri(id, "Cooling down", 0), "waits");
        skipTime(COOLDOWN - 1);
        assertEq(queue.tokenURI(id), uri(id, "Cooling down", 0), "to the second");
        skipTime(1);
        assertEq(queue.tokenURI(id), uri(id, "Waiting for ether", 0), "ready");
        uint256 value = ledger.getPooledEthByShares(shares);
        finalize(id);
        assertEq(queue.tokenURI(id), uri(id, "Finalised", value), "finalised");
        vm.prank(alice);
        queue.claim(id);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.TicketClaimed.selector, id));
        queue.tokenURI(id);
    }

    /* INTERNAL */

    function uri(uint256 id, string memory state, uint256 claimable) private view returns (string memory) {
        IWithdrawalQueue.Ticket memory t = queue.ticket(id);
        uint256 value = claimable > 0 ? 0 : ledger.getPooledEthByShares(t.shares);
        string memory json = string.concat(
            // solhint-disable quotes
            '{"name":"Kedge Withdrawal Ticket ',
            vm.toString(id),
            '","description":"A request to withdraw staked ether from Kedge. Whoever owns it claims the ether when it is ',
            'finalised. Values are in ether.","attributes":[{"trait_type":"State","value":"',
            state,
            '"},{"trait_type":"Shares","value":"',
            decimal(t.shares)
        );
        json = string.concat(
            json,
            '"},{"display_type":"date","trait_type":"Ready","value":',
            vm.toString(t.readyAt),
            '},{"trait_type":"Claimable","value":"',
            decimal(claimable),
            '"},{"trait_type":"Value now","value":"',
            decimal(value),
            '"}]}'
            // solhint-enable quotes
        );
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    /// @dev 18 digits behind the point: those of 1e18 more, without its one.
    function decimal(uint256 amount) private view returns (string memory) {
        bytes memory digits = bytes(vm.toString((amount % 1e18) + 1e18));
        bytes memory fraction = new bytes(18);
        for (uint256 i = 0; i < 18; ++i) fraction[i] = digits[i + 1];
        return string.concat(vm.toString(amount / 1e18), ".", string(fraction));
    }

    /// @dev Ticket 1 of alice and ticket 2 of bob, finalised in checkpoint 1.
    function _twoFinalized() private returns (uint256 first, uint256 second) {
        first = requestFor(alice, 3 ether);
        second = requestFor(bob, 5 ether);
        waitAndFinalize(second);
    }

    function _claimer() private returns (Claimer__Mock claimer, uint256 id, uint256 other) {
        claimer = new Claimer__Mock{value: 10 ether}(queue, ledger);
        id = claimer.request(2 ether);
        other = claimer.request(3 ether);
        waitAndFinalize(other);
        vm.deal(address(claimer), 0);
    }

    function _pair(uint256 a, uint256 b) private pure returns (uint256[] memory ids, uint256[] memory hints) {
        ids = new uint256[](2);
        hints = new uint256[](2);
        (ids[0], ids[1]) = (a, b);
        (hints[0], hints[1]) = (1, 1);
    }
}
