// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProvenBalances} from "../../contracts/interfaces/IProvenBalances.sol";

/// @notice Balances as they are told.
contract ProvenBalances__Mock is IProvenBalances {
    mapping(bytes32 blockRoot => uint64) private _balances;
    mapping(bytes32 blockRoot => bool) private _known;

    function tell(bytes32 blockRoot, uint64 balanceGwei) external {
        (_balances[blockRoot], _known[blockRoot]) = (balanceGwei, true);
    }

    function provenBalance(bytes32 blockRoot) external view returns (bool isKnown, uint64 balanceGwei) {
        return (_known[blockRoot], _balances[blockRoot]);
    }
}
