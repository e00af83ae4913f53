// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {FactoryTest} from "./FactoryTest.sol";

/// @notice The official contracts that take requests for withdrawals (EIP-7002) and consolidations (EIP-7251).
abstract contract RequestContracts is FactoryTest {
    address internal constant WITHDRAWAL_REQUESTS = 0x00000961Ef480Eb55e80D19ad83579A64c007002;
    address internal constant CONSOLIDATION_REQUESTS = 0x0000BBdDc7CE488642fb579F8B00f3a590007251;
    address internal constant SYSTEM = 0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE;
    /// @dev Where both keep the excess of requests, which the fee follows, and the count of this block.
    bytes32 internal constant EXCESS_SLOT = bytes32(uint256(0));
    bytes32 internal constant COUNT_SLOT = bytes32(uint256(1));

    /// @notice Installs both, past their first block: before it they refuse everything.
    function installRequestContracts() internal {
        string memory json = vm.readFile("test/fixtures/generated/system-contracts.json");
        vm.etch(WITHDRAWAL_REQUESTS, vm.parseJsonBytes(json, "$.withdrawalRequests.code"));
        vm.etch(CONSOLIDATION_REQUESTS, vm.parseJsonBytes(json, "$.consolidationRequests.code"));
        dequeueWithdrawals();
        dequeueConsolidations();
    }

    /// @notice Sets what the fee follows.
    function setWithdrawalExcess(uint256 excess) internal {
        vm.store(WITHDRAWAL_REQUESTS, EXCESS_SLOT, bytes32(excess));
    }

    /// @notice Requests for withdrawals in this block.
    function queuedWithdrawals() internal view returns (uint256) {
        return uint256(vm.load(WITHDRAWAL_REQUESTS, COUNT_SLOT));
    }

    /// @notice Ends a block: what the beacon chain gets, `address ‖ pubkey ‖ amount, little-endian` each, at most 16.
    function dequeueWithdrawals() internal returns (bytes memory) {
        return dequeue(WITHDRAWAL_REQUESTS);
    }

    /// @notice The same for consolidations, `address ‖ source ‖ target` each, at most 2.
    function dequeueConsolidations() internal returns (bytes memory) {
        return dequeue(CONSOLIDATION_REQUESTS);
    }

    function dequeue(address target) private returns (bytes memory requests) {
        vm.prank(SYSTEM);
        (, requests) = target.call("");
    }
}
