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
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice The life of keys, with the test in the depositor's place. Trees are those of OpenZeppelin's library.
contract ValidatorRegistryTest is FactoryTest, BeaconVectors {
    Authority private authority;
    OperatorRegistry private operators;
    ValidatorRegistry private registry;
    address private manager = makeAddr("manager");
    address private otherManager = makeAddr("other manager");
    string private file;
    uint256 private constant DEADLINE = 60 days;

    function setUp() public {
        authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        operators = factory.newOperatorRegistry(a);
        registry = factory.newValidatorRegistry(a, operators, DEADLINE);
        authority.grantRole(Roles.OPERATOR_MANAGER, address(this));
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.BOND_VAULT, address(this));
        vm.prank(manager);
        operators.register(manager, 1_000);
        vm.prank(otherManager);
        operators.register(otherManager, 1_000);
        file = keysFile();
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newValidatorRegistry(IAuthority(address(0)), operators, DEADLINE);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newValidatorRegistry(IAuthority(address(authority)), IOperatorRegistry(address(0)), DEADLINE);
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
        assertEq(uint256(registry.stakeOf(1).eth), 320, "stake");
        assertEq(registry.totalStake(), 320, "total stake");
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
        bytes memory expected = wrongState(id, place(0), IValidatorRegistry.KeyState.Predeposited);
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
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Predeposited));
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

    function test_predeposit_RevertGiven_OperatorIsStopped() public {
        KeySet memory s = committed(1, "key0");
        for (uint256 standing = 2; standing < 4; ++standing) {
            stop(1, IOperatorRegistry.Standing(standing));
            vm.expectRevert(stopped(1, IOperatorRegistry.Standing(standing)));
            predeposit(1, s);
            if (standing == 2) operators.setStanding(1, IOperatorRegistry.Standing.Watched, "");
        }
    }

    function test_predeposit_GoesOnGiven_OperatorIsWatched() public {
        KeySet memory s = committed(1, "key0");
        operators.setStanding(1, IOperatorRegistry.Standing.Watched, "");
        predeposit(1, s);
        assertEq(uint256(registry.stakeOf(1).eth), 32, "stake");
    }

    /* PROOFS */

    function test_prove_KeepsTheValidator() public {
        KeySet memory s = committed(1, "crossed");
        predeposit(1, s);
        // a stopped operator's keys can still be proven: their ether is there already
        stop(1, IOperatorRegistry.Standing.Jailed);
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
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Committed));
        prove(2, s);
    }

    function test_prove_RevertGiven_KeyHadNoPredeposit() public {
        KeySet memory s = committed(1, "pair");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Committed));
        prove(1, s);
        predeposit(1, keySet(file, "key0"));
        vm.expectRevert(wrongState(id, place(1), IValidatorRegistry.KeyState.Committed));
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
        bytes memory expected = wrongState(id, place(0), IValidatorRegistry.KeyState.Proven);
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
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Proven));
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
        registry.vouch(topUpOf(100, 31e9, pubkeyHash));
        assertTrue(registry.isVouchedFor(pubkeyHash), "vouched for");
        assertFalse(registry.isVouchedFor(keccak256("another key")), "nobody else");
    }

    /// @dev Whatever the beacon chain knows of it yet.
    function test_vouch_CountsUpToTheMaximum() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        bytes32 pubkeyHash = keccak256(s.keys[0].pubkey);
        registry.vouch(topUpOf(100, 33e9, pubkeyHash));
        IValidatorRegistry.Validator memory ours = registry.validator(100);
        assertEq(uint256(ours.operatorId), 1, "operator");
        assertEq(uint256(ours.depositedEth), 34, "one of the predeposit, the rest of the top-up");
        registry.vouch(topUpOf(100, 2_014e9, pubkeyHash));
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.TopUpAboveMaximum.selector, 100, 2_049, 2_048)
        );
        registry.vouch(topUpOf(100, 1e9, pubkeyHash));
        assertFalse(registry.isProven(101), "the neighbour in the slot");
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
        stop(1, IOperatorRegistry.Standing.Jailed);
        vm.expectRevert(stopped(1, IOperatorRegistry.Standing.Jailed));
        registry.vouch(topUpOf(100, 1e9, keccak256(s.keys[0].pubkey)));
    }

    function test_prove_RevertGiven_OperatorStoppedAndToppedUp() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        stop(1, IOperatorRegistry.Standing.Jailed);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[0].topUpGwei = 31e9;
        vm.expectRevert(stopped(1, IOperatorRegistry.Standing.Jailed));
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
        first = topUpFrom(first);
        second = topUpFrom(second);
        registry.vouch(topUpOf(uint40(a), first * 1e9, "a"));
        registry.vouch(topUpOf(uint40(b), second * 1e9, "b"));
        assertEq(uint256(registry.validator(a).depositedEth), 1 + first, "first");
        assertEq(uint256(registry.validator(b).depositedEth), 1 + second, "second");
    }

    /// @dev Between its predeposit and 32 ETH a validator may wait for ever: 31 ETH first, and the hysteresis of effective
    /// balances wants 33 in all.
    function testFuzz_topUp_RevertWhen_TheValidatorCannotBecomeActive(uint256 eth) public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[0].topUpGwei = uint64(bound(eth, 1, 30) * 1e9);
        bytes memory refused = abi.encodeWithSelector(
            IValidatorRegistry.TopUpBelowMinimum.selector,
            100,
            1 + links[0].topUpGwei / 1e9,
            32
        );
        vm.expectRevert(refused);
        registry.prove(1, s.root, links, s.proof);
        vm.expectRevert(refused);
        registry.proveOne(1, s.root, links[0], s.proof);
        prove(1, s);
        vm.expectRevert(refused);
        registry.vouch(topUpOf(100, links[0].topUpGwei, "key"));
        // nothing, or all that it needs, and then as little as anyone likes
        registry.vouch(topUpOf(100, 0, "key"));
        registry.vouch(topUpOf(100, 31e9, "key"));
        registry.vouch(topUpOf(100, 1e9, "key"));
        assertEq(uint256(registry.validator(100).depositedEth), 33, "deposited");
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

    /* STAKE */

    /// @dev 32 ETH from the predeposit on, more only for what is deposited above.
    function testFuzz_stake_IsWhatValidatorsMayHold(uint256 a, uint256 b) public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        a = topUpFrom(a);
        b = topUpFrom(b);
        IValidatorRegistry.Link[] memory links = linksOf(s);
        links[0].topUpGwei = uint64(a * 1e9);
        uint256 grown = registry.prove(1, s.root, links, s.proof);
        assertEq(grown, reserved(1 + a) - 32, "grown by the proof");
        (uint256[] memory ids, uint256[] memory grownBy) = registry.vouch(
            topUpOf(links[1].validatorIndex, uint64(b * 1e9), "key")
        );
        assertEq(ids[0], 1, "operator");
        assertEq(grownBy[0], reserved(1 + b) - 32, "grown by the top-up");
        uint256 stake = reserved(1 + a) + reserved(1 + b);
        assertEq(uint256(registry.stakeOf(1).eth), stake, "stake");
        assertEq(registry.totalStake(), stake, "total stake");

        registry.advance(links[0].validatorIndex, IValidatorRegistry.ValidatorState.Withdrawn, false);
        assertEq(uint256(registry.stakeOf(1).eth), reserved(1 + b), "stake without the withdrawn");
        registry.advance(links[1].validatorIndex, IValidatorRegistry.ValidatorState.Withdrawn, true);
        assertEq(registry.totalStake(), 0, "nothing is left");
    }

    function test_proveOne_TellsWhatStakeGrew() public {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        IValidatorRegistry.Link memory link = linksOf(s)[0];
        link.topUpGwei = 100e9;
        assertEq(registry.proveOne(1, s.root, link, s.proof), 69, "grown");
        assertEq(uint256(registry.stakeOf(1).eth), 101, "stake");
    }

    /* THE LIFE OF A VALIDATOR */

    function testFuzz_advance_OnlyForward(uint256 from, uint256 to, bool slashed, bool again) public {
        uint256 index = provenOne();
        from = bound(from, 2, 5);
        to = bound(to, 0, 5);
        registry.advance(index, IValidatorRegistry.ValidatorState(from), slashed);
        // an offence counts once, whatever else there is to tell
        bool isNew = again ? !slashed : to > from;
        uint256 expected = isNew && to > from ? to : from;
        if (!isNew) {
            vm.expectRevert(
                abi.encodeWithSelector(IValidatorRegistry.NothingNew.selector, index, from, slashed)
            );
        } else {
            vm.expectEmit(address(registry));
            emit IValidatorRegistry.ValidatorAdvanced(
                index,
                1,
                IValidatorRegistry.ValidatorState(expected),
                slashed || again
            );
        }
        registry.advance(index, IValidatorRegistry.ValidatorState(to), again);
        IValidatorRegistry.Validator memory v = registry.validator(index);
        assertEq(uint256(v.state), expected, "state");
        assertEq(v.slashed, isNew ? slashed || again : slashed, "slashed");
        assertEq(uint256(v.operatorId), 1, "operator");
        assertEq(uint256(v.depositedEth), 1, "deposited");
    }

    function test_advance_RevertWhen_ValidatorIsNotOurs() public {
        uint256 index = provenOne();
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, index + 1));
        registry.advance(index + 1, IValidatorRegistry.ValidatorState.Active, false);
    }

    function testFuzz_vouch_RevertGiven_ValidatorLeaves(uint256 state, bool slashed) public {
        uint256 index = provenOne();
        state = bound(state, slashed ? 1 : 3, 5);
        registry.advance(index, IValidatorRegistry.ValidatorState(state), slashed);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.ValidatorLeaves.selector, index, state, slashed)
        );
        registry.vouch(topUpOf(uint40(index), 1e9, "key"));
    }

    /* KEYS TAKEN BACK */

    function test_remove_TakesKeysBack() public {
        KeySet memory s = committed(1, "pair");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeysRemoved(id, s.gindices);
        vm.prank(manager);
        registry.remove(1, s.root, s.gindices);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Removed));
        predeposit(1, s);
        // the others of the commitment go on
        predeposit(1, keySet(file, "crossed"));
        assertEq(uint256(registry.stakeOf(1).eth), 6 * 32, "stake");
    }

    function test_remove_RevertWhen_NotTheManagersOrNotAKeyOrDeposited() public {
        KeySet memory s = committed(1, "key0");
        vm.prank(otherManager);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.NotManager.selector, 1, otherManager));
        registry.remove(1, s.root, s.gindices);
        predeposit(1, s);
        vm.startPrank(manager);
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.remove(1, s.root, s.gindices);
        s.gindices[0] = 1;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.GindexOutOfBounds.selector, 1, s.count));
        registry.remove(1, s.root, s.gindices);
        bytes32 id = registry.commitmentIdOf(1, "another");
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.CommitmentUnknown.selector, id));
        registry.remove(1, "another", s.gindices);
        vm.stopPrank();
    }

    /* DEADLINES */

    /// @dev The deadline ends between its length and a quarter more, wherever in a quarter the predeposit was.
    function testFuzz_markOverdue_FromTheDeadlineOn(uint256 start, uint256 wait) public {
        KeySet memory s = committed(1, "key0");
        vm.warp(vm.getBlockTimestamp() + bound(start, 0, DEADLINE));
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        wait = bound(wait, 0, 2 * DEADLINE);
        vm.warp(vm.getBlockTimestamp() + wait);
        (bool overdue, bool lost) = registry.isOverdue(id, s.gindices[0]);
        if (wait < DEADLINE) assertFalse(overdue, "before the deadline");
        if (wait >= DEADLINE + DEADLINE / 4) assertTrue(overdue, "after the deadline");
        if (wait < 2 * DEADLINE) assertFalse(lost, "before the second");
        if (!overdue) {
            vm.expectRevert(
                abi.encodeWithSelector(IValidatorRegistry.NotOverdue.selector, id, s.gindices[0])
            );
        }
        registry.markOverdue(1, s.root, s.gindices);
        assertEq(uint256(registry.stakeOf(1).overdueKeys), overdue ? 1 : 0, "overdue keys");
        assertEq(uint256(registry.stakeOf(1).eth), 32, "the stake stays");
    }

    function testFuzz_markLost_FromTheSecondDeadlineOn(uint256 start, uint256 wait) public {
        KeySet memory s = committed(1, "key0");
        vm.warp(vm.getBlockTimestamp() + bound(start, 0, DEADLINE));
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.warp(vm.getBlockTimestamp() + (DEADLINE * 5) / 4);
        registry.markOverdue(1, s.root, s.gindices);
        wait = bound(wait, 0, DEADLINE + DEADLINE / 2);
        vm.warp(vm.getBlockTimestamp() + wait);
        (, bool lost) = registry.isOverdue(id, s.gindices[0]);
        if (wait < (DEADLINE * 3) / 4) assertFalse(lost, "before the second deadline");
        if (wait >= DEADLINE) assertTrue(lost, "after the second deadline");
        if (!lost) {
            vm.expectRevert(
                abi.encodeWithSelector(IValidatorRegistry.NotOverdue.selector, id, s.gindices[0])
            );
        }
        registry.markLost(1, s.root, s.gindices);
        assertEq(uint256(registry.stakeOf(1).overdueKeys), lost ? 0 : 1, "overdue keys");
        assertEq(uint256(registry.stakeOf(1).lostKeys), lost ? 1 : 0, "lost keys");
        assertEq(registry.totalStake(), lost ? 0 : 32, "stake");
    }

    /// @dev A late proof is good, and takes up the stake that was given up.
    function test_prove_OfOverdueAndLostKeys() public {
        KeySet memory s = committed(1, "pair");
        predeposit(1, s);
        vm.warp(vm.getBlockTimestamp() + 3 * DEADLINE);
        registry.markOverdue(1, s.root, s.gindices);
        uint32[] memory second = new uint32[](1);
        second[0] = s.gindices[1];
        registry.markLost(1, s.root, second);
        assertEq(uint256(registry.stakeOf(1).overdueKeys), 1, "overdue");
        assertEq(uint256(registry.stakeOf(1).lostKeys), 1, "lost");
        assertEq(uint256(registry.stakeOf(1).eth), 32, "stake of one");
        prove(1, s);
        assertEq(uint256(registry.stakeOf(1).overdueKeys), 0, "none is overdue");
        assertEq(uint256(registry.stakeOf(1).lostKeys), 0, "none is lost");
        assertEq(uint256(registry.stakeOf(1).eth), 64, "stake of both");
        assertEq(registry.totalStake(), 64, "total stake");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        assertEq(uint256(registry.stateOf(id, s.gindices[0])), 2, "proven");
        assertEq(uint256(registry.stateOf(id, s.gindices[1])), 2, "proven");
    }

    function test_markOverdue_RevertGiven_NothingIsAtStake() public {
        KeySet memory s = committed(1, "pair");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Committed));
        registry.markOverdue(1, s.root, s.gindices);
        predeposit(1, s);
        prove(1, s);
        vm.warp(vm.getBlockTimestamp() + 3 * DEADLINE);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Proven));
        registry.markOverdue(1, s.root, s.gindices);
        vm.expectRevert(wrongState(id, place(0), IValidatorRegistry.KeyState.Proven));
        registry.markLost(1, s.root, s.gindices);
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.markOverdue(1, s.root, new uint32[](0));
        vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.markLost(1, s.root, new uint32[](0));
    }

    /* FOREIGN CREDENTIALS */

    /// @dev Once, and for ever: the key is neither proven nor marked again.
    function test_markForeign_GivesTheKeyUp() public {
        KeySet memory s = committedBesideAnother("foreign");
        expectForeign(s, false);
        assertFalse(markForeign(s), "was not lost");
        assertCounts(32, 0, 0);
        bytes memory foreign = wrongState(
            registry.commitmentIdOf(1, s.root),
            s.gindices[0],
            IValidatorRegistry.KeyState.Foreign
        );
        vm.expectRevert(foreign);
        this.markForeign(s);
        vm.expectRevert(foreign);
        this.markDuplicate(s);
        vm.expectRevert(foreign);
        prove(1, s);
        vm.warp(vm.getBlockTimestamp() + 3 * DEADLINE);
        vm.expectRevert(foreign);
        registry.markOverdue(1, s.root, s.gindices);
        vm.expectRevert(foreign);
        registry.markLost(1, s.root, s.gindices);
        (bool overdue, bool lost) = registry.isOverdue(registry.commitmentIdOf(1, s.root), s.gindices[0]);
        assertFalse(overdue || lost, "is not overdue");
    }

    function test_markForeign_OfAnOverdueKey() public {
        KeySet memory s = committedBesideAnother("foreign");
        vm.warp(vm.getBlockTimestamp() + 2 * DEADLINE);
        registry.markOverdue(1, s.root, s.gindices);
        expectForeign(s, false);
        assertFalse(markForeign(s), "was not lost");
        assertCounts(32, 0, 0);
    }

    /// @dev Its stake was freed before, and its ether has not come back.
    function test_markForeign_OfALostKey() public {
        KeySet memory s = lostBesideAnother("foreign");
        expectForeign(s, true);
        assertTrue(markForeign(s), "was lost");
        assertEq(uint256(registry.stateOf(registry.commitmentIdOf(1, s.root), s.gindices[0])), 6, "foreign");
        assertCounts(32, 0, 1);
    }

    function test_markDuplicate_GivesTheKeyUp() public {
        KeySet memory s = committedBesideAnother("foreign");
        expectForeign(s, false);
        this.markDuplicate(s);
        assertCounts(32, 0, 0);
    }

    /// @dev Its ether lies with a validator of ours: it is lost no more.
    function test_markDuplicate_OfALostKey() public {
        KeySet memory s = lostBesideAnother("foreign");
        expectForeign(s, true);
        this.markDuplicate(s);
        assertEq(uint256(registry.stateOf(registry.commitmentIdOf(1, s.root), s.gindices[0])), 6, "foreign");
        assertCounts(32, 0, 0);
    }

    function test_markForeign_RevertGiven_NothingIsLost() public {
        KeySet memory s = committed(1, "foreign");
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectRevert(wrongState(id, s.gindices[0], IValidatorRegistry.KeyState.Committed));
        this.markForeign(s);
        predeposit(1, s);
        prove(1, s);
        vm.expectRevert(wrongState(id, s.gindices[0], IValidatorRegistry.KeyState.Proven));
        this.markForeign(s);
        vm.expectRevert(wrongState(id, s.gindices[0], IValidatorRegistry.KeyState.Proven));
        this.markDuplicate(s);
        KeySet memory other = keySet(file, "key0");
        vm.prank(manager);
        registry.remove(1, other.root, other.gindices);
        vm.expectRevert(wrongState(id, other.gindices[0], IValidatorRegistry.KeyState.Removed));
        this.markForeign(other);
    }

    function test_markForeign_RevertWhen_AnotherKey() public {
        KeySet memory s = committed(1, "foreign");
        predeposit(1, s);
        bytes32 id = registry.commitmentIdOf(1, s.root);
        s.keys[0].pubkey = keySet(file, "key0").keys[0].pubkey;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        this.markForeign(s);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.KeysNotCommitted.selector, id));
        this.markDuplicate(s);
    }

    function markDuplicate(KeySet memory s) public {
        registry.markDuplicate(
            1,
            s.root,
            s.gindices[0],
            keccak256(s.keys[0].pubkey),
            s.signatureHashes[0],
            s.proof
        );
    }

    function expectForeign(KeySet memory s, bool wasLost) private {
        bytes32 id = registry.commitmentIdOf(1, s.root);
        vm.expectEmit(address(registry));
        emit IValidatorRegistry.KeyForeign(id, s.gindices[0], wasLost);
    }

    /// @dev Predeposited, as another key of the commitment is.
    function committedBesideAnother(string memory name) private returns (KeySet memory s) {
        s = committed(1, name);
        predeposit(1, s);
        predeposit(1, keySet(file, "key0"));
    }

    function lostBesideAnother(string memory name) private returns (KeySet memory s) {
        s = committedBesideAnother(name);
        vm.warp(vm.getBlockTimestamp() + 3 * DEADLINE);
        registry.markOverdue(1, s.root, s.gindices);
        registry.markLost(1, s.root, s.gindices);
        assertCounts(32, 0, 1);
    }

    function assertCounts(uint256 eth, uint256 overdueKeys, uint256 lostKeys) private view {
        IValidatorRegistry.Stake memory stake = registry.stakeOf(1);
        assertEq(uint256(stake.eth), eth, "stake");
        assertEq(registry.totalStake(), eth, "total stake");
        assertEq(uint256(stake.overdueKeys), overdueKeys, "overdue keys");
        assertEq(uint256(stake.lostKeys), lostKeys, "lost keys");
    }

    function markForeign(KeySet memory s) public returns (bool) {
        return
            registry.markForeign(
                1,
                s.root,
                s.gindices[0],
                keccak256(s.keys[0].pubkey),
                s.signatureHashes[0],
                s.proof
            );
    }

    /// @dev One validator with nothing but its predeposit.
    function provenOne() private returns (uint256 validatorIndex) {
        KeySet memory s = committed(1, "key0");
        predeposit(1, s);
        prove(1, s);
        return s.indices[0];
    }

    /// @dev A top-up of a new validator in ETH: none, or what makes it active and no more than it can stake.
    function topUpFrom(uint256 x) private pure returns (uint64) {
        x = bound(x, 30, 2_047);
        return x == 30 ? 0 : uint64(x);
    }

    function reserved(uint256 eth) private pure returns (uint256) {
        return eth > 32 ? eth : 32;
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

    function stop(uint256 operatorId, IOperatorRegistry.Standing standing) private {
        if (standing != IOperatorRegistry.Standing.Retired)
            return operators.setStanding(operatorId, standing, "");
        vm.prank(operatorId == 1 ? manager : otherManager);
        operators.retire(operatorId);
    }

    function stopped(
        uint256 operatorId,
        IOperatorRegistry.Standing standing
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IOperatorRegistry.OperatorStopped.selector, operatorId, standing);
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
        IValidatorRegistry.KeyState state
    ) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.WrongState.selector, id, gindex, state);
    }

    function outOfBounds(bytes32 root, uint256 count) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IValidatorRegistry.CommitmentOutOfBounds.selector, root, count, 1024);
    }
}
