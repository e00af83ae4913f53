// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IERC1155Receiver} from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {Lanes} from "./Lanes.sol";
import {OpenTime} from "./OpenTime.sol";

/// @title ExitWindowTimelock
/// @notice The only admin of the authority: what stakers decided waits until those who did not want it are out.
/// TRUST: the governor says what is done, and what is taken back, by another operation; anyone executes; the timelock
/// alone names governors, by an operation of its own. Nobody shortens a wait.
/// INVARIANTS: GOV-1, GOV-2, GOV-3.
/// ASSUMPTIONS: those of `OpenTime` and `Lanes`; tickets are finalised in their order.
contract ExitWindowTimelock is Lanes, SteppedParameters, TimelockController {
    /// @notice The longest delay that can be set, in seconds.
    uint256 public constant LONGEST_DELAY = 30 days;
    /// @notice The shortest of all times that are fixed, in seconds.
    uint256 public constant SHORTEST_TIME = 1 minutes;
    /// @notice Upper bounds of what is fixed, in seconds.
    uint256 public constant LONGEST_EXIT_WINDOW = 14 days;
    /// @notice See `LONGEST_EXIT_WINDOW`.
    uint256 public constant LONGEST_MAX_WAIT = 90 days;
    /// @notice See `LONGEST_EXIT_WINDOW`.
    uint256 public constant LONGEST_ABSOLUTE_END = 365 days;
    /// @inheritdoc IExitWindowTimelock
    uint256 public constant SHELF_LIFE = 30 days;

    /// @dev What is known of a pending operation beside OpenZeppelin's time.
    struct Pending {
        // one slot: 5 + 5 + 3 + 1 + 1 + 5 + 4 + 8 = 32 bytes. Times end in the year 36,812, that of `notedAt` in 2106, as in
        // the ledger; ids and shares as in the queue; a discount is less than 30 days
        uint40 queuedAt;
        uint40 openBefore;
        uint24 discount;
        Lane lane;
        bool closed;
        uint40 lastTicketId;
        uint32 notedAt;
        uint64 shares;
    }

    /* IMMUTABLES */

    /// @notice See `IExitWindowTimelock.Parameters`.
    uint256 public immutable shortestDelay;
    /// @notice See `IExitWindowTimelock.Parameters`.
    uint256 public immutable inflowDelay;
    /// @notice See `IExitWindowTimelock.Parameters`.
    uint256 public immutable exitWindow;
    /// @notice See `IExitWindowTimelock.Parameters`.
    uint256 public immutable maxWait;
    /// @notice See `IExitWindowTimelock.Parameters`.
    uint256 public immutable absoluteEnd;

    /* STORAGE */

    /// @inheritdoc IExitWindowTimelock
    address public appointer;
    mapping(bytes32 id => Pending) private _pending;

    /* CONSTRUCTOR */

    /// @notice The timelock administers itself, anyone executes (a list of one: zero), and nobody proposes yet.
    constructor(
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        address appointer_,
        Parameters memory p
    )
        Lanes(ledger_)
        OpenTime(queue, p.observationGap)
        TimelockController(p.delay, new address[](0), new address[](1), address(0))
    {
        require(appointer_ != address(0), AddressIsZero());
        // by an operation that takes back another
        _grantRole(CANCELLER_ROLE, address(this));
        _requireBetween("inflowDelay", p.inflowDelay, SHORTEST_TIME, p.shortestDelay);
        _requireBetween("delay", p.delay, p.shortestDelay, LONGEST_DELAY);
        _requireBetween("exitWindow", p.exitWindow, SHORTEST_TIME, LONGEST_EXIT_WINDOW);
        _requireBetween("maxWait", p.maxWait, Math.max(p.exitWindow, p.observationGap) + 1, LONGEST_MAX_WAIT);
        _requireBetween("absoluteEnd", p.absoluteEnd, p.maxWait + 1, LONGEST_ABSOLUTE_END);
        appointer = appointer_;
        shortestDelay = p.shortestDelay;
        inflowDelay = p.inflowDelay;
        exitWindow = p.exitWindow;
        maxWait = p.maxWait;
        absoluteEnd = p.absoluteEnd;
    }

    /* THE APPOINTER */

    /// @inheritdoc IExitWindowTimelock
    function appoint(address governor) external {
        require(msg.sender == appointer, NotTheAppointer(msg.sender));
        require(governor != address(0), AddressIsZero());
        appointer = address(0);
        _grantRole(PROPOSER_ROLE, governor);
        emit GovernorAppointed(governor);
    }

    /* THE GOVERNOR */

    /// @notice Queues one call. `delay` is that of an ordinary operation at least; in the inflow lane the difference to
    /// its own delay is taken off. Caller: `PROPOSER_ROLE`.
    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        super.schedule(target, value, data, predecessor, salt, delay);
        bytes32 id = hashOperation(target, value, data, predecessor, salt);
        Lane lane = _laneOf(target, value, data);
        if (lane == Lane.Opening) _keepPause(id, target == address(withdrawalQueue));
        _keep(id, lane);
    }

    /// @notice Queues calls that are made together, as in `schedule`. Caller: `PROPOSER_ROLE`.
    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
        bytes32 id = hashOperationBatch(targets, values, payloads, predecessor, salt);
        Lane lane = laneOf(targets, values, payloads);
        if (lane == Lane.Opening) {
            bool endsPause = false;
            for (uint256 i = 0; i < targets.length; ++i) {
                if (targets[i] == address(withdrawalQueue)) endsPause = true;
            }
            _keepPause(id, endsPause);
        }
        _keep(id, lane);
    }

    /// @notice Sets the delay of operations that are queued later, from `shortestDelay` to `LONGEST_DELAY`. Caller: the
    /// timelock itself.
    function updateDelay(uint256 newDelay) public override {
        _requireBetween("delay", newDelay, shortestDelay, LONGEST_DELAY);
        _scale("delay", getMinDelay(), newDelay, 0);
        super.updateDelay(newDelay);
    }

    /* ANYONE */

    /// @inheritdoc IExitWindowTimelock
    function closeWindow(bytes32 id) external {
        Pending storage p = _pending[id];
        require(isOperationPending(id) && p.lane == Lane.Ordinary, NoWindow(id));
        require(!p.closed, WindowIsClosed(id));
        uint256 possibleFrom = p.queuedAt + exitWindow;
        require(block.timestamp >= possibleFrom, WindowIsOpen(id, possibleFrom));
        uint256 last = withdrawalQueue.lastTicketId();
        (uint256 shares, , ) = withdrawalQueue.totals();
        // as the queue keeps them
        (p.closed, p.lastTicketId, p.shares) = (true, uint40(last), uint64(shares));
        emit WindowClosed(id, last, shares);
        _observe();
    }

    /// @inheritdoc IExitWindowTimelock
    function noteReady(bytes32 id) external {
        Pending storage p = _pending[id];
        require(isOperationReady(id) && p.lane == Lane.Ordinary, NotToBeNoted(id));
        require(block.timestamp < _readyFrom(id, p), NotToBeNoted(id));
        require(p.notedAt == 0, AlreadyNoted(id, p.notedAt));
        p.notedAt = uint32(block.timestamp);
        emit ReadinessNoted(id, block.timestamp + SHELF_LIFE);
    }

    /// @notice Takes no ether: who executes an operation brings what its calls send.
    receive() external payable override {
        revert TakesNothing();
    }

    /* VIEWS */

    /// @inheritdoc IExitWindowTimelock
    function readiness(bytes32 id) external view returns (Readiness memory r) {
        if (!isOperationPending(id)) return r;
        Pending memory p = _pending[id];
        r.ready = isOperationReady(id);
        r.lane = p.lane;
        r.expiresAt = _expiresAt(id, p);
        r.queuedAt = p.queuedAt;
        r.delayEndsAt = getTimestamp(id);
        r.openSeconds = _openTime() - p.openBefore;
        (, r.sharesFinalized, ) = withdrawalQueue.totals();
        if (p.lane != Lane.Ordinary) return r;
        (r.windowClosed, r.lastTicketId, r.sharesNeeded) = (p.closed, p.lastTicketId, p.shares);
        (r.windowEndsAt, r.endsAt) = (p.queuedAt + exitWindow, p.queuedAt + absoluteEnd);
    }

    /// @notice When the delay of an operation is over (seconds since 1970); 0 for one that is unknown, 1 when it is done.
    function getTimestamp(bytes32 id) public view override returns (uint256 time) {
        time = super.getTimestamp(id);
        if (time > DONE_TIMESTAMP) time -= _pending[id].discount;
    }

    /// @notice Ready when the delay is over, and whoever asked to leave in time is out, or was waited for long enough; unset
    /// again where nobody executed it in time, or the pause is over that it was queued to end.
    function getOperationState(bytes32 id) public view override returns (OperationState state) {
        state = super.getOperationState(id);
        if (state == OperationState.Unset || state == OperationState.Done) return state;
        Pending memory p = _pending[id];
        if (p.lane == Lane.Opening && _isPauseOver(id)) return OperationState.Unset;
        if (state == OperationState.Waiting || !_waitsForNobody(p)) return OperationState.Waiting;
        if (block.timestamp >= _expiresAt(id, p)) return OperationState.Unset;
    }

    /// @notice Refuses such a token.
    function onERC721Received(address, address, uint256, bytes memory) public pure override returns (bytes4) {
        revert TakesNothing();
    }

    /// @notice Refuses such a token.
    function onERC1155Received(
        address,
        address,
        uint256,
        uint256,
        bytes memory
    ) public pure override returns (bytes4) {
        revert TakesNothing();
    }

    /// @notice Refuses such tokens.
    function onERC1155BatchReceived(
        address,
        address,
        uint256[] memory,
        uint256[] memory,
        bytes memory
    ) public pure override returns (bytes4) {
        revert TakesNothing();
    }

    /// @notice ERC-165: roles (`IAccessControl`) alone.
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return id != type(IERC1155Receiver).interfaceId && super.supportsInterface(id);
    }

    /* INTERNAL */

    /// @dev An id comes back only after it was cancelled, or has expired; then it waits anew.
    function _keep(bytes32 id, Lane lane) private {
        // seconds that went by since the deployment
        uint40 openBefore = uint40(_observe());
        // at most the longest delay
        uint24 discount = lane == Lane.Inflow ? uint24(getMinDelay() - inflowDelay) : 0;
        _pending[id] = Pending(uint40(block.timestamp), openBefore, discount, lane, false, 0, 0, 0);
        emit OperationQueued(id, lane, getTimestamp(id));
    }

    /// @dev Counted from when it was ready, where that is known, and never later than the pause that it ends.
    function _expiresAt(bytes32 id, Pending memory p) private view returns (uint256) {
        uint256 from = p.notedAt == 0 ? _readyFrom(id, p) : p.notedAt;
        uint256 until = from + SHELF_LIFE;
        return p.lane == Lane.Opening ? Math.min(until, _endOfPause(id)) : until;
    }

    /// @dev From when on it is ready whatever was shut: without a window that is known.
    function _readyFrom(bytes32 id, Pending memory p) private view returns (uint256 time) {
        time = getTimestamp(id);
        if (p.lane == Lane.Ordinary) time = Math.max(time, p.queuedAt + absoluteEnd);
    }

    /// @dev None of these ends, once it holds: what is ready stays so, for its time. `maxWait` and `absoluteEnd` are longer
    /// than the window.
    function _waitsForNobody(Pending memory p) private view returns (bool) {
        if (p.lane != Lane.Ordinary) return true;
        if (p.closed) {
            (, uint256 finalized, ) = withdrawalQueue.totals();
            if (finalized >= p.shares) return true;
        }
        return _openTime() >= p.openBefore + maxWait || block.timestamp >= p.queuedAt + absoluteEnd;
    }

    /// @dev Proposers and cancellers may change; the timelock's own root, and that anyone executes, are for ever.
    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        _requireChangeable(role);
        return super._grantRole(role, account);
    }

    function _revokeRole(bytes32 role, address account) internal override returns (bool) {
        _requireChangeable(role);
        return super._revokeRole(role, account);
    }

    function _requireChangeable(bytes32 role) private view {
        // all but the constructor, which gives the two that are fixed
        require(
            role == PROPOSER_ROLE || role == CANCELLER_ROLE || address(this).code.length == 0,
            RoleIsFixed(role)
        );
    }

    function _requireBetween(bytes32 name, uint256 value, uint256 least, uint256 most) private pure {
        require(value >= least && value <= most, ParameterOutOfBounds(name, value));
    }
}
