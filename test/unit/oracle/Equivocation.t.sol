// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {ICommitteeBonds} from "../../../contracts/interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {ReportVote} from "../../../contracts/types/ReportVote.sol";
import {BondedCommittee} from "../../utils/BondedCommittee.sol";

/// @notice ORA-3: two votes of one member that exclude each other cost its bond and its seat.
contract EquivocationTest is BondedCommittee {
    /// @dev Order of secp256k1.
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    address private prover = makeAddr("prover");
    ReportVote private one;
    ReportVote private two;

    function setUp() public override {
        super.setUp();
        makeStaker("staker", 1_000 ether);
        one = voteFor(currentSlot(), 1);
        two = voteFor(currentSlot(), 2);
    }

    /* WHAT IT COSTS */

    function test_proveEquivocation_BurnsTheBondAndTakesTheSeat() public {
        uint256 next = frameStart(FIRST_FRAME + 1);
        uint256 total = ledger.totalUnits();
        (bytes memory a, bytes memory b) = (signVote(members[3], one), signVote(members[3], two));
        vm.expectEmit(address(committee));
        emit IOracleCommittee.WeightSet(4, members[3], 1, 0, next);
        vm.expectEmit(address(committee));
        emit IOracleCommittee.MemberExpelled(4, one.refSlot, "equivocation", prover, 36 ether, 4 ether);
        vm.prank(prover);
        committee.proveEquivocation(one, a, two, b);
        assertEq(bondOf(4), 0, "ORA-3: the bond is gone");
        assertTrue(memberBonds.memberOf(4).isForfeited, "for ever");
        assertEq(ledger.sharesOf(prover), 4 ether, "bounty");
        assertEq(ledger.totalUnits(), total - 36 ether * 1e6, "burnt");
        assertEq(committee.weightAt(members[3], next - 1), 1, "until the end of the frame");
        assertEq(committee.weightAt(members[3], next), 0, "no more");
        assertEq(committee.totalWeightAt(next), 8, "total");
        for (uint256 i = 1; i <= 9; ++i) if (i != 4) assertEq(bondOf(i), MEMBER_BOND, "others' bonds");
    }

    function test_proveEquivocation_IsOpenInBothOrders() public {
        (bytes memory a, bytes memory b) = (signVote(members[0], one), signVote(members[0], two));
        committee.proveEquivocation(two, b, one, a);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    function test_proveEquivocation_OfTwoBlocks() public {
        two = one;
        two.blockRoot ^= bytes32(uint256(1));
        prove(0);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev Of two blocks one was never final, whatever oracle was told of it.
    function test_proveEquivocation_OfTwoBlocksForTwoOracles() public {
        two.oracle = address(0x1234);
        two.blockRoot ^= bytes32(uint256(1));
        prove(0);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev The oracle may be replaced in the middle of a frame: a member then signs for both, of the same block.
    function test_proveEquivocation_RevertWhen_OraclesDiffer() public {
        two.oracle = address(0x1234);
        refuse(0, agreement(one, two));
    }

    function test_proveEquivocation_RevertWhen_VotesAreTheSame() public {
        two = one;
        refuse(0, agreement(one, two));
    }

    /// @dev Other bytes of a signature do not make another vote: the parity bit and s decide on one signer alone.
    function test_proveEquivocation_RevertWhen_OnlyTheSignatureDiffers() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(memberKeys[0], digestOf(one));
        bytes memory good = signVote(members[0], one);
        bytes memory twin = abi.encodePacked(
            r,
            bytes32(N - uint256(s)) | bytes32(uint256(v == 27 ? 1 : 0) << 255)
        );
        bytes memory reason = agreement(one, one);
        vm.expectRevert(reason);
        committee.proveEquivocation(one, good, one, twin);
        // nor can the twin be brought for a vote that was never cast
        vm.expectRevert();
        committee.proveEquivocation(one, good, two, twin);
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        committee.proveEquivocation(one, good, two, good);
    }

    function test_proveEquivocation_RevertWhen_SlotsDiffer() public {
        two.refSlot += uint64(SLOTS_PER_FRAME);
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.DifferentSlots.selector, one.refSlot, two.refSlot)
        );
        committee.proveEquivocation(one, "", two, "");
    }

    function test_proveEquivocation_RevertWhen_MembersDiffer() public {
        (bytes memory a, bytes memory b) = (signVote(members[0], one), signVote(members[1], two));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.DifferentMembers.selector, 1, 2));
        committee.proveEquivocation(one, a, two, b);
    }

    function test_proveEquivocation_RevertWhen_SignerIsAStranger() public {
        address stranger = makeKey("stranger");
        (bytes memory a, bytes memory b) = (signVote(stranger, one), signVote(stranger, two));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, stranger));
        committee.proveEquivocation(one, a, two, b);
    }

    function test_proveEquivocation_RevertWhen_SignaturesAreMalformed() public {
        bytes memory a = signVote(members[0], one);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.SignaturesLength.selector, 0));
        committee.proveEquivocation(one, a, two, "");
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.SignaturesLength.selector, 128));
        committee.proveEquivocation(one, bytes.concat(a, a), two, a);
        vm.expectRevert(ECDSA.InvalidSignature.selector);
        committee.proveEquivocation(one, a, two, new bytes(64));
    }

    /// @dev Any two votes for one slot: evidence if and only if they exclude each other.
    function testFuzz_proveEquivocation_JudgesAnyTwo(uint256 seed, uint256 who) public {
        who = bound(who, 0, 8);
        two = one;
        if (seed & 1 > 0) two.oracle = address(uint160(seed >> 8) | 1);
        if (seed & 2 > 0) two.blockRoot = keccak256(abi.encode(seed));
        if (seed & 4 > 0) two.reportHash = keccak256(abi.encode(seed));
        bool sameOracle = two.oracle == one.oracle;
        bool excluded = seed & 2 > 0 || (seed & 4 > 0 && sameOracle);
        if (excluded) prove(who);
        else refuse(who, agreement(one, two));
        assertEq(bondOf(who + 1), excluded ? 0 : MEMBER_BOND, "ORA-3");
    }

    /* ONCE */

    function test_proveEquivocation_RevertGiven_ItWasProven() public {
        prove(0);
        ReportVote memory three = voteFor(one.refSlot, 3);
        (bytes memory a, bytes memory c) = (signVote(members[0], one), signVote(members[0], three));
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, 1));
        committee.proveEquivocation(one, a, three, c);
        // there is no way back for this member
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, 1));
        memberBonds.deposit{value: MEMBER_BOND}(1);
    }

    /* KEYS */

    /// @dev Both keys of the frame of a rotation sign for one slot: only the key that counted then makes votes.
    function test_proveEquivocation_RevertWhen_AKeyWasNotInForce() public {
        address fresh = makeKey("fresh");
        setKey(1, fresh);
        bytes memory a = signVote(members[0], one);
        bytes memory b = signVote(fresh, two);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, fresh));
        committee.proveEquivocation(one, a, two, b);
        // nor does the old key make votes for later frames, in whose ever hands it is
        nextFrame();
        one = voteFor(currentSlot(), 1);
        two = voteFor(currentSlot(), 2);
        refuse(0, abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, members[0]));
        // the new one does
        (a, b) = (signVote(fresh, one), signVote(fresh, two));
        committee.proveEquivocation(one, a, two, b);
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(committee.weightAt(fresh, type(uint48).max), 0, "no seat");
    }

    /// @dev An old key answers for its own frames for ever.
    function test_proveEquivocation_ByAnOldKey() public {
        for (uint256 i = 0; i < 5; ++i) {
            setKey(1, makeKey(vm.toString(i)));
            nextFrame();
        }
        skipTime(400 days);
        prove(0);
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(committee.weightAt(committee.keyOf(1), type(uint48).max), 0, "no seat");
        assertEq(committee.members().length, 8, "members");
    }

    function test_proveEquivocation_WithARotationOnItsWay() public {
        address fresh = makeKey("fresh");
        setKey(1, fresh);
        prove(0);
        uint256 next = frameStart(FIRST_FRAME + 1);
        assertEq(committee.weightAt(fresh, next), 0, "neither the new key");
        assertEq(committee.weightAt(members[0], next), 0, "nor the old one");
        assertEq(committee.totalWeightAt(next), 8, "total");
    }

    /* AFTER LEAVING */

    function test_proveEquivocation_AfterLeavingWhileTheBondIsThere() public {
        committee.setWeight(1, 0);
        vm.warp(frameStart(FIRST_FRAME + 1) + 30 days - 1);
        vm.expectPartialRevert(ICommitteeBonds.BondLocked.selector);
        vm.prank(owners[1]);
        memberBonds.withdraw(1, 1, owners[1]);
        prove(0);
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(committee.members().length, 8, "nothing else changed");
    }

    /// @dev Votes for frames after the member has left are none.
    function test_proveEquivocation_RevertWhen_ItHadLeft() public {
        committee.setWeight(1, 0);
        nextFrame();
        one = voteFor(currentSlot(), 1);
        two = voteFor(currentSlot(), 2);
        refuse(0, abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, members[0]));
    }

    /// @dev Who came back with a new bond answers with it for what it signed before.
    function test_proveEquivocation_AfterComingBack() public {
        committee.setWeight(1, 0);
        skipTime(32 days);
        vm.prank(owners[1]);
        memberBonds.withdraw(1, MEMBER_BOND, owners[1]);
        memberBonds.deposit{value: 50 ether}(1);
        committee.setWeight(1, 1);
        nextFrame();
        prove(0);
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(committee.weightAt(members[0], type(uint48).max), 0, "no seat");
    }

    /* THE REST OF THE COMMITTEE */

    /// @dev Without the liar the others still come to reports.
    function test_proveEquivocation_LeavesAQuorum() public {
        prove(8);
        uint256 next = frameStart(FIRST_FRAME + 1);
        bytes memory six = "";
        for (uint256 i = 0; i < 6; ++i) six = bytes.concat(six, signVote(members[i], one));
        assertEq(
            committee.verify(one.oracle, one.refSlot, one.blockRoot, one.reportHash, next, six),
            0x03f,
            "six of eight"
        );
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.QuorumNotReached.selector, 6, 9));
        committee.verify(one.oracle, one.refSlot, one.blockRoot, one.reportHash, next - 1, six);
    }

    /// @dev Nobody keeps a seat because nobody else is left: no report is signed until governance names members.
    function test_proveEquivocation_TakesTheLastSeatToo() public {
        for (uint256 i = 0; i < 9; ++i) prove(i);
        uint256 next = frameStart(FIRST_FRAME + 1);
        assertEq(committee.members().length, 0, "nobody");
        assertEq(committee.totalWeightAt(next), 0, "no weight");
        bytes memory first = signVote(members[0], one);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, members[0]));
        committee.verify(one.oracle, one.refSlot, one.blockRoot, one.reportHash, next, first);
        uint256 id = addMember(MEMBER_BOND);
        setKey(id, makeKey("new hope"));
        committee.setWeight(id, 1);
        assertEq(committee.totalWeightAt(next), 1, "one again");
    }

    /* FALSE VOTES */

    function test_expel_TakesOneVote() public {
        authority.grantRole(Roles.EVIDENCE, address(this));
        bytes memory a = signVote(members[2], one);
        vm.expectEmit(address(committee));
        emit IOracleCommittee.MemberExpelled(3, one.refSlot, "blockRoot", prover, 36 ether, 4 ether);
        committee.expel(one, a, "blockRoot", prover);
        assertEq(bondOf(3), 0, "ORA-3");
        assertEq(ledger.sharesOf(prover), 4 ether, "bounty");
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        committee.expel(two, a, "blockRoot", prover);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, 3));
        committee.expel(one, a, "blockRoot", prover);
    }

    /* INTERNAL */

    function prove(uint256 who) private {
        committee.proveEquivocation(one, signVote(members[who], one), two, signVote(members[who], two));
    }

    function refuse(uint256 who, bytes memory reason) private {
        (bytes memory a, bytes memory b) = (signVote(members[who], one), signVote(members[who], two));
        vm.expectRevert(reason);
        committee.proveEquivocation(one, a, two, b);
    }

    function digestOf(ReportVote memory v) private view returns (bytes32) {
        return committee.digest(v.oracle, v.refSlot, v.blockRoot, v.reportHash);
    }

    function agreement(ReportVote memory a, ReportVote memory b) private view returns (bytes memory) {
        return abi.encodeWithSelector(IOracleCommittee.VotesAgree.selector, digestOf(a), digestOf(b));
    }
}
