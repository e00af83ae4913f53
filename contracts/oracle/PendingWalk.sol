// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBalanceCheckpoint} from "../interfaces/IBalanceCheckpoint.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {KeyTree} from "../libraries/KeyTree.sol";
import {PendingDeposits} from "../libraries/PendingDeposits.sol";
import {SSZ} from "../libraries/SSZ.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {PendingDeposit, PendingDepositHead} from "../types/PendingDeposit.sol";

/// @title PendingWalk
/// @notice Mixin: which of our deposits the beacon chain has taken, and not credited yet.
/// TRUST: nobody for what is too much, but for predeposits that are lost: `unprovenGwei` says of how many it is not known.
/// For what is too little: that somebody counts what others left out, within the time for it; only deposits that were put
/// off, and doubtful ones, can be left out.
/// INVARIANTS: CHK-2.
/// ASSUMPTIONS, all of electra/beacon-chain.md: `process_deposit_request` appends a deposit with the slot of its block;
/// entries that are no such deposits have slot 0. `process_pending_deposits` takes entries from the head, and puts those off
/// whose validator exits, to the end and with their slot; an exit epoch is never taken back. So a deposit whose validator
/// does not exit was never taken; nor was anything that was appended behind it, which is every deposit of a later slot.
/// Deposits that were never taken stand in the order of their slots.
abstract contract PendingWalk is IBalanceCheckpoint {
    uint64 private constant PREDEPOSIT_GWEI = 1e9;

    /* IMMUTABLES */

    /// @notice What verifies proofs.
    IBeaconVerifier public immutable verifier;
    /// @notice What is known of our validators and keys.
    IValidatorRegistry public immutable validatorRegistry;
    /// @dev The vault, as credentials name it: the last 20 bytes. Prefixes differ.
    uint160 private immutable _vault;

    /* STORAGE */

    mapping(uint256 id => Checkpoint) internal _checkpoints;
    mapping(uint256 id => mapping(uint256 word => uint256 bits)) private _countedDeposits;
    /// @dev Places of keys whose predeposit was counted before they were proven.
    mapping(uint256 id => mapping(bytes32 place => bool)) private _countedPredeposits;

    /* CONSTRUCTOR */

    constructor(IBeaconVerifier verifier_, IValidatorRegistry registry, bytes32 credentials) {
        verifier = verifier_;
        validatorRegistry = registry;
        _vault = uint160(uint256(credentials));
    }

    /* ANYONE */

    /// @inheritdoc IBalanceCheckpoint
    function walk(
        uint256 id,
        uint256 first,
        PendingDepositHead[] calldata heads,
        bytes32[] calldata proof
    ) external {
        Checkpoint storage c = _open(id);
        // others came first: there is nothing left to show
        if (c.walkedAt != 0) return;
        uint256 length = _verifyHeads(c, first, heads, proof);
        uint256 walked = c.walked;
        require(first <= walked, WalkHasGap(first, walked));
        uint256 doubtful = c.doubtful;
        bool ended = false;
        for (uint256 i = walked - first; i < heads.length; ++i) {
            if (heads[i].slot > c.frontierSlot) {
                ended = true;
                break;
            }
            if (_isLabelled(heads[i].withdrawalCredentials) && !isDepositCounted(id, walked)) ++doubtful;
            ++walked;
        }
        if (walked == length) {
            ended = true;
            c.isWholeList = true;
        }
        // at most 2^27 entries; so many with our credentials cost more ether than there is
        c.walked = uint32(walked);
        c.doubtful = uint24(doubtful);
        if (ended) c.walkedAt = uint40(block.timestamp);
        emit DepositsWalked(id, walked, doubtful, ended);
    }

    /// @inheritdoc IBalanceCheckpoint
    function countDeposits(
        uint256 id,
        uint256[] calldata positions,
        PendingDeposit[] calldata deposits,
        KeyPlace[] calldata keys,
        bytes32[] calldata proof
    ) external {
        Checkpoint storage c = _open(id);
        require(deposits.length == positions.length, LengthMismatch(deposits.length, positions.length));
        require(keys.length == positions.length, LengthMismatch(keys.length, positions.length));
        bytes32[] memory leaves = new bytes32[](deposits.length);
        for (uint256 i = 0; i < leaves.length; ++i) leaves[i] = PendingDeposits.rootOf(deposits[i]);
        verifier.verifyPendingDeposits(c.slot, c.root, positions, leaves, proof);
        for (uint256 i = 0; i < positions.length; ++i) {
            if (!isDepositCounted(id, positions[i])) _count(c, id, positions[i], deposits[i], keys[i]);
        }
    }

    /// @inheritdoc IBalanceCheckpoint
    function proveFrontier(
        uint256 id,
        uint256 position,
        PendingDepositHead calldata head,
        bytes32[] calldata proof,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata validatorProof
    ) external {
        Checkpoint storage c = _open(id);
        // entries of slot 0 are no deposits, and may be appended whenever
        require(
            head.slot > 0 &&
                head.slot <= c.frontierSlot &&
                v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH &&
                v.pubkey.length == 48 &&
                SSZ.pubkeyRoot(v.pubkey) == head.pubkeyRoot,
            NotUntouched(position)
        );
        (uint256[] memory places, bytes32[] memory leaves) = (new uint256[](1), new bytes32[](1));
        (places[0], leaves[0]) = (position, PendingDeposits.rootOf(head));
        verifier.verifyPendingDeposits(c.slot, c.root, places, leaves, proof);
        verifier.verifyValidatorUnder(c.slot, c.root, validatorIndex, v, validatorProof);
        c.isUntouched = true;
        emit FrontierProven(id, position);
    }

    /* VIEWS */

    /// @inheritdoc IBalanceCheckpoint
    function isDepositCounted(uint256 id, uint256 position) public view returns (bool) {
        return (_countedDeposits[id][position >> 8] >> (position & 0xff)) & 1 == 1;
    }

    /* INTERNAL */

    /// @dev A checkpoint to which something may be added.
    function _open(uint256 id) internal view returns (Checkpoint storage c) {
        c = _checkpoints[id];
        require(c.root != 0 && c.completedAt == 0, NotOpen(id));
    }

    /// @dev Whether everything of ours was shown, save what was put off: to the end of the list; or up to the frontier, if
    /// what lies behind it is untouched, and so no deposit of before it lies there in its turn.
    function _requireWalked(Checkpoint storage c, uint256 id) internal view {
        require(c.walkedAt != 0, WalkNotEnded(id));
        require(c.isUntouched || (c.isWholeList && c.recentGwei == 0), FrontierNotProven(id));
    }

    function _verifyHeads(
        Checkpoint storage c,
        uint256 first,
        PendingDepositHead[] calldata heads,
        bytes32[] calldata proof
    ) private view returns (uint256) {
        // an empty list has zeros at its first place
        uint256 size = heads.length > 0 ? heads.length : 1;
        (uint256[] memory places, bytes32[] memory leaves) = (new uint256[](size), new bytes32[](size));
        for (uint256 i = 0; i < heads.length; ++i) {
            places[i] = first + i;
            leaves[i] = PendingDeposits.rootOf(heads[i]);
        }
        return verifier.verifyPendingDeposits(c.slot, c.root, places, leaves, proof);
    }

    function _count(
        Checkpoint storage c,
        uint256 id,
        uint256 position,
        PendingDeposit calldata d,
        KeyPlace calldata k
    ) private {
        require(d.slot <= c.frontierSlot, DepositAfterFrontier(position, d.slot, c.frontierSlot));
        bool isProven = _requireOurs(id, d, k);
        _countedDeposits[id][position >> 8] |= 1 << (position & 0xff);
        c.pendingGwei += d.amountGwei;
        if (!isProven) c.unprovenGwei += d.amountGwei;
        if (position < c.walked && _isLabelled(d.withdrawalCredentials)) c.doubtful -= 1;
        emit DepositCounted(id, position, d.amountGwei);
    }

    /// @dev Whatever goes to a proven key goes to a validator of ours. Of a key that is not proven, whose validator may yet
    /// turn out to be another's, what we deposited counts, and no copy of it. So does what its bond has paid for, if it is
    /// pending still: it may yet come back.
    function _requireOurs(
        uint256 id,
        PendingDeposit calldata d,
        KeyPlace calldata k
    ) private returns (bool isProven) {
        bytes32 commitmentId = validatorRegistry.commitmentIdOf(k.operatorId, k.root);
        bytes32 leaf = KeyTree.leaf(keccak256(d.pubkey), k.signatureHash);
        IValidatorRegistry.KeyState state = validatorRegistry.stateOf(commitmentId, k.gindex);
        require(
            KeyTree.verify(k.root, k.gindex, leaf, k.proof) &&
                (state == IValidatorRegistry.KeyState.Proven ||
                    state == IValidatorRegistry.KeyState.Predeposited ||
                    state == IValidatorRegistry.KeyState.Overdue ||
                    state == IValidatorRegistry.KeyState.Lost),
            KeyNotOurs(commitmentId, k.gindex)
        );
        if (state == IValidatorRegistry.KeyState.Proven) return true;
        bytes32 place = keccak256(abi.encode(commitmentId, k.gindex));
        require(
            d.amountGwei == PREDEPOSIT_GWEI &&
                keccak256(d.signature) == k.signatureHash &&
                _isLabelled(d.withdrawalCredentials) &&
                !_countedPredeposits[id][place],
            NotThePredeposit(commitmentId, k.gindex)
        );
        _countedPredeposits[id][place] = true;
    }

    /// @dev Whether a deposit says that it is for us. Anyone may say so, of any key.
    function _isLabelled(bytes32 credentials) private view returns (bool) {
        return uint160(uint256(credentials)) == _vault;
    }
}
