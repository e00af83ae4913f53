// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IDepositContract} from "../interfaces/IDepositContract.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {DepositHistory} from "../libraries/DepositHistory.sol";
import {PoolMath, Totals} from "../libraries/PoolMath.sol";
import {SupplyRing} from "../libraries/SupplyRing.sol";
import {DepositPort} from "../vaults/DepositPort.sol";
import {LastReport, packLastReport} from "../types/LastReport.sol";
import {Profit} from "../types/Profit.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title StakedEther
/// @notice kETH: the pool's ledger, its buffer of ether, and the rebasing token of its shares.
/// TRUST: ether leaves by two calls only: `redeem` (the queue burns its own shares) and `deposit` (through the
/// immutable port, with our credentials). The accounting may book gains and fees within the bounds fixed here.
/// INVARIANTS: TOK-1, TOK-2, TOK-3, POOL-1, POOL-2, ECO-1, ECO-2.
/// ASSUMPTIONS: the seed stake of the constructor stays for ever, so there is never a pool without units or ether.
contract StakedEther is IStakedEther, ShareLedger, DepositPort, Guarded {
    using DepositHistory for DepositHistory.History;
    using PoolMath for Totals;
    using SafeCast for uint256;
    using SupplyRing for SupplyRing.Ring;

    uint256 private constant BP = 10_000;
    uint256 private constant YEAR = 365 days;
    uint256 private constant GWEI = 1e9;
    /// @notice The least seed stake, in wei.
    uint256 public constant MIN_SEED = 0.1 ether;
    /// @notice The longest pause of staking, in seconds.
    uint256 public constant MAX_PAUSE = 14 days;

    /* IMMUTABLES */

    /// @notice Where withdrawals from the beacon chain arrive.
    IEtherVault public immutable withdrawalVault;
    /// @notice Where priority fees and MEV arrive.
    IEtherVault public immutable rewardsVault;

    uint64 private immutable _genesisTime;
    uint32 private immutable _frameSeconds;
    uint64 private immutable _maxDepositPerFrameGwei;
    uint32 private immutable _maxGainBpPerYear;
    uint16 private immutable _maxFeeBp;
    uint32 private immutable _maxDripBpPerYear;

    /* STORAGE */

    Totals private _totals;
    LastReport private _last;
    Profit private _profit;
    // 16 + 16 = 32 bytes
    uint128 private _sweptWithdrawals;
    uint128 private _sweptRewards;
    DepositHistory.History private _deposits;
    uint256 private _stakingPausedUntil;
    SupplyRing.Ring private _pastSupply;

    /* CONSTRUCTOR */

    /// @dev The ether sent is the seed stake: its shares belong to the ledger's own address and never move.
    constructor(
        IAuthority authority_,
        IDepositContract depositContract_,
        IValidatorRegistry registry,
        IEtherVault withdrawals,
        IEtherVault rewards,
        Parameters memory p
    )
        payable
        Guarded(authority_)
        EIP712("Kedge Staked Ether", "1")
        DepositPort(depositContract_, registry, address(withdrawals))
    {
        require(
            address(depositContract_) != address(0) &&
                address(registry) != address(0) &&
                address(withdrawals) != address(0) &&
                address(rewards) != address(0),
            ZeroAddress()
        );
        require(msg.value >= MIN_SEED, ParameterOutOfBounds("seed", msg.value));
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

        withdrawalVault = withdrawals;
        rewardsVault = rewards;
        _genesisTime = p.genesisTime;
        _frameSeconds = p.frameSeconds;
        _maxDepositPerFrameGwei = p.maxDepositPerFrameGwei;
        _maxGainBpPerYear = p.maxGainBpPerYear;
        _maxFeeBp = p.maxFeeBp;
        _maxDripBpPerYear = p.maxDripBpPerYear;

        uint256 seed = msg.value * UNITS_PER_SHARE;
        _totals = PoolMath.pack(seed, msg.value, false, 0, 0);
        uint256 frame = (block.timestamp - p.genesisTime) / p.frameSeconds;
        _last = packLastReport(0, 0, frame, block.timestamp);
        _pastSupply.prepare();
        _pastSupply.record(frame, block.timestamp, seed);
        _mintUnits(address(this), seed, msg.value);
    }

    /* STAKERS */

    /// @notice Plain ether is a stake of its sender.
    receive() external payable {
        _stake(msg.sender, address(0));
    }

    /// @inheritdoc IStakedEther
    function stake(address referral) external payable returns (uint256 shares) {
        shares = _stake(msg.sender, referral) / UNITS_PER_SHARE;
    }

    /// @inheritdoc IStakedEther
    function stakeFor(
        address receiver,
        uint256 minShares,
        address referral
    ) external payable returns (uint256 shares) {
        require(receiver != address(this), ERC20InvalidReceiver(receiver));
        shares = _stake(receiver, referral) / UNITS_PER_SHARE;
        require(shares >= minShares, SharesBelowFloor(shares, minShares));
    }

    /* HOLDERS OF SHARES */

    /// @inheritdoc IStakedEther
    function transferShares(address to, uint256 shares) external returns (uint256 amount) {
        uint256 units = _unitsOfShares(shares);
        amount = _toAmountDown(units);
        _moveUnits(msg.sender, to, units, amount);
    }

    /// @inheritdoc IStakedEther
    function transferSharesFrom(address from, address to, uint256 shares) external returns (uint256 amount) {
        uint256 units = _unitsOfShares(shares);
        Totals t = _totals;
        if (allowance(from, msg.sender) != type(uint256).max) {
            _spendAllowance(from, t.toEtherUp(units, block.timestamp));
        }
        amount = t.toEtherDown(units, block.timestamp);
        _moveUnits(from, to, units, amount);
    }

    /* CONTRACTS THAT COUNT IN UNITS */

    /// @inheritdoc IStakedEther
    function stakeForUnits(address referral) external payable returns (uint256 units) {
        units = _stake(msg.sender, referral);
    }

    /// @inheritdoc IStakedEther
    function pull(address from, uint256 amount) external returns (uint256 units) {
        _spendAllowance(from, amount);
        units = _move(from, msg.sender, amount);
    }

    /// @inheritdoc IStakedEther
    function push(address to, uint256 amount) external returns (uint256 units) {
        units = _move(msg.sender, to, amount);
    }

    /* BRAINS */

    /// @inheritdoc IStakedEther
    function deposit(
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) external onlyRole(Roles.DEPOSITOR) {
        uint256 amountGwei = 0;
        for (uint256 i = 0; i < amountsGwei.length; ++i) amountGwei += amountsGwei[i];
        uint256 amount = amountGwei * GWEI;
        require(amount <= address(this).balance, BufferTooSmall(address(this).balance, amount));

        // the deposit contract tells of each deposit itself
        (uint256 inFrame, ) = _deposits.add(_frameOfDeposit(), amountGwei.toUint64());
        require(inFrame <= _maxDepositPerFrameGwei, DepositCapExceeded(inFrame, _maxDepositPerFrameGwei));

        _sendDeposits(pubkeys, signatures, amountsGwei);
    }

    /// @inheritdoc IStakedEther
    function collect(uint256 fromWithdrawals, uint256 fromRewards) external onlyRole(Roles.ACCOUNTING) {
        (_sweptWithdrawals, _sweptRewards) = (
            _sweptWithdrawals + fromWithdrawals.toUint128(),
            _sweptRewards + fromRewards.toUint128()
        );
        emit Collected(fromWithdrawals, fromRewards);

        if (fromWithdrawals > 0) withdrawalVault.sweep(fromWithdrawals);
        if (fromRewards > 0) rewardsVault.sweep(fromRewards);
    }

    /// @inheritdoc IStakedEther
    function receiveSwept() external payable {
        require(
            msg.sender == address(withdrawalVault) || msg.sender == address(rewardsVault),
            NotAVault(msg.sender)
        );
    }

    /// @inheritdoc IStakedEther
    function bookReport(Booking calldata b) external onlyRole(Roles.ACCOUNTING) returns (int256 booked) {
        uint256 lastFrame = _last.frame();
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
            bound = (_profit.feeBasis(gain) * _maxFeeBp) / BP;
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
        _profit = _profit.grow(b.change, booked);
        _last = packLastReport(b.refSlot, b.beaconBalanceGwei, b.frame, block.timestamp);
        _totals = t;
        _pastSupply.record(b.frame, block.timestamp, t.units());
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

    /// @inheritdoc IStakedEther
    function redeem(
        uint256 shares,
        uint256 grain
    ) external onlyRole(Roles.WITHDRAWAL_QUEUE) returns (uint256 burnt, uint256 amount) {
        Totals t = _totals;
        burnt = shares;
        uint256 units = _unitsOfShares(shares);
        amount = t.toEtherDown(units, block.timestamp);
        if (amount > address(this).balance) {
            units = t.toUnitsDown(address(this).balance, block.timestamp);
            burnt = ((units / UNITS_PER_SHARE) / grain) * grain;
            units = burnt * UNITS_PER_SHARE;
            amount = t.toEtherDown(units, block.timestamp);
        }
        if (burnt == 0) return (0, 0);
        _totals = t.remove(amount, units);
        _burnUnits(msg.sender, units, amount);

        (bool sent, ) = msg.sender.call{value: amount}("");
        require(sent, EtherRefused(msg.sender));
    }

    /// @inheritdoc IStakedEther
    function burnShares(uint256 shares) external onlyRole(Roles.SHARE_BURNER) returns (uint256 amount) {
        Totals t = _totals;
        uint256 units = _unitsOfShares(shares);
        amount = t.toEtherDown(units, block.timestamp);
        uint256 taken;
        (t, taken) = t.remove(amount, units).addDrip(amount, block.timestamp, _frameSeconds, _maxDripRate(t));
        // what did not fit the drip is unbooked: the next report sees it as a gain
        _profit = _profit.grow(0, int256(taken) - int256(amount));
        _totals = t;
        emit SharesBurnt(msg.sender, shares, amount, t.dripRate(), t.dripEnd());
        _burnUnits(msg.sender, units, amount);
    }

    /* GUARDIANS */

    /// @inheritdoc IStakedEther
    function pauseStaking(uint256 duration) external onlyRole(Roles.PAUSER) {
        (bool paused, uint256 until) = stakingPause();
        require(!paused, StakingIsPaused(until));
        require(duration > 0 && duration <= MAX_PAUSE, ParameterOutOfBounds("duration", duration));
        _stakingPausedUntil = block.timestamp + duration;
        _totals = _totals.withPause(true);
        emit StakingPaused(msg.sender, block.timestamp + duration);
    }

    /// @inheritdoc IStakedEther
    function resumeStaking() external {
        require(_totals.isStakingPaused(), StakingNotPaused());
        if (block.timestamp < _stakingPausedUntil) _requireRole(Roles.RESUMER, msg.sender);
        _resumeStaking();
    }

    /// @inheritdoc IStakedEther
    function closeAccount(address account) external {
        _requireRole(Roles.CLOSED_ACCOUNT, account);
        _accounts[account] = _accounts[account].close();
        emit AccountClosedForOthers(account);
    }

    /* VIEWS */

    /// @inheritdoc IERC20Metadata
    function name() external pure returns (string memory) {
        return "Kedge Staked Ether";
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external pure returns (string memory) {
        return "kETH";
    }

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
        LastReport last = _last;
        Profit profit = _profit;
        return
            Books({
                frame: uint32(last.frame()),
                refSlot: uint64(last.refSlot()),
                reportTime: uint64(last.time()),
                beaconBalanceGwei: uint64(last.beaconBalanceGwei()),
                profit: profit.booked(),
                highWater: profit.highWater(),
                pooledEther: _totals.pooledEther(block.timestamp),
                depositedGwei: frame > last.frame() ? _deposits.totalAt(frame) : 0,
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
        return _last.frame();
    }

    /// @inheritdoc IStakedEther
    function lastReportTime() external view returns (uint256) {
        return _last.time();
    }

    /// @inheritdoc IStakedEther
    function stakingPause() public view returns (bool paused, uint256 until) {
        until = _stakingPausedUntil;
        paused = _totals.isStakingPaused() && block.timestamp < until;
    }

    /// @inheritdoc IStakedEther
    function isClosed(address account) external view returns (bool) {
        return _accounts[account].isClosed();
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
        (bool known, uint256 units) = _pastSupply.lookup(_last.frame(), time);
        require(known, PastSupplyUnknown(timepoint));
        return units / UNITS_PER_SHARE;
    }

    /// @inheritdoc ShareLedger
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id == type(IStakedEther).interfaceId || super.supportsInterface(id);
    }

    /* INTERNAL */

    function _stake(address receiver, address referral) private returns (uint256 units) {
        require(msg.value > 0, ZeroStake());
        Totals t = _totals;
        if (t.isStakingPaused()) {
            require(block.timestamp >= _stakingPausedUntil, StakingIsPaused(_stakingPausedUntil));
            _resumeStaking();
            t = _totals;
        }
        units = t.toUnitsDown(msg.value, block.timestamp);
        require(units >= UNITS_PER_SHARE, StakeTooSmall(msg.value));
        _totals = t.add(msg.value, units);
        _mintUnits(receiver, units, msg.value);
        emit Staked(msg.sender, receiver, msg.value, units / UNITS_PER_SHARE, referral);
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
    function _unitsOfShares(uint256 shares) private pure returns (uint256) {
        require(shares <= PoolMath.MAX_UNITS / UNITS_PER_SHARE, PoolMath.PoolOverflow(shares, 88));
        // just bounded
        unchecked {
            return shares * UNITS_PER_SHARE;
        }
    }

    function _resumeStaking() private {
        _stakingPausedUntil = block.timestamp;
        _totals = _totals.withPause(false);
        emit StakingResumed(msg.sender);
    }

    /// @dev Gwei per second.
    function _maxDripRate(Totals t) private view returns (uint256) {
        return (t.target() * _maxDripBpPerYear) / (BP * YEAR * GWEI);
    }

    /// @dev A deposit in the very block of a boundary is known to the state at that boundary, hence the second less.
    function _frameOfDeposit() private view returns (uint32) {
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

    function _emitTransfer(address from, address to, uint256 amount, uint256 units) internal override {
        emit Transfer(from, to, amount);
        emit TransferShares(from, to, units / UNITS_PER_SHARE);
    }
}
