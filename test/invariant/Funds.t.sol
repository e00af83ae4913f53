// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IKeeperBudget} from "../../contracts/interfaces/IKeeperBudget.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../../contracts/interfaces/IValidatorRegistry.sol";
import {JOB_FINALIZE, JOB_PROVE, JOB_REFUND, JOB_TRIGGER} from "../../contracts/types/KeeperJob.sol";
import {OperatorFigures} from "../../contracts/types/OperatorFigures.sol";
import {Figures} from "../utils/Figures.sol";
import {RandomWalk} from "../utils/RandomWalk.sol";
import {Withdrawals} from "../utils/Withdrawals.sol";

/// @notice Fees that come and are pulled, keepers that are paid for three jobs and get fees back, faults that bonds do not
/// cover and reports that lose: in any order, with a model of what each may have moved.
/// @dev A check that fails inside an action is kept in `broken`, so that an invariant can name it.
contract FundsHandler is Withdrawals {
    using Figures for OperatorFigures;

    enum Action {
        Fees,
        SetParts,
        Pull,
        PullTreasury,
        PullReserve,
        PullKeepers,
        Pay,
        Exhaust,
        Refund,
        SetBudget,
        PassTime,
        Lock,
        ReportLoss,
        Settle,
        AddBond,
        Note,
        Cover
    }

    uint256 private constant JOBS = 3;
    uint256 private constant FAULTS = 64;

    mapping(Action => uint256) public done;
    string public broken;

    /// @dev Shares that came to the distributor, and what operators pulled of them.
    uint256 public came;
    uint256 public promised;
    /// @dev By job, and under `JOBS` refunds: wei paid in the frame that `frame` says, and the highest budget of it.
    uint256[4] public paid;
    uint256[4] public budgetOf;
    uint256 public frame;
    bool public budgetWasChanged;
    /// @dev Shares that ever came to the keepers' budget, and that it ever paid.
    uint256 public filled;
    uint256 public paidShares;
    /// @dev The most that bonds were ever known not to have, in wei.
    uint256 public proven;
    uint256 public faults;
    uint256 private _operatorId;
    uint256[FAULTS] private _balances;
    address private _operatorsPay = makeAddr("operator's pay");
    address private _keeper = makeAddr("keeper");

    constructor() payable {
        setUp();
        authority.grantRole(Roles.BUDGET_SPENDER, address(this));
        authority.grantRole(Roles.WITNESS, address(this));
        _operatorId = operatorRegistry.register(_operatorsPay, 0);
        makeStaker("whale", 3_000 ether);
        makeStaker("payer", 3_000 ether);
        ledger.stake{value: 3_000 ether}(address(0));
        ledger.transferShares(address(insuranceReserve), 60 ether);
        _fill(0.4 ether);
        frame = currentFrame();
        for (uint256 i = 0; i <= JOBS; ++i) (budgetOf[i], ) = keeperBudget.jobBudget(_job(i));
    }

    function feeParts() internal pure override returns (IRewardDistributor.Parts memory) {
        return IRewardDistributor.Parts({treasuryBp: 2_500, reserveBp: 500, keepersBp: 500});
    }

    function jobBudgets() internal pure override returns (IKeeperBudget.JobBudget[] memory budgets) {
        budgets = new IKeeperBudget.JobBudget[](JOBS);
        for (uint256 i = 0; i < JOBS; ++i) budgets[i] = IKeeperBudget.JobBudget(_job(i), 0.1 ether);
    }

    /* ACTIONS: fees */

    function fees(uint256 shares) external {
        _begin();
        shares = bound(shares, 1, 2 ether);
        ledger.transferShares(address(distributor), shares);
        came += shares;
        ++done[Action.Fees];
    }

    function setParts(uint256 a, uint256 b, uint256 c) external {
        _begin();
        IRewardDistributor.Parts memory p = distributor.parts();
        (p.treasuryBp, p.reserveBp, p.keepersBp) = (
            _moved("treasury", p.treasuryBp, a, 4_000),
            _moved("reserve", p.reserveBp, b, 1_500),
            _moved("keepers", p.keepersBp, c, 1_500)
        );
        distributor.setParts(p);
        ++done[Action.SetParts];
    }

    /// @dev The root promises what it will; only the operators' part is there for it.
    function pull(uint256 shares) external {
        _begin();
        promised = ledger.sharesOf(_operatorsPay) + bound(shares, 1, 4 ether);
        OperatorFigures memory f = Figures.ofShares(_operatorId, promised);
        OperatorFigures memory other = Figures.ofShares(_operatorId + 1, 1);
        distributor.setRoot(f.rootOf(other));
        uint256 left = distributor.owed().operators;
        try distributor.pull(f, other.proofBeside()) returns (uint256 sent) {
            _check(sent <= left, "FEE-1: operators pull no more than their part");
            ++done[Action.Pull];
        } catch {
            _check(promised - ledger.sharesOf(_operatorsPay) > left, "FEE-1: what is theirs is paid");
        }
    }

    function pullTreasury() external {
        _begin();
        if (distributor.owed().treasury == 0) return;
        distributor.pullTreasury();
        ++done[Action.PullTreasury];
    }

    function pullReserve() external {
        _begin();
        if (distributor.owed().reserve == 0) return;
        distributor.pullReserve();
        ++done[Action.PullReserve];
    }

    function pullKeepers() external {
        _begin();
        if (distributor.owed().keepers == 0) return;
        filled += distributor.pullKeepers();
        ++done[Action.PullKeepers];
    }

    /* ACTIONS: keepers */

    function pay(uint256 which, uint256 amount) external {
        _begin();
        which %= JOBS;
        _pay(which, bound(amount, 0, 0.05 ether));
        ++done[Action.Pay];
    }

    /// @dev PAY-2: all that one job can get leaves the others what they had.
    function exhaust(uint256 which) external {
        _begin();
        which %= JOBS;
        // the frame's first payment, however small, is what parts are counted from
        _pay(which, 1e6);
        uint256[JOBS] memory left;
        for (uint256 i = 0; i < JOBS; ++i) (, left[i]) = keeperBudget.jobBudget(_job(i));
        _pay(which, type(uint96).max);
        uint256 sum = 0;
        for (uint256 i = 0; i <= JOBS; ++i) {
            (, uint256 now_) = keeperBudget.jobBudget(_job(i));
            _check(i == which || i == JOBS || now_ == left[i], "PAY-2: a job takes no other's budget");
            sum += now_;
        }
        // parts that were counted before a budget changed may be more than there is
        bool isThere = sum <= ledger.balanceOf(address(keeperBudget)) + 100;
        _check(isThere || budgetWasChanged, "PAY-2: and what is left to all is there");
        ++done[Action.Exhaust];
    }

    function refund(uint256 amount) external {
        _begin();
        uint256 shares = keeperBudget.refund(_keeper, bound(amount, 0, 0.5 ether));
        _count(JOBS, shares, type(uint256).max);
        ++done[Action.Refund];
    }

    function setBudget(uint256 which, uint256 amount) external {
        _begin();
        which %= JOBS;
        (uint256 old, ) = keeperBudget.jobBudget(_job(which));
        uint256 most = old + 0.2 ether > 0.3 ether ? 0.3 ether : old + 0.2 ether;
        if (currentTime() < keeperBudget.nextStepAt(_job(which))) most = old;
        amount = bound(amount, 0, most);
        keeperBudget.setJobBudget(_job(which), amount);
        if (amount > budgetOf[which]) budgetOf[which] = amount;
        budgetWasChanged = true;
        ++done[Action.SetBudget];
    }

    function passTime(uint256 duration) external {
        _begin();
        skipTime(bound(duration, 1, 2 days));
        _begin();
        ++done[Action.PassTime];
    }

    /* ACTIONS: faults */

    function lock(uint256 asked, uint256 bond) external {
        _begin();
        if (faults == FAULTS) return;
        if (bond % 3 == 0) bonds.deposit{value: bound(bond, 1 gwei, 2 ether)}(_operatorId);
        uint256 index = faults++;
        _balances[index] = 32e9;
        IValidatorRegistry.Validator memory v;
        v.operatorId = uint24(_operatorId);
        vm.mockCall(
            address(validatorRegistry),
            abi.encodeCall(validatorRegistry.validator, (index)),
            abi.encode(v)
        );
        bonds.lock(_operatorId, index, bound(asked, 1 gwei, 8 ether), 32e9, address(0));
        _prove();
        ++done[Action.Lock];
    }

    /// @dev As a report does: the reserve first, then the loss. Others lose what was not covered, and no more than
    /// what does not divide into a drip.
    function reportLoss(uint256 loss) external {
        _begin();
        loss = bound(loss, 1 gwei, 6 ether);
        nextFrame();
        _begin();
        _prove();
        (uint256 pooled, uint256 shares) = (ledger.getTotalPooledEther(), ledger.getTotalShares());
        (uint256 coverable, ) = insuranceReserve.coverableNow();
        uint256 burnt = insuranceReserve.coverLoss(loss);
        _check(burnt <= loss && burnt <= coverable, "BND-4: no more than the loss, or what bonds lack");
        uint256 target = _target();
        uint256 now_ = currentFrame();
        ledger.bookReport(
            IStakedEther.Booking({
                frame: uint32(now_),
                refSlot: uint64(now_ * SLOTS_PER_FRAME),
                beaconBalanceGwei: 0,
                depositedGwei: uint64(ledger.totalDepositedGwei()),
                change: -int256(loss),
                fee: 0,
                feeReceiver: address(distributor),
                fromWithdrawals: 0,
                fromRewards: 0
            })
        );
        _check(target - _target() >= loss, "the loss is booked");
        // what the others have had the reserve's part, and lose the rest. 0.001 ether is more than what does not divide into
        // a drip
        uint256 others = pooled - (pooled * (shares - ledger.getTotalShares())) / shares;
        _check(
            ledger.getTotalPooledEther() + (loss - burnt) + 0.001 ether >= others,
            "BND-4: others lose no more than what is not covered"
        );
        if (burnt > 0) ++done[Action.ReportLoss];
    }

    function settle(uint256 which, uint256 loss, bool last) external {
        _begin();
        if (faults == 0) return;
        which %= faults;
        if (bonds.lockOf(which).baseGwei == 0) return;
        uint256 gone = bound(loss, 0, 2e9);
        _balances[which] = _balances[which] > gone ? _balances[which] - gone : 1;
        bonds.settle(which, _balances[which], last, 0);
        _prove();
        ++done[Action.Settle];
    }

    function addBond(uint256 amount) external {
        _begin();
        bonds.deposit{value: bound(amount, 1 gwei, 3 ether)}(_operatorId);
        ++done[Action.AddBond];
    }

    function note() external {
        _begin();
        (uint256 noted, ) = insuranceReserve.noted();
        uint256 open = insuranceReserve.uncovered();
        if (noted == 0 ? open == 0 : open >= noted) return;
        insuranceReserve.note();
        ++done[Action.Note];
    }

    function cover() external {
        _begin();
        (uint256 noted, uint256 from) = insuranceReserve.noted();
        if (noted == 0) return;
        if (currentTime() < from) vm.warp(from);
        _begin();
        uint256 open = insuranceReserve.uncovered();
        if (ledger.getSharesByPooledEth(open < noted ? open : noted) == 0) return;
        if (ledger.sharesOf(address(insuranceReserve)) == 0) return;
        _prove();
        insuranceReserve.cover();
        ++done[Action.Cover];
    }

    /* VIEWS */

    /// @notice What was pulled and is owed of fees, and what the distributor holds, in shares.
    function feesNow() external view returns (uint256 all, uint256 owed, uint256 held) {
        IRewardDistributor.Split memory s = distributor.owed();
        owed = uint256(s.treasury) + s.reserve + s.keepers + s.operators;
        held = ledger.sharesOf(address(distributor));
        all = came - held;
    }

    function keepersShares() external view returns (uint256) {
        return ledger.sharesOf(address(keeperBudget));
    }

    function covered() external view returns (uint256 total, uint256 coverable, uint256 open) {
        (coverable, ) = insuranceReserve.coverableNow();
        (open, ) = bonds.shortfall();
        total = insuranceReserve.totalCovered();
    }

    /// @notice The sum of what single faults are short of by the model's own reckoning is what the vault tells.
    function lockedForShort() external view returns (uint256 told, uint256 most) {
        (, told) = bonds.shortfall();
        for (uint256 i = 0; i < faults; ++i) most += bonds.lockOf(i).shares;
    }

    function sharesAreThere() external view returns (bool) {
        return filled == ledger.sharesOf(address(keeperBudget)) + paidShares;
    }

    /* INTERNAL */

    function _job(uint256 i) private pure returns (bytes32) {
        return [JOB_FINALIZE, JOB_PROVE, JOB_TRIGGER, JOB_REFUND][i];
    }

    /// @dev A new frame begins its own count.
    function _begin() private {
        if (currentFrame() == frame) return;
        frame = currentFrame();
        budgetWasChanged = false;
        for (uint256 i = 0; i <= JOBS; ++i) {
            paid[i] = 0;
            (budgetOf[i], ) = keeperBudget.jobBudget(_job(i));
        }
    }

    function _pay(uint256 which, uint256 amount) private {
        uint256 shares = keeperBudget.pay(_job(which), _keeper, amount);
        _count(which, shares, amount);
    }

    function _count(uint256 which, uint256 shares, uint256 amount) private {
        uint256 worth = ledger.getPooledEthByShares(shares);
        _check(worth <= amount, "PAY-1: no more than was asked");
        paid[which] += worth;
        paidShares += shares;
    }

    function _fill(uint256 amount) private {
        uint256 shares = ledger.getSharesByPooledEth(amount);
        ledger.transferShares(address(keeperBudget), shares);
        filled += shares;
    }

    function _prove() private {
        (uint256 open, ) = bonds.shortfall();
        uint256 now_ = bonds.totalUncovered() + open;
        if (now_ > proven) proven = now_;
    }

    function _target() private view returns (uint256) {
        (, , uint256 undripped) = ledger.drip();
        return ledger.getTotalPooledEther() + undripped;
    }

    function _moved(bytes32 name, uint16 bp, uint256 dice, uint256 maximum) private view returns (uint16) {
        if (currentTime() < distributor.nextStepAt(name)) return bp;
        uint256 low = bp > 500 ? bp - 500 : 0;
        uint256 high = bp + 500 > maximum ? maximum : bp + 500;
        return uint16(bound(dice, low < high ? low : high, high));
    }

    function _check(bool holds, string memory what) private {
        if (!holds && bytes(broken).length == 0) broken = what;
    }
}

/// @notice Where fees go, and what is paid of them, under any sequence of actions. No action may revert.
/// hardhat-config: invariant.failOnRevert = true
contract FundsInvariantTest is RandomWalk {
    uint256 private constant ACTIONS = uint256(type(FundsHandler.Action).max) + 1;

    FundsHandler private handler;

    function setUp() public {
        handler = new FundsHandler();
        targetContract(address(handler));
        targetSelectors(address(handler), _actions());
    }

    function _actions() private view returns (bytes4[] memory actions) {
        actions = new bytes4[](ACTIONS);
        actions[0] = handler.fees.selector;
        actions[1] = handler.setParts.selector;
        actions[2] = handler.pull.selector;
        actions[3] = handler.pullTreasury.selector;
        actions[4] = handler.pullReserve.selector;
        actions[5] = handler.pullKeepers.selector;
        actions[6] = handler.pay.selector;
        actions[7] = handler.exhaust.selector;
        actions[8] = handler.refund.selector;
        actions[9] = handler.setBudget.selector;
        actions[10] = handler.passTime.selector;
        actions[11] = handler.lock.selector;
        actions[12] = handler.reportLoss.selector;
        actions[13] = handler.settle.selector;
        actions[14] = handler.addBond.selector;
        actions[15] = handler.note.selector;
        actions[16] = handler.cover.selector;
    }

    /* INVARIANTS */

    function invariant_FEE1_WhatIsOwedIsThere() public view {
        (, uint256 owed, uint256 held) = handler.feesNow();
        assertEq(owed, held, "FEE-1: what is owed is what came and was not pulled");
    }

    function invariant_PAY1_NoFramePaysAJobMoreThanItsBudget() public view {
        for (uint256 i = 0; i <= 3; ++i) {
            // the value of shares, measured by and by
            assertLe(handler.paid(i), handler.budgetOf(i) + 100, "PAY-1: within the budget of the frame");
        }
    }

    function invariant_PAY3_WhatIsPaidCameIn() public view {
        assertTrue(handler.sharesAreThere(), "PAY-3: what came is held or was paid");
    }

    function invariant_BND4_NothingIsCoveredTwice() public view {
        (uint256 total, uint256 coverable, uint256 open) = handler.covered();
        assertLe(total, handler.proven() + 2, "BND-4: no more than bonds ever lacked");
        assertLe(coverable, open, "BND-4: ahead no more than open faults are short of");
        (uint256 told, uint256 most) = handler.lockedForShort();
        assertLe(told, most, "BND-4: locks of short faults are some of all locks");
    }

    function invariant_Rules_HoldInsideActions() public view {
        assertEq(handler.broken(), "", "broken inside an action");
    }

    /* COVERAGE */

    /// @dev Every action can succeed, and the model follows each of them.
    function test_handler_EveryActionSucceeds() public {
        walk(address(handler), _actions(), 400);
        invariant_FEE1_WhatIsOwedIsThere();
        invariant_PAY1_NoFramePaysAJobMoreThanItsBudget();
        invariant_PAY3_WhatIsPaidCameIn();
        invariant_BND4_NothingIsCoveredTwice();
        invariant_Rules_HoldInsideActions();
        for (uint256 i = 0; i < ACTIONS; ++i) {
            assertGt(handler.done(FundsHandler.Action(i)), 0, string.concat("action ", vm.toString(i)));
        }
    }
}
