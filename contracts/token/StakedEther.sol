// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
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
import {DepositPort} from "../vaults/DepositPort.sol";
import {PoolBooks} from "./PoolBooks.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title StakedEther
/// @notice kETH: the pool's ledger, its buffer of ether, and the rebasing token of its shares.
/// TRUST: ether leaves by two ways only: `redeem` (queue and instant exit burn their own shares) and deposits (through the
/// immutable port, with our credentials). The accounting may book gains and fees within the bounds fixed here.
/// INVARIANTS: TOK-1, TOK-2, TOK-3, POOL-1, POOL-2, ECO-1, ECO-2.
/// ASSUMPTIONS: the seed stake of the constructor stays for ever, so there is never a pool without units or ether.
contract StakedEther is PoolBooks, DepositPort, Guarded {
    using DepositHistory for DepositHistory.History;
    using PoolMath for Totals;
    using SafeCast for uint256;

    /// @notice The least seed stake, in wei.
    uint256 public constant MIN_SEED = 0.1 ether;
    /// @notice The longest pause of staking, in seconds.
    uint256 public constant MAX_PAUSE = 14 days;

    /* IMMUTABLES */

    /// @inheritdoc IStakedEther
    IEtherVault public immutable withdrawalVault;
    /// @inheritdoc IStakedEther
    IEtherVault public immutable rewardsVault;

    /* STORAGE */

    uint256 private _stakingPausedUntil;

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
        PoolBooks(p, msg.value)
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
        withdrawalVault = withdrawals;
        rewardsVault = rewards;
        _mintUnits(address(this), msg.value * UNITS_PER_SHARE, msg.value);
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
        _deposit(withdrawalCredentials, pubkeys, signatures, amountsGwei);
    }

    /// @inheritdoc IStakedEther
    function depositUnder(
        bytes1 prefix,
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) external onlyRole(Roles.DEPOSITOR) {
        _deposit(_credentialsUnder(prefix), pubkeys, signatures, amountsGwei);
    }

    /// @inheritdoc IStakedEther
    function collect(uint256 fromWithdrawals, uint256 fromRewards) external onlyRole(Roles.ACCOUNTING) {
        _collect(fromWithdrawals, fromRewards);
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
        booked = _book(b);
        if (b.fromWithdrawals + b.fromRewards > 0) _collect(b.fromWithdrawals, b.fromRewards);
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
    function stakingPause() public view returns (bool paused, uint256 until) {
        until = _stakingPausedUntil;
        paused = _totals.isStakingPaused() && block.timestamp < until;
    }

    /// @inheritdoc IStakedEther
    function isClosed(address account) external view returns (bool) {
        return _accounts[account].isClosed();
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

    function _collect(uint256 fromWithdrawals, uint256 fromRewards) private {
        (_sweptWithdrawals, _sweptRewards) = (
            _sweptWithdrawals + fromWithdrawals.toUint128(),
            _sweptRewards + fromRewards.toUint128()
        );
        emit Collected(fromWithdrawals, fromRewards);

        if (fromWithdrawals > 0) withdrawalVault.sweep(fromWithdrawals);
        if (fromRewards > 0) rewardsVault.sweep(fromRewards);
    }

    function _deposit(
        bytes32 credentials,
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) private {
        uint256 amountGwei = 0;
        for (uint256 i = 0; i < amountsGwei.length; ++i) amountGwei += amountsGwei[i];
        uint256 amount = amountGwei * GWEI;
        require(amount <= address(this).balance, BufferTooSmall(address(this).balance, amount));

        // the deposit contract tells of each deposit itself
        (uint256 inFrame, ) = _deposits.add(_frameOfDeposit(), amountGwei.toUint64());
        require(inFrame <= _maxDepositPerFrameGwei, DepositCapExceeded(inFrame, _maxDepositPerFrameGwei));

        _sendDeposits(credentials, pubkeys, signatures, amountsGwei);
    }

    function _resumeStaking() private {
        _stakingPausedUntil = block.timestamp;
        _totals = _totals.withPause(false);
        emit StakingResumed(msg.sender);
    }

    function _emitTransfer(address from, address to, uint256 amount, uint256 units) internal override {
        emit Transfer(from, to, amount);
        emit TransferShares(from, to, units / UNITS_PER_SHARE);
    }
}
