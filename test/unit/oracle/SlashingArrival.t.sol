// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../../../contracts/interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../../../contracts/interfaces/IBondVault.sol";
import {ISlashingOracle} from "../../../contracts/interfaces/ISlashingOracle.sol";
import {SlashingOracle} from "../../../contracts/oracle/SlashingOracle.sol";
import {BeaconValidator} from "../../../contracts/types/BeaconValidator.sol";
import {Verifier__Mock} from "../../mocks/Verifier__Mock.sol";
import {BondedOperators} from "../../utils/BondedOperators.sol";
import {Vm} from "../../utils/Vm.sol";

/// @notice What a slashed validator loses after another was merged into it: the base of its lock has what arrived, whenever
/// that is proven. The story `mergedIntoSlashed` shows the same with real proofs.
contract SlashingArrivalTest is BondedOperators {
    error NothingSettled();

    uint64 private constant EPOCH = 32;
    uint64 private constant VECTOR = 1_024;
    uint64 private constant MARGIN = 4;
    uint40 private constant TARGET = uint40(FIRST_VALIDATOR);
    uint40 private constant SOURCE = TARGET + 1;
    uint40 private constant OTHER = TARGET + 2;
    uint64 private constant AT_STAKE = 1_000e9;
    uint64 private constant MOVED = 200e9;
    uint64 private constant MOVED_LATER = 100e9;

    Verifier__Mock private verifier;
    SlashingOracle private slashing;
    /// @dev Kept, since no call may come between an expected revert and its call.
    bytes32 private credentials;
    uint64 private slashedEpoch;
    uint64 private withdrawableEpoch;
    /// @dev When sources are withdrawable: a merge is the epoch's first slot.
    uint64 private arrival;
    uint64 private later;

    function setUp() public override {
        super.setUp();
        credentials = ledger.withdrawalCredentials();
        verifier = new Verifier__Mock();
        slashing = makeSlashingOracle(verifier, uint32(VECTOR));
        makeStaker("staker", 2_000 ether);
        bonds.deposit{value: 1_400 ether}(1);
        for (uint256 at = 0; at < 3; ++at) {
            predepositKey(1);
            proveKey(at, 31);
        }
        slashedEpoch = uint64(currentFrame() * SLOTS_PER_FRAME) / EPOCH;
        withdrawableEpoch = slashedEpoch + VECTOR;
        (arrival, later) = (slashedEpoch + 20, slashedEpoch + 40);
    }

    /* WHAT IS BURNT */

    function test_proveArrival_BurnsWhatIsLostAfterIt() public {
        prove(AT_STAKE, slashedEpoch);
        expectSettled(arrival - 10, 999e9, 1 ether);
        // without it the loss would hide behind what arrived
        expectSettled(arrival + 10, 1_150e9, 0);

        (ISlashingOracle.Slashed memory s, ISlashingOracle.Merge memory m) = (
            slashedAt(slashedEpoch),
            mergeOf(SOURCE, MOVED, arrival)
        );
        address anyone = makeAddr("anyone");
        vm.expectEmit(address(bonds));
        emit IBondVault.ArrivalCounted(TARGET, SOURCE, MOVED, (arrival + MARGIN) * EPOCH);
        vm.expectEmit(address(bonds));
        emit IBondVault.BaseRaised(TARGET, AT_STAKE, AT_STAKE + MOVED);
        vm.prank(anyone);
        slashing.proveArrival(s, m);
        expectBase(999e9 + MOVED);
        expectSettled(arrival + 10, 1_150e9, 49 ether);
        expectSettled(arrival + 11, 1_150e9, 0);
        expectSettled(later, 900e9, 250 ether);
    }

    /// @dev All that moves is the balance, the effective one at most.
    function test_proveArrival_OfASourceBelowItsEffectiveBalance() public {
        prove(AT_STAKE, slashedEpoch);
        showTarget(AT_STAKE);
        ISlashingOracle.Merge memory m = tellMerge(SOURCE, MOVED, MOVED - 1, arrival);
        slashing.proveArrival(slashedAt(slashedEpoch), m);
        expectBase(AT_STAKE + MOVED - 1);
    }

    /// @dev What the source has above its effective balance stays with it, and a later child shows the same block.
    function test_proveArrival_OfASourceAboveItsEffectiveBalance() public {
        prove(AT_STAKE, slashedEpoch);
        ISlashingOracle.Merge memory m = mergeOf(SOURCE, MOVED, arrival);
        m.b.slot += 3;
        verifier.tellMerge(m.entry, m.b.slot);
        verifier.tellBalance(SOURCE, m.b.slot, MOVED + 5e8);
        showTarget(AT_STAKE);
        slashing.proveArrival(slashedAt(slashedEpoch), m);
        expectBase(AT_STAKE + MOVED);
    }

    /// @dev What passes 2,048 ETH is paid out, and is no loss.
    function test_proveArrival_UpToTheMaximum() public {
        prove(2_000e9, slashedEpoch);
        arriveAt(2_000e9, SOURCE, MOVED, arrival);
        expectBase(2_048e9);
        expectSettled(arrival + MARGIN, 2_048e9, 0);
        expectSettled(arrival + MARGIN, 2_040e9, 8 ether);
        arriveAt(2_000e9, OTHER, MOVED_LATER, later);
        expectBase(2_040e9);
    }

    function test_proveArrival_OfSeveralSources() public {
        prove(AT_STAKE, slashedEpoch);
        arrive(OTHER, MOVED_LATER, later);
        assertEq(bonds.lockOf(TARGET).fromSlot, (later + MARGIN) * EPOCH, "the last of them");
        arrive(SOURCE, MOVED, arrival);
        assertEq(bonds.lockOf(TARGET).fromSlot, (later + MARGIN) * EPOCH, "the last of them still");
        expectSettled(later + MARGIN, 1_290e9, 10 ether);
    }

    /// @dev The bounty is a part of the penalty for the slashing, whatever came after.
    function test_settle_PaysNoBountyForWhatArrived() public {
        prove(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, arrival);
        ISlashingOracle.Parameters memory p = slashing.parameters();
        uint256 bounty = (uint256(AT_STAKE) * 1 gwei * p.bountyBp) / (uint256(p.penaltyQuotient) * 10_000);
        uint256 shares = ledger.getSharesByPooledEth(bounty);
        assertGt(shares, 0, "some");
        uint256 before = ledger.sharesOf(address(this));
        expectSettled(arrival + MARGIN, 1_199e9, 1 ether);
        assertEq(ledger.sharesOf(address(this)) - before, shares, "bounty");
    }

    /* BLOCKS THAT MAY BE SETTLED */

    function test_settle_RevertWhen_TheBlockIsOfBeforeTheArrival() public {
        prove(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, arrival);
        uint64 from = (arrival + MARGIN) * EPOCH;
        assertEq(bonds.lockOf(TARGET).fromSlot, from, "from");
        expectTooOld(from - 1);
        expectSettled(arrival + MARGIN, AT_STAKE + MOVED, 0);
    }

    /// @dev A late proof of the slashing finds what has arrived in the effective balance: older balances lack it.
    function test_settle_RevertWhen_TheBlockIsOfBeforeALateProof() public {
        prove(AT_STAKE + MOVED, arrival + 30);
        expectBase(AT_STAKE + MOVED);
        uint64 from = (arrival + 30) * EPOCH;
        expectTooOld(from - 1);
        expectSettled(arrival + 30, 1_199e9, 1 ether);
    }

    /// @dev From when it may be paid out, its effective balance says nothing.
    function test_proveSlashed_OfAWithdrawable() public {
        prove(AT_STAKE, withdrawableEpoch);
        expectBase(1);
        assertEq(bonds.lockOf(TARGET).fromSlot, 0, "any block");
        showTarget(AT_STAKE);
        slashing.raiseBase(blockAt(slashedEpoch * EPOCH), TARGET, targetOf(AT_STAKE), none());
        expectSettled(arrival, 990e9, 10 ether);
    }

    /* ORDERS */

    function test_proveArrival_GivenALateProofThatHasIt() public {
        prove(AT_STAKE + MOVED, arrival + 30);
        arrive(SOURCE, MOVED, arrival);
        expectBase(AT_STAKE + MOVED);
        expectSettled(arrival + 30, 1_150e9, 50 ether);
    }

    function test_proveArrival_GivenALateProofThatLacksSome() public {
        prove(AT_STAKE + MOVED - 3e9, arrival + 30);
        expectSettled(arrival + 31, 1_190e9, 7 ether);
        arrive(SOURCE, MOVED, arrival);
        expectSettled(arrival + 32, 1_190e9, 3 ether);
        expectSettled(arrival + 33, 1_180e9, 10 ether);
    }

    /// @dev One of two arrivals is proven, and a late base has both: it must not fall, for the other may never be proven.
    function test_proveArrival_GivenALateProofThatHasMore() public {
        prove(AT_STAKE + MOVED + MOVED_LATER, later + 30);
        expectSettled(later + 30, 10e9, 1_290 ether);
        arrive(SOURCE, MOVED, arrival);
        expectBase(10e9);
        arrive(OTHER, MOVED_LATER, later);
        expectBase(10e9);
        expectSettled(later + 31, 1e9, 9 ether);
    }

    function test_raiseBase_AfterAnArrival() public {
        prove(AT_STAKE - 1e9, slashedEpoch + 1);
        arrive(SOURCE, MOVED, arrival);
        expectBase(AT_STAKE + MOVED);
        bytes memory refused = abi.encodeWithSelector(
            IBondVault.BaseNotHigher.selector,
            TARGET,
            AT_STAKE + MOVED,
            AT_STAKE + MOVED
        );
        raise(AT_STAKE, slashedEpoch, refused);
    }

    function test_raiseBase_BeforeAnArrival() public {
        prove(AT_STAKE - 1e9, slashedEpoch + 1);
        raise(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, arrival);
        expectBase(AT_STAKE + MOVED);
    }

    /// @dev Where the exit queue is longer than the vector, blocks of later epochs pass for such of the slashing: what they
    /// have of arrivals is not counted twice, and older balances are not held against them.
    function test_raiseBase_InALongExitQueue() public {
        withdrawableEpoch += 100;
        prove(AT_STAKE, slashedEpoch);
        arrive(OTHER, MOVED_LATER, later);
        uint256 slot = later * EPOCH;
        bytes memory refused = abi.encodeWithSelector(
            IBondVault.BaseAfterArrival.selector,
            TARGET,
            slot,
            slot
        );
        raise(AT_STAKE + MOVED + MOVED_LATER, later, refused);
        // a block between the two has the first
        raise(AT_STAKE + MOVED, later - 1);
        expectBase(AT_STAKE + MOVED + MOVED_LATER);
        arrive(SOURCE, MOVED, arrival);
        expectBase(AT_STAKE + MOVED + MOVED_LATER);
    }

    /// @dev A base must be of before the first of all arrivals, whichever was shown last.
    function test_raiseBase_RevertWhen_ItIsOfBetweenTwoArrivals() public {
        withdrawableEpoch += 100;
        prove(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, arrival);
        arrive(OTHER, MOVED_LATER, later);
        uint256 slot = arrival * EPOCH;
        bytes memory refused = abi.encodeWithSelector(
            IBondVault.BaseAfterArrival.selector,
            TARGET,
            slot,
            slot
        );
        raise(AT_STAKE + MOVED, arrival, refused);
        raise(AT_STAKE + 1e9, arrival - 1);
        expectBase(AT_STAKE + 1e9 + MOVED + MOVED_LATER);
    }

    function test_raiseBase_OfALaterBlockRefusesOlderOnes() public {
        withdrawableEpoch += 100;
        prove(AT_STAKE, slashedEpoch);
        raise(AT_STAKE + MOVED, arrival);
        expectTooOld(arrival * EPOCH - 1);
    }

    /// @dev Whatever is shown when, what is burnt is never more than what was lost, and all of it in the end.
    /// @param plan Four bits for each step: what is shown before it.
    function testFuzz_proveArrival_InAnyOrder(uint256 plan, uint64[6] memory losses, bool late) public {
        prove(late ? AT_STAKE - 2e9 : AT_STAKE, slashedEpoch + (late ? 1 : 0));
        // by the step: two before the first arrival, two between both, two after
        uint64[6] memory epochs = [
            slashedEpoch + 2,
            arrival - 1,
            arrival + MARGIN,
            later - 1,
            later + MARGIN,
            later + 9
        ];
        uint256 lost = late ? 2 ether : 0;
        uint64 balance = AT_STAKE - (late ? 2e9 : 0);
        uint256 burnt = 0;
        uint256 shown = 0;
        for (uint256 i = 0; i < 6; ++i) {
            uint64 loss = uint64(bound(losses[i], 0, 50e9));
            lost += uint256(loss) * 1 gwei;
            balance -= loss;
            if (i == 2) balance += MOVED;
            if (i == 4) balance += MOVED_LATER;
            uint256 now_ = i == 5 ? 7 : plan & 15;
            plan >>= 4;
            if (i >= 2 && now_ & 1 == 1 && shown & 1 == 0) arrive(SOURCE, MOVED, arrival);
            if (i >= 4 && now_ & 2 == 2 && shown & 2 == 0) arrive(OTHER, MOVED_LATER, later);
            if (i < 2) now_ &= ~uint256(3);
            else if (i < 4) now_ &= ~uint256(2);
            // a counted arrival has raised it too
            if (late && now_ & 4 == 4 && shown == 0 && now_ & 3 == 0) raise(AT_STAKE, slashedEpoch);
            else if (now_ & 3 == 0) now_ &= ~uint256(4);
            shown |= now_;
            if (i < 5 && now_ & 8 == 8) continue;
            burnt += settledAt(epochs[i], balance);
            assertLe(burnt, lost, "SLA-1: no more than was lost");
        }
        assertEq(burnt, lost, "SLA-1: and no less in the end");
    }

    /* REFUSALS */

    function test_proveArrival_RevertGiven_ItIsCounted() public {
        prove(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, arrival);
        expectRefused(
            abi.encodeWithSelector(IBondVault.ArrivalKnown.selector, SOURCE),
            slashedAt(slashedEpoch),
            mergeOf(SOURCE, MOVED, arrival)
        );
        expectBase(AT_STAKE + MOVED);
    }

    function test_proveArrival_RevertGiven_NothingIsLocked() public {
        bytes memory refused = abi.encodeWithSelector(IBondVault.NothingLocked.selector, TARGET);
        expectRefused(refused, slashedAt(slashedEpoch), mergeOf(SOURCE, MOVED, arrival));
        prove(AT_STAKE, slashedEpoch);
        for (uint256 i = 0; i < 3; ++i) report(0);
        expectSettled(withdrawableEpoch - VECTOR / 2 + 2, AT_STAKE, 0);
        expectRefused(refused, slashedAt(slashedEpoch), mergeOf(SOURCE, MOVED, arrival));
    }

    function test_proveArrival_RevertWhen_NotOursOrNotSlashed() public {
        prove(AT_STAKE, slashedEpoch);
        ISlashingOracle.Merge memory m = mergeOf(TARGET + 3, MOVED, arrival);
        expectRefused(
            abi.encodeWithSelector(ISlashingOracle.NotOurs.selector, TARGET + 3),
            slashedAt(slashedEpoch),
            m
        );
        ISlashingOracle.Slashed memory s = slashedAt(slashedEpoch);
        s.v.slashed = false;
        m = mergeOf(SOURCE, MOVED, arrival);
        expectRefused(abi.encodeWithSelector(ISlashingOracle.NotSlashed.selector, TARGET), s, m);
        m.v.slashed = true;
        expectRefused(
            abi.encodeWithSelector(ISlashingOracle.SourceSlashed.selector, SOURCE),
            slashedAt(slashedEpoch),
            m
        );
    }

    /// @dev Before that, the balance of the source may change.
    function test_proveArrival_RevertWhen_TheBlockIsNotTheLastBefore() public {
        prove(AT_STAKE, slashedEpoch);
        ISlashingOracle.Merge memory m = mergeOf(SOURCE, MOVED, arrival);
        m.b.slot = arrival * EPOCH - 2;
        verifier.tellMerge(m.entry, m.b.slot);
        verifier.tellBalance(SOURCE, m.b.slot, MOVED);
        expectRefused(
            abi.encodeWithSelector(ISlashingOracle.MergeAhead.selector, m.b.slot, arrival * EPOCH),
            slashedAt(slashedEpoch),
            m
        );
        // it does not exit
        m.v.withdrawableEpoch = type(uint64).max;
        verifier.tellValidator(SOURCE, m.v);
        expectRefused(
            abi.encodeWithSelector(
                ISlashingOracle.MergeAhead.selector,
                m.b.slot,
                uint256(type(uint64).max) * EPOCH
            ),
            slashedAt(slashedEpoch),
            m
        );
    }

    /// @dev What was there in the epoch of the slashing is in the base.
    function test_proveArrival_RevertWhen_ItWasThereBeforeTheSlashing() public {
        prove(AT_STAKE, slashedEpoch);
        expectRefused(
            abi.encodeWithSelector(
                IBondVault.BaseAfterArrival.selector,
                TARGET,
                slashedEpoch * EPOCH,
                slashedEpoch * EPOCH
            ),
            slashedAt(slashedEpoch),
            mergeOf(SOURCE, MOVED, slashedEpoch)
        );
        arrive(SOURCE, MOVED, slashedEpoch + 1);
        expectBase(AT_STAKE + MOVED);
    }

    function test_proveArrival_RevertWhen_TheBaseIsOfALaterEpoch() public {
        prove(AT_STAKE, slashedEpoch);
        expectRefused(
            abi.encodeWithSelector(
                ISlashingOracle.AfterEpochOfSlashing.selector,
                slashedEpoch + 1,
                withdrawableEpoch
            ),
            slashedAt(slashedEpoch + 1),
            mergeOf(SOURCE, MOVED, arrival)
        );
    }

    /// @dev Settlements must not be blocked by it.
    function test_proveArrival_RevertWhen_NoSettlementCouldSeeIt() public {
        prove(AT_STAKE, slashedEpoch);
        expectRefused(
            abi.encodeWithSelector(
                ISlashingOracle.ArrivalTooLate.selector,
                withdrawableEpoch * EPOCH,
                withdrawableEpoch
            ),
            slashedAt(slashedEpoch),
            mergeOf(SOURCE, MOVED, withdrawableEpoch)
        );
        arrive(SOURCE, MOVED, withdrawableEpoch - 1);
        assertEq(uint256(bonds.lockOf(TARGET).fromSlot), withdrawableEpoch * EPOCH - 1, "the last one");
    }

    /// @dev Of two the later one comes within the margin: the last slot still tells what was lost.
    function test_proveArrival_InTheLastEpochs() public {
        prove(AT_STAKE, slashedEpoch);
        arrive(SOURCE, MOVED, withdrawableEpoch - MARGIN - 1);
        arrive(OTHER, MOVED_LATER, withdrawableEpoch - 2);
        for (uint256 i = 0; i < 5; ++i) report(0);
        expectTooOld(withdrawableEpoch * EPOCH - 2);
        verifier.tellBalance(TARGET, withdrawableEpoch * EPOCH - 1, 1_200e9);
        uint256 before = bonds.bondOf(1).shares;
        settle(withdrawableEpoch * EPOCH - 1);
        uint256 burnt = ledger.getPooledEthByShares(before - bonds.bondOf(1).shares);
        assertApproxEqAbs(burnt, 100 ether, 1 ether, "what was lost, and the bounty");
    }

    function test_proveArrival_RevertWhen_AnythingIsChanged() public {
        prove(AT_STAKE, slashedEpoch);
        ISlashingOracle.Slashed memory s = slashedAt(slashedEpoch);
        ISlashingOracle.Merge memory m = mergeOf(SOURCE, MOVED, arrival);
        ++s.v.effectiveBalance;
        expectRefused(abi.encodeWithSelector(Verifier__Mock.NotTold.selector, TARGET), s, m);
        --s.v.effectiveBalance;
        bytes memory refused = abi.encodeWithSelector(Verifier__Mock.NotTold.selector, SOURCE);
        ++m.v.effectiveBalance;
        expectRefused(refused, s, m);
        --m.v.effectiveBalance;
        ++m.entry.place;
        expectRefused(refused, s, m);
        --m.entry.place;
        // the entry stands at another slot, or the balance
        ++m.b.slot;
        expectRefused(refused, s, m);
        verifier.tellMerge(m.entry, m.b.slot);
        expectRefused(refused, s, m);
        // another target is not slashed
        verifier.tellBalance(SOURCE, m.b.slot, MOVED);
        m.entry.target = OTHER;
        expectRefused(abi.encodeWithSelector(Verifier__Mock.NotTold.selector, OTHER), s, m);
        m.entry.target = TARGET;
        slashing.proveArrival(s, m);
        expectBase(AT_STAKE + MOVED);
    }

    /* INTERNAL */

    function none() private pure returns (bytes32[] memory) {}

    function blockAt(uint64 slot) private pure returns (IBeaconVerifier.BlockProof memory b) {
        b.slot = slot;
    }

    function targetOf(uint64 effectiveBalance) private view returns (BeaconValidator memory) {
        return
            BeaconValidator({
                pubkey: allKeys[0].pubkey,
                withdrawalCredentials: credentials,
                effectiveBalance: effectiveBalance,
                slashed: true,
                activationEligibilityEpoch: 1,
                activationEpoch: 2,
                exitEpoch: slashedEpoch + 5,
                withdrawableEpoch: withdrawableEpoch
            });
    }

    function showTarget(uint64 effectiveBalance) private {
        verifier.tellValidator(TARGET, targetOf(effectiveBalance));
    }

    function slashedAt(uint64 epoch) private view returns (ISlashingOracle.Slashed memory s) {
        s.b = blockAt(epoch * EPOCH);
        s.v = targetOf(AT_STAKE);
    }

    /// @dev A merge into the target at an epoch, and what shows it, which the beacon chain tells.
    function mergeOf(
        uint40 source,
        uint64 effectiveBalance,
        uint64 epoch
    ) private returns (ISlashingOracle.Merge memory m) {
        showTarget(AT_STAKE);
        return tellMerge(source, effectiveBalance, effectiveBalance + 1e8, epoch);
    }

    function tellMerge(
        uint40 source,
        uint64 effectiveBalance,
        uint64 balance,
        uint64 epoch
    ) private returns (ISlashingOracle.Merge memory m) {
        m.b = blockAt(epoch * EPOCH - 1);
        m.entry = IBeaconVerifier.PendingConsolidation({place: 3, source: source, target: TARGET});
        m.v.withdrawalCredentials = credentials;
        m.v.effectiveBalance = effectiveBalance;
        m.v.exitEpoch = epoch - 10;
        m.v.withdrawableEpoch = epoch;
        verifier.tellMerge(m.entry, m.b.slot);
        verifier.tellValidator(source, m.v);
        verifier.tellBalance(source, m.b.slot, balance);
    }

    function prove(uint64 effectiveBalance, uint64 epoch) private {
        BeaconValidator memory v = targetOf(effectiveBalance);
        verifier.tellValidator(TARGET, v);
        slashing.proveSlashed(blockAt(epoch * EPOCH), TARGET, v, none());
        // so that a report has booked what there is to settle
        report(0);
    }

    function raise(uint64 effectiveBalance, uint64 epoch) private {
        raise(effectiveBalance, epoch, "");
    }

    function raise(uint64 effectiveBalance, uint64 epoch, bytes memory refused) private {
        BeaconValidator memory v = targetOf(effectiveBalance);
        verifier.tellValidator(TARGET, v);
        if (refused.length > 0) vm.expectRevert(refused);
        slashing.raiseBase(blockAt(epoch * EPOCH), TARGET, v, none());
    }

    function arrive(uint40 source, uint64 amount, uint64 epoch) private {
        arriveAt(AT_STAKE, source, amount, epoch);
    }

    function arriveAt(uint64 atStake, uint40 source, uint64 amount, uint64 epoch) private {
        ISlashingOracle.Merge memory m = tellMerge(source, amount, amount + 1e8, epoch);
        ISlashingOracle.Slashed memory s = slashedAt(slashedEpoch);
        s.v.effectiveBalance = atStake;
        verifier.tellValidator(TARGET, s.v);
        slashing.proveArrival(s, m);
    }

    function settle(uint64 slot) private {
        slashing.settle(blockAt(slot), TARGET, targetOf(AT_STAKE), none(), bytes32(0), none());
    }

    /// @dev What the bond was asked for.
    function settledAt(uint64 epoch, uint64 balance) private returns (uint256) {
        showTarget(AT_STAKE);
        verifier.tellBalance(TARGET, epoch * EPOCH, balance);
        vm.recordLogs();
        settle(epoch * EPOCH);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IBondVault.BondSettled.selector) continue;
            (, , uint256 loss, uint256 uncovered) = abi.decode(
                logs[i].data,
                (uint256, uint256, uint256, uint256)
            );
            assertEq(uncovered, 0, "the bond covers all");
            return loss;
        }
        revert NothingSettled();
    }

    function expectSettled(uint64 epoch, uint64 balance, uint256 loss) private {
        assertEq(settledAt(epoch, balance), loss, "asked of the bond");
    }

    /// @dev A balance of the slot before the first that may be settled.
    function expectTooOld(uint64 slot) private {
        showTarget(AT_STAKE);
        verifier.tellBalance(TARGET, slot, AT_STAKE);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.BeforeBase.selector, slot, slot + 1));
        settle(slot);
    }

    function expectBase(uint256 baseGwei) private view {
        assertEq(bonds.lockOf(TARGET).baseGwei, baseGwei, "base");
    }

    function expectRefused(
        bytes memory refused,
        ISlashingOracle.Slashed memory s,
        ISlashingOracle.Merge memory m
    ) private {
        vm.expectRevert(refused);
        slashing.proveArrival(s, m);
    }
}
