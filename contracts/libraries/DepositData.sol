// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SSZ} from "./SSZ.sol";

/// @title DepositData
/// @notice hash_tree_root of `DepositData` (consensus specification, phase0/beacon-chain.md), as the official deposit
/// contract asks for it.
library DepositData {
    /// @dev `signatureRoot` of 96 zero bytes.
    bytes32 internal constant ZERO_SIGNATURE_ROOT =
        0xdb56114e00fdd4c1f85c892bf35ac9a89289aaecb1ebd0a96cde606a748b5d71;

    /// @notice hash_tree_root of a deposit.
    /// @param pubkey 48 bytes; the length is the caller's to check.
    function root(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 amountGwei,
        bytes32 signatureRoot_
    ) internal view returns (bytes32) {
        return
            SSZ.hash(
                SSZ.hash(SSZ.pubkeyRoot(pubkey), credentials),
                SSZ.hash(SSZ.chunk(amountGwei), signatureRoot_)
            );
    }

    /// @notice hash_tree_root of a signature of 96 bytes; the length is the caller's to check.
    function signatureRoot(bytes calldata signature) internal view returns (bytes32) {
        return
            SSZ.hash(
                SSZ.hash(bytes32(signature[0:32]), bytes32(signature[32:64])),
                SSZ.hash(bytes32(signature[64:96]), bytes32(0))
            );
    }
}
