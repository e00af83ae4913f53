// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";

/// @title BondVault
/// @notice Holds operators' bonds and lets go of them only as far as no stake and no fault needs them.
/// TRUST: `WITNESS` says what a fault costs, and whom a bounty goes to: it can burn a bond, and pay it away.
/// INVARIANTS: BND-1, BND-2.
/// ASSUMPTIONS: shares that come here in any other way than by a deposit belong to no bond, and stay here.
contract BondVault is IBondVault, Guarded {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    uint256 private constant BP = 10_000;
    /// @notice Least ratio of bond to stake, in 1/10,000: 1/32, rounded up.
    uint256 public constant MIN_RATIO_BP = 313;
    /// @notice Largest ratio of bond to stake, in 1/10,000.
    uint256 public constant MAX_RATIO_BP = 5_000;
    /// @notice Most by which a ratio moves at once, in 1/10,000.
    uint256 public constant MAX_RATIO_STEP_BP = 100;
    /// @dev What the pool loses by a predeposit that comes to nothing.
    uint256 private constant PREDEPOSIT = 1 ether;

    /// @dev Locks are counted in 1e-9 of a share, so that one fits a slot.
    uint256 private constant GRAIN = 1e9;

    // 20 + 6 + 6 = 32 bytes
    struct PackedLock {
        address prover;
        uint48 grains;
        uint48 baseGwei;
    }

    /// @dev What becomes of a lock, in shares; `loss` in wei.
    struct Settlement {
        address prover;
        uint256 loss;
        uint256 reward;
        uint256 burnt;
        uint256 more;
        uint256 kept;
        uint256 unlocked;
    }

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Its wrapper.
    IWrappedStakedEther public immutable wrapper;
    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice What they have at stake.
    IValidatorRegistry public immutable validatorRegistry;

    /* STORAGE */

    mapping(uint256 operatorId => Bond) private _bonds;
    mapping(uint256 operatorId => OverdueLock) private _overdue;
    mapping(uint256 validatorIndex => PackedLock) private _locks;
    /// @inheritdoc IBondVault
    mapping(uint256 operatorId => uint256) public heldOf;
    /// @inheritdoc IBondVault
    mapping(bool curated => uint256) public bondRatioBp;
    /// @inheritdoc IBondVault
    uint256 public totalUncovered;
    /// @dev What settlements of a validator's fault did not find in the bond, in wei.
    mapping(uint256 validatorIndex => uint256) private _owed;
    /// @dev What locks did not cover, in wei, ever, by the time that they were asked for.
    Checkpoints.Trace208 private _provisions;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        IOperatorRegistry operators,
        IValidatorRegistry validators,
        uint256 ratioBp,
        uint256 curatedRatioBp
    ) Guarded(authority_) {
        require(
            address(ledger_) != address(0) &&
                address(wrapper_) != address(0) &&
                address(operators) != address(0) &&
                address(validators) != address(0),
            ZeroAddress()
        );
        ledger = ledger_;
        wrapper = wrapper_;
        operatorRegistry = operators;
        validatorRegistry = validators;
        _setRatio(false, ratioBp);
        _setRatio(true, curatedRatioBp);
    }

    /* ANYONE */

    /// @inheritdoc IBondVault
    function deposit(uint256 operatorId) external payable returns (uint256 shares) {
        operatorRegistry.managerOf(operatorId);
        shares = ledger.stake{value: msg.value}(address(0));
        _add(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function depositShares(uint256 operatorId, uint256 shares) external {
        operatorRegistry.managerOf(operatorId);
        _add(operatorId, shares);
        ledger.transferSharesFrom(msg.sender, address(this), shares);
    }

    /// @inheritdoc IBondVault
    function depositWrapped(uint256 operatorId, uint256 amount) external returns (uint256 shares) {
        operatorRegistry.managerOf(operatorId);
        uint256 before = ledger.sharesOf(address(this));
        wrapper.redeem(amount, address(this), msg.sender);
        shares = ledger.sharesOf(address(this)) - before;
        _add(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function lockOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external {
        releaseOverdue(operatorId);
        validatorRegistry.markOverdue(operatorId, root, gindices);
        uint256 amount = gindices.length * PREDEPOSIT;
        (uint256 shares, uint256 uncovered) = _hold(operatorId, amount);
        OverdueLock storage o = _overdue[operatorId];
        o.shares += shares.toUint128();
        o.keys += gindices.length.toUint32();
        emit OverdueLocked(operatorId, gindices.length, shares, uncovered);
    }

    /// @inheritdoc IBondVault
    function burnOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external {
        releaseOverdue(operatorId);
        validatorRegistry.markLost(operatorId, root, gindices);
        // at the rate and from the bond of today, whatever could be locked then
        (uint256 keys, uint256 shares) = _takeOverdue(operatorId, gindices.length);
        _bonds[operatorId].locked -= uint128(shares);
        uint256 uncovered;
        (shares, uncovered) = _hold(operatorId, keys * PREDEPOSIT);
        totalUncovered += uncovered;
        emit OverdueBurnt(operatorId, keys, shares);
        _burnHeld(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function releaseOverdue(uint256 operatorId) public returns (uint256 shares) {
        // what was given up as foreign is burnt by whoever proved it, from the bond: here it is free
        uint256 held = _overdue[operatorId].keys;
        if (held == 0) return 0;
        uint256 still = validatorRegistry.stakeOf(operatorId).overdueKeys;
        if (still >= held) return 0;
        uint256 keys;
        (keys, shares) = _takeOverdue(operatorId, held - still);
        _bonds[operatorId].locked -= uint128(shares);
        emit OverdueReleased(operatorId, keys, shares);
    }

    /* MANAGERS */

    /// @inheritdoc IBondVault
    function claim(uint256 operatorId, uint256 shares, address to) external {
        operatorRegistry.requireManager(operatorId, msg.sender);
        require(shares > 0, ZeroShares());
        releaseOverdue(operatorId);
        _take(operatorId, shares);
        requireBacked(operatorId);
        emit BondClaimed(operatorId, to, shares);
        ledger.transferShares(to, shares);
    }

    /* BRAINS */

    /// @inheritdoc IBondVault
    function lock(
        uint256 operatorId,
        uint256 validatorIndex,
        uint256 amount,
        uint256 baseGwei,
        address prover
    ) external onlyRole(Roles.WITNESS) returns (uint256 uncovered) {
        require(_locks[validatorIndex].baseGwei == 0, AlreadyLocked(validatorIndex));
        require(baseGwei > 0, ZeroShares());
        releaseOverdue(operatorId);
        uint256 free = _free(operatorId);
        uint256 grains = Math.ceilDiv(_sharesUp(amount), GRAIN);
        if (grains * GRAIN > free) {
            grains = free / GRAIN;
            uint256 value = ledger.getPooledEthByShares(free);
            if (value < amount) uncovered = amount - value;
        }
        _bonds[operatorId].locked += uint128(grains * GRAIN);
        _locks[validatorIndex] = PackedLock(prover, grains.toUint48(), baseGwei.toUint48());
        // by when a report that books the loss must be later than the fault
        if (uncovered > 0) {
            _provisions.push(uint48(block.timestamp), (_provisions.latest() + uncovered).toUint208());
        }
        emit BondLocked(operatorId, validatorIndex, prover, grains * GRAIN, amount, uncovered);
    }

    /// @inheritdoc IBondVault
    function settle(
        uint256 validatorIndex,
        uint256 balanceGwei,
        bool last,
        uint256 bounty
    ) external onlyRole(Roles.WITNESS) returns (uint256 uncovered) {
        PackedLock memory held = _locks[validatorIndex];
        require(held.baseGwei > 0, NothingLocked(validatorIndex));
        // a base of zero would say that nothing is locked
        balanceGwei = Math.max(balanceGwei, 1);
        uint256 operatorId = validatorRegistry.validator(validatorIndex).operatorId;
        releaseOverdue(operatorId);
        uint256 owed = _owed[validatorIndex];
        Settlement memory s = _settlement(operatorId, held, balanceGwei, owed, last, bounty);
        uint256 value = ledger.getPooledEthByShares(s.burnt);
        // rounding aside, only a bond that was burnt in full fell short
        if (value + 1 gwei < s.loss) uncovered = s.loss - value;
        // what one settlement did not find, a later one may: locks of other validators end
        if (uncovered != owed) {
            _owed[validatorIndex] = uncovered;
            totalUncovered = totalUncovered + uncovered - owed;
        }
        if (last && uncovered == 0) {
            delete _locks[validatorIndex];
        } else {
            // none more than what stood there
            if (balanceGwei < held.baseGwei) held.baseGwei = uint48(balanceGwei);
            held.grains = uint48(s.kept / GRAIN);
            held.prover = address(0);
            _locks[validatorIndex] = held;
        }
        // all within the bond
        Bond memory b = _bonds[operatorId];
        b.shares -= uint128(s.reward);
        b.locked = uint128(b.locked + s.more - s.reward - s.unlocked);
        _bonds[operatorId] = b;
        emit BondSettled(operatorId, validatorIndex, s.burnt, s.unlocked, s.loss, uncovered);
        _burnHeld(operatorId, s.burnt);
        _payBounty(operatorId, s.prover, s.reward);
    }

    /// @inheritdoc IBondVault
    function burn(
        uint256 operatorId,
        uint256 amount,
        address prover,
        uint256 bounty
    ) external onlyRole(Roles.WITNESS) returns (uint256 uncovered) {
        releaseOverdue(operatorId);
        uint256 reward = _takeBounty(operatorId, bounty);
        uint256 shares;
        (shares, uncovered) = _hold(operatorId, amount);
        totalUncovered += uncovered;
        emit BondBurnt(operatorId, shares, amount, uncovered);
        _burnHeld(operatorId, shares);
        _payBounty(operatorId, prover, reward);
    }

    /// @inheritdoc IBondVault
    function hold(
        uint256 operatorId,
        uint256 amount
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 shares, uint256 uncovered) {
        releaseOverdue(operatorId);
        (shares, uncovered) = _hold(operatorId, amount);
        heldOf[operatorId] += shares;
        emit BondHeld(operatorId, shares, amount, uncovered);
    }

    /// @inheritdoc IBondVault
    function release(uint256 operatorId, uint256 shares) external onlyRole(Roles.BOND_LOCKER) {
        _endHold(operatorId, shares);
        // what is held is part of what is locked
        _bonds[operatorId].locked -= uint128(shares);
        emit HeldReleased(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function burnHeld(
        uint256 operatorId,
        uint256 shares
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 amount) {
        _endHold(operatorId, shares);
        amount = _burnHeld(operatorId, shares);
        emit HeldBurnt(operatorId, shares, amount);
    }

    /* GOVERNANCE */

    /// @inheritdoc IBondVault
    function setBondRatio(bool curated, uint256 bp) external onlyRole(Roles.PARAMETER_MANAGER) {
        uint256 old = bondRatioBp[curated];
        require(
            (bp > old ? bp - old : old - bp) <= MAX_RATIO_STEP_BP,
            BondRatioOutOfBounds(bp, MIN_RATIO_BP, MAX_RATIO_BP, MAX_RATIO_STEP_BP)
        );
        _setRatio(curated, bp);
    }

    /* VIEWS */

    /// @inheritdoc IBondVault
    function bondOf(uint256 operatorId) external view returns (Bond memory) {
        return _bonds[operatorId];
    }

    /// @inheritdoc IBondVault
    function lockOf(uint256 validatorIndex) external view returns (Lock memory) {
        PackedLock memory held = _locks[validatorIndex];
        return Lock({shares: held.grains * GRAIN, baseGwei: held.baseGwei, prover: held.prover});
    }

    /// @inheritdoc IBondVault
    function overdueOf(uint256 operatorId) external view returns (OverdueLock memory) {
        return _overdue[operatorId];
    }

    /// @inheritdoc IBondVault
    function uncoveredSince(uint256 time) external view returns (uint256) {
        return _provisions.latest() - _provisions.upperLookupRecent(time.toUint48());
    }

    /// @inheritdoc IBondVault
    function capacityOf(uint256 operatorId) external view returns (uint256 eth) {
        uint256 value = ledger.getPooledEthByShares(_free(operatorId));
        return (value * BP) / (_ratioOf(operatorId) * 1 ether);
    }

    /// @inheritdoc IBondVault
    function claimableOf(uint256 operatorId) external view returns (uint256 shares) {
        uint256 free = _free(operatorId);
        uint256 needed = _sharesUp(_required(operatorId));
        return free > needed ? free - needed : 0;
    }

    /// @inheritdoc IBondVault
    function requireBacked(uint256 operatorId) public view {
        uint256 value = ledger.getPooledEthByShares(_free(operatorId));
        uint256 required = _required(operatorId);
        if (value < required) revert BondTooSmall(operatorId, value, required);
    }

    /* INTERNAL */

    function _free(uint256 operatorId) private view returns (uint256) {
        Bond memory b = _bonds[operatorId];
        return b.shares - b.locked;
    }

    function _ratioOf(uint256 operatorId) private view returns (uint256) {
        return bondRatioBp[operatorRegistry.isCurated(operatorId)];
    }

    /// @dev Wei; it divides without a rest.
    function _required(uint256 operatorId) private view returns (uint256) {
        uint256 eth = validatorRegistry.stakeOf(operatorId).eth;
        return (eth * 1 ether * _ratioOf(operatorId)) / BP;
    }

    function _sharesUp(uint256 amount) private view returns (uint256) {
        return amount == 0 ? 0 : ledger.getSharesByPooledEth(amount) + 1;
    }

    function _add(uint256 operatorId, uint256 shares) private {
        require(shares > 0, ZeroShares());
        _bonds[operatorId].shares += shares.toUint128();
        emit BondDeposited(operatorId, msg.sender, shares);
    }

    function _take(uint256 operatorId, uint256 shares) private {
        uint256 free = _free(operatorId);
        require(shares <= free, SharesLocked(operatorId, shares, free));
        // just compared with what fits
        _bonds[operatorId].shares -= uint128(shares);
    }

    /// @dev Locks shares worth `amount`, rounded up, or what is free.
    function _hold(uint256 operatorId, uint256 amount) private returns (uint256 shares, uint256 uncovered) {
        uint256 free = _free(operatorId);
        shares = _sharesUp(amount);
        if (shares > free) {
            shares = free;
            uint256 value = ledger.getPooledEthByShares(free);
            if (value < amount) uncovered = amount - value;
        }
        _bonds[operatorId].locked += uint128(shares);
    }

    /// @dev The prover first, then the loss: of the lock, and of what else is free where the lock was too little.
    function _settlement(
        uint256 operatorId,
        PackedLock memory held,
        uint256 balanceGwei,
        uint256 owed,
        bool last,
        uint256 bounty
    ) private view returns (Settlement memory s) {
        uint256 shares = held.grains * GRAIN;
        s.prover = held.prover;
        if (s.prover != address(0)) s.reward = Math.min(ledger.getSharesByPooledEth(bounty), shares);
        shares -= s.reward;
        s.loss = owed;
        if (balanceGwei < held.baseGwei) s.loss += (held.baseGwei - balanceGwei) * 1 gwei;
        uint256 needed = _sharesUp(s.loss);
        s.burnt = Math.min(needed, shares);
        shares -= s.burnt;
        s.more = Math.min(needed - s.burnt, _free(operatorId));
        s.burnt += s.more;
        if (!last) s.kept = shares - (shares % GRAIN);
        s.unlocked = shares - s.kept;
    }

    /// @dev Shares worth `amount`, rounded down, or what is free, taken from the bond.
    function _takeBounty(uint256 operatorId, uint256 amount) private returns (uint256 shares) {
        shares = Math.min(ledger.getSharesByPooledEth(amount), _free(operatorId));
        _bonds[operatorId].shares -= uint128(shares);
    }

    function _payBounty(uint256 operatorId, address to, uint256 shares) private {
        if (shares == 0) return;
        emit BountyPaid(operatorId, to, shares);
        ledger.transferShares(to, shares);
    }

    /// @dev Locks for other faults are out of its reach.
    function _endHold(uint256 operatorId, uint256 shares) private {
        uint256 held = heldOf[operatorId];
        require(shares <= held, NotHeld(operatorId, shares, held));
        heldOf[operatorId] = held - shares;
    }

    /// @dev Burns shares that are locked. Returns their value in wei.
    function _burnHeld(uint256 operatorId, uint256 shares) private returns (uint256 value) {
        if (shares == 0) return 0;
        _bonds[operatorId].shares -= uint128(shares);
        _bonds[operatorId].locked -= uint128(shares);
        value = ledger.burnShares(shares);
    }

    /// @dev The part of the lock for overdue keys that stands for `keys` of them, rounded up; all of it for all.
    function _takeOverdue(uint256 operatorId, uint256 keys) private returns (uint256 taken, uint256 shares) {
        OverdueLock storage o = _overdue[operatorId];
        taken = keys;
        shares = Math.ceilDiv(uint256(o.shares) * keys, o.keys);
        o.shares -= uint128(shares);
        o.keys -= uint32(keys);
    }

    function _setRatio(bool curated, uint256 bp) private {
        require(
            bp >= MIN_RATIO_BP && bp <= MAX_RATIO_BP,
            BondRatioOutOfBounds(bp, MIN_RATIO_BP, MAX_RATIO_BP, MAX_RATIO_STEP_BP)
        );
        emit BondRatioSet(curated, bondRatioBp[curated], bp);
        bondRatioBp[curated] = bp;
    }
}
