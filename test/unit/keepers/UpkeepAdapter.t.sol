// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {IAccounting} from "../../../contracts/interfaces/IAccounting.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {IRandomnessSource} from "../../../contracts/interfaces/IRandomnessSource.sol";
import {IUpkeepAdapter} from "../../../contracts/interfaces/IUpkeepAdapter.sol";
import {Vm} from "../../utils/Vm.sol";
import {Upkeeps} from "../../utils/Upkeeps.sol";

/// @notice How networks speak to the adapter, and what they can make it do.
contract UpkeepAdapterTest is Upkeeps {
    /// @dev What networks send as the gas of a check on mainnet, at most.
    uint256 private constant CHECK_GAS = 10_000_000;

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IUpkeepAdapter.Contracts memory c = contracts();
        c.accounting = IAccounting(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newUpkeepAdapter(c);
        c = contracts();
        c.randomness = IRandomnessSource(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newUpkeepAdapter(c);
        c = contracts();
        c.bondVault = IBondVault(address(0));
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newUpkeepAdapter(c);
    }

    /* WHAT NETWORKS SEND */

    function test_selectors_AreThoseOfTheNetworks() public view {
        assertEq(bytes32(upkeep.checkUpkeep.selector), bytes32(bytes4(0x6e04ff0d)), "Chainlink's check");
        assertEq(bytes32(upkeep.performUpkeep.selector), bytes32(bytes4(0x4585e33b)), "Chainlink's perform");
        assertEq(
            upkeep.upkeepOf(IUpkeepAdapter.Job.Lapse, 7),
            abi.encode(uint256(10), uint256(7)),
            "encoding"
        );
    }

    function test_checkUpkeep_RevertWhen_TheDataIsMalformed() public {
        for (uint256 length = 0; length <= 96; length += 32) {
            if (length == 64) continue;
            bytes memory data = new bytes(length);
            bytes memory expected = abi.encodeWithSelector(IUpkeepAdapter.MalformedUpkeep.selector, length);
            vm.expectRevert(expected);
            upkeep.checkUpkeep(data);
            vm.expectRevert(expected);
            upkeep.performUpkeep(data);
            vm.expectRevert(expected);
            upkeep.checker(data);
        }
        uint256 beyond = uint256(type(IUpkeepAdapter.Job).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IUpkeepAdapter.UnknownJob.selector, beyond));
        upkeep.checkUpkeep(abi.encode(beyond, uint256(0)));
        vm.expectRevert(abi.encodeWithSelector(IUpkeepAdapter.UnknownJob.selector, beyond));
        upkeep.performUpkeep(abi.encode(beyond, uint256(0)));
    }

    /// @dev Gelato's executors send the payload as it is.
    function test_checker_AnswersWithTheWholeCall() public {
        skipTime(GAP);
        (bool can, bytes memory payload) = upkeep.checker(abi.encode(IUpkeepAdapter.Job.Observe, uint256(0)));
        assertTrue(can, "of one job");
        (bool canAny, bytes memory any) = upkeep.checker();
        assertTrue(canAny, "of all jobs");
        assertEq(any, payload, "the same");
        vm.prank(mallory);
        (bool ok, ) = address(upkeep).call(payload);
        assertTrue(ok, "performed");
        (, uint256 observedAt, ) = timelock.openTime();
        assertEq(observedAt, currentTime(), "and done");
        (canAny, any) = upkeep.checker();
        assertFalse(canAny, "nothing is left");
        assertEq(any.length, 0, "nor answered");
    }

    /// @dev Jobs that nobody is paid for by name, one after the other.
    function test_checker_GoesThroughAllJobs() public {
        addOperator(10 ether);
        ledger.stake{value: 100 ether}(address(0));
        sendFees(1 ether);
        uint256 first = requestFor(alice, 1 ether);
        nameTickets(first);
        requestFor(alice, 1 ether);
        skipTime(GAP);
        uint256 count = 0;
        for (; count < 10; ++count) {
            (bool can, bytes memory payload) = upkeep.checker();
            if (!can) break;
            (bool ok, ) = address(upkeep).call(payload);
            assertTrue(ok, "UPK-1");
        }
        // time observed, the weight refreshed, a draw opened, two parts pulled
        assertEq(count, 5, "as many as there were");
        assertTrue(allocator.draw().isOpen, "a draw");
    }

    /* WHAT IT CAN BE MADE TO DO */

    /// @dev UPK-1: whatever is performed, the adapter calls what it was made with, and keeps nothing.
    function testFuzz_performUpkeep_CallsOnlyWhatJobsCall(bytes calldata data) public {
        vm.recordLogs();
        try upkeep.performUpkeep(data) {
            assertEq(data.length, 64, "nothing else is an upkeep");
        } catch (bytes memory reason) {
            _expectOwnError(reason);
        }
        _expectKnownEmitters(vm.getRecordedLogs());
    }

    /// @dev With bytes that are an upkeep, in a pool where most jobs can be done.
    function testFuzz_performUpkeep_RevertsForNothingButItsOwnErrors(uint256 job, uint256 subject) public {
        _makeWork();
        job = bound(job, 0, uint256(type(IUpkeepAdapter.Job).max) + 1);
        if (job % 2 == 0) subject = bound(subject, 0, 4);
        vm.recordLogs();
        vm.prank(mallory);
        try upkeep.performUpkeep(abi.encode(job, subject)) {} catch (bytes memory reason) {
            _expectOwnError(reason);
        }
        _expectKnownEmitters(vm.getRecordedLogs());
        assertEq(ledger.unitsOf(address(upkeep)), 0, "no shares stay");
        assertEq(ledger.sharesOf(mallory), 0, "nothing for who performs");
    }

    function test_performUpkeep_TakesNoEther() public {
        deal(mallory, 1 ether);
        vm.prank(mallory);
        (bool ok, ) = address(upkeep).call{value: 1}("");
        assertFalse(ok, "plain");
        vm.prank(mallory);
        (ok, ) = address(upkeep).call{value: 1}(
            abi.encodeCall(upkeep.performUpkeep, (abi.encode(IUpkeepAdapter.Job.Observe, uint256(0))))
        );
        assertFalse(ok, "with a call");
    }

    /* GAS */

    /// @dev Of more operators than one check looks at, none of whom needs anything.
    function test_checkUpkeep_StaysWithinTheGasOfNetworks() public {
        for (uint256 i = 0; i < 70; ++i) operatorRegistry.register(alice, 0);
        ledger.stake{value: 1_000 ether}(address(0));
        for (uint256 id = 1; id <= 70; ++id) {
            bonds.deposit{value: 1 ether}(id);
            allocator.refresh(id);
        }
        skipTime(WEIGHT_LIFE);
        timelock.observe();
        uint256 before = gasleft();
        (bool can, ) = upkeep.checker();
        uint256 all = before - gasleft();
        assertFalse(can, "none could win a lot with such a bond");
        assertLt(all, CHECK_GAS, "all jobs");
        before = gasleft();
        upkeep.checkUpkeep(abi.encode(IUpkeepAdapter.Job.OpenDraw, uint256(7)));
        assertLt(before - gasleft(), CHECK_GAS / 4, "one job");
    }

    /// @dev The first of those that it looks at, and none beyond.
    function test_checkUpkeep_LooksAtSoManyOperators() public {
        for (uint256 i = 0; i < 66; ++i) operatorRegistry.register(alice, 0);
        bonds.deposit{value: 10 ether}(65);
        assertFalse(check(IUpkeepAdapter.Job.Refresh, 0), "1 to 64");
        assertFalse(check(IUpkeepAdapter.Job.Refresh, 1), "1 to 64");
        (bool needed, bytes memory data) = upkeep.checkUpkeep(
            abi.encode(IUpkeepAdapter.Job.Refresh, uint256(2))
        );
        assertTrue(needed, "2 to 65");
        assertEq(data, abi.encode(IUpkeepAdapter.Job.Refresh, uint256(65)), "the one");
        assertTrue(check(IUpkeepAdapter.Job.Refresh, 65), "itself");
        assertFalse(check(IUpkeepAdapter.Job.Refresh, 66), "beyond");
        assertFalse(check(IUpkeepAdapter.Job.Refresh, type(uint256).max), "far beyond");
    }

    /* INTERNAL */

    /// @dev Something for most jobs.
    function _makeWork() private {
        addOperator(10 ether);
        ledger.stake{value: 100 ether}(address(0));
        sendFees(1 ether);
        depositKeys(140);
        nameTickets(requestFor(alice, 15 ether));
        deal(address(rewardsVault), 2 ether);
        ledger.stake{value: 5 ether}(address(0));
        bonds.burn(1, 11 ether, 0, address(0), 0);
        bonds.deposit{value: 10 ether}(1);
    }

    function _expectOwnError(bytes memory reason) private pure {
        bytes4 selector = bytes4(reason);
        assertTrue(
            selector == IUpkeepAdapter.MalformedUpkeep.selector ||
                selector == IUpkeepAdapter.UnknownJob.selector ||
                selector == IUpkeepAdapter.WrongRecipient.selector,
            "UPK-1: its own errors alone"
        );
    }

    function _expectKnownEmitters(Vm.Log[] memory logs) private view {
        for (uint256 i = 0; i < logs.length; ++i) {
            address by = logs[i].emitter;
            bool isKnown = by == address(queue) ||
                by == address(ledger) ||
                by == address(keeperBudget) ||
                by == address(exits) ||
                by == address(timelock) ||
                by == address(allocator) ||
                by == address(operatorRegistry) ||
                by == address(bonds) ||
                by == address(distributor) ||
                by == address(insuranceReserve);
            assertTrue(isKnown, "UPK-1: nothing but the calls of jobs");
        }
    }
}
