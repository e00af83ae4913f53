// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositSignature} from "../../contracts/libraries/DepositSignature.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {Assertions} from "./Assertions.sol";

/// @notice Reads the vectors that scripts/fixtures/beacon.ts makes with Lodestar's own types.
abstract contract BeaconVectors is Assertions {
    /// @notice Validators under the one block root of the vectors.
    struct ProofVector {
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] proof;
    }

    /// @notice A key at its place in a commitment.
    struct Key {
        uint32 gindex;
        bytes pubkey;
        bytes signature;
    }

    /// @notice Keys of a commitment; the last three lists are empty where the keys are no validators.
    struct KeySet {
        bytes32 root;
        uint32 count;
        Key[] keys;
        bytes32[] proof;
        uint32[] gindices;
        uint256[] positions;
        bytes32[] signatureHashes;
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] validatorsProof;
        DepositSignature.YCoordinates[] ys;
    }

    /// @notice A block header, with proofs of its slot and of what its state has finalised.
    struct HeaderVector {
        bytes32 root;
        uint64 slot;
        bytes32[] slotProof;
        uint64 finalizedEpoch;
        bytes32[] finalityProof;
    }

    /// @notice A signed deposit with our credentials.
    struct DepositVector {
        bytes pubkey;
        bytes signature;
        uint64 amountGwei;
        bytes32 root;
    }

    function proofsFile() internal view returns (string memory) {
        return vm.readFile("test/fixtures/generated/beacon-proofs.json");
    }

    function keysFile() internal view returns (string memory) {
        return vm.readFile("test/fixtures/generated/beacon-keys.json");
    }

    function depositsFile() internal view returns (string memory) {
        return vm.readFile("test/fixtures/generated/beacon-deposits.json");
    }

    function headersFile() internal view returns (string memory) {
        return vm.readFile("test/fixtures/generated/beacon-headers.json");
    }

    function proofVector(string memory file, string memory name) internal pure returns (ProofVector memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.sets.", name)), (ProofVector));
    }

    /// @notice A proof of validator 5 under the block root of a state of another fork.
    function forkVector(
        string memory file,
        string memory fork
    ) internal pure returns (bytes32 root, ProofVector memory v) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.forks.", fork)), (bytes32, ProofVector));
    }

    function keySet(string memory file, string memory name) internal pure returns (KeySet memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.sets.", name)), (KeySet));
    }

    /// @notice The keys as the contracts take them: places, public keys and signatures, one after the other.
    function packed(
        Key[] memory list
    ) internal pure returns (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) {
        gindices = new uint32[](list.length);
        for (uint256 i = 0; i < list.length; ++i) {
            gindices[i] = list[i].gindex;
            pubkeys = bytes.concat(pubkeys, list[i].pubkey);
            signatures = bytes.concat(signatures, list[i].signature);
        }
    }

    function headerVector(
        string memory file,
        string memory name
    ) internal pure returns (HeaderVector memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.", name)), (HeaderVector));
    }

    function depositVector(string memory file, uint256 i) internal pure returns (DepositVector memory) {
        return
            abi.decode(
                vm.parseJsonBytes(file, string.concat("$.deposits[", vm.toString(i), "]")),
                (DepositVector)
            );
    }
}
