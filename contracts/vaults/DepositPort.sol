// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDepositContract} from "../interfaces/IDepositContract.sol";
import {IDepositPort} from "../interfaces/IDepositPort.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {DepositData} from "../libraries/DepositData.sol";

/// @title DepositPort
/// @notice Mixin of the ledger: the way of its ether to the official deposit contract, always with credentials that name our
/// vault, and never more than the predeposit for a key that was not shown in the same transaction to be a validator of ours.
/// TRUST: what was shown, the registry says.
/// INVARIANTS: POOL-2, VAL-1.
/// ASSUMPTIONS: the deposit contract is the official one; the deployment checks its code.
abstract contract DepositPort is IDepositPort {
    uint256 private constant PREDEPOSIT_GWEI = 1e9;
    uint256 private constant PUBKEY = 48;
    uint256 private constant SIGNATURE = 96;

    /* IMMUTABLES */

    IDepositContract private immutable _depositContract;
    IValidatorRegistry private immutable _validatorRegistry;
    /// @inheritdoc IDepositPort
    bytes32 public immutable withdrawalCredentials;

    /* CONSTRUCTOR */

    constructor(IDepositContract depositContract_, IValidatorRegistry registry, address withdrawalVault_) {
        _depositContract = depositContract_;
        _validatorRegistry = registry;
        withdrawalCredentials = bytes32((uint256(0x02) << 248) | uint160(withdrawalVault_));
    }

    /* VIEWS */

    /// @inheritdoc IDepositPort
    function depositContract() external view returns (address) {
        return address(_depositContract);
    }

    /* INTERNAL */

    /// @notice Our credentials under another prefix; 0x00 and 0x01 do not compound.
    function _credentialsUnder(bytes1 prefix) internal view returns (bytes32) {
        bytes1 least = withdrawalCredentials[0];
        require(prefix >= least, PrefixTooLow(prefix, least));
        return bytes32(prefix) | ((withdrawalCredentials << 8) >> 8);
    }

    /// @notice Makes deposits; errors of the deposit contract are passed on.
    /// @param credentials Ours, under whatever prefix. The beacon chain looks at none of a key that it knows.
    /// @param pubkeys 48 bytes for each deposit.
    /// @param signatures 96 bytes for each; none at all where every key was shown to be a validator: the beacon chain looks
    /// at no signature of a key that it knows, and zeros stand for it.
    function _sendDeposits(
        bytes32 credentials,
        bytes calldata pubkeys,
        bytes calldata signatures,
        uint64[] calldata amountsGwei
    ) internal {
        uint256 count = amountsGwei.length;
        bool isSigned = signatures.length > 0;
        require(pubkeys.length == count * PUBKEY, WrongPubkeysLength(pubkeys.length, count * PUBKEY));
        require(
            !isSigned || signatures.length == count * SIGNATURE,
            WrongSignaturesLength(signatures.length, count * SIGNATURE)
        );
        bytes memory credentialsBytes = abi.encodePacked(credentials);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata pubkey = pubkeys[i * PUBKEY:(i + 1) * PUBKEY];
            uint256 amountGwei = amountsGwei[i];
            require(
                (isSigned && amountGwei <= PREDEPOSIT_GWEI) ||
                    _validatorRegistry.isVouchedFor(keccak256(pubkey)),
                KeyNotProven(pubkey, amountGwei)
            );
            bytes memory signature = isSigned
                ? bytes(signatures[i * SIGNATURE:(i + 1) * SIGNATURE])
                : new bytes(SIGNATURE);
            bytes32 signatureRoot = isSigned
                ? DepositData.signatureRoot(signatures[i * SIGNATURE:(i + 1) * SIGNATURE])
                : DepositData.ZERO_SIGNATURE_ROOT;
            bytes32 root = DepositData.root(pubkey, credentials, uint64(amountGwei), signatureRoot);
            _depositContract.deposit{value: amountGwei * 1 gwei}(pubkey, credentialsBytes, signature, root);
        }
    }
}
