// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {OperatorRegistry} from "../../../contracts/operators/OperatorRegistry.sol";
import {ValidatorRegistry} from "../../../contracts/operators/ValidatorRegistry.sol";
import {BeaconVectors} from "../../utils/BeaconVectors.sol";
import {KedgeTest} from "../../utils/KedgeTest.sol";

/// @notice The life of keys, with the test in the depositor's place. Trees are those of `@openzeppelin/merkle-tree`.
contract ValidatorRegistryTest is KedgeTest, BeaconVectors {
    Authority private authority;
    OperatorRegistry private operators;
    ValidatorRegistry private registry;
    address private manager = makeAddr("manager");
    address private otherManager = makeAddr("other manager");
    string private file;

    function setUp() public {
        authority = new Authority(address(this));
        IAuthority a = IAuthority(address(authority));
        operators = new OperatorRegistry(a);
        registry = new ValidatorRegistry(a, operators);
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        authority.grantRole(Roles.DEPOSITOR, address(this));
        operators.add(manager, manager, 100);
        operators.add(otherManager, otherManager, 100);
        file = keysFile();
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new ValidatorRegistry(IAuthority(address(0)), operators);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        new ValidatorRegistry(IAuthority(address(authority)), IOperatorRegistry(address(0)));
    }

    /* COMMITMENTS */

    function testFuzz_commit_Keeps(bytes32 root, uint256 count, bytes calldata data) public {
        vm.assume(root != 0);
        count = bound(count, 1, 1024);
        bytes32 id = keccak256(abi.encode(uint256(1), root));
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeysCommitted(1, id, root, count, data);
        vm.prank(manager);
        assertEq(registry.commit(1, root, count, data), id, "id");
        IValidatorRegistry.Commitment memory c = registry.commitment(id);
        assertEq(uint256(c.operatorId), 1, "operator");
        assertEq(uint256(c.count), count, "count");
        assertEq(uint256(c.committedAt), vm.getBlockTimestamp(), "time");
        assertEq(registry.commitmentIdOf(1, root), id, "commitmentIdOf");
    }

    function test_commit_RevertWhen_CallerIsNotTheManager() public {
        address[3] memory callers = [address(this), otherManager, makeAddr("stranger")];
        for (uint256 i = 0; i < callers.length; ++i) {
            vm.prank(callers[i]);
            vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotManager.selector, 1, callers[i]));
            registry.commit(1, "root", 1, "");
        }
        vm.prank(manager);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 3));
        registry.commit(3, "root", 1, "");
    }

    function testFuzz_commit_RevertWhen_OutOfBounds(bytes32 root, uint256 count) public {
        vm.startPrank(manager);
        count = bound(count, 1, 1024);
        vm.expectRevert(outOfBounds(0, count));
        registry.commit(1, 0, count, "");
        vm.expectRevert(outOfBounds(root, 0));
        registry.commit(1, root, 0, "");
        vm.expectRevert(outOfBounds(root, count + 1024));
        registry.commit(1, root, count + 1024, "");
        vm.expectRevert(outOfBounds(root, (1 << 32) + count));
        registry.commit(1, root, (1 << 32) + count, "");
        vm.stopPrank();
    }

    function test_commit_RevertGiven_TheRootStands() public {
        vm.prank(manager);
        bytes32 id = registry.commit(1, "root", 5, "");
        vm.prank(manager);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.AlreadyCommitted.selector, id));
        registry.commit(1, "root", 7, "");
        // another operator's commitment of the same root is another one
        vm.prank(otherManager);
        assertNotEq(registry.commit(2, "root", 7, ""), id);
        assertEq(uint256(registry.commitment(id).count), 5, "count");
    }

    /* PREDEPOSITS */

    function test_predeposit_MarksKeys() public {
        KeySet memory s = committed(1, "ten");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        (uint32[] memory indices, bytes memory pubkeys, ) = packed(s.keys);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeysPredeposited(id, indices, pubkeys);
        predeposit(1, s);
        assertEq(registry.predepositedKeys(1), 10, "keys");
        for (uint256 i = 0; i < 24; ++i) {
            assertEq(uint256(registry.stateOf(id, i)), i < 10 ? 1 : 0, "state");
        }
    }

    function test_predeposit_RevertWhen_ThereIsNoKey() public {
        KeySet memory s = committed(1, "key0");
        s.keys = new Key[](0);
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        predeposit(1, s);
    }

    function test_predeposit_RevertWhen_CommitmentIsUnknown() public {
        KeySet memory s = committed(1, "key0");
        bytes32 id = registry.commitmentIdOf(2, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.CommitmentUnknown.selector, id));
        predeposit(2, s);
        s.root = "another";
        id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.CommitmentUnknown.selector, id));
        predeposit(1, s);
    }

    function test_predeposit_RevertGiven_KeyHadIt() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        bytes memory expected = wrongState(id, 0, IValidatorRegistry.State.Predeposited);
        vm.expectRevert(expected);
        predeposit(1, s);
        s = keySet(file, "pair");
        vm.expectRevert(expected);
        predeposit(1, s);
    }

    function test_predeposit_RevertWhen_KeyIsTwiceInTheList() public {
        KeySet memory s = committed(1, "pair");
        s.keys[1] = s.keys[0];
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Predeposited));
        predeposit(1, s);
    }

    function testFuzz_predeposit_RevertWhen_IndexIsBeyondTheCount(uint32 index) public {
        KeySet memory s = committed(1, "key0");
        s.keys[0].index = uint32(bound(index, s.count, type(uint32).max));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.KeyIndexOutOfBounds.selector, s.keys[0].index, s.count)
        );
        predeposit(1, s);
    }

    /// @dev The count that the operator named bounds the keys, whatever its tree holds.
    function test_predeposit_RevertWhen_TheTreeHoldsMoreThanTheCount() public {
        KeySet memory s = keySet(file, "pair");
        vm.prank(manager);
        registry.commit(1, s.root, 1, "");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyIndexOutOfBounds.selector, 1, 1));
        predeposit(1, s);
    }

    function testFuzz_predeposit_RevertWhen_AKeyIsNotTheCommitted(
        uint256 which,
        uint256 what,
        uint256 bit
    ) public {
        KeySet memory s = committed(1, "ten");
        which = bound(which, 0, 9);
        what = bound(what, 0, 4);
        Key memory key = s.keys[which];
        if (what == 0) key.pubkey[(bit / 8) % 48] ^= bytes1(uint8(1 << (bit % 8)));
        if (what == 1) key.signature[(bit / 8) % 96] ^= bytes1(uint8(1 << (bit % 8)));
        if (what == 2) key.index = uint32(10 + (bit % 14));
        if (what == 3) s.proof[bit % s.proof.length] ^= bytes32(uint256(1) << (bit % 256));
        if (what == 4) s.keys[which] = keySet(file, "crossed").keys[bit % 6];
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        predeposit(1, s);
    }

    function test_predeposit_RevertWhen_KeysAreOutOfOrder() public {
        KeySet memory s = committed(1, "ten");
        (s.keys[3], s.keys[4]) = (s.keys[4], s.keys[3]);
        // neighbours under one parent hash the same in either order: take two of different pairs as well
        (s.keys[0], s.keys[9]) = (s.keys[9], s.keys[0]);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        predeposit(1, s);
    }

    /// @dev An inner node, or the root itself, is no leaf (CVE-2023-34459 and its kin).
    function test_predeposit_RevertWhen_ProofIsMalformed() public {
        KeySet memory s = committed(1, "key0");
        bytes32[] memory proof = s.proof;
        bool[] memory flags = s.flags;
        s.proof = new bytes32[](1);
        s.proof[0] = s.root;
        s.flags = new bool[](0);
        expectRefused(s);
        s.flags = new bool[](1);
        expectRefused(s);
        s.flags[0] = true;
        expectRefused(s);
        s.proof = new bytes32[](0);
        s.flags = new bool[](0);
        expectRefused(s);
        s.proof = proof;
        expectRefused(s);
        s.flags = flags;
        for (uint256 i = 0; i < flags.length; ++i) {
            s.flags[i] = !s.flags[i];
            expectRefused(s);
            s.flags[i] = !s.flags[i];
        }
        predeposit(1, s);
    }

    function test_predeposit_RevertWhen_LimitIsExceeded() public {
        KeySet memory s = committed(1, "ten");
        operators.setKeyLimit(1, 9);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyLimitExceeded.selector, 1, 10, 9));
        predeposit(1, s);
        operators.setKeyLimit(1, 10);
        predeposit(1, s);
        s = keySet(file, "crossed");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyLimitExceeded.selector, 1, 16, 10));
        predeposit(1, s);
        // a limit below what is there stops new keys, and nothing else
        operators.setKeyLimit(1, 3);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyLimitExceeded.selector, 1, 16, 3));
        predeposit(1, s);
    }

    function test_predeposit_RevertGiven_OperatorIsStopped() public {
        KeySet memory s = committed(1, "key0");
        operators.setActive(1, false);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeyLimitExceeded.selector, 1, 1, 0));
        predeposit(1, s);
        operators.setActive(1, true);
        predeposit(1, s);
    }

    /* PROOFS */

    function test_prove_KeepsTheValidator() public {
        KeySet memory s = committed(1, "crossed");
        predeposit(1, s);
        // a stopped operator's keys can still be proven: their ether is there already
        operators.setActive(1, false);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        for (uint256 i = 0; i < links.length; ++i) {
            vm.expectEmit(address(registry));
            emit IValidatorRegistry.KeyProven(id, links[i].pubkeyHash, links[i].validatorIndex);
        }
        registry.prove(1, s.root, links, s.proof, s.flags);
        for (uint256 i = 0; i < links.length; ++i) {
            assertTrue(registry.isProven(links[i].validatorIndex), "proven");
            assertTrue(registry.isVouchedFor(links[i].pubkeyHash), "vouched for");
            assertEq(uint256(registry.stateOf(id, links[i].index)), 2, "state");
        }
        assertFalse(registry.isProven(100), "another validator");
    }

    function test_prove_RevertWhen_ThereIsNoKey() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.prove(1, s.root, new IValidatorRegistry.Link[](0), s.proof, s.flags);
    }

    function test_prove_RevertWhen_CommitmentIsAnothers() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(2, s.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Committed));
        prove(2, s);
    }

    function test_prove_RevertGiven_KeyHadNoPredeposit() public {
        KeySet memory s = committed(1, "pair");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Committed));
        prove(1, s);
        predeposit(1, keySet(file, "key0"));
        vm.expectRevert(wrongState(id, 1, IValidatorRegistry.State.Committed));
        prove(1, s);
    }

    function testFuzz_prove_RevertWhen_ALinkIsNotTheCommitted(
        uint256 which,
        uint256 what,
        uint256 bit
    ) public {
        predeposit(1, committed(1, "all"));
        KeySet memory s = keySet(file, "ten");
        IValidatorRegistry.Link[] memory links = linksOf(s);
        which = bound(which, 0, 9);
        what = bound(what, 0, 3);
        bytes32 flip = bytes32(uint256(1) << (bit % 256));
        if (what == 0) links[which].pubkeyHash ^= flip;
        if (what == 1) links[which].signatureHash ^= flip;
        if (what == 2) links[which].index = uint32(10 + (bit % 6));
        if (what == 3) s.proof[bit % s.proof.length] ^= flip;
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        registry.prove(1, s.root, links, s.proof, s.flags);
    }

    function test_prove_RevertGiven_KeyIsProven() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        bytes memory expected = wrongState(id, 0, IValidatorRegistry.State.Proven);
        vm.expectRevert(expected);
        prove(1, s);
        predeposit(1, keySet(file, "key1"));
        s = keySet(file, "pair");
        vm.expectRevert(expected);
        prove(1, s);
        vm.expectRevert(expected);
        predeposit(1, s);
    }

    function test_prove_RevertWhen_LinkIsTwiceInTheList() public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[1] = links[0];
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Proven));
        registry.prove(1, s.root, links, s.proof, s.flags);
    }

    /* THE SAME KEY IN TWO COMMITMENTS */

    function test_prove_RevertGiven_ValidatorIsProvenUnderAnotherCommitment() public {
        predeposit(1, committed(1, "key0"));
        predeposit(2, committed(2, "copied"));
        prove(1, keySet(file, "key0"));
        KeySet memory copied = keySet(file, "copied");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorKnown.selector, 100));
        prove(2, copied);
        bytes32 id = registry.commitmentIdOf(2, copied.root);
        assertEq(uint256(registry.stateOf(id, 0)), 1, "state");
    }

    /// @dev Known weakness: a rival that copies published keys and proves first takes the validator under its own name.
    function test_prove_GoesToWhoeverProvesFirst() public {
        predeposit(1, committed(1, "key0"));
        predeposit(2, committed(2, "copied"));
        prove(2, keySet(file, "copied"));
        KeySet memory s = keySet(file, "key0");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorKnown.selector, 100));
        prove(1, s);
    }

    /* ONE PLACE OF A COMMITMENT FOR SEVERAL KEYS */

    /// @dev A tree may name the same place for many keys. One predeposit must not let more than one of them in, or the
    /// operator's limit bounds nothing.
    function test_prove_RevertGiven_AnotherKeyOfThePlaceIsProven() public {
        KeySet memory a = committed(1, "oneIndexA");
        predeposit(1, a);
        KeySet memory b = keySet(file, "oneIndexB");
        bytes32 id = registry.commitmentIdOf(1, a.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Predeposited));
        predeposit(1, b);

        prove(1, a);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Proven));
        prove(1, b);
    }

    function test_prove_RevertWhen_TwoKeysShareAPlace() public {
        KeySet memory a = committed(1, "oneIndexA");
        predeposit(1, a);
        KeySet memory both = keySet(file, "oneIndexBoth");
        bytes32 id = registry.commitmentIdOf(1, a.root);
        vm.expectRevert(wrongState(id, 0, IValidatorRegistry.State.Proven));
        prove(1, both);
    }

    /* VOUCHING */

    function test_vouch_IsForValidatorsOfOurs() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        bytes32 pubkeyHash = keccak256(s.keys[0].pubkey);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 100));
        registry.vouch(topUpOf(100, 1e9, pubkeyHash));
        assertFalse(registry.isVouchedFor(pubkeyHash), "not yet");
        prove(1, s);
        registry.vouch(topUpOf(100, 1e9, pubkeyHash));
        assertTrue(registry.isVouchedFor(pubkeyHash), "vouched for");
        assertFalse(registry.isVouchedFor(keccak256("another key")), "nobody else");
    }

    /// @dev Counted in whole ETH, rounded up, whatever the beacon chain knows of it yet.
    function test_vouch_CountsUpToTheMaximum() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        bytes32 pubkeyHash = keccak256(s.keys[0].pubkey);
        registry.vouch(topUpOf(100, 1e9 + 1, pubkeyHash));
        (uint256 operatorId, uint256 depositedEth) = registry.validator(100);
        assertEq(operatorId, 1, "operator");
        assertEq(depositedEth, 3, "one of the predeposit, two of the top-up");
        registry.vouch(topUpOf(100, 2_045e9, pubkeyHash));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, 100, 2_049, 2_048)
        );
        registry.vouch(topUpOf(100, 1, pubkeyHash));
        (operatorId, ) = registry.validator(101);
        assertEq(operatorId, 0, "the neighbour in the slot");
    }

    function test_vouch_RevertGiven_OperatorStopped() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        operators.setActive(1, false);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.OperatorStopped.selector, 1));
        registry.vouch(topUpOf(100, 1e9, keccak256(s.keys[0].pubkey)));
    }

    function test_prove_RevertGiven_OperatorStoppedAndToppedUp() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        operators.setActive(1, false);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[0].topUpGwei = 31e9;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.OperatorStopped.selector, 1));
        registry.prove(1, s.root, links, s.proof, s.flags);
        links[0].topUpGwei = 0;
        registry.prove(1, s.root, links, s.proof, s.flags);
        assertTrue(registry.isProven(100), "proven without a top-up");
    }

    /// @dev Neighbours share a slot of eight and keep what is theirs.
    function testFuzz_vouch_KeepsNeighboursApart(uint64 first, uint64 second) public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        prove(1, s);
        (uint256 a, uint256 b) = (s.indices[0], s.indices[1]);
        first = uint64(bound(first, 1, 2_047e9));
        second = uint64(bound(second, 1, 2_047e9));
        registry.vouch(topUpOf(uint40(a), first, "a"));
        registry.vouch(topUpOf(uint40(b), second, "b"));
        (, uint256 depositedA) = registry.validator(a);
        (, uint256 depositedB) = registry.validator(b);
        assertEq(depositedA, 1 + (uint256(first) + 1e9 - 1) / 1e9, "first");
        assertEq(depositedB, 1 + (uint256(second) + 1e9 - 1) / 1e9, "second");
    }

    /// @dev A reverted proof vouches for nothing.
    function test_prove_VouchesForNothingGiven_ItReverts() public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        s.signatureHashes[1] = "another";
        IValidatorRegistry.Link[] memory links = linksOf(s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        registry.prove(1, s.root, links, s.proof, s.flags);
        assertFalse(registry.isVouchedFor(links[0].pubkeyHash), "vouched for");
        assertFalse(registry.isProven(links[0].validatorIndex), "proven");
    }

    /* LENGTHS */

    function test_predeposit_RevertWhen_PackedLengthsAreWrong() public {
        KeySet memory s = committed(1, "pair");
        (uint32[] memory indices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        bytes memory longer = bytes.concat(pubkeys, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 97, 96));
        registry.predeposit(1, s.root, indices, longer, signatures, s.proof, s.flags);
        longer = bytes.concat(signatures, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 193, 192));
        registry.predeposit(1, s.root, indices, pubkeys, longer, s.proof, s.flags);
        indices = new uint32[](1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 96, 48));
        registry.predeposit(1, s.root, indices, pubkeys, signatures, s.proof, s.flags);
    }

    /* INTERNAL */

    function committed(uint256 operatorId, string memory name) private returns (KeySet memory s) {
        s = keySet(file, name);
        vm.prank(operatorId == 1 ? manager : otherManager);
        registry.commit(operatorId, s.root, s.count, "");
    }

    function predeposit(uint256 operatorId, KeySet memory s) private {
        (uint32[] memory indices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        registry.predeposit(operatorId, s.root, indices, pubkeys, signatures, s.proof, s.flags);
    }

    function prove(uint256 operatorId, KeySet memory s) private {
        registry.prove(operatorId, s.root, linksOf(s), s.proof, s.flags);
    }

    function expectRefused(KeySet memory s) private {
        vm.expectRevert();
        predeposit(1, s);
    }

    function topUpOf(
        uint40 validatorIndex,
        uint64 amountGwei,
        bytes32 pubkeyHash
    ) private pure returns (IValidatorRegistry.TopUp[] memory list) {
        list = new IValidatorRegistry.TopUp[](1);
        list[0] = IValidatorRegistry.TopUp(validatorIndex, amountGwei, pubkeyHash);
    }

    function linksOf(KeySet memory s) private pure returns (IValidatorRegistry.Link[] memory links) {
        links = new IValidatorRegistry.Link[](s.keys.length);
        for (uint256 i = 0; i < links.length; ++i) {
            links[i] = IValidatorRegistry.Link({
                index: s.keys[i].index,
                validatorIndex: uint40(s.indices[s.positions[i]]),
                topUpGwei: 0,
                pubkeyHash: keccak256(s.keys[i].pubkey),
                signatureHash: s.signatureHashes[i]
            });
        }
    }

    function wrongState(
        bytes32 id,
        uint256 index,
        IValidatorRegistry.State state
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.WrongState.selector, id, index, state);
    }

    function outOfBounds(bytes32 root, uint256 count) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.CommitmentOutOfBounds.selector, root, count, 1024);
    }
}
