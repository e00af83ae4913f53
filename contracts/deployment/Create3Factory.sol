// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CREATE3} from "solady/src/utils/CREATE3.sol";

/// @title Create3Factory
/// @notice Deploys contracts to addresses that follow from who deploys, and from a name, alone: the same on every network,
/// whatever they are constructed with. It is itself deployed by the deterministic deployment proxy.
/// TRUST: nobody. It keeps nothing and has no role; what it deployed does not know it.
/// INVARIANTS: one contract for each deployer and name.
/// ASSUMPTIONS: constructors do not look at their caller, which is a proxy that nobody meets again.
contract Create3Factory {
    /// @notice `deployer` deployed a contract under that name.
    event ContractDeployed(address indexed deployer, bytes32 indexed name, address deployed);

    /// @notice Deploys a contract, and sends it the ether of this call. Reverts with `DeploymentFailed` where its
    /// constructor reverts, or the caller has used the name. Caller: anyone.
    /// @param name Of the caller's choice: 31 bytes at most, and zeros.
    /// @param initCode Creation code with the constructor's arguments.
    function deploy(bytes32 name, bytes calldata initCode) external payable returns (address deployed) {
        deployed = CREATE3.deployDeterministic(msg.value, initCode, _salt(msg.sender, name));
        emit ContractDeployed(msg.sender, name, deployed);
    }

    /// @notice Where a contract of that name is, or will be.
    function addressOf(address deployer, bytes32 name) external view returns (address) {
        return CREATE3.predictDeterministicAddress(_salt(deployer, name));
    }

    function _salt(address deployer, bytes32 name) private pure returns (bytes32) {
        return keccak256(abi.encode(deployer, name));
    }
}
