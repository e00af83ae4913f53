// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title BondClaims
/// @notice Mixin of the bond vault: how managers take back what nothing needs, after a delay.
/// TRUST: a manager takes no more than neither locks nor stake need. INVARIANTS: BND-1, BND-3.
/// ASSUMPTIONS: the delay is longer than the life of a weight (the allocator sees to it), so that no share counts in the
/// weights of two operators.
abstract contract BondClaims is OperatorBonds {
    /// @notice Least delay of a claim, in seconds.
    uint256 public constant MIN_CLAIM_DELAY = 2 hours;
    /// @notice Longest delay of a claim, in seconds.
    uint256 public constant MAX_CLAIM_DELAY = 91 days;

    /* IMMUTABLES */

    /// @inheritdoc IBondVault
    uint256 public immutable claimDelay;

    /* STORAGE */

    /// @dev Shares that are asked for. From when they may be taken is in the bond's slot: where nothing is asked for, this
    /// one is not read.
    mapping(uint256 operatorId => uint256) private _requests;

    /* CONSTRUCTOR */

    constructor(uint256 delay) {
        require(
            delay >= MIN_CLAIM_DELAY && delay <= MAX_CLAIM_DELAY,
            ClaimDelayOutOfBounds(delay, MIN_CLAIM_DELAY, MAX_CLAIM_DELAY)
        );
        claimDelay = delay;
    }

    /* MANAGERS */

    /// @inheritdoc IBondVault
    function requestClaim(uint256 operatorId, uint256 shares) external {
        operatorRegistry.requireManager(operatorId, msg.sender);
        require(shares > 0, ZeroShares());
        releaseOverdue(operatorId);
        uint256 claimable = claimableOf(operatorId);
        require(shares <= claimable, SharesNeeded(operatorId, shares, claimable));
        uint256 claimableFrom = block.timestamp + claimDelay;
        _requests[operatorId] = shares;
        _setClaimableFrom(operatorId, claimableFrom);
        emit ClaimRequested(operatorId, shares, claimableFrom);
    }

    /// @inheritdoc IBondVault
    function cancelClaim(uint256 operatorId) external {
        operatorRegistry.requireManager(operatorId, msg.sender);
        uint256 shares = _existing(operatorId).shares;
        _end(operatorId);
        emit ClaimCancelled(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function claim(uint256 operatorId, address to) external returns (uint256 shares) {
        operatorRegistry.requireManager(operatorId, msg.sender);
        ClaimRequest memory r = _existing(operatorId);
        require(block.timestamp >= r.claimableFrom, ClaimTooEarly(operatorId, r.claimableFrom));
        releaseOverdue(operatorId);
        // what was locked, or lost in value, since it was asked for, stays
        shares = Math.min(r.shares, claimableOf(operatorId));
        require(shares > 0, SharesNeeded(operatorId, r.shares, 0));
        _end(operatorId);
        _lockShares(operatorId, shares);
        emit BondClaimed(operatorId, to, shares);
        _sendLocked(operatorId, to, shares);
    }

    /* VIEWS */

    /// @inheritdoc IBondVault
    function claimRequestOf(uint256 operatorId) public view returns (ClaimRequest memory) {
        return ClaimRequest(_requests[operatorId], _claimableFrom(operatorId));
    }

    /* INTERNAL */

    function _requested(uint256 operatorId) internal view override returns (uint256) {
        return _requests[operatorId];
    }

    function _existing(uint256 operatorId) private view returns (ClaimRequest memory r) {
        r = claimRequestOf(operatorId);
        require(r.shares > 0, NoClaimRequested(operatorId));
    }

    function _end(uint256 operatorId) private {
        delete _requests[operatorId];
        _setClaimableFrom(operatorId, 0);
    }
}
