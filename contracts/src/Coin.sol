// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.30;

import {Token} from "./Token.sol";

/// @title Coin
/// @notice A token with as many decimals as one likes.
contract Coin is Token {
    uint8 private immutable places;

    constructor(string memory name_, string memory symbol_, uint8 places_) Token(name_, symbol_) {
        places = places_;
    }

    function decimals() public view override returns (uint8) {
        return places;
    }
}
