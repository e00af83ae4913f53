// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../interfaces/IExitController.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {Deficit} from "./Deficit.sol";

/// @title ExitRules
/// @notice Mixin of the exit controller: which validators may be made to exit, and when.
/// TRUST: none. Callers choose among the validators that the rules allow.
/// INVARIANTS: EXIT-3.
/// ASSUMPTIONS: the seed of the draw is the last report's reference slot and balance. Whoever proposes blocks before that
/// slot moves the balance by what it leaves out, at its cost, and so chooses among a few seeds; it cannot aim at one that
/// suits it beyond that, and neither the committee's signers nor a caller choose at all. That a validator is of ours
/// includes its credentials: they never change once they are compounding (EIP-7251).
abstract contract ExitRules is Deficit {
    /// @dev Ranks have 64 bits.
    uint256 private constant ALL_RANKS = 1 << 64;

    /* IMMUTABLES */

    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;

    /* CONSTRUCTOR */

    constructor(IOperatorRegistry operators) {
        operatorRegistry = operators;
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function openFrom(Rule rule) public view returns (uint256) {
        if (rule == Rule.Stopped) return block.timestamp;
        (uint256 since, ) = noted();
        if (since == 0) return 0;
        return since + (rule == Rule.Drawn ? 2 : 1) * uint256(_patienceEpochs) * _secondsPerEpoch;
    }

    /// @inheritdoc IExitController
    function rankOf(uint256 validatorIndex) external view returns (uint256) {
        return _rank(_seed(), validatorIndex);
    }

    /// @inheritdoc IExitController
    function threshold() external view returns (uint256) {
        (uint256 amount, ) = deficit();
        uint256 from = openFrom(Rule.Drawn);
        return from == 0 || block.timestamp < from ? 0 : _threshold(amount, from);
    }

    /* INTERNAL: when */

    function _requireOpen(Rule rule) internal view returns (uint256 from) {
        from = openFrom(rule);
        require(from > 0 && block.timestamp >= from, RuleNotOpen(rule, from));
    }

    /* INTERNAL: which */

    /// @dev Returns the operator of a validator of ours that may be asked to withdraw.
    function _requireActive(
        uint256 index,
        BeaconValidator calldata v
    ) internal view returns (uint256 operatorId) {
        operatorId = _operatorOf(index);
        require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, AlreadyExiting(index, v.exitEpoch));
        uint256 from = uint256(v.activationEpoch) + _committeePeriod;
        require(_epoch() >= from, TooYoung(index, from));
        require(v.effectiveBalance > 0, NothingThere(index));
    }

    function _isStopped(uint256 operatorId) internal view returns (bool) {
        return operatorRegistry.standingOf(operatorId) >= IOperatorRegistry.Standing.Jailed;
    }

    /// @dev Less what such exits bring already, in time or not: settle what is over.
    function _requireAboveCap(uint256 index, uint256 operatorId, uint256 capEth) internal view {
        uint256 stakeEth = validatorRegistry.stakeOf(operatorId).eth;
        // units are 32 to an ETH
        bool isAbove = stakeEth * 32 > capEth * 32 + _aboveCapUnits[operatorId];
        require(isAbove, OperatorBelowCap(index, operatorId, stakeEth, capEth));
    }

    function _requireDrawn(uint256 index, bytes32 seed, uint256 limit) internal pure {
        uint256 rank = _rank(seed, index);
        require(rank < limit, NotDrawn(index, rank, limit));
    }

    function _capEth() internal view returns (uint256) {
        uint256 cap = (validatorRegistry.totalStake() * _capBp) / BP;
        return cap > _capFloorEth ? cap : _capFloorEth;
    }

    /// @dev What is not to be known by who caused it, and not to be changed by who uses it: see ASSUMPTIONS.
    function _seed() internal view returns (bytes32) {
        IStakedEther.Books memory books = ledger.booksAt(0);
        return keccak256(abi.encode(books.frame, books.seed));
    }

    /// @dev Twice the part of all stake that the deficit is, doubled again and again since the draw is open.
    function _threshold(uint256 amount, uint256 from) internal view returns (uint256) {
        uint256 stake = validatorRegistry.totalStake() * 1 ether;
        uint256 doublings = (block.timestamp - from) / _doublingSeconds;
        if (stake == 0 || doublings >= 64) return ALL_RANKS;
        uint256 part = (2 * amount * ALL_RANKS) / stake;
        // below 2^64 before the shift, below 2^128 after it
        return part >= ALL_RANKS || part << doublings >= ALL_RANKS ? ALL_RANKS : part << doublings;
    }

    function _rank(bytes32 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index))) >> 192;
    }
}
