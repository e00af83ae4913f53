// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Roles} from "../access/Roles.sol";
import {SteppedParameters} from "../access/SteppedParameters.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IShareLedger} from "../interfaces/IShareLedger.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {Finalization} from "./Finalization.sol";
import {Unwrapper} from "./Unwrapper.sol";

/// @title WithdrawalRequests
/// @notice Mixin of the queue: shares, of kETH or wkETH, become tickets that wait.
/// TRUST: `PARAMETER_MANAGER` moves the cooldown of later requests, a step in a period, within bounds.
/// INVARIANTS: QUE-1, QUE-2, TOK-2.
/// ASSUMPTIONS: neither token calls anyone while it moves.
abstract contract WithdrawalRequests is Finalization, SteppedParameters {
    /// @notice The least request: 0.0001 shares, in 1e-9 shares.
    uint256 public constant MIN_REQUEST = 1e5;
    /// @notice The least that the ceiling of a request may be: one share, in 1e-9 shares.
    uint256 public constant MIN_CEILING = 1e9;
    /// @notice The longest cooldown, in seconds.
    uint256 public constant MAX_COOLDOWN = 30 days;
    /// @notice Most by which the cooldown rises at once, in seconds, however long it is: it is what holds people.
    uint256 public constant MAX_COOLDOWN_RISE = 2 days;
    /// @notice By as much a cooldown that is short moves, in seconds, where a factor would be less.
    uint256 public constant COOLDOWN_UNIT = 1 hours;

    /* IMMUTABLES */

    /// @notice The pool's shares as a token whose balance stands still.
    IWrappedStakedEther public immutable wrapper;
    /// @notice The shortest cooldown, in seconds.
    uint256 public immutable minCooldown;
    /// @notice The largest request, in 1e-9 shares. Whoever has more asks for several tickets.
    uint256 public immutable maxRequest;

    Unwrapper private immutable _unwrapper;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        uint256 maxRequest_,
        uint256 minCooldown_,
        uint256 cooldown_
    ) Finalization(authority_, ledger_) {
        require(wrapper_.asset() == address(ledger_), WrongWrapper(address(wrapper_)));
        require(
            maxRequest_ >= MIN_CEILING && maxRequest_ <= type(uint64).max,
            CeilingOutOfBounds(maxRequest_, MIN_CEILING, type(uint64).max)
        );
        wrapper = wrapper_;
        maxRequest = maxRequest_;
        minCooldown = minCooldown_;
        _unwrapper = new Unwrapper(IERC20(address(ledger_)));
        _setCooldown(cooldown_);
    }

    /* HOLDERS */

    /// @inheritdoc IWithdrawalQueue
    function request(uint256 amount, address owner) external returns (uint256 ticketId) {
        (uint256 last, uint256 readyAt, uint256 upTo) = _next(owner);
        ticketId = last + 1;
        uint256 shares = _issue(ledger.getSharesByPooledEth(amount), owner, ticketId, readyAt, upTo);
        _take(ticketId, shares);
    }

    /// @inheritdoc IWithdrawalQueue
    function requestBatch(
        uint256[] calldata amounts,
        address owner
    ) external returns (uint256 firstTicketId) {
        firstTicketId = _requestEther(amounts, owner);
    }

    /// @inheritdoc IWithdrawalQueue
    function requestBatchWithPermit(
        uint256[] calldata amounts,
        address owner,
        Permit calldata permit
    ) external returns (uint256 firstTicketId) {
        _permit(ledger, permit);
        firstTicketId = _requestEther(amounts, owner);
    }

    /// @inheritdoc IWithdrawalQueue
    function requestWrapped(
        uint256[] calldata shares,
        address owner
    ) external returns (uint256 firstTicketId) {
        firstTicketId = _requestWrapped(shares, owner);
    }

    /// @inheritdoc IWithdrawalQueue
    function requestWrappedWithPermit(
        uint256[] calldata shares,
        address owner,
        Permit calldata permit
    ) external returns (uint256 firstTicketId) {
        _permit(IShareLedger(address(wrapper)), permit);
        firstTicketId = _requestWrapped(shares, owner);
    }

    /* GOVERNANCE */

    /// @inheritdoc IWithdrawalQueue
    function setCooldown(uint256 newCooldown) external onlyRole(Roles.PARAMETER_MANAGER) {
        uint256 old = _cooldown;
        require(newCooldown <= old + MAX_COOLDOWN_RISE, StepTooLarge("cooldown", old, newCooldown));
        _scale("cooldown", old, newCooldown, COOLDOWN_UNIT);
        _setCooldown(newCooldown);
    }

    /* VIEWS */

    /// @inheritdoc IWithdrawalQueue
    function cooldown() external view returns (uint256) {
        return _cooldown;
    }

    /* INTERNAL */

    function _requestEther(
        uint256[] calldata amounts,
        address owner
    ) private returns (uint256 firstTicketId) {
        require(amounts.length > 0, NoRequests());
        (uint256 id, uint256 readyAt, uint256 upTo) = _next(owner);
        firstTicketId = id + 1;
        uint256 shares = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            shares += _issue(ledger.getSharesByPooledEth(amounts[i]), owner, ++id, readyAt, upTo + shares);
        }
        _take(id, shares);
    }

    function _requestWrapped(
        uint256[] calldata amounts,
        address owner
    ) private returns (uint256 firstTicketId) {
        require(amounts.length > 0, NoRequests());
        (uint256 id, uint256 readyAt, uint256 upTo) = _next(owner);
        firstTicketId = id + 1;
        uint256 shares = 0;
        for (uint256 i = 0; i < amounts.length; ++i) {
            shares += _issue(amounts[i], owner, ++id, readyAt, upTo + shares);
        }
        _lastTicketId = uint40(id);
        // one wkETH is one share: what is unwrapped is what the tickets stand for, to the unit
        wrapper.redeem(shares * GRAIN, address(_unwrapper), msg.sender);
        ledger.transferSharesFrom(address(_unwrapper), address(this), shares * GRAIN);
    }

    /// @dev A front-run permit has already set the allowance: the movement decides.
    function _permit(IShareLedger token, Permit calldata p) private {
        // solhint-disable-next-line no-empty-blocks
        try token.permit(msg.sender, address(this), p.value, p.deadline, p.signature) {} catch {}
    }

    /// @dev The last ticket so far, when the next one is ready, and all shares asked for.
    function _next(address owner) private view returns (uint256 last, uint256 readyAt, uint256 upTo) {
        require(owner != address(this), WrongRecipient(owner));
        last = _lastTicketId;
        (readyAt, upTo) = _ticket(last);
        // never earlier than the ticket before: tickets are finalised in order
        uint256 fresh = block.timestamp + _cooldown;
        if (readyAt < fresh) readyAt = fresh;
    }

    /// @dev Mints the ticket of `amount` shares (18 decimals) behind `upTo`; returns its shares (1e-9).
    function _issue(
        uint256 amount,
        address owner,
        uint256 id,
        uint256 readyAt,
        uint256 upTo
    ) private returns (uint256 shares) {
        shares = amount / GRAIN;
        require(shares >= MIN_REQUEST, RequestTooSmall(shares, MIN_REQUEST));
        require(shares <= maxRequest, RequestTooLarge(shares, maxRequest));
        // `maxRequest` fits 64 bits
        unchecked {
            upTo += shares;
        }
        require(upTo <= type(uint64).max, QueueFull(upTo));
        _mintTicket(owner, id, readyAt, upTo);
        emit Requested(id, owner, shares * GRAIN, readyAt);
    }

    /// @dev The ledger calls nobody; it reverts all of the above if the caller has too few shares.
    function _take(uint256 lastId, uint256 shares) private {
        // one more than the last: 2^40 are out of reach
        _lastTicketId = uint40(lastId);
        ledger.transferSharesFrom(msg.sender, address(this), shares * GRAIN);
    }

    function _setCooldown(uint256 newCooldown) private {
        require(
            newCooldown >= minCooldown && newCooldown <= MAX_COOLDOWN,
            CooldownOutOfBounds(newCooldown, minCooldown, MAX_COOLDOWN)
        );
        emit CooldownSet(_cooldown, newCooldown);
        // bounded above
        _cooldown = uint24(newCooldown);
    }
}
