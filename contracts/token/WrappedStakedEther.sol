// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC4626} from "@openzeppelin/contracts/interfaces/IERC4626.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {IStakedEther} from "../interfaces/IStakedEther.sol";
import {IWrappedStakedEther} from "../interfaces/IWrappedStakedEther.sol";
import {PoolMath} from "../libraries/PoolMath.sol";
import {ShareLedger} from "./ShareLedger.sol";

/// @title WrappedStakedEther
/// @notice wkETH: one share of the pool as a token whose balance stands still.
/// TRUST: nobody; there is no role and no parameter. The rate is the ledger's.
/// INVARIANTS: TOK-4, VOTE-1.
/// ASSUMPTIONS: its account in the ledger is closed to transfers by others, so its units there are its total.
contract WrappedStakedEther is IWrappedStakedEther, ShareLedger {
    /* IMMUTABLES */

    IStakedEther private immutable _ledger;

    /* STORAGE */

    uint256 private _units;

    /* CONSTRUCTOR */

    constructor(IStakedEther ledger) EIP712("Wrapped Kedge Staked Ether", "1") {
        require(address(ledger) != address(0), ERC20InvalidSender(address(0)));
        _ledger = ledger;
    }

    /* STAKERS */

    /// @notice Plain ether is staked and wrapped for its sender.
    receive() external payable {
        _stake(msg.sender, 0, address(0));
    }

    /// @inheritdoc IWrappedStakedEther
    function depositEther(
        address receiver,
        uint256 minShares,
        address referral
    ) external payable returns (uint256 shares) {
        shares = _stake(receiver, minShares, referral);
    }

    /* HOLDERS */

    /// @inheritdoc IERC4626
    function deposit(uint256 assets, address receiver) external returns (uint256 shares) {
        shares = _deposit(assets, receiver);
    }

    /// @inheritdoc IWrappedStakedEther
    function depositWithPermit(
        uint256 assets,
        address receiver,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 shares) {
        // a front-run permit has already set the allowance: the pull below decides
        // solhint-disable-next-line no-empty-blocks
        try _ledger.permit(msg.sender, address(this), assets, deadline, signature) {} catch {}
        shares = _deposit(assets, receiver);
    }

    /// @inheritdoc IERC4626
    function mint(uint256 shares, address receiver) external returns (uint256 assets) {
        require(shares > 0, AmountTooSmall(0));
        assets = previewMint(shares);
        uint256 units = _toUnitsUp(shares);
        _ledger.transferSharesFrom(msg.sender, address(this), shares);
        _issue(receiver, units, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    /// @inheritdoc IERC4626
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares) {
        require(assets > 0, AmountTooSmall(0));
        require(receiver != address(this), ERC20InvalidReceiver(receiver));
        (, uint256 units) = _ledger.unitsForEther(assets);
        shares = _sharesUp(units);
        if (owner != msg.sender) _spendAllowance(owner, shares);
        _units -= _burnable(owner, units, shares);
        _burnUnits(owner, units, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);

        _ledger.push(receiver, assets);
    }

    /// @inheritdoc IERC4626
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets) {
        require(shares > 0, AmountTooSmall(0));
        require(receiver != address(this), ERC20InvalidReceiver(receiver));
        uint256 units = _toUnitsUp(shares);
        if (owner != msg.sender) _spendAllowance(owner, shares);
        _units -= _burnable(owner, units, shares);
        _burnUnits(owner, units, shares);

        assets = _ledger.transferShares(receiver, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }

    /* VIEWS */

    /// @inheritdoc IERC20Metadata
    function name() external pure returns (string memory) {
        return "Wrapped Kedge Staked Ether";
    }

    /// @inheritdoc IERC20Metadata
    function symbol() external pure returns (string memory) {
        return "wkETH";
    }

    /// @inheritdoc IERC4626
    function asset() external view returns (address) {
        return address(_ledger);
    }

    /// @inheritdoc IERC4626
    function totalAssets() external view returns (uint256) {
        return _ledger.getPooledEthByUnits(_units);
    }

    /// @inheritdoc IERC4626
    function convertToShares(uint256 assets) external view returns (uint256) {
        return _ledger.getSharesByPooledEth(assets);
    }

    /// @inheritdoc IERC4626
    function convertToAssets(uint256 shares) public view returns (uint256) {
        return _ledger.getPooledEthByShares(shares);
    }

    /// @inheritdoc IERC4626
    function maxDeposit(address) external pure returns (uint256) {
        return PoolMath.MAX_ETHER;
    }

    /// @inheritdoc IERC4626
    function maxMint(address) external view returns (uint256) {
        // what fits the pool's field of ether, and its field of units
        uint256 shares = _ledger.getSharesByPooledEth(PoolMath.MAX_ETHER);
        uint256 most = PoolMath.MAX_UNITS / UNITS_PER_SHARE;
        return shares < most ? shares : most;
    }

    /// @inheritdoc IERC4626
    function maxWithdraw(address owner) external view returns (uint256) {
        return _ledger.getPooledEthByUnits(_accounts[owner].units());
    }

    /// @inheritdoc IERC4626
    function maxRedeem(address owner) external view returns (uint256) {
        return balanceOf(owner);
    }

    /// @inheritdoc IERC4626
    function previewDeposit(uint256 assets) external view returns (uint256) {
        (, uint256 units) = _ledger.unitsForEther(assets);
        return units / UNITS_PER_SHARE;
    }

    /// @inheritdoc IERC4626
    function previewMint(uint256 shares) public view returns (uint256) {
        uint256 down = convertToAssets(shares);
        // one wei more wherever the value has a fraction: then `down` buys fewer units, rounded down
        (uint256 units, ) = _ledger.unitsForEther(down);
        return units < shares * UNITS_PER_SHARE ? down + 1 : down;
    }

    /// @inheritdoc IERC4626
    function previewWithdraw(uint256 assets) external view returns (uint256) {
        (, uint256 units) = _ledger.unitsForEther(assets);
        return _sharesUp(units);
    }

    /// @inheritdoc IERC4626
    function previewRedeem(uint256 shares) external view returns (uint256) {
        return convertToAssets(shares);
    }

    /// @inheritdoc IWrappedStakedEther
    function getRate() external view returns (uint256) {
        return _rate();
    }

    /// @inheritdoc IWrappedStakedEther
    function stEthPerToken() external view returns (uint256) {
        return _rate();
    }

    /// @inheritdoc IWrappedStakedEther
    function exchangeRate() external view returns (uint256) {
        return _rate();
    }

    /// @inheritdoc IWrappedStakedEther
    function lastReportTime() external view returns (uint256) {
        return _ledger.lastReportTime();
    }

    /// @inheritdoc IVotes
    /// @dev The electorate is one for both tokens: wrapped shares are a part of the ledger's.
    function getPastTotalSupply(uint256 timepoint) external view returns (uint256) {
        return _ledger.getPastTotalSupply(timepoint);
    }

    /// @inheritdoc ShareLedger
    function supportsInterface(bytes4 id) public view override returns (bool) {
        return
            id == type(IERC4626).interfaceId ||
            id == type(IWrappedStakedEther).interfaceId ||
            super.supportsInterface(id);
    }

    /* INTERNAL */

    function _rate() private view returns (uint256) {
        return _ledger.getPooledEthByUnits(1e18 * UNITS_PER_SHARE);
    }

    function _stake(address receiver, uint256 minShares, address referral) private returns (uint256 shares) {
        uint256 units = _ledger.stakeForUnits{value: msg.value}(referral);
        shares = units / UNITS_PER_SHARE;
        require(shares >= minShares, SharesBelowMinimum(shares, minShares));
        _issue(receiver, units, shares);
        emit StakedAndWrapped(msg.sender, receiver, msg.value, shares);
    }

    function _deposit(uint256 assets, address receiver) private returns (uint256 shares) {
        uint256 units = _ledger.pull(msg.sender, assets);
        shares = units / UNITS_PER_SHARE;
        require(shares > 0, AmountTooSmall(assets));
        _issue(receiver, units, shares);
        emit Deposit(msg.sender, receiver, assets, shares);
    }

    function _issue(address receiver, uint256 units, uint256 shares) private {
        require(receiver != address(this), ERC20InvalidReceiver(receiver));
        _units += units;
        _mintUnits(receiver, units, shares);
    }

    /// @dev Names the owner who has too little before the total could underflow.
    function _burnable(address owner, uint256 units, uint256 shares) private view returns (uint256) {
        if (units > _accounts[owner].units())
            revert ERC20InsufficientBalance(owner, balanceOf(owner), shares);
        return units;
    }

    function _sharesUp(uint256 units) private pure returns (uint256) {
        if (units == type(uint256).max) return units;
        return (units + UNITS_PER_SHARE - 1) / UNITS_PER_SHARE;
    }

    function _totalUnits() internal view override returns (uint256) {
        return _units;
    }

    /// @dev Shares into units; beyond any balance gives the largest number.
    function _toUnitsUp(uint256 amount) internal pure override returns (uint256) {
        return amount > PoolMath.MAX_UNITS ? type(uint256).max : amount * UNITS_PER_SHARE;
    }

    function _toAmountDown(uint256 units) internal pure override returns (uint256) {
        return units / UNITS_PER_SHARE;
    }

    function _emitTransfer(address from, address to, uint256 amount, uint256) internal override {
        emit Transfer(from, to, amount);
    }
}
