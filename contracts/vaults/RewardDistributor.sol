// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IInsuranceReserve} from "../interfaces/IInsuranceReserve.sol";
import {IKeeperBudget} from "../interfaces/IKeeperBudget.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {OperatorLeaf} from "../libraries/OperatorLeaf.sol";
import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title RewardDistributor
/// @notice Holds fee shares until they are pulled: by operators, by the treasury, for the insurance reserve and for keepers.
/// TRUST: the committee says, by the root of a report, how operators share their part; it can not touch the other parts.
/// What it says was forfeited is burnt, never sent. `PARAMETER_MANAGER` moves the parts of what is yet to come, a step in a
/// period, within the bounds below; where the reserve's and the keepers' parts go is fixed.
/// INVARIANTS: FEE-1: what was pulled and what is owed is what came, in whatever order.
/// ASSUMPTIONS: shares that others send here are fee shares like those of reports.
contract RewardDistributor is IRewardDistributor, Guarded, SteppedParameters {
    using OperatorLeaf for OperatorFigures;
    using SafeCast for uint256;

    uint256 private constant BP = 10_000;
    /// @dev No operator has this id: under it stands what they forfeited.
    uint256 private constant FORFEITED = 0;
    /// @notice Most that the treasury's part may be, in 1/10,000.
    uint256 public constant MAX_TREASURY_BP = 5_000;
    /// @notice Most that the insurance reserve's part may be, in 1/10,000.
    uint256 public constant MAX_RESERVE_BP = 3_000;
    /// @notice Most that the keepers' part may be, in 1/10,000.
    uint256 public constant MAX_KEEPERS_BP = 2_000;
    /// @notice Most that the three may be together, in 1/10,000: operators have the rest.
    uint256 public constant MAX_SUM_BP = 7_500;
    /// @notice Most by which a part moves at once, in 1/10,000: absolute, as parts are of one whole.
    uint256 public constant MAX_STEP_BP = 500;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;
    /// @inheritdoc IRewardDistributor
    IInsuranceReserve public immutable insuranceReserve;
    /// @inheritdoc IRewardDistributor
    IKeeperBudget public immutable keeperBudget;

    /* STORAGE */

    /// @inheritdoc IRewardDistributor
    bytes32 public root;
    /// @notice Shares that an operator has pulled, in all; under 0 those that were burnt.
    mapping(uint256 operatorId => uint256) public pulledOf;
    /// @notice Where the treasury's part goes.
    address public treasury;
    // with the treasury in one slot: 20 + 2 + 2 + 2 = 26 bytes
    Parts private _parts;
    /// @dev Shares owed, counted up to the last `_count`; two slots.
    Split private _owed;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IOperatorRegistry operators,
        IInsuranceReserve reserve,
        IKeeperBudget budget,
        address treasury_,
        Parts memory parts_
    ) Guarded(authority_) {
        require(
            address(ledger_) != address(0) &&
                address(operators) != address(0) &&
                address(reserve) != address(0) &&
                address(budget) != address(0) &&
                treasury_ != address(0),
            ZeroAddress()
        );
        ledger = ledger_;
        operatorRegistry = operators;
        insuranceReserve = reserve;
        keeperBudget = budget;
        treasury = treasury_;
        _setParts(parts_);
    }

    /* BRAINS */

    /// @inheritdoc IRewardDistributor
    function setRoot(bytes32 newRoot) external onlyRole(Roles.ACCOUNTING) {
        emit RootSet(root, newRoot);
        root = newRoot;
    }

    /* ANYONE */

    /// @inheritdoc IRewardDistributor
    function pull(
        OperatorFigures calldata figures,
        bytes32[] calldata proof
    ) external returns (uint256 shares) {
        requireUnderRoot(figures, proof);
        uint256 operatorId = figures.operatorId;
        uint256 pulled = pulledOf[operatorId];
        require(figures.cumulativeShares > pulled, NothingToPull());
        _count();
        shares = figures.cumulativeShares - pulled;
        uint128 left = _owed.operators;
        require(shares <= left, OperatorsPartExceeded(shares, left));
        pulledOf[operatorId] = figures.cumulativeShares;
        // not above what is left, which fits
        _owed.operators = left - uint128(shares);
        if (operatorId == FORFEITED) {
            emit ForfeitedBurnt(shares);
            ledger.burnShares(shares);
        } else {
            address to = operatorRegistry.operator(operatorId).rewardAddress;
            emit Pulled(operatorId, to, shares);
            ledger.transferShares(to, shares);
        }
    }

    /// @inheritdoc IRewardDistributor
    function pullTreasury() external returns (uint256 shares) {
        _count();
        shares = _owed.treasury;
        _owed.treasury = 0;
        emit TreasuryPulled(treasury, shares);
        _send(treasury, shares);
    }

    /// @inheritdoc IRewardDistributor
    function pullReserve() external returns (uint256 shares) {
        _count();
        shares = _owed.reserve;
        _owed.reserve = 0;
        emit ReservePulled(address(insuranceReserve), shares);
        _send(address(insuranceReserve), shares);
    }

    /// @inheritdoc IRewardDistributor
    function pullKeepers() external returns (uint256 shares) {
        _count();
        shares = _owed.keepers;
        _owed.keepers = 0;
        emit KeepersPulled(address(keeperBudget), shares);
        _send(address(keeperBudget), shares);
    }

    /* GOVERNANCE */

    /// @inheritdoc IRewardDistributor
    function setParts(Parts calldata parts_) external onlyRole(Roles.PARAMETER_MANAGER) {
        _count();
        Parts memory old = _parts;
        _move("treasury", old.treasuryBp, parts_.treasuryBp, MAX_STEP_BP);
        _move("reserve", old.reserveBp, parts_.reserveBp, MAX_STEP_BP);
        _move("keepers", old.keepersBp, parts_.keepersBp, MAX_STEP_BP);
        _setParts(parts_);
    }

    /// @inheritdoc IRewardDistributor
    function setTreasury(address treasury_) external onlyRole(Roles.PARAMETER_MANAGER) {
        require(treasury_ != address(0), ZeroAddress());
        // its own shares would count as fresh ones for ever
        require(treasury_ != address(this), NotATreasury(treasury_));
        emit TreasurySet(treasury, treasury_);
        treasury = treasury_;
    }

    /* VIEWS */

    /// @inheritdoc IRewardDistributor
    function requireUnderRoot(OperatorFigures calldata figures, bytes32[] calldata proof) public view {
        require(figures.isUnder(proof, root), NotUnderRoot(figures.operatorId, figures.cumulativeShares));
    }

    /// @inheritdoc IRewardDistributor
    function parts() external view returns (Parts memory) {
        return _parts;
    }

    /// @inheritdoc IRewardDistributor
    function owed() external view returns (Split memory s) {
        s = _owed;
        _add(s, _split(_fresh(s)));
    }

    /* INTERNAL */

    /// @dev Splits what has come since the last count, at the parts in force.
    function _count() private {
        Split memory s = _owed;
        uint256 fresh = _fresh(s);
        if (fresh == 0) return;
        Split memory more = _split(fresh);
        _add(s, more);
        _owed = s;
        emit FeesSplit(fresh, more.treasury, more.reserve, more.keepers, more.operators);
    }

    function _fresh(Split memory s) private view returns (uint256) {
        return ledger.sharesOf(address(this)) - (uint256(s.treasury) + s.reserve + s.keepers) - s.operators;
    }

    /// @dev Each part is rounded down, and operators have the rest.
    function _split(uint256 shares) private view returns (Split memory s) {
        Parts memory p = _parts;
        s.treasury = ((shares * p.treasuryBp) / BP).toUint128();
        s.reserve = ((shares * p.reserveBp) / BP).toUint128();
        s.keepers = ((shares * p.keepersBp) / BP).toUint128();
        s.operators = (shares - s.treasury - s.reserve - s.keepers).toUint128();
    }

    function _add(Split memory s, Split memory more) private pure {
        s.treasury += more.treasury;
        s.reserve += more.reserve;
        s.keepers += more.keepers;
        s.operators += more.operators;
    }

    function _send(address to, uint256 shares) private {
        require(shares > 0, NothingToPull());
        ledger.transferShares(to, shares);
    }

    function _setParts(Parts memory p) private {
        require(p.treasuryBp <= MAX_TREASURY_BP, PartOutOfBounds("treasury", p.treasuryBp, MAX_TREASURY_BP));
        require(p.reserveBp <= MAX_RESERVE_BP, PartOutOfBounds("reserve", p.reserveBp, MAX_RESERVE_BP));
        require(p.keepersBp <= MAX_KEEPERS_BP, PartOutOfBounds("keepers", p.keepersBp, MAX_KEEPERS_BP));
        uint256 sum = uint256(p.treasuryBp) + p.reserveBp + p.keepersBp;
        require(sum <= MAX_SUM_BP, PartOutOfBounds("sum", sum, MAX_SUM_BP));
        emit PartsSet(_parts, p);
        _parts = p;
    }
}
