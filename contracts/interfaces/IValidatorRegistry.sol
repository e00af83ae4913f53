// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IValidatorRegistry
/// @notice The life of each validator key. An operator commits a Merkle root of keys; a key is predeposited, proven
/// against the beacon chain, and topped up. Keys travel as calldata and events, never as storage.
interface IValidatorRegistry {
    /* TYPES */

    /// @notice How far a key has come. States only move forward.
    enum State {
        None,
        Committed,
        Predeposited,
        Proven
    }

    /// @notice A key of a commitment, with what is needed to predeposit it.
    /// @param index Its place in the commitment, below the commitment's count.
    /// @param pubkey BLS public key, 48 bytes.
    /// @param signature BLS signature over the deposit of 1 ETH with our credentials, 96 bytes.
    struct Key {
        uint32 index;
        bytes pubkey;
        bytes signature;
    }

    /// @notice A key of a commitment by its hashes, with what is needed to link it to a validator.
    /// @param index Its place in the commitment.
    /// @param pubkeyHash keccak256 of the public key.
    /// @param signatureHash keccak256 of the signature.
    /// @param validatorIndex Index of the validator on the beacon chain.
    struct Link {
        uint32 index;
        bytes32 pubkeyHash;
        bytes32 signatureHash;
        uint40 validatorIndex;
    }

    /// @notice A set of keys under one root. Leaves are keccak256(keccak256(abi.encode(index, keccak256(pubkey),
    /// keccak256(signature)))), hashed in sorted pairs as OpenZeppelin's `StandardMerkleTree` does.
    struct Commitment {
        uint32 operatorId;
        uint32 count;
        uint64 committedAt;
    }

    /// @notice A proven validator.
    /// @param operatorId Who runs it.
    /// @param validatorIndex Its index on the beacon chain.
    /// @param depositedGwei Sum of our deposits for it, the predeposit included.
    struct Validator {
        uint32 operatorId;
        uint40 validatorIndex;
        uint64 depositedGwei;
        State state;
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
    /// @notice A key got its predeposit.
    event KeyPredeposited(bytes32 indexed commitmentId, uint256 index, bytes pubkey);
    /// @notice A key was proven to be a validator with our credentials.
    event KeyProven(
        uint256 indexed operatorId,
        bytes32 indexed pubkeyHash,
        bytes32 commitmentId,
        uint256 validatorIndex
    );
    /// @notice A validator was topped up, to `depositedGwei` in all.
    event KeyToppedUp(bytes32 indexed pubkeyHash, uint256 amountGwei, uint256 depositedGwei);

    /* ERRORS */

    /// @notice The commitment already stands.
    error AlreadyCommitted(bytes32 commitmentId);
    /// @notice No such commitment.
    error CommitmentUnknown(bytes32 commitmentId);
    /// @notice A commitment holds from 1 to the maximum of keys, under a root that is not zero.
    error CommitmentOutOfBounds(bytes32 root, uint256 count, uint256 maximum);
    /// @notice The key's place is beyond the commitment.
    error KeyIndexOutOfBounds(uint256 index, uint256 count);
    /// @notice The keys are not those of the commitment.
    error KeysNotCommitted(bytes32 commitmentId);
    /// @notice No key was given.
    error NoKeys();
    /// @notice The key has had its predeposit.
    error AlreadyPredeposited(bytes32 commitmentId, uint256 index);
    /// @notice The key has had no predeposit.
    error NotPredeposited(bytes32 commitmentId, uint256 index);
    /// @notice The key is a proven validator already, under this or another commitment.
    error AlreadyProven(bytes32 pubkeyHash);
    /// @notice A key of this place of the commitment is proven already.
    error PlaceAlreadyProven(bytes32 commitmentId, uint256 index);
    /// @notice The key is not proven.
    error NotProven(bytes32 pubkeyHash);
    /// @notice The operator would have more keys than it may.
    error KeyLimitExceeded(uint256 operatorId, uint256 keys, uint256 limit);
    /// @notice The validator would hold more of our ether than the beacon chain counts (gwei).
    error TopUpAboveMaximum(bytes32 pubkeyHash, uint256 depositedGwei, uint256 maximumGwei);

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
    /// @param keys In the order of the tree's leaves, as OpenZeppelin's multiproof wants them.
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        Key[] calldata keys,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external;

    /// @notice Marks predeposited keys as proven. Caller: `DEPOSITOR`, which has verified the validators.
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external;

    /// @notice Counts a top-up of a proven validator. Caller: `DEPOSITOR`, in the transaction that deposits it.
    function topUp(bytes32 pubkeyHash, uint64 amountGwei) external;

    /* VIEWS */

    /// @notice Id of the commitment of `root` by `operatorId`.
    function commitmentIdOf(uint256 operatorId, bytes32 root) external pure returns (bytes32);

    /// @notice A commitment; zeros if there is none.
    function commitment(bytes32 commitmentId) external view returns (Commitment memory);

    /// @notice Whether the key at `index` has had its predeposit.
    function isPredeposited(bytes32 commitmentId, uint256 index) external view returns (bool);

    /// @notice Whether the key is a proven validator with our credentials.
    function isProven(bytes32 pubkeyHash) external view returns (bool);

    /// @notice A proven validator; zeros if there is none.
    function validator(bytes32 pubkeyHash) external view returns (Validator memory);

    /// @notice Keys of an operator that have had their predeposit, ever.
    function predepositedKeys(uint256 operatorId) external view returns (uint256);
}
