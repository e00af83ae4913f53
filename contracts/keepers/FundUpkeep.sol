// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Roles} from "../access/Roles.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {UpkeepContracts} from "./UpkeepContracts.sol";

/// @title FundUpkeep
/// @notice Mixin of the upkeep: parts of fees that wait, losses that bonds did not cover, locks that are over.
/// TRUST: none. INVARIANTS: UPK-1. ASSUMPTIONS: none.
abstract contract FundUpkeep is UpkeepContracts {
    /// @notice Least that is pulled, noted, covered or burnt, unless it is all that there is to cover or burn, in wei.
    uint256 public constant MIN_MOVED = 0.05 ether;

    /* INTERNAL */

    /// @dev Whether the call would not revert now.
    function _mayForFunds(Job job) internal view returns (bool) {
        if (job == Job.PullKeepers) return rewardDistributor.owed().keepers > 0;
        if (job == Job.PullReserve) return rewardDistributor.owed().reserve > 0;
        if (job == Job.NoteLoss) {
            (uint256 noted, ) = insuranceReserve.noted();
            uint256 open = insuranceReserve.uncovered();
            return noted == 0 ? open > 0 : open < noted;
        }
        if (job == Job.CoverLoss) {
            (uint256 shares, ) = _coverable();
            return shares > 0 && authority.hasRole(Roles.SHARE_BURNER, address(insuranceReserve));
        }
        return authority.hasRole(Roles.SHARE_BURNER, address(bondVault));
    }

    /// @dev Whether it is also worth it.
    function _needsForFunds(Job job, uint256 operatorId) internal view returns (bool) {
        if (!_mayForFunds(job)) return false;
        if (job == Job.Release) return _needsRelease(operatorId);
        if (job == Job.CoverLoss) {
            (uint256 shares, uint256 needed) = _coverable();
            return shares == needed || _isWorth(shares);
        }
        if (job == Job.NoteLoss) {
            (uint256 noted, ) = insuranceReserve.noted();
            uint256 open = insuranceReserve.uncovered();
            if (noted > 0) return open == 0 || noted - open >= MIN_MOVED;
            return open >= MIN_MOVED;
        }
        IRewardDistributor.Split memory s = rewardDistributor.owed();
        return _isWorth(job == Job.PullKeepers ? s.keepers : s.reserve);
    }

    function _doForFunds(Job job, uint256 operatorId) internal {
        if (job == Job.PullKeepers) rewardDistributor.pullKeepers();
        else if (job == Job.PullReserve) rewardDistributor.pullReserve();
        else if (job == Job.NoteLoss) insuranceReserve.note();
        else if (job == Job.CoverLoss) insuranceReserve.cover();
        else bondVault.releaseOverdue(operatorId);
    }

    /// @dev Shares that the reserve would burn now, and those that all that is noted and uncovered asks for.
    function _coverable() private view returns (uint256 shares, uint256 needed) {
        (uint256 noted, uint256 coverableFrom) = insuranceReserve.noted();
        if (noted == 0 || block.timestamp < coverableFrom) return (0, 0);
        needed = ledger.getSharesByPooledEth(Math.min(insuranceReserve.uncovered(), noted));
        shares = Math.min(needed, ledger.sharesOf(address(insuranceReserve)));
    }

    function _needsRelease(uint256 operatorId) private view returns (bool) {
        IBondVault.OverdueLock memory o = bondVault.overdueOf(operatorId);
        IValidatorRegistry.Stake memory still = validatorRegistry.stakeOf(operatorId);
        if (still.lostKeys < o.lostKeys || still.overdueKeys < o.keys) return true;
        if (o.owed <= 0) return false;
        IBondVault.Bond memory b = bondVault.bondOf(operatorId);
        uint256 free = b.shares - b.locked;
        // above zero
        return _isWorth(free) || free > ledger.getSharesByPooledEth(uint128(o.owed));
    }

    function _isWorth(uint256 shares) private view returns (bool) {
        return ledger.getPooledEthByShares(shares) >= MIN_MOVED;
    }
}
