// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC5805} from "@openzeppelin/contracts/interfaces/IERC5805.sol";

/// @title IShareLedger
/// @notice What both tokens of Kedge share: accounts of shares, ERC-20, ERC-2612 permits (with ERC-1271 signers)
/// and ERC-5805 votes. Votes are counted in shares (18 decimals), the clock is the timestamp (ERC-6372).
interface IShareLedger is IERC20Metadata, IERC20Permit, IERC5805 {
    /// @notice The account takes no shares from others: it brings its own in.
    error AccountClosed(address account);
    /// @notice A permit was used after its deadline (seconds since 1970).
    error PermitExpired(uint256 deadline);
    /// @notice The signature of a permit is not `owner`'s.
    error InvalidPermit(address owner);
    /// @notice `timepoint` is not in the past of `clock`.
    error FutureLookup(uint256 timepoint, uint48 clock);
    /// @notice A signature by this contract's ERC-5805 delegation is of another nonce.
    error InvalidNonce(address account, uint256 expected);
    /// @notice No past total supply is kept for `timepoint`.
    error PastSupplyUnknown(uint256 timepoint);

    /// @notice ERC-2612 permit whose signature may be an ERC-1271 contract's: sets the allowance of `spender`.
    /// @param value Allowance, in the token's amounts.
    /// @param deadline Last second at which the permit may be used.
    /// @param signature 65-byte ECDSA signature, or whatever `owner`'s `isValidSignature` takes.
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice What `account` itself held, and whom it had delegated to, at `timepoint`. Kept only while an account
    /// delegates; zeros before and after.
    /// @return delegate The delegate at that time, zero for none.
    /// @return shares Shares (18 decimals), rounded down.
    function getPastDelegation(
        address account,
        uint256 timepoint
    ) external view returns (address delegate, uint256 shares);
}
