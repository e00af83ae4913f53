// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";

/// @notice Believes every proof: a validator is as far as it is told, and a settlement burns as many of its own shares as
/// it is told.
contract Slashings__Mock {
    IStakedEther private immutable _ledger;
    IValidatorRegistry private immutable _registry;
    IValidatorRegistry.ValidatorState public state;
    uint256 public toBurn;

    constructor(IStakedEther ledger, IValidatorRegistry registry) {
        _ledger = ledger;
        _registry = registry;
    }

    function tell(IValidatorRegistry.ValidatorState state_, uint256 toBurn_) external {
        (state, toBurn) = (state_, toBurn_);
    }

    function proveState(
        IBeaconVerifier.BlockProof calldata,
        uint40 validatorIndex,
        BeaconValidator calldata,
        bytes32[] calldata
    ) external {
        _registry.advance(validatorIndex, state, false);
    }

    function settle(
        IBeaconVerifier.BlockProof calldata,
        uint40,
        BeaconValidator calldata,
        bytes32[] calldata,
        bytes32,
        bytes32[] calldata
    ) external {
        if (toBurn > 0) _ledger.burnShares(toBurn);
    }
}
