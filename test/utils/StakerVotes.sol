// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IGovernor} from "@openzeppelin/contracts/governance/IGovernor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {Roles} from "../../contracts/access/Roles.sol";
import {StakerGovernor} from "../../contracts/governance/StakerGovernor.sol";
import {IStakerGovernor} from "../../contracts/interfaces/IStakerGovernor.sol";
import {TokenTest} from "./TokenTest.sol";

/// @notice The protocol at an odd rate, with a governor, a timelock that it alone proposes to and that is admin of the
/// authority, and stakers whose delegations make what votes are about:
///
///     alice   300 ETH kETH                    votes herself
///     bob     100 ETH kETH, 50 ETH wkETH      delegates to dora, and to erik
///     carol   200 ETH kETH                    delegates to dora
///     frank   40 ETH kETH                     delegates to nobody
///
/// Proposals have one call, and grant `GUARDIAN` to an account unless a test says otherwise.
abstract contract StakerVotes is TokenTest {
    uint8 internal constant AGAINST = uint8(IStakerGovernor.VoteType.Against);
    uint8 internal constant FOR = uint8(IStakerGovernor.VoteType.For);
    uint8 internal constant ABSTAIN = uint8(IStakerGovernor.VoteType.Abstain);
    uint256 internal constant DELAY = 2 days;
    uint256 internal constant PERIOD = 5 days;
    uint256 internal constant EXTENSION = 2 days;
    uint256 internal constant THRESHOLD_BP = 100;
    /// @dev Leaves a rest, so that rounding shows.
    uint256 internal constant QUORUM_BP = 2_002;
    uint256 internal constant TIMELOCK_DELAY = 3 days;

    StakerGovernor internal governor;
    TimelockController internal timelock;
    address internal alice = makeAddr("alice");
    address internal bob = makeAddr("bob");
    address internal carol = makeAddr("carol");
    address internal dora = makeAddr("dora");
    address internal erik = makeAddr("erik");
    address internal frank = makeAddr("frank");
    address internal stranger = makeAddr("stranger");

    function setUp() public virtual override {
        super.setUp();
        deployGovernor();
        setRate(1.0123456789e18);
        stakeAs(alice, 300 ether);
        stakeAs(bob, 100 ether);
        wrapAs(bob, 50 ether);
        stakeAs(carol, 200 ether);
        stakeAs(frank, 40 ether);
        delegateAs(alice, alice, alice);
        delegateAs(bob, dora, erik);
        delegateAs(carol, dora, address(0));
        report(0);
        // of the second of the report nobody knows yet
        skipTime(1);
    }

    function deployGovernor() internal {
        timelock = new TimelockController(TIMELOCK_DELAY, new address[](0), new address[](1), address(this));
        governor = factory.newStakerGovernor(ledger, wrapper, timelock, governanceParameters());
        timelock.grantRole(timelock.PROPOSER_ROLE(), address(governor));
        timelock.renounceRole(timelock.DEFAULT_ADMIN_ROLE(), address(this));
        authority.grantRole(bytes32(0), address(timelock));
    }

    function governanceParameters() internal pure returns (IStakerGovernor.Parameters memory) {
        return
            IStakerGovernor.Parameters({
                votingDelay: uint32(DELAY),
                votingPeriod: uint32(PERIOD),
                voteExtension: uint32(EXTENSION),
                proposalThresholdBp: uint16(THRESHOLD_BP),
                quorumBp: uint16(QUORUM_BP)
            });
    }

    /* STAKERS */

    function stakeAs(address account, uint256 amount) internal {
        vm.deal(account, amount);
        vm.prank(account);
        ledger.stake{value: amount}(address(0));
    }

    function wrapAs(address account, uint256 amount) internal {
        vm.deal(account, amount);
        vm.prank(account);
        wrapper.depositEther{value: amount}(account, 0, address(0));
    }

    /// @notice Names delegates for both tokens; zero leaves one alone.
    function delegateAs(address account, address delegate, address wrappedDelegate) internal {
        vm.startPrank(account);
        if (delegate != address(0)) ledger.delegate(delegate);
        if (wrappedDelegate != address(0)) wrapper.delegate(wrappedDelegate);
        vm.stopPrank();
    }

    /* PROPOSALS */

    function callOf(
        address target,
        bytes memory data
    ) internal pure returns (address[] memory targets, uint256[] memory values, bytes[] memory calldatas) {
        (targets, values, calldatas) = (new address[](1), new uint256[](1), new bytes[](1));
        (targets[0], calldatas[0]) = (target, data);
    }

    function proposeAs(
        address proposer,
        address target,
        bytes memory data,
        string memory text
    ) internal returns (uint256) {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        vm.prank(proposer);
        return governor.propose(t, v, c, text);
    }

    function queueCall(address target, bytes memory data, string memory text) internal {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        governor.queue(t, v, c, keccak256(bytes(text)));
    }

    function executeCall(address target, bytes memory data, string memory text) internal {
        (address[] memory t, uint256[] memory v, bytes[] memory c) = callOf(target, data);
        governor.execute(t, v, c, keccak256(bytes(text)));
    }

    function grantCall(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("grantRole(bytes32,address)", Roles.GUARDIAN, account);
    }

    /// @notice A proposal of alice's to make somebody a guardian, whose vote is open.
    function openProposal(string memory text) internal returns (uint256 id) {
        id = proposeAs(alice, address(authority), grantCall(stranger), text);
        openVote(id);
    }

    function openVote(uint256 id) internal {
        vm.warp(governor.proposalSnapshot(id) + 1);
    }

    function closeVote(uint256 id) internal {
        vm.warp(governor.proposalDeadline(id) + 1);
    }

    /// @notice Governance calls the governor: proposed, voted for by alice, queued and executed.
    function govern(bytes memory data, string memory text) internal {
        queueGoverned(data, text);
        skipTime(TIMELOCK_DELAY);
        executeCall(address(governor), data, text);
    }

    function queueGoverned(bytes memory data, string memory text) internal {
        uint256 id = proposeAs(alice, address(governor), data, text);
        openVote(id);
        vote(alice, id, FOR);
        closeVote(id);
        queueCall(address(governor), data, text);
    }

    /* VOTES */

    function vote(address voter, uint256 id, uint8 support) internal returns (uint256) {
        vm.prank(voter);
        return governor.castVote(id, support);
    }

    function overrideVote(address voter, uint256 id, uint8 support) internal returns (uint256) {
        vm.prank(voter);
        return governor.castOverrideVote(id, support);
    }

    function voteThrough(
        address voter,
        address adapter,
        uint256 id,
        uint8 support
    ) internal returns (uint256) {
        vm.prank(voter);
        return governor.castVoteThrough(adapter, id, support);
    }

    function assertTally(uint256 id, uint256 against, uint256 inFavour, uint256 abstaining) internal view {
        (uint256 a, uint256 f, uint256 n) = governor.proposalVotes(id);
        assertEq(a, against, "against");
        assertEq(f, inFavour, "for");
        assertEq(n, abstaining, "abstaining");
    }

    function assertState(uint256 id, IGovernor.ProposalState expected) internal view {
        assertEq(uint256(governor.state(id)), uint256(expected), "state");
    }
}
