// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @title Priced Vault
/// @notice Shares have a price: what the vault earns belongs to whoever holds shares, in proportion.
contract PricedVault is Harbour {
    using SafeERC20 for IERC20;

    constructor(IERC20 asset_, address admin) Harbour(asset_, admin) {}

    /// @notice The shares that `assets` buy now.
    function convertToShares(uint256 assets) public view returns (uint256) {
        return totalSupply == 0 ? assets : assets * totalSupply / totalAssets();
    }

    /// @inheritdoc Harbour
    function deposit(uint256 assets, address receiver) external override whenNotPaused returns (uint256 shares) {
        if (assets == 0) revert ZeroAssets();
        if (receiver == address(0)) revert ZeroAddress();
        shares = convertToShares(assets);
        totalSupply += shares;
        balanceOf[receiver] += shares;
        emit Deposit(msg.sender, receiver, assets, shares);
        asset.safeTransferFrom(msg.sender, address(this), assets);
    }

    /// @inheritdoc Harbour
    function withdraw(uint256 assets, address receiver, address owner)
        external
        override
        whenNotPaused
        returns (uint256 shares)
    {
        if (assets == 0) revert ZeroAssets();
        if (receiver == address(0)) revert ZeroAddress();
        uint256 total = totalAssets();
        shares = total == 0 ? assets : (assets * totalSupply + total - 1) / total; // rounded up, in favour of those who stay
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _burn(owner, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        asset.safeTransfer(receiver, assets);
    }
}
