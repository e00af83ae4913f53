// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";

/// @title OperatorRegistry
/// @notice Who runs validators for the pool: identity, addresses, commission and standing.
/// TRUST: only a manager changes its own data; `OPERATOR_JUDGE` worsens standings for faults that are proven or counted;
/// `OPERATOR_MANAGER` may do so by judgement, and alone lifts them.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: to register is free. An operator without a bond gets no stake, so that there may be any number of them.
contract OperatorRegistry is IOperatorRegistry, Guarded {
    /// @notice Most that a commission may be, in 1/10,000.
    uint256 public constant MAX_COMMISSION_BP = 2_000;
    /// @notice Most by which a commission may be raised at once, in 1/10,000.
    uint256 public constant MAX_COMMISSION_RAISE_BP = 100;
    /// @notice Seconds between two raises.
    uint256 public constant COMMISSION_PERIOD = 7 days;

    /* STORAGE */

    /// @inheritdoc IOperatorRegistry
    uint256 public count;
    mapping(uint256 operatorId => Operator) private _operators;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_) Guarded(authority_) {}

    /* ANYONE */

    /// @inheritdoc IOperatorRegistry
    function register(address rewardAddress, uint256 commissionBp) external returns (uint256 operatorId) {
        require(rewardAddress != address(0), ZeroAddress());
        _requireCommission(commissionBp);
        operatorId = ++count;
        Operator storage o = _operators[operatorId];
        o.manager = msg.sender;
        // bounded above
        o.commissionBp = uint16(commissionBp);
        o.commissionRaisedAt = uint40(block.timestamp);
        o.rewardAddress = rewardAddress;
        emit OperatorRegistered(operatorId, msg.sender, rewardAddress, commissionBp);
    }

    /* MANAGERS */

    /// @inheritdoc IOperatorRegistry
    function proposeManager(uint256 operatorId, address newManager) external {
        Operator storage o = _managed(operatorId);
        o.pendingManager = newManager;
        emit ManagerProposed(operatorId, msg.sender, newManager);
    }

    /// @inheritdoc IOperatorRegistry
    function acceptManager(uint256 operatorId) external {
        Operator storage o = _existing(operatorId);
        require(msg.sender == o.pendingManager, NotPendingManager(operatorId, msg.sender));
        emit ManagerSet(operatorId, o.manager, msg.sender);
        o.manager = msg.sender;
        o.pendingManager = address(0);
        // what the old manager offered is not the new one's offer
        o.pendingRewardAddress = address(0);
    }

    /// @inheritdoc IOperatorRegistry
    function proposeRewardAddress(uint256 operatorId, address newAddress) external {
        Operator storage o = _managed(operatorId);
        o.pendingRewardAddress = newAddress;
        emit RewardAddressProposed(operatorId, o.rewardAddress, newAddress);
    }

    /// @inheritdoc IOperatorRegistry
    function acceptRewardAddress(uint256 operatorId) external {
        Operator storage o = _existing(operatorId);
        require(msg.sender == o.pendingRewardAddress, NotPendingRewardAddress(operatorId, msg.sender));
        emit RewardAddressSet(operatorId, o.rewardAddress, msg.sender);
        o.rewardAddress = msg.sender;
        o.pendingRewardAddress = address(0);
    }

    /// @inheritdoc IOperatorRegistry
    function setCommission(uint256 operatorId, uint256 commissionBp) external {
        Operator storage o = _managed(operatorId);
        uint256 old = o.commissionBp;
        _requireCommission(commissionBp);
        if (commissionBp > old) {
            uint256 raise = commissionBp - old;
            require(
                raise <= MAX_COMMISSION_RAISE_BP,
                CommissionRaiseTooLarge(raise, MAX_COMMISSION_RAISE_BP)
            );
            uint256 possibleFrom = o.commissionRaisedAt + COMMISSION_PERIOD;
            require(block.timestamp >= possibleFrom, CommissionRaiseTooSoon(operatorId, possibleFrom));
            o.commissionRaisedAt = uint40(block.timestamp);
        }
        o.commissionBp = uint16(commissionBp);
        emit CommissionSet(operatorId, old, commissionBp);
    }

    /// @inheritdoc IOperatorRegistry
    function retire(uint256 operatorId) external {
        Operator storage o = _managed(operatorId);
        require(o.standing != Standing.Retired, StandingFixed(operatorId, Standing.Retired));
        _setStanding(operatorId, o, Standing.Retired, "retired");
    }

    /* BRAINS */

    /// @inheritdoc IOperatorRegistry
    function demote(uint256 operatorId, bytes32 reason) external onlyRole(Roles.OPERATOR_JUDGE) {
        Operator storage o = _existing(operatorId);
        if (o.standing == Standing.Good) _setStanding(operatorId, o, Standing.Watched, reason);
        else if (o.standing == Standing.Watched) _setStanding(operatorId, o, Standing.Jailed, reason);
    }

    /// @inheritdoc IOperatorRegistry
    function jail(uint256 operatorId, bytes32 reason) external onlyRole(Roles.WITNESS) {
        Operator storage o = _existing(operatorId);
        if (o.standing < Standing.Jailed) _setStanding(operatorId, o, Standing.Jailed, reason);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOperatorRegistry
    function setStanding(
        uint256 operatorId,
        Standing standing,
        bytes32 reason
    ) external onlyRole(Roles.OPERATOR_MANAGER) {
        Operator storage o = _existing(operatorId);
        require(o.standing != Standing.Retired, StandingFixed(operatorId, o.standing));
        require(standing != Standing.Retired, StandingFixed(operatorId, standing));
        _setStanding(operatorId, o, standing, reason);
    }

    /// @inheritdoc IOperatorRegistry
    function setCurated(uint256 operatorId, bool curated) external onlyRole(Roles.OPERATOR_MANAGER) {
        _existing(operatorId).curated = curated;
        emit CuratedSet(operatorId, curated);
    }

    /// @inheritdoc IOperatorRegistry
    function setFlags(uint256 operatorId, uint256 flags) external onlyRole(Roles.COMPLIANCE_MANAGER) {
        Operator storage o = _existing(operatorId);
        emit FlagsSet(operatorId, o.flags, flags);
        o.flags = SafeCast.toUint32(flags);
    }

    /* VIEWS */

    /// @inheritdoc IOperatorRegistry
    function operator(uint256 operatorId) external view returns (Operator memory) {
        return _existing(operatorId);
    }

    /// @inheritdoc IOperatorRegistry
    function managerOf(uint256 operatorId) external view returns (address) {
        return _existing(operatorId).manager;
    }

    /// @inheritdoc IOperatorRegistry
    function standingOf(uint256 operatorId) external view returns (Standing) {
        return _existing(operatorId).standing;
    }

    /// @inheritdoc IOperatorRegistry
    function isCurated(uint256 operatorId) external view returns (bool) {
        return _existing(operatorId).curated;
    }

    /// @inheritdoc IOperatorRegistry
    function requireManager(uint256 operatorId, address account) public view {
        require(account == _existing(operatorId).manager, NotManager(operatorId, account));
    }

    /// @inheritdoc IOperatorRegistry
    function requireStakeable(uint256 operatorId) external view {
        Standing standing = _existing(operatorId).standing;
        if (standing >= Standing.Jailed) revert OperatorStopped(operatorId, standing);
    }

    /* INTERNAL */

    function _existing(uint256 operatorId) private view returns (Operator storage o) {
        o = _operators[operatorId];
        require(o.manager != address(0), OperatorUnknown(operatorId));
    }

    function _managed(uint256 operatorId) private view returns (Operator storage o) {
        requireManager(operatorId, msg.sender);
        o = _operators[operatorId];
    }

    function _setStanding(uint256 operatorId, Operator storage o, Standing standing, bytes32 reason) private {
        emit StandingSet(operatorId, o.standing, standing, reason);
        o.standing = standing;
    }

    function _requireCommission(uint256 commissionBp) private pure {
        require(commissionBp <= MAX_COMMISSION_BP, CommissionOutOfBounds(commissionBp, MAX_COMMISSION_BP));
    }
}
