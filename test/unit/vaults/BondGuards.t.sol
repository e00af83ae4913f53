// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice What an adversary gains by the rules of bonds and keys. Two operators have a bond of 250 ether each, at five per
/// cent. Each test says what should hold, and fails where it does not.
contract BondGuardsTest is Validators {
    uint64 private constant ETHER = 1e9;

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.WITNESS, address(this));
        pretendToRun(OPERATOR, [uint40(7), 8]);
    }

    /// @dev A key given up comes back as a validator of 32 ETH after the bond has left.
    function test_prove_OfALostKeyNeedsItsBondAgain() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
        claimAll();
        freshRoot();
        try depositor.proveAndTopUp(proofOf(s), keyProofOf(OPERATOR, s), amountsOf(1, 31 * ETHER)) {} catch {}
        uint256 stake = validatorRegistry.stakeOf(OPERATOR).eth;
        assertLe(stake, bonds.capacityOf(OPERATOR), "stake beyond what the bond backs");
    }

    /// @dev Overdue keys are locked while another lock holds all of the bond: they cost nothing when that lock is gone.
    function test_burnOverdue_TakesWhatIsFreeToday() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        bonds.settle(7, 32 * ETHER, true, 0);
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
        assertEq(bonds.totalUncovered(), 0, "uncovered, with all of the bond free");
        assertLe(bonds.claimableOf(OPERATOR), 249 ether, "claimable");
    }

    /// @dev A loss beyond its lock is the insurance's, though the rest of the bond is free.
    function test_settle_TakesTheFreeBondBeforeTheInsurance() public {
        bonds.lock(OPERATOR, 7, 1 ether, 32 * ETHER, address(0));
        uint256 uncovered = bonds.settle(7, 22 * ETHER, true, 0);
        assertEq(uncovered, 0, "uncovered, with 249 ether free");
        assertLe(bonds.claimableOf(OPERATOR), 240 ether, "claimable");
    }

    /// @dev A foreign key that was overdue: its own lock is in the way of the burn, and then goes back to the operator.
    function test_burn_ReleasesTheLocksOfProvenAndForeignKeys() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        claimBond(OPERATOR, 248.4 ether - 1);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        validatorRegistry.markForeign(
            OPERATOR,
            s.root,
            s.gindices[0],
            keccak256(s.keys[0].pubkey),
            s.signatureHashes[0],
            s.proof
        );
        uint256 uncovered = bonds.burn(OPERATOR, 1 ether, 0, address(0), 0);
        bonds.releaseOverdue(OPERATOR);
        assertLe(bonds.claimableOf(OPERATOR), 0.6 ether, "claimable");
        assertEq(uncovered, 0, "uncovered");
    }

    /// @dev A manager proposes a reward address of its own, hands the operator over, and takes the rewards later.
    function test_acceptManager_WithdrawsTheOfferOfARewardAddress() public {
        address former = makeAddr("former");
        address next = makeAddr("next");
        vm.startPrank(manager);
        operatorRegistry.proposeRewardAddress(OPERATOR, former);
        operatorRegistry.proposeManager(OPERATOR, next);
        vm.stopPrank();
        vm.prank(next);
        operatorRegistry.acceptManager(OPERATOR);
        vm.prank(former);
        vm.expectRevert();
        operatorRegistry.acceptRewardAddress(OPERATOR);
    }

    /// @dev One deposited key in the list is enough to keep a manager from taking the others back.
    function test_remove_LeavesKeysThatHadADeposit() public {
        KeySet memory all = committed(OPERATOR, "all");
        KeySet memory s = keySet(keys, "key0");
        vm.prank(rival);
        predeposit(OPERATOR, s);
        vm.prank(manager);
        (bool removed, ) = address(validatorRegistry).call(
            abi.encodeCall(validatorRegistry.remove, (OPERATOR, all.root, all.gindices))
        );
        assertTrue(removed, "the others are taken back");
    }

    /// @dev A bond that is burnt to nothing still gets 31 ETH for each of its proven keys.
    function test_topUp_AlwaysAsksTheBond() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(1, 0));
        bonds.burn(OPERATOR, 250 ether, 0, address(0), 0);
        vm.expectRevert();
        depositor.topUp(proofOf(s), amountsOf(1, 31 * ETHER));
    }

    /* INTERNAL */

    function claimAll() private {
        claimBond(OPERATOR, bonds.claimableOf(OPERATOR));
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 0, "nothing left");
    }
}
