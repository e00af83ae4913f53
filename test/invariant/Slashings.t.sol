// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../../contracts/interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {ISlashingOracle} from "../../contracts/interfaces/ISlashingOracle.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {SlashingOracle} from "../../contracts/oracle/SlashingOracle.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {Report} from "../../contracts/types/Report.sol";
import {Verifier__Mock} from "../mocks/Verifier__Mock.sol";
import {BondedOperators} from "../utils/BondedOperators.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";

/// @notice Three operators, one of them with a bond for hardly a key, whose validators are slashed and lose ether; anyone
/// proves and settles in any order, while reports book the losses and holders ask to leave. A model knows what was lost.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract SlashingsHandler is BondedOperators {
    enum Action {
        Deposit,
        AddValidator,
        Slash,
        LoseMore,
        ProveSlashed,
        ProveAgain,
        Settle,
        SettleTooEarly,
        Merge,
        ProveArrival,
        ProveForeign,
        Report,
        RequestExit,
        PassTime
    }

    /// @dev What the beacon chain and the model know of a validator, by its key. What it has lost is kept like its balance;
    /// and into which it was merged, with how much, and whether that is proven.
    struct Life {
        uint64 balanceGwei;
        uint64 boundaryGwei;
        uint64 bookedGwei;
        uint64 lostGwei;
        uint64 boundaryLostGwei;
        uint64 bookedLostGwei;
        uint64 slashedSlot;
        uint64 withdrawableEpoch;
        uint64 arrivalEpoch;
        uint64 movedGwei;
        uint256 target;
        bool counted;
        bool proven;
        uint64 seenLostGwei;
        uint256 settlements;
        uint256 burntWei;
        uint256 owedWei;
        uint256 bounties;
    }

    struct Provision {
        uint256 time;
        uint256 amount;
    }

    uint64 private constant FULL = 32e9;
    uint64 private constant VECTOR = 1_024;
    uint64 private constant ARRIVAL_MARGIN = 4;
    uint256 private constant PENALTY = 32 ether / uint256(4_096);
    uint256 private constant PROVISION = 6.4 ether;
    uint256 private constant BOUNTY = PENALTY / 10;
    /// @dev Less than a report may book at once.
    uint256 private constant MAX_UNBOOKED = 20e9;

    mapping(Action => uint256) public done;
    string public broken;

    Verifier__Mock private _verifier;
    SlashingOracle private _slashing;
    /// @dev Kept, since no call may come between an expected revert and its call.
    bytes32 private _credentials;
    address private _staker;
    mapping(uint256 at => Life) private _lives;
    /// @dev What foreign credentials cost beyond the bonds, in wei.
    uint256 private _foreignUncovered;
    uint256 private _unbookedGwei;
    uint256 private _lastFrame = FIRST_FRAME;
    uint64 private _lastRefSlot = uint64(FIRST_FRAME * SLOTS_PER_FRAME);

    /// @dev The model of holds: provisions that bonds did not cover, when exits were held last, and since when in a row.
    Provision[] private _provisions;
    uint256 private _heldAt;
    uint256 private _rowFrom;
    uint256 public holds;
    uint256 public heldReports;
    uint256 public belowThreshold;
    /// @notice Settlements that did not see all, since something had arrived.
    uint256 public hiding;

    /// @dev As of the beginning of the action that runs.
    bytes32[OPERATORS + 1] private _before;

    constructor() payable {
        setUp();
        _credentials = ledger.withdrawalCredentials();
        _verifier = new Verifier__Mock();
        _slashing = makeSlashingOracle(_verifier, uint32(VECTOR));
        authority.grantRole(Roles.EXIT_HOLDER, address(_slashing));
        _staker = makeStaker("staker", 2_000 ether);
        vm.prank(_staker);
        ledger.approve(address(queue), type(uint256).max);
        bonds.deposit{value: 20 ether}(1);
        bonds.deposit{value: 7 ether}(2);
        bonds.deposit{value: 1.7 ether}(3);
        for (uint256 i = 0; i < 4; ++i) _addValidator(1);
        for (uint256 i = 0; i < 3; ++i) _addValidator(2);
        _addValidator(3);
    }

    /* ACTIONS: operators and the beacon chain */

    function deposit(uint256 who, uint256 amount) external {
        uint256 id = _begin(1 + (who % OPERATORS));
        bonds.deposit{value: bound(amount, 0.01 ether, 2 ether)}(id);
        _end(Action.Deposit, id);
    }

    /// @dev Governance forgives a jailed operator first.
    function addValidator(uint256 who) external {
        uint256 id = _begin(1 + (who % OPERATORS));
        if (!_mayPredeposit(id)) return;
        _addValidator(id);
        _end(Action.AddValidator, id);
    }

    function slash(uint256 pick) external {
        _begin(0);
        (bool found, uint256 at) = _from(pick, _isWell);
        if (!found) return;
        Life storage life = _lives[at];
        life.slashedSlot = _slot();
        life.withdrawableEpoch = life.slashedSlot / 32 + VECTOR;
        _lose(life, uint64(PENALTY / 1 gwei));
        _tell(at);
        _end(Action.Slash, 0);
    }

    function loseMore(uint256 pick, uint256 amountGwei) external {
        _begin(0);
        (bool found, uint256 at) = _from(pick, _isSlashed);
        if (!found || _unbookedGwei > MAX_UNBOOKED) return;
        _lose(_lives[at], uint64(bound(amountGwei, 1, 5e9)));
        _end(Action.LoseMore, 0);
    }

    /* ACTIONS: anyone */

    function proveSlashed(uint256 pick) external {
        (bool found, uint256 at) = _from(pick, _isUnproven);
        if (!found) return;
        uint256 id = _begin(allKeys[at].operatorId);
        IBondVault.Bond memory b = bonds.bondOf(id);
        uint256 value = ledger.getPooledEthByShares(b.shares - b.locked);
        uint256 asked = PENALTY + PROVISION + BOUNTY;
        _proveSlashed(at);
        _lives[at].proven = true;
        b = bonds.bondOf(id);
        _check(b.locked <= b.shares, "BND-1: locked within the bond");
        _modelHold(value < asked ? asked - value : 0);
        _end(Action.ProveSlashed, id);
    }

    /// @dev SLA-1: whatever has become of its lock.
    function proveAgain(uint256 pick) external {
        _begin(0);
        (bool found, uint256 at) = _from(pick, _isProven);
        if (!found) return;
        vm.expectPartialRevert(IValidatorRegistry.NothingNew.selector);
        _proveSlashed(at);
        _end(Action.ProveAgain, 0);
    }

    function settle(uint256 pick) external {
        (bool found, uint256 at) = _from(pick, _mayBeSettled);
        if (!found) return;
        uint256 id = _begin(allKeys[at].operatorId);
        uint256 bond = bonds.bondOf(id).shares;
        uint256 supply = ledger.getTotalShares();
        uint256 paid = ledger.sharesOf(_proverOf(at));
        uint256 mostPaid = ledger.getSharesByPooledEth(BOUNTY);
        uint256 owedBefore = bonds.totalUncovered();
        uint256 rate = ledger.getPooledEthByShares(1e24);
        _settle(at, _lastRefSlot);

        Life storage life = _lives[at];
        ++life.settlements;
        // behind what has arrived and is not proven, losses hide
        uint64 hidden = _hiddenOf(at);
        if (life.bookedLostGwei > life.seenLostGwei + hidden)
            life.seenLostGwei = life.bookedLostGwei - hidden;
        if (hidden > 0) ++hiding;
        paid = ledger.sharesOf(_proverOf(at)) - paid;
        if (paid > 0) ++life.bounties;
        _check(paid <= mostPaid, "SLA-1: no bounty above its part of the penalty");
        uint256 burnt = supply - ledger.getTotalShares();
        _check(bond - bonds.bondOf(id).shares == burnt + paid, "SLA-1: the operator's bond pays");
        life.burntWei += (burnt * rate) / 1e24;
        life.owedWei = life.owedWei + bonds.totalUncovered() - owedBefore;
        _end(Action.Settle, id);
    }

    /// @dev What no report has booked yet is not burnt.
    function settleTooEarly(uint256 pick) external {
        _begin(0);
        (bool found, uint256 at) = _from(pick, _isProven);
        if (!found) return;
        uint64 slot = _lastRefSlot + 1;
        _verifier.tellBalance(allKeys[at].validatorIndex, slot, _lives[at].balanceGwei);
        vm.expectRevert(abi.encodeWithSelector(ISlashingOracle.NotBookedYet.selector, slot, _lastRefSlot));
        _settle(at, slot);
        _end(Action.SettleTooEarly, 0);
    }

    /// @dev A validator that has lost a little is merged into a slashed one of the same operator, at the start of an epoch.
    function merge(uint256 pick, uint256 lossGwei) external {
        _begin(0);
        (bool found, uint256 at) = _from(pick, _isSlashed);
        uint64 epoch = _slot() / 32 + 1;
        if (!found || _unbookedGwei > MAX_UNBOOKED) return;
        if (epoch + ARRIVAL_MARGIN >= _lives[at].withdrawableEpoch) return;
        uint256 source = 0;
        (found, source) = _sourceFor(at, pick);
        if (!found) return;
        Life storage life = _lives[source];
        _lose(life, uint64(bound(lossGwei, 0, 1e9)));
        _warp(GENESIS_TIME + uint256(epoch) * 32 * SECONDS_PER_SLOT);
        (life.arrivalEpoch, life.target, life.movedGwei) = (epoch, at, life.balanceGwei);
        _tell(source);
        _verifier.tellMerge(_entryOf(source), epoch * 32 - 1);
        _verifier.tellBalance(FIRST_VALIDATOR + source, epoch * 32 - 1, life.movedGwei);
        life.balanceGwei = 0;
        _lives[at].balanceGwei += life.movedGwei;
        _end(Action.Merge, 0);
    }

    function proveArrival(uint256 pick) external {
        (bool found, uint256 source) = _from(pick, _hasArrived);
        if (!found) return;
        Life storage life = _lives[source];
        uint256 id = _begin(allKeys[source].operatorId);
        uint256 index = FIRST_VALIDATOR + life.target;
        uint256 base = bonds.lockOf(index).baseGwei;
        bytes32 bond = keccak256(abi.encode(bonds.bondOf(id)));
        _proveArrival(source);
        life.counted = true;
        _check(bonds.lockOf(index).baseGwei == base + life.movedGwei, "SLA-1: what arrived is at stake");
        _check(keccak256(abi.encode(bonds.bondOf(id))) == bond, "SLA-1: an arrival burns nothing");
        vm.expectPartialRevert(IBondVault.ArrivalKnown.selector);
        _proveArrival(source);
        _end(Action.ProveArrival, id);
    }

    /// @dev The predeposit of a stranger's key is lost.
    function proveForeign(uint256 who) external {
        uint256 id = _begin(1 + (who % OPERATORS));
        if (!_mayPredeposit(id)) return;
        predepositKey(id);
        uint256 at = allKeys.length - 1;
        // no validator of ours stands for it
        _lives[at].slashedSlot = type(uint64).max;
        _unbookedGwei += 1e9;
        _begin(id);
        BeaconValidator memory v = _containerOf(at);
        v.withdrawalCredentials = "foreign";
        _verifier.tellValidator(FIRST_VALIDATOR + at, v);
        uint256 owed = bonds.totalUncovered();
        uint256 bond = bonds.bondOf(id).shares;
        _proveForeign(at, v);
        uint256 gone = ledger.getPooledEthByShares(bond - bonds.bondOf(id).shares);
        _check(gone <= 1.5 ether + 1 gwei, "SLA-1: no more than the predeposit and the fine");
        _foreignUncovered += bonds.totalUncovered() - owed;
        vm.expectPartialRevert(IValidatorRegistry.WrongState.selector);
        _proveForeign(at, v);
        _end(Action.ProveForeign, id);
    }

    /* ACTIONS: the pool */

    /// @dev Of the boundary that was passed last, however long ago, or of the next one.
    function reportBalances() external {
        _begin(0);
        uint256 frame = currentFrame();
        if (frame == _lastFrame) _warp(GENESIS_TIME + ++frame * FRAME_SECONDS + 1 hours);
        _lastFrame = frame;
        Report memory r = neutralReport(frame);
        uint256 sum = 0;
        for (uint256 at = 0; at < allKeys.length; ++at) {
            Life storage life = _lives[at];
            sum += life.boundaryGwei;
            (life.bookedGwei, life.bookedLostGwei) = (life.boundaryGwei, life.boundaryLostGwei);
            _verifier.tellBalance(FIRST_VALIDATOR + at, r.refSlot, life.boundaryGwei);
        }
        r.beaconBalanceGwei = uint64(sum);
        uint256 refTime = GENESIS_TIME + frame * FRAME_SECONDS;
        (, uint256 finalized, ) = queue.totals();
        uint256 last = queue.lastTicketId();
        while (last > 0 && queue.ticket(last).readyAt > refTime) --last;
        r.lastTicketId = uint64(last);
        bool ready = last > 0 && !queue.ticket(last).finalized && ledger.buffer() > 1 ether;
        book(r);
        _lastRefSlot = r.refSlot;
        _unbookedGwei = 0;
        (, uint256 later, ) = queue.totals();
        bool held = refTime <= _heldAt && currentTime() < _rowFrom + 3 * FRAME_SECONDS;
        if (ready) _check((later == finalized) == held, "SLA-2: finalised unless it is held");
        if (ready && held) ++heldReports;
        _end(Action.Report, 0);
    }

    function requestExit(uint256 amount) external {
        _begin(0);
        uint256 balance = ledger.balanceOf(_staker);
        if (balance < 10 ether || ledger.buffer() < 100 ether) return;
        vm.prank(_staker);
        queue.request(bound(amount, 0.01 ether, 5 ether), _staker);
        _end(Action.RequestExit, 0);
    }

    function passTime(uint256 duration) external {
        _begin(0);
        _warp(currentTime() + bound(duration, 1, 12 hours));
        _end(Action.PassTime, 0);
    }

    /* VIEWS */

    function count() external view returns (uint256) {
        return allKeys.length;
    }

    /// @notice What a validator has lost by the balances that were settled, and what was paid for it.
    function lifeAt(
        uint256 at
    )
        external
        view
        returns (uint256 lostWei, uint256 burntWei, uint256 owedWei, uint256 settlements, uint256 bounties)
    {
        Life memory life = _lives[at];
        lostWei = uint256(life.seenLostGwei) * 1 gwei;
        return (lostWei, life.burntWei, life.owedWei, life.settlements, life.bounties);
    }

    function uncovered() external view returns (uint256 told, uint256 sum) {
        sum = _foreignUncovered;
        for (uint256 at = 0; at < allKeys.length; ++at) sum += _lives[at].owedWei;
        return (bonds.totalUncovered(), sum);
    }

    /// @notice When holds end, and when by the model, if ever.
    function heldUntil() external view returns (uint256 told, uint256 expected) {
        (, told) = queue.heldUntil();
        expected = _heldAt == 0 ? 0 : _rowFrom + 3 * FRAME_SECONDS;
    }

    /* INTERNAL */

    function firstCooldown() internal pure override returns (uint256) {
        return 1 hours;
    }

    /// @dev What stands before an action on one operator.
    function _begin(uint256 id) private returns (uint256) {
        for (uint256 other = 1; other <= OPERATORS; ++other) _before[other] = _stateOf(other);
        return id;
    }

    function _end(Action action, uint256 id) private {
        for (uint256 other = 1; other <= OPERATORS; ++other) {
            if (other != id) _check(_stateOf(other) == _before[other], "BND-2: another bond was touched");
        }
        ++done[action];
    }

    /// @dev All that the vault knows of an operator.
    function _stateOf(uint256 id) private view returns (bytes32 state) {
        state = keccak256(abi.encode(bonds.bondOf(id)));
        for (uint256 at = 0; at < allKeys.length; ++at) {
            if (allKeys[at].operatorId == id)
                state = keccak256(abi.encode(state, bonds.lockOf(FIRST_VALIDATOR + at)));
        }
    }

    function _check(bool holds_, string memory rule) private {
        if (!holds_ && bytes(broken).length == 0) broken = rule;
    }

    /// @dev Holds begin at the proof, and in every fourth frame at least nothing is held.
    function _modelHold(uint256 amount) private {
        uint256 now_ = currentTime();
        if (amount > 0) _provisions.push(Provision(now_, amount));
        uint256 refTime = GENESIS_TIME + uint256(_lastRefSlot) * SECONDS_PER_SLOT;
        uint256 open = 0;
        for (uint256 i = 0; i < _provisions.length; ++i) {
            if (_provisions[i].time > refTime) open += _provisions[i].amount;
        }
        bool holds_ = amount > 0 && open * 10_000 > ledger.getTotalPooledEther() * 5;
        if (amount > 0 && !holds_) ++belowThreshold;
        if (holds_) {
            if (now_ >= _rowFrom + 4 * FRAME_SECONDS) _rowFrom = now_;
            _heldAt = now_;
            ++holds;
        }
        (uint256 told, ) = queue.heldUntil();
        _check(told == _heldAt, "SLA-2: held for uncovered provisions above the threshold alone");
    }

    /* INTERNAL: the beacon chain */

    /// @dev Reports tell what balances were when a frame's boundary was passed.
    function _warp(uint256 time) private {
        uint256 frame = currentFrame();
        vm.warp(time);
        if (currentFrame() == frame) return;
        for (uint256 at = 0; at < allKeys.length; ++at) {
            Life storage life = _lives[at];
            (life.boundaryGwei, life.boundaryLostGwei) = (life.balanceGwei, life.lostGwei);
        }
    }

    function _addValidator(uint256 id) private {
        predepositKey(id);
        uint256 at = allKeys.length - 1;
        proveKey(at, 31);
        _lives[at].balanceGwei = FULL;
        _tell(at);
    }

    function _mayPredeposit(uint256 id) private returns (bool) {
        if (!backsAnother(id) || depositor.freeBuffer() < 33 ether) return false;
        operatorRegistry.setStanding(id, IOperatorRegistry.Standing.Good, "forgiven");
        return true;
    }

    function _slot() private view returns (uint64) {
        return uint64((currentTime() - GENESIS_TIME) / SECONDS_PER_SLOT);
    }

    function _lose(Life storage life, uint64 amountGwei) private {
        if (amountGwei > life.balanceGwei) amountGwei = life.balanceGwei;
        life.balanceGwei -= amountGwei;
        life.lostGwei += amountGwei;
        _unbookedGwei += amountGwei;
    }

    function _tell(uint256 at) private {
        _verifier.tellValidator(FIRST_VALIDATOR + at, _containerOf(at));
    }

    function _containerOf(uint256 at) private view returns (BeaconValidator memory v) {
        v.pubkey = allKeys[at].pubkey;
        v.withdrawalCredentials = _credentials;
        v.effectiveBalance = FULL;
        v.exitEpoch = v.withdrawableEpoch = type(uint64).max;
        Life memory life = _lives[at];
        if (life.arrivalEpoch > 0)
            (v.exitEpoch, v.withdrawableEpoch) = (life.arrivalEpoch - 9, life.arrivalEpoch);
        if (life.withdrawableEpoch == 0) return v;
        v.slashed = true;
        v.withdrawableEpoch = life.withdrawableEpoch;
        v.exitEpoch = life.withdrawableEpoch - VECTOR + 5;
    }

    function _entryOf(
        uint256 source
    ) private view returns (IBeaconVerifier.PendingConsolidation memory entry) {
        entry.source = uint64(FIRST_VALIDATOR + source);
        entry.target = uint64(FIRST_VALIDATOR + _lives[source].target);
    }

    /// @dev What has arrived by the last report and is not proven, in gwei. At the slot itself it is not there yet.
    function _hiddenOf(uint256 at) private view returns (uint64 hidden) {
        for (uint256 source = 0; source < allKeys.length; ++source) {
            Life memory life = _lives[source];
            bool arrived = life.arrivalEpoch > 0 &&
                life.target == at &&
                life.arrivalEpoch * 32 < _lastRefSlot;
            if (arrived && !life.counted) hidden += life.movedGwei;
        }
    }

    function _proverOf(uint256 at) private pure returns (address) {
        return address(uint160(0xbeef0000 + at));
    }

    function _proveSlashed(uint256 at) private {
        IBeaconVerifier.BlockProof memory b;
        BeaconValidator memory v = _containerOf(at);
        vm.prank(_proverOf(at));
        _slashing.proveSlashed(b, uint40(FIRST_VALIDATOR + at), v, new bytes32[](0));
    }

    function _proveArrival(uint256 source) private {
        ISlashingOracle.Slashed memory s;
        s.v = _containerOf(_lives[source].target);
        ISlashingOracle.Merge memory m;
        m.b.slot = _lives[source].arrivalEpoch * 32 - 1;
        m.entry = _entryOf(source);
        m.v = _containerOf(source);
        _slashing.proveArrival(s, m);
    }

    function _settle(uint256 at, uint64 slot) private {
        IBeaconVerifier.BlockProof memory b;
        b.slot = slot;
        bytes32[] memory none = new bytes32[](0);
        BeaconValidator memory v = _containerOf(at);
        _slashing.settle(b, uint40(FIRST_VALIDATOR + at), v, none, 0, none);
    }

    function _proveForeign(uint256 at, BeaconValidator memory v) private {
        IBeaconVerifier.BlockProof memory b;
        bytes32[] memory none = new bytes32[](0);
        OneKey memory k = allKeys[at];
        uint40 index = uint40(FIRST_VALIDATOR + at);
        _slashing.proveForeign(k.operatorId, k.root, 1, k.signatureHash, none, b, index, v, none);
    }

    /* INTERNAL: which */

    function _from(
        uint256 pick,
        function(uint256) view returns (bool) fits
    ) private view returns (bool found, uint256 at) {
        for (uint256 i = 0; i < allKeys.length && !found; ++i) {
            at = ((pick % allKeys.length) + i) % allKeys.length;
            found = fits(at);
        }
    }

    function _isWell(uint256 at) internal view returns (bool) {
        return _lives[at].slashedSlot == 0 && _lives[at].arrivalEpoch == 0;
    }

    /// @dev One of the same operator.
    function _sourceFor(uint256 target, uint256 pick) private view returns (bool found, uint256 at) {
        for (uint256 i = 0; i < allKeys.length && !found; ++i) {
            at = ((pick % allKeys.length) + i) % allKeys.length;
            found = _isWell(at) && allKeys[at].operatorId == allKeys[target].operatorId;
        }
    }

    /// @dev It was merged into one whose lock stands, and that is not proven.
    function _hasArrived(uint256 at) internal view returns (bool) {
        Life memory life = _lives[at];
        if (life.arrivalEpoch == 0 || life.counted) return false;
        return bonds.lockOf(FIRST_VALIDATOR + life.target).baseGwei > 0;
    }

    function _isSlashed(uint256 at) internal view returns (bool) {
        return _lives[at].withdrawableEpoch > 0;
    }

    function _isUnproven(uint256 at) internal view returns (bool) {
        return _isSlashed(at) && !_lives[at].proven;
    }

    function _isProven(uint256 at) internal view returns (bool) {
        return _lives[at].proven;
    }

    /// @dev Its lock stands, and the last report is of after the slashing and of before it may be paid out.
    function _mayBeSettled(uint256 at) internal view returns (bool) {
        Life memory life = _lives[at];
        bool booked = life.proven &&
            _lastRefSlot > life.slashedSlot &&
            _lastRefSlot / 32 < life.withdrawableEpoch;
        IBondVault.Lock memory held = bonds.lockOf(FIRST_VALIDATOR + at);
        return booked && held.baseGwei > 0 && _lastRefSlot >= held.fromSlot;
    }
}

/// @notice Slashings under any sequence of what validators, provers and reports may do. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract SlashingsInvariantTest is RandomWalk {
    uint256 private constant ACTIONS = uint256(type(SlashingsHandler.Action).max) + 1;

    SlashingsHandler private handler;

    function setUp() public {
        handler = new SlashingsHandler();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    function _actions() private view returns (bytes4[] memory actions) {
        actions = new bytes4[](ACTIONS);
        actions[0] = handler.deposit.selector;
        actions[1] = handler.addValidator.selector;
        actions[2] = handler.slash.selector;
        actions[3] = handler.loseMore.selector;
        actions[4] = handler.proveSlashed.selector;
        actions[5] = handler.proveAgain.selector;
        actions[6] = handler.settle.selector;
        actions[7] = handler.settleTooEarly.selector;
        actions[8] = handler.merge.selector;
        actions[9] = handler.proveArrival.selector;
        actions[10] = handler.proveForeign.selector;
        actions[11] = handler.reportBalances.selector;
        actions[12] = handler.requestExit.selector;
        actions[13] = handler.passTime.selector;
    }

    /* INVARIANTS */

    /// @dev A gwei for each settlement: by so much the bond may miss a loss unnoticed.
    function invariant_SLA1_WhatIsBurntWasLost() public view {
        for (uint256 at = 0; at < handler.count(); ++at) {
            (uint256 lost, uint256 burnt, uint256 owed, uint256 settlements, uint256 bounties) = handler
                .lifeAt(at);
            assertLe(burnt, lost + 4 * settlements, "SLA-1: no more is burnt than was lost");
            assertApproxEqAbs(burnt + owed, lost, settlements * 1 gwei, "SLA-1: and no less, or it is owed");
            assertLe(bounties, 1, "SLA-1: one bounty for each offence");
        }
        (uint256 told, uint256 sum) = handler.uncovered();
        assertEq(told, sum, "SLA-1: what is uncovered is the sum of what is owed");
    }

    function invariant_SLA2_ExitsAreHeldInBounds() public view {
        (uint256 told, uint256 expected) = handler.heldUntil();
        assertEq(told, expected, "SLA-2: three frames from the first proof of a row");
    }

    /// @dev BND-2 and SLA-2 among them.
    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.deposit(0, 1 ether);
        handler.addValidator(0);
        handler.requestExit(2 ether);
        handler.passTime(12 hours);
        handler.passTime(12 hours);
        // the small bond: 6.4 ETH are asked for, and 4.7 are missing
        handler.slash(7);
        handler.proveSlashed(7);
        assertEq(handler.holds(), 1, "held");
        handler.settleTooEarly(7);
        handler.proveAgain(7);
        handler.reportBalances();
        assertEq(handler.heldReports(), 1, "a report finalised nothing");
        handler.loseMore(7, 5e9);
        handler.reportBalances();
        handler.requestExit(2 ether);
        _checkAll();
        handler.settle(7);
        _checkAll();
        // the large bond covers it
        handler.slash(0);
        handler.proveSlashed(0);
        // a loss hides behind what arrives, until that is proven
        handler.merge(0, 1e9);
        handler.loseMore(0, 5e9);
        handler.reportBalances();
        handler.settle(0);
        assertEq(handler.hiding(), 1, "hidden");
        _checkAll();
        handler.proveArrival(0);
        handler.settle(0);
        assertEq(handler.hiding(), 1, "and seen");
        _checkAll();
        handler.slash(4);
        handler.slash(5);
        handler.slash(6);
        handler.proveSlashed(4);
        handler.proveSlashed(5);
        handler.loseMore(4, 5e9);
        handler.passTime(2 hours);
        // its bond holds hardly one lock of three
        handler.proveSlashed(6);
        handler.reportBalances();
        _checkAll();
        handler.settle(4);
        handler.reportBalances();
        handler.settle(6);
        handler.settle(5);
        handler.settle(4);
        _checkAll();
        handler.deposit(1, 1 ether);
        handler.deposit(1, 1 ether);
        handler.deposit(1, 1 ether);
        handler.settle(4);
        handler.proveForeign(0);
        handler.reportBalances();
        handler.reportBalances();
        handler.settle(0);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(SlashingsHandler.Action(i)), 0, vm.toString(i));
        }
    }

    /// @dev A provision that is missing below the threshold holds nobody; the second one does.
    function test_handler_MeetsTheThreshold() public {
        for (uint256 i = 0; i < 4; ++i) handler.deposit(2, 1 ether);
        handler.slash(7);
        handler.proveSlashed(7);
        assertEq(handler.belowThreshold(), 1, "below the threshold");
        assertEq(handler.holds(), 0, "nobody is held");
        invariant_SLA2_ExitsAreHeldInBounds();
        invariant_Rules_HoldInsideActions();
    }

    /// @dev What chance reaches: each action succeeds often, and nothing breaks on the way.
    function test_handler_ARandomWalkReachesAll() public {
        walk(address(handler), _actions(), 400);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(SlashingsHandler.Action(i)), 0, vm.toString(i));
        }
        assertGt(handler.holds(), 0, "held");
    }

    function _checkAll() private view {
        invariant_SLA1_WhatIsBurntWasLost();
        invariant_SLA2_ExitsAreHeldInBounds();
        invariant_Rules_HoldInsideActions();
    }
}
