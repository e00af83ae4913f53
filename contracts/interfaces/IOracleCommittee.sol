// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IOracleCommittee
/// @notice Those who sign what must be summed over the whole pool. A report needs the signatures of more than two thirds
/// of the weight, all in one transaction. Changes of weight count from the next frame boundary on.
interface IOracleCommittee {
    /// @notice The weight of a member changed, from `effectiveAt` (seconds since 1970) on; 0 removes it.
    event WeightSet(address indexed member, uint256 oldWeight, uint256 newWeight, uint256 effectiveAt);

    /// @notice Signatures are 64 bytes each (EIP-2098), at least one.
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

    /// @notice Sets the weight of a member from the next frame boundary on; 0 removes it. Caller: `COMMITTEE_MANAGER`.
    function setWeight(address member, uint256 weight) external;

    /// @notice Reverts unless members with more than two thirds of the weight at `time` signed the report.
    /// @param oracle Contract that takes the report; part of what is signed.
    /// @param refSlot Reference slot of the report.
    /// @param blockRoot Root of the beacon block of that slot, or of the last one before.
    /// @param reportHash Hash of all that the report says.
    /// @param time Frame boundary as of which weights count, seconds since 1970.
    /// @param signatures 64 bytes each (EIP-2098), in ascending order of signers.
    /// @return signedBy Bit i: member i of the list in force at `time` signed.
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

    /// @notice Weight of `member` at `time` (seconds since 1970; at most two changes back).
    function weightAt(address member, uint256 time) external view returns (uint256);

    /// @notice Sum of all weights at `time`.
    function totalWeightAt(uint256 time) external view returns (uint256);

    /// @notice All members that have weight now or will have it, in ascending order.
    function members() external view returns (address[] memory);
}
