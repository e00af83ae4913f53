// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IInstantExit
/// @notice The way out at once, from what is left of the buffer after all unfinalised tickets, for a fee. Shares are burnt
/// at the rate of the moment: a part is paid in ether, and the rest, the fee, drips to all holders over a frame.
///
/// What leaves fills a bucket of `bucketBp` of pooled ether, which empties within a frame, evenly. The fee is the base fee,
/// and as much more as the bucket is full, from nothing to `slopeBp`, over all that an exit fills of it: an exit in parts
/// costs no less than at once. Amounts are wei; shares have 18 decimals; all rounding is against the caller.
interface IInstantExit {
    /// @notice What governance sets, in 1/10,000.
    /// @param bucketBp Most that leaves at once, of pooled ether; it can leave again as the bucket empties. 0 closes all.
    /// @param baseFeeBp Fee of what leaves from an empty bucket.
    /// @param slopeBp What is added to it where the bucket is full.
    struct Parameters {
        uint16 bucketBp;
        uint16 baseFeeBp;
        uint16 slopeBp;
    }

    /// @notice `holder` left with `shares`, worth `value`: `paid` wei went to `recipient`, `feeShares` were burnt for the
    /// good of all others.
    event Exited(
        address indexed holder,
        address indexed recipient,
        uint256 shares,
        uint256 value,
        uint256 feeShares,
        uint256 paid
    );
    /// @notice The parameters changed.
    event ParametersSet(Parameters oldParameters, Parameters newParameters);

    /// @notice What is left of it after the fee is nothing.
    error ExitTooSmall(uint256 amount);
    /// @notice A report is parked.
    error ReportParked();
    /// @notice Finalisations are paused until then (seconds since 1970).
    error FinalisationsPaused(uint256 until);
    /// @notice A fault was proven at `heldAt`, and the last report speaks of `refTime`, not after it (seconds since 1970).
    error ExitsHeld(uint256 heldAt, uint256 refTime);
    /// @notice The last report speaks of `refTime`; it must not be before `oldest` (seconds since 1970).
    error ReportTooOld(uint256 refTime, uint256 oldest);
    /// @notice More than the bucket takes now (wei).
    error BucketTooSmall(uint256 left, uint256 value);
    /// @notice More than tickets leave of the buffer (wei).
    error FreeBufferTooSmall(uint256 free, uint256 needed);
    /// @notice The exit pays less than asked for (wei).
    error EtherBelowMinimum(uint256 paid, uint256 minimum);
    /// @notice The recipient is the zero address, this contract, the ledger, the wrapper or the queue.
    error WrongRecipient(address recipient);
    /// @notice The recipient refused ether; nothing happened.
    error EtherRefused(address recipient);
    /// @notice Ether comes from the ledger alone.
    error NotTheLedger(address sender);
    /// @notice A parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /// @notice Leaves with `amount` of the caller's kETH, against its allowance: what it is worth in shares, rounded down.
    /// @param minEther Least that is paid, in wei. @param recipient Who is paid, at the end of the call.
    /// @return paid Wei paid.
    function exit(uint256 amount, uint256 minEther, address recipient) external returns (uint256 paid);

    /// @notice Permit of kETH and `exit` in one call. A permit that was already used (or front-run) does no harm where the
    /// allowance is there.
    function exitWithPermit(
        uint256 amount,
        uint256 minEther,
        address recipient,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 paid);

    /// @notice Leaves with `shares` of the caller's wkETH, against its allowance there.
    function exitWrapped(uint256 shares, uint256 minEther, address recipient) external returns (uint256 paid);

    /// @notice Permit of wkETH and `exitWrapped` in one call.
    function exitWrappedWithPermit(
        uint256 shares,
        uint256 minEther,
        address recipient,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 paid);

    /// @notice Sets the parameters. Caller: `PARAMETER_MANAGER`. Once in a period the bucket grows by 100 at most, the base
    /// fee moves by 50 and the slope by 250: `StepTooLarge`, `StepTooSoon` (`SteppedParameters`). The bucket shrinks at
    /// will, and to nothing: tickets are the way out that nobody shuts.
    function setParameters(Parameters calldata newParameters) external;

    /// @notice The parameters.
    function parameters() external view returns (Parameters memory);

    /// @notice Reverts where nobody may leave now, with the reason.
    function requireOpen() external view;

    /// @notice What `shares` would pay now, and the shares of the fee. Reverts as the exit would.
    function preview(uint256 shares) external view returns (uint256 paid, uint256 feeShares);

    /// @notice What the bucket holds now, rounded up, and what it may hold (wei).
    function bucket() external view returns (uint256 used, uint256 capacity);

    /// @notice Ether of the buffer that no unfinalised ticket asks for, in wei.
    function freeBuffer() external view returns (uint256);
}
