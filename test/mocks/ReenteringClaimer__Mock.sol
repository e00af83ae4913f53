// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Owns tickets, and makes calls of its own while it is being paid.
contract ReenteringClaimer__Mock {
    address private _target;
    bytes[] private _calls;
    /// @notice Whether each of those calls succeeded, in order, over all payments.
    bool[] public outcomes;

    /// @notice What to call while being paid, and the claim that pays.
    function claim(address target, bytes calldata data, bytes[] calldata calls) external {
        _target = target;
        _calls = calls;
        (bool done, bytes memory result) = target.call(data);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    function outcomeCount() external view returns (uint256) {
        return outcomes.length;
    }

    receive() external payable {
        bytes[] memory calls = _calls;
        // only once: what is called may pay, too
        delete _calls;
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool done, ) = _target.call(calls[i]);
            outcomes.push(done);
        }
    }
}
