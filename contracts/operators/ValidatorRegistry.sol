// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {KeyTree} from "../libraries/KeyTree.sol";
import {KeyRegistry} from "./KeyRegistry.sol";

/// @title ValidatorRegistry
/// @notice The life of each validator, from the proof of its key to its last withdrawal.
/// TRUST: beside that of `KeyRegistry`, `DEPOSITOR` says that a key is proven, `WITNESS` how far a validator has come.
/// INVARIANTS: VAL-1, VAL-2, VAL-3.
/// ASSUMPTIONS: those of `KeyRegistry`.
contract ValidatorRegistry is KeyRegistry {
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.BooleanSlot;

    /// @notice MAX_EFFECTIVE_BALANCE_ELECTRA (EIP-7251), in ETH.
    uint256 public constant MAX_DEPOSITED_ETH = 2_048;
    uint256 private constant GWEI_PER_ETHER = 1e9;
    /// @dev Bits of a validator's record.
    uint256 private constant LANE = 40;

    /* STORAGE */

    /// @dev Validators of ours by their index on the beacon chain, six to a slot:
    /// `operator (24) | deposited ETH (12) | slashed (1) | state (3)`.
    mapping(uint256 word => uint256) private _validators;

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
            Validator memory v = validator(t.validatorIndex);
            require(v.operatorId != 0, ValidatorUnknown(t.validatorIndex));
            require(
                v.state <= ValidatorState.Active && !v.slashed,
                ValidatorLeaves(t.validatorIndex, v.state, v.slashed)
            );
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
        if (state > v.state) {
            if (state == ValidatorState.Withdrawn) _release(operatorId, _reservedFor(v.depositedEth));
            v.state = state;
        }
        if (slashed) v.slashed = true;
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
        uint256 lane = _validators[validatorIndex / 6] >> ((validatorIndex % 6) * LANE);
        v.operatorId = uint24(lane >> 16);
        v.depositedEth = uint16(lane >> 4) & 0xfff;
        v.slashed = lane & 8 != 0;
        v.state = ValidatorState(lane & 7);
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

        uint256 lanes = _validators[link.validatorIndex / 6];
        uint256 shift = (link.validatorIndex % 6) * LANE;
        if (uint40(lanes >> shift) != 0) revert ValidatorKnown(link.validatorIndex);
        // the predeposit is the first ETH
        uint256 sum = _sumOf(link.validatorIndex, 1, link.topUpGwei);
        // the operator's id was bounded when it committed
        uint256 lane = (operatorId << 16) | (sum << 4) | uint256(ValidatorState.Proven);
        _validators[link.validatorIndex / 6] = lanes | (lane << shift);
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

    function _write(uint256 validatorIndex, Validator memory v) private {
        uint256 shift = (validatorIndex % 6) * LANE;
        uint256 lane = (uint256(v.operatorId) << 16) |
            (uint256(v.depositedEth) << 4) |
            (v.slashed ? 8 : 0) |
            uint256(v.state);
        uint256 others = _validators[validatorIndex / 6] & ~(uint256(type(uint40).max) << shift);
        _validators[validatorIndex / 6] = others | (lane << shift);
    }

    function _reservedFor(uint256 depositedEth) private pure returns (uint256) {
        return depositedEth > RESERVED_ETH ? depositedEth : RESERVED_ETH;
    }

    /// @dev A hash as a transient slot: nothing else here uses transient storage.
    function _vouchSlot(bytes32 pubkeyHash) private pure returns (TransientSlot.BooleanSlot) {
        return pubkeyHash.asBoolean();
    }
}
