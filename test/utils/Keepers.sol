// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IKeeperJobs} from "../../contracts/interfaces/IKeeperJobs.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {KeeperJobs} from "../../contracts/keepers/KeeperJobs.sol";
import {JOB_FINALIZE, JOB_PROVE, JOB_TRIGGER, JOB_WITNESS} from "../../contracts/types/KeeperJob.sol";
import {NamedFinalization__Mock} from "../mocks/NamedFinalization__Mock.sol";
import {Slashings__Mock} from "../mocks/Slashings__Mock.sol";
import {Exits} from "./Exits.sol";

/// @notice Paid calls over the depositor, the registry and the exits, and doubles of what finalises and of what settles. The
/// base fee is `BASE_FEE`; the budget has enough for every job.
abstract contract Keepers is Exits {
    uint256 internal constant BASE_FEE = 20 gwei;
    uint256 internal constant RISE = 1 hours;
    uint256 internal constant JOB_BUDGET = 0.5 ether;

    KeeperJobs internal jobs;
    NamedFinalization__Mock internal finalizer;
    Slashings__Mock internal slashings;

    function setUp() public virtual override {
        super.setUp();
        finalizer = new NamedFinalization__Mock();
        slashings = new Slashings__Mock(ledger, validatorRegistry);
        jobs = factory.newKeeperJobs(contracts(), jobParameters());
        authority.grantRole(Roles.BUDGET_SPENDER, address(jobs));
        authority.grantRole(Roles.WITNESS, address(slashings));
        authority.grantRole(Roles.SHARE_BURNER, address(slashings));
        ledger.transferShares(address(budget), ledger.stake{value: 10 ether}(address(0)));
        ledger.transferShares(address(slashings), ledger.stake{value: 10 ether}(address(0)));
        vm.fee(BASE_FEE);
    }

    function jobBudgets() internal pure override returns (IKeeperBudget.JobBudget[] memory budgets) {
        budgets = new IKeeperBudget.JobBudget[](4);
        bytes32[4] memory names = [JOB_FINALIZE, JOB_PROVE, JOB_WITNESS, JOB_TRIGGER];
        for (uint256 i = 0; i < 4; ++i) budgets[i] = IKeeperBudget.JobBudget(names[i], JOB_BUDGET);
    }

    function contracts() internal view returns (KeeperJobs.Contracts memory) {
        return
            KeeperJobs.Contracts({
                ledger: ledger,
                keeperBudget: budget,
                withdrawalQueue: IWithdrawalQueue(address(finalizer)),
                depositor: depositor,
                validatorRegistry: validatorRegistry,
                verifier: exits.verifier(),
                slashingOracle: ISlashingOracle(address(slashings)),
                exitController: exits
            });
    }

    function jobParameters() internal pure returns (IKeeperJobs.Parameters memory) {
        return
            IKeeperJobs.Parameters({
                maxBaseFee: 100 gwei,
                rise: uint32(RISE),
                finalizeGas: 200_000,
                proveGas: 300_000,
                proveMoreGas: 100_000,
                withdrawnGas: 200_000,
                settleGas: 300_000,
                triggerGas: 350_000,
                triggerMoreGas: 90_000,
                minFinalize: 1 ether,
                minSettle: 0.05 ether,
                minTrigger: 5 ether
            });
    }

    /// @notice What the caller has been paid, in wei, up to the rounding of shares.
    function paid() internal view returns (uint256) {
        return ledger.balanceOf(caller);
    }

    function expectPaid(uint256 amount, string memory reason) internal view {
        assertApproxEqAbs(paid(), amount, 4, reason);
        assertLe(paid(), amount, "never more");
    }

    /// @notice All that was paid came out of one job's budget.
    function expectPaidFrom(bytes32 job) internal view {
        bytes32[4] memory names = [JOB_FINALIZE, JOB_PROVE, JOB_WITNESS, JOB_TRIGGER];
        assertGt(paid(), 0, "nothing was paid");
        for (uint256 i = 0; i < 4; ++i) {
            (, uint256 left) = budget.jobBudget(names[i]);
            if (names[i] == job) assertLt(left, JOB_BUDGET, "its own");
            else assertEq(left, JOB_BUDGET, "another's");
        }
    }
}
