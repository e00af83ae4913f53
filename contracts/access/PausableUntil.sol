// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "./Guarded.sol";
import {Roles} from "./Roles.sol";

/// @title PausableUntil
/// @notice Mixin: a pause that always ends by itself.
/// TRUST: a holder of `PAUSER` can stop the guarded functions for at most `MAX_PAUSE` at a time, and cannot
/// lengthen a running pause; a holder of `RESUMER` can end it early.
abstract contract PausableUntil is Guarded {
    /// @notice Paused until `until` (seconds since 1970).
    event Paused(address indexed by, uint256 until);
    /// @notice The pause was ended early.
    event Resumed(address indexed by);

    /// @notice The function is paused until `until`.
    error PausedUntil(uint256 until);
    /// @notice A pause must last at least a second and at most `maximum` seconds.
    error PauseOutOfBounds(uint256 duration, uint256 maximum);
    /// @notice Nothing is paused.
    error NotPaused();

    /// @notice The longest pause, in seconds.
    uint256 public constant MAX_PAUSE = 14 days;

    /* STORAGE */

    /// @notice End of the last pause (seconds since 1970); in the past when nothing is paused.
    /// @dev 40 bits last 34,000 years, and leave 27 bytes of the slot to the contract.
    uint40 public pausedUntil;

    modifier whenNotPaused() {
        uint256 until = pausedUntil;
        require(block.timestamp >= until, PausedUntil(until));
        _;
    }

    /* GUARDIANS */

    /// @notice Pauses for `duration` seconds. Caller: `PAUSER`. Not while a pause is running.
    function pauseFor(uint256 duration) external virtual onlyRole(Roles.PAUSER) whenNotPaused {
        require(duration > 0 && duration <= MAX_PAUSE, PauseOutOfBounds(duration, MAX_PAUSE));
        // seconds fit 40 bits
        pausedUntil = uint40(block.timestamp + duration);
        emit Paused(msg.sender, block.timestamp + duration);
    }

    /// @notice Ends the running pause. Caller: `RESUMER`.
    function resume() external virtual onlyRole(Roles.RESUMER) {
        require(block.timestamp < pausedUntil, NotPaused());
        pausedUntil = uint40(block.timestamp);
        emit Resumed(msg.sender);
    }
}
