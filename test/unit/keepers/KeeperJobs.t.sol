// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconDepositor} from "../../../contracts/interfaces/IBeaconDepositor.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IKeeperJobs} from "../../../contracts/interfaces/IKeeperJobs.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {KeeperJobs} from "../../../contracts/keepers/KeeperJobs.sol";
import {JOB_FINALIZE, JOB_PROVE, JOB_WITNESS} from "../../../contracts/types/KeeperJob.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {NamedFinalization__Mock} from "../../mocks/NamedFinalization__Mock.sol";
import {Keepers} from "../../utils/Keepers.sol";

/// @notice What is paid for finalising and for proofs of validators; and what is not.
contract KeeperJobsTest is Keepers {
    uint256 private constant FINALIZE = 200_000 * BASE_FEE;

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        KeeperJobs.Contracts memory c = contracts();
        c.keeperBudget = IKeeperBudget(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newKeeperJobs(c, jobParameters());
        c = contracts();
        c.depositor = IBeaconDepositor(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newKeeperJobs(c, jobParameters());
    }

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IKeeperJobs.Parameters memory p = jobParameters();
        p.maxBaseFee = 1_000 gwei + 1;
        _expectRefused(p, "maxBaseFee", 1_000 gwei + 1);
        p = jobParameters();
        p.rise = 59;
        _expectRefused(p, "rise", 59);
        p.rise = 7 days + 1;
        _expectRefused(p, "rise", 7 days + 1);
        p = jobParameters();
        p.proveGas = 1_000_001;
        _expectRefused(p, "proveGas", 1_000_001);
        p = jobParameters();
        p.triggerMoreGas = 200_001;
        _expectRefused(p, "triggerMoreGas", 200_001);
        p = jobParameters();
        p.minFinalize = 0.01 ether - 1;
        _expectRefused(p, "minFinalize", 0.01 ether - 1);
        p = jobParameters();
        p.minTrigger = 1 ether - 1;
        _expectRefused(p, "minTrigger", 1 ether - 1);
        assertEq(abi.encode(jobs.parameters()), abi.encode(jobParameters()), "told as they came");
    }

    /* FINALISING */

    /// @dev PAY-4: from nothing, when the report comes, to the figure.
    function test_finalize_PaysByTheTimeSinceTheReport() public {
        report(0);
        finalizer.tell(1 ether);
        vm.startPrank(caller);
        uint256 state = vm.snapshotState();
        (uint256 shares, uint256 amount) = jobs.finalize();
        assertEq(shares + amount, 2 ether, "what the queue says");
        assertEq(paid(), 0, "at once it is worth nothing");
        vm.revertToState(state);

        skipTime(RISE / 4);
        jobs.finalize();
        expectPaid(FINALIZE / 4, "a quarter");
        vm.revertToState(state);

        skipTime(RISE);
        jobs.finalize();
        expectPaid(FINALIZE, "all");
        vm.revertToState(state);

        skipTime(5 * RISE);
        jobs.finalize();
        expectPaid(FINALIZE, "no more than all");
    }

    function test_finalize_PaysUpToTheHighestBaseFee() public {
        report(0);
        finalizer.tell(1 ether);
        skipTime(RISE);
        vm.fee(1_000 gwei);
        vm.prank(caller);
        jobs.finalize();
        expectPaid(200_000 * 100 gwei, "a hundred gwei");
    }

    /// @dev Whoever splits what there is to do is paid for the first part, and waits for the others.
    function test_finalize_PaysNothing_ForSplitOrSmallFinalisations() public {
        report(0);
        skipTime(RISE);
        vm.startPrank(caller);
        finalizer.tell(1 ether - 1);
        jobs.finalize();
        assertEq(paid(), 0, "below the minimum");
        finalizer.tell(1 ether);
        jobs.finalize();
        expectPaid(FINALIZE, "the first");
        for (uint256 i = 0; i < 10; ++i) jobs.finalize();
        expectPaid(FINALIZE, "all others");
        skipTime(RISE / 2);
        jobs.finalize();
        expectPaid(FINALIZE + FINALIZE / 2, "by the time since the last paid one");
    }

    /// @dev PAY-4: what a caller adds, earns nothing.
    function test_finalize_PaysTheSame_WhateverTheCallIsPaddedWith() public {
        report(0);
        finalizer.tell(1 ether);
        skipTime(RISE);
        uint256 state = vm.snapshotState();
        vm.prank(caller);
        jobs.finalize();
        uint256 plain = ledger.sharesOf(caller);
        vm.revertToState(state);
        vm.prank(caller);
        (bool ok, ) = address(jobs).call(bytes.concat(abi.encodeCall(jobs.finalize, ()), new bytes(20_000)));
        assertTrue(ok, "padded");
        assertEq(ledger.sharesOf(caller), plain, "the same");
        vm.revertToState(state);
        finalizer.tell(1_000 ether);
        vm.prank(caller);
        jobs.finalize();
        assertEq(ledger.sharesOf(caller), plain, "the same for more ether");
    }

    function test_finalize_RevertWhen_TheQueueRefuses() public {
        vm.expectRevert(NamedFinalization__Mock.NothingToDo.selector);
        jobs.finalize();
    }

    /// @dev Whoever has too little gas for the payment, or a budget that refuses, is told so: nothing is done for nothing.
    function test_finalize_RevertWhen_ThePaymentFails() public {
        report(0);
        finalizer.tell(1 ether);
        skipTime(RISE);
        authority.revokeRole(Roles.BUDGET_SPENDER, address(jobs));
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, address(jobs), Roles.BUDGET_SPENDER)
        );
        vm.prank(caller);
        jobs.finalize();
    }

    /// @dev Where nothing is left the work is done all the same.
    function test_finalize_GoesOn_WhereTheBudgetIsEmpty() public {
        report(0);
        finalizer.tell(1 ether);
        budget.setJobBudget(JOB_FINALIZE, 0);
        skipTime(RISE);
        vm.prank(caller);
        (, uint256 amount) = jobs.finalize();
        assertEq(amount, 1 ether, "done");
        assertEq(paid(), 0, "for nothing");
    }

    /* OTHER PROOFS */

    /// @dev Steps of a validator's life before its end are not paid: one could take them one by one.
    function test_proveWithdrawn_PaysForTheEndAlone() public {
        BeaconValidator memory v;
        v.withdrawableEpoch = uint64(epoch() + 10);
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0);
        _proveState(v);
        slashings.tell(IValidatorRegistry.ValidatorState.Exited, 0);
        warpToEpoch(epoch() + 20);
        _proveState(v);
        assertEq(paid(), 0, "not for these");
        slashings.tell(IValidatorRegistry.ValidatorState.Withdrawn, 0);
        uint256 from = GENESIS_TIME + v.withdrawableEpoch * EPOCH_SECONDS;
        vm.warp(from + RISE / 2);
        _proveState(v);
        expectPaid(100_000 * BASE_FEE, "by the time since its balance could be withdrawn");
        vm.expectPartialRevert(IValidatorRegistry.NothingNew.selector);
        _proveState(v);
    }

    function test_settle_PaysForWhatItBurns() public {
        report(0);
        skipTime(RISE);
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0);
        _settle();
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0.0499 ether);
        _settle();
        assertEq(paid(), 0, "too little");
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0.06 ether);
        _settle();
        assertApproxEqAbs(paid(), 300_000 * BASE_FEE, 1e9, "since the report");
        report(0);
        uint256 before = paid();
        _settle();
        assertApproxEqAbs(paid(), before, 1e12, "a report has just come");
    }

    /// @dev One loss, shown step by step, is paid once.
    function test_settle_PaysNothingForTheSecondStepAtOnce() public {
        report(0);
        skipTime(RISE);
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0.06 ether);
        _settle();
        uint256 before = paid();
        assertGt(before, 0, "paid");
        _settle();
        _settle();
        assertApproxEqAbs(paid(), before, 1e12, "once");
        skipTime(RISE);
        _settle();
        assertApproxEqAbs(paid(), 2 * before, 1e12, "and when it is due again");
    }

    /// @dev Each validator's loss is paid for by itself.
    function test_settle_PaysForEachValidator() public {
        report(0);
        skipTime(RISE);
        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0.06 ether);
        _settle();
        BeaconValidator memory v;
        vm.prank(caller);
        jobs.settle(recent(), 105, v, new bytes32[](0), 0, new bytes32[](0));
        assertApproxEqAbs(paid(), 600_000 * BASE_FEE, 1e12, "both");
        assertEq(jobs.lastSettledAt(105), currentTime(), "when");
        assertEq(jobs.lastSettledAt(106), 0, "no other");
    }

    /// @dev PAY-2: whatever keepers tell is paid from the budget of its own job.
    function test_pay_ComesOutOfTheJobsOwnBudget() public {
        report(0);
        skipTime(RISE);
        uint256 state = vm.snapshotState();
        finalizer.tell(1 ether);
        vm.prank(caller);
        jobs.finalize();
        expectPaidFrom(JOB_FINALIZE);
        vm.revertToState(state);

        slashings.tell(IValidatorRegistry.ValidatorState.Active, 0.06 ether);
        _settle();
        expectPaidFrom(JOB_WITNESS);
        vm.revertToState(state);

        BeaconValidator memory v;
        v.withdrawableEpoch = uint64(epoch() - 20);
        slashings.tell(IValidatorRegistry.ValidatorState.Withdrawn, 0);
        _proveState(v);
        expectPaidFrom(JOB_WITNESS);
    }

    /* FARMING */

    /// @dev A whole frame of work of one kind, made to be paid for it: no more than the job's budget, and the others are
    /// whole.
    function test_farming_OneJobStarvesNoOther() public {
        report(0);
        vm.fee(100 gwei);
        finalizer.tell(1 ether);
        vm.startPrank(caller);
        for (uint256 i = 0; i < 40; ++i) {
            if (i < 20) skipTime(RISE);
            jobs.finalize();
        }
        vm.stopPrank();
        assertLe(paid(), JOB_BUDGET, "PAY-1");
        (, uint256 left) = budget.jobBudget(JOB_PROVE);
        assertEq(left, JOB_BUDGET, "PAY-2");
    }

    /* INTERNAL */

    function _proveState(BeaconValidator memory v) private {
        vm.prank(caller);
        jobs.proveWithdrawn(recent(), 104, v, new bytes32[](0));
    }

    function _settle() private {
        BeaconValidator memory v;
        vm.prank(caller);
        jobs.settle(recent(), 104, v, new bytes32[](0), 0, new bytes32[](0));
    }

    function _expectRefused(IKeeperJobs.Parameters memory p, bytes32 name, uint256 value) private {
        KeeperJobs.Contracts memory c = contracts();
        vm.expectRevert(abi.encodeWithSelector(IKeeperJobs.ParameterOutOfBounds.selector, name, value));
        factory.newKeeperJobs(c, p);
    }
}
