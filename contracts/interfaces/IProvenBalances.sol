// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProvenBalances
/// @notice What the balances of all our validators were proven to be.
interface IProvenBalances {
    /// @notice The least that a report of this block can truly have told, where all of it was proven.
    /// @param blockRoot Root of a beacon block.
    /// @return isKnown Whether it was.
    /// @return balanceGwei Sum of the balances of all validators that are ours by now, in gwei: without what was pending.
    function provenBalance(bytes32 blockRoot) external view returns (bool isKnown, uint64 balanceGwei);
}
