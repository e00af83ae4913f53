// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {ISlashingOracle} from "../interfaces/ISlashingOracle.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {DepositSignature} from "../libraries/DepositSignature.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title SlashingOracle
/// @notice Anyone proves what the beacon chain says of our validators, and the bonds of their operators pay.
/// It keeps nothing: states are the registry's, locks the vault's. It is replaced, with its verifier, by moving its roles.
/// TRUST: the verifier of the beacon chain, and nobody else.
/// INVARIANTS: SLA-1, SLA-2, VAL-2.
/// ASSUMPTIONS: epochs in a validator's container never change once they are set (consensus specification,
/// initiate_validator_exit, slash_validator), so that what was due by now has happened whenever the proof's block was.
contract SlashingOracle is ISlashingOracle {
    uint256 private constant BP = 10_000;
    uint256 private constant PREDEPOSIT = 1 ether;
    uint64 private constant PREDEPOSIT_GWEI = 1e9;
    /// @notice What uncovered provisions must pass for exits to be held, in 1/10,000 of pooled ether.
    uint256 public constant HOLD_BP = 5;
    /// @notice Epochs after an arrival that no settlement may look at: the slot of a balance is that of its block or a later
    /// one, and in these not all are missed.
    uint256 public constant ARRIVAL_MARGIN = 4;

    /* IMMUTABLES */

    /// @notice What verifies proofs.
    IBeaconVerifier public immutable verifier;
    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice What is known of our validators.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice Who runs them.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice What pays.
    IBondVault public immutable bondVault;
    /// @notice What holds exits.
    IWithdrawalQueue public immutable withdrawalQueue;

    bytes32 private immutable _credentials;
    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerEpoch;
    uint256 private immutable _slotsPerEpoch;
    uint64 private immutable _penaltyQuotient;
    uint16 private immutable _provisionBp;
    uint16 private immutable _bountyBp;
    uint64 private immutable _foreignFine;
    uint64 private immutable _foreignBounty;
    uint32 private immutable _slashingsVector;
    bytes4 private immutable _genesisForkVersion;
    bytes32 private immutable _depositDomain;

    /* CONSTRUCTOR */

    constructor(
        IBeaconVerifier verifier_,
        IStakedEther ledger_,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IBondVault bonds,
        IWithdrawalQueue queue,
        Parameters memory p
    ) {
        require(
            p.penaltyQuotient >= 32 && p.penaltyQuotient <= 65_536,
            ParameterOutOfBounds("penaltyQuotient", p.penaltyQuotient)
        );
        require(p.provisionBp <= BP, ParameterOutOfBounds("provisionBp", p.provisionBp));
        require(p.bountyBp <= BP, ParameterOutOfBounds("bountyBp", p.bountyBp));
        require(p.foreignFine <= PREDEPOSIT, ParameterOutOfBounds("foreignFine", p.foreignFine));
        require(p.foreignBounty <= p.foreignFine, ParameterOutOfBounds("foreignBounty", p.foreignBounty));
        require(
            p.slashingsVector >= 16 && p.slashingsVector <= 65_536,
            ParameterOutOfBounds("slashingsVector", p.slashingsVector)
        );
        verifier = verifier_;
        ledger = ledger_;
        validatorRegistry = validators;
        operatorRegistry = operators;
        bondVault = bonds;
        withdrawalQueue = queue;
        _credentials = ledger_.withdrawalCredentials();
        _genesisTime = verifier_.genesisTime();
        _slotsPerEpoch = verifier_.slotsPerEpoch();
        _secondsPerEpoch = _slotsPerEpoch * verifier_.secondsPerSlot();
        _penaltyQuotient = p.penaltyQuotient;
        _provisionBp = p.provisionBp;
        _bountyBp = p.bountyBp;
        _foreignFine = p.foreignFine;
        _foreignBounty = p.foreignBounty;
        _slashingsVector = p.slashingsVector;
        _genesisForkVersion = p.genesisForkVersion;
        _depositDomain = DepositSignature.domain(p.genesisForkVersion);
    }

    /* ANYONE */

    /// @inheritdoc ISlashingOracle
    function proveState(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        require(!v.slashed || _ours(validatorIndex).slashed, SlashingNotProven(validatorIndex));
        verifier.verifyValidator(b, validatorIndex, v, proof);
        validatorRegistry.advance(validatorIndex, _stateOf(v), false);
    }

    /// @inheritdoc ISlashingOracle
    function proveSlashed(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        require(v.slashed, NotSlashed(validatorIndex));
        uint256 slot = verifier.verifyValidator(b, validatorIndex, v, proof);

        uint256 operatorId = validatorRegistry.advance(validatorIndex, _stateOf(v), true);
        operatorRegistry.jail(operatorId, "slashed");
        // not what we deposited: some of it may be pending, and some may have been withdrawn
        uint256 atStake = v.effectiveBalance > 0 ? v.effectiveBalance : 1;
        if (slot / _slotsPerEpoch + _slashingsVector <= v.withdrawableEpoch) {
            _charge(operatorId, validatorIndex, atStake, atStake);
        } else {
            _charge(operatorId, validatorIndex, atStake, 1);
            // what arrived since is in no earlier balance; and once it may be paid out, none tells anything
            if (atStake > 1 && slot / _slotsPerEpoch < v.withdrawableEpoch) {
                bondVault.raiseBase(validatorIndex, atStake, slot);
            }
        }
    }

    /// @inheritdoc ISlashingOracle
    function raiseBase(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        uint256 slot = _verifySlashing(b, validatorIndex, v, proof);
        bondVault.raiseBase(validatorIndex, v.effectiveBalance, slot);
    }

    /// @inheritdoc ISlashingOracle
    function proveArrival(Slashed calldata slashed, Merge calldata m) external {
        // indices of validators are below 2^40 (VALIDATOR_REGISTRY_LIMIT)
        (uint40 source, uint40 target) = (uint40(m.entry.source), uint40(m.entry.target));
        _ours(source);
        require(!m.v.slashed, SourceSlashed(source));
        uint256 baseSlot = _verifySlashing(slashed.b, target, slashed.v, slashed.proof);
        uint256 slot = verifier.verifyPendingConsolidation(m.b, m.entry, m.entryProof);
        // while it is pending it has not moved; what the sync committee costs or pays the source may come until then
        uint256 arrivalSlot = m.v.withdrawableEpoch * _slotsPerEpoch;
        require(slot + 1 >= arrivalSlot, MergeAhead(slot, arrivalSlot));
        // the last one that settlements may look at
        uint256 lastSlot = slashed.v.withdrawableEpoch * _slotsPerEpoch - 1;
        require(arrivalSlot <= lastSlot, ArrivalTooLate(arrivalSlot, slashed.v.withdrawableEpoch));
        uint256 fromSlot = arrivalSlot + ARRIVAL_MARGIN * _slotsPerEpoch;
        if (fromSlot > lastSlot) fromSlot = lastSlot;

        verifier.verifyValidator(m.b, source, m.v, m.proof);
        (, uint256 amount) = verifier.verifyBalance(m.b, source, m.chunk, m.balanceProof);
        if (amount > m.v.effectiveBalance) amount = m.v.effectiveBalance;
        bondVault.countArrival(
            target,
            slashed.v.effectiveBalance,
            baseSlot,
            IBondVault.Arrival({source: source, amountGwei: amount, slot: arrivalSlot, fromSlot: fromSlot})
        );
    }

    /// @inheritdoc ISlashingOracle
    function settle(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external {
        require(v.slashed, NotSlashed(validatorIndex));
        verifier.verifyValidator(b, validatorIndex, v, proof);
        (uint64 slot, uint64 balanceGwei) = verifier.verifyBalance(b, validatorIndex, chunk, balanceProof);
        uint256 lastRefSlot = ((_refTime() - _genesisTime) * _slotsPerEpoch) / _secondsPerEpoch;
        require(slot <= lastRefSlot, NotBookedYet(slot, lastRefSlot));
        uint256 epoch = slot / _slotsPerEpoch;
        require(epoch < v.withdrawableEpoch, AfterWithdrawable(epoch, v.withdrawableEpoch));
        IBondVault.Lock memory held = bondVault.lockOf(validatorIndex);
        require(slot >= held.fromSlot, BeforeBase(slot, held.fromSlot));

        // the slot is that of the block or a later one: an epoch more leaves room for missed slots
        bool last = epoch > v.withdrawableEpoch - _slashingsVector / 2 + 1;
        emit SlashingSettled(validatorIndex, slot, balanceGwei, last);
        // only the first settlement pays it: the base is that of the proof then, beside what arrived
        uint256 proven = held.baseGwei > held.arrivedGwei ? held.baseGwei - held.arrivedGwei : 0;
        bondVault.settle(validatorIndex, balanceGwei, last, _bounty(proven));
    }

    /// @inheritdoc ISlashingOracle
    function proveForeign(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes32 signatureHash,
        bytes32[] calldata keyProof,
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) external {
        bytes32 pubkeyHash = keccak256(v.pubkey);
        require(v.withdrawalCredentials != _credentials, CredentialsAreOurs(pubkeyHash));
        verifier.verifyValidator(b, validatorIndex, v, proof);
        bool wasLost = validatorRegistry.markForeign(
            operatorId,
            root,
            gindex,
            pubkeyHash,
            signatureHash,
            keyProof
        );
        operatorRegistry.jail(operatorId, "foreign credentials");
        emit ForeignCredentialsProven(operatorId, pubkeyHash, msg.sender, v.withdrawalCredentials);
        // the bond was charged for a lost one when it was given up
        uint256 loss = wasLost ? 0 : PREDEPOSIT;
        bondVault.burn(operatorId, loss, _foreignFine - _foreignBounty, msg.sender, _foreignBounty);
    }

    /// @inheritdoc ISlashingOracle
    function proveDuplicate(
        uint256 operatorId,
        bytes32 root,
        uint32 gindex,
        bytes calldata signature,
        bytes32[] calldata keyProof,
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        DepositSignature.YCoordinates calldata y
    ) external {
        // this key was never proven itself: its state says so
        _ours(validatorIndex);
        bytes32 pubkeyHash = keccak256(v.pubkey);
        // under a bad signature the ether of this place may have gone nowhere
        require(
            DepositSignature.isValid(v.pubkey, signature, _credentials, PREDEPOSIT_GWEI, _depositDomain, y),
            SignatureInvalid(pubkeyHash)
        );
        verifier.verifyValidator(b, validatorIndex, v, proof);
        bytes32 signatureHash = keccak256(signature);
        validatorRegistry.markDuplicate(operatorId, root, gindex, pubkeyHash, signatureHash, keyProof);
        emit DuplicateProven(operatorId, pubkeyHash, validatorIndex);
        bondVault.releaseOverdue(operatorId);
    }

    /* VIEWS */

    /// @inheritdoc ISlashingOracle
    function parameters() external view returns (Parameters memory) {
        return
            Parameters({
                penaltyQuotient: _penaltyQuotient,
                provisionBp: _provisionBp,
                bountyBp: _bountyBp,
                foreignFine: _foreignFine,
                foreignBounty: _foreignBounty,
                slashingsVector: _slashingsVector,
                genesisForkVersion: _genesisForkVersion
            });
    }

    /* INTERNAL */

    function _ours(uint256 validatorIndex) private view returns (IValidatorRegistry.Validator memory ours) {
        ours = validatorRegistry.validator(validatorIndex);
        require(ours.operatorId != 0, NotOurs(validatorIndex));
    }

    /// @dev The slot of a block of the epoch of a slashing: of a state whose effective balance tells what was at stake.
    function _verifySlashing(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof
    ) private view returns (uint256 slot) {
        require(v.slashed, NotSlashed(validatorIndex));
        slot = verifier.verifyValidator(b, validatorIndex, v, proof);
        uint256 epoch = slot / _slotsPerEpoch;
        // slash_validator: withdrawable this many epochs later, or later still where the exit was to be so
        require(
            epoch + _slashingsVector <= v.withdrawableEpoch,
            AfterEpochOfSlashing(epoch, v.withdrawableEpoch)
        );
    }

    function _charge(
        uint256 operatorId,
        uint256 validatorIndex,
        uint256 atStakeGwei,
        uint256 baseGwei
    ) private {
        uint256 asked = 0;
        // 64 bits of gwei in wei, ten-thousandfold, are far below 2^256
        unchecked {
            uint256 penalty = (atStakeGwei * 1 gwei) / _penaltyQuotient;
            uint256 provision = (atStakeGwei * 1 gwei * _provisionBp) / BP;
            asked = penalty + provision + _bounty(atStakeGwei);
        }
        uint256 uncovered = bondVault.lock(operatorId, validatorIndex, asked, baseGwei, msg.sender);
        if (uncovered > 0) _holdExits();
    }

    /// @dev A part of the penalty, in wei.
    function _bounty(uint256 baseGwei) private view returns (uint256) {
        // as above
        unchecked {
            return (baseGwei * 1 gwei * _bountyBp) / (_penaltyQuotient * BP);
        }
    }

    /// @dev Nobody is to leave ahead of a loss that is proven, not booked yet, and no bond pays for.
    function _holdExits() private {
        uint256 open = bondVault.uncoveredSince(_refTime());
        if (open * BP > ledger.getTotalPooledEther() * HOLD_BP) withdrawalQueue.hold();
    }

    /// @dev Of the last report's boundary, seconds since 1970.
    function _refTime() private view returns (uint256) {
        return ledger.frameTime(ledger.lastReportFrame());
    }

    /// @dev A withdrawn validator has nothing left that counts (process_effective_balance_updates).
    function _stateOf(BeaconValidator calldata v) private view returns (IValidatorRegistry.ValidatorState) {
        uint256 epoch = (block.timestamp - _genesisTime) / _secondsPerEpoch;
        if (v.withdrawableEpoch <= epoch && v.effectiveBalance == 0) {
            return IValidatorRegistry.ValidatorState.Withdrawn;
        }
        if (v.exitEpoch <= epoch) return IValidatorRegistry.ValidatorState.Exited;
        if (v.exitEpoch != BeaconProofs.FAR_FUTURE_EPOCH) return IValidatorRegistry.ValidatorState.Exiting;
        if (v.activationEpoch <= epoch) return IValidatorRegistry.ValidatorState.Active;
        return IValidatorRegistry.ValidatorState.Proven;
    }
}
