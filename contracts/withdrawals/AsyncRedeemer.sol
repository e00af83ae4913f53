// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IAsyncRedeemer} from "../interfaces/IAsyncRedeemer.sol";
import {IERC7540Operator, IERC7540Redeem} from "../interfaces/IERC7540.sol";
import {IERC7575} from "../interfaces/IERC7575.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWithdrawalQueue} from "../interfaces/IWithdrawalQueue.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";

/// @title AsyncRedeemer
/// @notice The queue's face for protocols that speak ERC-7540: a vault of ether whose shares are wkETH.
/// TRUST: nobody but a controller and its operators can take what its requests gave.
/// INVARIANTS: RED-1.
/// ASSUMPTIONS: the queue finalises tickets in order, so those of one controller become payable in order.
contract AsyncRedeemer is IAsyncRedeemer, IERC165 {
    uint256 private constant GRAIN = 1e9;
    /// @dev Ether, by the convention of ERC-7528.
    address private constant ETHER = 0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE;

    /// @dev What is left of a request: its shares, and their ether once it was fetched from the queue.
    struct Request {
        address controller;
        bool isFetched;
        uint128 shares;
        uint128 assets;
    }

    /* IMMUTABLES */

    /// @notice The token of shares.
    IWrappedStakedEther public immutable wrapper;
    /// @notice The way out.
    IWithdrawalQueue public immutable withdrawalQueue;
    IStakedEther private immutable _ledger;

    /* STORAGE */

    /// @dev While a ticket of its own is claimed.
    bool private transient _isClaiming;
    /// @notice Who may act for a controller.
    mapping(address controller => mapping(address operator => bool)) public isOperator;
    mapping(uint256 requestId => Request) private _requests;
    mapping(address controller => uint256[] requestIds) private _lines;
    /// @dev How many of a line are wholly paid.
    mapping(address controller => uint256) private _paid;

    modifier onlyFor(address account) {
        require(msg.sender == account || isOperator[account][msg.sender], NotOperator(account, msg.sender));
        _;
    }

    /* CONSTRUCTOR */

    constructor(IWrappedStakedEther wrapper_, IWithdrawalQueue queue) {
        wrapper = wrapper_;
        withdrawalQueue = queue;
        _ledger = IStakedEther(wrapper_.asset());
        wrapper_.approve(address(queue), type(uint256).max);
    }

    /* STAKERS */

    /// @inheritdoc IERC7575
    function deposit(uint256 assets, address receiver) external payable returns (uint256 shares) {
        require(msg.value == assets, WrongValue(msg.value, assets));
        shares = wrapper.depositEther{value: assets}(receiver, 0, address(0));
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    /// @inheritdoc IERC7575
    /// @dev A wei may buy more than 1e-18 of a share where a share is worth less than ether: then the receiver gets that
    /// more.
    function mint(uint256 shares, address receiver) external payable returns (uint256 assets) {
        assets = wrapper.previewMint(shares);
        require(msg.value >= assets, WrongValue(msg.value, assets));
        uint256 minted = wrapper.depositEther{value: assets}(receiver, shares, address(0));
        emit Deposit(msg.sender, receiver, assets, minted);
        if (msg.value > assets) _pay(msg.sender, msg.value - assets);
    }

    /* HOLDERS */

    /// @inheritdoc IERC7540Operator
    function setOperator(address operator, bool approved) external returns (bool) {
        isOperator[msg.sender][operator] = approved;
        emit OperatorSet(msg.sender, operator, approved);
        return true;
    }

    /// @inheritdoc IERC7540Redeem
    function requestRedeem(
        uint256 shares,
        address controller,
        address owner
    ) external onlyFor(owner) returns (uint256 requestId) {
        require(controller != address(0), WrongReceiver(controller));
        require(shares % GRAIN == 0, NotWholeGrains(shares));
        uint256[] memory amounts = new uint256[](1);
        amounts[0] = shares;
        // the wrapper reverts where the owner has too little; the queue, below its floor or above its ceiling
        wrapper.transferFrom(owner, address(this), shares);
        requestId = withdrawalQueue.requestWrapped(amounts, address(this));
        // a ticket's shares fit 94 bits
        _requests[requestId] = Request(controller, false, uint128(shares), 0);
        _lines[controller].push(requestId);
        emit RedeemRequest(controller, owner, requestId, msg.sender, shares);
    }

    /// @inheritdoc IERC7575
    function redeem(
        uint256 shares,
        address receiver,
        address controller
    ) external onlyFor(controller) returns (uint256 assets) {
        require(shares > 0, NothingAsked());
        uint256 left = shares;
        while (left > 0) {
            (Request storage r, uint256 allShares, uint256 allAssets) = _first(controller, left);
            uint256 taken = left < allShares ? left : allShares;
            // the last part takes what is left
            uint256 part = taken == allShares ? allAssets : (allAssets * taken) / allShares;
            _take(r, controller, allShares - taken, allAssets - part);
            left -= taken;
            assets += part;
        }
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        _pay(receiver, assets);
    }

    /// @inheritdoc IERC7575
    function withdraw(
        uint256 assets,
        address receiver,
        address controller
    ) external onlyFor(controller) returns (uint256 shares) {
        require(assets > 0, NothingAsked());
        uint256 left = assets;
        while (left > 0) {
            (Request storage r, uint256 allShares, uint256 allAssets) = _first(controller, left);
            uint256 part = left < allAssets ? left : allAssets;
            uint256 taken = allShares;
            if (part < allAssets) taken = (allShares * part + allAssets - 1) / allAssets;
            _take(r, controller, allShares - taken, allAssets - part);
            left -= part;
            shares += taken;
        }
        emit Withdraw(msg.sender, receiver, controller, assets, shares);
        _pay(receiver, assets);
    }

    /// @notice Takes the ether of tickets from the queue.
    receive() external payable {
        // another's ticket, claimed to this account, would be nobody's
        require(msg.sender == address(withdrawalQueue) && _isClaiming, NotTheQueue(msg.sender));
    }

    /* VIEWS */

    /// @inheritdoc IERC7540Redeem
    function pendingRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares) {
        Request storage r = _requests[requestId];
        if (_isOf(r, controller) && !_isPayable(requestId, r)) shares = r.shares;
    }

    /// @inheritdoc IERC7540Redeem
    function claimableRedeemRequest(
        uint256 requestId,
        address controller
    ) external view returns (uint256 shares) {
        Request storage r = _requests[requestId];
        if (_isOf(r, controller) && _isPayable(requestId, r)) shares = r.shares;
    }

    /// @inheritdoc IAsyncRedeemer
    function requestsOf(address controller) external view returns (uint256[] memory requestIds) {
        uint256[] storage line = _lines[controller];
        uint256 paid = _paid[controller];
        requestIds = new uint256[](line.length - paid);
        for (uint256 i = 0; i < requestIds.length; ++i) requestIds[i] = line[paid + i];
    }

    /// @inheritdoc IERC7575
    function asset() external pure returns (address) {
        return ETHER;
    }

    /// @inheritdoc IERC7575
    function share() external view returns (address) {
        return address(wrapper);
    }

    /// @inheritdoc IERC7575
    function totalAssets() external view returns (uint256) {
        return wrapper.totalAssets();
    }

    /// @inheritdoc IERC7575
    function convertToShares(uint256 assets) external view returns (uint256) {
        return wrapper.convertToShares(assets);
    }

    /// @inheritdoc IERC7575
    function convertToAssets(uint256 shares) external view returns (uint256) {
        return wrapper.convertToAssets(shares);
    }

    /// @inheritdoc IERC7575
    function maxDeposit(address receiver) external view returns (uint256) {
        (bool paused, ) = _ledger.stakingPause();
        return paused ? 0 : wrapper.maxDeposit(receiver);
    }

    /// @inheritdoc IERC7575
    function maxMint(address receiver) external view returns (uint256) {
        (bool paused, ) = _ledger.stakingPause();
        return paused ? 0 : wrapper.maxMint(receiver);
    }

    /// @inheritdoc IERC7575
    function previewDeposit(uint256 assets) external view returns (uint256) {
        return wrapper.previewDeposit(assets);
    }

    /// @inheritdoc IERC7575
    function previewMint(uint256 shares) external view returns (uint256) {
        return wrapper.previewMint(shares);
    }

    /// @inheritdoc IERC7575
    function maxRedeem(address controller) external view returns (uint256 shares) {
        (shares, ) = _payableTo(controller);
    }

    /// @inheritdoc IERC7575
    function maxWithdraw(address controller) external view returns (uint256 assets) {
        (, assets) = _payableTo(controller);
    }

    /// @inheritdoc IERC7575
    function previewRedeem(uint256) external pure returns (uint256) {
        revert PreviewUnknown();
    }

    /// @inheritdoc IERC7575
    function previewWithdraw(uint256) external pure returns (uint256) {
        revert PreviewUnknown();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return
            id == type(IERC165).interfaceId ||
            id == type(IERC7575).interfaceId ||
            id == type(IERC7540Operator).interfaceId ||
            id == type(IERC7540Redeem).interfaceId;
    }

    /* INTERNAL */

    /// @dev The first request that is not wholly paid, with its ether here, and what is left of it.
    function _first(
        address controller,
        uint256 missing
    ) private returns (Request storage r, uint256 shares, uint256 assets) {
        uint256 index = _paid[controller];
        require(index < _lines[controller].length, NotClaimable(controller, missing));
        uint256 requestId = _lines[controller][index];
        r = _requests[requestId];
        if (!r.isFetched) {
            require(_isPayable(requestId, r), NotClaimable(controller, missing));
            r.isFetched = true;
            // a ticket's ether fits 87 bits; it comes here in this call, and the queue calls nobody else
            _isClaiming = true;
            r.assets = uint128(withdrawalQueue.claim(requestId));
            _isClaiming = false;
        }
        return (r, r.shares, r.assets);
    }

    /// @dev What is left may be ether without shares, by roundings: the next payment takes it.
    function _take(Request storage r, address controller, uint256 shares, uint256 assets) private {
        (r.shares, r.assets) = (uint128(shares), uint128(assets));
        if (shares == 0 && assets == 0) ++_paid[controller];
    }

    /// @dev The zero address controls nothing, unknown requests least of all.
    function _isOf(Request storage r, address controller) private view returns (bool) {
        return controller != address(0) && r.controller == controller;
    }

    function _isPayable(uint256 requestId, Request storage r) private view returns (bool) {
        return r.isFetched || withdrawalQueue.ticket(requestId).finalized;
    }

    function _payableTo(address controller) private view returns (uint256 shares, uint256 assets) {
        uint256[] storage line = _lines[controller];
        for (uint256 i = _paid[controller]; i < line.length; ++i) {
            Request storage r = _requests[line[i]];
            if (!_isPayable(line[i], r)) break;
            shares += r.shares;
            assets += r.isFetched ? r.assets : withdrawalQueue.claimable(line[i]);
        }
    }

    function _pay(address receiver, uint256 amount) private {
        require(
            receiver != address(0) &&
                receiver != address(this) &&
                receiver != address(_ledger) &&
                receiver != address(wrapper),
            WrongReceiver(receiver)
        );
        (bool sent, ) = receiver.call{value: amount}("");
        require(sent, EtherRefused(receiver));
    }
}
