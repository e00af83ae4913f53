// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IProtocolLens} from "../../../contracts/interfaces/IProtocolLens.sol";
import {IWithdrawalQueue} from "../../../contracts/interfaces/IWithdrawalQueue.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {ProtocolLens} from "../../../contracts/lens/ProtocolLens.sol";
import {Withdrawals} from "../../utils/Withdrawals.sol";

/// @notice When a ticket may be claimable, by what can be seen. What is coming is told by a double.
contract ProtocolLensTest is Withdrawals {
    uint256 private constant EPOCH_SECONDS = SLOTS_PER_EPOCH * SECONDS_PER_SLOT;
    uint256 private constant COMING_SECONDS = 100 * EPOCH_SECONDS;

    ProtocolLens private lens;
    address private exits = makeAddr("exits");

    function setUp() public override {
        super.setUp();
        IExitController.Parameters memory p;
        p.comingEpochs = 100;
        vm.mockCall(exits, abi.encodeCall(IExitController.parameters, ()), abi.encode(p));
        tellComing(0);
        lens = factory.newProtocolLens(
            ledger,
            queue,
            IExitController(exits),
            address(withdrawalVault),
            address(rewardsVault),
            EPOCH_SECONDS
        );
        reportAndFinalize(0, 0);
    }

    function test_readyAt_ShowsItsInputs() public {
        requestFor(bob, 3 ether);
        uint256 id = requestFor(alice, 10 ether);
        vm.deal(address(withdrawalVault), 2 ether);
        vm.deal(address(rewardsVault), 1 ether);
        tellComing(7 ether);
        IProtocolLens.Estimate memory e = lens.readyAt(id);
        assertEq(e.readyAt, currentTime() + COOLDOWN, "cooldown");
        assertEq(e.sharesBefore, 3 ether, "before it");
        assertEq(e.needed, 13 ether, "with its own");
        assertEq(e.buffer, 41 ether, "buffer");
        assertEq(e.inVaults, 3 ether, "vaults");
        assertEq(e.coming, 7 ether, "coming");
        assertEq(e.delay, 1 hours, "as the last report");
        assertFalse(e.isNamed || e.isSuspended || e.isFinalized, "nothing yet");
        assertEq(e.heldUntil, 0, "not held");
    }

    /// @dev The estimate of a ticket that waits for its cooldown alone is the time of the report that finalises it.
    function testFuzz_readyAt_IsTheReportAfterTheCooldown(uint256 wait) public {
        skipTime(bound(wait, 0, FRAME_SECONDS));
        uint256 id = requestFor(alice, 10 ether);
        IProtocolLens.Estimate memory e = lens.readyAt(id);
        assertGe(e.boundary, e.readyAt, "not before the cooldown");
        assertLt(e.boundary, e.readyAt + FRAME_SECONDS, "the first after it");
        assertEq((e.boundary - GENESIS_TIME) % FRAME_SECONDS, 0, "a boundary");
        assertEq(e.estimate, e.boundary + 1 hours, "its report");
        while (currentTime() < e.estimate) {
            assertFalse(queue.ticket(id).finalized, "not earlier");
            uint256 frame = currentFrame() + 1;
            reportAndFinalize(0, GENESIS_TIME + frame * FRAME_SECONDS >= e.readyAt ? id : 0);
        }
        assertTrue(queue.ticket(id).finalized, "as foretold");
        assertEq(currentTime(), e.estimate, "to the second");
        assertEq(lens.readyAt(id).estimate, currentTime(), "now");
        assertEq(lens.readyAt(id).needed, 0, "nothing is needed");
    }

    function test_readyAt_OfANamedTicketIsWhenEtherComes() public {
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(37);
        skipTime(COOLDOWN);
        reportAndFinalize(0, id);
        IProtocolLens.Estimate memory e = lens.readyAt(id);
        assertTrue(e.isNamed, "named");
        assertEq(e.needed, 6 ether, "what is left");
        assertEq(e.sharesBefore, 0, "it is begun");
        assertEq(e.estimate, type(uint256).max, "no ether in sight");

        vm.deal(address(withdrawalVault), 6 ether);
        uint256 next = GENESIS_TIME + (currentFrame() + 1) * FRAME_SECONDS;
        assertEq(lens.readyAt(id).estimate, next + 1 hours, "by the next report");
        vm.deal(address(withdrawalVault), 0);

        tellComing(6 ether);
        uint256 estimate = lens.readyAt(id).estimate;
        assertGe(estimate, currentTime() + COMING_SECONDS, "after it has come");
        assertLt(
            estimate,
            currentTime() + COMING_SECONDS + FRAME_SECONDS + 1 hours,
            "by the report after that"
        );
        tellComing(0);

        makeStaker("carol", 6 ether);
        assertEq(lens.readyAt(id).estimate, currentTime(), "by anyone");
        queue.suspend();
        e = lens.readyAt(id);
        assertTrue(e.isSuspended, "suspended");
        assertEq(e.estimate, next + 1 hours, "by the next report");
        queue.endSuspension();
        queue.pauseFor(5 hours);
        assertEq(lens.readyAt(id).pausedUntil, currentTime() + 5 hours, "paused");
        assertEq(lens.readyAt(id).estimate, currentTime() + 5 hours, "after the pause");
    }

    function test_readyAt_SeesAHold() public {
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(37);
        skipTime(COOLDOWN);
        reportAndFinalize(0, id);
        makeStaker("carol", 20 ether);
        queue.hold();
        (, uint256 endsAt) = queue.heldUntil();
        assertEq(lens.readyAt(id).heldUntil, endsAt, "held");
        assertEq(lens.readyAt(id).heldAt, currentTime(), "for reports up to now");
        assertEq(lens.readyAt(id).estimate, endsAt, "until its end, by that report");
    }

    /// @dev A report of a later boundary has booked what the hold waits for.
    function test_readyAt_PassesAHoldByALaterReport() public {
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        uint256 id = requestFor(alice, 10 ether);
        skipTime(COOLDOWN);
        queue.hold();
        uint256 next = GENESIS_TIME + (currentFrame() + 1) * FRAME_SECONDS;
        assertEq(lens.readyAt(id).estimate, next + 1 hours, "by the next report");
        reportAndFinalize(0, id);
        assertTrue(queue.ticket(id).finalized, "as foretold");
    }

    /// @dev What was named is anyone's to finalise for two frames; then it waits for another report.
    function test_readyAt_OfATicketThatWasNamedTooLongAgo() public {
        uint256 id = requestFor(alice, 10 ether);
        depositKeys(37);
        skipTime(COOLDOWN);
        reportAndFinalize(0, id);
        makeStaker("carol", 20 ether);
        skipTime(2 * FRAME_SECONDS - 1 hours - 1);
        assertTrue(lens.readyAt(id).isNamed, "still");
        assertEq(lens.readyAt(id).estimate, currentTime(), "by anyone");
        skipTime(1);
        assertFalse(lens.readyAt(id).isNamed, "no more");
        vm.expectPartialRevert(IWithdrawalQueue.ReportTooOld.selector);
        queue.finalizeNamed();
        assertGt(lens.readyAt(id).estimate, currentTime(), "by a report");
    }

    function test_readyAt_RevertWhen_Unknown() public {
        vm.expectRevert(abi.encodeWithSelector(IWithdrawalQueue.TicketUnknown.selector, 1));
        lens.readyAt(1);
    }

    function tellComing(uint256 amount) private {
        vm.mockCall(exits, abi.encodeCall(IExitController.coming, ()), abi.encode(amount));
    }
}
