// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

interface IBorrower {
    function onLoan(uint256 amount) external;
}

/// @title Lender
/// @notice Lends a token for the length of one transaction, to anybody, for nothing.
contract Lender {
    using SafeERC20 for IERC20;

    IERC20 public immutable token;

    constructor(IERC20 token_) {
        token = token_;
    }

    function lend(uint256 amount) external {
        uint256 before = token.balanceOf(address(this));
        token.safeTransfer(msg.sender, amount);
        IBorrower(msg.sender).onLoan(amount);
        require(token.balanceOf(address(this)) >= before, "not paid back");
    }
}
