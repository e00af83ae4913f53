// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {Beacon__Harness} from "../../harness/Beacon__Harness.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Block roots from the EIP-4788 contract's real code.
contract BeaconRootsTest is KedgeTest {
    address private constant CONTRACT = 0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02;
    uint256 private constant RING = 8191;
    Beacon__Harness private harness;

    function setUp() public {
        harness = new Beacon__Harness();
        string memory json = vm.readFile("test/fixtures/generated/system-contracts.json");
        vm.etch(CONTRACT, vm.parseJsonBytes(json, "$.beaconRoots.code"));
    }

    function testFuzz_parentRoot_AnswersTheStoredRoot(uint256 time, bytes32 root) public {
        vm.assume(time != 0 && root != 0);
        setRoot(time, root);
        assertEq(harness.parentRoot(time), root);
    }

    function testFuzz_parentRoot_RevertWhen_TimeIsUnknown(uint256 time, uint256 other) public {
        vm.assume(time != 0 && other != time);
        setRoot(time, keccak256("root"));
        expectUnknown(other);
    }

    function testFuzz_parentRoot_RevertWhen_TimeIsOverwritten(uint64 time, uint64 laps) public {
        vm.assume(time != 0 && laps != 0);
        setRoot(time, keccak256("old"));
        uint256 later = uint256(time) + uint256(laps) * RING;
        setRoot(later, keccak256("new"));
        assertEq(harness.parentRoot(later), keccak256("new"), "new");
        expectUnknown(time);
    }

    function test_parentRoot_RevertWhen_TimeIsZero() public {
        setRoot(0, keccak256("root"));
        expectUnknown(0);
    }

    function test_parentRoot_RevertWhen_RootIsZero() public {
        setRoot(1_700_000_000, 0);
        expectUnknown(1_700_000_000);
    }

    /// @dev A chain without the contract, or one that answers something else, proves nothing.
    function test_parentRoot_RevertWhen_ThereIsNoContract() public {
        vm.etch(CONTRACT, "");
        expectUnknown(1_700_000_000);
        vm.mockCall(CONTRACT, abi.encode(uint256(1_700_000_000)), abi.encode(bytes32("a"), bytes32("b")));
        expectUnknown(1_700_000_000);
    }

    function setRoot(uint256 time, bytes32 root) private {
        vm.store(CONTRACT, bytes32(time % RING), bytes32(time));
        vm.store(CONTRACT, bytes32((time % RING) + RING), root);
    }

    function expectUnknown(uint256 time) private {
        vm.expectRevert(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, time));
        harness.parentRoot(time);
    }
}
