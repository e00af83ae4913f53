// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IRandomnessSource
/// @notice Where the seed of a draw comes from. A draw asks for a round when it is opened, waits until that is over, and
/// then shows its seed. Each round has one seed, whoever shows it, or none.
///
/// Warning: a round may lapse without its seed having been shown. Whoever uses a source must then be able to give the round
/// up and to ask for another one; as long as the round has not lapsed it must not, or one could choose between two draws.
interface IRandomnessSource {
    /// @notice The round is not over yet (the time at which it is, seconds since 1970).
    error RoundNotOver(uint256 round, uint256 time);
    /// @notice Too late: the round can only be given up.
    error RoundLapsed(uint256 round);

    /// @notice The round that a draw opened now must use: one whose seed nobody knows yet. What a round is, only the source
    /// knows; later calls never answer an earlier one.
    function fix() external view returns (uint64 round);

    /// @notice The seed of a round. Reverts with `RoundNotOver`, `RoundLapsed`, or because the proof does not hold.
    /// @param proof In the source's own form.
    function seed(uint64 round, bytes calldata proof) external view returns (bytes32);

    /// @notice Whether the seed of the round can never be shown again. Once true, it stays so.
    function lapsed(uint64 round) external view returns (bool);
}
