// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a report's root tells of one operator. Operator 0 stands for what operators forfeited.
/// @param operatorId Of whom.
/// @param cumulativeShares Fee shares that it earned, ever (18 decimals).
/// @param frame Frame boundary of the report that told it.
/// @param attestedBp Duties of its active validators in that frame that were attested in time, in 1/10,000 of their
/// effective balance; `OperatorLeaf.NO_DUTIES` where none was active.
/// @param networkBp The same of all active validators of the beacon chain.
/// @param withheldWei Execution rewards that its blocks did not pay to the pool, ever, less what its commission made good.
struct OperatorFigures {
    uint32 operatorId;
    uint128 cumulativeShares;
    uint32 frame;
    uint16 attestedBp;
    uint16 networkBp;
    uint128 withheldWei;
}
