// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAsyncRedeemer} from "../../../contracts/interfaces/IAsyncRedeemer.sol";
import {IERC7540Operator, IERC7540Redeem} from "../../../contracts/interfaces/IERC7540.sol";
import {IERC7575} from "../../../contracts/interfaces/IERC7575.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {AsyncRedeemer} from "../../../contracts/withdrawals/AsyncRedeemer.sol";
import {Greedy__Mock} from "../../mocks/Greedy__Mock.sol";
import {RefusingClaimer__Mock} from "../../mocks/RefusingClaimer__Mock.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice The queue's face by ERC-7540.
contract AsyncRedeemerTest is Withdrawals {
    AsyncRedeemer private redeemer;
    address private carol = makeAddr("carol");
    address private operator = makeAddr("operator");

    function setUp() public override {
        super.setUp();
        raiseRate();
        redeemer = factory.newAsyncRedeemer(wrapper, queue);
        vm.startPrank(alice);
        ledger.approve(address(wrapper), type(uint256).max);
        wrapper.deposit(18 ether, alice);
        wrapper.approve(address(redeemer), type(uint256).max);
        vm.stopPrank();
    }

    /* STANDARDS */

    function test_supportsInterface_HasTheIdsOfTheStandards() public view {
        assertTrue(redeemer.supportsInterface(0x01ffc9a7), "ERC-165");
        assertTrue(redeemer.supportsInterface(0x2f0a18c5), "ERC-7575");
        assertTrue(redeemer.supportsInterface(0xe3bc4e65), "operators");
        assertTrue(redeemer.supportsInterface(0x620ee8e4), "asynchronous redemption");
        assertFalse(redeemer.supportsInterface(0xce3bbe50), "no asynchronous deposit");
        assertFalse(redeemer.supportsInterface(0xffffffff), "not all");
    }

    function test_asset_IsEtherAndShareIsWrapped() public view {
        assertEq(redeemer.asset(), 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE, "asset");
        assertEq(redeemer.share(), address(wrapper), "share");
        assertEq(redeemer.totalAssets(), wrapper.totalAssets(), "assets");
        assertEq(redeemer.convertToAssets(1 ether), ledger.getPooledEthByShares(1 ether), "to assets");
        assertEq(redeemer.convertToShares(1 ether), ledger.getSharesByPooledEth(1 ether), "to shares");
    }

    function test_previewRedeem_AlwaysReverts() public {
        vm.expectRevert(IAsyncRedeemer.PreviewUnknown.selector);
        redeemer.previewRedeem(1 ether);
        vm.expectRevert(IAsyncRedeemer.PreviewUnknown.selector);
        redeemer.previewWithdraw(0);
    }

    /* DEPOSITS */

    function test_deposit_MintsWrappedShares() public {
        vm.deal(carol, 3 ether);
        uint256 expected = redeemer.previewDeposit(3 ether);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.WrongValue.selector, 0, 3 ether));
        redeemer.deposit(3 ether, carol);
        vm.prank(carol);
        assertEq(redeemer.deposit{value: 3 ether}(3 ether, alice), expected, "as foreseen");
    }

    function testFuzz_mint_MintsTheSharesAndGivesBackTheRest(uint256 shares, uint256 extra) public {
        shares = bound(shares, 1 gwei, 5 ether);
        uint256 cost = redeemer.previewMint(shares);
        vm.deal(carol, cost + bound(extra, 0, 1 ether));
        uint256 before = carol.balance;
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.WrongValue.selector, cost - 1, cost));
        redeemer.mint{value: cost - 1}(shares, carol);
        vm.prank(carol);
        assertEq(redeemer.mint{value: before}(shares, carol), cost, "cost");
        assertEq(wrapper.balanceOf(carol), shares, "shares");
        assertEq(carol.balance, before - cost, "the rest came back");
    }

    function test_maxDeposit_IsNothingWhileStakingIsPaused() public {
        assertEq(redeemer.maxDeposit(carol), wrapper.maxDeposit(carol), "open");
        assertEq(redeemer.maxMint(carol), wrapper.maxMint(carol), "open");
        ledger.pauseStaking(1 hours);
        assertEq(redeemer.maxDeposit(carol) + redeemer.maxMint(carol), 0, "paused");
    }

    /* REQUEST REDEEM */

    function test_requestRedeem_IsATicketOfTheRedeemer() public {
        uint256 held = wrapper.balanceOf(alice);
        vm.expectEmit(address(redeemer));
        emit IERC7540Redeem.RedeemRequest(carol, alice, 1, alice, 4 ether);
        vm.prank(alice);
        uint256 id = redeemer.requestRedeem(4 ether, carol, alice);
        assertEq(id, queue.lastTicketId(), "the ticket's id");
        assertEq(queue.ownerOf(id), address(redeemer), "owner");
        assertEq(queue.ticket(id).shares, 4 ether, "shares");
        assertEq(wrapper.balanceOf(alice), held - 4 ether, "taken");
        assertEq(wrapper.balanceOf(address(redeemer)), 0, "nothing kept");
        checkRequest(id, carol, 4 ether, 0);
        checkRequest(id, alice, 0, 0);
        checkRequest(id + 1, carol, 0, 0);
        checkRequest(id + 1, address(0), 0, 0);
        assertEq(redeemer.maxRedeem(carol), 0, "not payable");

        waitAndFinalize(id);
        checkRequest(id, carol, 0, 4 ether);
        checkRequest(id, alice, 0, 0);
        assertEq(redeemer.maxRedeem(carol), 4 ether, "payable");
        assertEq(redeemer.maxWithdraw(carol), queue.claimable(id), "in ether");
    }

    function test_requestRedeem_RevertWhen_CallerIsNeitherOwnerNorOperator() public {
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotOperator.selector, alice, carol));
        redeemer.requestRedeem(1 ether, carol, alice);
        vm.prank(alice);
        wrapper.approve(carol, type(uint256).max);
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotOperator.selector, alice, carol));
        redeemer.requestRedeem(1 ether, carol, alice);
    }

    function test_requestRedeem_RevertWhen_NotAllCanBeAskedFor() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotWholeGrains.selector, 1 ether + 1));
        redeemer.requestRedeem(1 ether + 1, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.WrongReceiver.selector, address(0)));
        redeemer.requestRedeem(1 ether, address(0), alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 0, 1e5));
        redeemer.requestRedeem(0, alice, alice);
        vm.expectRevert();
        redeemer.requestRedeem(18 ether, alice, alice);
        vm.stopPrank();
    }

    /* OPERATORS */

    function test_setOperator_LetsItAskAndTake() public {
        vm.expectEmit(address(redeemer));
        emit IERC7540Operator.OperatorSet(alice, operator, true);
        vm.prank(alice);
        assertTrue(redeemer.setOperator(operator, true), "answer");
        assertTrue(redeemer.isOperator(alice, operator), "set");
        vm.prank(operator);
        uint256 id = redeemer.requestRedeem(2 ether, alice, alice);
        waitAndFinalize(id);
        vm.startPrank(operator);
        redeemer.redeem(1 ether, carol, alice);
        redeemer.withdraw(0.5 ether, carol, alice);
        vm.stopPrank();
        assertGt(carol.balance, 1.5 ether, "paid");

        vm.prank(alice);
        redeemer.setOperator(operator, false);
        bytes memory denied = abi.encodeWithSelector(IAsyncRedeemer.NotOperator.selector, alice, operator);
        vm.startPrank(operator);
        vm.expectRevert(denied);
        redeemer.redeem(1, carol, alice);
        vm.expectRevert(denied);
        redeemer.withdraw(1, carol, alice);
        vm.expectRevert(denied);
        redeemer.requestRedeem(1 ether, alice, alice);
        vm.stopPrank();
    }

    /* REDEEM */

    function test_redeem_PaysInTheOrderOfRequests() public {
        (uint256 first, uint256 second) = twoRates();
        uint256 a = queue.claimable(first);
        uint256 b = queue.claimable(second);
        assertLt(b, a, "a loss between them");
        vm.expectEmit(address(redeemer));
        emit IERC7575.Withdraw(alice, carol, alice, a + b / 2, 6 ether);
        vm.prank(alice);
        assertEq(redeemer.redeem(6 ether, carol, alice), a + b / 2, "all of the first, half of the second");
        checkRequest(first, alice, 0, 0);
        checkRequest(second, alice, 0, 2 ether);
        assertEq(redeemer.requestsOf(alice).length, 1, "one is left");
        assertEq(redeemer.maxWithdraw(alice), b - b / 2, "the rest");
        vm.prank(alice);
        redeemer.redeem(2 ether, carol, alice);
        assertEq(carol.balance, a + b, "all");
        assertEq(address(redeemer).balance, 0, "nothing kept");
        assertEq(redeemer.requestsOf(alice).length, 0, "none is left");
    }

    function testFuzz_redeem_PartsAddUpToTheWei(uint256[8] calldata parts, uint256 modes) public {
        (uint256 first, uint256 second) = twoRates();
        uint256 all = queue.claimable(first) + queue.claimable(second);
        vm.startPrank(alice);
        for (uint256 i = 0; i < parts.length; ++i) {
            uint256 shares = redeemer.maxRedeem(alice);
            uint256 assets = redeemer.maxWithdraw(alice);
            uint256 before = carol.balance;
            if ((modes >> i) & 1 == 0) {
                if (shares == 0) break;
                shares = bound(parts[i], 1, shares);
                assets = redeemer.redeem(shares, carol, alice);
                assertEq(carol.balance - before, assets, "told as paid");
            } else {
                if (assets == 0) break;
                assets = bound(parts[i], 1, assets);
                redeemer.withdraw(assets, carol, alice);
                assertEq(carol.balance - before, assets, "exactly what was named");
            }
            assertEq(redeemer.maxWithdraw(alice), all - carol.balance, "the rest is there");
        }
        if (redeemer.maxWithdraw(alice) > 0) redeemer.withdraw(redeemer.maxWithdraw(alice), carol, alice);
        vm.stopPrank();
        assertEq(carol.balance, all, "all");
        assertEq(redeemer.maxRedeem(alice), 0, "no shares left");
        assertEq(address(redeemer).balance, 0, "nothing kept");
    }

    /// @dev Roundings may take the last share before the last wei: the request stays open for it.
    function test_withdraw_LeavesTheLastWeiForTheNextPayment() public {
        vm.prank(alice);
        uint256 id = redeemer.requestRedeem(4 ether, alice, alice);
        waitAndFinalize(id);
        uint256 most = redeemer.maxWithdraw(alice);
        assertGt(most, 4 ether, "a share is more than a wei");
        vm.startPrank(alice);
        assertEq(redeemer.withdraw(most - 1, carol, alice), 4 ether, "all shares");
        assertEq(redeemer.maxRedeem(alice), 0, "none is left");
        assertEq(redeemer.maxWithdraw(alice), 1, "a wei is");
        assertEq(redeemer.requestsOf(alice).length, 1, "open");
        assertEq(redeemer.withdraw(1, carol, alice), 0, "for no share");
        vm.stopPrank();
        assertEq(carol.balance, most, "all");
        assertEq(redeemer.requestsOf(alice).length, 0, "closed");
    }

    function test_redeem_RevertWhen_MoreThanIsPayable() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotClaimable.selector, alice, 1));
        redeemer.redeem(1, alice, alice);
        uint256 first = redeemer.requestRedeem(2 ether, alice, alice);
        vm.stopPrank();
        waitAndFinalize(first);
        vm.startPrank(alice);
        redeemer.requestRedeem(3 ether, alice, alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotClaimable.selector, alice, 1));
        redeemer.redeem(2 ether + 1, alice, alice);
        uint256 most = redeemer.maxWithdraw(alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotClaimable.selector, alice, 1));
        redeemer.withdraw(most + 1, alice, alice);
        vm.expectRevert(IAsyncRedeemer.NothingAsked.selector);
        redeemer.redeem(0, alice, alice);
        vm.expectRevert(IAsyncRedeemer.NothingAsked.selector);
        redeemer.withdraw(0, alice, alice);
        redeemer.redeem(2 ether, alice, alice);
        assertEq(alice.balance, most, "all that is payable");
        vm.stopPrank();
    }

    /// @dev RED-1: what one controller's requests gave is never paid to another.
    function test_redeem_TouchesNoOtherController() public {
        vm.startPrank(alice);
        redeemer.requestRedeem(2 ether, carol, alice);
        uint256 second = redeemer.requestRedeem(3 ether, alice, alice);
        vm.stopPrank();
        waitAndFinalize(second);
        uint256 hers = redeemer.maxWithdraw(carol);
        vm.prank(alice);
        redeemer.redeem(3 ether, alice, alice);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.NotClaimable.selector, alice, 1));
        redeemer.redeem(1, alice, alice);
        assertEq(redeemer.maxWithdraw(carol), hers, "hers");
        vm.prank(carol);
        redeemer.redeem(2 ether, carol, carol);
        assertEq(carol.balance, hers, "paid");
    }

    function test_redeem_RevertWhen_TheReceiverCannotHaveIt() public {
        (uint256 first, ) = twoRates();
        RefusingClaimer__Mock refuser = new RefusingClaimer__Mock();
        address[4] memory wrong = [address(0), address(redeemer), address(ledger), address(wrapper)];
        vm.startPrank(alice);
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.WrongReceiver.selector, wrong[i]));
            redeemer.redeem(1 ether, wrong[i], alice);
        }
        vm.expectRevert(abi.encodeWithSelector(IAsyncRedeemer.EtherRefused.selector, address(refuser)));
        redeemer.redeem(1 ether, address(refuser), alice);
        vm.stopPrank();
        checkRequest(first, alice, 0, 4 ether);
    }

    /// @dev A controller that asks again while it is paid gets no more than its requests gave.
    function test_redeem_PaysOnceWhenTheReceiverReenters() public {
        Greedy__Mock greedy = new Greedy__Mock(redeemer);
        vm.startPrank(alice);
        redeemer.requestRedeem(2 ether, address(greedy), alice);
        uint256 last = redeemer.requestRedeem(3 ether, alice, alice);
        vm.stopPrank();
        waitAndFinalize(last);
        uint256 its = redeemer.maxWithdraw(address(greedy));
        greedy.take(1 ether);
        assertEq(address(greedy).balance, its, "both halves, once each");
        assertTrue(greedy.refused(), "and no third");
    }

    function test_claim_RevertWhen_AStrangerClaimsForTheRedeemer() public {
        (uint256 first, ) = twoRates();
        vm.prank(carol);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTicketOwner.selector, first, carol));
        queue.claim(first);
        vm.deal(carol, 1);
        vm.prank(carol);
        (bool sent, bytes memory reason) = address(redeemer).call{value: 1}("");
        assertFalse(sent, "sent");
        assertEq(reason, abi.encodeWithSelector(IAsyncRedeemer.NotTheQueue.selector, carol), "by the queue");
    }

    /// @dev Another's ticket, claimed to this account, would be nobody's ether: the queue is refused, and the ticket stays.
    function test_receive_RevertWhen_TheTicketIsNotItsOwn() public {
        address owner = makeStaker("owner of a ticket", 5 ether);
        vm.startPrank(owner);
        ledger.approve(address(queue), 1 ether);
        uint256 id = queue.request(1 ether, owner);
        vm.stopPrank();
        skipTime(COOLDOWN);
        finalize(id);
        uint256 hint = queue.findCheckpoint(id);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.EtherRefused.selector, address(redeemer)));
        vm.prank(owner);
        queue.claimTo(id, address(redeemer), hint);
        assertEq(queue.ownerOf(id), owner, "its owner's still");
    }

    /* INTERNAL */

    /// @dev Two requests of 4 shares each of alice, finalised at two rates.
    function twoRates() private returns (uint256 first, uint256 second) {
        vm.startPrank(alice);
        first = redeemer.requestRedeem(4 ether, alice, alice);
        second = redeemer.requestRedeem(4 ether, alice, alice);
        vm.stopPrank();
        waitAndFinalize(first);
        bookChange(-1 ether);
        finalize(second);
    }

    function checkRequest(uint256 id, address controller, uint256 pending, uint256 claimable) private view {
        assertEq(redeemer.pendingRedeemRequest(id, controller), pending, "pending");
        assertEq(redeemer.claimableRedeemRequest(id, controller), claimable, "claimable");
    }
}
