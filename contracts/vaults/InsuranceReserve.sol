// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {IBondVault} from "../interfaces/IBondVault.sol";
import {IInsuranceReserve} from "../interfaces/IInsuranceReserve.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title InsuranceReserve
/// @notice Covers, with its own shares, what the bonds of operators could not.
/// TRUST: the bond vault says what was not covered, as proofs showed it; nobody moves the reserve in any other way.
/// INVARIANTS: BND-4 (what the reserve covers, bonds had to pay and could not).
/// ASSUMPTIONS: whoever fills it gives its shares away. It may be emptied for one fault and be missed at the next.
contract InsuranceReserve is IInsuranceReserve {
    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;
    /// @notice Who knows what bonds did not cover.
    IBondVault public immutable bondVault;

    /* STORAGE */

    /// @inheritdoc IInsuranceReserve
    uint256 public totalCovered;

    /* CONSTRUCTOR */

    constructor(IStakedEther ledger_, IBondVault bonds) {
        require(address(ledger_) != address(0) && address(bonds) != address(0), Guarded.ZeroAddress());
        ledger = ledger_;
        bondVault = bonds;
    }

    /* ANYONE */

    /// @inheritdoc IInsuranceReserve
    function cover() external returns (uint256 amount) {
        uint256 open = uncovered();
        uint256 held = ledger.sharesOf(address(this));
        uint256 shares = Math.min(ledger.getSharesByPooledEth(open), held);
        require(shares > 0, NothingToCover(open, held));
        amount = ledger.getPooledEthByShares(shares);
        totalCovered += amount;
        emit LossCovered(msg.sender, shares, amount, open);
        ledger.burnShares(shares);
    }

    /* VIEWS */

    /// @inheritdoc IInsuranceReserve
    function uncovered() public view returns (uint256) {
        uint256 total = bondVault.totalUncovered();
        return total > totalCovered ? total - totalCovered : 0;
    }
}
