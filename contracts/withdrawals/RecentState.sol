// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title RecentState
/// @notice Mixin of the exit controller: what the beacon chain said within the last ten minutes, and its clock. What was
/// true long ago says nothing of who may exit now.
/// TRUST: the verifier.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: the verifier's slots and epochs are those of the network.
abstract contract RecentState is IExitController {
    /// @notice Oldest root that something is proven under, in seconds.
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
}
