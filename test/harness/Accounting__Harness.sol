// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../contracts/access/Guarded.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IRewardDistributor} from "../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../contracts/interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../../contracts/interfaces/IWithdrawalQueue.sol";
import {Accounting} from "../../contracts/oracle/Accounting.sol";
import {Report} from "../../contracts/types/Report.sol";

/// @notice The accounting without the oracle's door: whoever has the role `REPORTER` books what it likes, within the limits.
contract Accounting__Harness is Accounting {
    /// @notice The report is beyond its limits.
    error BeyondLimits(bytes32 limit, uint256 value, uint256 bound);

    constructor(
        IAuthority authority_,
        IStakedEther ledger_,
        IWithdrawalQueue queue,
        IRewardDistributor distributor,
        AccountingParameters memory given,
        Limits memory limits_
    ) Guarded(authority_) Accounting(ledger_, queue, distributor, given, limits_) {}

    function book(Report calldata report, uint256 frame, uint256 refTime) external onlyRole(Roles.REPORTER) {
        IStakedEther.Books memory books = _booksBefore(frame);
        Figures memory f = _figures(report, books, frame);
        Breach memory b = _breach(f);
        require(b.limit == 0, BeyondLimits(b.limit, b.value, b.bound));
        _apply(report, books, f, frame, refTime);
    }
}
