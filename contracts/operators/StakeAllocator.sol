// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRandomnessSource} from "../interfaces/IRandomnessSource.sol";
import {IStakeAllocator} from "../interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {SortitionTree} from "../libraries/SortitionTree.sol";
import {AllocationParameters} from "./AllocationParameters.sol";

/// @title StakeAllocator
/// @notice Who gets the next stake: nomination weight × standing, capped, drawn at random.
/// TRUST: anyone refreshes, opens, settles and lapses; `DEPOSITOR` spends an allotment in the transaction that deposits it.
/// It holds no ether. It may demote an operator one step, for an allotment left unspent.
/// INVARIANTS: DRAW-1 (a draw opens only for free ether not promised yet), DRAW-2 (no winner passes the cap or its bond),
/// DRAW-3 (the tree holds the weights as last computed), DRAW-4 (one draw at a time, and the tree rests meanwhile).
/// ASSUMPTIONS: nobody knows the seed of a round when it is fixed, and it has one value; a manager has agreed to be it;
/// stake counts our deposits alone and moves together with what is spent of an allotment.
///
/// What can change a result between the seed and the settling: not weights, freshness, lot, cap or lapses, which are
/// fixed when the draw is opened (so `refresh` and `lapse` wait). A winner's standing, capacity and stake are as of the
/// settling, so that no ether goes to an operator jailed meanwhile. Whoever can lower them by a fact (a proven slashing,
/// a report) may do so before settling, and the operator itself may give up its win by asking for its bond; the win then
/// passes to the next result of the same seed, whoever that is. Settling is open to all from the moment that the seed is
/// known.
contract StakeAllocator is AllocationParameters {
    using SortitionTree for SortitionTree.Tree;

    /// @notice Results that are drawn again when the first is not eligible.
    uint256 public constant MAX_REDRAWS = 16;
    /// @notice Seconds between the end of a draw and the opening of the next: nobody can keep weights from being refreshed,
    /// or allotments from being lapsed, by opening draws without a pause.
    uint256 public constant OPENING_GAP = 5 minutes;
    /// @notice How often an allotment may be prolonged until it is won anew.
    uint256 public constant MAX_PROLONGATIONS = 3;
    /// @notice Why the allocator demotes.
    bytes32 public constant UNSPENT = "allotment unspent";

    uint256 private constant BP = 10_000;
    /// @dev Weights are counted in 1e-9 shares: all shares that there can be fit 64 bits 50 times over.
    uint256 private constant GRAIN = 1e9;

    /* IMMUTABLES */

    /// @notice Who the operators are, and how they stand.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice What they run for the pool.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice kETH: votes, times of reports, ether.
    IStakedEther public immutable ledger;
    /// @notice wkETH: votes.
    IVotes public immutable wrapper;
    /// @notice What backs operators' stake.
    IBondVault public immutable bondVault;
    /// @notice Whose requests come before deposits.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Where seeds come from.
    IRandomnessSource public immutable randomness;

    /* STORAGE */

    SortitionTree.Tree private _tree;
    // 1 + 4 + 8 + 4 + 4 + 5 + 5 = 31 bytes
    Draw private _draw;
    // 8 + 8 = 16 bytes
    /// @inheritdoc IStakeAllocator
    uint64 public promisedEth;
    /// @inheritdoc IStakeAllocator
    uint64 public closedAt;
    // 5 + 4 + 4 + 5 + 1 = 19 bytes each
    mapping(uint256 operatorId => Position) private _positions;
    /// @inheritdoc IStakeAllocator
    mapping(address manager => uint256 operatorId) public nomineeOf;
    /// @dev The other way round: `nomineeOf[m] == id` exactly if `_nominators[id] == m`, zero aside.
    mapping(uint256 operatorId => address) private _nominators;

    modifier whenNoDraw() {
        require(!_draw.isOpen, DrawIsOpen(_draw.id));
        _;
    }

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        Sources memory sources,
        Parameters memory first
    )
        Guarded(authority_)
        AllocationParameters(first, IBondVault(_nonZero(address(sources.bondVault))).claimDelay())
    {
        operatorRegistry = IOperatorRegistry(_nonZero(address(sources.operatorRegistry)));
        validatorRegistry = IValidatorRegistry(_nonZero(address(sources.validatorRegistry)));
        ledger = IStakedEther(_nonZero(address(sources.ledger)));
        wrapper = IVotes(_nonZero(address(sources.wrapper)));
        bondVault = sources.bondVault;
        withdrawalQueue = IWithdrawalQueue(_nonZero(address(sources.withdrawalQueue)));
        randomness = IRandomnessSource(_nonZero(address(sources.randomness)));
    }

    /* ANYONE: WEIGHTS */

    /// @inheritdoc IStakeAllocator
    function refresh(uint256 operatorId) external whenNoDraw {
        require(operatorId != 0 && operatorId <= operatorRegistry.count(), OperatorUnknown(operatorId));
        IOperatorRegistry.Standing standing = operatorRegistry.standingOf(operatorId);
        bool draws = _draws(standing);
        address nominator = _nominate(
            operatorId,
            draws ? operatorRegistry.managerOf(operatorId) : address(0)
        );
        uint256 weight = 0;
        if (draws) {
            weight = (_leastVotes(nominator) + bondVault.backingOf(operatorId)) / GRAIN;
            if (standing == IOperatorRegistry.Standing.Watched) weight /= 2;
        }
        // seconds fit 40 bits
        _positions[operatorId].refreshedAt = uint40(block.timestamp);
        uint256 old = _tree.set(operatorId, weight);
        emit WeightRefreshed(operatorId, nominator, old, weight);
    }

    /* ANYONE: DRAWS */

    /// @inheritdoc IStakeAllocator
    function open() external whenNoDraw returns (uint256 drawId) {
        uint256 opensAt = closedAt == 0 ? 0 : closedAt + OPENING_GAP;
        require(block.timestamp >= opensAt, OpenedTooEarly(opensAt));
        uint256 weight = _tree.total();
        require(weight > 0, NoWeight());
        Parameters memory p = parameters();
        uint256 promised = promisedEth + p.lotEth;
        uint256 freeEth = _freeEth();
        require(promised <= freeEth, FreeEtherTooSmall(freeEth, promised));

        uint256 cap = ((validatorRegistry.totalStake() + promised) * p.capBp) / BP;
        if (cap < p.capFloorEth) cap = p.capFloorEth;
        drawId = _draw.id + 1;
        _draw = Draw({
            isOpen: true,
            // counted up by one; more ether than there is fits 32 bits; seconds fit 40
            id: uint32(drawId),
            round: randomness.fix(),
            lotEth: p.lotEth,
            capEth: uint32(cap),
            openedAt: uint40(block.timestamp),
            freshSince: uint40(block.timestamp - p.weightLife)
        });
        emit DrawOpened(drawId, _draw.round, p.lotEth, cap, weight);
    }

    /// @inheritdoc IStakeAllocator
    function settle(bytes calldata proof) external returns (uint256 operatorId) {
        Draw memory d = _openDraw();
        bytes32 seed = randomness.seed(d.round, proof);
        uint256 weight = _tree.total();
        _close();
        for (uint256 i = 0; i <= MAX_REDRAWS; ++i) {
            operatorId = _tree.find(uint256(keccak256(abi.encode(seed, d.id, i))) % weight);
            if (!_isEligible(d, operatorId)) continue;
            _allot(d, operatorId, i);
            return operatorId;
        }
        emit DrawWithoutWinner(d.id);
        return 0;
    }

    /// @inheritdoc IStakeAllocator
    function abandon() external {
        Draw memory d = _openDraw();
        require(randomness.lapsed(d.round), SeedNotLapsed(d.round));
        _close();
        emit DrawAbandoned(d.id);
    }

    /* ANYONE: ALLOTMENTS */

    /// @inheritdoc IStakeAllocator
    function prolong(uint256 operatorId) external {
        Position storage p = _allotted(operatorId);
        uint256 endsAt = p.endsAt;
        require(block.timestamp < endsAt, AllotmentEnded(operatorId, endsAt));
        uint256 freeEth = _freeEth();
        require(freeEth < p.leftEth, FreeEtherSuffices(operatorId, freeEth, p.leftEth));
        require(p.prolongations < MAX_PROLONGATIONS, ProlongedTooOften(operatorId, MAX_PROLONGATIONS));
        // seconds fit 40 bits
        p.endsAt = uint40(block.timestamp + parameters().allotmentLife);
        ++p.prolongations;
        emit AllotmentProlonged(operatorId, endsAt, p.endsAt);
    }

    /// @inheritdoc IStakeAllocator
    function lapse(uint256 operatorId) external whenNoDraw {
        Position storage p = _allotted(operatorId);
        require(block.timestamp >= p.endsAt, AllotmentStands(operatorId, p.endsAt));
        uint32 left = p.leftEth;
        // who is jailed or retired may not have been let spend
        bool demotes = uint256(left) * 2 > p.givenEth && _draws(operatorRegistry.standingOf(operatorId));
        p.leftEth = 0;
        promisedEth -= left;
        emit AllotmentLapsed(operatorId, left, demotes);
        if (demotes) operatorRegistry.demote(operatorId, UNSPENT);
    }

    /* BRAINS */

    /// @inheritdoc IStakeAllocator
    function spend(uint256 operatorId, uint256 eth) external onlyRole(Roles.DEPOSITOR) {
        Position storage p = _positions[operatorId];
        uint256 left = p.leftEth;
        require(eth <= left, AllotmentTooSmall(operatorId, left, eth));
        require(block.timestamp < p.endsAt, AllotmentEnded(operatorId, p.endsAt));
        left -= eth;
        // no more than was left, which fits 32 bits and is a part of all that is promised
        p.leftEth = uint32(left);
        promisedEth -= uint64(eth);
        emit AllotmentSpent(operatorId, eth, left);
    }

    /* VIEWS */

    /// @inheritdoc IStakeAllocator
    function draw() external view returns (Draw memory) {
        return _draw;
    }

    /// @inheritdoc IStakeAllocator
    function weightOf(uint256 operatorId) external view returns (uint256) {
        return _tree.weightOf(operatorId);
    }

    /// @inheritdoc IStakeAllocator
    function totalWeight() external view returns (uint256) {
        return _tree.total();
    }

    /// @inheritdoc IStakeAllocator
    function position(uint256 operatorId) external view returns (Position memory) {
        return _positions[operatorId];
    }

    /* INTERNAL */

    /// @dev Votes of `manager` count for `operatorId` from now on, if they do for no other. Returns whose do, zero for
    /// nobody's.
    function _nominate(uint256 operatorId, address manager) private returns (address) {
        address before = _nominators[operatorId];
        if (manager == before) return before;
        if (before != address(0)) delete nomineeOf[before];
        if (nomineeOf[manager] != 0) manager = address(0);
        if (manager != address(0)) nomineeOf[manager] = operatorId;
        _nominators[operatorId] = manager;
        return manager;
    }

    /// @dev Shares (18 decimals); 0 with fewer than three reports.
    function _leastVotes(address nominator) private view returns (uint256 least) {
        if (nominator == address(0)) return 0;
        uint256[3] memory times = ledger.reportTimes();
        least = type(uint256).max;
        for (uint256 i = 0; i < 3; ++i) {
            if (times[i] == 0) return 0;
            uint256 votes = ledger.getPastVotes(nominator, times[i]) +
                wrapper.getPastVotes(nominator, times[i]);
            if (votes < least) least = votes;
        }
    }

    /// @dev What the allocator knows comes first, and what costs calls last.
    function _isEligible(Draw memory d, uint256 operatorId) private view returns (bool) {
        Position memory p = _positions[operatorId];
        if (p.refreshedAt < d.freshSince) return false;
        if (p.leftEth != 0 && p.endsAt <= d.openedAt) return false;
        if (!_draws(operatorRegistry.standingOf(operatorId))) return false;
        uint256 held = uint256(validatorRegistry.stakeOf(operatorId).eth) + p.leftEth + d.lotEth;
        return held <= d.capEth && held <= bondVault.capacityOf(operatorId);
    }

    /// @dev A second win makes one allotment of what was left and the lot: one slot and no list to go through, nobody has
    /// to hurry to be drawn again by its weight, and the new lot has its full life. What must be spent to keep one's
    /// standing is then half of both; the cap bounds what can be held so.
    function _allot(Draw memory d, uint256 operatorId, uint256 redraws) private {
        Position storage p = _positions[operatorId];
        uint32 given = p.leftEth + d.lotEth;
        p.leftEth = given;
        p.givenEth = given;
        // seconds fit 40 bits
        p.endsAt = uint40(block.timestamp + parameters().allotmentLife);
        p.prolongations = 0;
        promisedEth += d.lotEth;
        emit DrawWon(d.id, operatorId, redraws, given, p.endsAt);
    }

    function _close() private {
        _draw.isOpen = false;
        closedAt = uint64(block.timestamp);
    }

    function _openDraw() private view returns (Draw memory d) {
        d = _draw;
        require(d.isOpen, NoDrawOpen());
    }

    function _allotted(uint256 operatorId) private view returns (Position storage p) {
        p = _positions[operatorId];
        require(p.leftEth != 0, NoAllotment(operatorId));
    }

    /// @dev Whether operators of this standing take part.
    function _draws(IOperatorRegistry.Standing standing) private pure returns (bool) {
        return standing == IOperatorRegistry.Standing.Good || standing == IOperatorRegistry.Standing.Watched;
    }

    /// @dev Whole ETH that deposits may use: the buffer less the value of all unfinalised requests, whose shares the queue
    /// holds. Computed here, as the depositor, which knows it too, is younger.
    function _freeEth() private view returns (uint256) {
        uint256 held = address(ledger).balance;
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        return held > asked ? (held - asked) / 1 ether : 0;
    }

    function _nonZero(address source) private pure returns (address) {
        require(source != address(0), ZeroAddress());
        return source;
    }
}
