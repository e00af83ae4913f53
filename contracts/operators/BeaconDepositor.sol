// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBeaconDepositor} from "../interfaces/IBeaconDepositor.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IDepositPort} from "../interfaces/IDepositPort.sol";
import {IOperatorRegistry} from "../interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../interfaces/IStakeAllocator.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {DepositSignature} from "../libraries/DepositSignature.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title BeaconDepositor
/// @notice Predeposit, proof, top-up: the way of buffered ether to validators with our credentials.
/// TRUST: anyone may call; a pause stops new keys, never the top-up of what is proven.
/// It is replaced, by moving its role, when a fork changes the beacon state, or wants another prefix of new credentials.
/// INVARIANTS: VAL-1, VAL-5 (of a class that is checked, no ether goes under a bad signature), BND-1, POOL-2, DRAW-5 (stake
/// grows only by what was drawn for its operator).
/// ASSUMPTIONS: slashed and exit epoch are as of a root at most ten minutes old; what happens later is a loss that
/// the next reports book.
contract BeaconDepositor is IBeaconDepositor, PausableUntil {
    uint64 private constant PREDEPOSIT_GWEI = 1e9;
    uint256 private constant PUBKEY = 48;
    uint256 private constant SIGNATURE = 96;
    /// @notice Oldest root that a top-up is proven under, in seconds.
    uint256 public constant MAX_ROOT_AGE = 10 minutes;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice The life of keys.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice Who runs them, and which of these governance knows.
    IOperatorRegistry public immutable operatorRegistry;
    /// @notice Whose requests come before deposits.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice What backs operators' stake.
    IBondVault public immutable bondVault;
    /// @notice Who says for whom stake was drawn.
    IStakeAllocator public immutable stakeAllocator;
    /// @notice Our withdrawal credentials, of new keys.
    bytes32 public immutable withdrawalCredentials;
    /// @dev The ledger's own, of keys before: the same, or with a lower prefix.
    bytes32 private immutable _firstCredentials;
    /// @notice The domain under which deposits are signed.
    bytes32 public immutable depositDomain;
    /// @notice Whether operators that governance knows show that their signatures are good.
    bool public immutable checksCurated;
    /// @notice Whether all others do.
    bool public immutable checksOthers;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IValidatorRegistry registry,
        IOperatorRegistry operators,
        IWithdrawalQueue queue,
        IBondVault bonds,
        IStakeAllocator allocator,
        Parameters memory p
    ) Guarded(authority_) {
        require(
            address(registry) != address(0) &&
                address(operators) != address(0) &&
                address(queue) != address(0) &&
                address(bonds) != address(0) &&
                address(allocator) != address(0),
            ZeroAddress()
        );
        ledger = ledger_;
        validatorRegistry = registry;
        operatorRegistry = operators;
        withdrawalQueue = queue;
        bondVault = bonds;
        stakeAllocator = allocator;
        bytes32 first = ledger_.withdrawalCredentials();
        bytes1 prefix = p.credentialsPrefix;
        require(prefix >= first[0], IDepositPort.PrefixTooLow(prefix, first[0]));
        require(prefix == first[0] || (p.checksCurated && p.checksOthers), SignaturesMustBeChecked(prefix));
        withdrawalCredentials = bytes32(prefix) | ((first << 8) >> 8);
        _firstCredentials = first;
        depositDomain = DepositSignature.domain(p.genesisForkVersion);
        checksCurated = p.checksCurated;
        checksOthers = p.checksOthers;
    }

    /* ANYONE */

    /// @inheritdoc IBeaconDepositor
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) external whenNotPaused {
        uint64[] memory amountsGwei = _begin(operatorId, root, gindices, pubkeys, signatures, proof);
        // what says the class was read on the way here: it costs little now
        if (isChecked(operatorId)) revert SignaturesUnchecked(operatorId);
        ledger.deposit(pubkeys, signatures, amountsGwei);
    }

    /// @inheritdoc IBeaconDepositor
    function predepositChecked(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof,
        DepositSignature.YCoordinates[] calldata yCoordinates
    ) external whenNotPaused {
        _requireLength(yCoordinates.length, gindices.length);
        // the registry asks for the right lengths of keys and signatures
        uint64[] memory amountsGwei = _begin(operatorId, root, gindices, pubkeys, signatures, proof);
        for (uint256 i = 0; i < yCoordinates.length; ++i) {
            bytes calldata pubkey = pubkeys[i * PUBKEY:(i + 1) * PUBKEY];
            bool isValid = DepositSignature.isValid(
                pubkey,
                signatures[i * SIGNATURE:(i + 1) * SIGNATURE],
                withdrawalCredentials,
                PREDEPOSIT_GWEI,
                depositDomain,
                yCoordinates[i]
            );
            require(isValid, SignatureInvalid(pubkey));
        }
        ledger.depositUnder(withdrawalCredentials[0], pubkeys, signatures, amountsGwei);
    }

    /// @inheritdoc IBeaconDepositor
    function proveAndTopUp(
        ValidatorProof calldata p,
        KeyProof calldata k,
        uint64[] calldata amountsGwei
    ) external {
        uint256 count = p.validators.length;
        _requireLength(amountsGwei.length, count);
        _requireLength(k.positions.length, count);
        _requireLength(k.gindices.length, count);
        _requireLength(k.signatureHashes.length, count);
        // the proof consumes the indices in memory: the links are made before
        IValidatorRegistry.Link[] memory links = new IValidatorRegistry.Link[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 at = k.positions[i];
            require(at < count && at < p.indices.length, LengthMismatch(at, count));
            links[i] = IValidatorRegistry.Link({
                gindex: k.gindices[i],
                validatorIndex: SafeCast.toUint40(p.indices[at]),
                topUpGwei: amountsGwei[at],
                pubkeyHash: keccak256(p.validators[at].pubkey),
                signatureHash: k.signatureHashes[i]
            });
        }
        _verify(p);
        uint256 reservedEth = validatorRegistry.prove(k.operatorId, k.root, links, k.proof);
        if (reservedEth > 0) _requireAllowed(k.operatorId, reservedEth);
        _deposit(p, amountsGwei);
    }

    /// @inheritdoc IBeaconDepositor
    function proveAndTopUpOne(
        OneValidator calldata v,
        bytes calldata pubkey,
        bytes32[] calldata proof,
        bytes32[] calldata keyProof
    ) external {
        BeaconProofs.verifyValidator(
            _freshRoot(v.timestamp),
            v.validatorIndex,
            BeaconProofs.liveValidatorRoot(
                pubkey,
                withdrawalCredentials,
                v.effectiveBalance,
                v.activationEligibilityEpoch,
                v.activationEpoch
            ),
            proof
        );
        uint256 reservedEth = validatorRegistry.proveOne(
            v.operatorId,
            v.root,
            IValidatorRegistry.Link({
                gindex: v.gindex,
                validatorIndex: v.validatorIndex,
                topUpGwei: v.amountGwei,
                pubkeyHash: keccak256(pubkey),
                signatureHash: v.signatureHash
            }),
            keyProof
        );
        if (reservedEth > 0) _requireAllowed(v.operatorId, reservedEth);
        if (v.amountGwei == 0) return;
        _requireFree(v.amountGwei);
        uint64[] memory amounts = new uint64[](1);
        amounts[0] = v.amountGwei;
        ledger.deposit(pubkey, "", amounts);
    }

    /// @inheritdoc IBeaconDepositor
    function topUp(ValidatorProof calldata p, uint64[] calldata amountsGwei) external {
        uint256 count = p.validators.length;
        _requireLength(amountsGwei.length, count);
        _verify(p);
        IValidatorRegistry.TopUp[] memory topUps = new IValidatorRegistry.TopUp[](count);
        for (uint256 i = 0; i < count; ++i) {
            topUps[i] = IValidatorRegistry.TopUp({
                // below 2^40, as the proof has shown
                validatorIndex: uint40(p.indices[i]),
                amountGwei: amountsGwei[i],
                pubkeyHash: keccak256(p.validators[i].pubkey)
            });
        }
        (uint256[] memory operatorIds, uint256[] memory reservedEth) = validatorRegistry.vouch(topUps);
        for (uint256 i = 0; i < count; ++i) {
            if (reservedEth[i] > 0) _requireAllowed(operatorIds[i], reservedEth[i]);
            else if (amountsGwei[i] > 0) bondVault.requireBacked(operatorIds[i]);
        }
        _deposit(p, amountsGwei);
    }

    /* VIEWS */

    /// @inheritdoc IBeaconDepositor
    function freeBuffer() public view returns (uint256) {
        uint256 held = address(ledger).balance;
        // the queue holds the shares of all unfinalised requests, and nothing else
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        return held > asked ? held - asked : 0;
    }

    /// @inheritdoc IBeaconDepositor
    function isChecked(uint256 operatorId) public view returns (bool) {
        if (checksCurated == checksOthers) return checksCurated;
        return operatorRegistry.isCurated(operatorId) == checksCurated;
    }

    /* INTERNAL */

    /// @dev Keys take their predeposit, as far as buffer, bond and allotment go. Returns 1 ETH for each, in gwei.
    function _begin(
        uint256 operatorId,
        bytes32 root,
        uint32[] calldata gindices,
        bytes calldata pubkeys,
        bytes calldata signatures,
        bytes32[] calldata proof
    ) private returns (uint64[] memory amountsGwei) {
        _requireFree(gindices.length * PREDEPOSIT_GWEI);
        uint256 reservedEth = validatorRegistry.predeposit(
            operatorId,
            root,
            gindices,
            pubkeys,
            signatures,
            proof
        );
        _requireAllowed(operatorId, reservedEth);
        amountsGwei = new uint64[](gindices.length);
        for (uint256 i = 0; i < amountsGwei.length; ++i) amountsGwei[i] = PREDEPOSIT_GWEI;
    }

    /// @dev What an operator's stake grows by was drawn for it, and its bond backs all of its stake.
    function _requireAllowed(uint256 operatorId, uint256 reservedEth) private {
        bondVault.requireBacked(operatorId);
        stakeAllocator.spend(operatorId, reservedEth);
    }

    /// @dev Fresh root, ours, not slashed, not exiting.
    function _verify(ValidatorProof calldata p) private view {
        bytes32 root = _freshRoot(p.timestamp);
        for (uint256 i = 0; i < p.validators.length; ++i) {
            BeaconValidator calldata v = p.validators[i];
            uint256 index = i < p.indices.length ? p.indices[i] : 0;
            require(
                v.withdrawalCredentials == withdrawalCredentials ||
                    v.withdrawalCredentials == _firstCredentials,
                WrongCredentials(index, v.withdrawalCredentials, withdrawalCredentials)
            );
            require(!v.slashed, ValidatorSlashed(index));
            require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, ValidatorExiting(index, v.exitEpoch));
        }
        BeaconProofs.verifyValidators(root, p.indices, p.validators, p.proof);
    }

    function _freshRoot(uint256 timestamp) private view returns (bytes32) {
        uint256 oldest = block.timestamp - MAX_ROOT_AGE;
        require(timestamp >= oldest && timestamp <= block.timestamp, RootTooOld(timestamp, oldest));
        return BeaconRoots.parentRoot(timestamp);
    }

    /// @dev Deposits what is to be topped up, from free buffer.
    function _deposit(ValidatorProof calldata p, uint64[] calldata amountsGwei) private {
        uint256 total = 0;
        uint256 used = 0;
        bytes memory pubkeys = "";
        uint64[] memory amounts = new uint64[](amountsGwei.length);
        for (uint256 i = 0; i < amountsGwei.length; ++i) {
            uint64 amount = amountsGwei[i];
            if (amount == 0) continue;
            total += amount;
            amounts[used++] = amount;
            pubkeys = bytes.concat(pubkeys, p.validators[i].pubkey);
        }
        if (used == 0) return;
        // fewer than were allocated
        assembly ("memory-safe") {
            mstore(amounts, used)
        }
        _requireFree(total);
        ledger.deposit(pubkeys, "", amounts);
    }

    function _requireFree(uint256 amountGwei) private view {
        uint256 free = freeBuffer();
        require(amountGwei * 1 gwei <= free, FreeBufferTooSmall(free, amountGwei * 1 gwei));
    }

    function _requireLength(uint256 given, uint256 needed) private pure {
        require(given == needed, LengthMismatch(given, needed));
    }
}
