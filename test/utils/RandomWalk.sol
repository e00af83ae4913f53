// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KedgeTest} from "./KedgeTest.sol";

/// @notice A walk through a handler's actions by chance, the same in every run: it shows what chance reaches.
abstract contract RandomWalk is KedgeTest {
    /// @notice Calls actions of four numbers at most, of which the third may be a flag. None may revert.
    function walk(address handler, bytes4[] memory actions, uint256 steps) internal {
        for (uint256 i = 0; i < steps; ++i) {
            uint256[5] memory r;
            for (uint256 j = 0; j < 5; ++j) r[j] = uint256(keccak256(abi.encode("walk", i, j)));
            bytes4 action = actions[r[4] % actions.length];
            (bool ok, bytes memory answer) = handler.call(
                abi.encodeWithSelector(action, r[0], r[1], r[2] % 2, r[3])
            );
            assertEq(answer, "", "no action reverts");
            assertTrue(ok, "nor runs out of gas");
        }
    }
}
