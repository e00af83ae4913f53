// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LibBit} from "solady/src/utils/LibBit.sol";
import {Guarded} from "../access/Guarded.sol";
import {IDutyJudge} from "../interfaces/IDutyJudge.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {OperatorLeaf} from "../libraries/OperatorLeaf.sol";
import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title DutyJudge
/// @notice Missed duties, counted by frames, turned into an operator's standing.
/// TRUST: the committee says, by the root of a report, what was attested. What it says wrongly costs a standing, which
/// governance can lift; never a bond.
/// INVARIANTS: none by name: a frame is judged at most once.
/// ASSUMPTIONS: it holds the role `OPERATOR_JUDGE`. A successor starts with no bad frame.
contract DutyJudge is IDutyJudge {
    /// @notice Least frames that are looked at.
    uint256 public constant MIN_WINDOW = 2;
    /// @notice Most frames that are looked at: bits of a record.
    uint256 public constant MAX_WINDOW = 32;
    /// @notice Least of them that cost a step: one bad day is nobody's fault.
    uint256 public constant MIN_BAD_FRAMES = 2;
    /// @notice Least leeway, in 1/10,000.
    uint256 public constant MIN_LEEWAY_BP = 100;
    /// @notice Most leeway, in 1/10,000.
    uint256 public constant MAX_LEEWAY_BP = 5_000;
    bytes32 private constant REASON = "duties";

    /* IMMUTABLES */

    /// @notice Where the root is.
    IRewardDistributor public immutable rewardDistributor;
    /// @notice Where standings are.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice Which frame was booked last.
    IStakedEther public immutable ledger;
    /// @notice So many bad frames cost a step of the standing.
    uint256 public immutable badFrames;
    /// @notice Among so many frames.
    uint256 public immutable window;
    /// @inheritdoc IDutyJudge
    uint256 public immutable leewayBp;

    /* STORAGE */

    mapping(uint256 operatorId => Record) private _records;

    /* CONSTRUCTOR */

    constructor(
        IRewardDistributor distributor,
        IOperatorRegistry operators,
        IStakedEther ledger_,
        Parameters memory p
    ) {
        require(
            address(distributor) != address(0) &&
                address(operators) != address(0) &&
                address(ledger_) != address(0),
            Guarded.ZeroAddress()
        );
        _requireWithin("window", p.window, MIN_WINDOW, MAX_WINDOW);
        _requireWithin("badFrames", p.badFrames, MIN_BAD_FRAMES, p.window);
        _requireWithin("leewayBp", p.leewayBp, MIN_LEEWAY_BP, MAX_LEEWAY_BP);
        rewardDistributor = distributor;
        operatorRegistry = operators;
        ledger = ledger_;
        badFrames = p.badFrames;
        window = p.window;
        leewayBp = p.leewayBp;
    }

    /* ANYONE */

    /// @inheritdoc IDutyJudge
    function judge(OperatorFigures calldata figures, bytes32[] calldata proof) external returns (bool isBad) {
        rewardDistributor.requireUnderRoot(figures, proof);
        uint256 operatorId = figures.operatorId;
        uint256 frame = figures.frame;
        require(figures.attestedBp != OperatorLeaf.NO_DUTIES, NoDuties(operatorId, frame));
        operatorRegistry.managerOf(operatorId);
        // a frame of the far future would end all judgements of the operator
        uint256 last = ledger.lastReportFrame();
        require(frame <= last, FrameNotBooked(frame, last));
        Record memory r = _records[operatorId];
        require(frame > r.frame, AlreadyJudged(operatorId, frame, r.frame));

        isBad = figures.attestedBp + leewayBp < figures.networkBp;
        // frames between that nobody handed in are zeros; those out of the window fall off
        uint256 bad = ((uint256(r.bad) << (frame - r.frame)) | (isBad ? 1 : 0)) & ((1 << window) - 1);
        emit FrameJudged(operatorId, frame, figures.attestedBp, figures.networkBp, isBad);
        bool isTooMany = LibBit.popCount(bad) >= badFrames;
        // masked to 32 bits above
        _records[operatorId] = Record(figures.frame, isTooMany ? 0 : uint32(bad));
        if (!isTooMany) return isBad;
        emit TooManyBadFrames(operatorId, frame);
        operatorRegistry.demote(operatorId, REASON);
    }

    /* VIEWS */

    /// @inheritdoc IDutyJudge
    function recordOf(uint256 operatorId) external view returns (Record memory) {
        return _records[operatorId];
    }

    /* INTERNAL */

    function _requireWithin(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private pure {
        require(value >= minimum && value <= maximum, ParameterOutOfBounds(name, value, minimum, maximum));
    }
}
