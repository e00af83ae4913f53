// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDepositPort} from "./IDepositPort.sol";
import {IEtherVault} from "./IEtherVault.sol";
import {IShareLedger} from "./IShareLedger.sol";

/// @title IStakedEther
/// @notice kETH, the ledger of the pool. Holders own shares; a balance is the value of shares in ether and grows every
/// second while gains drip. Amounts are wei of kETH; shares have 18 decimals; one share was one wei when deployed.
interface IStakedEther is IShareLedger, IDepositPort {
    /* TYPES */

    /// @notice What is fixed when the ledger is deployed.
    /// @param genesisTime Time of slot 0 of the beacon chain, seconds since 1970.
    /// @param frameSeconds Length of a frame in seconds: slots of a frame times seconds of a slot.
    /// @param maxDepositPerFrameGwei Most ether that may go to the deposit contract in one frame, in gwei.
    /// @param maxGainBpPerYear Most gain that a year of reports may book, in 1/10,000 of pooled ether.
    /// @param maxFeeBp Most that the fee may take of a gain, in 1/10,000.
    /// @param maxDripBpPerYear Fastest drip, in 1/10,000 of pooled ether per year.
    struct Parameters {
        uint64 genesisTime;
        uint32 frameSeconds;
        uint64 maxDepositPerFrameGwei;
        uint32 maxGainBpPerYear;
        uint16 maxFeeBp;
        uint32 maxDripBpPerYear;
    }

    /// @notice What a report books.
    /// @param frame Frame boundary that the report speaks of: frames since the genesis of the beacon chain.
    /// @param refSlot Slot at that boundary.
    /// @param beaconBalanceGwei Our validators' balances and pending deposits at `refSlot`, in gwei.
    /// @param depositedGwei All ether sent to the deposit contract up to the moment that the figures are of, in gwei.
    /// @param change Gain (positive) or loss (negative) of the pool since the last report, in wei.
    /// @param fee Part of the gain that is paid in new shares, in wei.
    /// @param feeReceiver Who gets the fee shares.
    /// @param fromWithdrawals, fromRewards Ether to bring from the vaults, in wei.
    struct Booking {
        uint32 frame;
        uint64 refSlot;
        uint64 beaconBalanceGwei;
        uint64 depositedGwei;
        int256 change;
        uint256 fee;
        address feeReceiver;
        uint256 fromWithdrawals;
        uint256 fromRewards;
    }

    /// @notice The books, as they stand for a report at some frame boundary.
    /// @param frame Frame boundary of the last report; before the first one, of the deployment.
    /// @param seed Lowest 32 bits of the balance that it told, in gwei: for lots.
    /// @param profit All gains less all losses booked so far, in wei.
    /// @param highWater The largest `profit` there ever was, in wei: fees are due above it only.
    /// @param pooledEther Ether that the shares stand for now, in wei.
    /// @param depositedGwei All ether sent to the deposit contract up to the boundary, in gwei; 0 for a boundary that is
    /// not after the last report's.
    /// @param sweptWithdrawals All ether ever collected from the withdrawal vault, in wei.
    /// @param sweptRewards All ether ever collected from the rewards vault, and surplus, in wei.
    struct Books {
        uint32 frame;
        uint32 seed;
        int256 profit;
        int256 highWater;
        uint256 pooledEther;
        uint256 depositedGwei;
        uint256 sweptWithdrawals;
        uint256 sweptRewards;
    }

    /* EVENTS */

    /// @notice Shares moved; beside every `Transfer`.
    event TransferShares(address indexed from, address indexed to, uint256 shares);
    /// @notice `amount` wei were staked by `staker` for `shares`, minted to `receiver`.
    event Staked(
        address indexed staker,
        address indexed receiver,
        uint256 amount,
        uint256 shares,
        address referral
    );
    /// @notice A report was booked. `change` is what was asked for, `booked` what went into the pool's ether now;
    /// the difference (less than a gwei per second of the drip) is left for the next report. From now on gains drip at
    /// `dripRateGwei` gwei per second until `dripEnd` (seconds since 1970).
    event ReportBooked(
        uint256 indexed refSlot,
        int256 change,
        int256 booked,
        uint256 feeShares,
        uint256 beaconBalanceGwei,
        uint256 dripRateGwei,
        uint256 dripEnd
    );
    /// @notice `holder` burnt `shares` worth `amount` wei for the good of all others. From now on gains drip at
    /// `dripRateGwei` gwei per second until `dripEnd` (seconds since 1970).
    event SharesBurnt(
        address indexed holder,
        uint256 shares,
        uint256 amount,
        uint256 dripRateGwei,
        uint256 dripEnd
    );
    /// @notice Ether came back from the vaults (wei).
    event Collected(uint256 fromWithdrawals, uint256 fromRewards);
    /// @notice Ether that came by force was found (wei); the next report counts it as a reward.
    event SurplusFound(uint256 amount);
    /// @notice The account takes shares no more, unless it brings them in itself.
    event AccountClosedForOthers(address indexed account);
    /// @notice Staking is paused until `until`.
    event StakingPaused(address indexed by, uint256 until);
    /// @notice The pause of staking ended.
    event StakingResumed(address indexed by);

    /* ERRORS */

    /// @notice Nothing was staked.
    error ZeroStake();
    /// @notice The stake is too small for a single share.
    error StakeTooSmall(uint256 amount);
    /// @notice The stake gives fewer shares than asked for.
    error SharesBelowFloor(uint256 shares, uint256 floor);
    /// @notice Staking is paused.
    error StakingIsPaused(uint256 until);
    /// @notice Staking is not paused: nothing to resume.
    error StakingNotPaused();
    /// @notice The buffer holds less than needed (wei).
    error BufferTooSmall(uint256 buffer, uint256 needed);
    /// @notice The deposits of this frame would pass the cap (gwei).
    error DepositCapExceeded(uint256 deposited, uint256 cap);
    /// @notice The report's frame boundary is not after the last one, or not yet reached.
    error FrameOutOfOrder(uint256 frame, uint256 last, uint256 current);
    /// @notice The history of deposits does not reach back to that frame boundary.
    error DepositHistoryTooShort(uint256 frame, uint256 oldest);
    /// @notice A gain beyond what the time since the last report allows (wei).
    error GainAboveBound(uint256 gain, uint256 bound);
    /// @notice A fee beyond its part of the gain (wei).
    error FeeAboveBound(uint256 fee, uint256 bound);
    /// @notice A loss of all that the pool holds, or more (wei).
    error LossAboveTarget(uint256 loss, uint256 target);
    /// @notice Ether that is no stake comes from the vaults alone.
    error NotAVault(address sender);
    /// @notice The receiver refused ether.
    error EtherRefused(address receiver);
    /// @notice A constructor parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);

    /* STAKERS */

    /// @notice Stakes the ether sent for shares of the caller. `referral` is only told in the event.
    /// @return shares Minted shares, rounded down.
    function stake(address referral) external payable returns (uint256 shares);

    /// @notice Stakes the ether sent for shares of `receiver`, at least `minShares`.
    /// @return shares Minted shares, rounded down.
    function stakeFor(
        address receiver,
        uint256 minShares,
        address referral
    ) external payable returns (uint256 shares);

    /* HOLDERS OF SHARES */

    /// @notice Moves shares of the caller.
    /// @return amount Their value in wei, rounded down.
    function transferShares(address to, uint256 shares) external returns (uint256 amount);

    /// @notice Moves shares of `from` against the caller's allowance, which is charged their value rounded up.
    /// @return amount Their value in wei, rounded down.
    function transferSharesFrom(address from, address to, uint256 shares) external returns (uint256 amount);

    /* CONTRACTS THAT COUNT IN UNITS (the wrapper): 1 share = 1e6 units */

    /// @notice Stakes the ether sent for units of the caller. Returns the units.
    function stakeForUnits(address referral) external payable returns (uint256 units);

    /// @notice Moves `amount` kETH from `from` to the caller against its allowance. Returns the units that moved.
    function pull(address from, uint256 amount) external returns (uint256 units);

    /// @notice Moves `amount` kETH from the caller to `to`. Returns the units that moved.
    function push(address to, uint256 amount) external returns (uint256 units);

    /* BRAINS */

    /// @notice Sends buffered ether to the official deposit contract, which tells of each deposit. Caller: `DEPOSITOR`.
    /// A key that the registry does
    /// not know as proven gets at most 1 ETH; all deposits of a frame together stay below the cap.
    /// @param pubkeys BLS public keys, 48 bytes each, one after the other.
    /// @param signatures BLS signatures of the deposits, 96 bytes each; none at all if every key is a validator of ours.
    /// @param amountsGwei Amounts, in gwei, at least 1 ETH each as the deposit contract demands.
    function deposit(
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) external;

    /// @notice As `deposit`, with our credentials under another prefix, for a consensus layer that wants one: the vault is
    /// the same. Caller: `DEPOSITOR`.
    /// @param prefix Not below that of `withdrawalCredentials` (`PrefixTooLow`).
    function depositUnder(
        bytes1 prefix,
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) external;

    /// @notice Brings ether back from the vaults, in wei. Caller: `ACCOUNTING`.
    function collect(uint256 fromWithdrawals, uint256 fromRewards) external;

    /// @notice Books a report. Caller: `ACCOUNTING`. Within the bounds fixed at deployment: the rate does not move at
    /// once by a gain, and falls only by the part of a loss that exceeds what had not dripped.
    /// @return booked What went into the pool's ether, in wei: `change`, or a little less for a gain that does not
    /// divide into gwei per second.
    function bookReport(Booking calldata booking) external returns (int256 booked);

    /// @notice Burns shares of the caller, as many as the buffer pays, and pays it their value. Caller:
    /// `WITHDRAWAL_QUEUE`.
    /// @param shares Most that is burnt, a multiple of `grain`. @param grain What is burnt is a multiple of this.
    /// @return burnt Shares burnt; 0, and nothing happens, if the buffer does not pay a grain.
    /// @return amount Value in wei, rounded down.
    function redeem(uint256 shares, uint256 grain) external returns (uint256 burnt, uint256 amount);

    /// @notice Burns shares of the caller; their value drips to all holders over a frame. Caller: `SHARE_BURNER`.
    /// @return amount Value in wei, rounded down.
    function burnShares(uint256 shares) external returns (uint256 amount);

    /// @notice Receives what the vaults send. Caller: the vaults.
    function receiveSwept() external payable;

    /* GUARDIANS */

    /// @notice Pauses staking for `duration` seconds. Caller: `PAUSER`. Not while a pause is running.
    function pauseStaking(uint256 duration) external;

    /// @notice Ends the pause of staking. Caller: `RESUMER`, or anyone after its end.
    function resumeStaking() external;

    /// @notice Closes an account that holds the role `CLOSED_ACCOUNT` to transfers by others. Anyone may; for ever.
    function closeAccount(address account) external;

    /* VIEWS */

    /// @notice Ether that the shares stand for now, in wei.
    function getTotalPooledEther() external view returns (uint256);

    /// @notice All shares, rounded down.
    function getTotalShares() external view returns (uint256);

    /// @notice Shares of `account`, rounded down.
    function sharesOf(address account) external view returns (uint256);

    /// @notice Units of `account`: 1e-6 of a share.
    function unitsOf(address account) external view returns (uint256);

    /// @notice All units: 1e-6 of a share.
    function totalUnits() external view returns (uint256);

    /// @notice Shares that `amount` wei are worth, rounded down.
    function getSharesByPooledEth(uint256 amount) external view returns (uint256);

    /// @notice Wei that `shares` are worth, rounded down.
    function getPooledEthByShares(uint256 shares) external view returns (uint256);

    /// @notice Wei that `units` are worth, rounded down.
    function getPooledEthByUnits(uint256 units) external view returns (uint256);

    /// @notice Units that `amount` wei cost, rounded down and up.
    function unitsForEther(uint256 amount) external view returns (uint256 down, uint256 up);

    /// @notice Ether held and not yet deposited, in wei.
    function buffer() external view returns (uint256);

    /// @notice The drip: gwei per second, its end (seconds since 1970), and wei that have not dripped yet.
    function drip() external view returns (uint256 rateGwei, uint256 end, uint256 undripped);

    /// @notice The books for a report at frame boundary `frame`.
    function booksAt(uint256 frame) external view returns (Books memory);

    /// @notice Ether in the ledger beyond its books, in wei: it came by force.
    function surplus() external view returns (uint256);

    /// @notice Frame boundary of the last report.
    function lastReportFrame() external view returns (uint256);

    /// @notice When the last report was booked, seconds since 1970.
    function lastReportTime() external view returns (uint256);

    /// @notice When the report of frame boundary `frame` was booked (seconds since 1970), and all ether sent to the deposit
    /// contract up to that boundary (gwei); zeros if there was none, or it is more than 256 frames back.
    function reportOf(uint256 frame) external view returns (uint256 time, uint256 depositedGwei);

    /// @notice All ether ever sent to the deposit contract, in gwei.
    function totalDepositedGwei() external view returns (uint256);

    /// @notice When the last three reports were booked (seconds since 1970), newest first; 0 where there are fewer, or where
    /// one is more than 256 frames back.
    function reportTimes() external view returns (uint256[3] memory);

    /// @notice Where withdrawals from the beacon chain arrive.
    function withdrawalVault() external view returns (IEtherVault);

    /// @notice Where priority fees and MEV arrive.
    function rewardsVault() external view returns (IEtherVault);

    /// @notice Whether staking is paused, and the end of the pause (seconds since 1970).
    function stakingPause() external view returns (bool paused, uint256 until);

    /// @notice Whether `account` takes shares only when it brings them in itself.
    function isClosed(address account) external view returns (bool);

    /// @notice Time of frame boundary `frame`, seconds since 1970.
    function frameTime(uint256 frame) external view returns (uint256);

    /// @notice What was fixed when the ledger was deployed.
    function parameters() external view returns (Parameters memory);
}
