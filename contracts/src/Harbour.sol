// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";
import {Pausable} from "@openzeppelin/contracts/utils/Pausable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Harbour
/// @notice What every vault of the exercises has in common: it keeps one token for its depositors, one share for one unit, and whoever
/// holds PAUSER_ROLE can stop it. Nothing here is flawed.
abstract contract Harbour is AccessControl, Pausable {
    using SafeERC20 for IERC20;

    /// @notice May pause and unpause.
    bytes32 public constant PAUSER_ROLE = keccak256("PAUSER_ROLE");

    /// @notice The token kept.
    IERC20 public immutable asset;

    /// @notice All shares; what the vault owes its depositors.
    uint256 public totalSupply;

    mapping(address owner => uint256 shares) public balanceOf;
    mapping(address owner => mapping(address spender => uint256 shares)) public allowance;

    event Deposit(address indexed caller, address indexed owner, uint256 assets, uint256 shares);
    event Withdraw(
        address indexed caller,
        address indexed receiver,
        address indexed owner,
        uint256 assets,
        uint256 shares
    );
    event Approval(address indexed owner, address indexed spender, uint256 shares);

    error ZeroAssets();
    error ZeroAddress();
    error InsufficientShares(address owner, uint256 shares, uint256 needed);
    error InsufficientAllowance(address owner, address spender, uint256 allowed, uint256 needed);

    constructor(IERC20 asset_, address admin) {
        if (address(asset_) == address(0) || admin == address(0)) revert ZeroAddress();
        asset = asset_;
        _grantRole(DEFAULT_ADMIN_ROLE, admin);
    }

    /// @notice What stands behind the shares.
    function totalAssets() public view virtual returns (uint256) {
        return asset.balanceOf(address(this));
    }

    /// @notice Lets `spender` withdraw up to `shares` of the caller's.
    function approve(address spender, uint256 shares) external returns (bool) {
        if (spender == address(0)) revert ZeroAddress();
        allowance[msg.sender][spender] = shares;
        emit Approval(msg.sender, spender, shares);
        return true;
    }

    /// @notice Takes `assets` from the caller and credits `receiver`.
    function deposit(uint256 assets, address receiver) external virtual whenNotPaused returns (uint256 shares) {
        if (assets == 0) revert ZeroAssets();
        if (receiver == address(0)) revert ZeroAddress();
        shares = assets;
        totalSupply += shares;
        balanceOf[receiver] += shares;
        emit Deposit(msg.sender, receiver, assets, shares);
        asset.safeTransferFrom(msg.sender, address(this), assets);
    }

    /// @notice Pays `assets` out of `owner`'s shares to `receiver`. A caller who is not the owner needs an allowance.
    function withdraw(uint256 assets, address receiver, address owner)
        external
        virtual
        whenNotPaused
        returns (uint256 shares)
    {
        if (assets == 0) revert ZeroAssets();
        if (receiver == address(0)) revert ZeroAddress();
        shares = assets;
        if (msg.sender != owner) _spendAllowance(owner, msg.sender, shares);
        _burn(owner, shares);
        emit Withdraw(msg.sender, receiver, owner, assets, shares);
        asset.safeTransfer(receiver, assets);
    }

    /// @notice Stops deposits and withdrawals.
    function pause() external onlyRole(PAUSER_ROLE) {
        _pause();
    }

    /// @notice Allows deposits and withdrawals again.
    function unpause() external onlyRole(PAUSER_ROLE) {
        _unpause();
    }

    function _burn(address owner, uint256 shares) internal {
        uint256 held = balanceOf[owner];
        if (held < shares) revert InsufficientShares(owner, held, shares);
        unchecked {
            balanceOf[owner] = held - shares;
            totalSupply -= shares;
        }
    }

    function _spendAllowance(address owner, address spender, uint256 shares) internal {
        uint256 allowed = allowance[owner][spender];
        if (allowed == type(uint256).max) return;
        if (allowed < shares) revert InsufficientAllowance(owner, spender, allowed, shares);
        unchecked {
            allowance[owner][spender] = allowed - shares;
        }
    }
}
