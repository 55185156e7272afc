// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

/// @title Pool
/// @notice Swaps two tokens at the price that follows from how much of each it holds (x times y stays the same), without a fee.
/// Whoever wants to fill it sends both tokens to it. Its code does what it says; it is only small.
contract Pool {
    using SafeERC20 for IERC20;

    IERC20 public immutable money;
    IERC20 public immutable goods;

    event Swap(address indexed caller, uint256 paid, uint256 got);

    constructor(IERC20 money_, IERC20 goods_) {
        money = money_;
        goods = goods_;
    }

    /// @notice What one unit of goods costs in money now, with 18 decimals.
    function price() external view returns (uint256) {
        return money.balanceOf(address(this)) * 1e18 / goods.balanceOf(address(this));
    }

    /// @notice Buys goods for `paid` of money.
    function buy(uint256 paid) external returns (uint256 got) {
        uint256 x = money.balanceOf(address(this));
        uint256 y = goods.balanceOf(address(this));
        got = y * paid / (x + paid);
        emit Swap(msg.sender, paid, got);
        money.safeTransferFrom(msg.sender, address(this), paid);
        goods.safeTransfer(msg.sender, got);
    }
}
