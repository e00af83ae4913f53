// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC6372} from "@openzeppelin/contracts/interfaces/IERC6372.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IShareLedger} from "../interfaces/IShareLedger.sol";
import {OwnerSignature} from "../libraries/OwnerSignature.sol";
import {PoolMath} from "../libraries/PoolMath.sol";
import {Account} from "../types/Account.sol";

/// @title ShareLedger
/// @notice Accounts of shares, one slot each, with ERC-20, permits and votes on top.
/// TRUST: nobody can move an account's shares but its owner, by call, allowance or signature.
/// INVARIANTS: TOK-1, VOTE-1.
/// ASSUMPTIONS: all units together stay below 2^108, which the tokens enforce when they mint.
abstract contract ShareLedger is IShareLedger, IERC20Errors, EIP712, IERC165 {
    using Checkpoints for Checkpoints.Trace208;

    bytes32 private constant PERMIT_TYPEHASH =
        keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
    bytes32 private constant DELEGATION_TYPEHASH =
        keccak256("Delegation(address delegatee,uint256 nonce,uint256 expiry)");
    uint256 internal constant UNITS_PER_SHARE = PoolMath.UNITS_PER_SHARE;

    /* STORAGE */

    mapping(address holder => Account) internal _accounts;
    mapping(address holder => mapping(address spender => uint256)) private _allowances;

    /// @dev A delegate gets its id the first time anyone names it; ids start at 1.
    uint256 private _delegateCount;
    mapping(uint256 id => address) private _delegates;
    mapping(address delegate => uint256) private _delegateIds;

    /// @dev Units delegated to a delegate, over time.
    mapping(uint256 id => Checkpoints.Trace208) private _votes;
    /// @dev For accounts that delegate or once did: `delegate id (56) | units (128)`, over time.
    mapping(address holder => Checkpoints.Trace208) private _delegations;

    /* HOLDERS */

    /// @inheritdoc IERC20
    function transfer(address to, uint256 amount) external returns (bool) {
        _move(msg.sender, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        _spendAllowance(from, amount);
        _move(from, to, amount);
        return true;
    }

    /// @inheritdoc IERC20
    function approve(address spender, uint256 amount) external returns (bool) {
        _approve(msg.sender, spender, amount);
        return true;
    }

    /// @inheritdoc IVotes
    function delegate(address delegatee) external {
        _delegate(msg.sender, delegatee);
    }

    /* SIGNED */

    /// @inheritdoc IERC20Permit
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        _permit(owner, spender, value, deadline, abi.encodePacked(r, s, v));
    }

    /// @inheritdoc IShareLedger
    function permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes calldata signature
    ) external {
        _permit(owner, spender, value, deadline, signature);
    }

    /// @inheritdoc IVotes
    function delegateBySig(
        address delegatee,
        uint256 nonce,
        uint256 expiry,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external {
        require(block.timestamp <= expiry, VotesExpiredSignature(expiry));
        bytes32 structHash = keccak256(abi.encode(DELEGATION_TYPEHASH, delegatee, nonce, expiry));
        address signer = ECDSA.recover(_hashTypedDataV4(structHash), v, r, s);
        require(_useNonce(signer) == nonce, InvalidNonce(signer, _accounts[signer].nonce() - 1));
        _delegate(signer, delegatee);
    }

    /* VIEWS */

    /// @inheritdoc IERC20
    function balanceOf(address account) public view returns (uint256) {
        return _toAmountDown(_accounts[account].units());
    }

    /// @inheritdoc IERC20
    function totalSupply() public view returns (uint256) {
        return _toAmountDown(_totalUnits());
    }

    /// @inheritdoc IERC20Metadata
    function decimals() external pure returns (uint8) {
        return 18;
    }

    /// @inheritdoc IERC20
    function allowance(address owner, address spender) public view returns (uint256) {
        return _allowances[owner][spender];
    }

    /// @inheritdoc IERC20Permit
    function nonces(address owner) external view returns (uint256) {
        return _accounts[owner].nonce();
    }

    /// @inheritdoc IERC20Permit
    function DOMAIN_SEPARATOR() external view returns (bytes32) {
        return _domainSeparatorV4();
    }

    /// @inheritdoc IERC6372
    function clock() public view returns (uint48) {
        return uint48(block.timestamp);
    }

    /// @inheritdoc IERC6372
    function CLOCK_MODE() external pure returns (string memory) {
        return "mode=timestamp";
    }

    /// @inheritdoc IVotes
    function delegates(address account) external view returns (address) {
        return _delegates[_accounts[account].delegateId()];
    }

    /// @inheritdoc IVotes
    function getVotes(address account) external view returns (uint256) {
        return _votes[_existingId(account)].latest() / UNITS_PER_SHARE;
    }

    /// @inheritdoc IVotes
    function getPastVotes(address account, uint256 timepoint) external view returns (uint256) {
        return _votes[_existingId(account)].upperLookupRecent(_past(timepoint)) / UNITS_PER_SHARE;
    }

    /// @inheritdoc IShareLedger
    function getPastDelegation(
        address account,
        uint256 timepoint
    ) external view returns (address delegate_, uint256 shares) {
        uint256 then = _delegations[account].upperLookupRecent(_past(timepoint));
        // the units of an account that delegates no more are not kept
        if (then >> 128 == 0) return (address(0), 0);
        return (_delegates[then >> 128], uint128(then) / UNITS_PER_SHARE);
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) public view virtual returns (bool) {
        return
            id == type(IERC165).interfaceId ||
            id == type(IERC20).interfaceId ||
            id == type(IERC20Metadata).interfaceId ||
            id == type(IERC20Permit).interfaceId ||
            id == type(IVotes).interfaceId ||
            id == type(IERC6372).interfaceId ||
            id == type(IERC5267).interfaceId;
    }

    /* INTERNAL: what a token fills in */

    /// @dev All units, minted and not burnt.
    function _totalUnits() internal view virtual returns (uint256);

    /// @dev Units that stand for at least `amount` of the token, rounded up.
    function _toUnitsUp(uint256 amount) internal view virtual returns (uint256);

    /// @dev Amount of the token that `units` stand for, rounded down.
    function _toAmountDown(uint256 units) internal view virtual returns (uint256);

    /// @dev Tells the world that units moved. `from` is zero for a mint, `to` for a burn.
    function _emitTransfer(address from, address to, uint256 amount, uint256 units) internal virtual;

    /* INTERNAL: movements */

    /// @dev Moves `amount` of the token; returns the units that moved.
    function _move(address from, address to, uint256 amount) internal returns (uint256 units) {
        units = _toUnitsUp(amount);
        _moveUnits(from, to, units, amount);
    }

    /// @dev Moves units and tells of `amount`. A move to oneself is checked, told, and changes nothing.
    function _moveUnits(address from, address to, uint256 units, uint256 amount) internal {
        require(from != address(0), ERC20InvalidSender(address(0)));
        require(to != address(0) && to != address(this), ERC20InvalidReceiver(to));

        Account source = _accounts[from];
        // not `require`: the error's arguments would be computed on every transfer
        if (units > source.units()) revert ERC20InsufficientBalance(from, balanceOf(from), amount);
        if (from != to) {
            Account target = _accounts[to];
            _requireOpen(to, target);
            _accounts[from] = source = source.minus(units);
            _accounts[to] = target = target.plus(units);
            uint256 fromId = source.delegateId();
            uint256 toId = target.delegateId();
            if (fromId | toId != 0) {
                _moveVotes(fromId, toId, units);
                if (fromId != 0) _recordDelegation(from, source);
                if (toId != 0) _recordDelegation(to, target);
            }
        }
        _emitTransfer(from, to, amount, units);
    }

    /// @dev Adds new units; the token has already added them to its total.
    function _mintUnits(address to, uint256 units, uint256 amount) internal {
        require(to != address(0), ERC20InvalidReceiver(to));
        Account target = _accounts[to];
        _requireOpen(to, target);
        _accounts[to] = target = target.plus(units);
        uint256 id = target.delegateId();
        if (id != 0) {
            _moveVotes(0, id, units);
            _recordDelegation(to, target);
        }
        _emitTransfer(address(0), to, amount, units);
    }

    /// @dev Takes units away; the token takes them out of its total.
    function _burnUnits(address from, uint256 units, uint256 amount) internal {
        Account source = _accounts[from];
        if (units > source.units()) revert ERC20InsufficientBalance(from, balanceOf(from), amount);
        _accounts[from] = source = source.minus(units);
        uint256 id = source.delegateId();
        if (id != 0) {
            _moveVotes(id, 0, units);
            _recordDelegation(from, source);
        }
        _emitTransfer(from, address(0), amount, units);
    }

    function _spendAllowance(address owner, uint256 amount) internal {
        uint256 allowed = _allowances[owner][msg.sender];
        if (allowed == type(uint256).max) return;
        require(amount <= allowed, ERC20InsufficientAllowance(msg.sender, allowed, amount));
        // just compared
        unchecked {
            _allowances[owner][msg.sender] = allowed - amount;
        }
    }

    function _approve(address owner, address spender, uint256 amount) internal {
        require(spender != address(0), ERC20InvalidSpender(spender));
        _allowances[owner][spender] = amount;
        emit Approval(owner, spender, amount);
    }

    /// @dev A closed account is a contract that could not give back what others send to it.
    function _requireOpen(address holder, Account account) private view {
        require(!account.isClosed() || msg.sender == holder, AccountClosed(holder));
    }

    /* INTERNAL: signatures */

    function _permit(
        address owner,
        address spender,
        uint256 value,
        uint256 deadline,
        bytes memory signature
    ) private {
        require(block.timestamp <= deadline, PermitExpired(deadline));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(PERMIT_TYPEHASH, owner, spender, value, _useNonce(owner), deadline))
        );
        require(OwnerSignature.isValid(owner, digest, signature), InvalidPermit(owner));
        _approve(owner, spender, value);
    }

    function _useNonce(address owner) private returns (uint256 current) {
        Account account = _accounts[owner];
        _accounts[owner] = account.bumpNonce();
        return account.nonce();
    }

    /* INTERNAL: votes */

    function _delegate(address account, address delegatee) private {
        Account holder = _accounts[account];
        uint256 oldId = holder.delegateId();
        uint256 newId = delegatee == address(0) ? 0 : _idOf(delegatee);
        emit DelegateChanged(account, _delegates[oldId], delegatee);
        if (oldId == newId) return;
        _accounts[account] = holder = holder.withDelegate(newId);
        _recordDelegation(account, holder);
        _moveVotes(oldId, newId, holder.units());
    }

    function _moveVotes(uint256 fromId, uint256 toId, uint256 units) private {
        if (fromId == toId || units == 0) return;
        if (fromId != 0) _pushVotes(fromId, _votes[fromId].latest() - uint208(units));
        if (toId != 0) _pushVotes(toId, _votes[toId].latest() + uint208(units));
    }

    function _pushVotes(uint256 id, uint208 units) private {
        (uint208 before, ) = _votes[id].push(clock(), units);
        emit DelegateVotesChanged(_delegates[id], before / UNITS_PER_SHARE, units / UNITS_PER_SHARE);
    }

    /// @dev 56 + 128 bits.
    function _recordDelegation(address holder, Account account) private {
        _delegations[holder].push(clock(), uint208((account.delegateId() << 128) | account.units()));
    }

    function _idOf(address delegatee) private returns (uint256 id) {
        id = _delegateIds[delegatee];
        if (id == 0) {
            id = ++_delegateCount;
            _delegateIds[delegatee] = id;
            _delegates[id] = delegatee;
        }
    }

    /// @dev Votes of an address that nobody ever named: an id without history.
    function _existingId(address account) private view returns (uint256 id) {
        id = _delegateIds[account];
    }

    /// @dev Reverts unless the time is over, so that the answer can no longer change.
    function _past(uint256 timepoint) internal view returns (uint48) {
        require(timepoint < clock(), FutureLookup(timepoint, clock()));
        return uint48(timepoint);
    }
}
