// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Protocol} from "../../utils/Protocol.sol";

/// @notice kETH: staking, rebasing, bounds of the brains.
contract StakedEtherTest is Protocol {
    function test_stake_MintsShares() public {
        address alice = makeStaker("alice", 10 ether);
        assertEq(ledger.sharesOf(alice), 10 ether, "shares");
        assertEq(ledger.balanceOf(alice), 10 ether, "balance");
    }

    function test_reportRewards_DripsOverAFrame() public {
        address alice = makeStaker("alice", 1000 ether);
        uint256 before = ledger.balanceOf(alice);
        reportRewards(0.1 ether);
        assertEq(ledger.balanceOf(alice), before, "no jump");
        vm.warp(vm.getBlockTimestamp() + FRAME_SECONDS * 2);
        assertApproxEqAbs(ledger.balanceOf(alice), before + uint256(0.0899 ether), 0.0002 ether, "dripped");
    }
}
