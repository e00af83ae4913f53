// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {Exits} from "../../utils/Exits.sol";

contract DeficitTest is Exits {
    function test_deficit_IsWhatTicketsAskLessWhatIsThereAndComing() public {
        (uint256 amount, uint256 minimum) = exits.deficit();
        assertEq(amount, 0, "the ledger has enough");
        assertApproxEqAbs(minimum, 10 ether, 1, "a hundredth of what is asked");
        setDeficit(100 ether);
        (amount, ) = exits.deficit();
        assertEq(amount, 100 ether, "asked");
        vm.deal(address(withdrawalVault), 7 ether);
        vm.deal(address(rewardsVault), 3 ether);
        (amount, ) = exits.deficit();
        assertEq(amount, 90 ether, "vaults");
        triggerPartial(RICH);
        assertEq(exits.coming(), 8.5 ether, "coming");
        (amount, ) = exits.deficit();
        assertEq(amount, 81.5 ether, "less what comes");
    }

    function test_trigger_RevertGiven_TheDeficitIsSmall() public {
        (, uint256 minimum) = exits.deficit();
        setDeficit(minimum - 1);
        exits.note();
        (uint256 since, ) = exits.noted();
        assertEq(since, 0, "nothing to note");
        expectTooSmall(minimum - 1, minimum);
        trigger(IExitController.Rule.Drawn, 101);
        expectTooSmall(minimum - 1, minimum);
        triggerPartial(RICH);
        setDeficit(minimum);
        triggerPartial(RICH);
        // no minimum either makes nothing a deficit
        exits = deploy(withMinimum(0, 0));
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        vm.deal(address(ledger), 2_000 ether);
        expectTooSmall(0, 0);
        trigger(IExitController.Rule.Drawn, 101);
    }

    function test_note_BeginsLastsAndEnds() public {
        setDeficit(100 ether);
        uint256 start = currentTime();
        vm.expectEmit(address(exits));
        emit IExitController.DeficitNoted(100 ether);
        exits.note();
        expectNoted(start, start);
        skipTime(1 hours);
        exits.note();
        skipTime(40 minutes);
        expectNoted(start, start + 1 hours);
        assertEq(exits.openFrom(IExitController.Rule.AboveCap), start + PATIENCE * EPOCH_SECONDS, "cap");
        assertEq(exits.openFrom(IExitController.Rule.Drawn), start + 2 * PATIENCE * EPOCH_SECONDS, "draw");
        assertEq(exits.openFrom(IExitController.Rule.Stopped), currentTime(), "stopped");
        setDeficit(1 ether);
        vm.expectEmit(address(exits));
        emit IExitController.DeficitGone();
        exits.note();
        expectNoted(0, 0);
        assertEq(exits.openFrom(IExitController.Rule.Drawn), 0, "closed");
    }

    /// @dev Patience counts only while somebody says that the deficit is still there.
    function test_note_LapsesAnHourAfterItWasLastSeen() public {
        setDeficit(100 ether);
        uint256 start = currentTime();
        exits.note();
        skipTime(1 hours);
        expectNoted(start, start);
        skipTime(1);
        expectNoted(0, 0);
        assertEq(exits.openFrom(IExitController.Rule.AboveCap), 0, "closed");
        vm.expectEmit(address(exits));
        emit IExitController.DeficitNoted(100 ether);
        exits.note();
        expectNoted(currentTime(), currentTime());
    }

    /// @dev A request renews the note of what is left.
    function test_note_IsRenewedByARequest() public {
        setDeficit(100 ether);
        uint256 start = currentTime();
        exits.note();
        skipTime(50 minutes);
        triggerPartial(RICH);
        expectNoted(start, start + 50 minutes);
    }
}
