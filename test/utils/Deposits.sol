// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";

/// @notice Deposits packed as the ledger takes them, of keys and signatures that tell nobody anything.
library Deposits {
    struct Batch {
        bytes pubkeys;
        bytes signatures;
        uint64[] amountsGwei;
    }

    /// @notice `count` deposits of `amountGwei` each.
    function batch(uint256 count, uint64 amountGwei) internal pure returns (Batch memory b) {
        b.amountsGwei = new uint64[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes32 key = keccak256(abi.encode("key", i));
            b.pubkeys = abi.encodePacked(b.pubkeys, key, bytes16(key));
            b.signatures = abi.encodePacked(b.signatures, key, key, key);
            b.amountsGwei[i] = amountGwei;
        }
    }

    /// @notice Hands the batch to the ledger, as the caller or whoever it pranks.
    function send(Batch memory b, IStakedEther ledger) internal {
        ledger.deposit(b.pubkeys, b.signatures, b.amountsGwei);
    }
}
