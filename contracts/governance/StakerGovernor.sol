// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {OwnerSignature} from "../libraries/OwnerSignature.sol";
import {GovernanceParameters} from "./GovernanceParameters.sol";
import {OverridableVotes} from "./OverridableVotes.sol";
import {VaultVotes} from "./VaultVotes.sol";

/// @title StakerGovernor
/// @notice The vote of stakers: whoever has votes proposes, delegates and owners vote, and what passes goes to the timelock.
/// It holds nothing. TRUST: a majority of the votes cast, with the quorum, decides what the timelock does; nobody else can
/// propose to it in the governor's name, stop a proposal that was made, or call another contract through it.
/// INVARIANTS: VOTE-1.
/// ASSUMPTIONS: the governor alone proposes to the timelock, and anyone executes there; the timelock is an ordinary one of
/// OpenZeppelin's, whatever it waits for beyond its delay.
contract StakerGovernor is VaultVotes, GovernorTimelockControl {
    /* CONSTRUCTOR */

    /// @notice All but the parameters is fixed for ever.
    /// @param first See `IStakerGovernor.Parameters`; within their bounds.
    constructor(
        IStakedEther ledger_,
        IWrappedStakedEther wrapper_,
        TimelockController timelock_,
        Parameters memory first
    )
        Governor("Kedge Staker Governor")
        GovernanceParameters(ledger_, first)
        OverridableVotes(wrapper_)
        GovernorTimelockControl(timelock_)
    {
        require(address(timelock_) != address(0), ZeroAddress());
    }

    /* CLOSED */

    /// @notice Reverts: nothing is held here, and what governance calls, its timelock calls.
    function relay(address, uint256, bytes calldata) public payable override {
        revert RelayIsClosed();
    }

    /// @notice Reverts: the timelock is fixed.
    function updateTimelock(TimelockController) public pure override {
        revert TimelockIsFixed();
    }

    /* VIEWS */

    /// @inheritdoc IERC6372
    function clock() public view override returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IGovernor
    /// @dev What nobody queues expires: a majority of long ago leaves nothing behind.
    function state(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (ProposalState current) {
        current = super.state(proposalId);
        if (current != ProposalState.Succeeded) return current;
        uint256 until = proposalDeadline(proposalId) + QUEUE_FRAMES * _frameSeconds;
        if (block.timestamp > until) return ProposalState.Expired;
    }

    /// @inheritdoc IGovernor
    function proposalNeedsQueuing(
        uint256 proposalId
    ) public view override(Governor, GovernorTimelockControl) returns (bool) {
        return super.proposalNeedsQueuing(proposalId);
    }

    /// @inheritdoc Governor
    function proposalDeadline(
        uint256 proposalId
    ) public view override(Governor, OverridableVotes) returns (uint256) {
        return super.proposalDeadline(proposalId);
    }

    /// @inheritdoc Governor
    function proposalThreshold() public view override(Governor, GovernanceParameters) returns (uint256) {
        return super.proposalThreshold();
    }

    /* INTERNAL */

    /// @dev The shares of before the first report are the seed's: a fraction of them would be nobody's quorum.
    function _propose(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        string memory description,
        address proposer
    ) internal override returns (uint256) {
        require(ledger.reportTimes()[0] != 0, NoReportBooked());
        return super._propose(targets, values, calldatas, description, proposer);
    }

    /// @dev Its nonce is used up whether it signed or not: who refuses reverts.
    function _validateVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        bytes memory signature
    ) internal override returns (bool) {
        bytes32 structHash = keccak256(
            abi.encode(BALLOT_TYPEHASH, proposalId, support, voter, _useNonce(voter))
        );
        return OwnerSignature.isValid(voter, _hashTypedDataV4(structHash), signature);
    }

    /// @dev As above.
    function _validateExtendedVoteSig(
        uint256 proposalId,
        uint8 support,
        address voter,
        string memory reason,
        bytes memory params,
        bytes memory signature
    ) internal override returns (bool) {
        bytes32 structHash = keccak256(
            abi.encode(
                EXTENDED_BALLOT_TYPEHASH,
                proposalId,
                support,
                voter,
                _useNonce(voter),
                keccak256(bytes(reason)),
                keccak256(params)
            )
        );
        return OwnerSignature.isValid(voter, _hashTypedDataV4(structHash), signature);
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }
}
