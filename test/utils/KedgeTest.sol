// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Assertions} from "./Assertions.sol";
import {InvariantTargets} from "./InvariantTargets.sol";

/// @notice Base of every Solidity test: claims, actors, time and bounded inputs.
abstract contract KedgeTest is Assertions, InvariantTargets {
    /// @notice Who deploys a test contract and calls it, unless a test pranks.
    address internal constant DEFAULT_SENDER = address(uint160(uint256(keccak256("foundry default caller"))));

    error NotDeployed(string artifact);
    error BoundsReversed(uint256 min, uint256 max);
    error SignedBoundsReversed(int256 min, int256 max);

    /* CODE */

    /// @notice Creates the contract of a built artifact, named "File.sol:Contract", without arguments.
    function deployArtifact(string memory artifact) internal returns (address deployed) {
        bytes memory code = vm.getCode(artifact);
        assembly ("memory-safe") {
            deployed := create(0, add(code, 0x20), mload(code))
        }
        require(deployed != address(0), NotDeployed(artifact));
    }

    /* ACTORS */

    /// @notice An address derived from a name, which traces show.
    function makeAddr(string memory name) internal returns (address account) {
        (account, ) = makeAddrAndKey(name);
    }

    /// @notice An address derived from a name, and its private key.
    function makeAddrAndKey(string memory name) internal returns (address account, uint256 privateKey) {
        privateKey = uint256(keccak256(bytes(name)));
        account = vm.addr(privateKey);
        vm.label(account, name);
    }

    /// @notice An address derived from a name, with ether.
    function makeRichAddr(string memory name, uint256 balance) internal returns (address account) {
        account = makeAddr(name);
        vm.deal(account, balance);
    }

    /// @notice Sets the ether of an account.
    function deal(address account, uint256 balance) internal {
        vm.deal(account, balance);
    }

    /// @notice Gives the account ether and makes the next call come from it.
    function hoax(address sender, uint256 balance) internal {
        vm.deal(sender, balance);
        vm.prank(sender);
    }

    /// @notice Signs a digest; 65 bytes, `r ‖ s ‖ v`.
    function signature(uint256 privateKey, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(privateKey, digest);
        return abi.encodePacked(r, s, v);
    }

    /* TIME */

    /// @notice The time now, safe from the optimiser's caching.
    function currentTime() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /// @notice Moves time forward.
    function skipTime(uint256 duration) internal {
        vm.warp(vm.getBlockTimestamp() + duration);
    }

    /// @notice Moves time and block number forward, at twelve seconds a block.
    function skipBlocks(uint256 count) internal {
        vm.roll(vm.getBlockNumber() + count);
        vm.warp(vm.getBlockTimestamp() + count * 12);
    }

    /* INPUTS */

    /// @notice Folds `x` into [min, max]. A value inside stays; the four lowest and four highest values of
    /// the type, which fuzzers like, land on the two ends of the range.
    function bound(uint256 x, uint256 min, uint256 max) internal pure returns (uint256) {
        require(min <= max, BoundsReversed(min, max));
        if (x >= min && x <= max) return x;

        uint256 span = max - min;
        if (x < 4 && x <= span) return min + x;
        if (type(uint256).max - x < 4 && type(uint256).max - x <= span) return max - (type(uint256).max - x);

        // span < 2^256 - 1: the full range contains every x and returned above.
        return min + (x % (span + 1));
    }

    /// @notice Folds `x` into [min, max]; as above, for signed numbers.
    function bound(int256 x, int256 min, int256 max) internal pure returns (int256) {
        require(min <= max, SignedBoundsReversed(min, max));
        return _fromOrdered(bound(_toOrdered(x), _toOrdered(min), _toOrdered(max)));
    }

    /// @notice Folds `x` into [min, max] as a `uint128`.
    function bound128(uint256 x, uint128 min, uint128 max) internal pure returns (uint128) {
        // A value of at most `max` fits.
        return uint128(bound(x, min, max));
    }

    /* INTERNAL */

    /// @dev Flipping the sign bit maps the signed numbers to the unsigned ones and keeps their order.
    function _toOrdered(int256 x) private pure returns (uint256) {
        return uint256(x) ^ (1 << 255);
    }

    function _fromOrdered(uint256 x) private pure returns (int256) {
        return int256(x ^ (1 << 255));
    }
}
