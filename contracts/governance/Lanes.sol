// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IReportOracle} from "../interfaces/IReportOracle.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {OpenTime} from "./OpenTime.sol";

/// @title Lanes
/// @notice Mixin of the timelock: which calls need no exit window, as they only let those out who wait, and which need no
/// long delay either, as they only keep ether from coming in, or take back what waits.
/// TRUST: nobody; the lists are code.
/// INVARIANTS: GOV-3.
/// ASSUMPTIONS: a pause of stakes ends by itself, and nobody who leaves needs its opposite. Predeposits are not among what
/// is stopped here: an operator that cannot deposit what it was allotted is demoted, and whoever is jailed may be made to
/// exit, which nothing takes back. Nor are operators' classes: bonds that were claimed follow them. Whatever oracle is asked
/// to refuse a parked report, nothing but a suspension ends by that: no other contract of ours has that selector.
abstract contract Lanes is OpenTime {
    /// @dev A report's nine words and the answer, behind the selector.
    uint256 private constant RESOLVE_LENGTH = 4 + 10 * 32;

    /* IMMUTABLES */

    /// @notice Where stakes come in.
    IStakedEther public immutable ledger;

    /* STORAGE */

    /// @dev When the pause ends that an operation of the opening lane ends; 0 for one that ends none. Of other lanes it is
    /// not looked at: an id may have been of the opening one before.
    mapping(bytes32 id => uint256 until) private _pauses;

    /* CONSTRUCTOR */

    constructor(IStakedEther ledger_) {
        require(address(ledger_) != address(0), AddressIsZero());
        ledger = ledger_;
    }

    /* VIEWS */

    /// @inheritdoc IExitWindowTimelock
    function laneOf(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads
    ) public view returns (Lane lane) {
        uint256 count = targets.length;
        if (count == 0 || values.length != count || payloads.length != count) return Lane.Ordinary;
        lane = Lane.Inflow;
        for (uint256 i = 0; i < count; ++i) {
            Lane one = _laneOf(targets[i], values[i], payloads[i]);
            if (one < lane) lane = one;
        }
    }

    /* INTERNAL */

    function _laneOf(address target, uint256 value, bytes calldata data) internal view returns (Lane) {
        if (value != 0 || data.length < 4) return Lane.Ordinary;
        bytes4 selector = bytes4(data[:4]);
        if (_onlyKeepsOut(target, selector, data.length)) return Lane.Inflow;
        return _onlyLetsOut(target, selector, data) ? Lane.Opening : Lane.Ordinary;
    }

    /// @dev Keeps which pause an operation of the opening lane ends, so that it ends no other. Called for each of that lane.
    function _keepPause(bytes32 id, bool endsPause) internal {
        _pauses[id] = endsPause ? _pausedUntil() : 0;
    }

    /// @dev When the pause of an operation ends by itself; without one never.
    function _endOfPause(bytes32 id) internal view returns (uint256 until) {
        until = _pauses[id];
        if (until == 0) until = type(uint256).max;
    }

    /// @dev Whether the pause that an operation was queued to end has ended, by itself or by another.
    function _isPauseOver(bytes32 id) internal view returns (bool) {
        uint256 until = _pauses[id];
        if (until == 0) return false;
        if (block.timestamp >= until) return true;
        uint256 current = _pausedUntil();
        // ended in this very second, as by the operation itself, which is looked at again after its calls
        return current != until && current != block.timestamp;
    }

    /// @dev One argument each: for how long, or what.
    function _onlyKeepsOut(address target, bytes4 selector, uint256 length) private view returns (bool) {
        if (length != 36) return false;
        if (target == address(ledger)) return selector == IStakedEther.pauseStaking.selector;
        return target == address(this) && selector == TimelockController.cancel.selector;
    }

    /// @dev The end of a pause of finalisations that runs; a parked report that is refused.
    function _onlyLetsOut(address target, bytes4 selector, bytes calldata data) private view returns (bool) {
        if (target == address(withdrawalQueue))
            return selector == PausableUntil.resume.selector && data.length == 4 && _isPaused();
        return
            selector == IReportOracle.resolve.selector &&
            data.length == RESOLVE_LENGTH &&
            bytes32(data[RESOLVE_LENGTH - 32:]) == 0;
    }

    /// @dev What would end a pause that nobody has begun would void the brake before it is pulled.
    function _isPaused() private view returns (bool) {
        return block.timestamp < _pausedUntil();
    }

    function _pausedUntil() private view returns (uint256) {
        return PausableUntil(address(withdrawalQueue)).pausedUntil();
    }
}
