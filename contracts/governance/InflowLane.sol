// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IExitWindowTimelock} from "../interfaces/IExitWindowTimelock.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title InflowLane
/// @notice Mixin of the timelock: which calls only keep ether from coming in, or take back what waits.
/// TRUST: nobody; the list is code.
/// INVARIANTS: GOV-3.
/// ASSUMPTIONS: a pause of stakes ends by itself, and nobody who leaves needs its opposite. Predeposits are not among what
/// is stopped here: an operator that cannot deposit what it was allotted is demoted, and whoever is jailed may be made to
/// exit, which nothing takes back. Nor are operators' classes: bonds that were claimed follow them.
abstract contract InflowLane is IExitWindowTimelock {
    /* IMMUTABLES */

    /// @notice Where stakes come in.
    IStakedEther public immutable ledger;

    /* CONSTRUCTOR */

    constructor(IStakedEther ledger_) {
        require(address(ledger_) != address(0), AddressIsZero());
        ledger = ledger_;
    }

    /* VIEWS */

    /// @inheritdoc IExitWindowTimelock
    function isInflowOnly(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads
    ) public view returns (bool) {
        uint256 count = targets.length;
        if (count == 0 || values.length != count || payloads.length != count) return false;
        for (uint256 i = 0; i < count; ++i) {
            if (!_onlyKeepsOut(targets[i], values[i], payloads[i])) return false;
        }
        return true;
    }

    /* INTERNAL */

    /// @dev One argument each: for how long, or what.
    function _onlyKeepsOut(address target, uint256 value, bytes calldata data) internal view returns (bool) {
        if (value != 0 || data.length != 36) return false;
        bytes4 selector = bytes4(data[:4]);
        if (target == address(ledger)) return selector == IStakedEther.pauseStaking.selector;
        return target == address(this) && selector == TimelockController.cancel.selector;
    }
}
