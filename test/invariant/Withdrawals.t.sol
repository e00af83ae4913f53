// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {Report} from "../../contracts/types/Report.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";
import {Withdrawals} from "../utils/Withdrawals.sol";

/// @notice The whole protocol with four holders, of whom the last one, eve, does all she can around reports, a beacon
/// chain that gains, loses and pays out, and a model of what everybody must have.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract WithdrawalsHandler is Withdrawals {
    enum Action {
        Stake,
        Request,
        RequestBatch,
        TransferTicket,
        TransferShares,
        Wrap,
        Unwrap,
        Claim,
        ClaimBatch,
        ReportGain,
        ReportLoss,
        ReportWithdrawal,
        ReportQuiet,
        Deposit,
        GiveToVaults,
        Force,
        PassTime,
        SetCooldown,
        Pause,
        RequestWrapped,
        FinalizeNamed,
        Suspend,
        ClaimByAnyone
    }

    struct Point {
        uint256 shares;
        uint256 amount;
    }

    address[] public actors;
    address public eve;
    uint256 public calls;
    mapping(Action => uint256) public tried;
    mapping(Action => uint256) public done;
    string public broken;

    /// @dev Our validators' ether as the beacon chain knows it, in gwei.
    uint256 public beaconGwei;
    /// @dev All ether of all accounts at the start, and what came from outside since: gifts and withdrawals.
    uint256 public started;
    uint256 public injected;

    /// @dev The model of the queue.
    Point[] private _points;
    uint256[] public eveTickets;
    mapping(uint256 => uint256) public worth;
    uint256 public lastFinalized;
    uint256 public unclaimed;
    uint256 public paid;
    uint256 public forcedOnQueue;

    /// @dev The model of eve: what she put in, what dripped on it, what it lost.
    uint256 public eveStart;
    uint256 public eveDrip;
    uint256 public eveLoss;

    constructor() payable {
        setUp();
        eve = makeHolder("eve", 1 ether);
        address carol = makeHolder("carol", 1 ether);
        actors = [alice, bob, carol, eve];
        for (uint256 i = 0; i < actors.length; ++i) {
            vm.deal(actors[i], 1000 ether);
            vm.prank(actors[i]);
            ledger.approve(address(wrapper), type(uint256).max);
            vm.prank(actors[i]);
            wrapper.approve(address(queue), type(uint256).max);
        }
        _points.push(Point(0, 0));
        started = allEther();
        eveStart = eveValue();
    }

    /* ACTIONS */

    function stake(uint256 who, uint256 amount) external {
        address actor = _begin(Action.Stake, who);
        amount = bound(amount, 1 gwei, 50 ether);
        if (amount > actor.balance) return;
        vm.prank(actor);
        ledger.stake{value: amount}(address(0));
        ++done[Action.Stake];
    }

    function request(uint256 who, uint256 amount) external {
        address actor = _begin(Action.Request, who);
        uint256 balance = ledger.balanceOf(actor);
        if (balance < 0.001 ether) return;
        amount = bound(amount, 0.001 ether, balance);
        vm.prank(actor);
        uint256 id = queue.request(amount, actor);
        _ticketMade(id, actor);
        ++done[Action.Request];
    }

    function requestBatch(uint256 who, uint256 amount, uint256 count) external {
        address actor = _begin(Action.RequestBatch, who);
        count = bound(count, 1, 4);
        uint256 balance = ledger.balanceOf(actor);
        if (balance < count * 0.001 ether) return;
        uint256[] memory amounts = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) amounts[i] = bound(amount >> i, 0.001 ether, balance / count);
        vm.prank(actor);
        uint256 first = queue.requestBatch(amounts, actor);
        for (uint256 i = 0; i < count; ++i) _ticketMade(first + i, actor);
        ++done[Action.RequestBatch];
    }

    /// @dev Among the others only, so that what eve has is what she made.
    function transferTicket(uint256 pick, uint256 to) external {
        _begin(Action.TransferTicket, 0);
        uint256 id = _ticketOf(pick, false, false);
        if (id == 0) return;
        address owner = queue.ownerOf(id);
        vm.prank(owner);
        queue.transferFrom(owner, actors[to % 3], id);
        ++done[Action.TransferTicket];
    }

    function transferShares(uint256 who, uint256 to, uint256 amount) external {
        address actor = _begin(Action.TransferShares, who % 3);
        uint256 shares = ledger.sharesOf(actor);
        if (shares == 0) return;
        vm.prank(actor);
        ledger.transferShares(actors[to % 3], bound(amount, 1, shares));
        ++done[Action.TransferShares];
    }

    function wrap(uint256 who, uint256 amount) external {
        address actor = _begin(Action.Wrap, who);
        uint256 balance = ledger.balanceOf(actor);
        if (balance < 1 gwei) return;
        amount = bound(amount, 1 gwei, balance);
        vm.prank(actor);
        wrapper.deposit(amount, actor);
        ++done[Action.Wrap];
    }

    function unwrap(uint256 who, uint256 amount) external {
        address actor = _begin(Action.Unwrap, who);
        uint256 shares = wrapper.balanceOf(actor);
        if (shares < 1 gwei) return;
        amount = bound(amount, 1 gwei, shares);
        vm.prank(actor);
        wrapper.redeem(amount, actor, actor);
        ++done[Action.Unwrap];
    }

    function claim(uint256 pick) external {
        _begin(Action.Claim, 0);
        uint256 id = _ticketOf(pick, true, true);
        if (id == 0) return;
        claimAndCheck(id);
        ++done[Action.Claim];
    }

    function claimBatch(uint256 pick) external {
        _begin(Action.ClaimBatch, 0);
        uint256 first = _ticketOf(pick, true, true);
        if (first == 0) return;
        address owner = queue.ownerOf(first);
        uint256[] memory ids = new uint256[](3);
        uint256 count = 0;
        uint256 sum = 0;
        for (uint256 id = first; id <= lastFinalized && count < 3; ++id) {
            if (queue.ticket(id).owner != owner) continue;
            ids[count++] = id;
            sum += worth[id];
        }
        uint256[] memory hints = new uint256[](count);
        assembly {
            mstore(ids, count)
        }
        for (uint256 i = 0; i < count; ++i) hints[i] = queue.findCheckpoint(ids[i]);
        uint256 before = owner.balance;
        vm.prank(owner);
        uint256 amount = queue.claimBatch(ids, hints, owner);
        _check(amount == sum, "QUE-1: a batch pays what its tickets were finalised for");
        _check(owner.balance - before == amount, "QUE-1: a batch pays what it tells");
        unclaimed -= sum;
        paid += amount;
        ++done[Action.ClaimBatch];
    }

    function reportGain(uint256 amount, uint256 skip) external {
        _begin(Action.ReportGain, 0);
        // up to twice what a frame may book
        uint256 most = (2 * ledger.getTotalPooledEther() * 1_500) / (365 * 10_000 gwei) + 1;
        beaconGwei += bound(amount, 1, most);
        _report(skip);
        ++done[Action.ReportGain];
    }

    function reportLoss(uint256 amount, uint256 skip) external {
        _begin(Action.ReportLoss, 0);
        uint256 most = (ledger.getTotalPooledEther() * 400) / 10_000 gwei;
        if (most > beaconGwei) most = beaconGwei;
        if (most == 0) return;
        beaconGwei -= bound(amount, 1, most);
        _report(skip);
        ++done[Action.ReportLoss];
    }

    function reportWithdrawal(uint256 amount, uint256 skip) external {
        _begin(Action.ReportWithdrawal, 0);
        if (beaconGwei == 0) return;
        amount = bound(amount, 1, beaconGwei);
        beaconGwei -= amount;
        _inject(address(withdrawalVault), amount * 1 gwei);
        _report(skip);
        ++done[Action.ReportWithdrawal];
    }

    function reportQuiet(uint256 skip) external {
        _begin(Action.ReportQuiet, 0);
        _report(skip);
        ++done[Action.ReportQuiet];
    }

    /// @dev Without regard to the queue, as a bad depositor would: buffers get short.
    function depositToBeacon(uint256 count) external {
        _begin(Action.Deposit, 0);
        uint256 most = ledger.buffer() / 1 ether;
        if (most > 12) most = 12;
        if (most == 0) return;
        count = bound(count, 1, most);
        depositKeys(count);
        beaconGwei += count * 1e9;
        ++done[Action.Deposit];
    }

    function giveToVaults(uint256 amount, bool rewards) external {
        _begin(Action.GiveToVaults, 0);
        _inject(rewards ? address(rewardsVault) : address(withdrawalVault), bound(amount, 1, 1 ether));
        ++done[Action.GiveToVaults];
    }

    function force(uint256 amount, bool onQueue) external {
        _begin(Action.Force, 0);
        amount = bound(amount, 1, 0.1 ether);
        _inject(onQueue ? address(queue) : address(ledger), amount);
        if (onQueue) forcedOnQueue += amount;
        ++done[Action.Force];
    }

    function passTime(uint256 duration) external {
        _begin(Action.PassTime, 0);
        _warp(currentTime() + bound(duration, 1, 12 hours));
        ++done[Action.PassTime];
    }

    function setCooldown(uint256 duration) external {
        _begin(Action.SetCooldown, 0);
        uint256 old = queue.cooldown();
        if (currentTime() < queue.nextStepAt("cooldown")) return;
        uint256 least = old > 2 hours ? old / 2 + 1 : 1 hours;
        queue.setCooldown(bound(duration, least, old > 1 days ? 2 days : old * 2));
        ++done[Action.SetCooldown];
    }

    function pause(uint256 duration) external {
        _begin(Action.Pause, 0);
        if (currentTime() < queue.pausedUntil()) return;
        queue.pauseFor(bound(duration, 1, 1 days));
        ++done[Action.Pause];
    }

    function requestWrapped(uint256 who, uint256 amount) external {
        address actor = _begin(Action.RequestWrapped, who);
        uint256 balance = wrapper.balanceOf(actor);
        if (balance < 0.002 ether) return;
        uint256[] memory amounts = new uint256[](2);
        amounts[0] = bound(amount, 0.001 ether, balance / 2);
        amounts[1] = bound(amount >> 1, 0.001 ether, balance / 2);
        uint256 units = ledger.unitsOf(address(queue));
        vm.prank(actor);
        uint256 first = queue.requestWrapped(amounts, actor);
        uint256 shares = queue.ticket(first).shares + queue.ticket(first + 1).shares;
        _check(wrapper.balanceOf(actor) == balance - shares, "QUE-1: what leaves the holder is the tickets'");
        _check(
            ledger.unitsOf(address(queue)) == units + shares * 1e6,
            "QUE-1: what is unwrapped is the tickets'"
        );
        _ticketMade(first, actor);
        _ticketMade(first + 1, actor);
        ++done[Action.RequestWrapped];
    }

    /// @dev By a stranger; it must do what it may, and nothing else.
    function finalizeNamed() external {
        _begin(Action.FinalizeNamed, 0);
        (uint256 id, uint256 refTime) = queue.named();
        bool may = !queue.isSuspended() &&
            currentTime() >= queue.pausedUntil() &&
            currentTime() < refTime + 2 * FRAME_SECONDS;
        bool isWork = id > lastFinalized;
        bool isEther = ledger.buffer() > 1e10;
        vm.prank(address(0xbeef));
        try queue.finalizeNamed() {
            _check(may && isWork, "QUE-2: nobody finalises against the rules");
            _recordFinalisation(id);
            ++done[Action.FinalizeNamed];
        } catch {
            _check(!may || !isWork || !isEther, "QUE-3: nothing else stops a finalisation");
        }
    }

    function suspend(bool on) external {
        _begin(Action.Suspend, 0);
        if (on) queue.suspend();
        else if (queue.isSuspended()) queue.endSuspension();
        else return;
        _check(queue.isSuspended() == on, "QUE-3: a suspension is what it was told");
        ++done[Action.Suspend];
    }

    function claimByAnyone(uint256 pick) external {
        _begin(Action.ClaimByAnyone, 0);
        uint256 id = _ticketOf(pick, true, true);
        if (id == 0) return;
        _claimAndCheck(id, address(0xbeef));
        ++done[Action.ClaimByAnyone];
    }

    /* THE END */

    /// @notice Claims a finalised ticket as its owner and holds the payment against what it was finalised for.
    function claimAndCheck(uint256 id) public {
        _claimAndCheck(id, queue.ownerOf(id));
    }

    function _claimAndCheck(uint256 id, address caller) private {
        address owner = queue.ownerOf(id);
        uint256 before = owner.balance;
        vm.prank(caller);
        uint256 amount = queue.claim(id);
        _check(amount == worth[id], "QUE-1: a claim pays what the ticket was finalised for");
        _check(owner.balance - before == amount, "QUE-1: a claim pays what it tells");
        unclaimed -= worth[id];
        paid += amount;
    }

    /// @notice Brings ether in, waits, finalises everything and claims it. Reverts where anything stops it.
    function unwind() external {
        for (uint256 id = 1; id <= lastFinalized; ++id) {
            if (!queue.ticket(id).claimed) claimAndCheck(id);
        }
        uint256 last = queue.lastTicketId();
        if (last == 0) return;
        makeStaker("dave", ledger.balanceOf(address(queue)) + 1 ether);
        uint256 ready = queue.ticket(last).readyAt;
        _warp((ready > currentTime() ? ready : currentTime()) + 2 days);
        _report(0);
        for (uint256 id = lastFinalizedBefore + 1; id <= last; ++id) claimAndCheck(id);
        _check(lastFinalized == last, "QUE-3: all tickets were finalised");
        _check(unclaimed == 0, "QUE-3: all tickets were claimed");
        _check(address(queue).balance == forcedOnQueue, "QUE-1: the queue paid all that was set aside");
        _check(ledger.sharesOf(address(queue)) == 0, "QUE-1: no shares without a ticket");
    }

    /* VIEWS */

    function allEther() public view returns (uint256 sum) {
        for (uint256 i = 0; i < actors.length; ++i) sum += actors[i].balance;
        sum += address(this).balance + address(ledger).balance + address(queue).balance;
        sum +=
            address(withdrawalVault).balance +
            address(rewardsVault).balance +
            address(distributor).balance;
        sum += address(wrapper).balance + address(accounting).balance + DEPOSIT_CONTRACT.balance;
    }

    /// @notice Ether that stands behind the pool, and ether that its books say it has when all has dripped.
    function assetsAndTarget() external view returns (uint256 assets, uint256 target) {
        assets = address(ledger).balance + address(withdrawalVault).balance + address(rewardsVault).balance;
        assets += beaconGwei * 1 gwei;
        (, , uint256 undripped) = ledger.drip();
        target = ledger.getTotalPooledEther() + undripped;
    }

    function queueState()
        external
        view
        returns (uint256 balance, uint256 aside, uint256 open, uint256 shares)
    {
        uint256 requested;
        uint256 finalized;
        (requested, finalized, aside) = queue.totals();
        return (
            address(queue).balance,
            aside,
            (requested - finalized) * GRAIN,
            ledger.sharesOf(address(queue))
        );
    }

    function worthOfEve() external view returns (uint256 value, uint256 expected) {
        return (eveValue(), eveStart + eveDrip - eveLoss);
    }

    function tickets() external view returns (uint256 last, uint256 finalized) {
        return (queue.lastTicketId(), lastFinalized);
    }

    function ticketAt(uint256 id) external view returns (IWithdrawalQueue.Ticket memory) {
        return queue.ticket(id);
    }

    /// @notice Her ether, her shares at the rate of now, and what is set aside for her tickets by the model.
    function eveValue() public view returns (uint256) {
        (uint256 units, uint256 aside) = _eveHas();
        return eve.balance + aside + ledger.getPooledEthByUnits(units);
    }

    /* INTERNAL */

    function firstCooldown() internal pure override returns (uint256) {
        return 6 hours;
    }

    uint256 private lastFinalizedBefore;

    function _begin(Action action, uint256 who) private returns (address actor) {
        ++calls;
        ++tried[action];
        actor = actors[who % actors.length];
    }

    function _check(bool holds, string memory rule) private {
        if (!holds && bytes(broken).length == 0) broken = rule;
    }

    function _inject(address to, uint256 amount) private {
        vm.deal(to, to.balance + amount);
        injected += amount;
    }

    function _ticketMade(uint256 id, address owner) private {
        if (owner == eve) eveTickets.push(id);
        IWithdrawalQueue.Ticket memory t = queue.ticket(id);
        _check(t.readyAt >= currentTime() + 1 hours, "QUE-2: every ticket waits its cooldown");
        if (id > 1) _check(t.readyAt >= queue.ticket(id - 1).readyAt, "QUE-2: ready times are in order");
    }

    /// @dev A ticket that is not claimed, from `pick` on; 0 if there is none.
    function _ticketOf(uint256 pick, bool finalized, bool withEve) private view returns (uint256) {
        uint256 last = finalized ? lastFinalized : queue.lastTicketId();
        for (uint256 i = 0; i < last && i < 40; ++i) {
            uint256 id = ((pick % last) + i) % last;
            address owner = queue.ticket(id + 1).owner;
            if (owner != address(0) && (withEve || owner != eve)) return id + 1;
        }
        return 0;
    }

    /// @dev Time goes by: what drips on eve's units meanwhile is hers.
    function _warp(uint256 time) private {
        (uint256 units, ) = _eveHas();
        uint256 before = ledger.getTotalPooledEther();
        vm.warp(time);
        uint256 drip = ledger.getTotalPooledEther() - before;
        eveDrip += (drip * units) / ledger.totalUnits();
    }

    function _report(uint256 skip) private {
        uint256 frame = currentFrame() + 1 + bound(skip, 0, 2);
        _warp(GENESIS_TIME + frame * FRAME_SECONDS + 1 hours);
        IStakedEther.Books memory b = ledger.booksAt(frame);
        Report memory r;
        r.refSlot = uint64(frame * SLOTS_PER_FRAME);
        r.beaconBalanceGwei = uint64(beaconGwei);
        r.withdrawalsReceived = uint128(address(withdrawalVault).balance + b.sweptWithdrawals);
        r.rewardsReceived = uint128(address(rewardsVault).balance + b.sweptRewards);
        uint256 lastTicket = lastFinalized;
        uint256 refTime = GENESIS_TIME + frame * FRAME_SECONDS;
        while (lastTicket < queue.lastTicketId() && queue.ticket(lastTicket + 1).readyAt <= refTime)
            ++lastTicket;
        r.lastTicketId = uint64(lastTicket);

        uint256 before = eveValue();
        uint256 rate = (ledger.getTotalPooledEther() * 1e33) / ledger.totalUnits();
        int256 change = changeOf(r);
        book(r);
        _check(!queue.isSuspended(), "QUE-3: a report ends a suspension");
        _recordFinalisation(lastTicket);
        uint256 later = eveValue();
        if (later < before) eveLoss += before - later;
        uint256 newRate = (ledger.getTotalPooledEther() * 1e33) / ledger.totalUnits();
        _check(newRate <= rate + 1e9, "ECO-2: a report lifts no rate at once");
        if (change >= 0) _check(newRate >= rate, "TOK-3: only a loss lowers the rate");
    }

    function _recordFinalisation(uint256 upTo) private {
        (, uint256 finalized, uint256 aside) = queue.totals();
        Point memory last = _points[_points.length - 1];
        _check(finalized >= last.shares && aside >= last.amount, "QUE-2: totals only grow");
        if (finalized > last.shares) _points.push(Point(finalized, aside));
        _check(queue.checkpointCount() == _points.length - 1, "QUE-2: a checkpoint for each finalisation");
        lastFinalizedBefore = lastFinalized;
        while (lastFinalized < queue.lastTicketId() && queue.ticket(lastFinalized + 1).finalized) {
            uint256 id = ++lastFinalized;
            worth[id] = queue.claimable(id);
            unclaimed += worth[id];
        }
        _check(lastFinalized <= upTo, "QUE-2: no ticket before the report named it");
    }

    /// @dev Units that earn, and ether set aside: of a ticket that is finalised in part, some of both.
    function _eveHas() private view returns (uint256 units, uint256 aside) {
        units = ledger.unitsOf(eve) + wrapper.balanceOf(eve) * 1e6;
        uint256 finalized = _points.length == 0 ? 0 : _points[_points.length - 1].shares;
        for (uint256 i = 0; i < eveTickets.length; ++i) {
            uint256 id = eveTickets[i];
            IWithdrawalQueue.Ticket memory t = queue.ticket(id);
            if (t.claimed) continue;
            if (id <= lastFinalized) {
                aside += worth[id];
                continue;
            }
            uint256 from = _start(id);
            uint256 upTo = from + t.shares / GRAIN;
            uint256 cut = finalized < from ? from : finalized;
            units += (upTo - cut) * GRAIN * 1e6;
            if (cut > from) aside += _modelAt(cut) - _modelAt(from);
        }
    }

    /// @dev Shares of all tickets before this one, counted anew.
    function _start(uint256 id) private view returns (uint256 sum) {
        for (uint256 i = lastFinalized + 1; i < id; ++i) sum += queue.ticket(i).shares / GRAIN;
        sum += _finalizedShares();
    }

    function _finalizedShares() private view returns (uint256 sum) {
        (uint256 requested, , ) = queue.totals();
        uint256 open = 0;
        for (uint256 i = lastFinalized + 1; i <= queue.lastTicketId(); ++i)
            open += queue.ticket(i).shares / GRAIN;
        return requested - open;
    }

    /// @dev The model of the checkpoints: a line through the points, searched one by one.
    function _modelAt(uint256 shares) private view returns (uint256) {
        if (shares == 0) return 0;
        uint256 i = 1;
        while (_points[i].shares < shares) ++i;
        Point memory a = _points[i - 1];
        Point memory b = _points[i];
        return a.amount + ((b.amount - a.amount) * (shares - a.shares)) / (b.shares - a.shares);
    }
}

/// @notice The way out, under any sequence of what holders, reports and the beacon chain may do. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract WithdrawalsInvariantTest is KedgeTest {
    uint256 private constant ACTIONS = uint256(type(WithdrawalsHandler.Action).max) + 1;

    WithdrawalsHandler private handler;

    function setUp() public {
        handler = new WithdrawalsHandler();
        bytes4[] memory actions = new bytes4[](ACTIONS);
        actions[0] = handler.stake.selector;
        actions[1] = handler.request.selector;
        actions[2] = handler.requestBatch.selector;
        actions[3] = handler.transferTicket.selector;
        actions[4] = handler.transferShares.selector;
        actions[5] = handler.wrap.selector;
        actions[6] = handler.unwrap.selector;
        actions[7] = handler.claim.selector;
        actions[8] = handler.claimBatch.selector;
        actions[9] = handler.reportGain.selector;
        actions[10] = handler.reportLoss.selector;
        actions[11] = handler.reportWithdrawal.selector;
        actions[12] = handler.reportQuiet.selector;
        actions[13] = handler.depositToBeacon.selector;
        actions[14] = handler.giveToVaults.selector;
        actions[15] = handler.force.selector;
        actions[16] = handler.passTime.selector;
        actions[17] = handler.setCooldown.selector;
        actions[18] = handler.pause.selector;
        actions[19] = handler.requestWrapped.selector;
        actions[20] = handler.finalizeNamed.selector;
        actions[21] = handler.suspend.selector;
        actions[22] = handler.claimByAnyone.selector;
        targetContract(address(handler));
        targetSelectors(address(handler), actions);
    }

    /* INVARIANTS */

    function invariant_QUE1_TheQueueHoldsWhatItSetAside() public view {
        (uint256 balance, uint256 aside, uint256 open, uint256 shares) = handler.queueState();
        assertEq(balance, aside - handler.paid() + handler.forcedOnQueue(), "QUE-1: exact");
        assertGe(balance, handler.unclaimed() + handler.forcedOnQueue(), "QUE-1: all unclaimed tickets");
        assertEq(shares, open, "QUE-1: shares are those of unfinalised tickets");
    }

    function invariant_QUE2_TicketsAreFinalisedInOrder() public view {
        (uint256 last, uint256 finalized) = handler.tickets();
        assertLe(finalized, last, "QUE-2: within");
        if (finalized > 0) assertTrue(handler.ticketAt(finalized).finalized, "QUE-2: the last one is");
        if (finalized < last)
            assertFalse(handler.ticketAt(finalized + 1).finalized, "QUE-2: the next one is not");
    }

    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    function invariant_POOL1_TheBooksNeverPassTheAssets() public view {
        (uint256 assets, uint256 target) = handler.assetsAndTarget();
        assertGe(assets, target, "POOL-1: pooled ether is there");
    }

    function invariant_POOL2_NoEtherAppearsOrVanishes() public view {
        assertEq(handler.allEther(), handler.started() + handler.injected(), "POOL-2: to the wei");
    }

    /// @dev Exactly the drip of the seconds her ether was in, less reported losses; a few wei a call for roundings.
    function invariant_ECO1_EveEarnsTheDripAndNoMore() public view {
        (uint256 value, uint256 expected) = handler.worthOfEve();
        assertLe(value, expected + 4 * handler.calls() + 4, "ECO-1: not more");
        assertGe(value + 4 * handler.calls() + 4, expected, "ECO-1: not less");
    }

    /// @dev QUE-3: at the end of every run everybody leaves, and everybody is paid.
    function afterInvariant() public {
        for (uint256 i = 0; i < ACTIONS; ++i) {
            WithdrawalsHandler.Action action = WithdrawalsHandler.Action(i);
            if (handler.tried(action) >= 12) assertGt(handler.done(action), 0, "an action never succeeded");
        }
        handler.unwind();
        assertEq(handler.broken(), "", "QUE-3: the unwinding");
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        handler.depositToBeacon(7);
        handler.stake(3, 10 ether);
        handler.request(3, 5 ether);
        handler.wrap(3, 2 ether);
        handler.unwrap(3, 1 ether);
        handler.requestBatch(0, 8 ether, 3);
        handler.request(3, 1 ether);
        handler.requestWrapped(3, 0.1 ether);
        handler.transferTicket(1, 2);
        handler.transferShares(0, 1, 1 ether);
        handler.giveToVaults(0.01 ether, true);
        handler.force(0.01 ether, false);
        handler.force(0.01 ether, true);
        handler.depositToBeacon(12);
        handler.depositToBeacon(12);
        handler.depositToBeacon(12);
        handler.depositToBeacon(4);
        handler.pause(1);
        handler.passTime(6 hours);
        handler.reportGain(1e7, 0);
        _checkAll();
        (, uint256 finalized) = handler.tickets();
        assertEq(finalized, 1, "a short buffer");
        handler.stake(0, 1 ether);
        handler.finalizeNamed();
        _checkAll();
        handler.suspend(true);
        handler.stake(0, 1 ether);
        handler.finalizeNamed();
        _checkAll();
        handler.reportLoss(1e9, 1);
        _checkAll();
        handler.reportWithdrawal(9e9, 0);
        _checkAll();
        handler.reportQuiet(2);
        _checkAll();
        handler.claim(0);
        handler.claimBatch(1);
        handler.claimByAnyone(4);
        handler.setCooldown(1 days);
        _checkAll();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(WithdrawalsHandler.Action(i)), 0, vm.toString(i));
        }
        assertGt(handler.eveDrip(), 0, "something dripped on eve");
        assertGt(handler.eveLoss(), 0, "and something was lost");
        afterInvariant();
    }

    function _checkAll() private view {
        invariant_QUE1_TheQueueHoldsWhatItSetAside();
        invariant_QUE2_TicketsAreFinalisedInOrder();
        invariant_Rules_HoldInsideActions();
        invariant_POOL1_TheBooksNeverPassTheAssets();
        invariant_POOL2_NoEtherAppearsOrVanishes();
        invariant_ECO1_EveEarnsTheDripAndNoMore();
    }
}
