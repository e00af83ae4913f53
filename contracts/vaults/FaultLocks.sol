// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Roles} from "../access/Roles.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {OperatorBonds} from "./OperatorBonds.sol";

/// @title FaultLocks
/// @notice Mixin of the bond vault: what is locked for faults of validators, and burnt as their losses show.
/// TRUST: `WITNESS` says what a fault costs, and whom a bounty goes to: it can burn a bond, and pay it away.
/// INVARIANTS: BND-1, BND-2, SLA-1: one lock for each validator.
/// ASSUMPTIONS: a validator has one operator for ever.
abstract contract FaultLocks is OperatorBonds {
    using Checkpoints for Checkpoints.Trace208;
    using SafeCast for uint256;

    /// @dev Locks are counted in 1e-9 of a share, so that one fits a slot.
    uint256 private constant GRAIN = 1e9;
    /// @dev MAX_EFFECTIVE_BALANCE_ELECTRA: what passes it the beacon chain pays out, and that is no loss.
    uint256 private constant MAX_BASE_GWEI = 2_048e9;

    // 20 + 6 + 6 = 32 bytes
    struct PackedLock {
        address prover;
        uint48 grains;
        uint48 baseGwei;
    }

    /// @dev What settlements of a validator's fault did not find in the bond, in wei; the base before they took anything off
    /// it, with what arrived, zero while that is the lock's own; what arrived, and the slot of the first of it, zero
    /// while nothing did; the first slot whose balances may be compared with the base.
    // 12 + 6 + 6 + 4 + 4 = 32 bytes
    struct Settled {
        uint96 owed;
        uint48 baseGwei;
        uint48 arrivedGwei;
        uint32 firstArrival;
        uint32 fromSlot;
    }

    /// @dev What becomes of a lock, in shares; `loss` in wei. `more` is burnt of what was free.
    struct Settlement {
        address prover;
        uint256 loss;
        uint256 reward;
        uint256 burnt;
        uint256 more;
        uint256 kept;
        uint256 unlocked;
    }

    /// @dev Of faults that are open: what was to be locked and bonds did not have, in wei, beyond what settlements have
    /// found missing, and the shares that are locked for the same faults.
    // 16 + 16 = 32 bytes
    struct Shortfall {
        uint128 amount;
        uint128 shares;
    }

    /* STORAGE */

    mapping(uint256 validatorIndex => PackedLock) private _locks;
    mapping(uint256 validatorIndex => Settled) private _settled;
    /// @dev A validator is merged once in its life.
    mapping(uint256 source => bool) private _counted;
    /// @dev What locks did not cover, in wei, ever, by the time that they were asked for.
    Checkpoints.Trace208 private _provisions;
    /// @dev What a lock did not cover, in wei, until the last settlement.
    mapping(uint256 validatorIndex => uint256) private _shortOf;
    Shortfall private _shortfall;

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
        uint256 shares;
        (shares, uncovered) = _lockWorth(operatorId, amount, GRAIN);
        _locks[validatorIndex] = PackedLock(prover, (shares / GRAIN).toUint48(), baseGwei.toUint48());
        // by when a report that books the loss must be later than the fault
        if (uncovered > 0) {
            _provisions.push(uint48(block.timestamp), (_provisions.latest() + uncovered).toUint208());
            _shortOf[validatorIndex] = uncovered;
            _shortfall.amount += uncovered.toUint128();
            _shortfall.shares += shares.toUint128();
        }
        emit BondLocked(operatorId, validatorIndex, prover, shares, amount, uncovered);
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
        Settled memory before = _settled[validatorIndex];
        uint256 owed = before.owed;
        Settlement memory s = _settlement(operatorId, held, balanceGwei, owed, last, bounty);
        uint256 value = ledger.getPooledEthByShares(s.burnt);
        // rounding aside, only a bond that was burnt in full fell short
        if (value + 1 gwei < s.loss) uncovered = s.loss - value;
        // what one settlement did not find, a later one may: locks of other validators end
        if (uncovered != owed) totalUncovered = totalUncovered + uncovered - owed;
        _settleShortfall(
            validatorIndex,
            held.grains * GRAIN,
            s.kept,
            owed,
            last ? type(uint256).max : uncovered
        );
        if (before.baseGwei == 0) before.baseGwei = held.baseGwei;
        before.owed = uncovered.toUint96();
        _settled[validatorIndex] = before;
        if (last && uncovered == 0) {
            delete _locks[validatorIndex];
        } else {
            // none more than what stood there
            if (balanceGwei < held.baseGwei) held.baseGwei = uint48(balanceGwei);
            held.grains = uint48(s.kept / GRAIN);
            held.prover = address(0);
            _locks[validatorIndex] = held;
        }
        emit BondSettled(operatorId, validatorIndex, s.burnt, s.unlocked, s.loss, uncovered);
        _lockShares(operatorId, s.more);
        _unlock(operatorId, s.unlocked);
        _burnLocked(operatorId, s.burnt);
        _payBounty(operatorId, s.prover, s.reward);
    }

    /// @inheritdoc IBondVault
    function raiseBase(
        uint256 validatorIndex,
        uint256 baseGwei,
        uint256 slot
    ) external onlyRole(Roles.WITNESS) {
        Settled memory s = _settled[validatorIndex];
        (uint256 old, uint256 base) = _rebase(validatorIndex, s, baseGwei, slot, slot);
        require(base > old, BaseNotHigher(validatorIndex, baseGwei + s.arrivedGwei, old));
    }

    /// @inheritdoc IBondVault
    function countArrival(
        uint256 validatorIndex,
        uint256 baseGwei,
        uint256 slot,
        Arrival calldata a
    ) external onlyRole(Roles.WITNESS) {
        require(!_counted[a.source], ArrivalKnown(a.source));
        _counted[a.source] = true;
        Settled memory s = _settled[validatorIndex];
        s.arrivedGwei = (s.arrivedGwei + a.amountGwei).toUint48();
        if (s.firstArrival == 0 || a.slot < s.firstArrival) s.firstArrival = a.slot.toUint32();
        emit ArrivalCounted(validatorIndex, a.source, a.amountGwei, a.fromSlot);
        _rebase(validatorIndex, s, baseGwei, slot, a.fromSlot);
    }

    /// @inheritdoc IBondVault
    function burn(
        uint256 operatorId,
        uint256 loss,
        uint256 fine,
        address prover,
        uint256 bounty
    ) external onlyRole(Roles.WITNESS) returns (uint256 uncovered) {
        releaseOverdue(operatorId);
        uint256 shares;
        (shares, uncovered) = _lockWorth(operatorId, loss, 1);
        _owe(operatorId, uncovered.toInt256());
        // what other stake needs pays for losses alone
        uint256 spare = claimableOf(operatorId);
        uint256 reward = Math.min(ledger.getSharesByPooledEth(bounty), spare);
        uint256 fined = Math.min(_sharesUp(fine), spare - reward);
        _lockShares(operatorId, reward + fined);
        emit BondBurnt(operatorId, shares + fined, loss, uncovered);
        _burnLocked(operatorId, shares + fined);
        _payBounty(operatorId, prover, reward);
    }

    /* VIEWS */

    /// @inheritdoc IBondVault
    function lockOf(uint256 validatorIndex) external view returns (Lock memory) {
        PackedLock memory held = _locks[validatorIndex];
        Settled memory s = _settled[validatorIndex];
        return
            Lock({
                shares: held.grains * GRAIN,
                baseGwei: held.baseGwei,
                prover: held.prover,
                arrivedGwei: s.arrivedGwei,
                fromSlot: s.fromSlot
            });
    }

    /// @inheritdoc IBondVault
    function uncoveredSince(uint256 time) external view returns (uint256) {
        return _provisions.latest() - _provisions.upperLookupRecent(time.toUint48());
    }

    /// @inheritdoc IBondVault
    function shortfall() external view returns (uint256 amount, uint256 shares) {
        return (_shortfall.amount, _shortfall.shares);
    }

    /* INTERNAL */

    /// @dev What settlements find missing of a fault is uncovered, and no shortfall any more; all of it with the last one.
    function _settleShortfall(
        uint256 validatorIndex,
        uint256 shares,
        uint256 kept,
        uint256 owed,
        uint256 uncovered
    ) private {
        uint256 short = _shortOf[validatorIndex];
        if (short == 0) return;
        Shortfall memory f = _shortfall;
        // parts of the sums
        f.amount = uint128(f.amount + _above(short, uncovered) - _above(short, owed));
        f.shares = uint128(f.shares + kept - shares);
        _shortfall = f;
        if (uncovered == type(uint256).max) delete _shortOf[validatorIndex];
    }

    function _above(uint256 a, uint256 b) private pure returns (uint256) {
        return a > b ? a - b : 0;
    }

    /// @dev The base as of a block that is of before all arrivals, with these; it never falls. What settlements have taken
    /// off it stays off. Stores `s`.
    function _rebase(
        uint256 validatorIndex,
        Settled memory s,
        uint256 baseGwei,
        uint256 slot,
        uint256 fromSlot
    ) private returns (uint256 old, uint256 base) {
        PackedLock storage held = _locks[validatorIndex];
        require(held.baseGwei > 0, NothingLocked(validatorIndex));
        // else it may have a part of them already
        require(
            s.firstArrival == 0 || slot < s.firstArrival,
            BaseAfterArrival(validatorIndex, slot, s.firstArrival)
        );
        old = s.baseGwei > 0 ? s.baseGwei : held.baseGwei;
        base = Math.max(old, Math.min(baseGwei + s.arrivedGwei, MAX_BASE_GWEI));
        held.baseGwei = (held.baseGwei + base - old).toUint48();
        s.baseGwei = base.toUint48();
        if (fromSlot > s.fromSlot) s.fromSlot = fromSlot.toUint32();
        _settled[validatorIndex] = s;
        if (base > old) emit BaseRaised(validatorIndex, old, base);
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

    /// @dev Sends what is locked for whoever proved a fault.
    function _payBounty(uint256 operatorId, address to, uint256 shares) private {
        if (shares == 0) return;
        emit BountyPaid(operatorId, to, shares);
        _sendLocked(operatorId, to, shares);
    }
}
