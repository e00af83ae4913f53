// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title IDutyJudge
/// @notice Counts the frames in which an operator's validators attested less than the network by more than a leeway, and
/// worsens its standing by a step when there are too many of them. A frame that nobody hands in counts as good, so nobody
/// can choose which of an operator's frames are seen to its disadvantage.
interface IDutyJudge {
    /* TYPES */

    /// @notice What is too little, and how often.
    /// @param badFrames So many bad frames cost a step of the standing.
    /// @param window Among so many frames, the one that is judged included.
    /// @param leewayBp A frame is bad if the operator's figure is more than this below the network's, in 1/10,000.
    struct Parameters {
        uint256 badFrames;
        uint256 window;
        uint256 leewayBp;
    }

    /// @notice What is known of an operator.
    /// @param frame Frame that was judged last.
    /// @param bad Bit i says whether the frame `frame - i` was bad; starts anew with every step of the standing.
    struct Record {
        uint32 frame;
        uint32 bad;
    }

    /* EVENTS */

    /// @notice A frame of an operator was judged; figures in 1/10,000.
    event FrameJudged(
        uint256 indexed operatorId,
        uint256 indexed frame,
        uint256 attestedBp,
        uint256 networkBp,
        bool isBad
    );
    /// @notice There were too many bad frames, and the operator's standing was worsened by a step.
    event TooManyBadFrames(uint256 indexed operatorId, uint256 indexed frame);

    /* ERRORS */

    /// @notice A parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value, uint256 minimum, uint256 maximum);
    /// @notice The operator had no active validator in that frame: there is nothing to judge.
    error NoDuties(uint256 operatorId, uint256 frame);
    /// @notice The frame is not after the one that was judged last.
    error AlreadyJudged(uint256 operatorId, uint256 frame, uint256 lastFrame);
    /// @notice No report of that frame was booked yet.
    error FrameNotBooked(uint256 frame, uint256 lastFrame);

    /* ANYONE */

    /// @notice Judges the frame that an operator's figures speak of: once each, and forwards only. Reverts where they are
    /// not under the root of the last report (`IRewardDistributor.NotUnderRoot`), and for an unknown operator.
    /// @return isBad Whether the frame was bad.
    function judge(OperatorFigures calldata figures, bytes32[] calldata proof) external returns (bool isBad);

    /* VIEWS */

    /// @notice What is known of an operator; zeros before its first frame.
    function recordOf(uint256 operatorId) external view returns (Record memory);

    /// @notice The operator's figure may be so much below the network's, in 1/10,000.
    function leewayBp() external view returns (uint256);
}
