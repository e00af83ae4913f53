// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS12381} from "../../../contracts/libraries/BLS12381.sol";
import {DepositSignatureVectors} from "../../utils/DepositSignatureVectors.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The encoding of points at its edges, and precompiles that do not answer as they should.
contract BLS12381Test is KedgeTest, DepositSignatureVectors {
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    /// @notice (p - 1) / 2.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;

    Vector private first;

    function setUp() public {
        loadVectors();
        first = good(0);
    }

    /* FLAGS */

    function test_g1Point_RefusesOtherFlags() public view {
        for (uint256 flags = 0; flags < 8; ++flags) {
            bytes memory key = first.pubkey;
            key[0] = (key[0] & 0x1f) | bytes1(uint8(flags << 5));
            bool same = key[0] == first.pubkey[0];
            assertEq(harness.g1Point(key, first.y.pubkey).length, same ? 128 : 0, vm.toString(flags));
        }
    }

    function test_g2Point_RefusesOtherFlags() public view {
        for (uint256 flags = 0; flags < 8; ++flags) {
            bytes memory signature = first.signature;
            signature[0] = (signature[0] & 0x1f) | bytes1(uint8(flags << 5));
            bool same = signature[0] == first.signature[0];
            uint256 length = harness.g2Point(signature, first.y.signature).length;
            assertEq(length, same ? 256 : 0, vm.toString(flags));
            if (flags == 0) continue;
            // the second coefficient has no flags
            signature = first.signature;
            signature[48] |= bytes1(uint8(flags << 5));
            assertEq(harness.g2Point(signature, first.y.signature).length, 0, "flags of c0");
        }
    }

    /* EDGES OF THE FIELD */

    function test_g1Point_KnowsWhereTheFieldEnds() public view {
        BLS12381.Fp memory y = BLS12381.Fp(0, 1);
        assertEq(harness.g1Point(compressed(0x80, P_HIGH, P_LOW - 1), y).length, 128, "p - 1");
        assertEq(harness.g1Point(compressed(0x80, P_HIGH, P_LOW), y).length, 0, "p");
        assertEq(harness.g1Point(compressed(0x80, P_HIGH, P_LOW + 1), y).length, 0, "p + 1");
        assertEq(harness.g1Point(compressed(0x80, P_HIGH + 1, 0), y).length, 0, "above p");
        bytes memory x = compressed(0xa0, 0, 1);
        assertEq(harness.g1Point(x, BLS12381.Fp(P_HIGH, P_LOW - 1)).length, 128, "y = p - 1");
        assertEq(harness.g1Point(x, BLS12381.Fp(P_HIGH, P_LOW)).length, 0, "y = p");
        assertEq(harness.g1Point(x, BLS12381.Fp(P_HIGH + 1, 0)).length, 0, "y above p");
    }

    function test_g2Point_KnowsWhereTheFieldEnds() public view {
        BLS12381.Fp2 memory y = BLS12381.Fp2(BLS12381.Fp(0, 1), BLS12381.Fp(0, 1));
        bytes memory one = compressed(0, 0, 1);
        bytes memory leftOne = compressed(0x80, 0, 1);
        bytes memory left = bytes.concat(compressed(0x80, P_HIGH, P_LOW - 1), one);
        bytes memory right = bytes.concat(leftOne, compressed(0, P_HIGH, P_LOW - 1));
        assertEq(harness.g2Point(left, y).length, 256, "c1 = p - 1");
        assertEq(harness.g2Point(right, y).length, 256, "c0 = p - 1");
        left = bytes.concat(compressed(0x80, P_HIGH, P_LOW), one);
        right = bytes.concat(leftOne, compressed(0, P_HIGH, P_LOW));
        assertEq(harness.g2Point(left, y).length, 0, "c1 = p");
        assertEq(harness.g2Point(right, y).length, 0, "c0 = p");
    }

    function test_g1Point_KnowsWhichYIsLarger() public view {
        BLS12381.Fp memory half = BLS12381.Fp(HALF_HIGH, HALF_LOW);
        BLS12381.Fp memory above = BLS12381.Fp(HALF_HIGH, HALF_LOW + 1);
        BLS12381.Fp memory farAbove = BLS12381.Fp(HALF_HIGH + 1, 0);
        assertEq(harness.g1Point(compressed(0x80, 0, 1), half).length, 128, "(p - 1) / 2 is smaller");
        assertEq(harness.g1Point(compressed(0xa0, 0, 1), half).length, 0, "(p - 1) / 2 is not larger");
        assertEq(harness.g1Point(compressed(0xa0, 0, 1), above).length, 128, "(p + 1) / 2 is larger");
        assertEq(harness.g1Point(compressed(0x80, 0, 1), above).length, 0, "(p + 1) / 2 is not smaller");
        assertEq(harness.g1Point(compressed(0xa0, 0, 1), farAbove).length, 128, "more is larger");
    }

    function test_g2Point_ComparesC1BeforeC0() public view {
        BLS12381.Fp memory zero = BLS12381.Fp(0, 0);
        BLS12381.Fp memory small = BLS12381.Fp(0, 1);
        BLS12381.Fp memory large = BLS12381.Fp(P_HIGH, P_LOW - 1);
        assertSign(BLS12381.Fp2({c0: large, c1: small}), false);
        assertSign(BLS12381.Fp2({c0: small, c1: large}), true);
        assertSign(BLS12381.Fp2({c0: large, c1: zero}), true);
        assertSign(BLS12381.Fp2({c0: small, c1: zero}), false);
        assertSign(BLS12381.Fp2({c0: zero, c1: small}), false);
        assertSign(BLS12381.Fp2({c0: zero, c1: large}), true);
    }

    function testFuzz_g1Point_RefusesYWithBitsAboveTheField(uint256 bit) public view {
        BLS12381.Fp memory y = first.y.pubkey;
        y.high |= 1 << bound(bit, 125, 255);
        bytes memory key = first.pubkey;
        assertEq(harness.g1Point(key, y).length, 0, "one sign");
        key[0] ^= 0x20;
        assertEq(harness.g1Point(key, y).length, 0, "the other sign");
    }

    /* PRECOMPILES */

    function test_verify_RevertGiven_APrecompileIsMissing() public {
        address[3] memory precompiles = [address(0x05), address(0x0d), address(0x11)];
        for (uint256 i = 0; i < precompiles.length; ++i) {
            vm.mockCall(precompiles[i], "", "");
            (bool done, bytes memory answer) = address(harness).staticcall(callOf(first));
            vm.clearMockedCalls();
            assertFalse(done, "answered");
            assertEq(answer, abi.encodeWithSelector(BLS12381.PrecompileFailed.selector, precompiles[i]));
        }
    }

    function test_verify_TakesNothingButOneForYes() public {
        bytes[4] memory answers = [
            abi.encode(uint256(2)),
            abi.encode(uint256(1) << 248),
            abi.encode(uint256(1), uint256(1)),
            bytes("")
        ];
        for (uint256 i = 0; i < answers.length; ++i) {
            vm.mockCall(address(0x0f), "", answers[i]);
            assertFalse(isValid(first), vm.toString(i));
            vm.clearMockedCalls();
        }
        vm.mockCall(address(0x0f), "", abi.encode(uint256(1)));
        assertTrue(isValid(first), "the mock is asked");
    }

    /* HELPERS */

    function assertSign(BLS12381.Fp2 memory y, bool larger) private view {
        bytes memory rest = compressed(0, 0, 1);
        uint256 asLarger = harness.g2Point(bytes.concat(compressed(0xa0, 0, 1), rest), y).length;
        uint256 asSmaller = harness.g2Point(bytes.concat(compressed(0x80, 0, 1), rest), y).length;
        assertEq(asLarger, larger ? 256 : 0, "as the larger");
        assertEq(asSmaller, larger ? 0 : 256, "as the smaller");
    }

    /// @dev 48 bytes; flags in the first.
    function compressed(bytes1 flags, uint256 high, uint256 low) private pure returns (bytes memory) {
        return abi.encodePacked(uint128(high) | (uint128(uint8(flags)) << 120), low);
    }
}
