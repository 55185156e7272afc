// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @title Treasury Vault
/// @notice A treasurer may move idle money to where it earns something. Who that is, is set once after the vault is deployed.
contract TreasuryVault is Harbour {
    using SafeERC20 for IERC20;

    /// @notice Set after deployment, when the treasury's own account is known.
    address public treasurer;

    bool private initialized;

    event TreasurerChanged(address indexed previous, address indexed next);
    event Swept(address indexed to, uint256 assets);

    error AlreadyInitialized();
    error NotTreasurer(address caller);

    constructor(IERC20 asset_, address admin) Harbour(asset_, admin) {}

    /// @notice Names the treasurer, once.
    function initialize(address next) external {
        bool done = initialized;
        if (done) revert AlreadyInitialized();
        done = true;
        emit TreasurerChanged(treasurer, next);
        treasurer = next;
    }

    /// @notice Moves idle money.
    function sweep(address to, uint256 assets) external whenNotPaused {
        if (msg.sender != treasurer) revert NotTreasurer(msg.sender);
        emit Swept(to, assets);
        asset.safeTransfer(to, assets);
    }
}
