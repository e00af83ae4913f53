// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../../contracts/access/Guarded.sol";
import {Roles} from "../../../contracts/access/Roles.sol";
import {IDutyJudge} from "../../../contracts/interfaces/IDutyJudge.sol";
import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IStakedEther} from "../../../contracts/interfaces/IStakedEther.sol";
import {DutyJudge} from "../../../contracts/oracle/DutyJudge.sol";
import {OperatorFigures} from "../../../contracts/types/OperatorFigures.sol";
import {Figures} from "../../utils/Figures.sol";
import {Protocol} from "../../utils/Protocol.sol";

/// @notice Missed duties: three bad frames of the last eight cost a step; a tenth less than the network is bad.
contract DutyJudgeTest is Protocol {
    using Figures for OperatorFigures;

    uint256 private constant OPERATOR = 1;
    uint256 private constant RIVAL = 2;
    uint256 private constant BAD = 3;
    uint256 private constant WINDOW = 8;
    uint256 private constant LEEWAY = 1_000;
    uint16 private constant NETWORK = 9_900;

    DutyJudge private judge;
    OperatorFigures private sibling;

    function setUp() public override {
        super.setUp();
        makeOperator(makeAddr("manager"), 0);
        makeOperator(makeAddr("rival"), 0);
        judge = factory.newDutyJudge(
            distributor,
            operatorRegistry,
            ledger,
            IDutyJudge.Parameters(BAD, WINDOW, LEEWAY)
        );
        authority.grantRole(Roles.OPERATOR_JUDGE, address(judge));
        authority.grantRole(Roles.ACCOUNTING, address(this));
        sibling = Figures.ofShares(RIVAL, 1);
    }

    /* CONSTRUCTOR */

    function test_constructor_RevertWhen_ParametersAreOutOfBounds() public {
        _expectOutOfBounds("window", 1, 2, 32);
        _newJudge(IDutyJudge.Parameters(2, 1, 100));
        _expectOutOfBounds("window", 33, 2, 32);
        _newJudge(IDutyJudge.Parameters(2, 33, 100));
        _expectOutOfBounds("badFrames", 1, 2, 8);
        _newJudge(IDutyJudge.Parameters(1, 8, 100));
        _expectOutOfBounds("badFrames", 9, 2, 8);
        _newJudge(IDutyJudge.Parameters(9, 8, 100));
        _expectOutOfBounds("leewayBp", 99, 100, 5_000);
        _newJudge(IDutyJudge.Parameters(2, 8, 99));
        _expectOutOfBounds("leewayBp", 5_001, 100, 5_000);
        _newJudge(IDutyJudge.Parameters(2, 8, 5_001));
        _newJudge(IDutyJudge.Parameters(2, 2, 100));
        _newJudge(IDutyJudge.Parameters(32, 32, 5_000));
    }

    function test_constructor_RevertWhen_AnAddressIsZero() public {
        IDutyJudge.Parameters memory p = IDutyJudge.Parameters(BAD, WINDOW, LEEWAY);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newDutyJudge(IRewardDistributor(address(0)), operatorRegistry, ledger, p);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newDutyJudge(distributor, IOperatorRegistry(address(0)), ledger, p);
        vm.expectRevert(Guarded.ZeroAddress.selector);
        factory.newDutyJudge(distributor, operatorRegistry, IStakedEther(address(0)), p);
    }

    /* JUDGEMENTS */

    function test_judge_KBadFramesCostOneStepEach() public {
        uint256 first = _bookedFrames(2 * BAD);
        for (uint256 i = 0; i < BAD; ++i) {
            _expectStanding(IOperatorRegistry.Standing.Good);
            assertTrue(_judge(first + i, 0), "bad");
        }
        _expectStanding(IOperatorRegistry.Standing.Watched);
        assertEq(judge.recordOf(OPERATOR).bad, 0, "starts anew");
        for (uint256 i = BAD; i < 2 * BAD; ++i) {
            _expectStanding(IOperatorRegistry.Standing.Watched);
            _judge(first + i, 0);
        }
        _expectStanding(IOperatorRegistry.Standing.Jailed);
        assertEq(
            uint8(operatorRegistry.standingOf(RIVAL)),
            uint8(IOperatorRegistry.Standing.Good),
            "the other"
        );
    }

    function test_judge_TellsWhatItDid() public {
        uint256 first = _bookedFrames(BAD);
        for (uint256 i = 0; i + 1 < BAD; ++i) _judge(first + i, 0);
        OperatorFigures memory f = _told(first + BAD - 1, 8_899);
        vm.expectEmit(address(judge));
        emit IDutyJudge.FrameJudged(OPERATOR, f.frame, 8_899, NETWORK, true);
        vm.expectEmit(address(judge));
        emit IDutyJudge.TooManyBadFrames(OPERATOR, f.frame);
        vm.expectEmit(address(operatorRegistry));
        emit IOperatorRegistry.StandingSet(
            OPERATOR,
            IOperatorRegistry.Standing.Good,
            IOperatorRegistry.Standing.Watched,
            "duties"
        );
        vm.prank(makeAddr("anyone"));
        judge.judge(f, sibling.proofBeside());
    }

    function test_judge_LeewayIsExact() public {
        uint256 first = _bookedFrames(4);
        assertFalse(_judge(first, NETWORK), "equal");
        assertFalse(_judge(first + 1, NETWORK - 1_000), "at the leeway");
        assertTrue(_judge(first + 2, NETWORK - 1_001), "beyond");
        assertFalse(_judge(first + 3, 10_000), "better than the network");
        assertEq(judge.recordOf(OPERATOR).bad, 2, "one frame ago");
    }

    /// @dev Where the network itself hardly attests, nobody is bad.
    function test_judge_NobodyIsBadBelowTheLeeway() public {
        uint256 first = _bookedFrames(1);
        OperatorFigures memory f = _figures(first, 0);
        f.networkBp = 1_000;
        _tell(f);
        assertFalse(judge.judge(f, sibling.proofBeside()), "bad");
    }

    /// @dev Whoever hands in the bad frames alone gains nothing by leaving out the good ones: those count as good.
    function test_judge_FramesThatNobodyHandsInAreGood() public {
        uint256 first = _bookedFrames(2 * WINDOW + 1);
        _judge(first, 0);
        _judge(first + 1, 0);
        _judge(first + WINDOW, 0);
        _expectStanding(IOperatorRegistry.Standing.Good);
        assertEq(judge.recordOf(OPERATOR).bad, (1 << (WINDOW - 1)) | 1, "the first one fell off");
        _judge(first + WINDOW + 1, 0);
        _expectStanding(IOperatorRegistry.Standing.Good);
        _judge(first + WINDOW + 2, 0);
        _expectStanding(IOperatorRegistry.Standing.Watched);
    }

    function test_judge_ALongPauseForgetsAll() public {
        _judge(_bookedFrames(1), 0);
        _judge(_bookedFrames(300), 0);
        _judge(_bookedFrames(300) + 299, 0);
        assertEq(judge.recordOf(OPERATOR).bad, 1, "the last one alone");
        _expectStanding(IOperatorRegistry.Standing.Good);
    }

    function test_judge_WindowOf32IsOneSlot() public {
        judge = _newJudge(IDutyJudge.Parameters(32, 32, LEEWAY));
        authority.grantRole(Roles.OPERATOR_JUDGE, address(judge));
        uint256 first = _bookedFrames(33);
        for (uint256 i = 0; i < 31; ++i) _judge(first + i, 0);
        assertEq(judge.recordOf(OPERATOR).bad, type(uint32).max >> 1, "31 bits");
        _judge(first + 32, 0);
        _expectStanding(IOperatorRegistry.Standing.Good);
        assertEq(judge.recordOf(OPERATOR).bad, (type(uint32).max << 2) | 1, "32 bits, one good");
    }

    function test_judge_AJailedOperatorStaysJailed() public {
        operatorRegistry.setStanding(OPERATOR, IOperatorRegistry.Standing.Jailed, "");
        uint256 first = _bookedFrames(BAD);
        for (uint256 i = 0; i < BAD; ++i) _judge(first + i, 0);
        _expectStanding(IOperatorRegistry.Standing.Jailed);
    }

    /* REFUSALS */

    function test_judge_RevertWhen_NotUnderTheRoot() public {
        OperatorFigures memory f = _told(_bookedFrames(2), 0);
        bytes32[] memory proof = sibling.proofBeside();
        bytes memory refusal = abi.encodeWithSelector(IRewardDistributor.NotUnderRoot.selector, OPERATOR, 0);
        vm.expectRevert(refusal);
        judge.judge(f, new bytes32[](0));
        ++f.attestedBp;
        vm.expectRevert(refusal);
        judge.judge(f, proof);
        --f.attestedBp;
        --f.networkBp;
        vm.expectRevert(refusal);
        judge.judge(f, proof);
        ++f.networkBp;
        ++f.frame;
        vm.expectRevert(refusal);
        judge.judge(f, proof);
        --f.frame;
        f.withheldWei = 1;
        vm.expectRevert(refusal);
        judge.judge(f, proof);
        f.withheldWei = 0;
        judge.judge(f, proof);
    }

    function test_judge_RevertWhen_TheRootWasReplaced() public {
        uint256 first = _bookedFrames(2);
        OperatorFigures memory old = _told(first, 0);
        _told(first + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IRewardDistributor.NotUnderRoot.selector, OPERATOR, 0));
        judge.judge(old, sibling.proofBeside());
    }

    function test_judge_RevertWhen_TheFrameIsNotLater() public {
        uint256 first = _bookedFrames(2);
        _judge(first + 1, 0);
        OperatorFigures memory f = _told(first + 1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDutyJudge.AlreadyJudged.selector, OPERATOR, first + 1, first + 1)
        );
        judge.judge(f, sibling.proofBeside());
        f = _told(first, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDutyJudge.AlreadyJudged.selector, OPERATOR, first, first + 1)
        );
        judge.judge(f, sibling.proofBeside());
    }

    function test_judge_RevertWhen_TheFrameWasNotBooked() public {
        uint256 last = _bookedFrames(1);
        OperatorFigures memory f = _told(last + 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IDutyJudge.FrameNotBooked.selector, last + 1, last));
        judge.judge(f, sibling.proofBeside());
    }

    function test_judge_RevertWhen_ThereWereNoDuties() public {
        uint256 frame = _bookedFrames(1);
        OperatorFigures memory f = _told(frame, Figures.NO_DUTIES);
        vm.expectRevert(abi.encodeWithSelector(IDutyJudge.NoDuties.selector, OPERATOR, frame));
        judge.judge(f, sibling.proofBeside());
    }

    function test_judge_RevertWhen_TheOperatorIsUnknown() public {
        OperatorFigures memory f = _figures(_bookedFrames(1), 0);
        f.operatorId = 77;
        _tell(f);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 77));
        judge.judge(f, sibling.proofBeside());
        f.operatorId = 0;
        _tell(f);
        vm.expectRevert(abi.encodeWithSelector(IOperatorRegistry.OperatorUnknown.selector, 0));
        judge.judge(f, sibling.proofBeside());
    }

    /* INTERNAL */

    function _newJudge(IDutyJudge.Parameters memory p) private returns (DutyJudge) {
        return factory.newDutyJudge(distributor, operatorRegistry, ledger, p);
    }

    function _expectOutOfBounds(bytes32 name, uint256 value, uint256 minimum, uint256 maximum) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDutyJudge.ParameterOutOfBounds.selector, name, value, minimum, maximum)
        );
    }

    /// @dev Books a report `count` frames on; returns the first frame after the one that was booked before.
    function _bookedFrames(uint256 count) private returns (uint256 first) {
        first = ledger.lastReportFrame() + 1;
        vm.warp(ledger.frameTime(first + count - 1) + 1 hours);
        book(neutralReport(currentFrame()));
    }

    function _figures(uint256 frame, uint256 attestedBp) private pure returns (OperatorFigures memory) {
        return OperatorFigures(uint32(OPERATOR), 0, uint32(frame), uint16(attestedBp), NETWORK, 0);
    }

    function _tell(OperatorFigures memory f) private {
        distributor.setRoot(f.rootOf(sibling));
    }

    function _told(uint256 frame, uint256 attestedBp) private returns (OperatorFigures memory f) {
        f = _figures(frame, attestedBp);
        _tell(f);
    }

    function _judge(uint256 frame, uint256 attestedBp) private returns (bool) {
        return judge.judge(_told(frame, attestedBp), sibling.proofBeside());
    }

    function _expectStanding(IOperatorRegistry.Standing standing) private view {
        assertEq(uint8(operatorRegistry.standingOf(OPERATOR)), uint8(standing), "standing");
    }
}
