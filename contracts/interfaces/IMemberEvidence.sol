// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Report} from "../types/Report.sol";
import {ReportVote} from "../types/ReportVote.sol";
import {IAuthority} from "./IAuthority.sol";
import {IBeaconVerifier} from "./IBeaconVerifier.sol";
import {IEtherVault} from "./IEtherVault.sol";
import {IOracleCommittee} from "./IOracleCommittee.sol";
import {IProvenBalances} from "./IProvenBalances.sol";
import {IReportOracle} from "./IReportOracle.sol";
import {IStakedEther} from "./IStakedEther.sol";
import {IWithdrawalQueue} from "./IWithdrawalQueue.sol";

/// @title IMemberEvidence
/// @notice Shows that a member of the committee signed what the chain contradicts: the member loses its bond and its seat,
/// and the caller gets the bounty. Each signer of a false report is shown by its own signature, whether or not the report
/// was ever applied. What no chain contradicts costs nothing here (see docs/known-risks.md).
interface IMemberEvidence {
    /* TYPES */

    /// @notice What is asked.
    /// @param committee Whose votes are judged. @param oracle To which reports were told; a report to another one is judged
    /// by its root alone. @param ledger What the vaults' ether was swept to. @param queue Whose tickets a report names.
    struct Sources {
        IAuthority authority;
        IOracleCommittee committee;
        IReportOracle oracle;
        IBeaconVerifier verifier;
        IStakedEther ledger;
        IEtherVault withdrawalVault;
        IEtherVault rewardsVault;
        IWithdrawalQueue queue;
    }

    /* ERRORS */

    /// @notice The signed block is the chain's.
    error RootIsTheChains(bytes32 blockRoot);
    /// @notice The block shown is not known to be the last one at or before the reference slot: it may be of an earlier or
    /// later slot.
    error BlockOfAnotherSlot(uint256 slot, uint256 refSlot);
    /// @notice The chain does not contradict the figure.
    error NotContradicted(bytes32 figure, uint256 told, uint256 bound);
    /// @notice Nothing is proven of the balances under this root.
    error BalanceNotProven(bytes32 blockRoot);
    /// @notice The balance was told for too early a slot: it could be held against its signers up to `until` (seconds since
    /// 1970).
    error BalanceTooOld(uint256 refSlot, uint256 until);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /* ANYONE: each shows one false vote. Reverts with the committee's errors for the signature, and where the member was
       expelled before (`ICommitteeBonds.MemberForfeited`). */

    /// @notice The signed root is not that of the chain's last block at or before the reference slot. An honest member signs
    /// what is final, so it can never be a block that the chain gave up.
    /// @param signature 64 bytes (EIP-2098), as below. @param b Shows a block of the chain: by `timestamp` alone the parent
    /// of an execution block after the reference slot, or by `history` the last block at or before any slot after it.
    /// @param blockSlot, slotProof That block's slot, at most the reference slot, with 3 hashes. Looked at only where slots
    /// were missed behind the reference slot: when `b` speaks of a later slot.
    function proveFalseRoot(
        ReportVote calldata vote,
        bytes calldata signature,
        IBeaconVerifier.BlockProof calldata b,
        uint64 blockSlot,
        bytes32[] calldata slotProof
    ) external;

    /// @notice The signed balance is below what was proven for the same block by more than `toleranceBp` of that, and by
    /// more than `floorGwei`, and its reference slot is not older than 30 days.
    /// @param source Who knows: a holder of `BALANCE_WITNESS`.
    function proveFalseBalance(
        Report calldata report,
        bytes calldata signature,
        IProvenBalances source
    ) external;

    /// @notice A vault never received what was signed, not even by now: these figures only grow.
    function proveFalseReceipts(Report calldata report, bytes calldata signature) external;

    /// @notice The ticket that was signed as the last one to finalise does not exist, or its cooldown had not ended at the
    /// reference slot.
    function proveFalseTicket(Report calldata report, bytes calldata signature) external;

    /* VIEWS */

    /// @notice A signed balance may be so much below the proven one, in 1/10,000 of that: a validator that was somebody's
    /// gift, and became ours after the report, is no lie of a member.
    function toleranceBp() external view returns (uint256);

    /// @notice And so much in any case, in gwei. It should be all bonds that may be burnt at once, or more: then whoever
    /// burns honest members by a gift pays more than it gets, unless it holds half of all shares.
    function floorGwei() external view returns (uint256);
}
