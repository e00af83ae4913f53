// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice Requests in wkETH, and those with a permit of either token.
contract WrappedRequestsTest is Withdrawals {
    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");

    address private dora;
    uint256 private doraKey;

    function setUp() public override {
        super.setUp();
        raiseRate();
        vm.startPrank(alice);
        ledger.approve(address(wrapper), type(uint256).max);
        wrapper.deposit(15 ether, alice);
        wrapper.approve(address(queue), type(uint256).max);
        vm.stopPrank();
        // one who gave no allowance
        (dora, doraKey) = makeAddrAndKey("dora");
        makeStaker("dora", 10 ether);
        vm.deal(dora, 10 ether);
        vm.prank(dora);
        wrapper.depositEther{value: 10 ether}(dora, 0, address(0));
    }

    /* REQUEST WRAPPED */

    function test_requestWrapped_MovesExactlyTheShares() public {
        uint256[] memory amounts = two(3 ether + GRAIN - 1, 5 ether);
        uint256 held = wrapper.balanceOf(alice);
        uint256 units = ledger.unitsOf(alice);
        uint256 pooled = ledger.getTotalPooledEther();
        vm.expectEmit(address(queue));
        emit IWithdrawalQueue.Requested(1, bob, 3 ether, currentTime() + COOLDOWN);
        vm.prank(alice);
        assertEq(queue.requestWrapped(amounts, bob), 1, "first");
        assertEq(queue.lastTicketId(), 2, "last");
        assertEq(queue.ticket(1).shares, 3 ether, "first ticket");
        assertEq(queue.ticket(2).shares, 5 ether, "second ticket");
        assertEq(queue.ownerOf(2), bob, "owner");
        assertEq(wrapper.balanceOf(alice), held - 8 ether, "what is below a grain stays");
        assertEq(ledger.unitsOf(alice), units, "no kETH moved");
        assertEq(ledger.unitsOf(address(queue)), 8 ether * 1e6, "the queue's units");
        assertEq(ledger.getTotalPooledEther(), pooled, "no ether moved");
    }

    function testFuzz_requestWrapped_LosesNoUnit(uint256 a, uint256 b, uint256 time) public {
        reportRewards(0.013 ether + 7);
        skipTime(bound(time, 0, 3 days));
        a = bound(a, 1e14, 7 ether);
        b = bound(b, 1e14, 7 ether);
        uint256 held = wrapper.balanceOf(alice);
        uint256 wrapped = ledger.unitsOf(address(wrapper));
        uint256 total = ledger.totalUnits();
        vm.prank(alice);
        queue.requestWrapped(two(a, b), alice);
        uint256 moved = held - wrapper.balanceOf(alice);
        assertEq(moved, (a / GRAIN + b / GRAIN) * GRAIN, "whole grains");
        assertEq(queue.ticket(1).shares + queue.ticket(2).shares, moved, "are the tickets'");
        assertEq(ledger.unitsOf(address(queue)), moved * 1e6, "and the queue's");
        assertEq(wrapped - ledger.unitsOf(address(wrapper)), moved * 1e6, "from the wrapper's");
        assertEq(ledger.totalUnits(), total, "of as many as before");
    }

    function test_requestWrapped_StandsInOneLineWithOthers() public {
        vm.prank(alice);
        uint256 first = queue.requestWrapped(one(2 ether), alice);
        uint256 second = requestFor(bob, 2 ether);
        vm.prank(alice);
        uint256 third = queue.requestWrapped(one(1 ether), alice);
        assertEq(second, first + 1, "second");
        assertEq(third, first + 2, "third");
        waitAndFinalize(third);
        assertApproxEqAbs(queue.claimable(first), 2 * queue.claimable(third), 2, "at one rate");
    }

    function test_requestWrapped_ChargesTheAllowanceOfWrappedShares() public {
        vm.startPrank(alice);
        wrapper.approve(address(queue), 3 ether);
        queue.requestWrapped(two(1 ether, 1 ether + 5), alice);
        assertEq(wrapper.allowance(alice, address(queue)), 1 ether, "two are spent");
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(queue),
                1 ether,
                2 ether
            )
        );
        queue.requestWrapped(one(2 ether), alice);
        vm.stopPrank();
    }

    function test_requestWrapped_RevertWhen_CallerHasTooFew() public {
        vm.startPrank(alice);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientBalance.selector);
        queue.requestWrapped(one(16 ether), alice);
        vm.stopPrank();
        assertEq(queue.lastTicketId(), 0, "no ticket");
    }

    function test_requestWrapped_RevertWhen_OutOfBounds() public {
        vm.startPrank(alice);
        vm.expectRevert(IWithdrawalQueue.NoRequests.selector);
        queue.requestWrapped(new uint256[](0), alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.RequestTooSmall.selector, 1e5 - 1, 1e5));
        queue.requestWrapped(one(1e14 - 1), alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IWithdrawalQueue.RequestTooLarge.selector,
                type(uint256).max / GRAIN,
                MAX_REQUEST
            )
        );
        queue.requestWrapped(one(type(uint256).max), alice);
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.WrongRecipient.selector, address(queue)));
        queue.requestWrapped(one(1 ether), address(queue));
        vm.stopPrank();
    }

    /// @dev The queue's account is closed: unwrapping to it by oneself would be shares without a ticket.
    function test_redeem_RevertWhen_SharesAreUnwrappedToTheQueue() public {
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, address(queue)));
        wrapper.redeem(1 ether, address(queue), alice);
    }

    /* PERMITS */

    function test_requestBatchWithPermit_NeedsNoAllowanceBefore() public {
        IWithdrawalQueue.Permit memory p = permitOf(ledger, 4 ether);
        vm.prank(dora);
        queue.requestBatchWithPermit(two(1 ether, 3 ether), dora, p);
        assertEq(queue.balanceOf(dora), 2, "tickets");
        assertLt(ledger.allowance(dora, address(queue)), 4 * GRAIN, "used up but for the grains");
    }

    function test_requestWrappedWithPermit_NeedsNoAllowanceBefore() public {
        IWithdrawalQueue.Permit memory p = permitOf(IShareLedger(address(wrapper)), 4 ether);
        vm.prank(dora);
        queue.requestWrappedWithPermit(two(1 ether, 3 ether), dora, p);
        assertEq(queue.balanceOf(dora), 2, "tickets");
        assertEq(wrapper.allowance(dora, address(queue)), 0, "used up");
    }

    /// @dev Whoever sees the permit may use it first; the request goes on.
    function test_requestWithPermit_GoesOnWhenThePermitWasFrontRun() public {
        IWithdrawalQueue.Permit memory p = permitOf(ledger, 4 ether);
        ledger.permit(dora, address(queue), p.value, p.deadline, p.signature);
        vm.prank(dora);
        queue.requestBatchWithPermit(one(4 ether), dora, p);

        IShareLedger wrapped = IShareLedger(address(wrapper));
        p = permitOf(wrapped, 4 ether);
        wrapped.permit(dora, address(queue), p.value, p.deadline, p.signature);
        vm.prank(dora);
        queue.requestWrappedWithPermit(one(4 ether), dora, p);
        assertEq(queue.balanceOf(dora), 2, "tickets");
    }

    function test_requestWithPermit_RevertWhen_ThePermitIsNotTheCallers() public {
        IWithdrawalQueue.Permit memory p = permitOf(ledger, 4 ether);
        address carol = makeStaker("carol", 5 ether);
        vm.startPrank(carol);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        queue.requestBatchWithPermit(one(4 ether), carol, p);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        queue.requestWrappedWithPermit(one(4 ether), carol, p);
        vm.stopPrank();
        p.deadline = currentTime() - 1;
        vm.prank(dora);
        vm.expectPartialRevert(IERC20Errors.ERC20InsufficientAllowance.selector);
        queue.requestBatchWithPermit(one(4 ether), dora, p);
    }

    /* INTERNAL */

    function permitOf(
        IShareLedger token,
        uint256 value
    ) private view returns (IWithdrawalQueue.Permit memory p) {
        p.value = value;
        p.deadline = currentTime() + 1 hours;
        bytes32 hash = keccak256(
            abi.encode(PERMIT_TYPEHASH, dora, address(queue), value, token.nonces(dora), p.deadline)
        );
        // solhint-disable-next-line quotes
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), hash));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(doraKey, digest);
        p.signature = abi.encodePacked(r, s, v);
    }

    function one(uint256 a) private pure returns (uint256[] memory amounts) {
        amounts = new uint256[](1);
        amounts[0] = a;
    }

    function two(uint256 a, uint256 b) private pure returns (uint256[] memory amounts) {
        amounts = new uint256[](2);
        (amounts[0], amounts[1]) = (a, b);
    }
}
