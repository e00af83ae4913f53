// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAccounting} from "../interfaces/IAccounting.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Report} from "../types/Report.sol";
import {ReportLimits} from "./ReportLimits.sol";

/// @title Accounting
/// @notice A report, turned into a gain or a loss, fee shares, collected ether and finalised requests.
/// It keeps nothing that a successor needs: the books are the ledger's.
/// TRUST: `REPORTER` hands in reports; `PARAMETER_MANAGER` sets the fee.
/// INVARIANTS: POOL-1, ORA-2.
/// ASSUMPTIONS: the figures are cumulative and of one moment, the reference slot; deposits made later are none of them.
contract Accounting is IAccounting, ReportLimits {
    uint256 private constant GWEI = 1e9;
    /// @notice Most that the fee may be, in 1/10,000 of rewards; less where the ledger says so.
    uint256 public constant MAX_FEE_BP = 2_000;
    /// @notice Most that the fee may move at once, in 1/10,000.
    uint256 public constant MAX_FEE_STEP_BP = 250;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Where withdrawals from the beacon chain arrive.
    IEtherVault public immutable withdrawalVault;
    /// @notice Where priority fees and MEV arrive.
    IEtherVault public immutable rewardsVault;
    /// @notice The way out.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Who gets fee shares.
    IRewardDistributor public immutable rewardDistributor;
    /// @notice Ether below which a vault is left alone while the buffer serves the queue, in wei.
    uint256 public immutable minCollect;
    uint256 private immutable _frameSeconds;
    uint256 private immutable _maxGainBpPerYear;
    /// @dev The least of `MAX_FEE_BP` and the ledger's bound, above which it refuses every gain.
    uint256 private immutable _maxFeeBp;

    /* STORAGE */

    // 2 bytes, in one slot with the limits of reports
    uint16 private _feeBp;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IEtherVault withdrawals,
        IEtherVault rewards,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        uint256 feeBp_,
        uint256 minCollect_,
        Limits memory limits_
    ) Guarded(authority_) ReportLimits(limits_) {
        IStakedEther.Parameters memory p = ledger_.parameters();
        uint256 most = p.maxFeeBp < MAX_FEE_BP ? p.maxFeeBp : MAX_FEE_BP;
        require(feeBp_ <= most, FeeOutOfBounds(feeBp_, most, most));
        ledger = ledger_;
        withdrawalVault = withdrawals;
        rewardsVault = rewards;
        withdrawalQueue = queue;
        rewardDistributor = distributor;
        // bounded above
        _feeBp = uint16(feeBp_);
        minCollect = minCollect_;
        _maxFeeBp = most;
        _frameSeconds = p.frameSeconds;
        _maxGainBpPerYear = p.maxGainBpPerYear;
        emit FeeSet(0, feeBp_);
    }

    /* REPORTS */

    /// @inheritdoc IAccounting
    function book(Report calldata report, uint256 frame, uint256 refTime) external onlyRole(Roles.REPORTER) {
        IStakedEther.Books memory books = ledger.booksAt(frame);
        require(frame > books.frame, FrameNotLater(frame, books.frame));
        int256 profit = int256(
            report.beaconBalanceGwei * GWEI + report.withdrawalsReceived + report.rewardsReceived
        ) - int256(books.depositedGwei * GWEI);
        int256 change = profit - books.profit;
        int256 bounded = _bound(_figures(report, books, frame, change));
        // the ledger refuses what is above its own bound: wide limits must not let a gift stop the pool
        int256 most = int256(
            (books.pooledEther * _maxGainBpPerYear * (frame - books.frame) * _frameSeconds) / (BP * YEAR)
        );
        if (bounded > most) bounded = most;
        uint256 fee = _fee(books, bounded);

        ledger.bookReport(
            IStakedEther.Booking({
                frame: SafeCast.toUint32(frame),
                refSlot: report.refSlot,
                beaconBalanceGwei: report.beaconBalanceGwei,
                change: bounded,
                fee: fee,
                feeReceiver: address(rewardDistributor)
            })
        );
        if (report.rewardsRoot != bytes32(0)) rewardDistributor.setRoot(report.rewardsRoot);
        _collect(report, books);
        withdrawalQueue.finalize(report.lastTicketId, refTime);
    }

    /* GOVERNANCE */

    /// @inheritdoc IAccounting
    function setFee(uint256 newFeeBp) external onlyRole(Roles.PARAMETER_MANAGER) {
        uint256 old = _feeBp;
        uint256 step = newFeeBp > old ? newFeeBp - old : old - newFeeBp;
        require(
            newFeeBp <= _maxFeeBp && step <= MAX_FEE_STEP_BP,
            FeeOutOfBounds(newFeeBp, _maxFeeBp, MAX_FEE_STEP_BP)
        );
        _feeBp = uint16(newFeeBp);
        emit FeeSet(old, newFeeBp);
    }

    /* VIEWS */

    /// @inheritdoc IAccounting
    function feeBp() external view returns (uint256) {
        return _feeBp;
    }

    /* INTERNAL */

    function _figures(
        Report calldata report,
        IStakedEther.Books memory books,
        uint256 frame,
        int256 change
    ) private view returns (Figures memory) {
        return
            Figures({
                change: change,
                pooledEther: books.pooledEther,
                frames: frame - books.frame,
                frameSeconds: _frameSeconds,
                withdrawalsReceived: report.withdrawalsReceived,
                withdrawalsHeld: address(withdrawalVault).balance + books.sweptWithdrawals,
                rewardsReceived: report.rewardsReceived,
                rewardsHeld: address(rewardsVault).balance + books.sweptRewards
            });
    }

    /// @dev Due on what lifts the profit above where it ever was: a loss is made good before a fee is taken.
    function _fee(IStakedEther.Books memory books, int256 change) private view returns (uint256) {
        if (change <= 0) return 0;
        int256 above = books.profit + change - books.highWater;
        if (above <= 0) return 0;
        uint256 due = above < change ? uint256(above) : uint256(change);
        return (due * _feeBp) / BP;
    }

    /// @dev Brings in what the report told of and the ledger does not hold yet: all of it when the queue asks for more
    /// than the buffer, else only where it is worth the call.
    function _collect(Report calldata report, IStakedEther.Books memory books) private {
        uint256 withdrawals = _above(report.withdrawalsReceived, books.sweptWithdrawals);
        uint256 rewards = _above(report.rewardsReceived, books.sweptRewards);
        if (withdrawals + rewards == 0) return;
        if (ledger.balanceOf(address(withdrawalQueue)) <= address(ledger).balance) {
            if (withdrawals < minCollect) withdrawals = 0;
            if (rewards < minCollect) rewards = 0;
        }
        if (withdrawals + rewards > 0) ledger.collect(withdrawals, rewards);
    }

    function _above(uint256 told, uint256 swept) private pure returns (uint256) {
        return told > swept ? told - swept : 0;
    }
}
