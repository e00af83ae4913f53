// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IEtherVault} from "./IEtherVault.sol";

/// @title IWithdrawalVault
/// @notice The withdrawal credentials of all our validators. Only they may ask the beacon chain for a withdrawal or a
/// consolidation (EIP-7002, EIP-7251), through contracts of the system that take a fee for each request. Whoever asks pays
/// the fee with the call; the ether that is held here is never spent on it.
interface IWithdrawalVault is IEtherVault {
    /// @notice Withdrawals were asked for: public keys, 48 bytes each, and amounts in gwei, 0 for a full exit. Each cost
    /// `fee` wei.
    event WithdrawalsRequested(address indexed requester, bytes pubkeys, uint64[] amountsGwei, uint256 fee);
    /// @notice Consolidations were asked for: public keys, 48 bytes each. Each cost `fee` wei.
    event ConsolidationsRequested(address indexed requester, bytes sources, bytes targets, uint256 fee);
    /// @notice Withdrawals are asked for at `newTarget` from now on.
    event WithdrawalTargetSet(address oldTarget, address newTarget);
    /// @notice Consolidations are asked for at `newTarget` from now on.
    event ConsolidationTargetSet(address oldTarget, address newTarget);

    /// @notice Nothing was asked for.
    error NoRequests();
    /// @notice Public keys have 48 bytes each, as many as there are requests.
    error WrongLength(uint256 given, uint256 needed);
    /// @notice The request contract tells no fee: it is not there, or takes no requests now.
    error FeeUnknown(address target);
    /// @notice The ether that came with the call does not pay `fee` wei for each of `count` requests.
    error FeeNotPaid(uint256 value, uint256 fee, uint256 count);
    /// @notice The request contract refused the request at `position`.
    error RequestRefused(address target, uint256 position);
    /// @notice The caller refused what it had paid too much.
    error ReturnRefused(address caller);

    /// @notice Asks for withdrawals from validators to this vault. Caller: `EXIT_REQUESTER`. Exactly the fee of each request
    /// is spent; the rest of the ether goes back to the caller at once. The beacon chain drops a request that it does not
    /// like, and tells nobody.
    /// @param pubkeys Public keys, 48 bytes each.
    /// @param amountsGwei What is withdrawn from each, in gwei; 0 for a full exit.
    /// @return returned What went back, in wei.
    function requestWithdrawals(
        bytes calldata pubkeys,
        uint64[] calldata amountsGwei
    ) external payable returns (uint256 returned);

    /// @notice Asks to move the whole balance of validators to others of ours. Caller: `CONSOLIDATOR`. The ether that came
    /// with the call pays, as above.
    /// @param sources Public keys of those that end, 48 bytes each.
    /// @param targets Public keys of those that get their balances, in the same order. A source that is its own target
    /// changes to compounding credentials.
    /// @return returned What went back, in wei.
    function requestConsolidation(
        bytes calldata sources,
        bytes calldata targets
    ) external payable returns (uint256 returned);

    /// @notice Says where withdrawals are asked for, if the consensus layer changes it. Caller: `REQUEST_TARGET_MANAGER`.
    function setWithdrawalTarget(address target) external;

    /// @notice Says where consolidations are asked for. Caller: `REQUEST_TARGET_MANAGER`.
    function setConsolidationTarget(address target) external;

    /// @notice Where withdrawals are asked for.
    function withdrawalTarget() external view returns (address);

    /// @notice Where consolidations are asked for.
    function consolidationTarget() external view returns (address);

    /// @notice What a request for a withdrawal costs in this block, in wei, before further requests raise it in the next.
    function withdrawalFee() external view returns (uint256);

    /// @notice What a request for a consolidation costs in this block, in wei.
    function consolidationFee() external view returns (uint256);
}
