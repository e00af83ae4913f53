// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title IWithheldRewards
/// @notice Execution rewards that an operator's blocks paid elsewhere and that its commission did not make good: held from
/// its bond by the figures of a report, open to contest for a while, then burnt for all holders. Amounts are wei.
interface IWithheldRewards {
    /* TYPES */

    /// @notice Bond held for one claim.
    /// @param amount What is claimed, wei. @param shares What is held for it.
    /// @param operatorId Of whom. @param burnableFrom When it may be burnt, seconds since 1970.
    struct Hold {
        uint128 amount;
        uint128 shares;
        uint32 operatorId;
        uint40 burnableFrom;
    }

    /* EVENTS */

    /// @notice Bond was held for `amount` wei that an operator withheld. It may be burnt from `burnableFrom` on.
    event WithheldLocked(
        uint256 indexed operatorId,
        uint256 indexed holdId,
        uint256 amount,
        uint256 shares,
        uint256 burnableFrom
    );
    /// @notice A later report said less, and `amount` wei of the claim are void.
    event WithheldContested(
        uint256 indexed operatorId,
        uint256 indexed holdId,
        uint256 amount,
        uint256 shares
    );
    /// @notice Governance forgave the claim.
    event WithheldLifted(uint256 indexed operatorId, uint256 indexed holdId, uint256 amount, uint256 shares);
    /// @notice The time to contest ended, and what was held was burnt for all holders; it was worth `value` wei.
    event WithheldBurnt(uint256 indexed operatorId, uint256 indexed holdId, uint256 shares, uint256 value);

    /* ERRORS */

    /// @notice A parameter is out of its bounds (seconds).
    error PeriodOutOfBounds(uint256 period, uint256 minimum, uint256 maximum);
    /// @notice The report tells of no more than was accounted for.
    error NothingWithheld(uint256 operatorId, uint256 withheldWei, uint256 accountedWei);
    /// @notice The operator's bond has nothing free.
    error NothingToHold(uint256 operatorId);
    /// @notice No such hold, or it has ended.
    error HoldUnknown(uint256 holdId);
    /// @notice The figures are of another operator than the hold.
    error OtherOperator(uint256 holdId, uint256 operatorId);
    /// @notice The report does not say less than was accounted for.
    error NothingToContest(uint256 operatorId, uint256 withheldWei, uint256 accountedWei);
    /// @notice The hold may still be contested.
    error StillContestable(uint256 holdId, uint256 burnableFrom);

    /* ANYONE */

    /// @notice Holds bond for what an operator's figures say beyond what was accounted for; as much as the bond has free,
    /// the rest may be held later. Reverts where they are not under the root (`IRewardDistributor.NotUnderRoot`).
    function lockWithheld(
        OperatorFigures calldata figures,
        bytes32[] calldata proof
    ) external returns (uint256 holdId);

    /// @notice Frees as much of a hold as the operator's figures, of a later report, say less than was accounted for; shares
    /// in proportion, rounded down.
    function contest(uint256 holdId, OperatorFigures calldata figures, bytes32[] calldata proof) external;

    /// @notice Burns what a hold keeps when the time to contest has ended.
    function burn(uint256 holdId) external;

    /* GOVERNANCE */

    /// @notice Frees all of a hold for good: what it was for stays accounted for. Caller: `OPERATOR_MANAGER`.
    function lift(uint256 holdId) external;

    /* VIEWS */

    /// @notice A hold; zeros if it has ended.
    function holdOf(uint256 holdId) external view returns (Hold memory);

    /// @notice How many holds there were; the last id.
    function holdCount() external view returns (uint256);

    /// @notice Wei of what an operator withheld that were held, burnt or forgiven, ever.
    function accountedOf(uint256 operatorId) external view returns (uint256);

    /// @notice Time to contest a hold, in seconds.
    function contestPeriod() external view returns (uint256);
}
