// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SortitionTree} from "../../contracts/libraries/SortitionTree.sol";

/// @notice One tree.
contract SortitionTree__Harness {
    using SortitionTree for SortitionTree.Tree;

    SortitionTree.Tree private _tree;

    function set(uint256 id, uint256 weight) external returns (uint256) {
        return _tree.set(id, weight);
    }

    /// @notice Weights of the ids from `first` to `last`, each its id's hash below 2^40.
    function fill(uint256 first, uint256 last) external {
        for (uint256 id = first; id <= last; ++id)
            _tree.set(id, uint40(uint256(keccak256(abi.encode(id)))) | 1);
    }

    function weightOf(uint256 id) external view returns (uint256) {
        return _tree.weightOf(id);
    }

    function total() external view returns (uint256) {
        return _tree.total();
    }

    function find(uint256 point) external view returns (uint256) {
        return _tree.find(point);
    }

    function levels() external view returns (uint256) {
        return _tree.levels;
    }

    /// @notice How often each of `ids` (1 … length) is found from `draws` points hashed from `seed`.
    function frequencies(
        bytes32 seed,
        uint256 draws,
        uint256 ids
    ) external view returns (uint256[] memory found) {
        found = new uint256[](ids);
        uint256 sum = _tree.total();
        for (uint256 i = 0; i < draws; ++i) {
            ++found[_tree.find(uint256(keccak256(abi.encode(seed, i))) % sum) - 1];
        }
    }
}
