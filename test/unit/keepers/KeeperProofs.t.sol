// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconDepositor} from "../../../contracts/interfaces/IBeaconDepositor.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IKeeperJobs} from "../../../contracts/interfaces/IKeeperJobs.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {ISlashingOracle} from "../../../contracts/interfaces/ISlashingOracle.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {KeeperJobs} from "../../../contracts/keepers/KeeperJobs.sol";
import {JOB_PROVE} from "../../../contracts/types/KeeperJob.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice What is paid for proofs of keys.
contract KeeperProofsTest is Validators {
    uint256 private constant BASE_FEE = 20 gwei;
    uint256 private constant RISE = 1 hours;
    uint256 private constant PROVE = 300_000 * BASE_FEE;
    uint256 private constant PROVE_MORE = 100_000 * BASE_FEE;
    uint256 private constant QUARTER = PREDEPOSIT_DEADLINE / 4;

    KeeperJobs private jobs;
    address private caller = makeAddr("caller");

    function setUp() public override {
        super.setUp();
        IKeeperJobs.Parameters memory p;
        (p.maxBaseFee, p.rise, p.proveGas, p.proveMoreGas) = (100 gwei, uint32(RISE), 300_000, 100_000);
        (p.minFinalize, p.minSettle, p.minTrigger) = (1 ether, 1 ether, 1 ether);
        jobs = factory.newKeeperJobs(
            KeeperJobs.Contracts({
                ledger: ledger,
                keeperBudget: keeperBudget,
                withdrawalQueue: IWithdrawalQueue(address(queue)),
                depositor: depositor,
                validatorRegistry: validatorRegistry,
                verifier: makeVerifier(),
                slashingOracle: ISlashingOracle(address(1)),
                exitController: IExitController(address(1))
            }),
            p
        );
        authority.grantRole(Roles.BUDGET_SPENDER, address(jobs));
        ledger.transferShares(address(keeperBudget), ledger.stake{value: 10 ether}(address(0)));
        vm.fee(BASE_FEE);
    }

    function jobBudgets() internal pure override returns (IKeeperBudget.JobBudget[] memory budgets) {
        budgets = new IKeeperBudget.JobBudget[](1);
        budgets[0] = IKeeperBudget.JobBudget(JOB_PROVE, 0.5 ether);
    }

    /// @dev PAY-4: an operator, or whoever it pays, has the first quarter of the deadline to itself.
    function test_proveOne_PaysFromTheNextQuarterOn() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        uint256 due = _dueOf(s);
        assertEq(due, (currentTime() / QUARTER + 1) * QUARTER, "the quarter that begins next");
        uint256 state = vm.snapshotState();
        _proveOne(s);
        assertEq(paid(), 0, "at once");
        assertEq(_dueOf(s), 0, "waits for no proof any more");
        vm.revertToState(state);

        vm.warp(due);
        _proveOne(s);
        assertEq(paid(), 0, "at the beginning of the quarter");
        vm.revertToState(state);

        vm.warp(due + RISE / 2);
        _proveOne(s);
        expectPaid(PROVE / 2, "half");
        assertTrue(validatorRegistry.isProven(s.indices[0]), "proven");
        vm.revertToState(state);

        vm.warp(due + 30 days);
        assertEq(_dueOf(s), due, "the same quarter");
        _proveOne(s);
        expectPaid(PROVE, "all");
    }

    /// @dev Keys that one predeposits in order to prove them: the pay comes weeks later, and is what the proof costs.
    function test_proveOne_PaysNothing_ForOnesOwnKeysAtOnce() public {
        KeySet memory s = committed(OPERATOR, "key0");
        predeposit(OPERATOR, s);
        skipTime(_dueOf(s) - currentTime() - 1);
        _proveOne(s);
        assertEq(paid(), 0, "nothing");
    }

    function test_prove_PaysForEachKey() public {
        KeySet memory s = committed(OPERATOR, "pair");
        predeposit(OPERATOR, s);
        vm.warp(_dueOf(s) + RISE / 2);
        freshRoot();
        vm.prank(caller);
        jobs.prove(proofOf(s), keyProofOf(OPERATOR, s), amountsOf(2, 31e9));
        expectPaid((PROVE + PROVE_MORE) / 2, "one, and one more");
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        vm.prank(caller);
        jobs.prove(proofOf(s), keyProofOf(OPERATOR, s), amountsOf(2, 0));
    }

    /// @dev PAY-4: however many a call proves.
    function test_prove_PaysForSixteenKeysAtMost() public {
        IBeaconDepositor.ValidatorProof memory p;
        IBeaconDepositor.KeyProof memory k;
        k.gindices = new uint32[](20);
        vm.mockCall(address(depositor), abi.encodePacked(depositor.proveAndTopUp.selector), "");
        vm.mockCall(
            address(validatorRegistry),
            abi.encodePacked(validatorRegistry.proofDueFrom.selector),
            abi.encode(currentTime() - RISE)
        );
        vm.prank(caller);
        jobs.prove(p, k, amountsOf(20, 0));
        vm.clearMockedCalls();
        expectPaid(PROVE + 15 * PROVE_MORE, "sixteen of twenty");
    }

    /* INTERNAL */

    function _dueOf(KeySet memory s) private view returns (uint256) {
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        return validatorRegistry.proofDueFrom(id, s.gindices[0]);
    }

    function _proveOne(KeySet memory s) private {
        freshRoot();
        IBeaconDepositor.OneValidator memory v = IBeaconDepositor.OneValidator({
            timestamp: rootTime,
            validatorIndex: uint40(s.indices[0]),
            effectiveBalance: s.validators[0].effectiveBalance,
            activationEligibilityEpoch: s.validators[0].activationEligibilityEpoch,
            activationEpoch: s.validators[0].activationEpoch,
            amountGwei: 31e9,
            gindex: s.gindices[0],
            operatorId: OPERATOR,
            root: s.root,
            signatureHash: s.signatureHashes[0]
        });
        vm.prank(caller);
        jobs.proveOne(v, s.validators[0].pubkey, s.validatorsProof, s.proof);
    }

    function paid() private view returns (uint256) {
        return ledger.balanceOf(caller);
    }

    function expectPaid(uint256 amount, string memory reason) private view {
        assertApproxEqAbs(paid(), amount, 4, reason);
        assertLe(paid(), amount, "never more");
    }
}
