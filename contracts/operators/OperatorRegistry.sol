// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";

/// @title OperatorRegistry
/// @notice Who runs validators for the pool: identity, addresses, and how many keys each may have.
/// TRUST: `OPERATOR_MANAGER` admits, limits and stops operators; only a manager changes its own addresses.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: until operators post bonds, each is known. Its limit counts keys, and bounds what predeposits may lose,
/// 1 ETH for each. Which of its validators is topped up, and how far, whoever calls the depositor decides.
contract OperatorRegistry is IOperatorRegistry, Guarded {
    /// @notice Most keys of one operator.
    uint256 public constant MAX_KEY_LIMIT = 10_000;

    /* STORAGE */

    /// @inheritdoc IOperatorRegistry
    uint256 public count;
    mapping(uint256 operatorId => Operator) private _operators;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_) Guarded(authority_) {}

    /* GOVERNANCE */

    /// @inheritdoc IOperatorRegistry
    function add(
        address manager,
        address rewardAddress,
        uint256 keyLimit
    ) external onlyRole(Roles.OPERATOR_MANAGER) returns (uint256 operatorId) {
        require(manager != address(0) && rewardAddress != address(0), ZeroAddress());
        operatorId = ++count;
        _operators[operatorId] = Operator({
            manager: manager,
            keyLimit: _checkedLimit(keyLimit),
            active: true,
            rewardAddress: rewardAddress,
            pendingManager: address(0)
        });
        emit OperatorAdded(operatorId, manager, rewardAddress, keyLimit);
    }

    /// @inheritdoc IOperatorRegistry
    function setKeyLimit(uint256 operatorId, uint256 keyLimit) external onlyRole(Roles.OPERATOR_MANAGER) {
        Operator storage o = _existing(operatorId);
        emit KeyLimitSet(operatorId, o.keyLimit, keyLimit);
        o.keyLimit = _checkedLimit(keyLimit);
    }

    /// @inheritdoc IOperatorRegistry
    function setActive(uint256 operatorId, bool active) external onlyRole(Roles.OPERATOR_MANAGER) {
        _existing(operatorId).active = active;
        emit ActiveSet(operatorId, active);
    }

    /* MANAGERS */

    /// @inheritdoc IOperatorRegistry
    function proposeManager(uint256 operatorId, address newManager) external {
        requireManager(operatorId, msg.sender);
        _operators[operatorId].pendingManager = newManager;
        emit ManagerProposed(operatorId, msg.sender, newManager);
    }

    /// @inheritdoc IOperatorRegistry
    function acceptManager(uint256 operatorId) external {
        Operator storage o = _existing(operatorId);
        require(msg.sender == o.pendingManager, NotPendingManager(operatorId, msg.sender));
        emit ManagerSet(operatorId, o.manager, msg.sender);
        o.manager = msg.sender;
        o.pendingManager = address(0);
    }

    /// @inheritdoc IOperatorRegistry
    function setRewardAddress(uint256 operatorId, address rewardAddress) external {
        requireManager(operatorId, msg.sender);
        require(rewardAddress != address(0), ZeroAddress());
        Operator storage o = _operators[operatorId];
        emit RewardAddressSet(operatorId, o.rewardAddress, rewardAddress);
        o.rewardAddress = rewardAddress;
    }

    /* VIEWS */

    /// @inheritdoc IOperatorRegistry
    function operator(uint256 operatorId) external view returns (Operator memory) {
        return _existing(operatorId);
    }

    /// @inheritdoc IOperatorRegistry
    function requireManager(uint256 operatorId, address account) public view {
        require(account == _existing(operatorId).manager, NotManager(operatorId, account));
    }

    /// @inheritdoc IOperatorRegistry
    function depositableKeys(uint256 operatorId) external view returns (uint256) {
        Operator storage o = _existing(operatorId);
        return o.active ? o.keyLimit : 0;
    }

    /* INTERNAL */

    function _existing(uint256 operatorId) private view returns (Operator storage o) {
        o = _operators[operatorId];
        require(o.manager != address(0), OperatorUnknown(operatorId));
    }

    function _checkedLimit(uint256 keyLimit) private pure returns (uint32) {
        require(keyLimit <= MAX_KEY_LIMIT, KeyLimitOutOfBounds(keyLimit, MAX_KEY_LIMIT));
        return uint32(keyLimit);
    }
}
