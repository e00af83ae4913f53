// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {IBeaconDepositor} from "../interfaces/IBeaconDepositor.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IKeeperBudget} from "../interfaces/IKeeperBudget.sol";
import {IKeeperJobs} from "../interfaces/IKeeperJobs.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {ISlashingOracle} from "../interfaces/ISlashingOracle.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {KeeperPay} from "../libraries/KeeperPay.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {JOB_FINALIZE, JOB_PROVE, JOB_TRIGGER, JOB_WITNESS} from "../types/KeeperJob.sol";
import {KeeperParameters} from "./KeeperParameters.sol";

/// @title KeeperJobs
/// @notice Calls that anyone may make, paid, so that the contracts behind them need not know of pay.
/// It holds nothing, and remembers nothing that a successor needs: it is replaced by moving its role.
/// TRUST: the contracts behind it say what moved; nobody else.
/// INVARIANTS: PAY-4: no call is paid before it was due, nor more than its figures of gas times the base fee, whatever its
/// caller adds; one that moves too little, or can be repeated, is not paid.
/// ASSUMPTIONS: a figure of gas is about what the call uses, so that whoever makes work in order to do it pays for the
/// making.
contract KeeperJobs is KeeperParameters {
    /// @notice Most items of a call that are paid for.
    uint256 public constant MAX_ITEMS = 16;

    /// @notice The contracts behind the calls.
    struct Contracts {
        IStakedEther ledger;
        IKeeperBudget keeperBudget;
        IWithdrawalQueue withdrawalQueue;
        IBeaconDepositor depositor;
        IValidatorRegistry validatorRegistry;
        IBeaconVerifier verifier;
        ISlashingOracle slashingOracle;
        IExitController exitController;
    }

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice What pays.
    IKeeperBudget public immutable keeperBudget;
    /// @notice What finalises.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice What takes proofs of keys.
    IBeaconDepositor public immutable depositor;
    /// @notice What knows keys and validators.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice What takes proofs of faults and ends.
    ISlashingOracle public immutable slashingOracle;
    /// @notice What makes validators exit.
    IExitController public immutable exitController;
    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerEpoch;

    /* STORAGE */

    /// @notice When finalising was asked for by way of this contract last, paid or not, in seconds since 1970.
    uint256 public lastFinalizedAt;
    /// @notice When exits were triggered by way of this contract last, paid or not, in seconds since 1970.
    uint256 public lastTriggeredAt;
    /// @notice When settling a validator was paid last, in seconds since 1970.
    mapping(uint256 validatorIndex => uint256) public lastSettledAt;

    /* CONSTRUCTOR */

    constructor(Contracts memory c, Parameters memory p) KeeperParameters(p) {
        require(
            address(c.ledger) != address(0) &&
                address(c.keeperBudget) != address(0) &&
                address(c.withdrawalQueue) != address(0) &&
                address(c.depositor) != address(0) &&
                address(c.validatorRegistry) != address(0) &&
                address(c.slashingOracle) != address(0) &&
                address(c.exitController) != address(0),
            Guarded.ZeroAddress()
        );
        ledger = c.ledger;
        keeperBudget = c.keeperBudget;
        withdrawalQueue = c.withdrawalQueue;
        depositor = c.depositor;
        validatorRegistry = c.validatorRegistry;
        slashingOracle = c.slashingOracle;
        exitController = c.exitController;
        _genesisTime = c.verifier.genesisTime();
        _secondsPerEpoch = uint256(c.verifier.slotsPerEpoch()) * c.verifier.secondsPerSlot();
    }

    /* ANYONE */

    /// @inheritdoc IKeeperJobs
    function finalize() external returns (uint256 shares, uint256 amount) {
        (shares, amount) = withdrawalQueue.finalizeNamed();
        if (amount < _minFinalize) return (shares, amount);
        uint256 from = Math.max(ledger.lastReportTime(), lastFinalizedAt);
        lastFinalizedAt = block.timestamp;
        _pay(JOB_FINALIZE, _due(_finalizeGas, from));
    }

    /// @inheritdoc IKeeperJobs
    function proveOne(
        IBeaconDepositor.OneValidator calldata v,
        bytes calldata pubkey,
        bytes32[] calldata proof,
        bytes32[] calldata keyProof
    ) external {
        bytes32 id = validatorRegistry.commitmentIdOf(v.operatorId, v.root);
        uint256 amount = _due(_proveGas, validatorRegistry.proofDueFrom(id, v.gindex));
        depositor.proveAndTopUpOne(v, pubkey, proof, keyProof);
        _pay(JOB_PROVE, amount);
    }

    /// @inheritdoc IKeeperJobs
    function prove(
        IBeaconDepositor.ValidatorProof calldata p,
        IBeaconDepositor.KeyProof calldata k,
        uint64[] calldata amountsGwei
    ) external {
        bytes32 id = validatorRegistry.commitmentIdOf(k.operatorId, k.root);
        uint256 count = Math.min(k.gindices.length, MAX_ITEMS);
        uint256 amount = 0;
        for (uint256 i = 0; i < count; ++i) {
            amount += _due(
                i == 0 ? _proveGas : _proveMoreGas,
                validatorRegistry.proofDueFrom(id, k.gindices[i])
            );
        }
        // no key is proven twice: a call with one that is reverts
        depositor.proveAndTopUp(p, k, amountsGwei);
        _pay(JOB_PROVE, amount);
    }

    /// @inheritdoc IKeeperJobs
    function proveWithdrawn(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        bool wasKnown = _isWithdrawn(validatorIndex);
        slashingOracle.proveState(b, validatorIndex, v, proof);
        // steps before the last could be paid one by one
        if (wasKnown || !_isWithdrawn(validatorIndex)) return;
        // proven just now, and passed
        _pay(
            JOB_WITNESS,
            _due(_withdrawnGas, _genesisTime + uint256(v.withdrawableEpoch) * _secondsPerEpoch)
        );
    }

    /// @inheritdoc IKeeperJobs
    function settle(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external {
        uint256 before = ledger.getTotalShares();
        slashingOracle.settle(b, validatorIndex, v, proof, chunk, balanceProof);
        uint256 burnt = before - ledger.getTotalShares();
        if (ledger.getPooledEthByShares(burnt) < _minSettle) return;
        uint256 from = Math.max(ledger.lastReportTime(), lastSettledAt[validatorIndex]);
        // one loss, shown step by step, is paid once
        lastSettledAt[validatorIndex] = block.timestamp;
        _pay(JOB_WITNESS, _due(_settleGas, from));
    }

    /// @inheritdoc IKeeperJobs
    function trigger(
        IExitController.Rule rule,
        IBeaconVerifier.BlockProof calldata b,
        uint256[] calldata validatorIndices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable {
        // as of before the call, which may serve the deficit and end its note
        uint256 from = exitController.openFrom(rule);
        uint256 coming = exitController.coming();
        uint256 sure = 0;
        for (uint256 i = 0; i < validatorIndices.length; ++i) {
            if (_isSure(validatorIndices[i])) ++sure;
        }
        exitController.trigger{value: msg.value}(rule, b, validatorIndices, validators, proof);
        _payTriggered(sure, exitController.coming() - coming, from);
    }

    /// @inheritdoc IKeeperJobs
    function triggerPartial(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external payable {
        (uint256 from, ) = exitController.noted();
        uint256 coming = exitController.coming();
        uint256 sure = _isSure(validatorIndex) ? 1 : 0;
        exitController.triggerPartial{value: msg.value}(b, validatorIndex, v, proof, chunk, balanceProof);
        _payTriggered(sure, exitController.coming() - coming, from);
    }

    /// @notice Takes what the exits give back of a call's ether.
    receive() external payable {
        require(msg.sender == address(exitController), NotTheExits(msg.sender));
    }

    /* INTERNAL */

    /// @dev Of one in doubt the request may be dropped, and made again.
    function _isSure(uint256 validatorIndex) private view returns (bool) {
        return
            !exitController.comingOf(validatorIndex).inDoubt &&
            !validatorRegistry.isConsolidating(validatorIndex);
    }

    function _isWithdrawn(uint256 validatorIndex) private view returns (bool) {
        return
            validatorRegistry.validator(validatorIndex).state == IValidatorRegistry.ValidatorState.Withdrawn;
    }

    /// @dev The last thing of a call: nothing depends on what its caller does with what it gets back. Nothing stays here, so
    /// all that is here is the caller's.
    function _payTriggered(uint256 sure, uint256 asked, uint256 from) private {
        uint256 count = Math.min(Math.min(sure, asked / _minTrigger), MAX_ITEMS);
        if (count > 0) {
            // many calls are paid no more than one
            uint256 since = from == 0 ? 0 : Math.max(from, lastTriggeredAt);
            lastTriggeredAt = block.timestamp;
            _pay(JOB_TRIGGER, _due(_triggerGas + (count - 1) * _triggerMoreGas, since));
        }

        uint256 refunded = ledger.sharesOf(address(this));
        if (refunded > 0) ledger.transferShares(msg.sender, refunded);
        uint256 rest = address(this).balance;
        if (rest > 0) require(LowLevelCall.callNoReturn(msg.sender, rest, ""), RefundRefused(msg.sender));
    }

    /// @dev In wei; nothing where `from` is zero, or to come.
    function _due(uint256 gasFigure, uint256 from) private view returns (uint256) {
        if (from == 0 || block.timestamp <= from) return 0;
        uint256 baseFee = Math.min(block.basefee, _maxBaseFee);
        return KeeperPay.due(gasFigure, baseFee, block.timestamp - from, _rise);
    }

    /// @dev An empty budget pays nothing, and stops nothing. What refuses does: the contracts behind take the call without
    /// pay. Nodes estimate gas with a base fee of zero, so that nothing is due: were a failure passed over, whoever sends
    /// no more gas than that would work for nothing.
    function _pay(bytes32 job, uint256 amount) private {
        if (amount > 0) keeperBudget.pay(job, msg.sender, amount);
    }
}
