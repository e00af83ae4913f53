// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BLS12381
/// @notice BLS signatures of the beacon chain (consensus specification, phase0/beacon-chain.md, "BLS signatures") with the
/// precompiles of EIP-2537: public keys in G1, signatures in G2, `BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_`.
///
/// Field elements and points are written as in EIP-2537, "Fine points and encoding of base elements": 64 bytes, big-endian,
/// for an element of Fp; c0 and c1 for one of Fp2; x and y for a point.
///
/// Who checks what: this library the encoding and that no point is infinity; the pairing precompile (EIP-2537, "ABI for
/// pairing check") that points lie on their curves and in the subgroups. The addition precompile ("ABI for G2 addition")
/// does not check subgroups: it adds here what the mapping precompile has put into G2 already.
library BLS12381 {
    /// @notice A precompile is not there, or had too little gas: the input was right whatever the caller had passed.
    error PrecompileFailed(address precompile);
    /// @notice The pairing failed, and might not have with more gas.
    error GasTooLow(uint256 gasLeft);

    /// @notice An element of Fp: `high * 2^256 + low`.
    struct Fp {
        uint256 high;
        uint256 low;
    }

    /// @notice An element of Fp2: `c0 + c1 * v`, v² = -1.
    struct Fp2 {
        Fp c0;
        Fp c1;
    }

    /// @notice Most gas that a pairing is given. It costs 102,900 (EIP-2537, "Gas schedule": 37,700 + 2 * 32,600). A point
    /// off its curve or subgroup burns all that was given (EIP-2537, "Gas burning on error"): twice the price leaves room
    /// for a fork that raises it, and bounds what garbage can cost. Above that every check fails, and none passes.
    uint256 internal constant PAIRING_GAS = 205_800;

    address private constant MODEXP = address(0x05);
    address private constant G2ADD = address(0x0d);
    address private constant PAIRING_CHECK = address(0x0f);
    address private constant MAP_FP2_TO_G2 = address(0x11);

    /// @dev The modulus of Fp.
    uint256 private constant P_HIGH = 0x1a0111ea397fe69a4b1ba7b6434bacd7;
    uint256 private constant P_LOW = 0x64774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab;
    /// @dev (p - 1) / 2: whatever is above is larger than its negative.
    uint256 private constant HALF_HIGH = 0x0d0088f51cbff34d258dd3db21a5d66b;
    uint256 private constant HALF_LOW = 0xb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd555;
    /// @dev The generator of G1, with its y negated.
    bytes private constant NEGATED_G1 =
        hex"0000000000000000000000000000000017f1d3a73197d7942695638c4fa9ac0f"
        hex"c3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb"
        hex"00000000000000000000000000000000114d1d6855d545a8aa7d76c8cf2e21f2"
        hex"67816aef1db507c96655b9d5caac42364e6f38ba0ecb751bad54dcd6b939c2ca";
    /// @dev DST_prime of RFC 9380, 5.3.1: the ciphersuite's tag and its length, 43.
    bytes private constant TAG = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_\x2b";

    /// @dev The three flags of a compressed point: compressed, not infinity, and y the smaller or the larger of the two.
    uint256 private constant SMALLER_Y = 4;
    uint256 private constant LARGER_Y = 5;
    /// @dev Of the first 16 bytes of a compressed point, all but the flags.
    uint256 private constant X_MASK = (1 << 125) - 1;

    /* POINTS */

    /// @notice The point of a compressed public key; empty where the bytes or `y` are not its encoding.
    ///
    /// Refused: lengths other than 48, an uncompressed or infinity flag, a sign flag that says the other y, coordinates not
    /// below the modulus, y = 0. No point of the subgroup has y = 0 (its order would be two), and (0, 0) means infinity to
    /// the precompile. Whether the point is on the curve is not checked here.
    /// @param compressed As in the consensus specification (the serialisation of ZCash).
    function g1Point(bytes calldata compressed, Fp calldata y) internal pure returns (bytes memory) {
        if (compressed.length != 48) return "";
        if (uint8(compressed[0]) >> 5 != (_isLarger(y) ? LARGER_Y : SMALLER_Y)) return "";
        uint256 high = uint128(bytes16(compressed[0:16])) & X_MASK;
        uint256 low = uint256(bytes32(compressed[16:48]));
        if (!_isInField(high, low) || !_isInField(y.high, y.low) || _isZero(y)) return "";
        return abi.encodePacked(high, low, y.high, y.low);
    }

    /// @notice The point of a compressed signature, 96 bytes, c1 of x before c0; empty as in `g1Point`.
    function g2Point(bytes calldata compressed, Fp2 calldata y) internal pure returns (bytes memory) {
        if (compressed.length != 96) return "";
        bool larger = _isZero(y.c1) ? _isLarger(y.c0) : _isLarger(y.c1);
        if (uint8(compressed[0]) >> 5 != (larger ? LARGER_Y : SMALLER_Y)) return "";
        Fp memory c1 = Fp(uint128(bytes16(compressed[0:16])) & X_MASK, uint256(bytes32(compressed[16:48])));
        // no flags here: bits in their place make it no element of the field
        Fp memory c0 = Fp(uint128(bytes16(compressed[48:64])), uint256(bytes32(compressed[64:96])));
        if (!_isInField(c0.high, c0.low) || !_isInField(c1.high, c1.low)) return "";
        if (!_isInField(y.c0.high, y.c0.low) || !_isInField(y.c1.high, y.c1.low)) return "";
        if (_isZero(y.c0) && _isZero(y.c1)) return "";
        bytes memory x = abi.encodePacked(c0.high, c0.low, c1.high, c1.low);
        return abi.encodePacked(x, y.c0.high, y.c0.low, y.c1.high, y.c1.low);
    }

    /* SIGNATURES */

    /// @notice Whether `signature` is that of `key` under `message`: e(key, H(message)) * e(-g1, signature) == 1, both in
    /// their subgroups.
    /// @param key As `g1Point` gives it.
    /// @param signature As `g2Point` gives it.
    function verify(bytes memory key, bytes memory signature, bytes32 message) internal view returns (bool) {
        bytes memory pairs = bytes.concat(key, hashToG2(message), NEGATED_G1, signature);
        (bool done, bytes memory answer) = _ask(PAIRING_CHECK, PAIRING_GAS, pairs, 32);
        if (done) return bytes32(answer) == bytes32(uint256(1));
        // A caller keeps a 64th of its gas: had the pairing been given less than asked for, less than this would be left.
        // So nobody can make a good signature look bad by giving little gas
        require(gasleft() > PAIRING_GAS / 63, GasTooLow(gasleft()));
        return false;
    }

    /// @notice hash_to_curve (RFC 9380, section 3) of the ciphersuite, for a message of 32 bytes.
    function hashToG2(bytes32 message) internal view returns (bytes memory) {
        bytes32[8] memory uniform = _expand(message);
        // clearing the cofactor is linear: the precompile does it for each point, before the sum
        bytes memory first = _mapToG2(uniform[0], uniform[1], uniform[2], uniform[3]);
        bytes memory second = _mapToG2(uniform[4], uniform[5], uniform[6], uniform[7]);
        return _run(G2ADD, bytes.concat(first, second), 256);
    }

    /* INTERNAL */

    /// @dev expand_message_xmd (RFC 9380, 5.3.1) with SHA-256, to 256 bytes: four elements of Fp, 64 bytes each.
    function _expand(bytes32 message) private pure returns (bytes32[8] memory uniform) {
        bytes memory tag = TAG;
        // Z_pad is one block of zeros; the length of the output, in two bytes, and a zero follow the message
        bytes32 start = sha256(abi.encodePacked(bytes32(0), bytes32(0), message, uint16(256), uint8(0), tag));
        bytes32 last = bytes32(0);
        for (uint8 i = 0; i < 8; ++i) {
            last = sha256(abi.encodePacked(start ^ last, i + 1, tag));
            uniform[i] = last;
        }
    }

    /// @dev A point of G2 from an element of Fp2 of which each coefficient is given by 64 uniform bytes.
    function _mapToG2(
        bytes32 c0High,
        bytes32 c0Low,
        bytes32 c1High,
        bytes32 c1Low
    ) private view returns (bytes memory) {
        return _run(MAP_FP2_TO_G2, bytes.concat(_modP(c0High, c0Low), _modP(c1High, c1Low)), 256);
    }

    /// @dev The remainder by the modulus of a number of 512 bits, as MODEXP (EIP-198) gives its first power.
    function _modP(bytes32 high, bytes32 low) private view returns (bytes memory) {
        bytes memory lengths = abi.encodePacked(uint256(64), uint256(1), uint256(64));
        return _run(MODEXP, abi.encodePacked(lengths, high, low, uint8(1), P_HIGH, P_LOW), 64);
    }

    function _isLarger(Fp calldata a) private pure returns (bool) {
        return a.high > HALF_HIGH || (a.high == HALF_HIGH && a.low > HALF_LOW);
    }

    function _isZero(Fp calldata a) private pure returns (bool) {
        return a.high == 0 && a.low == 0;
    }

    function _isInField(uint256 high, uint256 low) private pure returns (bool) {
        return high < P_HIGH || (high == P_HIGH && low < P_LOW);
    }

    /// @dev A precompile's answer to an input that it cannot refuse.
    function _run(
        address precompile,
        bytes memory input,
        uint256 size
    ) private view returns (bytes memory answer) {
        bool done;
        (done, answer) = _ask(precompile, gasleft(), input, size);
        require(done, PrecompileFailed(precompile));
    }

    /// @dev Whether a precompile gave an answer of `size` bytes, and that answer.
    function _ask(
        address precompile,
        uint256 gasLimit,
        bytes memory input,
        uint256 size
    ) private view returns (bool done, bytes memory answer) {
        answer = new bytes(size);
        // reads the input, writes inside the answer only
        assembly ("memory-safe") {
            done := staticcall(gasLimit, precompile, add(input, 0x20), mload(input), add(answer, 0x20), size)
            done := and(done, eq(returndatasize(), size))
        }
    }
}
