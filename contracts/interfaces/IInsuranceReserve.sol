// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IInsuranceReserve
/// @notice Shares set aside for what operators' bonds did not cover: burnt, they make the other holders whole.
interface IInsuranceReserve {
    /// @notice Shares were burnt for losses that bonds did not cover.
    event LossCovered(address indexed caller, uint256 shares, uint256 amount, uint256 uncovered);

    /// @notice There is no loss to cover, or nothing to cover it with (wei, shares).
    error NothingToCover(uint256 uncovered, uint256 shares);

    /// @notice Burns shares worth what is uncovered, rounded down, or all that the reserve holds. What they are worth drips
    /// to all holders like any burnt bond. Anyone may.
    /// @return amount What the burnt shares were worth, in wei.
    function cover() external returns (uint256 amount);

    /// @notice What bonds did not cover, and the reserve has not yet, in wei. It falls again where a bond pays later what
    /// it had not at first.
    function uncovered() external view returns (uint256);

    /// @notice All that the reserve ever covered, in wei.
    function totalCovered() external view returns (uint256);
}
