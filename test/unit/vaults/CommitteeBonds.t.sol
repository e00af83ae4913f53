// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../../../contracts/interfaces/ICommitteeBonds.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {CommitteeBonds} from "../../../contracts/vaults/CommitteeBonds.sol";
import {Protocol} from "../../utils/Protocol.sol";

/// @notice The bonds of members apart from the committee: this test holds the roles that it would.
contract CommitteeBondsTest is Protocol {
    uint256 private constant BOND = 40 ether;

    CommitteeBonds private vault;
    address private owner = makeAddr("owner");
    address private stranger = makeAddr("stranger");
    address private prover = makeAddr("prover");

    function setUp() public override {
        super.setUp();
        vault = factory.newCommitteeBonds(IAuthority(address(authority)), ledger);
        authority.grantRole(Roles.COMMITTEE, address(this));
        authority.grantRole(Roles.COMMITTEE_JUDGE, address(this));
        authority.grantRole(Roles.SHARE_BURNER, address(vault));
        makeStaker("staker", 1_000 ether);
        vault.register(owner);
        vault.deposit{value: BOND}(1);
    }

    /* MEMBERS */

    function test_register_CountsIds() public {
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.MemberRegistered(2, stranger);
        vm.prank(stranger);
        assertEq(vault.register(stranger), 2, "id");
        assertEq(vault.memberCount(), 2, "count");
        assertEq(vault.ownerOf(2), stranger, "owner");
        assertEq(uint256(vault.memberOf(2).shares), 0, "no bond");
        assertEq(uint256(vault.memberOf(2).unlocksAt), 0, "locked");
    }

    function test_register_RevertWhen_OwnerIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        vault.register(address(0));
    }

    function test_constructor_RevertWhen_LedgerIsZero() public {
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newCommitteeBonds(IAuthority(address(authority)), IStakedEther(address(0)));
    }

    function test_owners_ChangeInTwoSteps() public {
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.OwnerProposed(1, stranger);
        vm.prank(owner);
        vault.proposeOwner(1, stranger);
        assertEq(vault.ownerOf(1), owner, "not yet");
        expectNotProposed(prover);
        vm.prank(prover);
        vault.acceptOwner(1);
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.OwnerChanged(1, owner, stranger);
        vm.prank(stranger);
        vault.acceptOwner(1);
        assertEq(vault.ownerOf(1), stranger, "now");
        expectNotProposed(stranger);
        vm.prank(stranger);
        vault.acceptOwner(1);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.NotTheOwner.selector, 1, owner));
        vm.prank(owner);
        vault.proposeOwner(1, owner);
    }

    function test_proposeOwner_CanBeTakenBack() public {
        vm.startPrank(owner);
        vault.proposeOwner(1, stranger);
        vault.proposeOwner(1, address(0));
        vm.stopPrank();
        expectNotProposed(stranger);
        vm.prank(stranger);
        vault.acceptOwner(1);
    }

    function test_everything_RevertWhen_MemberIsUnknown() public {
        bytes memory unknown = abi.encodeWithSelector(ICommitteeBonds.UnknownMember.selector, 2);
        vm.expectRevert(unknown);
        vault.deposit{value: 1 ether}(2);
        vm.expectRevert(unknown);
        vault.depositShares(2, 1);
        vm.expectRevert(unknown);
        vault.withdraw(2, 1, owner);
        vm.expectRevert(unknown);
        vault.acceptOwner(2);
        vm.expectRevert(unknown);
        vault.bind(2);
        vm.expectRevert(unknown);
        vault.release(2, block.timestamp);
        vm.expectRevert(unknown);
        vault.forfeit(2, prover);
        vm.expectRevert(unknown);
        vault.ownerOf(2);
        vm.expectRevert(unknown);
        vault.worthOf(2);
        vm.expectRevert(unknown);
        vault.memberOf(2);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.UnknownMember.selector, 0));
        vault.ownerOf(0);
    }

    /* DEPOSITS */

    function test_deposit_StakesForTheBond() public {
        uint256 shares = ledger.getSharesByPooledEth(2 ether);
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.BondDeposited(1, address(this), shares);
        vault.deposit{value: 2 ether}(1);
        assertEq(vault.worthOf(1), BOND + 2 ether, "worth");
        assertEq(ledger.sharesOf(address(vault)), vault.memberOf(1).shares, "held");
    }

    function test_depositShares_TakesThemFromTheCaller() public {
        ledger.stake{value: 5 ether}(address(0));
        vm.expectRevert();
        vault.depositShares(1, 3 ether);
        ledger.approve(address(vault), 3 ether);
        vault.depositShares(1, 3 ether);
        assertEq(vault.worthOf(1), BOND + 3 ether, "worth");
        assertEq(ledger.sharesOf(address(vault)), BOND + 3 ether, "held");
    }

    function test_depositShares_RevertWhen_ThereAreNone() public {
        vm.expectRevert(ICommitteeBonds.ZeroShares.selector);
        vault.depositShares(1, 0);
    }

    function test_valueOf_EarnsLikeAnyShare() public {
        report(0);
        reportRewards(0.2 ether);
        skipTime(FRAME_SECONDS);
        assertGt(vault.worthOf(1), BOND, "earned");
        assertEq(vault.worthOf(1), ledger.getPooledEthByShares(vault.memberOf(1).shares), "rate");
    }

    /* LOCK */

    function test_withdraw_RevertWhen_BondIsLocked() public {
        skipTime(3650 days);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, 1, 0));
        vm.prank(owner);
        vault.withdraw(1, 1, owner);
    }

    /// @dev Thirty days from leaving, to the second.
    function testFuzz_withdraw_WaitsThirtyDays(uint256 leaves, uint256 part) public {
        uint256 leftAt = block.timestamp + bound(leaves, 0, 2 days);
        uint256 unlocksAt = leftAt + 30 days;
        part = bound(part, 1, BOND);
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.BondReleased(1, unlocksAt);
        vault.release(1, leftAt);
        vm.startPrank(owner);
        vm.warp(unlocksAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, 1, unlocksAt));
        vault.withdraw(1, part, owner);
        vm.warp(unlocksAt);
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.BondWithdrawn(1, stranger, part);
        vault.withdraw(1, part, stranger);
        assertEq(ledger.sharesOf(stranger), part, "paid");
        assertEq(uint256(vault.memberOf(1).shares), BOND - part, "left");
        vm.expectRevert(
            abi.encodeWithSelector(ICommitteeBonds.BondExceeded.selector, 1, BOND - part + 1, BOND - part)
        );
        vault.withdraw(1, BOND - part + 1, owner);
        vault.withdraw(1, BOND - part, owner);
        vm.stopPrank();
        assertEq(ledger.sharesOf(address(vault)), 0, "all");
    }

    function test_withdraw_RevertWhen_CallerIsNotTheOwner() public {
        vault.release(1, block.timestamp);
        skipTime(31 days);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.NotTheOwner.selector, 1, stranger));
        vm.prank(stranger);
        vault.withdraw(1, 1, stranger);
    }

    function test_bind_LocksAgain() public {
        vault.release(1, block.timestamp);
        skipTime(31 days);
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.BondBound(1);
        vault.bind(1);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, 1, 0));
        vm.prank(owner);
        vault.withdraw(1, 1, owner);
        // again is nothing
        vault.bind(1);
    }

    function test_release_RevertWhen_ItRunsOrLiesInThePast() public {
        uint256 now_ = block.timestamp;
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.LeftInThePast.selector, now_ - 1, now_));
        vault.release(1, now_ - 1);
        vault.release(1, now_);
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondNotLocked.selector, 1, now_ + 30 days));
        vault.release(1, now_);
    }

    /* FORFEIT */

    function test_forfeit_BurnsAllButTheBounty() public {
        makeOther();
        uint256 total = ledger.totalUnits();
        vm.expectEmit(address(vault));
        emit ICommitteeBonds.BondForfeited(1, prover, 36 ether, 36 ether, 4 ether);
        (uint256 burnt, uint256 bounty) = vault.forfeit(1, prover);
        assertEq(burnt, 36 ether, "burnt");
        assertEq(bounty, 4 ether, "bounty");
        assertEq(ledger.sharesOf(prover), 4 ether, "paid");
        assertEq(ledger.totalUnits(), total - 36 ether * 1e6, "gone for all");
        assertEq(uint256(vault.memberOf(1).shares), 0, "nothing left");
        assertEq(uint256(vault.memberOf(2).shares), 7 ether, "the other's bond");
        assertEq(ledger.sharesOf(address(vault)), 7 ether, "held");
    }

    function test_forfeit_IsForEver() public {
        vault.forfeit(1, prover);
        bytes memory forfeited = abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, 1);
        vm.expectRevert(forfeited);
        vault.forfeit(1, prover);
        vm.expectRevert(forfeited);
        vault.bind(1);
        vm.expectRevert(forfeited);
        vault.deposit{value: 1 ether}(1);
        vm.expectRevert(forfeited);
        vault.depositShares(1, 1);
    }

    /// @dev While it is free and not taken yet it can still be burnt.
    function test_forfeit_ReachesABondThatIsFree() public {
        vault.release(1, block.timestamp);
        skipTime(40 days);
        vm.prank(owner);
        vault.withdraw(1, 30 ether, owner);
        (uint256 burnt, uint256 bounty) = vault.forfeit(1, prover);
        assertEq(burnt + bounty, 10 ether, "the rest");
    }

    function test_forfeit_AcceptsABondOfNothing() public {
        uint256 id = vault.register(stranger);
        (uint256 burnt, uint256 bounty) = vault.forfeit(id, prover);
        assertEq(burnt + bounty, 0, "nothing");
        assertTrue(vault.memberOf(id).isForfeited, "and never again");
    }

    /// @dev Whatever the bond: a tenth at most goes to the prover, and the sum is the bond.
    function testFuzz_forfeit_BoundsTheBounty(uint256 bond) public {
        bond = bound(bond, 1, 1_000 ether);
        uint256 id = vault.register(stranger);
        uint256 shares = vault.deposit{value: bond}(id);
        (uint256 burnt, uint256 bounty) = vault.forfeit(id, prover);
        assertEq(burnt + bounty, shares, "all");
        assertLe(bounty * 10, shares, "a tenth");
        assertGe(bounty * 10 + 9, shares, "rounded down");
    }

    /* INTERNAL */

    function makeOther() private {
        vault.register(stranger);
        vault.deposit{value: 7 ether}(2);
    }

    function expectNotProposed(address caller) private {
        vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.NotTheProposedOwner.selector, 1, caller));
    }
}
