// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IKeeperBudget} from "../interfaces/IKeeperBudget.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title KeeperBudget
/// @notice Gives back, in shares, what callers paid for all: the fee of a request that made a validator exit.
/// TRUST: `BUDGET_SPENDER` says what was paid, and by whom; it can give the day's bound away, no more.
/// INVARIANTS: none by name: no day gives back more than its bound, and no call more than its own.
/// ASSUMPTIONS: whoever fills it gives its shares away. Where it is empty nothing is given back, and nothing is stopped.
contract KeeperBudget is IKeeperBudget, Guarded {
    /// @notice Most that a day may give back, in wei.
    uint256 public constant MAX_PER_DAY = 10 ether;
    /// @notice Most by which the bound of a day may rise at once, in wei.
    uint256 public constant MAX_STEP = 1 ether;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;

    /* STORAGE */

    // one slot: 9 + 9 + 9 + 4 = 31 bytes; all amounts are at most `MAX_PER_DAY`
    uint72 private _perCall;
    uint72 private _perDay;
    uint72 private _spent;
    uint32 private _day;

    /* CONSTRUCTOR */

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        uint256 perCall,
        uint256 perDay
    ) Guarded(authority_) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
        _setBounds(perCall, perDay);
    }

    /* BRAINS */

    /// @inheritdoc IKeeperBudget
    function refund(
        address to,
        uint256 amount
    ) external onlyRole(Roles.BUDGET_SPENDER) returns (uint256 shares) {
        uint256 left = leftToday();
        uint256 value = Math.min(Math.min(amount, _perCall), left);
        shares = Math.min(ledger.getSharesByPooledEth(value), ledger.sharesOf(address(this)));
        if (shares == 0) return 0;
        value = ledger.getPooledEthByShares(shares);
        // within the bound of the day
        _spent = uint72(_perDay - left + value);
        _day = _today();
        emit Refunded(msg.sender, to, shares, value, amount);
        ledger.transferShares(to, shares);
    }

    /* GOVERNANCE */

    /// @inheritdoc IKeeperBudget
    function setBounds(uint256 perCall, uint256 perDay) external onlyRole(Roles.PARAMETER_MANAGER) {
        require(perDay <= _perDay + MAX_STEP, BoundsOutOfBounds(perCall, perDay, MAX_PER_DAY, MAX_STEP));
        _setBounds(perCall, perDay);
    }

    /* VIEWS */

    /// @inheritdoc IKeeperBudget
    function bounds() external view returns (uint256 perCall, uint256 perDay) {
        return (_perCall, _perDay);
    }

    /// @inheritdoc IKeeperBudget
    function leftToday() public view returns (uint256) {
        if (_day != _today()) return _perDay;
        return _perDay > _spent ? _perDay - _spent : 0;
    }

    /* INTERNAL */

    /// @dev Days since 1970: 32 bits are ten million years.
    function _today() private view returns (uint32) {
        return uint32(block.timestamp / 1 days);
    }

    function _setBounds(uint256 perCall, uint256 perDay) private {
        require(
            perCall <= perDay && perDay <= MAX_PER_DAY,
            BoundsOutOfBounds(perCall, perDay, MAX_PER_DAY, MAX_STEP)
        );
        // just bounded
        _perCall = uint72(perCall);
        _perDay = uint72(perDay);
        emit BoundsSet(perCall, perDay);
    }
}
