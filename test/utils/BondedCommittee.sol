// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Roles} from "../../contracts/access/Roles.sol";
import {IAuthority} from "../../contracts/interfaces/IAuthority.sol";
import {IOracleCommittee} from "../../contracts/interfaces/IOracleCommittee.sol";
import {ReportVote} from "../../contracts/types/ReportVote.sol";
import {CommitteeBonds} from "../../contracts/vaults/CommitteeBonds.sol";
import {Protocol} from "./Protocol.sol";

/// @notice The protocol with a committee whose members have real bonds, and votes that they sign.
abstract contract BondedCommittee is Protocol {
    uint256 internal constant MEMBER_BOND = 40 ether;

    CommitteeBonds internal memberBonds;
    /// @dev By member id; 0 stands empty.
    address[] internal owners;
    /// @dev Private keys of all hot keys ever made.
    mapping(address key => uint256) internal secretOf;

    function setUp() public virtual override {
        super.setUp();
        IAuthority a = IAuthority(address(authority));
        memberBonds = factory.newCommitteeBonds(a, ledger);
        authority.grantRole(Roles.SHARE_BURNER, address(memberBonds));
        IOracleCommittee.Seat[] memory seats = equalSeats();
        owners.push(address(0));
        for (uint256 i = 0; i < seats.length; ++i) {
            secretOf[seats[i].key] = memberKeys[i];
            addMember(MEMBER_BOND);
        }
        committee = factory.newOracleCommittee(
            a,
            memberBonds,
            GENESIS_TIME,
            SECONDS_PER_SLOT,
            FRAME_SECONDS,
            MIN_MEMBER_BOND,
            seats
        );
        authority.grantRole(Roles.COMMITTEE, address(committee));
        authority.grantRole(Roles.COMMITTEE_JUDGE, address(committee));
        oracle = makeReportOracle(oracleParameters());
        authority.grantRole(Roles.ACCOUNTING, address(oracle));
    }

    /// @notice A new member with an owner of its own, and a bond.
    function addMember(uint256 bond) internal returns (uint256 memberId) {
        address owner = makeAddr(string.concat("owner ", vm.toString(owners.length)));
        owners.push(owner);
        memberId = memberBonds.register(owner);
        if (bond > 0) memberBonds.deposit{value: bond}(memberId);
    }

    /// @notice A key that nobody has.
    function makeKey(string memory name) internal returns (address key) {
        uint256 secret;
        (key, secret) = makeAddrAndKey(name);
        secretOf[key] = secret;
    }

    function consent(uint256 memberId, address key) internal view returns (bytes memory) {
        return compact(key, committee.consentDigest(memberId));
    }

    /// @notice Its owner sets a member's key, with its consent.
    function setKey(uint256 memberId, address key) internal {
        bytes memory agreed = consent(memberId, key);
        vm.prank(owners[memberId]);
        committee.setKey(memberId, key, agreed);
    }

    /* VOTES */

    /// @notice Reference slot of the frame boundary that the clock has passed last.
    function currentSlot() internal view returns (uint64) {
        return uint64(currentFrame() * SLOTS_PER_FRAME);
    }

    /// @notice A vote for the oracle: one block, and one report for each `what`.
    function voteFor(uint64 refSlot, uint256 what) internal view returns (ReportVote memory) {
        return
            ReportVote({
                oracle: address(oracle),
                refSlot: refSlot,
                blockRoot: keccak256(abi.encode("block", refSlot)),
                reportHash: keccak256(abi.encode("report", what))
            });
    }

    function signVote(address key, ReportVote memory v) internal view returns (bytes memory) {
        return compact(key, committee.digest(v.oracle, v.refSlot, v.blockRoot, v.reportHash));
    }

    function compact(address key, bytes32 digest) internal view returns (bytes memory) {
        (bytes32 r, bytes32 vs) = vm.signCompact(secretOf[key], digest);
        return abi.encodePacked(r, vs);
    }

    /// @notice Shares of a bond.
    function bondOf(uint256 memberId) internal view returns (uint256) {
        return memberBonds.memberOf(memberId).shares;
    }

    /// @notice Time of a frame boundary.
    function frameStart(uint256 frame) internal pure returns (uint256) {
        return GENESIS_TIME + frame * FRAME_SECONDS;
    }
}
