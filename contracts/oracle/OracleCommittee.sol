// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {MemberList} from "../libraries/MemberList.sol";
import {ReportVote} from "../types/ReportVote.sol";
import {CommitteeMembers} from "./CommitteeMembers.sol";

/// @title OracleCommittee
/// @notice Checks the signatures of the committee, and takes bond and seat from a member whose votes exclude each other.
/// TRUST: more than two thirds of the weight can say anything within the limits of reports; `EVIDENCE` says whose vote was
/// false, and can burn no bond without a vote that its member signed.
/// INVARIANTS: ORA-1, ORA-3.
/// ASSUMPTIONS: a member remembers what it signed, and signs only what is final; it holds the role `COMMITTEE_JUDGE`.
contract OracleCommittee is CommitteeMembers {
    using MemberList for bytes;

    bytes32 private constant VOTE_TYPEHASH =
        keccak256("ReportVote(address oracle,uint64 refSlot,bytes32 blockRoot,bytes32 reportHash)");
    bytes32 private constant EQUIVOCATION = "equivocation";

    /* IMMUTABLES */

    /// @notice Seconds from a slot to the next.
    uint256 public immutable secondsPerSlot;

    /* CONSTRUCTOR */

    /// @notice The first members count from the beginning of time; each has its bond already.
    constructor(
        IAuthority authority_,
        ICommitteeBonds bonds_,
        uint256 genesisTime_,
        uint256 secondsPerSlot_,
        uint256 frameSeconds_,
        uint256 minBond_,
        Seat[] memory seats
    )
        EIP712("Kedge Oracle Committee", "1")
        CommitteeMembers(authority_, bonds_, genesisTime_, frameSeconds_, minBond_, seats)
    {
        require(
            secondsPerSlot_ > 0 && frameSeconds_ % secondsPerSlot_ == 0,
            ParameterOutOfBounds("secondsPerSlot", secondsPerSlot_)
        );
        secondsPerSlot = secondsPerSlot_;
    }

    /* ANYONE */

    /// @inheritdoc IOracleCommittee
    function proveEquivocation(
        ReportVote calldata first,
        bytes calldata firstSignature,
        ReportVote calldata second,
        bytes calldata secondSignature
    ) external {
        require(first.refSlot == second.refSlot, DifferentSlots(first.refSlot, second.refSlot));
        // who signs for an oracle and its successor signs two reports of one block; of two blocks one was never final
        require(
            first.blockRoot != second.blockRoot ||
                (first.oracle == second.oracle && first.reportHash != second.reportHash),
            VotesAgree(_digestOf(first), _digestOf(second))
        );
        uint256 memberId = _voter(first, firstSignature);
        uint256 other = _voter(second, secondSignature);
        require(memberId == other, DifferentMembers(memberId, other));
        _expel(memberId, first.refSlot, EQUIVOCATION, msg.sender);
    }

    /* BRAINS */

    /// @inheritdoc IOracleCommittee
    function expel(
        ReportVote calldata vote,
        bytes calldata signature,
        bytes32 fault,
        address prover
    ) external onlyRole(Roles.EVIDENCE) {
        _expel(_voter(vote, signature), vote.refSlot, fault, prover);
    }

    /* VIEWS */

    /// @inheritdoc IOracleCommittee
    function verify(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash,
        uint256 time,
        bytes calldata signatures
    ) external view returns (uint256 signedBy) {
        uint256 length = signatures.length;
        require(length > 0 && length % 64 == 0, SignaturesLength(length));
        bytes32 signed = digest(oracle, refSlot, blockRoot, reportHash);
        bytes memory list = _loadAt(time);
        uint256 place = 0;
        uint256 sum = 0;
        address previous = address(0);
        // the sum is of different members, each of 32 bits; `i` stays within calldata
        unchecked {
            for (uint256 i = 0; i < length; i += 64) {
                address signer = _signer(signed, signatures, i);
                if (signer <= previous) revert SignersNotSorted(previous, signer);
                // both ascend: each signer is sought behind the one before
                uint256 weight;
                (place, weight) = list.find(signer, place);
                if (weight == 0) revert NotAMember(signer);
                sum += weight;
                signedBy |= 1 << place;
                previous = signer;
            }
        }
        require(sum * 3 > list.total() * 2, QuorumNotReached(sum, list.total()));
    }

    /// @inheritdoc IOracleCommittee
    function digest(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash
    ) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VOTE_TYPEHASH, oracle, refSlot, blockRoot, reportHash)));
    }

    /* INTERNAL */

    function _digestOf(ReportVote calldata v) private view returns (bytes32) {
        return digest(v.oracle, v.refSlot, v.blockRoot, v.reportHash);
    }

    /// @dev Who cast a vote. A signature counts only by a key that had weight at the reference slot: of one member one key
    /// did, and a key that is no longer used, or not yet, can harm nobody by what it signs for other frames.
    function _voter(ReportVote calldata v, bytes calldata signature) private view returns (uint256 memberId) {
        require(signature.length == 64, SignaturesLength(signature.length));
        address signer = _signer(_digestOf(v), signature, 0);
        uint256 time = genesisTime + v.refSlot * secondsPerSlot;
        require(_loadAt(time).weightOf(signer) > 0, NotAMember(signer));
        return memberOf[signer];
    }

    function _expel(uint256 memberId, uint256 refSlot, bytes32 fault, address prover) private {
        _unseat(memberId);
        (uint256 burnt, uint256 bounty) = bonds.forfeit(memberId, prover);
        emit MemberExpelled(memberId, refSlot, fault, prover, burnt, bounty);
    }
}
