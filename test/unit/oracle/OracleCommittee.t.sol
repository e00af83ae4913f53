// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {Authority} from "../../../contracts/access/Authority.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../../../contracts/interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {OracleCommittee} from "../../../contracts/oracle/OracleCommittee.sol";
import {CommitteeBonds__Mock} from "../../mocks/CommitteeBonds__Mock.sol";
import {FactoryTest} from "../../utils/FactoryTest.sol";

/// @notice Signatures, quorum, and weights over time. Bonds are a double's: CommitteeMembers.t.sol has real ones.
contract OracleCommitteeTest is FactoryTest {
    uint256 private constant GENESIS = 1_700_000_000;
    uint256 private constant FRAME = 1 days;
    /// @dev Order of secp256k1.
    uint256 private constant N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    address private constant ORACLE = address(0x0123);
    uint64 private constant SLOT = 727_200;
    bytes32 private constant ROOT = keccak256("block root");
    bytes32 private constant HASH = keccak256("report");

    Authority private authority;
    ICommitteeBonds private bonds = ICommitteeBonds(address(new CommitteeBonds__Mock()));
    OracleCommittee private committee;
    address[] private members;
    uint256[] private keys;

    function setUp() public {
        vm.warp(GENESIS + 10 * FRAME + 1 hours);
        for (uint256 i = 0; i < 9; ++i) {
            (address member, uint256 key) = makeAddrAndKey(string.concat("signer ", vm.toString(i)));
            members.push(member);
            keys.push(key);
        }
        for (uint256 i = 1; i < 9; ++i) {
            for (uint256 j = i; j > 0 && members[j] < members[j - 1]; --j) {
                (members[j], members[j - 1]) = (members[j - 1], members[j]);
                (keys[j], keys[j - 1]) = (keys[j - 1], keys[j]);
            }
        }
        authority = factory.newAuthority(address(this));
        authority.grantRole(Roles.COMMITTEE_MANAGER, address(this));
        committee = makeCommittee(seatsOf(members));
    }

    /* QUORUM */

    function test_verify_AcceptsMoreThanTwoThirds() public view {
        verify(signedBy(0x07f));
        verify(signedBy(0x1fc));
        verify(signedBy(0x1ff));
    }

    function test_verify_RevertWhen_ExactlyTwoThirdsSign() public {
        bytes memory six = signedBy(0x03f);
        expectQuorum(6, 9);
        verify(six);
    }

    /// @dev Bit i stands for the seat i of the list in force, whoever signed.
    function testFuzz_verify_TellsWhoSigned(uint256 set) public view {
        set = bound(set, 0, 511) | 0x07f;
        bytes memory signatures = signedBy(set);
        assertEq(committee.verify(ORACLE, SLOT, ROOT, HASH, block.timestamp, signatures), set, "who signed");
        IOracleCommittee.Seat[] memory seats = committee.seatsAt(block.timestamp);
        for (uint256 i = 0; i < 9; ++i) {
            assertEq(seats[i].key, members[i], "key");
            assertEq(seats[i].memberId, i + 1, "member");
            assertEq(seats[i].weight, 1, "weight");
        }
    }

    function testFuzz_verify_CountsEverySet(uint256 set) public {
        set = bound(set, 1, 511);
        uint256 count = 0;
        for (uint256 i = 0; i < 9; ++i) count += (set >> i) & 1;
        bytes memory signatures = signedBy(set);
        if (count < 7) expectQuorum(count, 9);
        verify(signatures);
    }

    function testFuzz_verify_CountsWeights(uint32[9] calldata seeds, uint256 set) public {
        set = bound(set, 1, 511);
        IOracleCommittee.Seat[] memory seats = seatsOf(members);
        uint256 sum = 0;
        uint256 total = 0;
        for (uint256 i = 0; i < 9; ++i) {
            seats[i].weight = bound(seeds[i], 1, 1e6);
            total += seats[i].weight;
            if ((set >> i) & 1 == 1) sum += seats[i].weight;
        }
        committee = makeCommittee(seats);
        assertEq(committee.totalWeightAt(block.timestamp), total, "total");
        bytes memory signatures = signedBy(set);
        if (sum * 3 <= total * 2) expectQuorum(sum, total);
        verify(signatures);
    }

    /* SIGNATURES */

    function test_verify_RevertWhen_LengthIsMalformed() public {
        bytes memory good = signedBy(0x1ff);
        uint256[6] memory lengths = [uint256(0), 1, 63, 65, 9 * 65, 9 * 64 - 1];
        for (uint256 i = 0; i < lengths.length; ++i) {
            bytes memory cut = new bytes(lengths[i]);
            for (uint256 j = 0; j < cut.length && j < good.length; ++j) cut[j] = good[j];
            vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.SignaturesLength.selector, lengths[i]));
            verify(cut);
        }
    }

    function test_verify_RevertWhen_SignersAreUnsorted() public {
        bytes memory swapped = abi.encodePacked(sign(1), sign(0), signedBy(0x1fc));
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.SignersNotSorted.selector, members[1], members[0])
        );
        verify(swapped);
    }

    function test_verify_RevertWhen_ASignerIsTwice() public {
        bytes memory twice = abi.encodePacked(signedBy(0x03f), sign(5));
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.SignersNotSorted.selector, members[5], members[5])
        );
        verify(twice);
        twice = abi.encodePacked(signedBy(0x03f), sign(0));
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.SignersNotSorted.selector, members[5], members[0])
        );
        verify(twice);
    }

    function test_verify_RevertWhen_ASignerIsForeign() public {
        (address foreign, uint256 key) = makeAddrAndKey("foreign signer");
        bytes memory mixed = "";
        bool placed = false;
        for (uint256 i = 0; i < 9; ++i) {
            if (!placed && foreign < members[i]) {
                mixed = abi.encodePacked(mixed, compact(key, digest()));
                placed = true;
            }
            mixed = abi.encodePacked(mixed, sign(i));
        }
        if (!placed) mixed = abi.encodePacked(mixed, compact(key, digest()));
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, foreign));
        verify(mixed);
    }

    /// @dev A flipped bit of a signature is another signer or none, never the same one again.
    function testFuzz_verify_RevertWhen_ASignatureIsMutated(uint256 bit) public {
        bytes memory good = signedBy(0x07f);
        bit = bound(bit, 0, good.length * 8 - 1);
        good[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        verify(good);
    }

    function test_verify_RevertWhen_SIsHigh() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(keys[0], digest());
        bytes32 high = bytes32(N - uint256(s));
        // the top bit of a high s is the parity in EIP-2098: what is left is no signature of the member
        bytes memory malleated = abi.encodePacked(r, high | bytes32(uint256(v == 27 ? 1 : 0) << 255));
        bytes memory others = signedBy(0x1fe);
        vm.expectRevert();
        verify(abi.encodePacked(malleated, others));
        // nor is a high s below the parity bit
        bytes32 justHigh = bytes32(N / 2 + 1);
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        verify(abi.encodePacked(r, justHigh, others));
    }

    function test_verify_RevertWhen_SignatureIsZero() public {
        vm.expectRevert(ECDSA.InvalidSignature.selector);
        verify(new bytes(64));
    }

    /* WHAT IS SIGNED */

    function test_digest_IsEip712() public view {
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
        bytes32 typeHash = keccak256(
            "ReportVote(address oracle,uint64 refSlot,bytes32 blockRoot,bytes32 reportHash)"
        );
        assertEq(
            committee.digest(ORACLE, SLOT, ROOT, HASH),
            keccak256(
                abi.encodePacked(
                    "\x19\x01",
                    domain,
                    keccak256(abi.encode(typeHash, ORACLE, SLOT, ROOT, HASH))
                )
            )
        );
    }

    function test_verify_RevertWhen_AnythingSignedIsAnother() public {
        bytes memory good = signedBy(0x1ff);
        vm.expectRevert();
        committee.verify(address(0x0124), SLOT, ROOT, HASH, block.timestamp, good);
        vm.expectRevert();
        committee.verify(ORACLE, SLOT + 1, ROOT, HASH, block.timestamp, good);
        vm.expectRevert();
        committee.verify(ORACLE, SLOT, ROOT ^ bytes32(uint256(1)), HASH, block.timestamp, good);
        vm.expectRevert();
        committee.verify(ORACLE, SLOT, ROOT, HASH ^ bytes32(uint256(1)), block.timestamp, good);
        verify(good);
    }

    function test_verify_RevertWhen_ChainIsAnother() public {
        bytes memory good = signedBy(0x1ff);
        vm.chainId(560_048);
        vm.expectRevert();
        verify(good);
        vm.chainId(31_337);
        verify(good);
    }

    function test_verify_RevertWhen_CommitteeIsAnother() public {
        bytes memory good = signedBy(0x1ff);
        committee = makeCommittee(seatsOf(members));
        vm.expectRevert();
        verify(good);
    }

    /* WEIGHTS OVER TIME */

    function test_setWeight_CountsFromTheNextFrame() public {
        uint256 start = GENESIS + 11 * FRAME;
        vm.expectEmit(address(committee));
        emit IOracleCommittee.WeightSet(3, members[2], 1, 5, start);
        committee.setWeight(3, 5);
        assertEq(committee.weightAt(members[2], start - 1), 1, "before");
        assertEq(committee.weightAt(members[2], start), 5, "from the boundary on");
        assertEq(committee.totalWeightAt(start - 1), 9, "total before");
        assertEq(committee.totalWeightAt(start), 13, "total after");
        assertEq(committee.members().length, 9, "members");
    }

    function test_setWeight_AtABoundaryCountsFromTheNextOne() public {
        vm.warp(GENESIS + 11 * FRAME);
        committee.setWeight(1, 3);
        assertEq(committee.weightAt(members[0], GENESIS + 11 * FRAME), 1, "this frame");
        assertEq(committee.weightAt(members[0], GENESIS + 12 * FRAME), 3, "next frame");
        vm.warp(GENESIS + 12 * FRAME - 1);
        committee.setWeight(2, 4);
        assertEq(committee.weightAt(members[1], GENESIS + 12 * FRAME), 4, "a second before");
    }

    /// @dev In the very second from which the last change counts, it is in force: what comes now replaces nothing.
    function test_setWeight_AtTheBoundaryOfTheLastChangeKeepsIt() public {
        committee.setWeight(1, 3);
        vm.warp(GENESIS + 11 * FRAME);
        committee.setWeight(1, 5);
        assertEq(committee.weightAt(members[0], GENESIS + 11 * FRAME - 1), 1, "before");
        assertEq(committee.weightAt(members[0], GENESIS + 11 * FRAME), 3, "this frame");
        assertEq(committee.weightAt(members[0], GENESIS + 12 * FRAME), 5, "next frame");
    }

    /// @dev A report that comes late, of a frame before a change, is held against the weights of its own frame.
    function test_verify_UsesTheWeightsOfItsFrame() public {
        uint256 old = GENESIS + 10 * FRAME;
        for (uint256 i = 0; i < 3; ++i) committee.setWeight(i + 1, 100);
        vm.warp(GENESIS + 11 * FRAME + 1 hours);
        bytes memory six = signedBy(0x1f8);
        bytes memory seven = signedBy(0x1fc);
        bytes memory three = signedBy(0x007);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old, seven);
        expectQuorum(6, 9);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old, six);
        expectQuorum(3, 9);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old, three);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old + FRAME, three);
        expectQuorum(106, 306);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old + FRAME, seven);
    }

    function test_verify_RefusesARemovedMemberFromTheNextFrame() public {
        uint256 old = GENESIS + 10 * FRAME;
        committee.setWeight(1, 0);
        bytes memory all = signedBy(0x1ff);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old, all);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, members[0]));
        committee.verify(ORACLE, SLOT, ROOT, HASH, old + FRAME, all);
        // six of eight are more than two thirds
        bytes memory six = signedBy(0x07e);
        committee.verify(ORACLE, SLOT, ROOT, HASH, old + FRAME, six);
        assertEq(committee.members().length, 8, "members");
        // a member that comes back counts again
        vm.warp(old + FRAME + 1);
        committee.setWeight(1, 1);
        assertEq(committee.weightAt(members[0], old + FRAME), 0, "while away");
        assertEq(committee.weightAt(members[0], old + 2 * FRAME), 1, "back");
        assertEq(committee.weightAt(members[0], old), 1, "before");
    }

    function test_setWeight_KeepsEveryChange() public {
        uint256 t = GENESIS + 10 * FRAME;
        committee.setWeight(1, 2);
        vm.warp(t + FRAME + 1);
        committee.setWeight(1, 3);
        assertEq(committee.weightAt(members[0], t), 1, "oldest");
        assertEq(committee.weightAt(members[0], t + FRAME), 2, "previous");
        assertEq(committee.weightAt(members[0], t + 2 * FRAME - 1), 2, "until the boundary");
        assertEq(committee.weightAt(members[0], t + 2 * FRAME), 3, "current");
        assertEq(committee.totalWeightAt(t), 9, "total");
        assertEq(committee.totalWeightAt(t + FRAME), 10, "total");
        assertEq(committee.totalWeightAt(t + 2 * FRAME), 11, "total");
    }

    function test_setWeight_ReplacesAPendingChange() public {
        uint256 t = GENESIS + 10 * FRAME;
        committee.setWeight(1, 7);
        committee.setWeight(1, 0);
        committee.setWeight(1, 2);
        assertEq(committee.weightAt(members[0], t), 1, "now");
        assertEq(committee.weightAt(members[0], t + FRAME), 2, "then");
        assertEq(committee.totalWeightAt(t), 9, "total now");
        assertEq(committee.totalWeightAt(t + FRAME), 10, "total then");
        assertEq(committee.members().length, 9, "members");
    }

    /// @dev Whatever changes when: the total is the sum of the weights, at every boundary that a report can still be of
    /// (the last two), and history of that age never changes.
    function testFuzz_setWeight_TotalIsTheSum(uint256 seed) public {
        uint256 now_ = vm.getBlockTimestamp();
        for (uint256 step = 0; step < 24; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 boundary = now_ - ((now_ - GENESIS) % FRAME);
            uint256 totalHere = committee.totalWeightAt(boundary);
            uint256 totalBefore = committee.totalWeightAt(boundary - FRAME);
            uint256 who = (seed >> 8) % 9;
            address member = members[who];
            uint256 here = committee.weightAt(member, boundary);
            uint256 before = committee.weightAt(member, boundary - FRAME);
            uint256 weight = (seed >> 16) % 4;
            // the last member cannot go
            if (committee.totalWeightAt(type(uint48).max) > committee.weightAt(member, type(uint48).max)) {
                committee.setWeight(who + 1, weight);
            }
            assertEq(committee.totalWeightAt(boundary), totalHere, "history of the total");
            assertEq(committee.weightAt(member, boundary), here, "history");
            if (step > 0) {
                assertEq(
                    committee.totalWeightAt(boundary - FRAME),
                    totalBefore,
                    "older history of the total"
                );
                assertEq(committee.weightAt(member, boundary - FRAME), before, "older history");
            }
            for (uint256 at = boundary - FRAME; at <= boundary + 2 * FRAME; at += FRAME) {
                uint256 sum = 0;
                for (uint256 i = 0; i < 9; ++i) sum += committee.weightAt(members[i], at);
                assertEq(committee.totalWeightAt(at), sum, "sum");
            }
            if (seed % 3 == 0) {
                now_ += seed % 2 == 0 ? FRAME : FRAME / 2;
                vm.warp(now_);
            }
        }
    }

    /* BOUNDS */

    function test_setWeight_RevertWhen_ThereIsNoKey() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NoKey.selector, 10));
        committee.setWeight(10, 1);
    }

    function testFuzz_setWeight_RevertWhen_AboveMaximum(uint256 weight) public {
        weight = bound(weight, 1e6 + 1, type(uint256).max);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.WeightOutOfBounds.selector, weight, 1e6));
        committee.setWeight(1, weight);
        committee.setWeight(1, 1e6);
    }

    function test_setWeight_RevertWhen_NobodyWouldBeLeft() public {
        for (uint256 i = 0; i < 8; ++i) committee.setWeight(i + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.MembersOutOfBounds.selector, 0, 32));
        committee.setWeight(9, 0);
    }

    /* CONSTRUCTOR */

    function test_constructor_CountsFromTheBeginning() public view {
        assertEq(committee.weightAt(members[3], 0), 1, "weight");
        assertEq(committee.totalWeightAt(0), 9, "total");
        assertEq(committee.totalWeightAt(type(uint256).max), 9, "total");
    }

    function test_constructor_RevertWhen_SeatsAreMalformed() public {
        address[] memory two = new address[](2);
        (two[0], two[1]) = (members[0], members[0]);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.KeyAlreadyUsed.selector, members[0], 1));
        makeCommittee(seatsOf(two));

        two[1] = members[1];
        IOracleCommittee.Seat[] memory seats = seatsOf(two);
        seats[1].memberId = 1;
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.SeatTaken.selector, 1));
        makeCommittee(seats);

        seats = seatsOf(two);
        seats[1].weight = 0;
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.WeightOutOfBounds.selector, 0, 1e6));
        makeCommittee(seats);
        seats[1].weight = 1e6 + 1;
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.WeightOutOfBounds.selector, 1e6 + 1, 1e6));
        makeCommittee(seats);

        two[1] = address(0);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        makeCommittee(seatsOf(two));
    }

    /// @dev A committee of nobody could never come to a report.
    function test_constructor_RevertWhen_ThereIsNobody() public {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.MembersOutOfBounds.selector, 0, 32));
        makeCommittee(new IOracleCommittee.Seat[](0));
    }

    function test_constructor_RevertWhen_ThereAreTooMany() public {
        address[] memory many = new address[](33);
        for (uint256 i = 0; i < 33; ++i) many[i] = address(uint160(0x1000 + i));
        IOracleCommittee.Seat[] memory seats = seatsOf(many);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.MembersOutOfBounds.selector, 33, 32));
        makeCommittee(seats);
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IOracleCommittee.Seat[] memory seats = seatsOf(members);
        IAuthority a = IAuthority(address(authority));
        expectParameter("minBond", 0.1 ether - 1);
        factory.newOracleCommittee(a, bonds, GENESIS, 12, FRAME, 0.1 ether - 1, seats);
        expectParameter("minBond", 10_000 ether + 1);
        factory.newOracleCommittee(a, bonds, GENESIS, 12, FRAME, 10_000 ether + 1, seats);
        expectParameter("frameSeconds", 0);
        factory.newOracleCommittee(a, bonds, GENESIS, 12, 0, 1 ether, seats);
        expectParameter("secondsPerSlot", 0);
        factory.newOracleCommittee(a, bonds, GENESIS, 0, FRAME, 1 ether, seats);
        expectParameter("secondsPerSlot", 7);
        factory.newOracleCommittee(a, bonds, GENESIS, 7, FRAME, 1 ether, seats);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newOracleCommittee(a, ICommitteeBonds(address(0)), GENESIS, 12, FRAME, 1 ether, seats);
        vm.expectRevert(
            abi.encodeWithSelector(IOracleCommittee.BondTooSmall.selector, 1, 1_000 ether, 1_001 ether)
        );
        factory.newOracleCommittee(a, bonds, GENESIS, 12, FRAME, 1_001 ether, seats);
    }

    /* COST */

    /// @dev From 3 signatures of 31 members to 21, each costs the same; 1,024 gas of calldata come to what is measured here.
    function test_verify_CostsTheSameForEachSignature() public {
        uint256[] memory secrets = new uint256[](31);
        address[] memory many = new address[](31);
        for (uint256 i = 0; i < 31; ++i) {
            (many[i], secrets[i]) = makeAddrAndKey(string.concat("one of many ", vm.toString(i)));
        }
        for (uint256 i = 1; i < 31; ++i) {
            for (uint256 j = i; j > 0 && many[j] < many[j - 1]; --j) {
                (many[j], many[j - 1]) = (many[j - 1], many[j]);
                (secrets[j], secrets[j - 1]) = (secrets[j - 1], secrets[j]);
            }
        }
        // the first three have all the weight that a quorum needs
        IOracleCommittee.Seat[] memory seats = seatsOf(many);
        for (uint256 i = 0; i < 3; ++i) seats[i].weight = 1e6;
        committee = makeCommittee(seats);
        bytes memory signatures = "";
        uint256 last = 0;
        for (uint256 i = 0; i < 21; ++i) {
            signatures = abi.encodePacked(signatures, compact(secrets[i], digest()));
            if (i < 2) continue;
            committee.verify(ORACLE, SLOT, ROOT, HASH, block.timestamp, signatures);
            uint256 gas = vm.lastCallGas().gasTotalUsed;
            if (last > 0) {
                assertLe(gas - last, 4_140, "a signature");
                assertGt(gas - last, 3_000, "measured");
            }
            last = gas;
        }
    }

    /* INTERNAL */

    function makeCommittee(IOracleCommittee.Seat[] memory seats) private returns (OracleCommittee) {
        return
            factory.newOracleCommittee(
                IAuthority(address(authority)),
                bonds,
                GENESIS,
                12,
                FRAME,
                1 ether,
                seats
            );
    }

    /// @dev Ids by their places, from 1 on, with a weight of 1 each.
    function seatsOf(address[] memory keys_) private pure returns (IOracleCommittee.Seat[] memory seats) {
        seats = new IOracleCommittee.Seat[](keys_.length);
        for (uint256 i = 0; i < seats.length; ++i) seats[i] = IOracleCommittee.Seat(i + 1, keys_[i], 1);
    }

    function expectParameter(bytes32 name, uint256 value) private {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.ParameterOutOfBounds.selector, name, value));
    }

    function verify(bytes memory signatures) private view {
        committee.verify(ORACLE, SLOT, ROOT, HASH, block.timestamp, signatures);
    }

    function digest() private view returns (bytes32) {
        return committee.digest(ORACLE, SLOT, ROOT, HASH);
    }

    function sign(uint256 member) private view returns (bytes memory) {
        return compact(keys[member], digest());
    }

    function signedBy(uint256 set) private view returns (bytes memory signatures) {
        bytes32 d = digest();
        for (uint256 i = 0; i < 9; ++i) {
            if ((set >> i) & 1 == 1) signatures = abi.encodePacked(signatures, compact(keys[i], d));
        }
    }

    function compact(uint256 key, bytes32 d) private pure returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(key, d);
        return abi.encodePacked(r, vs);
    }

    function expectQuorum(uint256 weight, uint256 total) private {
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.QuorumNotReached.selector, weight, total));
    }
}
