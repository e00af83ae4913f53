// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BLS12381} from "../../../contracts/libraries/BLS12381.sol";
import {DepositSignature} from "../../../contracts/libraries/DepositSignature.sol";
import {DepositSignatureVectors} from "../../utils/DepositSignatureVectors.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice Deposit signatures, against blst's and the official deposit tool's. Whatever is changed in a good deposit, the
/// answer is no, and it costs no more than said.
contract DepositSignatureTest is KedgeTest, DepositSignatureVectors {
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    bytes1 private constant SIGN_FLAG = 0x20;

    /// @notice Gas of a check, without the caller's own, at the most.
    uint256 private constant GOOD_GAS = 175_000;
    uint256 private constant FORM_GAS = 15_000;

    Vector private first;

    function setUp() public {
        loadVectors();
        first = good(0);
    }

    /* GOOD */

    function test_isValid_AcceptsEveryVector() public view {
        uint256[4] memory signs;
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            assertTrue(isValid(v), vm.toString(i));
            signs[(hasLargerY(v.pubkey) ? 2 : 0) + (hasLargerY(v.signature) ? 1 : 0)] += 1;
        }
        for (uint256 i = 0; i < 4; ++i) assertGt(signs[i], 1, "both signs of both points");
    }

    function test_signingRoot_EqualsEveryVector() public view {
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            assertEq(harness.domain(v.forkVersion), v.domain, "domain");
            bytes32 root = harness.signingRoot(v.pubkey, v.credentials, v.amountGwei, v.domain);
            assertEq(root, v.signingRoot, "signing root");
        }
    }

    /// @dev As it stands in the code of wallets and hardware signers.
    function test_domain_IsMainnets() public view {
        assertEq(
            harness.domain(0x00000000),
            0x03000000f5a5fd42d16a20302798ef6ed309979b43003d2320d9f0e8ea9831a9
        );
    }

    /* OTHER MESSAGES */

    function testFuzz_isValid_FailsWhen_AmountDiffers(uint256 i, uint64 amountGwei) public view {
        Vector memory v = good(bound(i, 0, GOOD - 1));
        vm.assume(amountGwei != v.amountGwei);
        v.amountGwei = amountGwei;
        assertFalse(isValid(v));
    }

    function testFuzz_isValid_FailsWhen_ABitOfTheMessageFlips(
        uint256 i,
        uint256 what,
        uint256 bit
    ) public view {
        Vector memory v = good(bound(i, 0, GOOD - 1));
        what = bound(what, 0, 2);
        if (what == 0) v.amountGwei ^= uint64(1) << uint64(bit % 64);
        if (what == 1) v.credentials ^= bytes32(uint256(1) << (bit % 256));
        if (what == 2) v.domain ^= bytes32(uint256(1) << (bit % 256));
        assertFalse(isValid(v));
    }

    function test_isValid_FailsWhen_ForkDiffers() public view {
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            v.domain = harness.domain(v.forkVersion ^ 0x00000001);
            assertFalse(isValid(v), vm.toString(i));
        }
    }

    function test_isValid_FailsWhen_KeyOrSignatureIsAnothers() public view {
        for (uint256 i = 1; i < GOOD; ++i) {
            Vector memory v = first;
            Vector memory other = good(i);
            (v.pubkey, v.y.pubkey) = (other.pubkey, other.y.pubkey);
            assertFalse(isValid(v), "key");
            v = first;
            (v.signature, v.y.signature) = (other.signature, other.y.signature);
            assertFalse(isValid(v), "signature");
        }
    }

    /* OTHER BYTES */

    function testFuzz_isValid_FailsWhen_ABitOfTheKeyFlips(uint256 i, uint256 bit) public view {
        Vector memory v = good(bound(i, 0, GOOD - 1));
        flip(v.pubkey, bit);
        assertFalse(isValid(v));
    }

    function testFuzz_isValid_FailsWhen_ABitOfTheSignatureFlips(uint256 i, uint256 bit) public view {
        Vector memory v = good(bound(i, 0, GOOD - 1));
        flip(v.signature, bit);
        assertFalse(isValid(v));
    }

    function test_isValid_FailsWhen_AnyByteChanges() public view {
        bytes3 masks = 0x0180ff;
        for (uint256 i = 0; i < 144 * 3; ++i) {
            Vector memory v = first;
            uint256 place = i / 3;
            if (place < 48) v.pubkey[place] ^= masks[i % 3];
            else v.signature[place - 48] ^= masks[i % 3];
            assertFalse(isValid(v), vm.toString(place));
        }
    }

    function test_isValid_FailsWhen_ALengthIsWrong() public view {
        for (uint256 length = 0; length <= 200; ++length) {
            Vector memory v = first;
            if (length != 48) {
                v.pubkey = resized(v.pubkey, length);
                assertRefusedByForm(v, "key");
            }
            v = first;
            if (length != 96) {
                v.signature = resized(v.signature, length);
                assertRefusedByForm(v, "signature");
            }
        }
    }

    /// @dev Uncompressed points, with the flags that they have.
    function test_isValid_FailsWhen_PointsAreUncompressed() public view {
        Vector memory v = first;
        v.pubkey = abi.encodePacked(v.pubkey, uint128(v.y.pubkey.high), v.y.pubkey.low);
        v.pubkey[0] &= 0x1f;
        assertRefusedByForm(v, "key of 96 bytes");
        v = first;
        v.pubkey[0] &= 0x1f;
        assertRefusedByForm(v, "key without its flags");
        v = first;
        v.signature[0] &= 0x1f;
        assertRefusedByForm(v, "signature without its flags");
    }

    function testFuzz_isValid_FailsFor_Garbage(
        bytes calldata pubkey,
        bytes calldata signature,
        DepositSignature.YCoordinates calldata y
    ) public view {
        assertFalse(harness.isValid(pubkey, signature, first.credentials, 1e9, first.domain, y));
    }

    /* OTHER Y */

    function testFuzz_isValid_FailsWhen_YIsNotTheKeys(uint256 high, uint256 low) public view {
        Vector memory v = first;
        v.y.pubkey = BLS12381.Fp(bound(high, 0, P_HIGH), low);
        vm.assume(low != first.y.pubkey.low);
        assertFalse(isValid(v));
        v.pubkey[0] ^= SIGN_FLAG;
        assertFalse(isValid(v), "with the other sign");
    }

    function testFuzz_isValid_FailsWhen_YIsNotTheSignatures(uint256 high, uint256 low, bool c1) public view {
        Vector memory v = first;
        BLS12381.Fp memory y = BLS12381.Fp(bound(high, 0, P_HIGH), low);
        vm.assume(low != first.y.signature.c0.low && low != first.y.signature.c1.low);
        if (c1) v.y.signature.c1 = y;
        else v.y.signature.c0 = y;
        assertFalse(isValid(v));
        v.signature[0] ^= SIGN_FLAG;
        assertFalse(isValid(v), "with the other sign");
    }

    function test_isValid_FailsWhen_YIsAnothers() public view {
        Vector memory v = first;
        v.y.pubkey = good(1).y.pubkey;
        assertFalse(isValid(v), "key");
        v = first;
        v.y.signature = good(1).y.signature;
        assertFalse(isValid(v), "signature");
        v = first;
        (v.y.signature.c0, v.y.signature.c1) = (v.y.signature.c1, v.y.signature.c0);
        assertFalse(isValid(v), "coefficients swapped");
    }

    function test_isValid_FailsWhen_YIsNegated() public view {
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            v.y.pubkey = negated(v.y.pubkey);
            assertRefusedByForm(v, "key");
            v = good(i);
            v.y.signature = negated(v.y.signature);
            assertRefusedByForm(v, "signature");
        }
    }

    /// @dev The negated point, well encoded. Negating both leaves the equation of one message true, and changes the
    /// message, which names the key.
    function test_isValid_FailsWhen_YAndSignAreNegated() public view {
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            v.y.pubkey = negated(v.y.pubkey);
            v.pubkey[0] ^= SIGN_FLAG;
            assertFalse(isValid(v), "key");
            v.y.signature = negated(v.y.signature);
            v.signature[0] ^= SIGN_FLAG;
            assertFalse(isValid(v), "both");
            (v.pubkey, v.y.pubkey) = (good(i).pubkey, good(i).y.pubkey);
            assertFalse(isValid(v), "signature");
        }
    }

    /// @dev The same number modulo p, and its sign flag whatever that may be taken for.
    function test_isValid_FailsWhen_YIsAboveTheModulus() public view {
        for (uint256 sign = 0; sign < 2; ++sign) {
            for (uint256 i = 0; i < 4; ++i) {
                Vector memory v = good(i);
                if (sign == 1) v.pubkey[0] ^= SIGN_FLAG;
                v.y.pubkey = plusModulus(v.y.pubkey);
                assertRefusedByForm(v, "key");
                v = good(i);
                if (sign == 1) v.signature[0] ^= SIGN_FLAG;
                v.y.signature.c0 = plusModulus(v.y.signature.c0);
                assertRefusedByForm(v, "c0");
                v.y.signature = good(i).y.signature;
                v.y.signature.c1 = plusModulus(v.y.signature.c1);
                assertRefusedByForm(v, "c1");
            }
        }
    }

    /* INFINITY AND SUBGROUPS */

    /// @dev KeyValidate of the consensus specification refuses the identity. With both points at infinity the equation is
    /// true for every message.
    function test_isValid_FailsFor_Infinity() public view {
        Vector memory v = atInfinity(0xc0);
        assertRefusedByForm(v, "both");
        v.pubkey = first.pubkey;
        v.y.pubkey = first.y.pubkey;
        assertRefusedByForm(v, "signature");
        v = atInfinity(0xc0);
        v.signature = first.signature;
        v.y.signature = first.y.signature;
        assertRefusedByForm(v, "key");
    }

    /// @dev x = 0 without the flag of infinity, and y = 0: (0, 0) is infinity for the precompile.
    function test_isValid_FailsFor_InfinityInDisguise() public view {
        for (uint256 flags = 0; flags < 8; ++flags) {
            assertRefusedByForm(atInfinity(bytes1(uint8(flags << 5))), vm.toString(flags));
        }
        Vector memory v = atInfinity(0x80);
        assertEq(harness.g1Point(v.pubkey, v.y.pubkey).length, 0, "key");
        assertEq(harness.g2Point(v.signature, v.y.signature).length, 0, "signature");
    }

    function test_isValid_FailsFor_PointsOutsideTheSubgroup() public view {
        string[4] memory names = ["strayKey", "straySignature", "keyPlusOutside", "signaturePlusOutside"];
        for (uint256 i = 0; i < names.length; ++i) {
            Vector memory v = vector(string.concat("$.bad.", names[i]));
            assertEq(harness.g1Point(v.pubkey, v.y.pubkey).length, 128, "a point of the curve");
            assertEq(harness.g2Point(v.signature, v.y.signature).length, 256, "a point of the twist");
            assertFalse(isValid(v), names[i]);
        }
    }

    /* GAS */

    function test_isValid_CostsWhatIsSaid() public view {
        for (uint256 i = 0; i < GOOD; ++i) {
            Vector memory v = good(i);
            assertTrue(isValid(v));
            assertLt(vm.lastCallGas().gasTotalUsed, GOOD_GAS, "good");
            v.amountGwei ^= 1;
            assertFalse(isValid(v));
            assertLt(vm.lastCallGas().gasTotalUsed, GOOD_GAS, "of another message");
        }
    }

    function testFuzz_isValid_BoundsWhatGarbageCosts(uint256 i, uint256 bit, uint8 what) public view {
        Vector memory v = good(bound(i, 0, GOOD - 1));
        if (what % 4 == 0) flip(v.pubkey, bit);
        if (what % 4 == 1) flip(v.signature, bit);
        if (what % 4 == 2) v.y.pubkey.low ^= 1 << (bit % 256);
        if (what % 4 == 3) v.y.signature.c0.low ^= 1 << (bit % 256);
        assertFalse(isValid(v));
        assertLt(vm.lastCallGas().gasTotalUsed, GOOD_GAS + BLS12381.PAIRING_GAS - 102_900, "bad");
    }

    /// @dev With whatever gas: yes for a good one, no for a bad one, or no answer.
    function testFuzz_isValid_NeverLiesGiven_LittleGas(uint256 gasLimit, uint256 off) public view {
        gasLimit = bound(gasLimit, 0, 300_000);
        assertNotEq(answerWithin(first, gasLimit), 0, "a good one looks bad");
        Vector memory v = vector("$.bad.keyPlusOutside");
        assertNotEq(answerWithin(v, gasLimit), 1, "a bad one looks good");
        // where the pairing just gets its price, its limit, or a little less
        gasLimit = bound(off, 145_000, 185_000);
        assertNotEq(answerWithin(first, gasLimit), 0, "a good one looks bad");
        gasLimit = bound(off, 255_000, 290_000);
        assertNotEq(answerWithin(v, gasLimit), 1, "a bad one looks good");
    }

    function test_isValid_AnswersGiven_EnoughGas() public view {
        assertEq(answerWithin(first, 180_000), 1, "good");
        assertEq(answerWithin(vector("$.bad.keyPlusOutside"), 285_000), 0, "bad");
    }

    function test_isValid_RevertGiven_TheGasOfABadPairingIsCutShort() public view {
        Vector memory v = vector("$.bad.keyPlusOutside");
        bytes memory call = callOf(v);
        bool seen = false;
        for (uint256 gasLimit = 180_000; gasLimit < 260_000; gasLimit += 5_000) {
            (bool done, bytes memory answer) = address(harness).staticcall{gas: gasLimit}(call);
            assertFalse(done, "answered");
            if (answer.length > 0 && bytes4(answer) == BLS12381.GasTooLow.selector) seen = true;
        }
        assertTrue(seen, "GasTooLow");
    }

    /* HELPERS */

    /// @dev 1 for yes, 0 for no, 2 for no answer.
    function answerWithin(Vector memory v, uint256 gasLimit) private view returns (uint256) {
        (bool done, bytes memory answer) = address(harness).staticcall{gas: gasLimit}(callOf(v));
        return done ? abi.decode(answer, (uint256)) : 2;
    }

    /// @dev Refused before a precompile is asked.
    function assertRefusedByForm(Vector memory v, string memory text) private view {
        assertFalse(isValid(v), text);
        assertLt(vm.lastCallGas().gasTotalUsed, FORM_GAS, text);
    }

    function atInfinity(bytes1 flags) private view returns (Vector memory v) {
        v = first;
        v.pubkey = new bytes(48);
        v.signature = new bytes(96);
        v.pubkey[0] = flags;
        v.signature[0] = flags;
        BLS12381.Fp memory zero = BLS12381.Fp(0, 0);
        v.y = DepositSignature.YCoordinates(zero, BLS12381.Fp2(zero, zero));
    }

    function hasLargerY(bytes memory point) private pure returns (bool) {
        return point[0] & SIGN_FLAG != 0;
    }

    /// @dev p - y.
    function negated(BLS12381.Fp memory y) private pure returns (BLS12381.Fp memory) {
        uint256 borrow = P_LOW < y.low ? 1 : 0;
        unchecked {
            return BLS12381.Fp(P_HIGH - y.high - borrow, P_LOW - y.low);
        }
    }

    function negated(BLS12381.Fp2 memory y) private pure returns (BLS12381.Fp2 memory) {
        return BLS12381.Fp2({c0: negated(y.c0), c1: negated(y.c1)});
    }

    /// @dev y + p.
    function plusModulus(BLS12381.Fp memory y) private pure returns (BLS12381.Fp memory) {
        unchecked {
            uint256 low = y.low + P_LOW;
            return BLS12381.Fp(y.high + P_HIGH + (low < P_LOW ? 1 : 0), low);
        }
    }

    function flip(bytes memory data, uint256 bit) private pure {
        data[(bit / 8) % data.length] ^= bytes1(uint8(1 << (bit % 8)));
    }

    /// @dev Cut, or padded with zeros.
    function resized(bytes memory data, uint256 length) private pure returns (bytes memory result) {
        result = new bytes(length);
        for (uint256 i = 0; i < length && i < data.length; ++i) result[i] = data[i];
    }
}
