// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Makes a call with ether, and makes it again when some of it comes back.
contract ReenteringPayer__Mock {
    error CallFailed(bytes answer);

    address private _target;
    bytes private _data;
    bool private _entered;
    /// @notice What the call from within was answered, if it failed.
    bytes public answer;
    bool public succeeded;

    receive() external payable {
        if (_entered) return;
        _entered = true;
        (succeeded, answer) = _target.call{value: 1}(_data);
    }

    function run(address target, bytes calldata data) external payable {
        (_target, _data) = (target, data);
        (bool done, bytes memory failure) = target.call{value: msg.value}(data);
        require(done, CallFailed(failure));
    }
}
