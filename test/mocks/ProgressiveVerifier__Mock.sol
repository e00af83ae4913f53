// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../contracts/libraries/BeaconRoots.sol";
import {SSZ} from "../../contracts/libraries/SSZ.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";

/// @notice What a verifier of Gloas may look like (EIP-7688, EIP-7916): a progressive container whose lists grow in subtrees
/// of 1, 4, 16, ... leaves. It hands blocks before the fork to the verifier before it. Not for use: it proves one validator
/// at a time, and knows blocks by EIP-4788 alone.
contract ProgressiveVerifier__Mock is IBeaconVerifier {
    /// @notice This double does not know how.
    error NotDoubled();

    /// @notice Generalized indices of the lists under the state's root.
    uint256 public constant VALIDATORS = 358;
    uint256 public constant BALANCES = 359;

    IBeaconVerifier public immutable earlier;
    uint64 public immutable forkSlot;
    uint64 public immutable genesisTime;
    uint64 public immutable secondsPerSlot;
    uint64 public immutable slotsPerEpoch;

    constructor(IBeaconVerifier earlier_) {
        earlier = earlier_;
        forkSlot = earlier_.endSlot();
        genesisTime = earlier_.genesisTime();
        secondsPerSlot = earlier_.secondsPerSlot();
        slotsPerEpoch = earlier_.slotsPerEpoch();
    }

    function verifyValidator(
        BlockProof calldata b,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external view returns (uint64 slot) {
        slot = _slotOf(b);
        if (slot < forkSlot) return earlier.verifyValidator(b, index, v, proof);
        BeaconProofs.verifyLeaf(
            elementGindex(VALIDATORS, index),
            BeaconRoots.parentRoot(b.timestamp),
            BeaconProofs.validatorRoot(v),
            proof
        );
    }

    function verifyBalance(
        BlockProof calldata b,
        uint40 index,
        bytes32 chunk,
        bytes32[] calldata proof
    ) external view returns (uint64 slot, uint64 balanceGwei) {
        slot = _slotOf(b);
        if (slot < forkSlot) return earlier.verifyBalance(b, index, chunk, proof);
        BeaconProofs.verifyLeaf(
            elementGindex(BALANCES, index >> 2),
            BeaconRoots.parentRoot(b.timestamp),
            chunk,
            proof
        );
        balanceGwei = SSZ.uint64At(chunk, index & 3);
    }

    function verifyValidators(
        BlockProof calldata,
        uint256[] calldata,
        BeaconValidator[] calldata,
        bytes32[] calldata
    ) external pure returns (uint64) {
        revert NotDoubled();
    }

    function verifyPendingPartial(
        BlockProof calldata,
        PendingPartial calldata,
        bytes32[] calldata
    ) external pure returns (uint64) {
        revert NotDoubled();
    }

    function verifyPendingConsolidation(
        BlockProof calldata,
        PendingConsolidation calldata,
        bytes32[] calldata
    ) external pure returns (uint64) {
        revert NotDoubled();
    }

    function verifyRandaoMix(uint64, uint64, bytes32[] calldata, bytes32, bytes32[] calldata) external pure {
        revert NotDoubled();
    }

    function verifyBalances(
        uint64,
        bytes32,
        uint256[] calldata,
        bytes32[] calldata,
        bytes32[] calldata
    ) external pure returns (uint256[] memory, uint256) {
        revert NotDoubled();
    }

    function verifyPendingDeposits(
        uint64,
        bytes32,
        uint256[] calldata,
        bytes32[] calldata,
        bytes32[] calldata
    ) external pure returns (uint256) {
        revert NotDoubled();
    }

    function verifyValidatorUnder(
        uint64,
        bytes32,
        uint40,
        BeaconValidator calldata,
        bytes32[] calldata
    ) external pure {
        revert NotDoubled();
    }

    function verifyRoot(BlockProof calldata b) external view returns (uint64 slot, bytes32 root) {
        slot = _slotOf(b);
        root = BeaconRoots.parentRoot(b.timestamp);
    }

    function firstSlot() external view returns (uint64) {
        return earlier.firstSlot();
    }

    function endSlot() external pure returns (uint64) {
        return 1 << 40;
    }

    /// @notice Where element `place` of the list at `field` stands under the block's root.
    function elementGindex(uint256 field, uint256 place) public pure returns (uint256 gindex) {
        uint256 depth = Math.log2(field);
        gindex = (BeaconProofs.STATE_ROOT_GINDEX << depth) | (field ^ (1 << depth));
        // the data is the left half, its length the right one
        gindex <<= 1;
        uint256 levels = 0;
        while (place >= 1 << levels) {
            // past this subtree: what comes after it is the right half
            place -= 1 << levels;
            levels += 2;
            gindex = (gindex << 1) | 1;
        }
        gindex = (gindex << (levels + 1)) | place;
    }

    function _slotOf(BlockProof calldata b) private view returns (uint64) {
        require(b.history.length == 0, NotDoubled());
        return (b.timestamp - genesisTime - 1) / secondsPerSlot;
    }
}
