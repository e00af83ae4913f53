// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IRandomnessSource} from "../../contracts/interfaces/IRandomnessSource.sol";

/// @notice Rounds of ten minutes. The proof of a seed is the seed, and a seed is what it was told, or the hash of its round.
contract Randomness__Mock is IRandomnessSource {
    error SeedNotShown(uint64 round);

    uint256 public constant ROUND = 10 minutes;
    mapping(uint64 round => bytes32) private _seeds;
    mapping(uint64 round => bool) public lapsed;

    function tell(uint64 round, bytes32 seed_) external {
        _seeds[round] = seed_;
    }

    function expire(uint64 round) external {
        lapsed[round] = true;
    }

    function fix() external view returns (uint64) {
        return uint64(block.timestamp / ROUND + 2);
    }

    function seed(uint64 round, bytes calldata proof) external view returns (bytes32) {
        bool known = block.timestamp >= round * ROUND && !lapsed[round];
        require(known && keccak256(proof) == keccak256(abi.encode(seedOf(round))), SeedNotShown(round));
        return seedOf(round);
    }

    function seedOf(uint64 round) public view returns (bytes32) {
        bytes32 told = _seeds[round];
        return told == 0 ? keccak256(abi.encode("seed", round)) : told;
    }
}
