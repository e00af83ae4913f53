// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Roles} from "../access/Roles.sol";
import {IAccounting} from "../interfaces/IAccounting.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IInsuranceReserve} from "../interfaces/IInsuranceReserve.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Report} from "../types/Report.sol";
import {ReportLimits} from "./ReportLimits.sol";

/// @title Accounting
/// @notice Mixin of the report oracle: a report, turned into a gain or a loss, fee shares, collected ether and finalised
/// requests. It keeps nothing that a successor needs: the books are the ledger's.
/// TRUST: `PARAMETER_MANAGER` moves the fee, a step in a period.
/// INVARIANTS: POOL-1, ORA-2.
/// ASSUMPTIONS: the figures are cumulative and of one moment, the reference slot; deposits made later are none of them.
abstract contract Accounting is IAccounting, ReportLimits {
    /// @notice Most that the fee may be, in 1/10,000 of rewards; less where the ledger says so.
    uint256 public constant MAX_FEE_BP = 2_000;
    /// @notice Most that the fee moves at once, in 1/10,000: an absolute step, as it may be 0.
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
    /// @notice What covers losses that bonds do not.
    IInsuranceReserve public immutable insuranceReserve;
    /// @notice Ether below which a vault is left alone while the buffer serves the queue, in wei.
    uint256 public immutable minCollect;
    uint256 internal immutable _frameSeconds;
    uint256 private immutable _maxGainBpPerYear;
    /// @dev The least of `MAX_FEE_BP` and the ledger's bound, above which it refuses every gain.
    uint256 private immutable _maxFeeBp;

    /* STORAGE */

    // 2 bytes, in one slot with the limits of reports
    uint16 private _feeBp;

    /* CONSTRUCTOR */

    constructor(
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        AccountingParameters memory given,
        Limits memory limits_
    ) ReportLimits(limits_) {
        IStakedEther.Parameters memory p = ledger_.parameters();
        uint256 most = p.maxFeeBp < MAX_FEE_BP ? p.maxFeeBp : MAX_FEE_BP;
        require(given.feeBp <= most, FeeOutOfBounds(given.feeBp, most));
        ledger = ledger_;
        withdrawalVault = ledger_.withdrawalVault();
        rewardsVault = ledger_.rewardsVault();
        withdrawalQueue = queue;
        rewardDistributor = distributor;
        insuranceReserve = distributor.insuranceReserve();
        // bounded above
        _feeBp = uint16(given.feeBp);
        minCollect = given.minCollect;
        _maxFeeBp = most;
        _frameSeconds = p.frameSeconds;
        _maxGainBpPerYear = p.maxGainBpPerYear;
        emit FeeSet(0, given.feeBp);
    }

    /* ANYONE */

    /// @inheritdoc IAccounting
    function collect() external returns (uint256 amount) {
        uint256 withdrawals = address(withdrawalVault).balance;
        uint256 rewards = address(rewardsVault).balance;
        amount = withdrawals + rewards;
        if (amount > 0) ledger.collect(withdrawals, rewards);
    }

    /* GOVERNANCE */

    /// @inheritdoc IAccounting
    function setFee(uint256 newFeeBp) external onlyRole(Roles.PARAMETER_MANAGER) {
        uint256 old = _feeBp;
        require(newFeeBp <= _maxFeeBp, FeeOutOfBounds(newFeeBp, _maxFeeBp));
        _move("feeBp", old, newFeeBp, MAX_FEE_STEP_BP);
        _feeBp = uint16(newFeeBp);
        emit FeeSet(old, newFeeBp);
    }

    /* VIEWS */

    /// @inheritdoc IAccounting
    function feeBp() external view returns (uint256) {
        return _feeBp;
    }

    /* INTERNAL */

    function _booksBefore(uint256 frame) internal view returns (IStakedEther.Books memory books) {
        books = ledger.booksAt(frame);
        require(frame > books.frame, FrameNotLater(frame, books.frame));
    }

    /// @dev As `_booksBefore`, with a sum of deposits that was kept: the ledger's history does not reach back for ever.
    function _booksWith(
        uint256 frame,
        uint256 depositedGwei
    ) internal view returns (IStakedEther.Books memory books) {
        books = ledger.booksAt(0);
        require(frame > books.frame, FrameNotLater(frame, books.frame));
        books.depositedGwei = depositedGwei;
    }

    /// @dev What a report comes to, against the books as of its frame boundary.
    function _figures(
        Report memory report,
        IStakedEther.Books memory books,
        uint256 frame
    ) internal view returns (Figures memory) {
        int256 profit = int256(
            report.beaconBalanceGwei * GWEI + report.withdrawalsReceived + report.rewardsReceived
        ) - int256(books.depositedGwei * GWEI);
        return
            Figures({
                change: profit - books.profit,
                pooledEther: books.pooledEther,
                frames: frame - books.frame,
                withdrawalsReceived: report.withdrawalsReceived,
                withdrawalsHeld: address(withdrawalVault).balance + books.sweptWithdrawals,
                rewardsReceived: report.rewardsReceived,
                rewardsHeld: address(rewardsVault).balance + books.sweptRewards,
                appeared: report.appeared,
                exited: report.exited
            });
    }

    /// @dev Books a report whose loss, if it has one, is to be believed.
    function _apply(
        Report memory report,
        IStakedEther.Books memory books,
        Figures memory f,
        uint256 frame,
        uint256 refTime
    ) internal {
        int256 change = _capped(f, _frameSeconds);
        // the ledger refuses what is above its own bound: wide limits must not let a gift stop the pool
        int256 most = int256((f.pooledEther * _maxGainBpPerYear * f.frames * _frameSeconds) / (BP * YEAR));
        if (change > most) change = most;
        _remember(f);
        (uint256 withdrawals, uint256 rewards) = _toCollect(report, books);
        // what the reserve burns drips, and the loss takes from the drip before it moves the rate
        if (change < 0) _cover(uint256(-change));

        ledger.bookReport(
            IStakedEther.Booking({
                frame: SafeCast.toUint32(frame),
                refSlot: report.refSlot,
                beaconBalanceGwei: report.beaconBalanceGwei,
                // sums of the ledger have 64 bits
                depositedGwei: uint64(books.depositedGwei),
                change: change,
                fee: _fee(books, change),
                feeReceiver: address(rewardDistributor),
                fromWithdrawals: withdrawals,
                fromRewards: rewards
            })
        );
        if (report.rewardsRoot != bytes32(0)) rewardDistributor.setRoot(report.rewardsRoot);
        withdrawalQueue.finalize(report.lastTicketId, refTime);
    }

    /// @dev With all that is the reserve's by now.
    function _cover(uint256 loss) private {
        if (rewardDistributor.owed().reserve > 0) rewardDistributor.pullReserve();
        insuranceReserve.coverLoss(loss);
    }

    /// @dev Due on what lifts the profit above where it ever was: a loss is made good before a fee is taken.
    function _fee(IStakedEther.Books memory books, int256 change) private view returns (uint256) {
        if (change <= 0) return 0;
        int256 above = books.profit + change - books.highWater;
        if (above <= 0) return 0;
        uint256 due = above < change ? uint256(above) : uint256(change);
        return (due * _feeBp) / BP;
    }

    /// @dev What the report told of and the ledger does not hold yet: all of it when the queue asks for more than the
    /// buffer, else only where it is worth the call.
    function _toCollect(
        Report memory report,
        IStakedEther.Books memory books
    ) private view returns (uint256 withdrawals, uint256 rewards) {
        withdrawals = _above(report.withdrawalsReceived, books.sweptWithdrawals);
        rewards = _above(report.rewardsReceived, books.sweptRewards);
        if (withdrawals + rewards == 0) return (0, 0);
        if (ledger.balanceOf(address(withdrawalQueue)) <= address(ledger).balance) {
            if (withdrawals < minCollect) withdrawals = 0;
            if (rewards < minCollect) rewards = 0;
        }
    }

    function _above(uint256 told, uint256 swept) private pure returns (uint256) {
        return told > swept ? told - swept : 0;
    }
}
