// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../contracts/access/Guarded.sol";
import {PausableUntil} from "../../contracts/access/PausableUntil.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";

/// @notice Counts calls while it is not paused.
contract Pausable__Mock is PausableUntil {
    uint256 public count;

    constructor(IAuthority authority_) Guarded(authority_) {}

    function work() external whenNotPaused {
        ++count;
    }
}
