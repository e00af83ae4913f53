// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IStakerGovernor} from "../interfaces/IStakerGovernor.sol";
import {IVoteAdapter} from "../interfaces/IVoteAdapter.sol";
import {OverridableVotes} from "./OverridableVotes.sol";

/// @title VaultVotes
/// @notice Mixin of the governor: holders of a vault vote with their part of its shares, through an adapter to which the
/// vault delegates.
/// TRUST: an adapter says whose the votes that its vault delegated to it are, and can say wrong; none but those that
/// governance registered is asked, and nobody but the vault's holders loses by it.
/// INVARIANTS: VOTE-1: all that goes through an adapter is never more than what its vault had delegated to it, and nothing
/// if the vault spoke itself.
/// ASSUMPTIONS: none. An adapter is asked without leave to change anything, by the voter's gas.
abstract contract VaultVotes is OverridableVotes {
    /// @dev What an adapter was used for on a proposal: the vault that it had at the first vote, and who voted.
    struct Through {
        address vault;
        mapping(address account => bool) voted;
    }

    /* STORAGE */

    mapping(address adapter => address vault) private _vaults;
    mapping(uint256 proposalId => mapping(address adapter => Through)) private _throughs;

    /* HOLDERS */

    /// @inheritdoc IStakerGovernor
    function castVoteThrough(
        address adapter,
        uint256 proposalId,
        uint8 support
    ) external whileActive(proposalId) returns (uint256 weight) {
        Through storage through = _throughs[proposalId][adapter];
        address vault = _vaultFor(through, adapter);
        require(!through.voted[msg.sender], AlreadyVotedThrough(proposalId, adapter, msg.sender));
        through.voted[msg.sender] = true;
        uint256 shares = IVoteAdapter(adapter).pastShares(msg.sender, proposalSnapshot(proposalId));
        (Tally storage tally, bool mayProlong) = _begin(proposalId);
        weight = _takeOfVault(proposalId, tally, vault, adapter, shares);
        require(weight != 0, NothingToVoteThrough(proposalId, adapter, msg.sender));
        _add(tally, support, weight);
        if (mayProlong) _prolong(proposalId, tally);
        emit ThroughVoteCast(msg.sender, adapter, proposalId, support, weight);
    }

    /* GOVERNANCE */

    /// @inheritdoc IStakerGovernor
    function setAdapter(address adapter, address vault) external onlyGovernance {
        require(adapter != address(0), ZeroAddress());
        require(vault != adapter, NotAVault(vault));
        _vaults[adapter] = vault;
        emit AdapterSet(adapter, vault);
    }

    /* VIEWS */

    /// @inheritdoc IStakerGovernor
    function vaultOf(address adapter) external view returns (address) {
        return _vaults[adapter];
    }

    /// @inheritdoc IStakerGovernor
    function hasVotedThrough(
        uint256 proposalId,
        address adapter,
        address account
    ) external view returns (bool) {
        return _throughs[proposalId][adapter].voted[account];
    }

    /* INTERNAL */

    /// @dev Kept at the first vote: whatever governance sets meanwhile, the other holders of that vault are heard.
    function _vaultFor(Through storage through, address adapter) private returns (address vault) {
        vault = through.vault;
        if (vault != address(0)) return vault;
        vault = _vaults[adapter];
        require(vault != address(0), NotAnAdapter(adapter));
        through.vault = vault;
    }
}
