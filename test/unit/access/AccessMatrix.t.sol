// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EmergencyBrake} from "../../../contracts/access/EmergencyBrake.sol";
import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAuthority} from "../../../contracts/interfaces/IAuthority.sol";
import {WithheldRewards} from "../../../contracts/oracle/WithheldRewards.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IEmergencyBrake} from "../../../contracts/interfaces/IEmergencyBrake.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IProvenReports} from "../../../contracts/interfaces/IProvenReports.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {CommitteeBonds} from "../../../contracts/vaults/CommitteeBonds.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {ReportVote} from "../../../contracts/types/ReportVote.sol";
import {Protocol} from "../../utils/Protocol.sol";

/// @notice Every guarded function of the protocol with the one role that opens it. The table is the specification;
/// access-matrix.test.ts holds it against the contracts, so that none is forgotten.
contract AccessMatrixTest is Protocol {
    struct Row {
        address target;
        bytes data;
        bytes32 role;
        string name;
    }

    Row[] private rows;
    bytes32[] private roles;
    address private stranger = makeAddr("stranger");

    function setUp() public override {
        super.setUp();
        ledger.pauseStaking(1 days);
        fillTable();
        roles = [
            Roles.LEDGER,
            Roles.WITHDRAWAL_QUEUE,
            Roles.DEPOSITOR,
            Roles.ACCOUNTING,
            Roles.REPORTER,
            Roles.SHARE_BURNER,
            Roles.BOND_LOCKER,
            Roles.EXIT_REQUESTER,
            Roles.CONSOLIDATOR,
            Roles.BUDGET_SPENDER,
            Roles.REQUEST_TARGET_MANAGER,
            Roles.COMMITTEE,
            Roles.COMMITTEE_JUDGE,
            Roles.EVIDENCE,
            Roles.REPORT_RESOLVER,
            Roles.COMMITTEE_MANAGER,
            Roles.OPERATOR_MANAGER,
            Roles.PARAMETER_MANAGER,
            Roles.GUARDIAN,
            Roles.PAUSER,
            Roles.RESUMER
        ];
    }

    function test_everyGuardedFunction_RevertWhen_CallerIsAStranger() public {
        for (uint256 i = 0; i < rows.length; ++i) assertRefused(rows[i], stranger);
    }

    /// @dev The deployer and admin of roles may nothing by that alone.
    function test_everyGuardedFunction_RevertWhen_CallerIsTheAdmin() public {
        for (uint256 i = 0; i < roles.length; ++i) {
            if (authority.hasRole(roles[i], address(this))) authority.revokeRole(roles[i], address(this));
        }
        for (uint256 i = 0; i < rows.length; ++i) assertRefused(rows[i], address(this));
    }

    /// @dev All other roles together do not open a function either; its own role does.
    function test_everyGuardedFunction_OpensToItsRoleAlone() public {
        for (uint256 i = 0; i < roles.length; ++i) authority.grantRole(roles[i], stranger);
        for (uint256 i = 0; i < rows.length; ++i) {
            Row memory row = rows[i];
            authority.revokeRole(row.role, stranger);
            assertRefused(row, stranger);
            authority.grantRole(row.role, stranger);

            uint256 state = vm.snapshotState();
            vm.prank(stranger);
            (bool done, bytes memory answer) = row.target.call(row.data);
            assertTrue(done || bytes4(answer) != Guarded.Unauthorized.selector, row.name);
            vm.revertToState(state);
        }
    }

    /// @dev Contracts that know their one caller by address.
    function test_contractsCalls_RevertWhen_CallerIsAStranger() public {
        vm.deal(stranger, 1 ether);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakedEther.NotAVault.selector, stranger));
        ledger.receiveSwept{value: 1}();
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.NotTheLedger.selector, stranger));
        (bool sent, ) = address(queue).call{value: 1}("");
        vm.expectRevert(
            abi.encodeWithSelector(Guarded.Unauthorized.selector, stranger, Roles.CLOSED_ACCOUNT)
        );
        ledger.closeAccount(stranger);
        vm.stopPrank();
        (sent, ) = address(withdrawalVault).call{value: 1}("");
        assertFalse(sent, "the withdrawal vault takes no plain ether");
    }

    function assertRefused(Row memory row, address caller) private {
        vm.prank(caller);
        (bool done, bytes memory answer) = row.target.call(row.data);
        assertFalse(done, row.name);
        assertEq(answer, abi.encodeWithSelector(Guarded.Unauthorized.selector, caller, row.role), row.name);
    }

    function fillTable() private {
        uint64[] memory noAmounts = new uint64[](0);
        uint32[] memory noIndices = new uint32[](0);
        IValidatorRegistry.Link[] memory noLinks = new IValidatorRegistry.Link[](0);
        bytes32[] memory noHashes = new bytes32[](0);
        Report memory report_ = neutralReport(FIRST_FRAME + 1);
        IStakedEther.Booking memory booking;

        address a = address(operatorRegistry);
        IOperatorRegistry.Standing good = IOperatorRegistry.Standing.Good;
        add(a, abi.encodeCall(operatorRegistry.demote, (1, "")), Roles.OPERATOR_JUDGE, "demote");
        add(a, abi.encodeCall(operatorRegistry.jail, (1, "")), Roles.WITNESS, "jail");
        add(
            a,
            abi.encodeCall(operatorRegistry.setStanding, (1, good, "")),
            Roles.OPERATOR_MANAGER,
            "setStanding"
        );
        add(a, abi.encodeCall(operatorRegistry.setCurated, (1, true)), Roles.OPERATOR_MANAGER, "setCurated");
        add(a, abi.encodeCall(operatorRegistry.setFlags, (1, 1)), Roles.COMPLIANCE_MANAGER, "setFlags");

        a = address(allocator);
        add(a, abi.encodeCall(allocator.spend, (1, 1)), Roles.DEPOSITOR, "spend");
        add(
            a,
            abi.encodeCall(allocator.setParameters, (allocationParameters())),
            Roles.PARAMETER_MANAGER,
            "setParameters"
        );

        a = address(bonds);
        add(a, abi.encodeCall(bonds.lock, (1, 1, 1, 1, a)), Roles.WITNESS, "lock");
        add(a, abi.encodeCall(bonds.settle, (1, 1, true, 1)), Roles.WITNESS, "settle");
        add(a, abi.encodeCall(bonds.raiseBase, (1, 1, 1)), Roles.WITNESS, "raiseBase");
        IBondVault.Arrival memory arrival;
        add(a, abi.encodeCall(bonds.countArrival, (1, 1, 1, arrival)), Roles.WITNESS, "countArrival");
        add(a, abi.encodeCall(bonds.burn, (1, 1, 1, a, 1)), Roles.WITNESS, "burn");
        add(a, abi.encodeCall(bonds.hold, (1, 1)), Roles.BOND_LOCKER, "hold");
        add(a, abi.encodeCall(bonds.release, (1, 1)), Roles.BOND_LOCKER, "release");
        add(a, abi.encodeCall(bonds.burnHeld, (1, 1)), Roles.BOND_LOCKER, "burnHeld");
        add(
            a,
            abi.encodeCall(bonds.setBondRatio, (false, BOND_RATIO_BP)),
            Roles.PARAMETER_MANAGER,
            "setBondRatio"
        );

        a = address(validatorRegistry);
        add(
            a,
            abi.encodeCall(validatorRegistry.predeposit, (1, 0, noIndices, "", "", noHashes)),
            Roles.DEPOSITOR,
            "predeposit"
        );
        add(a, abi.encodeCall(validatorRegistry.prove, (1, 0, noLinks, noHashes)), Roles.DEPOSITOR, "prove");
        add(
            a,
            abi.encodeCall(
                validatorRegistry.proveOne,
                (1, 0, IValidatorRegistry.Link(0, 0, 0, 0, 0), noHashes)
            ),
            Roles.DEPOSITOR,
            "proveOne"
        );
        add(
            a,
            abi.encodeCall(validatorRegistry.vouch, (new IValidatorRegistry.TopUp[](0))),
            Roles.DEPOSITOR,
            "vouch"
        );

        a = address(depositor);
        add(a, abi.encodeCall(depositor.pauseFor, (1)), Roles.PAUSER, "pauseFor");
        add(a, abi.encodeCall(depositor.resume, ()), Roles.RESUMER, "resume");

        a = address(validatorRegistry);
        IValidatorRegistry.ValidatorState active = IValidatorRegistry.ValidatorState.Active;
        add(
            a,
            abi.encodeCall(validatorRegistry.markOverdue, (1, 0, noIndices)),
            Roles.BOND_VAULT,
            "markOverdue"
        );
        add(a, abi.encodeCall(validatorRegistry.markLost, (1, 0, noIndices)), Roles.BOND_VAULT, "markLost");
        add(
            a,
            abi.encodeCall(validatorRegistry.markForeign, (1, 0, 1, 0, 0, noHashes)),
            Roles.WITNESS,
            "markForeign"
        );
        add(
            a,
            abi.encodeCall(validatorRegistry.markDuplicate, (1, 0, 1, 0, 0, noHashes)),
            Roles.WITNESS,
            "markDuplicate"
        );
        add(a, abi.encodeCall(validatorRegistry.advance, (1, active, false)), Roles.WITNESS, "advance");
        add(
            a,
            abi.encodeCall(validatorRegistry.noteConsolidation, (1, 2)),
            Roles.CONSOLIDATOR,
            "noteConsolidation"
        );
        add(
            a,
            abi.encodeCall(validatorRegistry.dropConsolidation, (1)),
            Roles.CONSOLIDATOR,
            "dropConsolidation"
        );

        a = address(ledger);
        add(a, abi.encodeCall(ledger.deposit, ("", "", noAmounts)), Roles.DEPOSITOR, "deposit");
        add(
            a,
            abi.encodeCall(ledger.depositUnder, (0x02, "", "", noAmounts)),
            Roles.DEPOSITOR,
            "depositUnder"
        );
        add(a, abi.encodeCall(ledger.collect, (0, 0)), Roles.ACCOUNTING, "collect");
        add(a, abi.encodeCall(ledger.bookReport, (booking)), Roles.ACCOUNTING, "bookReport");
        add(a, abi.encodeCall(ledger.redeem, (0, 1)), Roles.WITHDRAWAL_QUEUE, "redeem");
        add(a, abi.encodeCall(ledger.burnShares, (0)), Roles.SHARE_BURNER, "burnShares");
        add(a, abi.encodeCall(ledger.pauseStaking, (1)), Roles.PAUSER, "pauseStaking");
        add(a, abi.encodeCall(ledger.resumeStaking, ()), Roles.RESUMER, "resumeStaking");

        add(
            address(withdrawalVault),
            abi.encodeCall(withdrawalVault.sweep, (0)),
            Roles.LEDGER,
            "WithdrawalVault.sweep"
        );
        fillRequests();
        add(
            address(rewardsVault),
            abi.encodeCall(rewardsVault.sweep, (0)),
            Roles.LEDGER,
            "RewardsVault.sweep"
        );

        a = address(distributor);
        add(a, abi.encodeCall(distributor.setRoot, (0)), Roles.ACCOUNTING, "setRoot");
        add(a, abi.encodeCall(distributor.setParts, (feeParts())), Roles.PARAMETER_MANAGER, "setParts");
        add(a, abi.encodeCall(distributor.setTreasury, (a)), Roles.PARAMETER_MANAGER, "setTreasury");

        WithheldRewards withheld = factory.newWithheldRewards(
            IAuthority(address(authority)),
            distributor,
            bonds,
            ledger,
            7 days
        );
        a = address(keeperBudget);
        add(a, abi.encodeCall(keeperBudget.pay, ("job", stranger, 1)), Roles.BUDGET_SPENDER, "pay");
        add(a, abi.encodeCall(keeperBudget.refund, (stranger, 1)), Roles.BUDGET_SPENDER, "refund");
        add(a, abi.encodeCall(keeperBudget.setBounds, (1, 1)), Roles.PARAMETER_MANAGER, "setBounds");
        add(
            a,
            abi.encodeCall(keeperBudget.setJobBudget, ("job", 1)),
            Roles.PARAMETER_MANAGER,
            "setJobBudget"
        );
        a = address(insuranceReserve);
        add(a, abi.encodeCall(insuranceReserve.coverLoss, (1)), Roles.ACCOUNTING, "coverLoss");

        a = address(withheld);
        add(a, abi.encodeCall(withheld.lift, (1)), Roles.OPERATOR_MANAGER, "lift");

        a = address(instantExit);
        add(
            a,
            abi.encodeCall(instantExit.setParameters, (instantParameters())),
            Roles.PARAMETER_MANAGER,
            "InstantExit.setParameters"
        );

        a = address(queue);
        add(a, abi.encodeCall(queue.suspend, ()), Roles.ACCOUNTING, "suspend");
        add(a, abi.encodeCall(queue.finalize, (0, 0)), Roles.ACCOUNTING, "finalize");
        add(a, abi.encodeCall(queue.setCooldown, (1 days)), Roles.PARAMETER_MANAGER, "setCooldown");
        add(a, abi.encodeCall(queue.hold, ()), Roles.EXIT_HOLDER, "hold");
        add(a, abi.encodeCall(queue.endSuspension, ()), Roles.ACCOUNTING, "endSuspension");
        add(a, abi.encodeCall(queue.pauseFor, (1)), Roles.PAUSER, "queue.pauseFor");
        add(a, abi.encodeCall(queue.resume, ()), Roles.RESUMER, "queue.resume");

        add(
            address(committee),
            abi.encodeCall(committee.setWeight, (1, 1)),
            Roles.COMMITTEE_MANAGER,
            "setWeight"
        );
        fillCommittee();
        fillBrake();
        a = address(oracle);
        add(a, abi.encodeCall(oracle.setFee, (1_000)), Roles.PARAMETER_MANAGER, "setFee");
        add(
            a,
            abi.encodeCall(oracle.setLimits, (IReportLimits.Limits(1_500, 500, 5_000, 100, 100))),
            Roles.PARAMETER_MANAGER,
            "setLimits"
        );
        add(a, abi.encodeCall(oracle.resolve, (report_, true)), Roles.REPORT_RESOLVER, "resolve");
        add(a, abi.encodeCall(oracle.resolveParked, (1, 0)), Roles.REPORTER, "resolveParked");
        IProvenReports.ProvenBalances memory proven;
        add(a, abi.encodeCall(oracle.applyProven, (proven)), Roles.REPORTER, "applyProven");
    }

    function fillBrake() private {
        IAuthority authority_ = IAuthority(address(authority));
        EmergencyBrake brake = factory.newEmergencyBrake(authority_, ledger, depositor, queue, 1 days);
        authority.grantRole(Roles.PAUSER, address(brake));
        address a = address(brake);
        add(a, abi.encodeCall(brake.pull, (IEmergencyBrake.Valve.Inflow)), Roles.GUARDIAN, "pull");
        add(a, abi.encodeCall(brake.arm, (IEmergencyBrake.Valve.Inflow)), Roles.RESUMER, "arm");
    }

    function fillCommittee() private {
        ReportVote memory vote;
        add(
            address(committee),
            abi.encodeCall(committee.expel, (vote, "", "", stranger)),
            Roles.EVIDENCE,
            "expel"
        );
        CommitteeBonds memberBonds = factory.newCommitteeBonds(IAuthority(address(authority)), ledger);
        address a = address(memberBonds);
        add(a, abi.encodeCall(memberBonds.bind, (1)), Roles.COMMITTEE, "bind");
        add(a, abi.encodeCall(memberBonds.release, (1, 1)), Roles.COMMITTEE, "release");
        add(a, abi.encodeCall(memberBonds.forfeit, (1, stranger)), Roles.COMMITTEE_JUDGE, "forfeit");
    }

    function fillRequests() private {
        address a = address(withdrawalVault);
        add(
            a,
            abi.encodeCall(withdrawalVault.requestWithdrawals, ("", new uint64[](0))),
            Roles.EXIT_REQUESTER,
            "requestWithdrawals"
        );
        add(
            a,
            abi.encodeCall(withdrawalVault.requestConsolidation, ("", "")),
            Roles.CONSOLIDATOR,
            "requestConsolidation"
        );
        bytes32 role = Roles.REQUEST_TARGET_MANAGER;
        add(a, abi.encodeCall(withdrawalVault.setWithdrawalTarget, (a)), role, "setWithdrawalTarget");
        add(a, abi.encodeCall(withdrawalVault.setConsolidationTarget, (a)), role, "setConsolidationTarget");
    }

    function add(address target, bytes memory data, bytes32 role, string memory name) private {
        rows.push(Row(target, data, role, name));
    }
}
