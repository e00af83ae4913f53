// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IBondVault
/// @notice Operators' bonds, in shares of kETH that keep earning. A bond backs its operator's stake at a ratio; it is locked
/// for a fault, burnt against a loss, and claimed only as far as nothing needs it, after a delay. A fault touches one
/// operator alone.
/// Shares have 18 decimals; amounts are wei of ether at the rate of the moment.
interface IBondVault {
    /* TYPES */

    /// @notice A bond.
    /// @param shares All of it. @param locked The part that faults hold, at most all.
    /// @param claimableFrom When what its manager has asked for may be taken, in seconds since 1970; zero: nothing is.
    struct Bond {
        uint104 shares;
        uint104 locked;
        uint48 claimableFrom;
    }

    /// @notice What is locked for a validator's fault.
    /// @param shares How much. @param baseGwei Balance of the validator below which losses are burnt; it falls with each
    /// that was.
    /// @param prover Who gets a bounty with the first settlement; zero when it was paid.
    /// @param arrivedGwei What has arrived since the fault and was counted; the base has no more than 2,048 ETH of it all.
    /// @param fromSlot Balances of earlier slots may lack what the base has: none of them may be settled.
    struct Lock {
        uint256 shares;
        uint256 baseGwei;
        address prover;
        uint256 arrivedGwei;
        uint256 fromSlot;
    }

    /// @notice What a slashed validator got from another one that was merged into it (EIP-7251).
    /// @param source The other one. @param amountGwei How much. @param slot The first slot after it moved.
    /// @param fromSlot First slot whose block is surely of after it, where slots were missed.
    struct Arrival {
        uint256 source;
        uint256 amountGwei;
        uint256 slot;
        uint256 fromSlot;
    }

    /// @notice What is locked for predeposits that are overdue, and what is owed for those that were given up.
    /// @param shares How much is locked. @param keys For how many keys.
    /// @param lostKeys How many were given up and have not come back.
    /// @param owed What bond was missing of 1 ETH for each that was given up or burnt for, less what it has paid since, and
    /// 1 ETH for each that came back, in wei. It is below zero where more was burnt than the pool lost in the end: that
    /// stays burnt, and counts for later keys.
    struct OverdueLock {
        uint128 shares;
        uint32 keys;
        uint32 lostKeys;
        int128 owed;
    }

    /// @notice What a manager has asked for.
    /// @param shares How much. @param claimableFrom When it may be taken, in seconds since 1970.
    struct ClaimRequest {
        uint256 shares;
        uint256 claimableFrom;
    }

    /* EVENTS */

    /// @notice `from` brought shares for an operator's bond.
    event BondDeposited(uint256 indexed operatorId, address indexed from, uint256 shares);
    /// @notice A manager asked for shares, which back nothing from now on. An earlier request ended.
    event ClaimRequested(uint256 indexed operatorId, uint256 shares, uint256 claimableFrom);
    /// @notice A manager gave a request up.
    event ClaimCancelled(uint256 indexed operatorId, uint256 shares);
    /// @notice A manager took shares that nothing needed. The request ended, for whatever it was.
    event BondClaimed(uint256 indexed operatorId, address indexed to, uint256 shares);
    /// @notice A bond was locked for a validator's fault that `prover` has proven. `asked` is in wei; `uncovered` of it the
    /// bond did not have.
    event BondLocked(
        uint256 indexed operatorId,
        uint256 indexed validatorIndex,
        address indexed prover,
        uint256 shares,
        uint256 asked,
        uint256 uncovered
    );
    /// @notice What `source` brought to a slashed validator counts in the base of its lock (gwei).
    event ArrivalCounted(
        uint256 indexed validatorIndex,
        uint256 indexed source,
        uint256 amountGwei,
        uint256 fromSlot
    );
    /// @notice A lock's base was told too low, or something arrived, and it is higher by the difference (gwei).
    event BaseRaised(uint256 indexed validatorIndex, uint256 oldBaseGwei, uint256 newBaseGwei);
    /// @notice What was locked for a validator's fault was burnt against `loss` wei; the last time, the rest was unlocked.
    /// `uncovered` of the loss the bond did not have: the insurance's part.
    event BondSettled(
        uint256 indexed operatorId,
        uint256 indexed validatorIndex,
        uint256 burntShares,
        uint256 unlockedShares,
        uint256 loss,
        uint256 uncovered
    );
    /// @notice A bond was burnt at once for a fault, its fine included. `uncovered` wei of `loss` it did not have.
    event BondBurnt(uint256 indexed operatorId, uint256 shares, uint256 loss, uint256 uncovered);
    /// @notice Whoever proved a fault was paid from the bond.
    event BountyPaid(uint256 indexed operatorId, address indexed to, uint256 shares);
    /// @notice Bond was locked for overdue predeposits; `uncovered` wei of 1 ETH for each key it did not have.
    event OverdueLocked(uint256 indexed operatorId, uint256 keys, uint256 shares, uint256 uncovered);
    /// @notice Keys were proven after all, and what was locked for them is free again.
    event OverdueReleased(uint256 indexed operatorId, uint256 keys, uint256 shares);
    /// @notice What was locked for predeposits that were given up was burnt.
    event OverdueBurnt(uint256 indexed operatorId, uint256 keys, uint256 shares);
    /// @notice Predeposits that were given up came back: what is owed for them is now `owed` wei, see `OverdueLock`.
    event PredepositsReturned(uint256 indexed operatorId, uint256 keys, int256 owed);
    /// @notice Shares of a bond worth `value` wei were burnt for what was owed for predeposits that were given up.
    event OwedBurnt(uint256 indexed operatorId, uint256 shares, uint256 value);
    /// @notice A bond was held for a claim on its operator. `asked` is in wei; `uncovered` of it the bond did not have.
    event BondHeld(uint256 indexed operatorId, uint256 shares, uint256 asked, uint256 uncovered);
    /// @notice What was held for a claim is free again.
    event HeldReleased(uint256 indexed operatorId, uint256 shares);
    /// @notice What was held for a claim was burnt for all holders; it was worth `amount` wei.
    event HeldBurnt(uint256 indexed operatorId, uint256 shares, uint256 amount);
    /// @notice The ratio changed, in 1/10,000 of stake, for known or for other operators.
    event BondRatioSet(bool indexed curated, uint256 oldBp, uint256 newBp);

    /* ERRORS */

    /// @notice What backs stake of the bond is worth less than its operator's stake asks (wei).
    error BondTooSmall(uint256 operatorId, uint256 value, uint256 required);
    /// @notice More shares than neither locks nor stake need.
    error SharesNeeded(uint256 operatorId, uint256 shares, uint256 claimable);
    /// @notice The manager has asked for nothing.
    error NoClaimRequested(uint256 operatorId);
    /// @notice What was asked for may be taken later.
    error ClaimTooEarly(uint256 operatorId, uint256 claimableFrom);
    /// @notice The delay of claims is out of its bounds, in seconds.
    error ClaimDelayOutOfBounds(uint256 delay, uint256 minimum, uint256 maximum);
    /// @notice Nothing was brought, or asked for.
    error ZeroShares();
    /// @notice A ratio is out of its bounds, or moves too far at once, in 1/10,000.
    error BondRatioOutOfBounds(uint256 bp, uint256 minimum, uint256 maximum);
    /// @notice The bond is locked for this validator's fault already.
    error AlreadyLocked(uint256 validatorIndex);
    /// @notice More shares than are held for claims on the operator.
    error NotHeld(uint256 operatorId, uint256 shares, uint256 held);
    /// @notice The base of the validator's lock is no lower than that with what arrived (gwei).
    error BaseNotHigher(uint256 validatorIndex, uint256 baseGwei, uint256 present);
    /// @notice The base is of a slot at which it may have what counts as arrived already.
    error BaseAfterArrival(uint256 validatorIndex, uint256 slot, uint256 firstArrival);
    /// @notice What this validator brought to another is counted.
    error ArrivalKnown(uint256 source);
    /// @notice Nothing is locked for this validator.
    error NothingLocked(uint256 validatorIndex);

    /* ANYONE */

    /// @notice Stakes the ether sent for the bond of an operator.
    /// @return shares Shares added, rounded down.
    function deposit(uint256 operatorId) external payable returns (uint256 shares);

    /// @notice Adds shares of the caller's kETH to the bond of an operator, against its allowance.
    function depositShares(uint256 operatorId, uint256 shares) external;

    /// @notice Adds wkETH of the caller to the bond of an operator, against its allowance: one share each.
    /// @return shares Shares added: what came in, at most a unit's dust less than `amount`.
    function depositWrapped(uint256 operatorId, uint256 amount) external returns (uint256 shares);

    /// @notice Locks 1 ETH of bond for each predeposit that is overdue. Later proofs return it.
    function lockOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external;

    /// @notice Burns what is locked for predeposits that are overdue by a second deadline, and frees their stake.
    function burnOverdue(uint256 operatorId, bytes32 root, uint32[] calldata gindices) external;

    /// @notice Unlocks what was locked for predeposits that were proven since, and counts no longer as uncovered what was
    /// missing for predeposits that were given up and came back: each of them is 1 ETH of the pool again. What is owed after
    /// that is burnt of what is free. Whatever is asked of a bond does this first; until then `totalUncovered` has them, and
    /// the insurance may pay.
    /// @return shares Shares unlocked.
    function releaseOverdue(uint256 operatorId) external returns (uint256 shares);

    /* MANAGERS */

    /// @notice Asks for shares that neither locks nor stake need. From now on they count for no weight, no capacity and no
    /// new stake, but stay in reach of locks and penalties until they are taken. Whatever was asked for before is given up.
    /// Caller: the operator's manager.
    function requestClaim(uint256 operatorId, uint256 shares) external;

    /// @notice Gives up what was asked for. Caller: the operator's manager.
    function cancelClaim(uint256 operatorId) external;

    /// @notice Takes what was asked for `claimDelay` ago or earlier, or as much of it as neither locks nor stake need now;
    /// the rest is asked for no more. Caller: the operator's manager.
    /// @return shares Shares sent, never zero.
    function claim(uint256 operatorId, address to) external returns (uint256 shares);

    /* BRAINS */

    /// @notice Locks bond for a validator's fault, as far as there is. Caller: `WITNESS`.
    /// @param amount What to lock, in wei: what may be lost, and the bounty.
    /// @param baseGwei Balance of the validator before the fault, not zero.
    /// @param prover Who is paid when the fault is settled first.
    /// @return uncovered What the bond did not have of `amount`, in wei.
    function lock(
        uint256 operatorId,
        uint256 validatorIndex,
        uint256 amount,
        uint256 baseGwei,
        address prover
    ) external returns (uint256 uncovered);

    /// @notice Pays `bounty` wei of what is locked for a validator's fault to its prover, unless that was done, then burns
    /// the lock, and after it what else the bond has free, against the loss that its balance shows and that a report has
    /// booked. Caller: `WITNESS`.
    /// @param balanceGwei What it has now. @param last Whether to unlock the rest: nothing more will be lost.
    /// What the bond does not have is asked again by the next settlement, and nothing is forgotten before it is paid.
    /// @return uncovered What the bond did not have of all losses so far, in wei.
    function settle(
        uint256 validatorIndex,
        uint256 balanceGwei,
        bool last,
        uint256 bounty
    ) external returns (uint256 uncovered);

    /// @notice Raises the base of a lock, which was told too low, by what it was short of: settlements to come burn as much
    /// more. Caller: `WITNESS`.
    /// @param baseGwei What the base should have been before anything arrived, in gwei; with what did, it must be above what
    /// it was, and is 2,048 ETH at most. @param slot Of its block; no earlier balance is settled from now on.
    function raiseBase(uint256 validatorIndex, uint256 baseGwei, uint256 slot) external;

    /// @notice Adds to the base of a lock what another validator brought, so that it hides no loss. Once for each source, in
    /// any order; what passes 2,048 ETH counts for nothing, as the beacon chain pays it out. Caller: `WITNESS`.
    /// @param baseGwei What the base is without all that arrived, as of a block at `slot`, before the first arrival.
    function countArrival(
        uint256 validatorIndex,
        uint256 baseGwei,
        uint256 slot,
        Arrival calldata a
    ) external;

    /// @notice Burns `loss` wei of bond, as far as there is. Of what no other stake needs then, pays `bounty` wei to whoever
    /// proved the fault, and burns `fine` wei: many faults of one operator leave each the bond that covers its loss.
    /// Caller: `WITNESS`.
    /// @return uncovered What the bond did not have of `loss`, in wei.
    function burn(
        uint256 operatorId,
        uint256 loss,
        uint256 fine,
        address prover,
        uint256 bounty
    ) external returns (uint256 uncovered);

    /// @notice Holds bond for a claim on its operator that may be contested, as much of `amount` wei as is free. Caller:
    /// `BOND_LOCKER`.
    /// @return shares Shares held, rounded up. @return uncovered What the bond did not have, in wei.
    function hold(uint256 operatorId, uint256 amount) external returns (uint256 shares, uint256 uncovered);

    /// @notice Frees shares that were held. Caller: `BOND_LOCKER`.
    function release(uint256 operatorId, uint256 shares) external;

    /// @notice Burns shares that were held, for all holders. Caller: `BOND_LOCKER`.
    /// @return amount Their value in wei.
    function burnHeld(uint256 operatorId, uint256 shares) external returns (uint256 amount);

    /* GOVERNANCE */

    /// @notice Sets the ratio of bond to stake, in 1/10,000. Caller: `PARAMETER_MANAGER`. From 1/32, so that the bond of a
    /// key covers its predeposit, to one half; by 100 at most (1 % of stake), once in a period for each class of operators:
    /// `StepTooLarge`, `StepTooSoon` (`SteppedParameters`).
    function setBondRatio(bool curated, uint256 bp) external;

    /* VIEWS */

    /// @notice An operator's bond.
    function bondOf(uint256 operatorId) external view returns (Bond memory);

    /// @notice What is locked for a validator's fault; zeros if nothing is.
    function lockOf(uint256 validatorIndex) external view returns (Lock memory);

    /// @notice What is locked for an operator's overdue predeposits, and owed for lost ones, as of its last
    /// `releaseOverdue`.
    function overdueOf(uint256 operatorId) external view returns (OverdueLock memory);

    /// @notice Shares held for claims on the operator, part of what is locked.
    function heldOf(uint256 operatorId) external view returns (uint256);

    /// @notice Shares that neither locks hold nor the manager has asked for: what counts as weight, and backs stake.
    function backingOf(uint256 operatorId) external view returns (uint256 shares);

    /// @notice Stake that the bond can back in all at the rate of the moment, in whole ETH, rounded down.
    function capacityOf(uint256 operatorId) external view returns (uint256 eth);

    /// @notice Shares that neither locks nor stake need, rounded down: the most that may be asked for, and taken. Part of
    /// them may be asked for already.
    function claimableOf(uint256 operatorId) external view returns (uint256 shares);

    /// @notice What the manager has asked for; zeros if nothing.
    function claimRequestOf(uint256 operatorId) external view returns (ClaimRequest memory);

    /// @notice How long what was asked for backs nothing before it may be taken, in seconds.
    function claimDelay() external view returns (uint256);

    /// @notice Reverts unless the bond, less what is locked or asked for, backs all the operator's stake.
    function requireBacked(uint256 operatorId) external view;

    /// @notice Ratio of bond to stake, in 1/10,000, for operators that governance knows or for others.
    function bondRatioBp(bool curated) external view returns (uint256);

    /// @notice What was to be locked after `time` (seconds since 1970) and bonds did not have, in wei.
    function uncoveredSince(uint256 time) external view returns (uint256);

    /// @notice What bonds are proven not to have of what open faults may still cost, in wei: what was to be locked for them
    /// and was not there, less what settlements have shown to be uncovered since, until the last of each. No report need
    /// have booked it yet. And the shares that are locked for those same faults: they pay first.
    function shortfall() external view returns (uint256 amount, uint256 shares);

    /// @notice Losses that bonds did not cover, in wei, ever; less predeposits that were given up and came back, as far as
    /// `releaseOverdue` was told. Of each operator's lost keys it is what is `owed`, where that is above zero.
    function totalUncovered() external view returns (uint256);
}
