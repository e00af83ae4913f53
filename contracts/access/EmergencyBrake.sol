// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAuthority} from "../interfaces/IAuthority.sol";
import {IEmergencyBrake} from "../interfaces/IEmergencyBrake.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {Guarded} from "./Guarded.sol";
import {PausableUntil} from "./PausableUntil.sol";
import {Roles} from "./Roles.sol";

/// @title EmergencyBrake
/// @notice Guardians stop what comes in, and new finalisations, once each and for a fixed time. It holds the role
/// `PAUSER`, and moves nothing. TRUST: `GUARDIAN` may delay new finalisations by `pauseSeconds` until governance arms the
/// brake anew; it can neither lengthen what runs nor begin again. `RESUMER` arms it. INVARIANTS: GOV-4: between two
/// armings a valve is shut at most once. ASSUMPTIONS: the contracts behind it end their pauses by themselves. It is
/// replaced with the depositor, by moving its role.
contract EmergencyBrake is IEmergencyBrake, Guarded {
    /// @notice Shortest pause, in seconds.
    uint256 public constant MIN_PAUSE = 1 hours;
    /// @notice Longest, in seconds: that of the contracts behind.
    uint256 public constant MAX_PAUSE = 14 days;

    /* IMMUTABLES */

    /// @notice Where stakes come in.
    IStakedEther public immutable ledger;
    /// @notice What sends predeposits to the beacon chain.
    PausableUntil public immutable depositor;
    /// @notice What finalises.
    PausableUntil public immutable withdrawalQueue;
    /// @inheritdoc IEmergencyBrake
    uint256 public immutable pauseSeconds;

    /* STORAGE */

    mapping(Valve => bool) private _pulled;

    /* CONSTRUCTOR */

    /// @notice Both valves are armed.
    /// @param pauseSeconds_ See `IEmergencyBrake.pauseSeconds`.
    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        PausableUntil depositor_,
        PausableUntil queue,
        uint256 pauseSeconds_
    ) Guarded(authority_) {
        require(
            address(ledger_) != address(0) &&
                address(depositor_) != address(0) &&
                address(queue) != address(0),
            ZeroAddress()
        );
        require(
            pauseSeconds_ >= MIN_PAUSE && pauseSeconds_ <= MAX_PAUSE,
            ParameterOutOfBounds("pauseSeconds", pauseSeconds_)
        );
        ledger = ledger_;
        depositor = depositor_;
        withdrawalQueue = queue;
        pauseSeconds = pauseSeconds_;
    }

    /* GUARDIANS */

    /// @inheritdoc IEmergencyBrake
    function pull(Valve valve) external onlyRole(Roles.GUARDIAN) {
        require(!_pulled[valve], NotArmed(valve));
        _pulled[valve] = true;
        emit BrakePulled(valve, msg.sender, block.timestamp + pauseSeconds);
        bool isShut = valve == Valve.Inflow ? _shutInflow() : _shut(withdrawalQueue);
        require(isShut, AlreadyShut(valve));
    }

    /* GOVERNANCE */

    /// @inheritdoc IEmergencyBrake
    function arm(Valve valve) external onlyRole(Roles.RESUMER) {
        require(_pulled[valve], IsArmed(valve));
        _pulled[valve] = false;
        emit BrakeArmed(valve, msg.sender);
    }

    /* VIEWS */

    /// @inheritdoc IEmergencyBrake
    function isArmed(Valve valve) external view returns (bool) {
        return !_pulled[valve];
    }

    /* INTERNAL */

    /// @dev Both halves, as far as they are open. Returns whether one was.
    function _shutInflow() private returns (bool) {
        bool isShut = _shut(depositor);
        (bool paused, ) = ledger.stakingPause();
        if (paused) return isShut;
        ledger.pauseStaking(pauseSeconds);
        return true;
    }

    /// @dev Nothing that runs is lengthened.
    function _shut(PausableUntil target) private returns (bool) {
        if (block.timestamp < target.pausedUntil()) return false;
        target.pauseFor(pauseSeconds);
        return true;
    }
}
