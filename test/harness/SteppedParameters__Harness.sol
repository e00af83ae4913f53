// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SteppedParameters} from "../../contracts/access/SteppedParameters.sol";

/// @notice One figure of each kind.
contract SteppedParameters__Harness is SteppedParameters {
    uint256 public moved;
    uint256 public scaled;
    uint256 public raised;

    constructor(uint256 moved_, uint256 scaled_, uint256 raised_) {
        (moved, scaled, raised) = (moved_, scaled_, raised_);
    }

    function move(uint256 to, uint256 step) external {
        _move("moved", moved, to, step);
        moved = to;
    }

    function scale(uint256 to, uint256 unit) external {
        _scale("scaled", scaled, to, unit);
        scaled = to;
    }

    function raise(uint256 to, uint256 step) external {
        _raise("raised", raised, to, step);
        raised = to;
    }
}
