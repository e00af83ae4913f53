// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IValidatorRegistry
/// @notice The life of each key and of each validator. An operator commits a Merkle root of keys; a key is predeposited and
/// proven against the beacon chain. Keys travel as calldata and events, never as storage; their states are bits under the
/// commitment. A key that was proven is a validator, known from then on by its index on the beacon chain.
/// Each validator reserves stake of its operator's bond: 32 ETH from its predeposit on, and what is deposited above that.
interface IValidatorRegistry {
    /* TYPES */

    /// @notice How far a key of a commitment has come. `Overdue`: not proven by the deadline of its predeposit. `Lost`: not
    /// proven by a second deadline; it reserves nothing any more. An overdue or lost key may still be proven. `Removed`:
    /// withdrawn by its operator before any deposit. `Foreign`: its validator was shown to have foreign credentials, or to
    /// be one of ours under another commitment; it reserves nothing, and that is the end of it. Should the beacon chain ever
    /// say that the validator is ours after all, the key may be proven under another commitment, with another predeposit.
    enum KeyState {
        Committed,
        Predeposited,
        Proven,
        Overdue,
        Lost,
        Removed,
        Foreign
    }

    /// @notice How far a validator has come, as the beacon chain was proven to say. States only move forward.
    enum ValidatorState {
        Unknown,
        Proven,
        Active,
        Exiting,
        Exited,
        Withdrawn
    }

    /// @notice A validator of ours.
    /// @param operatorId Who runs it.
    /// @param depositedEth What we deposited for it in all, in ETH.
    /// @param state How far it has come.
    /// @param slashed Whether it was proven to be slashed.
    struct Validator {
        uint24 operatorId;
        uint16 depositedEth;
        ValidatorState state;
        bool slashed;
    }

    /// @notice What an operator has at stake.
    /// @param eth Stake that its bond must back, in ETH.
    /// @param overdueKeys Its keys in state `Overdue`.
    /// @param lostKeys Its keys that were lost, and whose predeposits have not come back: those in state `Lost`, and those
    /// that were shown to have foreign credentials after it.
    struct Stake {
        uint64 eth;
        uint32 overdueKeys;
        uint32 lostKeys;
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

    /// @notice That a validator is to be merged into another of its operator (EIP-7251).
    /// @param target Which one gets its balance.
    /// @param notedAt When it was asked for last, in seconds since 1970; 0 for none.
    struct Consolidation {
        uint40 target;
        uint40 notedAt;
    }

    /// @notice States of 32 keys of a commitment.
    /// @param word Their places divided by 32.
    struct KeyWord {
        bytes32 commitmentId;
        uint256 word;
    }

    /// @notice That a validator was proven to be withdrawn.
    /// @param index Of the validator. @param time When it was, in seconds since 1970.
    struct Departure {
        uint40 index;
        uint40 time;
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
    /// @notice The operator took keys back before any deposit: their places.
    event KeysRemoved(bytes32 indexed commitmentId, uint32[] gindices);
    /// @notice Keys got their predeposit: their places in the commitment, and the keys, 48 bytes each.
    event KeysPredeposited(bytes32 indexed commitmentId, uint32[] gindices, bytes pubkeys);
    /// @notice A key was proven to be a validator with our credentials.
    event KeyProven(bytes32 indexed commitmentId, bytes32 indexed pubkeyHash, uint256 validatorIndex);
    /// @notice Predeposits were not proven by their deadline.
    event KeysOverdue(bytes32 indexed commitmentId, uint32[] gindices);
    /// @notice Predeposits were given up after their second deadline.
    event KeysLost(bytes32 indexed commitmentId, uint32[] gindices);
    /// @notice The validator of a key is not, or not by this key, one of ours. `wasLost`: it was given up before.
    event KeyForeign(bytes32 indexed commitmentId, uint32 gindex, bool wasLost);
    /// @notice The beacon chain was proven to say more of a validator than was known.
    event ValidatorAdvanced(
        uint256 indexed validatorIndex,
        uint256 indexed operatorId,
        ValidatorState state,
        bool slashed
    );
    /// @notice The beacon chain was asked to merge `source` into `target`.
    event ConsolidationNoted(uint256 indexed source, uint256 indexed target, uint256 indexed operatorId);
    /// @notice The beacon chain was proven to have dropped what was asked for.
    event ConsolidationDropped(uint256 indexed source, uint256 indexed target);
    /// @notice `source` is withdrawn, and its stake went with its balance to `target`: `eth` ETH.
    event ValidatorConsolidated(uint256 indexed source, uint256 indexed target, uint256 eth);

    /* ERRORS */

    /// @notice A constructor parameter is out of its bounds.
    error DeadlineOutOfBounds(uint256 deadline, uint256 minimum, uint256 maximum);
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
    error WrongState(bytes32 commitmentId, uint256 gindex, KeyState state);
    /// @notice The deadline of the key's predeposit, or its second one, has not passed.
    error NotOverdue(bytes32 commitmentId, uint256 gindex);
    /// @notice The validator is one of ours already, under this or another commitment.
    error ValidatorKnown(uint256 validatorIndex);
    /// @notice The validator is none of ours.
    error ValidatorUnknown(uint256 validatorIndex);
    /// @notice Validators are given by strictly increasing indices.
    error ValidatorsOutOfOrder(uint256 validatorIndex);
    /// @notice Words of keys are given in strictly increasing order: by commitment, then by place.
    error KeysOutOfOrder(bytes32 commitmentId, uint256 word);
    /// @notice The validator is known to be as far as that, or further.
    error NothingNew(uint256 validatorIndex, ValidatorState state, bool slashed);
    /// @notice A top-up is a number of whole ETH (gwei).
    error TopUpNotWhole(uint256 validatorIndex, uint256 amountGwei);
    /// @notice Our deposits for the validator would pass what it can stake (ETH).
    error TopUpAboveMaximum(uint256 validatorIndex, uint256 depositedEth, uint256 maximumEth);
    /// @notice Our deposits for the validator would be more than its predeposit, and less than it needs to become active
    /// (ETH).
    error TopUpBelowMinimum(uint256 validatorIndex, uint256 depositedEth, uint256 minimumEth);
    /// @notice The validator is on its way out, or slashed: it gets no more ether.
    error ValidatorLeaves(uint256 validatorIndex, ValidatorState state, bool slashed);
    /// @notice The id of an operator is beyond what a validator's record can hold.
    error OperatorOutOfBounds(uint256 operatorId, uint256 maximum);
    /// @notice A validator is merged into another one, of the same operator.
    error ConsolidationRefused(uint256 source, uint256 target);
    /// @notice What both validators reserve is more than one can stake (ETH).
    error ConsolidationAboveMaximum(uint256 source, uint256 target, uint256 sumEth, uint256 maximumEth);
    /// @notice The validator is to be merged into `target`.
    error ConsolidationStands(uint256 validatorIndex, uint256 target);
    /// @notice No consolidation of the validator was asked for.
    error ConsolidationUnknown(uint256 validatorIndex);
    /// @notice The request may still be on its way to the beacon chain, until `time` (seconds since 1970).
    error ConsolidationOpen(uint256 validatorIndex, uint256 time);

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

    /// @notice Takes keys back that had no deposit; those that had one by now are left as they are, and there must be one
    /// that had none. Caller: the operator's manager.
    function remove(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external;

    /* BRAINS: deposits */

    /// @notice Marks keys as predeposited and reserves 32 ETH of stake for each. Caller: `DEPOSITOR`, in the transaction
    /// that deposits them, which sees to it that the stake was allotted and that the bond backs it.
    /// @param root Root of the commitment of `operatorId`.
    /// @param gindices Places of the keys in the commitment, strictly decreasing.
    /// @param pubkeys BLS public keys, 48 bytes each. @param signatures Their deposit signatures, 96 bytes each.
    /// @param proof See `KeyTree.verifyMany`.
    /// @return reservedEth By how much the stake of the operator grew.
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external returns (uint256 reservedEth);

    /// @notice Marks predeposited keys as proven, and vouches for them as `vouch` does. Caller: `DEPOSITOR`, which has
    /// verified the validators. In all a validator gets its predeposit alone, or from 32 to 2,048 ETH: with less it might
    /// wait for ever (`process_effective_balance_updates`).
    /// @param links The keys, by strictly decreasing places. @param proof See `KeyTree.verifyMany`.
    /// @return reservedEth By how much the stake of the operator grew: 0 where no validator gets more than 32 ETH and no key
    /// was lost before.
    function prove(
        uint256 operatorId,
        bytes32 root,
        Link[] calldata links,
        bytes32[] calldata proof
    ) external returns (uint256 reservedEth);

    /// @notice As `prove`, for one key. @param proof Its branch, from the leaf up.
    function proveOne(
        uint256 operatorId,
        bytes32 root,
        Link calldata link,
        bytes32[] calldata proof
    ) external returns (uint256 reservedEth);

    /// @notice Counts top-ups, and vouches until the end of the transaction that these keys are validators of ours. Caller:
    /// `DEPOSITOR`, which has verified just now that they have our credentials. What a validator gets in all is as in
    /// `prove`.
    /// @return operatorIds Who runs each of them.
    /// @return reservedEth By how much its stake grew with each: 0 where no validator gets more than 32 ETH.
    function vouch(
        TopUp[] calldata topUps
    ) external returns (uint256[] memory operatorIds, uint256[] memory reservedEth);

    /* BRAINS: consolidations */

    /// @notice Notes that the beacon chain is asked to merge a validator into another of its operator. Caller:
    /// `CONSOLIDATOR`, which has verified that both are active. No stake moves before the source is withdrawn: the beacon
    /// chain drops what it does not like, and tells nobody. Asking again for the same target is harmless. Neither may leave,
    /// what both reserve may not pass 2,048 ETH, and the target may not be to be merged itself.
    /// @return operatorId Who runs both.
    function noteConsolidation(uint256 source, uint256 target) external returns (uint256 operatorId);

    /// @notice Forgets a consolidation that the beacon chain has dropped: a day after it was asked for last, when no request
    /// is on its way any more. Caller: `CONSOLIDATOR`, which has verified that the source does not exit.
    function dropConsolidation(uint256 source) external;

    /* BRAINS: bonds */

    /// @notice Marks predeposits as overdue. Caller: `BOND_VAULT`, which locks bond for them.
    function markOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external;

    /// @notice Gives up predeposits that are overdue by a second deadline. Caller: `BOND_VAULT`, which burns bond for them.
    function markLost(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external;

    /* BRAINS: what the beacon chain says */

    /// @notice Gives up the predeposit of a key whose validator has foreign credentials, at whatever time, once for each
    /// key. Caller: `WITNESS`, which has verified it.
    /// @return wasLost Whether it was given up before: then nothing is freed, and the bond was charged for it.
    function markForeign(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 pubkeyHash,
        bytes32 signatureHash,
        bytes32[] calldata proof
    ) external returns (bool wasLost);

    /// @notice As `markForeign`, for a key whose validator is one of ours already: its predeposit lies there, so it is lost
    /// no more. Caller: `WITNESS`, which has verified it.
    function markDuplicate(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 pubkeyHash,
        bytes32 signatureHash,
        bytes32[] calldata proof
    ) external;

    /// @notice Notes how far a validator has come. Caller: `WITNESS`, which has verified it. A withdrawn one reserves no
    /// stake any more: it is free, or goes to the validator that it was to be merged into, if it was not slashed. From one
    /// that is withdrawn itself it goes on to where that one was merged, or is free. What passes 2,048 ETH there is free
    /// too: the beacon chain pays it out.
    /// @param state How far; a state that is behind what is known counts only where `slashed` is news.
    /// @param slashed Whether it is proven to be slashed: refused where that is known, so that an offence counts once.
    /// @return operatorId Who runs it.
    function advance(
        uint256 validatorIndex,
        ValidatorState state,
        bool slashed
    ) external returns (uint256 operatorId);

    /* VIEWS */

    /// @notice Id of the commitment of `root` by `operatorId`.
    function commitmentIdOf(uint256 operatorId, bytes32 root) external pure returns (bytes32);

    /// @notice A commitment; zeros if there is none.
    function commitment(bytes32 commitmentId) external view returns (Commitment memory);

    /// @notice How far the key at `gindex` of a commitment has come.
    function stateOf(bytes32 commitmentId, uint256 gindex) external view returns (KeyState);

    /// @notice Whether the deadline of the key's predeposit has passed without a proof, and whether the second one has. The
    /// deadline counts in quarters, rounded against the pool: it ends within a quarter after its length.
    function isOverdue(bytes32 commitmentId, uint256 gindex) external view returns (bool overdue, bool lost);

    /// @notice When others than its operator should prove a key: the first quarter of the deadline that begins after its
    /// predeposit, in seconds since 1970; 0 for a key that waits for no proof. After eight deadlines it is told too late.
    function proofDueFrom(bytes32 commitmentId, uint256 gindex) external view returns (uint256);

    /// @notice Whether the validator was proven to be one of ours.
    function isProven(uint256 validatorIndex) external view returns (bool);

    /// @notice A validator of ours; zeros if it is none.
    function validator(uint256 validatorIndex) external view returns (Validator memory);

    /// @notice Stake that validators of ours reserve, in ETH; those that are withdrawn reserve nothing. With 32 ETH for each
    /// of all `reservedKeys`, what all validators reserve is `totalStake`.
    /// @param indices Strictly increasing. Reverts with `ValidatorUnknown` where one is none of ours.
    function reservedOf(uint256[] calldata indices) external view returns (uint256 reservedEth);

    /// @notice How many of these keys reserve stake without being validators: those in the states `Predeposited` and
    /// `Overdue`. @param words Strictly increasing, by commitment, then by place.
    function reservedKeys(KeyWord[] calldata words) external view returns (uint256 count);

    /// @notice How many validators were proven to be withdrawn.
    function departureCount() external view returns (uint256);

    /// @notice Those that were, in the order of the proofs, from place `first` (from 0) on.
    function departuresFrom(uint256 first) external view returns (Departure[] memory);

    /// @notice Into which validator one is to be merged, or was; zeros if none was asked for.
    function consolidationOf(uint256 validatorIndex) external view returns (Consolidation memory);

    /// @notice Whether the validator's balance is to go to another validator, and not to the vault. That of a slashed one
    /// goes to the vault.
    function isConsolidating(uint256 validatorIndex) external view returns (bool);

    /// @notice Whether the key was shown, in this very transaction, to be a validator of ours.
    function isVouchedFor(bytes32 pubkeyHash) external view returns (bool);

    /// @notice What an operator has at stake.
    function stakeOf(uint256 operatorId) external view returns (Stake memory);

    /// @notice The stake of all operators, in ETH.
    function totalStake() external view returns (uint256);
}
