// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A request contract of the system with any fee, which it charges, and which may refuse one request.
contract RequestContract__Mock {
    error Refused();

    uint256 private immutable _fee;
    uint256 private immutable _refusedAt;
    uint256 private _count;

    constructor(uint256 fee, uint256 refusedAt) {
        _fee = fee;
        _refusedAt = refusedAt;
    }

    fallback() external payable {
        if (msg.data.length == 0) {
            bytes memory answer = abi.encode(_fee);
            assembly ("memory-safe") {
                return(add(answer, 0x20), mload(answer))
            }
        }
        require(msg.value == _fee && _count++ != _refusedAt, Refused());
    }
}
