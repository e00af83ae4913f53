// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {ECDSA} from "solady/src/utils/ECDSA.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../interfaces/ICommitteeBonds.sol";
import {IOracleCommittee} from "../interfaces/IOracleCommittee.sol";
import {MemberList} from "../libraries/MemberList.sol";

/// @title CommitteeMembers
/// @notice Mixin of the committee: who has which key and weight, at any time. A list of keys and weights stands in the code
/// of a data contract; a change writes a new one, for the next frame boundary. What changes in one frame ends in one list.
/// TRUST: `COMMITTEE_MANAGER` names the members; an owner its member's key, once in a frame.
/// INVARIANTS: a list that was in force never changes; a key is one member's for ever.
/// ASSUMPTIONS: it holds the role `COMMITTEE` alone.
abstract contract CommitteeMembers is IOracleCommittee, Guarded, EIP712 {
    using Checkpoints for Checkpoints.Trace160;
    using MemberList for bytes;

    // 20 + 6 = 26 bytes
    struct KeyOfMember {
        address key;
        uint48 changeableAt;
    }

    bytes32 private constant CONSENT_TYPEHASH = keccak256("KeyConsent(uint256 memberId)");
    /// @notice Most members.
    uint256 public constant MAX_MEMBERS = 32;
    /// @notice Most weight of a member.
    uint256 public constant MAX_WEIGHT = 1e6;
    /// @notice Least that a bond must be worth, in wei.
    uint256 public constant LEAST_MIN_BOND = 0.1 ether;
    /// @notice Most, in wei.
    uint256 public constant MOST_MIN_BOND = 10_000 ether;

    /* IMMUTABLES */

    /// @notice Whose bonds these are.
    ICommitteeBonds public immutable bonds;
    /// @notice Time of slot 0 of the beacon chain, seconds since 1970.
    uint256 public immutable genesisTime;
    /// @notice Length of a frame, in seconds.
    uint256 public immutable frameSeconds;
    /// @inheritdoc IOracleCommittee
    uint256 public immutable minBond;

    /* STORAGE */

    // The newest list, and the time from which it counts: 20 + 6 = 26 bytes. All before it are kept: a late report, and
    // evidence of any age, meet the keys and weights of their own frame.
    address private _newest;
    uint48 private _from;
    Checkpoints.Trace160 private _past;
    mapping(uint256 memberId => KeyOfMember) private _keys;
    /// @inheritdoc IOracleCommittee
    mapping(address key => uint256) public memberOf;

    /* CONSTRUCTOR */

    /// @dev The first members have their weight from the beginning of time, and their bonds before.
    constructor(
        IAuthority authority_,
        ICommitteeBonds bonds_,
        uint256 genesisTime_,
        uint256 frameSeconds_,
        uint256 minBond_,
        Seat[] memory seats
    ) Guarded(authority_) {
        require(address(bonds_) != address(0), ZeroAddress());
        require(frameSeconds_ > 0, ParameterOutOfBounds("frameSeconds", frameSeconds_));
        require(
            minBond_ >= LEAST_MIN_BOND && minBond_ <= MOST_MIN_BOND,
            ParameterOutOfBounds("minBond", minBond_)
        );
        bonds = bonds_;
        genesisTime = genesisTime_;
        frameSeconds = frameSeconds_;
        minBond = minBond_;
        bytes memory list = MemberList.empty();
        for (uint256 i = 0; i < seats.length; ++i) {
            Seat memory s = seats[i];
            require(_keys[s.memberId].key == address(0), SeatTaken(s.memberId));
            require(s.weight > 0, WeightOutOfBounds(s.weight, MAX_WEIGHT));
            _requireBond(bonds_, minBond_, s.memberId);
            // a bond that ends would leave a member without one
            uint256 unlocksAt = bonds_.memberOf(s.memberId).unlocksAt;
            require(unlocksAt == 0, BondEnds(s.memberId, unlocksAt));
            _setKey(s.memberId, s.key, 0);
            list = _withWeight(list, s.memberId, s.weight, 0);
        }
        _requireCount(list.count());
        _newest = MemberList.store(list);
    }

    /* OWNERS */

    /// @inheritdoc IOracleCommittee
    function setKey(uint256 memberId, address key, bytes calldata consent) external {
        require(bonds.ownerOf(memberId) == msg.sender, NotTheOwner(memberId, msg.sender));
        require(consent.length == 64, SignaturesLength(consent.length));
        address signer = _signer(consentDigest(memberId), consent, 0);
        require(signer == key, KeyDidNotConsent(key, signer));
        uint256 changeableAt = _keys[memberId].changeableAt;
        require(block.timestamp >= changeableAt, KeyAlreadyChanged(memberId, changeableAt));
        uint256 from = _nextBoundary();
        bytes memory list = MemberList.load(_newest);
        address old = _setKey(memberId, key, from);
        uint256 weight = list.weightOf(old);
        // who has no weight changes no list; weights of lists have 32 bits
        if (weight > 0) _store(list.set(old, 0).set(key, uint32(weight)), from);
    }

    /* GOVERNANCE */

    /// @inheritdoc IOracleCommittee
    function setWeight(uint256 memberId, uint256 weight) external onlyRole(Roles.COMMITTEE_MANAGER) {
        uint256 from = _nextBoundary();
        bytes memory list = MemberList.load(_newest);
        uint256 old = list.weightOf(_keys[memberId].key);
        list = _withWeight(list, memberId, weight, from);
        _requireCount(list.count());
        _store(list, from);
        if (weight > old) {
            _requireBond(bonds, minBond, memberId);
            bonds.bind(memberId);
        } else if (weight == 0 && old > 0 && bonds.memberOf(memberId).unlocksAt == 0) {
            bonds.release(memberId, from);
        }
    }

    /* ANYONE */

    /// @inheritdoc IOracleCommittee
    function release(uint256 memberId) external {
        uint256 weight = MemberList.load(_newest).weightOf(_keys[memberId].key);
        require(weight == 0, StillAMember(memberId, weight));
        bonds.release(memberId, block.timestamp);
    }

    /// @inheritdoc IOracleCommittee
    function bind(uint256 memberId) external {
        uint256 weight = MemberList.load(_newest).weightOf(_keys[memberId].key);
        require(weight > 0, NoMember(memberId));
        bonds.bind(memberId);
    }

    /* VIEWS */

    /// @inheritdoc IOracleCommittee
    function consentDigest(uint256 memberId) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(CONSENT_TYPEHASH, memberId)));
    }

    /// @inheritdoc IOracleCommittee
    function weightAt(address key, uint256 time) external view returns (uint256) {
        return _loadAt(time).weightOf(key);
    }

    /// @inheritdoc IOracleCommittee
    function totalWeightAt(uint256 time) external view returns (uint256) {
        return _loadAt(time).total();
    }

    /// @inheritdoc IOracleCommittee
    function seatsAt(uint256 time) external view returns (Seat[] memory seats) {
        bytes memory list = _loadAt(time);
        seats = new Seat[](list.count());
        for (uint256 i = 0; i < seats.length; ++i) {
            (address key, uint256 weight) = list.at(i);
            seats[i] = Seat({memberId: memberOf[key], key: key, weight: weight});
        }
    }

    /// @inheritdoc IOracleCommittee
    function members() external view returns (address[] memory all) {
        bytes memory list = MemberList.load(_newest);
        all = new address[](list.count());
        for (uint256 i = 0; i < all.length; ++i) (all[i], ) = list.at(i);
    }

    /// @inheritdoc IOracleCommittee
    function keyOf(uint256 memberId) external view returns (address) {
        return _keys[memberId].key;
    }

    /* INTERNAL */

    /// @dev The list in force at `time`. A report mostly meets the newest one, for the price of one slot.
    function _loadAt(uint256 time) internal view returns (bytes memory) {
        // before the newest: 48 bits
        return MemberList.load(time >= _from ? _newest : address(_past.upperLookupRecent(uint96(time))));
    }

    /// @dev Takes a member out of the newest list, from the next boundary on; the last one too.
    function _unseat(uint256 memberId) internal {
        uint256 from = _nextBoundary();
        bytes memory list = MemberList.load(_newest);
        if (list.weightOf(_keys[memberId].key) > 0) _store(_withWeight(list, memberId, 0, from), from);
    }

    /// @dev Reverts for what is no signature at all. A signature has a twin with the other sign of s; both name the same
    /// signer.
    function _signer(
        bytes32 signed,
        bytes calldata signatures,
        uint256 offset
    ) internal view returns (address) {
        bytes32 r;
        bytes32 vs;
        // the caller bounds `offset` by the length
        assembly ("memory-safe") {
            r := calldataload(add(signatures.offset, offset))
            vs := calldataload(add(add(signatures.offset, offset), 0x20))
        }
        return ECDSA.recover(signed, r, vs);
    }

    function _nextBoundary() private view returns (uint256) {
        return genesisTime + ((block.timestamp - genesisTime) / frameSeconds + 1) * frameSeconds;
    }

    /// @dev A list that is not in force yet is replaced: changes of one frame are one change.
    function _store(bytes memory list, uint256 from) private {
        if (_from <= block.timestamp) {
            _past.push(_from, uint160(_newest));
            // seconds fit 48 bits
            _from = uint48(from);
        }
        _newest = MemberList.store(list);
    }

    function _setKey(uint256 memberId, address key, uint256 from) private returns (address old) {
        require(key != address(0), ZeroAddress());
        require(memberOf[key] == 0, KeyAlreadyUsed(key, memberOf[key]));
        old = _keys[memberId].key;
        memberOf[key] = memberId;
        // seconds fit 48 bits
        _keys[memberId] = KeyOfMember({key: key, changeableAt: uint48(from)});
        emit KeySet(memberId, old, key, from);
    }

    function _withWeight(
        bytes memory list,
        uint256 memberId,
        uint256 weight,
        uint256 from
    ) private returns (bytes memory) {
        address key = _keys[memberId].key;
        require(key != address(0), NoKey(memberId));
        require(weight <= MAX_WEIGHT, WeightOutOfBounds(weight, MAX_WEIGHT));
        emit WeightSet(memberId, key, list.weightOf(key), weight, from);
        // bounded above
        return list.set(key, uint32(weight));
    }

    function _requireCount(uint256 count) private pure {
        require(count > 0 && count <= MAX_MEMBERS, MembersOutOfBounds(count, MAX_MEMBERS));
    }

    function _requireBond(ICommitteeBonds bonds_, uint256 minimum, uint256 memberId) private view {
        uint256 value = bonds_.worthOf(memberId);
        require(value >= minimum, BondTooSmall(memberId, value, minimum));
    }
}
