// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IBondVault} from "./IBondVault.sol";
import {IOperatorRegistry} from "./IOperatorRegistry.sol";
import {IRandomnessSource} from "./IRandomnessSource.sol";
import {IStakedEther} from "./IStakedEther.sol";
import {IValidatorRegistry} from "./IValidatorRegistry.sol";
import {IWithdrawalQueue} from "./IWithdrawalQueue.sol";

/// @title IStakeAllocator
/// @notice Who gets the next stake: a draw among operators, each by its weight.
///
/// Weight = (nomination + bond less locks and claims) × standing (good 1, watched 1/2, else 0). Nomination is the least
/// of the votes, in kETH and wkETH, that the operator's manager held at the last three applied reports. A draw is opened
/// for one lot, its seed becomes known later, and whoever shows the seed settles it. The winner's allotment says how much
/// ether may be deposited for it, and until when. All amounts of ether are whole ETH unless said otherwise.
interface IStakeAllocator {
    /* TYPES */

    /// @notice Whom the allocator asks.
    /// @param operatorRegistry Who the operators are, and how they stand.
    /// @param validatorRegistry What they run for the pool.
    /// @param ledger kETH: votes, times of reports, ether.
    /// @param wrapper wkETH: votes.
    /// @param bondVault What backs operators' stake.
    /// @param withdrawalQueue Whose requests come before deposits.
    /// @param randomness Where seeds come from.
    struct Sources {
        IOperatorRegistry operatorRegistry;
        IValidatorRegistry validatorRegistry;
        IStakedEther ledger;
        IVotes wrapper;
        IBondVault bondVault;
        IWithdrawalQueue withdrawalQueue;
        IRandomnessSource randomness;
    }

    /// @notice What governance sets.
    /// @param lotEth What one draw allots: a multiple of 32.
    /// @param capBp Most that an operator may hold of all stake and promises, in 1/10,000.
    /// @param capFloorEth What an operator may hold whatever the cap says, so that a young pool can start; at least a lot.
    /// @param weightLife How long a weight is good for without a refresh, in seconds: less than `IBondVault.claimDelay`.
    /// @param allotmentLife How long an allotment stands, in seconds. From its predeposit to its top-up a new validator
    /// waits for the beacon chain, so this is longer than that, and longer than a pause of deposits.
    struct Parameters {
        uint32 lotEth;
        uint16 capBp;
        uint32 capFloorEth;
        uint32 weightLife;
        uint32 allotmentLife;
    }

    /// @notice The last draw, with all that could be fixed when it was opened.
    /// @param isOpen Whether it still waits for its seed.
    /// @param id Draws count from 1.
    /// @param round Round of the randomness.
    /// @param lotEth What it allots.
    /// @param capEth Most that the winner may hold with it: stake and promises.
    /// @param openedAt When it was opened (seconds since 1970).
    /// @param freshSince Weights refreshed before are too old.
    struct Draw {
        bool isOpen;
        uint32 id;
        uint64 round;
        uint32 lotEth;
        uint32 capEth;
        uint40 openedAt;
        uint40 freshSince;
    }

    /// @notice What the allocator knows of an operator.
    /// @param refreshedAt When its weight was computed (seconds since 1970).
    /// @param leftEth What is left of its allotment; 0: it has none.
    /// @param givenEth What the allotment was when it was last won.
    /// @param endsAt When it ends (seconds since 1970).
    /// @param prolongations How often its end was moved for want of free ether.
    struct Position {
        uint40 refreshedAt;
        uint32 leftEth;
        uint32 givenEth;
        uint40 endsAt;
        uint8 prolongations;
    }

    /* EVENTS */

    /// @notice The parameters changed.
    event ParametersSet(Parameters oldParameters, Parameters newParameters);
    /// @notice A weight was computed (1e-9 shares). `nominator` is the manager whose votes it counts, zero for none.
    event WeightRefreshed(
        uint256 indexed operatorId,
        address indexed nominator,
        uint256 oldWeight,
        uint256 newWeight
    );
    /// @notice A draw was opened.
    event DrawOpened(
        uint256 indexed drawId,
        uint256 round,
        uint256 lotEth,
        uint256 capEth,
        uint256 totalWeight
    );
    /// @notice A draw was won, after `redraws` results that were not eligible; the winner's allotment is now this.
    event DrawWon(
        uint256 indexed drawId,
        uint256 indexed operatorId,
        uint256 redraws,
        uint256 allotmentEth,
        uint256 endsAt
    );
    /// @notice A draw ended without an eligible result.
    event DrawWithoutWinner(uint256 indexed drawId);
    /// @notice A draw ended because its seed can no longer be shown.
    event DrawAbandoned(uint256 indexed drawId);
    /// @notice A part of an allotment was deposited.
    event AllotmentSpent(uint256 indexed operatorId, uint256 eth, uint256 leftEth);
    /// @notice The end of an allotment moved, since there was not enough free ether to spend it.
    event AllotmentProlonged(uint256 indexed operatorId, uint256 oldEnd, uint256 newEnd);
    /// @notice An allotment ended with `leftEth` unspent; that is no longer promised.
    event AllotmentLapsed(uint256 indexed operatorId, uint256 leftEth, bool demoted);

    /* ERRORS */

    /// @notice A parameter is out of its bounds.
    error ParameterOutOfBounds(bytes32 name, uint256 value);
    /// @notice No operator has this id.
    error OperatorUnknown(uint256 operatorId);
    /// @notice Not while a draw is open.
    error DrawIsOpen(uint256 drawId);
    /// @notice No draw is open.
    error NoDrawOpen();
    /// @notice The next draw may be opened from `opensAt` on (seconds since 1970).
    error OpenedTooEarly(uint256 opensAt);
    /// @notice No operator has a weight.
    error NoWeight();
    /// @notice Free ether does not cover what is promised and this.
    error FreeEtherTooSmall(uint256 freeEth, uint256 neededEth);
    /// @notice The seed of the round may still be shown.
    error SeedNotLapsed(uint256 round);
    /// @notice The operator has no allotment.
    error NoAllotment(uint256 operatorId);
    /// @notice Less is left of the operator's allotment.
    error AllotmentTooSmall(uint256 operatorId, uint256 leftEth, uint256 askedEth);
    /// @notice The operator's allotment has ended (seconds since 1970).
    error AllotmentEnded(uint256 operatorId, uint256 endsAt);
    /// @notice The operator's allotment has not ended (seconds since 1970).
    error AllotmentStands(uint256 operatorId, uint256 endsAt);
    /// @notice There is free ether for what is left of the allotment.
    error FreeEtherSuffices(uint256 operatorId, uint256 freeEth, uint256 leftEth);
    /// @notice The allotment was prolonged as often as may be.
    error ProlongedTooOften(uint256 operatorId, uint256 maximum);

    /* GOVERNANCE */

    /// @notice Sets the parameters. Caller: `PARAMETER_MANAGER`. Each is within its bounds, and moves by at most a factor
    /// of two, once in a period: `StepTooLarge`, `StepTooSoon` (`SteppedParameters`). An open draw goes on under the old
    /// ones, but for the life of its allotment.
    function setParameters(Parameters calldata newParameters) external;

    /* ANYONE */

    /// @notice Computes an operator's weight anew and writes it. Not while a draw is open. The votes of one manager count
    /// for one operator: the first refreshed, until it has another manager or is neither good nor watched. Reverts in the
    /// block of a report, whose votes are not past yet.
    function refresh(uint256 operatorId) external;

    /// @notice Opens a draw for one lot and fixes the round of its seed. Free ether covers the lot and all that is
    /// promised, some operator has a weight, no draw is open, and the last one ended `OPENING_GAP` ago.
    function open() external returns (uint256 drawId);

    /// @notice Settles the open draw with its seed. Result i is the id at point keccak256(abi.encode(seed, drawId, i))
    /// modulo the sum of weights; the first eligible one of i = 0 … `MAX_REDRAWS` wins. Eligible is who is good or watched,
    /// whose weight was fresh when the draw was opened, who had then no allotment that ended without being lapsed, and
    /// whose stake and promises with the lot exceed neither what its bond can back nor the cap. A winner with an allotment
    /// gets one of what was left and the lot, with its full life.
    /// @param proof Shows the seed: see `IRandomnessSource.seed`.
    /// @return operatorId The winner, 0 for none.
    function settle(bytes calldata proof) external returns (uint256 operatorId);

    /// @notice Ends the open draw when its seed can no longer be shown.
    function abandon() external;

    /// @notice Moves the end of a standing allotment to `allotmentLife` from now, while free ether does not cover what is
    /// left of it: nobody can spend it then. At most `MAX_PROLONGATIONS` times until it is won anew.
    function prolong(uint256 operatorId) external;

    /// @notice Ends an allotment whose time is over: what is left is no longer promised. If that is more than half of it, a
    /// good or watched operator is demoted one step. Not while a draw is open.
    function lapse(uint256 operatorId) external;

    /* BRAINS */

    /// @notice Takes ether from the operator's allotment. Caller: `DEPOSITOR`, in the transaction that deposits it for a
    /// key of the operator.
    function spend(uint256 operatorId, uint256 eth) external;

    /* VIEWS */

    /// @notice The parameters in force.
    function parameters() external view returns (Parameters memory);

    /// @notice The last draw; all zero before the first.
    function draw() external view returns (Draw memory);

    /// @notice When the last draw ended (seconds since 1970), 0 before.
    function closedAt() external view returns (uint64);

    /// @notice The operator's weight as last computed, in 1e-9 shares.
    function weightOf(uint256 operatorId) external view returns (uint256);

    /// @notice The sum of all weights, in 1e-9 shares.
    function totalWeight() external view returns (uint256);

    /// @notice The operator for which the votes of this manager count, 0 for none.
    function nomineeOf(address manager) external view returns (uint256 operatorId);

    /// @notice What is known of an operator; all zero if nothing is.
    function position(uint256 operatorId) external view returns (Position memory);

    /// @notice What is left of all allotments, those included that have ended and were not lapsed.
    function promisedEth() external view returns (uint64);
}
