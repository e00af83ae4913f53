// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Authority} from "../../contracts/access/Authority.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {OperatorRegistry} from "../../contracts/operators/OperatorRegistry.sol";
import {ValidatorRegistry} from "../../contracts/operators/ValidatorRegistry.sol";
import {FactoryTest} from "../utils/FactoryTest.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";

/// @notice The registry with three operators, whose keys and validators go any way that depositor, bonds, witness and
/// consolidator may tell of, and a model of what each of them reserves. What the registry must refuse is asked of it too.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract ValidatorsHandler is FactoryTest {
    enum Action {
        Commit,
        Remove,
        Predeposit,
        Prove,
        TopUp,
        MarkOverdue,
        MarkLost,
        MarkForeign,
        MarkDuplicate,
        Advance,
        Slash,
        Consolidate,
        Drop,
        PassTime
    }

    /// @dev `isMissing`: it was lost, and its predeposit has not come back.
    struct Key {
        uint256 operatorId;
        bytes32 root;
        uint32 gindex;
        IValidatorRegistry.KeyState state;
        uint256 quarter;
        bool isMissing;
    }

    /// @dev `target` is the place of another one in the list, from 1 on; 0 for none.
    struct Life {
        uint256 operatorId;
        uint256 eth;
        IValidatorRegistry.ValidatorState state;
        bool slashed;
        uint256 target;
        uint256 notedAt;
    }

    uint256 public constant OPERATORS = 3;
    uint256 private constant KEYS = 8;
    uint256 private constant MOST_COMMITMENTS = 4;
    uint256 public constant FIRST = 100;
    uint256 private constant DEADLINE = 4 hours;

    ValidatorRegistry public registry;
    mapping(Action => uint256) public tried;
    mapping(Action => uint256) public done;
    string public broken;
    /// @dev States as last seen, by the order of the model.
    IValidatorRegistry.KeyState[] private _seenKeys;
    IValidatorRegistry.Validator[] private _seen;
    /// @dev How often stake moved from one to another, and passed one that was withdrawn.
    uint256 public merged;
    uint256 public passedOn;

    address[] private _managers;
    Key[] private _keys;
    Life[] private _lives;
    /// @dev Nodes of each commitment's tree by their places.
    mapping(bytes32 root => bytes32[2 * KEYS]) private _trees;

    constructor() {
        Authority authority = factory.newAuthority(address(this));
        IAuthority a = IAuthority(address(authority));
        OperatorRegistry operators = factory.newOperatorRegistry(a);
        registry = factory.newValidatorRegistry(a, operators, DEADLINE);
        authority.grantRole(Roles.DEPOSITOR, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        authority.grantRole(Roles.BOND_VAULT, address(this));
        authority.grantRole(Roles.CONSOLIDATOR, address(this));
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            _managers.push(makeAddr(string.concat("manager ", vm.toString(id))));
            vm.prank(_managers[id - 1]);
            operators.register(_managers[id - 1], 1_000);
        }
        commit(0);
        commit(1);
    }

    /* ACTIONS: keys */

    function commit(uint256 pick) public {
        _begin(Action.Commit);
        if (_keys.length == MOST_COMMITMENTS * KEYS) return;
        uint256 id = (pick % OPERATORS) + 1;
        bytes32 root = _grow(_keys.length);
        for (uint32 gindex = uint32(2 * KEYS); gindex > KEYS; ) {
            _keys.push(Key(id, root, --gindex, IValidatorRegistry.KeyState.Committed, 0, false));
        }
        vm.prank(_managers[id - 1]);
        registry.commit(id, root, KEYS, "");
        _end(Action.Commit);
    }

    function remove(uint256 pick) external {
        _begin(Action.Remove);
        // rarely, or few keys would be left
        Key storage k = _keys[pick % _keys.length];
        if (pick % 4 != 0) return;
        bool may = k.state == IValidatorRegistry.KeyState.Committed;
        vm.prank(_managers[k.operatorId - 1]);
        if (!may) vm.expectRevert(IValidatorRegistry.NoKeys.selector);
        registry.remove(k.operatorId, k.root, _list(k.gindex));
        if (!may) return;
        k.state = IValidatorRegistry.KeyState.Removed;
        _end(Action.Remove);
    }

    function predeposit(uint256 pick) external {
        _begin(Action.Predeposit);
        Key storage k = _keyIn(pick, IValidatorRegistry.KeyState.Committed);
        bool may = k.state == IValidatorRegistry.KeyState.Committed;
        bytes32[] memory proof = _branch(k.root, k.gindex);
        (bytes memory pubkey, bytes memory sig) = _dataOf(k.root, k.gindex);
        if (!may) _expectWrongState(k);
        registry.predeposit(k.operatorId, k.root, _list(k.gindex), pubkey, sig, proof);
        if (!may) return;
        k.state = IValidatorRegistry.KeyState.Predeposited;
        k.quarter = _quarter();
        _end(Action.Predeposit);
    }

    function prove(uint256 pick, uint256 eth) external {
        _begin(Action.Prove);
        IValidatorRegistry.KeyState wanted = pick % 6 == 0
            ? IValidatorRegistry.KeyState.Lost
            : pick % 3 == 0
                ? IValidatorRegistry.KeyState.Overdue
                : IValidatorRegistry.KeyState.Predeposited;
        Key storage k = _keyIn(pick, wanted);
        bool wasLost = k.state == IValidatorRegistry.KeyState.Lost;
        bool may = wasLost ||
            k.state == IValidatorRegistry.KeyState.Predeposited ||
            k.state == IValidatorRegistry.KeyState.Overdue;
        eth = _amountFrom(eth);
        (bytes memory pubkey, bytes memory sig) = _dataOf(k.root, k.gindex);
        IValidatorRegistry.Link memory link = IValidatorRegistry.Link({
            gindex: k.gindex,
            validatorIndex: uint40(FIRST + _lives.length),
            topUpGwei: uint64(eth * 1e9),
            pubkeyHash: keccak256(pubkey),
            signatureHash: keccak256(sig)
        });
        bytes32[] memory proof = _branch(k.root, k.gindex);
        if (!may) _expectWrongState(k);
        else if (!_isWhole(1 + eth)) vm.expectRevert();
        may = may && _isWhole(1 + eth);
        uint256 grown = registry.proveOne(k.operatorId, k.root, link, proof);
        if (!may) return;
        _check(grown == _reserved(1 + eth) - (wasLost ? 0 : 32), "VAL-3: a proof tells what stake grew");
        k.state = IValidatorRegistry.KeyState.Proven;
        k.isMissing = false;
        _lives.push(Life(k.operatorId, 1 + eth, IValidatorRegistry.ValidatorState.Proven, false, 0, 0));
        _end(Action.Prove);
    }

    function markOverdue(uint256 pick) external {
        _begin(Action.MarkOverdue);
        Key storage k = _keyIn(pick, IValidatorRegistry.KeyState.Predeposited);
        bool may = k.state == IValidatorRegistry.KeyState.Predeposited && _age(k) > 4;
        if (!may) vm.expectRevert();
        registry.markOverdue(k.operatorId, k.root, _list(k.gindex));
        if (!may) return;
        k.state = IValidatorRegistry.KeyState.Overdue;
        _end(Action.MarkOverdue);
    }

    function markLost(uint256 pick) external {
        _begin(Action.MarkLost);
        Key storage k = _keyIn(pick, IValidatorRegistry.KeyState.Overdue);
        bool may = k.state == IValidatorRegistry.KeyState.Overdue && _age(k) > 8;
        if (!may) vm.expectRevert();
        registry.markLost(k.operatorId, k.root, _list(k.gindex));
        if (!may) return;
        k.state = IValidatorRegistry.KeyState.Lost;
        k.isMissing = true;
        _end(Action.MarkLost);
    }

    function markForeign(uint256 pick) external {
        _begin(Action.MarkForeign);
        if (pick % 3 == 0) _giveUp(pick / 3, Action.MarkForeign);
    }

    function markDuplicate(uint256 pick) external {
        _begin(Action.MarkDuplicate);
        if (pick % 3 == 0) _giveUp(pick / 3, Action.MarkDuplicate);
    }

    /* ACTIONS: validators */

    function topUp(uint256 pick, uint256 eth) external {
        _begin(Action.TopUp);
        if (_lives.length == 0) return;
        uint256 at = pick % _lives.length;
        eth = _amountFrom(eth);
        bool may = _stays(_lives[at]) && _isWhole(_lives[at].eth + eth);
        IValidatorRegistry.TopUp[] memory list = new IValidatorRegistry.TopUp[](1);
        list[0] = IValidatorRegistry.TopUp(uint40(FIRST + at), uint64(eth * 1e9), bytes32(at));
        if (!may) vm.expectRevert();
        (, uint256[] memory grown) = registry.vouch(list);
        if (!may) return;
        uint256 sum = _lives[at].eth + eth;
        _check(grown[0] == _reserved(sum) - _reserved(_lives[at].eth), "VAL-3: a top-up tells what grew");
        _lives[at].eth = sum;
        _end(Action.TopUp);
    }

    function advance(uint256 pick, uint256 to) external {
        _begin(Action.Advance);
        if (_lives.length > 0) _tell(pick, to, false, Action.Advance);
    }

    function slash(uint256 pick, uint256 to) external {
        _begin(Action.Slash);
        // rarely, or nobody would be merged
        if (_lives.length > 0 && to % 3 == 0) _tell(pick, to / 3, true, Action.Slash);
    }

    function consolidate(uint256 pick, uint256 other) external {
        _begin(Action.Consolidate);
        if (_lives.length < 2) return;
        uint256 source = pick % _lives.length;
        uint256 target = other % _lives.length;
        // mostly of one operator
        for (uint256 i = 0; i < _lives.length && other % 4 != 0; ++i) {
            if (target != source && _lives[target].operatorId == _lives[source].operatorId) break;
            target = (target + 1) % _lives.length;
        }
        Life storage s = _lives[source];
        Life storage t = _lives[target];
        bool may = source != target && s.operatorId == t.operatorId && _stays(s) && _stays(t);
        may = may && _reserved(s.eth) + _reserved(t.eth) <= 2_048;
        may = may && t.target == 0 && (s.target == 0 || s.target == target + 1);
        if (!may) vm.expectRevert();
        registry.noteConsolidation(FIRST + source, FIRST + target);
        if (!may) return;
        (s.target, s.notedAt) = (target + 1, currentTime());
        _end(Action.Consolidate);
    }

    function drop(uint256 pick) external {
        _begin(Action.Drop);
        if (_lives.length == 0) return;
        uint256 at = pick % _lives.length;
        for (uint256 i = 0; i < _lives.length && _lives[at].target == 0; ++i) at = (at + 1) % _lives.length;
        Life storage s = _lives[at];
        bool may = s.target != 0 && _stays(s) && currentTime() > s.notedAt + 1 days;
        if (!may) vm.expectRevert();
        registry.dropConsolidation(FIRST + at);
        if (!may) return;
        (s.target, s.notedAt) = (0, 0);
        _end(Action.Drop);
    }

    function passTime(uint256 duration) external {
        _begin(Action.PassTime);
        skipTime(bound(duration, 1, duration % 5 == 0 ? 26 hours : 5 hours));
        _end(Action.PassTime);
    }

    /* VIEWS */

    function counts() external view returns (uint256 keys, uint256 lives) {
        return (_keys.length, _lives.length);
    }

    function keyAt(uint256 at) external view returns (Key memory, IValidatorRegistry.KeyState) {
        return (_keys[at], _stateOf(_keys[at]));
    }

    function lifeAt(
        uint256 at
    ) external view returns (Life memory model, IValidatorRegistry.Validator memory found) {
        model = _lives[at];
        found = registry.validator(FIRST + at);
    }

    function stakeOf(uint256 operatorId) external view returns (IValidatorRegistry.Stake memory) {
        return registry.stakeOf(operatorId);
    }

    /* INTERNAL: the model */

    function _begin(Action action) private {
        ++tried[action];
    }

    /// @dev VAL-2: what changed went forward.
    function _end(Action action) private {
        ++done[action];
        for (uint256 i = 0; i < _keys.length; ++i) {
            if (i == _seenKeys.length) _seenKeys.push();
            IValidatorRegistry.KeyState state = _stateOf(_keys[i]);
            _check(_isForward(_seenKeys[i], state), "VAL-2: a key went back");
            _seenKeys[i] = state;
        }
        for (uint256 i = 0; i < _lives.length; ++i) {
            if (i == _seen.length) _seen.push();
            IValidatorRegistry.Validator memory v = registry.validator(FIRST + i);
            _check(v.state >= _seen[i].state, "VAL-2: a validator went back");
            _check(v.slashed || !_seen[i].slashed, "VAL-2: a slashing was forgotten");
            _seen[i] = v;
        }
    }

    function _stateOf(Key storage k) private view returns (IValidatorRegistry.KeyState) {
        return registry.stateOf(registry.commitmentIdOf(k.operatorId, k.root), k.gindex);
    }

    function _isForward(
        IValidatorRegistry.KeyState from,
        IValidatorRegistry.KeyState to
    ) private pure returns (bool) {
        if (from == to) return true;
        if (from == IValidatorRegistry.KeyState.Committed) {
            return
                to == IValidatorRegistry.KeyState.Predeposited || to == IValidatorRegistry.KeyState.Removed;
        }
        if (from == IValidatorRegistry.KeyState.Predeposited) {
            return
                to == IValidatorRegistry.KeyState.Proven ||
                to == IValidatorRegistry.KeyState.Overdue ||
                to == IValidatorRegistry.KeyState.Foreign;
        }
        if (from == IValidatorRegistry.KeyState.Overdue && to == IValidatorRegistry.KeyState.Lost)
            return true;
        return
            (from == IValidatorRegistry.KeyState.Overdue || from == IValidatorRegistry.KeyState.Lost) &&
            (to == IValidatorRegistry.KeyState.Proven || to == IValidatorRegistry.KeyState.Foreign);
    }

    /// @dev As foreign, or as a duplicate.
    function _giveUp(uint256 pick, Action action) private {
        IValidatorRegistry.KeyState[3] memory wanted = [
            IValidatorRegistry.KeyState.Predeposited,
            IValidatorRegistry.KeyState.Overdue,
            IValidatorRegistry.KeyState.Lost
        ];
        Key storage k = _keyIn(pick, wanted[pick % 3]);
        bool wasLost = k.state == wanted[2];
        bool may = wasLost || k.state == wanted[0] || k.state == wanted[1];
        (bytes memory pubkey, bytes memory sig) = _dataOf(k.root, k.gindex);
        (bytes32 pubkeyHash, bytes32 sigHash) = (keccak256(pubkey), keccak256(sig));
        bytes32[] memory proof = _branch(k.root, k.gindex);
        if (!may) _expectWrongState(k);
        if (action == Action.MarkDuplicate) {
            registry.markDuplicate(k.operatorId, k.root, k.gindex, pubkeyHash, sigHash, proof);
            if (may) k.isMissing = false;
        } else {
            bool told = registry.markForeign(k.operatorId, k.root, k.gindex, pubkeyHash, sigHash, proof);
            if (may) _check(told == wasLost, "VAL-4: whether the bond was charged before is told");
        }
        if (!may) return;
        k.state = IValidatorRegistry.KeyState.Foreign;
        _end(action);
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _tell(uint256 pick, uint256 to, bool slashed, Action action) private {
        uint256 at = pick % _lives.length;
        Life storage v = _lives[at];
        IValidatorRegistry.ValidatorState state = IValidatorRegistry.ValidatorState(to % 6);
        bool may = slashed ? !v.slashed : state > v.state;
        if (!may) {
            vm.expectRevert(
                abi.encodeWithSelector(IValidatorRegistry.NothingNew.selector, FIRST + at, v.state, v.slashed)
            );
        }
        registry.advance(FIRST + at, state, slashed);
        if (!may) return;
        if (slashed) v.slashed = true;
        if (state > v.state) {
            v.state = state;
            if (state == IValidatorRegistry.ValidatorState.Withdrawn) _bequeath(at);
        }
        _end(action);
    }

    /// @dev A withdrawn validator's stake goes where its ether went: to the next one that still has any.
    function _bequeath(uint256 at) private {
        uint256 eth = _reserved(_lives[at].eth);
        uint256 heir = at;
        uint256 steps = 0;
        while (_lives[heir].state == IValidatorRegistry.ValidatorState.Withdrawn) {
            if (_lives[heir].slashed || _lives[heir].target == 0) return;
            heir = _lives[heir].target - 1;
            _check(++steps <= _lives.length, "VAL-3: consolidations make no circle");
        }
        uint256 sum = _reserved(_lives[heir].eth) + eth;
        _lives[heir].eth = sum > 2_048 ? 2_048 : sum;
        _lives[at].eth = 0;
        ++merged;
        if (steps > 1) ++passedOn;
    }

    function _stays(Life storage v) private view returns (bool) {
        return v.state <= IValidatorRegistry.ValidatorState.Active && !v.slashed;
    }

    function _reserved(uint256 eth) private pure returns (uint256) {
        return eth > 32 ? eth : 32;
    }

    /// @dev Whether a validator may have so much in all.
    function _isWhole(uint256 eth) private pure returns (bool) {
        return eth == 1 || (eth >= 32 && eth <= 2_048);
    }

    /// @dev Mostly nothing or what makes a validator active, now and then anything.
    function _amountFrom(uint256 x) private pure returns (uint256) {
        if (x % 8 == 0) return bound(x, 0, 2_100);
        return x % 3 == 0 ? 0 : bound(x, 31, 200);
    }

    function _quarter() private view returns (uint256) {
        return currentTime() / (DEADLINE / 4);
    }

    function _age(Key storage k) private view returns (uint256) {
        return (_quarter() - k.quarter) % 32;
    }

    /// @dev A key in this state from `pick` on; one in whatever state where there is none, and now and then.
    function _keyIn(uint256 pick, IValidatorRegistry.KeyState state) private view returns (Key storage k) {
        uint256 at = pick % _keys.length;
        k = _keys[at];
        for (uint256 i = 0; i < _keys.length && pick % 7 != 0; ++i) {
            if (_keys[(at + i) % _keys.length].state == state) return _keys[(at + i) % _keys.length];
        }
    }

    /* INTERNAL: trees */

    function _grow(uint256 salt) private returns (bytes32 root) {
        bytes32[2 * KEYS] memory nodes;
        root = keccak256(abi.encode(salt));
        // keys have data of their own, whatever the root will be
        for (uint256 g = KEYS; g < 2 * KEYS; ++g) {
            (bytes memory pubkey, bytes memory sig) = _dataOfSalt(salt, g);
            nodes[g] = keccak256(abi.encode(keccak256(pubkey), keccak256(sig)));
        }
        for (uint256 g = KEYS - 1; g > 0; --g)
            nodes[g] = keccak256(abi.encode(nodes[2 * g], nodes[2 * g + 1]));
        root = nodes[1];
        nodes[0] = bytes32(salt);
        _trees[root] = nodes;
    }

    function _dataOf(bytes32 root, uint256 g) private view returns (bytes memory, bytes memory) {
        return _dataOfSalt(uint256(_trees[root][0]), g);
    }

    function _dataOfSalt(
        uint256 salt,
        uint256 g
    ) private pure returns (bytes memory pubkey, bytes memory sig) {
        bytes32 seed = keccak256(abi.encode(salt, g));
        pubkey = abi.encodePacked(seed, bytes16(seed));
        sig = abi.encodePacked(seed, ~seed, seed);
    }

    function _branch(bytes32 root, uint256 g) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](3);
        for (uint256 i = 0; i < 3; ++i) {
            proof[i] = _trees[root][g ^ 1];
            g >>= 1;
        }
    }

    function _list(uint32 gindex) private pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = gindex;
    }

    function _expectWrongState(Key storage k) private {
        bytes32 id = registry.commitmentIdOf(k.operatorId, k.root);
        vm.expectRevert(
            abi.encodeWithSelector(IValidatorRegistry.WrongState.selector, id, k.gindex, k.state)
        );
    }
}

/// @notice Keys and validators, under any sequence of what may be told of them. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract ValidatorsInvariantTest is KedgeTest {
    uint256 private constant ACTIONS = uint256(type(ValidatorsHandler.Action).max) + 1;

    ValidatorsHandler private handler;

    function setUp() public {
        handler = new ValidatorsHandler();
        bytes4[] memory actions = new bytes4[](ACTIONS);
        actions[0] = handler.commit.selector;
        actions[1] = handler.remove.selector;
        actions[2] = handler.predeposit.selector;
        actions[3] = handler.prove.selector;
        actions[4] = handler.topUp.selector;
        actions[5] = handler.markOverdue.selector;
        actions[6] = handler.markLost.selector;
        actions[7] = handler.markForeign.selector;
        actions[8] = handler.markDuplicate.selector;
        actions[9] = handler.advance.selector;
        actions[10] = handler.slash.selector;
        actions[11] = handler.consolidate.selector;
        actions[12] = handler.drop.selector;
        actions[13] = handler.passTime.selector;
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /* INVARIANTS */

    function invariant_VAL2_StatesAreThoseThatWereTold() public view {
        (uint256 keys, uint256 lives) = handler.counts();
        for (uint256 i = 0; i < keys; ++i) {
            (ValidatorsHandler.Key memory model, IValidatorRegistry.KeyState state) = handler.keyAt(i);
            assertEq(uint256(state), uint256(model.state), "VAL-2: key");
        }
        for (uint256 i = 0; i < lives; ++i) {
            (ValidatorsHandler.Life memory model, IValidatorRegistry.Validator memory v) = handler.lifeAt(i);
            assertEq(uint256(v.operatorId), model.operatorId, "VAL-2: operator");
            assertEq(uint256(v.state), uint256(model.state), "VAL-2: state");
            assertEq(v.slashed, model.slashed, "VAL-2: slashed");
            assertEq(uint256(v.depositedEth), model.eth, "VAL-3: what was deposited");
        }
    }

    /// @dev Counted from what the registry itself says of each key and validator.
    function invariant_VAL3_StakeIsWhatKeysAndValidatorsReserve() public view {
        (uint256 keys, uint256 lives) = handler.counts();
        uint256[] memory eth = new uint256[](handler.OPERATORS() + 1);
        for (uint256 i = 0; i < keys; ++i) {
            (ValidatorsHandler.Key memory k, IValidatorRegistry.KeyState state) = handler.keyAt(i);
            if (
                state == IValidatorRegistry.KeyState.Predeposited ||
                state == IValidatorRegistry.KeyState.Overdue
            ) eth[k.operatorId] += 32;
        }
        for (uint256 i = 0; i < lives; ++i) {
            (, IValidatorRegistry.Validator memory v) = handler.lifeAt(i);
            if (v.state == IValidatorRegistry.ValidatorState.Withdrawn) continue;
            eth[v.operatorId] += v.depositedEth > 32 ? v.depositedEth : 32;
        }
        uint256 total = 0;
        for (uint256 id = 1; id < eth.length; ++id) {
            assertEq(uint256(handler.stakeOf(id).eth), eth[id], "VAL-3: of an operator");
            total += eth[id];
        }
        assertEq(handler.registry().totalStake(), total, "VAL-3: total");
    }

    /// @dev What is shown of all, each once, reserves all there is; and none of those that left is forgotten.
    function invariant_CHK1_WhatAllReserveIsTheTotal() public view {
        (uint256 keys, uint256 lives) = handler.counts();
        uint256[] memory indices = new uint256[](lives);
        uint256 gone = 0;
        for (uint256 i = 0; i < lives; ++i) {
            indices[i] = handler.FIRST() + i;
            (, IValidatorRegistry.Validator memory v) = handler.lifeAt(i);
            if (v.state == IValidatorRegistry.ValidatorState.Withdrawn) ++gone;
        }
        IValidatorRegistry.KeyWord[] memory words = new IValidatorRegistry.KeyWord[](keys);
        uint256 count = 0;
        for (uint256 i = 0; i < keys; ++i) {
            (ValidatorsHandler.Key memory k, ) = handler.keyAt(i);
            // all keys of a commitment stand in one word
            bytes32 id = keccak256(abi.encode(k.operatorId, k.root));
            uint256 at = 0;
            while (at < count && words[at].commitmentId < id) ++at;
            if (at < count && words[at].commitmentId == id) continue;
            for (uint256 j = count++; j > at; --j) words[j] = words[j - 1];
            words[at] = IValidatorRegistry.KeyWord(id, 0);
        }
        assembly ("memory-safe") {
            mstore(words, count)
        }
        ValidatorRegistry registry = handler.registry();
        uint256 shown = registry.reservedOf(indices) + 32 * registry.reservedKeys(words);
        assertEq(shown, registry.totalStake(), "CHK-1: what is reserved");
        IValidatorRegistry.Departure[] memory left = registry.departuresFrom(0);
        assertEq(left.length, gone, "CHK-1: departures");
        assertEq(registry.departureCount(), gone, "CHK-1: count of departures");
        for (uint256 i = 0; i < gone; ++i) {
            bool isGone = registry.validator(left[i].index).state ==
                IValidatorRegistry.ValidatorState.Withdrawn;
            assertTrue(isGone && left[i].time <= currentTime(), "CHK-1: departed");
            assertTrue(i == 0 || left[i].time >= left[i - 1].time, "CHK-1: order of departures");
            for (uint256 j = 0; j < i; ++j)
                assertTrue(left[i].index != left[j].index, "CHK-1: departed twice");
        }
    }

    /// @dev Each key that had a predeposit is one validator, lost or foreign and paid for, or waits; who is late has a lock,
    /// and what was lost is counted until it comes back.
    function invariant_VAL4_APredepositIsProvenOrLostOrWaits() public view {
        (uint256 keys, uint256 lives) = handler.counts();
        uint256[] memory overdue = new uint256[](handler.OPERATORS() + 1);
        uint256[] memory missing = new uint256[](handler.OPERATORS() + 1);
        uint256 proven = 0;
        for (uint256 i = 0; i < keys; ++i) {
            (ValidatorsHandler.Key memory k, IValidatorRegistry.KeyState state) = handler.keyAt(i);
            if (state == IValidatorRegistry.KeyState.Overdue) ++overdue[k.operatorId];
            if (k.isMissing) ++missing[k.operatorId];
            if (state == IValidatorRegistry.KeyState.Lost) assertTrue(k.isMissing, "VAL-4: lost, so missing");
            if (state == IValidatorRegistry.KeyState.Proven) ++proven;
        }
        assertEq(proven, lives, "VAL-4: one validator for each proven key");
        for (uint256 id = 1; id < overdue.length; ++id) {
            assertEq(uint256(handler.stakeOf(id).overdueKeys), overdue[id], "VAL-4: overdue keys");
            assertEq(uint256(handler.stakeOf(id).lostKeys), missing[id], "VAL-4: lost keys");
        }
    }

    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.commit(2);
        handler.remove(0);
        // of the first two commitments, whose operators are 1 and 2
        for (uint256 i = 1; i < 10; ++i) handler.predeposit(i);
        handler.prove(1, 31);
        handler.prove(2, 31);
        handler.prove(4, 103);
        handler.prove(5, 0);
        handler.passTime(5 hours - 1);
        for (uint256 i = 0; i < 4; ++i) handler.markOverdue(1);
        handler.passTime(5 hours - 1);
        for (uint256 i = 0; i < 3; ++i) handler.markLost(1);
        _checkAll();
        // one that waits, one that is overdue, and two of three that are lost
        handler.markForeign(9);
        handler.markForeign(3);
        handler.markForeign(6);
        handler.markDuplicate(6);
        assertEq(handler.done(ValidatorsHandler.Action.MarkForeign), 3, "foreign");
        _checkAll();
        handler.prove(6, 31);
        handler.topUp(0, 31);
        _checkAll();
        handler.consolidate(0, 1);
        handler.consolidate(1, 2);
        handler.consolidate(3, 2);
        handler.passTime(26 hours);
        handler.drop(3);
        handler.advance(0, 2);
        handler.slash(4, 9);
        // the second goes first, and what the first had goes on to the third
        handler.advance(1, 5);
        handler.advance(0, 5);
        _checkAll();
        assertEq(handler.merged(), 2, "merged");
        assertEq(handler.passedOn(), 1, "passed on");
        handler.advance(2, 5);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(ValidatorsHandler.Action(i)), 0, vm.toString(i));
        }
        afterInvariant();
    }

    function afterInvariant() public view {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            ValidatorsHandler.Action action = ValidatorsHandler.Action(i);
            // what waits for a day, or for others before it, comes rarely: the fixed sequence has it
            bool isCommon = action <= ValidatorsHandler.Action.Prove ||
                action == ValidatorsHandler.Action.PassTime;
            if (isCommon && handler.tried(action) >= 40) assertGt(handler.done(action), 0, vm.toString(i));
        }
    }

    function _checkAll() private view {
        invariant_VAL2_StatesAreThoseThatWereTold();
        invariant_VAL3_StakeIsWhatKeysAndValidatorsReserve();
        invariant_VAL4_APredepositIsProvenOrLostOrWaits();
        invariant_CHK1_WhatAllReserveIsTheTotal();
        invariant_Rules_HoldInsideActions();
    }
}
