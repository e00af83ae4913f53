// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IOperatorRegistry
/// @notice Who runs validators for the pool.
interface IOperatorRegistry {
    /// @notice One operator.
    /// @param manager Commits keys and changes the operator's own data.
    /// @param keyLimit Most keys that may ever be predeposited for it.
    /// @param active Whether new keys may be predeposited.
    /// @param rewardAddress Where its fee shares go.
    /// @param pendingManager Who may take over as manager, zero for nobody.
    struct Operator {
        address manager;
        uint32 keyLimit;
        bool active;
        address rewardAddress;
        address pendingManager;
    }

    /// @notice An operator was admitted.
    event OperatorAdded(uint256 indexed operatorId, address manager, address rewardAddress, uint256 keyLimit);
    /// @notice The limit of keys changed.
    event KeyLimitSet(uint256 indexed operatorId, uint256 oldLimit, uint256 newLimit);
    /// @notice The operator was stopped, or let go on.
    event ActiveSet(uint256 indexed operatorId, bool active);
    /// @notice `pendingManager` may take over.
    event ManagerProposed(uint256 indexed operatorId, address manager, address pendingManager);
    /// @notice The manager changed.
    event ManagerSet(uint256 indexed operatorId, address oldManager, address newManager);
    /// @notice The reward address changed.
    event RewardAddressSet(uint256 indexed operatorId, address oldAddress, address newAddress);

    /// @notice No operator has this id.
    error OperatorUnknown(uint256 operatorId);
    /// @notice The caller is not the operator's manager.
    error NotManager(uint256 operatorId, address caller);
    /// @notice The caller was not proposed as the operator's manager.
    error NotPendingManager(uint256 operatorId, address caller);
    /// @notice More keys than an operator may have.
    error KeyLimitOutOfBounds(uint256 keyLimit, uint256 maximum);

    /// @notice Admits an operator. Caller: `OPERATOR_MANAGER`. Ids start at 1.
    function add(
        address manager,
        address rewardAddress,
        uint256 keyLimit
    ) external returns (uint256 operatorId);

    /// @notice Sets how many keys may ever be predeposited for the operator. Caller: `OPERATOR_MANAGER`.
    function setKeyLimit(uint256 operatorId, uint256 keyLimit) external;

    /// @notice Stops an operator's new keys, or lets them go on. Caller: `OPERATOR_MANAGER`.
    function setActive(uint256 operatorId, bool active) external;

    /// @notice Names the next manager, who must accept; zero withdraws the offer. Caller: the manager.
    function proposeManager(uint256 operatorId, address newManager) external;

    /// @notice Takes over as manager. Caller: the proposed one.
    function acceptManager(uint256 operatorId) external;

    /// @notice Sets where the operator's fee shares go. Caller: the manager.
    function setRewardAddress(uint256 operatorId, address rewardAddress) external;

    /// @notice An operator's data. Reverts for an unknown id.
    function operator(uint256 operatorId) external view returns (Operator memory);

    /// @notice How many operators there are; the last id.
    function count() external view returns (uint256);

    /// @notice Reverts unless `account` is the operator's manager.
    function requireManager(uint256 operatorId, address account) external view;

    /// @notice How many keys may be predeposited for the operator: 0 while it is stopped.
    function depositableKeys(uint256 operatorId) external view returns (uint256);
}
