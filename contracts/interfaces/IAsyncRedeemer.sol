// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC7540Operator, IERC7540Redeem} from "./IERC7540.sol";
import {IERC7575} from "./IERC7575.sol";

/// @title IAsyncRedeemer
/// @notice The withdrawal queue as protocols know it that speak ERC-7540: a vault of ether (ERC-7528) whose shares are
/// wkETH (ERC-7575). Ether comes in at once; it goes out by requests. A request's id is that of its ticket in the queue,
/// which this contract owns; the request becomes payable as a whole when the ticket is finalised, and is paid in the
/// order in which its controller asked, in parts if it likes.
interface IAsyncRedeemer is IERC7575, IERC7540Operator, IERC7540Redeem {
    /// @notice The caller is neither `account` nor its operator.
    error NotOperator(address account, address caller);
    /// @notice Shares are asked for in multiples of 1e-9 of a share (1e9).
    error NotWholeGrains(uint256 shares);
    /// @notice A request without a controller, or a payment to nobody, to this contract or to a token of the pool.
    error WrongReceiver(address receiver);
    /// @notice Nothing was asked for.
    error NothingAsked();
    /// @notice More than the controller's requests can pay: `missing` (shares or wei) are not payable.
    error NotClaimable(address controller, uint256 missing);
    /// @notice The ether sent is not what was named, or less than the shares cost (wei).
    error WrongValue(uint256 sent, uint256 needed);
    /// @notice What a request will give is known only when it is payable.
    error PreviewUnknown();
    /// @notice Ether comes from the queue alone, but for deposits.
    error NotTheQueue(address sender);
    /// @notice The receiver refused ether; nothing was taken.
    error EtherRefused(address receiver);

    /// @notice Requests of `controller` that are not wholly paid, in their order.
    function requestsOf(address controller) external view returns (uint256[] memory requestIds);
}
