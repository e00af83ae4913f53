// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {StakedEther} from "../../contracts/token/StakedEther.sol";
import {WrappedStakedEther} from "../../contracts/token/WrappedStakedEther.sol";
import {Report} from "../../contracts/types/Report.sol";
import {WithdrawalQueue} from "../../contracts/withdrawals/WithdrawalQueue.sol";
import {Accounting__Harness} from "../harness/Accounting__Harness.sol";
import {Deposits} from "../utils/Deposits.sol";
import {KedgeTest} from "../utils/KedgeTest.sol";
import {Protocol} from "../utils/Protocol.sol";

/// @notice Actors who do whatever a holder can, a beacon chain that gains and loses, and brains that report it. Every
/// action is made to succeed; what an action broke is kept for the invariants, for a revert would undo it.
/// @dev In the file of its test: the runner finds the functions of a target in the artifacts of that file.
contract TokenHandler is KedgeTest {
    using Deposits for Deposits.Batch;

    struct System {
        StakedEther ledger;
        WrappedStakedEther wrapper;
        WithdrawalQueue queue;
        Accounting__Harness accounting;
        address withdrawalVault;
        address rewardsVault;
        address reporter;
        address brain;
        uint256 slotsPerFrame;
        uint256 frameSeconds;
    }

    /// @notice Votes that were read once and must stay as they were.
    struct PastVotes {
        address delegate;
        uint256 time;
        uint256 votes;
        uint256 wrapped;
    }

    error Refused();

    uint256 private constant ACTORS = 5;

    System private _s;
    address[] public actors;
    PastVotes[] private _past;

    /// @notice How often each action succeeded.
    mapping(bytes4 action => uint256) public count;
    /// @notice Our balance on the beacon chain, in gwei, as it really is.
    uint256 public beaconGwei;
    /// @notice Ether forced into the ledger since the last report, in wei.
    uint256 public forced;
    /// @notice Losses of the beacon chain not reported yet, in wei.
    uint256 private _pendingLoss;

    /// @notice The first action that lowered the rate, and by which the rate rose at once.
    bytes4 public loweredBy;
    bytes4 public raisedBy;
    /// @notice What the last report left apart: real ether less the ledger's figure.
    int256 public gap;

    constructor(System memory system) {
        _s = system;
        for (uint256 i = 0; i < ACTORS; ++i) {
            address actor = makeAddr(string.concat("actor ", vm.toString(i)));
            actors.push(actor);
            vm.startPrank(actor);
            _s.ledger.approve(address(_s.wrapper), type(uint256).max);
            _s.ledger.approve(address(_s.queue), type(uint256).max);
            vm.stopPrank();
        }
        for (uint256 i = 0; i < ACTORS; ++i) {
            for (uint256 j = 0; j < ACTORS; ++j) {
                vm.prank(actors[i]);
                _s.ledger.approve(actors[j], type(uint256).max);
            }
        }
    }

    /// @dev Counts the action and compares the rate before and after it, at one time.
    modifier watched() {
        (uint256 pooled, uint256 units) = _pool();
        _;
        _compare(pooled, units, 0);
        ++count[msg.sig];
    }

    /* STAKERS */

    function stake(uint256 who, uint256 amount) external watched {
        amount = _amount(amount);
        hoax(_actor(who), amount);
        _s.ledger.stake{value: amount}(address(0));
    }

    function stakeFor(uint256 who, uint256 to, uint256 amount) external watched {
        amount = _amount(amount);
        hoax(_actor(who), amount);
        _s.ledger.stakeFor{value: amount}(_actor(to), 0, address(0));
    }

    function sendEther(uint256 who, uint256 amount) external watched {
        amount = _amount(amount);
        hoax(_actor(who), amount);
        (bool sent, ) = address(_s.ledger).call{value: amount}("");
        require(sent, Refused());
    }

    function stakeAndWrap(uint256 who, uint256 to, uint256 amount) external watched {
        amount = _amount(amount);
        hoax(_actor(who), amount);
        _s.wrapper.depositEther{value: amount}(_actor(to), 0, address(0));
    }

    /* HOLDERS */

    function transfer(uint256 who, uint256 to, uint256 amount) external watched {
        address from = _actor(who);
        amount = _part(amount, _s.ledger.balanceOf(from));
        vm.prank(from);
        _s.ledger.transfer(_actor(to), amount);
    }

    function transferFrom(uint256 by, uint256 who, uint256 to, uint256 amount) external watched {
        address from = _actor(who);
        amount = _part(amount, _s.ledger.balanceOf(from));
        vm.prank(_actor(by));
        _s.ledger.transferFrom(from, _actor(to), amount);
    }

    function transferShares(uint256 who, uint256 to, uint256 shares) external watched {
        address from = _actor(who);
        shares = _part(shares, _s.ledger.sharesOf(from));
        vm.prank(from);
        _s.ledger.transferShares(_actor(to), shares);
    }

    function transferSharesFrom(uint256 by, uint256 who, uint256 to, uint256 shares) external watched {
        address from = _actor(who);
        shares = _part(shares, _s.ledger.sharesOf(from));
        vm.prank(_actor(by));
        _s.ledger.transferSharesFrom(from, _actor(to), shares);
    }

    function wrap(uint256 who, uint256 to, uint256 amount) external watched {
        address from = _actor(who);
        amount = _part(amount, _s.ledger.balanceOf(from));
        if (amount < 10) amount = _refill(from);
        vm.prank(from);
        _s.wrapper.deposit(amount, _actor(to));
    }

    function wrapShares(uint256 who, uint256 to, uint256 shares) external watched {
        address from = _actor(who);
        shares = _part(shares, _s.ledger.sharesOf(from));
        if (shares == 0) {
            _refill(from);
            shares = _s.ledger.sharesOf(from);
        }
        vm.prank(from);
        _s.wrapper.mint(shares, _actor(to));
    }

    function unwrap(uint256 who, uint256 to, uint256 shares) external watched {
        address from = _wrappedHolder(who);
        shares = bound(shares, 1, _s.wrapper.maxRedeem(from));
        vm.prank(from);
        _s.wrapper.redeem(shares, _actor(to), from);
    }

    function withdrawWrapped(uint256 who, uint256 to, uint256 assets) external watched {
        address from = _wrappedHolder(who);
        assets = bound(assets, 1, _s.wrapper.maxWithdraw(from));
        vm.prank(from);
        _s.wrapper.withdraw(assets, _actor(to), from);
    }

    function transferWrapped(uint256 who, uint256 to, uint256 shares) external watched {
        address from = _actor(who);
        shares = _part(shares, _s.wrapper.balanceOf(from));
        vm.prank(from);
        _s.wrapper.transfer(_actor(to), shares);
    }

    function delegate(uint256 who, uint256 to) external watched {
        vm.prank(_actor(who));
        _s.ledger.delegate(to % 4 == 0 ? address(0) : _actor(to));
    }

    function delegateWrapped(uint256 who, uint256 to) external watched {
        vm.prank(_actor(who));
        _s.wrapper.delegate(to % 4 == 0 ? address(0) : _actor(to));
    }

    /* LEAVING */

    function requestWithdrawal(uint256 who, uint256 amount) external watched {
        address from = _actor(who);
        if (_s.ledger.balanceOf(from) < 0.01 ether) _refill(from);
        amount = bound(amount, 0.001 ether, _s.ledger.balanceOf(from));
        vm.prank(from);
        _s.queue.request(amount, from);
    }

    function claim(uint256 which) external {
        uint256 last = _s.queue.lastTicketId();
        for (uint256 i = 0; i < last; ++i) {
            uint256 id = 1 + (((which % last) + i) % last);
            IWithdrawalQueue.Ticket memory t = _s.queue.ticket(id);
            if (!t.finalized || t.claimed) continue;
            (uint256 pooled, uint256 units) = _pool();
            vm.prank(t.owner);
            _s.queue.claim(id);
            _compare(pooled, units, 0);
            ++count[msg.sig];
            return;
        }
    }

    /* THE WORLD */

    function force(uint256 amount) external watched {
        amount = bound(amount, 1, 1 ether);
        forced += amount;
        vm.deal(address(_s.ledger), address(_s.ledger).balance + amount);
    }

    function giftToRewards(uint256 amount) external watched {
        amount = bound(amount, 1, 1 ether);
        vm.deal(_s.rewardsVault, _s.rewardsVault.balance + amount);
    }

    function giftToWithdrawals(uint256 amount) external watched {
        amount = bound(amount, 1, 1 ether);
        vm.deal(_s.withdrawalVault, _s.withdrawalVault.balance + amount);
    }

    function beaconGain(uint256 amountGwei) external watched {
        beaconGwei += bound(amountGwei, 1, beaconGwei / 1_000 + 1);
    }

    function beaconLoss(uint256 amountGwei) external watched {
        uint256 most = _s.ledger.getTotalPooledEther() / 50;
        most = most > _pendingLoss ? (most - _pendingLoss) / 1 gwei : 0;
        if (most > beaconGwei) most = beaconGwei;
        amountGwei = bound(amountGwei, 0, most);
        beaconGwei -= amountGwei;
        _pendingLoss += amountGwei * 1 gwei;
    }

    function beaconWithdrawal(uint256 amountGwei) external watched {
        amountGwei = bound(amountGwei, 0, beaconGwei);
        beaconGwei -= amountGwei;
        vm.deal(_s.withdrawalVault, _s.withdrawalVault.balance + amountGwei * 1 gwei);
    }

    function passTime(uint256 duration, uint256 who) external {
        uint256 now_ = vm.getBlockTimestamp();
        address d = _actor(who);
        _past.push(PastVotes(d, now_, _s.ledger.getVotes(d), _s.wrapper.getVotes(d)));
        uint256 pooled = _s.ledger.getTotalPooledEther();
        skipTime(bound(duration, 1, 2 days));
        if (_s.ledger.getTotalPooledEther() < pooled) loweredBy = msg.sig;
        ++count[msg.sig];
    }

    /* BRAINS */

    function deposit(uint256 n) external watched {
        if (_s.ledger.buffer() < 5 ether) _refill(_actor(n));
        _deposit(bound(n, 1, 5));
    }

    function burnShares(uint256 who, uint256 shares) external watched {
        address from = _actor(who);
        shares = _part(shares, _s.ledger.sharesOf(from) / 100);
        vm.prank(from);
        _s.ledger.transferShares(_s.brain, shares);
        vm.prank(_s.brain);
        _s.ledger.burnShares(shares);
    }

    /// @notice Reports the state at a coming boundary, an hour after it, with or without a deposit in between.
    function report(uint256 silent, uint256 late) external {
        uint256 frame = _frame() + 1 + (silent % 3);
        uint256 refTime = _s.ledger.frameTime(frame);
        vm.warp(refTime);
        Report memory r;
        IStakedEther.Books memory books = _s.ledger.booksAt(frame);
        r.refSlot = uint64(frame * _s.slotsPerFrame);
        r.beaconBalanceGwei = uint64(beaconGwei);
        r.withdrawalsReceived = uint128(_s.withdrawalVault.balance + books.sweptWithdrawals);
        r.rewardsReceived = uint128(_s.rewardsVault.balance + books.sweptRewards);
        r.lastTicketId = uint64(_lastReady(refTime));
        skipTime(1 hours);
        if (late % 2 == 0 && _s.ledger.buffer() > 5 ether) _deposit(1 + (late % 5));

        int256 told = int256(beaconOf(r)) +
            int256(uint256(r.withdrawalsReceived) + r.rewardsReceived) -
            int256(_s.ledger.booksAt(frame).depositedGwei * 1 gwei);
        int256 change = told - _s.ledger.booksAt(frame).profit;
        uint256 found = _s.ledger.surplus();
        (uint256 pooled, uint256 units) = _pool();
        (, , uint256 undripped) = _s.ledger.drip();
        vm.prank(_s.reporter);
        _s.accounting.book(r, frame, refTime);

        uint256 loss = change < 0 ? uint256(-change) : 0;
        _compare(pooled, units, loss > undripped ? loss - undripped : 0);
        (, , undripped) = _s.ledger.drip();
        int256 real = int256(
            address(_s.ledger).balance +
                _s.withdrawalVault.balance +
                _s.rewardsVault.balance +
                beaconGwei * 1 gwei
        );
        int256 booked = int256(_s.ledger.getTotalPooledEther() + undripped);
        gap = real - booked - (told - _s.ledger.booksAt(frame).profit) - int256(found);
        forced = 0;
        _pendingLoss = 0;
        ++count[msg.sig];
    }

    /* VIEWS */

    function beaconOf(Report memory r) public pure returns (uint256) {
        return uint256(r.beaconBalanceGwei) * 1 gwei;
    }

    function pastVotes() external view returns (PastVotes[] memory) {
        return _past;
    }

    function allActors() external view returns (address[] memory) {
        return actors;
    }

    function actions() external pure returns (bytes4[] memory list) {
        list = new bytes4[](25);
        list[0] = this.stake.selector;
        list[1] = this.stakeFor.selector;
        list[2] = this.sendEther.selector;
        list[3] = this.stakeAndWrap.selector;
        list[4] = this.transfer.selector;
        list[5] = this.transferFrom.selector;
        list[6] = this.transferShares.selector;
        list[7] = this.transferSharesFrom.selector;
        list[8] = this.wrap.selector;
        list[9] = this.wrapShares.selector;
        list[10] = this.unwrap.selector;
        list[11] = this.withdrawWrapped.selector;
        list[12] = this.transferWrapped.selector;
        list[13] = this.delegate.selector;
        list[14] = this.delegateWrapped.selector;
        list[15] = this.requestWithdrawal.selector;
        list[16] = this.claim.selector;
        list[17] = this.force.selector;
        list[18] = this.giftToRewards.selector;
        list[19] = this.giftToWithdrawals.selector;
        list[20] = this.beaconGain.selector;
        list[21] = this.beaconLoss.selector;
        list[22] = this.beaconWithdrawal.selector;
        list[23] = this.passTime.selector;
        list[24] = this.deposit.selector;
    }

    /// @notice The two actions that change the books, listed apart so that they can be weighed.
    function bookings() external pure returns (bytes4[] memory list) {
        list = new bytes4[](2);
        list[0] = this.burnShares.selector;
        list[1] = this.report.selector;
    }

    /* INTERNAL */

    function _pool() private view returns (uint256 pooled, uint256 units) {
        return (_s.ledger.getTotalPooledEther(), _s.ledger.totalUnits());
    }

    /// @dev TOK-2, TOK-3, ECO-2: rate = pooled / units. `loss` may fall on pooled ether; a rise by a wei of the pool for
    /// each division is dust.
    function _compare(uint256 pooled, uint256 units, uint256 loss) private {
        (uint256 nextPooled, uint256 nextUnits) = _pool();
        if (nextPooled * units < (pooled - loss) * nextUnits && loweredBy == 0) loweredBy = msg.sig;
        if (nextPooled * units > (pooled - loss) * nextUnits + 4 * (units + nextUnits) && raisedBy == 0)
            raisedBy = msg.sig;
    }

    function _actor(uint256 seed) private view returns (address) {
        return actors[seed % ACTORS];
    }

    /// @dev Dust as often as fortunes.
    function _amount(uint256 seed) private pure returns (uint256) {
        return seed % 4 == 0 ? bound(seed, 10, 1_000) : bound(seed, 1, 1_000 ether) + 9;
    }

    /// @dev Anything from nothing to all, both ends often.
    function _part(uint256 seed, uint256 all) private pure returns (uint256) {
        if (seed % 8 == 0) return all;
        if (seed % 8 == 1) return all < 3 ? all : 3;
        return bound(seed, 0, all);
    }

    function _refill(address actor) private returns (uint256) {
        hoax(actor, 10 ether);
        _s.ledger.stake{value: 10 ether}(address(0));
        return 5 ether;
    }

    function _wrappedHolder(uint256 who) private returns (address from) {
        from = _actor(who);
        if (_s.wrapper.balanceOf(from) > 0 && _s.wrapper.maxWithdraw(from) > 0) return from;
        hoax(from, 10 ether);
        _s.wrapper.depositEther{value: 10 ether}(from, 0, address(0));
    }

    function _deposit(uint256 n) private {
        vm.prank(_s.brain);
        Deposits.batch(n, 1e9).send(_s.ledger);
        beaconGwei += n * 1e9;
    }

    function _frame() private view returns (uint256) {
        return (vm.getBlockTimestamp() - _s.ledger.frameTime(0)) / _s.frameSeconds;
    }

    function _lastReady(uint256 refTime) private view returns (uint256 id) {
        for (id = _s.queue.lastTicketId(); id > 0; --id) {
            if (_s.queue.ticket(id).readyAt <= refTime) return id;
        }
    }
}

/// @notice The ledger and the wrapper under any sequence of what holders, brains and the world can do.
contract TokenInvariantTest is Protocol {
    /// @dev Storage of `ShareLedger`: accounts; of the wrapper: its total of units.
    uint256 private constant ACCOUNTS_SLOT = 2;
    bytes32 private constant WRAPPED_UNITS_SLOT = bytes32(uint256(9));

    TokenHandler private handler;
    address private brain = makeAddr("brain");
    address[] private holders;

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.DEPOSITOR, brain);
        authority.grantRole(Roles.SHARE_BURNER, brain);
        handler = new TokenHandler(
            TokenHandler.System(
                ledger,
                wrapper,
                queue,
                accounting,
                address(withdrawalVault),
                address(rewardsVault),
                reporter,
                brain,
                SLOTS_PER_FRAME,
                FRAME_SECONDS
            )
        );
        holders = handler.allActors();
        holders.push(address(ledger));
        holders.push(address(wrapper));
        holders.push(address(queue));
        holders.push(address(distributor));
        holders.push(brain);

        targetContract(address(handler));
        bytes4[] memory all = handler.actions();
        bytes4[] memory books = handler.bookings();
        bytes4[] memory selectors = new bytes4[](all.length + 4);
        for (uint256 i = 0; i < all.length; ++i) selectors[i] = all[i];
        // reports are what most can go wrong in
        for (uint256 i = 0; i < 4; ++i) selectors[all.length + i] = books[i % 2];
        targetSelectors(address(handler), selectors);
    }

    /* INVARIANTS */

    function invariant_TOK1_UnitsSumToTheTotal() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < holders.length; ++i) sum += ledger.unitsOf(holders[i]);
        assertEq(sum, ledger.totalUnits(), "TOK-1: units of all holders");
        assertEq(ledger.unitsOf(address(ledger)), SEED * 1e6, "TOK-1: the seed moved");
        assertEq(ledger.totalSupply(), ledger.getTotalPooledEther(), "TOK-1: supply");
    }

    function invariant_TOK3_TheRateFallsOnlyByAReportedLoss() public view {
        assertEq(bytes32(handler.loweredBy()), bytes32(0), "TOK-2, TOK-3: lowered the rate");
        assertEq(bytes32(handler.raisedBy()), bytes32(0), "ECO-2: raised the rate at once");
    }

    function invariant_TOK4_WrappedUnitsAreTheWrappers() public view {
        uint256 sum = 0;
        for (uint256 i = 0; i < holders.length; ++i) sum += _wrappedUnits(holders[i]);
        assertEq(sum, uint256(vm.load(address(wrapper), WRAPPED_UNITS_SLOT)), "TOK-4: units of all holders");
        assertEq(sum, ledger.unitsOf(address(wrapper)), "TOK-4: units held");
    }

    function invariant_VOTE1_VotesAreDelegatedUnits() public view {
        address[] memory actors = handler.allActors();
        uint256 sum = 0;
        for (uint256 i = 0; i < actors.length; ++i) {
            uint256 plain = 0;
            uint256 wrapped = 0;
            for (uint256 j = 0; j < holders.length; ++j) {
                if (ledger.delegates(holders[j]) == actors[i]) plain += ledger.unitsOf(holders[j]);
                if (wrapper.delegates(holders[j]) == actors[i]) wrapped += _wrappedUnits(holders[j]);
            }
            assertEq(ledger.getVotes(actors[i]), plain / 1e6, "VOTE-1: kETH");
            assertEq(wrapper.getVotes(actors[i]), wrapped / 1e6, "VOTE-1: wkETH");
            sum += ledger.getVotes(actors[i]) + wrapper.getVotes(actors[i]);
        }
        assertLe(sum, ledger.getTotalShares(), "VOTE-1: more votes than shares");
        TokenHandler.PastVotes[] memory past = handler.pastVotes();
        for (uint256 i = 0; i < past.length; ++i) {
            assertEq(ledger.getPastVotes(past[i].delegate, past[i].time), past[i].votes, "VOTE-1: the past");
            assertEq(
                wrapper.getPastVotes(past[i].delegate, past[i].time),
                past[i].wrapped,
                "VOTE-1: the past"
            );
        }
    }

    function invariant_POOL1_TheBooksAreWhatIsReal() public view {
        assertEq(handler.gap(), 0, "POOL-1: at the last report");
        assertEq(ledger.surplus(), handler.forced(), "POOL-1: surplus is what was forced in");
        assertGe(ledger.balanceOf(address(ledger)), SEED / 2, "POOL-1: the seed is worth something");
    }

    /* THE HANDLER */

    /// @dev A handler that quietly fails would make the invariants hold for nothing. Here no revert is forgiven.
    function test_actions_AllSucceed() public {
        bytes4[] memory all = handler.actions();
        bytes4[] memory books = handler.bookings();
        uint256 seed = 1;
        for (uint256 i = 0; i < 600; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 pick = seed % (all.length + 4);
            bytes4 action = pick < all.length ? all[pick] : books[pick % 2];
            _call(action, seed);
        }
        for (uint256 i = 0; i < all.length; ++i)
            assertGt(handler.count(all[i]), 0, vm.toString(bytes32(all[i])));
        assertGt(handler.count(books[0]), 0, "burnShares");
        assertGt(handler.count(books[1]), 0, "report");
        invariant_TOK1_UnitsSumToTheTotal();
        invariant_TOK3_TheRateFallsOnlyByAReportedLoss();
        invariant_TOK4_WrappedUnitsAreTheWrappers();
        invariant_VOTE1_VotesAreDelegatedUnits();
        invariant_POOL1_TheBooksAreWhatIsReal();
    }

    function _call(bytes4 action, uint256 seed) private {
        uint256 a = uint256(keccak256(abi.encode(seed, 1)));
        uint256 b = uint256(keccak256(abi.encode(seed, 2)));
        uint256 c = uint256(keccak256(abi.encode(seed, 3)));
        uint256 d = uint256(keccak256(abi.encode(seed, 4)));
        (bool done, bytes memory data) = address(handler).call(abi.encodeWithSelector(action, a, b, c, d));
        if (!done) {
            assembly ("memory-safe") {
                revert(add(data, 0x20), mload(data))
            }
        }
    }

    /* INTERNAL */

    function _wrappedUnits(address holder) private view returns (uint256) {
        return uint128(uint256(vm.load(address(wrapper), keccak256(abi.encode(holder, ACCOUNTS_SLOT)))));
    }
}
