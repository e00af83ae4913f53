// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../contracts/interfaces/IExitController.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {ExitController} from "../../contracts/withdrawals/ExitController.sol";
import {Validators__Mock} from "../mocks/Validators__Mock.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";
import {RequestContracts} from "../utils/RequestContracts.sol";
import {Withdrawals} from "../utils/Withdrawals.sol";

/// @notice The protocol with three operators of six validators each, who come into bad standing and out of it, a beacon
/// chain that obeys or not, tickets, ether that comes and goes, and a model of what is to come and of the note of a
/// deficit.
/// @dev A call that the controller refuses does nothing here; a rule that one breaks is kept in `broken`.
contract ExitsHandler is Withdrawals, RequestContracts {
    enum Action {
        Request,
        SetBuffer,
        Note,
        PassTime,
        PassAndNote,
        SetStanding,
        TriggerStopped,
        TriggerAboveCap,
        TriggerDrawn,
        TriggerByKeys,
        TriggerPartial,
        Leave,
        Slash,
        Merge,
        ProveComing,
        ProvePartial,
        ProveMerged,
        Withdraw,
        Settle,
        SettleMany
    }

    /// @dev What the model says is to come of a validator.
    struct Model {
        uint256 units;
        uint256 lastEpoch;
        bool aboveCap;
        bool inDoubt;
        bool proven;
    }

    uint256 public constant OPERATORS = 3;
    uint256 public constant VALIDATORS = 18;
    uint256 private constant UNIT = 1 ether / 32;
    uint256 private constant EPOCH_SECONDS = SLOTS_PER_EPOCH * SECONDS_PER_SLOT;
    uint256 private constant COMING_EPOCHS = 30;
    uint256 private constant SWEEP_EPOCHS = 5;
    uint256 private constant BRIEF_EPOCHS = 8;
    uint256 private constant PATIENCE = 4;
    uint256 private constant NOTE_LIFE = 1 hours;

    ExitController public exits;
    Validators__Mock public chain;
    mapping(Action => uint256) public tried;
    mapping(Action => uint256) public done;
    string public broken;

    mapping(uint256 => Model) public model;
    uint256 public notedAt;
    uint256 public seenAt;
    address private staker;

    constructor() payable {
        setUp();
        installRequestContracts();
        authority.grantRole(Roles.EXIT_REQUESTER, address(this));
        chain = new Validators__Mock(uint64(GENESIS_TIME));
        for (uint256 id = 1; id <= OPERATORS; ++id) operatorRegistry.register(address(this), 0);
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            uint64 balanceGwei = i % 5 == 0 ? 45.7e9 : 32e9 + uint64(i);
            chain.add(indexOf(i), uint24(operatorOf(i)), balanceGwei);
        }
        exits = factory.newExitController(
            IBeaconVerifier(address(chain)),
            ledger,
            IValidatorRegistry(address(chain)),
            operatorRegistry,
            queue,
            withdrawalVault,
            rewardsVault,
            factory.newKeeperBudget(IAuthority(address(authority)), ledger, 0, 0, jobBudgets()),
            IExitController.Parameters({
                minDeficit: 2 ether,
                minDeficitBp: 100,
                comingEpochs: uint32(COMING_EPOCHS),
                sweepEpochs: uint32(SWEEP_EPOCHS),
                patienceEpochs: uint32(PATIENCE),
                committeePeriod: 256,
                capBp: 2_500,
                capFloorEth: 64,
                doublingSeconds: 10 minutes
            })
        );
        authority.grantRole(Roles.EXIT_REQUESTER, address(exits));
        staker = makeHolder("whale", 2_000 ether);
        requestFor(staker, 600 ether);
        vm.deal(address(this), 1_000 ether);
    }

    /* ACTIONS: the pool */

    function request(uint256 amount) external {
        _begin(Action.Request);
        if (ledger.balanceOf(staker) < 40 ether) return;
        requestFor(staker, bound(amount, 1 ether, 40 ether));
        ++done[Action.Request];
    }

    /// @dev Deposits and stakes: more or less ether than tickets ask.
    function setBuffer(uint256 missing) external {
        _begin(Action.SetBuffer);
        uint256 asked = ledger.balanceOf(address(queue));
        missing = bound(missing, 0, 120 ether);
        uint256 there = exits.coming() + address(withdrawalVault).balance + missing;
        vm.deal(address(ledger), asked > there ? asked - there : 0);
        ++done[Action.SetBuffer];
    }

    function note() external {
        _begin(Action.Note);
        _noteNow();
        ++done[Action.Note];
    }

    function passTime(uint256 duration) external {
        _begin(Action.PassTime);
        _pass(bound(duration, 1 minutes, 70 minutes));
        ++done[Action.PassTime];
    }

    /// @dev Somebody cares: the note never lapses.
    function passAndNote(uint256 halfHours) external {
        _begin(Action.PassAndNote);
        halfHours = bound(halfHours, 1, 12);
        for (uint256 i = 0; i < halfHours; ++i) {
            _pass(30 minutes);
            _noteNow();
        }
        ++done[Action.PassAndNote];
    }

    function setStanding(uint256 operatorId, uint256 standing) external {
        _begin(Action.SetStanding);
        operatorId = bound(operatorId, 1, OPERATORS);
        IOperatorRegistry.Standing to = IOperatorRegistry.Standing(bound(standing, 0, 2));
        operatorRegistry.setStanding(operatorId, to, "");
        ++done[Action.SetStanding];
    }

    /* ACTIONS: exits */

    function triggerStopped(uint256 first, uint256 count) external {
        _trigger(Action.TriggerStopped, IExitController.Rule.Stopped, first, count);
    }

    function triggerAboveCap(uint256 first, uint256 count) external {
        _trigger(Action.TriggerAboveCap, IExitController.Rule.AboveCap, first, count);
    }

    function triggerDrawn(uint256 first, uint256 count) external {
        _trigger(Action.TriggerDrawn, IExitController.Rule.Drawn, first, count);
    }

    function triggerByKeys(uint256 which, uint256 operatorId) external {
        _begin(Action.TriggerByKeys);
        which = bound(which, 0, VALIDATORS - 1);
        // often a wrong one
        operatorId = operatorId % 2 == 0 ? operatorOf(which) : bound(operatorId, 1, OPERATORS);
        (BeaconValidator memory v, ) = chain.beaconOf(indexOf(which));
        uint32[] memory gindices = new uint32[](1);
        gindices[0] = 1;
        bytes32 root = chain.rootOf(indexOf(which));
        try
            exits.triggerByKeys{value: 1}(
                operatorId,
                root,
                gindices,
                v.pubkey,
                new bytes32[](1),
                new bytes32[](0)
            )
        {
            _check(_isStopped(operatorOf(which)), "EXIT-3: by keys, of an operator in good standing");
            ++done[Action.TriggerByKeys];
        } catch {
            bool mayFail = operatorId != operatorOf(which) || !_isStopped(operatorId);
            _check(mayFail, "nobody can block the exits of stopped operators");
        }
    }

    /// @dev The beacon chain takes it or drops it, and pays it before or after its record ends.
    function triggerPartial(uint256 which, uint256 delay, bool isDropped) external {
        _begin(Action.TriggerPartial);
        which = bound(which, 0, VALIDATORS - 1);
        uint256 index = indexOf(which);
        (BeaconValidator memory v, uint64 balanceGwei) = chain.beaconOf(index);
        (uint256 amount, uint256 minimum) = _deficit();
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = uint64(currentTime());
        try exits.triggerPartial{value: 1}(b, uint40(index), v, new bytes32[](0), 0, new bytes32[](0)) {
            _check(_isThere(amount, minimum), "EXIT-3: a partial without a deficit");
            _check(!_isStopped(operatorOf(which)), "EXIT-3: a partial of a stopped operator");
            _check(model[which].units == 0, "EXIT-2: asked twice");
            uint256 excess = (balanceGwei - 32e9) * 1 gwei;
            uint256 needed = amount + minimum > 1 ether ? amount + minimum : 1 ether;
            // both are rounded: to a gwei up, to a unit down
            uint256 asked = excess < needed ? excess : ((needed + 1e9 - 1) / 1e9) * 1e9;
            model[which] = Model(asked / UNIT, _lastEpoch(which), false, true, false);
            _modelNote();
            delay = bound(delay, 5, 3 * COMING_EPOCHS);
            if (!isDropped) chain.takePartial(index, uint64(asked / 1 gwei), uint64(_epoch() + delay));
            ++done[Action.TriggerPartial];
        } catch {}
    }

    /* ACTIONS: the beacon chain */

    /// @dev It obeys, or the operator does it.
    function leave(uint256 which) external {
        _begin(Action.Leave);
        which = bound(which, 0, VALIDATORS - 1);
        if (!_mayLeave(which)) return;
        uint64 exitEpoch = uint64(_epoch() + 5);
        chain.leave(indexOf(which), exitEpoch, exitEpoch + 20);
        ++done[Action.Leave];
    }

    /// @dev Whatever waits; for longer than requests count, or not.
    function slash(uint256 which, uint256 epochs) external {
        _begin(Action.Slash);
        which = bound(which, 0, VALIDATORS - 1);
        (BeaconValidator memory v, ) = chain.beaconOf(indexOf(which));
        if (v.slashed || v.effectiveBalance == 0 || v.withdrawableEpoch <= _epoch()) return;
        chain.slash(indexOf(which), uint64(_epoch() + 5), uint64(_epoch() + bound(epochs, 20, 100)));
        ++done[Action.Slash];
    }

    /// @dev Whatever was asked of it before: the beacon chain takes this first.
    function merge(uint256 which) external {
        _begin(Action.Merge);
        which = bound(which, 0, VALIDATORS - 1);
        if (!_mayLeave(which)) return;
        chain.merge(indexOf(which), uint64(_epoch() + 5), uint64(_epoch() + 25));
        ++done[Action.Merge];
    }

    function proveComing(uint256 which) external {
        _begin(Action.ProveComing);
        // those that leave, if there are any
        which = bound(which, 0, VALIDATORS - 1);
        for (uint256 i = 0; i < VALIDATORS && !_isLeaving(which); ++i) which = (which + 1) % VALIDATORS;
        uint256 index = indexOf(which);
        (BeaconValidator memory v, ) = chain.beaconOf(index);
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = uint64(currentTime());
        Model memory m = model[which];
        uint256 lastEpoch = v.withdrawableEpoch + SWEEP_EPOCHS;
        bool isLockedUp = v.slashed && lastEpoch > _epoch() + COMING_EPOCHS;
        try exits.proveComing(b, uint40(index), v, new bytes32[](0)) {
            _check(v.exitEpoch != type(uint64).max, "EXIT-2: proven, and does not exit");
            _check(!chain.isConsolidating(index), "EXIT-2: proven, and is merged");
            uint256 units = (uint256(v.effectiveBalance) * 1 gwei) / UNIT;
            if (isLockedUp) model[which] = Model(0, 0, false, true, false);
            else model[which] = Model(units, lastEpoch, true, false, true);
            ++done[Action.ProveComing];
        } catch {
            bool isGone = !_isLeaving(which) || lastEpoch < _epoch() || chain.isConsolidating(index);
            _check(isGone || (isLockedUp && m.units == 0), "what comes can be proven");
        }
    }

    function proveMerged(uint256 which) external {
        _begin(Action.ProveMerged);
        which = bound(which, 0, VALIDATORS - 1);
        for (uint256 i = 0; i < VALIDATORS && !chain.isConsolidating(indexOf(which)); ++i)
            which = (which + 1) % VALIDATORS;
        uint256 index = indexOf(which);
        (BeaconValidator memory v, ) = chain.beaconOf(index);
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = uint64(currentTime());
        IBeaconVerifier.PendingConsolidation memory c;
        (c.source, c.target) = (uint64(index), uint64(index + 1));
        try exits.proveMerged(b, c, new bytes32[](0), v, new bytes32[](0)) {
            _check(model[which].units > 0, "EXIT-2: nothing to end");
            model[which] = Model(0, 0, false, true, false);
            ++done[Action.ProveMerged];
        } catch {
            bool isMerging = chain.isConsolidating(index) && v.withdrawableEpoch > _epoch();
            _check(!isMerging || model[which].units == 0, "what is merged can be taken off");
        }
    }

    function provePartial(uint256 which) external {
        _begin(Action.ProvePartial);
        // one of which a partial withdrawal waits, if there is any
        which = bound(which, 0, VALIDATORS - 1);
        for (uint256 i = 0; i < VALIDATORS && !_waits(which); ++i) which = (which + 1) % VALIDATORS;
        if (!_waits(which)) return;
        (BeaconValidator memory v, ) = chain.beaconOf(indexOf(which));
        (, IBeaconVerifier.PendingPartial memory p) = chain.partialOf(indexOf(which));
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = uint64(currentTime());
        uint256 units = (uint256(p.amountGwei) * 1 gwei) / UNIT;
        Model memory m = model[which];
        bool isLive = m.proven && m.lastEpoch >= _epoch() && !(m.inDoubt && units > m.units);
        try exits.provePartial(b, p, new bytes32[](0), v, new bytes32[](0)) {
            _check(!isLive, "EXIT-2: proven twice");
            model[which] = Model(units, p.withdrawableEpoch + BRIEF_EPOCHS, false, true, true);
            ++done[Action.ProvePartial];
        } catch {
            _check(isLive || v.exitEpoch != type(uint64).max, "what waits can be proven");
        }
    }

    /// @dev The sweep comes round, and somebody proves it.
    function withdraw(uint256 which) external {
        _begin(Action.Withdraw);
        which = bound(which, 0, VALIDATORS - 1);
        for (uint256 i = 0; i < VALIDATORS && !_isLeaving(which); ++i) which = (which + 1) % VALIDATORS;
        uint256 index = indexOf(which);
        (BeaconValidator memory v, uint64 balanceGwei) = chain.beaconOf(index);
        if (v.withdrawableEpoch > _epoch() || v.effectiveBalance == 0) return;
        uint256 paid = chain.isConsolidating(index) ? 0 : uint256(balanceGwei) * 1 gwei;
        vm.deal(address(withdrawalVault), address(withdrawalVault).balance + paid);
        chain.withdraw(index);
        ++done[Action.Withdraw];
    }

    function settle(uint256 which) external {
        _begin(Action.Settle);
        which = bound(which, 0, VALIDATORS - 1);
        for (uint256 i = 0; i < VALIDATORS && !_isOver(which); ++i) which = (which + 1) % VALIDATORS;
        uint256[] memory indices = new uint256[](1);
        indices[0] = indexOf(which);
        try exits.settle(indices) {
            if (model[which].units == 0) return;
            _check(_isOver(which), "EXIT-2: settled before it was over");
            _end(which);
            ++done[Action.Settle];
        } catch {
            _check(!_isOver(which), "what is over can be settled");
        }
    }

    /// @dev All that are over, and those of which nothing is to come.
    function settleMany() external {
        _begin(Action.SettleMany);
        uint256[] memory indices = new uint256[](VALIDATORS);
        uint256 count = 0;
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            if (model[i].units == 0 || _isOver(i)) indices[count++] = indexOf(i);
            if (_isOver(i)) _end(i);
        }
        assembly ("memory-safe") {
            mstore(indices, count)
        }
        exits.settle(indices);
        ++done[Action.SettleMany];
    }

    /* VIEWS */

    /// @notice Places on both sides of the borders of slots, and as far out as a list can be.
    function indexOf(uint256 which) public pure returns (uint256) {
        return which < 14 ? 3 + which : (1 << 40) - 1 - (which - 14);
    }

    function operatorOf(uint256 which) public pure returns (uint256) {
        return 1 + (which % OPERATORS);
    }

    function comingByModel() public view returns (uint256 sum) {
        for (uint256 i = 0; i < VALIDATORS; ++i) sum += model[i].units * UNIT;
    }

    function aboveCapByModel(uint256 operatorId) external view returns (uint256 sum) {
        for (uint256 i = 0; i < VALIDATORS; ++i) {
            if (operatorOf(i) == operatorId && model[i].aboveCap) sum += model[i].units * UNIT;
        }
    }

    function modelOf(uint256 which) external view returns (Model memory) {
        return model[which];
    }

    /* INTERNAL */

    function _begin(Action action) private {
        ++tried[action];
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _trigger(Action action, IExitController.Rule rule, uint256 first, uint256 count) private {
        _begin(action);
        first = bound(first, 0, VALIDATORS - 1);
        count = bound(count, 1, VALIDATORS - first < 3 ? VALIDATORS - first : 3);
        uint256[] memory indices = new uint256[](count);
        BeaconValidator[] memory validators = new BeaconValidator[](count);
        for (uint256 i = 0; i < count; ++i) {
            // the last ones stand in falling order
            indices[i] = indexOf(_at(first, count, i));
            (validators[i], ) = chain.beaconOf(indices[i]);
        }
        (uint256 amount, uint256 minimum) = _deficit();
        IBeaconVerifier.BlockProof memory b;
        b.timestamp = uint64(currentTime());
        try exits.trigger{value: count}(rule, b, indices, validators, new bytes32[](0)) {
            ++done[action];
        } catch {
            return;
        }
        uint256 epochs = rule == IExitController.Rule.Drawn ? 2 * PATIENCE : PATIENCE;
        for (uint256 i = 0; i < count; ++i) {
            uint256 which = _at(first, count, i);
            if (rule == IExitController.Rule.Stopped) {
                _check(_isStopped(operatorOf(which)), "EXIT-3: stopped, and in good standing");
                continue;
            }
            _check(_isThere(amount, minimum), "EXIT-3: without a deficit");
            _check(notedAt > 0 && currentTime() <= seenAt + NOTE_LIFE, "EXIT-3: without a note");
            _check(currentTime() >= notedAt + epochs * EPOCH_SECONDS, "EXIT-3: before the patience");
            _check(model[which].units == 0, "EXIT-2: asked twice");
            _check(
                !_waits(which) || model[which].inDoubt,
                "EXIT-2: counts for long, and the beacon chain drops it"
            );
            uint256 units = (uint256(validators[i].effectiveBalance) * 1 gwei) / UNIT;
            bool aboveCap = rule == IExitController.Rule.AboveCap;
            model[which] = Model(units, _lastEpoch(which), aboveCap, model[which].inDoubt, false);
        }
        if (rule != IExitController.Rule.Stopped) _modelNote();
    }

    function _at(uint256 first, uint256 count, uint256 i) private pure returns (uint256) {
        return first >= 14 ? first + count - 1 - i : first + i;
    }

    function _noteNow() private {
        exits.note();
        _modelNote();
    }

    function _modelNote() private {
        (uint256 amount, uint256 minimum) = _deficit();
        bool lapsed = currentTime() > seenAt + NOTE_LIFE;
        if (!_isThere(amount, minimum)) {
            (notedAt, seenAt) = (0, 0);
            return;
        }
        if (notedAt == 0 || lapsed) notedAt = currentTime();
        seenAt = currentTime();
    }

    /// @dev As the model has it.
    function _deficit() private view returns (uint256 amount, uint256 minimum) {
        uint256 asked = ledger.balanceOf(address(queue));
        uint256 there = address(ledger).balance + address(withdrawalVault).balance + comingByModel();
        amount = asked > there ? asked - there : 0;
        minimum = asked / 100 > 2 ether ? asked / 100 : 2 ether;
    }

    function _isThere(uint256 amount, uint256 minimum) private pure returns (bool) {
        return amount > 0 && amount >= minimum;
    }

    function _isStopped(uint256 operatorId) private view returns (bool) {
        return operatorRegistry.standingOf(operatorId) >= IOperatorRegistry.Standing.Jailed;
    }

    /// @dev It exits, and its ether has not come.
    function _isLeaving(uint256 which) private view returns (bool) {
        (BeaconValidator memory v, ) = chain.beaconOf(indexOf(which));
        return v.exitEpoch != type(uint64).max && v.effectiveBalance > 0;
    }

    /// @dev Whether a partial withdrawal of it is on its way.
    function _waits(uint256 which) private view returns (bool waits) {
        (waits, ) = chain.partialOf(indexOf(which));
    }

    /// @dev process_voluntary_exit, process_withdrawal_request, process_consolidation_request: nothing waits of it.
    function _mayLeave(uint256 which) private view returns (bool) {
        (BeaconValidator memory v, ) = chain.beaconOf(indexOf(which));
        return v.exitEpoch == type(uint64).max && !_waits(which);
    }

    /// @dev Of what is asked now. What is being merged exits already, so that nothing is asked of it.
    function _lastEpoch(uint256 which) private view returns (uint256) {
        return _epoch() + (model[which].inDoubt ? BRIEF_EPOCHS : COMING_EPOCHS);
    }

    /// @dev The mark stays.
    function _end(uint256 which) private {
        bool inDoubt = model[which].inDoubt && !_isWithdrawn(which);
        model[which] = Model(0, 0, false, inDoubt, false);
    }

    function _isWithdrawn(uint256 which) private view returns (bool) {
        return chain.validator(indexOf(which)).state == IValidatorRegistry.ValidatorState.Withdrawn;
    }

    function _isOver(uint256 which) private view returns (bool) {
        Model memory m = model[which];
        if (m.units == 0) return false;
        return m.lastEpoch < _epoch() || _isWithdrawn(which);
    }

    function _epoch() private view returns (uint256) {
        return (currentTime() - GENESIS_TIME) / EPOCH_SECONDS;
    }

    function _pass(uint256 duration) private {
        skipTime(duration);
        dequeueWithdrawals();
    }
}

/// @notice Exits, under any sequence of what tickets, operators, the beacon chain and strangers may do.
/// hardhat-config: invariant.failOnRevert = true
contract ExitsInvariantTest is KedgeTest {
    uint256 private constant ACTIONS = uint256(type(ExitsHandler.Action).max) + 1;

    ExitsHandler private handler;

    function setUp() public {
        handler = new ExitsHandler();
        bytes4[] memory actions = new bytes4[](ACTIONS);
        actions[0] = handler.request.selector;
        actions[1] = handler.setBuffer.selector;
        actions[2] = handler.note.selector;
        actions[3] = handler.passTime.selector;
        actions[4] = handler.passAndNote.selector;
        actions[5] = handler.setStanding.selector;
        actions[6] = handler.triggerStopped.selector;
        actions[7] = handler.triggerAboveCap.selector;
        actions[8] = handler.triggerDrawn.selector;
        actions[9] = handler.triggerByKeys.selector;
        actions[10] = handler.triggerPartial.selector;
        actions[11] = handler.leave.selector;
        actions[12] = handler.slash.selector;
        actions[13] = handler.merge.selector;
        actions[14] = handler.proveComing.selector;
        actions[15] = handler.provePartial.selector;
        actions[16] = handler.proveMerged.selector;
        actions[17] = handler.withdraw.selector;
        actions[18] = handler.settle.selector;
        actions[19] = handler.settleMany.selector;
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /* INVARIANTS */

    function invariant_EXIT2_TheTotalIsTheSumOfTheRecords() public view {
        ExitController exits = handler.exits();
        assertEq(exits.coming(), handler.comingByModel(), "EXIT-2: total");
        for (uint256 i = 0; i < handler.VALIDATORS(); ++i) {
            ExitsHandler.Model memory m = handler.modelOf(i);
            IExitController.Coming memory c = exits.comingOf(handler.indexOf(i));
            assertEq(uint256(c.units), m.units, "EXIT-2: units");
            assertEq(uint256(c.lastEpoch), m.lastEpoch, "EXIT-2: last epoch");
            assertEq(c.proven, m.proven, "EXIT-2: proven");
            assertEq(c.inDoubt, m.inDoubt, "EXIT-2: in doubt");
        }
        for (uint256 id = 1; id <= handler.OPERATORS(); ++id) {
            assertEq(exits.aboveCapOf(id), handler.aboveCapByModel(id), "EXIT-2: above the cap");
        }
    }

    function invariant_EXIT3_NoteIsAsLongAsTheDeficitWasSeen() public view {
        (uint256 first, uint256 last) = handler.exits().noted();
        if (first == 0) return;
        assertEq(first, handler.notedAt(), "EXIT-3: first seen");
        assertEq(last, handler.seenAt(), "EXIT-3: last seen");
    }

    function invariant_EXIT3_RulesHoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.request(30 ether);
        handler.setBuffer(100 ether);
        handler.note();
        handler.passTime(30 minutes);
        // of the first it waits for long, of another for a little
        handler.triggerPartial(0, 90, false);
        handler.setBuffer(100 ether);
        handler.triggerPartial(10, 5, false);
        handler.setBuffer(100 ether);
        handler.provePartial(10);
        _checkAll();
        handler.passAndNote(5);
        handler.triggerAboveCap(1, 1);
        _checkAll();
        for (uint256 i = 2; i < 12; ++i) handler.triggerDrawn(i, 1);
        _checkAll();
        handler.leave(1);
        handler.proveComing(1);
        handler.merge(2);
        handler.proveMerged(2);
        handler.slash(3, 100);
        _checkAll();
        handler.setStanding(1, 2);
        handler.triggerStopped(15, 1);
        handler.triggerByKeys(15, 0);
        handler.triggerByKeys(16, 0);
        _checkAll();
        for (uint256 i = 0; i < 4; ++i) handler.passAndNote(12);
        handler.settle(0);
        _checkAll();
        handler.withdraw(1);
        handler.settleMany();
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(ExitsHandler.Action(i)), 0, vm.toString(i));
        }
        assertEq(handler.exits().coming(), 0, "all is over");
    }

    /// @dev Its exit is asked for while it waits, counts for a little, and the partial withdrawal is proven after all.
    function test_handler_APartialOutlastsItsRecord() public {
        handler.setBuffer(100 ether);
        handler.triggerPartial(0, 90, false);
        handler.passAndNote(8);
        handler.settle(0);
        ExitsHandler.Model memory m = handler.modelOf(0);
        assertTrue(m.inDoubt && m.units == 0, "in doubt");
        _checkAll();
        handler.setBuffer(100 ether);
        handler.note();
        handler.passAndNote(4);
        handler.triggerDrawn(0, 1);
        assertGt(handler.exits().coming(), 44 ether, "asked");
        _checkAll();
        handler.provePartial(0);
        assertApproxEqAbs(handler.exits().coming(), 13.7 ether, 0.1 ether, "proven");
        _checkAll();
    }

    /// @dev An exit is asked for, and the operator merges the validator, or has it slashed.
    function test_handler_WhatWasAskedDoesNotCome() public {
        handler.setBuffer(100 ether);
        handler.note();
        handler.passAndNote(4);
        handler.triggerDrawn(1, 2);
        assertEq(handler.exits().coming(), 64 ether, "asked");
        handler.merge(1);
        handler.proveMerged(1);
        assertEq(handler.exits().coming(), 32 ether, "merged");
        handler.slash(2, 100);
        handler.proveComing(2);
        assertEq(handler.exits().coming(), 0, "slashed");
        assertEq(handler.done(ExitsHandler.Action.ProveMerged), 1, "proven");
        assertEq(handler.done(ExitsHandler.Action.ProveComing), 1, "proven");
        _checkAll();
    }

    function _checkAll() private view {
        invariant_EXIT2_TheTotalIsTheSumOfTheRecords();
        invariant_EXIT3_NoteIsAsLongAsTheDeficitWasSeen();
        invariant_EXIT3_RulesHoldInsideActions();
    }
}
