// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../contracts/access/Guarded.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {ReportLimits} from "../../contracts/oracle/ReportLimits.sol";

/// @notice The limits alone, with their check in reach.
contract ReportLimits__Harness is ReportLimits {
    constructor(IAuthority authority_, Limits memory first) Guarded(authority_) ReportLimits(first) {}

    function bound(Figures calldata f) external view returns (int256 change) {
        return _bound(f);
    }
}
