// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWithdrawalVault} from "../interfaces/IWithdrawalVault.sol";
import {ComingEther} from "./ComingEther.sol";

/// @title Deficit
/// @notice Mixin of the exit controller: what tickets ask beyond what is there and coming, and since when that is so. Time
/// counts only while someone says that the deficit is still there.
/// TRUST: none.
/// INVARIANTS: EXIT-3.
/// ASSUMPTIONS: none.
abstract contract Deficit is ComingEther {
    /// @notice A note of a deficit that nobody renews lapses after this, in seconds.
    uint256 public constant NOTE_LIFE = 1 hours;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Whose tickets are to be paid.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Where requests are made, and where their ether comes.
    IWithdrawalVault public immutable withdrawalVault;
    /// @notice Where rewards wait.
    IEtherVault public immutable rewardsVault;

    /* STORAGE */

    // slot 2, beside what is coming, so that a trigger writes both at once: 4 + 4 bytes, seconds until 2106
    uint32 private _notedAt;
    uint32 private _seenAt;

    /* CONSTRUCTOR */

    constructor(
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        IWithdrawalVault withdrawals,
        IEtherVault rewards
    ) {
        ledger = ledger_;
        withdrawalQueue = queue;
        withdrawalVault = withdrawals;
        rewardsVault = rewards;
    }

    /* ANYONE */

    /// @inheritdoc IExitController
    function note() external {
        (uint256 amount, uint256 minimum) = deficit();
        _note(amount, minimum);
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function deficit() public view returns (uint256 amount, uint256 minimum) {
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        uint256 there = address(ledger).balance +
            address(withdrawalVault).balance +
            address(rewardsVault).balance +
            coming();
        amount = asked > there ? asked - there : 0;
        minimum = (asked * _minDeficitBp) / BP;
        if (minimum < _minDeficit) minimum = _minDeficit;
    }

    /// @inheritdoc IExitController
    function noted() public view returns (uint256 firstSeen, uint256 lastSeen) {
        lastSeen = _seenAt;
        if (block.timestamp > lastSeen + NOTE_LIFE) return (0, 0);
        firstSeen = _notedAt;
    }

    /* INTERNAL */

    /// @dev What `deficit` says, where that is enough to ask for.
    function _requireDeficit() internal view returns (uint256 amount, uint256 minimum) {
        (amount, minimum) = deficit();
        require(_isThere(amount, minimum), DeficitTooSmall(amount, minimum));
    }

    /// @dev Notes what is left of a deficit of which `served` was asked for.
    function _serve(uint256 amount, uint256 minimum, uint256 served) internal {
        _note(amount > served ? amount - served : 0, minimum);
    }

    function _note(uint256 amount, uint256 minimum) private {
        (uint256 since, ) = noted();
        if (!_isThere(amount, minimum)) {
            if (since > 0) emit DeficitGone();
            (_notedAt, _seenAt) = (0, 0);
            return;
        }
        if (since == 0) {
            since = block.timestamp;
            emit DeficitNoted(amount);
        }
        (_notedAt, _seenAt) = (uint32(since), uint32(block.timestamp));
    }

    function _isThere(uint256 amount, uint256 minimum) private pure returns (bool) {
        return amount > 0 && amount >= minimum;
    }
}
