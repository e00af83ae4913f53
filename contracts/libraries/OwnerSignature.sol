// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title OwnerSignature
/// @notice Whether an account has signed: by its key, whatever code stands at its address, so that an account that has lent
/// itself code (EIP-7702) keeps its key; or else by that code (ERC-1271).
library OwnerSignature {
    /// @notice Whether `owner` signed `digest`.
    /// @param signature 65-byte ECDSA signature, or whatever `owner`'s `isValidSignature` takes.
    function isValid(address owner, bytes32 digest, bytes memory signature) internal view returns (bool) {
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, signature);
        bool byKey = failure == ECDSA.RecoverError.NoError && signer == owner && owner != address(0);
        return byKey || SignatureChecker.isValidERC1271SignatureNow(owner, digest, signature);
    }
}
