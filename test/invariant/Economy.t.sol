// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IInstantExit} from "../../contracts/interfaces/IInstantExit.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {Report} from "../../contracts/types/Report.sol";
import {BondedOperators} from "../utils/BondedOperators.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";

/// @notice Two accounts of eve, who is also the first operator, and two honest holders. She does all she can around reports,
/// losses, burns and gifts; her validators are slashed when she likes. A ghost ledger knows, for each second, what dripped
/// on what each side had in.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract EconomyHandler is BondedOperators {
    enum Action {
        Stake,
        Transfer,
        Wrap,
        Unwrap,
        Request,
        TransferTicket,
        Claim,
        ExitAtOnce,
        ExitRefused,
        InAndOut,
        AddValidator,
        AddBond,
        SlashCovered,
        SlashUncovered,
        Settle,
        BurnBond,
        Gift,
        Skim,
        ReportGain,
        ReportQuiet,
        Park,
        PassTime
    }

    /// @dev Eve's side, and the honest one.
    uint256 private constant EVE = 0;
    uint256 private constant HONEST = 1;
    uint256 private constant EVES_OPERATOR = 1;
    uint256 private constant BP = 10_000;
    uint256 private constant MAX_VALIDATORS = 8;

    uint256 public calls;
    mapping(Action => uint256) public tried;
    mapping(Action => uint256) public done;
    string public broken;

    /// @dev Two accounts of each side, eve's first.
    address[4] public accounts;
    uint256[][2] private _tickets;

    /// @dev The ghost ledger, in wei: what each side had at first, what dripped on it, what reports took from it, and what
    /// it paid: fees, gifts, and for eve burnt bond.
    uint256[2] public started;
    uint256[2] public dripped;
    uint256[2] public lost;
    uint256[2] public paid;

    /// @dev The beacon chain: validators by their key, and what they earned and have not paid out, in gwei.
    uint256[] private _balances;
    uint256[] private _booked;
    uint256 private _earned;
    /// @dev What it lost since the last report, in wei.
    uint256 public unbooked;
    /// @dev The last ticket that a report has finalised.
    uint256 private _lastNamed;

    constructor() payable {
        setUp();
        authority.grantRole(Roles.ACCOUNTING, address(this));
        authority.grantRole(Roles.EXIT_HOLDER, address(this));
        accounts = [makeAddr("eve"), makeAddr("eve's other"), makeAddr("alice"), makeAddr("bob")];
        for (uint256 i = 0; i < 4; ++i) {
            vm.deal(accounts[i], 2_000 ether);
            vm.startPrank(accounts[i]);
            ledger.stake{value: i < 2 ? 60 ether : 200 ether}(address(0));
            ledger.approve(address(wrapper), type(uint256).max);
            ledger.approve(address(queue), type(uint256).max);
            ledger.approve(address(instantExit), type(uint256).max);
            wrapper.approve(address(instantExit), type(uint256).max);
            vm.stopPrank();
        }
        vm.prank(accounts[0]);
        bonds.deposit{value: 10 ether}(EVES_OPERATOR);
        bonds.deposit{value: 10 ether}(2);
        bonds.deposit{value: 2 ether}(3);
        for (uint256 side = 0; side < 2; ++side) started[side] = valueOf(side);
    }

    /// @dev In one moment no rate moves: it neither falls by an action, nor rises by more than a rounding (ECO-2, TOK-3).
    modifier still(Action action) {
        ++calls;
        ++tried[action];
        uint256 before = _rate();
        _;
        uint256 rate = _rate();
        _check(rate >= before, "TOK-3: an action lowered the rate");
        _check(rate <= before + 1e9, "ECO-2: an action raised the rate at once");
    }

    /* HOLDERS */

    function stake(uint256 who, uint256 amount) external still(Action.Stake) {
        address account = accounts[who % 4];
        amount = bound(amount, 1 gwei, 50 ether);
        if (amount > account.balance) return;
        vm.prank(account);
        ledger.stake{value: amount}(address(0));
        ++done[Action.Stake];
    }

    function transfer(uint256 who, uint256 amount, bool wrapped) external still(Action.Transfer) {
        address from = accounts[who % 4];
        address to = accounts[(who % 4) ^ 1];
        uint256 balance = wrapped ? wrapper.balanceOf(from) : ledger.balanceOf(from);
        if (balance < 1 gwei) return;
        amount = bound(amount, 1, balance);
        vm.prank(from);
        if (wrapped) wrapper.transfer(to, amount);
        else ledger.transfer(to, amount);
        ++done[Action.Transfer];
    }

    function wrap(uint256 who, uint256 amount) external still(Action.Wrap) {
        address account = accounts[who % 4];
        uint256 balance = ledger.balanceOf(account);
        if (balance < 1 gwei) return;
        vm.prank(account);
        wrapper.deposit(bound(amount, 1 gwei, balance), account);
        ++done[Action.Wrap];
    }

    function unwrap(uint256 who, uint256 amount) external still(Action.Unwrap) {
        address account = accounts[who % 4];
        uint256 shares = wrapper.balanceOf(account);
        if (shares < 1 gwei) return;
        vm.prank(account);
        wrapper.redeem(bound(amount, 1 gwei, shares), account, account);
        ++done[Action.Unwrap];
    }

    function request(uint256 who, uint256 amount) external still(Action.Request) {
        address account = accounts[who % 4];
        uint256 balance = ledger.balanceOf(account);
        if (balance < 0.001 ether) return;
        vm.prank(account);
        _tickets[(who % 4) / 2].push(queue.request(bound(amount, 0.0005 ether, balance / 2), account));
        ++done[Action.Request];
    }

    function transferTicket(uint256 side, uint256 pick) external still(Action.TransferTicket) {
        (bool found, uint256 id, address owner) = _ticketOf(side % 2, pick, false);
        if (!found) return;
        address to = accounts[(side % 2) * 2];
        if (to == owner) to = accounts[(side % 2) * 2 + 1];
        vm.prank(owner);
        queue.transferFrom(owner, to, id);
        ++done[Action.TransferTicket];
    }

    function claim(uint256 side, uint256 pick) external still(Action.Claim) {
        side %= 2;
        (bool found, uint256 id, address owner) = _ticketOf(side, pick, true);
        if (!found) {
            side = 1 - side;
            (found, id, owner) = _ticketOf(side, pick, true);
        }
        if (!found) return;
        vm.prank(owner);
        queue.claim(id);
        uint256[] storage ids = _tickets[side];
        for (uint256 i = 0; i < ids.length; ++i) if (ids[i] == id) ids[i] = ids[ids.length - 1];
        ids.pop();
        ++done[Action.Claim];
    }

    /// @dev Where the way is closed it is refused, by the reason that the model gives.
    function exitAtOnce(uint256 who, uint256 amount, bool wrapped) external still(Action.ExitAtOnce) {
        address account = accounts[who % 4];
        if (wrapped && wrapper.balanceOf(account) < 0.001 ether) wrapped = false;
        uint256 balance = ledger.balanceOf(account);
        if (wrapped) balance = wrapper.convertToAssets(wrapper.balanceOf(account));
        bytes4 why = _closed();
        if (why != 0) {
            ++tried[Action.ExitRefused];
            if (balance < 0.001 ether) return;
            vm.prank(account);
            vm.expectPartialRevert(why);
            if (wrapped) instantExit.exitWrapped(0.0001 ether, 0, account);
            else instantExit.exit(0.0001 ether, 0, account);
            ++done[Action.ExitRefused];
            return;
        }
        uint256 most = _least(balance, _room());
        if (most < 1 gwei) return;
        _exit(who % 4, bound(amount, 1 gwei, most), wrapped);
        ++done[Action.ExitAtOnce];
    }

    /// @dev Eve stakes, a report books a gain in the same block, and she leaves at once.
    function inAndOut(uint256 amount, uint256 gain) external {
        _begin(Action.InAndOut);
        address eve = accounts[0];
        _warp(GENESIS_TIME + (currentFrame() + 1) * FRAME_SECONDS + 1 hours);
        if (eve.balance < 1 gwei) return;
        amount = bound(amount, 1 gwei, _least(eve.balance, 20 ether));
        uint256 before = eve.balance;
        vm.prank(eve);
        ledger.stake{value: amount}(address(0));
        _earned += _gain(gain);
        _book(currentFrame());
        // a loss may have come with the gain
        amount = _least(amount, ledger.balanceOf(eve));
        if (_closed() != 0 || amount > _room()) return;
        _exit(0, amount, false);
        _check(eve.balance <= before - amount / 1_000, "ECO-1: in and out around a report costs the fee");
        ++done[Action.InAndOut];
    }

    /* OPERATORS */

    function addValidator(uint256 who) external still(Action.AddValidator) {
        uint256 id = (who % OPERATORS) + 1;
        // some is left for those who leave
        if (depositor.freeBuffer() < 64 ether || _balances.length == MAX_VALIDATORS) return;
        if (!backsAnother(id)) {
            address payer = id == EVES_OPERATOR ? accounts[0] : address(this);
            if (payer.balance < 2 ether) return;
            vm.prank(payer);
            bonds.deposit{value: 2 ether}(id);
        }
        if (!backsAnother(id)) return;
        predepositKey(id);
        proveKey(allKeys.length - 1, 31);
        _balances.push(32e9);
        _booked.push(32e9);
        ++done[Action.AddValidator];
    }

    function addBond(uint256 amount) external still(Action.AddBond) {
        amount = bound(amount, 1 gwei, 5 ether);
        if (amount > accounts[0].balance) return;
        vm.prank(accounts[0]);
        bonds.deposit{value: amount}(EVES_OPERATOR);
        ++done[Action.AddBond];
    }

    /// @dev A loss that does not hold exits: what bonds cover, or too little to tell. Together less than the base fee.
    function slashCovered(uint256 pick, uint256 amount) external still(Action.SlashCovered) {
        uint256 most = (ledger.getTotalPooledEther() * 9) / BP;
        if (_balances.length == 0 || unbooked + 1 gwei > most) return;
        _slash(pick % _balances.length, bound(amount, 1, (most - unbooked) / 1 gwei), 0);
        ++done[Action.SlashCovered];
    }

    /// @dev A proof of a loss that no bond covers: exits are held from then on.
    function slashUncovered(uint256 pick, uint256 amount) external still(Action.SlashUncovered) {
        // a report takes a loss of 5 %
        if (_balances.length == 0 || (unbooked + 3 ether) * 25 > ledger.getTotalPooledEther()) return;
        uint256 at = pick % _balances.length;
        if (_isLocked(at)) return;
        uint256 bond = ledger.getPooledEthByShares(bonds.bondOf(allKeys[at].operatorId).shares);
        _slash(at, bound(amount, 1e8, 3e9), bond + 2 ether);
        _check(_closed() != 0, "SLA-2: exits are held");
        ++done[Action.SlashUncovered];
    }

    /// @dev Burns the bond for what a report has booked.
    function settle(uint256 pick, uint256 how) external still(Action.Settle) {
        uint256 count = _balances.length;
        for (uint256 i = 0; i < count; ++i) {
            uint256 at = ((pick % count) + i) % count;
            if (!_isLocked(at)) continue;
            uint256 before = valueOf(EVE);
            bonds.settle(allKeys[at].validatorIndex, _booked[at], how % 4 == 0, 0);
            _payFor(EVE, before);
            ++done[Action.Settle];
            return;
        }
    }

    /// @dev For a fault that is burnt at once. Its bounty goes to the first honest holder: no bond is a way out.
    function burnBond(uint256 who, uint256 amount) external still(Action.BurnBond) {
        uint256 before = valueOf(EVE);
        bonds.burn((who % OPERATORS) + 1, bound(amount, 1 gwei, 0.5 ether), 0, address(this), 0);
        _payFor(EVE, before);
        ++done[Action.BurnBond];
    }

    /* ETHER THAT COMES PAST ALL FUNCTIONS */

    function gift(uint256 amount, uint256 to) external still(Action.Gift) {
        amount = bound(amount, 1, 1 ether);
        address eve = accounts[1];
        if (amount > eve.balance) return;
        address[3] memory targets = [address(ledger), address(rewardsVault), address(withdrawalVault)];
        address target = targets[to % 3];
        vm.deal(eve, eve.balance - amount);
        vm.deal(target, target.balance + amount);
        paid[EVE] += amount;
        ++done[Action.Gift];
    }

    /// @dev What validators earned comes to the vault.
    function skim(uint256 amount) external still(Action.Skim) {
        if (_earned == 0) return;
        amount = bound(amount, 1, _earned);
        _earned -= amount;
        vm.deal(address(withdrawalVault), address(withdrawalVault).balance + amount * 1 gwei);
        ++done[Action.Skim];
    }

    /* REPORTS AND TIME */

    function reportGain(uint256 amount, uint256 skip) external {
        _begin(Action.ReportGain);
        _earned += _gain(amount);
        _report(skip);
        ++done[Action.ReportGain];
    }

    function reportQuiet(uint256 skip) external {
        _begin(Action.ReportQuiet);
        _report(skip);
        ++done[Action.ReportQuiet];
    }

    function park() external still(Action.Park) {
        queue.suspend();
        ++done[Action.Park];
    }

    function passTime(uint256 duration) external {
        _begin(Action.PassTime);
        _warp(currentTime() + bound(duration, 1, 12 hours));
        ++done[Action.PassTime];
    }

    /* VIEWS */

    /// @notice Ether, shares at the rate of now, bond, and what is set aside for tickets, in wei.
    function valueOf(uint256 side) public view returns (uint256 value) {
        uint256 aside = 0;
        uint256[] storage ids = _tickets[side];
        for (uint256 i = 0; i < ids.length; ++i) {
            if (queue.ticket(ids[i]).finalized) aside += queue.claimable(ids[i]);
        }
        value = accounts[2 * side].balance + accounts[2 * side + 1].balance + aside;
        value += ledger.getPooledEthByUnits(unitsOf(side));
    }

    /// @notice Units that earn: held, wrapped, behind tickets, and of eve's bond.
    function unitsOf(uint256 side) public view returns (uint256 units) {
        for (uint256 i = 2 * side; i < 2 * side + 2; ++i) {
            units += ledger.unitsOf(accounts[i]) + wrapper.balanceOf(accounts[i]) * 1e6;
        }
        if (side == EVE) units += uint256(bonds.bondOf(EVES_OPERATOR).shares) * 1e6;
        uint256[] storage ids = _tickets[side];
        for (uint256 i = 0; i < ids.length; ++i) {
            if (!queue.ticket(ids[i]).finalized) units += queue.ticket(ids[i]).shares * 1e6;
        }
    }

    function expectedOf(uint256 side) external view returns (uint256) {
        return started[side] + dripped[side] - lost[side] - paid[side];
    }

    /* INTERNAL */

    function firstCooldown() internal pure override returns (uint256) {
        return 6 hours;
    }

    /// @dev The largest bucket.
    function instantParameters() internal pure override returns (IInstantExit.Parameters memory) {
        return IInstantExit.Parameters({bucketBp: 500, baseFeeBp: 10, slopeBp: 100});
    }

    function _begin(Action action) private {
        ++calls;
        ++tried[action];
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _payFor(uint256 side, uint256 before) private {
        uint256 later = valueOf(side);
        if (later < before) paid[side] += before - later;
    }

    /// @dev It costs the base fee at least, slope and base at most, and more than what is lost and not booked yet.
    function _exit(uint256 who, uint256 amount, bool wrapped) private {
        uint256 pooled = ledger.getTotalPooledEther();
        uint256 before = valueOf(who / 2);
        uint256 shares = ledger.getSharesByPooledEth(amount);
        uint256 value = ledger.getPooledEthByShares(shares);
        address account = accounts[who];
        vm.prank(account);
        uint256 got = wrapped
            ? instantExit.exitWrapped(shares, 0, account)
            : instantExit.exit(amount, 0, account);
        _payFor(who / 2, before);
        _check(got <= value - value / 1_000, "ECO-1: the base fee at least");
        _check(got + 3 >= value - (value * 11) / 1_000, "ECO-1: base and slope at most");
        _check(
            value - got >= (value * unbooked) / pooled,
            "ECO-1: leaving ahead of a loss costs more than it saves"
        );
        _check(
            address(ledger).balance >= ledger.balanceOf(address(queue)),
            "POOL-2: what tickets ask for stays"
        );
    }

    /// @dev What an exit may take now.
    function _room() private view returns (uint256) {
        (uint256 used, uint256 capacity) = instantExit.bucket();
        return _least(used < capacity ? capacity - used : 0, instantExit.freeBuffer());
    }

    /// @dev By the model: parked, old, or held by a proof that no report has booked.
    function _closed() private view returns (bytes4) {
        if (queue.isSuspended()) return IInstantExit.ReportParked.selector;
        uint256 refTime = GENESIS_TIME + ledger.lastReportFrame() * FRAME_SECONDS;
        if (currentTime() > refTime + 36 hours) return IInstantExit.ReportTooOld.selector;
        (uint256 heldAt, ) = queue.heldUntil();
        return heldAt >= refTime ? IInstantExit.ExitsHeld.selector : bytes4(0);
    }

    /// @dev As the slashing oracle does it: a lock of what may be lost, and a hold of exits where bonds fall short.
    function _slash(uint256 at, uint256 lossGwei, uint256 provision) private {
        uint256 base = _balances[at];
        if (lossGwei > base) lossGwei = base;
        _balances[at] = base - lossGwei;
        unbooked += lossGwei * 1 gwei;
        if (!_isLocked(at) && base > 0) {
            bonds.lock(
                allKeys[at].operatorId,
                allKeys[at].validatorIndex,
                provision > 0 ? provision : lossGwei * 1 gwei,
                base,
                address(0)
            );
        }
        uint256 refTime = GENESIS_TIME + ledger.lastReportFrame() * FRAME_SECONDS;
        if (bonds.uncoveredSince(refTime) * BP > ledger.getTotalPooledEther() * 5) queue.hold();
    }

    function _isLocked(uint256 at) private view returns (bool) {
        return bonds.lockOf(allKeys[at].validatorIndex).baseGwei > 0;
    }

    /// @dev Up to twice what a frame may book.
    function _gain(uint256 amount) private view returns (uint256) {
        return bound(amount, 1, (2 * ledger.getTotalPooledEther() * 1_500) / (365 * 10_000 gwei) + 1);
    }

    /// @dev Time goes by: what drips meanwhile belongs to who has shares.
    function _warp(uint256 time) private {
        uint256 before = ledger.getTotalPooledEther();
        vm.warp(time);
        uint256 drip = ledger.getTotalPooledEther() - before;
        for (uint256 side = 0; side < 2; ++side)
            dripped[side] += (drip * unitsOf(side)) / ledger.totalUnits();
    }

    function _report(uint256 skip) private {
        uint256 frame = currentFrame() + 1 + (skip % 8 == 0 ? 1 : 0);
        _warp(GENESIS_TIME + frame * FRAME_SECONDS + 1 hours);
        _book(frame);
    }

    function _book(uint256 frame) private {
        IStakedEther.Books memory b = ledger.booksAt(frame);
        Report memory r;
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        uint256 balance = _earned;
        for (uint256 i = 0; i < _balances.length; ++i) balance += (_booked[i] = _balances[i]);
        r.beaconBalanceGwei = uint64(balance);
        r.withdrawalsReceived = uint128(address(withdrawalVault).balance + b.sweptWithdrawals);
        r.rewardsReceived = uint128(address(rewardsVault).balance + b.sweptRewards);
        r.lastTicketId = uint64(_lastPayable(frame));
        unbooked = 0;

        uint256[2] memory before = [valueOf(EVE), valueOf(HONEST)];
        uint256 rate = _rate();
        bool loses = _changeOf(b, r) < 0;
        book(r);
        if (r.lastTicketId > 0 && queue.ticket(r.lastTicketId).finalized) _lastNamed = r.lastTicketId;
        for (uint256 side = 0; side < 2; ++side) {
            uint256 later = valueOf(side);
            if (later < before[side]) lost[side] += before[side] - later;
        }
        _check(_rate() <= rate + 1e9, "ECO-2: a report raised the rate at once");
        if (!loses) _check(_rate() >= rate, "TOK-3: a report without a loss lowered the rate");
    }

    /// @dev The last ticket that is ready, and that the buffer pays whole: parts are another suite's.
    function _lastPayable(uint256 frame) private view returns (uint256 id) {
        uint256 refTime = GENESIS_TIME + frame * FRAME_SECONDS;
        uint256 shares = 0;
        id = _lastNamed;
        for (uint256 next = id + 1; next <= queue.lastTicketId(); ++next) {
            if (queue.ticket(next).readyAt > refTime) break;
            shares += queue.ticket(next).shares;
            if (ledger.getPooledEthByShares(shares) > address(ledger).balance) break;
            id = next;
        }
    }

    function _changeOf(IStakedEther.Books memory b, Report memory r) private pure returns (int256) {
        return
            int256(uint256(r.beaconBalanceGwei) * 1 gwei + r.withdrawalsReceived + r.rewardsReceived) -
            int256(b.depositedGwei * 1 gwei) -
            b.profit;
    }

    /// @dev A ticket of that side, from `pick` on; those that were claimed are forgotten.
    function _ticketOf(
        uint256 side,
        uint256 pick,
        bool finalized
    ) private view returns (bool found, uint256 id, address owner) {
        uint256[] storage ids = _tickets[side];
        for (uint256 i = 0; i < ids.length; ++i) {
            id = ids[((pick % ids.length) + i) % ids.length];
            owner = queue.ownerOf(id);
            if (!finalized || queue.ticket(id).finalized) return (true, id, owner);
        }
    }

    /// @dev Wei per 1e27 shares.
    function _rate() private view returns (uint256) {
        return (ledger.getTotalPooledEther() * 1e33) / ledger.totalUnits();
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }
}

/// @notice ECO-1: no sequence of stake, transfer, wrap, request, exit at once and claim earns more than the drip of the
/// seconds its ether was in, plus rounding dust. No action may revert. hardhat-config: invariant.failOnRevert = true
contract EconomyInvariantTest is RandomWalk {
    uint256 private constant ACTIONS = uint256(type(EconomyHandler.Action).max) + 1;

    EconomyHandler private handler;
    bytes4[] private actions;

    function setUp() public {
        handler = new EconomyHandler();
        vm.deal(address(handler), 1_000_000 ether);
        actions = [
            handler.stake.selector,
            handler.transfer.selector,
            handler.wrap.selector,
            handler.unwrap.selector,
            handler.request.selector,
            handler.transferTicket.selector,
            handler.claim.selector,
            handler.exitAtOnce.selector,
            handler.inAndOut.selector,
            handler.addValidator.selector,
            handler.addBond.selector,
            handler.slashCovered.selector,
            handler.slashUncovered.selector,
            handler.settle.selector,
            handler.burnBond.selector,
            handler.gift.selector,
            handler.skim.selector,
            handler.reportGain.selector,
            handler.reportQuiet.selector,
            handler.park.selector,
            handler.passTime.selector
        ];
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /* INVARIANTS */

    /// @dev A few wei a call for roundings.
    function invariant_ECO1_EveEarnsTheDripAndNoMore() public view {
        assertLe(handler.valueOf(0), handler.expectedOf(0) + dust(), "ECO-1: not more");
    }

    /// @dev Nor does anything that she does take from others.
    function invariant_ECO1_TheHonestEarnTheDripAndNoLess() public view {
        assertGe(handler.valueOf(1) + dust(), handler.expectedOf(1), "ECO-1: not less");
        assertLe(handler.valueOf(1), handler.expectedOf(1) + dust(), "ECO-1: not more");
    }

    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    function afterInvariant() public view {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            EconomyHandler.Action action = EconomyHandler.Action(i);
            if (rare(action)) continue;
            if (handler.tried(action) >= 12) assertGt(handler.done(action), 0, vm.toString(i));
        }
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the ghost ledger follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.addValidator(0);
        handler.addValidator(1);
        handler.addValidator(2);
        handler.stake(0, 10 ether);
        handler.transfer(0, 5 ether, false);
        handler.wrap(1, 8 ether);
        handler.unwrap(1, 2 ether);
        handler.transfer(1, 1 ether, true);
        handler.request(0, 3 ether);
        handler.request(2, 4 ether);
        handler.transferTicket(0, 0);
        handler.addBond(1 ether);
        handler.exitAtOnce(0, 2 ether, false);
        handler.exitAtOnce(1, 2 ether, true);
        handler.exitAtOnce(3, 2 ether, false);
        handler.passTime(7 hours);
        checkAll();
        handler.reportGain(1e8, 1);
        checkAll();
        handler.claim(0, 0);
        handler.claim(1, 0);
        handler.inAndOut(5 ether, 1e8);
        checkAll();
        handler.slashCovered(0, 1e8);
        handler.exitAtOnce(0, 2 ether, false);
        handler.slashUncovered(2, 2e9);
        handler.exitAtOnce(0, 2 ether, false);
        handler.gift(0.5 ether, 0);
        handler.gift(0.5 ether, 1);
        checkAll();
        handler.reportQuiet(1);
        handler.settle(0, 0);
        handler.settle(1, 1);
        handler.burnBond(0, 0.5 ether);
        handler.skim(1e7);
        handler.park();
        handler.exitAtOnce(2, 1 ether, false);
        handler.reportGain(1e8, 0);
        handler.passTime(12 hours);
        checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(EconomyHandler.Action(i)), 0, vm.toString(i));
        }
        for (uint256 side = 0; side < 2; ++side) {
            assertGt(handler.dripped(side), 0, "something dripped");
            assertGt(handler.lost(side), 0, "and something was lost");
            assertGt(handler.paid(side), 0, "and paid");
        }
    }

    /// @dev What chance reaches in a long walk: every action, often.
    function test_handler_ChanceReachesEveryAction() public {
        walk(address(handler), actions, 400);
        checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(EconomyHandler.Action(i)), 1, vm.toString(i));
        }
    }

    function checkAll() private view {
        invariant_Rules_HoldInsideActions();
        invariant_ECO1_EveEarnsTheDripAndNoMore();
        invariant_ECO1_TheHonestEarnTheDripAndNoLess();
    }

    function dust() private view returns (uint256) {
        return 4 * handler.calls() + 4;
    }

    /// @dev They wait for others: a ticket that is finalised, a validator, a loss.
    function rare(EconomyHandler.Action action) private pure returns (bool) {
        return
            action == EconomyHandler.Action.Claim ||
            action == EconomyHandler.Action.TransferTicket ||
            action == EconomyHandler.Action.Settle ||
            action == EconomyHandler.Action.SlashCovered ||
            action == EconomyHandler.Action.SlashUncovered ||
            action == EconomyHandler.Action.Skim;
    }
}
