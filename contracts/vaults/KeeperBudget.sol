// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IKeeperBudget} from "../interfaces/IKeeperBudget.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {JOB_REFUND} from "../types/KeeperJob.sol";

/// @title KeeperBudget
/// @notice Pays, in shares, for calls that anyone may make for all, and gives back the fees of requests that made a
/// validator exit.
/// TRUST: `BUDGET_SPENDER` says whom to pay how much for which job; it can give away what the jobs' budgets of a frame, and
/// the refunds' bound of a day, allow, no more. `PARAMETER_MANAGER` raises these a step in a period, and lowers them at
/// will.
/// INVARIANTS: PAY-1: no frame pays a job more than its budget; PAY-2: one job leaves the others their budgets, or their
/// parts of what there was where that is less; PAY-3: what is paid is what it was taken from, no more.
/// ASSUMPTIONS: whoever fills it gives its shares away. Where it is empty nothing is paid, and nothing is stopped.
contract KeeperBudget is IKeeperBudget, Guarded, SteppedParameters {
    using SafeCast for uint256;

    /// @notice Most that a day may give back, in wei.
    uint256 public constant MAX_PER_DAY = 10 ether;
    /// @notice Most by which the bound of a call, and that of a day, rises at once, in wei: absolute, as both may be 0.
    uint256 public constant MAX_STEP = 1 ether;
    /// @notice Most that a job may be paid in a frame, in wei.
    uint256 public constant MAX_PER_FRAME = 2 ether;
    /// @notice Most by which a job's budget rises at once, in wei: absolute, as a budget begins with 0.
    uint256 public constant MAX_FRAME_STEP = 0.2 ether;

    /// @dev What a job may be paid in a frame, and was paid in its last one: in wei, at most `MAX_PER_DAY`, and in shares.
    // 9 + 9 + 10 + 4 = 32 bytes
    struct Budget {
        uint72 perFrame;
        uint72 spent;
        uint80 spentShares;
        uint32 frame;
    }

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    uint256 private immutable _genesisTime;
    uint256 private immutable _frameSeconds;

    /* STORAGE */

    // one slot: 9 + 9 + 9 + 4 = 31 bytes; all amounts are at most `MAX_PER_DAY`
    uint72 private _perCall;
    uint72 private _perDay;
    uint72 private _spent;
    uint32 private _day;
    // one slot: 12 + 16 + 4 = 32 bytes; shares held when the frame's first payment came
    uint96 private _total;
    uint128 private _heldAtFirst;
    uint32 private _frame;
    mapping(bytes32 job => Budget) private _budgets;

    /* CONSTRUCTOR */

    /// @notice Budgets of jobs may begin at `MAX_PER_FRAME`: the step is for later.
    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        uint256 perCall,
        uint256 perDay,
        JobBudget[] memory budgets
    ) Guarded(authority_) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
        IStakedEther.Parameters memory p = ledger_.parameters();
        _genesisTime = p.genesisTime;
        _frameSeconds = p.frameSeconds;
        _setBounds(perCall, perDay);
        for (uint256 i = 0; i < budgets.length; ++i) {
            _requireJob(budgets[i].job);
            _setBudget(budgets[i].job, budgets[i].perFrame);
        }
    }

    /* BRAINS */

    /// @inheritdoc IKeeperBudget
    function pay(
        bytes32 job,
        address to,
        uint256 amount
    ) external onlyRole(Roles.BUDGET_SPENDER) returns (uint256 shares) {
        _requireJob(job);
        uint256 value;
        (shares, value) = _take(job, amount);
        if (shares == 0) return 0;
        emit KeeperPaid(job, to, msg.sender, shares, value, amount);
        ledger.transferShares(to, shares);
    }

    /// @inheritdoc IKeeperBudget
    function refund(
        address to,
        uint256 amount
    ) external onlyRole(Roles.BUDGET_SPENDER) returns (uint256 shares) {
        uint256 left = leftToday();
        uint256 value;
        (shares, value) = _take(JOB_REFUND, Math.min(Math.min(amount, _perCall), left));
        if (shares == 0) return 0;
        // within the bound of the day
        _spent = uint72(_perDay - left + value);
        _day = _today();
        emit Refunded(msg.sender, to, shares, value, amount);
        ledger.transferShares(to, shares);
    }

    /* GOVERNANCE */

    /// @inheritdoc IKeeperBudget
    function setBounds(uint256 perCall, uint256 perDay) external onlyRole(Roles.PARAMETER_MANAGER) {
        _raise("perCall", _perCall, perCall, MAX_STEP);
        _raise("perDay", _perDay, perDay, MAX_STEP);
        _setBounds(perCall, perDay);
    }

    /// @inheritdoc IKeeperBudget
    function setJobBudget(bytes32 job, uint256 perFrame) external onlyRole(Roles.PARAMETER_MANAGER) {
        _requireJob(job);
        _raise(job, _budgets[job].perFrame, perFrame, MAX_FRAME_STEP);
        _setBudget(job, perFrame);
    }

    /* VIEWS */

    /// @inheritdoc IKeeperBudget
    function bounds() external view returns (uint256 perCall, uint256 perDay) {
        return (_perCall, _perDay);
    }

    /// @inheritdoc IKeeperBudget
    function leftToday() public view returns (uint256) {
        if (_day != _today()) return _perDay;
        return _perDay > _spent ? _perDay - _spent : 0;
    }

    /// @inheritdoc IKeeperBudget
    function jobBudget(bytes32 job) external view returns (uint256 perFrame, uint256 left) {
        return (_budgets[job].perFrame, _leftOf(job, ledger.sharesOf(address(this)), _currentFrame()));
    }

    /* INTERNAL */

    /// @dev Takes what may be paid of `amount` wei from a job's budget; the caller sends it.
    function _take(bytes32 job, uint256 amount) private returns (uint256 shares, uint256 value) {
        uint256 held = ledger.sharesOf(address(this));
        uint32 frame = _currentFrame();
        value = Math.min(amount, _leftOf(job, held, frame));
        shares = Math.min(ledger.getSharesByPooledEth(value), held);
        if (shares == 0) return (0, 0);
        value = ledger.getPooledEthByShares(shares);
        if (_frame != frame) {
            _frame = frame;
            // shares fit 88 bits
            _heldAtFirst = uint128(held);
        }
        Budget memory b = _budgets[job];
        if (b.frame != frame) (b.spent, b.spentShares, b.frame) = (0, 0, frame);
        // within the budget
        b.spent += uint72(value);
        b.spentShares += shares.toUint80();
        _budgets[job] = b;
    }

    /// @dev A job's budget, or its part of what was held before the frame's first payment where that is less than all
    /// budgets; less what it was paid since.
    function _leftOf(bytes32 job, uint256 held, uint256 frame) private view returns (uint256) {
        Budget memory b = _budgets[job];
        if (b.perFrame == 0) return 0;
        if (_frame == frame) held = _heldAtFirst;
        // 128 and 96 bits; the total has this budget in it
        uint256 part = (held * b.perFrame) / _total;
        if (b.frame != frame) (b.spent, b.spentShares) = (0, 0);
        if (b.spent >= b.perFrame || b.spentShares >= part) return 0;
        // the rate may have moved since the first payment: what was its part then, is in shares
        return Math.min(b.perFrame - b.spent, ledger.getPooledEthByShares(part - b.spentShares));
    }

    function _currentFrame() private view returns (uint32) {
        return uint32((block.timestamp - _genesisTime) / _frameSeconds);
    }

    /// @dev Days since 1970: 32 bits are ten million years.
    function _today() private view returns (uint32) {
        return uint32(block.timestamp / 1 days);
    }

    /// @dev The refunds' budget is the bound of their day.
    function _requireJob(bytes32 job) private pure {
        require(job != bytes32(0) && job != JOB_REFUND, NotAJob(job));
    }

    function _setBounds(uint256 perCall, uint256 perDay) private {
        require(perCall <= perDay && perDay <= MAX_PER_DAY, BoundsOutOfBounds(perCall, perDay, MAX_PER_DAY));
        // just bounded
        _perCall = uint72(perCall);
        _perDay = uint72(perDay);
        emit BoundsSet(perCall, perDay);
        _write(JOB_REFUND, perDay);
    }

    function _setBudget(bytes32 job, uint256 perFrame) private {
        require(perFrame <= MAX_PER_FRAME, BudgetOutOfBounds(job, perFrame, MAX_PER_FRAME));
        emit JobBudgetSet(job, _budgets[job].perFrame, perFrame);
        _write(job, perFrame);
    }

    /// @dev Bounded by its callers. No more jobs than 2^32 are ever named.
    function _write(bytes32 job, uint256 perFrame) private {
        _total = uint96(_total + perFrame - _budgets[job].perFrame);
        _budgets[job].perFrame = uint72(perFrame);
    }
}
