// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IExitWindowTimelock
/// @notice What OpenZeppelin's `TimelockController` does, and more: an operation waits until everyone who asked to leave
/// before the end of its exit window has their ether. Times are seconds since 1970, durations are seconds.
///
/// An operation that was queued at T is ready when its delay is over AND one of these holds:
/// - its window is closed (`closeWindow`, from T + `exitWindow` on), and the queue has finalised every ticket that was
///   requested before the close;
/// - `maxWait` of open time has passed since T: time in which finalisations are neither paused, nor held, nor suspended;
/// - T + `absoluteEnd` has come.
///
/// What is ready stays so, until it is executed, cancelled, or not wanted any more: whoever pauses later has no veto, and
/// those who had asked are out already, or had their `maxWait`. Where nobody executes it for `SHELF_LIFE` it expires, and is
/// as one that was never queued: nothing lies about to be used against a later decision. That time is counted from when
/// somebody noted that it was ready (`noteReady`), which anyone may, or else from the last moment at which it became so.
/// A note after that moment is refused: it would give it more time.
///
/// Open time is counted by observations, which anyone makes (`observe`); queueing and closing make one, too. What lies
/// between two of them counts, less what a pause or a hold took of it, if they are no further apart than `observationGap`
/// and no report was parked at either. So a suspension longer than the gap never counts, and a shorter one does not
/// either if anybody observes while it lasts. Where nobody observes, the absolute end remains.
///
/// **Lanes.** An operation is told by its contents as it is queued: all of its calls, without ether. The lists are code.
/// - `Inflow`: they only keep ether from coming in, or take back what waits: `pauseStaking` of the ledger, and `cancel` of
///   the timelock itself. Its delay is shorter by `delay − inflowDelay`, and it has no window. `getMinDelay` is the delay of
///   all others, so that a governor queues all in the same way.
/// - `Opening`: some of them only let those out who wait: `resume` of the queue, while it is paused, and `resolve` of a
///   report oracle, refusing. It has the whole delay, and no window: nobody waits behind the tickets that it would free.
///   One with a `resume` is for the pause in which it was queued, and expires with it.
/// - `Ordinary`: all others.
interface IExitWindowTimelock {
    /// @notice What an operation needs not wait for (see above); a longer wait comes first.
    enum Lane {
        Ordinary,
        Opening,
        Inflow
    }

    /// @notice What is fixed at deployment, in seconds, and the first delay.
    /// @param delay First delay of ordinary operations.
    /// @param shortestDelay Least that `updateDelay` may set.
    /// @param inflowDelay Delay of the inflow lane, not above `shortestDelay`.
    /// @param exitWindow How long after its queueing a ticket must be asked for to be waited for.
    /// @param maxWait Open time after which an operation waits for nobody any more, more than `exitWindow` and
    /// `observationGap`.
    /// @param absoluteEnd Time after which it waits for nobody whatever was shut, more than `maxWait`.
    /// @param observationGap The longest time between two observations that counts: more than what keepers let pass.
    struct Parameters {
        uint256 delay;
        uint256 shortestDelay;
        uint256 inflowDelay;
        uint256 exitWindow;
        uint256 maxWait;
        uint256 absoluteEnd;
        uint256 observationGap;
    }

    /// @notice What an operation waits for; zeros for one that is not pending.
    /// @param ready Whether it can be executed, its predecessor aside.
    /// @param lane Its lane: in all but the ordinary one its delay is all that it waits for.
    /// @param queuedAt When it was queued.
    /// @param delayEndsAt When its delay is over.
    /// @param windowEndsAt From when on its window may be closed; 0 where it has none.
    /// @param windowClosed Whether it was.
    /// @param lastTicketId The last ticket that it waits for, if closed; 0 if there is none.
    /// @param sharesNeeded What the queue must have finalised in all, if closed (1e-9 shares).
    /// @param sharesFinalized What it has (1e-9 shares).
    /// @param openSeconds Open time that was counted since it was queued.
    /// @param endsAt When it waits for nobody any more; 0 where it has no window.
    /// @param expiresAt When it cannot be executed any more; earlier once somebody notes that it is ready.
    struct Readiness {
        bool ready;
        Lane lane;
        uint256 queuedAt;
        uint256 delayEndsAt;
        uint256 windowEndsAt;
        bool windowClosed;
        uint256 lastTicketId;
        uint256 sharesNeeded;
        uint256 sharesFinalized;
        uint256 openSeconds;
        uint256 endsAt;
        uint256 expiresAt;
    }

    /// @notice An operation was queued, beside OpenZeppelin's events, whose delay is that of before the lane's discount.
    event OperationQueued(bytes32 indexed id, Lane lane, uint256 delayEndsAt);
    /// @notice The window of an operation was closed: it waits for tickets up to `lastTicketId`, `shares` in all (1e-9
    /// shares).
    event WindowClosed(bytes32 indexed id, uint256 lastTicketId, uint256 shares);
    /// @notice An operation was found to be ready; it expires at `expiresAt` (seconds since 1970).
    event ReadinessNoted(bytes32 indexed id, uint256 expiresAt);
    /// @notice Somebody looked: `openSeconds` of open time were counted since the deployment; `suspended` tells whether a
    /// report is parked.
    event Observed(uint256 openSeconds, bool suspended);
    /// @notice The governor was named.
    event GovernorAppointed(address indexed governor);

    /// @notice A parameter is out of its bounds (seconds).
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice A contract was constructed with the zero address, or the zero address was named.
    error AddressIsZero();
    /// @notice The caller may not name the governor, or it was named.
    error NotTheAppointer(address caller);
    /// @notice The operation is not pending, or in a lane that has no window.
    error NoWindow(bytes32 id);
    /// @notice The window was closed before.
    error WindowIsClosed(bytes32 id);
    /// @notice The window may be closed from `possibleFrom` on.
    error WindowIsOpen(bytes32 id, uint256 possibleFrom);
    /// @notice The operation is not ready, or it is known when it was: without a window, and from its absolute end on.
    error NotToBeNoted(bytes32 id);
    /// @notice It was noted at `notedAt` that the operation is ready.
    error AlreadyNoted(bytes32 id, uint256 notedAt);
    /// @notice Who administers the timelock, and who executes, is fixed.
    error RoleIsFixed(bytes32 role);
    /// @notice The timelock takes neither plain ether nor tokens that ask whether they are welcome. What is sent along
    /// with an execution, and not sent on, stays.
    error TakesNothing();

    /// @notice Names the first governor, which proposes. Once; caller: who deployed (`appointer`), which has no
    /// other power, and none afterwards. Later governors are named by operations.
    function appoint(address governor) external;

    /// @notice Counts open time since the last observation. Anyone may, at any time; while finalisations are shut it makes
    /// sure that this time does not count.
    function observe() external;

    /// @notice Closes the window of an operation: tickets that were requested so far are waited for, and none that come
    /// later. Anyone may, once, from `exitWindow` after its queueing on. Reverts with `NoWindow`, `WindowIsClosed`,
    /// `WindowIsOpen`.
    function closeWindow(bytes32 id) external;

    /// @notice Notes that an operation with a window is ready, so that it expires `SHELF_LIFE` from now. Anyone may, once,
    /// before its absolute end and that of its delay.
    /// Reverts with `NotToBeNoted`, `AlreadyNoted`.
    function noteReady(bytes32 id) external;

    /// @notice How long an operation that is ready can be executed, in seconds.
    function SHELF_LIFE() external view returns (uint256);

    /// @notice What a pending operation waits for.
    function readiness(bytes32 id) external view returns (Readiness memory);

    /// @notice The lane of an operation of these calls, if it was queued now; the ordinary one for what is no operation.
    function laneOf(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads
    ) external view returns (Lane);

    /// @notice Open time counted since the deployment, when it was counted last, and whether a report was parked then.
    function openTime() external view returns (uint256 openSeconds, uint256 observedAt, bool suspended);

    /// @notice Who may name the governor; zero when it is named.
    function appointer() external view returns (address);
}
