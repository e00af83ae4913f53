// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";

/// @notice A beacon chain as it was told: proofs are empty, and a block is known by its slot. It answers what the slashing
/// oracle, and evidence against members, ask of an `IBeaconVerifier`.
contract Verifier__Mock {
    error NotTold(uint256 index);

    uint64 public constant genesisTime = 1_700_000_000;
    uint64 public constant secondsPerSlot = 12;
    uint64 public constant slotsPerEpoch = 32;

    mapping(uint256 index => bytes32) private _containers;
    /// @dev One more than what was told.
    mapping(uint256 index => mapping(uint64 slot => uint64)) private _balances;
    mapping(uint64 slot => bytes32) private _roots;
    mapping(uint256 source => mapping(uint64 slot => bytes32)) private _merges;

    function tellValidator(uint256 index, BeaconValidator calldata v) external {
        _containers[index] = keccak256(abi.encode(v));
    }

    function tellBalance(uint256 index, uint64 slot, uint64 balanceGwei) external {
        _balances[index][slot] = balanceGwei + 1;
    }

    /// @notice That a consolidation is on its way at this slot.
    function tellMerge(IBeaconVerifier.PendingConsolidation calldata c, uint64 slot) external {
        _merges[c.source][slot] = keccak256(abi.encode(c));
    }

    /// @notice The root of the last block at or before this slot.
    function tellRoot(uint64 slot, bytes32 root) external {
        _roots[slot] = root;
    }

    function verifyRoot(
        IBeaconVerifier.BlockProof calldata b
    ) external view returns (uint64 slot, bytes32 root) {
        require(_roots[b.slot] != 0, NotTold(b.slot));
        return (b.slot, _roots[b.slot]);
    }

    function verifyValidator(
        IBeaconVerifier.BlockProof calldata b,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata
    ) external view returns (uint64 slot) {
        require(_containers[index] == keccak256(abi.encode(v)), NotTold(index));
        return b.slot;
    }

    function verifyBalance(
        IBeaconVerifier.BlockProof calldata b,
        uint40 index,
        bytes32,
        bytes32[] calldata
    ) external view returns (uint64 slot, uint64 balanceGwei) {
        uint64 told = _balances[index][b.slot];
        require(told > 0, NotTold(index));
        return (b.slot, told - 1);
    }

    function verifyPendingConsolidation(
        IBeaconVerifier.BlockProof calldata b,
        IBeaconVerifier.PendingConsolidation calldata c,
        bytes32[] calldata
    ) external view returns (uint64 slot) {
        require(_merges[c.source][b.slot] == keccak256(abi.encode(c)), NotTold(c.source));
        return b.slot;
    }
}
