// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDepositContract
/// @notice The official deposit contract (consensus specification, phase0/deposit-contract.md).
interface IDepositContract {
    /// @notice Makes a deposit of `msg.value`, which must be a multiple of 1 gwei and at least 1 ETH.
    function deposit(
        bytes calldata pubkey,
        bytes calldata withdrawalCredentials,
        bytes calldata signature,
        bytes32 depositDataRoot
    ) external payable;
}
