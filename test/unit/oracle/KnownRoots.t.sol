// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {Checkpoints} from "../../utils/Checkpoints.sol";

/// @notice Facts under a root that the caller knows: only at slots whose layout is known, and where the state has such a
/// list.
contract KnownRootsTest is Checkpoints {
    function test_verifyBalances_AnswersBalancesAndLength() public view {
        Balances memory b = balances("all");
        (uint256[] memory found, uint256 length) = verifier.verifyBalances(
            SLOT,
            stateRoot,
            b.indices,
            b.chunks,
            b.proof
        );
        assertEq(length, 298, "length");
        assertEq(abi.encode(found), abi.encode(b.balances), "balances");
    }

    function test_verifyPendingDeposits_AnswersTheLength() public view {
        Shown memory s = shown("2");
        bytes32[] memory leaves = new bytes32[](1);
        leaves[0] = rootOf(s);
        assertEq(verifier.verifyPendingDeposits(SLOT, stateRoot, s.positions, leaves, s.proof), 11);
    }

    function test_verifyValidatorUnder_AcceptsTheState() public view {
        Living memory v = living("109");
        verifier.verifyValidatorUnder(SLOT, stateRoot, v.index, v.validator, v.proof);
    }

    function testFuzz_verifyValidatorUnder_RevertWhen_AHashIsMutated(uint256 which, uint256 bit) public view {
        Living memory v = living("109");
        v.proof[which % v.proof.length] ^= bytes32(1 << (bit % 256));
        (bool done, ) = address(verifier).staticcall(
            abi.encodeCall(verifier.verifyValidatorUnder, (SLOT, stateRoot, v.index, v.validator, v.proof))
        );
        assertFalse(done, "a mutated proof passed");
    }

    function test_all_RevertGiven_TheLayoutIsUnknown() public {
        uint64[2] memory slots = [CAPELLA_SLOT - 1, END_SLOT];
        Balances memory b = balances("all");
        Shown memory s = shown("2");
        Living memory v = living("109");
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(IBeaconVerifier.LayoutUnknown.selector, slots[i]);
            vm.expectRevert(refused);
            verifier.verifyBalances(slots[i], stateRoot, b.indices, b.chunks, b.proof);
            vm.expectRevert(refused);
            verifier.verifyPendingDeposits(slots[i], stateRoot, s.positions, s.proof, s.proof);
            vm.expectRevert(refused);
            verifier.verifyValidatorUnder(slots[i], stateRoot, v.index, v.validator, v.proof);
        }
    }

    /// @dev Read by an older fork's layout, the state shows nothing.
    function test_all_RevertGiven_AnotherLayout() public {
        Balances memory b = balances("all");
        Shown memory s = shown("2");
        Living memory v = living("109");
        uint64 slot = PIVOT_SLOT - 1;
        (bool done, ) = address(verifier).staticcall(
            abi.encodeCall(verifier.verifyBalances, (slot, stateRoot, b.indices, b.chunks, b.proof))
        );
        assertFalse(done, "balances");
        (done, ) = address(verifier).staticcall(
            abi.encodeCall(verifier.verifyValidatorUnder, (slot, stateRoot, v.index, v.validator, v.proof))
        );
        assertFalse(done, "validator");
        vm.expectRevert(abi.encodeWithSelector(IBeaconVerifier.NoSuchList.selector, slot));
        verifier.verifyPendingDeposits(slot, stateRoot, s.positions, s.proof, s.proof);
    }

    function test_all_RevertWhen_NothingIsShown() public {
        Balances memory b = balances("all");
        uint256[] memory none = new uint256[](0);
        bytes32[] memory nothing = new bytes32[](0);
        vm.expectRevert(abi.encodeWithSelector(SSZ.WrongProofLength.selector, 0, 10));
        verifier.verifyBalances(SLOT, stateRoot, b.indices, b.chunks, nothing);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 1, 0));
        verifier.verifyBalances(SLOT, stateRoot, none, nothing, b.proof);
        vm.expectRevert(abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, 0, 0));
        verifier.verifyPendingDeposits(SLOT, stateRoot, none, nothing, b.proof);
    }

    function rootOf(Shown memory s) private pure returns (bytes32) {
        PendingHead memory h = PendingHead(
            headOf(s.deposits[0]).pubkeyRoot,
            s.deposits[0].withdrawalCredentials,
            headOf(s.deposits[0]).amountAndSignature,
            littleEndian(s.deposits[0].slot)
        );
        bytes32 left = sha256(abi.encode(sha256(abi.encode(h.pubkey, h.credentials)), h.rest));
        bytes32 empty = sha256(abi.encode(bytes32(0), bytes32(0)));
        return sha256(abi.encode(left, sha256(abi.encode(sha256(abi.encode(h.slot, bytes32(0))), empty))));
    }

    struct PendingHead {
        bytes32 pubkey;
        bytes32 credentials;
        bytes32 rest;
        bytes32 slot;
    }
}
