// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSZ} from "./SSZ.sol";

/// @title DepositData
/// @notice hash_tree_root of `DepositData` (consensus specification, phase0/beacon-chain.md), as the official deposit
/// contract asks for it.
library DepositData {
    /// @notice hash_tree_root of a deposit.
    /// @param pubkey 48 bytes. @param signature 96 bytes. Lengths are the caller's to check.
    function root(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 amountGwei,
        bytes calldata signature
    ) internal view returns (bytes32) {
        bytes32 signatureRoot = SSZ.hash(
            SSZ.hash(bytes32(signature[0:32]), bytes32(signature[32:64])),
            SSZ.hash(bytes32(signature[64:96]), bytes32(0))
        );
        return
            SSZ.hash(
                SSZ.hash(SSZ.pubkeyRoot(pubkey), credentials),
                SSZ.hash(SSZ.chunk(amountGwei), signatureRoot)
            );
    }
}
