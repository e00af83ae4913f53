// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {ExitWindowTimelock} from "../../contracts/governance/ExitWindowTimelock.sol";
import {IExitWindowTimelock} from "../../contracts/interfaces/IExitWindowTimelock.sol";
import {Withdrawals} from "./Withdrawals.sol";

/// @notice The protocol with holders, under a timelock that alone holds the root of authority. The test plays the
/// brains of the queue (`ACCOUNTING`, `EXIT_HOLDER`, `PAUSER`), and a governor that queues as OpenZeppelin's does: with
/// the delay that the timelock names.
abstract contract TimelockTest is Withdrawals {
    bytes32 internal constant ROOT = 0;
    uint256 internal constant DELAY = 2 days;
    uint256 internal constant INFLOW_DELAY = 6 hours;
    uint256 internal constant WINDOW = 3 days;
    uint256 internal constant MAX_WAIT = 45 days;
    uint256 internal constant ABSOLUTE_END = 120 days;
    uint256 internal constant GAP = 1 days;

    ExitWindowTimelock internal timelock;
    address internal governor = makeAddr("governor");
    address internal mallory = makeAddr("mallory");

    function setUp() public virtual override {
        super.setUp();
        timelock = makeTimelock(timelockParameters());
        timelock.appoint(governor);
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        authority.grantRole(Roles.PAUSER, address(timelock));
        authority.grantRole(Roles.RESUMER, address(timelock));
        authority.grantRole(Roles.PARAMETER_MANAGER, address(timelock));
        authority.grantRole(Roles.OPERATOR_MANAGER, address(timelock));
        authority.freezeRole(Roles.LEDGER);
        authority.freezeRole(Roles.WITHDRAWAL_QUEUE);
        authority.handOver(address(timelock));
    }

    function timelockParameters() internal pure virtual returns (IExitWindowTimelock.Parameters memory) {
        return
            IExitWindowTimelock.Parameters({
                delay: DELAY,
                shortestDelay: 1 days,
                inflowDelay: INFLOW_DELAY,
                exitWindow: WINDOW,
                maxWait: MAX_WAIT,
                absoluteEnd: ABSOLUTE_END,
                observationGap: GAP
            });
    }

    function makeTimelock(IExitWindowTimelock.Parameters memory p) internal returns (ExitWindowTimelock) {
        return factory.newExitWindowTimelock(ledger, queue, address(this), p);
    }

    /* OPERATIONS OF ONE CALL */

    /// @notice An operation that binds stakers: it gives a role that moves what they have.
    function ordinaryCall() internal view returns (bytes memory) {
        return abi.encodeCall(authority.grantRole, (Roles.ACCOUNTING, mallory));
    }

    function queueOrdinary() internal returns (bytes32 id) {
        id = queueCall(address(authority), ordinaryCall());
    }

    function queueCall(address target, bytes memory data) internal returns (bytes32 id) {
        uint256 delay = timelock.getMinDelay();
        id = timelock.hashOperation(target, 0, data, 0, 0);
        vm.prank(governor);
        timelock.schedule(target, 0, data, 0, 0, delay);
    }

    /// @notice By a stranger.
    function executeCall(address target, bytes memory data) internal {
        vm.prank(mallory);
        timelock.execute(target, 0, data, 0, 0);
    }

    function executeOrdinary() internal {
        executeCall(address(authority), ordinaryCall());
        assertTrue(authority.hasRole(Roles.ACCOUNTING, mallory), "executed");
    }

    function stateOf(bytes32 id) internal view returns (uint256) {
        return uint256(timelock.getOperationState(id));
    }

    function assertWaits(bytes32 id, string memory why) internal view {
        assertEq(stateOf(id), uint256(TimelockController.OperationState.Waiting), why);
        assertFalse(timelock.readiness(id).ready, why);
    }

    function assertReady(bytes32 id, string memory why) internal view {
        assertEq(stateOf(id), uint256(TimelockController.OperationState.Ready), why);
        assertTrue(timelock.readiness(id).ready, why);
    }

    /// @notice Of the next call.
    function expectUnready(bytes32 id) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                id,
                bytes32(uint256(1 << uint8(TimelockController.OperationState.Ready)))
            )
        );
    }

    /* TIME */

    /// @notice Somebody looks once a day.
    function observeDaily(uint256 count) internal {
        for (uint256 i = 0; i < count; ++i) {
            skipTime(1 days);
            timelock.observe();
        }
    }

    function openSeconds(bytes32 id) internal view returns (uint256) {
        return timelock.readiness(id).openSeconds;
    }
}
