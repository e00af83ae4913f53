// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {DepositHistory} from "../libraries/DepositHistory.sol";
import {PoolMath, Totals} from "../libraries/PoolMath.sol";
import {ReportRing} from "../libraries/ReportRing.sol";
import {Profit} from "../types/Profit.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title PoolBooks
/// @notice Mixin of the ledger: the pool's totals and the books that outlive any brain, how a report changes them, and
/// what they say.
/// TRUST: whoever books a report, within the bounds fixed here.
/// INVARIANTS: TOK-3, POOL-1, ECO-2.
/// ASSUMPTIONS: there is never a pool without units or ether.
abstract contract PoolBooks is IStakedEther, ShareLedger {
    using DepositHistory for DepositHistory.History;
    using PoolMath for Totals;
    using SafeCast for uint256;
    using ReportRing for ReportRing.Ring;

    uint256 private constant BP = 10_000;
    uint256 private constant YEAR = 365 days;
    uint256 internal constant GWEI = 1e9;

    /* IMMUTABLES */

    uint64 private immutable _genesisTime;
    uint32 internal immutable _frameSeconds;
    uint64 internal immutable _maxDepositPerFrameGwei;
    uint32 private immutable _maxGainBpPerYear;
    uint16 private immutable _maxFeeBp;
    uint32 private immutable _maxDripBpPerYear;
    /// @dev Frame in which the ledger was made: what the ring holds of it is no report.
    uint256 private immutable _firstFrame;

    /* STORAGE */

    Totals internal _totals;
    Profit internal _profit;
    // 16 + 16 = 32 bytes
    uint128 internal _sweptWithdrawals;
    uint128 internal _sweptRewards;
    DepositHistory.History internal _deposits;
    ReportRing.Ring private _reports;

    /* CONSTRUCTOR */

    /// @notice The bounds are fixed for ever.
    /// @param seed The first stake, in wei: the token mints `seed` shares for it.
    constructor(Parameters memory p, uint256 seed) {
        require(p.genesisTime < block.timestamp, ParameterOutOfBounds("genesisTime", p.genesisTime));
        require(
            p.frameSeconds >= 96 && p.frameSeconds <= 30 days,
            ParameterOutOfBounds("frameSeconds", p.frameSeconds)
        );
        require(
            p.maxGainBpPerYear > 0 && p.maxGainBpPerYear <= 10_000 * BP,
            ParameterOutOfBounds("maxGainBpPerYear", p.maxGainBpPerYear)
        );
        require(p.maxFeeBp <= BP / 4, ParameterOutOfBounds("maxFeeBp", p.maxFeeBp));
        require(
            p.maxDripBpPerYear > 0 && p.maxDripBpPerYear <= 10_000 * BP,
            ParameterOutOfBounds("maxDripBpPerYear", p.maxDripBpPerYear)
        );

        _genesisTime = p.genesisTime;
        _frameSeconds = p.frameSeconds;
        _maxDepositPerFrameGwei = p.maxDepositPerFrameGwei;
        _maxGainBpPerYear = p.maxGainBpPerYear;
        _maxFeeBp = p.maxFeeBp;
        _maxDripBpPerYear = p.maxDripBpPerYear;

        uint256 units = seed * UNITS_PER_SHARE;
        _totals = PoolMath.pack(units, seed, false, 0, 0);
        uint256 frame = (block.timestamp - p.genesisTime) / p.frameSeconds;
        _firstFrame = frame;
        // 32 bits of frames
        _profit = _profit.asOf(uint32(frame), 0);
        _reports.prepare();
        _reports.record(frame, block.timestamp, 0, units);
    }

    /* VIEWS */

    /// @inheritdoc IStakedEther
    function getTotalPooledEther() external view returns (uint256) {
        return _totals.pooledEther(block.timestamp);
    }

    /// @inheritdoc IStakedEther
    function getTotalShares() external view returns (uint256) {
        return _totals.units() / UNITS_PER_SHARE;
    }

    /// @inheritdoc IStakedEther
    function sharesOf(address account) public view returns (uint256) {
        return _accounts[account].units() / UNITS_PER_SHARE;
    }

    /// @inheritdoc IStakedEther
    function unitsOf(address account) external view returns (uint256) {
        return _accounts[account].units();
    }

    /// @inheritdoc IStakedEther
    function totalUnits() external view returns (uint256) {
        return _totals.units();
    }

    /// @inheritdoc IStakedEther
    function getSharesByPooledEth(uint256 amount) external view returns (uint256) {
        return _totals.toUnitsDown(amount, block.timestamp) / UNITS_PER_SHARE;
    }

    /// @inheritdoc IStakedEther
    function getPooledEthByShares(uint256 shares) external view returns (uint256) {
        return _totals.toEtherDown(_unitsOfShares(shares), block.timestamp);
    }

    /// @inheritdoc IStakedEther
    function getPooledEthByUnits(uint256 units) external view returns (uint256) {
        return _totals.toEtherDown(units, block.timestamp);
    }

    /// @inheritdoc IStakedEther
    function unitsForEther(uint256 amount) external view returns (uint256 down, uint256 up) {
        Totals t = _totals;
        down = t.toUnitsDown(amount, block.timestamp);
        up = t.toUnitsUp(amount, block.timestamp);
    }

    /// @inheritdoc IStakedEther
    function buffer() external view returns (uint256) {
        return address(this).balance;
    }

    /// @inheritdoc IStakedEther
    function drip() external view returns (uint256 rateGwei, uint256 end, uint256 undripped) {
        Totals t = _totals;
        return (t.dripRate(), t.dripEnd(), t.undripped(block.timestamp));
    }

    /// @inheritdoc IStakedEther
    function booksAt(uint256 frame) external view returns (Books memory) {
        Profit profit = _profit;
        return
            Books({
                frame: uint32(profit.frame()),
                seed: uint32(profit.seed()),
                profit: profit.booked(),
                highWater: profit.highWater(),
                pooledEther: _totals.pooledEther(block.timestamp),
                depositedGwei: frame > profit.frame() ? _deposits.totalAt(frame) : 0,
                sweptWithdrawals: _sweptWithdrawals,
                sweptRewards: _sweptRewards
            });
    }

    /// @inheritdoc IStakedEther
    function surplus() public view returns (uint256) {
        int256 expected = int256(_totals.target()) -
            _profit.booked() -
            int256(_deposits.total() * GWEI) +
            int256(uint256(_sweptWithdrawals) + _sweptRewards);
        return uint256(int256(address(this).balance) - expected);
    }

    /// @inheritdoc IStakedEther
    function lastReportFrame() external view returns (uint256) {
        return _profit.frame();
    }

    /// @inheritdoc IStakedEther
    function lastReportTime() external view returns (uint256 time) {
        (time, ) = _reports.find(_profit.frame());
    }

    /// @inheritdoc IStakedEther
    function reportOf(uint256 frame) external view returns (uint256 time, uint256 depositedGwei) {
        return _reports.find(frame);
    }

    /// @inheritdoc IStakedEther
    function totalDepositedGwei() external view returns (uint256) {
        return _deposits.total();
    }

    /// @inheritdoc IStakedEther
    function reportTimes() external view returns (uint256[3] memory) {
        return _reports.lastTimes(_profit.frame(), _firstFrame);
    }

    /// @inheritdoc IStakedEther
    function frameTime(uint256 frame) public view returns (uint256) {
        return _genesisTime + frame * _frameSeconds;
    }

    /// @inheritdoc IStakedEther
    function parameters() external view returns (Parameters memory) {
        return
            Parameters({
                genesisTime: _genesisTime,
                frameSeconds: _frameSeconds,
                maxDepositPerFrameGwei: _maxDepositPerFrameGwei,
                maxGainBpPerYear: _maxGainBpPerYear,
                maxFeeBp: _maxFeeBp,
                maxDripBpPerYear: _maxDripBpPerYear
            });
    }

    /// @inheritdoc IVotes
    /// @dev Kept once per report: the shares that existed when the last report at or before `timepoint` was booked.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        uint256 time = _past(timepoint);
        (bool known, uint256 units) = _reports.lookup(_profit.frame(), time);
        require(known, PastSupplyUnknown(timepoint));
        return units / UNITS_PER_SHARE;
    }

    /* INTERNAL */

    /// @dev See `IStakedEther.bookReport`.
    function _book(Booking calldata b) internal returns (int256 booked) {
        Profit profit = _profit;
        uint256 lastFrame = profit.frame();
        require(
            b.frame > lastFrame && frameTime(b.frame) <= block.timestamp,
            FrameOutOfOrder(b.frame, lastFrame, (block.timestamp - _genesisTime) / _frameSeconds)
        );
        uint256 found = surplus();
        if (found > 0) {
            _sweptRewards += found.toUint128();
            emit SurplusFound(found);
        }

        Totals t = _totals;
        uint256 feeUnits = 0;
        if (b.change > 0) {
            uint256 gain = uint256(b.change);
            uint256 bound;
            // 87 bits of ether, 27 of a rate, 32 each of frames and seconds
            unchecked {
                bound =
                    (t.target() * _maxGainBpPerYear * (b.frame - lastFrame) * _frameSeconds) / (BP * YEAR);
            }
            require(gain <= bound, GainAboveBound(gain, bound));
            bound = (profit.feeBasis(gain) * _maxFeeBp) / BP;
            require(b.fee <= bound, FeeAboveBound(b.fee, bound));
            uint256 taken;
            (t, taken, feeUnits) = _bookGain(t, gain, b.fee);
            booked = int256(taken);
        } else {
            require(b.fee == 0, FeeAboveBound(b.fee, 0));
            if (b.change < 0) {
                // cannot negate the least int256: it is above any target
                require(
                    b.change > -int256(t.target()),
                    LossAboveTarget(b.change == type(int256).min ? 1 << 255 : uint256(-b.change), t.target())
                );
                uint256 taken;
                (t, taken) = t.takeLoss(uint256(-b.change), block.timestamp);
                booked = -int256(taken);
            }
        }

        // Effect: the fee is due once, so the water mark counts the whole change
        _profit = profit.grow(b.change, booked).asOf(b.frame, b.beaconBalanceGwei);
        _totals = t;
        _reports.record(b.frame, block.timestamp, b.depositedGwei, t.units());
        emit ReportBooked(
            b.refSlot,
            b.change,
            booked,
            feeUnits / UNITS_PER_SHARE,
            b.beaconBalanceGwei,
            t.dripRate(),
            t.dripEnd()
        );
        if (feeUnits > 0) _mintUnits(b.feeReceiver, feeUnits, t.toEtherDown(feeUnits, block.timestamp));
    }

    /// @dev Fee shares are worth `fee` at the rate that the pool will have when this gain has dripped. They are
    /// backed at once by that part of the gain which keeps the rate where it is; the rest drips.
    function _bookGain(
        Totals t,
        uint256 gain,
        uint256 fee
    ) private view returns (Totals next, uint256 taken, uint256 feeUnits) {
        uint256 backing = 0;
        next = t;
        if (fee > 0) {
            feeUnits = (fee * t.units()) / (t.target() + gain - fee);
            backing = t.toEtherUp(feeUnits, block.timestamp);
            next = t.add(backing, feeUnits);
        }
        (next, taken) = next.addDrip(gain - backing, block.timestamp, _frameSeconds, _maxDripRate(t));
        taken += backing;
    }

    /// @dev Reverts for more shares than there can be.
    function _unitsOfShares(uint256 shares) internal pure returns (uint256) {
        require(shares <= PoolMath.MAX_UNITS / UNITS_PER_SHARE, PoolMath.PoolOverflow(shares, 88));
        // just bounded
        unchecked {
            return shares * UNITS_PER_SHARE;
        }
    }

    /// @dev Gwei per second.
    function _maxDripRate(Totals t) internal view returns (uint256) {
        return (t.target() * _maxDripBpPerYear) / (BP * YEAR * GWEI);
    }

    /// @dev A deposit in the very block of a boundary is known to the state at that boundary, hence the second less.
    function _frameOfDeposit() internal view returns (uint32) {
        return uint32((block.timestamp - _genesisTime - 1) / _frameSeconds);
    }

    function _totalUnits() internal view override returns (uint256) {
        return _totals.units();
    }

    function _toUnitsUp(uint256 amount) internal view override returns (uint256) {
        return _totals.toUnitsUp(amount, block.timestamp);
    }

    function _toAmountDown(uint256 units) internal view override returns (uint256) {
        return _totals.toEtherDown(units, block.timestamp);
    }
}
