// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {Exits} from "../../utils/Exits.sol";

contract ExitRulesTest is Exits {
    /* ABOVE THE CAP */

    function test_trigger_AboveCap_AsFarAsTheCap() public {
        setDeficit(500 ether);
        IExitController.Rule rule = IExitController.Rule.AboveCap;
        vm.expectRevert(abi.encodeWithSelector(IExitController.RuleNotOpen.selector, rule, 0));
        trigger(rule, 101);
        exits.note();
        uint256 from = currentTime() + PATIENCE * EPOCH_SECONDS;
        skipTo(from - 1);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RuleNotOpen.selector, rule, from));
        trigger(rule, 101);
        skipTo(from);
        // 320 of 320 ETH, and the cap is its floor of 250: three exits bring it below
        trigger(rule, 101);
        trigger(rule, 104);
        trigger(rule, 105);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.OperatorBelowCap.selector, 106, OPERATOR, 320, 250)
        );
        trigger(rule, 106);
        // dropped in silence, they count against the cap no more
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        settle(101);
        exits.note();
        skipTime(PATIENCE * EPOCH_SECONDS);
        trigger(rule, 106);
    }

    /* THE DRAW */

    function test_trigger_Drawn_ByRankBelowAThresholdThatDoubles() public {
        setDeficit(40 ether);
        exits.note();
        IExitController.Rule rule = IExitController.Rule.Drawn;
        uint256 from = currentTime() + 2 * PATIENCE * EPOCH_SECONDS;
        noteUntil(from - 1);
        assertEq(exits.threshold(), 0, "closed");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RuleNotOpen.selector, rule, from));
        trigger(rule, 101);
        skipTo(from);
        // twice 40 of 320 ETH
        assertEq(exits.threshold(), (uint256(1) << 64) / 4, "a quarter");
        noteUntil(from + 1 hours - 1);
        assertEq(exits.threshold(), (uint256(1) << 64) / 4, "a quarter for an hour");
        skipTo(from + 1 hours);
        assertEq(exits.threshold(), (uint256(1) << 64) / 2, "a half");
        (uint40 low, uint40 high) = ends();
        assertTrue(exits.rankOf(low) < exits.threshold(), "the vectors' lowest is drawn");
        assertTrue(exits.rankOf(high) >= exits.threshold(), "the vectors' highest is not");
        expectNotDrawn(high);
        trigger(rule, high);
        trigger(rule, low);
        // eight are left of it: too few to go on
        (uint256 amount, ) = exits.deficit();
        assertEq(amount, 8 ether, "left");
        vm.expectPartialRevert(IExitController.DeficitTooSmall.selector);
        trigger(rule, high);
        expectNoted(0, 0);
    }

    /// @dev In the end everyone is drawn, so nobody can stand in the way.
    function test_trigger_Drawn_EveryoneInTheEnd() public {
        setDeficit(10.1 ether);
        exits.note();
        (, uint40 high) = ends();
        noteUntil(currentTime() + 2 * PATIENCE * EPOCH_SECONDS);
        expectNotDrawn(high);
        trigger(IExitController.Rule.Drawn, high);
        noteUntil(currentTime() + 5 hours);
        assertEq(exits.threshold(), uint256(1) << 64, "all");
        trigger(IExitController.Rule.Drawn, high);
        setDeficit(10.1 ether + 32 ether);
        exits.note();
        noteUntil(currentTime() + 4 days);
        assertEq(exits.threshold(), uint256(1) << 64, "beyond all");
    }

    function test_trigger_RevertGiven_FewerServeTheDeficit() public {
        openDraw(65 ether);
        vm.expectRevert(abi.encodeWithSelector(IExitController.DeficitServed.selector, 106));
        send(IExitController.Rule.Drawn, shown("$.seven"), 7);
    }

    /// @dev Neither the caller nor the time of a report is in the seed.
    function test_rankOf_FollowsTheLastReport() public {
        uint256 before = exits.rankOf(101);
        vm.prank(makeAddr("another"));
        assertEq(exits.rankOf(101), before, "anyone's");
        assertNotEq(exits.rankOf(104), before, "each its own");
        report(0);
        assertNotEq(exits.rankOf(101), before, "another report");
    }

    /* WHO MAY BE ASKED */

    function test_trigger_RevertWhen_TheValidatorMayNotExit() public {
        jail();
        vm.expectRevert(abi.encodeWithSelector(IExitController.AlreadyExiting.selector, EXITING, 22_520));
        trigger(IExitController.Rule.Stopped, EXITING);
        vm.expectRevert(abi.encodeWithSelector(IExitController.TooYoung.selector, YOUNG, 22_656));
        trigger(IExitController.Rule.Stopped, YOUNG);
        warpToEpoch(22_656);
        trigger(IExitController.Rule.Stopped, YOUNG);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, 5));
        send(IExitController.Rule.Stopped, stranger(), 1);
    }
}
