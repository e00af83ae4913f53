// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {ICommitteeBonds} from "../../../contracts/interfaces/ICommitteeBonds.sol";
import {IEtherVault} from "../../../contracts/interfaces/IEtherVault.sol";
import {IMemberEvidence} from "../../../contracts/interfaces/IMemberEvidence.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {MemberEvidence} from "../../../contracts/oracle/MemberEvidence.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {ReportVote} from "../../../contracts/types/ReportVote.sol";
import {ProvenBalances__Mock} from "../../mocks/ProvenBalances__Mock.sol";
import {Verifier__Mock} from "../../mocks/Verifier__Mock.sol";
import {BeaconVectors} from "../../utils/BeaconVectors.sol";
import {BondedCommittee} from "../../utils/BondedCommittee.sol";

/// @notice False votes, each shown by one signature; true ones, which nothing contradicts. The verifier is a double, the
/// slots of blocks are proven by real headers.
contract MemberEvidenceTest is BondedCommittee, BeaconVectors {
    uint256 private constant TOLERANCE_BP = 100;
    uint256 private constant FLOOR_GWEI = 20e9;
    uint256 private constant FRAME = FIRST_FRAME + 1;
    uint64 private constant REF_SLOT = uint64(FRAME * SLOTS_PER_FRAME);
    uint64 private constant BALANCE = 1_000_000e9;

    Verifier__Mock private verifier;
    ProvenBalances__Mock private balances;
    MemberEvidence private evidence;
    HeaderVector private header;
    Report private good;
    bytes32[] private none;
    address private prover = makeAddr("prover");

    function setUp() public override {
        super.setUp();
        makeStaker("staker", 1_000 ether);
        verifier = new Verifier__Mock();
        balances = new ProvenBalances__Mock();
        evidence = factory.newMemberEvidence(sources(), TOLERANCE_BP, FLOOR_GWEI);
        authority.grantRole(Roles.EVIDENCE, address(evidence));
        authority.grantRole(Roles.BALANCE_WITNESS, address(balances));
        nextFrame();
        header = headerVector(headersFile(), "frames[0]");
        verifier.tellRoot(REF_SLOT, header.root);
        good = neutralReport(FRAME);
        good.blockRoot = header.root;
        good.beaconBalanceGwei = BALANCE;
        balances.tell(header.root, BALANCE);
    }

    /* ROOTS */

    function test_proveFalseRoot_TakesTheBond() public {
        ReportVote memory v = voteOf(good);
        v.blockRoot = keccak256("a block that the chain gave up");
        bytes memory signature = signVote(members[4], v);
        vm.expectEmit(address(committee));
        emit IOracleCommittee.MemberExpelled(5, REF_SLOT, "blockRoot", prover, 36 ether, 4 ether);
        vm.prank(prover);
        evidence.proveFalseRoot(v, signature, at(REF_SLOT), 0, none);
        assertEq(bondOf(5), 0, "ORA-3");
        assertEq(ledger.sharesOf(prover), 4 ether, "bounty");
        // once for each member
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, 5));
        evidence.proveFalseRoot(v, signature, at(REF_SLOT), 0, none);
    }

    function test_proveFalseRoot_RevertWhen_RootIsTheChains() public {
        ReportVote memory v = voteOf(good);
        bytes memory signature = signVote(members[4], v);
        vm.expectRevert(abi.encodeWithSelector(IMemberEvidence.RootIsTheChains.selector, header.root));
        evidence.proveFalseRoot(v, signature, at(REF_SLOT), 0, none);
    }

    /// @dev Slots behind the reference slot were missed: its block is that of later slots too, and its own slot shows it.
    function test_proveFalseRoot_WithSlotsMissed() public {
        HeaderVector memory missed = headerVector(headersFile(), "missed");
        assertEq(uint256(missed.slot), REF_SLOT - 3, "an earlier block");
        verifier.tellRoot(REF_SLOT + 2, missed.root);
        ReportVote memory v = voteOf(good);
        v.blockRoot = missed.root;
        bytes memory honest = signVote(members[0], v);
        vm.expectRevert(abi.encodeWithSelector(IMemberEvidence.RootIsTheChains.selector, missed.root));
        evidence.proveFalseRoot(v, honest, at(REF_SLOT + 2), missed.slot, missed.slotProof);

        v.blockRoot = header.root;
        bytes memory lie = signVote(members[1], v);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        evidence.proveFalseRoot(v, lie, at(REF_SLOT + 2), missed.slot + 1, missed.slotProof);
        evidence.proveFalseRoot(v, lie, at(REF_SLOT + 2), missed.slot, missed.slotProof);
        assertEq(bondOf(2), 0, "ORA-3");
    }

    /// @dev A block of another slot says nothing of the reference slot's, even if the chain has it.
    function test_proveFalseRoot_RevertWhen_BlockIsOfAnotherSlot() public {
        HeaderVector memory later = headerVector(headersFile(), "frames[1]");
        ReportVote memory v = voteOf(good);
        bytes memory honest = signVote(members[0], v);
        verifier.tellRoot(REF_SLOT - 1, keccak256("before"));
        vm.expectRevert(
            abi.encodeWithSelector(IMemberEvidence.BlockOfAnotherSlot.selector, REF_SLOT - 1, REF_SLOT)
        );
        evidence.proveFalseRoot(v, honest, at(REF_SLOT - 1), 0, none);
        verifier.tellRoot(later.slot, later.root);
        vm.expectRevert(
            abi.encodeWithSelector(IMemberEvidence.BlockOfAnotherSlot.selector, later.slot, REF_SLOT)
        );
        evidence.proveFalseRoot(v, honest, at(later.slot), later.slot, later.slotProof);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        evidence.proveFalseRoot(v, honest, at(later.slot), REF_SLOT, later.slotProof);
    }

    /// @dev What the report says beside its root does not matter, nor to whom it was told.
    function testFuzz_proveFalseRoot_TakesAnyVote(ReportVote memory v) public {
        v.refSlot = REF_SLOT;
        bytes memory signature = signVote(members[8], v);
        bool isTrue = v.blockRoot == header.root;
        if (isTrue) vm.expectPartialRevert(IMemberEvidence.RootIsTheChains.selector);
        evidence.proveFalseRoot(v, signature, at(REF_SLOT), 0, none);
        assertEq(bondOf(9), isTrue ? MEMBER_BOND : 0, "ORA-3");
    }

    /* BALANCES */

    /// @dev Below what was proven, beyond the tolerance alone: that no more is there is shown by no proof.
    function testFuzz_proveFalseBalance_BelowTheToleranceAlone(uint64 told) public {
        told = uint64(bound(told, (BALANCE * 90) / 100, (BALANCE * 110) / 100));
        Report memory r = good;
        r.beaconBalanceGwei = told;
        bytes memory signature = signReport(members[0], r);
        bool isLie = told < BALANCE && BALANCE - told > BALANCE / 100;
        if (!isLie) expectNotContradicted("beaconBalanceGwei", told, BALANCE);
        evidence.proveFalseBalance(r, signature, balances);
        assertEq(bondOf(1), isLie ? 0 : MEMBER_BOND, "ORA-3");
    }

    function test_proveFalseBalance_AtTheEdges() public {
        Report memory r = good;
        r.beaconBalanceGwei = 10 * BALANCE;
        bytes memory signature = signReport(members[0], r);
        expectNotContradicted("beaconBalanceGwei", r.beaconBalanceGwei, BALANCE);
        evidence.proveFalseBalance(r, signature, balances);
        r.beaconBalanceGwei = BALANCE - BALANCE / 100;
        signature = signReport(members[0], r);
        expectNotContradicted("beaconBalanceGwei", r.beaconBalanceGwei, BALANCE);
        evidence.proveFalseBalance(r, signature, balances);
        r.beaconBalanceGwei -= 1;
        signature = signReport(members[0], r);
        evidence.proveFalseBalance(r, signature, balances);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev While the pool is small a gift of a part of it is cheap: it must cost more than all bounties.
    function test_proveFalseBalance_BelowTheFloorAlone() public {
        balances.tell(header.root, 100e9);
        Report memory r = good;
        r.beaconBalanceGwei = 80e9;
        bytes memory signature = signReport(members[0], r);
        expectNotContradicted("beaconBalanceGwei", 80e9, 100e9);
        evidence.proveFalseBalance(r, signature, balances);
        r.beaconBalanceGwei -= 1;
        signature = signReport(members[0], r);
        evidence.proveFalseBalance(r, signature, balances);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev What the pool was long ago is not held against the bonds of today.
    function test_proveFalseBalance_RevertWhen_TooOld() public {
        Report memory r = good;
        r.beaconBalanceGwei = BALANCE / 2;
        bytes memory first = signReport(members[0], r);
        bytes memory second = signReport(members[1], r);
        uint256 until = frameStart(FRAME) + 30 days;
        vm.warp(until);
        evidence.proveFalseBalance(r, first, balances);
        assertEq(bondOf(1), 0, "ORA-3");
        vm.warp(until + 1);
        vm.expectRevert(abi.encodeWithSelector(IMemberEvidence.BalanceTooOld.selector, REF_SLOT, until));
        evidence.proveFalseBalance(r, second, balances);
    }

    /// @dev Every signer of a false report is shown apart, and only by what it signed itself.
    function test_proveFalseBalance_TakesEachSigner() public {
        Report memory r = good;
        r.beaconBalanceGwei = BALANCE / 2;
        for (uint256 i = 0; i < 3; ++i) {
            evidence.proveFalseBalance(r, signReport(members[i], r), balances);
            assertEq(bondOf(i + 1), 0, "ORA-3");
        }
        assertEq(bondOf(4), MEMBER_BOND, "who did not sign");
        bytes memory honest = signReport(members[3], good);
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        evidence.proveFalseBalance(r, honest, balances);
    }

    function test_proveFalseBalance_RevertWhen_NothingIsProven() public {
        Report memory r = good;
        r.blockRoot = keccak256("another");
        bytes memory signature = signReport(members[0], r);
        vm.expectRevert(abi.encodeWithSelector(IMemberEvidence.BalanceNotProven.selector, r.blockRoot));
        evidence.proveFalseBalance(r, signature, balances);
    }

    function test_proveFalseBalance_RevertWhen_SourceHasNoRole() public {
        ProvenBalances__Mock foreign = new ProvenBalances__Mock();
        foreign.tell(header.root, 1);
        bytes memory signature = signReport(members[0], good);
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(foreign), Roles.BALANCE_WITNESS)
        );
        evidence.proveFalseBalance(good, signature, foreign);
    }

    /* VAULTS */

    function test_proveFalseReceipts_OfWithdrawals() public {
        Report memory r = good;
        r.withdrawalsReceived += 1;
        bytes memory signature = signReport(members[0], r);
        evidence.proveFalseReceipts(r, signature);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    function test_proveFalseReceipts_OfRewards() public {
        Report memory r = good;
        r.rewardsReceived += 1;
        bytes memory signature = signReport(members[0], r);
        vm.expectEmit(address(committee));
        emit IOracleCommittee.MemberExpelled(
            1,
            REF_SLOT,
            "rewardsReceived",
            address(this),
            36 ether,
            4 ether
        );
        evidence.proveFalseReceipts(r, signature);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev What was received stays received: by the ether that is there, and by what the ledger has collected since.
    function test_proveFalseReceipts_RevertGiven_TheyCame() public {
        vm.deal(address(rewardsVault), 3 ether);
        vm.deal(address(withdrawalVault), 5 ether);
        Report memory r = neutralReport(FRAME);
        assertEq(uint256(r.rewardsReceived), 3 ether, "rewards");
        assertEq(uint256(r.withdrawalsReceived), 5 ether, "withdrawals");
        bytes memory signature = signReport(members[0], r);
        expectNotContradicted("rewardsReceived", 3 ether, 3 ether);
        evidence.proveFalseReceipts(r, signature);
        book(r);
        assertEq(address(rewardsVault).balance, 0, "collected");
        expectNotContradicted("rewardsReceived", 3 ether, 3 ether);
        evidence.proveFalseReceipts(r, signature);
        vm.deal(address(rewardsVault), 1 ether);
        nextFrame();
        expectNotContradicted("rewardsReceived", 3 ether, 4 ether);
        evidence.proveFalseReceipts(r, signature);
    }

    /* TICKETS */

    function test_proveFalseTicket_OfOneThatIsNot() public {
        Report memory r = good;
        r.lastTicketId = 1;
        bytes memory signature = signReport(members[0], r);
        evidence.proveFalseTicket(r, signature);
        assertEq(bondOf(1), 0, "ORA-3");
    }

    /// @dev To the second: ready at the reference slot is true, a second later is false.
    function test_proveFalseTicket_OfOneThatWasReadyASecondLater() public {
        uint256 frame = currentFrame() + 1;
        vm.warp(frameStart(frame));
        uint256 refTime = requestTicket();
        uint256 ready = refTime - frameStart(frame);
        assertEq(ready % FRAME_SECONDS, 0, "at a boundary");
        vm.warp(frameStart(frame) + 1);
        ledger.approve(address(queue), 1 ether);
        queue.request(0.4 ether, address(this));
        Report memory r = good;
        r.refSlot = uint64((frame + ready / FRAME_SECONDS) * SLOTS_PER_FRAME);
        r.lastTicketId = 1;
        bytes memory honest = signReport(members[1], r);
        expectNotContradicted("lastTicketId", 1, refTime);
        evidence.proveFalseTicket(r, honest);
        r.lastTicketId = 2;
        evidence.proveFalseTicket(r, signReport(members[0], r));
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(bondOf(2), MEMBER_BOND, "the honest one");
    }

    function test_proveFalseTicket_OfOneThatWasNotReady() public {
        uint256 readyAt = requestTicket();
        uint64 slot = uint64((readyAt - GENESIS_TIME) / SECONDS_PER_SLOT);
        uint256 frame = slot / SLOTS_PER_FRAME;
        Report memory r = good;
        r.lastTicketId = 1;
        r.refSlot = uint64((frame + 1) * SLOTS_PER_FRAME);
        bytes memory honest = signReport(members[1], r);
        expectNotContradicted("lastTicketId", 1, frameStart(frame + 1));
        evidence.proveFalseTicket(r, honest);
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        bytes memory lie = signReport(members[0], r);
        evidence.proveFalseTicket(r, lie);
        assertEq(bondOf(1), 0, "ORA-3");
        assertEq(bondOf(2), MEMBER_BOND, "the honest one");
    }

    function test_proveFalseTicket_RevertWhen_NoneIsNamed() public {
        bytes memory signature = signReport(members[0], good);
        expectNotContradicted("lastTicketId", 0, frameStart(FRAME));
        evidence.proveFalseTicket(good, signature);
    }

    /* WHOSE */

    /// @dev A report to another oracle is no report here.
    function test_proveFalseTicket_RevertWhen_OracleIsAnother() public {
        Report memory r = good;
        r.lastTicketId = 1;
        ReportVote memory v = voteOf(r);
        v.oracle = address(0x1234);
        bytes memory signature = signVote(members[0], v);
        vm.expectPartialRevert(IOracleCommittee.NotAMember.selector);
        evidence.proveFalseTicket(r, signature);
    }

    /// @dev A key that had no weight at the reference slot makes no vote.
    function test_proveFalseTicket_RevertWhen_TheSignerHadLeft() public {
        committee.setWeight(1, 0);
        nextFrame();
        Report memory r = good;
        r.lastTicketId = 1;
        r.refSlot = currentSlot();
        bytes memory signature = signReport(members[0], r);
        vm.expectRevert(abi.encodeWithSelector(IOracleCommittee.NotAMember.selector, members[0]));
        evidence.proveFalseTicket(r, signature);
    }

    function test_everything_RevertGiven_TheRoleIsGone() public {
        authority.revokeRole(Roles.EVIDENCE, address(evidence));
        Report memory r = good;
        r.lastTicketId = 1;
        bytes memory signature = signReport(members[0], r);
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(evidence), Roles.EVIDENCE)
        );
        evidence.proveFalseTicket(r, signature);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ParametersAreBad() public {
        uint256[3] memory bad = [uint256(0), 99, 1_001];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMemberEvidence.ParameterOutOfBounds.selector,
                    bytes32("toleranceBp"),
                    bad[i]
                )
            );
            factory.newMemberEvidence(sources(), bad[i], FLOOR_GWEI);
        }
        bad = [uint256(0), 1e9 - 1, 10_000e9 + 1];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IMemberEvidence.ParameterOutOfBounds.selector,
                    bytes32("floorGwei"),
                    bad[i]
                )
            );
            factory.newMemberEvidence(sources(), TOLERANCE_BP, bad[i]);
        }
        IMemberEvidence.Sources memory s = sources();
        s.queue = evidence.queue();
        s.rewardsVault = IEtherVault(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newMemberEvidence(s, TOLERANCE_BP, FLOOR_GWEI);
        s = sources();
        s.committee = IOracleCommittee(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newMemberEvidence(s, TOLERANCE_BP, FLOOR_GWEI);
    }

    /* INTERNAL */

    function sources() private view returns (IMemberEvidence.Sources memory) {
        return
            IMemberEvidence.Sources({
                authority: IAuthority(address(authority)),
                committee: committee,
                oracle: oracle,
                verifier: IBeaconVerifier(address(verifier)),
                ledger: ledger,
                withdrawalVault: withdrawalVault,
                rewardsVault: rewardsVault,
                queue: queue
            });
    }

    function at(uint64 slot) private pure returns (IBeaconVerifier.BlockProof memory b) {
        b.slot = slot;
    }

    function voteOf(Report memory r) private view returns (ReportVote memory) {
        return ReportVote(address(oracle), r.refSlot, r.blockRoot, oracle.hashOf(r));
    }

    function signReport(address key, Report memory r) private view returns (bytes memory) {
        return signVote(key, voteOf(r));
    }

    function requestTicket() private returns (uint256 readyAt) {
        ledger.stake{value: 1 ether}(address(0));
        ledger.approve(address(queue), 1 ether);
        queue.request(0.5 ether, address(this));
        return queue.ticket(1).readyAt;
    }

    function expectNotContradicted(bytes32 figure, uint256 told, uint256 bound_) private {
        vm.expectRevert(
            abi.encodeWithSelector(IMemberEvidence.NotContradicted.selector, figure, told, bound_)
        );
    }
}
