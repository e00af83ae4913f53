// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Guarded} from "../access/Guarded.sol";
import {Roles} from "../access/Roles.sol";
import {IAuthority} from "../interfaces/IAuthority.sol";
import {ICommitteeBonds} from "../interfaces/ICommitteeBonds.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";

/// @title CommitteeBonds
/// @notice Holds the bonds of the committee's members, and knows who owns each.
/// TRUST: `COMMITTEE` says who has left, and can free no bond sooner than `UNLOCK_DELAY`; `COMMITTEE_JUDGE` burns, and can
/// send nothing but the bounty.
/// INVARIANTS: ORA-3.
/// ASSUMPTIONS: shares that come here in any other way than by a deposit belong to no bond, and stay here.
contract CommitteeBonds is ICommitteeBonds, Guarded {
    using SafeCast for uint256;

    /// @inheritdoc ICommitteeBonds
    uint256 public constant UNLOCK_DELAY = 30 days;
    /// @inheritdoc ICommitteeBonds
    uint256 public constant BOUNTY_BP = 1_000;
    uint256 private constant BP = 10_000;

    /* IMMUTABLES */

    /// @notice The pool.
    IStakedEther public immutable ledger;

    /* STORAGE */

    // two slots: 20 + 6 + 1 and 20 + 12 bytes; more shares than there can be fit 96 bits
    mapping(uint256 memberId => Member) private _members;
    /// @inheritdoc ICommitteeBonds
    uint256 public memberCount;

    /* CONSTRUCTOR */

    constructor(IAuthority authority_, IStakedEther ledger_) Guarded(authority_) {
        require(address(ledger_) != address(0), ZeroAddress());
        ledger = ledger_;
    }

    modifier onlyOwner(uint256 memberId) {
        require(ownerOf(memberId) == msg.sender, NotTheOwner(memberId, msg.sender));
        _;
    }

    /* ANYONE */

    /// @inheritdoc ICommitteeBonds
    function register(address owner) external returns (uint256 memberId) {
        require(owner != address(0), ZeroAddress());
        memberId = ++memberCount;
        _members[memberId].owner = owner;
        emit MemberRegistered(memberId, owner);
    }

    /// @inheritdoc ICommitteeBonds
    function deposit(uint256 memberId) external payable returns (uint256 shares) {
        shares = ledger.stake{value: msg.value}(address(0));
        _add(memberId, shares);
    }

    /// @inheritdoc ICommitteeBonds
    function depositShares(uint256 memberId, uint256 shares) external {
        _add(memberId, shares);
        ledger.transferSharesFrom(msg.sender, address(this), shares);
    }

    /* OWNERS */

    /// @inheritdoc ICommitteeBonds
    function proposeOwner(uint256 memberId, address owner) external onlyOwner(memberId) {
        _members[memberId].proposedOwner = owner;
        emit OwnerProposed(memberId, owner);
    }

    /// @inheritdoc ICommitteeBonds
    function acceptOwner(uint256 memberId) external {
        Member storage m = _existing(memberId);
        require(m.proposedOwner == msg.sender, NotTheProposedOwner(memberId, msg.sender));
        emit OwnerChanged(memberId, m.owner, msg.sender);
        (m.owner, m.proposedOwner) = (msg.sender, address(0));
    }

    /// @inheritdoc ICommitteeBonds
    function withdraw(uint256 memberId, uint256 shares, address to) external onlyOwner(memberId) {
        Member storage m = _members[memberId];
        uint256 unlocksAt = m.unlocksAt;
        require(unlocksAt > 0 && block.timestamp >= unlocksAt, BondLocked(memberId, unlocksAt));
        uint256 bond = m.shares;
        require(shares <= bond, BondExceeded(memberId, shares, bond));
        // a part of 96 bits
        m.shares = uint96(bond - shares);
        emit BondWithdrawn(memberId, to, shares);
        ledger.transferShares(to, shares);
    }

    /* BRAINS */

    /// @inheritdoc ICommitteeBonds
    function bind(uint256 memberId) external onlyRole(Roles.COMMITTEE) {
        Member storage m = _existing(memberId);
        require(!m.isForfeited, MemberForfeited(memberId));
        if (m.unlocksAt == 0) return;
        m.unlocksAt = 0;
        emit BondBound(memberId);
    }

    /// @inheritdoc ICommitteeBonds
    function release(uint256 memberId, uint256 leftAt) external onlyRole(Roles.COMMITTEE) {
        Member storage m = _existing(memberId);
        require(leftAt >= block.timestamp, LeftInThePast(leftAt, block.timestamp));
        // a second release would lengthen a lock that runs already
        require(m.unlocksAt == 0, BondNotLocked(memberId, m.unlocksAt));
        uint256 unlocksAt = leftAt + UNLOCK_DELAY;
        m.unlocksAt = unlocksAt.toUint48();
        emit BondReleased(memberId, unlocksAt);
    }

    /// @inheritdoc ICommitteeBonds
    function forfeit(
        uint256 memberId,
        address prover
    ) external onlyRole(Roles.COMMITTEE_JUDGE) returns (uint256 burnt, uint256 bounty) {
        Member storage m = _existing(memberId);
        require(!m.isForfeited, MemberForfeited(memberId));
        uint256 shares = m.shares;
        bounty = (shares * BOUNTY_BP) / BP;
        burnt = shares - bounty;
        (m.shares, m.isForfeited) = (0, true);
        emit BondForfeited(memberId, prover, burnt, ledger.getPooledEthByShares(burnt), bounty);
        if (bounty > 0) ledger.transferShares(prover, bounty);
        if (burnt > 0) ledger.burnShares(burnt);
    }

    /* VIEWS */

    /// @inheritdoc ICommitteeBonds
    function memberOf(uint256 memberId) external view returns (Member memory) {
        return _existing(memberId);
    }

    /// @inheritdoc ICommitteeBonds
    function ownerOf(uint256 memberId) public view returns (address) {
        return _existing(memberId).owner;
    }

    /// @inheritdoc ICommitteeBonds
    function worthOf(uint256 memberId) external view returns (uint256) {
        return ledger.getPooledEthByShares(_existing(memberId).shares);
    }

    /* INTERNAL */

    function _add(uint256 memberId, uint256 shares) private {
        Member storage m = _existing(memberId);
        require(!m.isForfeited, MemberForfeited(memberId));
        require(shares > 0, ZeroShares());
        m.shares += shares.toUint96();
        emit BondDeposited(memberId, msg.sender, shares);
    }

    function _existing(uint256 memberId) private view returns (Member storage m) {
        m = _members[memberId];
        require(m.owner != address(0), UnknownMember(memberId));
    }
}
