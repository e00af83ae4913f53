// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconProofs} from "../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../contracts/libraries/BeaconRoots.sol";
import {DepositData} from "../../contracts/libraries/DepositData.sol";
import {SSZ} from "../../contracts/libraries/SSZ.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";

/// @notice Opens the libraries of beacon proofs to tests.
contract Beacon__Harness {
    function hash(bytes32 left, bytes32 right) external view returns (bytes32) {
        return SSZ.hash(left, right);
    }

    function chunk(uint64 value) external pure returns (bytes32) {
        return SSZ.chunk(value);
    }

    function chunkOfBool(bool value) external pure returns (bytes32) {
        return SSZ.chunk(value);
    }

    function pubkeyRoot(bytes calldata pubkey) external view returns (bytes32) {
        return SSZ.pubkeyRoot(pubkey);
    }

    function branchRoot(
        bytes32 leaf,
        uint256 gindex,
        bytes32[] calldata proof
    ) external view returns (bytes32) {
        return SSZ.branchRoot(leaf, gindex, proof);
    }

    function listRoot(
        uint256[] memory indices,
        bytes32[] memory nodes,
        uint256 gindex,
        bytes32[] calldata proof
    ) external view returns (bytes32) {
        return SSZ.listRoot(indices, nodes, gindex, proof);
    }

    function validatorRoot(BeaconValidator calldata v) external view returns (bytes32) {
        return BeaconProofs.validatorRoot(v);
    }

    function verifyValidators(
        bytes32 blockRoot,
        uint256[] memory indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external view {
        BeaconProofs.verifyValidators(blockRoot, indices, validators, proof);
    }

    function verifyFinalizedEpoch(bytes32 blockRoot, uint64 epoch, bytes32[] calldata proof) external view {
        BeaconProofs.verifyFinalizedEpoch(blockRoot, epoch, proof);
    }

    function verifySlot(bytes32 blockRoot, uint64 slot, bytes32[] calldata proof) external view {
        BeaconProofs.verifySlot(blockRoot, slot, proof);
    }

    function parentRoot(uint256 timestamp) external view returns (bytes32) {
        return BeaconRoots.parentRoot(timestamp);
    }

    function depositRoot(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 amountGwei,
        bytes calldata signature
    ) external view returns (bytes32) {
        return DepositData.root(pubkey, credentials, amountGwei, signature);
    }
}
