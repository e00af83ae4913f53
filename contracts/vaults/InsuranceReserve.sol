// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IInsuranceReserve} from "../interfaces/IInsuranceReserve.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title InsuranceReserve
/// @notice Covers, with its own shares, what the bonds of operators could not: at once, as a report books a loss, what
/// bonds are proven not to have for faults that are open; later, what settlements have found missing.
/// TRUST: the bond vault says what was not covered, as proofs showed it; `ACCOUNTING` says what a report is about to book,
/// and can burn no more than that; nobody moves the reserve in any other way.
/// INVARIANTS: BND-4 (what the reserve covers, bonds had to pay and could not).
/// ASSUMPTIONS: whoever fills it gives its shares away. It may be emptied for one fault and be missed at the next. The delay
/// is longer than settlements of slashings take (half of EPOCHS_PER_SLASHINGS_VECTOR, and a report).
contract InsuranceReserve is IInsuranceReserve, Guarded {
    using SafeCast for uint256;

    /// @notice Least delay between a note and a cover, in seconds.
    uint256 public constant MIN_DELAY = 1 hours;
    /// @notice Longest delay, in seconds.
    uint256 public constant MAX_DELAY = 60 days;

    // 16 + 8 = 24 bytes
    struct Note {
        uint128 amount;
        uint64 coverableFrom;
    }

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Who knows what bonds did not cover.
    IBondVault public immutable bondVault;
    /// @notice How long after its note a loss may be covered, in seconds.
    uint256 public immutable coverDelay;

    /* STORAGE */

    /// @inheritdoc IInsuranceReserve
    uint256 public totalCovered;
    Note private _note;
    // 16 + 16 = 32 bytes, in wei
    /// @dev What was covered ahead of settlements, less what faults closed of their shortfalls since.
    uint128 private _ahead;
    /// @dev What faults had closed of their shortfalls, ever, as of then.
    uint128 private _closedThen;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IBondVault bonds,
        uint256 delay
    ) Guarded(authority_) {
        require(address(ledger_) != address(0) && address(bonds) != address(0), ZeroAddress());
        ledger = ledger_;
        bondVault = bonds;
        require(delay >= MIN_DELAY && delay <= MAX_DELAY, DelayOutOfBounds(delay, MIN_DELAY, MAX_DELAY));
        coverDelay = delay;
    }

    /* BRAINS */

    /// @inheritdoc IInsuranceReserve
    function coverLoss(uint256 loss) external onlyRole(Roles.ACCOUNTING) returns (uint256 covered) {
        (uint256 amount, uint256 locked) = coverableNow();
        if (amount == 0) return 0;
        // bonds first: what is locked for these faults pays when they are settled
        loss = loss > locked ? loss - locked : 0;
        uint256 shares = Math.min(
            ledger.getSharesByPooledEth(Math.min(loss, amount)),
            ledger.sharesOf(address(this))
        );
        if (shares == 0) return 0;
        covered = ledger.getPooledEthByShares(shares);
        totalCovered += covered;
        (uint256 open, ) = bondVault.shortfall();
        (uint256 ahead, uint256 closed) = _aheadOf(open);
        (_ahead, _closedThen) = ((ahead + covered).toUint128(), closed.toUint128());
        emit LossCoveredAhead(shares, covered, loss, amount);
        ledger.burnShares(shares);
    }

    /* ANYONE */

    /// @inheritdoc IInsuranceReserve
    function note() external {
        uint256 open = uncovered();
        Note memory n = _note;
        bool isNew = n.amount == 0;
        require(isNew ? open > 0 : open < n.amount, NothingToNote(open, n.amount));
        // wei of what there is, and seconds
        n.amount = uint128(open);
        if (isNew) n.coverableFrom = uint64(block.timestamp + coverDelay);
        if (open == 0) n.coverableFrom = 0;
        _note = n;
        emit LossNoted(msg.sender, open, n.coverableFrom);
    }

    /// @inheritdoc IInsuranceReserve
    function cover() external returns (uint256 amount) {
        Note memory n = _note;
        require(n.amount > 0 && block.timestamp >= n.coverableFrom, CoverTooEarly(n.coverableFrom));
        uint256 open = Math.min(uncovered(), n.amount);
        uint256 held = ledger.sharesOf(address(this));
        uint256 shares = Math.min(ledger.getSharesByPooledEth(open), held);
        require(shares > 0, NothingToCover(open, held));
        amount = ledger.getPooledEthByShares(shares);
        totalCovered += amount;
        // what is left is noted anew, with what came since
        delete _note;
        emit LossCovered(msg.sender, shares, amount, open);
        ledger.burnShares(shares);
    }

    /* VIEWS */

    /// @inheritdoc IInsuranceReserve
    function noted() external view returns (uint256 amount, uint256 coverableFrom) {
        return (_note.amount, _note.coverableFrom);
    }

    /// @inheritdoc IInsuranceReserve
    function coverableNow() public view returns (uint256 amount, uint256 locked) {
        uint256 shares;
        (amount, shares) = bondVault.shortfall();
        if (amount == 0) return (0, 0);
        (uint256 ahead, ) = _aheadOf(amount);
        // what was covered, and no settlement found missing, counts: a bond paid it after all
        uint256 total = bondVault.totalUncovered();
        if (totalCovered > total) ahead = Math.max(ahead, totalCovered - total);
        amount = amount > ahead ? amount - ahead : 0;
        locked = ledger.getPooledEthByShares(shares);
    }

    /// @inheritdoc IInsuranceReserve
    function uncovered() public view returns (uint256) {
        uint256 total = bondVault.totalUncovered();
        return total > totalCovered ? total - totalCovered : 0;
    }

    /* INTERNAL */

    /// @dev What was covered ahead of settlements that are still to come, and what faults have closed of their shortfalls,
    /// ever: by settlements that found it missing, or by their last.
    function _aheadOf(uint256 open) private view returns (uint256 ahead, uint256 closed) {
        closed = bondVault.uncoveredSince(0) - open;
        uint256 since = closed > _closedThen ? closed - _closedThen : 0;
        ahead = _ahead > since ? _ahead - since : 0;
    }
}
