// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IDepositPort
/// @notice The ledger's only way to the official deposit contract: our credentials, and no more than the
/// predeposit for a key that is not proven.
interface IDepositPort {
    /// @notice One deposit.
    /// @param pubkey BLS public key, 48 bytes.
    /// @param signature BLS signature of the deposit message, 96 bytes; any 96 bytes for a top-up.
    /// @param amountGwei Amount in gwei, at least 1 ETH as the deposit contract demands.
    struct Deposit {
        bytes pubkey;
        bytes signature;
        uint64 amountGwei;
    }

    /// @notice More than the predeposit for a key that is not proven.
    error KeyNotProven(bytes pubkey, uint256 amountGwei);
    /// @notice The ether sent is not the sum of the deposits, in wei.
    error WrongValue(uint256 sent, uint256 needed);
    /// @notice The length of a public key is not 48.
    error WrongPubkeyLength(uint256 length);
    /// @notice The length of a signature is not 96.
    error WrongSignatureLength(uint256 length);

    /// @notice Makes `deposits` at the official deposit contract with our withdrawal credentials. Anyone may, with
    /// ether of their own: it is the pool's from then on. Errors of the deposit contract are passed on.
    function deposit(Deposit[] calldata deposits) external payable;

    /// @notice 0x02, eleven zero bytes, and the address of the withdrawal vault (EIP-7251).
    function withdrawalCredentials() external view returns (bytes32);
}
