// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Bonds of members, each of whom has enough. It answers what the committee asks of an `ICommitteeBonds` to weigh its
/// members; the committee's own tests have real ones.
contract CommitteeBonds__Mock {
    function worthOf(uint256) external pure returns (uint256) {
        return 1_000 ether;
    }

    function bind(uint256) external pure {
        // locked for ever
    }

    function release(uint256, uint256) external pure {
        // locked for ever
    }
}
