// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";

/// @title OperatorBonds
/// @notice Mixin of the bond vault: what each bond has, how much of it is locked, and what stake the rest backs.
/// TRUST: `PARAMETER_MANAGER` moves the ratios, a small step in a period, within the bounds below.
/// INVARIANTS: BND-1: what is locked of a bond never exceeds it. BND-2: whatever is locked, burnt or paid is of one bond.
/// BND-3: what is asked for backs nothing.
/// ASSUMPTIONS: none.
abstract contract OperatorBonds is IBondVault, Guarded, SteppedParameters {
    using SafeCast for uint256;

    uint256 private constant BP = 10_000;
    /// @notice Least ratio of bond to stake, in 1/10,000: 1/32, rounded up.
    uint256 public constant MIN_RATIO_BP = 313;
    /// @notice Largest ratio of bond to stake, in 1/10,000.
    uint256 public constant MAX_RATIO_BP = 5_000;
    /// @notice Most by which a ratio moves at once, in 1/10,000 of stake: absolute, as operators have to find as much.
    uint256 public constant MAX_RATIO_STEP_BP = 100;

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

    // one slot: 13 + 13 + 6 = 32 bytes; more shares than there can be fit 104 bits
    mapping(uint256 operatorId => Bond) private _bonds;
    /// @inheritdoc IBondVault
    mapping(bool curated => uint256) public bondRatioBp;
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
    function releaseOverdue(uint256 operatorId) public virtual returns (uint256 shares);

    /* GOVERNANCE */

    /// @inheritdoc IBondVault
    function setBondRatio(bool curated, uint256 bp) external onlyRole(Roles.PARAMETER_MANAGER) {
        _move(
            curated ? bytes32("curatedBondRatioBp") : bytes32("bondRatioBp"),
            bondRatioBp[curated],
            bp,
            MAX_RATIO_STEP_BP
        );
        _setRatio(curated, bp);
    }

    /* VIEWS */

    /// @inheritdoc IBondVault
    function bondOf(uint256 operatorId) external view returns (Bond memory) {
        return _bonds[operatorId];
    }

    /// @inheritdoc IBondVault
    function backingOf(uint256 operatorId) public view returns (uint256 shares) {
        Bond memory b = _bonds[operatorId];
        shares = b.shares - b.locked;
        // what is owed is burnt as soon as anything is asked of the bond: it backs nothing
        uint256 owed = _sharesUp(_owedOf(operatorId));
        shares = shares > owed ? shares - owed : 0;
        if (b.claimableFrom == 0) return shares;
        uint256 requested = _requested(operatorId);
        // locks reach what is asked for, so that less of it may be free
        shares = shares > requested ? shares - requested : 0;
    }

    /// @inheritdoc IBondVault
    function capacityOf(uint256 operatorId) external view returns (uint256 eth) {
        uint256 value = ledger.getPooledEthByShares(backingOf(operatorId));
        return (value * BP) / (_ratioOf(operatorId) * 1 ether);
    }

    /// @inheritdoc IBondVault
    function claimableOf(uint256 operatorId) public view returns (uint256 shares) {
        uint256 free = _free(operatorId);
        uint256 needed = _sharesUp(_required(operatorId));
        return free > needed ? free - needed : 0;
    }

    /// @inheritdoc IBondVault
    function requireBacked(uint256 operatorId) external view {
        uint256 value = ledger.getPooledEthByShares(backingOf(operatorId));
        uint256 required = _required(operatorId);
        if (value < required) revert BondTooSmall(operatorId, value, required);
    }

    /* INTERNAL: what there is */

    /// @dev Shares that the manager has asked for, where the bond says that there are any.
    function _requested(uint256 operatorId) internal view virtual returns (uint256);

    /// @dev What was missing of the bond for lost predeposits, and was not paid since, in wei.
    function _owedOf(uint256 operatorId) internal view virtual returns (uint256);

    /// @dev Adds to what is owed, or takes off it; only what is above zero is uncovered. Returns what is owed now.
    function _owe(uint256 operatorId, int256 change) internal virtual returns (int256 owed);

    /// @dev Shares that no lock holds: what locks and penalties can reach.
    function _free(uint256 operatorId) internal view returns (uint256) {
        Bond memory b = _bonds[operatorId];
        return b.shares - b.locked;
    }

    function _sharesUp(uint256 amount) internal view returns (uint256) {
        return amount == 0 ? 0 : ledger.getSharesByPooledEth(amount) + 1;
    }

    function _ratioOf(uint256 operatorId) private view returns (uint256) {
        return bondRatioBp[operatorRegistry.isCurated(operatorId)];
    }

    /// @dev Wei; it divides without a rest.
    function _required(uint256 operatorId) private view returns (uint256) {
        uint256 eth = validatorRegistry.stakeOf(operatorId).eth;
        return (eth * 1 ether * _ratioOf(operatorId)) / BP;
    }

    /* INTERNAL: what becomes of it. What leaves a bond was locked first; callers stay within what is free, or locked. */

    /// @dev Locks shares worth `amount`, rounded up to whole `units`, or the whole units of what is free. A rest of a unit
    /// that stays free does not count as uncovered.
    function _lockWorth(
        uint256 operatorId,
        uint256 amount,
        uint256 unit
    ) internal returns (uint256 shares, uint256 uncovered) {
        uint256 free = _free(operatorId);
        shares = Math.ceilDiv(_sharesUp(amount), unit) * unit;
        if (shares > free) {
            shares = free - (free % unit);
            uint256 value = ledger.getPooledEthByShares(free);
            if (value < amount) uncovered = amount - value;
        }
        _lockShares(operatorId, shares);
    }

    function _lockShares(uint256 operatorId, uint256 shares) internal {
        _bonds[operatorId].locked += uint104(shares);
    }

    function _unlock(uint256 operatorId, uint256 shares) internal {
        _bonds[operatorId].locked -= uint104(shares);
    }

    /// @dev Burns shares that are locked. Returns their value in wei.
    function _burnLocked(uint256 operatorId, uint256 shares) internal returns (uint256 value) {
        if (shares == 0) return 0;
        _takeLocked(operatorId, shares);
        value = ledger.burnShares(shares);
    }

    /// @dev Sends shares that are locked.
    function _sendLocked(uint256 operatorId, address to, uint256 shares) internal {
        _takeLocked(operatorId, shares);
        ledger.transferShares(to, shares);
    }

    function _takeLocked(uint256 operatorId, uint256 shares) private {
        Bond memory b = _bonds[operatorId];
        b.shares -= uint104(shares);
        b.locked -= uint104(shares);
        _bonds[operatorId] = b;
    }

    /// @dev Zero where nothing is asked for.
    function _setClaimableFrom(uint256 operatorId, uint256 time) internal {
        // seconds fit 48 bits
        _bonds[operatorId].claimableFrom = uint48(time);
    }

    function _claimableFrom(uint256 operatorId) internal view returns (uint256) {
        return _bonds[operatorId].claimableFrom;
    }

    function _add(uint256 operatorId, uint256 shares) private {
        require(shares > 0, ZeroShares());
        _bonds[operatorId].shares += shares.toUint104();
        emit BondDeposited(operatorId, msg.sender, shares);
    }

    function _setRatio(bool curated, uint256 bp) private {
        require(
            bp >= MIN_RATIO_BP && bp <= MAX_RATIO_BP,
            BondRatioOutOfBounds(bp, MIN_RATIO_BP, MAX_RATIO_BP)
        );
        emit BondRatioSet(curated, bondRatioBp[curated], bp);
        bondRatioBp[curated] = bp;
    }
}
