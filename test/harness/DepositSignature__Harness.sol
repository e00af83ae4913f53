// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS12381} from "../../contracts/libraries/BLS12381.sol";
import {DepositSignature} from "../../contracts/libraries/DepositSignature.sol";

/// @notice Opens the check of deposit signatures to tests.
contract DepositSignature__Harness {
    function isValid(
        bytes calldata pubkey,
        bytes calldata signature,
        bytes32 credentials,
        uint64 amountGwei,
        bytes32 depositDomain,
        DepositSignature.YCoordinates calldata y
    ) external view returns (bool) {
        return DepositSignature.isValid(pubkey, signature, credentials, amountGwei, depositDomain, y);
    }

    function domain(bytes4 genesisForkVersion) external view returns (bytes32) {
        return DepositSignature.domain(genesisForkVersion);
    }

    function signingRoot(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 amountGwei,
        bytes32 depositDomain
    ) external view returns (bytes32) {
        return DepositSignature.signingRoot(pubkey, credentials, amountGwei, depositDomain);
    }

    function g1Point(bytes calldata compressed, BLS12381.Fp calldata y) external pure returns (bytes memory) {
        return BLS12381.g1Point(compressed, y);
    }

    function g2Point(
        bytes calldata compressed,
        BLS12381.Fp2 calldata y
    ) external pure returns (bytes memory) {
        return BLS12381.g2Point(compressed, y);
    }

    function hashToG2(bytes32 message) external view returns (bytes memory) {
        return BLS12381.hashToG2(message);
    }
}
