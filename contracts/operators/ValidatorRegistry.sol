// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";

/// @title ValidatorRegistry
/// @notice The life of each validator key, from an operator's commitment on.
/// TRUST: `DEPOSITOR` says that a key is proven; a manager commits whatever it wants, at its own risk.
/// INVARIANTS: VAL-1, VAL-2.
/// ASSUMPTIONS: the same key may stand in several commitments, and each may be predeposited (1 ETH of whoever backs
/// the operator); only one of them is ever proven.
contract ValidatorRegistry is IValidatorRegistry, Guarded {
    using BitMaps for BitMaps.BitMap;

    /// @notice Most keys of one commitment.
    uint256 public constant MAX_KEYS = 1_024;
    /// @notice MAX_EFFECTIVE_BALANCE_ELECTRA (EIP-7251), in gwei.
    uint256 public constant MAX_DEPOSITED_GWEI = 2_048e9;
    uint64 private constant PREDEPOSIT_GWEI = 1e9;

    /* IMMUTABLES */

    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;

    /* STORAGE */

    mapping(bytes32 commitmentId => Commitment) private _commitments;
    mapping(bytes32 commitmentId => BitMaps.BitMap) private _predeposited;
    mapping(bytes32 commitmentId => BitMaps.BitMap) private _proven;
    mapping(bytes32 pubkeyHash => Validator) private _validators;
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
        Key[] calldata keys,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external onlyRole(Roles.DEPOSITOR) {
        require(keys.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        uint256 count = _existing(id).count;
        uint256 limit = operatorRegistry.depositableKeys(operatorId);
        uint256 sum = predepositedKeys[operatorId] + keys.length;
        require(sum <= limit, KeyLimitExceeded(operatorId, sum, limit));
        predepositedKeys[operatorId] = sum;

        BitMaps.BitMap storage done = _predeposited[id];
        bytes32[] memory leaves = new bytes32[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            Key calldata key = keys[i];
            require(key.index < count, KeyIndexOutOfBounds(key.index, count));
            require(!done.get(key.index), AlreadyPredeposited(id, key.index));
            bytes32 pubkeyHash = keccak256(key.pubkey);
            require(!isProven(pubkeyHash), AlreadyProven(pubkeyHash));
            done.set(key.index);
            leaves[i] = _leaf(key.index, pubkeyHash, keccak256(key.signature));
            emit KeyPredeposited(id, key.index, key.pubkey);
        }
        _requireCommitted(id, root, leaves, proof, flags);
    }

    /// @inheritdoc IValidatorRegistry
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external onlyRole(Roles.DEPOSITOR) {
        require(links.length > 0, NoKeys());
        bytes32 id = commitmentIdOf(operatorId, root);
        uint32 operatorId32 = _existing(id).operatorId;
        BitMaps.BitMap storage done = _predeposited[id];
        BitMaps.BitMap storage proven = _proven[id];
        bytes32[] memory leaves = new bytes32[](links.length);
        for (uint256 i = 0; i < links.length; ++i) {
            Link calldata link = links[i];
            require(done.get(link.index), NotPredeposited(id, link.index));
            require(!isProven(link.pubkeyHash), AlreadyProven(link.pubkeyHash));
            // a tree may name one place for many keys: one predeposit lets one of them in
            require(!proven.get(link.index), PlaceAlreadyProven(id, link.index));
            proven.set(link.index);
            _validators[link.pubkeyHash] = Validator(
                operatorId32,
                link.validatorIndex,
                PREDEPOSIT_GWEI,
                State.Proven
            );
            leaves[i] = _leaf(link.index, link.pubkeyHash, link.signatureHash);
            emit KeyProven(operatorId, link.pubkeyHash, id, link.validatorIndex);
        }
        _requireCommitted(id, root, leaves, proof, flags);
    }

    /// @inheritdoc IValidatorRegistry
    function topUp(bytes32 pubkeyHash, uint64 amountGwei) external onlyRole(Roles.DEPOSITOR) {
        Validator storage v = _validators[pubkeyHash];
        require(v.state == State.Proven, NotProven(pubkeyHash));
        uint256 sum = uint256(v.depositedGwei) + amountGwei;
        require(sum <= MAX_DEPOSITED_GWEI, TopUpAboveMaximum(pubkeyHash, sum, MAX_DEPOSITED_GWEI));
        // bounded by the line above
        v.depositedGwei = uint64(sum);
        emit KeyToppedUp(pubkeyHash, amountGwei, sum);
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
    function isPredeposited(bytes32 commitmentId, uint256 index) external view returns (bool) {
        return _predeposited[commitmentId].get(index);
    }

    /// @inheritdoc IValidatorRegistry
    function isProven(bytes32 pubkeyHash) public view returns (bool) {
        return _validators[pubkeyHash].state == State.Proven;
    }

    /// @inheritdoc IValidatorRegistry
    function validator(bytes32 pubkeyHash) external view returns (Validator memory) {
        return _validators[pubkeyHash];
    }

    /* INTERNAL */

    function _existing(bytes32 id) private view returns (Commitment memory c) {
        c = _commitments[id];
        require(c.count > 0, CommitmentUnknown(id));
    }

    function _leaf(uint256 index, bytes32 pubkeyHash, bytes32 signatureHash) private pure returns (bytes32) {
        return keccak256(bytes.concat(keccak256(abi.encode(index, pubkeyHash, signatureHash))));
    }

    function _requireCommitted(
        bytes32 id,
        bytes32 root,
        bytes32[] memory leaves,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) private pure {
        require(MerkleProof.multiProofVerifyCalldata(proof, flags, root, leaves), KeysNotCommitted(id));
    }
}
