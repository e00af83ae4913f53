// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IBondVault} from "../../contracts/interfaces/IBondVault.sol";

/// @notice Bonds and capacities as they are told, for the allocator; a capacity is read through three slots, as a real one
/// is. It answers what the allocator asks of an `IBondVault`.
contract Bonds__Mock {
    mapping(uint256 operatorId => IBondVault.Bond) private _bonds;
    mapping(uint256 operatorId => uint256) private _capacities;
    mapping(uint256 operatorId => uint256) private _locked;
    uint256 private _rate = 1;
    /// @dev A second more than weights may live in tests.
    uint256 public constant claimDelay = 90 days + 1;

    function set(uint256 operatorId, uint256 shares, uint256 capacityEth) external {
        _bonds[operatorId].shares = uint104(shares);
        _capacities[operatorId] = capacityEth;
    }

    function lock(uint256 operatorId, uint256 shares) external {
        _bonds[operatorId].locked = uint104(shares);
    }

    function backingOf(uint256 operatorId) external view returns (uint256) {
        return _bonds[operatorId].shares - _bonds[operatorId].locked;
    }

    function capacityOf(uint256 operatorId) external view returns (uint256) {
        return (_capacities[operatorId] - _locked[operatorId]) * _rate;
    }
}
