// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SteppedParameters} from "../../contracts/access/SteppedParameters.sol";
import {KedgeTest} from "./KedgeTest.sol";

/// @notice What is expected of figures that move in steps.
abstract contract Steps is KedgeTest {
    /// @dev From one step of a figure to its next.
    uint256 internal constant STEP_PERIOD = 7 days;

    function expectTooLarge(bytes32 name, uint256 from, uint256 to) internal {
        vm.expectRevert(abi.encodeWithSelector(SteppedParameters.StepTooLarge.selector, name, from, to));
    }

    function expectTooSoon(bytes32 name, uint256 nextAt) internal {
        vm.expectRevert(abi.encodeWithSelector(SteppedParameters.StepTooSoon.selector, name, nextAt));
    }
}
