// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {BeaconLayouts} from "../../contracts/oracle/BeaconLayouts.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {KedgeTest} from "./KedgeTest.sol";

/// @notice Reads the vectors that scripts/fixtures/verifier.ts makes with Lodestar's own types, and says for which network
/// they are.
abstract contract VerifierVectors is KedgeTest {
    address internal constant BEACON_ROOTS = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    uint256 internal constant RING = 8191;
    uint64 internal constant GENESIS_TIME = 1_700_000_000;
    uint64 internal constant SECONDS_PER_SLOT = 12;
    uint64 internal constant SLOTS_PER_EPOCH = 8;
    uint64 internal constant CAPELLA_SLOT = 136;
    uint64 internal constant PIVOT_SLOT = 664;
    uint64 internal constant END_SLOT = 2_560;

    /// @notice A block and what can be proven of its state.
    struct Facts {
        uint64 slot;
        bytes32 root;
        bytes32[] slotProof;
        uint40 index;
        BeaconValidator validator;
        bytes32[] validatorProof;
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] validatorsProof;
        bytes32 chunk;
        uint64 balanceGwei;
        bytes32[] balanceProof;
        bytes32 mix;
        bytes32[] mixProof;
    }

    /// @notice The root of a block at a slot, under a later one.
    struct History {
        bytes32 anchorRoot;
        uint64 slot;
        bytes32 root;
        bytes32[] history;
    }

    /// @notice A chunk of balances in which `index` stands.
    struct Chunk {
        uint40 index;
        bytes32 chunk;
        bytes32[] proof;
    }

    /// @notice An entry of the list of partial withdrawals of Fulu's state.
    struct Partial {
        IBeaconVerifier.PendingPartial pending;
        bytes32[] proof;
    }

    /// @notice An entry of the list of its consolidations.
    struct Merger {
        IBeaconVerifier.PendingConsolidation pending;
        bytes32[] proof;
    }

    string internal file;

    function loadVectors() internal {
        file = vm.readFile("test/fixtures/generated/beacon-verifier.json");
        string memory json = vm.readFile("test/fixtures/generated/system-contracts.json");
        vm.etch(BEACON_ROOTS, vm.parseJsonBytes(json, "$.beaconRoots.code"));
    }

    function facts(string memory name) internal view returns (Facts memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.blocks.", name)), (Facts));
    }

    function history(string memory name) internal view returns (History memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.histories.", name)), (History));
    }

    function chunkVector(string memory name) internal view returns (Chunk memory) {
        return abi.decode(vm.parseJsonBytes(file, string.concat("$.", name)), (Chunk));
    }

    function partialVector(uint256 place) internal view returns (Partial memory) {
        string memory path = string.concat("$.pendingPartials[", vm.toString(place), "]");
        return abi.decode(vm.parseJsonBytes(file, path), (Partial));
    }

    function mergerVector(uint256 place) internal view returns (Merger memory) {
        string memory path = string.concat("$.pendingConsolidations[", vm.toString(place), "]");
        return abi.decode(vm.parseJsonBytes(file, path), (Merger));
    }

    /* THE CHAIN */

    function timeOf(uint256 slot) internal pure returns (uint64) {
        return uint64(GENESIS_TIME + slot * SECONDS_PER_SLOT);
    }

    /// @notice Makes `root` that of the parent of the block at `slot`.
    function setParentRoot(uint256 slot, bytes32 root) internal {
        uint256 time = timeOf(slot);
        vm.store(BEACON_ROOTS, bytes32(time % RING), bytes32(time));
        vm.store(BEACON_ROOTS, bytes32((time % RING) + RING), root);
    }

    /// @notice The block whose child is at `childSlot`.
    function parentAt(uint256 childSlot) internal pure returns (IBeaconVerifier.BlockProof memory b) {
        b.timestamp = timeOf(childSlot);
    }

    /// @notice The block of `h`, under the parent of the block at `childSlot`.
    function pastAt(
        uint256 childSlot,
        History memory h
    ) internal pure returns (IBeaconVerifier.BlockProof memory) {
        return IBeaconVerifier.BlockProof(timeOf(childSlot), h.slot, h.root, h.history);
    }

    /* THE VERIFIER */

    function network() internal pure returns (BeaconLayouts.Network memory) {
        return
            BeaconLayouts.Network({
                genesisTime: GENESIS_TIME,
                secondsPerSlot: SECONDS_PER_SLOT,
                slotsPerEpoch: SLOTS_PER_EPOCH,
                slotsPerHistoricalRoot: 64,
                epochsPerHistoricalVector: 64,
                pendingPartialsLimit: 64,
                pendingConsolidationsLimit: 64,
                capellaSlot: CAPELLA_SLOT,
                endSlot: END_SLOT
            });
    }

    function layouts() internal pure returns (BeaconLayouts.Layout[] memory list) {
        list = new BeaconLayouts.Layout[](2);
        list[0] = BeaconLayouts.Layout(CAPELLA_SLOT, 43, 44, 45, 59, 0, 0, 0);
        list[1] = BeaconLayouts.Layout(PIVOT_SLOT, 75, 76, 77, 91, 98, 99, 100);
    }
}
