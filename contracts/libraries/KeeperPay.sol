// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title KeeperPay
/// @notice What a keeper is paid for something that was due: nothing at once, more the longer nobody did it.
library KeeperPay {
    /// @notice `gasFigure` times `baseFee`, of which the part `elapsed` of `rise` is due, all of it at the end. In wei,
    /// rounded down.
    function due(
        uint256 gasFigure,
        uint256 baseFee,
        uint256 elapsed,
        uint256 rise
    ) internal pure returns (uint256) {
        uint256 most = gasFigure * baseFee;
        return elapsed < rise ? (most * elapsed) / rise : most;
    }
}
