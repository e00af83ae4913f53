// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWrappedStakedEther} from "../../../contracts/interfaces/IWrappedStakedEther.sol";
import {Steps} from "../../utils/Steps.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice Bonds: what comes in, what backs stake, what is locked and burnt. The test locks as the slashing oracle does.
/// Two operators have a bond of 250 ether each, at five per cent.
contract BondVaultTest is Validators, Steps {
    uint64 private constant ETHER = 1e9;
    /// @dev Locks are counted in 1e-9 of a share.
    uint256 private constant GRAIN = 1e9;
    address private donor;

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.WITNESS, address(this));
        pretendToRun(OPERATOR, [uint40(7), 8]);
        donor = makeStaker("donor", 100 ether);
    }

    /* WHAT COMES IN */

    function testFuzz_deposit_OfEther(uint256 amount) public {
        amount = bound(amount, 1, 1_000 ether);
        uint256 expected = ledger.getSharesByPooledEth(amount);
        vm.expectEmit(address(bonds));
        emit IBondVault.BondDeposited(OPERATOR, address(this), expected);
        assertEq(bonds.deposit{value: amount}(OPERATOR), expected, "shares");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether + expected, "bond");
        assertEq(uint256(bonds.bondOf(RIVAL).shares), 250 ether, "the other bond");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
    }

    function test_depositShares_AgainstAnAllowance() public {
        vm.startPrank(donor);
        vm.expectRevert();
        bonds.depositShares(OPERATOR, 10 ether);
        ledger.approve(address(bonds), 10 ether);
        bonds.depositShares(OPERATOR, 10 ether);
        vm.stopPrank();
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 260 ether, "bond");
        assertEq(ledger.sharesOf(donor), 90 ether, "donor");
    }

    function test_depositWrapped_AgainstAnAllowance() public {
        vm.startPrank(donor);
        ledger.approve(address(wrapper), 10 ether);
        wrapper.deposit(10 ether, donor);
        vm.expectRevert();
        bonds.depositWrapped(OPERATOR, 4 ether);
        wrapper.approve(address(bonds), 4 ether);
        assertEq(bonds.depositWrapped(OPERATOR, 4 ether), 4 ether, "shares");
        vm.stopPrank();
        assertEq(wrapper.balanceOf(donor), 6 ether, "wrapped left");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 254 ether, "bond");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
    }

    function test_deposit_RevertWhen_NothingOrForNobody() public {
        bytes memory unknown = abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 3);
        vm.expectRevert(unknown);
        bonds.deposit{value: 1 ether}(3);
        vm.expectRevert(unknown);
        bonds.depositShares(3, 1);
        vm.expectRevert(unknown);
        bonds.depositWrapped(3, 1);
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        bonds.deposit(OPERATOR);
        vm.expectRevert(IBondVault.ZeroShares.selector);
        bonds.depositShares(OPERATOR, 0);
        vm.expectRevert();
        bonds.depositWrapped(OPERATOR, 0);
    }

    /// @dev A bond earns like any kETH, and no operation of one operator changes another's.
    function test_bond_KeepsEarning() public {
        reportRewards(100 ether);
        vm.warp(vm.getBlockTimestamp() + FRAME_SECONDS);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether, "shares");
        uint256 value = ledger.getPooledEthByShares(250 ether);
        assertGt(value, 250 ether, "value");
        assertEq(bonds.capacityOf(OPERATOR), (value * 20) / 1 ether, "capacity");
    }

    /* CAPACITY */

    function test_capacityOf_IsBondByRatio() public {
        assertEq(bonds.capacityOf(OPERATOR), 5_000, "at five per cent");
        operatorRegistry.setCurated(OPERATOR, true);
        assertEq(bonds.capacityOf(OPERATOR), 7_812, "at 3.2 per cent");
        assertEq(bonds.capacityOf(RIVAL), 5_000, "the other");
        bonds.lock(OPERATOR, 7, 125 ether, 32 * ETHER, address(0));
        assertEq(bonds.capacityOf(OPERATOR), 3_906, "less what is locked");
    }

    /* FAULTS OF VALIDATORS */

    function testFuzz_settle_BurnsTheLossAndUnlocksTheRest(uint256 asked, uint64 balance) public {
        asked = bound(asked, 0, 400 ether);
        balance = uint64(bound(balance, 1, 2_500 * ETHER));
        uint256 held = asked == 0 ? 0 : ((asked + 1 + GRAIN - 1) / GRAIN) * GRAIN;
        if (held > 250 ether) held = 250 ether;
        uint256 uncovered = bonds.lock(OPERATOR, 7, asked, 2_048 * ETHER, address(0));
        assertEq(uncovered, asked > 250 ether ? asked - 250 ether : 0, "uncovered by the bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), held, "locked");
        assertEq(uint256(bonds.lockOf(7).shares), held, "lock");

        uint256 loss = balance < 2_048 * ETHER ? (2_048 * ETHER - uint256(balance)) * 1 gwei : 0;
        uint256 burnt = loss == 0
            ? 0
            : loss + 1 > 250 ether
                ? 250 ether
                : loss + 1;
        uncovered = bonds.settle(7, balance, true, 0);
        assertEq(uncovered, loss > burnt + 1 gwei ? loss - burnt : 0, "uncovered, all in all");
        assertEq(bonds.totalUncovered(), uncovered, "known to the insurance");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether - burnt, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
        assertEq(uint256(bonds.bondOf(RIVAL).shares), 250 ether, "BND-2: the other bond");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
        // what the bond lacked is asked again, and known once
        if (uncovered > 0) assertEq(bonds.settle(7, balance, true, 0), uncovered, "asked again");
        else vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingLocked.selector, 7));
        bonds.settle(7, balance, true, 0);
        assertEq(bonds.totalUncovered(), uncovered, "counted once");
    }

    /// @dev Whoever settles first the validators that nothing was locked for does not spare the locks of the others.
    function test_settle_AsksAgainForWhatTheBondLacked() public {
        bonds.lock(OPERATOR, 7, 249 ether, 2_048 * ETHER, address(0));
        bonds.lock(OPERATOR, 8, 10 ether, 32 * ETHER, address(0));
        uint256 uncovered = bonds.settle(8, 22 * ETHER, true, 0);
        assertEq(uncovered, 9 ether + GRAIN, "uncovered");
        assertEq(bonds.totalUncovered(), uncovered, "known");
        bonds.settle(7, 2_048 * ETHER, true, 0);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 249 ether + GRAIN, "all unlocked");
        assertEq(bonds.settle(8, 22 * ETHER, true, 0), 0, "paid");
        assertEq(bonds.totalUncovered(), 0, "nothing is left");
        assertApproxEqAbs(uint256(bonds.bondOf(OPERATOR).shares), 240 ether, 2, "bond");
        vm.expectRevert(abi.encodeWithSelector(IBondVault.NothingLocked.selector, 8));
        bonds.settle(8, 22 * ETHER, true, 0);
    }

    function test_settle_OfNothingLeftKeepsTheLock() public {
        bonds.lock(OPERATOR, 7, 40 ether, 32 * ETHER, address(0));
        bonds.settle(7, 0, false, 0);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 8 ether + GRAIN, "locked");
        bonds.settle(7, 0, true, 0);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "unlocked");
    }

    /// @dev A loss in two parts burns each part once.
    function testFuzz_settle_PartByPart(uint64 first, uint64 second) public {
        first = uint64(bound(first, 20 * ETHER, 33 * ETHER));
        second = uint64(bound(second, 20 * ETHER, 33 * ETHER));
        bonds.lock(OPERATOR, 7, 15 ether, 32 * ETHER, address(0));
        bonds.settle(7, first, false, 0);
        uint256 low = first < 32 * ETHER ? first : 32 * ETHER;
        uint256 lossA = (32 * ETHER - low) * 1 gwei;
        uint256 burntA = lossA == 0 ? 0 : lossA + 1;
        assertEq(
            uint256(bonds.lockOf(7).shares),
            ((15 ether + GRAIN - burntA) / GRAIN) * GRAIN,
            "left of the lock"
        );
        assertEq(uint256(bonds.lockOf(7).baseGwei), low, "base");
        bonds.settle(7, second, true, 0);
        uint256 lossB = second < low ? (low - second) * 1 gwei : 0;
        uint256 burntB = lossB == 0 ? 0 : lossB + 1;
        assertApproxEqAbs(uint256(bonds.bondOf(OPERATOR).shares), 250 ether - burntA - burntB, 2, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
    }

    /// @dev What is burnt is no gift to those who come within the frame: it drips.
    function test_settle_DripsToTheOthers() public {
        bonds.lock(OPERATOR, 7, 10 ether, 32 * ETHER, address(0));
        uint256 before = ledger.balanceOf(staker);
        bonds.settle(7, 22 * ETHER, true, 0);
        assertEq(ledger.balanceOf(staker), before, "nothing at once");
        vm.warp(vm.getBlockTimestamp() + FRAME_SECONDS);
        assertGt(ledger.balanceOf(staker), before, "after a frame");
    }

    function test_lock_RevertGiven_ItIsLocked() public {
        bonds.lock(OPERATOR, 7, 1 ether, 32 * ETHER, address(0));
        vm.expectRevert(abi.encodeWithSelector(IBondVault.AlreadyLocked.selector, 7));
        bonds.lock(OPERATOR, 7, 1 ether, 32 * ETHER, address(0));
        bonds.lock(OPERATOR, 8, 1 ether, 32 * ETHER, address(0));
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 2 ether + 2 * GRAIN, "both");
    }

    function testFuzz_burn_AtOnce(uint256 amount) public {
        amount = bound(amount, 1, 300 ether);
        uint256 burnt = amount + 1 > 250 ether ? 250 ether : amount + 1;
        uint256 uncovered = bonds.burn(OPERATOR, amount, 0, address(0), 0);
        assertEq(uncovered, amount > 250 ether ? amount - 250 ether : 0, "uncovered");
        assertEq(bonds.totalUncovered(), uncovered, "known to the insurance");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether - burnt, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
    }

    /// @dev Once, with the first settlement, from the lock and before the loss.
    function test_settle_PaysTheProverFirst() public {
        vm.expectEmit(address(bonds));
        emit IBondVault.BondLocked(OPERATOR, 7, donor, 2 ether + GRAIN, 2 ether, 0);
        bonds.lock(OPERATOR, 7, 2 ether, 32 * ETHER, donor);
        assertEq(bonds.lockOf(7).prover, donor, "prover");
        assertEq(ledger.sharesOf(donor), 100 ether, "not yet");
        vm.expectEmit(address(bonds));
        emit IBondVault.BountyPaid(OPERATOR, donor, 0.4 ether);
        bonds.settle(7, 31 * ETHER, false, 0.4 ether);
        assertEq(ledger.sharesOf(donor), 100.4 ether, "paid");
        assertEq(bonds.lockOf(7).prover, address(0), "once");
        assertEq(bonds.lockOf(7).shares, 0.6 ether, "left of the lock");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0.6 ether, "locked");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 248.6 ether - 1, "bond");
        bonds.settle(7, 31 * ETHER, true, 0.4 ether);
        assertEq(ledger.sharesOf(donor), 100.4 ether, "paid once");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
    }

    function test_settle_PaysTheProverNoMoreThanWasLocked() public {
        bonds.lock(OPERATOR, 7, 2 ether, 32 * ETHER, donor);
        bonds.settle(7, 32 * ETHER, true, 10 ether);
        assertEq(ledger.sharesOf(donor), 102 ether + GRAIN, "all of the lock");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 248 ether - GRAIN, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
    }

    function test_burn_TakesTheLossThenTheBountyThenTheFine() public {
        bonds.lock(OPERATOR, 7, 249 ether, 32 * ETHER, address(0));
        uint256 free = 1 ether - GRAIN;
        vm.expectEmit(address(bonds));
        emit IBondVault.BondBurnt(OPERATOR, 0.8 ether + 2, 0.5 ether, 0);
        assertEq(bonds.burn(OPERATOR, 0.5 ether, 0.3 ether, donor, 0.1 ether), 0, "covered");
        assertEq(ledger.sharesOf(donor), 100.1 ether, "donor");
        free -= 0.9 ether + 2;
        // what is left goes to the prover, and nothing to the fine, which is no loss
        assertEq(bonds.burn(OPERATOR, 0, 0.3 ether, donor, 10 ether), 0, "no loss");
        assertEq(ledger.sharesOf(donor), 100.1 ether + free, "all that was left");
        assertEq(bonds.burn(OPERATOR, 1 ether, 0.3 ether, donor, 10 ether), 1 ether, "the loss alone");
        assertEq(bonds.totalUncovered(), 1 ether, "known to the insurance");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 249 ether + GRAIN, "what is locked stays");
        assertEq(ledger.sharesOf(address(bonds)), allBonds(), "held");
    }

    /// @dev A bond of just what the ratio asks covers the predeposit of each key, however many are proven as foreign.
    function test_burn_LeavesForEachKeyWhatItsLossTakes() public {
        operatorRegistry.setCurated(OPERATOR, true);
        bonds.lock(OPERATOR, 7, 250 ether - 2 * 1.024 ether - 2 * GRAIN, 32 * ETHER, address(0));
        for (uint64 left = 2; left > 0; --left) {
            // the stake of this key is free by now
            vm.mockCall(
                address(validatorRegistry),
                abi.encodeCall(validatorRegistry.stakeOf, (OPERATOR)),
                abi.encode(IValidatorRegistry.Stake({eth: 32 * (left - 1), overdueKeys: 0, lostKeys: 0}))
            );
            assertEq(bonds.burn(OPERATOR, 1 ether, 0.4 ether, donor, 0.1 ether), 0, "covered");
        }
        assertEq(bonds.totalUncovered(), 0, "nothing is uncovered");
        assertApproxEqAbs(ledger.sharesOf(donor), 100 ether + 0.048 ether, 4 * GRAIN, "what was spare");
    }

    /// @dev What locks did not cover is known by its time, summed over operators.
    function test_uncoveredSince_CountsWhatIsNewer() public {
        assertEq(bonds.uncoveredSince(0), 0, "nothing yet");
        uint256 first = vm.getBlockTimestamp();
        bonds.lock(OPERATOR, 7, 260 ether, 32 * ETHER, address(0));
        bonds.lock(RIVAL, 8, 200 ether, 32 * ETHER, address(0));
        vm.warp(first + 100);
        bonds.lock(RIVAL, 9, 70 ether, 32 * ETHER, address(0));
        assertEq(bonds.uncoveredSince(first - 1), 30 ether + GRAIN, "all");
        assertEq(bonds.uncoveredSince(first), 20 ether + GRAIN, "the second");
        assertEq(bonds.uncoveredSince(first + 99), 20 ether + GRAIN, "the second still");
        assertEq(bonds.uncoveredSince(first + 100), 0, "none");
    }

    /* OVERDUE PREDEPOSITS */

    function test_lockOverdue_UntilTheyAreProven() public {
        KeySet memory s = committedAndPredeposited("pair");
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 5) / 4);
        vm.expectEmit(address(bonds));
        emit IBondVault.OverdueLocked(OPERATOR, 2, 2 ether + 1, 0);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 2 ether + 1, "locked");
        assertEq(bonds.releaseOverdue(OPERATOR), 0, "nothing to release");

        freshRoot();
        KeySet memory first = keySet(keys, "key0");
        proveAndTopUp(OPERATOR, first, amountsOf(1, 0));
        assertEq(bonds.releaseOverdue(OPERATOR), 1 ether + 1, "half, rounded up");
        assertEq(uint256(bonds.overdueOf(OPERATOR).keys), 1, "keys");
        proveAndTopUp(OPERATOR, keySet(keys, "key1"), amountsOf(1, 0));
        assertEq(bonds.releaseOverdue(OPERATOR), 1 ether, "the rest");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 250 ether, "returned");
    }

    function test_burnOverdue_GivesThemUp() public {
        KeySet memory s = committedAndPredeposited("pair");
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 5) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        KeySet memory first = keySet(keys, "key0");
        vm.expectRevert();
        bonds.burnOverdue(OPERATOR, s.root, first.gindices);
        vm.warp(vm.getBlockTimestamp() + PREDEPOSIT_DEADLINE);
        vm.expectEmit(address(bonds));
        emit IBondVault.OverdueBurnt(OPERATOR, 1, 1 ether + 1);
        bonds.burnOverdue(OPERATOR, s.root, first.gindices);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 249 ether - 1, "bond");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 1 ether, "locked for the other");
        assertEq(uint256(validatorRegistry.stakeOf(OPERATOR).eth), 32, "stake of the other");
        assertEq(bonds.totalUncovered(), 0, "covered");
        // given up twice is refused
        vm.expectRevert();
        bonds.burnOverdue(OPERATOR, s.root, first.gindices);
    }

    /// @dev One key proven and another given up in any order: each returns or burns its own part.
    function test_burnOverdue_AfterAnUnnoticedProof() public {
        KeySet memory s = committedAndPredeposited("pair");
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        freshRoot();
        proveAndTopUp(OPERATOR, keySet(keys, "key0"), amountsOf(1, 0));
        bonds.burnOverdue(OPERATOR, s.root, keySet(keys, "key1").gindices);
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "locked");
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), 249 ether - 1, "one was burnt");
    }

    function test_lockOverdue_OfABondThatIsTooSmall() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 248.5 ether, 32 * ETHER, address(0));
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        uint256 free = 1.5 ether - GRAIN;
        vm.expectEmit(address(bonds));
        emit IBondVault.OverdueLocked(OPERATOR, 2, free, 2 ether - free);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
        assertEq(bonds.totalUncovered(), 2 ether - free, "known to the insurance");
    }

    /* PREDEPOSITS THAT COME BACK */

    /// @dev Two are lost, 1.5 ETH are burnt for them. One that comes back is more than what was missing; the other is more
    /// still, and lowers nothing.
    function test_releaseOverdue_UncountsWhatCameBack() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 248.5 ether, 32 * ETHER, address(0));
        giveUp(s);
        uint256 missing = 0.5 ether + GRAIN;
        assertEq(bonds.totalUncovered(), missing, "uncovered");
        assertOwed(OPERATOR, 2, int256(missing));
        bonds.settle(7, 32 * ETHER, true, 0);
        uint256 bond = bonds.bondOf(OPERATOR).shares;

        proveLate("key0");
        assertEq(bonds.totalUncovered(), missing, "until somebody tells");
        vm.expectEmit(address(bonds));
        emit IBondVault.PredepositsReturned(OPERATOR, 1, int256(missing) - 1 ether);
        assertEq(bonds.releaseOverdue(OPERATOR), 0, "nothing was locked");
        assertEq(bonds.totalUncovered(), 0, "nothing is missing");
        assertOwed(OPERATOR, 1, int256(missing) - 1 ether);
        bonds.releaseOverdue(OPERATOR);
        assertOwed(OPERATOR, 1, int256(missing) - 1 ether);

        proveLate("key1");
        bonds.releaseOverdue(OPERATOR);
        assertEq(bonds.totalUncovered(), 0, "still nothing");
        assertOwed(OPERATOR, 0, int256(missing) - 2 ether);
        assertEq(uint256(bonds.bondOf(OPERATOR).shares), bond, "what was burnt stays burnt");
    }

    /// @dev Nothing was burnt for either: one comes back, and for the other the bond pays. Then that comes back too.
    function test_releaseOverdue_UncountsOneByOne() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        giveUp(s);
        assertEq(bonds.totalUncovered(), 2 ether, "both");
        bonds.settle(7, 32 * ETHER, true, 0);
        assertEq(bonds.totalUncovered(), 2 ether, "what ended was free only then");
        proveLate("key1");
        // whatever is asked of the bond tells
        uint256 bond = bonds.bondOf(OPERATOR).shares;
        authority.grantRole(Roles.BOND_LOCKER, address(this));
        bonds.hold(OPERATOR, 1 ether);
        uint256 burnt = bond - bonds.bondOf(OPERATOR).shares;
        assertEq(burnt, ledger.getSharesByPooledEth(1 ether) + 1, "one is paid");
        assertEq(bonds.totalUncovered(), 0, "none is missing");
        assertOwed(OPERATOR, 1, 0);
        proveLate("key0");
        bonds.lock(OPERATOR, 8, 1 ether, 32 * ETHER, address(0));
        assertOwed(OPERATOR, 0, -1 ether);
    }

    /// @dev Else an operator would wait for a lock to end, and claim what it owes.
    function test_releaseOverdue_BurnsWhatIsOwedAsSoonAsItIsFree() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        giveUp(s);
        bonds.settle(7, 32 * ETHER, true, 0);
        uint256 bond = bonds.bondOf(OPERATOR).shares;
        uint256 shares = ledger.getSharesByPooledEth(2 ether) + 1;
        vm.expectEmit(address(bonds));
        emit IBondVault.OwedBurnt(OPERATOR, shares, 2 ether);
        assertEq(bonds.releaseOverdue(OPERATOR), 0, "nothing was locked");
        assertEq(bond - bonds.bondOf(OPERATOR).shares, shares, "burnt");
        assertEq(uint256(bonds.bondOf(OPERATOR).locked), 0, "nothing is locked");
        assertEq(bonds.totalUncovered(), 0, "paid");
        assertOwed(OPERATOR, 2, 0);
        bonds.releaseOverdue(OPERATOR);
        assertEq(bond - bonds.bondOf(OPERATOR).shares, shares, "once");
    }

    /// @dev What a penalty did not find in the bond it takes later, too.
    function test_burn_IsOwedWhereTheBondIsTooSmall() public {
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        bonds.burn(OPERATOR, 1 ether, 0, address(0), 0);
        assertEq(bonds.totalUncovered(), 1 ether, "nothing was free");
        bonds.settle(7, 32 * ETHER, true, 0);
        uint256 bond = bonds.bondOf(OPERATOR).shares;
        bonds.burn(OPERATOR, 1 ether, 0, address(0), 0);
        uint256 burnt = ledger.getPooledEthByShares(bond - bonds.bondOf(OPERATOR).shares);
        assertApproxEqAbs(burnt, 2 ether, 10, "both");
        assertEq(bonds.totalUncovered(), 0, "paid");
    }

    /// @dev Else one bond would back new stake, and pay for old.
    function test_backingOf_LeavesOutWhatIsOwed() public {
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        bonds.burn(OPERATOR, 1 ether, 0, address(0), 0);
        bonds.deposit{value: 1.5 ether}(OPERATOR);
        uint256 backing = bonds.backingOf(OPERATOR);
        assertApproxEqAbs(ledger.getPooledEthByShares(backing), 0.5 ether, 10, "what is not owed");
        bonds.releaseOverdue(OPERATOR);
        assertApproxEqAbs(bonds.backingOf(OPERATOR), backing, 2, "as before");
        bonds.burn(OPERATOR, 2 ether, 0, address(0), 0);
        bonds.deposit{value: 1 ether}(OPERATOR);
        assertEq(bonds.backingOf(OPERATOR), 0, "all is owed");
    }

    /// @dev As much as there is; the rest with what is added.
    function test_releaseOverdue_BurnsWhatIsAdded() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        giveUp(s);
        bonds.deposit{value: 0.5 ether}(OPERATOR);
        bonds.releaseOverdue(OPERATOR);
        assertApproxEqAbs(bonds.totalUncovered(), 1.5 ether, 2, "the rest");
        bonds.deposit{value: 3 ether}(OPERATOR);
        // a manager cannot claim it either
        vm.prank(manager);
        vm.expectPartialRevert(IBondVault.SharesNeeded.selector);
        bonds.requestClaim(OPERATOR, 2 ether);
        bonds.releaseOverdue(OPERATOR);
        assertEq(bonds.totalUncovered(), 0, "all");
    }

    /// @dev What slashings left uncovered, and other operators' keys, are no matter of a key that comes back.
    function test_releaseOverdue_LeavesWhatElseIsUncovered() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 249.5 ether, 32 * ETHER, address(0));
        bonds.lock(OPERATOR, 8, 0.5 ether - GRAIN, 32 * ETHER, address(0));
        uint256 slashed = bonds.settle(8, 22 * ETHER, false, 0);
        assertEq(slashed, 9.5 ether + GRAIN, "of a slashing");
        bonds.burn(RIVAL, 251 ether, 0, address(0), 0);
        giveUp(s);
        assertEq(bonds.totalUncovered(), slashed + 1 ether + 2 ether, "of a slashing, a rival, two keys");
        bonds.settle(7, 32 * ETHER, true, 0);
        proveLate("key0");
        proveLate("key1");
        bonds.releaseOverdue(RIVAL);
        assertEq(bonds.totalUncovered(), slashed + 3 ether, "another's release");
        bonds.releaseOverdue(OPERATOR);
        assertEq(bonds.totalUncovered(), slashed + 1 ether, "the keys' alone");
        // the bond pays for the slashing in the end
        assertEq(bonds.settle(8, 22 * ETHER, true, 0), 0, "paid");
        assertEq(bonds.totalUncovered(), 1 ether, "the rival's");
    }

    /// @dev In whatever order keys are lost and come back, it is the same that is missing in the end.
    function test_burnOverdue_CountsWhatWasBurntForKeysThatCameBack() public {
        KeySet memory s = committedAndPredeposited("pair");
        giveUp(keySet(keys, "key0"));
        assertOwed(OPERATOR, 1, 0);
        proveLate("key0");
        bonds.lock(OPERATOR, 7, 249 ether, 32 * ETHER, address(0));
        assertOwed(OPERATOR, 0, -1 ether);
        bonds.lockOverdue(OPERATOR, s.root, keySet(keys, "key1").gindices);
        bonds.burnOverdue(OPERATOR, s.root, keySet(keys, "key1").gindices);
        // a rest of a grain was free
        int256 rest = int256(GRAIN) - 1;
        assertOwed(OPERATOR, 1, -rest);
        assertEq(bonds.totalUncovered(), 0, "1 ETH was lost, 1 ETH burnt");
        bonds.settle(7, 32 * ETHER, true, 0);
        proveLate("key1");
        bonds.releaseOverdue(OPERATOR);
        assertOwed(OPERATOR, 0, -1 ether - rest);
        assertEq(bonds.totalUncovered(), 0, "none");
    }

    /// @dev A lost key that is shown to be foreign has not come back; a duplicate has.
    function test_releaseOverdue_OfForeignKeysAndDuplicates() public {
        KeySet memory s = committedAndPredeposited("pair");
        bonds.lock(OPERATOR, 7, 250 ether, 32 * ETHER, address(0));
        giveUp(s);
        markForeign(keySet(keys, "key0"));
        bonds.releaseOverdue(OPERATOR);
        assertOwed(OPERATOR, 2, 2 ether);
        assertEq(bonds.totalUncovered(), 2 ether, "both");
        KeySet memory copied = keySet(keys, "key1");
        validatorRegistry.markDuplicate(
            OPERATOR,
            copied.root,
            copied.gindices[0],
            keccak256(copied.keys[0].pubkey),
            copied.signatureHashes[0],
            copied.proof
        );
        bonds.releaseOverdue(OPERATOR);
        assertOwed(OPERATOR, 1, 1 ether);
        assertEq(bonds.totalUncovered(), 1 ether, "the foreign one");
    }

    /* PARAMETERS */

    function testFuzz_setBondRatio_WithinBoundsByASmallStep(uint256 bp, bool curated) public {
        bp = bound(bp, 0, 6_000);
        uint256 old = bonds.bondRatioBp(curated);
        bool tooLarge = (bp > old ? bp - old : old - bp) > 100;
        bool refused = bp < 313 || tooLarge;
        if (tooLarge) {
            expectTooLarge(curated ? bytes32("curatedBondRatioBp") : bytes32("bondRatioBp"), old, bp);
        } else if (refused) {
            vm.expectRevert(abi.encodeWithSelector(IBondVault.BondRatioOutOfBounds.selector, bp, 313, 5_000));
        } else {
            vm.expectEmit(address(bonds));
            emit IBondVault.BondRatioSet(curated, old, bp);
        }
        bonds.setBondRatio(curated, bp);
        assertEq(bonds.bondRatioBp(curated), refused ? old : bp, "ratio");
    }

    /// @dev Each class has a period of its own.
    function test_setBondRatio_RevertWhen_TooSoon() public {
        uint256 nextAt = currentTime() + STEP_PERIOD;
        bonds.setBondRatio(false, BOND_RATIO_BP + 100);
        bonds.setBondRatio(true, CURATED_BOND_RATIO_BP + 100);
        vm.warp(nextAt - 1);
        expectTooSoon("bondRatioBp", nextAt);
        bonds.setBondRatio(false, BOND_RATIO_BP);
        expectTooSoon("curatedBondRatioBp", nextAt);
        bonds.setBondRatio(true, CURATED_BOND_RATIO_BP);
        vm.warp(nextAt);
        bonds.setBondRatio(false, BOND_RATIO_BP);
        expectTooLarge("curatedBondRatioBp", CURATED_BOND_RATIO_BP + 100, CURATED_BOND_RATIO_BP + 201);
        bonds.setBondRatio(true, CURATED_BOND_RATIO_BP + 201);
        bonds.setBondRatio(true, CURATED_BOND_RATIO_BP + 200);
    }

    function test_constructor_RevertWhen_BadInput() public {
        IAuthority a = IAuthority(address(authority));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newBondVault(
            a,
            IStakedEther(address(0)),
            wrapper,
            operatorRegistry,
            validatorRegistry,
            400,
            400,
            CLAIM_DELAY
        );
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newBondVault(
            a,
            ledger,
            IWrappedStakedEther(address(0)),
            operatorRegistry,
            validatorRegistry,
            400,
            400,
            CLAIM_DELAY
        );
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newBondVault(
            a,
            ledger,
            wrapper,
            IOperatorRegistry(address(0)),
            validatorRegistry,
            400,
            400,
            CLAIM_DELAY
        );
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newBondVault(
            a,
            ledger,
            wrapper,
            operatorRegistry,
            IValidatorRegistry(address(0)),
            400,
            400,
            CLAIM_DELAY
        );
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondRatioOutOfBounds.selector, 312, 313, 5_000));
        factory.newBondVault(a, ledger, wrapper, operatorRegistry, validatorRegistry, 312, 400, CLAIM_DELAY);
        vm.expectRevert(abi.encodeWithSelector(IBondVault.BondRatioOutOfBounds.selector, 5_001, 313, 5_000));
        factory.newBondVault(
            a,
            ledger,
            wrapper,
            operatorRegistry,
            validatorRegistry,
            400,
            5_001,
            CLAIM_DELAY
        );
    }

    /* INTERNAL */

    function committedAndPredeposited(string memory name) private returns (KeySet memory s) {
        s = committed(OPERATOR, name);
        predeposit(OPERATOR, s);
    }

    function giveUp(KeySet memory s) private {
        vm.warp(vm.getBlockTimestamp() + (PREDEPOSIT_DEADLINE * 9) / 4);
        bonds.lockOverdue(OPERATOR, s.root, s.gindices);
        bonds.burnOverdue(OPERATOR, s.root, s.gindices);
    }

    /// @dev A lost key's stake is new stake, to be drawn for.
    function proveLate(string memory name) private {
        freshRoot();
        vm.mockCall(address(allocator), abi.encodeCall(allocator.spend, (OPERATOR, 32)), "");
        proveAndTopUp(OPERATOR, keySet(keys, name), amountsOf(1, 0));
    }

    function markForeign(KeySet memory s) private {
        validatorRegistry.markForeign(
            OPERATOR,
            s.root,
            s.gindices[0],
            keccak256(s.keys[0].pubkey),
            s.signatureHashes[0],
            s.proof
        );
    }

    function assertOwed(uint256 operatorId, uint256 lostKeys, int256 owed) private view {
        IBondVault.OverdueLock memory o = bonds.overdueOf(operatorId);
        assertEq(uint256(o.lostKeys), lostKeys, "lost keys");
        assertEq(int256(o.owed), owed, "owed");
    }

    /// @dev The same state under a root of this hour.
    function allBonds() private view returns (uint256) {
        return uint256(bonds.bondOf(OPERATOR).shares) + bonds.bondOf(RIVAL).shares;
    }
}
