// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBalanceCheckpoint} from "../../../contracts/interfaces/IBalanceCheckpoint.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IProvenReports} from "../../../contracts/interfaces/IProvenReports.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {BeaconRoots} from "../../../contracts/libraries/BeaconRoots.sol";
import {ProvenReports__Mock} from "../../mocks/ProvenReports__Mock.sol";
import {Checkpoints} from "../../utils/Checkpoints.sol";

/// @notice Checkpoints from their opening to their end, against Lodestar's states: nobody is left out, nothing counts twice.
contract BalanceCheckpointTest is Checkpoints {
    bytes32 private constant REPORT = keccak256("report");

    function stakeMismatch(uint256 shownEth, uint256 totalEth) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBalanceCheckpoint.StakeMismatch.selector, shownEth, totalEth);
    }

    function notShown(uint256 id, uint256[] memory indices) private pure returns (bytes memory) {
        bytes32 batch = keccak256(abi.encodePacked(indices));
        return abi.encodeWithSelector(IBalanceCheckpoint.NotShown.selector, id, batch);
    }

    function departedMissing(uint256 id, uint256 index) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IBalanceCheckpoint.DepartedMissing.selector, id, index);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_TheTimeIsOutOfBounds() public {
        uint256[2] memory wrong = [uint256(1 minutes - 1), FRAME_SECONDS / 4 + 1];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IBalanceCheckpoint.ParameterOutOfBounds.selector,
                    bytes32("settleSeconds"),
                    wrong[i]
                )
            );
            factory.newBalanceCheckpoint(
                verifier,
                IStakedEther(address(ledger)),
                registry,
                withdrawalVault,
                rewardsVault,
                reports,
                wrong[i]
            );
        }
    }

    /* OPENING */

    function test_openLive_KeepsFiguresOfTheMoment() public {
        deal(withdrawalVault, 5 ether);
        deal(rewardsVault, 3 ether);
        ledger.setSwept(2 ether, 1 ether);
        checkpoints.noteDeposits();
        vm.roll(vm.getBlockNumber() + 1);
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.CheckpointOpened(1, stateRoot, 0, SLOT, FRAME, address(this));
        uint256 id = checkpoints.openLive(FRAME);
        assertEq(id, 1, "id");
        assertEq(checkpoints.count(), 1, "count");
        IBalanceCheckpoint.Checkpoint memory c = checkpoints.checkpoint(id);
        assertEq(c.root, stateRoot, "root");
        assertEq(c.parkedHash, bytes32(0), "live");
        assertEq(uint256(c.slot), SLOT, "slot");
        assertEq(uint256(c.time), currentTime(), "time");
        assertEq(uint256(c.frontierSlot), 1_360, "frontier");
        assertEq(uint256(c.depositedGwei), DEPOSITED_GWEI, "deposited");
        assertEq(uint256(c.recentGwei), TOP_UP_GWEI, "recent");
        assertEq(uint256(c.withdrawalsReceived), 7 ether, "withdrawals");
        assertEq(uint256(c.rewardsReceived), 4 ether, "rewards");
    }

    function test_openLive_AllowsSeveralAtOnce() public {
        assertEq(openLive(FRAME), 1, "first");
        assertEq(checkpoints.openLive(0), 2, "second");
        assertEq(uint256(checkpoints.checkpoint(2).frontierSlot), type(uint64).max, "no frontier");
        assertEq(uint256(checkpoints.checkpoint(2).recentGwei), 0, "nothing recent");
    }

    /// @dev A deposit of the same block is in no state that could be shown: whoever makes one, and opens, lowers the sum.
    function test_openLive_RevertGiven_DepositsOfTheSameBlock() public {
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.DepositsMoved.selector, 0, DEPOSITED_GWEI));
        checkpoints.openLive(FRAME);

        checkpoints.noteDeposits();
        vm.expectRevert(
            abi.encodeWithSelector(IBalanceCheckpoint.DepositsMoved.selector, DEPOSITED_GWEI, DEPOSITED_GWEI)
        );
        checkpoints.openLive(FRAME);

        vm.roll(vm.getBlockNumber() + 1);
        ledger.setDeposited(DEPOSITED_GWEI + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IBalanceCheckpoint.DepositsMoved.selector,
                DEPOSITED_GWEI,
                DEPOSITED_GWEI + 1
            )
        );
        checkpoints.openLive(FRAME);
    }

    function test_openLive_RevertGiven_NoRoot() public {
        checkpoints.noteDeposits();
        skipBlocks(1);
        vm.expectRevert(abi.encodeWithSelector(BeaconRoots.BeaconRootUnknown.selector, currentTime()));
        checkpoints.openLive(0);
    }

    function test_open_RevertWhen_TheFrontierIsUnknown() public {
        checkpoints.noteDeposits();
        vm.roll(vm.getBlockNumber() + 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.FrontierUnknown.selector, 16));
        checkpoints.openLive(16);
        // a boundary behind the root: deposits up to it are not those of the state
        ledger.setReport(19, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.FrontierUnknown.selector, 19));
        checkpoints.openLive(19);
    }

    function test_openParked_TakesTheReportsRootAndDeposits() public {
        reports.park(REPORT, stateRoot, 1_440, DEPOSITED_GWEI);
        uint256 id = checkpoints.openParked(FRAME);
        IBalanceCheckpoint.Checkpoint memory c = checkpoints.checkpoint(id);
        assertEq(c.root, stateRoot, "root");
        assertEq(c.parkedHash, REPORT, "report");
        assertEq(uint256(c.slot), 1_440, "slot");
        assertEq(uint256(c.time), timeOf(1_440), "time");
        assertEq(uint256(c.recentGwei), TOP_UP_GWEI, "recent");
    }

    function test_openParked_RevertGiven_NoneIsParked() public {
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotParked.selector, bytes32(0)));
        checkpoints.openParked(FRAME);
    }

    function test_openBooked_IsForEvidenceAlone() public {
        vm.warp(timeOf(SLOT + 1));
        setParentRoot(1_441, stateRoot);
        ledger.setReport(18, timeOf(1_450), DEPOSITED_GWEI);
        uint256 id = checkpoints.openBooked(18, parentAt(1_441), FRAME);
        IBalanceCheckpoint.Checkpoint memory c = checkpoints.checkpoint(id);
        assertEq(c.root, stateRoot, "root");
        assertEq(uint256(c.slot), 1_440, "slot");
        assertEq(uint256(c.depositedGwei), DEPOSITED_GWEI, "deposits of its boundary");
        countAll(id);
        skipTime(4 * SETTLE);
        (bool isKnown, ) = checkpoints.provenBalance(stateRoot);
        assertFalse(isKnown, "not before its end");
        complete(id);
        uint64 balanceGwei;
        (isKnown, balanceGwei) = checkpoints.provenBalance(stateRoot);
        assertTrue(isKnown, "known");
        assertEq(uint256(balanceGwei), sumOf(balances("all").balances), "without what is pending");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotAReport.selector, id));
        checkpoints.submit(id);
    }

    function test_openBooked_RevertWhen_NoReportIsOfThatBlock() public {
        setParentRoot(1_441, stateRoot);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotBooked.selector, 18, 1_440));
        checkpoints.openBooked(18, parentAt(1_441), FRAME);
        ledger.setReport(18, timeOf(1_450), DEPOSITED_GWEI);
        setParentRoot(1_442, stateRoot);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotBooked.selector, 18, 1_441));
        checkpoints.openBooked(18, parentAt(1_442), FRAME);
    }

    /* BALANCES */

    function test_showBalances_KeepsTheSumOfABatch() public {
        uint256 id = openLive(FRAME);
        Balances memory b = balances("all");
        bytes32 batch = keccak256(abi.encodePacked(b.indices));
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.BalancesShown(id, batch, b.indices.length, sumOf(b.balances));
        count(id, "all");
        (bool isShown, uint64 sum) = checkpoints.batchOf(id, b.indices);
        assertTrue(isShown, "not shown");
        assertEq(uint256(sum), sumOf(b.balances), "sum");
        (isShown, ) = checkpoints.batchOf(id + 1, b.indices);
        assertFalse(isShown, "shown for another checkpoint");
        (isShown, ) = checkpoints.batchOf(id, without(b.indices, 3));
        assertFalse(isShown, "another batch");
    }

    /// @dev Others may come first with the same batch, or with a part of it: the transaction goes on.
    function test_showBalances_IsSpoiltByNobody() public {
        uint256 id = openLive(FRAME);
        address rival = makeAddr("rival");
        Balances memory b = balances("cluster");
        vm.prank(rival);
        checkpoints.showBalances(id, b.indices, b.chunks, b.proof);
        count(id, "some");
        count(id, "cluster");
        count(id, "all");
        (bool isShown, uint64 sum) = checkpoints.batchOf(id, b.indices);
        assertTrue(isShown, "not shown");
        assertEq(uint256(sum), sumOf(b.balances), "counted twice");
        countAllButBalances(id);
        skipTime(4 * SETTLE);
        complete(id);
        assertEq(uint256(checkpoints.checkpoint(id).balancesGwei), sumOf(balances("all").balances), "sum");
    }

    function test_showBalances_ShowsNothingBehindTheList() public {
        uint256 id = openLive(FRAME);
        count(id, "behind");
        (bool isShown, uint64 sum) = checkpoints.batchOf(id, balances("behind").indices);
        assertTrue(isShown, "not shown");
        assertEq(uint256(sum), 0, "sum");
    }

    function testFuzz_showBalances_RevertWhen_AnythingIsMutated(uint256 which, uint256 bit) public {
        uint256 id = openLive(FRAME);
        Balances memory b = balances("some");
        bytes32 mask = bytes32(1 << (bit % 256));
        which = bound(which, 0, b.proof.length + b.chunks.length - 1);
        if (which < b.proof.length) b.proof[which] ^= mask;
        else b.chunks[which - b.proof.length] ^= mask;
        (bool done, ) = address(checkpoints).call(
            abi.encodeCall(checkpoints.showBalances, (id, b.indices, b.chunks, b.proof))
        );
        assertFalse(done, "a mutated proof passed");
    }

    function test_showBalances_RevertWhen_ChunksAreMissingOrTooMany() public {
        uint256 id = openLive(FRAME);
        Balances memory b = balances("some");
        bytes32[] memory fewer = new bytes32[](b.chunks.length - 1);
        for (uint256 i = 0; i < fewer.length; ++i) fewer[i] = b.chunks[i];
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconVerifier.IndexBeyondList.selector, fewer.length, fewer.length)
        );
        checkpoints.showBalances(id, b.indices, fewer, b.proof);
        bytes32[] memory more = new bytes32[](b.chunks.length + 1);
        for (uint256 i = 0; i < b.chunks.length; ++i) more[i] = b.chunks[i];
        vm.expectRevert(
            abi.encodeWithSelector(BeaconProofs.CountMismatch.selector, b.chunks.length, more.length)
        );
        checkpoints.showBalances(id, b.indices, more, b.proof);
    }

    function test_showBalances_RevertWhen_TheProofIsOfAnotherState() public {
        uint256 id = openLive(FRAME);
        Balances memory b = balances("empty");
        (bool done, bytes memory reason) = address(checkpoints).call(
            abi.encodeCall(checkpoints.showBalances, (id, b.indices, b.chunks, b.proof))
        );
        assertFalse(done, "another state passed");
        assertEq(bytes32(bytes4(reason)), bytes32(BeaconProofs.ProofInvalid.selector), "error");
    }

    /* THE END */

    function test_complete_SumsBalancesAndPendingDeposits() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        skipTime(4 * SETTLE);
        uint256 sum = sumOf(balances("all").balances) + 2 * TOP_UP_GWEI + PREDEPOSIT_GWEI + TOP_UP_GWEI;
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.CheckpointCompleted(id, stateRoot, sum);
        complete(id);
        assertEq(uint256(checkpoints.beaconBalanceGwei(id)), sum, "sum");
        assertEq(uint256(checkpoints.checkpoint(id).completedAt), currentTime(), "time");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotOpen.selector, id));
        complete(id);
        Balances memory b = balances("some");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotOpen.selector, id));
        checkpoints.showBalances(id, b.indices, b.chunks, b.proof);
    }

    function test_complete_TakesAnyBatchesOfAll() public {
        uint256 id = openLive(FRAME);
        count(id, "tail");
        count(id, "head");
        count(id, "cluster");
        countAllButBalances(id);
        skipTime(4 * SETTLE);
        uint256[] memory all = balances("all").indices;
        uint256[] memory sizes = new uint256[](3);
        (sizes[0], sizes[1], sizes[2]) = (2, 10, 3);
        checkpoints.complete(id, all, sizes, waitingWords(), 0);
        assertEq(uint256(checkpoints.checkpoint(id).balancesGwei), sumOf(balances("all").balances), "sum");
    }

    function test_complete_RevertWhen_SizesAreNotThoseOfBatches() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        skipTime(4 * SETTLE);
        uint256[] memory all = balances("all").indices;
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.LengthMismatch.selector, 16, 15));
        checkpoints.complete(id, all, sizesOf(16), waitingWords(), 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.LengthMismatch.selector, 0, 15));
        checkpoints.complete(id, all, new uint256[](0), waitingWords(), 0);
        vm.expectRevert(notShown(id, without(all, 14)));
        checkpoints.complete(id, all, sizesOf(14), waitingWords(), 0);
    }

    function test_complete_RevertWhen_AnyValidatorIsLeftOut() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        count(id, "allButOne");
        count(id, "cluster");
        skipTime(4 * SETTLE);
        uint256[] memory rest = balances("allButOne").indices;
        vm.expectRevert(stakeMismatch(15 * 32, 16 * 32));
        complete(id, rest, 0);
        rest = balances("cluster").indices;
        vm.expectRevert(stakeMismatch(11 * 32, 16 * 32));
        complete(id, rest, 0);
    }

    function test_complete_RevertWhen_OneWasNotShown() public {
        uint256 id = openLive(FRAME);
        count(id, "allButOne");
        countAllButBalances(id);
        skipTime(4 * SETTLE);
        uint256[] memory all = balances("all").indices;
        vm.expectRevert(notShown(id, all));
        complete(id, all, 0);
        count(id, "all");
        complete(id, all, 0);
    }

    /// @dev In two batches, each of them true.
    function test_complete_RevertWhen_OneStandsForTwo() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        count(id, "cluster");
        count(id, "some");
        skipTime(4 * SETTLE);
        uint256[] memory one = balances("some").indices;
        uint256[] memory other = balances("cluster").indices;
        uint256[] memory both = new uint256[](15);
        for (uint256 i = 0; i < 15; ++i) both[i] = i < 5 ? one[i] : other[i - 5];
        uint256[] memory sizes = new uint256[](2);
        (sizes[0], sizes[1]) = (5, 10);
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorsOutOfOrder.selector, 100));
        checkpoints.complete(id, both, sizes, waitingWords(), 0);
    }

    function test_complete_RevertWhen_AStrangerStandsIn() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        count(id, "strange");
        skipTime(4 * SETTLE);
        uint256[] memory indices = balances("strange").indices;
        vm.expectRevert(abi.encodeWithSelector(IValidatorRegistry.ValidatorUnknown.selector, 58));
        complete(id, indices, 0);
    }

    function test_complete_RevertWhen_WaitingKeysAreLeftOutOrGivenTwice() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        skipTime(4 * SETTLE);
        uint256[] memory all = balances("all").indices;
        vm.expectRevert(stakeMismatch(15 * 32, 16 * 32));
        checkpoints.complete(id, all, sizesOf(15), new IValidatorRegistry.KeyWord[](0), 0);

        // one key twice would stand for a validator
        IValidatorRegistry.KeyWord[] memory twice = new IValidatorRegistry.KeyWord[](2);
        (twice[0], twice[1]) = (waitingWords()[0], waitingWords()[0]);
        count(id, "allButOne");
        uint256[] memory fewer = balances("allButOne").indices;
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.KeysOutOfOrder.selector, twice[0].commitmentId, 0)
        );
        checkpoints.complete(id, fewer, sizesOf(14), twice, 0);
    }

    /// @dev A key that was proven since has its validator behind the end of the list mostly: it is shown beside the others.
    function test_complete_WantsValidatorsThatWereProvenSince() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        prove(WAITING, 320);
        skipTime(4 * SETTLE);
        uint256[] memory all = balances("all").indices;
        vm.expectRevert(stakeMismatch(15 * 32, 16 * 32));
        complete(id, all, 0);
        count(id, "later");
        uint256[] memory more = new uint256[](16);
        for (uint256 i = 0; i < 16; ++i) more[i] = i < 15 ? all[i] : 320;
        uint256[] memory sizes = new uint256[](2);
        (sizes[0], sizes[1]) = (15, 1);
        checkpoints.complete(id, more, sizes, waitingWords(), 0);
    }

    /// @dev Where it is among the others, it is shown with them.
    function test_complete_CountsThoseInTheListThatWereProvenSince() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        prove(WAITING, 296);
        skipTime(4 * SETTLE);
        Balances memory b = balances("withLate");
        count(id, "withLate");
        complete(id, b.indices, 0);
        assertEq(uint256(checkpoints.checkpoint(id).balancesGwei), sumOf(b.balances), "sum");
    }

    /* WITHDRAWN MEANWHILE */

    function test_complete_CountsThoseThatWereWithdrawnSince() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        withdraw(104);
        withdraw(3);
        withdraw(310);
        skipTime(4 * SETTLE);
        complete(id);
        assertEq(uint256(checkpoints.checkpoint(id).balancesGwei), sumOf(balances("all").balances), "sum");
    }

    function test_complete_RevertWhen_OneThatWasWithdrawnSinceIsMissing() public {
        uint256 id = openLive(FRAME);
        count(id, "allButOne");
        countAllButBalances(id);
        withdraw(104);
        skipTime(4 * SETTLE);
        uint256[] memory rest = balances("allButOne").indices;
        vm.expectRevert(departedMissing(id, 104));
        complete(id, rest, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.DeparturesSkipped.selector, 1));
        complete(id, rest, 1);
        count(id, "all");
        complete(id);
    }

    /// @dev Each of them, not the first alone.
    function test_complete_RevertWhen_AnyOfThoseWithdrawnSinceIsMissing() public {
        uint256 id = openLive(FRAME);
        count(id, "allButOne");
        countAllButBalances(id);
        withdraw(105);
        withdraw(3);
        withdraw(104);
        skipTime(4 * SETTLE);
        uint256[] memory rest = balances("allButOne").indices;
        vm.expectRevert(departedMissing(id, 104));
        complete(id, rest, 0);
    }

    /// @dev Those that were withdrawn before had no balance any more. In the very second of the opening they may have had
    /// one.
    function test_complete_PassesOverThoseThatWereWithdrawnBefore() public {
        withdraw(104);
        vm.warp(timeOf(SLOT + 2));
        setParentRoot(SLOT + 2, stateRoot);
        uint256 id = openLive(FRAME);
        count(id, "allButOne");
        countAllButBalances(id);
        withdraw(105);
        skipTime(4 * SETTLE);
        uint256[] memory rest = balances("allButOne").indices;
        vm.expectRevert(departedMissing(id, 104));
        complete(id, rest, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.DeparturesSkipped.selector, 2));
        complete(id, rest, 2);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.DeparturesSkipped.selector, 3));
        complete(id, rest, 3);
        complete(id, rest, 1);
    }

    /// @dev A deposit that came after the last withdrawal: a true report counts it, so the sum must not leave it out.
    function test_complete_RevertGiven_AWithdrawnOneWithABalanceIsDemanded() public {
        withdraw(104);
        vm.warp(timeOf(SLOT + 2));
        setParentRoot(SLOT + 2, stateRoot);
        uint256 id = openLive(FRAME);
        count(id, "allButOne");
        count(id, "one");
        countAllButBalances(id);
        Balances memory one = balances("one");
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.ValidatorDemanded(id, 104, one.balances[0]);
        checkpoints.demand(id, 104, one.chunks[0], one.proof);
        // once is enough: nothing is looked at again
        checkpoints.demand(id, 104, 0, new bytes32[](0));
        skipTime(4 * SETTLE);
        uint256[] memory rest = balances("allButOne").indices;
        vm.expectRevert(departedMissing(id, 104));
        complete(id, rest, 1);
    }

    function test_demand_RevertWhen_ItIsAskedForAnyway() public {
        uint256 id = openLive(FRAME);
        Balances memory one = balances("one");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotWithdrawn.selector, 104));
        checkpoints.demand(id, 104, one.chunks[0], one.proof);
        withdraw(310);
        Balances memory behind = balances("behind");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NothingThere.selector, 310));
        checkpoints.demand(id, 310, behind.chunks[0], behind.proof);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotOpen.selector, id + 1));
        checkpoints.demand(id + 1, 104, one.chunks[0], one.proof);
    }

    /// @dev Nobody makes a note younger: else a note in each block would stop all openings.
    function test_noteDeposits_KeepsTheOlderNote() public {
        checkpoints.noteDeposits();
        (, uint256 noted) = checkpoints.notedDeposits();
        vm.roll(vm.getBlockNumber() + 1);
        vm.prank(makeAddr("stranger"));
        checkpoints.noteDeposits();
        (, uint256 again) = checkpoints.notedDeposits();
        assertEq(again, noted, "as old as before");
        assertEq(checkpoints.openLive(FRAME), 1, "opened");
    }

    /// @dev What is proven to be there is not lowered by a proof that leaves something out.
    function test_provenBalance_KeepsTheGreatest() public {
        withdraw(104);
        vm.warp(timeOf(SLOT + 2));
        setParentRoot(SLOT + 2, stateRoot);
        uint256 first = openLive(FRAME);
        uint256 second = checkpoints.openLive(FRAME);
        countAll(first);
        count(second, "allButOne");
        countAllButBalances(second);
        skipTime(4 * SETTLE);
        complete(first, balances("all").indices, 1);
        (, uint64 greatest) = checkpoints.provenBalance(stateRoot);
        assertEq(uint256(greatest), sumOf(balances("all").balances), "with one that was withdrawn");
        complete(second, balances("allButOne").indices, 1);
        (, uint64 after_) = checkpoints.provenBalance(stateRoot);
        assertEq(uint256(after_), greatest, "stands");
    }

    /// @dev What a merged validator reserved is at its target's: the sum is the same, and both are shown.
    function test_complete_CountsMergedValidators() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        registry.noteConsolidation(104, 105);
        withdraw(104);
        skipTime(4 * SETTLE);
        complete(id);
    }

    /* TIME */

    function test_complete_RevertWhen_OthersMayStillAdd() public {
        uint256 id = openLive(FRAME);
        countAll(id);
        // a copy of a predeposit, and a stranger's key under our credentials
        assertEq(uint256(checkpoints.checkpoint(id).doubtful), 2, "doubtful");
        uint256 end = currentTime() + 4 * SETTLE;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.TooEarly.selector, id, end));
        complete(id);
        vm.warp(end);
        complete(id);
    }

    function test_complete_TakesTheShortTimeWhereNothingIsDoubtful() public {
        uint256 id = openEmpty();
        uint256 end = currentTime() + SETTLE;
        vm.warp(end - 1);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.TooEarly.selector, id, end));
        complete(id);
        vm.warp(end);
        complete(id);
        assertEq(uint256(checkpoints.beaconBalanceGwei(id)), sumOf(balances("all").balances), "sum");
    }

    /* SUBMISSION */

    function test_submit_HandsALiveOneToTheReports() public {
        deal(withdrawalVault, 5 ether);
        deal(rewardsVault, 3 ether);
        uint256 opened = currentTime();
        ledger.setBoundary(SLOT / (FRAME_SECONDS / 12), DEPOSITED_GWEI - 7);
        uint256 id = openEmpty();
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotCompleted.selector, id));
        checkpoints.submit(id);
        skipTime(SETTLE);
        complete(id);
        vm.expectRevert(ProvenReports__Mock.CommitteeNotSilent.selector);
        checkpoints.submit(id);

        reports.setSilent(true);
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.CheckpointSubmitted(id);
        checkpoints.submit(id);
        IProvenReports.ProvenBalances memory told = reports.last();
        assertEq(told.blockRoot, vm.parseJsonBytes32(vectors, "$.emptyRoot"), "root");
        assertEq(uint256(told.slot), SLOT, "slot");
        assertEq(uint256(told.time), opened, "time");
        assertEq(uint256(told.beaconBalanceGwei), sumOf(balances("all").balances), "balance");
        assertEq(uint256(told.depositedGwei), DEPOSITED_GWEI, "deposited");
        assertEq(uint256(told.boundaryGwei), DEPOSITED_GWEI - 7, "of its boundary");
        assertEq(uint256(told.withdrawalsReceived), 5 ether, "withdrawals");
        assertEq(uint256(told.rewardsReceived), 3 ether, "rewards");
    }

    function test_submit_ResolvesTheParkedReport() public {
        reports.park(REPORT, stateRoot, 1_440, DEPOSITED_GWEI);
        uint256 id = checkpoints.openParked(FRAME);
        countAll(id);
        skipTime(4 * SETTLE);
        complete(id);
        checkpoints.submit(id);
        // a predeposit that is pending may be another's, and so may one of what was deposited since; or the key waits for
        // a validator that is there
        assertEq(uint256(reports.resolvedGwei()), checkpoints.beaconBalanceGwei(id) - 2e9, "the least");
        assertEq(uint256(reports.uncertainGwei()), 3e9, "up to the most");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotParked.selector, bytes32(0)));
        checkpoints.submit(id);
    }

    /// @dev Another report may be parked meanwhile: the figures are not of its root.
    function test_submit_RevertGiven_AnotherReportIsParked() public {
        reports.park(REPORT, stateRoot, 1_440, DEPOSITED_GWEI);
        uint256 id = checkpoints.openParked(FRAME);
        countAll(id);
        skipTime(4 * SETTLE);
        complete(id);
        bytes32 other = keccak256("another report");
        reports.park(other, stateRoot, 1_440, DEPOSITED_GWEI);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotParked.selector, other));
        checkpoints.submit(id);
    }

    function test_anything_RevertGiven_NoSuchCheckpoint() public {
        Balances memory b = balances("some");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotOpen.selector, 7));
        checkpoints.showBalances(7, b.indices, b.chunks, b.proof);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotOpen.selector, 7));
        checkpoints.complete(7, b.indices, sizesOf(5), new IValidatorRegistry.KeyWord[](0), 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotCompleted.selector, 7));
        checkpoints.submit(7);
    }

    /* INTERNAL */

    function countAllButBalances(uint256 id) private {
        walk(id, "0-7");
        countDeposit(id, "1", 0);
        countDeposit(id, "3", WAITING);
        countDeposit(id, "8", 9);
        proveFrontier(id, "2", "7");
    }

    /// @dev Nothing is pending: all of it was shown.
    function openEmpty() private returns (uint256 id) {
        setParentRoot(SLOT + 1, vm.parseJsonBytes32(vectors, "$.emptyRoot"));
        id = openLive(0);
        count(id, "empty");
        Walk memory w = abi.decode(vm.parseJsonBytes(vectors, "$.emptyWalk"), (Walk));
        checkpoints.walk(id, w.first, w.heads, w.proof);
    }
}
