// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IRandomnessSource} from "../interfaces/IRandomnessSource.sol";

/// @title RandaoSource
/// @notice Seeds from the beacon chain: a round is a slot, its seed the RANDAO mix after the last block at or before it.
/// TRUST: proposers. Each of the last ones before the round has one bit: to publish its block or to lose its reward; the
/// one right behind it may try to build on an earlier block. Who has the last k slots in a row chooses among 2^k seeds. A
/// delay function in another source behind the same interface takes that away.
/// INVARIANTS: none: it keeps nothing.
/// ASSUMPTIONS: those of the verifier. It is replaced with the verifier, when a fork changes the beacon state.
contract RandaoSource is IRandomnessSource {
    /// @notice What shows the seed of a round; ABI-encoded it is the `proof` of `seed`.
    /// @param childTimestamp Timestamp of the first execution block after the round, seconds since 1970.
    /// @param blockSlot Slot of its parent: the last block at or before the round.
    /// @param slotProof That slot under the block root: 3 hashes. Also where the child is of the very next slot: the block
    /// may still be of an earlier epoch, and only its own slot says which entry of the mixes is the newest.
    /// @param mix The newest RANDAO mix of the block's state.
    /// @param mixProof Its branch, see `IBeaconVerifier.verifyRandaoMix`.
    struct Proof {
        uint64 childTimestamp;
        uint64 blockSlot;
        bytes32[] slotProof;
        bytes32 mix;
        bytes32[] mixProof;
    }

    /// @notice The child block is not after the round (seconds since 1970).
    error ChildNotAfterRound(uint256 childTimestamp, uint256 roundTime);
    /// @notice The block is of a slot after the round: another one is the last before it.
    error BlockAfterRound(uint256 blockSlot, uint256 round);
    /// @notice The next round lies beyond the layouts that the verifier knows: source and verifier must be replaced.
    error RoundBeyondEnd(uint256 round, uint256 endSlot);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Slots for which the execution chain knows a beacon root (EIP-4788).
    uint256 public constant RING_SLOTS = 8_191;
    /// @notice Greatest number of whole epochs between the opening of a draw and its round; with the epoch that has begun,
    /// less than two hours on mainnet.
    uint256 public constant MAX_EPOCHS_BETWEEN = 16;

    /* IMMUTABLES */

    /// @notice Knows the beacon state.
    IBeaconVerifier public immutable verifier;
    /// @notice Whole epochs between the opening of a draw and its round.
    uint256 public immutable epochsBetween;

    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerSlot;
    uint256 private immutable _slotsPerEpoch;
    uint256 private immutable _endSlot;

    /* CONSTRUCTOR */

    /// @notice The clock is the verifier's.
    /// @param epochsBetween_ 1 to 16. With one, a whole epoch of proposals is still to come when a draw is opened: nobody
    /// can tell which way a bit will turn the seed. From three on nobody even knows who will have the last bits, as who
    /// proposes in an epoch is drawn from the mix at the end of the second epoch before; so nobody can open a draw when a
    /// friend happens to come last.
    constructor(IBeaconVerifier verifier_, uint256 epochsBetween_) {
        require(
            epochsBetween_ > 0 && epochsBetween_ <= MAX_EPOCHS_BETWEEN,
            ParameterOutOfBounds("epochsBetween", epochsBetween_)
        );
        verifier = verifier_;
        epochsBetween = epochsBetween_;
        _genesisTime = verifier_.genesisTime();
        _secondsPerSlot = verifier_.secondsPerSlot();
        _slotsPerEpoch = verifier_.slotsPerEpoch();
        _endSlot = verifier_.endSlot();
    }

    /* VIEWS */

    /// @inheritdoc IRandomnessSource
    /// @dev The first slot of an epoch: what can be known of a round changes only when it does.
    function fix() external view returns (uint64) {
        uint256 epoch = (block.timestamp - _genesisTime) / _secondsPerSlot / _slotsPerEpoch;
        uint256 round = (epoch + 1 + epochsBetween) * _slotsPerEpoch;
        require(round < _endSlot, RoundBeyondEnd(round, _endSlot));
        // below the end, which has 64 bits
        return uint64(round);
    }

    /// @inheritdoc IRandomnessSource
    /// @dev One block is the last at or before the round: its slot is not after it, its child is, and both are of the chain
    /// that runs this call. One entry of its state is looked at: that of the block's own epoch, which its reveal was mixed
    /// into. The entry of a later epoch is filled from it when that epoch begins, after this state; until then it holds
    /// a mix from long ago.
    function seed(uint64 round, bytes calldata proof) external view returns (bytes32) {
        uint256 time = _timeOf(round);
        require(block.timestamp > time, RoundNotOver(round, time));
        // also where the child came late and its root is still known: a lapsed round may have been given up
        require(!lapsed(round), RoundLapsed(round));
        Proof memory p = abi.decode(proof, (Proof));
        require(p.childTimestamp > time, ChildNotAfterRound(p.childTimestamp, time));
        require(p.blockSlot <= round, BlockAfterRound(p.blockSlot, round));
        verifier.verifyRandaoMix(p.childTimestamp, p.blockSlot, p.slotProof, p.mix, p.mixProof);
        return p.mix;
    }

    /// @inheritdoc IRandomnessSource
    /// @dev The root at the child's timestamp is overwritten by the block 8,191 slots later at the earliest, and the child
    /// is of the slot after the round at the earliest: until then the seed can be shown.
    function lapsed(uint64 round) public view returns (bool) {
        return block.timestamp >= _timeOf(uint256(round) + 1 + RING_SLOTS);
    }

    /* INTERNAL */

    function _timeOf(uint256 slot) private view returns (uint256) {
        return _genesisTime + slot * _secondsPerSlot;
    }
}
