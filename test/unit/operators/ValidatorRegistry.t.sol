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

/// @notice The life of keys, with the test in the depositor's place. Trees are those of OpenZeppelin's library.
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
        (uint32[] memory gindices, bytes memory pubkeys, ) = packed(s.keys);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeysPredeposited(id, gindices, pubkeys);
        predeposit(1, s);
        assertEq(registry.predepositedKeys(1), 10, "keys");
        for (uint256 gindex = 0; gindex < 64; ++gindex) {
            bool shown = gindex <= place(0) && gindex >= place(9);
            assertEq(uint256(registry.stateOf(id, gindex)), shown ? 1 : 0, "state");
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
        bytes memory expected = wrongState(id, place(0), IValidatorRegistry.State.Predeposited);
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
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.State.Predeposited));
        predeposit(1, s);
    }

    /// @dev Neither an inner node nor anything below the leaves is a key's place.
    function testFuzz_predeposit_RevertWhen_PlaceIsNotALeaf(uint32 gindex) public {
        KeySet memory s = committed(1, "key0");
        gindex = uint32(bound(gindex, 0, type(uint32).max - s.count));
        if (gindex >= s.count) gindex += s.count;
        s.keys[0].gindex = gindex;
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.GindexOutOfBounds.selector, gindex, s.count)
        );
        predeposit(1, s);
    }

    /// @dev The count that the operator named bounds the keys, whatever its tree holds.
    function test_predeposit_RevertWhen_TheTreeHoldsMoreThanTheCount() public {
        KeySet memory s = keySet(file, "pair");
        vm.prank(manager);
        registry.commit(1, s.root, 23, "");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.GindexOutOfBounds.selector, place(0), 23));
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
        if (what == 2) key.gindex = uint32(place(10 + (bit % 14)));
        if (what == 3) s.proof[bit % s.proof.length] ^= bytes32(uint256(1) << (bit % 256));
        if (what == 4) s.keys[which] = keySet(file, "crossed").keys[bit % 6];
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        predeposit(1, s);
    }

    function testFuzz_predeposit_RevertWhen_KeysChangePlaces(uint256 i, uint256 j) public {
        KeySet memory s = committed(1, "ten");
        i = bound(i, 0, 9);
        j = (i + bound(j, 1, 9)) % 10;
        (s.keys[i].gindex, s.keys[j].gindex) = (s.keys[j].gindex, s.keys[i].gindex);
        expectNotCommitted(s);
        (s.keys[i], s.keys[j]) = (s.keys[j], s.keys[i]);
        expectNotCommitted(s);
    }

    function test_predeposit_RevertWhen_KeysAreOutOfOrder() public {
        KeySet memory s = committed(1, "ten");
        (s.keys[0], s.keys[9]) = (s.keys[9], s.keys[0]);
        expectNotCommitted(s);
    }

    /// @dev An inner node, or the root itself, is no leaf (CVE-2023-34459 and its kin).
    function test_predeposit_RevertWhen_ProofIsMalformed() public {
        KeySet memory s = committed(1, "key0");
        bytes32[] memory proof = s.proof;
        s.proof = new bytes32[](0);
        expectNotCommitted(s);
        s.proof = new bytes32[](1);
        s.proof[0] = s.root;
        expectNotCommitted(s);
        s.proof = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < s.proof.length; ++i) s.proof[i] = proof[i];
        expectNotCommitted(s);
        s.proof = new bytes32[](proof.length + 1);
        for (uint256 i = 0; i < proof.length; ++i) s.proof[i] = proof[i];
        expectNotCommitted(s);
        s.proof = proof;
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
        registry.prove(1, s.root, links, s.proof);
        for (uint256 i = 0; i < links.length; ++i) {
            assertTrue(registry.isProven(links[i].validatorIndex), "proven");
            assertTrue(registry.isVouchedFor(links[i].pubkeyHash), "vouched for");
            assertEq(uint256(registry.stateOf(id, links[i].gindex)), 2, "state");
        }
        assertFalse(registry.isProven(100), "another validator");
    }

    function test_prove_RevertWhen_ThereIsNoKey() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.prove(1, s.root, new IValidatorRegistry.Link[](0), s.proof);
    }

    function test_prove_RevertWhen_CommitmentIsAnothers() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(2, s.root);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.State.Committed));
        prove(2, s);
    }

    function test_prove_RevertGiven_KeyHadNoPredeposit() public {
        KeySet memory s = committed(1, "pair");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.State.Committed));
        prove(1, s);
        predeposit(1, keySet(file, "key0"));
        vm.expectRevert(wrongState(id, place(1), IValidatorRegistry.State.Committed));
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
        if (what == 2) links[which].gindex = uint32(place(10 + (bit % 6)));
        if (what == 3) s.proof[bit % s.proof.length] ^= flip;
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        registry.prove(1, s.root, links, s.proof);
    }

    function test_prove_RevertGiven_KeyIsProven() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        bytes memory expected = wrongState(id, place(0), IValidatorRegistry.State.Proven);
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
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.State.Proven));
        registry.prove(1, s.root, links, s.proof);
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
        assertEq(uint256(registry.stateOf(id, copied.gindices[0])), 1, "state");
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

    /* ONE PLACE, ONE KEY */

    /// @dev What is proven at a place is the key that was predeposited there, by whatever branch or neighbours.
    function testFuzz_prove_RevertWhen_AnotherKeyOfTheTreeTakesThePlace(uint256 i, uint256 j) public {
        KeySet memory s = committed(1, "all");
        predeposit(1, s);
        i = bound(i, 0, 15);
        j = (i + bound(j, 1, 15)) % 16;
        IValidatorRegistry.Link[] memory links = linksOf(s);
        (links[i].gindex, links[j].gindex) = (links[j].gindex, links[i].gindex);
        bytes memory expected = notCommitted(s);
        vm.expectRevert(expected);
        registry.prove(1, s.root, links, s.proof);
        (links[i], links[j]) = (links[j], links[i]);
        vm.expectRevert(expected);
        registry.prove(1, s.root, links, s.proof);
    }

    /// @dev With hashes of sorted pairs, neighbours could change places.
    function test_proveOne_RevertWhen_TheNeighbourTakesThePlace() public {
        KeySet memory s = committed(1, "all");
        predeposit(1, s);
        KeySet memory alone = keySet(file, "key1");
        IValidatorRegistry.Link memory link = linksOf(alone)[0];
        link.gindex ^= 1;
        vm.expectRevert(notCommitted(s));
        registry.proveOne(1, s.root, link, alone.proof);
        link.gindex ^= 1;
        registry.proveOne(1, s.root, link, alone.proof);
        assertTrue(registry.isProven(link.validatorIndex), "proven");
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

    /// @dev Whatever the beacon chain knows of it yet.
    function test_vouch_CountsUpToTheMaximum() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        bytes32 pubkeyHash = keccak256(s.keys[0].pubkey);
        registry.vouch(topUpOf(100, 2e9, pubkeyHash));
        (uint256 operatorId, uint256 depositedEth) = registry.validator(100);
        assertEq(operatorId, 1, "operator");
        assertEq(depositedEth, 3, "one of the predeposit, two of the top-up");
        registry.vouch(topUpOf(100, 2_045e9, pubkeyHash));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, 100, 2_049, 2_048)
        );
        registry.vouch(topUpOf(100, 1e9, pubkeyHash));
        (operatorId, ) = registry.validator(101);
        assertEq(operatorId, 0, "the neighbour in the slot");
    }

    function testFuzz_vouch_RevertWhen_TopUpIsNotWhole(uint64 amountGwei) public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[0].topUpGwei = amountGwei % 1e9 == 0 ? amountGwei | 1 : amountGwei;
        bytes memory expected = abi.encodeWithSelector(
            IValidatorRegistry.TopUpNotWhole.selector,
            100,
            links[0].topUpGwei
        );
        vm.expectRevert(expected);
        registry.prove(1, s.root, links, s.proof);
        prove(1, s);
        vm.expectRevert(expected);
        registry.vouch(topUpOf(100, links[0].topUpGwei, "key"));
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
        registry.prove(1, s.root, links, s.proof);
        links[0].topUpGwei = 0;
        registry.prove(1, s.root, links, s.proof);
        assertTrue(registry.isProven(100), "proven without a top-up");
    }

    /// @dev Neighbours share a slot of eight and keep what is theirs.
    function testFuzz_vouch_KeepsNeighboursApart(uint64 first, uint64 second) public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        prove(1, s);
        (uint256 a, uint256 b) = (s.indices[0], s.indices[1]);
        first = uint64(bound(first, 0, 2_047));
        second = uint64(bound(second, 0, 2_047));
        registry.vouch(topUpOf(uint40(a), first * 1e9, "a"));
        registry.vouch(topUpOf(uint40(b), second * 1e9, "b"));
        (, uint256 depositedA) = registry.validator(a);
        (, uint256 depositedB) = registry.validator(b);
        assertEq(depositedA, 1 + uint256(first), "first");
        assertEq(depositedB, 1 + uint256(second), "second");
    }

    /// @dev A reverted proof vouches for nothing.
    function test_prove_VouchesForNothingGiven_ItReverts() public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        s.signatureHashes[1] = "another";
        IValidatorRegistry.Link[] memory links = linksOf(s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        registry.prove(1, s.root, links, s.proof);
        assertFalse(registry.isVouchedFor(links[0].pubkeyHash), "vouched for");
        assertFalse(registry.isProven(links[0].validatorIndex), "proven");
    }

    /* LENGTHS */

    function test_predeposit_RevertWhen_PackedLengthsAreWrong() public {
        KeySet memory s = committed(1, "pair");
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        bytes memory longer = bytes.concat(pubkeys, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 97, 96));
        registry.predeposit(1, s.root, gindices, longer, signatures, s.proof);
        longer = bytes.concat(signatures, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 193, 192));
        registry.predeposit(1, s.root, gindices, pubkeys, longer, s.proof);
        gindices = new uint32[](1);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.LengthMismatch.selector, 96, 48));
        registry.predeposit(1, s.root, gindices, pubkeys, signatures, s.proof);
    }

    /* INTERNAL */

    function committed(uint256 operatorId, string memory name) private returns (KeySet memory s) {
        s = keySet(file, name);
        vm.prank(operatorId == 1 ? manager : otherManager);
        registry.commit(operatorId, s.root, s.count, "");
    }

    function predeposit(uint256 operatorId, KeySet memory s) private {
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        registry.predeposit(operatorId, s.root, gindices, pubkeys, signatures, s.proof);
    }

    function prove(uint256 operatorId, KeySet memory s) private {
        registry.prove(operatorId, s.root, linksOf(s), s.proof);
    }

    function expectNotCommitted(KeySet memory s) private {
        vm.expectRevert(notCommitted(s));
        predeposit(1, s);
    }

    function notCommitted(KeySet memory s) private view returns (bytes memory) {
        bytes32 id = registry.commitmentIdOf(1, s.root);
        return abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id);
    }

    /// @dev Of key `index` of the vectors' main commitment.
    function place(uint256 index) private pure returns (uint256) {
        return 47 - index;
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
                gindex: s.keys[i].gindex,
                validatorIndex: uint40(s.indices[s.positions[i]]),
                topUpGwei: 0,
                pubkeyHash: keccak256(s.keys[i].pubkey),
                signatureHash: s.signatureHashes[i]
            });
        }
    }

    function wrongState(
        bytes32 id,
        uint256 gindex,
        IValidatorRegistry.State state
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.WrongState.selector, id, gindex, state);
    }

    function outOfBounds(bytes32 root, uint256 count) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.CommitmentOutOfBounds.selector, root, count, 1024);
    }
}
