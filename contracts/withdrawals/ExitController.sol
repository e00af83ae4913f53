// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {IBeaconVerifier} from "../interfaces/IBeaconVerifier.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IExitController} from "../interfaces/IExitController.sol";
import {IKeeperBudget} from "../interfaces/IKeeperBudget.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWithdrawalVault} from "../interfaces/IWithdrawalVault.sol";
import {KeyTree} from "../libraries/KeyTree.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";
import {ComingEther} from "./ComingEther.sol";
import {Deficit} from "./Deficit.sol";
import {ExitParameters} from "./ExitParameters.sol";
import {ExitRules} from "./ExitRules.sol";
import {BeaconRequests} from "./BeaconRequests.sol";

/// @title ExitController
/// @notice What must exit to pay withdrawal tickets, and the way to make it exit that needs nobody's leave.
/// It holds nothing, and what it remembers a successor can do without: it is replaced by moving its role.
/// TRUST: the verifier of the beacon chain; nobody else. Its callers choose among those that the rules allow.
/// INVARIANTS: EXIT-2, EXIT-3: while there is no deficit, no validator of an operator in good standing is made to exit.
/// Exits of stopped operators need no deficit, so they write nothing: what their requests bring counts from the proof on
/// that the beacon chain obeyed, minutes later, and so long before the draw opens for the same deficit.
/// ASSUMPTIONS: those of `ExitRules`. A key that was proven under an operator's commitment is of a validator of that
/// operator, and of no other.
contract ExitController is ExitRules {
    uint256 private constant GWEI = 1 gwei;
    uint256 private constant PUBKEY = 48;
    /// @notice Least that is withdrawn of what a validator has above 32 ETH, in gwei: an empty request would only keep
    /// others from asking.
    uint256 public constant MIN_PARTIAL_GWEI = 1e9;
    /// @notice Most exits of a call: as many as the beacon chain takes from a block.
    uint256 public constant MAX_EXITS = 16;
    /// @notice Least fee that is given back, in wei: a transfer of shares costs its caller gas.
    uint256 public constant MIN_REFUND = 0.0001 ether;

    /* IMMUTABLES */

    /// @notice What gives fees back.
    IKeeperBudget public immutable keeperBudget;

    /* CONSTRUCTOR */

    constructor(
        IBeaconVerifier verifier_,
        IStakedEther ledger_,
        IValidatorRegistry validators,
        IOperatorRegistry operators,
        IWithdrawalQueue queue,
        IWithdrawalVault withdrawals,
        IEtherVault rewards,
        IKeeperBudget budget,
        Parameters memory p
    )
        ExitParameters(p)
        BeaconRequests(verifier_)
        ComingEther(validators)
        Deficit(ledger_, queue, withdrawals, rewards)
        ExitRules(operators)
    {
        require(address(budget).code.length > 0, NotABudget(address(budget)));
        keeperBudget = budget;
    }

    /* ANYONE */

    /// @inheritdoc IExitController
    function triggerByKeys(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes32[] calldata signatureHashes,
        bytes32[] calldata proof
    ) external payable {
        uint256 count = gindices.length;
        _requireCount(count, signatureHashes.length);
        require(pubkeys.length == count * PUBKEY, PubkeysMismatch(pubkeys.length, count * PUBKEY));
        require(_isStopped(operatorId), OperatorInGoodStanding(operatorId));

        bytes32 id = validatorRegistry.commitmentIdOf(operatorId, root);
        uint256[] memory places = new uint256[](count);
        bytes32[] memory leaves = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            places[i] = gindices[i];
            bool isProven = validatorRegistry.stateOf(id, places[i]) == IValidatorRegistry.KeyState.Proven;
            require(isProven, KeyNotProven(id, places[i]));
            leaves[i] = KeyTree.leaf(keccak256(pubkeys[i * PUBKEY:(i + 1) * PUBKEY]), signatureHashes[i]);
        }
        require(KeyTree.verifyMany(root, places, leaves, proof), KeysNotCommitted(id));
        emit KeysTriggered(msg.sender, id, gindices);

        // nothing is recorded
        _request(pubkeys, new uint64[](count), 0);
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
        _requireCount(count, validators.length);
        if (count == 1) {
            // a list of one has a shorter way; the index is bounded by the list's length
            _verify(b, uint40(validatorIndices[0]), validators[0], proof);
        } else {
            _requireRecent(b);
            verifier.verifyValidators(b, validatorIndices, validators, proof);
        }

        uint256 sure = 0;
        uint256 lastEpoch = 0;
        if (rule == Rule.Stopped) {
            _requireStopped(validatorIndices, validators);
        } else {
            sure = _takeNeeded(rule, validatorIndices, validators);
            lastEpoch = _epoch() + _comingEpochs;
        }
        emit ExitsTriggered(msg.sender, rule, validatorIndices, lastEpoch);

        bytes memory pubkeys = validators[0].pubkey;
        for (uint256 i = 1; i < count; ++i) pubkeys = bytes.concat(pubkeys, validators[i].pubkey);
        _request(pubkeys, new uint64[](count), sure);
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
        _verify(b, validatorIndex, v, proof);
        (, uint256 balance) = verifier.verifyBalance(b, validatorIndex, chunk, balanceProof);

        (uint256 amount, uint256 minimum) = _requireDeficit();
        uint256 operatorId = _requireActive(validatorIndex, v);
        require(!_isStopped(operatorId), OperatorStopped(validatorIndex, operatorId));
        // the beacon chain merges nothing that has a withdrawal on its way, and pays none of what it merged
        require(!validatorRegistry.isConsolidating(validatorIndex), Consolidating(validatorIndex));
        uint256 least = MIN_ACTIVATION_GWEI + MIN_PARTIAL_GWEI;
        require(
            balance >= least && v.effectiveBalance >= MIN_ACTIVATION_GWEI,
            ExcessTooSmall(validatorIndex, balance, least)
        );
        uint256 amountGwei = _partialOf(balance - MIN_ACTIVATION_GWEI, amount + minimum);
        (Coming memory c, bool isInDoubt) = _requested(validatorIndex, amountGwei, false);
        c.inDoubt = true;
        _record(validatorIndex, operatorId, c);
        _serve(amount, minimum, c.units * UNIT);
        emit PartialTriggered(msg.sender, validatorIndex, amountGwei, c.lastEpoch);

        uint64[] memory amountsGwei = new uint64[](1);
        // at most the balance
        amountsGwei[0] = uint64(amountGwei);
        _request(v.pubkey, amountsGwei, isInDoubt ? 0 : 1);
    }

    /* INTERNAL: exits */

    function _requireCount(uint256 count, uint256 others) private pure {
        require(count > 0 && count <= MAX_EXITS, CountOutOfBounds(count, MAX_EXITS));
        require(others == count, CountMismatch(count, others));
    }

    function _requireStopped(uint256[] calldata indices, BeaconValidator[] calldata validators) private view {
        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 operatorId = _requireActive(indices[i], validators[i]);
            require(_isStopped(operatorId), OperatorNotStopped(indices[i], operatorId));
        }
    }

    /// @dev Exits for the deficit: each must still be needed when those before it have come. Returns how many are not in
    /// doubt.
    function _takeNeeded(
        Rule rule,
        uint256[] calldata indices,
        BeaconValidator[] calldata validators
    ) private returns (uint256 sure) {
        (uint256 amount, uint256 minimum) = _requireDeficit();
        uint256 from = _requireOpen(rule);
        bool drawn = rule == Rule.Drawn;
        uint256 limit = drawn ? _threshold(amount, from) : _capEth();
        bytes32 seed = drawn ? _seed() : bytes32(0);
        uint256 served = 0;

        for (uint256 i = 0; i < indices.length; ++i) {
            uint256 index = indices[i];
            require(served < amount, DeficitServed(index));
            uint256 operatorId = _requireActive(index, validators[i]);
            if (drawn) _requireDrawn(index, seed, limit);
            else _requireAboveCap(index, operatorId, limit);
            // asked, so that no link is a shield
            bool isConsolidating = validatorRegistry.isConsolidating(index);
            (Coming memory c, bool isInDoubt) = _requested(
                index,
                validators[i].effectiveBalance,
                isConsolidating
            );
            c.aboveCap = !drawn;
            _record(index, operatorId, c);
            served += c.units * UNIT;
            if (!isInDoubt) ++sure;
        }
        _serve(amount, minimum, served);
    }

    /// @dev The least deficit on top: tickets go on earning, and nothing would be triggered for so small a rest.
    function _partialOf(uint256 excessGwei, uint256 amount) private pure returns (uint256) {
        uint256 neededGwei = (amount + GWEI - 1) / GWEI;
        if (neededGwei < MIN_PARTIAL_GWEI) neededGwei = MIN_PARTIAL_GWEI;
        return excessGwei < neededGwei ? excessGwei : neededGwei;
    }

    /* INTERNAL: requests */

    /// @dev The last thing of a call. Of `sure` requests the fee is given back: others could be repeated for it.
    function _request(bytes memory pubkeys, uint64[] memory amountsGwei, uint256 sure) private {
        uint256 cost = _costOf(withdrawalVault.withdrawalFee(), amountsGwei.length);
        withdrawalVault.requestWithdrawals{value: cost}(pubkeys, amountsGwei);
        uint256 back = (cost / amountsGwei.length) * sure;
        if (back >= MIN_REFUND) _refund(back);
        _returnRest(msg.value - cost);
    }

    /// @dev No request fails for want of it. A caller that leaves it too little gas harms nobody else.
    function _refund(uint256 cost) private {
        bytes memory call = abi.encodeCall(keeperBudget.refund, (msg.sender, cost));
        if (!LowLevelCall.callNoReturn(address(keeperBudget), call)) emit NotRefunded(msg.sender, cost);
    }
}
