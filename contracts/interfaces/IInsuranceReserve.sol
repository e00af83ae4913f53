// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IInsuranceReserve
/// @notice Shares set aside for what operators' bonds did not cover: burnt, they make the other holders whole.
interface IInsuranceReserve {
    /// @notice What bonds did not cover was noted: it may be covered from `coverableFrom` on; 0 where none is left (wei).
    event LossNoted(address indexed caller, uint256 uncovered, uint256 coverableFrom);
    /// @notice Shares were burnt for losses that bonds did not cover.
    event LossCovered(address indexed caller, uint256 shares, uint256 amount, uint256 uncovered);

    /// @notice Shares worth `amount` wei were burnt as a report was about to book a loss, of which `loss` was beyond what is
    /// locked for faults with a shortfall; `coverable` was what bonds were proven not to have (wei).
    event LossCoveredAhead(uint256 shares, uint256 amount, uint256 loss, uint256 coverable);

    /// @notice The delay is out of its bounds (seconds).
    error DelayOutOfBounds(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice Nothing is uncovered, or no less than what is noted (wei, wei).
    error NothingToNote(uint256 uncovered, uint256 noted);
    /// @notice What is noted may not be covered yet; zero where nothing is noted (time).
    error CoverTooEarly(uint256 coverableFrom);
    /// @notice There is no loss to cover any more, or nothing to cover it with (wei, shares).
    error NothingToCover(uint256 uncovered, uint256 shares);

    /// @notice Burns shares before a report books a loss, so that the rate does not fall by what they are worth: what is
    /// burnt drips, and a loss first takes from what has not dripped. As much as the loss is beyond what is locked for
    /// faults with a shortfall, as bonds are proven not to have for such faults, and as is held; rounded down. What is
    /// covered so counts as covered when the faults are settled, and for the next losses where a bond pays it after all. It
    /// never reverts for want of anything. Caller: `ACCOUNTING`, before `IStakedEther.bookReport`.
    /// @param loss What the report is about to book, in wei.
    /// @return covered What the burnt shares were worth, in wei.
    function coverLoss(uint256 loss) external returns (uint256 covered);

    /// @notice Notes what is uncovered, where nothing is noted, or lowers what is noted to it: bonds may pay it later, as
    /// locks for other faults end, and what is lost after that waits anew. It is covered after the delay only, and no more
    /// than is uncovered then. Anyone may.
    function note() external;

    /// @notice Burns shares worth what was noted and is uncovered still, rounded down, or all that the reserve holds. What
    /// they are worth drips to all holders like any burnt bond. Anyone may.
    /// @return amount What the burnt shares were worth, in wei.
    function cover() external returns (uint256 amount);

    /// @notice What `coverLoss` may cover now, whatever is held, and what of a loss it leaves to bonds, in wei.
    function coverableNow() external view returns (uint256 amount, uint256 locked);

    /// @notice What bonds did not cover, and the reserve has not yet, in wei. It falls again where a bond pays later what
    /// it had not at first.
    function uncovered() external view returns (uint256);

    /// @notice What was noted, in wei, and from when on it may be covered.
    function noted() external view returns (uint256 amount, uint256 coverableFrom);

    /// @notice All that the reserve ever covered, in wei.
    function totalCovered() external view returns (uint256);
}
