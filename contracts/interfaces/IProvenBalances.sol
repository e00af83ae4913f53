// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProvenBalances
/// @notice What the balances of all our validators were proven to be.
interface IProvenBalances {
    /// @notice The figure that a report of this block should have told, where all of it was proven.
    /// @param blockRoot Root of a beacon block.
    /// @return isKnown Whether it was.
    /// @return balanceGwei The least that a true report tells as `Report.beaconBalanceGwei`, in gwei.
    /// @return uncertainGwei How much more a true report may tell, in gwei: predeposits of keys that are not proven, which
    /// may be lost to a validator of another.
    function provenBalance(
        bytes32 blockRoot
    ) external view returns (bool isKnown, uint64 balanceGwei, uint64 uncertainGwei);
}
