// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice How an operator stands, from the best to the worst.
enum Standing {
    Good,
    Watched,
    Jailed,
    Retired
}

/// @title IOperatorStandings
/// @notice What the allocator asks of the registry of operators.
interface IOperatorStandings {
    /// @notice How many operators there are; the last id.
    function count() external view returns (uint256);

    /// @notice How the operator stands.
    function standingOf(uint256 operatorId) external view returns (Standing);

    /// @notice The operator's manager, who has agreed to be it.
    function managerOf(uint256 operatorId) external view returns (address);

    /// @notice Makes the operator's standing one step worse.
    function demote(uint256 operatorId, bytes32 reason) external;
}

/// @title IOperatorBonds
/// @notice What the allocator asks of the bonds.
interface IOperatorBonds {
    /// @notice The operator's bond, in shares (18 decimals).
    function bondOf(uint256 operatorId) external view returns (uint256 shares);

    /// @notice Whole ETH of stake that its bond can back in all.
    function capacityOf(uint256 operatorId) external view returns (uint256 eth);
}

/// @title IOperatorStakes
/// @notice What the allocator asks of the registry of validators.
interface IOperatorStakes {
    /// @notice Whole ETH that the operator's validators hold of ours now.
    function stakeOf(uint256 operatorId) external view returns (uint256 eth);

    /// @notice The same of all operators.
    function totalStake() external view returns (uint256 eth);
}

/// @title IReportTimes
/// @notice When reports were applied.
interface IReportTimes {
    /// @notice Times of the last three applied reports (seconds since 1970), newest first; 0 where there are fewer.
    function reportTimes() external view returns (uint256[3] memory);
}

/// @title IFreeEther
/// @notice Ether that deposits may use.
interface IFreeEther {
    /// @notice The buffer less the value of all unfinalised withdrawal requests, in wei.
    function freeBuffer() external view returns (uint256);
}
