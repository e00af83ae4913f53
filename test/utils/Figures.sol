// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorFigures} from "../../contracts/types/OperatorFigures.sol";

/// @notice Trees of two leaves over operators' figures.
library Figures {
    /// @dev Written out, not taken from the library under test.
    uint16 internal constant NO_DUTIES = 65_535;

    function leaf(OperatorFigures memory f) internal pure returns (bytes32) {
        bytes32 inner = keccak256(
            abi.encode(
                uint256(f.operatorId),
                uint256(f.cumulativeShares),
                uint256(f.frame),
                uint256(f.attestedBp),
                uint256(f.networkBp),
                uint256(f.withheldWei)
            )
        );
        return keccak256(abi.encode(inner));
    }

    function rootOf(OperatorFigures memory a, OperatorFigures memory b) internal pure returns (bytes32) {
        (bytes32 left, bytes32 right) = (leaf(a), leaf(b));
        return left < right ? keccak256(abi.encode(left, right)) : keccak256(abi.encode(right, left));
    }

    /// @notice Proof of the leaf beside `sibling`.
    function proofBeside(OperatorFigures memory sibling) internal pure returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = leaf(sibling);
    }

    /// @notice Figures that tell of nothing but fee shares.
    function ofShares(uint256 operatorId, uint256 shares) internal pure returns (OperatorFigures memory) {
        return OperatorFigures(uint32(operatorId), uint128(shares), 0, NO_DUTIES, 0, 0);
    }
}
