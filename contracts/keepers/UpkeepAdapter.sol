// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {IUpkeepAdapter} from "../interfaces/IUpkeepAdapter.sol";
import {DrawUpkeep} from "./DrawUpkeep.sol";
import {FundUpkeep} from "./FundUpkeep.sol";
import {GovernanceUpkeep} from "./GovernanceUpkeep.sol";
import {TicketUpkeep} from "./TicketUpkeep.sol";
import {UpkeepContracts} from "./UpkeepContracts.sol";

/// @title UpkeepAdapter
/// @notice What automation networks ask and call. It holds nothing, may nothing, and remembers nothing.
/// TRUST: nobody: whoever performs does what anyone may do without it.
/// INVARIANTS: UPK-1: what a check answers with true does not revert in the same block; whatever bytes are performed,
/// nothing but the calls of the jobs is made.
/// ASSUMPTIONS: who performs gives enough gas, or all of it reverts. None of the contracts calls back who calls.
contract UpkeepAdapter is TicketUpkeep, GovernanceUpkeep, DrawUpkeep, FundUpkeep {
    /// @inheritdoc IUpkeepAdapter
    uint256 public constant SCAN = 64;

    /* CONSTRUCTOR */

    /// @notice All of it is fixed for ever.
    constructor(Contracts memory c) UpkeepContracts(c) TicketUpkeep(c) GovernanceUpkeep(c) DrawUpkeep(c) {}

    /* ANYONE */

    /// @inheritdoc IUpkeepAdapter
    /// @dev Looked at again: who comes second pays for a look, and for no revert.
    function performUpkeep(bytes calldata performData) external {
        (Job job, uint256 subject) = _decode(performData);
        if (job <= Job.NoteDeficit) {
            if (_mayForTickets(job, subject)) _doForTickets(job, subject);
        } else if (job <= Job.NoteReady) {
            if (_mayForGovernance(job, subject)) _doForGovernance(job, subject);
        } else if (job <= Job.Lapse) {
            if (_mayForDraws(job, subject)) _doForDraws(job, subject);
        } else {
            if (_mayForFunds(job)) _doForFunds(job, subject);
        }
    }

    /* VIEWS */

    /// @inheritdoc IUpkeepAdapter
    function checkUpkeep(
        bytes calldata checkData
    ) public view returns (bool upkeepNeeded, bytes memory performData) {
        (Job job, uint256 subject) = _decode(checkData);
        (upkeepNeeded, subject) = _look(job, subject);
        performData = upkeepOf(job, subject);
    }

    /// @inheritdoc IUpkeepAdapter
    function checker() external view returns (bool canExec, bytes memory execPayload) {
        uint256 last = uint256(type(Job).max);
        for (uint256 i = 0; i <= last; ++i) {
            (bool needed, uint256 found) = _look(Job(i), 0);
            if (needed) return (true, _payload(upkeepOf(Job(i), found)));
        }
    }

    /// @inheritdoc IUpkeepAdapter
    function checker(
        bytes calldata checkData
    ) external view returns (bool canExec, bytes memory execPayload) {
        (canExec, execPayload) = checkUpkeep(checkData);
        execPayload = _payload(execPayload);
    }

    /// @inheritdoc IUpkeepAdapter
    function upkeepOf(Job job, uint256 subject) public pure returns (bytes memory) {
        return abi.encode(job, subject);
    }

    /* INTERNAL */

    /// @dev Whether there is something to do, and of which operator where there are several.
    function _look(Job job, uint256 subject) private view returns (bool needed, uint256 found) {
        if (!_isOfOperators(job)) return (_needs(job, subject), subject);
        uint256 first = Math.max(subject, 1);
        uint256 count = operatorRegistry.count();
        for (uint256 i = 0; i < SCAN && first <= count && i <= count - first; ++i) {
            if (_needs(job, first + i)) return (true, first + i);
        }
        return (false, subject);
    }

    function _needs(Job job, uint256 subject) private view returns (bool) {
        if (job <= Job.NoteDeficit) return _needsForTickets(job, subject);
        if (job <= Job.NoteReady) return _needsForGovernance(job, subject);
        if (job <= Job.Lapse) return _needsForDraws(job, subject);
        return _needsForFunds(job, subject);
    }

    function _isOfOperators(Job job) private pure returns (bool) {
        return
            job == Job.OpenDraw ||
            job == Job.Refresh ||
            job == Job.Prolong ||
            job == Job.Lapse ||
            job == Job.Release;
    }

    function _payload(bytes memory performData) private pure returns (bytes memory) {
        return abi.encodeCall(IUpkeepAdapter.performUpkeep, (performData));
    }

    function _decode(bytes calldata data) private pure returns (Job job, uint256 subject) {
        require(data.length == 64, MalformedUpkeep(data.length));
        uint256 number;
        (number, subject) = abi.decode(data, (uint256, uint256));
        require(number <= uint256(type(Job).max), UnknownJob(number));
        job = Job(number);
    }
}
