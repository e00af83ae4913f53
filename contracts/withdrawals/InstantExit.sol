// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IInstantExit} from "../interfaces/IInstantExit.sol";
import {IShareLedger} from "../interfaces/IShareLedger.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";

/// @title InstantExit
/// @notice Ether at once for shares, from the free buffer, for a fee that stays with the holders.
/// TRUST: nobody can say who gets ether, or stop it, but `PARAMETER_MANAGER`, by an empty bucket; the fee stays within the
/// bounds below, and moves a step in a period. Its role in the ledger is for ever, like the queue's.
/// INVARIANTS: ECO-1, POOL-2 (ether leaves for burnt shares of the caller alone).
/// ASSUMPTIONS: the base fee is more than what a frame and a half may lose without a proof of it: a pool that is offline
/// loses 0.01 %, and the initial penalty is 1/4096 of what is slashed.
contract InstantExit is IInstantExit, Guarded, SteppedParameters {
    uint256 private constant BP = 10_000;
    /// @notice Most that the bucket may be, in 1/10,000 of pooled ether.
    uint256 public constant MAX_BUCKET_BP = 500;
    /// @notice Most by which the bucket grows at once, in 1/10,000 of pooled ether: absolute, as it may be 0. It shrinks at
    /// will: that holds nobody back from the queue.
    uint256 public constant MAX_BUCKET_STEP_BP = 100;
    /// @notice Least base fee, in 1/10,000.
    uint256 public constant MIN_BASE_FEE_BP = 10;
    /// @notice Most that the base fee may be, in 1/10,000.
    uint256 public constant MAX_BASE_FEE_BP = 200;
    /// @notice Most by which the base fee moves at once, in 1/10,000.
    uint256 public constant MAX_BASE_FEE_STEP_BP = 50;
    /// @notice Most that the slope may be, in 1/10,000.
    uint256 public constant MAX_SLOPE_BP = 1_000;
    /// @notice Most by which the slope moves at once, in 1/10,000.
    uint256 public constant MAX_SLOPE_STEP_BP = 250;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice The pool's token with a fixed balance.
    IWrappedStakedEther public immutable wrapper;
    /// @notice Whose tickets come first.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @dev A frame, in seconds.
    uint256 private immutable _frameSeconds;

    /* STORAGE */

    // one slot: 16 + 8 + 2 + 2 + 2 = 30 bytes; ether fits 87 bits
    uint128 private _used;
    uint64 private _usedAt;
    uint16 private _bucketBp;
    uint16 private _baseFeeBp;
    uint16 private _slopeBp;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        IWithdrawalQueue queue,
        Parameters memory first
    ) Guarded(authority_) {
        require(
            address(ledger_) != address(0) && address(wrapper_) != address(0) && address(queue) != address(0),
            ZeroAddress()
        );
        ledger = ledger_;
        wrapper = wrapper_;
        withdrawalQueue = queue;
        _frameSeconds = ledger_.parameters().frameSeconds;
        _setParameters(first);
    }

    /* HOLDERS */

    /// @inheritdoc IInstantExit
    function exit(uint256 amount, uint256 minEther, address recipient) external returns (uint256 paid) {
        paid = _exitWith(amount, minEther, recipient);
    }

    /// @inheritdoc IInstantExit
    function exitWithPermit(
        uint256 amount,
        uint256 minEther,
        address recipient,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 paid) {
        _permit(ledger, amount, deadline, signature);
        paid = _exitWith(amount, minEther, recipient);
    }

    /// @inheritdoc IInstantExit
    function exitWrapped(
        uint256 shares,
        uint256 minEther,
        address recipient
    ) external returns (uint256 paid) {
        paid = _exitWrapped(shares, minEther, recipient);
    }

    /// @inheritdoc IInstantExit
    function exitWrappedWithPermit(
        uint256 shares,
        uint256 minEther,
        address recipient,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 paid) {
        _permit(IShareLedger(address(wrapper)), shares, deadline, signature);
        paid = _exitWrapped(shares, minEther, recipient);
    }

    /// @notice Takes the ether of burnt shares from the ledger.
    receive() external payable {
        require(msg.sender == address(ledger), NotTheLedger(msg.sender));
    }

    /* GOVERNANCE */

    /// @inheritdoc IInstantExit
    function setParameters(Parameters calldata p) external onlyRole(Roles.PARAMETER_MANAGER) {
        _raise("bucketBp", _bucketBp, p.bucketBp, MAX_BUCKET_STEP_BP);
        _move("baseFeeBp", _baseFeeBp, p.baseFeeBp, MAX_BASE_FEE_STEP_BP);
        _move("slopeBp", _slopeBp, p.slopeBp, MAX_SLOPE_STEP_BP);
        // what has emptied by now did so at the pace of before
        (uint256 used, ) = bucket();
        // of a smaller bucket no more is full than was of the larger one, so that it is empty in a frame
        if (p.bucketBp < _bucketBp) used = (used * p.bucketBp) / _bucketBp;
        _fill(used);
        _setParameters(p);
    }

    /* VIEWS */

    /// @inheritdoc IInstantExit
    function parameters() public view returns (Parameters memory) {
        return Parameters({bucketBp: _bucketBp, baseFeeBp: _baseFeeBp, slopeBp: _slopeBp});
    }

    /// @inheritdoc IInstantExit
    function requireOpen() public view {
        require(!withdrawalQueue.isSuspended(), ReportParked());
        uint256 until = PausableUntil(address(withdrawalQueue)).pausedUntil();
        require(block.timestamp >= until, FinalisationsPaused(until));
        // a report that is booked late is as old as what it tells
        uint256 refTime = ledger.frameTime(ledger.lastReportFrame());
        uint256 oldest = block.timestamp - (_frameSeconds * 3) / 2;
        require(refTime >= oldest, ReportTooOld(refTime, oldest));
        // as long as the loss is not booked, and not for three frames alone: tickets are the way that nobody may block
        (uint256 heldAt, ) = withdrawalQueue.heldUntil();
        require(heldAt < refTime, ExitsHeld(heldAt, refTime));
    }

    /// @inheritdoc IInstantExit
    function preview(uint256 shares) external view returns (uint256 paid, uint256 feeShares) {
        requireOpen();
        uint256 value;
        (value, feeShares, ) = _quote(shares);
        paid = ledger.getPooledEthByShares(shares - feeShares);
        require(paid > 0, ExitTooSmall(value));
    }

    /// @inheritdoc IInstantExit
    function bucket() public view returns (uint256 used, uint256 capacity) {
        capacity = (ledger.getTotalPooledEther() * _bucketBp) / BP;
        used = Math.saturatingSub(_used, (capacity * (block.timestamp - _usedAt)) / _frameSeconds);
    }

    /// @inheritdoc IInstantExit
    function freeBuffer() public view returns (uint256) {
        // the queue holds the shares of all unfinalised requests, and nothing else
        return Math.saturatingSub(address(ledger).balance, ledger.balanceOf(address(withdrawalQueue)));
    }

    /* INTERNAL */

    function _exitWith(uint256 amount, uint256 minEther, address recipient) private returns (uint256 paid) {
        uint256 shares = ledger.getSharesByPooledEth(amount);
        ledger.transferSharesFrom(msg.sender, address(this), shares);
        paid = _exit(shares, minEther, recipient);
    }

    function _exitWrapped(
        uint256 shares,
        uint256 minEther,
        address recipient
    ) private returns (uint256 paid) {
        wrapper.redeem(shares, address(this), msg.sender);
        paid = _exit(shares, minEther, recipient);
    }

    /// @dev Burns shares that were just brought in. Ledger and wrapper call nobody; the recipient is called last.
    function _exit(uint256 shares, uint256 minEther, address recipient) private returns (uint256 paid) {
        // Check
        require(
            recipient != address(0) &&
                recipient != address(this) &&
                recipient != address(ledger) &&
                recipient != address(wrapper) &&
                recipient != address(withdrawalQueue),
            WrongRecipient(recipient)
        );
        requireOpen();
        (uint256 value, uint256 feeShares, uint256 used) = _quote(shares);

        // Effect
        _fill(used + value);
        // all or nothing
        (, paid) = ledger.redeem(shares - feeShares, shares - feeShares);
        require(paid > 0, ExitTooSmall(value));
        require(paid >= minEther, EtherBelowMinimum(paid, minEther));
        // with what others may have sent here
        ledger.burnShares(ledger.sharesOf(address(this)));
        emit Exited(msg.sender, recipient, shares, value, feeShares, paid);

        // Interaction
        (bool sent, ) = recipient.call{value: paid}("");
        require(sent, EtherRefused(recipient));
    }

    /// @dev The value of `shares`, the part of them that is the fee, and what the bucket holds before.
    function _quote(uint256 shares) private view returns (uint256 value, uint256 feeShares, uint256 used) {
        uint256 capacity;
        (used, capacity) = bucket();
        value = ledger.getPooledEthByShares(shares);
        require(value > 0, ExitTooSmall(value));
        uint256 left = Math.saturatingSub(capacity, used);
        require(value <= left, BucketTooSmall(left, value));
        // the integral of base + slope · x / capacity from `used` to `used` + `value`; 87 + 87 + 10 bits and a little
        uint256 fee = Math.ceilDiv(
            value * (2 * _baseFeeBp * capacity + _slopeBp * (2 * used + value)),
            2 * BP * capacity
        );
        // never less than its part of the shares, so that no more than the rest of the value is paid
        feeShares = Math.ceilDiv(shares * fee, value);
        uint256 free = freeBuffer();
        require(value - fee <= free, FreeBufferTooSmall(free, value - fee));
    }

    function _fill(uint256 used) private {
        // at most what the pool holds; seconds
        _used = uint128(used);
        _usedAt = uint64(block.timestamp);
    }

    /// @dev A permit that was used before leaves an allowance: what follows decides.
    function _permit(IShareLedger token, uint256 amount, uint256 deadline, bytes calldata signature) private {
        // solhint-disable-next-line no-empty-blocks
        try token.permit(msg.sender, address(this), amount, deadline, signature) {} catch {}
    }

    function _setParameters(Parameters memory p) private {
        require(p.bucketBp <= MAX_BUCKET_BP, ParameterOutOfBounds("bucketBp", p.bucketBp));
        require(
            p.baseFeeBp >= MIN_BASE_FEE_BP && p.baseFeeBp <= MAX_BASE_FEE_BP,
            ParameterOutOfBounds("baseFeeBp", p.baseFeeBp)
        );
        require(p.slopeBp <= MAX_SLOPE_BP, ParameterOutOfBounds("slopeBp", p.slopeBp));
        emit ParametersSet(parameters(), p);
        (_bucketBp, _baseFeeBp, _slopeBp) = (p.bucketBp, p.baseFeeBp, p.slopeBp);
    }
}
