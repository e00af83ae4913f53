// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BeaconLayout
/// @notice From which slot on, and where under a block root, fields of the beacon state stand, in one word:
/// `pending deposits (16) | pending partials (16) | pending consolidations (16) | from slot (64) | validators (16) |
/// balances (16) | randao mixes (16) | historical summaries (16)`. All but the slot are generalized indices of the fields'
/// own roots; 0 where the state has no such field.
type BeaconLayout is uint256;

using {
    fromSlot,
    validators,
    balances,
    randaoMixes,
    historicalSummaries,
    pendingDeposits,
    pendingPartials,
    pendingConsolidations
} for BeaconLayout global;

/// @dev The caller guarantees 64 bits, and 16 of each of the others.
function packBeaconLayout(
    uint256 fromSlot_,
    uint256 validators_,
    uint256 balances_,
    uint256 randaoMixes_,
    uint256 historicalSummaries_,
    uint256 pendingDeposits_,
    uint256 pendingPartials_,
    uint256 pendingConsolidations_
) pure returns (BeaconLayout) {
    return
        BeaconLayout.wrap(
            (pendingDeposits_ << 160) |
                (pendingPartials_ << 144) |
                (pendingConsolidations_ << 128) |
                (fromSlot_ << 64) |
                (validators_ << 48) |
                (balances_ << 32) |
                (randaoMixes_ << 16) |
                historicalSummaries_
        );
}

/// @dev First slot.
function fromSlot(BeaconLayout fields) pure returns (uint256) {
    return uint64(BeaconLayout.unwrap(fields) >> 64);
}

/// @dev The list of validators.
function validators(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 48);
}

/// @dev The list of their balances.
function balances(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 32);
}

/// @dev The vector of RANDAO mixes.
function randaoMixes(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 16);
}

/// @dev The list of summaries of past block and state roots.
function historicalSummaries(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields));
}

/// @dev The list of deposits that wait for their turn (EIP-6110, EIP-7251).
function pendingDeposits(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 160);
}

/// @dev The list of partial withdrawals that are on their way (EIP-7251).
function pendingPartials(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 144);
}

/// @dev The list of consolidations that are on their way (EIP-7251).
function pendingConsolidations(BeaconLayout fields) pure returns (uint256) {
    return uint16(BeaconLayout.unwrap(fields) >> 128);
}
