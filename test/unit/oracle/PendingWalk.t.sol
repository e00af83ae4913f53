// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBalanceCheckpoint} from "../../../contracts/interfaces/IBalanceCheckpoint.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {PendingDepositHead} from "../../../contracts/types/PendingDeposit.sol";
import {Checkpoints} from "../../utils/Checkpoints.sol";

/// @notice Which pending deposits count, against Lodestar's list of them: eleven, of which five are ours, and three of these
/// stand before the frontier.
contract PendingWalkTest is Checkpoints {
    uint256 private id;

    function setUp() public override {
        super.setUp();
        id = openLive(FRAME);
    }

    function state() private view returns (IBalanceCheckpoint.Checkpoint memory) {
        return checkpoints.checkpoint(id);
    }

    /* THE WALK */

    function test_walk_EndsAtTheFirstDepositAfterTheFrontier() public {
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.DepositsWalked(id, 6, 4, true);
        walk(id, "0-7");
        assertEq(uint256(state().walked), 6, "walked");
        assertEq(uint256(state().walkedAt), currentTime(), "end");
        assertFalse(state().isWholeList, "whole");
        // all four that name our vault
        assertEq(uint256(state().doubtful), 4, "doubtful");
    }

    function test_walk_GoesOnWhereItEnded() public {
        walk(id, "0-3");
        assertEq(uint256(state().walked), 3, "walked");
        assertEq(uint256(state().walkedAt), 0, "ended");
        // somebody was quicker with a part of it
        walk(id, "1-5");
        assertEq(uint256(state().walked), 5, "overlap");
        assertEq(uint256(state().doubtful), 3, "counted twice");
        walk(id, "0-3");
        assertEq(uint256(state().walked), 5, "back");
        walk(id, "3-7");
        assertEq(uint256(state().walked), 6, "end");
        assertTrue(state().walkedAt != 0, "not ended");
        assertEq(uint256(state().doubtful), 4, "doubtful");
        skipTime(1);
        walk(id, "0-7");
        assertEq(uint256(state().walkedAt), currentTime() - 1, "the end moved");
    }

    function test_walk_RevertWhen_SomethingIsPassedOver() public {
        Walk memory w = walkOf("1-5");
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.WalkHasGap.selector, 1, 0));
        checkpoints.walk(id, w.first, w.heads, w.proof);
    }

    function test_walk_RevertWhen_ThePlacesAreOthers() public {
        walk(id, "0-3");
        Walk memory w = walkOf("3-7");
        for (uint256 first = 0; first < 3; ++first) {
            (bool done, ) = address(checkpoints).call(
                abi.encodeCall(checkpoints.walk, (id, first, w.heads, w.proof))
            );
            assertFalse(done, "other places passed");
        }
    }

    function testFuzz_walk_RevertWhen_AnythingIsMutated(uint256 which, uint256 field, uint256 bit) public {
        Walk memory w = walkOf("0-3");
        bytes32 mask = bytes32(1 << (bit % 256));
        field = bound(field, 0, 4);
        uint256 at = which % 3;
        if (field == 0) w.heads[at].pubkeyRoot ^= mask;
        if (field == 1) w.heads[at].withdrawalCredentials ^= mask;
        if (field == 2) w.heads[at].amountAndSignature ^= mask;
        if (field == 3) w.heads[at].slot ^= uint64(1 << (bit % 64));
        if (field == 4) w.proof[which % w.proof.length] ^= mask;
        (bool done, ) = address(checkpoints).call(
            abi.encodeCall(checkpoints.walk, (id, w.first, w.heads, w.proof))
        );
        assertFalse(done, "a mutated walk passed");
    }

    /// @dev An empty list cannot be claimed where there is one.
    function test_walk_RevertWhen_TheListIsNotEmpty() public {
        Walk memory w = abi.decode(vm.parseJsonBytes(vectors, "$.emptyWalk"), (Walk));
        (bool done, bytes memory reason) = address(checkpoints).call(
            abi.encodeCall(checkpoints.walk, (id, 0, w.heads, w.proof))
        );
        assertFalse(done, "the list passed for empty");
        assertEq(bytes32(bytes4(reason)), bytes32(BeaconProofs.ProofInvalid.selector), "error");
    }

    function test_walk_GoesToTheEndOfTheListWithoutFrontier() public {
        id = checkpoints.openLive(0);
        walk(id, "0-7");
        assertEq(uint256(state().walkedAt), 0, "ended");
        walk(id, "6-11");
        assertEq(uint256(state().walked), 11, "walked");
        assertTrue(state().isWholeList, "whole");
        assertTrue(state().walkedAt != 0, "not ended");
        // then all are shown one by one, and nothing is taken from the books
        countDeposit(id, "1", 0);
        countDeposit(id, "3", WAITING);
        countDeposit(id, "6", 1);
        countDeposit(id, "8", 9);
        assertEq(uint256(state().pendingGwei), 3 * TOP_UP_GWEI + PREDEPOSIT_GWEI, "pending");
        count(id, "all");
        skipTime(4 * SETTLE);
        complete(id);
    }

    /* WHAT IS OURS */

    function test_countDeposits_CountsEachOnce() public {
        walk(id, "0-7");
        Shown memory s = shown("1-3-8");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](3);
        (places[0], places[1], places[2]) = (placeOf(0), placeOf(WAITING), placeOf(9));
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        uint256 sum = 2 * uint256(TOP_UP_GWEI) + PREDEPOSIT_GWEI;
        assertEq(uint256(state().pendingGwei), sum, "pending");
        assertEq(uint256(state().doubtful), 2, "doubtful");
        assertEq(uint256(state().unprovenGwei), PREDEPOSIT_GWEI, "of a key that is not proven");
        countDeposit(id, "1", 0);
        countDeposit(id, "3", WAITING);
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        assertEq(uint256(state().pendingGwei), sum, "counted twice");
        assertEq(uint256(state().doubtful), 2, "doubts counted twice");
        assertTrue(checkpoints.isDepositCounted(id, 8), "not counted");
        assertFalse(checkpoints.isDepositCounted(id, 4), "counted");
    }

    /// @dev In either order, nothing of ours is left in doubt.
    function test_countDeposits_MayComeBeforeTheWalk() public {
        countDeposit(id, "1", 0);
        countDeposit(id, "3", WAITING);
        countDeposit(id, "8", 9);
        walk(id, "0-7");
        assertEq(uint256(state().doubtful), 2, "doubtful");
    }

    function test_countDeposits_RevertWhen_ItIsAfterTheFrontier() public {
        Shown memory s = shown("6");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(1);
        vm.expectRevert(
            abi.encodeWithSelector(IBalanceCheckpoint.DepositAfterFrontier.selector, 6, 1_361, 1_360)
        );
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
    }

    /// @dev The books count what came after the boundary: a deposit of its very slot is shown, or missed.
    function test_countDeposits_TakesOneOfTheFrontiersOwnSlot() public {
        vm.mockCall(
            address(verifier),
            abi.encodePacked(verifier.verifyPendingDeposits.selector),
            abi.encode(uint256(11))
        );
        Shown memory s = shown("1");
        s.deposits[0].slot = 1_360;
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(0);
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        assertEq(uint256(state().pendingGwei), TOP_UP_GWEI, "counted");
        vm.clearMockedCalls();
    }

    /// @dev Whoever copies a predeposit that may yet go to another, pays for it.
    function test_countDeposits_RevertWhen_APredepositIsCopied() public {
        countDeposit(id, "3", WAITING);
        Shown memory s = shown("4");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(WAITING);
        bytes memory refused = abi.encodeWithSelector(
            IBalanceCheckpoint.NotThePredeposit.selector,
            registry.commitmentIdOf(1, nodes[1]),
            gindexOf(WAITING)
        );
        vm.expectRevert(refused);
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        // of a validator of ours it is ether of ours
        prove(WAITING, 320);
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        assertEq(uint256(state().pendingGwei), 2 * PREDEPOSIT_GWEI, "pending");
    }

    function test_countDeposits_RevertWhen_TheKeyIsAnother() public {
        string[4] memory positions = ["0", "2", "5", "1"];
        for (uint256 i = 0; i < 4; ++i) {
            Shown memory s = shown(positions[i]);
            IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
            places[0] = placeOf(3);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IBalanceCheckpoint.KeyNotOurs.selector,
                    registry.commitmentIdOf(1, nodes[1]),
                    gindexOf(3)
                )
            );
            checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        }
    }

    /// @dev A tree that nobody committed, with the stranger's key in it.
    function test_countDeposits_RevertWhen_TheKeyIsNotCommitted() public {
        Shown memory s = shown("5");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0].operatorId = 1;
        places[0].gindex = 1;
        places[0].root = keccak256(abi.encode(keccak256(s.deposits[0].pubkey), bytes32(0)));
        vm.expectRevert(
            abi.encodeWithSelector(
                IBalanceCheckpoint.KeyNotOurs.selector,
                registry.commitmentIdOf(1, places[0].root),
                1
            )
        );
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
    }

    function test_countDeposits_RevertGiven_TheKeyIsForeign() public {
        Key memory k = keys[WAITING];
        registry.markForeign(
            1,
            nodes[1],
            gindexOf(WAITING),
            keccak256(k.pubkey),
            keccak256(k.signature),
            branchOf(WAITING)
        );
        Shown memory s = shown("3");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(WAITING);
        bytes32 commitmentId = registry.commitmentIdOf(1, nodes[1]);
        vm.expectRevert(
            abi.encodeWithSelector(IBalanceCheckpoint.KeyNotOurs.selector, commitmentId, gindexOf(WAITING))
        );
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
    }

    /// @dev Each of these tells a predeposit from what others send to a key whose validator may yet be another's.
    function test_countDeposits_RevertWhen_ItIsNotThePredeposit() public {
        vm.mockCall(
            address(verifier),
            abi.encodePacked(verifier.verifyPendingDeposits.selector),
            abi.encode(uint256(11))
        );
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(WAITING);
        bytes memory refused = abi.encodeWithSelector(
            IBalanceCheckpoint.NotThePredeposit.selector,
            registry.commitmentIdOf(1, nodes[1]),
            gindexOf(WAITING)
        );
        for (uint256 i = 0; i < 3; ++i) {
            Shown memory s = shown("3");
            if (i == 0) s.deposits[0].amountGwei = 32e9;
            if (i == 1) s.deposits[0].signature[0] ^= 0x01;
            if (i == 2) s.deposits[0].withdrawalCredentials ^= bytes32(uint256(1));
            vm.expectRevert(refused);
            checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        }
        countDeposit(id, "3", WAITING);
        assertEq(uint256(state().pendingGwei), PREDEPOSIT_GWEI, "as it was sent");
        vm.clearMockedCalls();
    }

    /// @dev A key that is overdue still reserves its ETH; of one that was given up it may come back.
    function test_countDeposits_OfAKeyThatIsOverdue() public {
        uint32[] memory late = new uint32[](1);
        late[0] = gindexOf(WAITING);
        vm.warp(currentTime() + 150 days);
        registry.markOverdue(1, nodes[1], late);
        uint256 snapshot = vm.snapshotState();
        countDeposit(id, "3", WAITING);
        assertEq(uint256(state().pendingGwei), PREDEPOSIT_GWEI, "overdue");
        vm.revertToState(snapshot);

        registry.markLost(1, nodes[1], late);
        countDeposit(id, "3", WAITING);
        assertEq(uint256(state().pendingGwei), PREDEPOSIT_GWEI, "given up");
        assertEq(uint256(state().unprovenGwei), PREDEPOSIT_GWEI, "of a key that is not proven");
    }

    function testFuzz_countDeposits_RevertWhen_AnythingIsMutated(
        uint256 which,
        uint256 field,
        uint256 bit
    ) public {
        Shown memory s = shown("1");
        bytes32 mask = bytes32(1 << (bit % 256));
        field = bound(field, 0, 4);
        if (field == 0) s.positions[0] ^= 1 << (bit % 27);
        if (field == 1) s.deposits[0].amountGwei ^= uint64(1 << (bit % 64));
        if (field == 2) s.deposits[0].slot ^= uint64(1 << (bit % 64));
        if (field == 3) s.deposits[0].withdrawalCredentials ^= mask;
        if (field == 4) s.proof[which % s.proof.length] ^= mask;
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](1);
        places[0] = placeOf(0);
        (bool done, ) = address(checkpoints).call(
            abi.encodeCall(checkpoints.countDeposits, (id, s.positions, s.deposits, places, s.proof))
        );
        assertFalse(done, "a mutated deposit passed");
    }

    function test_countDeposits_RevertWhen_LengthsDiffer() public {
        Shown memory s = shown("1-3-8");
        IBalanceCheckpoint.KeyPlace[] memory places = new IBalanceCheckpoint.KeyPlace[](2);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.LengthMismatch.selector, 2, 3));
        checkpoints.countDeposits(id, s.positions, s.deposits, places, s.proof);
        uint256[] memory fewer = without(s.positions, 0);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.LengthMismatch.selector, 3, 2));
        checkpoints.countDeposits(id, fewer, s.deposits, places, s.proof);
    }

    /* THE FRONTIER */

    function test_proveFrontier_TakesADepositOfWhomeverDoesNotExit() public {
        vm.expectEmit(address(checkpoints));
        emit IBalanceCheckpoint.FrontierProven(id, 2);
        proveFrontier(id, "2", "7");
        assertTrue(state().isUntouched, "not proven");
    }

    function test_proveFrontier_TakesOneOfOurs() public {
        proveFrontier(id, "1", "100");
        assertTrue(state().isUntouched, "not proven");
    }

    /// @dev It exits and may have been put off: 8. It has no slot: 9. It is after the frontier: 6. The validator is another:
    /// 2. But for the last, each is of that validator's key: the one reason is enough.
    function test_proveFrontier_RevertWhen_TheDepositMayHaveBeenPutOff() public {
        string[4] memory positions = ["8", "9", "6", "2"];
        string[4] memory indices = ["109", "8", "100", "100"];
        uint256[4] memory places = [uint256(8), 9, 6, 2];
        for (uint256 i = 0; i < 4; ++i) {
            Shown memory s = shown(positions[i]);
            Living memory v = living(indices[i]);
            if (i < 3) v.validator.pubkey = s.deposits[0].pubkey;
            PendingDepositHead memory head = headOf(s.deposits[0]);
            vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.NotUntouched.selector, places[i]));
            checkpoints.proveFrontier(id, s.positions[0], head, s.proof, v.index, v.validator, v.proof);
        }
    }

    /// @dev That it does not exit is not for the caller to say.
    function test_proveFrontier_RevertWhen_TheValidatorIsMadeUp() public {
        Shown memory s = shown("8");
        Living memory v = living("109");
        v.validator.exitEpoch = type(uint64).max;
        (bool done, bytes memory reason) = address(checkpoints).call(
            abi.encodeCall(
                checkpoints.proveFrontier,
                (id, 8, headOf(s.deposits[0]), s.proof, v.index, v.validator, v.proof)
            )
        );
        assertFalse(done, "made up");
        assertEq(bytes32(bytes4(reason)), bytes32(BeaconProofs.ProofInvalid.selector), "error");
    }

    function test_proveFrontier_RevertWhen_TheDepositIsMadeUp() public {
        Shown memory s = shown("6");
        Living memory v = living("100");
        s.deposits[0].pubkey = v.validator.pubkey;
        s.deposits[0].slot = 1_300;
        (bool done, bytes memory reason) = address(checkpoints).call(
            abi.encodeCall(
                checkpoints.proveFrontier,
                (id, 6, headOf(s.deposits[0]), s.proof, v.index, v.validator, v.proof)
            )
        );
        assertFalse(done, "made up");
        assertEq(bytes32(bytes4(reason)), bytes32(BeaconProofs.ProofInvalid.selector), "error");
    }

    /* WHAT COMPLETION ASKS */

    function test_complete_RevertGiven_TheWalkHasNotEnded() public {
        count(id, "all");
        walk(id, "0-3");
        proveFrontier(id, "2", "7");
        skipTime(4 * SETTLE);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.WalkNotEnded.selector, id));
        complete(id);
    }

    /// @dev Without it, what was deposited after the frontier may be credited already, and would count twice.
    function test_complete_RevertGiven_TheFrontierIsNotProven() public {
        count(id, "all");
        walk(id, "0-7");
        skipTime(4 * SETTLE);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.FrontierNotProven.selector, id));
        complete(id);
        proveFrontier(id, "2", "7");
        complete(id);
    }

    /// @dev Nor without recent deposits: the deposit that ended the walk may be one that was put off.
    function test_complete_RevertGiven_TheFrontierIsNotProvenAndNothingIsRecent() public {
        ledger.setReport(FRAME, timeOf(1_400), DEPOSITED_GWEI);
        id = checkpoints.openLive(FRAME);
        count(id, "all");
        walk(id, "0-7");
        skipTime(4 * SETTLE);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.FrontierNotProven.selector, id));
        complete(id);
    }

    /// @dev The list is over before the frontier: then what was deposited after it was credited.
    function test_complete_RevertGiven_AllWasShownAndTheBooksSayMore() public {
        setParentRoot(SLOT + 1, vm.parseJsonBytes32(vectors, "$.emptyRoot"));
        id = checkpoints.openLive(FRAME);
        count(id, "empty");
        Walk memory w = abi.decode(vm.parseJsonBytes(vectors, "$.emptyWalk"), (Walk));
        checkpoints.walk(id, w.first, w.heads, w.proof);
        skipTime(SETTLE);
        vm.expectRevert(abi.encodeWithSelector(IBalanceCheckpoint.FrontierNotProven.selector, id));
        complete(id);
    }
}
