// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {IProvenReports} from "../interfaces/IProvenReports.sol";
import {IReportOracle} from "../interfaces/IReportOracle.sol";
import {IRewardDistributor} from "../interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {KeeperPay} from "../libraries/KeeperPay.sol";
import {SubmissionRing} from "../libraries/SubmissionRing.sol";
import {JOB_REPORT} from "../types/KeeperJob.sol";
import {Report} from "../types/Report.sol";
import {Accounting} from "./Accounting.sol";

/// @title ReportOracle
/// @notice The door of reports: frame and order, the chain's own finalised block, signatures, limits; then the accounting.
/// TRUST: more than two thirds of the committee's weight, within the limits of reports; `REPORTER` for what it has proven;
/// `REPORT_RESOLVER` for what is beyond the limits.
/// INVARIANTS: ORA-1, ORA-2.
/// ASSUMPTIONS: the beacon state is laid out as in Electra and Fulu; for another fork this contract is replaced. A
/// successor may begin without what is kept here: then no report is parked.
contract ReportOracle is IReportOracle, Accounting {
    using SubmissionRing for SubmissionRing.Ring;

    /// @notice Least length of a frame: finality takes two epochs, and a report must come before the next boundary, as far
    /// back as the ledger's history of deposits reaches.
    uint256 public constant MIN_EPOCHS_PER_FRAME = 3;
    /// @notice Least silence after which proven balances are the report, in frames.
    uint256 public constant MIN_SILENCE = 2;
    /// @notice Longest.
    uint256 public constant MAX_SILENCE = 14;
    /// @notice Most gas that a report's pay covers.
    uint256 public constant MAX_PAY_GAS = 400_000;
    /// @notice Highest base fee that the pay may be reckoned with, in wei.
    uint256 public constant MAX_BASE_FEE = 1_000 gwei;
    /// @notice How far a balance may be from the proven one and be true, in 1/10,000: keys whose validators exist and are
    /// not proven count in one and not in the other.
    uint256 public constant TOLERANCE_BP = 10;
    /// @dev Epochs from the reference slot to its finality: a report is due then.
    uint256 private constant EPOCHS_TO_FINALITY = 2;

    /* IMMUTABLES */

    /// @notice Who signs.
    IOracleCommittee public immutable committee;
    /// @inheritdoc IReportOracle
    uint256 public immutable slotsPerFrame;
    /// @notice Slots of an epoch of the beacon chain.
    uint256 public immutable slotsPerEpoch;
    /// @notice Frames without a report after which proven balances are the report.
    uint256 public immutable silenceFrames;

    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerSlot;
    uint256 private immutable _payGas;
    uint256 private immutable _payRise;
    uint256 private immutable _maxBaseFee;

    /* STORAGE */

    // 1 byte, in one slot with the limits of reports and the fee
    bool private _isParked;
    // 4 * 8 bytes, of the parked report; the rest stands behind them
    uint64 private _provenGwei;
    uint64 private _uncertainGwei;
    uint64 private _parkedSlot;
    uint64 private _parkedDepositedGwei;
    bool private _isProven;
    bytes32 private _parkedHash;
    bytes32 private _parkedRoot;
    /// @dev The last one that governance refused: whoever has its signatures cannot park it again.
    bytes32 private _refusedHash;
    SubmissionRing.Ring private _submissions;

    /* CONSTRUCTOR */

    /// @notice The frame is the ledger's; it must be a whole number of epochs, and enough of them.
    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        IOracleCommittee committee_,
        AccountingParameters memory accounting,
        Limits memory limits_,
        Parameters memory p
    ) Guarded(authority_) Accounting(ledger_, queue, distributor, accounting, limits_) {
        _require(p.secondsPerSlot > 0, "secondsPerSlot", p.secondsPerSlot);
        uint256 slots = _frameSeconds / p.secondsPerSlot;
        _require(
            p.slotsPerEpoch > 0 && slots % p.slotsPerEpoch == 0 && slots * p.secondsPerSlot == _frameSeconds,
            "slotsPerEpoch",
            p.slotsPerEpoch
        );
        uint256 epochs = slots / p.slotsPerEpoch;
        _require(epochs >= MIN_EPOCHS_PER_FRAME, "epochsPerFrame", epochs);
        _require(
            p.silenceFrames >= MIN_SILENCE && p.silenceFrames <= MAX_SILENCE,
            "silenceFrames",
            p.silenceFrames
        );
        _require(p.payGas <= MAX_PAY_GAS, "payGas", p.payGas);
        _require(p.payRise > 0 && p.payRise <= _frameSeconds, "payRise", p.payRise);
        _require(p.maxBaseFee <= MAX_BASE_FEE, "maxBaseFee", p.maxBaseFee);
        committee = committee_;
        slotsPerEpoch = p.slotsPerEpoch;
        slotsPerFrame = slots;
        silenceFrames = p.silenceFrames;
        _genesisTime = ledger_.parameters().genesisTime;
        _secondsPerSlot = p.secondsPerSlot;
        _payGas = p.payGas;
        _payRise = p.payRise;
        _maxBaseFee = p.maxBaseFee;
        _submissions.prepare();
    }

    /* ANYONE */

    /// @inheritdoc IReportOracle
    function submit(Report calldata report, Evidence calldata evidence, bytes calldata signatures) external {
        (uint256 frame, uint256 refTime) = _boundaryOf(report.refSlot);
        _requireFinalized(report, evidence, refTime);

        bytes32 reportHash = hashOf(report);
        uint256 signedBy = committee.verify(
            address(this),
            report.refSlot,
            report.blockRoot,
            reportHash,
            refTime,
            signatures
        );
        emit ReportAccepted(report.refSlot, reportHash, msg.sender, signedBy);

        IStakedEther.Books memory books = _booksBefore(frame);
        Figures memory f = _figures(report, books, frame);
        Breach memory breach = _breach(f);
        if (breach.limit != 0) return _park(report, reportHash, books.depositedGwei, breach);
        // a bit for each of at most 32 members; frames of 32 bits
        _submissions.record(frame, msg.sender, signedBy, _payGwei(refTime));
        if (!_isParked) return _apply(report, books, f, frame, refTime);
        _applyBeside(report, books, f, frame, refTime, reportHash == _parkedHash);
    }

    /// @inheritdoc IReportOracle
    function conclude(Report calldata report) external {
        (bytes32 reportHash, uint256 told) = (hashOf(report), report.beaconBalanceGwei);
        require(_isParked && reportHash == _parkedHash, NotParked(reportHash, _parkedHash));
        require(_isProven, BalanceNotProven(reportHash));
        uint256 proven = _provenGwei;
        uint256 tolerance = (proven * TOLERANCE_BP) / BP;
        // what a proof may leave out makes a true balance larger, never smaller
        require(
            told + tolerance >= proven && told <= proven + tolerance + _uncertainGwei,
            BalanceContradicted(told, proven, _uncertainGwei)
        );
        (uint256 frame, uint256 refTime) = _boundaryOf(report.refSlot);
        IStakedEther.Books memory books = _booksWith(frame, _parkedDepositedGwei);
        Figures memory f = _figures(report, books, frame);
        Breach memory b = _breach(f);
        // balances show nothing of counts, nor of what vaults held then: no more of a loss may be theirs than a report may
        // tell unproven
        require(
            b.limit == 0 || b.limit == LOSS_PER_FRAME || b.limit == LOSS_PER_WINDOW,
            FigureImpossible(b.limit, b.value, b.bound)
        );
        uint256 more = f.withdrawalsHeld - f.withdrawalsReceived + f.rewardsHeld - f.rewardsReceived;
        uint256 bound = (f.pooledEther * limits().lossBpPerFrame) / BP;
        require(more <= bound, VaultsMoved(more, bound));
        _endParked(true);
        _apply(report, books, f, frame, refTime);
    }

    /// @inheritdoc IReportOracle
    function paySubmitter(uint256 frame) external returns (uint256 shares) {
        (address submitter, uint256 signedBy, uint256 payGwei) = _submissions.find(frame);
        if (payGwei > 0) {
            _submissions.record(frame, submitter, signedBy, 0);
            shares = rewardDistributor.keeperBudget().pay(JOB_REPORT, submitter, payGwei * GWEI);
        }
        // all of it or nothing, so that nobody spends a submitter's pay on a part: shares are rounded down
        bool isPaid = shares > 0 && ledger.getPooledEthByShares(shares) + GWEI >= payGwei * GWEI;
        require(isPaid, NothingToPay(frame));
    }

    /* BRAINS */

    /// @inheritdoc IProvenReports
    function applyProven(ProvenBalances calldata proven) external onlyRole(Roles.REPORTER) {
        uint256 frame = proven.slot / slotsPerFrame;
        IStakedEther.Books memory books = _booksWith(frame, proven.depositedGwei);
        uint256 now_ = (block.timestamp - _genesisTime) / _frameSeconds;
        require(_isParked || now_ >= books.frame + silenceFrames, NotSilent(books.frame, now_));
        emit ProvenReportBooked(frame, proven);

        Report memory report = _reportOf(proven);
        Figures memory f = _figures(report, books, frame);
        _requirePossible(f);
        // the ledger keeps it for the boundary, as of every report
        books.depositedGwei = proven.boundaryGwei;
        if (!_isParked) return _apply(report, books, f, frame, proven.time);
        _applyBeside(report, books, f, frame, proven.time, false);
    }

    /// @inheritdoc IProvenReports
    function resolveParked(uint64 beaconBalanceGwei, uint64 uncertainGwei) external onlyRole(Roles.REPORTER) {
        require(_isParked, NotParked(0, 0));
        // a proof may leave something out: the greatest figures stand
        uint64 most = _provenGwei + _uncertainGwei;
        if (most < beaconBalanceGwei + uncertainGwei) most = beaconBalanceGwei + uncertainGwei;
        uint64 least = _provenGwei < beaconBalanceGwei ? beaconBalanceGwei : _provenGwei;
        (_isProven, _provenGwei, _uncertainGwei) = (true, least, most - least);
        emit ParkedBalanceProven(_parkedSlot, _parkedHash, least, most - least);
    }

    /* GOVERNANCE */

    /// @inheritdoc IReportOracle
    function resolve(Report calldata report, bool accept) external onlyRole(Roles.REPORT_RESOLVER) {
        bytes32 reportHash = hashOf(report);
        require(_isParked && reportHash == _parkedHash, NotParked(reportHash, _parkedHash));
        uint64 depositedGwei = _parkedDepositedGwei;
        _endParked(accept);
        if (!accept) {
            _refusedHash = reportHash;
            return withdrawalQueue.endSuspension();
        }

        (uint256 frame, uint256 refTime) = _boundaryOf(report.refSlot);
        IStakedEther.Books memory books = _booksWith(frame, depositedGwei);
        Figures memory f = _figures(report, books, frame);
        _requirePossible(f);
        _apply(report, books, f, frame, refTime);
    }

    /* VIEWS */

    /// @inheritdoc IProvenReports
    function parked()
        external
        view
        returns (bytes32 reportHash, bytes32 blockRoot, uint64 refSlot, uint256 depositedGwei)
    {
        return (_parkedHash, _parkedRoot, _parkedSlot, _parkedDepositedGwei);
    }

    /// @inheritdoc IReportOracle
    function submissionOf(uint256 frame) external view returns (Submission memory) {
        (address submitter, uint256 signedBy, uint256 payGwei) = _submissions.find(frame);
        // kept in 32 bits each
        return Submission(submitter, uint32(signedBy), uint32(payGwei));
    }

    /// @inheritdoc IReportOracle
    function hashOf(Report calldata report) public pure returns (bytes32) {
        return keccak256(abi.encode(report));
    }

    /// @inheritdoc IReportOracle
    function currentFrame() external view returns (uint256 frame, uint256 refSlot) {
        frame = (block.timestamp - _genesisTime) / _frameSeconds;
        refSlot = frame * slotsPerFrame;
    }

    /* INTERNAL */

    function _boundaryOf(uint256 refSlot) private view returns (uint256 frame, uint256 refTime) {
        frame = refSlot / slotsPerFrame;
        require(frame * slotsPerFrame == refSlot, NotAFrameBoundary(refSlot, slotsPerFrame));
        refTime = _genesisTime + frame * _frameSeconds;
    }

    /// @dev Nothing of it is booked. A frame has one parked report at most: who signs two for it, signs his bond away.
    function _park(
        Report calldata report,
        bytes32 reportHash,
        uint256 depositedGwei,
        Breach memory breach
    ) private {
        uint64 refSlot = report.refSlot;
        require(reportHash != _refusedHash, ReportRefused(reportHash));
        require(!_isParked || refSlot > _parkedSlot, ReportIsParked(_parkedSlot, _parkedHash));
        if (_isParked) _endParked(false);
        (_isParked, _parkedSlot, _parkedHash, _parkedRoot) = (true, refSlot, reportHash, report.blockRoot);
        // kept in 64 bits by the ledger
        _parkedDepositedGwei = uint64(depositedGwei);
        emit ReportParked(refSlot, reportHash, breach.limit, breach.value, breach.bound);
        withdrawalQueue.suspend();
    }

    /// @dev While a report is parked: it ends, unless it is of a later boundary. Then it is still to be judged, and nobody
    /// leaves at the rate of before it.
    function _applyBeside(
        Report memory report,
        IStakedEther.Books memory books,
        Figures memory f,
        uint256 frame,
        uint256 refTime,
        bool isTheParked
    ) private {
        bool staysParked = _parkedSlot > report.refSlot;
        if (staysParked) report.lastTicketId = 0;
        else _endParked(isTheParked);
        _apply(report, books, f, frame, refTime);
        if (staysParked) withdrawalQueue.suspend();
    }

    function _endParked(bool booked) private {
        emit ParkedReportEnded(_parkedSlot, _parkedHash, booked);
        (_isParked, _isProven, _provenGwei, _uncertainGwei) = (false, false, 0, 0);
        (_parkedSlot, _parkedDepositedGwei, _parkedHash, _parkedRoot) = (0, 0, 0, 0);
    }

    function _payGwei(uint256 refTime) private view returns (uint256) {
        uint256 dueAt = refTime + EPOCHS_TO_FINALITY * slotsPerEpoch * _secondsPerSlot;
        if (block.timestamp <= dueAt) return 0;
        uint256 baseFee = Math.min(block.basefee, _maxBaseFee);
        // at most 400,000 gas at 1,000 gwei each
        return KeeperPay.due(_payGas, baseFee, block.timestamp - dueAt, _payRise) / GWEI;
    }

    function _requirePossible(Figures memory f) private view {
        Breach memory b = _impossible(f);
        require(b.limit == 0, FigureImpossible(b.limit, b.value, b.bound));
    }

    function _reportOf(ProvenBalances calldata proven) private view returns (Report memory report) {
        report.refSlot = proven.slot;
        report.blockRoot = proven.blockRoot;
        report.beaconBalanceGwei = proven.beaconBalanceGwei;
        report.withdrawalsReceived = proven.withdrawalsReceived;
        report.rewardsReceived = proven.rewardsReceived;
        // of these nothing was proven: those of the last report stay
        (uint256 appeared, uint256 exited, ) = counts();
        (report.appeared, report.exited) = (uint32(appeared), uint32(exited));
        // a proof that waited, perhaps for a loss that it does not know, finalises nothing; else all that is ready: who
        // brings a proof does not choose who waits
        bool isFresh = block.timestamp < proven.time + (_frameSeconds * 3) / 2;
        if (isFresh) report.lastTicketId = uint64(_lastReady(proven.time));
    }

    /// @dev The last ticket whose cooldown had ended: ready times never decrease with ticket numbers.
    function _lastReady(uint256 time) private view returns (uint256 low) {
        uint256 high;
        (low, ) = withdrawalQueue.named();
        high = withdrawalQueue.lastTicketId();
        while (low < high) {
            uint256 middle = (low + high + 1) / 2;
            if (withdrawalQueue.ticket(middle).readyAt <= time) low = middle;
            else high = middle - 1;
        }
    }

    /// @dev The root brought by the first block after the reference slot is that of the last block not after it. If that
    /// first block is of the very next slot, it needs no proof that its parent is not after the reference slot.
    /// Both roots are of the chain that runs this call, so the finality which the later one knows is that of the first.
    function _requireFinalized(Report calldata report, Evidence calldata e, uint256 refTime) private view {
        require(e.childTimestamp > refTime, ChildNotAfterRefSlot(e.childTimestamp, refTime));
        bytes32 root = BeaconRoots.parentRoot(e.childTimestamp);
        require(root == report.blockRoot, BlockRootMismatch(report.blockRoot, root));
        if (e.childTimestamp > refTime + _secondsPerSlot) {
            require(e.blockSlot <= report.refSlot, BlockAfterRefSlot(e.blockSlot, report.refSlot));
            BeaconProofs.verifySlot(root, e.blockSlot, e.slotProof);
        }

        require(
            e.finalizedEpoch * slotsPerEpoch >= report.refSlot,
            RefSlotNotFinalized(report.refSlot, e.finalizedEpoch)
        );
        BeaconProofs.verifyFinalizedEpoch(
            BeaconRoots.parentRoot(e.finalityTimestamp),
            e.finalizedEpoch,
            e.finalityProof
        );
    }

    function _require(bool condition, bytes32 name, uint256 value) private pure {
        require(condition, ParameterOutOfBounds(name, value));
    }
}
