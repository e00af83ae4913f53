// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC721} from "solady/src/tokens/ERC721.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IDepositContract} from "../../../contracts/interfaces/IDepositContract.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {PoolMath} from "../../../contracts/libraries/PoolMath.sol";
import {WithdrawalQueue} from "../../../contracts/withdrawals/WithdrawalQueue.sol";
import {Steps} from "../../utils/Steps.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Requests and the cooldown.
contract WithdrawalQueueRequestTest is Withdrawals, Steps {
    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ArgumentsAreWrong() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        make(authority, IStakedEther(address(0)), MAX_REQUEST, 1 hours, COOLDOWN);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        make(Authority(address(0)), ledger, MAX_REQUEST, 1 hours, COOLDOWN);
        _expectCooldown(1 hours - 1, 1 hours);
        make(authority, ledger, MAX_REQUEST, 1 hours, 1 hours - 1);
        _expectCooldown(31 days, 1 hours);
        make(authority, ledger, MAX_REQUEST, 1 hours, 31 days);
        _expectCooldown(31 days, 31 days);
        make(authority, ledger, MAX_REQUEST, 31 days, 31 days);
        _expectCeiling(1e9 - 1);
        make(authority, ledger, 1e9 - 1, 1 hours, COOLDOWN);
        _expectCeiling(uint256(1) << 64);
        make(authority, ledger, uint256(1) << 64, 1 hours, COOLDOWN);
        make(authority, ledger, 1e9, 1 hours, COOLDOWN);
        make(authority, ledger, type(uint64).max, 1 hours, COOLDOWN);
    }

    function test_constructor_RevertWhen_TheWrapperIsOfAnotherLedger() public {
        IStakedEther other = factory.newStakedEther{value: SEED}(
            IAuthority(address(authority)),
            IDepositContract(DEPOSIT_CONTRACT),
            validatorRegistry,
            withdrawalVault,
            rewardsVault,
            ledgerParameters()
        );
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongWrapper.selector, address(wrapper)));
        make(authority, other, MAX_REQUEST, 1 hours, COOLDOWN);
    }

    function test_constructor_StartsEmpty() public view {
        assertEq(address(queue.ledger()), address(ledger), "ledger");
        assertEq(queue.lastTicketId(), 0, "tickets");
        assertEq(queue.checkpointCount(), 0, "checkpoints");
        assertEq(queue.cooldown(), COOLDOWN, "cooldown");
        assertEq(queue.minCooldown(), 1 hours, "least cooldown");
        (uint256 requested, uint256 finalized, uint256 amount) = queue.totals();
        assertEq(requested + finalized + amount, 0, "totals");
    }

    /* REQUEST */

    function test_request_MovesSharesAndGivesATicket() public {
        raiseRate();
        uint256 amount = 10 ether + 7;
        uint256 shares = (ledger.getSharesByPooledEth(amount) / GRAIN) * GRAIN;
        assertLt(shares, amount, "the rate is above 1");
        uint256 held = ledger.sharesOf(alice);
        uint256 readyAt = currentTime() + COOLDOWN;

        vm.expectEmit(address(queue));
        emit ERC721.Transfer(address(0), bob, 1);
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Requested(1, bob, shares, readyAt);
        vm.prank(alice);
        uint256 id = queue.request(amount, bob);

        assertEq(id, 1, "id");
        assertEq(queue.ownerOf(1), bob, "owner");
        assertEq(queue.balanceOf(bob), 1, "tickets of bob");
        assertEq(queue.balanceOf(alice), 0, "tickets of alice");
        assertEq(ledger.sharesOf(alice), held - shares, "shares of alice");
        assertEq(ledger.sharesOf(address(queue)), shares, "shares of the queue");
        IWithdrawalQueue.Ticket memory t = queue.ticket(1);
        assertEq(t.owner, bob, "ticket owner");
        assertEq(t.shares, shares, "ticket shares");
        assertEq(t.readyAt, readyAt, "ready");
        assertFalse(t.finalized, "finalized");
        assertFalse(t.claimed, "claimed");
        (uint256 requested, uint256 finalized, ) = queue.totals();
        assertEq(requested, shares / GRAIN, "requested");
        assertEq(finalized, 0, "none finalized");
    }

    function test_request_TakesAWholeBalanceUpToAGrain() public {
        raiseRate();
        uint256 balance = ledger.balanceOf(alice);
        uint256 id = requestFor(alice, balance);
        assertLt(ledger.sharesOf(alice), GRAIN + 1, "what stays");
        assertLe(ledger.getPooledEthByShares(queue.ticket(id).shares), balance, "never more than asked");
    }

    function test_request_ChargesNoMoreThanTheAllowance() public {
        raiseRate();
        vm.startPrank(alice);
        ledger.approve(address(queue), 3 ether);
        uint256[] memory amounts = new uint256[](3);
        (amounts[0], amounts[1], amounts[2]) = (1 ether + 1, 1 ether - 1, 1 ether);
        queue.requestBatch(amounts, alice);
        assertLt(ledger.allowance(alice, address(queue)), 4e9, "spent but for the grains");
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        queue.request(1 ether, alice);
        vm.stopPrank();
    }

    function test_request_AcceptsTheLeast() public {
        uint256 id = requestFor(alice, 1e14);
        assertEq(queue.ticket(id).shares, 1e14, "1e5 grains");
    }

    function test_request_RevertWhen_TooSmall() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 0, 1e5));
        queue.request(0, alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 0, 1e5));
        queue.request(GRAIN - 1, alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 1e5 - 1, 1e5));
        queue.request(1e14 - 1, alice);
        vm.stopPrank();
    }

    function test_request_RevertWhen_TooLarge() public {
        address whale = makeHolder("whale", 30_000 ether);
        bytes memory tooLarge = abi.encodeWithSelector(
            IWithdrawalQueue.RequestTooLarge.selector,
            MAX_REQUEST + 1,
            MAX_REQUEST
        );
        vm.startPrank(whale);
        vm.expectRevert(tooLarge);
        queue.request((MAX_REQUEST + 1) * GRAIN, whale);
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (1 ether, (MAX_REQUEST + 1) * GRAIN);
        vm.expectRevert(tooLarge);
        queue.requestBatch(amounts, whale);
        uint256 id = queue.request(MAX_REQUEST * GRAIN + GRAIN - 1, whale);
        assertEq(queue.ticket(id).shares, MAX_REQUEST * GRAIN, "the largest");
        vm.stopPrank();
    }

    function test_request_RevertWhen_TheOwnerCouldNeverClaim() public {
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(queue)));
        queue.request(1 ether, address(queue));
        vm.expectRevert(ERC721.TransferToZeroAddress.selector);
        queue.request(1 ether, address(0));
        vm.stopPrank();
    }

    function test_request_RevertWhen_CallerHasTooFewShares() public {
        vm.startPrank(alice);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        queue.request(20 ether + GRAIN, alice);
        vm.expectRevert(abi.encodeWithSelector(PoolMath.PoolOverflow.selector, type(uint256).max, 87));
        queue.request(type(uint256).max, alice);
        vm.stopPrank();
        assertEq(queue.lastTicketId(), 0, "no ticket");
    }

    function test_request_RevertWhen_CallerGaveNoAllowance() public {
        address carol = makeStaker("carol", 1 ether);
        vm.prank(carol);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        queue.request(1 ether, carol);
    }

    function test_request_RevertGiven_TheCountIsFull() public {
        requestFor(alice, 1 ether);
        // Solady's slot of ticket 1: all tickets below 2^32 share a hash
        bytes32 slot = bytes32(uint256(keccak256(abi.encodePacked(bytes28(0), bytes4(0x7d882553)))) + 2);
        uint256 packed = uint256(vm.load(address(queue), slot));
        assertEq(address(uint160(packed)), alice, "the slot of ticket 1");
        assertEq(uint64(packed >> 160), 1 ether / GRAIN, "its shares");
        uint256 upTo = type(uint64).max - 2e5;
        packed = (packed & ~(uint256(type(uint64).max) << 160)) | (upTo << 160);
        vm.store(address(queue), slot, bytes32(packed));

        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.QueueFull.selector, uint256(1 << 64)));
        queue.request((2e5 + 1) * GRAIN, alice);
        uint256 id = queue.request(2e5 * GRAIN, alice);
        assertEq(queue.ticket(id).shares, 2e5 * GRAIN, "up to the last grain");
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawalQueue.QueueFull.selector, uint256(1 << 64) + 99_999)
        );
        queue.request(1e14, alice);
        vm.stopPrank();
    }

    /* REQUEST BATCH */

    function test_requestBatch_GivesConsecutiveTickets() public {
        requestFor(bob, 1 ether);
        uint256[] memory amounts = new uint256[](3);
        (amounts[0], amounts[1], amounts[2]) = (1 ether, 2 ether, 3 ether);
        vm.prank(alice);
        uint256 first = queue.requestBatch(amounts, alice);
        assertEq(first, 2, "first");
        assertEq(queue.lastTicketId(), 4, "last");
        for (uint256 i = 0; i < 3; ++i) {
            IWithdrawalQueue.Ticket memory t = queue.ticket(first + i);
            assertEq(t.shares, amounts[i], "shares");
            assertEq(t.owner, alice, "owner");
            assertEq(t.readyAt, currentTime() + COOLDOWN, "ready");
        }
        assertEq(ledger.sharesOf(address(queue)), 7 ether, "shares of the queue");
    }

    function test_requestBatch_RevertWhen_Empty() public {
        vm.expectRevert(IWithdrawalQueue.NoRequests.selector);
        queue.requestBatch(new uint256[](0), alice);
    }

    function test_requestBatch_RevertWhen_OneIsTooSmall() public {
        uint256[] memory amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (1 ether, 1);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 0, 1e5));
        queue.requestBatch(amounts, alice);
        assertEq(queue.lastTicketId(), 0, "no ticket");
        assertEq(ledger.sharesOf(address(queue)), 0, "no shares");
    }

    /// @dev TOK-2: a request moves shares and no ether.
    function testFuzz_request_NeverMovesTheRate(uint256 amount, uint256 time) public {
        reportRewards(0.013 ether + 7);
        skipTime(bound(time, 0, 3 days));
        amount = bound(amount, 1.1e14, 20 ether);
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 units = ledger.totalUnits();
        uint256 value = ledger.balanceOf(alice);
        uint256 id = requestFor(alice, amount);
        assertEq(ledger.getTotalPooledEther(), pooled, "pooled");
        assertEq(ledger.totalUnits(), units, "units");
        uint256 asked = ledger.getPooledEthByShares(queue.ticket(id).shares);
        assertLe(asked, amount, "never more than asked");
        assertApproxEqAbs(asked, amount, 2 * GRAIN, "all but a grain");
        assertApproxEqAbs(ledger.balanceOf(alice) + asked, value, 1, "nothing lost");
    }

    /* COOLDOWN */

    function test_setCooldown_IsForLaterTicketsAndKeepsTheOrder() public {
        requestFor(alice, 1 ether);
        uint256 firstReady = currentTime() + COOLDOWN;
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.CooldownSet(COOLDOWN, COOLDOWN / 2);
        queue.setCooldown(COOLDOWN / 2);
        skipTime(1 days);
        requestFor(bob, 1 ether);
        assertEq(queue.ticket(1).readyAt, firstReady, "the first keeps its time");
        assertEq(queue.ticket(2).readyAt, firstReady, "the second never before the first");
        skipTime(COOLDOWN);
        requestFor(bob, 1 ether);
        assertEq(queue.ticket(3).readyAt, currentTime() + COOLDOWN / 2, "the third by the new cooldown");
        queue.setCooldown(COOLDOWN / 2 + 2 days);
        requestFor(bob, 1 ether);
        assertEq(queue.ticket(4).readyAt, currentTime() + COOLDOWN / 2 + 2 days, "the fourth by the last");
        assertEq(queue.ticket(3).readyAt, currentTime() + COOLDOWN / 2, "the third keeps its time");
    }

    function test_setCooldown_RevertWhen_OutOfBounds() public {
        queue = make(authority, ledger, MAX_REQUEST, 1 hours, 1.5 hours);
        _expectCooldown(1 hours - 1, 1 hours);
        queue.setCooldown(1 hours - 1);
        queue.setCooldown(1 hours);
        assertEq(queue.cooldown(), 1 hours, "the shortest");
        queue = make(authority, ledger, MAX_REQUEST, 1 hours, 29 days);
        _expectCooldown(30 days + 1, 1 hours);
        queue.setCooldown(30 days + 1);
        queue.setCooldown(30 days);
        assertEq(queue.cooldown(), 30 days, "the longest");
    }

    /// @dev It is what holds people: two days at most, however long it is, and twice as long where that is less.
    function test_setCooldown_RevertWhen_TheStepIsTooLarge() public {
        expectTooLarge("cooldown", 7 days, 9 days + 1);
        queue.setCooldown(9 days + 1);
        expectTooLarge("cooldown", 7 days, 3.5 days - 1);
        queue.setCooldown(3.5 days - 1);
        queue.setCooldown(9 days);
        queue = make(authority, ledger, MAX_REQUEST, 0, 1 days);
        expectTooLarge("cooldown", 1 days, 2 days + 1);
        queue.setCooldown(2 days + 1);
        expectTooLarge("cooldown", 1 days, 0.5 days - 1);
        queue.setCooldown(0.5 days - 1);
        queue.setCooldown(2 days);
    }

    /// @dev One that is short, or none, moves by an hour.
    function test_setCooldown_GoesToZeroAndBackByAnHour() public {
        queue = make(authority, ledger, MAX_REQUEST, 0, 1 hours);
        queue.setCooldown(0);
        skipTime(STEP_PERIOD);
        expectTooLarge("cooldown", 0, 1 hours + 1);
        queue.setCooldown(1 hours + 1);
        queue.setCooldown(1 hours);
        assertEq(queue.cooldown(), 1 hours, "cooldown");
    }

    function test_setCooldown_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        queue.setCooldown(9 days);
        vm.warp(nextAt - 1);
        expectTooSoon("cooldown", nextAt);
        queue.setCooldown(9 days + 1);
        expectTooSoon("cooldown", nextAt);
        queue.setCooldown(7 days);
        vm.warp(nextAt);
        queue.setCooldown(11 days);
        assertEq(queue.cooldown(), 11 days, "cooldown");
    }

    function test_setCooldown_RevertWhen_CallerHasNoRole() public {
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.PARAMETER_MANAGER)
        );
        queue.setCooldown(1 days);
    }

    /* VIEWS */

    function test_ticket_RevertWhen_Unknown() public {
        requestFor(alice, 1 ether);
        uint256[3] memory ids = [uint256(0), 2, type(uint256).max];
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes memory unknown = abi.encodeWithSelector(IWithdrawalQueue.TicketUnknown.selector, ids[i]);
            vm.expectRevert(unknown);
            queue.ticket(ids[i]);
            vm.expectRevert(unknown);
            queue.claimable(ids[i]);
            vm.expectRevert(unknown);
            queue.findCheckpoint(ids[i]);
            vm.expectRevert(unknown);
            queue.claim(ids[i]);
            vm.expectRevert(unknown);
            queue.claimTo(ids[i], alice, 1);
            vm.expectRevert(unknown);
            queue.tokenURI(ids[i]);
        }
    }

    function test_supportsInterface_OfATokenWithUpdatesOfMetadata() public view {
        assertEq(queue.name(), "Kedge Withdrawal Ticket", "name");
        assertEq(queue.symbol(), "kETH-W", "symbol");
        assertTrue(queue.supportsInterface(0x80ac58cd), "ERC-721");
        assertTrue(queue.supportsInterface(0x5b5e139f), "metadata");
        assertTrue(queue.supportsInterface(0x49064906), "ERC-4906");
        assertTrue(queue.supportsInterface(0x01ffc9a7), "ERC-165");
        assertFalse(queue.supportsInterface(0xffffffff), "not all");
    }

    /// @dev The queue's account is closed: nobody can put shares there that no ticket stands for.
    function test_ledger_RevertWhen_SharesAreSentToTheQueue() public {
        bytes memory closed = abi.encodeWithSignature("AccountClosed(address)", address(queue));
        vm.startPrank(alice);
        vm.expectRevert(closed);
        ledger.transfer(address(queue), 1 ether);
        vm.expectRevert(closed);
        ledger.transferShares(address(queue), 1 ether);
        vm.deal(alice, 1 ether);
        vm.expectRevert(closed);
        ledger.stakeFor{value: 1 ether}(address(queue), 0, address(0));
        vm.stopPrank();
    }

    function make(
        Authority authority_,
        IStakedEther ledger_,
        uint256 maxRequest,
        uint256 minCooldown,
        uint256 cooldown
    ) private returns (WithdrawalQueue) {
        IAuthority a = IAuthority(address(authority_));
        return factory.newWithdrawalQueue(a, ledger_, wrapper, maxRequest, minCooldown, cooldown);
    }

    function _expectCeiling(uint256 value) private {
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawalQueue.CeilingOutOfBounds.selector, value, 1e9, type(uint64).max)
        );
    }

    function _expectCooldown(uint256 value, uint256 least) private {
        vm.expectRevert(
            abi.encodeWithSelector(IWithdrawalQueue.CooldownOutOfBounds.selector, value, least, 30 days)
        );
    }
}
