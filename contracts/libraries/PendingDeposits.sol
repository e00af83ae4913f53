// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PendingDeposit, PendingDepositHead} from "../types/PendingDeposit.sol";
import {BeaconProofs} from "./BeaconProofs.sol";
import {DepositData} from "./DepositData.sol";
import {SSZ} from "./SSZ.sol";

/// @title PendingDeposits
/// @notice Roots of entries of the beacon state's `pending_deposits`: five fields, three levels.
library PendingDeposits {
    /// @notice The length of a signature is not 96.
    error SignatureLength(uint256 length);

    /// @dev Of two empty chunks.
    bytes32 private constant EMPTY = 0xf5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a92759fb4b;

    /// @notice hash_tree_root of a deposit, by its parts.
    function rootOf(PendingDepositHead calldata d) internal view returns (bytes32) {
        return _root(SSZ.hash(d.pubkeyRoot, d.withdrawalCredentials), d.amountAndSignature, d.slot);
    }

    /// @notice hash_tree_root of a deposit.
    function rootOf(PendingDeposit calldata d) internal view returns (bytes32) {
        require(d.pubkey.length == 48, BeaconProofs.PubkeyLength(d.pubkey.length));
        require(d.signature.length == 96, SignatureLength(d.signature.length));
        return
            _root(
                SSZ.hash(SSZ.pubkeyRoot(d.pubkey), d.withdrawalCredentials),
                SSZ.hash(SSZ.chunk(d.amountGwei), DepositData.signatureRoot(d.signature)),
                d.slot
            );
    }

    function _root(bytes32 key, bytes32 amountAndSignature, uint64 slot) private view returns (bytes32) {
        return SSZ.hash(SSZ.hash(key, amountAndSignature), SSZ.hash(SSZ.hash(SSZ.chunk(slot), 0), EMPTY));
    }
}
