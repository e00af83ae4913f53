// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DepositSignature} from "../../contracts/libraries/DepositSignature.sol";
import {Validators} from "./Validators.sol";

/// @notice Predeposits with real keys and signatures, made by scripts/fixtures/depositSignatures.ts, in commitments of a
/// test's own choice.
abstract contract SignedDeposits is Validators {
    /// @notice A deposit with the Y of both points, as in `DepositSignatureVectors`.
    struct Signed {
        bytes pubkey;
        bytes signature;
        bytes32 credentials;
        uint64 amountGwei;
        bytes4 forkVersion;
        bytes32 domain;
        bytes32 signingRoot;
        DepositSignature.YCoordinates y;
    }

    /// @notice A commitment, all of its keys shown, the last place first: such a proof needs no hashes.
    struct Batch {
        bytes32 root;
        uint32[] gindices;
        bytes pubkeys;
        bytes signatures;
        DepositSignature.YCoordinates[] ys;
    }

    string private file;

    function setUp() public virtual override {
        super.setUp();
        file = vm.readFile("test/fixtures/generated/predeposits.json");
    }

    function signed(string memory path) internal view returns (Signed memory) {
        return abi.decode(vm.parseJsonBytes(file, path), (Signed));
    }

    function good(uint256 i) internal view returns (Signed memory) {
        return signed(string.concat("$.good[", vm.toString(i), "]"));
    }

    /// @notice The first `count` good ones.
    function goods(uint256 count) internal view returns (Signed[] memory all) {
        all = new Signed[](count);
        for (uint256 i = 0; i < count; ++i) all[i] = good(i);
    }

    function only(Signed memory one) internal pure returns (Signed[] memory all) {
        all = new Signed[](1);
        all[0] = one;
    }

    function batchOf(Signed[] memory all) internal pure returns (Batch memory b) {
        uint256 count = all.length;
        bytes32[] memory nodes = new bytes32[](2 * count);
        b.gindices = new uint32[](count);
        b.ys = new DepositSignature.YCoordinates[](count);
        for (uint256 i = 0; i < count; ++i) {
            b.gindices[i] = uint32(2 * count - 1 - i);
            nodes[b.gindices[i]] = keccak256(
                bytes.concat(keccak256(all[i].pubkey), keccak256(all[i].signature))
            );
            b.pubkeys = bytes.concat(b.pubkeys, all[i].pubkey);
            b.signatures = bytes.concat(b.signatures, all[i].signature);
            b.ys[i] = all[i].y;
        }
        for (uint256 g = count - 1; g > 0; --g) {
            nodes[g] = keccak256(bytes.concat(nodes[2 * g], nodes[2 * g + 1]));
        }
        b.root = nodes[1];
    }

    /// @notice The operator's manager commits these.
    function commitSigned(uint256 operatorId, Signed[] memory all) internal returns (Batch memory b) {
        b = batchOf(all);
        vm.prank(operatorRegistry.managerOf(operatorId));
        validatorRegistry.commit(operatorId, b.root, uint32(all.length), "");
    }

    function predepositUnchecked(uint256 operatorId, Batch memory b) internal {
        depositor.predeposit(operatorId, b.root, b.gindices, b.pubkeys, b.signatures, new bytes32[](0));
    }

    function predepositChecked(uint256 operatorId, Batch memory b) internal {
        depositor.predepositChecked(
            operatorId,
            b.root,
            b.gindices,
            b.pubkeys,
            b.signatures,
            new bytes32[](0),
            b.ys
        );
    }
}
