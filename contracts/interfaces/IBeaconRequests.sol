// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBeaconRequests
/// @notice What is common to whoever asks the beacon chain for something in the vault's name: a recent block shows that it
/// may be asked for, and the request's fee comes with the call.
interface IBeaconRequests {
    /// @notice The block is too old (seconds since 1970), or one that has not come, or behind `historical_summaries`.
    error RootTooOld(uint256 timestamp, uint256 oldest);
    /// @notice The caller refused what it had paid too much.
    error RefundRefused(address caller);

    /// @notice Oldest root that something is proven under, in seconds.
    function MAX_ROOT_AGE() external view returns (uint256);
}
