// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @notice Says what one unit of the collateral is worth, with 18 decimals.
interface IPrice {
    function price() external view returns (uint256);
}

/// @title Lending Vault
/// @notice Lends what its depositors put in, against a collateral, up to three quarters of what the collateral is worth.
contract LendingVault is Harbour {
    using SafeERC20 for IERC20;

    IERC20 public immutable collateral;

    /// @notice Where the price of the collateral comes from: the pool in which it is traded most.
    IPrice public immutable market;

    /// @notice All loans together, and how much they may be.
    uint256 public totalDebt;
    uint256 public borrowCap = type(uint256).max;

    mapping(address borrower => uint256 amount) public pledged;
    mapping(address borrower => uint256 amount) public debt;

    event Pledge(address indexed borrower, uint256 amount);
    event Borrow(address indexed borrower, uint256 assets, uint256 debt);
    event Repay(address indexed borrower, uint256 assets, uint256 debt);
    event BorrowCap(uint256 cap);

    error NotEnoughCollateral(uint256 debt, uint256 most);
    error CapReached(uint256 debt, uint256 cap);

    constructor(IERC20 asset_, address admin, IERC20 collateral_, IPrice market_) Harbour(asset_, admin) {
        collateral = collateral_;
        market = market_;
    }

    /// @notice What the vault holds and what it is owed.
    function totalAssets() public view override returns (uint256) {
        return asset.balanceOf(address(this)) + totalDebt;
    }

    /// @notice How much somebody may owe at today's price.
    function most(address borrower) public view returns (uint256) {
        return pledged[borrower] * market.price() / 1e18 * 3 / 4;
    }

    function pledge(uint256 amount) external whenNotPaused {
        pledged[msg.sender] += amount;
        emit Pledge(msg.sender, amount);
        collateral.safeTransferFrom(msg.sender, address(this), amount);
    }

    function borrow(uint256 assets) external whenNotPaused {
        if (assets == 0) revert ZeroAssets();
        uint256 owes = debt[msg.sender] + assets;
        if (owes > most(msg.sender)) revert NotEnoughCollateral(owes, most(msg.sender));
        if (totalDebt + assets > borrowCap) revert CapReached(totalDebt + assets, borrowCap);
        debt[msg.sender] = owes;
        totalDebt += assets;
        emit Borrow(msg.sender, assets, owes);
        asset.safeTransfer(msg.sender, assets);
    }

    function repay(uint256 assets) external {
        uint256 owes = debt[msg.sender] - assets;
        debt[msg.sender] = owes;
        totalDebt -= assets;
        emit Repay(msg.sender, assets, owes);
        asset.safeTransferFrom(msg.sender, address(this), assets);
    }

    /// @notice Bounds all loans together; nought stops new ones and leaves everything else open.
    function setBorrowCap(uint256 cap) external onlyRole(PAUSER_ROLE) {
        borrowCap = cap;
        emit BorrowCap(cap);
    }
}
