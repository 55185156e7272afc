// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @notice What a contract implements that wants to be told of money that the vault has paid it.
interface IPayee {
    function onPaid(uint256 assets, address owner) external;
}

/// @title Notifying Vault
/// @notice Tells contracts that receive a payment, so that they can put it to work in the same transaction.
contract NotifyingVault is Harbour {
    using SafeERC20 for IERC20;

    constructor(IERC20 asset_, address admin) Harbour(asset_, admin) {}

    /// @inheritdoc Harbour
    function withdraw(uint256 assets, address receiver, address owner)
        external
        override
        whenNotPaused
        returns (uint256 shares)
    {
        if (assets == 0) revert ZeroAssets();
        if (receiver == address(0)) revert ZeroAddress();
        shares = assets;
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);

        // Both are read once, which is cheaper than reading them again below.
        uint256 held = balanceOf[owner];
        uint256 supply = totalSupply;
        if (held < shares) revert InsufficientShares(owner, held, shares);

        asset.safeTransfer(receiver, assets);
        if (receiver.code.length > 0) IPayee(receiver).onPaid(assets, owner);

        balanceOf[owner] = held - shares;
        totalSupply = supply - shares;
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
    }
}
