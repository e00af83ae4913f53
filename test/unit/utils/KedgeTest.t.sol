// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The base itself: a helper that fails to fail would make every other test worthless.
contract KedgeTestTest is KedgeTest {
    /* CLAIMS */

    function test_claims_HoldWhenTrue() public pure {
        assertTrue(true);
        assertFalse(false);
        assertEq(true, true);
        assertEq(uint256(1), 1);
        assertEq(int256(-1), -1);
        assertEq(address(1), address(1));
        assertEq(bytes32("a"), bytes32("a"));
        assertEq(string("text"), "text");
        assertEq(bytes("text"), bytes("text"));
        assertEq(new uint256[](2), new uint256[](2));
        assertEq(new address[](2), new address[](2));
        assertEq(new bytes32[](2), new bytes32[](2));
        assertNotEq(true, false);
        assertNotEq(uint256(1), 2);
        assertNotEq(int256(1), -1);
        assertNotEq(address(1), address(2));
        assertNotEq(bytes32("a"), bytes32("b"));
        assertNotEq(string("text"), "texts");
        assertNotEq(bytes("text"), bytes("texts"));
        assertLt(uint256(1), 2);
        assertLt(int256(-2), -1);
        assertLe(uint256(2), 2);
        assertLe(int256(-2), -2);
        assertGt(uint256(2), 1);
        assertGt(int256(1), -1);
        assertGe(uint256(2), 2);
        assertGe(int256(-1), -1);
        assertApproxEqAbs(uint256(10), 13, 3);
        assertApproxEqAbs(int256(-1), 2, 3);
        assertApproxEqRel(uint256(101), 100, 0.01e18);
        assertApproxEqRel(int256(-101), -100, 0.01e18);
    }

    function test_claims_FailWhenFalse() public {
        _assertFails(abi.encodeCall(this.claimTrue, (false)), "assertTrue");
        _assertFails(abi.encodeCall(this.claimEqual, (1, 2)), "rate fell: 1 != 2");
        _assertFails(abi.encodeCall(this.claimEqualTexts, ("left", "right")), "assertEq: left != right");
        _assertFails(abi.encodeCall(this.claimLess, (-1, -1)), "assertLt: -1 >= -1");
        _assertFails(
            abi.encodeCall(this.claimNear, (10, 14, 3)),
            "assertApproxEqAbs: 10 !~= 14 (max delta: 3, real delta: 4)"
        );
    }

    function claimTrue(bool x) external pure {
        assertTrue(x);
    }

    function claimEqual(uint256 x, uint256 y) external pure {
        assertEq(x, y, "rate fell");
    }

    function claimEqualTexts(string calldata x, string calldata y) external pure {
        assertEq(x, y);
    }

    function claimLess(int256 x, int256 y) external pure {
        assertLt(x, y);
    }

    function claimNear(uint256 x, uint256 y, uint256 maxDelta) external pure {
        assertApproxEqAbs(x, y, maxDelta);
    }

    /* ACTORS */

    function test_makeAddr_IsStableAndSigns() public {
        (address alice, uint256 key) = makeAddrAndKey("alice");
        assertEq(makeAddr("alice"), alice);
        assertNotEq(makeAddr("bob"), alice);
        assertEq(vm.getLabel(alice), "alice");
        assertEq(makeRichAddr("carol", 4 ether).balance, 4 ether);

        bytes memory signed = signature(key, keccak256("digest"));
        assertEq(signed.length, 65);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, keccak256("digest"));
        assertEq(signed, abi.encodePacked(r, s, v));
    }

    function test_deal_SetsTheBalance() public {
        deal(address(0xa1), 2 ether);
        assertEq(address(0xa1).balance, 2 ether);
    }

    function test_hoax_FundsTheCaller() public {
        hoax(address(0xa1), 2 ether);
        this.receiveEther{value: 1 ether}(address(0xa1));
        assertEq(address(0xa1).balance, 1 ether);
    }

    function receiveEther(address expected) external payable {
        assertEq(msg.sender, expected);
    }

    /* TIME */

    function test_skipTime_MovesTime() public {
        uint256 start = currentTime();
        skipTime(90);
        assertEq(currentTime(), start + 90);
        uint256 number = vm.getBlockNumber();
        skipBlocks(3);
        assertEq(currentTime(), start + 126);
        assertEq(vm.getBlockNumber(), number + 3);
    }

    /* INPUTS */

    function testFuzz_bound_StaysInside(uint256 x, uint256 a, uint256 b) public pure {
        (uint256 min, uint256 max) = a < b ? (a, b) : (b, a);
        uint256 y = bound(x, min, max);
        assertGe(y, min);
        assertLe(y, max);
        if (x >= min && x <= max) assertEq(y, x);
    }

    function testFuzz_bound_StaysInsideSigned(int256 x, int256 a, int256 b) public pure {
        (int256 min, int256 max) = a < b ? (a, b) : (b, a);
        int256 y = bound(x, min, max);
        assertGe(y, min);
        assertLe(y, max);
        if (x >= min && x <= max) assertEq(y, x);
    }

    function test_bound_MapsEndsToEnds() public pure {
        assertEq(bound(uint256(0), 100, 200), 100);
        assertEq(bound(type(uint256).max, 100, 200), 200);
        assertEq(bound(type(int256).min, -5, 5), -5);
        assertEq(bound(type(int256).max, -5, 5), 5);
        assertEq(bound(uint256(7), 3, 3), 3);
        assertEq(bound(uint256(9), 0, type(uint256).max), 9);
        assertEq(uint256(bound128(type(uint256).max, 1, 6)), 6);
    }

    function test_bound_RevertWhen_BoundsReversed() public {
        vm.expectRevert(abi.encodeWithSelector(BoundsReversed.selector, 2, 1));
        this.callBound(0, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(SignedBoundsReversed.selector, int256(2), int256(-1)));
        this.callBoundSigned(0, 2, -1);
    }

    function callBound(uint256 x, uint256 min, uint256 max) external pure returns (uint256) {
        return bound(x, min, max);
    }

    function callBoundSigned(int256 x, int256 min, int256 max) external pure returns (int256) {
        return bound(x, min, max);
    }

    /* INTERNAL */

    /// @dev The claim must revert, and its text must end with `text`.
    function _assertFails(bytes memory claim, string memory text) private {
        (bool held, bytes memory reason) = address(this).call(claim);
        assertFalse(held, "a false claim held");
        // CheatcodeError(string): a selector, then the text.
        bytes memory encoded = new bytes(reason.length - 4);
        for (uint256 i; i < encoded.length; ++i) encoded[i] = reason[i + 4];
        assertEq(abi.decode(encoded, (string)), text);
    }
}
