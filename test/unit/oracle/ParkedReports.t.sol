// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IAccounting} from "../../../contracts/interfaces/IAccounting.sol";
import {IProvenReports} from "../../../contracts/interfaces/IProvenReports.sol";
import {IReportLimits} from "../../../contracts/interfaces/IReportLimits.sol";
import {IReportOracle} from "../../../contracts/interfaces/IReportOracle.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {JOB_REPORT} from "../../../contracts/types/KeeperJob.sol";
import {Report} from "../../../contracts/types/Report.sol";
import {Deposits} from "../../utils/Deposits.sol";
import {SignedReports} from "../../utils/SignedReports.sol";

/// @notice Reports beyond their limits: parked, and what ends that.
contract ParkedReportsTest is SignedReports {
    using Deposits for Deposits.Batch;

    address private prover = makeAddr("prover");

    function setUp() public override {
        super.setUp();
        authority.grantRole(Roles.REPORTER, prover);
        authority.grantRole(Roles.DEPOSITOR, address(this));
        // after the boundary, so that the report knows nothing of it; before the next one
        Deposits.batch(300, 1e9).send(ledger);
        installAll();
        _goTo(1);
    }

    /* PARKED */

    function test_submit_ParksALossAboveItsLimit() public {
        (Report memory r, uint256 loss) = _lossReport();
        uint256 bound = (ledger.getTotalPooledEther() * 2 * 500) / 10_000;
        bytes32 hash = oracle.hashOf(r);
        bytes32 before = _stateHash();
        bytes memory signatures = signedBy(r, 0x1ff);
        IReportOracle.Evidence memory e = evidenceOf(1);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ReportAccepted(r.refSlot, hash, address(this), 0x1ff);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ReportParked(r.refSlot, hash, "lossPerFrame", loss, bound);
        oracle.submit(r, e, signatures);

        _assertParked(hash, r.refSlot);
        assertEq(_stateHash(), before, "nothing was booked");
        assertEq(oracle.submissionOf(FRAME + 1).submitter, address(0), "nothing is paid for");
    }

    function test_submit_ParksFiguresThatCannotBe() public {
        Report memory r = reportOf(1);
        r.withdrawalsReceived += 1;
        _expectParked(r, "withdrawalsReceived", 1, 0);
        r = reportOf(1);
        r.rewardsReceived += 7;
        _expectParked(r, "rewardsReceived", 7, 0);
        r = reportOf(1);
        (r.appeared, r.exited) = (3, 4);
        _expectParked(r, "exitedAbove", 4, 3);
        r.appeared = 201;
        _expectParked(r, "appeared", 201, 200);
        (r.appeared, r.exited) = (200, 200);
        _submit(r, 1);
        _assertNotParked();
        _goTo(2);
        r = reportOf(2);
        (r.appeared, r.exited) = (199, 200);
        _expectParked(r, "appearedBack", 199, 200);
        (r.appeared, r.exited) = (200, 199);
        _expectParked(r, "exitedBack", 199, 200);
    }

    /// @dev A second report of the frame is no way out: who signs both signs his bond away.
    function test_submit_RevertGiven_AnotherReportOfTheFrameIsParked() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        bytes32 first = oracle.hashOf(r);
        Report memory worse = r;
        worse.beaconBalanceGwei -= 1;
        bytes memory signatures = signedBy(worse, 0x1ff);
        expect(abi.encodeWithSelector(IReportOracle.ReportIsParked.selector, r.refSlot, first));
        oracle.submit(worse, evidenceOf(1), signatures);
    }

    /// @dev One of an earlier boundary, beyond its limits too, does not take the place of a later one.
    function test_submit_RevertGiven_AReportOfALaterFrameIsParked() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        bytes32 hash = oracle.hashOf(r);
        Report memory earlier = reportOf(0);
        earlier.withdrawalsReceived = 1;
        bytes memory signatures = signedBy(earlier, 0x1ff);
        IReportOracle.Evidence memory e = evidenceOf(0);
        expect(abi.encodeWithSelector(IReportOracle.ReportIsParked.selector, r.refSlot, hash));
        oracle.submit(earlier, e, signatures);
        _assertParked(hash, r.refSlot);
    }

    /* ENDED */

    function test_submit_ALaterReportEndsIt() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        bytes32 hash = oracle.hashOf(r);
        _goTo(2);
        Report memory later = reportOf(2);
        bytes memory signatures = signedBy(later, 0x1ff);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, hash, false);
        oracle.submit(later, evidenceOf(2), signatures);
        _assertNotParked();
        assertEq(ledger.lastReportFrame(), FRAME + 2, "booked");
        // the earlier one is dead
        signatures = signedBy(r, 0x1ff);
        IReportOracle.Evidence memory e = evidenceOf(1);
        expect(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, FRAME + 1, FRAME + 2));
        oracle.submit(r, e, signatures);
    }

    /// @dev An earlier report, signed and not handed in so far, is booked; nobody leaves at its rate.
    function test_submit_AnEarlierReportFinalisesNothing() public {
        uint256 id = _readyTicket();
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        Report memory earlier = reportOf(0);
        earlier.lastTicketId = uint64(id);
        _submit(earlier, 0);
        _assertParked(oracle.hashOf(r), r.refSlot);
        assertEq(ledger.lastReportFrame(), FRAME, "booked");
        assertFalse(queue.ticket(id).finalized, "not finalised");
    }

    /// @dev A ticket whose cooldown had ended at the first boundary, and that the buffer pays.
    function _readyTicket() private returns (uint256 id) {
        address alice = makeStaker("alice", 10 ether);
        uint256 now_ = vm.getBlockTimestamp();
        vm.warp(REF_TIME - COOLDOWN - 1);
        vm.startPrank(alice);
        ledger.approve(address(queue), type(uint256).max);
        id = queue.request(1 ether, alice);
        vm.stopPrank();
        vm.warp(now_);
    }

    function test_submit_ALaterReportBeyondItsLimitTakesThePlace() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        _goTo(2);
        Report memory later = reportOf(2);
        // three frames' limit is above all that was deposited: the vault's figure cannot be
        later.withdrawalsReceived = 1;
        bytes memory signatures = signedBy(later, 0x1ff);
        bytes32 hash = oracle.hashOf(r);
        IReportOracle.Evidence memory e = evidenceOf(2);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, hash, false);
        oracle.submit(later, e, signatures);
        _assertParked(oracle.hashOf(later), later.refSlot);
    }

    /// @dev What was too much may be within the limits by then: the same report is judged anew.
    function test_submit_TheParkedReportMayComeAgain() public {
        (Report memory r, uint256 loss) = _lossReport();
        _submit(r, 1);
        makeStaker("rich", 1_000 ether);
        bytes memory signatures = signedBy(r, 0x1ff);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, oracle.hashOf(r), true);
        oracle.submit(r, evidenceOf(1), signatures);
        _assertNotParked();
        assertEq(ledger.booksAt(FRAME + 2).profit, -int256(loss), "booked");
    }

    function test_resolve_BooksWhatGovernanceAccepts() public {
        (Report memory r, uint256 loss) = _lossReport();
        _submit(r, 1);
        uint256 pooled = ledger.getTotalPooledEther();
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, oracle.hashOf(r), true);
        oracle.resolve(r, true);
        _assertNotParked();
        assertEq(ledger.getTotalPooledEther(), pooled - loss, "booked");
        assertEq(ledger.lastReportFrame(), FRAME + 1, "frame");
    }

    function test_resolve_DropsWhatGovernanceRefuses() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        bytes32 before = _stateHash();
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, oracle.hashOf(r), false);
        oracle.resolve(r, false);
        _assertNotParked();
        assertEq(_stateHash(), before, "nothing booked");
    }

    /// @dev Its signatures are known to everybody: it must not be parked again by whoever likes.
    function test_submit_RevertGiven_GovernanceHasRefusedIt() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        oracle.resolve(r, false);
        bytes memory signatures = signedBy(r, 0x1ff);
        IReportOracle.Evidence memory e = evidenceOf(1);
        expect(abi.encodeWithSelector(IReportOracle.ReportRefused.selector, oracle.hashOf(r)));
        oracle.submit(r, e, signatures);
        _assertNotParked();
    }

    /// @dev The history of deposits reaches back one boundary: a word that comes later is not lost by a deposit.
    function test_resolve_ComesAsLateAsItLikes() public {
        (Report memory r, uint256 loss) = _lossReport();
        _submit(r, 1);
        _goTo(4);
        Deposits.batch(1, 1e9).send(ledger);
        uint256 id = vm.snapshotState();
        oracle.resolve(r, true);
        assertEq(ledger.booksAt(0).profit, -int256(loss), "booked");
        vm.revertToState(id);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        oracle.conclude(r);
        assertEq(ledger.booksAt(0).profit, -int256(loss), "booked by proof");
        (, uint256 depositedGwei) = ledger.reportOf(FRAME + 1);
        assertEq(depositedGwei, 300e9, "deposits of its boundary");
    }

    function test_resolve_RevertWhen_TheFigureCannotBe() public {
        Report memory r = reportOf(1);
        r.withdrawalsReceived += 1;
        _submit(r, 1);
        expect(
            abi.encodeWithSelector(
                IReportOracle.FigureImpossible.selector,
                bytes32("withdrawalsReceived"),
                1,
                0
            )
        );
        oracle.resolve(r, true);
        _assertParked(oracle.hashOf(r), r.refSlot);
        oracle.resolve(r, false);
        _assertNotParked();
    }

    function test_resolve_RevertWhen_ItIsNotTheParkedReport() public {
        (Report memory r, ) = _lossReport();
        bytes32 hash = oracle.hashOf(r);
        expect(abi.encodeWithSelector(IReportOracle.NotParked.selector, hash, bytes32(0)));
        oracle.resolve(r, true);
        _submit(r, 1);
        Report memory other = r;
        other.beaconBalanceGwei += 1;
        bytes32 otherHash = oracle.hashOf(other);
        expect(abi.encodeWithSelector(IReportOracle.NotParked.selector, otherHash, hash));
        oracle.resolve(other, true);
        vm.prank(prover);
        expect(abi.encodeWithSelector(Guarded.Unauthorized.selector, prover, Roles.REPORT_RESOLVER));
        oracle.resolve(r, true);
    }

    /* ITS OWN BALANCE, PROVEN */

    function test_conclude_BooksWhatIsTrue() public {
        (Report memory r, uint256 loss) = _lossReport();
        _submit(r, 1);
        bytes32 hash = oracle.hashOf(r);
        expect(abi.encodeWithSelector(IReportOracle.BalanceNotProven.selector, hash));
        oracle.conclude(r);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedBalanceProven(r.refSlot, hash, r.beaconBalanceGwei, 0);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedReportEnded(r.refSlot, hash, true);
        oracle.conclude(r);
        _assertNotParked();
        assertEq(ledger.booksAt(FRAME + 2).profit, -int256(loss), "booked");
    }

    /// @dev A false one stays parked: nobody leaves before the truth is booked, which a proof of now can do at once.
    function test_conclude_RevertWhen_TheBalanceIsFalse() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        uint64 told = r.beaconBalanceGwei;
        uint256 id = vm.snapshotState();
        // 0.1 % of what is proven, rounded down, above and below
        uint64[2] memory more = [(told * 1_000) / 999 - 2, (told * 1_000) / 999 + 2];
        for (uint256 i = 0; i < 2; ++i) {
            _conclude(r, more[i], 0, i == 0);
            vm.revertToState(id);
            id = vm.snapshotState();
        }
        // nothing that a proof leaves out makes a true balance smaller
        _conclude(r, more[1], 1e9, false);
        vm.revertToState(id);
        id = vm.snapshotState();
        // an ETH that the proof may leave out
        _conclude(r, ((told - 1e9) * 1_000) / 1_001 + 2, 1e9, true);
        vm.revertToState(id);
        id = vm.snapshotState();
        _conclude(r, ((told - 1e9) * 1_000) / 1_001 - 2, 1e9, false);
        vm.revertToState(id);
        _conclude(r, (told * 1_000) / 1_001 - 2, 0, false);

        bytes32 before = _stateHash();
        IProvenReports.ProvenBalances memory p = _proven(r.refSlot + 100, 0);
        vm.prank(prover);
        oracle.applyProven(p);
        assertNotEq(_stateHash(), before, "booked");
        _assertNotParked();
    }

    function _conclude(Report memory r, uint64 proven, uint64 uncertain, bool isTrue) private {
        vm.prank(prover);
        oracle.resolveParked(proven, uncertain);
        if (!isTrue) {
            expect(
                abi.encodeWithSelector(
                    IReportOracle.BalanceContradicted.selector,
                    r.beaconBalanceGwei,
                    proven,
                    uncertain
                )
            );
        }
        uint256 id = vm.snapshotState();
        oracle.conclude(r);
        if (!isTrue) return _assertParked(oracle.hashOf(r), r.refSlot);
        assertEq(ledger.lastReportFrame(), FRAME + 1, "booked");
        vm.revertToState(id);
    }

    /// @dev A proof may leave something out: the one that shows most stands.
    function test_resolveParked_KeepsTheGreatest() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        vm.startPrank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        oracle.resolveParked(r.beaconBalanceGwei / 2, 0);
        vm.stopPrank();
        oracle.conclude(r);
        assertEq(ledger.lastReportFrame(), FRAME + 1, "booked");
    }

    /// @dev The most of one proof, and the least of another: what one of them leaves out does not take it from the other.
    function test_resolveParked_KeepsTheMostOfAll() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        uint64 told = r.beaconBalanceGwei;
        vm.startPrank(prover);
        oracle.resolveParked(told - 5e9, 5e9);
        oracle.resolveParked(told - 3e9, 1e9);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ParkedBalanceProven(r.refSlot, oracle.hashOf(r), told - 3e9, 3e9);
        oracle.resolveParked(told - 4e9, 1e9);
        vm.stopPrank();
        oracle.conclude(r);
        assertEq(ledger.lastReportFrame(), FRAME + 1, "booked");
    }

    /// @dev Balances show nothing of counts: a lie about these is not booked with a true balance.
    function test_conclude_RevertGiven_ItsCountsAreBeyondTheirLimit() public {
        Report memory r = reportOf(1);
        (r.appeared, r.exited) = (type(uint32).max, type(uint32).max);
        _submit(r, 1);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        expect(
            abi.encodeWithSelector(
                IReportOracle.FigureImpossible.selector,
                bytes32("appeared"),
                type(uint32).max,
                200
            )
        );
        oracle.conclude(r);
    }

    /// @dev A loss of what vaults are told to have received is shown by no balance.
    function test_conclude_RevertGiven_TheLossIsOfTheVaults() public {
        uint256 limit = (ledger.getTotalPooledEther() * 500) / 10_000;
        vm.deal(address(withdrawalVault), limit + 1);
        (Report memory r, ) = _lossReport();
        r.withdrawalsReceived = 0;
        _submit(r, 1);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        expect(abi.encodeWithSelector(IReportOracle.VaultsMoved.selector, limit + 1, limit));
        oracle.conclude(r);
        vm.deal(address(withdrawalVault), limit);
        oracle.conclude(r);
        _assertNotParked();
    }

    /// @dev What both vaults hold beyond what is told counts together.
    function test_conclude_RevertGiven_TheLossIsOfBothVaults() public {
        uint256 limit = (ledger.getTotalPooledEther() * 500) / 10_000;
        vm.deal(address(withdrawalVault), limit / 2);
        vm.deal(address(rewardsVault), limit - limit / 2 + 1);
        (Report memory r, ) = _lossReport();
        (r.withdrawalsReceived, r.rewardsReceived) = (0, 0);
        _submit(r, 1);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        expect(abi.encodeWithSelector(IReportOracle.VaultsMoved.selector, limit + 1, limit));
        oracle.conclude(r);
        vm.deal(address(rewardsVault), limit - limit / 2);
        oracle.conclude(r);
        _assertNotParked();
    }

    /// @dev A true loss is booked whichever of its limits it breaks.
    function test_conclude_BooksALossBeyondTheLimitOfTheWindow() public {
        // two frames allow 15 %, half of a window 12.5 %
        oracle.setLimits(IReportLimits.Limits(1_500, 750, 2_500, 100, 100));
        uint256 limit = (ledger.getTotalPooledEther() * 2_500) / 20_000;
        Report memory r = reportOf(1);
        uint256 loss = _raiseLoss(r, limit + 1 gwei);
        _expectParked(r, "lossPerWindow", loss, limit);
        _submit(r, 1);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        oracle.conclude(r);
        assertEq(ledger.booksAt(FRAME + 2).profit, -int256(loss), "booked");
    }

    function test_conclude_RevertWhen_ItIsNotTheParkedReport() public {
        (Report memory r, ) = _lossReport();
        bytes32 hash = oracle.hashOf(r);
        expect(abi.encodeWithSelector(IReportOracle.NotParked.selector, hash, bytes32(0)));
        oracle.conclude(r);
        vm.startPrank(prover);
        expect(abi.encodeWithSelector(IReportOracle.NotParked.selector, bytes32(0), bytes32(0)));
        oracle.resolveParked(1, 0);
        vm.stopPrank();
        expect(abi.encodeWithSelector(Guarded.Unauthorized.selector, address(this), Roles.REPORTER));
        oracle.resolveParked(1, 0);
    }

    /// @dev What was proven of one report says nothing of the next.
    function test_conclude_RevertGiven_ALaterReportTookThePlace() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        vm.prank(prover);
        oracle.resolveParked(r.beaconBalanceGwei, 0);
        _goTo(2);
        Report memory later = reportOf(2);
        later.withdrawalsReceived = 1;
        _submit(later, 2);
        expect(abi.encodeWithSelector(IReportOracle.BalanceNotProven.selector, oracle.hashOf(later)));
        oracle.conclude(later);
    }

    /* PROVEN BALANCES */

    function test_applyProven_BooksTheTruthWhileAReportIsParked() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        // the committee told of a loss that never was
        IProvenReports.ProvenBalances memory p = _proven(r.refSlot + 100, 0);
        vm.prank(prover);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ProvenReportBooked(FRAME + 1, p);
        oracle.applyProven(p);
        _assertNotParked();
        assertEq(ledger.booksAt(FRAME + 2).profit, 0, "no loss");
        assertEq(ledger.lastReportFrame(), FRAME + 1, "frame");
    }

    /// @dev What was deposited after the boundary is no part of it: who takes the frame for a frontier counts on that.
    function test_applyProven_KeepsTheDepositsOfItsBoundary() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        IProvenReports.ProvenBalances memory p = _proven(r.refSlot + 100, 0);
        p.boundaryGwei -= 32e9;
        vm.prank(prover);
        oracle.applyProven(p);
        (, uint256 depositedGwei) = ledger.reportOf((r.refSlot + 100) / SLOTS_PER_FRAME);
        assertEq(depositedGwei, p.boundaryGwei, "as of the boundary");
        assertEq(ledger.booksAt(0).profit, 0, "all of it was there");
    }

    function test_applyProven_BooksALossOfAnySize() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        IProvenReports.ProvenBalances memory p = _proven(r.refSlot, 200e9);
        uint256 pooled = ledger.getTotalPooledEther();
        vm.prank(prover);
        oracle.applyProven(p);
        assertEq(ledger.booksAt(FRAME + 2).profit, -200 ether, "booked");
        (, , uint256 level) = oracle.counts();
        uint256 window = (pooled * 5_000) / 20_000;
        assertEq(level, (200 ether * 1e18 + window - 1) / window, "and remembered");
    }

    /// @dev A gain is capped like any other: forced ether must not lift the rate at once.
    function test_applyProven_CapsAGain() public {
        vm.warp(REF_TIME + 3 * FRAME_SECONDS);
        IProvenReports.ProvenBalances memory p = _proven(uint64((FRAME + 2) * SLOTS_PER_FRAME), 0);
        p.beaconBalanceGwei += 50e9;
        uint256 cap = (ledger.getTotalPooledEther() * 1_500 * 3 * FRAME_SECONDS) / (10_000 * 365 days);
        vm.prank(prover);
        oracle.applyProven(p);
        assertEq(ledger.booksAt(FRAME + 4).highWater, int256(cap), "capped");
    }

    function test_applyProven_RevertGiven_TheCommitteeIsNotSilent() public {
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + 5, 0);
        vm.startPrank(prover);
        vm.warp(GENESIS_TIME + (FIRST_FRAME + 3) * FRAME_SECONDS - 1);
        expect(abi.encodeWithSelector(IReportOracle.NotSilent.selector, FIRST_FRAME, FIRST_FRAME + 2));
        oracle.applyProven(p);
        vm.warp(GENESIS_TIME + (FIRST_FRAME + 3) * FRAME_SECONDS);
        oracle.applyProven(p);
        assertEq(ledger.lastReportFrame(), FRAME, "as the report of its frame");
    }

    function test_applyProven_RevertWhen_AReportOfItsFrameIsBooked() public {
        vm.warp(REF_TIME + 4 * FRAME_SECONDS);
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + 5, 0);
        vm.startPrank(prover);
        oracle.applyProven(p);
        expect(abi.encodeWithSelector(IAccounting.FrameNotLater.selector, FRAME, FRAME));
        oracle.applyProven(p);
    }

    function test_applyProven_LeavesALaterParkedReport() public {
        (Report memory r, ) = _lossReport();
        _submit(r, 1);
        uint256 id = _readyTicket();
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + 5, 0);
        vm.prank(prover);
        oracle.applyProven(p);
        _assertParked(oracle.hashOf(r), r.refSlot);
        assertFalse(queue.ticket(id).finalized, "nobody leaves at the rate of before");
        assertEq(ledger.lastReportFrame(), FRAME, "booked before it");
    }

    function test_applyProven_RevertWhen_AVaultNeverHeldWhatIsTold() public {
        vm.warp(REF_TIME + 4 * FRAME_SECONDS);
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + 5, 0);
        p.rewardsReceived += 1;
        expect(
            abi.encodeWithSelector(IReportOracle.FigureImpossible.selector, bytes32("rewardsReceived"), 1, 0)
        );
        vm.prank(prover);
        oracle.applyProven(p);
    }

    function test_applyProven_RevertWhen_TheCallerIsNoReporter() public {
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT, 0);
        expect(abi.encodeWithSelector(Guarded.Unauthorized.selector, address(this), Roles.REPORTER));
        oracle.applyProven(p);
    }

    function test_applyProven_FinalisesAllThatIsReady() public {
        address alice = makeStaker("alice", 10 ether);
        vm.startPrank(alice);
        ledger.approve(address(queue), type(uint256).max);
        vm.warp(REF_TIME + 2 hours);
        uint256 first = queue.request(1 ether, alice);
        vm.warp(REF_TIME + 3 hours);
        uint256 second = queue.request(1 ether, alice);
        queue.request(1 ether, alice);
        vm.stopPrank();
        uint256 readyAt = queue.ticket(first).readyAt;
        vm.warp(readyAt + 1 hours);
        uint64 slot = uint64((readyAt - GENESIS_TIME) / SECONDS_PER_SLOT);
        IProvenReports.ProvenBalances memory p = _proven(slot, 0);
        vm.prank(prover);
        oracle.applyProven(p);
        assertTrue(queue.ticket(first).finalized, "finalised");
        assertFalse(queue.ticket(second).finalized, "not ready");
    }

    /// @dev One that waited, perhaps for a loss that it does not know, finalises nothing.
    function test_applyProven_FinalisesNothingGivenItIsOld() public {
        uint256 id = _readyTicket();
        uint256 freshUntil = REF_TIME + (FRAME_SECONDS * 3) / 2;
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT, 0);
        vm.startPrank(prover);
        vm.warp(REF_TIME + 2 * FRAME_SECONDS);
        uint256 state = vm.snapshotState();
        oracle.applyProven(p);
        assertFalse(queue.ticket(id).finalized, "too old");
        vm.revertToState(state);
        vm.stopPrank();
        assertLt(freshUntil, vm.getBlockTimestamp(), "a frame and a half");
    }

    /// @dev To the second: a frame and a half after its moment it finalises nothing any more.
    function test_applyProven_FinalisesForAFrameAndAHalf() public {
        uint256 id = _readyTicket();
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + uint64(SLOTS_PER_FRAME), 0);
        uint256 end = p.time + FRAME_SECONDS + FRAME_SECONDS / 2;
        uint256 state = vm.snapshotState();
        vm.warp(end);
        vm.prank(prover);
        oracle.applyProven(p);
        assertFalse(queue.ticket(id).finalized, "too old");
        vm.revertToState(state);
        vm.warp(end - 1);
        vm.prank(prover);
        oracle.applyProven(p);
        assertTrue(queue.ticket(id).finalized, "a second before");
    }

    /// @dev Of counts nothing was proven: those of the last report stay, and no later report goes back behind them.
    function test_applyProven_KeepsTheCounts() public {
        Report memory r = reportOf(1);
        (r.appeared, r.exited) = (5, 2);
        _submit(r, 1);
        _goTo(5);
        IProvenReports.ProvenBalances memory p = _proven(REF_SLOT + uint64(4 * SLOTS_PER_FRAME), 0);
        vm.prank(prover);
        oracle.applyProven(p);
        assertEq(ledger.lastReportFrame(), FRAME + 4, "booked");
        (uint256 appeared, uint256 exited, ) = oracle.counts();
        assertEq(appeared, 5, "appeared");
        assertEq(exited, 2, "exited");
    }

    /* SUBMISSIONS */

    function test_submissionOf_TellsWhoSubmittedAndWhoSigned() public {
        address keeper = makeAddr("keeper");
        Report memory r = reportOf(1);
        bytes memory signatures = signedBy(r, 0x1bf);
        IReportOracle.Evidence memory e = evidenceOf(1);
        vm.fee(20 gwei);
        // due two epochs after the boundary; a quarter of two hours later
        vm.warp(REF_TIME + FRAME_SECONDS + 64 * 12 + 30 minutes);
        vm.prank(keeper);
        oracle.submit(r, e, signatures);
        IReportOracle.Submission memory s = oracle.submissionOf(FRAME + 1);
        assertEq(s.submitter, keeper, "submitter");
        assertEq(s.signedBy, 0x1bf, "signers");
        assertEq(s.payGwei, (uint256(250_000) * 20) / 4, "a quarter of the gas");
        assertEq(oracle.submissionOf(FRAME).submitter, address(0), "none");
        assertEq(oracle.submissionOf(FRAME + 65).submitter, address(0), "none yet");

        // there is nothing to pay it with, and then there is
        authority.grantRole(Roles.BUDGET_SPENDER, address(oracle));
        keeperBudget.setJobBudget(JOB_REPORT, 0.1 ether);
        expect(abi.encodeWithSelector(IReportOracle.NothingToPay.selector, FRAME + 1));
        oracle.paySubmitter(FRAME + 1);
        // nobody spends it on a part
        address stranger = makeStaker("stranger", 1 ether);
        vm.prank(stranger);
        ledger.transferShares(address(keeperBudget), 10_000);
        expect(abi.encodeWithSelector(IReportOracle.NothingToPay.selector, FRAME + 1));
        oracle.paySubmitter(FRAME + 1);
        address patron = makeStaker("patron", 10 ether);
        vm.prank(patron);
        ledger.transferShares(address(keeperBudget), 10 ether);
        assertEq(oracle.paySubmitter(FRAME + 1), 0.00125 ether, "in shares, at one");
        assertEq(ledger.sharesOf(keeper), 0.00125 ether, "sent");
        assertEq(oracle.submissionOf(FRAME + 1).payGwei, 0, "once");
        assertEq(oracle.submissionOf(FRAME + 1).signedBy, 0x1bf, "the rest stays");
        expect(abi.encodeWithSelector(IReportOracle.NothingToPay.selector, FRAME + 1));
        oracle.paySubmitter(FRAME + 1);
    }

    function test_submissionOf_PaysNothingAtOnceAndNeverMoreThanItsCap() public {
        vm.fee(500 gwei);
        vm.warp(REF_TIME + FRAME_SECONDS + 64 * 12);
        _submit(reportOf(1), 1);
        assertEq(oracle.submissionOf(FRAME + 1).payGwei, 0, "at once");
        vm.warp(REF_TIME + 2 * FRAME_SECONDS + 10 hours);
        _submit(reportOf(2), 2);
        assertEq(
            oracle.submissionOf(FRAME + 2).payGwei,
            uint256(250_000) * 100,
            "all, at the highest base fee"
        );
    }

    /* COLLECT */

    function test_collect_BringsWhatTheVaultsHoldAtAnyTime() public {
        vm.deal(address(withdrawalVault), 3 ether);
        vm.deal(address(rewardsVault), 0.1 ether);
        uint256 held = ledger.buffer();
        uint256 pooled = ledger.getTotalPooledEther();
        vm.prank(makeAddr("anyone"));
        assertEq(oracle.collect(), 3.1 ether, "collected");
        assertEq(ledger.buffer(), held + 3.1 ether, "in the buffer");
        assertEq(ledger.getTotalPooledEther(), pooled, "not yet a gain");
        assertEq(oracle.collect(), 0, "nothing more");
        // the next report counts it, as if it had stayed
        Report memory r = reportOf(1);
        assertEq(uint256(r.withdrawalsReceived), 3 ether, "told");
        r.rewardsReceived = 0.1 ether;
        r.beaconBalanceGwei = 297e9;
        _submit(r, 1);
        assertEq(ledger.surplus(), 0, "nothing was forced in");
        assertEq(ledger.booksAt(FRAME + 2).highWater, 0.1 ether, "a gain of the rewards");
    }

    /* INTERNAL */

    /// @dev A report of the second frame with a loss just above its limit, and that loss in wei.
    function _lossReport() private view returns (Report memory r, uint256 loss) {
        r = reportOf(1);
        uint256 limit = (ledger.getTotalPooledEther() * 2 * 500) / 10_000;
        loss = _raiseLoss(r, limit + 1 gwei);
    }

    /// @dev An hour after the boundary of frame `i`, when its report is due.
    function _goTo(uint256 i) private {
        vm.warp(REF_TIME + i * FRAME_SECONDS + 1 hours);
    }

    function _raiseLoss(Report memory r, uint256 least) private pure returns (uint256 loss) {
        uint256 gwei_ = (least + 1 gwei - 1) / 1 gwei;
        loss = gwei_ * 1 gwei;
        r.beaconBalanceGwei = uint64(300e9 - gwei_);
    }

    function _proven(
        uint64 slot,
        uint64 lossGwei
    ) private view returns (IProvenReports.ProvenBalances memory p) {
        p.slot = slot;
        p.time = uint64(GENESIS_TIME + slot * SECONDS_PER_SLOT);
        p.depositedGwei = uint64(ledger.totalDepositedGwei());
        p.boundaryGwei = p.depositedGwei;
        p.beaconBalanceGwei = p.depositedGwei - lossGwei;
    }

    function _submit(Report memory r, uint256 frame) private {
        oracle.submit(r, evidenceOf(frame), signedBy(r, 0x1ff));
    }

    function _expectParked(Report memory r, bytes32 limit, uint256 value, uint256 bound) private {
        uint256 id = vm.snapshotState();
        bytes memory signatures = signedBy(r, 0x1ff);
        IReportOracle.Evidence memory e = evidenceOf(r.refSlot / SLOTS_PER_FRAME - FRAME);
        vm.expectEmit(address(oracle));
        emit IReportOracle.ReportParked(r.refSlot, oracle.hashOf(r), limit, value, bound);
        oracle.submit(r, e, signatures);
        vm.revertToState(id);
    }

    function _assertParked(bytes32 hash, uint256 refSlot) private view {
        (bytes32 parkedHash, bytes32 root, uint64 parkedSlot, uint256 depositedGwei) = oracle.parked();
        assertEq(parkedHash, hash, "hash");
        assertEq(parkedSlot, refSlot, "slot");
        assertEq(root, headerVector(file, frameKey(refSlot / SLOTS_PER_FRAME - FRAME)).root, "root");
        assertEq(depositedGwei, 300e9, "deposits at its boundary");
        assertTrue(queue.isSuspended(), "finalisations are suspended");
    }

    function _assertNotParked() private view {
        (bytes32 parkedHash, bytes32 root, uint64 parkedSlot, uint256 depositedGwei) = oracle.parked();
        assertEq(parkedHash, bytes32(0), "hash");
        assertEq(root, bytes32(0), "root");
        assertEq(parkedSlot, 0, "slot");
        assertEq(depositedGwei, 0, "deposits");
        assertFalse(queue.isSuspended(), "finalisations go on");
    }

    function _stateHash() private view returns (bytes32) {
        IStakedEther.Books memory books = ledger.booksAt(FRAME + 2);
        (uint256 rate, uint256 end, uint256 undripped) = ledger.drip();
        (uint256 appeared, uint256 exited, uint256 level) = oracle.counts();
        return
            keccak256(
                abi.encode(
                    books,
                    abi.encode(ledger.totalUnits(), rate, end, undripped, appeared, exited, level),
                    abi.encode(address(ledger).balance, distributor.root())
                )
            );
    }
}
