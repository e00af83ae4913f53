// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BeaconRoots
/// @notice Roots of beacon blocks, as the execution layer knows them (EIP-4788).
library BeaconRoots {
    /// @notice No root is known for `timestamp`: no block has it, or it is older than 8,191 slots.
    error BeaconRootUnknown(uint256 timestamp);

    address internal constant CONTRACT = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;

    /// @notice Root of the parent of the beacon block whose execution block has the timestamp `time` (seconds since 1970).
    function parentRoot(uint256 time) internal view returns (bytes32 root) {
        bool known;
        // scratch space only: the call takes and gives one word
        assembly ("memory-safe") {
            mstore(0x00, time)
            known := staticcall(gas(), CONTRACT, 0x00, 0x20, 0x00, 0x20)
            known := and(known, eq(returndatasize(), 0x20))
            root := mload(0x00)
        }
        require(known && root != bytes32(0), BeaconRootUnknown(time));
    }
}
