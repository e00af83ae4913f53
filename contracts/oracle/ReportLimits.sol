// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IReportLimits} from "../interfaces/IReportLimits.sol";

/// @title ReportLimits
/// @notice Mixin of the accounting: bounds of reports, the one file to read when a report looks wrong.
/// TRUST: `PARAMETER_MANAGER` moves the limits, each by a factor of two in a period, within the bounds below.
/// INVARIANTS: ORA-2.
/// ASSUMPTIONS: the ledger has bounds of its own behind these. What is kept here a successor may begin without.
abstract contract ReportLimits is IReportLimits, Guarded, SteppedParameters {
    uint256 internal constant BP = 10_000;
    uint256 internal constant YEAR = 365 days;
    uint256 internal constant GWEI = 1e9;
    uint256 private constant FULL = 1e18;
    bytes32 internal constant LOSS_PER_FRAME = "lossPerFrame";
    bytes32 internal constant LOSS_PER_WINDOW = "lossPerWindow";
    /// @notice Most that `gainBpPerYear` may be.
    uint256 public constant MAX_GAIN_BP_PER_YEAR = 10_000 * BP;
    /// @notice Most that `lossBpPerFrame` may be.
    uint256 public constant MAX_LOSS_BP_PER_FRAME = 1_000;
    /// @notice Most that `lossBpPerWindow` may be.
    uint256 public constant MAX_LOSS_BP_PER_WINDOW = 5_000;
    /// @notice Most frames that a limit of loss, or of validators, scales with.
    uint256 public constant MAX_FRAMES = 7;
    /// @notice Frames of the window of losses.
    uint256 public constant WINDOW_FRAMES = 30;

    /* STORAGE */

    // 4 + 2 + 2 + 2 + 2 + 8 + 4 + 4 = 28 bytes, in one slot with what the accounting and the oracle keep
    uint32 private _gainBpPerYear;
    uint16 private _lossBpPerFrame;
    uint16 private _lossBpPerWindow;
    uint16 private _appearedPerFrame;
    uint16 private _exitedPerFrame;
    uint64 private _lossLevel;
    uint32 private _appeared;
    uint32 private _exited;

    /* CONSTRUCTOR */

    constructor(Limits memory first) {
        _requireBounds(first);
        emit LimitsSet(Limits(0, 0, 0, 0, 0), first);
        _set(first);
    }

    /* GOVERNANCE */

    /// @inheritdoc IReportLimits
    function setLimits(Limits calldata newLimits) external onlyRole(Roles.PARAMETER_MANAGER) {
        Limits memory old = limits();
        _requireBounds(newLimits);
        _scale("gainBpPerYear", old.gainBpPerYear, newLimits.gainBpPerYear, 0);
        _scale("lossBpPerFrame", old.lossBpPerFrame, newLimits.lossBpPerFrame, 0);
        _scale("lossBpPerWindow", old.lossBpPerWindow, newLimits.lossBpPerWindow, 0);
        _scale("appearedPerFrame", old.appearedPerFrame, newLimits.appearedPerFrame, 0);
        _scale("exitedPerFrame", old.exitedPerFrame, newLimits.exitedPerFrame, 0);
        emit LimitsSet(old, newLimits);
        _set(newLimits);
    }

    /* VIEWS */

    /// @inheritdoc IReportLimits
    function limits() public view returns (Limits memory) {
        return Limits(_gainBpPerYear, _lossBpPerFrame, _lossBpPerWindow, _appearedPerFrame, _exitedPerFrame);
    }

    /// @inheritdoc IReportLimits
    function counts() public view returns (uint256 appeared, uint256 exited, uint256 lossLevel) {
        return (_appeared, _exited, _lossLevel);
    }

    /* INTERNAL */

    /// @dev What no proof and no vote makes true: figures that cannot be.
    function _impossible(Figures memory f) internal view returns (Breach memory) {
        if (f.withdrawalsReceived > f.withdrawalsHeld) {
            return Breach("withdrawalsReceived", f.withdrawalsReceived, f.withdrawalsHeld);
        }
        if (f.rewardsReceived > f.rewardsHeld) {
            return Breach("rewardsReceived", f.rewardsReceived, f.rewardsHeld);
        }
        if (f.appeared < _appeared) return Breach("appearedBack", f.appeared, _appeared);
        if (f.exited < _exited) return Breach("exitedBack", f.exited, _exited);
        if (f.exited > f.appeared) return Breach("exitedAbove", f.exited, f.appeared);
        return Breach(0, 0, 0);
    }

    /// @dev The first limit that the report passes.
    function _breach(Figures memory f) internal view returns (Breach memory b) {
        b = _impossible(f);
        if (b.limit != 0) return b;
        uint256 frames = f.frames < MAX_FRAMES ? f.frames : MAX_FRAMES;
        // counts of 32 bits, limits of 16
        uint256 value = f.appeared - _appeared;
        uint256 bound = frames * _appearedPerFrame;
        if (value > bound) return Breach("appeared", value, bound);
        value = f.exited - _exited;
        bound = frames * _exitedPerFrame;
        if (value > bound) return Breach("exited", value, bound);
        if (f.change >= 0) return b;

        // cannot negate the least int256: a change is made of sums of ether
        value = uint256(-f.change);
        bound = (f.pooledEther * _lossBpPerFrame * frames) / BP;
        if (value > bound) return Breach(LOSS_PER_FRAME, value, bound);
        bound = (_windowOf(f) * (FULL - _levelNow(f))) / FULL;
        if (value > bound) return Breach(LOSS_PER_WINDOW, value, bound);
    }

    /// @dev The change to book: a gain is capped, and what exceeds the cap stays unbooked for the next report to see again.
    function _capped(Figures memory f, uint256 frameSeconds) internal view returns (int256) {
        if (f.change <= 0) return f.change;
        uint256 cap = (f.pooledEther * _gainBpPerYear * f.frames * frameSeconds) / (BP * YEAR);
        // ether of 87 bits
        return uint256(f.change) > cap ? int256(cap) : f.change;
    }

    /// @dev What the next report is held against. A loss that was proven, or waved through, counts like any other, and fills
    /// the window at most.
    function _remember(Figures memory f) internal {
        uint256 level = _lossLevel == 0 ? 0 : _levelNow(f);
        if (f.change < 0) {
            uint256 window = _windowOf(f);
            uint256 lost = uint256(-f.change);
            level += lost < window ? Math.ceilDiv(lost * FULL, window) : FULL;
            if (level > FULL) level = FULL;
        }
        // one at most, with 18 decimals; counts were told in 32 bits
        if (level != _lossLevel) _lossLevel = uint64(level);
        if (f.appeared != _appeared) _appeared = uint32(f.appeared);
        if (f.exited != _exited) _exited = uint32(f.exited);
    }

    /// @dev The part of the window that past losses fill still: all of it goes in a window. A part, and no sum: what
    /// leaves or comes, and another limit, fill and empty nothing.
    function _levelNow(Figures memory f) private view returns (uint256) {
        uint256 level = _lossLevel;
        uint256 gone = (f.frames * FULL) / WINDOW_FRAMES;
        return level > gone ? level - gone : 0;
    }

    /// @dev What may be lost at once, in wei: half of the limit, as the other half comes back in a window.
    function _windowOf(Figures memory f) private view returns (uint256) {
        return (f.pooledEther * _lossBpPerWindow) / (2 * BP);
    }

    function _set(Limits memory given) private {
        _gainBpPerYear = given.gainBpPerYear;
        _lossBpPerFrame = given.lossBpPerFrame;
        _lossBpPerWindow = given.lossBpPerWindow;
        _appearedPerFrame = given.appearedPerFrame;
        _exitedPerFrame = given.exitedPerFrame;
    }

    function _requireBounds(Limits memory given) private pure {
        _requireWithin("gainBpPerYear", given.gainBpPerYear, MAX_GAIN_BP_PER_YEAR);
        _requireWithin("lossBpPerFrame", given.lossBpPerFrame, MAX_LOSS_BP_PER_FRAME);
        _requireWithin("lossBpPerWindow", given.lossBpPerWindow, MAX_LOSS_BP_PER_WINDOW);
        _requireWithin("appearedPerFrame", given.appearedPerFrame, type(uint16).max);
        _requireWithin("exitedPerFrame", given.exitedPerFrame, type(uint16).max);
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 most) private pure {
        require(value > 0 && value <= most, LimitOutOfBounds(name, value));
    }
}
