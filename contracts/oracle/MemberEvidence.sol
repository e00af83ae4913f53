// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IMemberEvidence} from "../interfaces/IMemberEvidence.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {IProvenBalances} from "../interfaces/IProvenBalances.sol";
import {IReportOracle} from "../interfaces/IReportOracle.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {Report} from "../types/Report.sol";
import {ReportVote} from "../types/ReportVote.sol";

/// @title MemberEvidence
/// @notice What the chain says of a slot, held against what a member signed for it.
/// TRUST: `BALANCE_WITNESS` says what was proven of balances; all else is shown by the chain itself.
/// INVARIANTS: none by name: a vote that tells the truth is contradicted only at the price of a gift to the pool that is
/// larger than the tolerance (docs/known-risks.md).
/// ASSUMPTIONS: it holds the role `EVIDENCE`. Fields mean what `Report` says: with another oracle this contract is replaced.
contract MemberEvidence is IMemberEvidence, Guarded {
    uint256 private constant BP = 10_000;
    /// @notice Least tolerance for balances, in 1/10,000.
    uint256 public constant MIN_TOLERANCE_BP = 100;
    /// @notice Most, in 1/10,000.
    uint256 public constant MAX_TOLERANCE_BP = 1_000;
    /// @notice Least tolerance for balances in gwei: an ETH.
    uint256 public constant MIN_FLOOR_GWEI = 1e9;
    /// @notice Most, in gwei.
    uint256 public constant MAX_FLOOR_GWEI = 10_000e9;
    /// @notice How long a balance can be held against who signed it, in seconds: as long as a bond stays locked.
    uint256 public constant BALANCE_AGE = 30 days;

    /* IMMUTABLES */

    /// @notice Whose votes are judged.
    IOracleCommittee public immutable committee;
    /// @notice To which reports were told.
    IReportOracle public immutable oracle;
    /// @notice What the beacon chain says.
    IBeaconVerifier public immutable verifier;
    /// @notice The pool, which knows what it collected from the vaults.
    IStakedEther public immutable ledger;
    /// @notice Where withdrawals from the beacon chain arrive.
    IEtherVault public immutable withdrawalVault;
    /// @notice Where priority fees and MEV arrive.
    IEtherVault public immutable rewardsVault;
    /// @notice The way out.
    IWithdrawalQueue public immutable queue;
    /// @inheritdoc IMemberEvidence
    uint256 public immutable toleranceBp;
    /// @inheritdoc IMemberEvidence
    uint256 public immutable floorGwei;

    /* CONSTRUCTOR */

    constructor(Sources memory s, uint256 toleranceBp_, uint256 floorGwei_) Guarded(s.authority) {
        require(
            address(s.committee) != address(0) &&
                address(s.oracle) != address(0) &&
                address(s.verifier) != address(0) &&
                address(s.ledger) != address(0),
            ZeroAddress()
        );
        require(
            address(s.withdrawalVault) != address(0) &&
                address(s.rewardsVault) != address(0) &&
                address(s.queue) != address(0),
            ZeroAddress()
        );
        require(
            toleranceBp_ >= MIN_TOLERANCE_BP && toleranceBp_ <= MAX_TOLERANCE_BP,
            ParameterOutOfBounds("toleranceBp", toleranceBp_)
        );
        require(
            floorGwei_ >= MIN_FLOOR_GWEI && floorGwei_ <= MAX_FLOOR_GWEI,
            ParameterOutOfBounds("floorGwei", floorGwei_)
        );
        committee = s.committee;
        oracle = s.oracle;
        verifier = s.verifier;
        ledger = s.ledger;
        withdrawalVault = s.withdrawalVault;
        rewardsVault = s.rewardsVault;
        queue = s.queue;
        toleranceBp = toleranceBp_;
        floorGwei = floorGwei_;
    }

    /* ANYONE */

    /// @inheritdoc IMemberEvidence
    function proveFalseRoot(
        ReportVote calldata vote,
        bytes calldata signature,
        IBeaconVerifier.BlockProof calldata b,
        uint64 blockSlot,
        bytes32[] calldata slotProof
    ) external {
        (uint64 slot, bytes32 root) = verifier.verifyRoot(b);
        if (slot != vote.refSlot) {
            // the last block at or before a later slot is that of the reference slot, if it is not after it
            require(slot > vote.refSlot, BlockOfAnotherSlot(slot, vote.refSlot));
            require(blockSlot <= vote.refSlot, BlockOfAnotherSlot(blockSlot, vote.refSlot));
            BeaconProofs.verifySlot(root, blockSlot, slotProof);
        }
        require(root != vote.blockRoot, RootIsTheChains(root));
        committee.expel(vote, signature, "blockRoot", msg.sender);
    }

    /// @inheritdoc IMemberEvidence
    function proveFalseBalance(
        Report calldata report,
        bytes calldata signature,
        IProvenBalances source
    ) external {
        _requireRole(Roles.BALANCE_WITNESS, address(source));
        (bool isKnown, uint64 proven) = source.provenBalance(report.blockRoot);
        require(isKnown, BalanceNotProven(report.blockRoot));
        // the bonds of today do not answer for what the pool was once
        uint256 until = _refTime(report) + BALANCE_AGE;
        require(block.timestamp <= until, BalanceTooOld(report.refSlot, until));
        uint256 told = report.beaconBalanceGwei;
        // what is proven is there; that no more is there is shown by no proof
        uint256 tolerance = Math.max((proven * toleranceBp) / BP, floorGwei);
        require(told + tolerance < proven, NotContradicted("beaconBalanceGwei", told, proven));
        _expel(report, signature, "beaconBalanceGwei");
    }

    /// @inheritdoc IMemberEvidence
    function proveFalseReceipts(Report calldata report, bytes calldata signature) external {
        (uint256 frame, ) = oracle.currentFrame();
        IStakedEther.Books memory books = ledger.booksAt(frame);
        uint256 bound = address(withdrawalVault).balance + books.sweptWithdrawals;
        if (report.withdrawalsReceived > bound) return _expel(report, signature, "withdrawalsReceived");
        bound = address(rewardsVault).balance + books.sweptRewards;
        require(
            report.rewardsReceived > bound,
            NotContradicted("rewardsReceived", report.rewardsReceived, bound)
        );
        _expel(report, signature, "rewardsReceived");
    }

    /// @inheritdoc IMemberEvidence
    function proveFalseTicket(Report calldata report, bytes calldata signature) external {
        uint256 ticketId = report.lastTicketId;
        // 0 names none; one that does not exist yet cannot have been ready
        if (ticketId <= queue.lastTicketId()) {
            uint256 refTime = _refTime(report);
            uint256 readyAt = ticketId == 0 ? 0 : queue.ticket(ticketId).readyAt;
            require(readyAt > refTime, NotContradicted("lastTicketId", ticketId, refTime));
        }
        _expel(report, signature, "lastTicketId");
    }

    /* INTERNAL */

    function _refTime(Report calldata report) private view returns (uint256) {
        return verifier.genesisTime() + uint256(report.refSlot) * verifier.secondsPerSlot();
    }

    function _expel(Report calldata report, bytes calldata signature, bytes32 fault) private {
        ReportVote memory vote = ReportVote({
            oracle: address(oracle),
            refSlot: report.refSlot,
            blockRoot: report.blockRoot,
            reportHash: oracle.hashOf(report)
        });
        committee.expel(vote, signature, fault, msg.sender);
    }
}
