// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {Report} from "../../contracts/types/Report.sol";
import {Deposits} from "./Deposits.sol";
import {Protocol} from "./Protocol.sol";

/// @notice The protocol with holders who may ask to withdraw, deposits to shorten the buffer, and finalisations: by
/// a report, or straight by the test, which holds the role of the accounting beside the accounting itself.
abstract contract Withdrawals is Protocol {
    using Deposits for Deposits.Batch;

    /// @dev The queue counts in 1e-9 of a share.
    uint256 internal constant GRAIN = 1e9;

    address internal alice;
    address internal bob;

    function setUp() public virtual override {
        deployProtocol();
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.ACCOUNTING, address(this));
        alice = makeHolder("alice", 20 ether);
        bob = makeHolder("bob", 20 ether);
    }

    /// @notice A staker who lets the queue take shares.
    function makeHolder(string memory name, uint256 amount) internal returns (address holder) {
        holder = makeStaker(name, amount);
        vm.prank(holder);
        ledger.approve(address(queue), type(uint256).max);
    }

    /// @notice Lifts the rate off 1 by rewards that have dripped wholly when it returns.
    function raiseRate() internal {
        reportRewards(0.013 ether + 7);
        skipTime(2 * FRAME_SECONDS);
    }

    /// @notice Sends `count` ether of the buffer to the official deposit contract.
    function depositKeys(uint256 count) internal {
        Deposits.batch(count, 1e9).send(ledger);
    }

    function requestFor(address holder, uint256 amount) internal returns (uint256 ticketId) {
        vm.prank(holder);
        ticketId = queue.request(amount, holder);
    }

    /// @notice Finalises straight at the queue, as of now.
    function finalize(uint256 lastTicketId) internal returns (uint256 shares, uint256 amount) {
        (shares, amount) = queue.finalize(lastTicketId, currentTime());
    }

    /// @notice Waits until a ticket is ready, then finalises up to it straight at the queue.
    function waitAndFinalize(uint256 lastTicketId) internal returns (uint256 shares, uint256 amount) {
        uint256 readyAt = queue.ticket(lastTicketId).readyAt;
        if (currentTime() < readyAt) vm.warp(readyAt);
        (shares, amount) = finalize(lastTicketId);
    }

    /// @notice Books a loss (or gain) straight in the ledger, exact to the wei, without a cushion of its own.
    function bookChange(int256 change) internal {
        uint256 frame = nextFrame();
        ledger.bookReport(
            IStakedEther.Booking({
                frame: uint32(frame),
                refSlot: uint64(frame * SLOTS_PER_FRAME),
                beaconBalanceGwei: 0,
                depositedGwei: uint64(ledger.totalDepositedGwei()),
                change: change,
                fee: 0,
                feeReceiver: address(distributor),
                fromWithdrawals: 0,
                fromRewards: 0
            })
        );
    }

    /// @notice The next frame's report with a change on the beacon chain that finalises up to a ticket.
    function reportAndFinalize(int256 changeGwei, uint256 lastTicketId) internal returns (Report memory r) {
        r = neutralReport(nextFrame());
        r.beaconBalanceGwei = uint64(uint256(int256(uint256(r.beaconBalanceGwei)) + changeGwei));
        r.lastTicketId = uint64(lastTicketId);
        book(r);
    }

    /// @notice What a report comes to, in wei, by the definition in the design.
    function changeOf(Report memory r) internal view returns (int256) {
        IStakedEther.Books memory b = ledger.booksAt(r.refSlot / SLOTS_PER_FRAME);
        return
            int256(uint256(r.beaconBalanceGwei) * 1e9 + r.withdrawalsReceived + r.rewardsReceived) -
            int256(b.depositedGwei * 1e9) -
            b.profit;
    }
}
