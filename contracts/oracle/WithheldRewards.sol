// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithheldRewards} from "../interfaces/IWithheldRewards.sol";
import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title WithheldRewards
/// @notice Claims on operators' bonds for execution rewards that did not reach the pool.
/// TRUST: the committee says, by the root of a report, what was withheld; governance may lift a claim before it is burnt.
/// INVARIANTS: BND-2. What is held, burnt and forgiven of an operator never exceeds what a report told.
/// ASSUMPTIONS: it holds the role `BOND_LOCKER`. What is held is burnt for all holders or freed, never sent.
contract WithheldRewards is IWithheldRewards, Guarded {
    using SafeCast for uint256;

    /// @notice Least time to contest, in frames: a later report must be possible.
    uint256 public constant MIN_PERIOD_FRAMES = 2;
    /// @notice Most time to contest, in seconds.
    uint256 public constant MAX_PERIOD = 30 days;

    /* IMMUTABLES */

    /// @notice Where the root is.
    IRewardDistributor public immutable rewardDistributor;
    /// @notice Where bonds are.
    IBondVault public immutable bondVault;
    /// @inheritdoc IWithheldRewards
    uint256 public immutable contestPeriod;

    /* STORAGE */

    /// @inheritdoc IWithheldRewards
    uint256 public holdCount;
    /// @inheritdoc IWithheldRewards
    mapping(uint256 operatorId => uint256) public accountedOf;
    mapping(uint256 holdId => Hold) private _holds;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IRewardDistributor distributor,
        IBondVault bonds,
        IStakedEther ledger,
        uint256 period
    ) Guarded(authority_) {
        require(
            address(distributor) != address(0) &&
                address(bonds) != address(0) &&
                address(ledger) != address(0),
            ZeroAddress()
        );
        uint256 minimum = MIN_PERIOD_FRAMES * ledger.parameters().frameSeconds;
        require(period >= minimum && period <= MAX_PERIOD, PeriodOutOfBounds(period, minimum, MAX_PERIOD));
        rewardDistributor = distributor;
        bondVault = bonds;
        contestPeriod = period;
    }

    /* ANYONE */

    /// @inheritdoc IWithheldRewards
    function lockWithheld(
        OperatorFigures calldata figures,
        bytes32[] calldata proof
    ) external returns (uint256 holdId) {
        rewardDistributor.requireUnderRoot(figures, proof);
        uint256 operatorId = figures.operatorId;
        uint256 accounted = accountedOf[operatorId];
        require(figures.withheldWei > accounted, NothingWithheld(operatorId, figures.withheldWei, accounted));
        uint256 asked = figures.withheldWei - accounted;
        (uint256 shares, uint256 uncovered) = bondVault.hold(operatorId, asked);
        uint256 amount = asked - uncovered;
        require(amount > 0, NothingToHold(operatorId));
        accountedOf[operatorId] = accounted + amount;
        holdId = ++holdCount;
        uint256 burnableFrom = block.timestamp + contestPeriod;
        _holds[holdId] = Hold({
            // part of what the figures hold in 128 bits
            amount: uint128(amount),
            shares: shares.toUint128(),
            operatorId: figures.operatorId,
            burnableFrom: burnableFrom.toUint40()
        });
        emit WithheldLocked(operatorId, holdId, amount, shares, burnableFrom);
    }

    /// @inheritdoc IWithheldRewards
    function contest(uint256 holdId, OperatorFigures calldata figures, bytes32[] calldata proof) external {
        rewardDistributor.requireUnderRoot(figures, proof);
        Hold memory h = _existing(holdId);
        uint256 operatorId = h.operatorId;
        require(figures.operatorId == operatorId, OtherOperator(holdId, figures.operatorId));
        uint256 accounted = accountedOf[operatorId];
        require(
            figures.withheldWei < accounted,
            NothingToContest(operatorId, figures.withheldWei, accounted)
        );
        uint256 amount = Math.min(accounted - figures.withheldWei, h.amount);
        uint256 shares = (uint256(h.shares) * amount) / h.amount;
        accountedOf[operatorId] = accounted - amount;
        if (amount == h.amount) {
            delete _holds[holdId];
        } else {
            // both less than what stood there
            _holds[holdId].amount = uint128(h.amount - amount);
            _holds[holdId].shares = uint128(h.shares - shares);
        }
        emit WithheldContested(operatorId, holdId, amount, shares);
        bondVault.release(operatorId, shares);
    }

    /// @inheritdoc IWithheldRewards
    function burn(uint256 holdId) external {
        Hold memory h = _existing(holdId);
        require(block.timestamp >= h.burnableFrom, StillContestable(holdId, h.burnableFrom));
        delete _holds[holdId];
        uint256 value = bondVault.burnHeld(h.operatorId, h.shares);
        emit WithheldBurnt(h.operatorId, holdId, h.shares, value);
    }

    /* GOVERNANCE */

    /// @inheritdoc IWithheldRewards
    function lift(uint256 holdId) external onlyRole(Roles.OPERATOR_MANAGER) {
        Hold memory h = _existing(holdId);
        delete _holds[holdId];
        emit WithheldLifted(h.operatorId, holdId, h.amount, h.shares);
        bondVault.release(h.operatorId, h.shares);
    }

    /* VIEWS */

    /// @inheritdoc IWithheldRewards
    function holdOf(uint256 holdId) external view returns (Hold memory) {
        return _holds[holdId];
    }

    /* INTERNAL */

    function _existing(uint256 holdId) private view returns (Hold memory h) {
        h = _holds[holdId];
        require(h.amount > 0, HoldUnknown(holdId));
    }
}
