// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositSignature} from "../../contracts/libraries/DepositSignature.sol";
import {DepositSignature__Harness} from "../harness/DepositSignature__Harness.sol";
import {Assertions} from "./Assertions.sol";

/// @notice Reads the vectors that scripts/fixtures/depositSignatures.ts makes with blst and Lodestar's own types, and asks
/// the library about them.
abstract contract DepositSignatureVectors is Assertions {
    /// @notice A deposit with the Y of both points, and what Lodestar says that its key signs.
    struct Vector {
        bytes pubkey;
        bytes signature;
        bytes32 credentials;
        uint64 amountGwei;
        bytes4 forkVersion;
        bytes32 domain;
        bytes32 signingRoot;
        DepositSignature.YCoordinates y;
    }

    /// @notice How many good vectors there are.
    uint256 internal constant GOOD = 18;

    DepositSignature__Harness internal harness;
    string private file;

    function loadVectors() internal {
        harness = new DepositSignature__Harness();
        file = vm.readFile("test/fixtures/generated/deposit-signatures.json");
    }

    function good(uint256 i) internal view returns (Vector memory) {
        return vector(string.concat("$.good[", vm.toString(i), "]"));
    }

    function vector(string memory path) internal view returns (Vector memory) {
        return abi.decode(vm.parseJsonBytes(file, path), (Vector));
    }

    function isValid(Vector memory v) internal view returns (bool) {
        return harness.isValid(v.pubkey, v.signature, v.credentials, v.amountGwei, v.domain, v.y);
    }

    function callOf(Vector memory v) internal pure returns (bytes memory) {
        return
            abi.encodeCall(
                DepositSignature__Harness.isValid,
                (v.pubkey, v.signature, v.credentials, v.amountGwei, v.domain, v.y)
            );
    }
}
