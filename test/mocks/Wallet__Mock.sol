// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice An account of code whose signature (ERC-1271) is a hash that it was told to approve.
contract Wallet__Mock {
    bytes32 public approvedHash;

    function approveHash(bytes32 hash) external {
        approvedHash = hash;
    }

    function isValidSignature(bytes32 hash, bytes calldata) external view returns (bytes4) {
        return hash == approvedHash ? this.isValidSignature.selector : bytes4(0xffffffff);
    }
}
