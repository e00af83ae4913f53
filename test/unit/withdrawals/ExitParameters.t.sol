// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IExitController} from "../../../contracts/interfaces/IExitController.sol";
import {Exits} from "../../utils/Exits.sol";

contract ExitParametersTest is Exits {
    function test_constructor_RevertWhen_AParameterIsOutOfBounds() public {
        IExitController.Parameters memory p = parameters();
        assertEq(keccak256(abi.encode(exits.parameters())), keccak256(abi.encode(p)), "parameters");
        p.minDeficit = 32 ether + 1;
        expectRefused(p, "minDeficit", p.minDeficit);
        p = parameters();
        p.minDeficitBp = 501;
        expectRefused(p, "minDeficitBp", 501);
        p = parameters();
        p.comingEpochs = 3;
        expectRefused(p, "comingEpochs", 3);
        p.comingEpochs = 16_385;
        expectRefused(p, "comingEpochs", 16_385);
        p = parameters();
        p.sweepEpochs = 8_193;
        expectRefused(p, "sweepEpochs", 8_193);
        p = parameters();
        p.patienceEpochs = 676;
        expectRefused(p, "patienceEpochs", 676);
        p = parameters();
        p.committeePeriod = 65_537;
        expectRefused(p, "committeePeriod", 65_537);
        p = parameters();
        p.capBp = 0;
        expectRefused(p, "capBp", 0);
        p.capBp = 10_001;
        expectRefused(p, "capBp", 10_001);
        p = parameters();
        p.doublingSeconds = 11;
        expectRefused(p, "doublingSeconds", 11);
        p.doublingSeconds = 1 days + 1;
        expectRefused(p, "doublingSeconds", 1 days + 1);
    }
}
