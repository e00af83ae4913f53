// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";

/// @title IWrappedStakedEther
/// @notice wkETH: an ERC-4626 vault over kETH in which one wkETH is one share of the pool, for protocols that want
/// balances that stand still and a rate that moves. The rate is the pool's own, under the names that integrators call.
/// Rounding: `deposit` and `withdraw` move exactly the kETH named; `mint` and `redeem` exactly the wkETH named; the
/// previews are rounded against the caller.
interface IWrappedStakedEther is IERC4626 {
    /// @notice Ether was staked straight into wkETH.
    event StakedAndWrapped(address indexed sender, address indexed receiver, uint256 amount, uint256 shares);

    /// @notice The amount is worth less than the smallest unit.
    error AmountTooSmall(uint256 amount);
    /// @notice Fewer shares than asked for.
    error SharesBelowMinimum(uint256 shares, uint256 floor);

    /// @notice Stakes the ether sent and mints wkETH to `receiver`, at least `minShares`.
    /// @return shares wkETH minted, rounded down.
    function depositEther(
        address receiver,
        uint256 minShares,
        address referral
    ) external payable returns (uint256 shares);

    /// @notice Permit of kETH and `deposit` in one call. A permit that was already used (or front-run) does no harm
    /// where the allowance is there.
    function depositWithPermit(
        uint256 assets,
        address receiver,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 shares);

    /// @notice Wei of kETH that 1 wkETH (1e18) is worth, rounded down (as rate providers are called).
    function getRate() external view returns (uint256);

    /// @notice The same as `getRate`.
    function stEthPerToken() external view returns (uint256);

    /// @notice The same as `getRate`.
    function exchangeRate() external view returns (uint256);

    /// @notice When the pool's last report was booked, seconds since 1970: how fresh the rate is.
    function lastReportTime() external view returns (uint256);
}
