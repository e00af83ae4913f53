// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {MemberList} from "../libraries/MemberList.sol";

/// @title OracleCommittee
/// @notice The members of the oracle, their weights over time, and the check of their signatures. The list of members
/// stands in the code of a data contract; a change of weight writes a new one.
/// TRUST: `COMMITTEE_MANAGER` names the members; more than two thirds of their weight can say anything within the
/// limits of reports.
/// INVARIANTS: ORA-1.
/// ASSUMPTIONS: a member signs at most one report for a frame.
contract OracleCommittee is IOracleCommittee, Guarded, EIP712 {
    using MemberList for bytes;

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

    // The list in force from `_from` on: 20 + 6 = 26 bytes. Behind it the two before, so that a late report is held
    // against the weights of its own frame. A change takes effect at the next frame boundary, so no more can matter.
    address private _current;
    uint48 private _from;
    address private _previous;
    uint48 private _previousFrom;
    address private _oldest;

    /* CONSTRUCTOR */

    /// @dev The first members have their weight from the beginning of time.
    constructor(
        IAuthority authority_,
        uint256 genesisTime_,
        uint256 frameSeconds_,
        address[] memory members_,
        uint256[] memory weights
    ) Guarded(authority_) EIP712("Kedge Oracle Committee", "1") {
        uint256 length = members_.length;
        require(length == weights.length, MembersOutOfBounds(weights.length, length));
        require(length > 0, MembersOutOfBounds(0, MAX_MEMBERS));
        genesisTime = genesisTime_;
        frameSeconds = frameSeconds_;
        bytes memory list = MemberList.empty();
        for (uint256 i = 0; i < length; ++i) list = _withWeight(list, members_[i], weights[i], 0);
        require(list.count() == length, MembersOutOfBounds(list.count(), length));
        _current = _previous = _oldest = MemberList.store(list);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOracleCommittee
    function setWeight(address member, uint256 weight) external onlyRole(Roles.COMMITTEE_MANAGER) {
        uint256 frame = (block.timestamp - genesisTime) / frameSeconds;
        uint256 from = genesisTime + (frame + 1) * frameSeconds;
        bytes memory list = _withWeight(MemberList.load(_current), member, weight, from);
        if (_from <= block.timestamp) {
            _oldest = _previous;
            (_previous, _previousFrom) = (_current, _from);
            // seconds fit 48 bits
            _from = uint48(from);
        }
        _current = MemberList.store(list);
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
    ) external view returns (uint256 signedBy) {
        uint256 length = signatures.length;
        require(length > 0 && length % 64 == 0, SignaturesLength(length));
        bytes32 signed = digest(oracle, refSlot, blockRoot, reportHash);
        bytes memory list = MemberList.load(_listAt(time));
        uint256 count = list.count();
        uint256 place = 0;
        uint256 sum = 0;
        address previous = address(0);
        for (uint256 i = 0; i < length; i += 64) {
            address signer = _signer(signed, signatures, i);
            require(signer > previous, SignersNotSorted(previous, signer));
            // both ascend: each signer is sought behind the one before
            place = list.seek(signer, place);
            require(place < count, NotAMember(signer));
            (address member, uint256 weight) = list.at(place);
            require(member == signer, NotAMember(signer));
            sum += weight;
            signedBy |= 1 << place;
            previous = signer;
        }
        require(sum * 3 > list.total() * 2, QuorumNotReached(sum, list.total()));
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
        return MemberList.load(_listAt(time)).weightOf(member);
    }

    /// @inheritdoc IOracleCommittee
    function totalWeightAt(uint256 time) external view returns (uint256) {
        return MemberList.load(_listAt(time)).total();
    }

    /// @inheritdoc IOracleCommittee
    function members() external view returns (address[] memory all) {
        bytes memory list = MemberList.load(_current);
        all = new address[](list.count());
        for (uint256 i = 0; i < all.length; ++i) (all[i], ) = list.at(i);
    }

    /* INTERNAL */

    /// @dev The lists ascend by the time from which they count.
    function _listAt(uint256 time) private view returns (address) {
        if (time >= _from) return _current;
        return time >= _previousFrom ? _previous : _oldest;
    }

    /// @dev Reverts for what is no signature at all. A signature has a twin with the other sign of s; both name the same
    /// signer, and no signer counts twice.
    function _signer(
        bytes32 signed,
        bytes calldata signatures,
        uint256 offset
    ) private view returns (address) {
        bytes32 r;
        bytes32 vs;
        // the caller bounds `offset` by the length
        assembly ("memory-safe") {
            r := calldataload(add(signatures.offset, offset))
            vs := calldataload(add(add(signatures.offset, offset), 0x20))
        }
        return ECDSA.recover(signed, r, vs);
    }

    function _withWeight(
        bytes memory list,
        address member,
        uint256 weight,
        uint256 from
    ) private returns (bytes memory changed) {
        require(member != address(0), ZeroAddress());
        require(weight <= MAX_WEIGHT, WeightOutOfBounds(weight, MAX_WEIGHT));
        emit WeightSet(member, list.weightOf(member), weight, from);
        // bounded above
        changed = list.set(member, uint32(weight));
        uint256 count = changed.count();
        require(count > 0 && count <= MAX_MEMBERS, MembersOutOfBounds(count, MAX_MEMBERS));
    }
}
