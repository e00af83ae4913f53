// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PausableUntil} from "../access/PausableUntil.sol";
import {Roles} from "../access/Roles.sol";
import {Deficit} from "../withdrawals/Deficit.sol";
import {UpkeepContracts} from "./UpkeepContracts.sol";

/// @title TicketUpkeep
/// @notice Mixin of the upkeep: tickets that wait, ether that they wait for, and the deficit that they make.
/// TRUST: none. INVARIANTS: UPK-1.
/// ASSUMPTIONS: the queue finalises by the figures that it and the ledger tell.
abstract contract TicketUpkeep is UpkeepContracts {
    /// @dev Shares are counted in 1e-9 of a share by the queue.
    uint256 private constant GRAIN = 1e9;

    /* IMMUTABLES */

    /// @notice Least that is finalised, or collected, unless it is all that waits, in wei: whoever stakes a little to have
    /// networks finalise it would have them spend more than it does.
    uint256 public immutable minFinalize;
    uint256 private immutable _namedSeconds;
    uint256 private immutable _noteSeconds;

    /* CONSTRUCTOR */

    constructor(Contracts memory c) {
        minFinalize = c.keeperJobs.parameters().minFinalize;
        _namedSeconds = c.withdrawalQueue.NAMED_FRAMES() * c.ledger.parameters().frameSeconds;
        _noteSeconds = Deficit(address(c.exitController)).NOTE_LIFE() / 2;
    }

    /* INTERNAL */

    /// @dev Whether the call would not revert now.
    function _mayForTickets(Job job, uint256 subject) internal view returns (bool) {
        if (job == Job.Collect) return authority.hasRole(Roles.ACCOUNTING, address(accounting));
        if (job == Job.NoteDeficit) return authority.hasRole(Roles.EXIT_REQUESTER, address(exitController));
        _recipientOf(subject);
        (uint256 shares, , ) = _finalizable();
        return shares > 0;
    }

    /// @dev Whether it is also worth it.
    function _needsForTickets(Job job, uint256 subject) internal view returns (bool) {
        if (!_mayForTickets(job, subject)) return false;
        if (job == Job.NoteDeficit) return _needsNote();
        (, uint256 amount, uint256 missing) = _finalizable();
        if (job == Job.Finalize) return missing == 0 || amount >= minFinalize;
        uint256 there = address(ledger.withdrawalVault()).balance + address(ledger.rewardsVault()).balance;
        return missing > 0 && (there >= minFinalize || there >= missing);
    }

    function _doForTickets(Job job, uint256 subject) internal {
        if (job == Job.Collect) accounting.collect();
        else if (job == Job.NoteDeficit) exitController.note();
        else _finalize(_recipientOf(subject));
    }

    /// @dev Where the paid calls have lost their role nothing could be paid, and the work is done all the same.
    function _finalize(address recipient) private {
        bool pays = authority.hasRole(Roles.BUDGET_SPENDER, address(keeperJobs));
        if (recipient == address(0) || !pays) {
            withdrawalQueue.finalizeNamed();
            return;
        }
        keeperJobs.finalize();
        // nothing stays here: all that is here came by this call, or is nobody's
        uint256 shares = ledger.sharesOf(address(this));
        if (shares > 0) ledger.transferShares(recipient, shares);
    }

    /// @dev Shares (18 decimals) and wei that would be finalised now, by the ledger's own steps; and wei that would be
    /// missing for all that the last report named. Zeros where the queue would refuse.
    function _finalizable() private view returns (uint256 shares, uint256 amount, uint256 missing) {
        (uint256 named, uint256 refTime) = withdrawalQueue.named();
        if (named == 0 || block.timestamp >= refTime + _namedSeconds || _isShut(refTime)) return (0, 0, 0);
        (, uint256 upTo) = withdrawalQueue.placeOf(named);
        (, uint256 done, ) = withdrawalQueue.totals();
        if (upTo <= done) return (0, 0, 0);
        shares = (upTo - done) * GRAIN;
        amount = ledger.getPooledEthByShares(shares);
        uint256 held = address(ledger).balance;
        if (amount <= held) return (shares, amount, 0);
        missing = amount - held;
        shares = (ledger.getSharesByPooledEth(held) / GRAIN) * GRAIN;
        amount = ledger.getPooledEthByShares(shares);
    }

    function _isShut(uint256 refTime) private view returns (bool) {
        if (block.timestamp < PausableUntil(address(withdrawalQueue)).pausedUntil()) return true;
        if (withdrawalQueue.isSuspended()) return true;
        (uint256 heldAt, uint256 heldUntil) = withdrawalQueue.heldUntil();
        return refTime <= heldAt && block.timestamp < heldUntil;
    }

    function _needsNote() private view returns (bool) {
        (uint256 amount, uint256 minimum) = exitController.deficit();
        (uint256 firstSeen, uint256 lastSeen) = exitController.noted();
        if (amount == 0 || amount < minimum) return firstSeen > 0;
        return firstSeen == 0 || block.timestamp >= lastSeen + _noteSeconds;
    }

    function _recipientOf(uint256 subject) private view returns (address recipient) {
        recipient = address(uint160(subject));
        bool isRight = uint160(subject) == subject &&
            recipient != address(this) &&
            recipient != address(ledger) &&
            !ledger.isClosed(recipient);
        require(isRight, WrongRecipient(subject));
    }
}
