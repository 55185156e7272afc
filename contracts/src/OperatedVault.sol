// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @title Operated Vault
/// @notice An operator's key, on a server that runs day and night, moves money between the vault and the venues where it earns.
contract OperatedVault is Harbour {
    using SafeERC20 for IERC20;

    /// @notice May invest. An operator may name others, so that a key can be replaced without the whole team.
    bytes32 public constant OPERATOR_ROLE = keccak256("OPERATOR_ROLE");

    event Invested(address indexed operator, address indexed venue, uint256 assets);

    constructor(IERC20 asset_, address admin, address operator) Harbour(asset_, admin) {
        _setRoleAdmin(OPERATOR_ROLE, OPERATOR_ROLE);
        _grantRole(OPERATOR_ROLE, operator);
    }

    /// @notice Sends money to a venue.
    function invest(address venue, uint256 assets) external whenNotPaused onlyRole(OPERATOR_ROLE) {
        emit Invested(msg.sender, venue, assets);
        asset.safeTransfer(venue, assets);
    }

    /// @notice Takes the role from an operator. Whoever can stop the vault can do this without stopping it.
    function removeOperator(address operator) external onlyRole(PAUSER_ROLE) {
        _revokeRole(OPERATOR_ROLE, operator);
    }
}
