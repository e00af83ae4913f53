// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IVoteAdapter
/// @notice Says who stood behind the shares of a vault. The vault delegates its kETH or wkETH to the adapter, governance
/// registers it (`IStakerGovernor.setAdapter`), and the vault's holders vote through it with what it says of them.
interface IVoteAdapter {
    /// @notice Shares of the pool (18 decimals) that `account` held at the end of second `timepoint` through what the vault
    /// delegates to this adapter, rounded down: of a vault with an adapter for each token, those of that token. For one past
    /// `timepoint` the answer never changes, and the answers for all accounts together are no more than what the vault had
    /// delegated to it then.
    function pastShares(address account, uint256 timepoint) external view returns (uint256 shares);
}
