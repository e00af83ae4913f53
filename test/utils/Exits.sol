// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IBeaconVerifier} from "../../contracts/interfaces/IBeaconVerifier.sol";
import {IExitController} from "../../contracts/interfaces/IExitController.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IOperatorRegistry} from "../../contracts/interfaces/IOperatorRegistry.sol";
import {BeaconValidator} from "../../contracts/types/BeaconValidator.sol";
import {KeeperBudget} from "../../contracts/vaults/KeeperBudget.sol";
import {ExitController} from "../../contracts/withdrawals/ExitController.sol";
import {RequestContracts} from "./RequestContracts.sol";
import {Validators} from "./Validators.sol";

/// @notice Ten validators of ours, 100 to 109: 100 has 40.5 ETH, 102 is young, 103 exits. The rest may be asked to.
/// Tickets ask for 1,000 ETH; each test says what the ledger has of it.
abstract contract Exits is Validators, RequestContracts {
    uint256 internal constant EPOCH_SECONDS = SLOTS_PER_EPOCH * SECONDS_PER_SLOT;
    uint40 internal constant RICH = 100;
    uint40 internal constant YOUNG = 102;
    uint40 internal constant EXITING = 103;
    uint256 internal constant COMING_EPOCHS = 100;
    uint256 internal constant PATIENCE = 8;
    uint256 internal constant REFUND_PER_CALL = 0.01 ether;

    struct Shown {
        uint256[] indices;
        BeaconValidator[] validators;
        bytes32[] proof;
    }

    struct Pending {
        IBeaconVerifier.PendingPartial partialWithdrawal;
        bytes32[] proof;
    }

    struct Merging {
        IBeaconVerifier.PendingConsolidation merger;
        bytes32[] proof;
    }

    KeeperBudget internal budget;
    ExitController internal exits;
    string internal vectors;
    address internal caller;

    function setUp() public virtual override {
        super.setUp();
        installRequestContracts();
        budget = factory.newKeeperBudget(
            IAuthority(address(authority)),
            ledger,
            REFUND_PER_CALL,
            1 ether,
            jobBudgets()
        );
        exits = deploy(parameters());
        authority.grantRole(Roles.BUDGET_SPENDER, address(exits));
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

    /* INTERNAL: the controller */

    function parameters() internal pure returns (IExitController.Parameters memory) {
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
    ) internal pure returns (IExitController.Parameters memory p) {
        p = parameters();
        (p.minDeficit, p.minDeficitBp) = (amount, bp);
    }

    function deploy(IExitController.Parameters memory p) internal returns (ExitController) {
        return deployWith(makeVerifier(), budget, p);
    }

    function deployWith(
        IBeaconVerifier verifier,
        IKeeperBudget refunds,
        IExitController.Parameters memory p
    ) internal returns (ExitController) {
        return
            factory.newExitController(
                verifier,
                ledger,
                validatorRegistry,
                operatorRegistry,
                queue,
                withdrawalVault,
                rewardsVault,
                refunds,
                p
            );
    }

    function expectRefused(IExitController.Parameters memory p, bytes32 name, uint256 value) internal {
        IBeaconVerifier verifier = exits.verifier();
        vm.expectRevert(abi.encodeWithSelector(IExitController.ParameterOutOfBounds.selector, name, value));
        deployWith(verifier, budget, p);
    }

    function trigger(IExitController.Rule rule, uint40 index) internal {
        refreshRoot();
        triggerNow(rule, index);
    }

    function triggerNow(IExitController.Rule rule, uint40 index) internal {
        sendNow(rule, one(index), 1);
    }

    function send(IExitController.Rule rule, Shown memory s, uint256 value) internal {
        refreshRoot();
        sendNow(rule, s, value);
    }

    function sendNow(IExitController.Rule rule, Shown memory s, uint256 value) internal {
        vm.prank(caller);
        exits.trigger{value: value}(rule, recent(), s.indices, s.validators, s.proof);
    }

    /// @dev As many wei as keys.
    function triggerByKeys(uint256 operatorId, KeySet memory s) internal {
        (uint32[] memory gindices, bytes memory pubkeys, ) = packed(s.keys);
        bytes32[] memory hashes = new bytes32[](s.keys.length);
        for (uint256 i = 0; i < hashes.length; ++i) hashes[i] = keccak256(s.keys[i].signature);
        vm.prank(caller);
        exits.triggerByKeys{value: gindices.length}(operatorId, s.root, gindices, pubkeys, hashes, s.proof);
    }

    function settle(uint256 index) internal {
        exits.settle(listOf(index));
    }

    function listOf(uint256 index) internal pure returns (uint256[] memory list) {
        list = new uint256[](1);
        list[0] = index;
    }

    function triggerPartial(uint40 index) internal {
        triggerPartialWith(index, 1);
    }

    function triggerPartialWith(uint40 index, uint256 value) internal {
        refreshRoot();
        Shown memory s = one(index);
        (bytes32 chunk, bytes32[] memory proof) = balance(index);
        vm.prank(caller);
        exits.triggerPartial{value: value}(recent(), index, s.validators[0], s.proof, chunk, proof);
    }

    function proveComing(uint40 index) internal {
        refreshRoot();
        Shown memory s = one(index);
        exits.proveComing(recent(), index, s.validators[0], s.proof);
    }

    /// @dev In a state in which 101 exits.
    function proveLeaving() internal {
        proveLeavingOf("$.leaving.one");
    }

    /// @dev In that state: 104 is slashed, and RICH exits.
    function proveLeavingOf(string memory path) internal {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.leaving.root"));
        Shown memory s = shown(path);
        exits.proveComing(recent(), uint40(s.indices[0]), s.validators[0], s.proof);
    }

    /// @dev In a state in which partial withdrawals are on their way: that at `place`, with what the state says of its
    /// validator. The one of RICH comes first.
    function provePartial(uint256 place) internal {
        setWaitingRoot();
        provePartialOf(pending(place), place);
    }

    function setWaitingRoot() internal {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.waiting.root"));
    }

    function provePartialOf(Pending memory p, uint256 owner) internal {
        string memory path = string.concat("$.waiting.owners[", vm.toString(owner), "]");
        Shown memory s = shown(path);
        exits.provePartial(recent(), p.partialWithdrawal, p.proof, s.validators[0], s.proof);
    }

    /// @dev In the same state, 107 is being merged: first of the list.
    function proveMerged(uint256 place) internal {
        setWaitingRoot();
        proveMergedOf(merging(place), place);
    }

    function proveMergedOf(Merging memory m, uint256 source) internal {
        Shown memory s = shown(string.concat("$.waiting.sources[", vm.toString(source), "]"));
        exits.proveMerged(recent(), m.merger, m.proof, s.validators[0], s.proof);
    }

    function merging(uint256 place) internal view returns (Merging memory) {
        string memory path = string.concat("$.waiting.mergers[", vm.toString(place), "]");
        return abi.decode(vm.parseJsonBytes(vectors, path), (Merging));
    }

    function pending(uint256 place) internal view returns (Pending memory) {
        string memory path = string.concat("$.waiting.partials[", vm.toString(place), "]");
        return abi.decode(vm.parseJsonBytes(vectors, path), (Pending));
    }

    /* INTERNAL: the pool */

    /// @dev What tickets ask for, less `amount`, is all that the ledger has.
    function setDeficit(uint256 amount) internal {
        vm.deal(address(ledger), ledger.balanceOf(address(queue)) - amount);
    }

    /// @dev A deficit, and time for everyone to be drawn.
    function openDraw(uint256 amount) internal {
        setDeficit(amount);
        exits.note();
        noteUntil(currentTime() + 2 * PATIENCE * EPOCH_SECONDS + 8 hours);
    }

    /// @dev Time goes by, and somebody renews the note every half hour.
    function noteUntil(uint256 time) internal {
        for (; currentTime() + 30 minutes < time; exits.note()) skipTime(30 minutes);
        vm.warp(time);
    }

    function jail() internal {
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Jailed, "");
    }

    /// @dev The lowest and the highest rank of those that may exit.
    function ends() internal view returns (uint40 low, uint40 high) {
        (low, high) = (101, 101);
        for (uint40 i = 104; i < 110; ++i) {
            if (exits.rankOf(i) < exits.rankOf(low)) low = i;
            if (exits.rankOf(i) > exits.rankOf(high)) high = i;
        }
    }

    /* INTERNAL: the beacon chain */

    function one(uint40 index) internal view returns (Shown memory) {
        return shown(string.concat("$.ones[", vm.toString(uint256(index) - 100), "]"));
    }

    function stranger() internal view returns (Shown memory) {
        return shown("$.stranger");
    }

    function shown(string memory path) internal view returns (Shown memory) {
        return abi.decode(vm.parseJsonBytes(vectors, path), (Shown));
    }

    function balance(uint40 index) internal view returns (bytes32 chunk, bytes32[] memory proof) {
        string memory path = string.concat("$.balances[", vm.toString(uint256(index) - 100), "]");
        return abi.decode(vm.parseJsonBytes(vectors, path), (bytes32, bytes32[]));
    }

    function recent() internal view returns (IBeaconVerifier.BlockProof memory b) {
        b.timestamp = rootTime;
    }

    function refreshRoot() internal {
        rootTime = uint64(currentTime() - 12);
        setBeaconRoot(rootTime, vm.parseJsonBytes32(vectors, "$.root"));
    }

    function epoch() internal view returns (uint256) {
        return (currentTime() - GENESIS_TIME) / EPOCH_SECONDS;
    }

    function warpToEpoch(uint256 at) internal {
        vm.warp(GENESIS_TIME + at * EPOCH_SECONDS);
    }

    function skipTo(uint256 time) internal {
        vm.warp(time);
    }

    /* INTERNAL: claims */

    function expectTooSmall(uint256 amount, uint256 minimum) internal {
        vm.expectRevert(abi.encodeWithSelector(IExitController.DeficitTooSmall.selector, amount, minimum));
    }

    function expectNotDrawn(uint40 index) internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                IExitController.NotDrawn.selector,
                index,
                exits.rankOf(index),
                exits.threshold()
            )
        );
    }

    function expectNoted(uint256 first, uint256 last) internal view {
        (uint256 firstSeen, uint256 lastSeen) = exits.noted();
        assertEq(firstSeen, first, "first seen");
        assertEq(lastSeen, last, "last seen");
    }

    function expectComing(uint256 index, uint256 units, uint256 lastEpoch, bool proven) internal view {
        IExitController.Coming memory c = exits.comingOf(index);
        assertEq(c.units, units, "units");
        assertEq(c.lastEpoch, lastEpoch, "last epoch");
        assertEq(c.proven, proven, "proven");
    }

    function expectNothing(uint256 index) internal view {
        expectComing(index, 0, 0, false);
    }
}
