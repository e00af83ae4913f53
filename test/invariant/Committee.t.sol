// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {ICommitteeBonds} from "../../contracts/interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../../contracts/interfaces/IOracleCommittee.sol";
import {ReportVote} from "../../contracts/types/ReportVote.sol";
import {BondedCommittee} from "../utils/BondedCommittee.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";

/// @notice Members that come, rotate, change hands, lie and go in any order, whoever brings evidence whenever; and a model
/// of what each action may have touched.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract CommitteeHandler is BondedCommittee {
    enum Action {
        AddMember,
        Deposit,
        Rotate,
        SetWeight,
        Remove,
        Release,
        Withdraw,
        ChangeOwner,
        SignTwice,
        ProveCrime,
        AccuseHonest,
        Expel,
        PassTime,
        ReportGain
    }

    /// @dev Two votes of one member that exclude each other.
    struct Crime {
        uint256 memberId;
        ReportVote first;
        ReportVote second;
        bytes firstSignature;
        bytes secondSignature;
    }

    uint256 private constant MOST = 40;

    mapping(Action => uint256) public done;
    string public broken;

    /// @dev The model: shares of each bond, who was shown to lie, and who may leave when.
    mapping(uint256 memberId => uint256) public bondIn;
    mapping(uint256 memberId => bool) public isLiar;
    mapping(uint256 memberId => uint256) public unlocksAt;
    mapping(uint256 memberId => uint256) private _rotatedFrame;
    Crime[] private _crimes;
    address[] public keys;
    mapping(address key => uint256) public whose;
    /// @dev Lists of frames that have begun.
    mapping(uint256 frame => bytes32) public lists;
    uint256 public lastFrame;
    /// @dev How often evidence met someone who had left, an old key, or who was shown to lie before.
    uint256 public leavers;
    uint256 public oldKeys;
    uint256 public again;
    address private _prover = makeAddr("prover");

    constructor() payable {
        setUp();
        authority.grantRole(Roles.EVIDENCE, address(this));
        makeStaker("staker", 2_000 ether);
        for (uint256 id = 1; id <= MEMBERS; ++id) {
            bondIn[id] = bondOf(id);
            _note(committee.keyOf(id), id);
        }
        lastFrame = currentFrame();
        _seeFrames();
    }

    /* ACTIONS: members */

    function addMember(uint256 bond, uint256 weight) external {
        uint256 id = memberCount() + 1;
        if (id > MOST || committee.members().length == 32) return;
        addMember(bound(bond, MIN_MEMBER_BOND + 1 gwei, 60 ether));
        bondIn[id] = bondOf(id);
        _rotate(id);
        // some never get weight
        if (weight % 4 > 0) committee.setWeight(id, weight % 4);
        ++done[Action.AddMember];
    }

    function deposit(uint256 who, uint256 amount) external {
        uint256 id = _pick(who);
        amount = bound(amount, 1 gwei, 5 ether);
        if (isLiar[id]) {
            vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.MemberForfeited.selector, id));
            memberBonds.deposit{value: amount}(id);
            return;
        }
        bondIn[id] += memberBonds.deposit{value: amount}(id);
        ++done[Action.Deposit];
    }

    function rotate(uint256 who) external {
        uint256 id = _pick(who);
        if (_rotatedFrame[id] == currentFrame()) {
            address key = makeKey(string.concat("hasty ", vm.toString(keys.length)));
            bytes memory agreed = consent(id, key);
            vm.expectPartialRevert(IOracleCommittee.KeyAlreadyChanged.selector);
            vm.prank(owners[id]);
            committee.setKey(id, key, agreed);
            return;
        }
        _rotate(id);
        ++done[Action.Rotate];
    }

    function setWeight(uint256 who, uint256 weight) external {
        uint256 id = _pick(who);
        weight = 1 + (weight % 4);
        uint256 old = _newestWeight(id);
        if (weight > old && (isLiar[id] || memberBonds.worthOf(id) < MIN_MEMBER_BOND)) {
            vm.expectRevert();
            committee.setWeight(id, weight);
            return;
        }
        if (old == 0 && committee.members().length == 32) return;
        committee.setWeight(id, weight);
        if (weight > old) unlocksAt[id] = 0;
        ++done[Action.SetWeight];
    }

    function remove(uint256 who) external {
        uint256 id = _pick(who);
        if (_newestWeight(id) == 0 || committee.members().length == 1) return;
        committee.setWeight(id, 0);
        unlocksAt[id] = frameStart(currentFrame() + 1) + 30 days;
        ++done[Action.Remove];
    }

    function release(uint256 who) external {
        uint256 id = _pick(who);
        if (_newestWeight(id) > 0 || unlocksAt[id] > 0) {
            vm.expectRevert();
            committee.release(id);
            return;
        }
        committee.release(id);
        unlocksAt[id] = currentTime() + 30 days;
        ++done[Action.Release];
    }

    /// @dev Most wait until they may.
    function withdraw(uint256 who, uint256 part, bool waits) external {
        uint256 id = _pick(who);
        for (uint256 i = 0; i < memberCount() && (unlocksAt[id] == 0 || isLiar[id]); ++i) {
            id = (id % memberCount()) + 1;
        }
        if (waits && unlocksAt[id] > currentTime()) {
            vm.warp(unlocksAt[id]);
            _seeFrames();
        }
        uint256 shares = bound(part, 0, bondIn[id]);
        vm.prank(owners[id]);
        if (unlocksAt[id] == 0 || currentTime() < unlocksAt[id]) {
            vm.expectRevert(abi.encodeWithSelector(ICommitteeBonds.BondLocked.selector, id, unlocksAt[id]));
            memberBonds.withdraw(id, shares, owners[id]);
            return;
        }
        memberBonds.withdraw(id, shares, owners[id]);
        bondIn[id] -= shares;
        ++done[Action.Withdraw];
    }

    function changeOwner(uint256 who) external {
        uint256 id = _pick(who);
        address heir = makeAddr(string.concat("heir ", vm.toString(done[Action.ChangeOwner])));
        vm.prank(owners[id]);
        memberBonds.proposeOwner(id, heir);
        vm.prank(heir);
        memberBonds.acceptOwner(id);
        owners[id] = heir;
        ++done[Action.ChangeOwner];
    }

    /* ACTIONS: votes */

    /// @dev A member that counts in this frame signs two votes that exclude each other. Nobody knows yet.
    function signTwice(uint256 who, uint256 how) external {
        IOracleCommittee.Seat[] memory seats = committee.seatsAt(frameStart(currentFrame()));
        if (seats.length == 0) return;
        IOracleCommittee.Seat memory seat = seats[who % seats.length];
        Crime storage c = _crimes.push();
        c.memberId = seat.memberId;
        c.first = voteFor(currentSlot(), 1);
        c.second = voteFor(currentSlot(), how % 3 == 0 ? 1 : 2);
        if (how % 3 == 0) c.second.blockRoot = keccak256("another block");
        if (how % 6 == 0) c.second.oracle = address(0x1234);
        c.firstSignature = signVote(seat.key, c.first);
        c.secondSignature = signVote(seat.key, c.second);
        ++done[Action.SignTwice];
    }

    /// @dev Of any age, and however often.
    function proveCrime(uint256 which) external {
        if (_crimes.length == 0) return;
        which %= _crimes.length;
        // most evidence is new
        for (uint256 i = 0; i < _crimes.length && isLiar[_crimes[which].memberId] && which % 4 > 0; ++i) {
            which = (which + 1) % _crimes.length;
        }
        Crime memory c = _crimes[which];
        _convict(
            c.memberId,
            abi.encodeCall(
                committee.proveEquivocation,
                (c.first, c.firstSignature, c.second, c.secondSignature)
            ),
            c
        );
        ++done[Action.ProveCrime];
    }

    /// @dev Votes that an honest member may sign, or that are none, cost nothing.
    function accuseHonest(uint256 who, uint256 how) external {
        uint256 id = _pick(who);
        address key = committee.keyOf(id);
        ReportVote memory first = voteFor(currentSlot(), 1);
        ReportVote memory second = voteFor(currentSlot(), 2);
        address other = key;
        if (how % 4 == 0) second = first;
        if (how % 4 == 1) second.oracle = address(0x1234);
        if (how % 4 == 2) second.refSlot += uint64(SLOTS_PER_FRAME);
        if (how % 4 == 3) {
            // another member, or a key that did not count in this frame
            other = keys[(who >> 8) % keys.length];
            if (other == key) return;
        }
        bytes memory a = signVote(key, first);
        bytes memory b = signVote(other, second);
        vm.expectRevert();
        committee.proveEquivocation(first, a, second, b);
        ++done[Action.AccuseHonest];
    }

    /// @dev One false vote, as evidence of its field would have it.
    function expel(uint256 who) external {
        IOracleCommittee.Seat[] memory seats = committee.seatsAt(frameStart(currentFrame()));
        // rarely, or few would be left
        if (seats.length < 5 || who % 2 == 0) return;
        IOracleCommittee.Seat memory seat = seats[who % seats.length];
        ReportVote memory v = voteFor(currentSlot(), 3);
        bytes memory signature = signVote(seat.key, v);
        Crime memory c;
        c.first = v;
        _convict(seat.memberId, abi.encodeCall(committee.expel, (v, signature, "a field", _prover)), c);
        ++done[Action.Expel];
    }

    /* ACTIONS: the pool */

    function passTime(uint256 seconds_) external {
        skipTime(bound(seconds_, 1 hours, 3 days));
        _seeFrames();
        ++done[Action.PassTime];
    }

    function reportGain(uint256 amount) external {
        reportRewards(bound(amount, 1 gwei, 0.1 ether));
        _seeFrames();
        ++done[Action.ReportGain];
    }

    /* VIEWS */

    function memberCount() public view returns (uint256) {
        return memberBonds.memberCount();
    }

    function stakes() external view returns (uint256) {
        return memberCount() + done[Action.Deposit];
    }

    function keyCount() external view returns (uint256) {
        return keys.length;
    }

    function shownTo(uint256 memberId) external view returns (ICommitteeBonds.Member memory) {
        return memberBonds.memberOf(memberId);
    }

    function held() external view returns (uint256) {
        return ledger.sharesOf(address(memberBonds));
    }

    function toldOwner(address key) external view returns (uint256) {
        return committee.memberOf(key);
    }

    function newest() external view returns (IOracleCommittee.Seat[] memory) {
        return committee.seatsAt(type(uint48).max);
    }

    function keyOf(uint256 memberId) external view returns (address) {
        return committee.keyOf(memberId);
    }

    function listOf(uint256 frame) public view returns (bytes32) {
        return keccak256(abi.encode(committee.seatsAt(frameStart(frame))));
    }

    function firstFrame() external pure returns (uint256) {
        return FIRST_FRAME;
    }

    /* INTERNAL */

    /// @dev Brings evidence that must be believed, unless its member was shown to lie before.
    function _convict(uint256 id, bytes memory call_, Crime memory c) private {
        uint256 bond = bondIn[id];
        uint256 had = ledger.sharesOf(_prover);
        uint256 units = ledger.totalUnits();
        if (_newestWeight(id) == 0) ++leavers;
        else if (committee.keyOf(id) != _keyAt(id, c.first.refSlot)) ++oldKeys;
        if (c.firstSignature.length > 0) vm.prank(_prover);
        (bool believed, bytes memory answer) = address(committee).call(call_);
        if (isLiar[id]) {
            ++again;
            _check(!believed, "ORA-3: once for each member");
            _check(bytes4(answer) == ICommitteeBonds.MemberForfeited.selector, "ORA-3: by that name");
            return;
        }
        _check(believed, "ORA-3: evidence is believed");
        _check(ledger.sharesOf(_prover) - had == bond / 10, "ORA-3: a tenth for the prover");
        _check(units - ledger.totalUnits() == (bond - bond / 10) * 1e6, "ORA-3: the rest is burnt");
        (bondIn[id], isLiar[id]) = (0, true);
    }

    function _keyAt(uint256 id, uint64 refSlot) private view returns (address) {
        IOracleCommittee.Seat[] memory seats = committee.seatsAt(GENESIS_TIME + refSlot * SECONDS_PER_SLOT);
        for (uint256 i = 0; i < seats.length; ++i) if (seats[i].memberId == id) return seats[i].key;
        return address(0);
    }

    function _rotate(uint256 id) private {
        address key = makeKey(string.concat("key ", vm.toString(keys.length)));
        setKey(id, key);
        _rotatedFrame[id] = currentFrame();
        _note(key, id);
    }

    function _note(address key, uint256 id) private {
        keys.push(key);
        whose[key] = id;
    }

    /// @dev Frames that have begun: their lists are final.
    function _seeFrames() private {
        for (; lastFrame <= currentFrame(); ++lastFrame) lists[lastFrame] = listOf(lastFrame);
    }

    function _pick(uint256 who) private view returns (uint256) {
        return 1 + (who % memberCount());
    }

    function _newestWeight(uint256 id) private view returns (uint256) {
        return committee.weightAt(committee.keyOf(id), type(uint48).max);
    }

    function _check(bool holds, string memory what) private {
        if (!holds && bytes(broken).length == 0) broken = what;
    }
}

/// @notice ORA-3, and what makes it hold: bonds that stay where they are, lists and keys that are remembered.
contract CommitteeInvariants is RandomWalk {
    uint256 private constant ACTIONS = 14;

    CommitteeHandler private handler;

    function setUp() public {
        vm.deal(address(this), 1_000_000 ether);
        handler = new CommitteeHandler{value: 1_000 ether}();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    /* INVARIANTS */

    function invariant_ORA3_LiarsHaveNothing() public view {
        IOracleCommittee.Seat[] memory seats = handler.newest();
        for (uint256 i = 0; i < seats.length; ++i) {
            assertFalse(handler.isLiar(seats[i].memberId), "ORA-3: no liar has a seat");
        }
        for (uint256 id = 1; id <= handler.memberCount(); ++id) {
            assertEq(handler.shownTo(id).isForfeited, handler.isLiar(id), "ORA-3: who lied, and nobody else");
            if (handler.isLiar(id)) assertEq(uint256(handler.shownTo(id).shares), 0, "ORA-3: costs the bond");
        }
    }

    /// @dev Nothing but deposits, withdrawals and evidence moves a bond.
    function invariant_Bonds_AreWhatTheModelSays() public view {
        uint256 sum = 0;
        for (uint256 id = 1; id <= handler.memberCount(); ++id) {
            assertEq(uint256(handler.shownTo(id).shares), handler.bondIn(id), "bond");
            assertEq(uint256(handler.shownTo(id).unlocksAt), handler.unlocksAt(id), "lock");
            sum += handler.bondIn(id);
        }
        // a stake gives parts of a share, which are no bond's
        assertGe(handler.held(), sum, "the vault holds all bonds");
        assertLe(handler.held(), sum + handler.stakes(), "and dust");
    }

    /// @dev Whoever has weight, now or from the next frame on, has a bond that is locked.
    function invariant_Seats_AreBonded() public view {
        IOracleCommittee.Seat[] memory seats = handler.newest();
        for (uint256 i = 0; i < seats.length; ++i) {
            if (i > 0) assertTrue(seats[i - 1].key < seats[i].key, "sorted");
            assertEq(handler.keyOf(seats[i].memberId), seats[i].key, "one key for each member");
            assertEq(uint256(handler.shownTo(seats[i].memberId).unlocksAt), 0, "locked");
        }
    }

    function invariant_Keys_AreRememberedForEver() public view {
        for (uint256 i = 0; i < handler.keyCount(); ++i) {
            address key = handler.keys(i);
            assertEq(handler.toldOwner(key), handler.whose(key), "whose key");
        }
    }

    function invariant_Lists_NeverChange() public view {
        uint256 end = handler.lastFrame();
        // the last ones, and one of all before
        uint256 from = end > handler.firstFrame() + 8 ? end - 8 : handler.firstFrame();
        for (uint256 frame = from; frame < end; ++frame) {
            assertEq(handler.listOf(frame), handler.lists(frame), "list of a frame");
        }
        uint256 old = handler.firstFrame() + (end % (end - handler.firstFrame()));
        assertEq(handler.listOf(old), handler.lists(old), "list of an old frame");
    }

    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /* COVERAGE */

    function test_handler_EveryActionSucceeds() public {
        handler.addMember(40 ether, 1);
        handler.addMember(40 ether, 0);
        handler.deposit(0, 1 ether);
        handler.rotate(0);
        handler.rotate(0);
        handler.signTwice(0, 1);
        handler.accuseHonest(3, 0);
        handler.setWeight(2, 3);
        handler.remove(3);
        handler.release(10);
        handler.passTime(1 days);
        handler.signTwice(4, 0);
        handler.withdraw(3, 10 ether, true);
        handler.changeOwner(4);
        handler.reportGain(0.1 ether);
        _checkAll();
        handler.proveCrime(0);
        handler.proveCrime(0);
        handler.deposit(_liar() - 1, 1 ether);
        handler.proveCrime(1);
        handler.expel(1);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(CommitteeHandler.Action(i)), 0, vm.toString(i));
        }
    }

    /// @dev What chance reaches: each action succeeds often, and nothing breaks on the way.
    function test_handler_ARandomWalkReachesAll() public {
        walk(address(handler), _actions(), 400);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(CommitteeHandler.Action(i)), 3, vm.toString(i));
        }
        assertGt(handler.leavers(), 0, "evidence against someone who had left");
        assertGt(handler.oldKeys(), 0, "evidence by an old key");
        assertGt(handler.again(), 0, "evidence against a known liar");
    }

    function _liar() private view returns (uint256 id) {
        for (id = 1; !handler.isLiar(id); ) ++id;
    }

    function _checkAll() private view {
        invariant_ORA3_LiarsHaveNothing();
        invariant_Bonds_AreWhatTheModelSays();
        invariant_Seats_AreBonded();
        invariant_Keys_AreRememberedForEver();
        invariant_Lists_NeverChange();
        invariant_Rules_HoldInsideActions();
    }

    function _actions() private view returns (bytes4[] memory list) {
        list = new bytes4[](ACTIONS);
        list[0] = handler.addMember.selector;
        list[1] = handler.deposit.selector;
        list[2] = handler.rotate.selector;
        list[3] = handler.setWeight.selector;
        list[4] = handler.remove.selector;
        list[5] = handler.release.selector;
        list[6] = handler.withdraw.selector;
        list[7] = handler.changeOwner.selector;
        list[8] = handler.signTwice.selector;
        list[9] = handler.proveCrime.selector;
        list[10] = handler.accuseHonest.selector;
        list[11] = handler.expel.selector;
        list[12] = handler.passTime.selector;
        list[13] = handler.reportGain.selector;
    }
}
