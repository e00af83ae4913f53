// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title RequestBundle
/// @notice Up to four requests that count as coming up to the same epoch, in one slot:
/// `last epoch (28) | four times: above cap (1) | amount in 1/32 ETH (16) | validator index (40)`. A place without an
/// amount is empty.
type RequestBundle is uint256;

using {lastEpoch, requestAt, with, without, isEmpty} for RequestBundle global;

/// @notice A request of a bundle.
/// @param validatorIndex Index of the validator on the beacon chain.
/// @param units What is to come, in 1/32 ETH, rounded down.
/// @param aboveCap Whether it counts against what its operator has above the cap.
struct BundledRequest {
    uint40 validatorIndex;
    uint16 units;
    bool aboveCap;
}

uint256 constant REQUESTS_PER_BUNDLE = 4;
uint256 constant REQUEST_BITS = 57;
uint256 constant REQUEST_MASK = (1 << REQUEST_BITS) - 1;
uint256 constant EPOCH_SHIFT = REQUEST_BITS * REQUESTS_PER_BUNDLE;

/// @dev An empty bundle. Epochs beyond 28 bits are cut to the last that fits.
function emptyBundle(uint256 epoch) pure returns (RequestBundle) {
    uint256 most = type(uint256).max >> EPOCH_SHIFT;
    return RequestBundle.wrap((epoch < most ? epoch : most) << EPOCH_SHIFT);
}

/// @dev Last epoch in which the requests count.
function lastEpoch(RequestBundle b) pure returns (uint256) {
    return RequestBundle.unwrap(b) >> EPOCH_SHIFT;
}

/// @dev The request at `place`, below 4.
function requestAt(RequestBundle b, uint256 place) pure returns (BundledRequest memory) {
    uint256 bits = RequestBundle.unwrap(b) >> (place * REQUEST_BITS);
    return BundledRequest(uint40(bits), uint16(bits >> 40), (bits >> 56) & 1 == 1);
}

/// @dev With a request at an empty `place`.
function with(RequestBundle b, uint256 place, BundledRequest memory r) pure returns (RequestBundle) {
    uint256 bits = (uint256(r.aboveCap ? 1 : 0) << 56) | (uint256(r.units) << 40) | r.validatorIndex;
    return RequestBundle.wrap(RequestBundle.unwrap(b) | (bits << (place * REQUEST_BITS)));
}

/// @dev With an empty `place`.
function without(RequestBundle b, uint256 place) pure returns (RequestBundle) {
    return RequestBundle.wrap(RequestBundle.unwrap(b) & ~(REQUEST_MASK << (place * REQUEST_BITS)));
}

/// @dev Whether all places are empty.
function isEmpty(RequestBundle b) pure returns (bool) {
    return RequestBundle.unwrap(b) << (256 - EPOCH_SHIFT) == 0;
}
