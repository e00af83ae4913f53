// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS12381} from "./BLS12381.sol";
import {DepositData} from "./DepositData.sol";
import {SSZ} from "./SSZ.sol";

/// @title DepositSignature
/// @notice Whether the beacon chain will accept the signature of a deposit (consensus specification,
/// electra/beacon-chain.md, `is_valid_deposit_signature`). Ether deposited under another one is lost.
///
/// The answer is a boolean, not an error: the caller knows which key it asked about, and "this signature is bad" is a
/// finding as useful as its opposite. It depends on the arguments only; where gas or a precompile is wanting, there is no
/// answer but a revert (`BLS12381.GasTooLow`, `BLS12381.PrecompileFailed`, or plain lack of gas).
///
/// What is refused for its form costs next to nothing. A pair of points that are well-formed and wrong costs at most
/// `BLS12381.PAIRING_GAS` - 102,900 = 102,900 gas more than a good signature.
library DepositSignature {
    /// @notice The Y coordinates that compressed points leave out; whoever asks brings them. They cannot be chosen: x and
    /// the sign flag leave one.
    struct YCoordinates {
        BLS12381.Fp pubkey;
        BLS12381.Fp2 signature;
    }

    /// @dev DOMAIN_DEPOSIT, a type of four bytes.
    bytes32 private constant DOMAIN_TYPE = bytes32(bytes4(0x03000000));

    /// @notice The domain of deposits: `compute_domain(DOMAIN_DEPOSIT, genesisForkVersion)`. It is the same across forks.
    /// @param genesisForkVersion 0x00000000 on mainnet.
    function domain(bytes4 genesisForkVersion) internal view returns (bytes32) {
        // ForkData: the version and a genesis_validators_root of zero
        return DOMAIN_TYPE | (SSZ.hash(bytes32(genesisForkVersion), bytes32(0)) >> 32);
    }

    /// @notice What the validator's key signs: hash_tree_root of `SigningData(hash_tree_root(DepositMessage), domain)`.
    /// @param pubkey 48 bytes; the length is the caller's to check.
    /// @param depositDomain As `domain` gives it.
    function signingRoot(
        bytes calldata pubkey,
        bytes32 credentials,
        uint64 amountGwei,
        bytes32 depositDomain
    ) internal view returns (bytes32) {
        // a DepositMessage has the shape of a DepositData whose last field is the empty leaf
        bytes32 messageRoot = DepositData.root(pubkey, credentials, amountGwei, bytes32(0));
        return SSZ.hash(messageRoot, depositDomain);
    }

    /// @notice Whether `signature` is that of `pubkey` under the deposit message. False for whatever is malformed, wrong
    /// lengths and infinity among it.
    /// @param pubkey Compressed, 48 bytes.
    /// @param signature Compressed, 96 bytes.
    /// @param depositDomain As `domain` gives it.
    /// @param y Of both points.
    function isValid(
        bytes calldata pubkey,
        bytes calldata signature,
        bytes32 credentials,
        uint64 amountGwei,
        bytes32 depositDomain,
        YCoordinates calldata y
    ) internal view returns (bool) {
        bytes memory key = BLS12381.g1Point(pubkey, y.pubkey);
        bytes memory point = BLS12381.g2Point(signature, y.signature);
        if (key.length == 0 || point.length == 0) return false;
        return BLS12381.verify(key, point, signingRoot(pubkey, credentials, amountGwei, depositDomain));
    }
}
