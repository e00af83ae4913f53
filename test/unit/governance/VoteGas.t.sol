// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {StakerVotes} from "../../utils/StakerVotes.sol";

/// @notice What a vote costs as a whole transaction. `setUp` leaves a tally that is no longer zero.
contract VoteGasTest is StakerVotes {
    uint256 private constant BOUND = 80_000;
    /// @dev Where a second slot of the tally is read.
    uint256 private constant RARE_BOUND = 82_000;
    uint256 private constant TRANSACTION = 21_000;

    uint256 private id;

    function setUp() public override {
        super.setUp();
        wrapAs(frank, 10 ether);
        delegateAs(frank, frank, frank);
        skipTime(1);
        id = openProposal("the proposal");
        vote(dora, id, FOR);
        skipTime(1);
    }

    function test_castVote_OfBothTokens_CostsLittle() public {
        _cool();
        vote(frank, id, FOR);
        _assertGas(abi.encodeCall(governor.castVote, (id, FOR)), "for, both tokens", BOUND);
    }

    function test_castVote_OfOneToken_CostsLess() public {
        _cool();
        vote(alice, id, AGAINST);
        _assertGas(abi.encodeCall(governor.castVote, (id, AGAINST)), "against, kETH alone", BOUND);
    }

    function test_castVote_Abstaining() public {
        _cool();
        vote(frank, id, ABSTAIN);
        _assertGas(abi.encodeCall(governor.castVote, (id, ABSTAIN)), "abstaining, both tokens", RARE_BOUND);
    }

    /// @dev Where it may prolong the vote, the quorum is read too.
    function test_castVote_Late() public {
        vm.warp(governor.proposalDeadline(id));
        _cool();
        vote(frank, id, FOR);
        _assertGas(abi.encodeCall(governor.castVote, (id, FOR)), "for, late", RARE_BOUND);
    }

    function test_castOverrideVote_OfAVoteThatWasCast() public {
        _cool();
        overrideVote(carol, id, AGAINST);
        _assertGas(abi.encodeCall(governor.castOverrideVote, (id, AGAINST)), "override, kETH alone", 110_000);
    }

    function _cool() private {
        vm.cool(address(governor));
        vm.cool(address(ledger));
        vm.cool(address(wrapper));
    }

    /// @dev The call, and what a transaction costs besides.
    function _assertGas(bytes memory data, string memory name, uint256 most) private {
        uint256 gas = uint256(vm.lastCallGas().gasTotalUsed) + TRANSACTION;
        for (uint256 i = 0; i < data.length; ++i) gas += data[i] == 0 ? 4 : 16;
        emit Measured(name, gas);
        assertLe(gas, most, string.concat(name, ": ", vm.toString(gas)));
    }

    event Measured(string what, uint256 gas);
}
