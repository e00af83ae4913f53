// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ReportVote} from "../types/ReportVote.sol";

/// @title IOracleCommittee
/// @notice Those who sign what must be summed over the whole pool. A report needs the signatures of more than two thirds
/// of the weight, all in one transaction. Changes of keys and weights count from the next frame boundary on.
///
/// A member is an id (`ICommitteeBonds`) with a bond, and one key at a time. Its votes are what its key signed for reference
/// slots at which that key had weight: that key answers for them for ever, whatever key follows.
interface IOracleCommittee {
    /* TYPES */

    /// @notice A member in a list.
    /// @param memberId Whose key it is. @param key What signs. @param weight Its weight, never 0.
    struct Seat {
        uint256 memberId;
        address key;
        uint256 weight;
    }

    /* EVENTS */

    /// @notice A member has another key, from `effectiveAt` (seconds since 1970) on; the first one replaces none.
    event KeySet(
        uint256 indexed memberId,
        address indexed oldKey,
        address indexed newKey,
        uint256 effectiveAt
    );
    /// @notice The weight of a member changed, from `effectiveAt` (seconds since 1970) on; 0 removes it.
    event WeightSet(
        uint256 indexed memberId,
        address indexed key,
        uint256 oldWeight,
        uint256 newWeight,
        uint256 effectiveAt
    );
    /// @notice A member was shown to have voted falsely (`fault`) for a reference slot. Its bond is gone: `burnt` shares for
    /// all holders, `bounty` for the prover.
    event MemberExpelled(
        uint256 indexed memberId,
        uint256 indexed refSlot,
        bytes32 indexed fault,
        address prover,
        uint256 burnt,
        uint256 bounty
    );

    /* ERRORS */

    /// @notice Signatures are 64 bytes each (EIP-2098), at least one; one alone as evidence.
    error SignaturesLength(uint256 length);
    /// @notice Signers must be in strictly ascending order of address.
    error SignersNotSorted(address previous, address signer);
    /// @notice The signer had no weight at the frame's start.
    error NotAMember(address signer);
    /// @notice Not more than two thirds of the weight signed.
    error QuorumNotReached(uint256 weight, uint256 total);
    /// @notice A weight above the maximum.
    error WeightOutOfBounds(uint256 weight, uint256 maximum);
    /// @notice The committee would have more members than it may, or none.
    error MembersOutOfBounds(uint256 members, uint256 maximum);
    /// @notice The caller does not own the member.
    error NotTheOwner(uint256 memberId, address caller);
    /// @notice The key is, or was, a member's: no key is set twice.
    error KeyAlreadyUsed(address key, uint256 memberId);
    /// @notice The key did not sign that it is this member's; `signer` did.
    error KeyDidNotConsent(address key, address signer);
    /// @notice The member has set a key in this frame already; the next may be set from then on (seconds since 1970).
    error KeyAlreadyChanged(uint256 memberId, uint256 changeableAt);
    /// @notice The member has no key yet.
    error NoKey(uint256 memberId);
    /// @notice The member has a seat already.
    error SeatTaken(uint256 memberId);
    /// @notice The bond is worth less than a member must have (wei).
    error BondTooSmall(uint256 memberId, uint256 value, uint256 minimum);
    /// @notice The bond is free at `unlocksAt` (seconds since 1970): it was released by another committee.
    error BondEnds(uint256 memberId, uint256 unlocksAt);
    /// @notice The member has no weight, and will have none.
    error NoMember(uint256 memberId);
    /// @notice The member has weight, or will have it: its bond stays locked.
    error StillAMember(uint256 memberId, uint256 weight);
    /// @notice The votes are of different reference slots.
    error DifferentSlots(uint256 first, uint256 second);
    /// @notice One may honestly sign both votes: they are the same, or of one block for different oracles.
    error VotesAgree(bytes32 first, bytes32 second);
    /// @notice The votes are of different members.
    error DifferentMembers(uint256 first, uint256 second);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /* OWNERS */

    /// @notice Sets the key of a member, from the next frame boundary on. No vote is needed. Caller: the member's owner,
    /// once in a frame.
    /// @param key Never any member's before. @param consent Its signature of `consentDigest`, 64 bytes (EIP-2098).
    function setKey(uint256 memberId, address key, bytes calldata consent) external;

    /* GOVERNANCE */

    /// @notice Sets the weight of a member from the next frame boundary on; 0 removes it, and its bond is free 30 days
    /// after. To add or raise one it must have its bond. The last member cannot be removed. Caller: `COMMITTEE_MANAGER`.
    function setWeight(uint256 memberId, uint256 weight) external;

    /* ANYONE */

    /// @notice Lets the bond of someone who has no weight, and will have none, be free in 30 days: who was never added, or
    /// was a member of another committee. Reverts where it is free, or will be.
    function release(uint256 memberId) external;

    /// @notice Locks the bond of a member that another committee has released: to be called for each in the operation in
    /// which this committee gets its role.
    function bind(uint256 memberId) external;

    /// @notice Two votes of one member for one reference slot that exclude each other: other blocks, or other reports to
    /// one oracle. They cost the member its bond and its seat, from the next frame on, and the caller gets the bounty.
    /// Nothing ends the time for it; once for each member.
    /// @param firstSignature, secondSignature 64 bytes each (EIP-2098).
    function proveEquivocation(
        ReportVote calldata first,
        bytes calldata firstSignature,
        ReportVote calldata second,
        bytes calldata secondSignature
    ) external;

    /* BRAINS */

    /// @notice A vote of a member was shown to be false: as for an equivocation. Caller: `EVIDENCE`.
    /// @param signature 64 bytes (EIP-2098). @param fault What was false. @param prover Who gets the bounty.
    function expel(
        ReportVote calldata vote,
        bytes calldata signature,
        bytes32 fault,
        address prover
    ) external;

    /* VIEWS */

    /// @notice Reverts unless members with more than two thirds of the weight at `time` signed the report.
    /// @param oracle Contract that takes the report; part of what is signed.
    /// @param refSlot Reference slot of the report.
    /// @param blockRoot Root of the beacon block of that slot, or of the last one before.
    /// @param reportHash Hash of all that the report says.
    /// @param time Frame boundary as of which weights count, seconds since 1970.
    /// @param signatures 64 bytes each (EIP-2098), in ascending order of signers.
    /// @return signedBy Who signed: bit i (the lowest is 0) for `seatsAt(time)[i]`.
    function verify(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash,
        uint256 time,
        bytes calldata signatures
    ) external view returns (uint256 signedBy);

    /// @notice What a member signs (EIP-712): `ReportVote(address oracle,uint64 refSlot,bytes32 blockRoot,bytes32
    /// reportHash)` in this contract's domain.
    function digest(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash
    ) external view returns (bytes32);

    /// @notice What a key signs before it becomes a member's (EIP-712): `KeyConsent(uint256 memberId)` in this contract's
    /// domain.
    function consentDigest(uint256 memberId) external view returns (bytes32);

    /// @notice Weight of a key at `time` (seconds since 1970), past or to come.
    function weightAt(address key, uint256 time) external view returns (uint256);

    /// @notice Sum of all weights at `time`.
    function totalWeightAt(uint256 time) external view returns (uint256);

    /// @notice All members that have weight at `time`, in ascending order of key.
    function seatsAt(uint256 time) external view returns (Seat[] memory);

    /// @notice Keys of all members that have weight now or will have it, in ascending order.
    function members() external view returns (address[] memory);

    /// @notice Whose key it is, or was: it answers for it for ever. 0 for nobody's.
    function memberOf(address key) external view returns (uint256);

    /// @notice Key of a member, in force or from the next frame on; zero where it has none.
    function keyOf(uint256 memberId) external view returns (address);

    /// @notice Least worth of a bond when its member is added, in wei.
    function minBond() external view returns (uint256);
}
