// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Roles} from "../access/Roles.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../interfaces/IStakeAllocator.sol";
import {StakeAllocator} from "../operators/StakeAllocator.sol";
import {UpkeepContracts} from "./UpkeepContracts.sol";

/// @title DrawUpkeep
/// @notice Mixin of the upkeep: weights, draws and allotments. It settles no draw: its seed is proven.
/// TRUST: none. INVARIANTS: UPK-1.
/// ASSUMPTIONS: all weights together fit the tree, as all shares do, fifty times over.
abstract contract DrawUpkeep is UpkeepContracts {
    uint256 private constant BP = 10_000;
    /// @dev Allotments are prolonged in this part of their life before the end.
    uint256 private constant PROLONG_PART = 8;

    /* IMMUTABLES */

    uint256 private immutable _openingGap;
    uint256 private immutable _maxProlongations;

    /* CONSTRUCTOR */

    constructor(Contracts memory c) {
        _openingGap = StakeAllocator(address(c.stakeAllocator)).OPENING_GAP();
        _maxProlongations = StakeAllocator(address(c.stakeAllocator)).MAX_PROLONGATIONS();
    }

    /* INTERNAL */

    /// @dev Whether the call would not revert now. A round that the source cannot fix is not looked for here.
    function _mayForDraws(Job job, uint256 operatorId) internal view returns (bool) {
        if (job == Job.Prolong) return _mayProlong(stakeAllocator.position(operatorId));
        IStakeAllocator.Draw memory d = stakeAllocator.draw();
        if (job == Job.AbandonDraw) return d.isOpen && randomness.lapsed(d.round);
        if (d.isOpen) return false;
        if (job == Job.OpenDraw) return _mayOpen();
        if (job == Job.Lapse) return _mayLapse(operatorId);
        // votes of this block are not past
        bool isKnown = operatorId != 0 && operatorId <= operatorRegistry.count();
        return isKnown && ledger.reportTimes()[0] < block.timestamp;
    }

    /// @dev Whether it is also worth it. An allocator that was replaced is left alone.
    function _needsForDraws(Job job, uint256 operatorId) internal view returns (bool) {
        if (!_isInForce() || !_mayForDraws(job, operatorId)) return false;
        if (job == Job.OpenDraw) return _couldWin(operatorId) && _hasRound();
        if (job == Job.Refresh) return _needsRefresh(operatorId);
        if (job != Job.Prolong) return true;
        // whoever cannot deposit any more is left to lapse
        if (!_draws(operatorId)) return false;
        uint256 margin = stakeAllocator.parameters().allotmentLife / PROLONG_PART;
        return block.timestamp + margin >= stakeAllocator.position(operatorId).endsAt;
    }

    function _doForDraws(Job job, uint256 operatorId) internal {
        if (job == Job.OpenDraw) stakeAllocator.open();
        else if (job == Job.AbandonDraw) stakeAllocator.abandon();
        else if (job == Job.Refresh) stakeAllocator.refresh(operatorId);
        else if (job == Job.Prolong) stakeAllocator.prolong(operatorId);
        else stakeAllocator.lapse(operatorId);
    }

    /* INTERNAL: what the allocator asks */

    function _mayOpen() private view returns (bool) {
        uint256 closedAt = stakeAllocator.closedAt();
        if (closedAt != 0 && block.timestamp < closedAt + _openingGap) return false;
        if (stakeAllocator.totalWeight() == 0) return false;
        return stakeAllocator.promisedEth() + stakeAllocator.parameters().lotEth <= _freeEth();
    }

    function _mayProlong(IStakeAllocator.Position memory p) private view returns (bool) {
        // of none it is smaller than nothing
        return block.timestamp < p.endsAt && _freeEth() < p.leftEth && p.prolongations < _maxProlongations;
    }

    function _mayLapse(uint256 operatorId) private view returns (bool) {
        IStakeAllocator.Position memory p = stakeAllocator.position(operatorId);
        if (p.leftEth == 0 || block.timestamp < p.endsAt) return false;
        // demoting takes a role
        return uint256(p.leftEth) * 2 <= p.givenEth || _isInForce() || !_draws(operatorId);
    }

    function _isInForce() private view returns (bool) {
        return authority.hasRole(Roles.OPERATOR_JUDGE, address(stakeAllocator));
    }

    /* INTERNAL: what is worth a call */

    /// @dev Whoever registers without a bond costs nobody a call.
    function _needsRefresh(uint256 operatorId) private view returns (bool) {
        if (!_draws(operatorId)) return stakeAllocator.weightOf(operatorId) > 0;
        uint256 refreshedAt = stakeAllocator.position(operatorId).refreshedAt;
        if (block.timestamp < refreshedAt + stakeAllocator.parameters().weightLife / 2) return false;
        return _heldWithLot(operatorId) <= bondVault.capacityOf(operatorId);
    }

    /// @dev If a draw were opened now, and drew it: without anyone who could, draws would be opened for ever for nothing.
    function _couldWin(uint256 operatorId) private view returns (bool) {
        if (stakeAllocator.weightOf(operatorId) == 0) return false;
        IStakeAllocator.Position memory p = stakeAllocator.position(operatorId);
        IStakeAllocator.Parameters memory a = stakeAllocator.parameters();
        if (p.refreshedAt + uint256(a.weightLife) < block.timestamp) return false;
        if (p.leftEth != 0 && p.endsAt <= block.timestamp) return false;
        if (!_draws(operatorId)) return false;
        uint256 promised = stakeAllocator.promisedEth() + a.lotEth;
        uint256 cap = ((validatorRegistry.totalStake() + promised) * a.capBp) / BP;
        uint256 held = _heldWithLot(operatorId);
        return held <= Math.max(cap, a.capFloorEth) && held <= bondVault.capacityOf(operatorId);
    }

    function _heldWithLot(uint256 operatorId) private view returns (uint256) {
        uint256 eth = validatorRegistry.stakeOf(operatorId).eth;
        return eth + stakeAllocator.position(operatorId).leftEth + stakeAllocator.parameters().lotEth;
    }

    /// @dev A source may come to an end of what it knows; all others are checked all the same.
    function _hasRound() private view returns (bool) {
        try randomness.fix() returns (uint64) {
            return true;
        } catch {
            return false;
        }
    }

    function _draws(uint256 operatorId) private view returns (bool) {
        IOperatorRegistry.Standing standing = operatorRegistry.standingOf(operatorId);
        return standing == IOperatorRegistry.Standing.Good || standing == IOperatorRegistry.Standing.Watched;
    }
}
