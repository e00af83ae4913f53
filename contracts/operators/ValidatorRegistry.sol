// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TransientSlot} from "@openzeppelin/contracts/utils/TransientSlot.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {KeyTree} from "../libraries/KeyTree.sol";

/// @title ValidatorRegistry
/// @notice The life of each validator key, from an operator's commitment on.
/// TRUST: `DEPOSITOR` says that a key is proven; a manager commits whatever it wants, at its own risk.
/// INVARIANTS: VAL-1, VAL-2.
/// ASSUMPTIONS: the same key may stand in several commitments and be predeposited under each (1 ETH more for a validator
/// of ours, or for whoever was first); only one of them is ever proven, since a validator index is.
contract ValidatorRegistry is IValidatorRegistry, Guarded {
    using TransientSlot for bytes32;
    using TransientSlot for TransientSlot.BooleanSlot;

    /// @notice Most keys of one commitment.
    uint256 public constant MAX_KEYS = 1_024;
    /// @notice MAX_EFFECTIVE_BALANCE_ELECTRA (EIP-7251), in ETH.
    uint256 public constant MAX_DEPOSITED_ETH = 2_048;
    uint256 private constant MAX_OPERATOR = type(uint16).max;
    uint256 private constant GWEI_PER_ETHER = 1e9;
    uint256 private constant PUBKEY = 48;
    uint256 private constant SIGNATURE = 96;

    /* IMMUTABLES */

    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;

    /* STORAGE */

    mapping(bytes32 commitmentId => Commitment) private _commitments;
    /// @dev Four bits for each key, 64 keys a slot.
    mapping(bytes32 commitmentId => mapping(uint256 word => uint256)) private _states;
    /// @dev Validators of ours by their index on the beacon chain, eight to a slot: `operator (16) | deposited ETH (16)`.
    mapping(uint256 word => uint256) private _validators;
    /// @inheritdoc IValidatorRegistry
    mapping(uint256 operatorId => uint256) public predepositedKeys;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_, IOperatorRegistry operators) Guarded(authority_) {
        require(address(operators) != address(0), ZeroAddress());
        operatorRegistry = operators;
    }

    /* OPERATORS */

    /// @inheritdoc IValidatorRegistry
    function commit(
        uint256 operatorId,
        bytes32 root,
        uint256 count,
        bytes calldata data
    ) external returns (bytes32 commitmentId) {
        operatorRegistry.requireManager(operatorId, msg.sender);
        require(
            root != bytes32(0) && count > 0 && count <= MAX_KEYS,
            CommitmentOutOfBounds(root, count, MAX_KEYS)
        );
        commitmentId = commitmentIdOf(operatorId, root);
        require(_commitments[commitmentId].count == 0, AlreadyCommitted(commitmentId));
        // the registry of operators counts them one by one: 32 bits
        _commitments[commitmentId] = Commitment(uint32(operatorId), uint32(count), uint64(block.timestamp));
        emit KeysCommitted(operatorId, commitmentId, root, count, data);
    }

    /* BRAINS */

    /// @inheritdoc IValidatorRegistry
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) {
        uint256 amount = gindices.length;
        require(amount > 0, NoKeys());
        require(pubkeys.length == amount * PUBKEY, LengthMismatch(pubkeys.length, amount * PUBKEY));
        require(
            signatures.length == amount * SIGNATURE,
            LengthMismatch(signatures.length, amount * SIGNATURE)
        );
        bytes32 id = commitmentIdOf(operatorId, root);
        _countPredeposits(operatorId, amount);

        uint256 count = _existing(id).count;
        uint256[] memory places = new uint256[](amount);
        bytes32[] memory leaves = new bytes32[](amount);
        for (uint256 i = 0; i < amount; ++i) {
            uint256 gindex = gindices[i];
            require(gindex >= count && gindex < 2 * count, GindexOutOfBounds(gindex, count));
            _advance(id, gindex, State.Committed, State.Predeposited);
            places[i] = gindex;
            leaves[i] = KeyTree.leaf(
                keccak256(pubkeys[i * PUBKEY:(i + 1) * PUBKEY]),
                keccak256(signatures[i * SIGNATURE:(i + 1) * SIGNATURE])
            );
        }
        require(KeyTree.verifyMany(root, places, leaves, proof), KeysNotCommitted(id));
        emit KeysPredeposited(id, gindices, pubkeys);
    }

    /// @inheritdoc IValidatorRegistry
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) {
        require(links.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        uint256[] memory places = new uint256[](links.length);
        bytes32[] memory leaves = new bytes32[](links.length);
        uint256 topUps = 0;
        for (uint256 i = 0; i < links.length; ++i) {
            topUps += links[i].topUpGwei;
            places[i] = links[i].gindex;
            leaves[i] = _prove(id, operatorId, links[i]);
        }
        // a predeposit may be proven whatever has become of the operator; more ether needs one in good standing
        if (topUps > 0) _requireActive(operatorId);
        require(KeyTree.verifyMany(root, places, leaves, proof), KeysNotCommitted(id));
    }

    /// @inheritdoc IValidatorRegistry
    function proveOne(
        uint256 operatorId,
        bytes32 root,
        Link calldata link,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) {
        bytes32 id = commitmentIdOf(operatorId, root);
        bytes32 leaf = _prove(id, operatorId, link);
        if (link.topUpGwei > 0) _requireActive(operatorId);
        if (!KeyTree.verify(root, link.gindex, leaf, proof)) revert KeysNotCommitted(id);
    }

    /// @inheritdoc IValidatorRegistry
    function vouch(TopUp[] calldata topUps) external onlyRole(Roles.DEPOSITOR) {
        for (uint256 i = 0; i < topUps.length; ++i) {
            TopUp calldata t = topUps[i];
            (uint256 operatorId, uint256 depositedEth) = validator(t.validatorIndex);
            require(operatorId != 0, ValidatorUnknown(t.validatorIndex));
            _requireActive(operatorId);
            _record(t.validatorIndex, operatorId, depositedEth, t.amountGwei);
            _vouchSlot(t.pubkeyHash).tstore(true);
        }
    }

    /* VIEWS */

    /// @inheritdoc IValidatorRegistry
    function commitmentIdOf(uint256 operatorId, bytes32 root) public pure returns (bytes32) {
        return keccak256(abi.encode(operatorId, root));
    }

    /// @inheritdoc IValidatorRegistry
    function commitment(bytes32 commitmentId) external view returns (Commitment memory) {
        return _commitments[commitmentId];
    }

    /// @inheritdoc IValidatorRegistry
    function stateOf(bytes32 commitmentId, uint256 gindex) external view returns (State) {
        return _stateIn(_states[commitmentId][gindex / 64], gindex);
    }

    /// @inheritdoc IValidatorRegistry
    function isProven(uint256 validatorIndex) external view returns (bool) {
        (uint256 operatorId, ) = validator(validatorIndex);
        return operatorId != 0;
    }

    /// @inheritdoc IValidatorRegistry
    function validator(
        uint256 validatorIndex
    ) public view returns (uint256 operatorId, uint256 depositedEth) {
        uint256 lane = _validators[validatorIndex / 8] >> ((validatorIndex % 8) * 32);
        return (uint16(lane >> 16), uint16(lane));
    }

    /// @inheritdoc IValidatorRegistry
    function isVouchedFor(bytes32 pubkeyHash) external view returns (bool) {
        return _vouchSlot(pubkeyHash).tload();
    }

    /* INTERNAL */

    function _existing(bytes32 id) private view returns (Commitment memory c) {
        c = _commitments[id];
        require(c.count > 0, CommitmentUnknown(id));
    }

    function _countPredeposits(uint256 operatorId, uint256 amount) private {
        uint256 limit = operatorRegistry.depositableKeys(operatorId);
        uint256 sum = predepositedKeys[operatorId] + amount;
        require(sum <= limit, KeyLimitExceeded(operatorId, sum, limit));
        predepositedKeys[operatorId] = sum;
    }

    /// @dev Takes a key from its predeposit to its proof; returns its leaf, which the caller finds under the root. Only a
    /// leaf's place was ever predeposited.
    function _prove(bytes32 id, uint256 operatorId, Link calldata link) private returns (bytes32) {
        require(operatorId <= MAX_OPERATOR, OperatorOutOfBounds(operatorId, MAX_OPERATOR));
        _advance(id, link.gindex, State.Predeposited, State.Proven);
        (uint256 known, ) = validator(link.validatorIndex);
        require(known == 0, ValidatorKnown(link.validatorIndex));
        // the predeposit is the first ETH
        _record(link.validatorIndex, operatorId, 1, link.topUpGwei);
        _vouchSlot(link.pubkeyHash).tstore(true);
        emit KeyProven(id, link.pubkeyHash, link.validatorIndex);
        return KeyTree.leaf(link.pubkeyHash, link.signatureHash);
    }

    function _requireActive(uint256 operatorId) private view {
        require(operatorRegistry.depositableKeys(operatorId) > 0, OperatorStopped(operatorId));
    }

    /// @dev Counts a deposit of whole ETH, so that what is on its way to the beacon chain is seen.
    function _record(
        uint256 validatorIndex,
        uint256 operatorId,
        uint256 depositedEth,
        uint256 amountGwei
    ) private {
        if (amountGwei % GWEI_PER_ETHER != 0) revert TopUpNotWhole(validatorIndex, amountGwei);
        uint256 sum = depositedEth + amountGwei / GWEI_PER_ETHER;
        require(sum <= MAX_DEPOSITED_ETH, TopUpAboveMaximum(validatorIndex, sum, MAX_DEPOSITED_ETH));
        uint256 shift = (validatorIndex % 8) * 32;
        uint256 others = _validators[validatorIndex / 8] & ~(uint256(type(uint32).max) << shift);
        // 16 bits each: bounded by MAX_OPERATOR and MAX_DEPOSITED_ETH
        _validators[validatorIndex / 8] = others | (((operatorId << 16) | sum) << shift);
    }

    /// @dev States only move forward, so a step sets bits over those that are there.
    function _advance(bytes32 id, uint256 gindex, State from, State to) private {
        uint256 word = _states[id][gindex / 64];
        State state = _stateIn(word, gindex);
        require(state == from, WrongState(id, gindex, state));
        uint256 change = uint256(from) ^ uint256(to);
        _states[id][gindex / 64] = word ^ (change << ((gindex % 64) * 4));
    }

    /// @dev Only values of the enumeration are ever written.
    function _stateIn(uint256 word, uint256 gindex) private pure returns (State) {
        return State((word >> ((gindex % 64) * 4)) & 15);
    }

    /// @dev A hash as a transient slot: nothing else here uses transient storage.
    function _vouchSlot(bytes32 pubkeyHash) private pure returns (TransientSlot.BooleanSlot) {
        return pubkeyHash.asBoolean();
    }
}
