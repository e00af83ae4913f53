// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IKeeperBudget
/// @notice Shares that pay anyone for calls for the good of all: by job, each within its own budget of a frame; and that
/// give back what such a call made it pay in fees, within a bound for each call and for each day. Where fewer shares are
/// held than all budgets of a frame ask, each job has its part of them: none takes another's.
interface IKeeperBudget {
    /// @notice What a job may be paid in a frame, in wei.
    struct JobBudget {
        bytes32 job;
        uint256 perFrame;
    }

    /// @notice A keeper was paid shares worth `amount` wei for a job; `asked` is what was due.
    event KeeperPaid(
        bytes32 indexed job,
        address indexed to,
        address indexed spender,
        uint256 shares,
        uint256 amount,
        uint256 asked
    );
    /// @notice What a job may be paid in a frame changed (wei).
    event JobBudgetSet(bytes32 indexed job, uint256 oldPerFrame, uint256 newPerFrame);
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

    /// @notice A bound is out of its own bounds (wei).
    error BoundsOutOfBounds(uint256 perCall, uint256 perDay, uint256 maximum);

    /// @notice A job's budget is out of its bounds (wei).
    error BudgetOutOfBounds(bytes32 job, uint256 perFrame, uint256 maximum);
    /// @notice No budget can stand under this name: refunds have their own bounds.
    error NotAJob(bytes32 job);

    /// @notice Pays `to` shares worth `amount`, rounded down, as far as the job's budget of the frame and what is held go:
    /// it may be nothing, and never reverts for that. A job without a budget is paid nothing. Caller: `BUDGET_SPENDER`.
    /// @param job See `KeeperJob`. @param amount In wei.
    /// @return shares Shares paid (18 decimals).
    function pay(bytes32 job, address to, uint256 amount) external returns (uint256 shares);

    /// @notice Pays `to` shares worth `amount`, rounded down, as far as the bounds and what is held go: it may be nothing,
    /// and never reverts for that. Caller: `BUDGET_SPENDER`.
    /// @param amount In wei.
    /// @return shares Shares paid (18 decimals).
    function refund(address to, uint256 amount) external returns (uint256 shares);

    /// @notice Sets what a call, and a day, may give back, in wei. Caller: `PARAMETER_MANAGER`. Each rises by 1 ETH at most,
    /// once in a period: `StepTooLarge`, `StepTooSoon` (`SteppedParameters`). Each falls at will.
    function setBounds(uint256 perCall, uint256 perDay) external;

    /// @notice Sets what a job may be paid in a frame, in wei; what was paid in this one counts. Caller:
    /// `PARAMETER_MANAGER`. It rises by 0.2 ETH at most, once in a period: `StepTooLarge`, `StepTooSoon`
    /// (`SteppedParameters`, under the name of the job). It falls at will.
    function setJobBudget(bytes32 job, uint256 perFrame) external;

    /// @notice What a call, and a day, may give back, in wei.
    function bounds() external view returns (uint256 perCall, uint256 perDay);

    /// @notice What can still be given back today, in wei, whatever is held.
    function leftToday() external view returns (uint256);

    /// @notice What a job may be paid in a frame, and what is left of that in this one, in wei; less where too little is
    /// held for all jobs.
    function jobBudget(bytes32 job) external view returns (uint256 perFrame, uint256 left);
}
