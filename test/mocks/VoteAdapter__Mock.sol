// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IVoteAdapter} from "../../contracts/interfaces/IVoteAdapter.sol";

/// @notice An adapter that says what it was told, for every time, and calls somebody meanwhile if it was told to.
contract VoteAdapter__Mock is IVoteAdapter {
    error Silent();

    mapping(address account => uint256) private _shares;
    bool private _isSilent;
    address private _target;
    bytes private _call;

    function set(address account, uint256 shares) external {
        _shares[account] = shares;
    }

    function fallSilent() external {
        _isSilent = true;
    }

    function callMeanwhile(address target, bytes calldata data) external {
        (_target, _call) = (target, data);
    }

    function pastShares(address account, uint256) external view returns (uint256) {
        require(!_isSilent, Silent());
        if (_target != address(0)) _callAsIfItChangedNothing();
        return _shares[account];
    }

    /// @dev A view in the interface is no view in the code of one who means harm.
    function _callAsIfItChangedNothing() private view {
        function() internal changing = _callTarget;
        function() internal view disguised;
        assembly ("memory-safe") {
            disguised := changing
        }
        disguised();
    }

    function _callTarget() internal {
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, bytes memory failure) = _target.call(_call);
        if (!done) {
            assembly ("memory-safe") {
                revert(add(failure, 0x20), mload(failure))
            }
        }
    }
}
