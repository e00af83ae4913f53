// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
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
/// TRUST: `BOND_LOCKER` says what a fault costs; it can burn a bond and pay a bounty, and take nothing itself.
/// INVARIANTS: BND-1, BND-2.
/// ASSUMPTIONS: shares that come here in no other way than by a deposit belong to no bond.
contract BondVault is IBondVault, Guarded {
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
    mapping(uint256 validatorIndex => Lock) private _locks;
    /// @inheritdoc IBondVault
    mapping(bool curated => uint256) public bondRatioBp;
    /// @inheritdoc IBondVault
    uint256 public totalShares;
    /// @inheritdoc IBondVault
    uint256 public totalUncovered;

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
        uint256 still = validatorRegistry.stakeOf(operatorId).overdueKeys;
        uint256 held = _overdue[operatorId].keys;
        if (still >= held) return 0;
        uint256 keys;
        (keys, shares) = _takeOverdue(operatorId, held - still);
        _bonds[operatorId].locked -= uint128(shares);
        emit OverdueReleased(operatorId, keys, shares);
    }

    /// @inheritdoc IBondVault
    function burnSurplus() external {
        uint256 shares = ledger.sharesOf(address(this)) - totalShares;
        require(shares > 0, ZeroShares());
        emit SurplusBurnt(shares);
        ledger.burnShares(shares);
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
        uint256 baseGwei
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 uncovered) {
        require(_locks[validatorIndex].operatorId == 0, AlreadyLocked(validatorIndex));
        releaseOverdue(operatorId);
        uint256 shares;
        (shares, uncovered) = _hold(operatorId, amount);
        _locks[validatorIndex] = Lock(operatorId.toUint32(), shares.toUint128(), baseGwei.toUint64());
        emit BondLocked(operatorId, validatorIndex, shares, amount, uncovered);
    }

    /// @inheritdoc IBondVault
    function settle(
        uint256 validatorIndex,
        uint256 balanceGwei,
        bool last
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 uncovered) {
        Lock memory held = _locks[validatorIndex];
        require(held.operatorId != 0, NothingLocked(validatorIndex));
        uint256 loss = balanceGwei < held.baseGwei ? (held.baseGwei - balanceGwei) * 1 gwei : 0;
        uint256 needed = _sharesUp(loss);
        uint256 burnt = Math.min(needed, held.shares);
        uint256 unlocked = last ? held.shares - burnt : 0;
        // what was locked too little, the rest of the bond pays
        uint256 more = Math.min(needed - burnt, _free(held.operatorId));
        if (last) {
            delete _locks[validatorIndex];
        } else {
            // both less than what stood there
            if (loss > 0) held.baseGwei = uint64(balanceGwei);
            held.shares -= uint128(burnt);
            _locks[validatorIndex] = held;
        }
        // both within the bond
        _bonds[held.operatorId].locked = uint128(_bonds[held.operatorId].locked + more - unlocked);
        burnt += more;
        uint256 value = _burnHeld(held.operatorId, burnt);
        // rounding aside, only a bond that was burnt in full fell short
        if (value + 1 gwei < loss) uncovered = loss - value;
        totalUncovered += uncovered;
        emit BondSettled(held.operatorId, validatorIndex, burnt, unlocked, loss, uncovered);
    }

    /// @inheritdoc IBondVault
    function burn(
        uint256 operatorId,
        uint256 amount
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 uncovered) {
        releaseOverdue(operatorId);
        uint256 shares;
        (shares, uncovered) = _hold(operatorId, amount);
        totalUncovered += uncovered;
        emit BondBurnt(operatorId, shares, amount, uncovered);
        _burnHeld(operatorId, shares);
    }

    /// @inheritdoc IBondVault
    function payBounty(
        uint256 operatorId,
        address to,
        uint256 amount
    ) external onlyRole(Roles.BOND_LOCKER) returns (uint256 shares) {
        releaseOverdue(operatorId);
        shares = Math.min(ledger.getSharesByPooledEth(amount), _free(operatorId));
        if (shares == 0) return 0;
        _take(operatorId, shares);
        emit BountyPaid(operatorId, to, shares);
        ledger.transferShares(to, shares);
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
        return _locks[validatorIndex];
    }

    /// @inheritdoc IBondVault
    function overdueOf(uint256 operatorId) external view returns (OverdueLock memory) {
        return _overdue[operatorId];
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
        totalShares += shares;
        emit BondDeposited(operatorId, msg.sender, shares);
    }

    function _take(uint256 operatorId, uint256 shares) private {
        uint256 free = _free(operatorId);
        require(shares <= free, SharesLocked(operatorId, shares, free));
        // just compared with what fits
        _bonds[operatorId].shares -= uint128(shares);
        totalShares -= shares;
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

    /// @dev Burns shares that are locked. Returns their value in wei.
    function _burnHeld(uint256 operatorId, uint256 shares) private returns (uint256 value) {
        if (shares == 0) return 0;
        _bonds[operatorId].shares -= uint128(shares);
        _bonds[operatorId].locked -= uint128(shares);
        totalShares -= shares;
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
