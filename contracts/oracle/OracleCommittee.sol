// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {WeightHistory} from "../libraries/WeightHistory.sol";

/// @title OracleCommittee
/// @notice The members of the oracle, their weights over time, and the check of their signatures.
/// TRUST: `COMMITTEE_MANAGER` names the members; more than two thirds of their weight can say anything within the
/// limits of reports.
/// INVARIANTS: ORA-1.
/// ASSUMPTIONS: a member signs at most one report for a frame.
contract OracleCommittee is IOracleCommittee, Guarded, EIP712 {
    using EnumerableSet for EnumerableSet.AddressSet;
    using WeightHistory for WeightHistory.Weight;

    bytes32 private constant VOTE_TYPEHASH =
        keccak256("ReportVote(address oracle,uint64 refSlot,bytes32 blockRoot,bytes32 reportHash)");
    /// @notice Most members.
    uint256 public constant MAX_MEMBERS = 32;
    /// @notice Most weight of a member.
    uint256 public constant MAX_WEIGHT = 1e6;

    /* IMMUTABLES */

    /// @notice Time of slot 0 of the beacon chain, seconds since 1970.
    uint256 public immutable genesisTime;
    /// @notice Length of a frame, in seconds.
    uint256 public immutable frameSeconds;

    /* STORAGE */

    mapping(address member => WeightHistory.Weight) private _weights;
    WeightHistory.Weight private _total;
    EnumerableSet.AddressSet private _members;

    /* CONSTRUCTOR */

    /// @dev The first members have their weight from the beginning of time.
    constructor(
        IAuthority authority_,
        uint256 genesisTime_,
        uint256 frameSeconds_,
        address[] memory members_,
        uint256[] memory weights
    ) Guarded(authority_) EIP712("Kedge Oracle Committee", "1") {
        require(members_.length == weights.length, MembersOutOfBounds(weights.length, members_.length));
        require(members_.length > 0, MembersOutOfBounds(0, MAX_MEMBERS));
        genesisTime = genesisTime_;
        frameSeconds = frameSeconds_;
        for (uint256 i = 0; i < members_.length; ++i) _setWeight(members_[i], weights[i], 0);
        require(_members.length() == members_.length, MembersOutOfBounds(_members.length(), members_.length));
    }

    /* GOVERNANCE */

    /// @inheritdoc IOracleCommittee
    function setWeight(address member, uint256 weight) external onlyRole(Roles.COMMITTEE_MANAGER) {
        uint256 frame = (block.timestamp - genesisTime) / frameSeconds;
        _setWeight(member, weight, genesisTime + (frame + 1) * frameSeconds);
    }

    /* VIEWS */

    /// @inheritdoc IOracleCommittee
    function verify(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash,
        uint256 time,
        bytes calldata signatures
    ) external view {
        uint256 length = signatures.length;
        require(length > 0 && length % 64 == 0, SignaturesLength(length));
        bytes32 signed = digest(oracle, refSlot, blockRoot, reportHash);
        uint256 sum = 0;
        address previous = address(0);
        for (uint256 at = 0; at < length; at += 64) {
            address signer = ECDSA.recover(
                signed,
                bytes32(signatures[at:at + 32]),
                bytes32(signatures[at + 32:at + 64])
            );
            require(signer > previous, SignersNotSorted(previous, signer));
            uint256 weight = _weights[signer].at(time);
            require(weight > 0, NotAMember(signer));
            sum += weight;
            previous = signer;
        }
        uint256 total = _total.at(time);
        require(sum * 3 > total * 2, QuorumNotReached(sum, total));
    }

    /// @inheritdoc IOracleCommittee
    function digest(
        address oracle,
        uint64 refSlot,
        bytes32 blockRoot,
        bytes32 reportHash
    ) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(VOTE_TYPEHASH, oracle, refSlot, blockRoot, reportHash)));
    }

    /// @inheritdoc IOracleCommittee
    function weightAt(address member, uint256 time) external view returns (uint256) {
        return _weights[member].at(time);
    }

    /// @inheritdoc IOracleCommittee
    function totalWeightAt(uint256 time) external view returns (uint256) {
        return _total.at(time);
    }

    /// @inheritdoc IOracleCommittee
    function members() external view returns (address[] memory) {
        return _members.values();
    }

    /* INTERNAL */

    function _setWeight(address member, uint256 weight, uint256 from) private {
        require(member != address(0), ZeroAddress());
        require(weight <= MAX_WEIGHT, WeightOutOfBounds(weight, MAX_WEIGHT));
        uint256 old = _weights[member].latest();
        uint256 total = _total.latest() - old + weight;
        if (weight > 0) _members.add(member);
        else _members.remove(member);
        require(
            total > 0 && _members.length() <= MAX_MEMBERS,
            MembersOutOfBounds(_members.length(), MAX_MEMBERS)
        );
        // weights of at most 32 members of at most 1e6 each
        _weights[member].set(uint32(weight), uint48(from));
        _total.set(uint32(total), uint48(from));
        emit WeightSet(member, old, weight, from);
    }
}
