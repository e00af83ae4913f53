// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDepositPort
/// @notice The ledger's only way to the official deposit contract: our credentials, and no more than the predeposit
/// for a key that is not proven.
interface IDepositPort {
    /// @notice More than the predeposit for a key that is not proven (gwei).
    error KeyNotProven(bytes pubkey, uint256 amountGwei);
    /// @notice The public keys together are not 48 bytes for each deposit.
    error WrongPubkeysLength(uint256 length, uint256 needed);
    /// @notice The signatures together are not 96 bytes for each deposit.
    error WrongSignaturesLength(uint256 length, uint256 needed);
    /// @notice The prefix is below that of our credentials.
    error PrefixTooLow(bytes1 prefix, bytes1 least);

    /// @notice 0x02, eleven zero bytes, and the address of the withdrawal vault (EIP-7251).
    function withdrawalCredentials() external view returns (bytes32);

    /// @notice The official deposit contract.
    function depositContract() external view returns (address);
}
