// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title IERC7575
/// @notice ERC-7575: a vault whose share token is a contract of its own, with all entries and exits of ERC-4626. Entries are
/// payable here, as the asset is ether (ERC-7528).
interface IERC7575 {
    /// @notice `sender` brought `assets` wei in for `shares`, minted to `owner`.
    event Deposit(address indexed sender, address indexed owner, uint256 assets, uint256 shares);
    /// @notice `assets` wei were paid to `receiver` for `shares` of `owner`.
    event Withdraw(
        address indexed sender,
        address indexed receiver,
        address indexed owner,
        uint256 assets,
        uint256 shares
    );

    /// @notice The asset: the address that stands for ether.
    function asset() external view returns (address);

    /// @notice The token of shares.
    function share() external view returns (address);

    /// @notice Shares that `assets` wei are worth now, rounded down.
    function convertToShares(uint256 assets) external view returns (uint256 shares);

    /// @notice Wei that `shares` are worth now, rounded down.
    function convertToAssets(uint256 shares) external view returns (uint256 assets);

    /// @notice Wei that stand behind all shares of the token.
    function totalAssets() external view returns (uint256);

    /// @notice Most wei that may be brought in.
    function maxDeposit(address receiver) external view returns (uint256);

    /// @notice Shares that `assets` wei buy now, rounded down.
    function previewDeposit(uint256 assets) external view returns (uint256 shares);

    /// @notice Brings in the ether sent, which must be `assets`, for shares of `receiver`.
    function deposit(uint256 assets, address receiver) external payable returns (uint256 shares);

    /// @notice Most shares that may be minted.
    function maxMint(address receiver) external view returns (uint256);

    /// @notice Wei that `shares` cost now, rounded up.
    function previewMint(uint256 shares) external view returns (uint256 assets);

    /// @notice Mints `shares` to `receiver` for ether of the ether sent; what is too much goes back to the caller.
    function mint(uint256 shares, address receiver) external payable returns (uint256 assets);

    /// @notice Most wei that `owner` may take out now.
    function maxWithdraw(address owner) external view returns (uint256);

    /// @notice Always reverts where taking out is asynchronous (ERC-7540).
    function previewWithdraw(uint256 assets) external view returns (uint256 shares);

    /// @notice Pays `assets` wei to `receiver`.
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256 shares);

    /// @notice Most shares that `owner` may take out now.
    function maxRedeem(address owner) external view returns (uint256);

    /// @notice Always reverts where taking out is asynchronous (ERC-7540).
    function previewRedeem(uint256 shares) external view returns (uint256 assets);

    /// @notice Pays the ether of `shares` to `receiver`.
    function redeem(uint256 shares, address receiver, address owner) external returns (uint256 assets);
}
