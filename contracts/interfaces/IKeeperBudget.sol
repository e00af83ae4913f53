// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IKeeperBudget
/// @notice Shares that give back to anyone what a call for the good of all made it pay, within a bound for each call
/// and for each day.
interface IKeeperBudget {
    /// @notice Shares were paid for `amount` wei; `asked` is what was to be given back.
    event Refunded(
        address indexed spender,
        address indexed to,
        uint256 shares,
        uint256 amount,
        uint256 asked
    );
    /// @notice The bounds changed (wei).
    event BoundsSet(uint256 perCall, uint256 perDay);

    /// @notice A bound is out of its own bounds, or rises by more than the step (wei).
    error BoundsOutOfBounds(uint256 perCall, uint256 perDay, uint256 maximum, uint256 maxStep);

    /// @notice Pays `to` shares worth `amount`, rounded down, as far as the bounds and what is held go: it may be nothing,
    /// and never reverts for that. Caller: `BUDGET_SPENDER`.
    /// @param amount In wei.
    /// @return shares Shares paid (18 decimals).
    function refund(address to, uint256 amount) external returns (uint256 shares);

    /// @notice Sets what a call, and a day, may give back, in wei. Caller: `PARAMETER_MANAGER`.
    function setBounds(uint256 perCall, uint256 perDay) external;

    /// @notice What a call, and a day, may give back, in wei.
    function bounds() external view returns (uint256 perCall, uint256 perDay);

    /// @notice What can still be given back today, in wei, whatever is held.
    function leftToday() external view returns (uint256);
}
