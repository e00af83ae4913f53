// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Account
/// @notice One holder in one slot.
///
///     255        192 191     184 183        128 127            0
///     | nonce (64)  | closed (8) | delegate (56) | units (128)  |
///
/// `units` are 1e-6 of a share; the total of all units fits 108 bits, so adding to an account never carries
/// into the fields above. `delegate` is the small id of the delegate, 0 for none. `nonce` counts signatures.
type Account is uint256;

using {units, delegateId, isClosed, nonce, plus, minus, withDelegate, close, bumpNonce} for Account global;

/// @dev 1 unit = 1e-6 of a share.
function units(Account a) pure returns (uint256) {
    return uint128(Account.unwrap(a));
}

/// @dev 0 = no delegate.
function delegateId(Account a) pure returns (uint256) {
    return uint56(Account.unwrap(a) >> 128);
}

/// @dev A closed account accepts shares only when its owner brings them in.
function isClosed(Account a) pure returns (bool) {
    return uint8(Account.unwrap(a) >> 184) != 0;
}

/// @dev Counts the signatures used by ERC-2612 and ERC-5805.
function nonce(Account a) pure returns (uint256) {
    return Account.unwrap(a) >> 192;
}

/// @dev The caller guarantees that the total of all units stays below 2^108.
function plus(Account a, uint256 amount) pure returns (Account) {
    unchecked {
        return Account.wrap(Account.unwrap(a) + amount);
    }
}

/// @dev The caller guarantees amount <= units.
function minus(Account a, uint256 amount) pure returns (Account) {
    unchecked {
        return Account.wrap(Account.unwrap(a) - amount);
    }
}

/// @dev `id` fits 56 bits: ids are given out one at a time.
function withDelegate(Account a, uint256 id) pure returns (Account) {
    return Account.wrap((Account.unwrap(a) & ~(uint256(type(uint56).max) << 128)) | (id << 128));
}

function close(Account a) pure returns (Account) {
    return Account.wrap(Account.unwrap(a) | (uint256(1) << 184));
}

/// @dev 2^64 signatures are out of reach.
function bumpNonce(Account a) pure returns (Account) {
    unchecked {
        return Account.wrap(Account.unwrap(a) + (uint256(1) << 192));
    }
}
