// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IOperatorRegistry} from "../../../contracts/interfaces/IOperatorRegistry.sol";
import {IStakeAllocator} from "../../../contracts/interfaces/IStakeAllocator.sol";
import {Protocol} from "../../utils/Protocol.sol";

/// @notice The allocator among the contracts that it asks: real votes, reports, bonds, requests and standings.
contract DrawnStakeTest is Protocol {
    uint256 private constant OPERATOR = 1;
    /// @dev Backs two lots at 5 %.
    uint256 private constant BOND = 1_000 ether;

    address private manager = makeAddr("manager");
    address private staker;

    function setUp() public override {
        super.setUp();
        staker = makeStaker("staker", 20_000 ether);
        makeOperator(manager, 0);
        bonds.deposit{value: BOND}(OPERATOR);
    }

    function _refreshed() private returns (uint256) {
        skipTime(12);
        allocator.refresh(OPERATOR);
        return allocator.weightOf(OPERATOR);
    }

    function _settle() private returns (uint256 winner) {
        uint64 round = allocator.draw().round;
        vm.warp(round * randomness.ROUND());
        return allocator.settle(abi.encode(randomness.seedOf(round)));
    }

    /// @dev Shares delegated before three reports count at the third, and not before.
    function test_refresh_CountsVotesOfThreeReports() public {
        vm.prank(staker);
        ledger.delegate(manager);
        uint256 votes = 20_000e9;
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(_refreshed(), 1_000e9, "the bond alone");
            report(0);
        }
        assertEq(_refreshed(), 1_000e9 + votes, "bond and votes");

        vm.prank(staker);
        ledger.transfer(makeAddr("buyer"), 5_000 ether);
        assertEq(_refreshed(), 1_000e9 + votes, "as of the last reports");
        report(0);
        assertEq(_refreshed(), 1_000e9 + votes - 5_000e9, "the least of three");
    }

    function test_refresh_RevertWhen_AReportIsOfThisBlock() public {
        report(0);
        uint256 time = vm.getBlockTimestamp();
        vm.expectRevert(abi.encodeWithSignature("FutureLookup(uint256,uint48)", time, uint48(time)));
        allocator.refresh(OPERATOR);
    }

    /// @dev What the queue asks for is not free: 21,001 ETH were staked, and a lot is 8,192.
    function test_open_RevertGiven_TheQueueAsksForTheBuffer() public {
        _refreshed();
        uint256 asked = 21_001 ether - LOT_ETH * 1 ether;
        vm.startPrank(staker);
        ledger.approve(address(queue), asked + 1 ether);
        queue.request(asked, staker);
        uint256 state = vm.snapshotState();
        allocator.open();
        vm.revertToState(state);
        queue.request(1 ether, staker);
        vm.stopPrank();
        vm.expectRevert(
            abi.encodeWithSelector(IStakeAllocator.FreeEtherTooSmall.selector, LOT_ETH - 1, LOT_ETH)
        );
        allocator.open();
    }

    function test_settle_HoldsToWhatTheBondBacks() public {
        _refreshed();
        allocator.open();
        assertEq(_settle(), OPERATOR, "one lot");
        skipTime(1 hours);
        // a bond of 1,000 ETH backs 20,000: two lots and a half
        allocator.open();
        assertEq(_settle(), OPERATOR, "two lots");
        assertEq(uint256(allocator.position(OPERATOR).leftEth), 2 * LOT_ETH, "allotted");
        skipTime(1 hours);
        makeStaker("more", 20_000 ether);
        allocator.open();
        assertEq(_settle(), 0, "no third");
    }

    /// @dev Bond may be asked for while a draw is open; the win is then not its own.
    function test_settle_DrawsAgain_GivenTheBondIsAskedFor() public {
        _refreshed();
        allocator.open();
        vm.prank(manager);
        bonds.requestClaim(OPERATOR, 600 ether);
        assertEq(_settle(), 0, "nobody");
        assertEq(uint256(allocator.promisedEth()), 0, "promised");
    }

    function test_lapse_DemotesInTheRegistry() public {
        allot(OPERATOR);
        vm.warp(allocator.position(OPERATOR).endsAt);
        allocator.lapse(OPERATOR);
        assertEq(
            uint256(operatorRegistry.standingOf(OPERATOR)),
            uint256(IOperatorRegistry.Standing.Watched),
            "standing"
        );
        vm.expectRevert(abi.encodeWithSelector(IStakeAllocator.NoAllotment.selector, OPERATOR));
        allocator.lapse(OPERATOR);
    }
}
