// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {DepositHistory__Harness} from "../../harness/DepositHistory__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Sums of deposits as of frame boundaries, against a plain list of them.
contract DepositHistoryTest is KedgeTest {
    DepositHistory__Harness private history;

    function setUp() public {
        history = new DepositHistory__Harness();
    }

    function _assertAdded(uint32 frame, uint64 amount, uint256 inFrame, uint256 sum) private {
        (uint256 f, uint256 s) = history.add(frame, amount);
        assertEq(f, inFrame, "in frame");
        assertEq(s, sum, "sum");
    }

    function test_totalAt_IsZeroWithoutDeposits() public view {
        assertEq(history.total(), 0);
        assertEq(history.totalAt(0), 0, "first boundary");
        assertEq(history.totalAt(1_000_000), 0, "late boundary");
    }

    function test_add_SumsWithinAFrame() public {
        _assertAdded(7, 10, 10, 10);
        _assertAdded(7, 5, 15, 15);
        assertEq(history.totalAt(7), 0, "made after boundary 7");
        assertEq(history.totalAt(6), 0, "and after boundary 6");
        assertEq(history.totalAt(8), 15, "before boundary 8");
    }

    function test_add_KeepsTheBoundaryBefore() public {
        _assertAdded(7, 10, 10, 10);
        _assertAdded(8, 3, 3, 13);
        assertEq(history.totalAt(9), 13);
        assertEq(history.totalAt(8), 10);
        assertEq(history.totalAt(7), 0);
    }

    function test_add_SkipsSilentFrames() public {
        _assertAdded(7, 10, 10, 10);
        _assertAdded(20, 3, 3, 13);
        assertEq(history.totalAt(20), 10, "boundary of the last deposit's frame");
        assertEq(history.totalAt(19), 10, "the silent frame before it");
        assertEq(history.totalAt(21), 13, "after");
    }

    function test_add_OfNothingStillMovesTheFrame() public {
        _assertAdded(7, 10, 10, 10);
        _assertAdded(8, 0, 0, 10);
        assertEq(history.totalAt(7), 0);
        assertEq(history.totalAt(8), 10);
    }

    function test_totalAt_RevertWhen_OlderThanTheBoundaryBeforeTheLast() public {
        history.add(7, 10);
        history.add(9, 3);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositHistoryTooShort.selector, 7, 8));
        history.totalAt(7);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.DepositHistoryTooShort.selector, 0, 8));
        history.totalAt(0);
        assertEq(history.totalAt(8), 10, "the oldest that is known");
    }

    function test_add_RevertWhen_TheSumPasses64Bits() public {
        history.add(7, type(uint64).max);
        vm.expectRevert();
        history.add(7, 1);
        assertEq(history.total(), type(uint64).max);
    }

    /// @dev Every boundary that is answered is answered as a list of all deposits would.
    function testFuzz_totalAt_EqualsTheSumOfAllEarlierDeposits(
        uint8[12] memory gaps,
        uint40[12] memory amounts
    ) public {
        uint256 frame = 1_000;
        uint256[] memory frames = new uint256[](12);
        for (uint256 i = 0; i < 12; ++i) {
            frame += gaps[i] % 4;
            frames[i] = frame;
            history.add(uint32(frame), amounts[i]);
            for (uint256 at = frame - 1; at < frame + 3; ++at) {
                uint256 sum = 0;
                for (uint256 j = 0; j <= i; ++j) if (frames[j] < at) sum += amounts[j];
                assertEq(history.totalAt(at), sum, "sum at boundary");
            }
        }
    }
}
