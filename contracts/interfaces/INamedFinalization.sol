// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title INamedFinalization
/// @notice What the withdrawal queue lets anyone do between reports.
interface INamedFinalization {
    /// @notice Finalises tickets up to the one that the last report named, as far as the buffer goes. Reverts where there is
    /// nothing to do, or finalising is stopped.
    /// @return shares Shares burnt (18 decimals). @return amount Ether moved to the queue, in wei.
    function finalizeNamed() external returns (uint256 shares, uint256 amount);
}
