// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDepositContract} from "../interfaces/IDepositContract.sol";
import {IDepositPort} from "../interfaces/IDepositPort.sol";
import {IEtherVault} from "../interfaces/IEtherVault.sol";
import {IValidatorRegistry} from "../interfaces/IValidatorRegistry.sol";
import {DepositData} from "../libraries/DepositData.sol";

/// @title DepositPort
/// @notice The way of ether to the official deposit contract: always with our credentials, never more than the
/// predeposit for a key that the registry does not know as proven.
/// TRUST: nobody; it keeps no ether and has no role. What is proven, the registry says.
/// INVARIANTS: POOL-2, VAL-1.
/// ASSUMPTIONS: the deposit contract is the official one; the deployment checks its code.
contract DepositPort is IDepositPort {
    uint64 private constant PREDEPOSIT_GWEI = 1e9;
    uint256 private constant GWEI = 1e9;

    /* IMMUTABLES */

    /// @notice The official deposit contract.
    IDepositContract public immutable depositContract;
    /// @notice The registry that knows which keys are proven.
    IValidatorRegistry public immutable validatorRegistry;
    /// @inheritdoc IDepositPort
    bytes32 public immutable withdrawalCredentials;

    /* CONSTRUCTOR */

    constructor(IDepositContract depositContract_, IValidatorRegistry registry, IEtherVault withdrawalVault) {
        depositContract = depositContract_;
        validatorRegistry = registry;
        withdrawalCredentials = bytes32((uint256(0x02) << 248) | uint160(address(withdrawalVault)));
    }

    /* ANYONE */

    /// @inheritdoc IDepositPort
    function deposit(Deposit[] calldata deposits) external payable {
        bytes memory credentials = abi.encodePacked(withdrawalCredentials);
        uint256 total = 0;
        for (uint256 i = 0; i < deposits.length; ++i) {
            Deposit calldata d = deposits[i];
            require(d.pubkey.length == 48, WrongPubkeyLength(d.pubkey.length));
            require(d.signature.length == 96, WrongSignatureLength(d.signature.length));
            require(
                d.amountGwei <= PREDEPOSIT_GWEI || validatorRegistry.isProven(keccak256(d.pubkey)),
                KeyNotProven(d.pubkey, d.amountGwei)
            );
            total += d.amountGwei;
            bytes32 root = DepositData.root(d.pubkey, withdrawalCredentials, d.amountGwei, d.signature);
            depositContract.deposit{value: d.amountGwei * GWEI}(d.pubkey, credentials, d.signature, root);
        }
        require(total * GWEI == msg.value, WrongValue(msg.value, total * GWEI));
    }
}
