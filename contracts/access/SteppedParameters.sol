// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @title SteppedParameters
/// @notice Mixin: figures that governance sets move by a bounded step at most, and not more often than once in a period.
/// TRUST: whoever sets a figure moves it one step, and the next one a period later: whom it concerns sees it come.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: each figure has a name of its own in its contract, and is written behind one of the functions below.
abstract contract SteppedParameters {
    /// @notice The figure `name` moves by more than its step.
    error StepTooLarge(bytes32 name, uint256 from, uint256 to);
    /// @notice The figure `name` may move again at `nextAt` (seconds since 1970).
    error StepTooSoon(bytes32 name, uint256 nextAt);

    /// @notice Most by which a figure may be multiplied or divided at once, where its step is a factor.
    uint256 public constant MAX_STEP_FACTOR = 2;
    /// @notice Time from one step of a figure to its next, in seconds; the first one waits for nothing.
    uint256 public constant STEP_PERIOD = 7 days;

    /* STORAGE */

    /// @notice When a figure may move again (seconds since 1970); 0 if it never moved.
    mapping(bytes32 name => uint256) public nextStepAt;

    /* INTERNAL */

    /// @dev A figure that moves by `step` at most, up or down. One that stays neither waits nor lets its next step wait.
    function _move(bytes32 name, uint256 from, uint256 to, uint256 step) internal {
        if (from == to) return;
        uint256 nextAt = nextStepAt[name];
        require(block.timestamp >= nextAt, StepTooSoon(name, nextAt));
        require((to > from ? to - from : from - to) <= step, StepTooLarge(name, from, to));
        nextStepAt[name] = block.timestamp + STEP_PERIOD;
    }

    /// @dev A figure that moves by a factor of `MAX_STEP_FACTOR` at most, up or down; by `unit` in any case, so that what
    /// may be 0 is switched on and off in bounded steps too.
    function _scale(bytes32 name, uint256 from, uint256 to, uint256 unit) internal {
        _move(name, from, to, Math.max(Math.min(from, to) * (MAX_STEP_FACTOR - 1), unit));
    }

    /// @dev A figure that rises by `step` at most. It falls at will, also to 0, and neither waits for that nor lets its next
    /// step wait: what it falls by is lost until it has risen again, step by step.
    function _raise(bytes32 name, uint256 from, uint256 to, uint256 step) internal {
        if (to > from) _move(name, from, to, step);
    }
}
