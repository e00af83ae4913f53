// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {IDepositContract} from "../../../contracts/interfaces/IDepositContract.sol";
import {IEtherVault} from "../../../contracts/interfaces/IEtherVault.sol";
import {IShareLedger} from "../../../contracts/interfaces/IShareLedger.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {PoolMath} from "../../../contracts/libraries/PoolMath.sol";
import {TokenTest} from "../../utils/TokenTest.sol";

/// @notice kETH as stakers and guardians meet it.
contract StakedEtherTest is TokenTest {
    address private alice;
    address private bob = makeAddr("bob");
    /// @dev All the shares whose units fit the pool's slot.
    uint256 private constant MOST_SHARES = PoolMath.MAX_UNITS / 1e6;

    function setUp() public override {
        super.setUp();
        alice = makeStaker("alice", 100 ether);
    }

    /* CONSTRUCTOR */

    function test_constructor_LocksTheSeed() public view {
        assertEq(ledger.sharesOf(address(ledger)), SEED, "seed shares");
        assertEq(ledger.unitsOf(address(ledger)), SEED * 1e6, "seed units");
        assertEq(ledger.lastReportFrame(), FIRST_FRAME, "frame");
        assertEq(
            ledger.frameTime(FIRST_FRAME),
            GENESIS_TIME + FIRST_FRAME * FRAME_SECONDS,
            "time of the frame"
        );
        assertEq(ledger.delegates(address(ledger)), address(0), "the seed does not vote");
    }

    function test_constructor_KeepsTheParameters() public view {
        assertEq(abi.encode(ledger.parameters()), abi.encode(ledgerParameters()), "parameters");
        assertEq(ledger.depositContract(), DEPOSIT_CONTRACT, "deposit contract");
        assertEq(
            ledger.withdrawalCredentials(),
            bytes32(abi.encodePacked(bytes1(0x02), bytes11(0), address(withdrawalVault))),
            "credentials"
        );
        assertEq(address(ledger.withdrawalVault()), address(withdrawalVault), "withdrawal vault");
        assertEq(address(ledger.rewardsVault()), address(rewardsVault), "rewards vault");
    }

    function _deploy(uint256 seed, IStakedEther.Parameters memory p) private {
        factory.newStakedEther{value: seed}(
            IAuthority(address(authority)),
            IDepositContract(DEPOSIT_CONTRACT),
            validatorRegistry,
            IEtherVault(address(withdrawalVault)),
            IEtherVault(address(rewardsVault)),
            p
        );
    }

    function _assertRefused(
        uint256 seed,
        IStakedEther.Parameters memory p,
        bytes32 name,
        uint256 value
    ) private {
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.ParameterOutOfBounds.selector, name, value));
        _deploy(seed, p);
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IStakedEther.Parameters memory p = ledgerParameters();
        _assertRefused(0.1 ether - 1, p, "seed", 0.1 ether - 1);
        p.genesisTime = uint64(block.timestamp);
        _assertRefused(1 ether, p, "genesisTime", block.timestamp);
        p = ledgerParameters();
        p.frameSeconds = 95;
        _assertRefused(1 ether, p, "frameSeconds", 95);
        p.frameSeconds = 30 days + 1;
        _assertRefused(1 ether, p, "frameSeconds", 30 days + 1);
        p = ledgerParameters();
        p.maxGainBpPerYear = 0;
        _assertRefused(1 ether, p, "maxGainBpPerYear", 0);
        p.maxGainBpPerYear = 100_000_001;
        _assertRefused(1 ether, p, "maxGainBpPerYear", 100_000_001);
        p = ledgerParameters();
        p.maxFeeBp = 2_501;
        _assertRefused(1 ether, p, "maxFeeBp", 2_501);
        p = ledgerParameters();
        p.maxDripBpPerYear = 0;
        _assertRefused(1 ether, p, "maxDripBpPerYear", 0);
        p.maxDripBpPerYear = 100_000_001;
        _assertRefused(1 ether, p, "maxDripBpPerYear", 100_000_001);
        _deploy(0.1 ether, ledgerParameters());
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IAuthority a = IAuthority(address(authority));
        IDepositContract d = IDepositContract(DEPOSIT_CONTRACT);
        IValidatorRegistry r = validatorRegistry;
        IEtherVault v = IEtherVault(address(rewardsVault));
        IStakedEther.Parameters memory p = ledgerParameters();
        bytes4 zero = Guarded.ZeroAddress.selector;
        vm.expectRevert(zero);
        factory.newStakedEther{value: 1 ether}(IAuthority(address(0)), d, r, v, v, p);
        vm.expectRevert(zero);
        factory.newStakedEther{value: 1 ether}(a, IDepositContract(address(0)), r, v, v, p);
        vm.expectRevert(zero);
        factory.newStakedEther{value: 1 ether}(a, d, IValidatorRegistry(address(0)), v, v, p);
        vm.expectRevert(zero);
        factory.newStakedEther{value: 1 ether}(a, d, r, IEtherVault(address(0)), v, p);
        vm.expectRevert(zero);
        factory.newStakedEther{value: 1 ether}(a, d, r, v, IEtherVault(address(0)), p);
    }

    /* STAKING */

    function test_stake_MintsSharesAndTells() public {
        hoax(bob, 3 ether);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(address(0), bob, 3 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(address(0), bob, 3 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.Staked(bob, bob, 3 ether, 3 ether, address(7));
        assertEq(ledger.stake{value: 3 ether}(address(7)), 3 ether, "returned");
        assertEq(ledger.sharesOf(bob), 3 ether, "shares");
        assertEq(ledger.balanceOf(bob), 3 ether, "balance");
        assertEq(ledger.totalSupply(), 104 ether, "supply");
        assertEq(ledger.getTotalPooledEther(), 104 ether, "pooled");
        assertEq(ledger.getTotalShares(), 104 ether, "all shares");
        assertEq(ledger.buffer(), 104 ether, "buffer");
        assertEq(ledger.surplus(), 0, "surplus");
    }

    function test_stake_RoundsDownAtAnOddRate() public {
        setRate(3e18 + 7);
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 units = ledger.totalUnits();
        hoax(bob, 1 ether);
        uint256 shares = ledger.stake{value: 1 ether}(address(0));
        assertEq(ledger.unitsOf(bob), (1 ether * units) / pooled, "units, rounded down");
        assertEq(shares, ledger.unitsOf(bob) / 1e6, "shares, rounded down");
        assertLe(ledger.balanceOf(bob), 1 ether, "worth more than paid");
        assertGe(ledger.balanceOf(bob), 1 ether - 1, "worth less than dust below what was paid");
    }

    function test_receive_StakesPlainEther() public {
        hoax(bob, 2 ether);
        (bool sent, ) = address(ledger).call{value: 2 ether}("");
        assertTrue(sent, "sent");
        assertEq(ledger.sharesOf(bob), 2 ether, "shares");
    }

    function test_stake_RevertWhen_NothingIsStaked() public {
        vm.startPrank(alice);
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        ledger.stake(address(0));
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        ledger.stakeFor(bob, 0, address(0));
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        ledger.stakeForUnits(address(0));
        vm.expectRevert(IStakedEther.ZeroStake.selector);
        (bool sent, ) = address(ledger).call("");
        sent;
        vm.stopPrank();
    }

    function test_stake_RevertWhen_TheStakeIsWorthNoShare() public {
        setRate(2e18);
        vm.startPrank(alice);
        vm.deal(alice, 10);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.StakeTooSmall.selector, 1));
        ledger.stake{value: 1}(address(0));
        assertEq(ledger.stake{value: 2}(address(0)), 1, "two wei are one share");
        vm.stopPrank();
    }

    function test_stakeFor_MintsToTheReceiver() public {
        vm.deal(alice, 5 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.Staked(alice, bob, 5 ether, 5 ether, address(0));
        vm.prank(alice);
        assertEq(ledger.stakeFor{value: 5 ether}(bob, 5 ether, address(0)), 5 ether, "returned");
        assertEq(ledger.sharesOf(bob), 5 ether, "receiver");
        assertEq(ledger.sharesOf(alice), 100 ether, "payer");
    }

    function test_stakeFor_RevertWhen_BelowTheFloor() public {
        vm.deal(alice, 5 ether);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.SharesBelowFloor.selector, 5 ether, 5 ether + 1));
        ledger.stakeFor{value: 5 ether}(bob, 5 ether + 1, address(0));
    }

    function test_stakeFor_RevertWhen_TheReceiverCannotHold() public {
        vm.deal(alice, 5 ether);
        vm.startPrank(alice);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(ledger)));
        ledger.stakeFor{value: 1 ether}(address(ledger), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(0)));
        ledger.stakeFor{value: 1 ether}(address(0), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, address(queue)));
        ledger.stakeFor{value: 1 ether}(address(queue), 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, address(wrapper)));
        ledger.stakeFor{value: 1 ether}(address(wrapper), 0, address(0));
        vm.stopPrank();
    }

    function test_stakeForUnits_ReturnsUnits() public {
        hoax(bob, 2 ether);
        assertEq(ledger.stakeForUnits{value: 2 ether}(address(0)), 2 ether * 1e6, "units");
    }

    /* SHARES AND UNITS */

    function test_transferShares_MovesSharesAndTellsTheirValue() public {
        setRate(1.5e18);
        vm.expectEmit(address(ledger));
        emit IERC20.Transfer(alice, bob, 15 ether);
        vm.expectEmit(address(ledger));
        emit IStakedEther.TransferShares(alice, bob, 10 ether);
        vm.prank(alice);
        assertEq(ledger.transferShares(bob, 10 ether), 15 ether, "value");
        assertEq(ledger.sharesOf(bob), 10 ether, "receiver");
        assertEq(ledger.sharesOf(alice), 90 ether, "sender");
    }

    function test_transferShares_RevertWhen_MoreThanHeld() public {
        vm.startPrank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                100 ether,
                100 ether + 1
            )
        );
        ledger.transferShares(bob, 100 ether + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                100 ether,
                MOST_SHARES
            )
        );
        ledger.transferShares(bob, MOST_SHARES);
        ledger.transferShares(bob, 100 ether);
        vm.stopPrank();
        assertEq(ledger.unitsOf(alice), 0, "all of it may go");
    }

    function test_transferShares_RevertWhen_MoreThanHeldTellsEther() public {
        setRate(1.5e18);
        vm.prank(alice);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                150 ether,
                153 ether
            )
        );
        ledger.transferShares(bob, 102 ether);
    }

    function test_transferShares_RevertWhen_MoreThanCanExist() public {
        uint256[2] memory tooMany = [MOST_SHARES + 1, type(uint256).max];
        vm.prank(alice);
        ledger.approve(bob, type(uint256).max);
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(PoolMath.PoolOverflow.selector, tooMany[i], 88);
            vm.prank(alice);
            vm.expectRevert(refused);
            ledger.transferShares(bob, tooMany[i]);
            vm.prank(bob);
            vm.expectRevert(refused);
            ledger.transferSharesFrom(alice, bob, tooMany[i]);
            vm.expectRevert(refused);
            ledger.getPooledEthByShares(tooMany[i]);
        }
    }

    function test_transferSharesFrom_ChargesTheValueRoundedUp() public {
        setRate(1.5e18);
        vm.prank(alice);
        ledger.approve(bob, 15 ether + 2);
        vm.startPrank(bob);
        assertEq(ledger.transferSharesFrom(alice, bob, 10 ether), 15 ether, "value");
        assertEq(ledger.allowance(alice, bob), 2, "an exact value is charged as it is");
        // one share is worth 1.5 wei: told as 1, charged as 2
        assertEq(ledger.transferSharesFrom(alice, bob, 1), 1, "value, rounded down");
        assertEq(ledger.allowance(alice, bob), 0, "charge, rounded up");
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, 2));
        ledger.transferSharesFrom(alice, bob, 1);
        vm.stopPrank();
    }

    /// @dev At a rate below one a share is worth less than a wei: still none is free to a spender.
    function test_transferSharesFrom_IsNeverFree() public {
        setRate(0.5e18);
        vm.prank(alice);
        ledger.approve(bob, 1);
        vm.startPrank(bob);
        assertEq(ledger.transferSharesFrom(alice, bob, 1), 0, "half a wei is told as nothing");
        assertEq(ledger.allowance(alice, bob), 0, "and charged as one");
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, bob, 0, 1));
        ledger.transferSharesFrom(alice, bob, 1);
        vm.stopPrank();
    }

    function test_transferSharesFrom_RevertWhen_MoreThanHeld() public {
        vm.prank(alice);
        ledger.approve(bob, type(uint256).max);
        vm.prank(bob);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientBalance.selector,
                alice,
                100 ether,
                100 ether + 1
            )
        );
        ledger.transferSharesFrom(alice, bob, 100 ether + 1);
        assertEq(ledger.allowance(alice, bob), type(uint256).max, "endless allowance");
    }

    function test_pull_MovesAgainstTheAllowance() public {
        setRate(1.25e18);
        vm.prank(alice);
        ledger.approve(bob, 10 ether);
        vm.startPrank(bob);
        assertEq(ledger.pull(alice, 5 ether), 4 ether * 1e6, "units");
        assertEq(ledger.balanceOf(bob), 5 ether, "receiver");
        assertEq(ledger.allowance(alice, bob), 5 ether, "allowance");
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                bob,
                5 ether,
                5 ether + 1
            )
        );
        ledger.pull(alice, 5 ether + 1);
        assertEq(ledger.push(alice, 5 ether), 4 ether * 1e6, "pushed back");
        vm.stopPrank();
        assertEq(ledger.sharesOf(alice), 100 ether, "whole again");
    }

    /* PAUSE OF STAKING */

    function test_pauseStaking_StopsStakesAndNothingElse() public {
        uint256 until = block.timestamp + 1 days;
        vm.expectEmit(address(ledger));
        emit IStakedEther.StakingPaused(address(this), until);
        ledger.pauseStaking(1 days);
        (bool paused, uint256 end) = ledger.stakingPause();
        assertTrue(paused, "paused");
        assertEq(end, until, "until");

        bytes memory refused = abi.encodeWithSelector(IStakedEther.StakingIsPaused.selector, until);
        vm.deal(alice, 5 ether);
        vm.startPrank(alice);
        vm.expectRevert(refused);
        ledger.stake{value: 1 ether}(address(0));
        vm.expectRevert(refused);
        ledger.stakeFor{value: 1 ether}(bob, 0, address(0));
        vm.expectRevert(refused);
        wrapper.depositEther{value: 1 ether}(alice, 0, address(0));
        ledger.transfer(bob, 1 ether);
        ledger.approve(address(wrapper), 1 ether);
        wrapper.deposit(1 ether, alice);
        vm.stopPrank();
        reportRewards(0.01 ether);
        (paused, ) = ledger.stakingPause();
        assertFalse(paused, "a frame has passed");
    }

    function test_pauseStaking_EndsByItself() public {
        ledger.pauseStaking(100);
        vm.deal(alice, 5 ether);
        skipTime(99);
        vm.prank(alice);
        vm.expectPartialRevert(IStakedEther.StakingIsPaused.selector);
        ledger.stake{value: 1 ether}(address(0));
        skipTime(1);
        (bool paused, ) = ledger.stakingPause();
        assertFalse(paused, "over");
        vm.expectEmit(address(ledger));
        emit IStakedEther.StakingResumed(alice);
        vm.prank(alice);
        ledger.stake{value: 1 ether}(address(0));
        vm.recordLogs();
        vm.prank(alice);
        ledger.stake{value: 1 ether}(address(0));
        assertEq(vm.getRecordedLogs().length, 3, "told once only");
    }

    function test_pauseStaking_SurvivesAReport() public {
        ledger.pauseStaking(14 days);
        reportRewards(0.01 ether);
        (bool paused, ) = ledger.stakingPause();
        assertTrue(paused, "the report ended the pause");
    }

    function test_pauseStaking_RevertGiven_APauseIsRunning() public {
        ledger.pauseStaking(1 days);
        uint256 until = vm.getBlockTimestamp() + 1 days;
        skipTime(1 days - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.StakingIsPaused.selector, until));
        ledger.pauseStaking(14 days);
        skipTime(1);
        ledger.pauseStaking(14 days);
    }

    function test_pauseStaking_RevertWhen_TheDurationIsOutOfBounds() public {
        vm.expectRevert(
            abi.encodeWithSelector(IStakedEther.ParameterOutOfBounds.selector, bytes32("duration"), 0)
        );
        ledger.pauseStaking(0);
        vm.expectRevert(
            abi.encodeWithSelector(
                IStakedEther.ParameterOutOfBounds.selector,
                bytes32("duration"),
                14 days + 1
            )
        );
        ledger.pauseStaking(14 days + 1);
    }

    function test_resumeStaking_ByTheResumerAtAnyTime() public {
        ledger.pauseStaking(1 days);
        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.RESUMER));
        ledger.resumeStaking();
        vm.expectEmit(address(ledger));
        emit IStakedEther.StakingResumed(address(this));
        ledger.resumeStaking();
        vm.deal(alice, 1 ether);
        vm.prank(alice);
        ledger.stake{value: 1 ether}(address(0));
    }

    function test_resumeStaking_ByAnyoneAfterItsEnd() public {
        ledger.pauseStaking(1 days);
        skipTime(1 days);
        vm.expectEmit(address(ledger));
        emit IStakedEther.StakingResumed(alice);
        vm.prank(alice);
        ledger.resumeStaking();
    }

    /// @dev Else anyone could tell the world that staking was resumed, as often as he likes.
    function test_resumeStaking_RevertGiven_NothingIsPaused() public {
        vm.startPrank(alice);
        vm.expectRevert(IStakedEther.StakingNotPaused.selector);
        ledger.resumeStaking();
        vm.stopPrank();
        ledger.pauseStaking(1);
        skipTime(1);
        ledger.resumeStaking();
        vm.expectRevert(IStakedEther.StakingNotPaused.selector);
        ledger.resumeStaking();
    }

    /* CLOSED ACCOUNTS */

    function test_closeAccount_IsForEver() public {
        authority.grantRole(Roles.CLOSED_ACCOUNT, bob);
        vm.expectEmit(address(ledger));
        emit IStakedEther.AccountClosedForOthers(bob);
        vm.prank(alice);
        ledger.closeAccount(bob);
        authority.revokeRole(Roles.CLOSED_ACCOUNT, bob);
        assertTrue(ledger.isClosed(bob), "closed");
        assertFalse(ledger.isClosed(alice), "another");

        vm.prank(alice);
        vm.expectRevert(abi.encodeWithSelector(IShareLedger.AccountClosed.selector, bob));
        ledger.transfer(bob, 1);
        // it may bring shares in itself, and send what it has
        vm.deal(bob, 2 ether);
        vm.startPrank(bob);
        ledger.stake{value: 1 ether}(address(0));
        ledger.transfer(alice, 0.5 ether);
        vm.stopPrank();
        vm.prank(alice);
        ledger.approve(bob, 1 ether);
        vm.prank(bob);
        ledger.transferFrom(alice, bob, 1 ether);
        assertEq(ledger.balanceOf(bob), 1.5 ether, "brought in");
    }

    function test_closeAccount_RevertWhen_TheAccountLacksTheRole() public {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, alice, Roles.CLOSED_ACCOUNT));
        ledger.closeAccount(alice);
    }

    function test_transfer_RevertWhen_ToAClosedAccount() public {
        vm.prank(alice);
        ledger.approve(bob, 10 ether);
        address[2] memory closed = [address(queue), address(wrapper)];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory refused = abi.encodeWithSelector(IShareLedger.AccountClosed.selector, closed[i]);
            vm.startPrank(alice);
            vm.expectRevert(refused);
            ledger.transfer(closed[i], 1 ether);
            vm.expectRevert(refused);
            ledger.transfer(closed[i], 0);
            vm.expectRevert(refused);
            ledger.transferShares(closed[i], 1 ether);
            vm.expectRevert(refused);
            ledger.push(closed[i], 1 ether);
            vm.stopPrank();
            vm.startPrank(bob);
            vm.expectRevert(refused);
            ledger.transferFrom(alice, closed[i], 1 ether);
            vm.expectRevert(refused);
            ledger.transferSharesFrom(alice, closed[i], 1 ether);
            vm.stopPrank();
        }
    }

    /* ATTACKS ON THE RATE */

    function test_forcedEther_ChangesNothingUntilAReport() public {
        uint256 pooled = ledger.getTotalPooledEther();
        vm.deal(address(ledger), address(ledger).balance + 0.02 ether);
        assertEq(ledger.getTotalPooledEther(), pooled, "pooled ether");
        assertEq(ledger.getPooledEthByShares(1e18), 1e18, "rate");
        assertEq(ledger.surplus(), 0.02 ether, "surplus");
        // the report that finds it was made before it came, or knew nothing of it
        vm.expectEmit(address(ledger));
        emit IStakedEther.SurplusFound(0.02 ether);
        report(0);
        assertEq(ledger.surplus(), 0, "found");
        assertEq(ledger.booksAt(200).sweptRewards, 0.02 ether, "in the books");
        assertEq(ledger.getTotalPooledEther(), pooled, "not yet a gain");
        // the next one tells of it as of any reward
        report(0);
        assertEq(ledger.booksAt(200).profit > 0, true, "booked");
        assertEq(ledger.getPooledEthByShares(1e18), 1e18, "no jump");
        skipTime(FRAME_SECONDS * 2);
        assertApproxEqAbs(ledger.getTotalPooledEther(), pooled + 0.02 ether, 0.0001 ether, "dripped");
    }

    /// @dev The classic theft: own the only shares, gift the pool a fortune, let the victim's stake round to nothing.
    function test_stake_CannotBeRobbedByTheFirstDepositor() public {
        address thief = makeStaker("thief", 1);
        vm.deal(address(ledger), address(ledger).balance + 1_000 ether);
        vm.deal(address(rewardsVault), 1_000 ether);
        reportRewards(0);
        reportRewards(0);
        skipTime(FRAME_SECONDS * 30);
        address victim = makeStaker("victim", 1 ether);
        assertGe(ledger.balanceOf(victim), 1 ether - 1, "the victim's stake");
        assertLe(ledger.balanceOf(thief), 2, "the thief's");
    }

    /* VIEWS */

    function test_metadata() public view {
        assertEq(ledger.name(), "Kedge Staked Ether");
        assertEq(ledger.symbol(), "kETH");
        assertEq(ledger.decimals(), 18);
        assertEq(ledger.CLOCK_MODE(), "mode=timestamp");
        assertEq(ledger.clock(), block.timestamp);
    }

    function test_conversions_RoundDown() public {
        setRate(1.5e18);
        assertEq(ledger.getPooledEthByShares(1), 1, "1.5 wei");
        assertEq(ledger.getPooledEthByShares(2), 3, "3 wei");
        assertEq(ledger.getSharesByPooledEth(1), 0, "2/3 of a share");
        assertEq(ledger.getSharesByPooledEth(3), 2, "2 shares");
        assertEq(ledger.getPooledEthByUnits(1e6), 1, "1.5 wei of units");
        (uint256 down, uint256 up) = ledger.unitsForEther(1);
        assertEq(down, 666_666, "units down");
        assertEq(up, 666_667, "units up");
    }

    /* ROLES */

    function test_guardedFunctions_RevertWhen_CalledByAStranger() public {
        vm.startPrank(alice);
        _expectUnauthorized(alice, Roles.DEPOSITOR);
        depositSome(0, 0);
        _expectUnauthorized(alice, Roles.ACCOUNTING);
        ledger.collect(0, 0);
        IStakedEther.Booking memory b = quietBooking(FIRST_FRAME + 1);
        _expectUnauthorized(alice, Roles.ACCOUNTING);
        ledger.bookReport(b);
        _expectUnauthorized(alice, Roles.WITHDRAWAL_QUEUE);
        ledger.redeem(1, 1);
        _expectUnauthorized(alice, Roles.SHARE_BURNER);
        ledger.burnShares(1);
        _expectUnauthorized(alice, Roles.PAUSER);
        ledger.pauseStaking(1);
        vm.deal(alice, 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.NotAVault.selector, alice));
        ledger.receiveSwept{value: 1 ether}();
        _expectUnauthorized(alice, Roles.LEDGER);
        withdrawalVault.sweep(0);
        _expectUnauthorized(alice, Roles.LEDGER);
        rewardsVault.sweep(0);
        vm.stopPrank();
    }

    function _expectUnauthorized(address account, bytes32 role) private {
        vm.expectRevert(abi.encodeWithSelector(Guarded.Unauthorized.selector, account, role));
    }
}
