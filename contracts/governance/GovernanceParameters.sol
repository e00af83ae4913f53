// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IStakerGovernor} from "../interfaces/IStakerGovernor.sol";

/// @title GovernanceParameters
/// @notice Mixin of the governor: how long a vote takes, and which parts of all shares it needs.
/// TRUST: governance alone moves each parameter, a factor of two at a time, within the bounds below.
/// INVARIANTS: none by name.
/// ASSUMPTIONS: reports are booked, so that the ledger knows of all shares about as many as there are. A vote and its
/// extension end 96 frames after the snapshot at the latest, and the ledger knows the shares of 256: only after a silence
/// of 160 frames before the snapshot a vote may come too late for its quorum, and has to be proposed anew.
abstract contract GovernanceParameters is IStakerGovernor, Governor {
    using Checkpoints for Checkpoints.Trace208;

    uint256 private constant BP = 10_000;
    /// @notice Least that `votingDelay` may be, in frames: a report comes between a proposal and its snapshot.
    uint256 public constant MIN_VOTING_DELAY_FRAMES = 1;
    /// @notice Most that `votingDelay` may be, in frames.
    uint256 public constant MAX_VOTING_DELAY_FRAMES = 32;
    /// @notice Least that `votingPeriod` may be, in frames.
    uint256 public constant MIN_VOTING_PERIOD_FRAMES = 2;
    /// @notice Most that `votingPeriod` may be, in frames.
    uint256 public constant MAX_VOTING_PERIOD_FRAMES = 64;
    /// @notice Least that `voteExtension` may be, in frames.
    uint256 public constant MIN_VOTE_EXTENSION_FRAMES = 1;
    /// @notice Most that `voteExtension` may be, in frames.
    uint256 public constant MAX_VOTE_EXTENSION_FRAMES = 32;
    /// @notice Least that `proposalThresholdBp` may be.
    uint256 public constant MIN_PROPOSAL_THRESHOLD_BP = 1;
    /// @notice Most that `proposalThresholdBp` may be: whoever has the majority cannot leave the right to propose to itself
    /// alone.
    uint256 public constant MAX_PROPOSAL_THRESHOLD_BP = 200;
    /// @notice Least that `quorumBp` may be.
    uint256 public constant MIN_QUORUM_BP = 100;
    /// @notice Most that `quorumBp` may be.
    uint256 public constant MAX_QUORUM_BP = 2_500;
    /// @notice Frames after the end of its vote in which what passed can be queued.
    uint256 public constant QUEUE_FRAMES = 32;

    /* IMMUTABLES */

    /// @notice The pool, whose shares vote.
    IStakedEther public immutable ledger;
    /// @dev A frame, in seconds.
    uint256 internal immutable _frameSeconds;

    /* STORAGE */

    // 4 + 4 + 4 + 2 + 2 = 16 bytes
    Parameters private _parameters;
    /// @dev When governance set them last; 0 as long as they are the first.
    uint48 private _setAt;
    /// @dev `quorumBp` over time.
    Checkpoints.Trace208 private _quorumBp;

    /* CONSTRUCTOR */

    constructor(IStakedEther ledger_, Parameters memory first) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
        _frameSeconds = ledger_.parameters().frameSeconds;
        _setParameters(Parameters(0, 0, 0, 0, 0), first);
    }

    /* GOVERNANCE */

    /// @inheritdoc IStakerGovernor
    function setParameters(Parameters calldata newParameters) external onlyGovernance {
        Parameters memory old = _parameters;
        uint256 setAt = _setAt;
        require(
            setAt == 0 || block.timestamp >= setAt + old.votingPeriod,
            ParametersSetTooSoon(setAt + old.votingPeriod)
        );
        _requireStep("votingDelay", old.votingDelay, newParameters.votingDelay);
        _requireStep("votingPeriod", old.votingPeriod, newParameters.votingPeriod);
        _requireStep("voteExtension", old.voteExtension, newParameters.voteExtension);
        _requireStep("proposalThresholdBp", old.proposalThresholdBp, newParameters.proposalThresholdBp);
        _requireStep("quorumBp", old.quorumBp, newParameters.quorumBp);
        _setAt = clock();
        _setParameters(old, newParameters);
    }

    /* VIEWS */

    /// @inheritdoc IStakerGovernor
    function parameters() public view returns (Parameters memory) {
        return _parameters;
    }

    /// @inheritdoc IGovernor
    function votingDelay() public view override returns (uint256) {
        return _parameters.votingDelay;
    }

    /// @inheritdoc IGovernor
    function votingPeriod() public view override returns (uint256) {
        return _parameters.votingPeriod;
    }

    /// @inheritdoc Governor
    /// @dev Of the shares at the last report; rounded up.
    function proposalThreshold() public view virtual override returns (uint256) {
        return Math.ceilDiv(ledger.getPastTotalSupply(clock() - 1) * _parameters.proposalThresholdBp, BP);
    }

    /// @inheritdoc IGovernor
    /// @dev By the fraction, and the shares at the last report, of `timepoint`; rounded up, so never 0.
    function quorum(uint256 timepoint) public view override returns (uint256) {
        // reverts where the time is not over, so that it fits
        uint256 shares = ledger.getPastTotalSupply(timepoint);
        return Math.ceilDiv(shares * _quorumBp.upperLookupRecent(uint48(timepoint)), BP);
    }

    /* INTERNAL */

    function _setParameters(Parameters memory old, Parameters memory p) private {
        _requireFrames("votingDelay", p.votingDelay, MIN_VOTING_DELAY_FRAMES, MAX_VOTING_DELAY_FRAMES);
        _requireFrames("votingPeriod", p.votingPeriod, MIN_VOTING_PERIOD_FRAMES, MAX_VOTING_PERIOD_FRAMES);
        _requireFrames(
            "voteExtension",
            p.voteExtension,
            MIN_VOTE_EXTENSION_FRAMES,
            MAX_VOTE_EXTENSION_FRAMES
        );
        _requireWithin(
            "proposalThresholdBp",
            p.proposalThresholdBp,
            MIN_PROPOSAL_THRESHOLD_BP,
            MAX_PROPOSAL_THRESHOLD_BP
        );
        _requireWithin("quorumBp", p.quorumBp, MIN_QUORUM_BP, MAX_QUORUM_BP);
        emit ParametersSet(old, p);
        _parameters = p;
        _quorumBp.push(clock(), p.quorumBp);
    }

    function _requireFrames(bytes32 name, uint256 value, uint256 least, uint256 most) private view {
        _requireWithin(name, value, least * _frameSeconds, most * _frameSeconds);
    }

    function _requireWithin(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, ParameterOutOfBounds(name, value));
    }

    function _requireStep(bytes32 name, uint256 from, uint256 to) private pure {
        require(to <= from * 2 && from <= to * 2, ParameterOutOfBounds(name, to));
    }
}
