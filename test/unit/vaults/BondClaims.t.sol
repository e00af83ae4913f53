// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice How managers take bonds back: what they ask for backs nothing, is within reach of every fault, and leaves after
/// the delay. Two operators have a bond of 250 ether each, at five per cent.
contract BondClaimsTest is Validators {
    uint64 private constant ETHER = 1e9;
    /// @dev Locks for faults are counted in 1e-9 of a share.
    uint256 private constant GRAIN = 1e9;

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.BOND_LOCKER, address(this));
        pretendToRun(OPERATOR, [uint40(7), 8]);
    }

    /* REQUESTS */

    function testFuzz_requestClaim_LeavesWhatStakeNeeds(uint256 shares) public {
        predeposit(OPERATOR, committed(OPERATOR, "all"));
        uint256 claimable = 250 ether - 16 * 1.6 ether - 1;
        assertEq(bonds.claimableOf(OPERATOR), claimable, "claimable");
        shares = bound(shares, 1, 250 ether);
        if (shares > claimable) {
            expectNeeded(shares, claimable);
            request(shares);
            return;
        }
        uint256 claimableFrom = currentTime() + CLAIM_DELAY;
        vm.expectEmit(address(bonds));
        emit IBondVault.ClaimRequested(OPERATOR, shares, claimableFrom);
        request(shares);
        assertEq(bonds.claimRequestOf(OPERATOR).shares, shares, "asked for");
        assertEq(bonds.claimRequestOf(OPERATOR).claimableFrom, claimableFrom, "from then on");
        assertEq(bonds.backingOf(OPERATOR), 250 ether - shares, "the rest backs");
        assertEq(bonds.capacityOf(OPERATOR), ((250 ether - shares) * 20) / 1 ether, "capacity");
        assertEq(bonds.claimableOf(OPERATOR), claimable, "still claimable");
        assertEq(bonds.backingOf(RIVAL), 250 ether, "the other bond");
        bonds.requireBacked(OPERATOR);

        vm.warp(claimableFrom);
        vm.expectEmit(address(bonds));
        emit IBondVault.BondClaimed(OPERATOR, manager, shares);
        assertEq(claim(manager), shares, "claimed");
        assertEq(ledger.sharesOf(manager), shares, "paid");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether - shares, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
        bonds.requireBacked(OPERATOR);
    }

    function test_claim_NotBeforeTheDelay() public {
        request(100 ether);
        uint256 claimableFrom = currentTime() + CLAIM_DELAY;
        vm.warp(claimableFrom - 1);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.ClaimTooEarly.selector, OPERATOR, claimableFrom));
        claim(manager);
        vm.warp(claimableFrom);
        assertEq(claim(manager), 100 ether, "claimed");
        expectNoRequest();
        claim(manager);
    }

    function test_requestClaim_AnewStartsAnew() public {
        request(100 ether);
        skipTime(CLAIM_DELAY);
        request(40 ether);
        assertEq(bonds.backingOf(OPERATOR), 210 ether, "the last request counts");
        vm.expectPartialRevert(IBondVault.ClaimTooEarly.selector);
        claim(manager);
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 40 ether, "claimed");
    }

    function test_cancelClaim_BacksStakeAgain() public {
        request(100 ether);
        skipTime(CLAIM_DELAY);
        vm.expectEmit(address(bonds));
        emit IBondVault.ClaimCancelled(OPERATOR, 100 ether);
        vm.prank(manager);
        bonds.cancelClaim(OPERATOR);
        assertEq(bonds.backingOf(OPERATOR), 250 ether, "backing");
        assertEq(bonds.claimRequestOf(OPERATOR).claimableFrom, 0, "nothing is asked for");
        expectNoRequest();
        claim(manager);
        expectNoRequest();
        vm.prank(manager);
        bonds.cancelClaim(OPERATOR);
    }

    function test_requestClaim_RevertWhen_NotTheManagersOrNothing() public {
        request(1 ether);
        bytes memory notManager = abi.encodeWithSelector(
            IOperatorRegistry.NotManager.selector,
            OPERATOR,
            rival
        );
        vm.startPrank(rival);
        vm.expectRevert(notManager);
        bonds.requestClaim(OPERATOR, 1);
        vm.expectRevert(notManager);
        bonds.cancelClaim(OPERATOR);
        skipTime(CLAIM_DELAY);
        vm.expectRevert(notManager);
        bonds.claim(OPERATOR, rival);
        vm.stopPrank();
        vm.expectRevert(IBondVault.ZeroShares.selector);
        request(0);
    }

    /* WHAT IS ASKED FOR BACKS NOTHING */

    /// @dev Neither weight, nor capacity, nor a predeposit.
    function test_requestClaim_EndsWeightCapacityAndNewStake() public {
        KeySet memory s = committed(OPERATOR, "all");
        request(250 ether - 16 * 1.6 ether + 1);
        skipTime(1);
        allocator.refresh(OPERATOR);
        assertEq(allocator.weightOf(OPERATOR), 25.6e9 - 1, "weight");
        assertEq(bonds.capacityOf(OPERATOR), 511, "capacity");
        (uint32[] memory gindices, bytes memory pubkeys, bytes memory signatures) = packed(s.keys);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBondVault.BondTooSmall.selector,
                OPERATOR,
                16 * 1.6 ether - 1,
                16 * 1.6 ether
            )
        );
        depositor.predeposit(OPERATOR, s.root, gindices, pubkeys, signatures, s.proof);
        request(250 ether - 16 * 1.6 ether);
        predeposit(OPERATOR, s);
    }

    /// @dev The bond that leaves one operator counts for the next only when no draw counts it for the first.
    function test_claim_CountsNoShareTwice() public {
        skipTime(1);
        allocator.refresh(OPERATOR);
        allocator.refresh(RIVAL);
        request(250 ether);
        skipTime(CLAIM_DELAY);
        uint256 before = allocator.weightOf(RIVAL);
        vm.startPrank(manager);
        bonds.claim(OPERATOR, manager);
        ledger.approve(address(bonds), type(uint256).max);
        bonds.depositShares(RIVAL, 250 ether);
        vm.stopPrank();
        allocator.refresh(RIVAL);
        assertEq(allocator.weightOf(RIVAL), before + 250e9, "the second weight");
        makeStaker("whale", LOT_ETH * 3 ether);
        allocator.open();
        assertLt(
            uint256(allocator.position(OPERATOR).refreshedAt),
            allocator.draw().freshSince,
            "the first weight is stale"
        );
    }

    /* WHAT IS ASKED FOR IS IN REACH OF FAULTS */

    function test_lock_ReachesWhatIsAskedFor() public {
        request(200 ether);
        assertEq(bonds.lock(OPERATOR, 7, 249 ether, 32 * ETHER, address(0)), 0, "covered");
        assertEq(bonds.backingOf(OPERATOR), 0, "backing");
        assertEq(bonds.capacityOf(OPERATOR), 0, "capacity");
        uint256 free = 1 ether - GRAIN;
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), free, "what is free");
        assertEq(bonds.claimRequestOf(OPERATOR).shares, 0, "the rest is asked for no more");
        bonds.settle(7, 32 * ETHER, true, 0);
        assertEq(bonds.backingOf(OPERATOR), 249 ether + GRAIN, "backs again");
    }

    function test_settle_ReachesWhatIsAskedFor() public {
        bonds.lock(OPERATOR, 7, 1 ether, 2_048 * ETHER, makeAddr("prover"));
        request(248 ether);
        assertEq(bonds.settle(7, 1_848 * ETHER, true, 0.5 ether), 0, "covered");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 49.5 ether - 1, "bond");
        assertEq(bonds.backingOf(OPERATOR), 0, "backing");
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 49.5 ether - 1, "what is left");
    }

    function test_burn_ReachesWhatIsAskedFor() public {
        request(250 ether);
        address prover = makeAddr("prover");
        assertEq(bonds.burn(OPERATOR, 200 ether, 0, prover, 10 ether), 0, "covered");
        assertEq(ledger.sharesOf(prover), 10 ether, "bounty");
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 40 ether - 1, "what is left");
    }

    function test_hold_ReachesWhatIsAskedFor() public {
        request(250 ether);
        (uint256 held, uint256 uncovered) = bonds.hold(OPERATOR, 200 ether);
        assertEq(uncovered, 0, "covered");
        bonds.burnHeld(OPERATOR, held);
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 50 ether - 1, "what is left");
    }

    function test_lockOverdue_ReachesWhatIsAskedFor() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        vm.warp(currentTime() + (PREDEPOSIT_DEADLINE * 9) / 4);
        request(250 ether - 3.2 ether - 1);
        bonds.burn(OPERATOR, 245 ether, 0, address(0), 0);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 2 ether + 1, "locked");
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
        assertEq(bonds.totalUncovered(), 0, "covered");
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 3 ether - 2, "what is left");
    }

    function test_claim_RevertGiven_AllIsLocked() public {
        request(250 ether);
        bonds.hold(OPERATOR, 300 ether);
        skipTime(CLAIM_DELAY);
        expectNeeded(250 ether, 0);
        claim(manager);
        // the hold is lifted: the request still stands
        bonds.release(OPERATOR, 250 ether);
        assertEq(claim(manager), 250 ether, "claimed");
    }

    /* STAKE STAYS BACKED */

    function test_claim_LeavesWhatAHigherRatioAsks() public {
        predeposit(OPERATOR, committed(OPERATOR, "all"));
        request(bonds.claimableOf(OPERATOR));
        bonds.setBondRatio(false, BOND_RATIO_BP + 100);
        vm.expectPartialRevert(IBondVault.BondTooSmall.selector);
        bonds.requireBacked(OPERATOR);
        skipTime(CLAIM_DELAY);
        assertEq(claim(manager), 250 ether - 16 * 1.92 ether - 1, "claimed");
        bonds.requireBacked(OPERATOR);
    }

    function test_claim_LeavesWhatALowerRateAsks() public {
        predeposit(OPERATOR, committed(OPERATOR, "all"));
        uint256 asked = bonds.claimableOf(OPERATOR);
        request(asked);
        skipTime(CLAIM_DELAY);
        report(-10 * int256(uint256(ETHER)));
        uint256 claimable = bonds.claimableOf(OPERATOR);
        assertLt(claimable, asked, "less than was asked for");
        assertEq(claim(manager), claimable, "claimed");
        bonds.requireBacked(OPERATOR);
    }

    /// @dev Nothing unlocks before a validator is withdrawn, however long it has been on its way out.
    function test_requestClaim_OnlyWhenValidatorsAreWithdrawn() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 31 * ETHER));
        for (uint256 state = 2; state < 5; ++state) {
            validatorRegistry.advance(s.indices[0], IValidatorRegistry.ValidatorState(state), false);
            expectNeeded(250 ether, 248.4 ether - 1);
            request(250 ether);
        }
        validatorRegistry.advance(s.indices[0], IValidatorRegistry.ValidatorState.Withdrawn, false);
        request(250 ether);
    }

    /* PARAMETERS */

    function test_constructor_RevertWhen_TheDelayIsOutOfBounds() public {
        uint256[2] memory delays = [uint256(2 hours - 1), 91 days + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IBondVault.ClaimDelayOutOfBounds.selector, delays[i], 2 hours, 91 days)
            );
            vaultOf(delays[i]);
        }
        assertEq(vaultOf(2 hours).claimDelay(), 2 hours, "least");
        assertEq(vaultOf(91 days).claimDelay(), 91 days, "most");
    }

    /* INTERNAL */

    function vaultOf(uint256 delay) private returns (IBondVault) {
        IAuthority a = IAuthority(address(authority));
        return factory.newBondVault(a, ledger, wrapper, operatorRegistry, validatorRegistry, 400, 400, delay);
    }

    function request(uint256 shares) private {
        vm.prank(manager);
        bonds.requestClaim(OPERATOR, shares);
    }

    function claim(address to) private returns (uint256) {
        vm.prank(manager);
        return bonds.claim(OPERATOR, to);
    }

    function expectNoRequest() private {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NoClaimRequested.selector, OPERATOR));
    }

    function expectNeeded(uint256 shares, uint256 claimable) private {
        vm.expectRevert(
            abi.encodeWithSelector(IBondVault.SharesNeeded.selector, OPERATOR, shares, claimable)
        );
    }
}
