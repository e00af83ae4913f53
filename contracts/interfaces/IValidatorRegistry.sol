// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IValidatorRegistry
/// @notice The life of each validator key. An operator commits a Merkle root of keys; a key is predeposited, proven
/// against the beacon chain, and topped up. Keys travel as calldata and events, never as storage; their states are bits
/// under the commitment.
interface IValidatorRegistry {
    /* TYPES */

    /// @notice How far a key of a commitment has come. States only move forward.
    enum State {
        Committed,
        Predeposited,
        Proven
    }

    /// @notice A key of a commitment by its hashes, with its validator.
    /// @param gindex Its place in the commitment's tree (see `Commitment`).
    /// @param validatorIndex Index of the validator on the beacon chain.
    /// @param topUpGwei Top-up that is deposited in the same transaction, in whole ETH, 0 for none.
    /// @param pubkeyHash keccak256 of the public key.
    /// @param signatureHash keccak256 of the deposit signature.
    struct Link {
        uint32 gindex;
        uint40 validatorIndex;
        uint64 topUpGwei;
        bytes32 pubkeyHash;
        bytes32 signatureHash;
    }

    /// @notice A top-up of a validator that was proven before.
    /// @param validatorIndex Index of the validator on the beacon chain.
    /// @param amountGwei What is deposited in the same transaction: whole ETH, in gwei.
    /// @param pubkeyHash keccak256 of the public key.
    struct TopUp {
        uint40 validatorIndex;
        uint64 amountGwei;
        bytes32 pubkeyHash;
    }

    /// @notice A set of keys under one root: a binary Merkle tree (`KeyTree`) with leaves
    /// keccak256(keccak256(pubkey) ++ keccak256(signature)) and nodes keccak256(left ++ right). A key's place is the
    /// generalized index of its leaf, from `count` to `2 * count - 1`.
    struct Commitment {
        uint32 operatorId;
        uint32 count;
        uint64 committedAt;
    }

    /* EVENTS */

    /// @notice An operator committed `count` keys. `data` is whatever it published with them, for whoever deposits.
    event KeysCommitted(
        uint256 indexed operatorId,
        bytes32 indexed commitmentId,
        bytes32 root,
        uint256 count,
        bytes data
    );
    /// @notice Keys got their predeposit: their places in the commitment, and the keys, 48 bytes each.
    event KeysPredeposited(bytes32 indexed commitmentId, uint32[] gindices, bytes pubkeys);
    /// @notice A key was proven to be a validator with our credentials.
    event KeyProven(bytes32 indexed commitmentId, bytes32 indexed pubkeyHash, uint256 validatorIndex);

    /* ERRORS */

    /// @notice The commitment already stands.
    error AlreadyCommitted(bytes32 commitmentId);
    /// @notice No such commitment.
    error CommitmentUnknown(bytes32 commitmentId);
    /// @notice A commitment holds from 1 to the maximum of keys, under a root that is not zero.
    error CommitmentOutOfBounds(bytes32 root, uint256 count, uint256 maximum);
    /// @notice No key stands there: the leaves of `count` keys stand at `count` to `2 * count - 1`.
    error GindexOutOfBounds(uint256 gindex, uint256 count);
    /// @notice The keys are not those of the commitment.
    error KeysNotCommitted(bytes32 commitmentId);
    /// @notice No key was given.
    error NoKeys();
    /// @notice Lists that belong together have different lengths.
    error LengthMismatch(uint256 given, uint256 needed);
    /// @notice The key is not in the state that the call asks for.
    error WrongState(bytes32 commitmentId, uint256 gindex, State state);
    /// @notice The validator is one of ours already, under this or another commitment.
    error ValidatorKnown(uint256 validatorIndex);
    /// @notice The validator is none of ours.
    error ValidatorUnknown(uint256 validatorIndex);
    /// @notice A top-up is a number of whole ETH (gwei).
    error TopUpNotWhole(uint256 validatorIndex, uint256 amountGwei);
    /// @notice Our deposits for the validator would pass what it can stake (ETH).
    error TopUpAboveMaximum(uint256 validatorIndex, uint256 depositedEth, uint256 maximumEth);
    /// @notice The operator is stopped: no ether goes to its validators.
    error OperatorStopped(uint256 operatorId);
    /// @notice The id of an operator is beyond what a validator's record can hold.
    error OperatorOutOfBounds(uint256 operatorId, uint256 maximum);
    /// @notice The operator would have more keys than it may.
    error KeyLimitExceeded(uint256 operatorId, uint256 keys, uint256 limit);

    /* OPERATORS */

    /// @notice Commits keys. Caller: the operator's manager.
    /// @param root Root of the Merkle tree of the keys (see `Commitment`).
    /// @param count How many keys, at most 1,024.
    /// @param data Published as event data and not looked at: the keys and signatures, or where to find them.
    /// @return commitmentId keccak256(abi.encode(operatorId, root)).
    function commit(
        uint256 operatorId,
        bytes32 root,
        uint256 count,
        bytes calldata data
    ) external returns (bytes32 commitmentId);

    /* BRAINS */

    /// @notice Marks keys as predeposited. Caller: `DEPOSITOR`, in the transaction that deposits them.
    /// @param root Root of the commitment of `operatorId`.
    /// @param gindices Places of the keys in the commitment, strictly decreasing.
    /// @param pubkeys BLS public keys, 48 bytes each. @param signatures Their deposit signatures, 96 bytes each.
    /// @param proof See `KeyTree.verifyMany`.
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external;

    /// @notice Marks predeposited keys as proven, and vouches for them as `vouch` does. Caller: `DEPOSITOR`, which has
    /// verified the validators.
    /// @param links The keys, by strictly decreasing places. @param proof See `KeyTree.verifyMany`.
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof
    ) external;

    /// @notice As `prove`, for one key. @param proof Its branch, from the leaf up.
    function proveOne(
        uint256 operatorId,
        bytes32 root,
        Link calldata link,
        bytes32[] calldata proof
    ) external;

    /// @notice Counts top-ups, and vouches until the end of the transaction that these keys are validators of ours. Caller:
    /// `DEPOSITOR`, which has verified just now that they have our credentials.
    function vouch(TopUp[] calldata topUps) external;

    /* VIEWS */

    /// @notice Id of the commitment of `root` by `operatorId`.
    function commitmentIdOf(uint256 operatorId, bytes32 root) external pure returns (bytes32);

    /// @notice A commitment; zeros if there is none.
    function commitment(bytes32 commitmentId) external view returns (Commitment memory);

    /// @notice How far the key at `gindex` of a commitment has come.
    function stateOf(bytes32 commitmentId, uint256 gindex) external view returns (State);

    /// @notice Whether the validator was proven to be one of ours.
    function isProven(uint256 validatorIndex) external view returns (bool);

    /// @notice Who runs a validator of ours, 0 if it is none, and what we deposited for it in all (ETH).
    function validator(
        uint256 validatorIndex
    ) external view returns (uint256 operatorId, uint256 depositedEth);

    /// @notice Whether the key was shown, in this very transaction, to be a validator of ours.
    function isVouchedFor(bytes32 pubkeyHash) external view returns (bool);

    /// @notice Keys of an operator that have had their predeposit, ever.
    function predepositedKeys(uint256 operatorId) external view returns (uint256);
}
