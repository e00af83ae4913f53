// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProvenBalances
/// @notice What the balances of all our validators were proven to be.
interface IProvenBalances {
    /// @notice The figure that a report of this block should have told, where all of it was proven.
    /// @param blockRoot Root of a beacon block.
    /// @return isKnown Whether it was.
    /// @return balanceGwei As `Report.beaconBalanceGwei`, in gwei.
    /// @return uncertainGwei How far a true report may be from it, in gwei: predeposits of keys that are not proven.
    function provenBalance(
        bytes32 blockRoot
    ) external view returns (bool isKnown, uint64 balanceGwei, uint64 uncertainGwei);
}
