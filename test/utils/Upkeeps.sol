// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IAccounting} from "../../contracts/interfaces/IAccounting.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../contracts/interfaces/IExitController.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IKeeperJobs} from "../../contracts/interfaces/IKeeperJobs.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {IStakeAllocator} from "../../contracts/interfaces/IStakeAllocator.sol";
import {IUpkeepAdapter} from "../../contracts/interfaces/IUpkeepAdapter.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {KeeperJobs} from "../../contracts/keepers/KeeperJobs.sol";
import {UpkeepAdapter} from "../../contracts/keepers/UpkeepAdapter.sol";
import {JOB_FINALIZE} from "../../contracts/types/KeeperJob.sol";
import {ExitController} from "../../contracts/withdrawals/ExitController.sol";
import {Validators__Mock} from "../mocks/Validators__Mock.sol";
import {TimelockTest} from "./TimelockTest.sol";

/// @notice The protocol under its timelock, with exits over a double of the beacon chain, paid calls, and the adapter for
/// automation networks. Lots of 32 ETH, weights for a week, allotments for two; cooldowns of an hour. A fifth of fees goes
/// to the reserve, and a fifth to keepers. The test is the operators' manager, and witnesses faults.
abstract contract Upkeeps is TimelockTest {
    uint256 internal constant LOT = 32;
    uint256 internal constant WEIGHT_LIFE = 7 days;
    uint256 internal constant ALLOTMENT_LIFE = 14 days;
    uint256 internal constant MIN_FINALIZE = 0.5 ether;
    uint256 internal constant MIN_MOVED = 0.05 ether;
    uint256 internal constant NOTE_LIFE = 1 hours;

    ExitController internal exits;
    KeeperJobs internal jobs;
    UpkeepAdapter internal upkeep;

    function setUp() public virtual override {
        super.setUp();
        Validators__Mock chain = new Validators__Mock(uint64(GENESIS_TIME));
        exits = factory.newExitController(
            IBeaconVerifier(address(chain)),
            ledger,
            IValidatorRegistry(address(chain)),
            operatorRegistry,
            queue,
            withdrawalVault,
            rewardsVault,
            keeperBudget,
            exitParameters()
        );
        jobs = factory.newKeeperJobs(
            KeeperJobs.Contracts({
                ledger: ledger,
                keeperBudget: keeperBudget,
                withdrawalQueue: queue,
                depositor: depositor,
                validatorRegistry: validatorRegistry,
                verifier: IBeaconVerifier(address(chain)),
                slashingOracle: ISlashingOracle(makeAddr("slashing oracle")),
                exitController: exits
            }),
            jobParameters()
        );
        upkeep = factory.newUpkeepAdapter(contracts());
        setRole(Roles.BUDGET_SPENDER, address(jobs), true);
        setRole(Roles.EXIT_REQUESTER, address(exits), true);
        setRole(Roles.WITNESS, address(this), true);
        ledger.stake{value: 20 ether}(address(0));
        ledger.transferShares(address(keeperBudget), 10 ether);
        vm.fee(20 gwei);
    }

    function contracts() internal view returns (IUpkeepAdapter.Contracts memory) {
        return
            IUpkeepAdapter.Contracts({
                authority: IAuthority(address(authority)),
                ledger: ledger,
                withdrawalQueue: queue,
                accounting: IAccounting(address(oracle)),
                exitController: exits,
                keeperJobs: jobs,
                timelock: timelock,
                stakeAllocator: allocator,
                randomness: randomness,
                operatorRegistry: operatorRegistry,
                validatorRegistry: validatorRegistry,
                bondVault: bonds,
                rewardDistributor: distributor,
                insuranceReserve: insuranceReserve
            });
    }

    function exitParameters() internal pure returns (IExitController.Parameters memory) {
        return
            IExitController.Parameters({
                minDeficit: 1 ether,
                minDeficitBp: 100,
                comingEpochs: 100,
                sweepEpochs: 20,
                patienceEpochs: 8,
                committeePeriod: 256,
                capBp: 1_000,
                capFloorEth: 250,
                doublingSeconds: 1 hours
            });
    }

    function jobParameters() internal pure returns (IKeeperJobs.Parameters memory) {
        return
            IKeeperJobs.Parameters({
                maxBaseFee: 100 gwei,
                rise: 1 hours,
                finalizeGas: 200_000,
                proveGas: 300_000,
                proveMoreGas: 100_000,
                withdrawnGas: 200_000,
                settleGas: 300_000,
                triggerGas: 350_000,
                triggerMoreGas: 90_000,
                minFinalize: uint96(MIN_FINALIZE),
                minSettle: 0.05 ether,
                minTrigger: 5 ether
            });
    }

    function allocationParameters() internal pure override returns (IStakeAllocator.Parameters memory) {
        return
            IStakeAllocator.Parameters({
                lotEth: uint32(LOT),
                capBp: 1_000,
                capFloorEth: 320,
                weightLife: uint32(WEIGHT_LIFE),
                allotmentLife: uint32(ALLOTMENT_LIFE)
            });
    }

    function feeParts() internal pure override returns (IRewardDistributor.Parts memory) {
        return IRewardDistributor.Parts({treasuryBp: 0, reserveBp: 2_000, keepersBp: 2_000});
    }

    function jobBudgets() internal pure override returns (IKeeperBudget.JobBudget[] memory budgets) {
        budgets = new IKeeperBudget.JobBudget[](1);
        budgets[0] = IKeeperBudget.JobBudget(JOB_FINALIZE, 0.5 ether);
    }

    function firstCooldown() internal pure override returns (uint256) {
        return 1 hours;
    }

    /* UPKEEPS */

    function check(IUpkeepAdapter.Job job, uint256 subject) internal view returns (bool needed) {
        (needed, ) = upkeep.checkUpkeep(abi.encode(job, subject));
    }

    function perform(IUpkeepAdapter.Job job, uint256 subject) internal {
        upkeep.performUpkeep(abi.encode(job, subject));
    }

    function subjectOf(address account) internal pure returns (uint256) {
        return uint160(account);
    }

    /* THE PROTOCOL */

    /// @notice By a decision of governance.
    function setRole(bytes32 role, address holder, bool on) internal {
        vm.prank(address(timelock));
        if (on) authority.grantRole(role, holder);
        else authority.revokeRole(role, holder);
    }

    function addOperator(uint256 bond) internal returns (uint256 operatorId) {
        operatorId = operatorRegistry.register(makeAddr("pay"), 0);
        if (bond > 0) bonds.deposit{value: bond}(operatorId);
    }

    /// @notice Shares worth `amount` that came as fees do.
    function sendFees(uint256 amount) internal {
        ledger.transferShares(address(distributor), ledger.getSharesByPooledEth(amount));
    }

    /// @notice What a report names: tickets up to this one, as of now.
    function nameTickets(uint256 ticketId) internal {
        vm.warp(queue.ticket(ticketId).readyAt);
        finalize(ticketId);
    }

    /// @notice Ether that the ledger has beyond what tickets ask, in wei.
    function freeEther() internal view returns (uint256) {
        uint256 asked = ledger.balanceOf(address(queue));
        return address(ledger).balance > asked ? address(ledger).balance - asked : 0;
    }
}
