// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Vm} from "./Vm.sol";

/// @notice What a test may claim. Each claim takes an optional text, which stands before the two values in
/// the failure: `text: left op right`.
abstract contract Assertions {
    /// @notice The runner's cheatcodes, at the address that all runners agreed on.
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    /* TRUTH */

    function assertTrue(bool condition) internal pure {
        vm.assertTrue(condition, "assertTrue");
    }

    function assertTrue(bool condition, string memory text) internal pure {
        vm.assertTrue(condition, text);
    }

    function assertFalse(bool condition) internal pure {
        vm.assertFalse(condition, "assertFalse");
    }

    function assertFalse(bool condition, string memory text) internal pure {
        vm.assertFalse(condition, text);
    }

    /* EQUALITY */

    function assertEq(bool left, bool right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(bool left, bool right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(uint256 left, uint256 right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(int256 left, int256 right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(int256 left, int256 right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(address left, address right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(address left, address right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(bytes32 left, bytes32 right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(bytes32 left, bytes32 right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(string memory left, string memory right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(string memory left, string memory right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(bytes memory left, bytes memory right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(bytes memory left, bytes memory right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(uint256[] memory left, uint256[] memory right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(uint256[] memory left, uint256[] memory right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(address[] memory left, address[] memory right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(address[] memory left, address[] memory right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertEq(bytes32[] memory left, bytes32[] memory right) internal pure {
        vm.assertEq(left, right, "assertEq");
    }

    function assertEq(bytes32[] memory left, bytes32[] memory right, string memory text) internal pure {
        vm.assertEq(left, right, text);
    }

    function assertNotEq(bool left, bool right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(bool left, bool right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(uint256 left, uint256 right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(int256 left, int256 right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(int256 left, int256 right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(address left, address right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(address left, address right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(bytes32 left, bytes32 right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(bytes32 left, bytes32 right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(string memory left, string memory right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(string memory left, string memory right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    function assertNotEq(bytes memory left, bytes memory right) internal pure {
        vm.assertNotEq(left, right, "assertNotEq");
    }

    function assertNotEq(bytes memory left, bytes memory right, string memory text) internal pure {
        vm.assertNotEq(left, right, text);
    }

    /* ORDER */

    function assertLt(uint256 left, uint256 right) internal pure {
        vm.assertLt(left, right, "assertLt");
    }

    function assertLt(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertLt(left, right, text);
    }

    function assertLt(int256 left, int256 right) internal pure {
        vm.assertLt(left, right, "assertLt");
    }

    function assertLt(int256 left, int256 right, string memory text) internal pure {
        vm.assertLt(left, right, text);
    }

    function assertLe(uint256 left, uint256 right) internal pure {
        vm.assertLe(left, right, "assertLe");
    }

    function assertLe(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertLe(left, right, text);
    }

    function assertLe(int256 left, int256 right) internal pure {
        vm.assertLe(left, right, "assertLe");
    }

    function assertLe(int256 left, int256 right, string memory text) internal pure {
        vm.assertLe(left, right, text);
    }

    function assertGt(uint256 left, uint256 right) internal pure {
        vm.assertGt(left, right, "assertGt");
    }

    function assertGt(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertGt(left, right, text);
    }

    function assertGt(int256 left, int256 right) internal pure {
        vm.assertGt(left, right, "assertGt");
    }

    function assertGt(int256 left, int256 right, string memory text) internal pure {
        vm.assertGt(left, right, text);
    }

    function assertGe(uint256 left, uint256 right) internal pure {
        vm.assertGe(left, right, "assertGe");
    }

    function assertGe(uint256 left, uint256 right, string memory text) internal pure {
        vm.assertGe(left, right, text);
    }

    function assertGe(int256 left, int256 right) internal pure {
        vm.assertGe(left, right, "assertGe");
    }

    function assertGe(int256 left, int256 right, string memory text) internal pure {
        vm.assertGe(left, right, text);
    }

    /* NEARNESS */

    // maxDelta is absolute; maxShare is a fraction of `right`, 1e18 = 100 %.

    function assertApproxEqAbs(uint256 left, uint256 right, uint256 maxDelta) internal pure {
        vm.assertApproxEqAbs(left, right, maxDelta, "assertApproxEqAbs");
    }

    function assertApproxEqAbs(
        uint256 left,
        uint256 right,
        uint256 maxDelta,
        string memory text
    ) internal pure {
        vm.assertApproxEqAbs(left, right, maxDelta, text);
    }

    function assertApproxEqAbs(int256 left, int256 right, uint256 maxDelta) internal pure {
        vm.assertApproxEqAbs(left, right, maxDelta, "assertApproxEqAbs");
    }

    function assertApproxEqAbs(
        int256 left,
        int256 right,
        uint256 maxDelta,
        string memory text
    ) internal pure {
        vm.assertApproxEqAbs(left, right, maxDelta, text);
    }

    function assertApproxEqRel(uint256 left, uint256 right, uint256 maxShare) internal pure {
        vm.assertApproxEqRel(left, right, maxShare, "assertApproxEqRel");
    }

    function assertApproxEqRel(
        uint256 left,
        uint256 right,
        uint256 maxShare,
        string memory text
    ) internal pure {
        vm.assertApproxEqRel(left, right, maxShare, text);
    }

    function assertApproxEqRel(int256 left, int256 right, uint256 maxShare) internal pure {
        vm.assertApproxEqRel(left, right, maxShare, "assertApproxEqRel");
    }

    function assertApproxEqRel(
        int256 left,
        int256 right,
        uint256 maxShare,
        string memory text
    ) internal pure {
        vm.assertApproxEqRel(left, right, maxShare, text);
    }
}
