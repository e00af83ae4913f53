// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IEtherVault
/// @notice Holds ether that comes from the beacon chain or from block proposers, and gives it to the ledger alone.
interface IEtherVault {
    /// @notice The vault holds less than what was asked for (wei).
    error InsufficientEther(uint256 held, uint256 needed);

    /// @notice Sends `amount` wei to the ledger, which tells of it (`Collected`). Caller: `LEDGER`.
    function sweep(uint256 amount) external;
}
