// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {OperatorFigures} from "../types/OperatorFigures.sol";
import {IInsuranceReserve} from "./IInsuranceReserve.sol";
import {IKeeperBudget} from "./IKeeperBudget.sol";

/// @title IRewardDistributor
/// @notice Where fee shares go: minted here once a report, split when they are pulled. The treasury, the insurance reserve
/// and keepers have their parts of every share that ever came, rounded down; operators have the rest, by the cumulative
/// amounts under the root of the last report that brought one. What they forfeited is burnt for all holders.
interface IRewardDistributor {
    /// @notice Parts of fee shares, in 1/10,000; operators have the rest.
    struct Parts {
        uint16 treasuryBp;
        uint16 reserveBp;
        uint16 keepersBp;
    }

    /// @notice Shares (18 decimals) by whose they are.
    struct Split {
        uint128 treasury;
        uint128 reserve;
        uint128 keepers;
        uint128 operators;
    }

    /// @notice `shares` that had come since the last split are whose the rest of the figures say.
    event FeesSplit(uint256 shares, uint256 treasury, uint256 reserve, uint256 keepers, uint256 operators);
    /// @notice Operators' figures are those under `newRoot` from now on.
    event RootSet(bytes32 oldRoot, bytes32 newRoot);
    /// @notice An operator's shares were sent to its reward address.
    event Pulled(uint256 indexed operatorId, address indexed to, uint256 shares);
    /// @notice Shares that operators forfeited were burnt for all holders.
    event ForfeitedBurnt(uint256 shares);
    /// @notice The treasury's shares were sent to it.
    event TreasuryPulled(address indexed to, uint256 shares);
    /// @notice The reserve's shares were sent to it.
    event ReservePulled(address indexed to, uint256 shares);
    /// @notice The keepers' shares were sent to their budget.
    event KeepersPulled(address indexed to, uint256 shares);
    /// @notice The parts of shares that come from now on changed.
    event PartsSet(Parts oldParts, Parts newParts);
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
    /// @notice A part, or their sum, is out of its bounds (1/10,000).
    error PartOutOfBounds(bytes32 part, uint256 bp, uint256 maximum);

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

    /// @notice Sends the insurance reserve its part of what has come. Anyone may.
    /// @return shares Shares sent (18 decimals).
    function pullReserve() external returns (uint256 shares);

    /// @notice Sends the keepers' budget its part of what has come. Anyone may.
    /// @return shares Shares sent (18 decimals).
    function pullKeepers() external returns (uint256 shares);

    /// @notice Sets the parts of fee shares that come from now on; what came is split at the old ones. Caller:
    /// `PARAMETER_MANAGER`. Each moves by 500 (5 %) at most, once in a period: `StepTooLarge`, `StepTooSoon`
    /// (`SteppedParameters`).
    function setParts(Parts calldata parts) external;

    /// @notice Sets the treasury. Caller: `PARAMETER_MANAGER`.
    function setTreasury(address treasury) external;

    /// @notice Parts of fee shares that come from now on.
    function parts() external view returns (Parts memory);

    /// @notice Shares that came and were not pulled, with those that no pull has split yet.
    function owed() external view returns (Split memory);

    /// @notice Where the reserve's part goes.
    function insuranceReserve() external view returns (IInsuranceReserve);

    /// @notice Where the keepers' part goes.
    function keeperBudget() external view returns (IKeeperBudget);

    /// @notice Root of operators' figures.
    function root() external view returns (bytes32);

    /// @notice Reverts unless the figures are under the root.
    function requireUnderRoot(OperatorFigures calldata figures, bytes32[] calldata proof) external view;
}
