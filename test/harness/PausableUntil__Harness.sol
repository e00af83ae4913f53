// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../contracts/access/PausableUntil.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";

/// @notice One function that a pause stops.
contract PausableUntil__Harness is PausableUntil {
    constructor(IAuthority authority_) Guarded(authority_) {}

    function act() external view whenNotPaused returns (bool) {
        return true;
    }
}
