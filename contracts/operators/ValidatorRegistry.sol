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
/// @notice The life of each key, from an operator's commitment on, and of each validator, to its last withdrawal.
/// TRUST: `DEPOSITOR` says that a key is proven, `WITNESS` how far a validator has come; a manager commits whatever it
/// wants, at its own risk.
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
    /// @notice Stake that a predeposit reserves, in ETH: what its validator needs to become active.
    uint256 public constant RESERVED_ETH = 32;
    /// @notice Shortest deadline of a predeposit, in seconds.
    uint256 public constant MIN_DEADLINE = 10 minutes;
    /// @notice Longest deadline of a predeposit, in seconds.
    uint256 public constant MAX_DEADLINE = 180 days;
    uint256 private constant MAX_OPERATOR = type(uint24).max;
    uint256 private constant GWEI_PER_ETHER = 1e9;
    uint256 private constant PUBKEY = 48;
    uint256 private constant SIGNATURE = 96;
    /// @dev Bits of a validator's record.
    uint256 private constant LANE = 40;

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
    /// @dev Validators of ours by their index on the beacon chain, six to a slot:
    /// `operator (24) | deposited ETH (12) | slashed (1) | state (3)`.
    mapping(uint256 word => uint256) private _validators;
    mapping(uint256 operatorId => Stake) private _stakes;
    /// @inheritdoc IValidatorRegistry
    uint256 public totalStake;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_, IOperatorRegistry operators, uint256 deadline) Guarded(authority_) {
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
        _stakes[operatorId].overdueKeys -= uint32(gindices.length);
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
    ) external onlyRole(Roles.WITNESS) returns (bool overdue) {
        bytes32 id = commitmentIdOf(operatorId, root);
        require(
            KeyTree.verify(root, gindex, KeyTree.leaf(pubkeyHash, signatureHash), proof),
            KeysNotCommitted(id)
        );
        overdue = stateOf(id, gindex) == KeyState.Overdue;
        _change(id, gindex, overdue ? KeyState.Overdue : KeyState.Predeposited, KeyState.Lost, 0);
        if (overdue) _stakes[operatorId].overdueKeys -= 1;
        _release(operatorId, RESERVED_ETH);
        uint32[] memory gindices = new uint32[](1);
        gindices[0] = gindex;
        emit KeysLost(id, gindices);
    }

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
    function isOverdue(bytes32 commitmentId, uint256 gindex) external view returns (bool overdue, bool lost) {
        KeyState state = stateOf(commitmentId, gindex);
        uint256 age = _age(commitmentId, gindex);
        overdue = (state == KeyState.Predeposited || state == KeyState.Overdue) && age > 4;
        lost = overdue && age > 8;
    }

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

    /// @inheritdoc IValidatorRegistry
    function stakeOf(uint256 operatorId) external view returns (Stake memory) {
        return _stakes[operatorId];
    }

    /* INTERNAL: keys */

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
        uint256 word = _keys[id][gindex / 32];
        uint256 shift = (gindex % 32) * 8;
        KeyState state = KeyState((word >> shift) & 7);
        if (state != from) revert WrongState(id, gindex, state);
        uint256 flip = (uint256(from) ^ uint256(to)) | (stamp << 3);
        _keys[id][gindex / 32] = word ^ (flip << shift);
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

    /// @dev A key that was overdue counts as such no more. Returns whether the key was lost, and so reserves nothing.
    function _markProven(bytes32 id, uint256 operatorId, uint256 gindex) private returns (bool wasLost) {
        uint256 word = _keys[id][gindex / 32];
        uint256 shift = (gindex % 32) * 8;
        KeyState from = KeyState((word >> shift) & 7);
        if (from != KeyState.Predeposited) {
            wasLost = from == KeyState.Lost;
            if (from == KeyState.Overdue) _stakes[operatorId].overdueKeys -= 1;
            else require(wasLost, WrongState(id, gindex, from));
        }
        _keys[id][gindex / 32] = word ^ ((uint256(from) ^ uint256(KeyState.Proven)) << shift);
    }

    /* INTERNAL: validators */

    /// @dev All deposits with this one, of whole ETH, so that what is on its way to the beacon chain is seen.
    function _sumOf(
        uint256 validatorIndex,
        uint256 depositedEth,
        uint256 amountGwei
    ) private pure returns (uint256 sum) {
        if (amountGwei % GWEI_PER_ETHER != 0) revert TopUpNotWhole(validatorIndex, amountGwei);
        sum = depositedEth + amountGwei / GWEI_PER_ETHER;
        if (sum > MAX_DEPOSITED_ETH) revert TopUpAboveMaximum(validatorIndex, sum, MAX_DEPOSITED_ETH);
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

    function _reserve(uint256 operatorId, uint256 eth) private {
        _stakes[operatorId].eth += uint64(eth);
        totalStake += eth;
    }

    function _release(uint256 operatorId, uint256 eth) private {
        _stakes[operatorId].eth -= uint64(eth);
        totalStake -= eth;
    }

    /// @dev A hash as a transient slot: nothing else here uses transient storage.
    function _vouchSlot(bytes32 pubkeyHash) private pure returns (TransientSlot.BooleanSlot) {
        return pubkeyHash.asBoolean();
    }
}
