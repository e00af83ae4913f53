// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProvenBalances} from "../../contracts/interfaces/IProvenBalances.sol";

/// @notice Balances as they are told.
contract ProvenBalances__Mock is IProvenBalances {
    struct Told {
        bool isKnown;
        uint64 balanceGwei;
    }

    mapping(bytes32 blockRoot => Told) private _told;

    function tell(bytes32 blockRoot, uint64 balanceGwei) external {
        _told[blockRoot] = Told(true, balanceGwei);
    }

    function provenBalance(bytes32 blockRoot) external view returns (bool isKnown, uint64 balanceGwei) {
        Told memory t = _told[blockRoot];
        return (t.isKnown, t.balanceGwei);
    }
}
