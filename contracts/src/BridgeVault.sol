// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Harbour} from "./Harbour.sol";

/// @title Bridge Vault
/// @notice Also pays out what depositors have asked for on another chain: a message from there is proved first and processed then.
contract BridgeVault is Harbour {
    using SafeERC20 for IERC20;

    bytes32 private constant PROCESSED = bytes32(uint256(1));

    /// @notice Whether a root of the other chain's messages is trusted.
    mapping(bytes32 root => bool) public trusted;

    /// @notice The root under which a message was proved; PROCESSED once it is paid.
    mapping(bytes32 message => bytes32 root) public messages;

    event RootTrusted(bytes32 indexed root);
    event Released(bytes32 indexed message, address indexed to, uint256 assets);

    error NotProved(bytes32 message);
    error AlreadyProcessed(bytes32 message);

    constructor(IERC20 asset_, address admin, bytes32 root) Harbour(asset_, admin) {
        trusted[root] = true; // the root from which the bridge goes on; a bridge that begins anew has none
        emit RootTrusted(root);
    }

    /// @notice Pays what a proved message says.
    function process(uint256 nonce, address to, uint256 assets) external whenNotPaused {
        bytes32 message = keccak256(abi.encode(nonce, to, assets));
        bytes32 root = messages[message];
        if (root == PROCESSED) revert AlreadyProcessed(message);
        if (!trusted[root]) revert NotProved(message);
        messages[message] = PROCESSED;
        emit Released(message, to, assets);
        asset.safeTransfer(to, assets);
    }
}
