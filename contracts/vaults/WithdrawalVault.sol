// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LowLevelCall} from "@openzeppelin/contracts/utils/LowLevelCall.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IWithdrawalVault} from "../interfaces/IWithdrawalVault.sol";
import {EtherVault} from "./EtherVault.sol";

/// @title WithdrawalVault
/// @notice The withdrawal credentials of all our validators: the beacon chain's withdrawals are credited here, without
/// a call (EIP-4895), and its requests go out from here. It takes no other ether.
/// TRUST: beside that of `EtherVault`, `EXIT_REQUESTER` can have any validator exit, to this vault, and `CONSOLIDATOR` merge
/// ours; `REQUEST_TARGET_MANAGER` can stop requests, and take the fees that callers pay.
/// INVARIANTS: POOL-2, EXIT-1.
/// ASSUMPTIONS: those of `EtherVault`; a fee is what EIP-7002 and EIP-7251 say: the answer to an empty call.
contract WithdrawalVault is IWithdrawalVault, EtherVault {
    uint256 private constant PUBKEY = 48;
    /// @dev EIP-7002 and EIP-7251, the same on every network.
    address private constant WITHDRAWAL_REQUESTS = 0x00000961Ef480Eb55e80D19ad83579A64c007002;
    address private constant CONSOLIDATION_REQUESTS = 0x0000BBdDc7CE488642fb579F8B00f3a590007251;

    /* STORAGE */

    /// @inheritdoc IWithdrawalVault
    address public withdrawalTarget;
    /// @inheritdoc IWithdrawalVault
    address public consolidationTarget;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_) EtherVault(authority_) {
        _setWithdrawalTarget(WITHDRAWAL_REQUESTS);
        _setConsolidationTarget(CONSOLIDATION_REQUESTS);
    }

    /* BRAINS */

    /// @inheritdoc IWithdrawalVault
    function requestWithdrawals(
        bytes calldata pubkeys,
        uint64[] calldata amountsGwei
    ) external payable onlyRole(Roles.EXIT_REQUESTER) returns (uint256 returned) {
        uint256 count = amountsGwei.length;
        require(count > 0, NoRequests());
        require(pubkeys.length == count * PUBKEY, WrongLength(pubkeys.length, count * PUBKEY));
        address target = withdrawalTarget;
        uint256 fee = _paidFee(target, count);
        for (uint256 i = 0; i < count; ++i) {
            // the amount is big-endian, unlike what the beacon chain makes of it
            _request(target, fee, i, abi.encodePacked(_pubkeyAt(pubkeys, i), amountsGwei[i]));
        }
        emit WithdrawalsRequested(msg.sender, pubkeys, amountsGwei, fee);
        returned = _return(fee * count);
    }

    /// @inheritdoc IWithdrawalVault
    function requestConsolidation(
        bytes calldata sources,
        bytes calldata targets
    ) external payable onlyRole(Roles.CONSOLIDATOR) returns (uint256 returned) {
        uint256 count = sources.length / PUBKEY;
        require(count > 0, NoRequests());
        require(sources.length == count * PUBKEY, WrongLength(sources.length, count * PUBKEY));
        require(targets.length == sources.length, WrongLength(targets.length, sources.length));
        address target = consolidationTarget;
        uint256 fee = _paidFee(target, count);
        for (uint256 i = 0; i < count; ++i) {
            _request(target, fee, i, bytes.concat(_pubkeyAt(sources, i), _pubkeyAt(targets, i)));
        }
        emit ConsolidationsRequested(msg.sender, sources, targets, fee);
        returned = _return(fee * count);
    }

    /* GOVERNANCE */

    /// @inheritdoc IWithdrawalVault
    function setWithdrawalTarget(address target) external onlyRole(Roles.REQUEST_TARGET_MANAGER) {
        _setWithdrawalTarget(target);
    }

    /// @inheritdoc IWithdrawalVault
    function setConsolidationTarget(address target) external onlyRole(Roles.REQUEST_TARGET_MANAGER) {
        _setConsolidationTarget(target);
    }

    /* VIEWS */

    /// @inheritdoc IWithdrawalVault
    function withdrawalFee() external view returns (uint256) {
        return _feeOf(withdrawalTarget);
    }

    /// @inheritdoc IWithdrawalVault
    function consolidationFee() external view returns (uint256) {
        return _feeOf(consolidationTarget);
    }

    /* INTERNAL */

    function _pubkeyAt(bytes calldata pubkeys, uint256 i) private pure returns (bytes calldata) {
        return pubkeys[i * PUBKEY:(i + 1) * PUBKEY];
    }

    /// @dev The fee of each request. What came with the call pays for all of them, so nothing else is ever spent.
    function _paidFee(address target, uint256 count) private view returns (uint256 fee) {
        fee = _feeOf(target);
        require(fee <= msg.value / count, FeeNotPaid(msg.value, fee, count));
    }

    function _feeOf(address target) private view returns (uint256) {
        (bool told, bytes32 fee, ) = LowLevelCall.staticcallReturn64Bytes(target, "");
        require(told && LowLevelCall.returnDataSize() == 32, FeeUnknown(target));
        return uint256(fee);
    }

    function _request(address target, uint256 fee, uint256 position, bytes memory data) private {
        require(LowLevelCall.callNoReturn(target, fee, data), RequestRefused(target, position));
    }

    function _return(uint256 spent) private returns (uint256 rest) {
        rest = msg.value - spent;
        if (rest == 0) return 0;
        require(LowLevelCall.callNoReturn(msg.sender, rest, ""), ReturnRefused(msg.sender));
    }

    function _setWithdrawalTarget(address target) private {
        require(target != address(0), ZeroAddress());
        emit WithdrawalTargetSet(withdrawalTarget, target);
        withdrawalTarget = target;
    }

    function _setConsolidationTarget(address target) private {
        require(target != address(0), ZeroAddress());
        emit ConsolidationTargetSet(consolidationTarget, target);
        consolidationTarget = target;
    }
}
