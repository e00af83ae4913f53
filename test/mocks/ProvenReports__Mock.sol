// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IProvenReports} from "../../contracts/interfaces/IProvenReports.sol";

/// @notice A report oracle that parks what it is told, and keeps what was proven to it.
contract ProvenReports__Mock is IProvenReports {
    error CommitteeNotSilent();
    error NothingParked();

    bool public isSilent;
    uint256 public applied;
    uint64 public resolvedGwei;
    uint64 public uncertainGwei;
    ProvenBalances private _last;
    bytes32 private _hash;
    bytes32 private _root;
    uint64 private _refSlot;
    uint256 private _depositedGwei;

    /* TOLD BY TESTS */

    function setSilent(bool silent) external {
        isSilent = silent;
    }

    function park(bytes32 reportHash, bytes32 root, uint64 refSlot, uint256 depositedGwei) external {
        (_hash, _root, _refSlot, _depositedGwei) = (reportHash, root, refSlot, depositedGwei);
    }

    /* ASKED BY THE CHECKPOINT */

    function applyProven(ProvenBalances calldata balances) external {
        require(isSilent, CommitteeNotSilent());
        _last = balances;
        ++applied;
    }

    function resolveParked(uint64 beaconBalanceGwei, uint64 uncertainGwei_) external {
        require(_hash != 0, NothingParked());
        resolvedGwei = beaconBalanceGwei;
        uncertainGwei = uncertainGwei_;
        (_hash, _root) = (0, 0);
    }

    function parked() external view returns (bytes32, bytes32, uint64, uint256) {
        return (_hash, _root, _refSlot, _depositedGwei);
    }

    function last() external view returns (ProvenBalances memory) {
        return _last;
    }
}
