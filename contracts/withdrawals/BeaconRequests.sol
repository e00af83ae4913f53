// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IBeaconRequests} from "../interfaces/IBeaconRequests.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title BeaconRequests
/// @notice Mixin of whoever asks the beacon chain for something: what it said within the last ten minutes, its clock, and
/// what a caller has paid too much. What was true long ago says nothing of who may exit now. TRUST: the verifier.
/// INVARIANTS: none by name. ASSUMPTIONS: the verifier's slots and epochs are those of the network.
abstract contract BeaconRequests is IBeaconRequests {
    /// @inheritdoc IBeaconRequests
    uint256 public constant MAX_ROOT_AGE = 10 minutes;

    /* IMMUTABLES */

    /// @notice What verifies proofs.
    IBeaconVerifier public immutable verifier;
    uint256 private immutable _genesisTime;
    uint256 internal immutable _secondsPerEpoch;

    /* CONSTRUCTOR */

    constructor(IBeaconVerifier verifier_) {
        verifier = verifier_;
        _genesisTime = verifier_.genesisTime();
        _secondsPerEpoch = uint256(verifier_.slotsPerEpoch()) * verifier_.secondsPerSlot();
    }

    /* INTERNAL */

    function _epoch() internal view returns (uint256) {
        return (block.timestamp - _genesisTime) / _secondsPerEpoch;
    }

    function _verify(
        IBeaconVerifier.BlockProof calldata b,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) internal view {
        _requireRecent(b);
        verifier.verifyValidator(b, index, v, proof);
    }

    function _requireRecent(IBeaconVerifier.BlockProof calldata b) internal view {
        uint256 oldest = block.timestamp - MAX_ROOT_AGE;
        bool isRecent = b.timestamp >= oldest && b.timestamp <= block.timestamp;
        require(isRecent && b.history.length == 0, RootTooOld(b.timestamp, oldest));
    }

    /// @dev What goes with `count` requests of the call's ether. Where it is too little the vault tells of it.
    function _costOf(uint256 fee, uint256 count) internal view returns (uint256) {
        return fee > msg.value / count ? msg.value : fee * count;
    }

    /// @dev The last thing of a call: nothing depends on what its caller does with its rest.
    function _returnRest(uint256 rest) internal {
        if (rest == 0) return;
        require(LowLevelCall.callNoReturn(msg.sender, rest, ""), RefundRefused(msg.sender));
    }
}
