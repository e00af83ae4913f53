// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../access/Guarded.sol";
import {PausableUntil} from "../access/PausableUntil.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IBeaconDepositor} from "../interfaces/IBeaconDepositor.sol";
import {IDepositPort} from "../interfaces/IDepositPort.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {BeaconProofs} from "../libraries/BeaconProofs.sol";
import {BeaconRoots} from "../libraries/BeaconRoots.sol";
import {BeaconValidator} from "../types/BeaconValidator.sol";

/// @title BeaconDepositor
/// @notice Predeposit, proof, top-up: the way of buffered ether to validators with our credentials.
/// TRUST: nobody; anyone may call. It is replaced, by moving its role, when a fork changes the beacon state.
/// INVARIANTS: VAL-1, POOL-2.
/// ASSUMPTIONS: slashed and exit epoch are as of a root at most ten minutes old; what happens later is a loss that
/// the next reports book.
contract BeaconDepositor is IBeaconDepositor, PausableUntil {
    uint64 private constant PREDEPOSIT_GWEI = 1e9;
    uint256 private constant PREDEPOSIT = 1 ether;
    /// @notice Oldest root that a top-up is proven under, in seconds.
    uint256 public constant MAX_ROOT_AGE = 10 minutes;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice The life of keys.
    IValidatorRegistry public immutable validatorRegistry;
    /// @notice Whose requests come before deposits.
    IWithdrawalQueue public immutable withdrawalQueue;
    /// @notice Our withdrawal credentials.
    bytes32 public immutable withdrawalCredentials;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IValidatorRegistry registry,
        IWithdrawalQueue queue
    ) Guarded(authority_) {
        require(address(registry) != address(0) && address(queue) != address(0), ZeroAddress());
        ledger = ledger_;
        validatorRegistry = registry;
        withdrawalQueue = queue;
        withdrawalCredentials = ledger_.depositPort().withdrawalCredentials();
    }

    /* ANYONE */

    /// @inheritdoc IBeaconDepositor
    function predeposit(
        uint256 operatorId,
        bytes32 root,
        IValidatorRegistry.Key[] calldata keys,
        bytes32[] calldata proof,
        bool[] calldata flags
    ) external whenNotPaused {
        _requireFree(keys.length * PREDEPOSIT);
        validatorRegistry.predeposit(operatorId, root, keys, proof, flags);

        IDepositPort.Deposit[] memory deposits = new IDepositPort.Deposit[](keys.length);
        for (uint256 i = 0; i < keys.length; ++i) {
            deposits[i] = IDepositPort.Deposit(keys[i].pubkey, keys[i].signature, PREDEPOSIT_GWEI);
        }
        ledger.deposit(deposits);
    }

    /// @inheritdoc IBeaconDepositor
    function proveAndTopUp(
        ValidatorProof calldata p,
        KeyProof calldata k,
        uint64[] calldata amountsGwei
    ) external whenNotPaused {
        _verify(p);
        uint256 count = p.validators.length;
        require(k.positions.length == count, LengthMismatch(k.positions.length, count));
        require(k.keyIndices.length == count, LengthMismatch(k.keyIndices.length, count));
        require(k.signatureHashes.length == count, LengthMismatch(k.signatureHashes.length, count));

        IValidatorRegistry.Link[] memory links = new IValidatorRegistry.Link[](count);
        for (uint256 i = 0; i < count; ++i) {
            uint256 at = k.positions[i];
            require(at < count, LengthMismatch(at, count));
            links[i] = IValidatorRegistry.Link({
                index: k.keyIndices[i],
                pubkeyHash: keccak256(p.validators[at].pubkey),
                signatureHash: k.signatureHashes[i],
                // below 2^40, as the proof demands
                validatorIndex: uint40(p.indices[at])
            });
        }
        validatorRegistry.prove(k.operatorId, k.root, links, k.proof, k.flags);
        _topUp(p, amountsGwei);
    }

    /// @inheritdoc IBeaconDepositor
    function topUp(ValidatorProof calldata p, uint64[] calldata amountsGwei) external whenNotPaused {
        _verify(p);
        for (uint256 i = 0; i < p.validators.length; ++i) {
            uint256 known = validatorRegistry.validator(keccak256(p.validators[i].pubkey)).validatorIndex;
            require(known == p.indices[i], WrongValidatorIndex(p.indices[i], known));
        }
        _topUp(p, amountsGwei);
    }

    /* VIEWS */

    /// @inheritdoc IBeaconDepositor
    function freeBuffer() public view returns (uint256) {
        uint256 held = ledger.buffer();
        // the queue holds the shares of all unfinalised requests, and nothing else
        uint256 asked = ledger.balanceOf(address(withdrawalQueue));
        return held > asked ? held - asked : 0;
    }

    /* INTERNAL */

    /// @dev Fresh root, ours, not slashed, not exiting.
    function _verify(ValidatorProof calldata p) private view {
        uint256 oldest = block.timestamp - MAX_ROOT_AGE;
        require(p.timestamp >= oldest && p.timestamp <= block.timestamp, RootTooOld(p.timestamp, oldest));
        for (uint256 i = 0; i < p.validators.length; ++i) {
            BeaconValidator calldata v = p.validators[i];
            uint256 index = i < p.indices.length ? p.indices[i] : 0;
            require(
                v.withdrawalCredentials == withdrawalCredentials,
                WrongCredentials(index, v.withdrawalCredentials, withdrawalCredentials)
            );
            require(!v.slashed, ValidatorSlashed(index));
            require(v.exitEpoch == BeaconProofs.FAR_FUTURE_EPOCH, ValidatorExiting(index, v.exitEpoch));
        }
        BeaconProofs.verifyValidators(
            BeaconRoots.parentRoot(p.timestamp),
            p.indices,
            p.validators,
            p.proof
        );
    }

    function _topUp(ValidatorProof calldata p, uint64[] calldata amountsGwei) private {
        uint256 count = p.validators.length;
        require(amountsGwei.length == count, LengthMismatch(amountsGwei.length, count));
        uint256 total = 0;
        uint256 used = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (amountsGwei[i] == 0) continue;
            require(amountsGwei[i] >= PREDEPOSIT_GWEI, TopUpTooSmall(amountsGwei[i]));
            total += amountsGwei[i];
            ++used;
        }
        if (used == 0) return;
        _requireFree(total * 1 gwei);

        IDepositPort.Deposit[] memory deposits = new IDepositPort.Deposit[](used);
        // the beacon chain looks at no signature of a key that it knows
        bytes memory noSignature = new bytes(96);
        used = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (amountsGwei[i] == 0) continue;
            validatorRegistry.topUp(keccak256(p.validators[i].pubkey), amountsGwei[i]);
            deposits[used++] = IDepositPort.Deposit(p.validators[i].pubkey, noSignature, amountsGwei[i]);
        }
        ledger.deposit(deposits);
    }

    function _requireFree(uint256 amount) private view {
        uint256 free = freeBuffer();
        require(amount <= free, FreeBufferTooSmall(free, amount));
    }
}
