// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title KeeperPay
/// @notice What a keeper is due for a call that anyone could have made: it rises from zero, from when the call was due, to
/// a fixed figure of gas times the base fee. So the first to find it worth its cost makes the call, and nothing that a
/// caller adds to it (calldata, gas price, gas) raises the pay.
library KeeperPay {
    /// @notice What is due, in wei, rounded down; nothing where `rise` is zero.
    /// @param gasFigure What the call is taken to use, in gas. @param baseFee In wei per gas.
    /// @param elapsed Seconds since the call was due. @param rise Seconds until all of it is due.
    /// All four are below 2^64, or their product with the figure overflows and reverts.
    function due(
        uint256 gasFigure,
        uint256 baseFee,
        uint256 elapsed,
        uint256 rise
    ) internal pure returns (uint256) {
        if (rise == 0) return 0;
        if (elapsed > rise) elapsed = rise;
        return (gasFigure * baseFee * elapsed) / rise;
    }
}
