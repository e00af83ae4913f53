// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Roles
/// @notice Every role of the protocol, one sentence each. Holders are kept by `Authority`.
library Roles {
    /* ROLES THAT MOVE ETHER: frozen when the deployment is handed over */

    /// @notice The ledger: draws ether out of the vaults, to itself.
    bytes32 internal constant LEDGER = keccak256("kedge.role.LEDGER");
    /// @notice The ways out, queue and instant exit: burn their own shares in the ledger for their value in ether.
    bytes32 internal constant WITHDRAWAL_QUEUE = keccak256("kedge.role.WITHDRAWAL_QUEUE");

    /* ROLES OF THE REPLACEABLE BRAINS */

    /// @notice The depositor: moves keys through the registry and the ledger's buffer to the official deposit contract, and
    /// spends what was drawn for their operators.
    bytes32 internal constant DEPOSITOR = keccak256("kedge.role.DEPOSITOR");
    /// @notice The accounting: books reports in the ledger, after the reserve covered its part of a loss, collects the
    /// vaults and finalises withdrawal requests.
    bytes32 internal constant ACCOUNTING = keccak256("kedge.role.ACCOUNTING");
    /// @notice Hands proven balances to the report oracle.
    bytes32 internal constant REPORTER = keccak256("kedge.role.REPORTER");
    /// @notice Worsens an operator's standing by a step, for a fault that was counted.
    bytes32 internal constant OPERATOR_JUDGE = keccak256("kedge.role.OPERATOR_JUDGE");
    /// @notice Tells what the beacon chain was proven to say of a validator, stops its operator, and has the bond pay.
    bytes32 internal constant WITNESS = keccak256("kedge.role.WITNESS");
    /// @notice Holds operators' bonds for what a report told of them, and burns it when nobody contests.
    bytes32 internal constant BOND_LOCKER = keccak256("kedge.role.BOND_LOCKER");
    /// @notice Holds finalisations for a bounded time, while a slashing is open that its bond does not cover.
    bytes32 internal constant EXIT_HOLDER = keccak256("kedge.role.EXIT_HOLDER");
    /// @notice The bonds: marks predeposits as overdue when their bond is locked for them.
    bytes32 internal constant BOND_VAULT = keccak256("kedge.role.BOND_VAULT");
    /// @notice Burns its own shares for the good of all other holders (bonds, the reserve, forfeited fee shares, fees of
    /// instant exits).
    bytes32 internal constant SHARE_BURNER = keccak256("kedge.role.SHARE_BURNER");
    /// @notice Asks the beacon chain, in the withdrawal vault's name, for withdrawals from our validators.
    bytes32 internal constant EXIT_REQUESTER = keccak256("kedge.role.EXIT_REQUESTER");
    /// @notice Asks the beacon chain, in the withdrawal vault's name, to merge validators of ours, and tells the registry.
    bytes32 internal constant CONSOLIDATOR = keccak256("kedge.role.CONSOLIDATOR");
    /// @notice Says whom the keepers' budget pays for which job, or gives back what a call cost, within its bounds.
    bytes32 internal constant BUDGET_SPENDER = keccak256("kedge.role.BUDGET_SPENDER");
    /// @notice The committee: says whose bonds of members are locked, and who has left.
    bytes32 internal constant COMMITTEE = keccak256("kedge.role.COMMITTEE");
    /// @notice Burns the bond of a member of the committee. A committee that was replaced keeps it for a time.
    bytes32 internal constant COMMITTEE_JUDGE = keccak256("kedge.role.COMMITTEE_JUDGE");
    /// @notice Says that a vote of a member was shown to be false.
    bytes32 internal constant EVIDENCE = keccak256("kedge.role.EVIDENCE");
    /// @notice Knows what all our balances under a block root were proven to be, and is asked for it.
    bytes32 internal constant BALANCE_WITNESS = keccak256("kedge.role.BALANCE_WITNESS");
    /// @notice An account that accepts shares only when it brings them in itself (wrapper, withdrawal queue).
    bytes32 internal constant CLOSED_ACCOUNT = keccak256("kedge.role.CLOSED_ACCOUNT");

    /* ROLES OF GOVERNANCE */

    /// @notice Adds and weighs the members of the oracle committee.
    bytes32 internal constant COMMITTEE_MANAGER = keccak256("kedge.role.COMMITTEE_MANAGER");
    /// @notice Says which operators are known, and sets their standing.
    bytes32 internal constant OPERATOR_MANAGER = keccak256("kedge.role.OPERATOR_MANAGER");
    /// @notice Sets operators' compliance flags.
    bytes32 internal constant COMPLIANCE_MANAGER = keccak256("kedge.role.COMPLIANCE_MANAGER");
    /// @notice Sets parameters within the bounds written in the code of the contract that uses them.
    bytes32 internal constant PARAMETER_MANAGER = keccak256("kedge.role.PARAMETER_MANAGER");
    /// @notice Says where the beacon chain takes requests, if a fork changes it.
    bytes32 internal constant REQUEST_TARGET_MANAGER = keccak256("kedge.role.REQUEST_TARGET_MANAGER");
    /// @notice Decides on a report that is parked.
    bytes32 internal constant REPORT_RESOLVER = keccak256("kedge.role.REPORT_RESOLVER");
    /// @notice Pulls the emergency brake: each valve once, until it is armed anew.
    bytes32 internal constant GUARDIAN = keccak256("kedge.role.GUARDIAN");
    /// @notice Pauses inflow and new finalisations for a bounded time: the emergency brake, and governance.
    bytes32 internal constant PAUSER = keccak256("kedge.role.PAUSER");
    /// @notice Ends a pause early, and arms the emergency brake.
    bytes32 internal constant RESUMER = keccak256("kedge.role.RESUMER");
}
