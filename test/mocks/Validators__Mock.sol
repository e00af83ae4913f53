// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {KeyTree} from "../../contracts/libraries/KeyTree.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";

/// @notice Validators as they are told, each with a key in a commitment of its own. It answers what the exit controller asks
/// of an `IBeaconVerifier`, for which a proof holds if it shows what was told, and of an `IValidatorRegistry`.
contract Validators__Mock {
    error ProofInvalid(uint256 index);

    uint64 public immutable genesisTime;
    uint64 public constant secondsPerSlot = 12;
    uint64 public constant slotsPerEpoch = 32;
    uint256 public totalStake;

    mapping(uint256 index => BeaconValidator) private _beacon;
    mapping(uint256 index => uint64) private _balances;
    mapping(uint256 index => IBeaconVerifier.PendingPartial[]) private _partials;
    /// @dev Validators that are being merged, each into the one after it.
    mapping(uint256 index => bool) private _isMerging;
    mapping(uint256 index => IValidatorRegistry.Validator) private _validators;
    mapping(uint256 operatorId => IValidatorRegistry.Stake) private _stakes;
    mapping(bytes32 commitmentId => bool) private _proven;

    constructor(uint64 genesisTime_) {
        genesisTime = genesisTime_;
    }

    /* TOLD BY TESTS */

    function add(uint256 index, uint24 operatorId, uint64 balanceGwei) external {
        uint64 far = type(uint64).max;
        bytes memory pubkey = abi.encodePacked(keccak256(abi.encode(index)), bytes16(0));
        uint64 effective = (balanceGwei / 1e9) * 1e9;
        _beacon[index] = BeaconValidator(pubkey, 0, effective, false, 1, 1, far, far);
        _balances[index] = balanceGwei;
        _validators[index].operatorId = operatorId;
        _validators[index].state = IValidatorRegistry.ValidatorState.Active;
        _proven[commitmentIdOf(operatorId, rootOf(index))] = true;
        _stake(operatorId, effective / 1e9);
    }

    function leave(uint256 index, uint64 exitEpoch, uint64 withdrawableEpoch) public {
        _beacon[index].exitEpoch = exitEpoch;
        _beacon[index].withdrawableEpoch = withdrawableEpoch;
    }

    function slash(uint256 index, uint64 exitEpoch, uint64 withdrawableEpoch) external {
        leave(index, exitEpoch, withdrawableEpoch);
        _beacon[index].slashed = true;
    }

    /// @notice The beacon chain took a consolidation of it.
    function merge(uint256 index, uint64 exitEpoch, uint64 withdrawableEpoch) external {
        leave(index, exitEpoch, withdrawableEpoch);
        _isMerging[index] = true;
    }

    /// @notice A partial withdrawal that the beacon chain took: its place is the one among those of its validator.
    function takePartial(uint256 index, uint64 amountGwei, uint64 withdrawableEpoch) external {
        uint64 place = uint64(_partials[index].length);
        _partials[index].push(
            IBeaconVerifier.PendingPartial(place, uint64(index), amountGwei, withdrawableEpoch)
        );
        _balances[index] -= amountGwei;
    }

    function withdraw(uint256 index) external {
        uint256 operatorId = _validators[index].operatorId;
        uint64 eth = _beacon[index].effectiveBalance / 1e9;
        _stakes[operatorId].eth -= eth;
        totalStake -= eth;
        _beacon[index].effectiveBalance = 0;
        _balances[index] = 0;
        _validators[index].state = IValidatorRegistry.ValidatorState.Withdrawn;
    }

    /* ASKED OF THE VERIFIER */

    function verifyValidator(
        IBeaconVerifier.BlockProof calldata,
        uint40 index,
        BeaconValidator calldata v,
        bytes32[] calldata
    ) external view returns (uint64) {
        _requireTrue(index, v);
        return 0;
    }

    function verifyValidators(
        IBeaconVerifier.BlockProof calldata,
        uint256[] calldata indices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata
    ) external view returns (uint64) {
        for (uint256 i = 0; i < indices.length; ++i) {
            require(i == 0 || indices[i] > indices[i - 1], ProofInvalid(indices[i]));
            _requireTrue(indices[i], validators[i]);
        }
        return 0;
    }

    function verifyBalance(
        IBeaconVerifier.BlockProof calldata,
        uint40 index,
        bytes32,
        bytes32[] calldata
    ) external view returns (uint64, uint64) {
        return (0, _balances[index]);
    }

    /// @dev What was paid is in the list no more.
    function verifyPendingPartial(
        IBeaconVerifier.BlockProof calldata,
        IBeaconVerifier.PendingPartial calldata p,
        bytes32[] calldata
    ) external view returns (uint64) {
        IBeaconVerifier.PendingPartial memory told = _partials[p.validatorIndex][p.place];
        bool isTrue = keccak256(abi.encode(p)) == keccak256(abi.encode(told));
        require(isTrue && told.withdrawableEpoch > _epoch(), ProofInvalid(p.place));
        return 0;
    }

    function verifyPendingConsolidation(
        IBeaconVerifier.BlockProof calldata,
        IBeaconVerifier.PendingConsolidation calldata c,
        bytes32[] calldata
    ) external view returns (uint64) {
        bool isTrue = _isMerging[c.source] && c.target == c.source + 1;
        require(isTrue && _beacon[c.source].withdrawableEpoch > _epoch(), ProofInvalid(c.source));
        return 0;
    }

    /* ASKED OF THE REGISTRY */

    function validator(uint256 index) external view returns (IValidatorRegistry.Validator memory) {
        return _validators[index];
    }

    function stakeOf(uint256 operatorId) external view returns (IValidatorRegistry.Stake memory) {
        return _stakes[operatorId];
    }

    function isConsolidating(uint256 index) external view returns (bool) {
        return _isMerging[index] && !_beacon[index].slashed;
    }

    function stateOf(bytes32 commitmentId, uint256) external view returns (IValidatorRegistry.KeyState) {
        return
            _proven[commitmentId]
                ? IValidatorRegistry.KeyState.Proven
                : IValidatorRegistry.KeyState.Predeposited;
    }

    function commitmentIdOf(uint256 operatorId, bytes32 root) public pure returns (bytes32) {
        return keccak256(abi.encode(operatorId, root));
    }

    /* ASKED BY TESTS */

    function beaconOf(uint256 index) external view returns (BeaconValidator memory v, uint64 balanceGwei) {
        return (_beacon[index], _balances[index]);
    }

    /// @notice Whether one waits, and the newest of those that do.
    function partialOf(
        uint256 index
    ) external view returns (bool waits, IBeaconVerifier.PendingPartial memory p) {
        IBeaconVerifier.PendingPartial[] storage all = _partials[index];
        for (uint256 i = 0; i < all.length; ++i) {
            if (all[i].withdrawableEpoch > _epoch()) (waits, p) = (true, all[i]);
        }
    }

    /// @notice Root of the commitment that has the key of this validator alone, at place 1.
    function rootOf(uint256 index) public view returns (bytes32) {
        return KeyTree.leaf(keccak256(_beacon[index].pubkey), 0);
    }

    /* INTERNAL */

    function _stake(uint256 operatorId, uint64 eth) private {
        _stakes[operatorId].eth += eth;
        totalStake += eth;
    }

    function _epoch() private view returns (uint256) {
        return (block.timestamp - genesisTime) / (slotsPerEpoch * secondsPerSlot);
    }

    function _requireTrue(uint256 index, BeaconValidator calldata v) private view {
        bool isTrue = keccak256(abi.encode(v)) == keccak256(abi.encode(_beacon[index]));
        require(isTrue, ProofInvalid(index));
    }
}
