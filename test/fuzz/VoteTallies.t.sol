// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakerGovernor} from "../../contracts/interfaces/IStakerGovernor.sol";
import {IShareLedger} from "../../contracts/interfaces/IShareLedger.sol";
import {VoteAdapter__Mock} from "../mocks/VoteAdapter__Mock.sol";
import {StakerVotes} from "../utils/StakerVotes.sol";

/// @notice VOTE-1 at the ballot: whoever delegates to whom, and in whatever order they vote, each share counts once.
contract VoteTalliesTest is StakerVotes {
    uint256 private constant COUNT = 5;
    uint256 private constant ADAPTERS = 2;

    /// @dev What an account does with a proposal; `support` of 3 is not to.
    struct Plan {
        uint8 support;
        uint8 overriding;
        uint8 through;
        uint256 adapter;
    }

    address[COUNT] private accounts;
    Plan[COUNT] private plans;
    VoteAdapter__Mock[ADAPTERS] private adapters;
    uint256 private id;
    uint256 private snapshot;
    uint256 private entropy;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < COUNT; ++i) {
            accounts[i] = makeAddr(string.concat("account ", vm.toString(i)));
        }
        for (uint256 i = 0; i < ADAPTERS; ++i) {
            adapters[i] = new VoteAdapter__Mock();
            bytes memory data = abi.encodeCall(governor.setAdapter, (address(adapters[i]), accounts[i]));
            govern(data, vm.toString(i));
        }
    }

    /// @dev The expected tally is a sum over accounts that knows no order.
    function testFuzz_tallies_AreWhatVoted_InAnyOrder(uint256 seed) public {
        entropy = seed;
        _delegateAtRandom(0);
        _open();
        uint256[3] memory expected = _expected();
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < 2 * COUNT; ++i) _act(i);
        assertTally(id, expected[0], expected[1], expected[2]);
        assertLe(expected[0] + expected[1] + expected[2], _allVotes(), "VOTE-1");

        assertTrue(vm.revertToState(before));
        uint256 step = [uint256(1), 3, 7, 9][_random(4)];
        uint256 first = _random(2 * COUNT);
        // each step is prime to ten
        for (uint256 i = 0; i < 2 * COUNT; ++i) _act((first + i * step) % (2 * COUNT));
        assertTally(id, expected[0], expected[1], expected[2]);
    }

    /// @dev Adapters say whatever they like, vote themselves, and have accounts behind them that speak for themselves.
    function testFuzz_adapters_MakeNoVotes(uint256 seed) public {
        entropy = seed;
        _delegateAtRandom(ADAPTERS);
        _open();
        for (uint256 i = 0; i < COUNT; ++i) {
            for (uint256 j = 0; j < ADAPTERS; ++j) {
                uint256 said = _random(3) == 0 ? type(uint256).max : _random(40 ether);
                adapters[j].set(accounts[i], said);
            }
        }
        uint256 all = _allVotes();
        for (uint256 i = 0; i < 4 * COUNT; ++i) {
            uint256 action = _random(3 * COUNT + ADAPTERS);
            if (action < 3 * COUNT) _act(action);
            else _vote(address(adapters[action - 3 * COUNT]), uint8(_random(3)));
            _assertBounds(all);
        }
    }

    /* SETTING UP */

    /// @dev Odd amounts of both tokens, and any delegate in each: oneself, another, one of `extra` adapters, or nobody.
    function _delegateAtRandom(uint256 extra) private {
        for (uint256 i = 0; i < COUNT; ++i) {
            if (_random(4) != 0) stakeAs(accounts[i], 1 + _random(30 ether));
            if (_random(2) != 0) wrapAs(accounts[i], 2 + _random(30 ether));
            delegateAs(accounts[i], _anyone(extra), _anyone(extra));
            plans[i] = Plan(uint8(_random(4)), uint8(_random(4)), uint8(_random(4)), _random(ADAPTERS));
        }
        skipTime(1);
    }

    function _anyone(uint256 extra) private returns (address) {
        uint256 pick = _random(COUNT + 1 + extra);
        if (pick < COUNT) return accounts[pick];
        return pick == COUNT ? address(0) : address(adapters[pick - COUNT - 1]);
    }

    function _open() private {
        id = openProposal("the proposal");
        snapshot = governor.proposalSnapshot(id);
    }

    /* ACTING */

    function _act(uint256 action) private {
        uint256 i = action % COUNT;
        Plan memory plan = plans[i];
        if (action < COUNT) _vote(accounts[i], plan.support);
        else if (action < 2 * COUNT) _override(accounts[i], plan.overriding);
        else _voteThrough(accounts[i], address(adapters[plan.adapter]), plan.through);
    }

    function _vote(address voter, uint8 support) private {
        if (support == 3 || governor.hasVoted(id, voter)) return;
        // exactly where nothing is left
        if (governor.getVotes(voter, snapshot) == governor.votesTaken(id, voter))
            vm.expectRevert(abi.encodeWithSelector(IStakerGovernor.NothingToVote.selector, id, voter));
        vote(voter, id, support);
    }

    function _override(address voter, uint8 support) private {
        if (support == 3 || governor.hasVotedOverride(id, voter)) return;
        vm.prank(voter);
        // only where there is nothing: the tally tells
        try governor.castOverrideVote(id, support) {} catch {}
    }

    function _voteThrough(address voter, address adapter, uint8 support) private {
        if (support == 3 || governor.hasVotedThrough(id, adapter, voter)) return;
        vm.prank(voter);
        try governor.castVoteThrough(adapter, id, support) {} catch {}
    }

    /* WHAT SHOULD BE */

    function _expected() private view returns (uint256[3] memory tally) {
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256 left = governor.getVotes(accounts[i], snapshot);
            for (uint256 j = 0; j < COUNT; ++j) {
                if (j == i || plans[j].overriding == 3) continue;
                uint256 own = _delegated(ledger, j, i) + _delegated(IShareLedger(address(wrapper)), j, i);
                left -= own;
                tally[plans[j].overriding] += own;
            }
            if (plans[i].support != 3) tally[plans[i].support] += left;
        }
    }

    function _delegated(IShareLedger token, uint256 from, uint256 to) private view returns (uint256) {
        (address delegate, uint256 shares) = token.getPastDelegation(accounts[from], snapshot);
        return delegate == accounts[to] ? shares : 0;
    }

    function _allVotes() private view returns (uint256 sum) {
        for (uint256 i = 0; i < COUNT; ++i) sum += governor.getVotes(accounts[i], snapshot);
        for (uint256 i = 0; i < ADAPTERS; ++i) sum += governor.getVotes(address(adapters[i]), snapshot);
        assertLe(sum, ledger.getTotalShares(), "VOTE-1: more votes than shares");
    }

    function _assertBounds(uint256 all) private view {
        (uint256 against, uint256 inFavour, uint256 abstaining) = governor.proposalVotes(id);
        assertLe(against + inFavour + abstaining, all, "VOTE-1: more than voted");
        for (uint256 i = 0; i < ADAPTERS; ++i) {
            address adapter = address(adapters[i]);
            assertLe(governor.votesTaken(id, adapter), governor.getVotes(adapter, snapshot), "VOTE-1");
        }
    }

    function _random(uint256 below) private returns (uint256) {
        entropy = uint256(keccak256(abi.encode(entropy)));
        return entropy % below;
    }
}
