// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {KeyTree} from "../libraries/KeyTree.sol";
import {Departures} from "./Departures.sol";
import {KeyRegistry} from "./KeyRegistry.sol";

/// @title ValidatorRegistry
/// @notice The life of each validator, from the proof of its key to its last withdrawal.
/// TRUST: beside that of `KeyRegistry`, `DEPOSITOR` says that a key is proven, `WITNESS` how far a validator has come,
/// `CONSOLIDATOR` which is to be merged into which of the same operator.
/// INVARIANTS: VAL-1, VAL-2, VAL-3.
/// ASSUMPTIONS: those of `KeyRegistry`; a source that is withdrawn and not slashed was merged where that was asked for. One
/// that left by its own will instead leaves its target's record too high: the bond then backs more than it needs to.
contract ValidatorRegistry is KeyRegistry, Departures {
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.BooleanSlot;

    /// @notice MAX_EFFECTIVE_BALANCE_ELECTRA (EIP-7251), in ETH.
    uint256 public constant MAX_DEPOSITED_ETH = 2_048;
    /// @notice How long a request for a consolidation may be on its way to the beacon chain, in seconds. Two leave the queue
    /// of EIP-7251 with each block, and its fee, e^(excess / 17) wei, passes an ether long before it is filled for hours.
    uint256 public constant CONSOLIDATION_LIFE = 1 days;
    uint256 private constant GWEI_PER_ETHER = 1e9;
    /// @dev Bits of a validator's record.
    uint256 private constant LANE = 40;

    /// @dev A word that is found once, to be read and written.
    struct Lanes {
        uint256 packed;
    }

    /* STORAGE */

    /// @dev Validators of ours by their index on the beacon chain, six to a slot:
    /// `operator (24) | deposited ETH (12) | slashed (1) | state (3)`.
    mapping(uint256 word => Lanes) private _validators;
    /// @dev No circle: the target of a new one has none itself.
    mapping(uint256 source => Consolidation) private _consolidations;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IOperatorRegistry operators,
        uint256 deadline
    ) Guarded(authority_) KeyRegistry(operators, deadline) {}

    /* BRAINS: deposits */

    /// @inheritdoc IValidatorRegistry
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) returns (uint256 reservedEth) {
        require(links.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        uint256[] memory places = new uint256[](links.length);
        bytes32[] memory leaves = new bytes32[](links.length);
        uint256 topUps = 0;
        for (uint256 i = 0; i < links.length; ++i) {
            topUps += links[i].topUpGwei;
            places[i] = links[i].gindex;
            uint256 grown;
            (leaves[i], grown) = _prove(id, operatorId, links[i]);
            reservedEth += grown;
        }
        // a predeposit may be proven whatever has become of the operator; more ether needs one in good standing
        if (topUps > 0) operatorRegistry.requireStakeable(operatorId);
        require(KeyTree.verifyMany(root, places, leaves, proof), KeysNotCommitted(id));
    }

    /// @inheritdoc IValidatorRegistry
    function proveOne(
        uint256 operatorId,
        bytes32 root,
        Link calldata link,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) returns (uint256 reservedEth) {
        bytes32 id = commitmentIdOf(operatorId, root);
        bytes32 leaf;
        (leaf, reservedEth) = _prove(id, operatorId, link);
        if (link.topUpGwei > 0) operatorRegistry.requireStakeable(operatorId);
        if (!KeyTree.verify(root, link.gindex, leaf, proof)) revert KeysNotCommitted(id);
    }

    /// @inheritdoc IValidatorRegistry
    function vouch(
        TopUp[] calldata topUps
    )
        external
        onlyRole(Roles.DEPOSITOR)
        returns (uint256[] memory operatorIds, uint256[] memory reservedEth)
    {
        operatorIds = new uint256[](topUps.length);
        reservedEth = new uint256[](topUps.length);
        for (uint256 i = 0; i < topUps.length; ++i) {
            TopUp calldata t = topUps[i];
            Validator memory v = _staying(t.validatorIndex);
            operatorRegistry.requireStakeable(v.operatorId);
            operatorIds[i] = v.operatorId;
            uint256 sum = _sumOf(t.validatorIndex, v.depositedEth, t.amountGwei);
            reservedEth[i] = _reservedFor(sum) - _reservedFor(v.depositedEth);
            _reserve(v.operatorId, reservedEth[i]);
            // at most 2,048
            v.depositedEth = uint16(sum);
            _write(t.validatorIndex, v);
            _vouchSlot(t.pubkeyHash).tstore(true);
        }
    }

    /* BRAINS: consolidations */

    /// @inheritdoc IValidatorRegistry
    function noteConsolidation(
        uint256 source,
        uint256 target
    ) external onlyRole(Roles.CONSOLIDATOR) returns (uint256 operatorId) {
        Validator memory from = _staying(source);
        Validator memory to = _staying(target);
        operatorId = from.operatorId;
        require(source != target && operatorId == to.operatorId, ConsolidationRefused(source, target));
        uint256 sum = _reservedFor(from.depositedEth) + _reservedFor(to.depositedEth);
        require(sum <= MAX_DEPOSITED_ETH, ConsolidationAboveMaximum(source, target, sum, MAX_DEPOSITED_ETH));
        Consolidation memory standing = _consolidations[target];
        require(standing.notedAt == 0, ConsolidationStands(target, standing.target));
        standing = _consolidations[source];
        require(
            standing.notedAt == 0 || standing.target == target,
            ConsolidationStands(source, standing.target)
        );
        // an index of the beacon chain, and seconds for the next 34,000 years
        _consolidations[source] = Consolidation(uint40(target), uint40(block.timestamp));
        emit ConsolidationNoted(source, target, operatorId);
    }

    /// @inheritdoc IValidatorRegistry
    function dropConsolidation(uint256 source) external onlyRole(Roles.CONSOLIDATOR) {
        _staying(source);
        Consolidation memory standing = _consolidations[source];
        require(standing.notedAt != 0, ConsolidationUnknown(source));
        uint256 end = standing.notedAt + CONSOLIDATION_LIFE;
        require(block.timestamp > end, ConsolidationOpen(source, end));
        delete _consolidations[source];
        emit ConsolidationDropped(source, standing.target);
    }

    /* BRAINS: what the beacon chain says */

    /// @inheritdoc IValidatorRegistry
    function advance(
        uint256 validatorIndex,
        ValidatorState state,
        bool slashed
    ) external onlyRole(Roles.WITNESS) returns (uint256 operatorId) {
        Validator memory v = validator(validatorIndex);
        operatorId = v.operatorId;
        require(operatorId != 0, ValidatorUnknown(validatorIndex));
        // an offence counts once, whatever else there is to tell
        require(slashed ? !v.slashed : state > v.state, NothingNew(validatorIndex, v.state, v.slashed));
        if (slashed) v.slashed = true;
        if (state > v.state) {
            if (state == ValidatorState.Withdrawn) {
                _free(validatorIndex, v);
                _noteDeparture(validatorIndex);
            }
            v.state = state;
        }
        _write(validatorIndex, v);
        emit ValidatorAdvanced(validatorIndex, operatorId, v.state, v.slashed);
    }

    /* VIEWS */

    /// @inheritdoc IValidatorRegistry
    function isProven(uint256 validatorIndex) external view returns (bool) {
        return validator(validatorIndex).operatorId != 0;
    }

    /// @inheritdoc IValidatorRegistry
    function validator(uint256 validatorIndex) public view returns (Validator memory v) {
        uint256 lane = _validators[validatorIndex / 6].packed >> ((validatorIndex % 6) * LANE);
        v.operatorId = uint24(lane >> 16);
        v.depositedEth = uint16(lane >> 4) & 0xfff;
        v.slashed = lane & 8 != 0;
        v.state = ValidatorState(lane & 7);
    }

    /// @inheritdoc IValidatorRegistry
    function reservedOf(uint256[] calldata indices) external view returns (uint256 reservedEth) {
        uint256 next = 0;
        uint256 word = type(uint256).max;
        uint256 lanes = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 index = indices[i];
            require(index >= next, ValidatorsOutOfOrder(index));
            // indices of the beacon chain are below 2^40, and others are not known
            unchecked {
                next = index + 1;
            }
            if (index / 6 != word) {
                word = index / 6;
                lanes = _validators[word].packed;
            }
            uint256 lane = uint40(lanes >> ((index % 6) * LANE));
            require(lane != 0, ValidatorUnknown(index));
            if (lane & 7 == uint256(ValidatorState.Withdrawn)) continue;
            reservedEth += _reservedFor((lane >> 4) & 0xfff);
        }
    }

    /// @inheritdoc IValidatorRegistry
    function consolidationOf(uint256 validatorIndex) external view returns (Consolidation memory) {
        return _consolidations[validatorIndex];
    }

    /// @inheritdoc IValidatorRegistry
    function isConsolidating(uint256 validatorIndex) external view returns (bool) {
        return _consolidations[validatorIndex].notedAt != 0 && !validator(validatorIndex).slashed;
    }

    /// @inheritdoc IValidatorRegistry
    function isVouchedFor(bytes32 pubkeyHash) external view returns (bool) {
        return _vouchSlot(pubkeyHash).tload();
    }

    /* INTERNAL */

    /// @dev Takes a key from its predeposit to its proof; returns its leaf, which the caller finds under the root. Only a
    /// leaf's place was ever predeposited.
    function _prove(
        bytes32 id,
        uint256 operatorId,
        Link calldata link
    ) private returns (bytes32 leaf, uint256 reservedEth) {
        bool wasLost = _markProven(id, operatorId, link.gindex);

        Lanes storage word = _validators[link.validatorIndex / 6];
        uint256 lanes = word.packed;
        uint256 shift = (link.validatorIndex % 6) * LANE;
        if (uint40(lanes >> shift) != 0) revert ValidatorKnown(link.validatorIndex);
        // the predeposit is the first ETH
        uint256 sum = _sumOf(link.validatorIndex, 1, link.topUpGwei);
        // the operator's id was bounded when it committed
        uint256 lane = (operatorId << 16) | (sum << 4) | uint256(ValidatorState.Proven);
        word.packed = lanes | (lane << shift);
        // what was given up comes back as new stake
        if (wasLost || sum > RESERVED_ETH) {
            reservedEth = _reservedFor(sum) - (wasLost ? 0 : RESERVED_ETH);
            _reserve(operatorId, reservedEth);
        }
        _vouchSlot(link.pubkeyHash).tstore(true);
        emit KeyProven(id, link.pubkeyHash, link.validatorIndex);
        leaf = KeyTree.leaf(link.pubkeyHash, link.signatureHash);
    }

    /// @dev All deposits with this one, of whole ETH, so that what is on its way to the beacon chain is seen.
    function _sumOf(
        uint256 validatorIndex,
        uint256 depositedEth,
        uint256 amountGwei
    ) private pure returns (uint256 sum) {
        if (amountGwei % GWEI_PER_ETHER != 0) revert TopUpNotWhole(validatorIndex, amountGwei);
        sum = depositedEth + amountGwei / GWEI_PER_ETHER;
        if (sum > MAX_DEPOSITED_ETH) revert TopUpAboveMaximum(validatorIndex, sum, MAX_DEPOSITED_ETH);
        if (sum < RESERVED_ETH && sum > 1) revert TopUpBelowMinimum(validatorIndex, sum, RESERVED_ETH);
    }

    /// @dev A validator of ours that is not known to be on its way out.
    function _staying(uint256 validatorIndex) private view returns (Validator memory v) {
        v = validator(validatorIndex);
        require(v.operatorId != 0, ValidatorUnknown(validatorIndex));
        require(
            v.state <= ValidatorState.Active && !v.slashed,
            ValidatorLeaves(validatorIndex, v.state, v.slashed)
        );
    }

    /// @dev What a withdrawn validator reserves is free, or goes to the validator that has its balance now.
    function _free(uint256 validatorIndex, Validator memory v) private {
        uint256 eth = _reservedFor(v.depositedEth);
        (uint256 index, Validator memory heir) = (validatorIndex, v);
        do {
            Consolidation memory c = _consolidations[index];
            // the beacon chain moves nothing of a slashed one
            if (c.notedAt == 0 || heir.slashed) return _release(v.operatorId, eth);
            index = c.target;
            heir = validator(index);
        } while (heir.state == ValidatorState.Withdrawn);

        uint256 sum = _reservedFor(heir.depositedEth) + eth;
        if (sum > MAX_DEPOSITED_ETH) {
            // topped up since
            _release(v.operatorId, sum - MAX_DEPOSITED_ETH);
            sum = MAX_DEPOSITED_ETH;
        }
        // at most 2,048
        heir.depositedEth = uint16(sum);
        v.depositedEth = 0;
        _write(index, heir);
        emit ValidatorConsolidated(validatorIndex, index, eth);
    }

    function _write(uint256 validatorIndex, Validator memory v) private {
        Lanes storage word = _validators[validatorIndex / 6];
        uint256 shift = (validatorIndex % 6) * LANE;
        uint256 lane = (uint256(v.operatorId) << 16) |
            (uint256(v.depositedEth) << 4) |
            (v.slashed ? 8 : 0) |
            uint256(v.state);
        uint256 others = word.packed & ~(uint256(type(uint40).max) << shift);
        word.packed = others | (lane << shift);
    }

    function _reservedFor(uint256 depositedEth) private pure returns (uint256) {
        return depositedEth > RESERVED_ETH ? depositedEth : RESERVED_ETH;
    }

    /// @dev A hash as a transient slot: nothing else here uses transient storage.
    function _vouchSlot(bytes32 pubkeyHash) private pure returns (TransientSlot.BooleanSlot) {
        return pubkeyHash.asBoolean();
    }
}
