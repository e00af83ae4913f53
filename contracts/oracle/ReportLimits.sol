// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IReportLimits} from "../interfaces/IReportLimits.sol";

/// @title ReportLimits
/// @notice Mixin of the accounting: bounds of reports, the one file to read when a report looks wrong.
/// TRUST: `PARAMETER_MANAGER` moves the limits, a factor of two at a time, within the bounds below.
/// INVARIANTS: ORA-2.
/// ASSUMPTIONS: the ledger has bounds of its own behind these.
abstract contract ReportLimits is IReportLimits, Guarded {
    uint256 internal constant BP = 10_000;
    uint256 internal constant YEAR = 365 days;
    /// @notice Most that `gainBpPerYear` may be.
    uint256 public constant MAX_GAIN_BP_PER_YEAR = 10_000 * BP;
    /// @notice Most that `lossBpPerFrame` may be.
    uint256 public constant MAX_LOSS_BP_PER_FRAME = 1_000;
    /// @notice Most frames that a limit of loss scales with.
    uint256 public constant MAX_LOSS_FRAMES = 7;

    /* STORAGE */

    // 4 + 2 = 6 bytes, in one slot with what the accounting keeps
    uint32 private _gainBpPerYear;
    uint16 private _lossBpPerFrame;

    /* CONSTRUCTOR */

    constructor(Limits memory first) {
        _requireBounds(first);
        emit LimitsSet(Limits(0, 0), first);
        _gainBpPerYear = first.gainBpPerYear;
        _lossBpPerFrame = first.lossBpPerFrame;
    }

    /* GOVERNANCE */

    /// @inheritdoc IReportLimits
    function setLimits(Limits calldata newLimits) external onlyRole(Roles.PARAMETER_MANAGER) {
        Limits memory old = limits();
        _requireBounds(newLimits);
        _requireStep("gainBpPerYear", old.gainBpPerYear, newLimits.gainBpPerYear);
        _requireStep("lossBpPerFrame", old.lossBpPerFrame, newLimits.lossBpPerFrame);
        emit LimitsSet(old, newLimits);
        _gainBpPerYear = newLimits.gainBpPerYear;
        _lossBpPerFrame = newLimits.lossBpPerFrame;
    }

    /* VIEWS */

    /// @inheritdoc IReportLimits
    function limits() public view returns (Limits memory) {
        return Limits(_gainBpPerYear, _lossBpPerFrame);
    }

    /* INTERNAL */

    /// @dev Reverts for a report beyond its limits; returns the change to book: a gain is capped, and what exceeds the
    /// cap stays unbooked for the next report to see again.
    function _bound(Figures memory f) internal view returns (int256 change) {
        require(
            f.withdrawalsReceived <= f.withdrawalsHeld,
            WithdrawalsAboveVault(f.withdrawalsReceived, f.withdrawalsHeld)
        );
        require(f.rewardsReceived <= f.rewardsHeld, RewardsAboveVault(f.rewardsReceived, f.rewardsHeld));
        change = f.change;
        if (change > 0) {
            uint256 cap = (f.pooledEther * _gainBpPerYear * f.frames * f.frameSeconds) / (BP * YEAR);
            if (uint256(change) > cap) change = int256(cap);
        } else if (change < 0) {
            uint256 frames = f.frames < MAX_LOSS_FRAMES ? f.frames : MAX_LOSS_FRAMES;
            uint256 limit = (f.pooledEther * _lossBpPerFrame * frames) / BP;
            require(uint256(-change) <= limit, LossAboveLimit(uint256(-change), limit));
        }
    }

    function _requireBounds(Limits memory given) private pure {
        require(
            given.gainBpPerYear > 0 && given.gainBpPerYear <= MAX_GAIN_BP_PER_YEAR,
            LimitOutOfBounds("gainBpPerYear", given.gainBpPerYear)
        );
        require(
            given.lossBpPerFrame > 0 && given.lossBpPerFrame <= MAX_LOSS_BP_PER_FRAME,
            LimitOutOfBounds("lossBpPerFrame", given.lossBpPerFrame)
        );
    }

    function _requireStep(bytes32 name, uint256 from, uint256 to) private pure {
        require(to <= from * 2 && from <= to * 2, LimitOutOfBounds(name, to));
    }
}
