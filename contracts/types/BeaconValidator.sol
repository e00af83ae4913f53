// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BeaconValidator
/// @notice `Validator` of the beacon state (consensus specification, phase0/beacon-chain.md): balances in gwei, epochs
/// as numbers, 2^64 - 1 for "far in the future". `pubkey` has 48 bytes.
struct BeaconValidator {
    bytes pubkey;
    bytes32 withdrawalCredentials;
    uint64 effectiveBalance;
    bool slashed;
    uint64 activationEligibilityEpoch;
    uint64 activationEpoch;
    uint64 exitEpoch;
    uint64 withdrawableEpoch;
}
