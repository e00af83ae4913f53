// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICommitteeBonds} from "../../contracts/interfaces/ICommitteeBonds.sol";

/// @notice Bonds of members, each of whom has enough. It answers what the committee asks of an `ICommitteeBonds` to weigh
/// its members; the committee's own tests have real ones.
contract CommitteeBonds__Mock {
    function worthOf(uint256) external pure returns (uint256) {
        return 1_000 ether;
    }

    function memberOf(uint256) external pure returns (ICommitteeBonds.Member memory m) {
        // locked for ever
    }

    function bind(uint256) external pure {
        // locked for ever
    }

    function release(uint256, uint256) external pure {
        // locked for ever
    }
}
