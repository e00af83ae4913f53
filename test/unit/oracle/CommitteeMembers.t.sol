// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../../../contracts/interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {OracleCommittee} from "../../../contracts/oracle/OracleCommittee.sol";
import {ReportVote} from "../../../contracts/types/ReportVote.sol";
import {BondedCommittee} from "../../utils/BondedCommittee.sol";

/// @notice Keys, bonds and seats of members, and the lists of all frames.
contract CommitteeMembersTest is BondedCommittee {
    /* KEYS */

    function test_setKey_CountsFromTheNextFrame() public {
        address key = makeKey("second key");
        uint256 from = frameStart(FIRST_FRAME + 1);
        bytes memory agreed = consent(4, key);
        vm.expectEmit(address(committee));
        emit IOracleCommittee.KeySet(4, members[3], key, from);
        vm.prank(owners[4]);
        committee.setKey(4, key, agreed);
        assertEq(committee.weightAt(members[3], from - 1), 1, "the old one before");
        assertEq(committee.weightAt(key, from - 1), 0, "the new one before");
        assertEq(committee.weightAt(members[3], from), 0, "the old one after");
        assertEq(committee.weightAt(key, from), 1, "the new one after");
        assertEq(committee.totalWeightAt(from), 9, "total");
        assertEq(committee.keyOf(4), key, "key");
    }

    /// @dev A report of the frame of a rotation takes the old key, one of the next frame the new one.
    function test_setKey_ReportsTakeTheKeyOfTheirFrame() public {
        address key = makeKey("second key");
        setKey(1, key);
        uint256 from = frameStart(FIRST_FRAME + 1);
        ReportVote memory v = voteFor(currentSlot(), 1);
        bytes memory old = signedByAll(v, members[0]);
        bytes memory fresh = signedByAll(v, key);
        assertEq(verify(v, from - 1, old), 0x1ff, "the old list");
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        verify(v, from - 1, fresh);
        assertEq(verify(v, from, fresh), 0x1ff, "the new list");
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        verify(v, from, old);
    }

    function test_setKey_KeepsOldKeysAttributable() public {
        address[4] memory keys = [members[6], makeKey("a"), makeKey("b"), makeKey("c")];
        for (uint256 i = 1; i < 4; ++i) {
            setKey(7, keys[i]);
            nextFrame();
        }
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(committee.memberOf(keys[i]), 7, "whose");
            uint256 start = frameStart(FIRST_FRAME + i);
            assertEq(committee.weightAt(keys[i], start), 1, "in its frame");
            if (i > 0) assertEq(committee.weightAt(keys[i - 1], start), 0, "no longer");
            if (i < 3) assertEq(committee.weightAt(keys[i + 1], start), 0, "not yet");
        }
    }

    function test_setKey_RevertWhen_KeyWasAnyonesBefore() public {
        address old = members[0];
        setKey(1, makeKey("fresh"));
        nextFrame();
        refuseUsed(1, old, 1);
        refuseUsed(2, old, 1);
        refuseUsed(3, members[4], 5);
        // nor a key that was never in force
        address key = makeKey("replaced");
        uint256 outsider = addMember(0);
        setKey(outsider, key);
        nextFrame();
        setKey(outsider, makeKey("again"));
        nextFrame();
        refuseUsed(outsider, key, outsider);
    }

    function test_setKey_RevertWhen_KeyDidNotConsent() public {
        address key = makeKey("fresh");
        bytes memory other = consent(2, key);
        vm.expectPartialRevert(IOracleCommittee.KeyDidNotConsent.selector);
        vm.prank(owners[1]);
        committee.setKey(1, key, other);

        bytes memory good = consent(1, key);
        address stranger = makeAddr("stranger");
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.KeyDidNotConsent.selector, stranger, key));
        vm.prank(owners[1]);
        committee.setKey(1, stranger, good);

        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.SignaturesLength.selector, 65));
        vm.prank(owners[1]);
        committee.setKey(1, key, bytes.concat(good, hex"00"));
    }

    function test_setKey_RevertWhen_CallerIsNotTheOwner() public {
        address key = makeKey("fresh");
        bytes memory good = consent(1, key);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotTheOwner.selector, 1, owners[2]));
        vm.prank(owners[2]);
        committee.setKey(1, key, good);
        // the hot key itself may not
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotTheOwner.selector, 1, members[0]));
        vm.prank(members[0]);
        committee.setKey(1, key, good);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.UnknownMember.selector, 99));
        committee.setKey(99, key, good);
    }

    function test_setKey_FollowsTheOwner() public {
        address heir = makeAddr("heir");
        vm.prank(owners[1]);
        memberBonds.proposeOwner(1, heir);
        vm.prank(heir);
        memberBonds.acceptOwner(1);
        address key = makeKey("fresh");
        bytes memory good = consent(1, key);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotTheOwner.selector, 1, owners[1]));
        vm.prank(owners[1]);
        committee.setKey(1, key, good);
        vm.prank(heir);
        committee.setKey(1, key, good);
        assertEq(committee.keyOf(1), key, "key");
    }

    function test_setKey_RevertWhen_TwiceInAFrame() public {
        setKey(1, makeKey("first"));
        address second = makeKey("second");
        uint256 next = frameStart(FIRST_FRAME + 1);
        bytes memory good = consent(1, second);
        vm.warp(next - 1);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.KeyAlreadyChanged.selector, 1, next));
        vm.prank(owners[1]);
        committee.setKey(1, second, good);
        vm.warp(next);
        vm.prank(owners[1]);
        committee.setKey(1, second, good);
        assertEq(committee.weightAt(second, next + FRAME_SECONDS), 1, "the frame after");
    }

    /// @dev Rotations of all, and changes of weight, in one frame end in one list; the frame's own stays as it was.
    function test_setKey_AllRotateInOneFrame() public {
        address[] memory before = committee.members();
        for (uint256 i = 1; i <= 9; ++i) setKey(i, makeKey(string.concat("next ", vm.toString(i))));
        committee.setWeight(5, 7);
        uint256 next = frameStart(FIRST_FRAME + 1);
        IOracleCommittee.Seat[] memory seats = committee.seatsAt(next - 1);
        for (uint256 i = 0; i < 9; ++i) {
            assertEq(seats[i].key, before[i], "as before");
            assertEq(seats[i].weight, 1, "weight");
        }
        seats = committee.seatsAt(next);
        assertEq(seats.length, 9, "seats");
        uint256 seen = 0;
        for (uint256 i = 0; i < 9; ++i) {
            if (i > 0) assertTrue(seats[i - 1].key < seats[i].key, "sorted");
            assertEq(committee.keyOf(seats[i].memberId), seats[i].key, "key");
            assertEq(seats[i].weight, seats[i].memberId == 5 ? 7 : 1, "weight");
            seen |= 1 << seats[i].memberId;
        }
        assertEq(seen, 0x3fe, "all members");
        assertEq(committee.totalWeightAt(next), 15, "total");
    }

    function test_setKey_OfSomeoneWithoutWeightChangesNoList() public {
        uint256 id = addMember(MEMBER_BOND);
        address key = makeKey("outsider");
        setKey(id, key);
        assertEq(committee.weightAt(key, type(uint48).max), 0, "no weight");
        assertEq(committee.members().length, 9, "members");
        assertEq(committee.keyOf(id), key, "key");
    }

    /* BONDS */

    function test_setWeight_AddsWhoHasABond() public {
        uint256 id = addMember(MIN_MEMBER_BOND - 1);
        setKey(id, makeKey("tenth"));
        expectBondTooSmall(id, MIN_MEMBER_BOND - 1);
        committee.setWeight(id, 3);
        memberBonds.deposit{value: 1}(id);
        committee.setWeight(id, 3);
        uint256 next = frameStart(FIRST_FRAME + 1);
        assertEq(committee.weightAt(committee.keyOf(id), next), 3, "weight");
        assertEq(committee.totalWeightAt(next - 1), 9, "not before");
    }

    /// @dev Who has less by now keeps its seat, may lose weight, and gets no more of it.
    function test_setWeight_AsksForTheBondWhenItRises() public {
        committee.setWeight(1, 5);
        vm.mockCall(
            address(memberBonds),
            abi.encodeCall(memberBonds.worthOf, (1)),
            abi.encode(MIN_MEMBER_BOND - 1)
        );
        expectBondTooSmall(1, MIN_MEMBER_BOND - 1);
        committee.setWeight(1, 6);
        committee.setWeight(1, 5);
        committee.setWeight(1, 4);
        expectBondTooSmall(1, MIN_MEMBER_BOND - 1);
        committee.setWeight(1, 5);
        vm.clearMockedCalls();
    }

    function test_setWeight_ReleasesTheBondThirtyDaysAfterLeaving() public {
        uint256 leaves = frameStart(FIRST_FRAME + 1);
        committee.setWeight(2, 0);
        assertEq(uint256(memberBonds.memberOf(2).unlocksAt), leaves + 30 days, "from the boundary on");
        vm.warp(leaves + 30 days);
        vm.prank(owners[2]);
        memberBonds.withdraw(2, MEMBER_BOND, owners[2]);
        assertEq(ledger.sharesOf(owners[2]), MEMBER_BOND, "paid");
        // without it there is no way back
        expectBondTooSmall(2, 0);
        committee.setWeight(2, 1);
        memberBonds.deposit{value: MEMBER_BOND}(2);
        committee.setWeight(2, 1);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, 2, 0));
        vm.prank(owners[2]);
        memberBonds.withdraw(2, 1, owners[2]);
    }

    function test_setWeight_BackInTheSameFrameLocksAgain() public {
        committee.setWeight(2, 0);
        committee.setWeight(2, 0);
        committee.setWeight(2, 1);
        assertEq(uint256(memberBonds.memberOf(2).unlocksAt), 0, "locked");
        assertEq(committee.weightAt(members[1], frameStart(FIRST_FRAME + 1)), 1, "never away");
    }

    function test_setWeight_RevertWhen_ThereAreTooMany() public {
        for (uint256 i = 9; i < 32; ++i) {
            uint256 id = addMember(MEMBER_BOND);
            setKey(id, makeKey(string.concat("further ", vm.toString(i))));
            committee.setWeight(id, 1e6);
        }
        uint256 last = addMember(MEMBER_BOND);
        setKey(last, makeKey("one too many"));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.MembersOutOfBounds.selector, 33, 32));
        committee.setWeight(last, 1);
        assertEq(committee.members().length, 32, "members");
        assertEq(committee.totalWeightAt(type(uint48).max), 9 + 23 * 1e6, "total");
    }

    function test_release_FreesWhoWasNeverAdded() public {
        uint256 id = addMember(MEMBER_BOND);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, id, 0));
        vm.prank(owners[id]);
        memberBonds.withdraw(id, 1, owners[id]);
        committee.release(id);
        assertEq(uint256(memberBonds.memberOf(id).unlocksAt), block.timestamp + 30 days, "in thirty days");
        vm.expectPartialRevert(ICommitteeBonds.BondNotLocked.selector);
        committee.release(id);
        // if governance adds it meanwhile, it stays
        setKey(id, makeKey("tenth"));
        committee.setWeight(id, 1);
        assertEq(uint256(memberBonds.memberOf(id).unlocksAt), 0, "locked");
    }

    /// @dev Two committees over one vault: whom the old one releases, the new one binds, or does not seat.
    function test_bind_LocksWhomAnotherCommitteeReleased() public {
        uint256 id = addMember(MEMBER_BOND);
        OracleCommittee other = _committeeOf(id, makeKey("of the other"));
        committee.release(id);
        uint256 unlocksAt = memberBonds.memberOf(id).unlocksAt;
        address key = makeKey("of a third");
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.BondEnds.selector, id, unlocksAt));
        _committeeOf(id, key);

        authority.grantRole(Roles.COMMITTEE, address(other));
        authority.revokeRole(Roles.COMMITTEE, address(committee));
        vm.prank(makeAddr("anyone"));
        other.bind(id);
        assertEq(uint256(memberBonds.memberOf(id).unlocksAt), 0, "locked");
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NoMember.selector, 1));
        other.bind(1);
    }

    /// @dev A bond that runs out already is no reason to keep a seat.
    function test_setWeight_TakesOutWhoseBondEnds() public {
        OracleCommittee other = factory.newOracleCommittee(
            IAuthority(address(authority)),
            memberBonds,
            GENESIS_TIME,
            SECONDS_PER_SLOT,
            FRAME_SECONDS,
            MIN_MEMBER_BOND,
            equalSeats()
        );
        authority.grantRole(Roles.COMMITTEE, address(other));
        committee.setWeight(2, 0);
        uint256 unlocksAt = memberBonds.memberOf(2).unlocksAt;
        assertGt(unlocksAt, 0, "ends");
        other.setWeight(2, 0);
        assertEq(uint256(memberBonds.memberOf(2).unlocksAt), unlocksAt, "when it did");
        assertEq(other.weightAt(members[1], block.timestamp + FRAME_SECONDS), 0, "out");
    }

    function _committeeOf(uint256 id, address key) private returns (OracleCommittee) {
        IOracleCommittee.Seat[] memory seats = new IOracleCommittee.Seat[](1);
        seats[0] = IOracleCommittee.Seat({memberId: id, key: key, weight: 1});
        return
            factory.newOracleCommittee(
                IAuthority(address(authority)),
                memberBonds,
                GENESIS_TIME,
                SECONDS_PER_SLOT,
                FRAME_SECONDS,
                MIN_MEMBER_BOND,
                seats
            );
    }

    /// @dev Who is not in force yet, or leaves, has a seat in the newest list, or a release already.
    function test_release_RevertWhen_ItHasWeight() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.StillAMember.selector, 1, 1));
        committee.release(1);
        setKey(1, makeKey("fresh"));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.StillAMember.selector, 1, 1));
        committee.release(1);
        committee.setWeight(1, 0);
        vm.expectPartialRevert(ICommitteeBonds.BondNotLocked.selector);
        committee.release(1);
    }

    /* LISTS */

    /// @dev However many changes there were: each frame keeps its list.
    function testFuzz_seatsAt_EveryFrameKeepsItsList(uint256 seed) public {
        bytes32[16] memory lists;
        for (uint256 i = 0; i < 16; ++i) {
            lists[i] = keccak256(abi.encode(committee.seatsAt(frameStart(FIRST_FRAME + i))));
            for (uint256 j = 0; j < seed % 3; ++j) {
                seed = uint256(keccak256(abi.encode(seed)));
                uint256 id = 1 + (seed % 9);
                if (seed & (1 << 200) == 0) committee.setWeight(id, 1 + ((seed >> 8) % 4));
                else if (committee.keyOf(id) != members[id - 1]) continue;
                else setKey(id, makeKey(vm.toString(bytes32(seed))));
            }
            seed = uint256(keccak256(abi.encode(seed)));
            nextFrame();
            for (uint256 j = 0; j <= i; ++j) {
                bytes32 list = keccak256(abi.encode(committee.seatsAt(frameStart(FIRST_FRAME + j))));
                assertEq(list, lists[j], "as it was");
            }
        }
        assertEq(committee.seatsAt(0).length, 9, "the first list");
    }

    function test_consentDigest_IsEip712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Kedge Oracle Committee"),
                keccak256("1"),
                block.chainid,
                address(committee)
            )
        );
        bytes32 structHash = keccak256(abi.encode(keccak256("KeyConsent(uint256 memberId)"), 7));
        assertEq(
            committee.consentDigest(7),
            keccak256(abi.encodePacked("\x19\x01", domain, structHash)),
            "digest"
        );
    }

    function test_constructor_RevertWhen_ABondIsMissing() public {
        IOracleCommittee.Seat[] memory seats = equalSeats();
        seats[3].memberId = addMember(MIN_MEMBER_BOND - 1);
        IAuthority a = committee.authority();
        expectBondTooSmall(seats[3].memberId, MIN_MEMBER_BOND - 1);
        make(a, seats);
        seats[3].memberId = 99;
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.UnknownMember.selector, 99));
        make(a, seats);
    }

    function test_setKey_RevertWhen_KeyIsZero() public {
        bytes memory any = compact(members[0], bytes32(uint256(1)));
        // no signature recovers to it
        vm.expectPartialRevert(IOracleCommittee.KeyDidNotConsent.selector);
        vm.prank(owners[1]);
        committee.setKey(1, address(0), any);
    }

    /* INTERNAL */

    function make(IAuthority a, IOracleCommittee.Seat[] memory seats) private {
        factory.newOracleCommittee(
            a,
            memberBonds,
            GENESIS_TIME,
            SECONDS_PER_SLOT,
            FRAME_SECONDS,
            MIN_MEMBER_BOND,
            seats
        );
    }

    /// @dev All members' signatures in order of key, with `first` for the first member.
    function signedByAll(ReportVote memory v, address first) private view returns (bytes memory signatures) {
        address last = address(0);
        for (uint256 i = 0; i < 9; ++i) {
            address least = address(type(uint160).max);
            for (uint256 j = 0; j < 9; ++j) {
                address key = j == 0 ? first : members[j];
                if (key > last && key < least) least = key;
            }
            signatures = abi.encodePacked(signatures, signVote(least, v));
            last = least;
        }
    }

    function verify(
        ReportVote memory v,
        uint256 time,
        bytes memory signatures
    ) private view returns (uint256) {
        return committee.verify(v.oracle, v.refSlot, v.blockRoot, v.reportHash, time, signatures);
    }

    function refuseUsed(uint256 memberId, address key, uint256 whose) private {
        bytes memory agreed = consent(memberId, key);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.KeyAlreadyUsed.selector, key, whose));
        vm.prank(owners[memberId]);
        committee.setKey(memberId, key, agreed);
    }

    function expectBondTooSmall(uint256 memberId, uint256 value) private {
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.BondTooSmall.selector, memberId, value, MIN_MEMBER_BOND)
        );
    }
}
