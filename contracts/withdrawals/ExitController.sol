// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWithdrawalVault} from "../interfaces/IWithdrawalVault.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {BundledRequest} from "../types/RequestBundle.sol";
import {ComingEther} from "./ComingEther.sol";

/// @title ExitController
/// @notice What must exit to pay withdrawal tickets, and the way to make it exit that needs nobody's leave.
/// It holds nothing, and what it remembers a successor can do without: it is replaced by moving its role.
/// TRUST: the verifier of the beacon chain; nobody else. Its callers choose among those that the rules allow.
/// INVARIANTS: EXIT-2, EXIT-3: while there is no deficit, no validator of an operator in good standing is made to exit.
/// ASSUMPTIONS: the seed of the draw is the last report's reference slot and balance. Whoever proposes blocks before that
/// slot moves the balance by what it leaves out, at its cost, and so chooses among a few seeds; it cannot aim at one that
/// suits it beyond that, and neither the committee's signers nor a caller choose at all. That a validator is of ours
/// includes its credentials: they never change once they are compounding (EIP-7251).
contract ExitController is ComingEther {
    uint256 private constant BP = 10_000;
    uint256 private constant GWEI = 1 gwei;
    uint256 private constant MIN_ACTIVATION_GWEI = 32e9;
    /// @notice Least that is withdrawn of what a validator has above 32 ETH, in gwei: an empty request would only keep
    /// others from asking.
    uint256 public constant MIN_PARTIAL_GWEI = 1e9;
    /// @notice Most exits of a call: as many as the beacon chain takes from a block.
    uint256 public constant MAX_EXITS = 16;
    /// @notice Oldest root that something is proven under, in seconds.
    uint256 public constant MAX_ROOT_AGE = 10 minutes;
    /// @notice A note of a deficit lapses after this, in seconds.
    uint256 public constant NOTE_LIFE = 1 days;
    /// @dev Ranks have 64 bits.
    uint256 private constant ALL_RANKS = 1 << 64;

    /* IMMUTABLES */

    /// @notice What verifies proofs.
    IBeaconVerifier public immutable verifier;
    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Who runs validators.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice Whose tickets are to be paid.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Where requests are made, and where their ether comes.
    IWithdrawalVault public immutable withdrawalVault;
    /// @notice Where rewards wait.
    IEtherVault public immutable rewardsVault;

    uint256 private immutable _genesisTime;
    uint256 private immutable _secondsPerEpoch;
    uint96 private immutable _minDeficit;
    uint16 private immutable _minDeficitBp;
    uint32 private immutable _comingEpochs;
    uint32 private immutable _sweepEpochs;
    uint32 private immutable _patienceEpochs;
    uint32 private immutable _committeePeriod;
    uint16 private immutable _capBp;
    uint32 private immutable _capFloorEth;
    uint32 private immutable _doublingSeconds;

    /* CONSTRUCTOR */

    constructor(
        IBeaconVerifier verifier_,
        IStakedEther ledger_,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IWithdrawalQueue queue,
        IWithdrawalVault withdrawals,
        IEtherVault rewards,
        Parameters memory p
    ) ComingEther(validators) {
        _require(p.minDeficit <= 32 ether, "minDeficit", p.minDeficit);
        _require(p.minDeficitBp <= 500, "minDeficitBp", p.minDeficitBp);
        _require(p.comingEpochs >= 4 && p.comingEpochs <= 16_384, "comingEpochs", p.comingEpochs);
        _require(p.sweepEpochs <= 8_192, "sweepEpochs", p.sweepEpochs);
        _require(p.patienceEpochs <= 675, "patienceEpochs", p.patienceEpochs);
        _require(p.committeePeriod <= 65_536, "committeePeriod", p.committeePeriod);
        _require(p.capBp > 0 && p.capBp <= BP, "capBp", p.capBp);
        bool doubles = p.doublingSeconds >= 12 && p.doublingSeconds <= 1 days;
        _require(doubles, "doublingSeconds", p.doublingSeconds);
        verifier = verifier_;
        ledger = ledger_;
        operatorRegistry = operators;
        withdrawalQueue = queue;
        withdrawalVault = withdrawals;
        rewardsVault = rewards;
        _genesisTime = verifier_.genesisTime();
        _secondsPerEpoch = uint256(verifier_.slotsPerEpoch()) * verifier_.secondsPerSlot();
        _minDeficit = p.minDeficit;
        _minDeficitBp = p.minDeficitBp;
        _comingEpochs = p.comingEpochs;
        _sweepEpochs = p.sweepEpochs;
        _patienceEpochs = p.patienceEpochs;
        _committeePeriod = p.committeePeriod;
        _capBp = p.capBp;
        _capFloorEth = p.capFloorEth;
        _doublingSeconds = p.doublingSeconds;
    }

    /* ANYONE */

    /// @inheritdoc IExitController
    function note() external {
        Book memory book = _openBook();
        (uint256 amount, uint256 minimum) = _deficit(book);
        _note(book, amount, minimum);
        _book = book;
    }

    /// @inheritdoc IExitController
    function trigger(
        Rule rule,
        IBeaconVerifier.BlockProof calldata b,
        uint256[] calldata validatorIndices,
        BeaconValidator[] calldata validators,
        bytes32[] calldata proof
    ) external payable {
        uint256 count = validatorIndices.length;
        require(count > 0 && count <= MAX_EXITS, CountOutOfBounds(count, MAX_EXITS));
        require(validators.length == count, CountMismatch(count, validators.length));
        _requireFresh(b);
        if (count == 1) {
            // a list of one has a shorter way; the index is bounded by the list's length
            verifier.verifyValidator(b, uint40(validatorIndices[0]), validators[0], proof);
        } else {
            verifier.verifyValidators(b, validatorIndices, validators, proof);
        }

        Book memory book = _openBook();
        BundledRequest[] memory requests = rule == Rule.Stopped
            ? _stopped(validatorIndices, validators)
            : _needed(book, rule, validatorIndices, validators);
        uint256 lastEpoch = _epoch() + _comingEpochs;
        uint256 position = _append(book, false, lastEpoch, requests);
        _book = book;
        emit ExitsTriggered(msg.sender, rule, validatorIndices, position, lastEpoch);

        bytes memory pubkeys = validators[0].pubkey;
        for (uint256 i = 1; i < count; ++i) pubkeys = bytes.concat(pubkeys, validators[i].pubkey);
        _request(pubkeys, new uint64[](count));
    }

    /// @inheritdoc IExitController
    function triggerPartial(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        bytes32 chunk,
        bytes32[] calldata balanceProof
    ) external payable {
        _requireFresh(b);
        verifier.verifyValidator(b, validatorIndex, v, proof);
        (, uint256 balance) = verifier.verifyBalance(b, validatorIndex, chunk, balanceProof);

        Book memory book = _openBook();
        (uint256 amount, uint256 minimum) = _deficit(book);
        require(amount > 0 && amount >= minimum, DeficitTooSmall(amount, minimum));
        _requireActive(validatorIndex, v);
        _claim(validatorIndex);
        uint256 least = MIN_ACTIVATION_GWEI + MIN_PARTIAL_GWEI;
        require(
            balance >= least && v.effectiveBalance >= MIN_ACTIVATION_GWEI,
            ExcessTooSmall(validatorIndex, balance, least)
        );
        uint256 amountGwei = _partialOf(balance - MIN_ACTIVATION_GWEI, amount + minimum);
        BundledRequest[] memory requests = new BundledRequest[](1);
        requests[0] = _requestOf(validatorIndex, amountGwei, false);
        uint256 lastEpoch = _epoch() + _comingEpochs;
        uint256 position = _append(book, false, lastEpoch, requests);
        _note(book, _less(amount, requests[0].units * UNIT), minimum);
        _book = book;
        emit PartialTriggered(msg.sender, validatorIndex, amountGwei, position, lastEpoch);

        uint64[] memory amountsGwei = new uint64[](1);
        // at most the balance
        amountsGwei[0] = uint64(amountGwei);
        _request(v.pubkey, amountsGwei);
    }

    /// @inheritdoc IExitController
    function proveComing(
        IBeaconVerifier.BlockProof calldata b,
        uint40 validatorIndex,
        BeaconValidator calldata v,
        bytes32[] calldata proof,
        Place calldata place
    ) external {
        _requireFresh(b);
        verifier.verifyValidator(b, validatorIndex, v, proof);
        _operatorOf(validatorIndex);
        uint256 lastEpoch = uint256(v.withdrawableEpoch) + _sweepEpochs;
        require(
            v.exitEpoch != BeaconProofs.FAR_FUTURE_EPOCH &&
                v.effectiveBalance > 0 &&
                _epoch() <= lastEpoch &&
                // what is locked up for long pays nobody, and must not keep others from being asked
                (!v.slashed || lastEpoch <= _epoch() + _comingEpochs),
            NotComing(validatorIndex, v.exitEpoch, lastEpoch)
        );
        // merged into another validator, it brings nothing
        require(
            v.slashed || !validatorRegistry.isConsolidating(validatorIndex),
            Consolidating(validatorIndex)
        );
        Book memory book = _openBook();
        bool aboveCap = false;
        if (isLive(validatorIndex)) {
            require(!place.proven, RequestLive(validatorIndex));
            (BundledRequest memory sent, ) = _standing(book, place);
            require(
                sent.validatorIndex == validatorIndex,
                AnotherValidator(validatorIndex, sent.validatorIndex)
            );
            aboveCap = sent.aboveCap;
            _remove(book, place, sent);
        }
        _claim(validatorIndex);
        BundledRequest[] memory requests = new BundledRequest[](1);
        requests[0] = _requestOf(validatorIndex, v.effectiveBalance, aboveCap);
        if (aboveCap) _aboveCapUnits[_operatorOf(validatorIndex)] += requests[0].units;
        uint256 position = _append(book, true, lastEpoch, requests);
        _book = book;
        emit ComingProven(validatorIndex, v.effectiveBalance, position, lastEpoch);
    }

    /// @inheritdoc IExitController
    function settle(Place calldata place) external {
        Book memory book = _openBook();
        (BundledRequest memory r, uint256 lastEpoch) = _standing(book, place);
        require(
            lastEpoch < _epoch() ||
                validatorRegistry.validator(r.validatorIndex).state ==
                    IValidatorRegistry.ValidatorState.Withdrawn,
            NotOver(r.validatorIndex, lastEpoch)
        );
        _remove(book, place, r);
        _book = book;
        emit RequestSettled(r.validatorIndex);
    }

    /* VIEWS */

    /// @inheritdoc IExitController
    function deficit() external view returns (uint256 amount, uint256 minimum) {
        return _deficit(_book);
    }

    /// @inheritdoc IExitController
    function noted() external view returns (uint256 firstSeen, uint256 lastSeen) {
        Book memory book = _book;
        firstSeen = _notedAt(book);
        if (firstSeen > 0) lastSeen = book.seenAt;
    }

    /// @inheritdoc IExitController
    function openFrom(Rule rule) external view returns (uint256) {
        return rule == Rule.Stopped ? block.timestamp : _openFrom(_book, rule);
    }

    /// @inheritdoc IExitController
    function rankOf(uint256 validatorIndex) external view returns (uint256) {
        return _rank(_seed(), validatorIndex);
    }

    /// @inheritdoc IExitController
    function threshold() external view returns (uint256) {
        Book memory book = _book;
        (uint256 amount, ) = _deficit(book);
        uint256 from = _openFrom(book, Rule.Drawn);
        return from == 0 || block.timestamp < from ? 0 : _threshold(amount, from);
    }

    /// @inheritdoc IExitController
    function parameters() external view returns (Parameters memory) {
        return
            Parameters({
                minDeficit: _minDeficit,
                minDeficitBp: _minDeficitBp,
                comingEpochs: _comingEpochs,
                sweepEpochs: _sweepEpochs,
                patienceEpochs: _patienceEpochs,
                committeePeriod: _committeePeriod,
                capBp: _capBp,
                capFloorEth: _capFloorEth,
                doublingSeconds: _doublingSeconds
            });
    }

    /* INTERNAL: which validators */

    function _stopped(
        uint256[] calldata indices,
        BeaconValidator[] calldata validators
    ) private returns (BundledRequest[] memory requests) {
        requests = new BundledRequest[](indices.length);
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 operatorId = _requireActive(indices[i], validators[i]);
            require(
                operatorRegistry.standingOf(operatorId) >= IOperatorRegistry.Standing.Jailed,
                OperatorNotStopped(indices[i], operatorId)
            );
            _claim(indices[i]);
            requests[i] = _requestOf(indices[i], validators[i].effectiveBalance, false);
        }
    }

    /// @dev Exits for the deficit: each must still be needed when those before it have come.
    function _needed(
        Book memory book,
        Rule rule,
        uint256[] calldata indices,
        BeaconValidator[] calldata validators
    ) private returns (BundledRequest[] memory requests) {
        (uint256 amount, uint256 minimum) = _deficit(book);
        require(amount > 0 && amount >= minimum, DeficitTooSmall(amount, minimum));
        uint256 from = _openFrom(book, rule);
        require(from > 0 && block.timestamp >= from, RuleNotOpen(rule, from));
        bool drawn = rule == Rule.Drawn;
        uint256 limit = drawn ? _threshold(amount, from) : _capEth();
        bytes32 seed = drawn ? _seed() : bytes32(0);

        requests = new BundledRequest[](indices.length);
        uint256 served = 0;
        for (uint256 i = 0; i < indices.length; ++i) {
            require(served < amount, DeficitServed(indices[i]));
            uint256 operatorId = _requireActive(indices[i], validators[i]);
            _claim(indices[i]);
            requests[i] = _requestOf(indices[i], validators[i].effectiveBalance, !drawn);
            served += requests[i].units * UNIT;
            if (drawn) {
                uint256 rank = _rank(seed, indices[i]);
                require(rank < limit, NotDrawn(indices[i], rank, limit));
            } else {
                _takeAboveCap(indices[i], operatorId, requests[i].units, limit);
            }
        }
        _note(book, _less(amount, served), minimum);
    }

    /// @dev Returns the operator of a validator of ours that may be asked to withdraw.
    function _requireActive(
        uint256 index,
        BeaconValidator calldata v
    ) private view returns (uint256 operatorId) {
        operatorId = _operatorOf(index);
        require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, AlreadyExiting(index, v.exitEpoch));
        uint256 from = uint256(v.activationEpoch) + _committeePeriod;
        require(_epoch() >= from, TooYoung(index, from));
        require(v.effectiveBalance > 0, NothingThere(index));
    }

    function _operatorOf(uint256 index) private view returns (uint256 operatorId) {
        operatorId = validatorRegistry.validator(index).operatorId;
        require(operatorId != 0, NotOurs(index));
    }

    function _takeAboveCap(uint256 index, uint256 operatorId, uint256 units, uint256 capEth) private {
        uint256 stakeEth = validatorRegistry.stakeOf(operatorId).eth;
        uint256 taken = _aboveCapUnits[operatorId];
        // units are 32 to an ETH
        require(stakeEth * 32 > capEth * 32 + taken, OperatorBelowCap(index, operatorId, stakeEth, capEth));
        _aboveCapUnits[operatorId] = taken + units;
    }

    function _capEth() private view returns (uint256) {
        uint256 cap = (validatorRegistry.totalStake() * _capBp) / BP;
        return cap > _capFloorEth ? cap : _capFloorEth;
    }

    /// @dev What is not to be known by who caused it, and not to be changed by who uses it: see ASSUMPTIONS.
    function _seed() private view returns (bytes32) {
        IStakedEther.Books memory books = ledger.booksAt(0);
        return keccak256(abi.encode(books.refSlot, books.beaconBalanceGwei));
    }

    function _rank(bytes32 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index))) >> 192;
    }

    /// @dev Twice the part of all stake that the deficit is, doubled again and again since the draw is open.
    function _threshold(uint256 amount, uint256 from) private view returns (uint256) {
        uint256 stake = validatorRegistry.totalStake() * 1 ether;
        uint256 doublings = (block.timestamp - from) / _doublingSeconds;
        if (stake == 0 || doublings >= 64) return ALL_RANKS;
        uint256 part = (2 * amount * ALL_RANKS) / stake;
        // below 2^64 before the shift, below 2^128 after it
        return part >= ALL_RANKS || part << doublings >= ALL_RANKS ? ALL_RANKS : part << doublings;
    }

    /// @dev The least deficit on top: tickets go on earning, and nothing would be triggered for so small a rest.
    function _partialOf(uint256 excessGwei, uint256 amount) private pure returns (uint256) {
        uint256 neededGwei = (amount + GWEI - 1) / GWEI;
        if (neededGwei < MIN_PARTIAL_GWEI) neededGwei = MIN_PARTIAL_GWEI;
        return excessGwei < neededGwei ? excessGwei : neededGwei;
    }

    /* INTERNAL: the deficit */

    function _deficit(Book memory book) private view returns (uint256 amount, uint256 minimum) {
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        uint256 there = address(ledger).balance +
            address(withdrawalVault).balance +
            address(rewardsVault).balance +
            book.units * UNIT;
        amount = asked > there ? asked - there : 0;
        minimum = (asked * _minDeficitBp) / BP;
        if (minimum < _minDeficit) minimum = _minDeficit;
    }

    function _note(Book memory book, uint256 amount, uint256 minimum) private {
        bool isThere = amount > 0 && amount >= minimum;
        uint256 since = _notedAt(book);
        if (isThere && since == 0) emit DeficitNoted(amount);
        if (!isThere && since > 0) emit DeficitGone();
        // seconds fit until 2106
        book.notedAt = isThere ? uint32(since == 0 ? block.timestamp : since) : 0;
        book.seenAt = isThere ? uint32(block.timestamp) : 0;
    }

    /// @dev 0 where nothing is noted any more.
    function _notedAt(Book memory book) private view returns (uint256) {
        return block.timestamp > uint256(book.seenAt) + NOTE_LIFE ? 0 : book.notedAt;
    }

    function _openFrom(Book memory book, Rule rule) private view returns (uint256) {
        uint256 since = _notedAt(book);
        if (since == 0) return 0;
        return since + (rule == Rule.Drawn ? 2 : 1) * uint256(_patienceEpochs) * _secondsPerEpoch;
    }

    /* INTERNAL */

    function _less(uint256 amount, uint256 served) private pure returns (uint256) {
        return amount > served ? amount - served : 0;
    }

    function _epoch() internal view override returns (uint256) {
        return (block.timestamp - _genesisTime) / _secondsPerEpoch;
    }

    /// @dev What was true long ago says nothing of who may exit now.
    function _requireFresh(IBeaconVerifier.BlockProof calldata b) private view {
        uint256 oldest = block.timestamp - MAX_ROOT_AGE;
        bool isRecent = b.timestamp >= oldest && b.timestamp <= block.timestamp;
        require(isRecent && b.history.length == 0, RootTooOld(b.timestamp, oldest));
    }

    /// @dev The last thing of a call: nothing here depends on what its caller does with its rest.
    function _request(bytes memory pubkeys, uint64[] memory amountsGwei) private {
        uint256 fee = withdrawalVault.withdrawalFee();
        // the vault tells of a fee that is not paid
        uint256 cost = fee > msg.value / amountsGwei.length ? msg.value : fee * amountsGwei.length;
        withdrawalVault.requestWithdrawals{value: cost}(pubkeys, amountsGwei);
        if (msg.value == cost) return;
        uint256 rest = msg.value - cost;
        require(LowLevelCall.callNoReturn(msg.sender, rest, ""), RefundRefused(msg.sender));
    }

    function _require(bool condition, bytes32 name, uint256 value) private pure {
        require(condition, ParameterOutOfBounds(name, value));
    }
}
