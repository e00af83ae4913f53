// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDepositBooks
/// @notice What the ledger knows of its deposits, as the balance checkpoint asks it.
interface IDepositBooks {
    /// @notice All ether ever sent to the deposit contract, in gwei.
    function totalDepositedGwei() external view returns (uint256);

    /// @notice When the report of frame boundary `frame` was booked (seconds since 1970), and all ether sent to the deposit
    /// contract up to that boundary, its own second included (gwei); zeros if there was none, or it is too far back.
    function reportOf(uint256 frame) external view returns (uint256 time, uint256 depositedGwei);
}
