// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IUpkeepAdapter} from "../../../contracts/interfaces/IUpkeepAdapter.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {Upkeeps} from "../../utils/Upkeeps.sol";

/// @notice Upkeep of fees that wait, of losses that the reserve covers, and of locks that are over.
contract FundUpkeepTest is Upkeeps {
    IUpkeepAdapter.Job private constant KEEPERS = IUpkeepAdapter.Job.PullKeepers;
    IUpkeepAdapter.Job private constant RESERVE = IUpkeepAdapter.Job.PullReserve;
    IUpkeepAdapter.Job private constant NOTE = IUpkeepAdapter.Job.NoteLoss;
    IUpkeepAdapter.Job private constant COVER = IUpkeepAdapter.Job.CoverLoss;
    IUpkeepAdapter.Job private constant RELEASE = IUpkeepAdapter.Job.Release;

    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = addOperator(1 ether);
        ledger.stake{value: 20 ether}(address(0));
    }

    /* FEES */

    function test_pull_IsNeeded_OfWhatIsWorthIt() public {
        uint256 fees = 5 * MIN_MOVED;
        sendFees(fees - 10);
        assertFalse(check(KEEPERS, 0), "a fifth is a little less");
        assertFalse(check(RESERVE, 0), "here, too");
        sendFees(20);
        assertTrue(check(KEEPERS, 0), "now");
        uint256 before = ledger.sharesOf(address(keeperBudget));
        perform(KEEPERS, 0);
        assertGt(ledger.sharesOf(address(keeperBudget)), before, "pulled");
        assertFalse(check(KEEPERS, 0), "done");
        assertTrue(check(RESERVE, 0), "the reserve's");
        perform(RESERVE, 0);
        assertGt(ledger.sharesOf(address(insuranceReserve)), 0, "pulled");
        uint256 left = ledger.sharesOf(address(distributor));
        perform(KEEPERS, 0);
        perform(RESERVE, 0);
        assertEq(ledger.sharesOf(address(distributor)), left, "what is done is passed over");
    }

    /* LOSSES */

    function test_noteLoss_IsNeeded_OfWhatIsWorthIt() public {
        assertFalse(check(NOTE, 0), "no loss");
        _fault(1 ether + MIN_MOVED / 2);
        assertFalse(check(NOTE, 0), "a small one");
        _fault(MIN_MOVED);
        assertTrue(check(NOTE, 0), "a larger one");
        perform(NOTE, 0);
        (uint256 noted, ) = insuranceReserve.noted();
        assertEq(noted, insuranceReserve.uncovered(), "noted");
        assertFalse(check(NOTE, 0), "once");
        uint256 before = noted;
        _fault(1 ether);
        assertFalse(check(NOTE, 0), "a note is never raised");
        perform(NOTE, 0);
        (noted, ) = insuranceReserve.noted();
        assertEq(noted, before, "it stands");
    }

    /// @dev The bond paid after all.
    function test_noteLoss_IsNeeded_WhereLessIsUncovered() public {
        _fault(3 ether);
        perform(NOTE, 0);
        _pay(MIN_MOVED / 2);
        assertFalse(check(NOTE, 0), "hardly less");
        _pay(MIN_MOVED);
        assertTrue(check(NOTE, 0), "less");
        perform(NOTE, 0);
        assertFalse(check(NOTE, 0), "lowered");
        _pay(3 ether);
        assertTrue(check(NOTE, 0), "nothing");
        perform(NOTE, 0);
        (uint256 noted, ) = insuranceReserve.noted();
        assertEq(noted, 0, "ended");
    }

    function test_coverLoss_IsNeeded_AfterItsDelay() public {
        _fault(2 ether);
        _fill(5 ether);
        assertFalse(check(COVER, 0), "not noted");
        perform(NOTE, 0);
        skipTime(COVER_DELAY - 1);
        assertFalse(check(COVER, 0), "too early");
        perform(COVER, 0);
        assertEq(insuranceReserve.totalCovered(), 0, "passed over");
        skipTime(1);
        assertTrue(check(COVER, 0), "now");
        perform(COVER, 0);
        assertApproxEqAbs(insuranceReserve.totalCovered(), 1 ether, 10, "covered");
        assertFalse(check(COVER, 0), "once");
        perform(COVER, 0);
    }

    /// @dev A cover ends the note, and the delay of the rest begins anew: not for a little.
    function test_coverLoss_WaitsForMoreThanALittle() public {
        _fault(2 ether);
        perform(NOTE, 0);
        skipTime(COVER_DELAY);
        assertFalse(check(COVER, 0), "nothing there");
        _fill(MIN_MOVED / 2);
        assertFalse(check(COVER, 0), "a little");
        _fill(MIN_MOVED);
        assertTrue(check(COVER, 0), "more");
        uint256 state = vm.snapshotState();
        setRole(Roles.SHARE_BURNER, address(insuranceReserve), false);
        assertFalse(check(COVER, 0), "it may not");
        perform(COVER, 0);
        assertEq(insuranceReserve.totalCovered(), 0, "passed over");
        vm.revertToState(state);
        perform(COVER, 0);
        assertGt(insuranceReserve.totalCovered(), MIN_MOVED, "a part");
    }

    function test_coverLoss_IsNeeded_OfAllHoweverLittle() public {
        _fault(1 ether + MIN_MOVED);
        perform(NOTE, 0);
        _pay(MIN_MOVED - 0.001 ether);
        skipTime(COVER_DELAY);
        _fill(0.0005 ether);
        assertFalse(check(COVER, 0), "not all");
        _fill(0.001 ether);
        assertTrue(check(COVER, 0), "all that is uncovered");
        perform(COVER, 0);
        assertLt(insuranceReserve.uncovered(), 10, "covered");
    }

    /// @dev What a bond can pay is asked of it before the reserve pays in its stead.
    function test_coverLoss_ComesAfterTheBonds() public {
        _fault(3 ether);
        _fill(5 ether);
        perform(NOTE, 0);
        skipTime(COVER_DELAY);
        bonds.deposit{value: 1 ether}(id);
        assertTrue(check(COVER, 0), "the reserve could");
        uint256 found = 0;
        for (uint256 i = 0; i < 8; ++i) {
            (bool can, bytes memory payload) = upkeep.checker();
            if (!can) break;
            (bool ok, ) = address(upkeep).call(payload);
            assertTrue(ok, "UPK-1");
            if (bonds.bondOf(id).shares == 0 && found == 0) found = insuranceReserve.totalCovered() + 1;
        }
        assertEq(found, 1, "the bond was first");
        assertLt(insuranceReserve.uncovered(), 10, "and the reserve paid the rest");
    }

    /* LOCKS */

    function test_release_IsNeeded_WhereABondCanPayWhatItOwes() public {
        assertFalse(check(RELEASE, 0), "it owes nothing");
        _fault(2 ether);
        assertFalse(check(RELEASE, 0), "it has nothing");
        bonds.deposit{value: MIN_MOVED / 2}(id);
        assertFalse(check(RELEASE, 0), "a little");
        bonds.deposit{value: MIN_MOVED}(id);
        assertTrue(check(RELEASE, 0), "more");
        uint256 state = vm.snapshotState();
        setRole(Roles.SHARE_BURNER, address(bonds), false);
        assertFalse(check(RELEASE, 0), "it may not burn");
        perform(RELEASE, id);
        vm.revertToState(state);
        perform(RELEASE, id);
        assertEq(bonds.bondOf(id).shares, 0, "burnt");
        assertFalse(check(RELEASE, 0), "done");
    }

    function test_release_IsNeeded_ForTheLastOfWhatIsOwed() public {
        _fault(1 ether + MIN_MOVED);
        _pay(MIN_MOVED - 0.001 ether);
        bonds.deposit{value: 0.0009 ether}(id);
        assertFalse(check(RELEASE, 0), "not all");
        bonds.deposit{value: 0.0002 ether}(id);
        assertTrue(check(RELEASE, 0), "all of it");
        perform(RELEASE, id);
        assertEq(bonds.totalUncovered(), 0, "paid");
    }

    /// @dev Keys that were overdue, and are proven or came back.
    function test_release_IsNeeded_WhereKeysAreProven() public {
        uint32[] memory keys = new uint32[](1);
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeWithSelector(IValidatorRegistry.markOverdue.selector),
            ""
        );
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeWithSelector(IValidatorRegistry.markLost.selector),
            ""
        );
        bonds.lockOverdue(id, 0, keys);
        _stakeIs(1, 0);
        assertFalse(check(RELEASE, 0), "overdue");
        _stakeIs(0, 0);
        assertTrue(check(RELEASE, 0), "proven");
        uint256 state = vm.snapshotState();
        perform(RELEASE, id);
        assertEq(bonds.bondOf(id).locked, 0, "free");
        assertFalse(check(RELEASE, 0), "done");
        vm.revertToState(state);

        _stakeIs(1, 0);
        bonds.burnOverdue(id, 0, keys);
        _stakeIs(0, 1);
        assertFalse(check(RELEASE, 0), "lost");
        _stakeIs(0, 0);
        assertTrue(check(RELEASE, 0), "came back");
        perform(RELEASE, id);
        assertEq(bonds.overdueOf(id).lostKeys, 0, "counted");
        assertFalse(check(RELEASE, 0), "done");
    }

    /* INTERNAL */

    /// @dev A fault of the operator, burnt at once as far as its bond goes.
    function _fault(uint256 loss) private {
        bonds.burn(id, loss, 0, address(0), 0);
    }

    /// @dev The bond pays of what it owes.
    function _pay(uint256 amount) private {
        bonds.deposit{value: amount}(id);
        bonds.releaseOverdue(id);
    }

    function _fill(uint256 amount) private {
        ledger.transferShares(address(insuranceReserve), ledger.getSharesByPooledEth(amount));
    }

    function _stakeIs(uint256 overdueKeys, uint256 lostKeys) private {
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.stakeOf, (id)),
            abi.encode(uint256(0), overdueKeys, lostKeys)
        );
    }
}
