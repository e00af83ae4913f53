// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconLayout, packBeaconLayout} from "../types/BeaconLayout.sol";

/// @title BeaconLayouts
/// @notice Mixin of the verifier: what it is configured with, and which layout the state of a slot has.
/// TRUST: nobody; all of it is fixed at construction, as far as it can be checked there.
/// INVARIANTS: none: it keeps nothing.
/// ASSUMPTIONS: layouts are given as the specification has them. Between two of them the number of the state's fields
/// passes a power of two, so that where the later one has the length of a list, the earlier one has a hash (see
/// `_layoutAt`).
abstract contract BeaconLayouts is IBeaconVerifier {
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

    uint256 internal immutable _slotsPerHistoricalRoot;
    uint256 internal immutable _historicalRootLevels;
    uint256 internal immutable _epochsPerHistoricalVector;
    uint256 internal immutable _historicalVectorLevels;
    uint256 internal immutable _pendingPartialsLevels;
    uint256 internal immutable _pendingConsolidationsLevels;
    uint256 internal immutable _firstPeriod;
    BeaconLayout internal immutable _earlier;
    BeaconLayout internal immutable _later;

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

    /* INTERNAL */

    /// @dev The block may be older than `slot`, where slots were missed. If a fork lies between the two, its state has the
    /// earlier layout and is read by the later one, never the other way round. Nothing true can be shown then (nor is
    /// anything lost: once the period is summarised, the same block is that of the last slot before the fork). Nothing
    /// false can be shown either: 32 leaves read as 64, each list of the later layout is the half of a vector of hashes
    /// of the earlier one (`block_roots`, `state_roots`, `randao_mixes`), and where its length should be is a hash, which
    /// `BeaconProofs.listLength` refuses; the pending lists would stand below fields of 32 bytes with nothing under them
    /// (`justification_bits`, `previous_justified_checkpoint.epoch`). The mixes themselves have no length: they are read
    /// at a proven slot only.
    function _layoutAt(uint256 slot) internal view returns (BeaconLayout) {
        require(slot >= _earlier.fromSlot() && slot < endSlot, LayoutUnknown(slot));
        return slot < _later.fromSlot() ? _earlier : _later;
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
