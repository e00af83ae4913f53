// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {SSZ} from "../libraries/SSZ.sol";
import {BeaconLayout} from "../types/BeaconLayout.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {BeaconLayouts} from "./BeaconLayouts.sol";

/// @title BeaconVerifier
/// @notice Facts of the beacon state from Capella up to the fork after Fulu: what the chain says, and nothing else.
/// TRUST: nobody; the layouts are those that it was constructed with.
/// INVARIANTS: none: it keeps nothing.
/// ASSUMPTIONS: SHA-256; EIP-4788 answers with roots of the chain that runs this call; layouts are given as the
/// specification has them. Between two of them the number of the state's fields passes a power of two, so that where the
/// later one has the length of a list, the earlier one has a hash (see `_layoutAt`).
///
/// Lists that grow in depth with their length (EIP-7688, Gloas) need another contract behind the same interface.
contract BeaconVerifier is BeaconLayouts {
    /* CONSTRUCTOR */

    constructor(Network memory n, Layout[] memory layouts) BeaconLayouts(n, layouts) {}

    /* VIEWS */

    /// @inheritdoc IBeaconVerifier
    function verifyValidator(
        BlockProof calldata b,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external view returns (uint64) {
        (uint64 slot, bytes32 root, BeaconLayout fields) = _blockOf(b);
        bytes32 leaf = BeaconProofs.validatorRoot(v);
        _verifyElement(fields.validators(), SSZ.DEPTH, root, index, index, leaf, proof);
        return slot;
    }

    /// @inheritdoc IBeaconVerifier
    function verifyValidators(
        BlockProof calldata b,
        uint256[] calldata indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external view returns (uint64) {
        (uint64 slot, bytes32 root, BeaconLayout fields) = _blockOf(b);
        uint256 gindex = fields.validators() << 1;
        BeaconProofs.verifyValidatorsAt(gindex, root, indices, validators, proof);
        // at least one, as was just checked, and the last is the highest
        _requireInList(gindex, indices[indices.length - 1], proof);
        return slot;
    }

    /// @inheritdoc IBeaconVerifier
    function verifyBalance(
        BlockProof calldata b,
        uint40 index,
        bytes32 chunk,
        bytes32[] calldata proof
    ) external view returns (uint64, uint64) {
        (uint64 slot, bytes32 root, BeaconLayout fields) = _blockOf(b);
        _verifyElement(fields.balances(), BeaconProofs.BALANCES_DEPTH, root, index >> 2, index, chunk, proof);
        return (slot, SSZ.uint64At(chunk, index & 3));
    }

    /// @inheritdoc IBeaconVerifier
    function verifyPendingPartial(
        BlockProof calldata b,
        PendingPartial calldata p,
        bytes32[] calldata proof
    ) external view returns (uint64) {
        (uint64 slot, bytes32 root, BeaconLayout fields) = _blockOf(b);
        bytes32 leaf = BeaconProofs.pendingPartialRoot(p.validatorIndex, p.amountGwei, p.withdrawableEpoch);
        uint256 field = fields.pendingPartials();
        require(field != 0, NoSuchList(slot));
        _verifyElement(field, _pendingPartialsLevels, root, p.place, p.place, leaf, proof);
        return slot;
    }

    /// @inheritdoc IBeaconVerifier
    function verifyPendingConsolidation(
        BlockProof calldata b,
        PendingConsolidation calldata c,
        bytes32[] calldata proof
    ) external view returns (uint64) {
        (uint64 slot, bytes32 root, BeaconLayout fields) = _blockOf(b);
        uint256 field = fields.pendingConsolidations();
        require(field != 0, NoSuchList(slot));
        bytes32 leaf = BeaconProofs.pendingConsolidationRoot(c.source, c.target);
        _verifyElement(field, _pendingConsolidationsLevels, root, c.place, c.place, leaf, proof);
        return slot;
    }

    /// @inheritdoc IBeaconVerifier
    function verifyBalances(
        uint64 slot,
        bytes32 root,
        uint256[] calldata indices,
        bytes32[] calldata chunks,
        bytes32[] calldata proof
    ) external view returns (uint256[] memory balancesGwei, uint256 length) {
        uint256 gindex = _layoutAt(slot).balances() << 1;
        length = BeaconProofs.listLength(gindex, proof);
        uint256[] memory places = new uint256[](chunks.length);
        balancesGwei = new uint256[](indices.length);
        uint256 used = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 index = indices[i];
            // those behind the end have no balance yet
            if (index >= length) continue;
            uint256 place = index >> 2;
            if (used == 0 || places[used - 1] != place) {
                require(used < places.length, IndexBeyondList(used, places.length));
                places[used++] = place;
            }
            balancesGwei[i] = SSZ.uint64At(chunks[used - 1], index & 3);
        }
        // where all are behind it, the first chunk shows the length
        if (used == 0) used = 1;
        require(used == chunks.length, BeaconProofs.CountMismatch(used, chunks.length));
        BeaconProofs.verifyElements(gindex, BeaconProofs.BALANCES_DEPTH, root, places, chunks, proof);
    }

    /// @inheritdoc IBeaconVerifier
    function verifyPendingDeposits(
        uint64 slot,
        bytes32 root,
        uint256[] calldata places,
        bytes32[] calldata leaves,
        bytes32[] calldata proof
    ) external view returns (uint256 length) {
        uint256 field = _layoutAt(slot).pendingDeposits();
        require(field != 0, NoSuchList(slot));
        BeaconProofs.verifyElements(field << 1, BeaconProofs.DEPOSITS_DEPTH, root, places, leaves, proof);
        return BeaconProofs.listLength(field << 1, proof);
    }

    /// @inheritdoc IBeaconVerifier
    function verifyValidatorUnder(
        uint64 slot,
        bytes32 root,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external view {
        bytes32 leaf = BeaconProofs.validatorRoot(v);
        _verifyElement(_layoutAt(slot).validators(), SSZ.DEPTH, root, index, index, leaf, proof);
    }

    /// @inheritdoc IBeaconVerifier
    function verifyRandaoMix(
        uint64 timestamp,
        uint64 slot,
        bytes32[] calldata slotProof,
        bytes32 mix,
        bytes32[] calldata proof
    ) external view {
        bytes32 root = BeaconRoots.parentRoot(timestamp);
        BeaconProofs.verifySlot(root, slot, slotProof);
        uint256 entry = (slot / slotsPerEpoch) % _epochsPerHistoricalVector;
        uint256 gindex = (_layoutAt(slot).randaoMixes() << _historicalVectorLevels) | entry;
        BeaconProofs.verifyLeaf(gindex, root, mix, proof);
    }

    /// @inheritdoc IBeaconVerifier
    function verifyRoot(BlockProof calldata b) external view returns (uint64 slot, bytes32 root) {
        (slot, root, ) = _blockOf(b);
    }

    /// @inheritdoc IBeaconVerifier
    function firstSlot() external view returns (uint64) {
        // packed from 64 bits
        return uint64(_earlier.fromSlot());
    }

    /* INTERNAL */

    /// @dev The block of which a fact is shown, and the slot that no later block is meant by.
    function _blockOf(
        BlockProof calldata b
    ) private view returns (uint64 slot, bytes32 root, BeaconLayout fields) {
        require(b.timestamp > genesisTime, TimestampNotAfterGenesis(b.timestamp, genesisTime));
        // the last slot that begins before the child
        slot = (b.timestamp - genesisTime - 1) / secondsPerSlot;
        fields = _layoutAt(slot);
        root = BeaconRoots.parentRoot(b.timestamp);
        if (b.history.length == 0) return (slot, root, fields);

        BeaconLayout pastFields = _layoutAt(b.slot);
        uint256 gindex = fields.historicalSummaries() << 1;
        // known layouts begin with Capella at the earliest
        uint256 index = b.slot / _slotsPerHistoricalRoot - _firstPeriod;
        BeaconProofs.verifyPastRoot(
            gindex,
            _historicalRootLevels,
            root,
            index,
            b.slot % _slotsPerHistoricalRoot,
            b.root,
            b.history
        );
        _requireInList(gindex, index, b.history);
        return (b.slot, b.root, pastFields);
    }

    /// @dev An element of the list at `field`: `leaf` at `place` holds it, `index` counts up to the list's length.
    function _verifyElement(
        uint256 field,
        uint256 depth,
        bytes32 root,
        uint256 place,
        uint256 index,
        bytes32 leaf,
        bytes32[] calldata proof
    ) private view {
        // the data tree is the left half, the length the right one
        uint256 gindex = field << 1;
        BeaconProofs.verifyElement(gindex, depth, root, place, leaf, proof);
        _requireInList(gindex, index, proof);
    }

    /// @dev Only behind a proof that holds.
    function _requireInList(uint256 gindex, uint256 index, bytes32[] calldata proof) private pure {
        uint256 length = BeaconProofs.listLength(gindex, proof);
        require(index < length, IndexBeyondList(index, length));
    }
}
