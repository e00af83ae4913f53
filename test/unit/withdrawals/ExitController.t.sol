// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../../contracts/access/Roles.sol";
import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../../contracts/interfaces/IValidatorRegistry.sol";
import {IWithdrawalVault} from "../../../contracts/interfaces/IWithdrawalVault.sol";
import {BeaconProofs} from "../../../contracts/libraries/BeaconProofs.sol";
import {SSZ} from "../../../contracts/libraries/SSZ.sol";
import {ExitController} from "../../../contracts/withdrawals/ExitController.sol";
import {BundledRequest} from "../../../contracts/types/RequestBundle.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {ReenteringPayer__Mock} from "../../mocks/ReenteringPayer__Mock.sol";
import {RequestContracts} from "../../utils/RequestContracts.sol";
import {Validators} from "../../utils/Validators.sol";

/// @notice Ten validators of ours, 100 to 109: 100 has 40.5 ETH, 102 is young, 103 exits. The rest may be asked to. Tickets ask
/// for 1,000 ETH; each test says what the ledger has of it.
contract ExitControllerTest is Validators, RequestContracts {
    uint256 private constant EPOCH_SECONDS = SLOTS_PER_EPOCH * SECONDS_PER_SLOT;
    uint40 private constant RICH = 100;
    uint40 private constant YOUNG = 102;
    uint40 private constant EXITING = 103;
    uint256 private constant COMING_EPOCHS = 100;
    uint256 private constant PATIENCE = 8;

    struct Shown {
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] proof;
    }

    ExitController private exits;
    string private vectors;
    address private caller;

    function setUp() public override {
        super.setUp();
        installRequestContracts();
        exits = deploy(parameters());
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        authority.grantRole(Roles.WITNESS, address(this));
        vectors = vm.readFile("test/fixtures/generated/beacon-exits.json");
        KeySet memory s = committed(OPERATOR, "ten");
        predeposit(OPERATOR, s);
        proveAndTopUp(OPERATOR, s, amountsOf(10, 31e9));
        vm.startPrank(staker);
        ledger.approve(address(queue), 1_000 ether);
        queue.request(1_000 ether, staker);
        vm.stopPrank();
        refreshRoot();
        caller = makeRichAddr("caller", 10 ether);
    }

    /* THE DEFICIT */

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
        jail();
        trigger(IExitController.Rule.Stopped, 101);
        assertEq(exits.coming(), 32 ether, "coming");
        (amount, ) = exits.deficit();
        assertEq(amount, 58 ether, "less what comes");
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

    function test_note_BeginsEndsAndLapses() public {
        setDeficit(100 ether);
        uint256 start = currentTime();
        vm.expectEmit(address(exits));
        emit IExitController.DeficitNoted(100 ether);
        exits.note();
        skipTime(20 hours);
        exits.note();
        skipTime(20 hours);
        expectNoted(start, start + 20 hours);
        assertEq(exits.openFrom(IExitController.Rule.AboveCap), start + PATIENCE * EPOCH_SECONDS, "cap");
        assertEq(exits.openFrom(IExitController.Rule.Drawn), start + 2 * PATIENCE * EPOCH_SECONDS, "draw");
        skipTime(4 hours + 1);
        expectNoted(0, 0);
        exits.note();
        expectNoted(currentTime(), currentTime());
        setDeficit(1 ether);
        vm.expectEmit(address(exits));
        emit IExitController.DeficitGone();
        exits.note();
        expectNoted(0, 0);
    }

    /* STOPPED OPERATORS */

    /// @dev The beacon chain gets the vault's address, the key, and 0 for a full exit.
    function test_trigger_OfAStoppedOperator_AtAnyTime() public {
        jail();
        uint256[] memory indices = new uint256[](1);
        indices[0] = 101;
        vm.expectEmit(address(exits));
        emit IExitController.ExitsTriggered(
            caller,
            IExitController.Rule.Stopped,
            indices,
            0,
            epoch() + COMING_EPOCHS
        );
        trigger(IExitController.Rule.Stopped, 101);
        bytes memory pubkey = one(101).validators[0].pubkey;
        bytes memory expected = abi.encodePacked(address(withdrawalVault), pubkey, uint64(0));
        assertEq(dequeueWithdrawals(), expected, "request");
        assertTrue(exits.isLive(101), "live");
        assertFalse(exits.isLive(100), "no other");
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
        Shown memory s = shown("$.seven");
        send(IExitController.Rule.Stopped, s, 7);
        assertEq(queuedWithdrawals(), 7, "requests");
        assertEq(exits.coming(), 7 * 32 ether, "coming");
        for (uint256 i = 0; i < 7; ++i) {
            (BundledRequest memory r, uint256 last) = exits.requestAt(placeOf(false, i / 4, i % 4));
            assertEq(uint256(r.validatorIndex), s.indices[i], "index");
            assertEq(uint256(r.units), 32 * 32, "units");
            assertEq(last, epoch() + COMING_EPOCHS, "last epoch");
        }
        expectNoRequest(placeOf(false, 1, 3));
        expectNoRequest(placeOf(false, 2, 0));
        expectNoRequest(placeOf(true, 0, 0));
        expectNoRequest(placeOf(false, 0, 4));
    }

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
        skipTo(from - 1);
        assertEq(exits.threshold(), 0, "closed");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RuleNotOpen.selector, rule, from));
        trigger(rule, 101);
        skipTo(from);
        // twice 40 of 320 ETH
        assertEq(exits.threshold(), (uint256(1) << 64) / 4, "a quarter");
        skipTo(from + 1 hours - 1);
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
        skipTime(2 * PATIENCE * EPOCH_SECONDS);
        expectNotDrawn(high);
        trigger(IExitController.Rule.Drawn, high);
        for (uint256 i = 0; i < 5; ++i) {
            exits.note();
            skipTime(1 hours);
        }
        assertEq(exits.threshold(), uint256(1) << 64, "all");
        trigger(IExitController.Rule.Drawn, high);
        setDeficit(10.1 ether + 32 ether);
        exits.note();
        skipTime(1 days);
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

    /* PARTIAL WITHDRAWALS */

    function test_triggerPartial_OfWhatIsAbove32() public {
        setDeficit(100 ether);
        vm.expectEmit(address(exits));
        emit IExitController.PartialTriggered(caller, RICH, 8.5e9, 0, epoch() + COMING_EPOCHS);
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

    function test_triggerPartial_RevertWhen_TheBalanceIsOfAnother() public {
        setDeficit(100 ether);
        Shown memory s = one(RICH);
        (bytes32 chunk, ) = balance(RICH);
        (, bytes32[] memory proof) = balance(104);
        vm.expectPartialRevert(BeaconProofs.ProofInvalid.selector);
        exits.triggerPartial{value: 1}(recent(), RICH, s.validators[0], s.proof, chunk, proof);
    }

    /* WHAT IS COMING */

    /// @dev A request that the beacon chain dropped is sent again after its epochs, and not before.
    function test_trigger_AgainAfterItsEpochs() public {
        jail();
        trigger(IExitController.Rule.Stopped, 101);
        skipTime(COMING_EPOCHS * EPOCH_SECONDS);
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, 101));
        trigger(IExitController.Rule.Stopped, 101);
        skipTime(EPOCH_SECONDS);
        trigger(IExitController.Rule.Stopped, 101);
        assertEq(exits.coming(), 32 ether, "once");
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        exits.note();
        assertEq(exits.coming(), 0, "over");
        assertFalse(exits.isLive(101), "not live");
    }

    /// @dev EXIT-2: however many there are, a call takes eight bundles off, and the next one goes on.
    function test_note_TakesWhatIsOverOffInParts() public {
        jail();
        for (uint40 i = 104; i < 110; ++i) trigger(IExitController.Rule.Stopped, i);
        trigger(IExitController.Rule.Stopped, 100);
        trigger(IExitController.Rule.Stopped, 101);
        assertEq(exits.coming(), 7 * 32 ether + 40 ether, "eight");
        skipTime((COMING_EPOCHS * EPOCH_SECONDS) / 2);
        proveComing(EXITING, placeOf(false, 0, 0));
        skipTime((COMING_EPOCHS / 2 + 1) * EPOCH_SECONDS);
        exits.note();
        assertEq(exits.coming(), 32 ether, "the one that exits");
        trigger(IExitController.Rule.Stopped, 104);
        assertEq(exits.coming(), 64 ether, "begun anew");
        expectRequest(placeOf(false, 0, 0), 104);
    }

    /// @dev It exits by its own: to its withdrawable epoch and the sweep.
    function test_proveComing_OfAVoluntaryExit() public {
        vm.expectEmit(address(exits));
        emit IExitController.ComingProven(EXITING, 32e9, 0, 22_776 + 20);
        proveComing(EXITING, placeOf(false, 0, 0));
        assertEq(exits.coming(), 32 ether, "coming");
        vm.expectRevert(abi.encodeWithSelector(IExitController.RequestLive.selector, EXITING));
        proveComing(EXITING, placeOf(true, 0, 0));
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOver.selector, EXITING, 22_796));
        exits.settle(placeOf(true, 0, 0));
        warpToEpoch(22_796);
        exits.note();
        assertEq(exits.coming(), 32 ether, "the last epoch");
        warpToEpoch(22_797);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, EXITING, 22_520, 22_796));
        proveComing(EXITING, placeOf(true, 0, 0));
        exits.note();
        assertEq(exits.coming(), 0, "over");
    }

    /// @dev The exit that was triggered is under way: it counts for longer, and once.
    function test_proveComing_MovesTheRequestThatWasSent() public {
        jail();
        trigger(IExitController.Rule.Stopped, 101);
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotOurs.selector, 5));
        exits.proveComing(recent(), 5, stranger().validators[0], stranger().proof, placeOf(false, 0, 0));
        vm.expectPartialRevert(IExitController.NotComing.selector);
        proveComing(101, placeOf(false, 0, 0));
        trigger(IExitController.Rule.Stopped, 104);

        vm.expectRevert(abi.encodeWithSelector(IExitController.AnotherValidator.selector, 101, 104));
        proveLeaving(placeOf(false, 1, 0));
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.NoRequestThere.selector, placeOf(false, 2, 0))
        );
        proveLeaving(placeOf(false, 2, 0));
        proveLeaving(placeOf(false, 0, 0));
        assertEq(exits.coming(), 64 ether, "once");
        expectRequest(placeOf(true, 0, 0), 101);
        expectNoRequest(placeOf(false, 0, 0));
        // the head of the first queue is empty, and what is behind it is over in its time
        skipTime((COMING_EPOCHS + 1) * EPOCH_SECONDS);
        exits.note();
        assertEq(exits.coming(), 32 ether, "the other is over");
        assertTrue(exits.isLive(101), "this one is not");
    }

    /// @dev What a slashed validator has comes after weeks: it must not stand in for what tickets ask now.
    function test_proveComing_RevertWhen_SlashedAndLockedUp() public {
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.leaving.root"));
        Shown memory s = shown("$.leaving.slashed");
        vm.expectRevert(abi.encodeWithSelector(IExitController.NotComing.selector, 104, 22_520, 30_600 + 20));
        exits.proveComing(recent(), 104, s.validators[0], s.proof, placeOf(false, 0, 0));
    }

    /// @dev An exit above the cap counts against it wherever its request stands, and is taken off where it ends.
    function test_proveComing_KeepsWhatIsAboveTheCap() public {
        setDeficit(500 ether);
        exits.note();
        skipTime(PATIENCE * EPOCH_SECONDS);
        trigger(IExitController.Rule.AboveCap, 101);
        assertEq(exits.aboveCapOf(OPERATOR), 32 ether, "sent");
        proveLeaving(placeOf(false, 0, 0));
        assertEq(exits.aboveCapOf(OPERATOR), 32 ether, "proven");
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Withdrawn, false);
        exits.settle(placeOf(true, 0, 0));
        assertEq(exits.aboveCapOf(OPERATOR), 0, "withdrawn");
        assertEq(exits.coming(), 0, "nothing comes");
    }

    /// @dev What goes to another validator does not come; of a slashed one nothing goes there.
    function test_proveComing_RevertGiven_ItIsToBeMerged() public {
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        validatorRegistry.noteConsolidation(EXITING, 101);
        vm.expectRevert(abi.encodeWithSelector(IExitController.Consolidating.selector, EXITING));
        proveComing(EXITING, placeOf(false, 0, 0));
        validatorRegistry.advance(EXITING, IValidatorRegistry.ValidatorState.Exiting, true);
        proveComing(EXITING, placeOf(false, 0, 0));
        assertEq(exits.coming(), 32 ether, "slashed, it comes");
    }

    function test_settle_WhatIsKnownAsWithdrawn() public {
        jail();
        send(IExitController.Rule.Stopped, shown("$.seven"), 7);
        vm.expectRevert(
            abi.encodeWithSelector(IExitController.NotOver.selector, 101, epoch() + COMING_EPOCHS)
        );
        exits.settle(placeOf(false, 0, 0));
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Exited, false);
        vm.expectPartialRevert(IExitController.NotOver.selector);
        exits.settle(placeOf(false, 0, 0));
        validatorRegistry.advance(101, IValidatorRegistry.ValidatorState.Withdrawn, false);
        vm.expectEmit(address(exits));
        emit IExitController.RequestSettled(101);
        exits.settle(placeOf(false, 0, 0));
        assertEq(exits.coming(), 6 * 32 ether, "one less");
        expectNoRequest(placeOf(false, 0, 0));
        expectRequest(placeOf(false, 0, 1), 104);
    }

    /* WHAT IS PROVEN */

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
            abi.encodeWithSelector(IExitController.RootTooOld.selector, rootTime, currentTime() - 10 minutes)
        );
        triggerNow(IExitController.Rule.Stopped, 101);
        IBeaconVerifier.BlockProof memory b = recent();
        Shown memory s = one(101);
        b.timestamp = uint64(currentTime() + 1);
        vm.expectPartialRevert(IExitController.RootTooOld.selector);
        exits.trigger{value: 1}(IExitController.Rule.Stopped, b, s.indices, s.validators, s.proof);
        refreshRoot();
        b = recent();
        b.history = new bytes32[](1);
        vm.expectPartialRevert(IExitController.RootTooOld.selector);
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
        vm.expectRevert(abi.encodeWithSelector(IExitController.RefundRefused.selector, caller));
        send(IExitController.Rule.Stopped, one(101), 2);
        send(IExitController.Rule.Stopped, one(101), 1);
    }

    /// @dev A caller that comes back within its refund finds everything done.
    function test_trigger_AgainWithinTheRefund() public {
        jail();
        Shown memory s = one(101);
        ReenteringPayer__Mock payer = new ReenteringPayer__Mock();
        bytes memory data = abi.encodeCall(
            exits.trigger,
            (IExitController.Rule.Stopped, recent(), s.indices, s.validators, s.proof)
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

    /* PARAMETERS */

    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IExitController.Parameters memory p = parameters();
        assertEq(keccak256(abi.encode(exits.parameters())), keccak256(abi.encode(p)), "parameters");
        p.minDeficit = 32 ether + 1;
        expectRefused(p, "minDeficit", p.minDeficit);
        p = parameters();
        p.minDeficitBp = 501;
        expectRefused(p, "minDeficitBp", 501);
        p = parameters();
        p.comingEpochs = 3;
        expectRefused(p, "comingEpochs", 3);
        p.comingEpochs = 16_385;
        expectRefused(p, "comingEpochs", 16_385);
        p = parameters();
        p.sweepEpochs = 8_193;
        expectRefused(p, "sweepEpochs", 8_193);
        p = parameters();
        p.patienceEpochs = 676;
        expectRefused(p, "patienceEpochs", 676);
        p = parameters();
        p.committeePeriod = 65_537;
        expectRefused(p, "committeePeriod", 65_537);
        p = parameters();
        p.capBp = 0;
        expectRefused(p, "capBp", 0);
        p.capBp = 10_001;
        expectRefused(p, "capBp", 10_001);
        p = parameters();
        p.doublingSeconds = 11;
        expectRefused(p, "doublingSeconds", 11);
        p.doublingSeconds = 1 days + 1;
        expectRefused(p, "doublingSeconds", 1 days + 1);
    }

    /* INTERNAL: the controller */

    function parameters() private pure returns (IExitController.Parameters memory) {
        return
            IExitController.Parameters({
                minDeficit: 1 ether,
                minDeficitBp: 100,
                comingEpochs: uint32(COMING_EPOCHS),
                sweepEpochs: 20,
                patienceEpochs: uint32(PATIENCE),
                committeePeriod: 256,
                capBp: 1_000,
                capFloorEth: 250,
                doublingSeconds: 1 hours
            });
    }

    function withMinimum(
        uint96 amount,
        uint16 bp
    ) private pure returns (IExitController.Parameters memory p) {
        p = parameters();
        (p.minDeficit, p.minDeficitBp) = (amount, bp);
    }

    function deploy(IExitController.Parameters memory p) private returns (ExitController) {
        return
            factory.newExitController(
                makeVerifier(),
                ledger,
                validatorRegistry,
                operatorRegistry,
                queue,
                withdrawalVault,
                rewardsVault,
                p
            );
    }

    function expectRefused(IExitController.Parameters memory p, bytes32 name, uint256 value) private {
        IBeaconVerifier verifier = exits.verifier();
        vm.expectRevert(abi.encodeWithSelector(IExitController.ParameterOutOfBounds.selector, name, value));
        factory.newExitController(
            verifier,
            ledger,
            validatorRegistry,
            operatorRegistry,
            queue,
            withdrawalVault,
            rewardsVault,
            p
        );
    }

    function trigger(IExitController.Rule rule, uint40 index) private {
        refreshRoot();
        triggerNow(rule, index);
    }

    function triggerNow(IExitController.Rule rule, uint40 index) private {
        sendNow(rule, one(index), 1);
    }

    function send(IExitController.Rule rule, Shown memory s, uint256 value) private {
        refreshRoot();
        sendNow(rule, s, value);
    }

    function sendNow(IExitController.Rule rule, Shown memory s, uint256 value) private {
        vm.prank(caller);
        exits.trigger{value: value}(rule, recent(), s.indices, s.validators, s.proof);
    }

    function triggerPartial(uint40 index) private {
        refreshRoot();
        Shown memory s = one(index);
        (bytes32 chunk, bytes32[] memory proof) = balance(index);
        vm.prank(caller);
        exits.triggerPartial{value: 1}(recent(), index, s.validators[0], s.proof, chunk, proof);
    }

    function proveComing(uint40 index, IExitController.Place memory place) private {
        refreshRoot();
        Shown memory s = one(index);
        exits.proveComing(recent(), index, s.validators[0], s.proof, place);
    }

    /// @dev In a state in which 101 exits.
    function proveLeaving(IExitController.Place memory place) private {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.leaving.root"));
        Shown memory s = shown("$.leaving.one");
        exits.proveComing(recent(), 101, s.validators[0], s.proof, place);
    }

    function placeOf(
        bool proven,
        uint256 position,
        uint256 place
    ) private pure returns (IExitController.Place memory) {
        return IExitController.Place(proven, uint32(position), uint8(place));
    }

    /* INTERNAL: the pool */

    /// @dev What tickets ask for, less `amount`, is all that the ledger has.
    function setDeficit(uint256 amount) private {
        vm.deal(address(ledger), ledger.balanceOf(address(queue)) - amount);
    }

    /// @dev A deficit, and time for everyone to be drawn.
    function openDraw(uint256 amount) private {
        setDeficit(amount);
        exits.note();
        skipTime(2 * PATIENCE * EPOCH_SECONDS + 8 hours);
    }

    function jail() private {
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Jailed, "");
    }

    /// @dev The lowest and the highest rank of those that may exit.
    function ends() private view returns (uint40 low, uint40 high) {
        (low, high) = (101, 101);
        for (uint40 i = 104; i < 110; ++i) {
            if (exits.rankOf(i) < exits.rankOf(low)) low = i;
            if (exits.rankOf(i) > exits.rankOf(high)) high = i;
        }
    }

    /* INTERNAL: the beacon chain */

    function one(uint40 index) private view returns (Shown memory) {
        return shown(string.concat("$.ones[", vm.toString(uint256(index) - 100), "]"));
    }

    function stranger() private view returns (Shown memory) {
        return shown("$.stranger");
    }

    function shown(string memory path) private view returns (Shown memory) {
        return abi.decode(vm.parseJsonBytes(vectors, path), (Shown));
    }

    function balance(uint40 index) private view returns (bytes32 chunk, bytes32[] memory proof) {
        string memory path = string.concat("$.balances[", vm.toString(uint256(index) - 100), "]");
        return abi.decode(vm.parseJsonBytes(vectors, path), (bytes32, bytes32[]));
    }

    function recent() private view returns (IBeaconVerifier.BlockProof memory b) {
        b.timestamp = rootTime;
    }

    function refreshRoot() private {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.root"));
    }

    function epoch() private view returns (uint256) {
        return (currentTime() - GENESIS_TIME) / EPOCH_SECONDS;
    }

    function warpToEpoch(uint256 at) private {
        vm.warp(GENESIS_TIME + at * EPOCH_SECONDS);
    }

    function skipTo(uint256 time) private {
        vm.warp(time);
    }

    /* INTERNAL: claims */

    function expectTooSmall(uint256 amount, uint256 minimum) private {
        vm.expectRevert(abi.encodeWithSelector(IExitController.DeficitTooSmall.selector, amount, minimum));
    }

    function expectNotDrawn(uint40 index) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IExitController.NotDrawn.selector,
                index,
                exits.rankOf(index),
                exits.threshold()
            )
        );
    }

    function expectNoted(uint256 first, uint256 last) private view {
        (uint256 firstSeen, uint256 lastSeen) = exits.noted();
        assertEq(firstSeen, first, "first seen");
        assertEq(lastSeen, last, "last seen");
    }

    function expectRequest(IExitController.Place memory place, uint256 index) private view {
        (BundledRequest memory r, ) = exits.requestAt(place);
        assertEq(uint256(r.validatorIndex), index, "whose request");
    }

    function expectNoRequest(IExitController.Place memory place) private {
        vm.expectRevert(abi.encodeWithSelector(IExitController.NoRequestThere.selector, place));
        exits.requestAt(place);
    }
}
