// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {OperatorLeaf} from "../libraries/OperatorLeaf.sol";
import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title RewardDistributor
/// @notice Holds fee shares until they are pulled.
/// TRUST: the committee says, by the root of a report, how operators share their part; it can not touch the treasury's.
/// What it says was forfeited is burnt, never sent.
/// INVARIANTS: none by name: what was pulled never exceeds what came.
/// ASSUMPTIONS: shares that others send here are fee shares like those of reports.
contract RewardDistributor is IRewardDistributor, Guarded {
    using OperatorLeaf for OperatorFigures;

    uint256 private constant BP = 10_000;
    /// @dev No operator has this id: under it stands what they forfeited.
    uint256 private constant FORFEITED = 0;
    /// @notice Most that the treasury's part may be, in 1/10,000.
    uint256 public constant MAX_TREASURY_BP = 5_000;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;

    /* STORAGE */

    /// @inheritdoc IRewardDistributor
    bytes32 public root;
    /// @notice Shares that an operator has pulled, in all; under 0 those that were burnt.
    mapping(uint256 operatorId => uint256) public pulledOf;
    /// @notice Where the treasury's part goes.
    address public treasury;
    /// @notice The treasury's part, in 1/10,000.
    uint256 public treasuryBp;
    /// @notice Shares owed to the treasury, counted up to the last `_count`.
    uint256 public treasuryOwed;
    /// @notice Shares left to operators, counted up to the last `_count`.
    uint256 public operatorsLeft;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IOperatorRegistry operators,
        address treasury_,
        uint256 treasuryBp_
    ) Guarded(authority_) {
        require(
            address(ledger_) != address(0) && address(operators) != address(0) && treasury_ != address(0),
            ZeroAddress()
        );
        require(treasuryBp_ <= MAX_TREASURY_BP, PartOutOfBounds(treasuryBp_, MAX_TREASURY_BP));
        ledger = ledger_;
        operatorRegistry = operators;
        treasury = treasury_;
        treasuryBp = treasuryBp_;
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
        require(shares <= operatorsLeft, OperatorsPartExceeded(shares, operatorsLeft));
        pulledOf[operatorId] = figures.cumulativeShares;
        operatorsLeft -= shares;
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
        shares = treasuryOwed;
        require(shares > 0, NothingToPull());
        treasuryOwed = 0;
        emit TreasuryPulled(treasury, shares);
        ledger.transferShares(treasury, shares);
    }

    /* GOVERNANCE */

    /// @inheritdoc IRewardDistributor
    function setTreasuryPart(uint256 bp) external onlyRole(Roles.PARAMETER_MANAGER) {
        require(bp <= MAX_TREASURY_BP, PartOutOfBounds(bp, MAX_TREASURY_BP));
        _count();
        emit TreasuryPartSet(treasuryBp, bp);
        treasuryBp = bp;
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

    /* INTERNAL */

    /// @dev Splits what has come since the last count, at the part in force.
    function _count() private {
        uint256 fresh = ledger.sharesOf(address(this)) - treasuryOwed - operatorsLeft;
        if (fresh == 0) return;
        uint256 toTreasury = (fresh * treasuryBp) / BP;
        treasuryOwed += toTreasury;
        operatorsLeft += fresh - toTreasury;
    }
}
