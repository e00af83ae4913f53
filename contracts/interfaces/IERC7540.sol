// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC7540Operator
/// @notice ERC-7540: who may act for a controller of requests, and for an owner of shares that it asks with.
interface IERC7540Operator {
    /// @notice `controller` lets `operator` act for it, or no longer.
    event OperatorSet(address indexed controller, address indexed operator, bool approved);

    /// @notice Lets `operator` ask with the caller's shares and take its ether to anyone, or no longer.
    function setOperator(address operator, bool approved) external returns (bool);

    /// @notice Whether `operator` may act for `controller`.
    function isOperator(address controller, address operator) external view returns (bool status);
}

/// @title IERC7540Redeem
/// @notice ERC-7540: shares are asked for, and paid later.
interface IERC7540Redeem {
    /// @notice `sender` asked to redeem `shares` of `owner`; what they give is `controller`'s.
    event RedeemRequest(
        address indexed controller,
        address indexed owner,
        uint256 indexed requestId,
        address sender,
        uint256 shares
    );

    /// @notice Asks to redeem all of `shares` of `owner`, for `controller`. Caller: `owner`, or its operator.
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external returns (uint256 requestId);

    /// @notice Shares of a request of `controller` that are not payable yet.
    function pendingRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares);

    /// @notice Shares of a request of `controller` that are payable, and were not paid.
    function claimableRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares);
}
