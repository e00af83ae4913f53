// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorFigures} from "../types/OperatorFigures.sol";

/// @title IRewardDistributor
/// @notice Where fee shares go: minted here once a report, split when they are pulled. The treasury has its part of
/// every share that ever came; operators have the rest, by the cumulative amounts under the root of the last report that
/// brought one. What they forfeited is burnt for all holders.
interface IRewardDistributor {
    /// @notice Operators' figures are those under `newRoot` from now on.
    event RootSet(bytes32 oldRoot, bytes32 newRoot);
    /// @notice An operator's shares were sent to its reward address.
    event Pulled(uint256 indexed operatorId, address indexed to, uint256 shares);
    /// @notice Shares that operators forfeited were burnt for all holders.
    event ForfeitedBurnt(uint256 shares);
    /// @notice The treasury's shares were sent to it.
    event TreasuryPulled(address indexed to, uint256 shares);
    /// @notice The treasury's part changed, in 1/10,000.
    event TreasuryPartSet(uint256 oldBp, uint256 newBp);
    /// @notice The treasury changed.
    event TreasurySet(address oldTreasury, address newTreasury);

    /// @notice The figures are not under the root.
    error NotUnderRoot(uint256 operatorId, uint256 cumulativeShares);
    /// @notice Nothing to pull.
    error NothingToPull();
    /// @notice The root promises operators more than there is for them.
    error OperatorsPartExceeded(uint256 pulled, uint256 available);
    /// @notice The distributor itself cannot be the treasury.
    error NotATreasury(address treasury);
    /// @notice The part is out of its bounds (1/10,000).
    error PartOutOfBounds(uint256 bp, uint256 maximum);

    /// @notice Sets the root of operators' figures. Caller: `ACCOUNTING`.
    function setRoot(bytes32 root) external;

    /// @notice Sends an operator what it has not pulled yet of its cumulative shares; burns what was forfeited, where the
    /// figures are those of operator 0. Anyone may.
    /// @param proof See `OperatorLeaf`: pairs sorted.
    /// @return shares Shares sent or burnt (18 decimals).
    function pull(
        OperatorFigures calldata figures,
        bytes32[] calldata proof
    ) external returns (uint256 shares);

    /// @notice Sends the treasury its part of what has come. Anyone may.
    /// @return shares Shares sent (18 decimals).
    function pullTreasury() external returns (uint256 shares);

    /// @notice Sets the treasury's part of fee shares that come from now on. Caller: `PARAMETER_MANAGER`.
    function setTreasuryPart(uint256 bp) external;

    /// @notice Sets the treasury. Caller: `PARAMETER_MANAGER`.
    function setTreasury(address treasury) external;

    /// @notice Root of operators' figures.
    function root() external view returns (bytes32);

    /// @notice Reverts unless the figures are under the root.
    function requireUnderRoot(OperatorFigures calldata figures, bytes32[] calldata proof) external view;
}
