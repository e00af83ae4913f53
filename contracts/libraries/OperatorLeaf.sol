// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title OperatorLeaf
/// @notice The leaf of an operator's figures in the tree of a report's root.
library OperatorLeaf {
    /// @notice `attestedBp` of an operator without active validators in the frame.
    uint16 internal constant NO_DUTIES = type(uint16).max;

    /// @notice Hashed twice, so that no leaf is a node.
    function hash(OperatorFigures calldata figures) internal pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(figures))));
    }

    /// @notice Whether the tree under `root`, with sorted pairs, has the leaf.
    function isUnder(
        OperatorFigures calldata figures,
        bytes32[] calldata proof,
        bytes32 root
    ) internal pure returns (bool) {
        return MerkleProof.verifyCalldata(proof, root, hash(figures));
    }
}
