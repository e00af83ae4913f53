// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IOperatorRegistry
/// @notice Who runs validators for the pool. Anyone may register; what an operator may run, its bond decides.
interface IOperatorRegistry {
    /* TYPES */

    /// @notice How an operator stands. `Good` and `Watched` get stake; `Jailed` and `Retired` get none, and anyone may have
    /// their validators exit. `Retired` is for ever.
    enum Standing {
        Good,
        Watched,
        Jailed,
        Retired
    }

    /// @notice One operator.
    /// @param manager Commits keys, claims what its bond has too much, and changes the operator's own data.
    /// @param standing See `Standing`.
    /// @param curated Whether governance knows it: its bond may back more stake.
    /// @param commissionBp Its part of its validators' rewards, in 1/10,000.
    /// @param commissionRaisedAt When the commission was raised last, seconds since 1970; registration counts.
    /// @param rewardAddress Where its fee shares go.
    /// @param flags Compliance flags, for whoever wants to read them; nothing here depends on them.
    /// @param pendingManager Who may take over as manager, zero for nobody.
    /// @param pendingRewardAddress Which address may become the reward address, zero for none.
    struct Operator {
        address manager;
        Standing standing;
        bool curated;
        uint16 commissionBp;
        uint40 commissionRaisedAt;
        address rewardAddress;
        uint32 flags;
        address pendingManager;
        address pendingRewardAddress;
    }

    /* EVENTS */

    /// @notice An operator registered.
    event OperatorRegistered(
        uint256 indexed operatorId,
        address indexed manager,
        address rewardAddress,
        uint256 commissionBp
    );
    /// @notice Governance took the operator in among those that it knows, or out.
    event CuratedSet(uint256 indexed operatorId, bool curated);
    /// @notice The operator's compliance flags changed.
    event FlagsSet(uint256 indexed operatorId, uint256 oldFlags, uint256 newFlags);
    /// @notice The operator's standing changed.
    event StandingSet(uint256 indexed operatorId, Standing oldStanding, Standing newStanding, bytes32 reason);
    /// @notice The commission changed, in 1/10,000.
    event CommissionSet(uint256 indexed operatorId, uint256 oldBp, uint256 newBp);
    /// @notice `pendingManager` may take over.
    event ManagerProposed(uint256 indexed operatorId, address manager, address pendingManager);
    /// @notice The manager changed.
    event ManagerSet(uint256 indexed operatorId, address oldManager, address newManager);
    /// @notice `pendingRewardAddress` may become the reward address.
    event RewardAddressProposed(
        uint256 indexed operatorId,
        address rewardAddress,
        address pendingRewardAddress
    );
    /// @notice The reward address changed.
    event RewardAddressSet(uint256 indexed operatorId, address oldAddress, address newAddress);

    /* ERRORS */

    /// @notice No operator has this id.
    error OperatorUnknown(uint256 operatorId);
    /// @notice The caller is not the operator's manager.
    error NotManager(uint256 operatorId, address caller);
    /// @notice The caller was not proposed as the operator's manager.
    error NotPendingManager(uint256 operatorId, address caller);
    /// @notice The caller was not proposed as the operator's reward address.
    error NotPendingRewardAddress(uint256 operatorId, address caller);
    /// @notice The operator gets no stake: it is jailed or retired.
    error OperatorStopped(uint256 operatorId, Standing standing);
    /// @notice A retired operator stays so, and nobody but its manager retires it.
    error StandingFixed(uint256 operatorId, Standing standing);
    /// @notice The commission is above the maximum, in 1/10,000.
    error CommissionOutOfBounds(uint256 commissionBp, uint256 maximumBp);
    /// @notice A raise is too large, or too soon after the last one.
    error CommissionRaiseTooLarge(uint256 raiseBp, uint256 maximumBp);
    /// @notice The commission was raised within the last period (seconds since 1970).
    error CommissionRaiseTooSoon(uint256 operatorId, uint256 possibleFrom);

    /* ANYONE */

    /// @notice Registers an operator with the caller as its manager. Ids start at 1.
    /// @param rewardAddress Where its fee shares will go, not zero.
    /// @param commissionBp Its part of its validators' rewards, in 1/10,000, at most `MAX_COMMISSION_BP`.
    function register(address rewardAddress, uint256 commissionBp) external returns (uint256 operatorId);

    /* MANAGERS */

    /// @notice Names the next manager, who must accept; zero withdraws the offer. Caller: the manager.
    function proposeManager(uint256 operatorId, address newManager) external;

    /// @notice Takes over as manager, and withdraws the offer of a reward address. Caller: the proposed one.
    function acceptManager(uint256 operatorId) external;

    /// @notice Names the next reward address, which must accept; zero withdraws the offer. Caller: the manager.
    function proposeRewardAddress(uint256 operatorId, address newAddress) external;

    /// @notice Becomes the reward address. Caller: the proposed one.
    function acceptRewardAddress(uint256 operatorId) external;

    /// @notice Sets the commission, in 1/10,000. Caller: the manager. A raise is at most `MAX_COMMISSION_RAISE_BP`, once in
    /// each `COMMISSION_PERIOD`; a cut is free.
    function setCommission(uint256 operatorId, uint256 commissionBp) external;

    /// @notice Retires the operator for ever: no stake any more, and anyone may have its validators exit. Caller: the
    /// manager.
    function retire(uint256 operatorId) external;

    /* BRAINS */

    /// @notice Worsens an operator's standing by one step, down to jailed. Caller: `OPERATOR_JUDGE`. Nothing happens to an
    /// operator that is jailed or retired.
    function demote(uint256 operatorId, bytes32 reason) external;

    /// @notice Jails an operator for what the beacon chain was proven to say. Caller: `WITNESS`. Nothing happens to an
    /// operator that is jailed or retired.
    function jail(uint256 operatorId, bytes32 reason) external;

    /* GOVERNANCE */

    /// @notice Sets a standing other than retired. Caller: `OPERATOR_MANAGER`.
    function setStanding(uint256 operatorId, Standing standing, bytes32 reason) external;

    /// @notice Says whether governance knows the operator. Caller: `OPERATOR_MANAGER`.
    function setCurated(uint256 operatorId, bool curated) external;

    /// @notice Sets the compliance flags. Caller: `COMPLIANCE_MANAGER`.
    function setFlags(uint256 operatorId, uint256 flags) external;

    /* VIEWS */

    /// @notice An operator's data. Reverts for an unknown id.
    function operator(uint256 operatorId) external view returns (Operator memory);

    /// @notice How many operators there are; the last id.
    function count() external view returns (uint256);

    /// @notice The operator's manager. Reverts for an unknown id.
    function managerOf(uint256 operatorId) external view returns (address);

    /// @notice The operator's standing. Reverts for an unknown id.
    function standingOf(uint256 operatorId) external view returns (Standing);

    /// @notice Whether governance knows the operator. Reverts for an unknown id.
    function isCurated(uint256 operatorId) external view returns (bool);

    /// @notice Reverts unless `account` is the operator's manager.
    function requireManager(uint256 operatorId, address account) external view;

    /// @notice Reverts unless the operator may get stake.
    function requireStakeable(uint256 operatorId) external view;
}
