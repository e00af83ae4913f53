// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../contracts/access/Guarded.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {ReportLimits} from "../../contracts/oracle/ReportLimits.sol";

/// @notice The limits alone, with their checks in reach.
contract ReportLimits__Harness is ReportLimits {
    constructor(IAuthority authority_, Limits memory first) Guarded(authority_) ReportLimits(first) {}

    function remember(Figures calldata f) external {
        _remember(f);
    }

    function breach(Figures calldata f) external view returns (Breach memory) {
        return _breach(f);
    }

    function impossible(Figures calldata f) external view returns (Breach memory) {
        return _impossible(f);
    }

    function capped(Figures calldata f, uint256 frameSeconds) external view returns (int256) {
        return _capped(f, frameSeconds);
    }
}
