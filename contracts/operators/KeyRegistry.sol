// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {KeyTree} from "../libraries/KeyTree.sol";
import {StakeBook} from "./StakeBook.sol";

/// @title KeyRegistry
/// @notice Mixin: the life of each key under its operator's commitment, until it is proven or given up.
/// TRUST: a manager commits whatever it wants, at its own risk; `DEPOSITOR` says what is predeposited, `BOND_VAULT` that the
/// bond is locked or burnt for what is overdue, `WITNESS` that a key has foreign credentials, or is a duplicate.
/// INVARIANTS: VAL-1, VAL-2, VAL-4.
/// ASSUMPTIONS: the same key may stand in several commitments and be predeposited under each (1 ETH more for a validator
/// of ours, or for whoever was first); only one of them is ever proven, since a validator index is.
abstract contract KeyRegistry is StakeBook, Guarded {
    /// @notice Most keys of one commitment.
    uint256 public constant MAX_KEYS = 1_024;
    /// @notice Shortest deadline of a predeposit, in seconds.
    uint256 public constant MIN_DEADLINE = 10 minutes;
    /// @notice Longest deadline of a predeposit, in seconds.
    uint256 public constant MAX_DEADLINE = 180 days;
    uint256 private constant MAX_OPERATOR = type(uint24).max;
    uint256 private constant PUBKEY = 48;
    uint256 private constant SIGNATURE = 96;

    /* IMMUTABLES */

    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice How long after its predeposit a key must be proven, in seconds.
    uint256 public immutable predepositDeadline;

    /* STORAGE */

    mapping(bytes32 commitmentId => Commitment) private _commitments;
    /// @dev A byte for each key, 32 keys a slot: `stamp (5) | state (3)`. A stamp is the time of the predeposit in quarters
    /// of the deadline, modulo 32.
    mapping(bytes32 commitmentId => mapping(uint256 word => uint256)) private _keys;

    /* CONSTRUCTOR */

    constructor(IOperatorRegistry operators, uint256 deadline) {
        require(address(operators) != address(0), ZeroAddress());
        require(
            deadline >= MIN_DEADLINE && deadline <= MAX_DEADLINE,
            DeadlineOutOfBounds(deadline, MIN_DEADLINE, MAX_DEADLINE)
        );
        operatorRegistry = operators;
        predepositDeadline = deadline;
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
        require(operatorId <= MAX_OPERATOR, OperatorOutOfBounds(operatorId, MAX_OPERATOR));
        commitmentId = commitmentIdOf(operatorId, root);
        require(_commitments[commitmentId].count == 0, AlreadyCommitted(commitmentId));
        _commitments[commitmentId] = Commitment(uint32(operatorId), uint32(count), uint64(block.timestamp));
        emit KeysCommitted(operatorId, commitmentId, root, count, data);
    }

    /// @inheritdoc IValidatorRegistry
    function remove(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external {
        operatorRegistry.requireManager(operatorId, msg.sender);
        bytes32 id = commitmentIdOf(operatorId, root);
        uint256 count = _existing(id).count;
        uint32[] memory removed = new uint32[](gindices.length);
        uint256 amount = 0;
        for (uint256 i = 0; i < gindices.length; ++i) {
            _requireLeaf(gindices[i], count);
            if (stateOf(id, gindices[i]) != KeyState.Committed) continue;
            _change(id, gindices[i], KeyState.Committed, KeyState.Removed, 0);
            removed[amount++] = gindices[i];
        }
        require(amount > 0, NoKeys());
        // as many as were taken back
        assembly ("memory-safe") {
            mstore(removed, amount)
        }
        emit KeysRemoved(id, removed);
    }

    /* BRAINS: deposits */

    /// @inheritdoc IValidatorRegistry
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external onlyRole(Roles.DEPOSITOR) returns (uint256 reservedEth) {
        uint256 amount = gindices.length;
        require(amount > 0, NoKeys());
        require(pubkeys.length == amount * PUBKEY, LengthMismatch(pubkeys.length, amount * PUBKEY));
        require(
            signatures.length == amount * SIGNATURE,
            LengthMismatch(signatures.length, amount * SIGNATURE)
        );
        operatorRegistry.requireStakeable(operatorId);
        bytes32 id = commitmentIdOf(operatorId, root);
        reservedEth = amount * RESERVED_ETH;
        _reserve(operatorId, reservedEth);

        uint256[] memory places = _markPredeposited(id, gindices);
        bytes32[] memory leaves = new bytes32[](amount);
        for (uint256 i = 0; i < amount; ++i) {
            leaves[i] = KeyTree.leaf(
                keccak256(pubkeys[i * PUBKEY:(i + 1) * PUBKEY]),
                keccak256(signatures[i * SIGNATURE:(i + 1) * SIGNATURE])
            );
        }
        require(KeyTree.verifyMany(root, places, leaves, proof), KeysNotCommitted(id));
        emit KeysPredeposited(id, gindices, pubkeys);
    }

    /* BRAINS: bonds */

    /// @inheritdoc IValidatorRegistry
    function markOverdue(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices
    ) external onlyRole(Roles.BOND_VAULT) {
        require(gindices.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        for (uint256 i = 0; i < gindices.length; ++i) {
            _change(id, gindices[i], KeyState.Predeposited, KeyState.Overdue, 0);
            _requireAge(id, gindices[i], 1);
        }
        _stakes[operatorId].overdueKeys += uint32(gindices.length);
        emit KeysOverdue(id, gindices);
    }

    /// @inheritdoc IValidatorRegistry
    function markLost(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices
    ) external onlyRole(Roles.BOND_VAULT) {
        require(gindices.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        for (uint256 i = 0; i < gindices.length; ++i) {
            _change(id, gindices[i], KeyState.Overdue, KeyState.Lost, 0);
            _requireAge(id, gindices[i], 2);
        }
        Stake storage stake = _stakes[operatorId];
        stake.overdueKeys -= uint32(gindices.length);
        stake.lostKeys += uint32(gindices.length);
        _release(operatorId, gindices.length * RESERVED_ETH);
        emit KeysLost(id, gindices);
    }

    /* BRAINS: what the beacon chain says */

    /// @inheritdoc IValidatorRegistry
    function markForeign(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 pubkeyHash,
        bytes32 signatureHash,
        bytes32[] calldata proof
    ) external onlyRole(Roles.WITNESS) returns (bool wasLost) {
        wasLost = _markForeign(operatorId, root, gindex, KeyTree.leaf(pubkeyHash, signatureHash), proof);
    }

    /// @inheritdoc IValidatorRegistry
    function markDuplicate(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 pubkeyHash,
        bytes32 signatureHash,
        bytes32[] calldata proof
    ) external onlyRole(Roles.WITNESS) {
        bytes32 leaf = KeyTree.leaf(pubkeyHash, signatureHash);
        bool wasLost = _markForeign(operatorId, root, gindex, leaf, proof);
        if (wasLost) _stakes[operatorId].lostKeys -= 1;
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
    function stateOf(bytes32 commitmentId, uint256 gindex) public view returns (KeyState) {
        return KeyState(_byteOf(commitmentId, gindex) & 7);
    }

    /// @inheritdoc IValidatorRegistry
    function reservedKeys(KeyWord[] calldata words) external view returns (uint256 count) {
        for (uint256 i = 0; i < words.length; ++i) {
            KeyWord calldata w = words[i];
            bool ordered = i == 0 ||
                w.commitmentId > words[i - 1].commitmentId ||
                (w.commitmentId == words[i - 1].commitmentId && w.word > words[i - 1].word);
            require(ordered, KeysOutOfOrder(w.commitmentId, w.word));
            for (uint256 keys = _keys[w.commitmentId][w.word]; keys != 0; keys >>= 8) {
                KeyState state = KeyState(keys & 7);
                if (state == KeyState.Predeposited || state == KeyState.Overdue) ++count;
            }
        }
    }

    /// @inheritdoc IValidatorRegistry
    function isOverdue(bytes32 commitmentId, uint256 gindex) external view returns (bool overdue, bool lost) {
        KeyState state = stateOf(commitmentId, gindex);
        uint256 age = _age(commitmentId, gindex);
        overdue = (state == KeyState.Predeposited || state == KeyState.Overdue) && age > 4;
        lost = overdue && age > 8;
    }

    /// @inheritdoc IValidatorRegistry
    function proofDueFrom(bytes32 commitmentId, uint256 gindex) external view returns (uint256) {
        KeyState state = stateOf(commitmentId, gindex);
        if (state != KeyState.Predeposited && state != KeyState.Overdue && state != KeyState.Lost) return 0;
        uint256 quarter = predepositDeadline / 4;
        return (block.timestamp / quarter - _age(commitmentId, gindex) + 1) * quarter;
    }

    /* INTERNAL */

    /// @dev A key that was overdue or lost counts as such no more. Returns whether it was lost, and so reserves nothing.
    function _markProven(bytes32 id, uint256 operatorId, uint256 gindex) internal returns (bool wasLost) {
        mapping(uint256 => uint256) storage words = _keys[id];
        uint256 word = words[gindex / 32];
        uint256 shift = (gindex % 32) * 8;
        KeyState from = KeyState((word >> shift) & 7);
        if (from != KeyState.Predeposited) {
            wasLost = from == KeyState.Lost;
            if (wasLost) _stakes[operatorId].lostKeys -= 1;
            else if (from == KeyState.Overdue) _stakes[operatorId].overdueKeys -= 1;
            else revert WrongState(id, gindex, from);
        }
        words[gindex / 32] = word ^ ((uint256(from) ^ uint256(KeyState.Proven)) << shift);
    }

    /// @dev A key that was lost stays counted: its predeposit has not come back by that. Returns whether it was.
    function _markForeign(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 leaf,
        bytes32[] calldata proof
    ) private returns (bool wasLost) {
        bytes32 id = commitmentIdOf(operatorId, root);
        require(KeyTree.verify(root, gindex, leaf, proof), KeysNotCommitted(id));
        KeyState from = stateOf(id, gindex);
        wasLost = from == KeyState.Lost;
        if (!wasLost) {
            if (from == KeyState.Overdue) _stakes[operatorId].overdueKeys -= 1;
            else require(from == KeyState.Predeposited, WrongState(id, gindex, from));
            _release(operatorId, RESERVED_ETH);
        }
        _change(id, gindex, from, KeyState.Foreign, 0);
        emit KeyForeign(id, gindex, wasLost);
    }

    function _existing(bytes32 id) private view returns (Commitment memory c) {
        c = _commitments[id];
        require(c.count > 0, CommitmentUnknown(id));
    }

    function _requireLeaf(uint256 gindex, uint256 count) private pure {
        require(gindex >= count && gindex < 2 * count, GindexOutOfBounds(gindex, count));
    }

    function _byteOf(bytes32 id, uint256 gindex) private view returns (uint256) {
        return (_keys[id][gindex / 32] >> ((gindex % 32) * 8)) & 0xff;
    }

    /// @dev `stamp` is written once, with the predeposit; it is zero for every other change.
    function _change(bytes32 id, uint256 gindex, KeyState from, KeyState to, uint256 stamp) private {
        mapping(uint256 => uint256) storage words = _keys[id];
        uint256 word = words[gindex / 32];
        uint256 shift = (gindex % 32) * 8;
        KeyState state = KeyState((word >> shift) & 7);
        if (state != from) revert WrongState(id, gindex, state);
        uint256 flip = (uint256(from) ^ uint256(to)) | (stamp << 3);
        words[gindex / 32] = word ^ (flip << shift);
    }

    /// @dev Quarters of the deadline since 1970, modulo 32.
    function _stamp() private view returns (uint256) {
        return (block.timestamp / (predepositDeadline / 4)) % 32;
    }

    /// @dev Quarters begun since the predeposit, modulo 32. After eight deadlines they count from zero again: a key that
    /// nobody marked by then can be marked once more after another.
    function _age(bytes32 id, uint256 gindex) private view returns (uint256) {
        return (_stamp() + 32 - (_byteOf(id, gindex) >> 3)) % 32;
    }

    /// @dev More than four quarters begun are one deadline over.
    function _requireAge(bytes32 id, uint256 gindex, uint256 deadlines) private view {
        require(_age(id, gindex) > 4 * deadlines, NotOverdue(id, gindex));
    }

    function _markPredeposited(
        bytes32 id,
        uint32[] calldata gindices
    ) private returns (uint256[] memory places) {
        uint256 count = _existing(id).count;
        uint256 stamp = _stamp();
        places = new uint256[](gindices.length);
        for (uint256 i = 0; i < gindices.length; ++i) {
            places[i] = gindices[i];
            _requireLeaf(places[i], count);
            _change(id, places[i], KeyState.Committed, KeyState.Predeposited, stamp);
        }
    }
}
