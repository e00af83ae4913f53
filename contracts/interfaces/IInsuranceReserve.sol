// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IInsuranceReserve
/// @notice Shares set aside for what operators' bonds did not cover: burnt, they make the other holders whole.
interface IInsuranceReserve {
    /// @notice What bonds did not cover was noted: it may be covered from `coverableFrom` on; 0 where none is left (wei).
    event LossNoted(address indexed caller, uint256 uncovered, uint256 coverableFrom);
    /// @notice Shares were burnt for losses that bonds did not cover.
    event LossCovered(address indexed caller, uint256 shares, uint256 amount, uint256 uncovered);

    /// @notice The delay is out of its bounds (seconds).
    error DelayOutOfBounds(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice Nothing is uncovered, or no less than what is noted (wei, wei).
    error NothingToNote(uint256 uncovered, uint256 noted);
    /// @notice What is noted may not be covered yet; zero where nothing is noted (time).
    error CoverTooEarly(uint256 coverableFrom);
    /// @notice There is no loss to cover any more, or nothing to cover it with (wei, shares).
    error NothingToCover(uint256 uncovered, uint256 shares);

    /// @notice Notes what is uncovered, where nothing is noted, or lowers what is noted to it: bonds may pay it later, as
    /// locks for other faults end, and what is lost after that waits anew. It is covered after the delay only, and no more
    /// than is uncovered then. Anyone may.
    function note() external;

    /// @notice Burns shares worth what was noted and is uncovered still, rounded down, or all that the reserve holds. What
    /// they are worth drips to all holders like any burnt bond. Anyone may.
    /// @return amount What the burnt shares were worth, in wei.
    function cover() external returns (uint256 amount);

    /// @notice What bonds did not cover, and the reserve has not yet, in wei. It falls again where a bond pays later what
    /// it had not at first.
    function uncovered() external view returns (uint256);

    /// @notice What was noted, in wei, and from when on it may be covered.
    function noted() external view returns (uint256 amount, uint256 coverableFrom);

    /// @notice All that the reserve ever covered, in wei.
    function totalCovered() external view returns (uint256);
}
