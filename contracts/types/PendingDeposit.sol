// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice `PendingDeposit` of the beacon state (consensus specification, electra/beacon-chain.md), in gwei. `pubkey` has 48
/// bytes, `signature` 96.
struct PendingDeposit {
    bytes pubkey;
    bytes32 withdrawalCredentials;
    uint64 amountGwei;
    bytes signature;
    uint64 slot;
}

/// @notice The same by the hashes that its root is made of.
/// @param pubkeyRoot hash_tree_root of the public key. @param amountAndSignature The node above amount and signature.
struct PendingDepositHead {
    bytes32 pubkeyRoot;
    bytes32 withdrawalCredentials;
    bytes32 amountAndSignature;
    uint64 slot;
}
