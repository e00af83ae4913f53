// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the committee signs for a frame: figures of the state after the last beacon block at or before `refSlot`.
/// @param refSlot Reference slot: a frame boundary.
/// @param blockRoot Root of that block.
/// @param beaconBalanceGwei Sum of the balances of our validators, and of the pending deposits for our keys that will
/// be ours, in gwei.
/// @param withdrawalsReceived All ether that the withdrawal vault ever received up to that block, in wei: its balance
/// then, and what the ledger had collected from it.
/// @param rewardsReceived The same of the rewards vault.
/// @param appeared How many validators of ours the state knows, whatever has become of them.
/// @param exited How many of these have exited: their exit epoch has come.
/// @param lastTicketId Last withdrawal ticket to finalise: its cooldown had ended at the reference slot.
/// @param rewardsRoot Root of operators' figures (`OperatorFigures`); zero leaves the last one.
struct Report {
    uint64 refSlot;
    bytes32 blockRoot;
    uint64 beaconBalanceGwei;
    uint128 withdrawalsReceived;
    uint128 rewardsReceived;
    uint32 appeared;
    uint32 exited;
    uint64 lastTicketId;
    bytes32 rewardsRoot;
}
