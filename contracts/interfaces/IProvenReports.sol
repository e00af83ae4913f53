// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IProvenReports
/// @notice Where completed checkpoints go: the report oracle, as the balance checkpoint sees it.
interface IProvenReports {
    /// @notice The pool's balances, proven under one root.
    /// @param blockRoot Of the beacon block. @param slot Of that block, or, where slots were missed, a later one without a
    /// block. @param time When the execution chain was in the same moment: all other figures are of then, in seconds since
    /// 1970. @param beaconBalanceGwei As in `Report`. @param depositedGwei All ether ever sent to the deposit contract, in
    /// gwei. @param boundaryGwei That of it which was sent up to the frame boundary before, in gwei.
    /// @param withdrawalsReceived, rewardsReceived As in `Report`, in wei.
    struct ProvenBalances {
        bytes32 blockRoot;
        uint64 slot;
        uint64 time;
        uint64 beaconBalanceGwei;
        uint64 depositedGwei;
        uint64 boundaryGwei;
        uint128 withdrawalsReceived;
        uint128 rewardsReceived;
    }

    /// @notice Books balances as the report of their frame. Caller: `REPORTER`. Refused while the committee has not been
    /// silent for long enough, and for a moment that is not later than the last report's.
    function applyProven(ProvenBalances calldata balances) external;

    /// @notice Tells what all balances under the root of the parked report were proven to be: whoever has the report then
    /// ends it (`IReportOracle.conclude`). Caller: `REPORTER`.
    /// @param beaconBalanceGwei The least that a true report tells, in gwei. @param uncertainGwei How much more a true
    /// report may tell, in gwei.
    function resolveParked(uint64 beaconBalanceGwei, uint64 uncertainGwei) external;

    /// @notice The report that is parked; zeros where none is.
    /// @return reportHash Of the report.
    /// @return blockRoot That it names.
    /// @return refSlot Its reference slot.
    /// @return depositedGwei All ether sent to the deposit contract up to its boundary, in gwei.
    function parked()
        external
        view
        returns (bytes32 reportHash, bytes32 blockRoot, uint64 refSlot, uint256 depositedGwei);
}
