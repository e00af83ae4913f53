// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";

/// @notice What a balance checkpoint asks of the ledger: deposits, reports and sweeps as they are told.
contract DepositBooks__Mock {
    bytes32 public immutable withdrawalCredentials;
    uint64 private immutable _genesisTime;
    uint32 private immutable _frameSeconds;

    uint256 public totalDepositedGwei;
    uint128 private _sweptWithdrawals;
    uint128 private _sweptRewards;
    mapping(uint256 frame => uint256[2]) private _reports;
    mapping(uint256 frame => uint256) private _boundaries;

    constructor(address vault, uint64 genesisTime, uint32 frameSeconds) {
        withdrawalCredentials = bytes32((uint256(0x02) << 248) | uint160(vault));
        _genesisTime = genesisTime;
        _frameSeconds = frameSeconds;
    }

    /* TOLD BY TESTS */

    function setDeposited(uint256 amountGwei) external {
        totalDepositedGwei = amountGwei;
    }

    function setBoundary(uint256 frame, uint256 depositedGwei) external {
        _boundaries[frame] = depositedGwei;
    }

    function setReport(uint256 frame, uint256 time, uint256 depositedGwei) external {
        _reports[frame] = [time, depositedGwei];
    }

    function setSwept(uint128 withdrawals, uint128 rewards) external {
        (_sweptWithdrawals, _sweptRewards) = (withdrawals, rewards);
    }

    /* ASKED BY THE CHECKPOINT */

    function reportOf(uint256 frame) external view returns (uint256 time, uint256 depositedGwei) {
        return (_reports[frame][0], _reports[frame][1]);
    }

    function booksAt(uint256 frame) external view returns (IStakedEther.Books memory books) {
        books.depositedGwei = _boundaries[frame];
        (books.sweptWithdrawals, books.sweptRewards) = (_sweptWithdrawals, _sweptRewards);
    }

    function parameters() external view returns (IStakedEther.Parameters memory p) {
        (p.genesisTime, p.frameSeconds) = (_genesisTime, _frameSeconds);
    }
}
