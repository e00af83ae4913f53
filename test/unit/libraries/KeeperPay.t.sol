// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KeeperPay} from "../../../contracts/libraries/KeeperPay.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice How pay rises.
contract KeeperPayTest is KedgeTest {
    function test_due_RisesFromZeroToTheFigure() public pure {
        assertEq(KeeperPay.due(200_000, 20 gwei, 0, 3_600), 0, "when it is due");
        assertEq(KeeperPay.due(200_000, 20 gwei, 900, 3_600), 0.001 ether, "a quarter");
        assertEq(KeeperPay.due(200_000, 20 gwei, 3_600, 3_600), 0.004 ether, "all");
        assertEq(KeeperPay.due(200_000, 20 gwei, 1_000_000, 3_600), 0.004 ether, "and no more");
        assertEq(KeeperPay.due(1, 1, 3_599, 3_600), 0, "rounded down");
    }

    function test_due_IsNothingWithoutARise() public pure {
        assertEq(KeeperPay.due(200_000, 20 gwei, 1, 0), 0, "nothing");
    }

    function testFuzz_due_NeverFallsWithTimeAndNeverPassesTheFigure(
        uint64 gasFigure,
        uint64 baseFee,
        uint64 elapsed,
        uint64 more,
        uint64 rise
    ) public pure {
        uint256 first = KeeperPay.due(gasFigure, baseFee, elapsed, rise);
        uint256 later = KeeperPay.due(gasFigure, baseFee, uint256(elapsed) + more, rise);
        assertLe(first, later, "never less");
        assertLe(later, uint256(gasFigure) * baseFee, "never more");
        if (rise > 0 && elapsed >= rise) assertEq(first, uint256(gasFigure) * baseFee, "all of it");
    }
}
