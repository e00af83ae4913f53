// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title IBeaconVerifier
/// @notice Verifies facts of the beacon state under a block root that the execution chain knows.
///
/// A verifier knows the layouts of a range of slots and refuses everything outside of it. Whoever uses one gets its address
/// in its constructor, and is itself replaced, by moving its roles, when a fork has a layout that the verifier lacks.
interface IBeaconVerifier {
    /// @notice Under which block a fact is shown.
    /// @param timestamp Of an execution block whose beacon root EIP-4788 still knows (the last 8,191 slots), in seconds
    /// since 1970.
    /// @param slot Looked at only with `history`: the fact is of the last block at or before this slot.
    /// @param root Looked at only with `history`: the root of that block.
    /// @param history Empty: the fact is of the parent of the execution block at `timestamp`. Else the root at `slot`,
    /// proven through `historical_summaries` of that parent's state: hashes among the block roots of the slot's period, the
    /// root of the period's state roots, then those of the list, without its empty levels (see `SSZ.listRoot`). There
    /// is no summary of a period that has not ended.
    struct BlockProof {
        uint64 timestamp;
        uint64 slot;
        bytes32 root;
        bytes32[] history;
    }

    /// @notice An entry of `pending_partial_withdrawals`: a request that the beacon chain took and has not paid yet.
    /// @param place Where it stands in the list. @param validatorIndex Whose it is. @param amountGwei As it was asked, or
    /// what was there above 32 ETH; what is paid may be less. @param withdrawableEpoch It is not paid before.
    struct PendingPartial {
        uint64 place;
        uint64 validatorIndex;
        uint64 amountGwei;
        uint64 withdrawableEpoch;
    }

    /// @notice An entry of `pending_consolidations`: a request that the beacon chain took and has not carried out yet.
    /// @param place Where it stands in the list. @param source, target Validators.
    struct PendingConsolidation {
        uint64 place;
        uint64 source;
        uint64 target;
    }

    /// @notice The layout of the state at this slot is not known here.
    error LayoutUnknown(uint256 slot);
    /// @notice The state at this slot has no such list yet.
    error NoSuchList(uint256 slot);
    /// @notice No beacon block comes before this timestamp (seconds since 1970).
    error TimestampNotAfterGenesis(uint256 timestamp, uint256 genesisTime);
    /// @notice The list is shorter.
    error IndexBeyondList(uint256 index, uint256 length);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Proves that the state has validator `v` at `index`.
    ///
    /// Reverts, like the functions below, with `BeaconRootUnknown`, `LayoutUnknown` or `TimestampNotAfterGenesis` for the
    /// block, with `WrongProofLength`, `IndexOutOfOrder`, `ProofInvalid` or `PubkeyLength` for the proof, with `NotALength`
    /// or `IndexBeyondList` for the list.
    /// @param proof Hashes of the branch, see `SSZ.listRoot`: as many as the list has filled levels, and those above it.
    /// @return slot No block later than this slot is spoken of. With `history` it is the slot that was asked for; else
    /// that before the child's, and where slots were missed the block is older by so many.
    function verifyValidator(
        BlockProof calldata b,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external view returns (uint64 slot);

    /// @notice Proves that the state has `validators` at `indices`, which must be strictly increasing, at least one.
    /// @param proof See `SSZ.listRoot`. @return slot As above.
    function verifyValidators(
        BlockProof calldata b,
        uint256[] calldata indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external view returns (uint64 slot);

    /// @notice Proves the balance of the validator at `index`.
    /// @param chunk The 32 bytes of the state that hold it: the balances from `index - index % 4` on, eight bytes each,
    /// little-endian. @param proof Hashes of the chunk's branch, in the order of `SSZ.listRoot`.
    /// @return slot As above. @return balanceGwei The actual balance, not the effective one, in gwei.
    function verifyBalance(
        BlockProof calldata b,
        uint40 index,
        bytes32 chunk,
        bytes32[] calldata proof
    ) external view returns (uint64 slot, uint64 balanceGwei);

    /// @notice Proves that a partial withdrawal is on its way. Reverts with `NoSuchList` before Electra.
    /// @param proof Hashes of the entry's branch, in the order of `SSZ.listRoot`. @return slot As above.
    function verifyPendingPartial(
        BlockProof calldata b,
        PendingPartial calldata p,
        bytes32[] calldata proof
    ) external view returns (uint64 slot);

    /// @notice Proves that a consolidation is on its way. Reverts with `NoSuchList` before Electra.
    /// @param proof Hashes of the entry's branch, in the order of `SSZ.listRoot`. @return slot As above.
    function verifyPendingConsolidation(
        BlockProof calldata b,
        PendingConsolidation calldata c,
        bytes32[] calldata proof
    ) external view returns (uint64 slot);

    /// @notice Proves the balances of any number of validators under a root that the caller knows to be that of the last
    /// block at or before `slot`.
    /// @param indices Strictly increasing. @param chunks Of the balances, each once, in the order of the indices, see
    /// `verifyBalance`; where no index is in the list, the first one of the list alone.
    /// @param proof Hashes in the order of `SSZ.listRoot`.
    /// @return balancesGwei One for each index; 0 behind the end of the list. @return length Of the list.
    function verifyBalances(
        uint64 slot,
        bytes32 root,
        uint256[] calldata indices,
        bytes32[] calldata chunks,
        bytes32[] calldata proof
    ) external view returns (uint256[] memory balancesGwei, uint256 length);

    /// @notice Proves that `pending_deposits` has entries with the roots `leaves` at `places`, strictly increasing, under a
    /// root as above. Of an empty list, a leaf of zeros at 0 is shown. Reverts with `NoSuchList` before Electra.
    /// @return length Of the list.
    function verifyPendingDeposits(
        uint64 slot,
        bytes32 root,
        uint256[] calldata places,
        bytes32[] calldata leaves,
        bytes32[] calldata proof
    ) external view returns (uint256 length);

    /// @notice As `verifyValidator`, under a root as above.
    function verifyValidatorUnder(
        uint64 slot,
        bytes32 root,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external view;

    /// @notice Proves that the parent of the execution block at `timestamp` is of `slot` exactly, and that `mix` is the
    /// newest RANDAO mix of its state: the entry of its own epoch.
    /// @param slotProof That slot under the block root: 3 hashes. @param proof Hashes of the branch of the entry.
    function verifyRandaoMix(
        uint64 timestamp,
        uint64 slot,
        bytes32[] calldata slotProof,
        bytes32 mix,
        bytes32[] calldata proof
    ) external view;

    /// @notice Proves which block the chain has: with `history` the last one at or before the slot that was asked for, else
    /// the last one before the child's. @return slot As above. @return root Root of that block.
    function verifyRoot(BlockProof calldata b) external view returns (uint64 slot, bytes32 root);

    /// @notice Time of slot 0, seconds since 1970.
    function genesisTime() external view returns (uint64);

    /// @notice Seconds from a slot to the next.
    function secondsPerSlot() external view returns (uint64);

    /// @notice Slots of an epoch.
    function slotsPerEpoch() external view returns (uint64);

    /// @notice First slot whose layout is known.
    function firstSlot() external view returns (uint64);

    /// @notice First slot whose layout is not known any more.
    function endSlot() external view returns (uint64);
}
