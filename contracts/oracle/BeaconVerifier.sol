// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {SSZ} from "../libraries/SSZ.sol";
import {BeaconLayout, packBeaconLayout} from "../types/BeaconLayout.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title BeaconVerifier
/// @notice Facts of the beacon state from Capella up to the fork after Fulu: what the chain says, and nothing else.
/// TRUST: nobody; the layouts are those that it was constructed with.
/// INVARIANTS: none: it keeps nothing.
/// ASSUMPTIONS: SHA-256; EIP-4788 answers with roots of the chain that runs this call; layouts are given as the
/// specification has them. Between two of them the number of the state's fields passes a power of two, so that where the
/// later one has the length of a list, the earlier one has a hash (see `_layoutAt`).
///
/// Lists that grow in depth with their length (EIP-7688, Gloas) need another contract behind the same interface.
contract BeaconVerifier is IBeaconVerifier {
    /// @notice Where fields stand in `BeaconState`, from a slot on.
    /// @param fromSlot First slot of the fork. The others are generalized indices of fields in the state's container, in the
    /// order of the fields: 43, 44, 45 and 59 from Capella to Deneb, which have no pending lists (three times 0), 75, 76,
    /// 77, 91, 98, 99 and 100 in Electra and Fulu.
    struct Layout {
        uint64 fromSlot;
        uint16 validators;
        uint16 balances;
        uint16 randaoMixes;
        uint16 historicalSummaries;
        uint16 pendingDeposits;
        uint16 pendingPartials;
        uint16 pendingConsolidations;
    }

    /// @notice What a network is configured with.
    /// @param genesisTime Of slot 0, seconds since 1970.
    /// @param secondsPerSlot 12 on all public networks of today.
    /// @param slotsPerEpoch 32, or 8 in the minimal preset.
    /// @param slotsPerHistoricalRoot SLOTS_PER_HISTORICAL_ROOT: 8192, or 64 in the minimal preset.
    /// @param epochsPerHistoricalVector EPOCHS_PER_HISTORICAL_VECTOR: 65536, or 64 in the minimal preset.
    /// @param pendingPartialsLimit PENDING_PARTIAL_WITHDRAWALS_LIMIT: 2^27, or 64 in the minimal preset.
    /// @param pendingConsolidationsLimit PENDING_CONSOLIDATIONS_LIMIT: 2^18, or 64 in the minimal preset.
    /// @param capellaSlot First slot of the Capella fork: the first summary is of the period in which it lies.
    /// @param endSlot First slot of the fork whose layout is not among those given; the last one reaches up to it.
    struct Network {
        uint64 genesisTime;
        uint64 secondsPerSlot;
        uint64 slotsPerEpoch;
        uint64 slotsPerHistoricalRoot;
        uint64 epochsPerHistoricalVector;
        uint64 pendingPartialsLimit;
        uint64 pendingConsolidationsLimit;
        uint64 capellaSlot;
        uint64 endSlot;
    }

    /// @notice More layouts of this kind there are not: one up to Deneb, one up to Fulu.
    uint256 public constant MAX_LAYOUTS = 2;
    /// @notice Least generalized index of a field in a container of more than 16 fields.
    uint256 public constant MIN_FIELD_GINDEX = 32;
    /// @notice Greatest in a container of at most 64.
    uint256 public constant MAX_FIELD_GINDEX = 127;
    /// @notice Greatest time from a slot to the next, in seconds.
    uint256 public constant MAX_SECONDS_PER_SLOT = 60;
    /// @notice Least number of slots of an epoch.
    uint256 public constant MIN_SLOTS_PER_EPOCH = 8;
    /// @notice Greatest.
    uint256 public constant MAX_SLOTS_PER_EPOCH = 64;
    /// @notice Least length of the state's vectors of roots and mixes.
    uint256 public constant MIN_HISTORY = 64;
    /// @notice Greatest length of the vector of roots.
    uint256 public constant MAX_SLOTS_PER_HISTORICAL_ROOT = 8_192;
    /// @notice Greatest length of the vector of mixes.
    uint256 public constant MAX_EPOCHS_PER_HISTORICAL_VECTOR = 65_536;
    /// @notice Least limit of the state's lists of what is pending.
    uint256 public constant MIN_PENDING = 64;
    /// @notice Greatest.
    uint256 public constant MAX_PENDING = 1 << 27;
    /// @notice No end lies beyond: 2^40 slots are 400,000 years.
    uint256 public constant MAX_END_SLOT = 1 << 40;

    /* IMMUTABLES */

    /// @inheritdoc IBeaconVerifier
    uint64 public immutable genesisTime;
    /// @inheritdoc IBeaconVerifier
    uint64 public immutable secondsPerSlot;
    /// @inheritdoc IBeaconVerifier
    uint64 public immutable slotsPerEpoch;
    /// @inheritdoc IBeaconVerifier
    uint64 public immutable endSlot;

    uint256 private immutable _slotsPerHistoricalRoot;
    uint256 private immutable _historicalRootLevels;
    uint256 private immutable _epochsPerHistoricalVector;
    uint256 private immutable _historicalVectorLevels;
    uint256 private immutable _pendingPartialsLevels;
    uint256 private immutable _pendingConsolidationsLevels;
    uint256 private immutable _firstPeriod;
    BeaconLayout private immutable _earlier;
    BeaconLayout private immutable _later;

    /* CONSTRUCTOR */

    /// @notice Checks all that can be checked of a configuration.
    /// @param layouts One or two, the earlier first.
    constructor(Network memory n, Layout[] memory layouts) {
        _require(n.genesisTime > 0, "genesisTime", n.genesisTime);
        uint256 seconds_ = n.secondsPerSlot;
        _require(seconds_ > 0 && seconds_ <= MAX_SECONDS_PER_SLOT, "secondsPerSlot", seconds_);
        _requirePower("slotsPerEpoch", n.slotsPerEpoch, MIN_SLOTS_PER_EPOCH, MAX_SLOTS_PER_EPOCH);
        _requirePower(
            "slotsPerHistoricalRoot",
            n.slotsPerHistoricalRoot,
            MIN_HISTORY,
            MAX_SLOTS_PER_HISTORICAL_ROOT
        );
        _requirePower(
            "epochsPerHistoricalVector",
            n.epochsPerHistoricalVector,
            MIN_HISTORY,
            MAX_EPOCHS_PER_HISTORICAL_VECTOR
        );
        _requirePower("pendingPartialsLimit", n.pendingPartialsLimit, MIN_PENDING, MAX_PENDING);
        _requirePower("pendingConsolidationsLimit", n.pendingConsolidationsLimit, MIN_PENDING, MAX_PENDING);
        uint256 count = layouts.length;
        _require(count > 0 && count <= MAX_LAYOUTS, "layouts", count);
        Layout memory last = layouts[count - 1];
        // forks happen at epochs; there is no summary of anything before Capella
        _require(n.capellaSlot % n.slotsPerEpoch == 0, "capellaSlot", n.capellaSlot);
        _require(layouts[0].fromSlot >= n.capellaSlot, "fromSlot", layouts[0].fromSlot);
        if (count > 1) {
            _require(last.fromSlot > layouts[0].fromSlot, "fromSlot", last.fromSlot);
            // what `_layoutAt` relies on
            bool deeper = Math.log2(last.validators) > Math.log2(layouts[0].validators);
            _require(deeper, "validators", last.validators);
        }
        _require(
            n.endSlot > last.fromSlot && n.endSlot <= MAX_END_SLOT && n.endSlot % n.slotsPerEpoch == 0,
            "endSlot",
            n.endSlot
        );

        genesisTime = n.genesisTime;
        secondsPerSlot = n.secondsPerSlot;
        slotsPerEpoch = n.slotsPerEpoch;
        endSlot = n.endSlot;
        _slotsPerHistoricalRoot = n.slotsPerHistoricalRoot;
        _historicalRootLevels = Math.log2(n.slotsPerHistoricalRoot);
        _epochsPerHistoricalVector = n.epochsPerHistoricalVector;
        _historicalVectorLevels = Math.log2(n.epochsPerHistoricalVector);
        _pendingPartialsLevels = Math.log2(n.pendingPartialsLimit);
        _pendingConsolidationsLevels = Math.log2(n.pendingConsolidationsLimit);
        _firstPeriod = n.capellaSlot / n.slotsPerHistoricalRoot;
        _earlier = _packed(layouts[0], n.slotsPerEpoch);
        _later = _packed(last, n.slotsPerEpoch);
    }

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

    /// @dev The block may be older than `slot`, where slots were missed. If a fork lies between the two, its state has the
    /// earlier layout and is read by the later one, never the other way round. Nothing true can be shown then (nor is
    /// anything lost: once the period is summarised, the same block is that of the last slot before the fork). Nothing
    /// false can be shown either: 32 leaves read as 64, each list of the later layout is the half of a vector of hashes
    /// of the earlier one (`block_roots`, `state_roots`, `randao_mixes`), and where its length should be is a hash, which
    /// `BeaconProofs.listLength` refuses; the pending lists would stand below fields of 32 bytes with nothing under them
    /// (`justification_bits`, `previous_justified_checkpoint.epoch`). The mixes themselves have no length: they are read
    /// at a proven slot only.
    function _layoutAt(uint256 slot) private view returns (BeaconLayout) {
        require(slot >= _earlier.fromSlot() && slot < endSlot, LayoutUnknown(slot));
        return slot < _later.fromSlot() ? _earlier : _later;
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

    /// @dev With the indices taken from the state's root to the block's.
    function _packed(Layout memory given, uint256 slotsPerEpoch_) private pure returns (BeaconLayout) {
        _require(given.fromSlot % slotsPerEpoch_ == 0, "fromSlot", given.fromSlot);
        _require(given.validators >= MIN_FIELD_GINDEX, "validators", given.validators);
        _require(given.balances > given.validators, "balances", given.balances);
        _require(given.randaoMixes > given.balances, "randaoMixes", given.randaoMixes);
        _require(
            given.historicalSummaries > given.randaoMixes && given.historicalSummaries <= MAX_FIELD_GINDEX,
            "historicalSummaries",
            given.historicalSummaries
        );
        // one container: all at the same depth
        uint256 leaves = 1 << Math.log2(given.validators);
        _require(given.historicalSummaries < 2 * leaves, "historicalSummaries", given.historicalSummaries);
        _requirePending(given, 2 * leaves);
        uint256 above = (BeaconProofs.STATE_ROOT_GINDEX - 1) * leaves;
        return
            packBeaconLayout(
                given.fromSlot,
                above + given.validators,
                above + given.balances,
                above + given.randaoMixes,
                above + given.historicalSummaries,
                given.pendingDeposits == 0 ? 0 : above + given.pendingDeposits,
                given.pendingPartials == 0 ? 0 : above + given.pendingPartials,
                given.pendingConsolidations == 0 ? 0 : above + given.pendingConsolidations
            );
    }

    /// @dev The three lists came with Electra (EIP-7251), as the last but few of its fields: there are all or none.
    function _requirePending(Layout memory given, uint256 end) private pure {
        uint256 deposits = given.pendingDeposits;
        uint256 partials = given.pendingPartials;
        uint256 consolidations = given.pendingConsolidations;
        if (deposits == 0 && partials == 0 && consolidations == 0) return;
        _require(deposits > given.historicalSummaries && deposits < end, "pendingDeposits", deposits);
        _require(partials > deposits && partials < end, "pendingPartials", partials);
        _require(consolidations > partials && consolidations < end, "pendingConsolidations", consolidations);
    }

    function _requirePower(bytes32 name, uint256 value, uint256 min, uint256 max) private pure {
        _require(value >= min && value <= max && value & (value - 1) == 0, name, value);
    }

    function _require(bool condition, bytes32 name, uint256 value) private pure {
        require(condition, ParameterOutOfBounds(name, value));
    }
}
