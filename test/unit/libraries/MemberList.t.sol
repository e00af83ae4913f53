// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {MemberList__Harness} from "../../harness/MemberList__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Members in ascending order with their weights, apart from the committee.
contract MemberListTest is KedgeTest {
    address private constant LOW = address(1);
    address private constant MIDDLE = address(1 << 80);
    address private constant HIGH = address(type(uint160).max);

    MemberList__Harness private list;

    function setUp() public {
        list = new MemberList__Harness();
    }

    function test_empty_HasNobody() public view {
        assertEq(list.count(), 0, "count");
        assertEq(list.total(), 0, "total");
        assertEq(list.weightOf(LOW), 0, "weight");
        _assertFound(LOW, 0, 0, 0);
    }

    function test_set_SortsWhateverTheOrder() public {
        address[3][6] memory orders = [
            [LOW, MIDDLE, HIGH],
            [LOW, HIGH, MIDDLE],
            [MIDDLE, LOW, HIGH],
            [MIDDLE, HIGH, LOW],
            [HIGH, LOW, MIDDLE],
            [HIGH, MIDDLE, LOW]
        ];
        for (uint256 i = 0; i < orders.length; ++i) {
            list = new MemberList__Harness();
            for (uint256 j = 0; j < 3; ++j) list.set(orders[i][j], _weight(orders[i][j]));
            assertEq(list.count(), 3, "count");
            _assertAt(0, LOW, _weight(LOW));
            _assertAt(1, MIDDLE, _weight(MIDDLE));
            _assertAt(2, HIGH, _weight(HIGH));
            assertEq(list.total(), uint256(_weight(LOW)) + _weight(MIDDLE) + _weight(HIGH), "total");
        }
    }

    function test_set_ReplacesAWeightInItsPlace() public {
        _setThree();
        list.set(MIDDLE, 77);
        assertEq(list.count(), 3, "count");
        _assertAt(0, LOW, 3);
        _assertAt(1, MIDDLE, 77);
        _assertAt(2, HIGH, 11);
        assertEq(list.total(), 91, "total");
        list.set(MIDDLE, 77);
        assertEq(list.count(), 3, "the same again");
        assertEq(list.total(), 91, "the same total");
    }

    function test_set_ToZeroLeavesAMemberOut() public {
        _setThree();
        list.set(LOW, 0);
        assertEq(list.count(), 2, "the first");
        _assertAt(0, MIDDLE, 7);
        _assertAt(1, HIGH, 11);
        assertEq(list.total(), 18, "total of two");
        assertEq(list.weightOf(LOW), 0, "weight");
        list.set(LOW, 0);
        assertEq(list.count(), 2, "nobody leaves twice");
        list.set(HIGH, 0);
        _assertAt(0, MIDDLE, 7);
        list.set(MIDDLE, 0);
        assertEq(list.count(), 0, "all");
        assertEq(list.total(), 0, "total of none");
        list.set(address(0), 5);
        _assertAt(0, address(0), 5);
    }

    /// @dev What is stored does not change: a change stands in new code.
    function test_store_KeepsTheOldList() public {
        _setThree();
        address before = list.stored();
        bytes32 code = before.codehash;
        list.set(LOW, 0);
        assertNotEq(list.stored(), before, "elsewhere");
        assertEq(before.codehash, code, "as it was");
    }

    function test_find_AnswersTheFirstThatIsNotBelow() public {
        _setThree();
        _assertFound(address(0), 0, 0, 0);
        _assertFound(LOW, 0, 0, 3);
        _assertFound(address(2), 0, 1, 0);
        _assertFound(MIDDLE, 0, 1, 7);
        _assertFound(MIDDLE, 1, 1, 7);
        // never before the start
        _assertFound(LOW, 1, 1, 0);
        _assertFound(HIGH, 2, 2, 11);
        _assertFound(HIGH, 3, 3, 0);
        list.set(HIGH, 0);
        _assertFound(HIGH, 0, 2, 0);
    }

    function test_weightOf_IsZeroForAllOthers() public {
        _setThree();
        assertEq(list.weightOf(MIDDLE), 7, "a member");
        assertEq(list.weightOf(address(0)), 0, "below all");
        assertEq(list.weightOf(address(uint160(MIDDLE) - 1)), 0, "just below one");
        assertEq(list.weightOf(address(uint160(MIDDLE) + 1)), 0, "just above one");
        list.set(HIGH, 0);
        assertEq(list.weightOf(HIGH), 0, "above all");
    }

    function test_set_HoldsAFullCommitteeOfTheHeaviest() public {
        for (uint256 i = 32; i > 0; --i) list.set(address(uint160(i << 150)), 1e6);
        assertEq(list.count(), 32, "count");
        assertEq(list.total(), 32e6, "total");
        for (uint256 i = 0; i < 32; ++i) _assertAt(i, address(uint160((i + 1) << 150)), 1e6);
    }

    /// @dev Against a mapping, over any sequence of changes to few and many members.
    function testFuzz_set_AgreesWithAMapping(uint256 seed) public {
        uint256[7] memory weights;
        for (uint256 step = 0; step < 20; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 who = seed % 7;
            weights[who] = (seed >> 8) % 3 == 0 ? 0 : (seed >> 16) % 1e6;
            list.set(_member(who), uint32(weights[who]));
            uint256 count = 0;
            uint256 total = 0;
            for (uint256 i = 0; i < 7; ++i) {
                assertEq(list.weightOf(_member(i)), weights[i], "weight");
                if (weights[i] > 0) ++count;
                total += weights[i];
            }
            assertEq(list.count(), count, "count");
            assertEq(list.total(), total, "total");
            _assertSorted(count);
        }
    }

    function _assertFound(address member, uint256 start, uint256 place, uint256 weight) private view {
        (uint256 found, uint256 its) = list.find(member, start);
        assertEq(found, place, "place");
        assertEq(its, weight, "weight");
    }

    function _assertSorted(uint256 count) private view {
        for (uint256 i = 1; i < count; ++i) {
            (address lower, ) = list.at(i - 1);
            (address upper, ) = list.at(i);
            assertTrue(lower < upper, "sorted");
        }
    }

    function _assertAt(uint256 i, address member, uint256 weight) private view {
        (address found, uint256 its) = list.at(i);
        assertEq(found, member, "member");
        assertEq(its, weight, "weight");
    }

    function _setThree() private {
        list.set(HIGH, 11);
        list.set(LOW, 3);
        list.set(MIDDLE, 7);
    }

    /// @dev All 32 bits of a weight are kept, beside an address of ones too.
    function _weight(address member) private pure returns (uint32) {
        return
            member == MIDDLE
                ? 0xfffff000
                : member == LOW
                    ? 1
                    : 2;
    }

    function _member(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("member", i)))));
    }
}
