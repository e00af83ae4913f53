// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What the invariant runner may call, and as whom. The runner reads the lists through the public
/// functions below, whose names and types are fixed by it.
/// @dev Warning: a claim in `afterInvariant()` such as "every action succeeded once" also runs while the runner
/// shortens a failing sequence, and may then stand in the failure instead of the invariant that broke first.
abstract contract InvariantTargets {
    /// @notice Functions of one contract.
    struct FuzzSelector {
        address addr;
        bytes4[] selectors;
    }

    address[] private _targetContracts;
    address[] private _excludedContracts;
    address[] private _targetSenders;
    address[] private _excludedSenders;
    FuzzSelector[] private _targetSelectors;
    FuzzSelector[] private _excludedSelectors;

    /* SETTINGS */

    /// @notice Calls go to this contract. Without any, they go to every contract that `setUp` created.
    function targetContract(address target) internal {
        _targetContracts.push(target);
    }

    /// @notice No call goes to this contract.
    function excludeContract(address target) internal {
        _excludedContracts.push(target);
    }

    /// @notice Of this contract only these functions are called.
    function targetSelector(FuzzSelector memory selector) internal {
        _targetSelectors.push(selector);
    }

    /// @notice Of this contract only these functions are called.
    function targetSelectors(address target, bytes4[] memory selectors) internal {
        _targetSelectors.push(FuzzSelector({addr: target, selectors: selectors}));
    }

    /// @notice These functions of this contract are never called.
    function excludeSelectors(address target, bytes4[] memory selectors) internal {
        _excludedSelectors.push(FuzzSelector({addr: target, selectors: selectors}));
    }

    /// @notice Calls come from this address. Without any, they come from random ones.
    function targetSender(address sender) internal {
        _targetSenders.push(sender);
    }

    /// @notice No call comes from this address.
    function excludeSender(address sender) internal {
        _excludedSenders.push(sender);
    }

    /* READ BY THE RUNNER */

    function targetContracts() public view returns (address[] memory) {
        return _targetContracts;
    }

    function excludeContracts() public view returns (address[] memory) {
        return _excludedContracts;
    }

    function targetSelectors() public view returns (FuzzSelector[] memory) {
        return _targetSelectors;
    }

    function excludeSelectors() public view returns (FuzzSelector[] memory) {
        return _excludedSelectors;
    }

    function targetSenders() public view returns (address[] memory) {
        return _targetSenders;
    }

    function excludeSenders() public view returns (address[] memory) {
        return _excludedSenders;
    }
}
