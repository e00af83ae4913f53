// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconRequests} from "../../../contracts/interfaces/IBeaconRequests.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IKeeperBudget} from "../../../contracts/interfaces/IKeeperBudget.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IWithdrawalVault} from "../../../contracts/interfaces/IWithdrawalVault.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {ReenteringPayer__Mock} from "../../mocks/ReenteringPayer__Mock.sol";
import {Exits} from "../../utils/Exits.sol";

contract ExitControllerTest is Exits {
    /* STOPPED OPERATORS, BY KEYS */

    /// @dev The beacon chain gets the vault's address, the key, and 0 for a full exit.
    function test_triggerByKeys_OfAStoppedOperator() public {
        jail();
        KeySet memory s = keySet(keys, "key1");
        uint32[] memory gindices = new uint32[](1);
        gindices[0] = s.keys[0].gindex;
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, s.root);
        vm.expectEmit(address(exits));
        emit IExitController.KeysTriggered(caller, id, gindices);
        triggerByKeys(OPERATOR, s);
        bytes memory expected = abi.encodePacked(address(withdrawalVault), s.keys[0].pubkey, uint64(0));
        assertEq(dequeueWithdrawals(), expected, "request");
        assertEq(exits.coming(), 0, "nothing is written");
        // who asks again pays again
        triggerByKeys(OPERATOR, s);
        assertEq(dequeueWithdrawals(), expected, "again");
    }

    function test_triggerByKeys_ManyInOneCall() public {
        jail();
        KeySet memory s = keySet(keys, "ten");
        triggerByKeys(OPERATOR, s);
        bytes memory requests = dequeueWithdrawals();
        bytes memory expected;
        for (uint256 i = 0; i < 10; ++i)
            expected = bytes.concat(
                expected,
                abi.encodePacked(address(withdrawalVault), s.keys[i].pubkey, uint64(0))
            );
        assertEq(requests, expected, "requests");
    }

    /// @dev EXIT-3.
    function test_triggerByKeys_RevertGiven_TheOperatorIsInGoodStanding() public {
        KeySet memory s = keySet(keys, "key1");
        bytes memory refused = abi.encodeWithSelector(
            IExitController.OperatorInGoodStanding.selector,
            OPERATOR
        );
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Watched, "");
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        vm.prank(manager);
        operatorRegistry.retire(OPERATOR);
        triggerByKeys(OPERATOR, s);
    }

    /// @dev A stopped operator that has copied the keys of another one cannot make these exit: they were never proven as
    /// its own, and under the other's commitment the other's standing counts.
    function test_triggerByKeys_RevertWhen_TheKeysAreOfAnother() public {
        KeySet memory copied = committed(RIVAL, "copiedPair");
        predeposit(RIVAL, copied);
        operatorRegistry.setStanding(RIVAL, IOperatorRegistry.Standing.Jailed, "");
        bytes32 id = validatorRegistry.commitmentIdOf(RIVAL, copied.root);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.KeyNotProven.selector, id, copied.keys[0].gindex)
        );
        triggerByKeys(RIVAL, copied);
        KeySet memory s = keySet(keys, "pair");
        id = validatorRegistry.commitmentIdOf(RIVAL, s.root);
        vm.expectRevert(abi.encodeWithSelector(IExitController.KeyNotProven.selector, id, s.keys[0].gindex));
        triggerByKeys(RIVAL, s);
    }

    function test_triggerByKeys_RevertWhen_TheKeysAreOthers() public {
        jail();
        bytes32 id = validatorRegistry.commitmentIdOf(OPERATOR, keySet(keys, "pair").root);
        bytes memory refused = abi.encodeWithSelector(IExitController.KeysNotCommitted.selector, id);
        KeySet memory s = keySet(keys, "pair");
        s.keys[1].pubkey = keySet(keys, "ten").keys[5].pubkey;
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        s = keySet(keys, "pair");
        s.keys[0].signature[95] ^= 0x01;
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        s = keySet(keys, "pair");
        s.proof[0] ^= bytes32(uint256(1));
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        // the same key twice
        s = keySet(keys, "pair");
        s.keys[1] = s.keys[0];
        vm.expectRevert(refused);
        triggerByKeys(OPERATOR, s);
        // one that was never deposited for
        s = keySet(keys, "crossed");
        vm.expectRevert(abi.encodeWithSelector(IExitController.KeyNotProven.selector, id, s.keys[0].gindex));
        triggerByKeys(OPERATOR, s);
    }

    function test_triggerByKeys_RevertWhen_TheCountsAreWrong() public {
        jail();
        KeySet memory s = keySet(keys, "pair");
        (uint32[] memory gindices, bytes memory pubkeys, ) = packed(s.keys);
        bytes32[] memory hashes = new bytes32[](2);
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountOutOfBounds.selector, 0, 16));
        exits.triggerByKeys(OPERATOR, s.root, new uint32[](0), "", new bytes32[](0), s.proof);
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountOutOfBounds.selector, 17, 16));
        exits.triggerByKeys(OPERATOR, s.root, new uint32[](17), "", new bytes32[](17), s.proof);
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountMismatch.selector, 2, 1));
        exits.triggerByKeys(OPERATOR, s.root, gindices, pubkeys, new bytes32[](1), s.proof);
        pubkeys = bytes.concat(pubkeys, hex"00");
        vm.expectRevert(abi.encodeWithSelector(IExitController.PubkeysMismatch.selector, 97, 96));
        exits.triggerByKeys(OPERATOR, s.root, gindices, pubkeys, hashes, s.proof);
    }

    /* STOPPED OPERATORS, BY PROOF */

    function test_trigger_OfAStoppedOperator_AtAnyTime() public {
        jail();
        uint256[] memory indices = listOf(101);
        vm.expectEmit(address(exits));
        emit IExitController.ExitsTriggered(caller, IExitController.Rule.Stopped, indices, 0);
        trigger(IExitController.Rule.Stopped, 101);
        bytes memory pubkey = one(101).validators[0].pubkey;
        bytes memory expected = abi.encodePacked(address(withdrawalVault), pubkey, uint64(0));
        assertEq(dequeueWithdrawals(), expected, "request");
        assertEq(exits.coming(), 0, "nothing is written");
        expectNothing(101);
    }

    /// @dev EXIT-3.
    function test_trigger_RevertGiven_TheOperatorIsInGoodStanding() public {
        bytes memory refused = abi.encodeWithSelector(
            IExitController.OperatorNotStopped.selector,
            101,
            OPERATOR
        );
        vm.expectRevert(refused);
        trigger(IExitController.Rule.Stopped, 101);
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Watched, "");
        vm.expectRevert(refused);
        trigger(IExitController.Rule.Stopped, 101);
        vm.prank(manager);
        operatorRegistry.retire(OPERATOR);
        trigger(IExitController.Rule.Stopped, 101);
    }

    function test_trigger_ManyInOneCall() public {
        jail();
        send(IExitController.Rule.Stopped, shown("$.seven"), 7);
        assertEq(queuedWithdrawals(), 7, "requests");
    }

    /* PARTIAL WITHDRAWALS */

    function test_triggerPartial_OfWhatIsAbove32() public {
        setDeficit(100 ether);
        vm.expectEmit(address(exits));
        emit IExitController.PartialTriggered(caller, RICH, 8.5e9, epoch() + COMING_EPOCHS);
        triggerPartial(RICH);
        assertEq(exits.coming(), 8.5 ether, "coming");
        bytes memory expected = abi.encodePacked(
            address(withdrawalVault),
            one(RICH).validators[0].pubkey,
            littleEndian(8.5e9)
        );
        assertEq(dequeueWithdrawals(), expected, "request");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, RICH));
        triggerPartial(RICH);
        expectNoted(currentTime(), currentTime());
    }

    /// @dev The beacon chain takes no exit of a validator while a partial withdrawal is on its way.
    function test_triggerPartial_RevertGiven_TheOperatorIsStopped() public {
        setDeficit(100 ether);
        jail();
        vm.expectRevert(abi.encodeWithSelector(IExitController.OperatorStopped.selector, RICH, OPERATOR));
        triggerPartial(RICH);
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Watched, "");
        triggerPartial(RICH);
    }

    /// @dev Stake that the deficit does not need goes on earning.
    function test_triggerPartial_NoMoreThanTheDeficit() public {
        exits = deploy(withMinimum(0, 0));
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        setDeficit(2 ether + 1);
        triggerPartial(RICH);
        assertEq(exits.coming(), 2 ether, "to 1/32 ETH");
        exits = deploy(withMinimum(0, 0));
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        setDeficit(1);
        triggerPartial(RICH);
        assertEq(exits.coming(), 1 ether, "at least 1 ETH");
        exits = deploy(withMinimum(1.5 ether, 0));
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        setDeficit(3 ether);
        triggerPartial(RICH);
        assertEq(exits.coming(), 4.5 ether, "with the least deficit on top");
    }

    function test_triggerPartial_RevertWhen_ThereIsTooLittle() public {
        setDeficit(100 ether);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.ExcessTooSmall.selector, 101, 32e9 + 101, 33e9)
        );
        triggerPartial(101);
        vm.expectRevert(abi.encodeWithSelector(IExitController.TooYoung.selector, YOUNG, 22_656));
        triggerPartial(YOUNG);
    }

    /// @dev get_expected_withdrawals: the beacon chain pays nothing of one whose effective balance is below 32 ETH.
    function test_triggerPartial_RevertWhen_ItsEffectiveBalanceIsBelow32() public {
        setDeficit(100 ether);
        IBeaconVerifier verifier = exits.verifier();
        vm.mockCall(
            address(verifier),
            abi.encodePacked(verifier.verifyValidator.selector),
            abi.encode(uint64(1))
        );
        vm.mockCall(
            address(verifier),
            abi.encodePacked(verifier.verifyBalance.selector),
            abi.encode(uint64(1), uint64(40e9))
        );
        Shown memory s = one(104);
        s.validators[0].effectiveBalance = 31e9;
        bytes32[] memory none = new bytes32[](0);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.ExcessTooSmall.selector, 104, uint256(40e9), 33e9)
        );
        exits.triggerPartial{value: 1}(recent(), 104, s.validators[0], none, 0, none);
        s.validators[0].effectiveBalance = 32e9;
        exits.triggerPartial{value: 1}(recent(), 104, s.validators[0], none, 0, none);
        assertEq(exits.coming(), 8 ether, "what is above");
        vm.clearMockedCalls();
    }

    function test_triggerPartial_RevertWhen_TheBalanceIsOfAnother() public {
        setDeficit(100 ether);
        Shown memory s = one(RICH);
        (bytes32 chunk, ) = balance(RICH);
        (, bytes32[] memory proof) = balance(104);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        exits.triggerPartial{value: 1}(recent(), RICH, s.validators[0], s.proof, chunk, proof);
    }

    /* WHAT IS TO BE MERGED */

    /// @dev A request for it is dropped where it was merged in the same ten minutes: it must not stand in for others for
    /// long.
    function test_trigger_CountsForLittleWhatIsToBeMerged() public {
        openDraw(300 ether);
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        validatorRegistry.noteConsolidation(104, 105);
        Shown memory s = shown("$.seven");
        send(IExitController.Rule.Drawn, s, 7);
        assertEq(queuedWithdrawals(), 7, "asked: no link is a shield");
        expectComing(104, 32 * 32, epoch() + 8, false);
        expectComing(105, 32 * 32, epoch() + COMING_EPOCHS, false);
        skipTime(9 * EPOCH_SECONDS);
        settle(104);
        assertEq(exits.coming(), 6 * 32 ether, "the others count");
        assertFalse(exits.comingOf(104).inDoubt, "no mark");
    }

    function test_triggerPartial_RevertWhen_ItIsToBeMerged() public {
        openDraw(100 ether);
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        validatorRegistry.noteConsolidation(RICH, 105);
        Shown memory s = one(RICH);
        (bytes32 chunk, bytes32[] memory proof) = balance(RICH);
        refreshRoot();
        vm.expectRevert(abi.encodeWithSelector(IExitController.Consolidating.selector, RICH));
        exits.triggerPartial{value: 1}(recent(), RICH, s.validators[0], s.proof, chunk, proof);
    }

    function test_constructor_RevertWhen_TheBudgetIsNoContract() public {
        address nobody = makeAddr("nobody");
        IBeaconVerifier verifier = exits.verifier();
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotABudget.selector, nobody));
        deployWith(verifier, IKeeperBudget(nobody), parameters());
    }

    /* WHAT IS PROVEN */

    function test_trigger_RevertWhen_TheProofIsOfAnother() public {
        jail();
        Shown memory s = one(101);
        s.validators[0].pubkey = one(104).validators[0].pubkey;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        send(IExitController.Rule.Stopped, s, 1);
        s = one(101);
        s.indices[0] = 104;
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        send(IExitController.Rule.Stopped, s, 1);
        // an index that would be cut to a true one
        s.indices[0] = (uint256(1) << 40) | 101;
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, s.indices[0]));
        send(IExitController.Rule.Stopped, s, 1);
    }

    function test_trigger_RevertWhen_AnIndexIsRepeated() public {
        jail();
        Shown memory s = shown("$.seven");
        s.indices[1] = s.indices[0];
        vm.expectPartialRevert(SSZ.IndexOutOfOrder.selector);
        send(IExitController.Rule.Stopped, s, 7);
    }

    function test_trigger_RevertWhen_TheRootIsOld() public {
        jail();
        skipTime(10 minutes);
        vm.expectRevert(
            abi.encodeWithSelector(IBeaconRequests.RootTooOld.selector, rootTime, currentTime() - 10 minutes)
        );
        triggerNow(IExitController.Rule.Stopped, 101);
        IBeaconVerifier.BlockProof memory b = recent();
        Shown memory s = one(101);
        b.timestamp = uint64(currentTime() + 1);
        vm.expectPartialRevert(IBeaconRequests.RootTooOld.selector);
        exits.trigger{value: 1}(IExitController.Rule.Stopped, b, s.indices, s.validators, s.proof);
        refreshRoot();
        b = recent();
        b.history = new bytes32[](1);
        vm.expectPartialRevert(IBeaconRequests.RootTooOld.selector);
        exits.trigger{value: 1}(IExitController.Rule.Stopped, b, s.indices, s.validators, s.proof);
    }

    function test_trigger_RevertWhen_TheCountsAreWrong() public {
        Shown memory s = shown("$.seven");
        Shown memory none;
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountOutOfBounds.selector, 0, 16));
        send(IExitController.Rule.Stopped, none, 1);
        s.indices = new uint256[](17);
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountOutOfBounds.selector, 17, 16));
        send(IExitController.Rule.Stopped, s, 1);
        s.indices = new uint256[](6);
        vm.expectRevert(abi.encodeWithSelector(IExitController.CountMismatch.selector, 6, 7));
        send(IExitController.Rule.Stopped, s, 1);
    }

    /* THE FEE */

    function testFuzz_trigger_TheCallerPaysTheFeeAndNoMore(uint256 excess, uint256 value) public {
        jail();
        setWithdrawalExcess(bound(excess, 0, 500));
        uint256 fee = withdrawalVault.withdrawalFee();
        value = bound(value, 0, 14 * fee);
        vm.deal(caller, value);
        vm.deal(address(withdrawalVault), 5 ether);
        if (value < 7 * fee) {
            vm.expectRevert(abi.encodeWithSelector(IWithdrawalVault.FeeNotPaid.selector, value, fee, 7));
            send(IExitController.Rule.Stopped, shown("$.seven"), value);
        } else {
            send(IExitController.Rule.Stopped, shown("$.seven"), value);
            value -= 7 * fee;
        }
        assertEq(caller.balance, value, "caller");
        assertEq(address(exits).balance, 0, "nothing stays");
        assertEq(address(withdrawalVault).balance, 5 ether, "nor is spent");
    }

    function test_trigger_RevertGiven_TheCallerTakesNothingBack() public {
        jail();
        caller = address(this);
        vm.expectRevert(abi.encodeWithSelector(IBeaconRequests.RefundRefused.selector, caller));
        send(IExitController.Rule.Stopped, one(101), 2);
        send(IExitController.Rule.Stopped, one(101), 1);
    }

    /// @dev A caller that comes back within its refund finds everything done.
    function test_trigger_AgainWithinTheRefund() public {
        openDraw(300 ether);
        refreshRoot();
        Shown memory s = one(101);
        ReenteringPayer__Mock payer = new ReenteringPayer__Mock();
        bytes memory data = abi.encodeCall(
            exits.trigger,
            (IExitController.Rule.Drawn, recent(), s.indices, s.validators, s.proof)
        );
        payer.run{value: 1 ether}(address(exits), data);
        assertFalse(payer.succeeded(), "twice");
        assertEq(
            payer.answer(),
            abi.encodeWithSelector(IExitController.RequestLive.selector, 101),
            "why not"
        );
        assertEq(address(payer).balance, 1 ether - 1, "one fee");
        assertEq(exits.coming(), 32 ether, "one request");
    }
}
