// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IUpkeepAdapter} from "../../../contracts/interfaces/IUpkeepAdapter.sol";
import {Upkeeps} from "../../utils/Upkeeps.sol";

/// @notice Upkeep of tickets, of the ether that they wait for, and of a deficit; and who is paid for it.
contract TicketUpkeepTest is Upkeeps {
    IUpkeepAdapter.Job private constant FINALIZE = IUpkeepAdapter.Job.Finalize;
    IUpkeepAdapter.Job private constant COLLECT = IUpkeepAdapter.Job.Collect;
    IUpkeepAdapter.Job private constant NOTE = IUpkeepAdapter.Job.NoteDeficit;

    address private payee = makeAddr("payee");

    /* FINALISING */

    function test_finalize_IsNeededAsEtherComesIn() public {
        uint256 id = _waiting(10 ether);
        assertFalse(check(FINALIZE, 0), "no ether");
        ledger.stake{value: MIN_FINALIZE - 1}(address(0));
        assertFalse(check(FINALIZE, 0), "less than is worth it");
        ledger.stake{value: 1}(address(0));
        assertTrue(check(FINALIZE, 0), "enough of it");
        perform(FINALIZE, 0);
        assertEq(address(queue).balance, MIN_FINALIZE, "set aside");
        assertFalse(check(FINALIZE, 0), "done");
        ledger.stake{value: 20 ether}(address(0));
        perform(FINALIZE, 0);
        assertTrue(queue.ticket(id).finalized, "all of it");
        assertFalse(check(FINALIZE, 0), "nothing waits");
    }

    /// @dev However little all of it is.
    function test_finalize_IsNeededForTheLastWei() public {
        uint256 id = _waiting(0.01 ether);
        ledger.stake{value: 0.02 ether}(address(0));
        assertTrue(check(FINALIZE, 0), "all that waits");
        perform(FINALIZE, 0);
        assertTrue(queue.ticket(id).finalized, "finalised");
    }

    function test_finalize_IsNotNeeded_WhereTheQueueRefuses() public {
        _waiting(5 ether);
        ledger.stake{value: 10 ether}(address(0));
        uint256 state = vm.snapshotState();
        queue.suspend();
        _expectIdle(FINALIZE, "suspended");
        vm.revertToState(state);
        queue.pauseFor(1 hours);
        _expectIdle(FINALIZE, "paused");
        skipTime(1 hours);
        assertTrue(check(FINALIZE, 0), "the pause is over");
        vm.revertToState(state);
        queue.hold();
        _expectIdle(FINALIZE, "held");
        vm.revertToState(state);
        skipTime(2 * FRAME_SECONDS - 1);
        assertTrue(check(FINALIZE, 0), "the last second");
        skipTime(1);
        _expectIdle(FINALIZE, "too old");
    }

    /// @dev In the block of a report there is a rate above 1, and rounding.
    function testFuzz_finalize_CanBeDone_WheneverItIsNeeded(
        uint256 asked,
        uint256 there,
        uint256 gain
    ) public {
        bookChange(int256(bound(gain, 1, 0.01 ether)));
        skipTime(FRAME_SECONDS);
        _waiting(bound(asked, 0.001 ether, 19 ether));
        deal(address(ledger), bound(there, 0, 20 ether));
        (bool needed, bytes memory data) = upkeep.checkUpkeep(abi.encode(FINALIZE, uint256(0)));
        uint256 before = queue.checkpointCount();
        upkeep.performUpkeep(data);
        bool did = queue.checkpointCount() > before;
        assertTrue(did || !needed, "UPK-1");
        if (did) return;
        vm.expectRevert();
        queue.finalizeNamed();
    }

    /* PAY */

    /// @dev Whoever is named: the network's contract that calls could never take it.
    function test_finalize_PaysWhomTheUpkeepNames() public {
        _paid();
        vm.prank(mallory);
        perform(FINALIZE, subjectOf(payee));
        assertApproxEqAbs(ledger.balanceOf(payee), 200_000 * 20 gwei, 4, "the whole pay");
        assertEq(ledger.unitsOf(mallory), 0, "nothing for who calls");
        assertEq(ledger.unitsOf(address(upkeep)), 0, "nothing stays");
    }

    function test_finalize_PaysNobody_WhereNobodyIsNamed() public {
        _paid();
        uint256 budget = ledger.sharesOf(address(keeperBudget));
        perform(FINALIZE, 0);
        assertEq(ledger.sharesOf(address(keeperBudget)), budget, "the budget keeps it");
        assertGt(address(queue).balance, 0, "done");
    }

    /// @dev What somebody sent here by mistake does not stay, and stops nothing.
    function test_finalize_HandsOnAllThatIsHere() public {
        ledger.stake{value: 1 ether}(address(0));
        ledger.transfer(address(upkeep), 1 ether);
        _paid();
        perform(FINALIZE, subjectOf(payee));
        assertGt(ledger.balanceOf(payee), 1 ether - 10, "with it");
        assertLt(ledger.unitsOf(address(upkeep)), 1e6, "less than a share");
    }

    /// @dev The brain was replaced: tickets are finalised all the same.
    function test_finalize_GoesOn_WhereThePaidCallsLostTheirRole() public {
        _paid();
        setRole(Roles.BUDGET_SPENDER, address(jobs), false);
        assertTrue(check(FINALIZE, subjectOf(payee)), "needed");
        perform(FINALIZE, subjectOf(payee));
        assertGt(address(queue).balance, 0, "done");
        assertEq(ledger.unitsOf(payee), 0, "for nothing");
    }

    /// @dev Somebody was first: the network pays for a look.
    function test_finalize_PassesOverWhatIsDone() public {
        _paid();
        (, bytes memory data) = upkeep.checkUpkeep(abi.encode(FINALIZE, subjectOf(payee)));
        vm.prank(mallory);
        perform(FINALIZE, subjectOf(mallory));
        assertGt(ledger.unitsOf(mallory), 0, "the pay is of who does it");
        upkeep.performUpkeep(data);
        assertEq(ledger.unitsOf(payee), 0, "nothing is done twice");
    }

    function test_finalize_RevertWhen_ThePayCannotGoThere() public {
        uint256[5] memory wrong = [
            subjectOf(address(ledger)),
            subjectOf(address(upkeep)),
            subjectOf(address(queue)),
            subjectOf(address(wrapper)),
            subjectOf(payee) | (1 << 160)
        ];
        for (uint256 i = 0; i < 5; ++i) {
            bytes memory reason = abi.encodeWithSelector(IUpkeepAdapter.WrongRecipient.selector, wrong[i]);
            vm.expectRevert(reason);
            upkeep.checkUpkeep(abi.encode(FINALIZE, wrong[i]));
            vm.expectRevert(reason);
            upkeep.performUpkeep(abi.encode(FINALIZE, wrong[i]));
        }
    }

    /* COLLECTING */

    function test_collect_IsNeeded_WhereTicketsWaitForIt() public {
        deal(address(rewardsVault), 3 ether);
        assertFalse(check(COLLECT, 0), "nobody waits");
        _waiting(10 ether);
        assertTrue(check(COLLECT, 0), "somebody waits");
        deal(address(rewardsVault), MIN_FINALIZE / 2 - 1);
        deal(address(withdrawalVault), MIN_FINALIZE / 2);
        assertFalse(check(COLLECT, 0), "less than is worth it");
        deal(address(withdrawalVault), MIN_FINALIZE / 2 + 1);
        assertTrue(check(COLLECT, 0), "both together");
        perform(COLLECT, 0);
        assertEq(address(ledger).balance, MIN_FINALIZE, "brought");
        assertFalse(check(COLLECT, 0), "done");
        ledger.stake{value: 10 ether}(address(0));
        deal(address(rewardsVault), 3 ether);
        assertFalse(check(COLLECT, 0), "there is enough");
    }

    /// @dev However little it is.
    function test_collect_IsNeededForTheLastWei() public {
        _waiting(0.1 ether);
        deal(address(rewardsVault), 0.1 ether - 1);
        assertFalse(check(COLLECT, 0), "not all");
        deal(address(rewardsVault), 0.1 ether);
        assertTrue(check(COLLECT, 0), "all");
    }

    function test_collect_IsPassedOver_WhereTheOracleWasReplaced() public {
        _waiting(10 ether);
        deal(address(rewardsVault), 3 ether);
        setRole(Roles.ACCOUNTING, address(oracle), false);
        _expectIdle(COLLECT, "it may not");
        assertEq(address(rewardsVault).balance, 3 ether, "nothing moved");
    }

    /* DEFICIT */

    function test_noteDeficit_IsNeededTwiceInItsLife() public {
        assertFalse(check(NOTE, 0), "no deficit");
        _waiting(10 ether);
        assertTrue(check(NOTE, 0), "there is one");
        perform(NOTE, 0);
        (uint256 since, ) = exits.noted();
        assertEq(since, currentTime(), "noted");
        assertFalse(check(NOTE, 0), "for now");
        skipTime(NOTE_LIFE / 2 - 1);
        assertFalse(check(NOTE, 0), "not yet");
        skipTime(1);
        assertTrue(check(NOTE, 0), "half of its life is over");
        perform(NOTE, 0);
        (uint256 first, uint256 last) = exits.noted();
        assertTrue(first == since && last == currentTime(), "renewed");
        ledger.stake{value: 20 ether}(address(0));
        assertTrue(check(NOTE, 0), "it is gone");
        perform(NOTE, 0);
        (first, ) = exits.noted();
        assertEq(first, 0, "which is noted, too");
        assertFalse(check(NOTE, 0), "once");
    }

    function test_noteDeficit_IsNotNeeded_BelowTheMinimum() public {
        _waiting(10 ether);
        ledger.stake{value: 9 ether + 1}(address(0));
        assertFalse(check(NOTE, 0), "a wei less than the minimum");
        depositKeys(1);
        assertTrue(check(NOTE, 0), "more");
    }

    /// @dev Exits that were replaced are left alone: what they note moves nothing.
    function test_noteDeficit_IsNotNeeded_OfExitsWithoutTheirRole() public {
        _waiting(10 ether);
        assertTrue(check(NOTE, 0), "there is a deficit");
        setRole(Roles.EXIT_REQUESTER, address(exits), false);
        assertFalse(check(NOTE, 0), "of others");
        perform(NOTE, 0);
        (uint256 since, ) = exits.noted();
        assertEq(since, 0, "passed over");
    }

    /* INTERNAL */

    /// @dev A ticket that was named, and no ether.
    function _waiting(uint256 amount) private returns (uint256 ticketId) {
        ticketId = requestFor(alice, amount);
        depositKeys(address(ledger).balance / 1 ether);
        deal(address(ledger), 0);
        nameTickets(ticketId);
    }

    /// @dev Work for which all of the pay is due.
    function _paid() private {
        _waiting(10 ether);
        ledger.stake{value: 10 ether}(address(0));
        skipTime(1 hours);
    }

    function _expectIdle(IUpkeepAdapter.Job job, string memory why) private {
        assertFalse(check(job, 0), why);
        uint256 before = queue.checkpointCount();
        perform(job, 0);
        assertEq(queue.checkpointCount(), before, why);
    }
}
