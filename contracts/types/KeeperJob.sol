// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @dev Names of the jobs of keepers: each has a budget of its own. What is not named here may be, by a later brain.

/// @dev A report that was applied.
bytes32 constant JOB_REPORT = "report";
/// @dev Finalising what the last report named, between reports.
bytes32 constant JOB_FINALIZE = "finalize";
/// @dev Proving a predeposited key.
bytes32 constant JOB_PROVE = "prove";
/// @dev Telling what the beacon chain says where no bounty pays for it: settlements, validators that are withdrawn.
bytes32 constant JOB_WITNESS = "witness";
/// @dev Making validators exit, or withdraw, for a deficit.
bytes32 constant JOB_TRIGGER = "trigger";
/// @dev Fees of such requests, given back: bounded for each call and each day, too.
bytes32 constant JOB_REFUND = "refund";
