// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IAccounting} from "./IAccounting.sol";
import {IAuthority} from "./IAuthority.sol";
import {IBondVault} from "./IBondVault.sol";
import {IExitController} from "./IExitController.sol";
import {IExitWindowTimelock} from "./IExitWindowTimelock.sol";
import {IInsuranceReserve} from "./IInsuranceReserve.sol";
import {IKeeperJobs} from "./IKeeperJobs.sol";
import {IOperatorRegistry} from "./IOperatorRegistry.sol";
import {IRandomnessSource} from "./IRandomnessSource.sol";
import {IRewardDistributor} from "./IRewardDistributor.sol";
import {IStakeAllocator} from "./IStakeAllocator.sol";
import {IStakedEther} from "./IStakedEther.sol";
import {IValidatorRegistry} from "./IValidatorRegistry.sol";
import {IWithdrawalQueue} from "./IWithdrawalQueue.sol";

/// @title IUpkeepAdapter
/// @notice The calls that anyone may make of the protocol and that need nothing from off chain, for automation networks:
/// one view says what is to be done, one call does it. It speaks Chainlink Automation (`checkUpkeep`, `performUpkeep`) and
/// Gelato (`checker`).
///
/// An upkeep is a job and a subject, ABI-encoded: 64 bytes, as `upkeepOf` makes them. It is what a network is registered
/// with (`checkData`), and what it hands on (`performData`).
///
/// What a check answers with true can be performed in the same block, and does not revert (UPK-1). What somebody else did
/// meanwhile is passed over by `performUpkeep`: nothing is done, and nothing reverts.
interface IUpkeepAdapter {
    /// @notice What can be done, and the subject that it takes; others ignore theirs.
    ///
    /// Of tickets:
    /// - `Finalize`: what the last report named, where it is `minFinalize` wei or all that waits. Subject: who is paid for
    ///   it (`IKeeperJobs.finalize`); zero: nobody, and the keepers' budget keeps the pay.
    /// - `Collect`: brings ether from the vaults, where tickets wait for it.
    /// - `NoteDeficit`: says that a deficit is there, every half of a note's life, or that it is gone.
    ///
    /// Of governance:
    /// - `Observe`: counts open time, every half of the observation gap, and as a suspension begins or ends.
    /// - `CloseWindow`, `NoteReady`: of one operation. Subject: its id.
    ///
    /// Of draws:
    /// - `OpenDraw`: where an operator could win. Subject: as of `Refresh`.
    /// - `AbandonDraw`: where its seed can no longer be shown.
    /// - `Refresh`: a weight that is half as old as it may be, of one who could win a lot; or that of one who is stopped.
    ///   Subject of a check: the first of `SCAN` operators that are looked at. Of a perform: the operator.
    /// - `Prolong`: an allotment in the last eighth of its life, of one who draws and finds no ether. Subject: as of
    ///   `Refresh`.
    /// - `Lapse`: an allotment whose time is over. Subject: as of `Refresh`.
    ///
    /// Of funds, where they come to `MIN_MOVED` wei:
    /// - `PullKeepers`, `PullReserve`: the parts of fees of the keepers' budget and of the insurance reserve.
    /// - `Release`: a lock for predeposits that were proven after all, and what a bond owes for lost ones. Subject: as of
    ///   `Refresh`.
    /// - `NoteLoss`, `CoverLoss`: what bonds did not cover, by the reserve.
    enum Job {
        Finalize,
        Collect,
        NoteDeficit,
        Observe,
        CloseWindow,
        NoteReady,
        OpenDraw,
        AbandonDraw,
        Refresh,
        Prolong,
        Lapse,
        PullKeepers,
        PullReserve,
        Release,
        NoteLoss,
        CoverLoss
    }

    /// @notice What it calls and asks. `accounting` is the contract that collects the vaults.
    struct Contracts {
        IAuthority authority;
        IStakedEther ledger;
        IWithdrawalQueue withdrawalQueue;
        IAccounting accounting;
        IExitController exitController;
        IKeeperJobs keeperJobs;
        IExitWindowTimelock timelock;
        IStakeAllocator stakeAllocator;
        IRandomnessSource randomness;
        IOperatorRegistry operatorRegistry;
        IValidatorRegistry validatorRegistry;
        IBondVault bondVault;
        IRewardDistributor rewardDistributor;
        IInsuranceReserve insuranceReserve;
    }

    /// @notice An upkeep has 64 bytes, these are `length`.
    error MalformedUpkeep(uint256 length);
    /// @notice There is no job of this number.
    error UnknownJob(uint256 job);
    /// @notice Pay cannot go there: the subject is no address, the pool, this contract, or an account that is closed.
    error WrongRecipient(uint256 subject);

    /// @notice Does what the upkeep says, if it can be done now; else nothing. Anyone may. Reverts with `MalformedUpkeep`,
    /// `UnknownJob`, `WrongRecipient`.
    /// @param performData A job and its subject: who is paid, the operation, or the operator.
    function performUpkeep(bytes calldata performData) external;

    /// @notice Whether there is something to do, and what to perform. It looks at `SCAN` operators at most. Reverts as
    /// `performUpkeep` does.
    /// @param checkData A job and its subject: who is paid, the operation, or the first operator that is looked at.
    function checkUpkeep(
        bytes calldata checkData
    ) external view returns (bool upkeepNeeded, bytes memory performData);

    /// @notice The same of all jobs but those of one operation, in their order: the first that there is to do, for nobody's
    /// pay, of the first `SCAN` operators. `execPayload` is the whole call.
    function checker() external view returns (bool canExec, bytes memory execPayload);

    /// @notice As `checkUpkeep`; `execPayload` is the whole call.
    function checker(bytes calldata checkData) external view returns (bool canExec, bytes memory execPayload);

    /// @notice An upkeep as it is encoded.
    function upkeepOf(Job job, uint256 subject) external pure returns (bytes memory);

    /// @notice How many operators one check looks at.
    function SCAN() external view returns (uint256);
}
