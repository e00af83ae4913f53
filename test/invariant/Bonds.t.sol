// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IBondVault} from "../../contracts/interfaces/IBondVault.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {BondedOperators} from "../utils/BondedOperators.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";

/// @notice Three operators whose bonds are brought, asked for, taken, locked, held, freed and burnt in any order, while
/// their keys and validators live and the rate moves; and a model of what each action may have touched.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract BondsHandler is BondedOperators {
    enum Action {
        Deposit,
        DepositShares,
        RequestClaim,
        CancelClaim,
        Claim,
        Predeposit,
        Prove,
        LockOverdue,
        BurnOverdue,
        GiveUpForeign,
        ReleaseOverdue,
        Lock,
        Settle,
        Burn,
        Hold,
        Release,
        BurnHeld,
        Withdraw,
        ReportGain,
        ReportLoss,
        PassTime,
        SetRatio,
        Gift,
        Refresh
    }

    /// @dev Locks for faults are counted in 1e-9 of a share, as weights are.
    uint256 private constant GRAIN = 1e9;

    mapping(Action => uint256) public done;
    string public broken;

    /// @dev The model: what managers have asked for, and when it may be taken.
    uint256[OPERATORS + 1] public asked;
    uint256[OPERATORS + 1] public claimableFrom;
    /// @dev Shares that were burnt or paid to a prover, ever; shares that came to the vault past its functions.
    uint256 public destroyed;
    uint256 public gifts;
    /// @dev What bonds did not have for lost keys, in wei, ever, and how many of these came back.
    uint256[OPERATORS + 1] public missed;
    /// @dev What bonds paid of it later, in wei.
    uint256[OPERATORS + 1] public paidLater;
    uint256[OPERATORS + 1] public returned;
    /// @dev What bonds did not have for other faults, in wei: for those that were burnt at once, and by validators.
    mapping(uint256 at => uint256) private _settledShort;
    /// @dev Validators that were ever locked for.
    uint256[] public faulty;

    /// @dev As of the beginning of the action that runs.
    bytes32[OPERATORS + 1] private _before;
    uint256 private _bondBefore;
    uint256 private _sharesBefore;
    uint256 private _proversBefore;
    address private _prover = makeAddr("prover");

    constructor() payable {
        setUp();
        authority.grantRole(Roles.BOND_LOCKER, address(this));
        makeStaker("staker", 2_000 ether);
        ledger.stake{value: 1_000 ether}(address(0));
        ledger.approve(address(bonds), type(uint256).max);
        for (uint256 id = 1; id <= OPERATORS; ++id) bonds.deposit{value: id * 10 ether}(id);
    }

    /* ACTIONS: what comes and goes */

    function deposit(uint256 who, uint256 amount) external {
        uint256 id = _begin(who);
        bonds.deposit{value: bound(amount, 1 gwei, 20 ether)}(id);
        _end(Action.Deposit, id);
    }

    function depositShares(uint256 who, uint256 shares) external {
        uint256 id = _begin(who);
        uint256 most = ledger.sharesOf(address(this)) / 8;
        if (most == 0) return;
        bonds.depositShares(id, bound(shares, 1, most));
        _end(Action.DepositShares, id);
    }

    /// @dev Now and then more than there is.
    function requestClaim(uint256 who, uint256 shares) external {
        uint256 id = _begin(who);
        _release(id);
        uint256 claimable = bonds.claimableOf(id);
        shares = bound(shares, 1, claimable + claimable / 8 + 1);
        if (shares > claimable) _expectNeeded(id, shares, claimable);
        vm.prank(managers[id]);
        bonds.requestClaim(id, shares);
        if (shares > claimable) return;
        (asked[id], claimableFrom[id]) = (shares, currentTime() + CLAIM_DELAY);
        _check(_isBacked(id), "BND-3: a request leaves stake backed");
        _end(Action.RequestClaim, id);
    }

    function cancelClaim(uint256 who) external {
        uint256 id = _begin(who);
        if (asked[id] == 0) return;
        vm.prank(managers[id]);
        bonds.cancelClaim(id);
        asked[id] = 0;
        _end(Action.CancelClaim, id);
    }

    /// @dev Most managers wait until they may.
    function claim(uint256 who, uint256 wait) external {
        uint256 id = _begin(who);
        for (uint256 i = 0; i < OPERATORS && asked[id] == 0; ++i) id = (id % OPERATORS) + 1;
        if (asked[id] == 0) return;
        _remember(id);
        if (wait % 4 != 0 && currentTime() < claimableFrom[id]) vm.warp(claimableFrom[id]);
        vm.startPrank(managers[id]);
        if (currentTime() < claimableFrom[id]) {
            vm.expectRevert(abi.encodeWithSelector(IBondVault.ClaimTooEarly.selector, id, claimableFrom[id]));
            bonds.claim(id, managers[id]);
        } else {
            _claim(id);
        }
        vm.stopPrank();
    }

    /* ACTIONS: keys and validators */

    function predeposit(uint256 who) external {
        uint256 id = _begin(who);
        if (!backsAnother(id) || depositor.freeBuffer() < 1 ether) return;
        predepositKey(id);
        _check(_isBacked(id), "BND-3: new stake is backed by what nobody asks for");
        _end(Action.Predeposit, id);
    }

    function prove(uint256 pick) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeProven);
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        if (keyState(at) == IValidatorRegistry.KeyState.Lost) ++returned[id];
        proveKey(at, depositor.freeBuffer() >= 31 ether ? 31 : 0);
        _end(Action.Prove, id);
    }

    /// @dev Most keys are marked by who waited for it.
    function lockOverdue(uint256 pick, uint256 wait) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeLocked);
        if (!found && wait % 4 != 0) {
            skipTime((PREDEPOSIT_DEADLINE * 5) / 4);
            (found, at) = _keyFrom(pick, _mayBeLocked);
        }
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        lockKey(at);
        _end(Action.LockOverdue, id);
    }

    function burnOverdue(uint256 pick, uint256 wait) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeBurnt);
        if (!found && wait % 4 != 0) {
            skipTime(PREDEPOSIT_DEADLINE);
            (found, at) = _keyFrom(pick, _mayBeBurnt);
        }
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        _release(id);
        IBondVault.OverdueLock memory o = bonds.overdueOf(id);
        uint256 part = (uint256(o.shares) + o.keys - 1) / o.keys;
        uint256 value = ledger.getPooledEthByShares(_free(id) + part);
        if (value < 1 ether) missed[id] += 1 ether - value;
        burnKey(at);
        _end(Action.BurnOverdue, id);
    }

    /// @dev As foreign, or as a duplicate of a validator that the test says is there; rarely, or few keys would be left.
    function giveUpForeign(uint256 pick, uint256 how) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeForeign);
        if (!found || how % 4 > 1) return;
        uint256 id = _remember(allKeys[at].operatorId);
        OneKey memory k = allKeys[at];
        bytes32[] memory none = new bytes32[](0);
        bytes32 pubkeyHash = keccak256(k.pubkey);
        if (how % 4 == 0) {
            if (keyState(at) == IValidatorRegistry.KeyState.Lost) ++returned[id];
            validatorRegistry.markDuplicate(id, k.root, 1, pubkeyHash, k.signatureHash, none);
        } else {
            bool wasLost = validatorRegistry.markForeign(id, k.root, 1, pubkeyHash, k.signatureHash, none);
            // what was locked for the key pays what is owed, before the loss of the key is asked for
            _release(id);
            missed[id] += bonds.burn(id, wasLost ? 0 : 1 ether, 0.4 ether, _prover, 0.1 ether);
            _checkConserved(id);
        }
        _end(Action.GiveUpForeign, id);
    }

    function releaseOverdue(uint256 who) external {
        uint256 id = _begin(who);
        uint256 locked = bonds.bondOf(id).locked;
        uint256 shares = _release(id);
        _check(bonds.bondOf(id).locked == locked - shares, "BND-1: what is released is unlocked");
        _check(_unseen(id) == 0, "BND-4: what came back is seen");
        _end(Action.ReleaseOverdue, id);
    }

    function withdraw(uint256 pick) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeWithdrawn);
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        validatorRegistry.advance(
            allKeys[at].validatorIndex,
            IValidatorRegistry.ValidatorState.Withdrawn,
            false
        );
        _end(Action.Withdraw, id);
    }

    /* ACTIONS: faults */

    /// @dev Some locks are of more than any bond.
    function lock(uint256 pick, uint256 amount, bool proven) external {
        (bool found, uint256 at) = _keyFrom(pick, _mayBeFaulty);
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        amount = bound(amount, 0, amount % 8 == 0 ? 300 ether : 5 ether);
        uint256 index = allKeys[at].validatorIndex;
        uint256 uncovered = bonds.lock(id, index, amount, 32e9, proven ? _prover : address(0));
        faulty.push(at);
        if (uncovered > 0) _check(_free(id) < GRAIN, "BND-3: a lock reaches all that is free");
        else
            _check(
                ledger.getPooledEthByShares(bonds.lockOf(index).shares + 2 * GRAIN) >= amount,
                "BND-1: a lock is worth what it is for"
            );
        _end(Action.Lock, id);
    }

    function settle(uint256 pick, uint256 balanceGwei, bool last, uint256 bounty) external {
        (bool found, uint256 at) = _faultFrom(pick);
        if (!found) return;
        uint256 id = _remember(allKeys[at].operatorId);
        uint256 index = allKeys[at].validatorIndex;
        address prover = bonds.lockOf(index).prover;
        uint256 uncovered = bonds.settle(
            index,
            bound(balanceGwei, balanceGwei % 8 == 0 ? 0 : 30e9, 33e9),
            last,
            bound(bounty, 0, 1 ether)
        );
        _settledShort[at] = uncovered;
        if (uncovered > 0) _check(_free(id) == 0, "BND-3: a settlement reaches all that is free");
        _check(bonds.lockOf(index).prover == address(0), "SLA-1: the bounty is paid with the first");
        if (prover == address(0))
            _check(ledger.sharesOf(_prover) == _proversBefore, "SLA-1: the bounty is paid once");
        _checkConserved(id);
        _end(Action.Settle, id);
    }

    function burn(uint256 who, uint256 amount, uint256 bounty) external {
        uint256 id = _begin(who);
        uint256 uncovered = bonds.burn(
            id,
            bound(amount, 0, amount % 8 == 0 ? 300 ether : 3 ether),
            amount % 1 ether,
            _prover,
            bound(bounty, 0, 1 ether)
        );
        missed[id] += uncovered;
        if (uncovered > 0) _check(_free(id) == 0, "BND-3: a penalty reaches all that is free");
        _checkConserved(id);
        _end(Action.Burn, id);
    }

    function hold(uint256 who, uint256 amount) external {
        uint256 id = _begin(who);
        (, uint256 uncovered) = bonds.hold(id, bound(amount, 1, amount % 8 == 0 ? 300 ether : 3 ether));
        if (uncovered > 0) _check(_free(id) == 0, "BND-3: a hold reaches all that is free");
        _end(Action.Hold, id);
    }

    function release(uint256 who, uint256 shares) external {
        uint256 id = _begin(who);
        for (uint256 i = 0; i < OPERATORS && bonds.heldOf(id) == 0; ++i) id = (id % OPERATORS) + 1;
        uint256 held = bonds.heldOf(id);
        if (held == 0) return;
        _remember(id);
        shares = bound(shares, 1, held);
        uint256 free = _free(id);
        bonds.release(id, shares);
        _check(_free(id) == free + shares, "BND-1: what is released is unlocked");
        _end(Action.Release, id);
    }

    function burnHeld(uint256 who, uint256 shares) external {
        uint256 id = _begin(who);
        for (uint256 i = 0; i < OPERATORS && bonds.heldOf(id) == 0; ++i) id = (id % OPERATORS) + 1;
        uint256 held = bonds.heldOf(id);
        if (held == 0) return;
        _remember(id);
        bonds.burnHeld(id, bound(shares, 1, held));
        _checkConserved(id);
        _end(Action.BurnHeld, id);
    }

    /* ACTIONS: the pool */

    function reportGain(uint256 amountGwei) external {
        _remember(0);
        report(int256(bound(amountGwei, 0, 1e9)));
        _end(Action.ReportGain, 0);
    }

    function reportLoss(uint256 amountGwei) external {
        _remember(0);
        uint256 most = neutralReport(currentFrame() + 1).beaconBalanceGwei;
        if (most > 20e9) most = 20e9;
        if (most == 0) return;
        report(-int256(bound(amountGwei, 1, most)));
        _end(Action.ReportLoss, 0);
    }

    function passTime(uint256 duration) external {
        _remember(0);
        skipTime(bound(duration, 1, 30 days));
        _end(Action.PassTime, 0);
    }

    function setRatio(uint256 bp) external {
        _remember(0);
        uint256 old = bonds.bondRatioBp(false);
        if (currentTime() < bonds.nextStepAt("bondRatioBp")) return;
        bonds.setBondRatio(false, bound(bp, old > 413 ? old - 100 : 313, old < 900 ? old + 100 : 1_000));
        _end(Action.SetRatio, 0);
    }

    function gift(uint256 shares) external {
        _remember(0);
        uint256 most = ledger.sharesOf(address(this)) / 64;
        if (most == 0) return;
        shares = bound(shares, 1, most);
        ledger.transferShares(address(bonds), shares);
        gifts += shares;
        _end(Action.Gift, 0);
    }

    function refresh(uint256 who) external {
        uint256 id = _begin(who);
        // votes of a report of this block are not known yet
        skipTime(1);
        allocator.refresh(id);
        _check(allocator.weightOf(id) == bonds.backingOf(id) / GRAIN, "BND-3: what backs stake has weight");
        _end(Action.Refresh, id);
    }

    /* THE END */

    /// @notice All faults end, and all managers ask for what is left, wait and take it. Reverts where anything stops it.
    function unwind() external {
        for (uint256 i = 0; i < faulty.length; ++i) {
            uint256 index = allKeys[faulty[i]].validatorIndex;
            if (bonds.lockOf(index).baseGwei > 0) _settleLast(faulty[i], index);
        }
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            bonds.release(id, bonds.heldOf(id));
            _release(id);
            _check(_unseen(id) == 0, "BND-4: what came back is seen in the end");
            uint256 overdue = bonds.overdueOf(id).shares;
            _check(bonds.bondOf(id).locked == overdue, "BND-1: nothing else is locked in the end");
            asked[id] = bonds.claimableOf(id);
            if (asked[id] == 0) continue;
            vm.prank(managers[id]);
            bonds.requestClaim(id, asked[id]);
        }
        skipTime(CLAIM_DELAY);
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            if (asked[id] == 0) continue;
            vm.prank(managers[id]);
            uint256 paid = bonds.claim(id, managers[id]);
            // as the rate has only risen meanwhile
            _check(paid == asked[id], "BND-3: what is asked for is paid");
            _check(_isBacked(id), "BND-3: and leaves stake backed");
        }
    }

    /* VIEWS */

    function bondAt(
        uint256 id
    ) external view returns (uint256 shares, uint256 locked, uint256 parts, uint256 backing) {
        IBondVault.Bond memory b = bonds.bondOf(id);
        parts = bonds.heldOf(id) + bonds.overdueOf(id).shares;
        for (uint256 i = 0; i < allKeys.length; ++i) {
            if (allKeys[i].operatorId == id && allKeys[i].validatorIndex != 0)
                parts += bonds.lockOf(allKeys[i].validatorIndex).shares;
        }
        return (b.shares, b.locked, parts, bonds.backingOf(id));
    }

    /// @notice What bonds did not cover, as told and by the model: of each operator's lost keys, what was missing less what
    /// the vault has seen come back, if any.
    function uncovered() external view returns (uint256 told, uint256 expected) {
        for (uint256 at = 0; at < allKeys.length; ++at) expected += _settledShort[at];
        for (uint256 id = 1; id <= OPERATORS; ++id) expected += _owed(id);
        return (bonds.totalUncovered(), expected);
    }

    /// @notice Shares that pay what is owed, once the bond is asked for anything.
    function owedShares(uint256 id) external view returns (uint256) {
        uint256 owed = _owed(id);
        return owed == 0 ? 0 : ledger.getSharesByPooledEth(owed) + 1;
    }

    function held() external view returns (uint256) {
        return ledger.sharesOf(address(bonds));
    }

    /// @notice Shares that count in weights that a draw would take, rounded down.
    function weighed() external view returns (uint256 shares) {
        uint256 life = allocator.parameters().weightLife;
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            if (allocator.position(id).refreshedAt + life < currentTime()) continue;
            shares += allocator.weightOf(id) * GRAIN;
        }
    }

    /* INTERNAL */

    function _begin(uint256 who) private returns (uint256) {
        return _remember(1 + (who % OPERATORS));
    }

    /// @dev What stands before an action on one operator.
    function _remember(uint256 id) private returns (uint256) {
        if (id > 0) _release(id);
        for (uint256 other = 1; other <= OPERATORS; ++other) _before[other] = _stateOf(other);
        _bondBefore = bonds.bondOf(id).shares;
        _sharesBefore = ledger.getTotalShares();
        _proversBefore = ledger.sharesOf(_prover);
        return id;
    }

    /// @dev Whenever a bond is asked for anything, what is free of it pays what is owed for lost keys.
    function _release(uint256 id) private returns (uint256 unlocked) {
        uint256 before = bonds.bondOf(id).shares;
        unlocked = bonds.releaseOverdue(id);
        uint256 gone = before - bonds.bondOf(id).shares;
        uint256 back = returned[id] * 1 ether + paidLater[id];
        uint256 owed = missed[id] > back ? missed[id] - back : 0;
        destroyed += gone;
        uint256 value = ledger.getPooledEthByShares(gone);
        paidLater[id] += value < owed ? value : owed;
        _check(value >= owed || _free(id) == 0, "BND-4: what is free pays what is owed");
        _check(value <= owed + 10, "BND-4: and no more");
    }

    function _owed(uint256 id) private view returns (uint256) {
        uint256 back = (returned[id] - _unseen(id)) * 1 ether + paidLater[id];
        return missed[id] > back ? missed[id] - back : 0;
    }

    function _settleLast(uint256 at, uint256 index) private {
        _release(allKeys[at].operatorId);
        _settledShort[at] = bonds.settle(index, 33e9, true, 0);
    }

    function _end(Action action, uint256 id) private {
        for (uint256 other = 1; other <= OPERATORS; ++other) {
            if (other != id) _check(_stateOf(other) == _before[other], "BND-2: another bond was touched");
        }
        ++done[action];
    }

    /// @dev All that the vault knows of an operator.
    function _stateOf(uint256 id) private view returns (bytes32 state) {
        state = keccak256(
            abi.encode(bonds.bondOf(id), bonds.overdueOf(id), bonds.heldOf(id), bonds.claimRequestOf(id))
        );
        for (uint256 i = 0; i < allKeys.length; ++i) {
            if (allKeys[i].operatorId == id && allKeys[i].validatorIndex != 0)
                state = keccak256(abi.encode(state, bonds.lockOf(allKeys[i].validatorIndex)));
        }
    }

    /// @dev What left the bond was burnt, or paid to the prover.
    function _checkConserved(uint256 id) private {
        uint256 gone = _bondBefore - bonds.bondOf(id).shares;
        destroyed += gone;
        uint256 burnt = _sharesBefore - ledger.getTotalShares();
        _check(
            gone == burnt + ledger.sharesOf(_prover) - _proversBefore,
            "BND-1: what leaves a bond is burnt or paid"
        );
    }

    function _claim(uint256 id) private {
        _release(id);
        uint256 claimable = bonds.claimableOf(id);
        if (claimable == 0) _expectNeeded(id, asked[id], 0);
        uint256 paid = bonds.claim(id, managers[id]);
        if (claimable == 0) return;
        _check(paid == (asked[id] < claimable ? asked[id] : claimable), "BND-3: paid as asked for, or cut");
        _check(uint256(bonds.bondOf(id).shares) == _bondBefore - paid, "BND-1: what is paid leaves the bond");
        _check(_isBacked(id), "BND-3: a claim leaves stake backed");
        asked[id] = 0;
        _end(Action.Claim, id);
    }

    function _free(uint256 id) private view returns (uint256) {
        IBondVault.Bond memory b = bonds.bondOf(id);
        return b.shares - b.locked;
    }

    /// @dev Lost keys that came back, which the vault was not told of yet.
    function _unseen(uint256 id) private view returns (uint256) {
        return bonds.overdueOf(id).lostKeys - validatorRegistry.stakeOf(id).lostKeys;
    }

    function _isBacked(uint256 id) private view returns (bool) {
        try bonds.requireBacked(id) {
            return true;
        } catch {
            return false;
        }
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _expectNeeded(uint256 id, uint256 shares, uint256 claimable) private {
        vm.expectRevert(abi.encodeWithSelector(IBondVault.SharesNeeded.selector, id, shares, claimable));
    }

    /* INTERNAL: keys */

    function _keyFrom(
        uint256 pick,
        function(uint256) view returns (bool) fits
    ) private view returns (bool found, uint256 at) {
        for (uint256 i = 0; i < allKeys.length && !found; ++i) {
            at = ((pick % allKeys.length) + i) % allKeys.length;
            found = fits(at);
        }
    }

    function _faultFrom(uint256 pick) private view returns (bool found, uint256 at) {
        for (uint256 i = 0; i < faulty.length && !found; ++i) {
            at = faulty[((pick % faulty.length) + i) % faulty.length];
            found = bonds.lockOf(allKeys[at].validatorIndex).baseGwei > 0;
        }
    }

    function _mayBeProven(uint256 at) internal view returns (bool) {
        IValidatorRegistry.KeyState state = keyState(at);
        if (state == IValidatorRegistry.KeyState.Lost) return backsAnother(allKeys[at].operatorId);
        return
            state == IValidatorRegistry.KeyState.Predeposited || state == IValidatorRegistry.KeyState.Overdue;
    }

    function _mayBeLocked(uint256 at) internal view returns (bool overdue) {
        if (keyState(at) == IValidatorRegistry.KeyState.Predeposited) (overdue, ) = isKeyOverdue(at);
    }

    function _mayBeBurnt(uint256 at) internal view returns (bool lost) {
        if (keyState(at) == IValidatorRegistry.KeyState.Overdue) (, lost) = isKeyOverdue(at);
    }

    function _mayBeForeign(uint256 at) internal view returns (bool) {
        IValidatorRegistry.KeyState state = keyState(at);
        return
            state == IValidatorRegistry.KeyState.Predeposited ||
            state == IValidatorRegistry.KeyState.Overdue ||
            state == IValidatorRegistry.KeyState.Lost;
    }

    function _mayBeWithdrawn(uint256 at) internal view returns (bool) {
        uint40 index = allKeys[at].validatorIndex;
        if (index == 0) return false;
        return validatorRegistry.validator(index).state != IValidatorRegistry.ValidatorState.Withdrawn;
    }

    function _mayBeFaulty(uint256 at) internal view returns (bool) {
        uint40 index = allKeys[at].validatorIndex;
        return index != 0 && bonds.lockOf(index).baseGwei == 0;
    }
}

/// @notice Bonds under any sequence of what managers, faults and reports may do. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract BondsInvariantTest is RandomWalk {
    uint256 private constant ACTIONS = uint256(type(BondsHandler.Action).max) + 1;
    uint256 private constant OPERATORS = 3;

    BondsHandler private handler;

    function setUp() public {
        handler = new BondsHandler();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    function _actions() private view returns (bytes4[] memory actions) {
        actions = new bytes4[](ACTIONS);
        actions[0] = handler.deposit.selector;
        actions[1] = handler.depositShares.selector;
        actions[2] = handler.requestClaim.selector;
        actions[3] = handler.cancelClaim.selector;
        actions[4] = handler.claim.selector;
        actions[5] = handler.predeposit.selector;
        actions[6] = handler.prove.selector;
        actions[7] = handler.lockOverdue.selector;
        actions[8] = handler.burnOverdue.selector;
        actions[9] = handler.giveUpForeign.selector;
        actions[10] = handler.releaseOverdue.selector;
        actions[11] = handler.lock.selector;
        actions[12] = handler.settle.selector;
        actions[13] = handler.burn.selector;
        actions[14] = handler.hold.selector;
        actions[15] = handler.release.selector;
        actions[16] = handler.burnHeld.selector;
        actions[17] = handler.withdraw.selector;
        actions[18] = handler.reportGain.selector;
        actions[19] = handler.reportLoss.selector;
        actions[20] = handler.passTime.selector;
        actions[21] = handler.setRatio.selector;
        actions[22] = handler.gift.selector;
        actions[23] = handler.refresh.selector;
    }

    /* INVARIANTS */

    function invariant_BND1_LocksAreWithinTheBonds() public view {
        uint256 sum = handler.gifts();
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            (uint256 shares, uint256 locked, uint256 parts, ) = handler.bondAt(id);
            assertLe(locked, shares, "BND-1: locked within the bond");
            assertEq(locked, parts, "BND-1: what is locked is the sum of all locks");
            sum += shares;
        }
        assertGe(handler.held(), sum, "BND-1: the vault holds all bonds");
        // a deposit of ether brings parts of a share that no bond counts
        assertLe(
            handler.held(),
            sum + handler.done(BondsHandler.Action.Deposit) + OPERATORS,
            "BND-1: no more"
        );
    }

    function invariant_BND3_WhatIsAskedForBacksNothing() public view {
        uint256 sum = handler.destroyed();
        for (uint256 id = 1; id <= OPERATORS; ++id) {
            (uint256 shares, uint256 locked, , uint256 backing) = handler.bondAt(id);
            uint256 asked = handler.asked(id);
            uint256 taken = asked + handler.owedShares(id);
            uint256 free = shares - locked;
            assertEq(backing, free > taken ? free - taken : 0, "BND-3: the rest backs");
            sum += shares;
        }
        assertLe(handler.weighed(), sum, "BND-3: no share has weight twice");
    }

    function invariant_BND4_UncoveredIsWhatIsMissingInTheEnd() public view {
        (uint256 told, uint256 expected) = handler.uncovered();
        assertEq(told, expected, "BND-4: what bonds had to pay, did not, and is not back");
    }

    /// @dev BND-2 among them.
    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /// @dev At the end of every run everybody leaves with what no stake needs.
    function afterInvariant() public {
        handler.unwind();
        assertEq(handler.broken(), "", "the unwinding");
        invariant_BND1_LocksAreWithinTheBonds();
        invariant_BND4_UncoveredIsWhatIsMissingInTheEnd();
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.deposit(0, 5 ether);
        handler.depositShares(1, 2 ether);
        for (uint256 i = 0; i < 6; ++i) handler.predeposit(i);
        handler.refresh(0);
        handler.requestClaim(0, 1 ether);
        handler.cancelClaim(0);
        _checkAll();
        handler.requestClaim(0, 2 ether);
        handler.requestClaim(1, 1 ether);
        handler.gift(1 ether);
        _checkAll();
        // too early, then in time
        handler.claim(0, 0);
        assertEq(handler.done(BondsHandler.Action.Claim), 0, "too early");
        handler.claim(0, 1);
        handler.deposit(1, 2 ether);
        handler.refresh(1);
        handler.refresh(2);
        _checkAll();
        handler.lockOverdue(0, 1);
        handler.lockOverdue(1, 1);
        handler.prove(0);
        handler.releaseOverdue(0);
        handler.burnOverdue(1, 1);
        _checkAll();
        handler.prove(2);
        handler.prove(3);
        handler.lock(0, 4 ether + 1, true);
        handler.lock(2, 1 ether + 1, true);
        handler.settle(0, 31e9 + 1, false, 0.01 ether);
        handler.settle(2, 31e9 + 1, true, 0.01 ether);
        handler.settle(0, 30e9 + 1, true, 0.01 ether);
        _checkAll();
        handler.burn(1, 1 ether + 1, 0.1 ether);
        handler.hold(2, 2 ether + 1);
        handler.release(2, 1 ether);
        handler.burnHeld(2, 0.5 ether);
        _checkAll();
        handler.reportGain(1e7);
        handler.setRatio(600);
        handler.reportLoss(5e9);
        handler.passTime(1 days);
        handler.withdraw(0);
        handler.giveUpForeign(4, 1);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(BondsHandler.Action(i)), 0, vm.toString(i));
        }
        afterInvariant();
    }

    /// @dev Two keys of a bond that is held in full are lost; one comes back, one is shown to be foreign.
    function test_handler_WhatWasMissingComesBack() public {
        for (uint256 i = 0; i < 5; ++i) handler.predeposit(i);
        // of the second operator, whose keys are the second and the fifth
        handler.hold(1, 240 ether);
        handler.lockOverdue(1, 1);
        handler.lockOverdue(4, 1);
        handler.burnOverdue(1, 1);
        handler.burnOverdue(4, 1);
        assertEq(handler.missed(2), 2 ether, "two are missing");
        _checkAll();
        handler.release(1, 0.25 ether);
        handler.releaseOverdue(1);
        assertGt(handler.paidLater(2), 0, "a part is paid as soon as it is free");
        assertLt(handler.paidLater(2), 0.3 ether, "no more than is free");
        _checkAll();
        handler.release(1, 20 ether);
        handler.releaseOverdue(1);
        uint256 paid = handler.paidLater(2);
        assertGt(paid, 0.3 ether, "and more of it");
        handler.deposit(1, 20 ether);
        handler.prove(1);
        handler.giveUpForeign(4, 1);
        assertEq(handler.returned(2), 1, "one came back");
        _checkAll();
        (uint256 told, ) = handler.uncovered();
        assertLt(told, 1 ether, "the other is paid, in part or in all");
        afterInvariant();
    }

    /// @dev What chance reaches: each action succeeds often, and nothing breaks on the way.
    function test_handler_ARandomWalkReachesAll() public {
        walk(address(handler), _actions(), 400);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(BondsHandler.Action(i)), 0, vm.toString(i));
        }
    }

    function _checkAll() private view {
        invariant_BND1_LocksAreWithinTheBonds();
        invariant_BND3_WhatIsAskedForBacksNothing();
        invariant_BND4_UncoveredIsWhatIsMissingInTheEnd();
        invariant_Rules_HoldInsideActions();
    }
}
