// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Factory} from "./Factory.sol";
import {KedgeTest} from "./KedgeTest.sol";

/// @notice Base of tests that deploy contracts of Kedge.
abstract contract FactoryTest is KedgeTest {
    Factory internal immutable factory = Factory(deployArtifact("Factory.sol:Factory"));
}
